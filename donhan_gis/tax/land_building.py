"""Assess the land and building tax of a year: columns in, assessment with its whole working as columns out."""

from __future__ import annotations

import numpy as np

from donhan_gis.errors import InvalidInput
from donhan_gis.tax.assessment import Assessment, Parts
from donhan_gis.tax.bills import bills, lines
from donhan_gis.tax.brackets import base_tax, mixed_tax
from donhan_gis.tax.columns import MAX_TOTAL, NONE, PARCEL, SHARE_SCALE, VALUE_SCALE, Municipality, Problem, column
from donhan_gis.tax.exact import Exact, Ints, Mask, ordered, reuse_memory, run_of
from donhan_gis.tax.exemption import Bases, allowances, exempted
from donhan_gis.tax.homes import places, residence_rows
from donhan_gis.tax.rules import Rules
from donhan_gis.tax.uses import Split, checked, split


def assess(town: Municipality, rules: Rules) -> Assessment:
    """Assess every taxpayer of one municipality for the year of the rules.

    Faults of the data come back as problems and leave the object unbilled; nothing is raised for them. Several
    authorities may be in one call: allowances of farms are theirs apart, the bill of a taxpayer is their sum.

    Raises:
        InvalidInput: a base passes 3 million million baht.

    Source: Land and Building Tax Act s.37-43, s.94-97 and the decrees and notifications named at each step.
    """
    reuse_memory()
    sound, billable, problems = checked(town)
    place = places(town.objects)
    residence, doubts = residence_rows(town, rules, place)
    shares = split(town, rules, residence, sound)
    shares = shares if billable.all() else shares.take(billable[shares.object])
    parts, bases = _bases(town, rules, shares, place)
    cap = allowances(bases, town.taxpayers, rules)
    land = _land(town)[parts.split.object]
    exempt, pools = exempted(bases, rules, cap, parts.base, parts.value, land, parts.keep)
    taxable = bases.value.minus(exempt)
    tax = base_tax(taxable, bases.row, parts, rules)
    mixed, portions = mixed_tax(taxable, bases.row, parts, pools, rules)
    tax = tax.put(column(list(mixed)), Exact.cut(mixed.values())) if mixed else tax
    bill, before = bills(town, rules, bases, tax, mixed)
    shown = lines(parts, bases, exempt, pools, tax, portions, bill)
    problems = [*problems, *doubts, *_reliefs(town, rules, parts.split), *_lone_reliefs(town, rules, parts.split)]
    taxed, held = _standing(town, bases, problems)
    amounts = (exempt, taxable, tax, mixed, portions, before, bill)
    return Assessment(town, rules, parts, shown, bases, cap, *amounts, taxed, held, tuple(problems))


def _land(town: Municipality) -> Ints:
    """Return the parcel under each object, or the object itself."""
    on = town.objects.parcel
    return np.where(on == NONE, np.arange(len(on)), on)


def _base_place(town: Municipality, rules: Rules, place: Ints) -> Ints:
    """Return the place that sums up each object's value; buildings of others, or kept apart, stay with their parcel.

    Source: Act s.42 para 2 joins the land of one owner; buildings by ``setting.contiguous_buildings``.
    """
    table = town.objects
    land = _land(town)
    apart = table.taxpayer[land] != table.taxpayer
    if not rules.join_buildings:
        apart |= (table.group[land] != NONE) & (table.kind != PARCEL)
    count = len(table)
    where = np.where(apart, count + land, place)
    return where if table.entitled.all() else np.where(table.entitled, where, where + count + count)


def _bases(town: Municipality, rules: Rules, shares: Split, place: Ints) -> tuple[Parts, Bases]:
    """Return the parts sorted by base, and the bases: values of one taxpayer, authority, rate row and place."""
    table = town.objects
    keys = (
        table.taxpayer[shares.object],
        table.lao[shares.object],
        shares.row,
        _base_place(town, rules, place)[shares.object],
    )
    order, starts = ordered(*keys)
    shares = shares.take(order)
    taxpayer, lao, row, where = (key[order[starts]] for key in keys)
    value = _value(table.value[shares.object], shares)
    total = value.sums(starts)
    if int(total.whole.max(initial=0)) > MAX_TOTAL:
        raise InvalidInput("tax.total_too_large")
    first = shares.object[starts]
    parts = Parts(shares, run_of(starts, len(order)), value, _keep(town, rules, shares))
    return parts, Bases(taxpayer, lao, row, where, place[first], table.entitled[first], total)


def _value(value: Ints, shares: Split) -> Exact:
    """Return value × share of use × share of floor, exact.

    Source: Act s.42 para 1; notification of 6 Dec 2562, clause 2.
    """
    factors = [shares.share, shares.floor_share]
    if int(value.max(initial=0)) < np.iinfo(np.int64).max // SHARE_SCALE:
        exact = Exact.ratio(value * factors.pop(0), VALUE_SCALE * SHARE_SCALE)  # both in one pass where they fit
    else:
        exact = Exact.ratio(value, VALUE_SCALE)
    for share in factors:
        cut = np.flatnonzero(share != SHARE_SCALE)
        if len(cut):
            exact = exact.put(cut, exact.take(cut).times(share[cut], SHARE_SCALE))
    return exact


def _keep(town: Municipality, rules: Rules, shares: Split) -> Ints:
    """Return 1/10,000 of the tax left after class and general cuts.

    Source: reduction decrees of 20 Jan 2563 (classes), 2563, 2564 and 2566 (general).
    """
    return np.asarray(rules.keep[town.objects.relief[shares.object] + 1, shares.row])


def _reliefs(town: Municipality, rules: Rules, shares: Split) -> list[Problem]:
    """Name objects whose class cut has ended, or is not for any use they have."""
    relief = town.objects.relief[shares.object]
    some = np.flatnonzero(relief != NONE)
    if not len(some):
        return []
    objects, held = shares.object[some], np.array(rules.in_force, np.bool_)[relief[some]]
    used = rules.cut_rows[relief[some], shares.row[some]]
    ended = np.unique(objects[~held])
    unused = np.setdiff1d(objects[held], objects[used])
    problems = [Problem("tax.relief_not_in_force", row, True) for row in ended.tolist()]
    return problems + [Problem("tax.relief_not_for_use", row, True) for row in unused.tolist()]


def _lone_reliefs(town: Municipality, rules: Rules, shares: Split) -> list[Problem]:
    """Name land or buildings without a class cut beside one of the same owner that has a cut for their use too.

    The decree names the property as a whole, but whether the other one belongs to it is for an officer to say.

    Source: reduction decree of 20 Jan 2563.
    """
    objects, on = town.objects, np.flatnonzero(town.objects.parcel != NONE)
    under = objects.parcel[on]
    cut = objects.relief != NONE
    lone = (objects.taxpayer[on] == objects.taxpayer[under]) & (cut[on] != cut[under])
    pairs = {
        (int(here), int(there)) for a, b in zip(on[lone], under[lone], strict=True) for here, there in ((a, b), (b, a))
    }
    fit = {
        here
        for here, there in pairs
        if cut[there] and rules.cut_rows[objects.relief[there], shares.row[shares.object == here]].any()
    }
    return [Problem("tax.relief_on_one", row, True) for row in sorted(fit)]


def _standing(town: Municipality, bases: Bases, problems: list[Problem]) -> tuple[Mask, Mask]:
    """Return which taxpayers have a line, and which have an object that could not be assessed."""
    taxed = np.zeros(len(town.taxpayers.sole), np.bool_)
    taxed[bases.taxpayer] = True
    held = np.zeros(len(taxed), np.bool_)
    left_out = np.array([problem.object for problem in problems if not problem.bill], np.int64)
    held[town.objects.taxpayer[left_out]] = True
    return taxed, held
