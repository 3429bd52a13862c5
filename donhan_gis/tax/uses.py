"""Split objects by use: one line an object and use class, mixed use and land that follows its building included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from donhan_gis.tax.columns import (
    BUILDING,
    CLASS_ROW,
    CLASSES,
    FROM_BUILDING,
    MAX_VALUE,
    NONE,
    PARCEL,
    RESIDENTIAL,
    SHARE_SCALE,
    VACANT,
    Municipality,
    Problem,
    Uses,
)
from donhan_gis.tax.exact import Ints, Mask, run_of, runs
from donhan_gis.tax.rules import Rules


@dataclass(frozen=True, slots=True)
class Split:
    """One row an object and use: share of the object, share of its building's floor (whole where not followed)."""

    object: Ints
    use_class: Ints
    row: Ints
    step: Ints
    share: Ints
    floor_share: Ints

    def take(self, index: Ints | Mask) -> Split:
        """Return the rows at an index or mask."""
        columns = (self.object, self.use_class, self.row, self.step, self.share, self.floor_share)
        return Split(*(_taken(column, index) for column in columns))


def _taken(column: Ints, index: Ints | Mask) -> Ints:
    """Return the values at an index; a column of one value (no additions, whole shares) is not looked up row by row."""
    if index.dtype != np.bool_ and len(column) and bool((column == column[0]).all()):
        return np.full(len(index), column[0])
    return np.asarray(column[index])


def added(index: Ints, values: Ints, length: int) -> Ints:
    """Return the sum of the values by index."""
    total = np.zeros(length, np.int64)
    np.add.at(total, index, values)
    return total


def checked(town: Municipality) -> tuple[Mask, Mask, list[Problem]]:
    """Return which objects have sound uses, which of them can be billed, and the problems of the rest."""
    objects, uses = town.objects, town.uses
    length = len(objects)
    count = np.bincount(uses.object, minlength=length)
    total = added(uses.object, uses.share, length)
    wrong = np.bincount(uses.object[_wrong_use(town)], minlength=length) > 0
    faults = {
        "tax.no_use": count == 0,
        "tax.shares_over": total > SHARE_SCALE,
        "tax.bad_use": wrong | ((count > 0) & (total <= 0)),
    }
    sound = ~np.logical_or.reduce(list(faults.values()))
    faults["tax.no_value"] = objects.value < 0
    faults["tax.value_too_large"] = objects.value > MAX_VALUE
    faults |= _unfollowable(town, sound)
    taxed = ~objects.exempt
    problems = [
        Problem(code, row, False) for code, bad in faults.items() for row in np.flatnonzero(bad & taxed).tolist()
    ]
    short = sound & taxed & (total + count < SHARE_SCALE)
    problems += [Problem("tax.shares_short", row, True) for row in np.flatnonzero(short).tolist()]
    return sound, taxed & ~np.logical_or.reduce(list(faults.values())), problems


def _wrong_use(town: Municipality) -> Mask:
    uses = town.uses
    follows = (uses.use_class == FROM_BUILDING) & (town.objects.kind[uses.object] != PARCEL)
    return np.asarray(follows | (uses.share <= 0) | (uses.use_class < 0) | (uses.use_class >= len(CLASSES)))


def _unfollowable(town: Municipality, sound: Mask) -> dict[str, Mask]:
    """Tell which ``from_building`` parcels have no building with sound uses, or several without floor areas."""
    objects, uses = town.objects, town.uses
    length = len(objects)
    follows = np.zeros(length, np.bool_)
    follows[uses.object[uses.use_class == FROM_BUILDING]] = True
    if not follows.any():
        return {}
    building = objects.kind == BUILDING
    on = objects.parcel[building]
    carried = np.bincount(on, minlength=length)
    good = np.bincount(on[sound[building]], minlength=length)
    unmeasured = np.bincount(on[objects.floor[building] <= 0], minlength=length)
    missing = follows & ((carried == 0) | (good < carried))
    return {
        "tax.no_building_to_follow": missing,
        "tax.buildings_unmeasured": follows & ~missing & (carried > 1) & (unmeasured > 0),
    }


def split(town: Municipality, rules: Rules, residence_row: Ints, sound: Mask) -> Split:
    """Return the lines of all sound objects; what cut ratios leave over goes to the use with the lowest rate.

    Source: notification of 6 Dec 2562, clause 2.
    """
    uses = town.uses
    keep = sound[uses.object]
    follows = uses.use_class == FROM_BUILDING
    since = _vacant_since(town) if rules.share_vacant_year else town.objects.vacant_since_be
    direct = _lines(since, rules, residence_row, _some(uses, keep & ~follows))
    if not (follows & keep).any():
        return _topped_up(direct, rules)
    following = _some(uses, keep & follows)
    is_following = np.zeros(len(town.objects), np.bool_)
    is_following[following.object] = True
    apart = is_following[direct.object]
    plain = _topped_up(direct.take(~apart), rules)
    mix = _floor_mix(town, plain)
    land = _joined(direct.take(apart), _followed(mix, since, rules, residence_row, following))
    return _joined(plain, land, _left_over(land, rules, uses))


def _some(uses: Uses, keep: Mask) -> Uses:
    if keep.all():
        return uses
    return Uses(uses.object[keep], uses.use_class[keep], uses.share[keep])


def _vacant_since(town: Municipality) -> Ints:
    """Return the first vacant year of each object; one not recorded is that of its land, or of buildings it follows.

    Source: Act s.43; the reading is ``setting.vacant_year_shared``.
    """
    objects, uses = town.objects, town.uses
    own, has = objects.vacant_since_be, np.zeros((len(CLASSES), len(objects)), np.bool_)
    for use_class in (VACANT, FROM_BUILDING):
        has[use_class, uses.object[uses.use_class == use_class]] = True
    house = np.flatnonzero(has[VACANT] & (objects.parcel != NONE))
    if not len(house):
        return own
    land, since = objects.parcel[house], own.copy()
    heir = (own[house] == 0) & (has[VACANT] | has[FROM_BUILDING])[land]
    since[house[heir]] = own[land[heir]]
    latest = np.zeros(len(objects), np.int64)
    np.maximum.at(latest, land, own[house])
    latest[land[own[house] == 0]] = 0
    return np.where(has[FROM_BUILDING] & (own == 0), latest, since)


def _lines(since: Ints, rules: Rules, residence_row: Ints, uses: Uses) -> Split:
    row = np.where(uses.use_class == RESIDENTIAL, residence_row[uses.object], CLASS_ROW[uses.use_class])
    step = np.zeros(len(row), np.int64)
    vacant = np.flatnonzero(uses.use_class == VACANT)
    step[vacant] = rules.steps(since[uses.object[vacant]])
    return Split(uses.object, uses.use_class, row, step, uses.share, np.full(len(row), SHARE_SCALE))


def _joined(*parts: Split) -> Split:
    names = ("object", "use_class", "row", "step", "share", "floor_share")
    return Split(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _rank(lines: Split, rules: Rules) -> Ints:
    """Return a number that orders lines by their rate; equal rates by use class."""
    rate = rules.first_rate[lines.row] + rules.step_rate * lines.step
    return rate * len(CLASSES) + lines.use_class


def _lowest(lines: Split, rules: Rules) -> Ints:
    """Return the row number of the lowest-rate line of each object, by rising object."""
    order = np.lexsort((_rank(lines, rules), lines.object))
    return np.asarray(order[runs(lines.object[order])])


def _topped_up(lines: Split, rules: Rules) -> Split:
    """Return the lines with the missing part of each object's shares given to its lowest-rate use."""
    mixed = np.flatnonzero(lines.share != SHARE_SCALE)
    if not len(mixed):
        return lines
    part = lines.take(mixed)
    lowest = _lowest(part, rules)
    order = np.argsort(part.object, kind="stable")
    total = np.add.reduceat(part.share[order], runs(part.object[order]))
    share = lines.share.copy()
    share[mixed[lowest]] += SHARE_SCALE - total
    return Split(lines.object, lines.use_class, lines.row, lines.step, share, lines.floor_share)


def _followed(mix: tuple[Ints, Ints, Ints], since: Ints, rules: Rules, residence_row: Ints, following: Uses) -> Split:
    """Return the lines of parcels that follow the floor shares (``mix``) of the buildings on them."""
    parcel, use_class, floor_share = mix
    share_of = np.zeros(len(since), np.int64)
    share_of[following.object] = following.share
    wanted = share_of[parcel] > 0
    parcel, use_class, floor_share = parcel[wanted], use_class[wanted], floor_share[wanted]
    whole = _lines(since, rules, residence_row, Uses(parcel, use_class, floor_share))
    filled = _topped_up(whole, rules).share
    return Split(parcel, use_class, whole.row, whole.step, share_of[parcel], filled)


def _floor_mix(town: Municipality, plain: Split) -> tuple[Ints, Ints, Ints]:
    """Return (parcel, use class, share of floor): several buildings weigh by floor area, a lone one needs none."""
    objects = town.objects
    lines = plain.take(objects.kind[plain.object] == BUILDING)
    alone = np.bincount(objects.parcel[objects.kind == BUILDING], minlength=len(objects)) == 1
    parcel = objects.parcel[lines.object]
    weight = np.where(alone[parcel], 1, objects.floor[lines.object])
    order = np.lexsort((lines.use_class, parcel))
    parcel, use_class, part = parcel[order], lines.use_class[order], (weight * lines.share)[order]
    starts = runs(parcel, use_class)
    if not len(starts):
        return parcel, use_class, part
    parcel, use_class, part = parcel[starts], use_class[starts], np.add.reduceat(part, starts)
    whole = np.add.reduceat(part, runs(parcel))[run_of(runs(parcel), len(parcel))]
    return parcel, use_class, part * SHARE_SCALE // np.maximum(whole, 1)


def _left_over(land: Split, rules: Rules, uses: Uses) -> Split:
    """Return one more line for each following parcel whose own shares do not reach the whole."""
    lowest = land.take(_lowest(land, rules))
    total = added(uses.object, uses.share, int(uses.object.max(initial=NONE)) + 1)
    missing = SHARE_SCALE - total[lowest.object]
    extra = lowest.take(missing > 0)
    left = missing[missing > 0]
    return Split(extra.object, extra.use_class, extra.row, extra.step, left, np.full(len(left), SHARE_SCALE))
