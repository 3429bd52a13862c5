"""Progressive rates: slices of a base, the additions for lasting vacancy, the cuts."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from donhan_gis.tax.assessment import Parts, Portion
from donhan_gis.tax.columns import EMPTY, NONE
from donhan_gis.tax.exact import Exact, Ints, Mask, runs
from donhan_gis.tax.exemption import Pools
from donhan_gis.tax.rules import KEEP_SCALE, RATE_SCALE, Rules


def slices(taxable: Ints, row: Ints, rules: Rules) -> Ints:
    """Return the satang of base that fall in each slice of the rate row: rows × slices.

    Source: Act s.94, rate decree B.E. 2564: each slice at its own rate.
    """
    floor = rules.floor[row]
    inside = np.minimum(taxable[:, None], rules.ceil[row])
    return np.asarray(np.maximum(inside, floor, out=inside) - floor)


def rates(row: Ints, step: Ints, rules: Rules) -> Ints:
    """Return the rate of each slice in parts per million, with the additions of section 43 up to their cap.

    Source: Act s.43.
    """
    return _raised(rules.rate[row], row[:, None], step[:, None], rules)


def _raised(rate: Ints, row: Ints, step: Ints, rules: Rules) -> Ints:
    """Return rates with the additions of section 43 on vacant rows."""
    if not step.any():
        return rate
    raised = np.minimum(rate + rules.step_rate * step, np.maximum(rules.rate_cap, rate))
    return np.where(row == EMPTY, raised, rate)


def progressive(taxable: Exact, row: Ints, step: Ints, rules: Rules) -> Exact:
    """Return the exact tax before cuts: whole satang by slices, the fraction of a satang at the rate it reaches."""
    reached = _raised(rules.first_rate[row], row, step, rules)
    owed = taxable.whole * reached
    above = np.flatnonzero(taxable.whole >= rules.ceil[row, 0])  # few: the first slice ends at tens of millions
    rate = rates(row[above], step[above], rules)
    owed[above] = (slices(taxable.whole[above], row[above], rules) * rate).sum(axis=1)
    top = (taxable.whole[above][:, None] >= rules.ceil[row[above]]).sum(axis=1)
    reached[above] = rate[np.arange(len(above)), np.minimum(top, rate.shape[1] - 1)]
    tax = Exact.ratio(owed, RATE_SCALE)
    if not taxable.high.any():
        return tax
    nothing = np.zeros(len(row), np.int64)
    return tax.plus(Exact(nothing, taxable.high, nothing).times(reached, RATE_SCALE))


def base_tax(taxable: Exact, row: Ints, parts: Parts, rules: Rules) -> Exact:
    """Return the exact tax of each base after cuts, taking addition and cut from its first part."""
    tax = Exact.of(np.zeros(len(row), np.int64))
    some = np.flatnonzero(taxable.positive())
    if not len(some):
        return tax
    first = runs(parts.base)[some]
    full = progressive(taxable.take(some), row[some], parts.split.step[first], rules)
    if (parts.keep[first] != KEEP_SCALE).any():
        full = full.times(parts.keep[first], KEEP_SCALE)
    return tax.put(some, full)


def mixed_tax(
    taxable: Exact, row: Ints, parts: Parts, pools: Pools, rules: Rules
) -> tuple[dict[int, Fraction], dict[int, Portion]]:
    """Return the exact tax (satang) of bases whose parts differ in cut or addition, and what each of those parts bears.

    The slices are of the whole base (section 42); each part bears its share by taxable value, at its own addition
    and cut. Rare, so plain fractions.
    """
    by_base: dict[int, Fraction] = {}
    by_part: dict[int, Portion] = {}
    pool_of = np.full(len(parts.base), NONE)
    pool_of[pools.line] = pools.pool
    for base, part in _uneven(taxable, parts):
        top = taxable.take(np.full(len(part), base))
        full = progressive(top, row[np.full(len(part), base)], parts.split.step[part], rules).fractions()
        own = _taxable(parts.value.take(part), pool_of[part], pools)
        whole = sum(own, Fraction(0))
        kept = [Fraction(keep, KEEP_SCALE) for keep in parts.keep[part].tolist()]
        shares = [tax * worth / whole for tax, worth in zip(full, own, strict=True)]
        taxes = [share * left for share, left in zip(shares, kept, strict=True)]
        by_part.update(zip(part.tolist(), map(Portion, own, shares, taxes), strict=True))
        by_base[base] = sum(taxes, Fraction(0))
    return by_base, by_part


def _uneven(taxable: Exact, parts: Parts) -> Iterator[tuple[int, Ints]]:
    """Yield taxed bases whose parts differ in addition or cut, with the rows of their parts."""
    odd = np.unique(parts.base[1:][_turns(parts.split.step, parts.base) | _turns(parts.keep, parts.base)])
    if not len(odd):
        return
    odd = odd[taxable.positive()[odd]]
    first, last = np.searchsorted(parts.base, odd), np.searchsorted(parts.base, odd + 1)
    for base, start, end in zip(odd.tolist(), first.tolist(), last.tolist(), strict=True):
        yield base, np.arange(start, end)


def _turns(column: Ints, base: Ints) -> Mask:
    """Tell where a row differs from the one before it within its base."""
    return np.asarray((column[1:] != column[:-1]) & (base[1:] == base[:-1]))


def _taxable(value: Exact, pool: Ints, pools: Pools) -> list[Fraction]:
    """Return the taxable value of parts; what is exempt of a pool is shared in it by value."""
    worth = value.fractions()
    if not len(pools.line):
        return worth
    exempt, total = (column.take(pool).fractions() for column in (pools.exempt, pools.value))
    left = zip(worth, pool.tolist(), exempt, total, strict=True)
    return [own - own * free / whole if number != NONE and whole else own for own, number, free, whole in left]
