"""Base value taken off before the rates: section 40 (farms), section 41 (main homes), section 96 (first years)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from donhan_gis.tax.columns import FARM, HOME, MAX_TOTAL, NONE, Taxpayers
from donhan_gis.tax.exact import Exact, Ints, Mask, run_of, runs, where
from donhan_gis.tax.rules import Rules


@dataclass(frozen=True, slots=True)
class Bases:
    """Taxable bases, one row each, sorted by taxpayer, authority, rate row and place; ``value`` before exemption.

    place   what sums up in one base
    site    what shares the allowance of a main home: the place of the land, whoever owns what stands there
    """

    taxpayer: Ints
    lao: Ints
    row: Ints
    place: Ints
    site: Ints
    entitled: Mask
    value: Exact


@dataclass(frozen=True, slots=True)
class Pools:
    """Parts of bases that an allowance does not cover whole.

    ``line`` rows belong to ``pool`` numbers, which rise; ``exempt`` and ``value`` are by pool.
    """

    line: Ints
    pool: Ints
    exempt: Exact
    value: Exact


def allowances(bases: Bases, taxpayers: Taxpayers, rules: Rules) -> Ints:
    """Return the allowance of each base in satang before it is shared among bases.

    Source: Act s.40, s.41, s.96; co-owned farms by ``setting.co_owned_farm`` and ``setting.mixed_co_owners``.
    """
    natural = taxpayers.natural_n == taxpayers.persons_n
    if rules.mixed_owners_natural:
        natural = taxpayers.natural_n > 0
    times = taxpayers.natural_n if rules.farm_allowance_per_owner else natural.astype(np.int64)
    farms = np.where(natural[bases.taxpayer], times[bases.taxpayer], 0)
    number = np.where(bases.row == FARM, farms * bases.entitled, 1)
    return np.asarray(np.minimum(rules.allowance[bases.row], MAX_TOTAL // np.maximum(number, 1)) * number)


def shared_by(bases: Bases) -> Ints:
    """Return, for each base, the first base it shares an allowance with.

    Farms share by taxpayer and authority; the parts of one home of land and building share by the site of the land,
    though different sets of co-owners hold them; every other base is alone.

    Source: Act s.40 ("together in one local authority"); co-owners of a home: Act s.41, question-and-answer 31.
    """
    own = np.arange(len(bases.row))
    farm = np.flatnonzero((bases.row == FARM) & bases.entitled)
    starts = runs(bases.taxpayer[farm], bases.lao[farm])
    own[farm] = farm[starts][run_of(starts, len(farm))] if len(farm) else farm
    home = np.flatnonzero(bases.row == HOME)
    home = home[np.argsort(bases.site[home], kind="stable")]
    starts = runs(bases.site[home])
    own[home] = home[starts][run_of(starts, len(home))] if len(home) else home
    return own


def exempted(
    bases: Bases, rules: Rules, cap: Ints, line_base: Ints, line_value: Exact, line_parcel: Ints, line_keep: Ints
) -> tuple[Exact, Pools]:
    """Return the exempt part of each base, and the pools where an allowance ran out.

    Farms: from the parcel of the highest value (its farmed land and buildings) first. A tie goes to the larger base,
    then to the one with the smaller cut. Homes of several sets of co-owners by ``setting.home_shared``; a tie goes to
    the land.

    Source: notification of 6 Dec 2562 (Gazette 10 Jan 2563).
    """
    group = shared_by(bases)
    # Counted up by a satang each, so that decimals cannot carry a total past its cap unseen; a group that is under it
    # after all gets everything below too.
    total = np.bincount(group, weights=bases.value.whole + 1, minlength=1)
    over = (cap > 0) & (total[group] >= cap)
    nothing = Exact.of(np.zeros(len(cap), np.int64))
    exempt = where((cap > 0) & ~over, bases.value, nothing)
    line = np.flatnonzero(over[line_base])
    line, pool, base = _pools(line, line_base, np.where(bases.row[line_base] == FARM, line_parcel, NONE))
    if not len(line):
        return exempt, Pools(line, pool, nothing.take(line), nothing.take(line))
    value = line_value.take(line).sums(runs(pool))
    keep = np.maximum.reduceat(line_keep[line], runs(pool))
    ties = (bases.place[base], -keep, -bases.value.take(base).whole)
    taken = _dearest_first(group[base], cap[base], value, ties)
    if rules.home_by_value:
        homes = np.flatnonzero(bases.row[base] == HOME)
        taken = taken.put(homes, _by_value(group[base[homes]], cap[base[homes]], value.take(homes)))
    inside = runs(base)
    return exempt.put(base[inside], taken.sums(inside)), Pools(line, pool, taken, value)


def _pools(line: Ints, line_base: Ints, parcel: Ints) -> tuple[Ints, Ints, Ints]:
    """Return lines sorted by base and parcel, the pool of each, and the base of each pool."""
    order = line[np.lexsort((parcel[line], line_base[line]))]
    starts = runs(line_base[order], parcel[order])
    return order, run_of(starts, len(order)), line_base[order[starts]]


def _by_value(group: Ints, cap: Ints, value: Exact) -> Exact:
    """Return what each pool gets of its group's allowance when it is shared by value; rare, so plain fractions."""
    total: dict[int, Fraction] = {}
    worth = value.fractions()
    for site, own in zip(group.tolist(), worth, strict=True):
        total[site] = total.get(site, Fraction(0)) + own
    rows = zip(group.tolist(), cap.tolist(), worth, strict=True)
    return Exact.cut(whole * own / total[site] for site, whole, own in rows)


def _dearest_first(group: Ints, cap: Ints, value: Exact, ties: tuple[Ints, ...]) -> Exact:
    """Return what each pool gets of its group's allowance when the dearest is served first."""
    order = np.lexsort((*ties, -value.low, -value.high, -value.whole, group))
    ordered = value.take(order)
    starts = runs(group[order])
    run = run_of(starts, len(order))
    before = ordered.running().minus(ordered)
    left = Exact.of(cap[order]).minus(before.minus(before.take(starts[run])))
    got = where(ordered.minus(left).positive(), left, ordered)
    got = where(left.positive(), got, Exact.of(np.zeros(len(order), np.int64)))
    return got.put(order, got)
