"""What an assessment returns: the bills and every number of their working, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from donhan_gis.tax.columns import Municipality, Problem
from donhan_gis.tax.exact import Exact, Ints, Mask
from donhan_gis.tax.exemption import Bases
from donhan_gis.tax.rules import Rules
from donhan_gis.tax.uses import Split


@dataclass(frozen=True, slots=True)
class Parts:
    """Values by object and use before tax, sorted by base.

    split   object, use class, rate row, additions of section 43, shares
    base    row in Bases
    value   exact value of this use
    keep    1/10,000 of the tax left after the cuts
    """

    split: Split
    base: Ints
    value: Exact
    keep: Ints


@dataclass(frozen=True, slots=True)
class Lines:
    """One row an object and use in whole satang, in the order of Parts; ``tax`` adds up to the bills.

    value, exempt, base   rounded for display; base = value - exempt
    tax                   the bill spread over its lines by their exact tax, the largest remainders first
    """

    value: Ints
    exempt: Ints
    base: Ints
    tax: Ints


@dataclass(frozen=True, slots=True)
class Portion:
    """What a part bears of a base whose parts differ: taxable value, share of the tax, and after its cut; satang."""

    value: Fraction
    share: Fraction
    tax: Fraction


@dataclass(frozen=True, slots=True)
class Assessment:
    """The result: parts and lines, bases with exemption and exact tax, and one amount a taxpayer.

    cap                  by base: the allowance in satang it may draw on (shared ones repeat)
    exempt, taxable, tax by base, exact; ``tax`` after cuts, before section 97 and rounding
    mixed                tax in satang, by base row, where parts differ in cut or addition and their shares may have
                         endless decimals; ``tax`` holds these cut at the 24th
    portions             by row of Parts, for the parts of these bases
    before_s97           exact tax in satang by taxpayer row, where section 97 was looked at
    bill                 by taxpayer row: satang, rounded once
    taxed                by taxpayer row: has at least one line
    held                 by taxpayer row: an object could not be assessed, so the bill is not complete
    """

    town: Municipality
    rules: Rules
    parts: Parts
    lines: Lines
    bases: Bases
    cap: Ints
    exempt: Exact
    taxable: Exact
    tax: Exact
    mixed: dict[int, Fraction]
    portions: dict[int, Portion]
    before_s97: dict[int, Fraction]
    bill: Ints
    taxed: Mask
    held: Mask
    problems: tuple[Problem, ...]

    def total(self) -> int:
        """Return the sum of all bills in satang."""
        return int(self.bill.sum())
