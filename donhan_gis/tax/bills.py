"""From exact tax to bills: section 97, the one rounding, and a bill spread over its lines."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from donhan_gis.tax.assessment import Lines, Parts, Portion
from donhan_gis.tax.columns import Municipality
from donhan_gis.tax.exact import LIMB, Exact, Ints, apportion, multiply_divide, run_of, runs
from donhan_gis.tax.exemption import Bases, Pools
from donhan_gis.tax.rules import Rules

WEIGHT_SCALE = 1_000  # line taxes are weighed in 1/1,000 satang when a bill is spread over its lines


def bills(
    town: Municipality, rules: Rules, bases: Bases, tax: Exact, mixed: dict[int, Fraction]
) -> tuple[Ints, dict[int, Fraction]]:
    """Return the satang each taxpayer owes, rounded once, and the tax before section 97 where that was looked at."""
    bill = np.zeros(len(town.taxpayers.sole), np.int64)
    starts = runs(bases.taxpayer)
    payer = bases.taxpayer[starts]
    total = tax.sums(starts)
    bill[payer] = total.half_up() if rules.half_up else total.whole
    eased = (town.taxpayers.tax_2562_satang[payer] > 0) & (rules.s97_share != 1)
    uneven = np.isin(payer, bases.taxpayer[np.array(list(mixed), np.int64)]) if mixed else np.zeros_like(eased)
    before: dict[int, Fraction] = {}
    for place in np.flatnonzero(eased | uneven).tolist():
        owner = int(payer[place])
        exact = _exact_total(bases, tax, mixed, owner)
        if eased[place]:
            before[owner] = exact
            exact = s97(exact, int(town.taxpayers.tax_2562_satang[owner]), rules)
        bill[owner] = rounded(exact, rules)
    return bill, before


def _exact_total(bases: Bases, tax: Exact, mixed: dict[int, Fraction], owner: int) -> Fraction:
    first, last = np.searchsorted(bases.taxpayer, [owner, owner + 1]).tolist()
    own = np.arange(first, last)
    amounts = zip(own.tolist(), tax.take(own).fractions(), strict=True)
    return sum((mixed.get(base, amount) for base, amount in amounts), Fraction(0))


def s97(tax: Fraction, tax_2562_satang: int, rules: Rules) -> Fraction:
    """Return the tax in satang after easing: the old tax and a share of what is above it.

    Source: Act s.97.
    """
    return min(tax, tax_2562_satang + max(tax - tax_2562_satang, Fraction(0)) * rules.s97_share)


def rounded(satang: Fraction, rules: Rules) -> int:
    """Return whole satang by the chosen rounding."""
    half = Fraction(1, 1 + 1) if rules.half_up else Fraction(0)
    return (satang + half) // 1


def lines(
    parts: Parts, bases: Bases, exempt: Exact, pools: Pools, tax: Exact, portions: dict[int, Portion], bill: Ints
) -> Lines:
    """Return what each object and use shows in whole satang, its part of the bill included."""
    value = parts.value.half_up()
    whole = (exempt.whole == bases.value.whole) & (exempt.high == bases.value.high)
    free = np.where(whole[parts.base], value, 0)
    if len(pools.line):
        free[pools.line] = apportion(pools.exempt.half_up(), value[pools.line], pools.pool)
    free = np.minimum(free, value)
    return Lines(value, free, value - free, _spread(parts, bases, value - free, tax, portions, bill))


def _spread(parts: Parts, bases: Bases, taxable: Ints, tax: Exact, portions: dict[int, Portion], bill: Ints) -> Ints:
    """Return each part's share of its taxpayer's bill; the shares add up to the bill."""
    owed = np.zeros(len(parts.base), np.int64)
    taxed = np.flatnonzero(tax.positive()[parts.base] & (taxable > 0))
    if not len(taxed):
        return owed
    base = parts.base[taxed]
    fine = tax.whole * WEIGHT_SCALE + tax.high * WEIGHT_SCALE // LIMB
    starts = runs(base)
    total = np.add.reduceat(taxable[taxed], starts)[run_of(starts, len(taxed))]
    weight, _ = multiply_divide(fine[base], taxable[taxed], total)
    for place in np.flatnonzero(np.isin(taxed, list(portions))).tolist() if portions else ():
        weight[place] = portions[int(taxed[place])].tax * WEIGHT_SCALE // 1
    owed[taxed] = apportion(bill, np.maximum(weight, 1), bases.taxpayer[base])
    return owed
