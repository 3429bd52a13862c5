"""What is added to a land and building tax paid late or in parts, and to a tax paid back; every number is law data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from donhan_gis.law import Law
from donhan_gis.tax.instalments import instalments_satang
from donhan_gis.tax.months import months_late, satang
from donhan_gis.tax.trace import Step, percent_text
from donhan_gis.thai import format_baht

AREA = "collection."
WARNINGS = ("not_received", "within_time", "after_time")
Warned = Literal["not_received", "within_time", "after_time"]


@dataclass(frozen=True, slots=True)
class Charge:
    """Penalty and surcharge (or interest) in satang, the months counted, and the working."""

    penalty_satang: int
    surcharge_satang: int
    months: int
    steps: tuple[Step, ...]

    @property
    def total_satang(self) -> int:
        """What comes on top of the tax."""
        return self.penalty_satang + self.surcharge_satang


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment: its last day, its amount in satang, and the day it was paid, or None."""

    due_on: date
    amount_satang: int
    paid_on: date | None = None


def late_charge(
    law: Law, tax_satang: int, *, due_on: date, paid_on: date, warning: Warned, extended_to: date | None = None
) -> Charge:
    """Return penalty and surcharge of a tax paid, or counted up, on a day.

    ``warning``: the letter was not received yet, its time runs, or its time is over. ``extended_to``: the last day
    that the executive allowed this taxpayer; a postponement for all moves ``due_on`` instead. Both charges are on the
    unpaid tax alone: no compounding, no surcharge on the penalty.

    Source: Land and Building Tax Act s.68, s.69 (penalty), s.70 (surcharge), s.14 (extended time).

    >>> from donhan_gis import law
    >>> late = late_charge(law.at(2569), 900_000, due_on=date(2026, 6, 30), paid_on=date(2026, 9, 1),
    ...                    warning="not_received")
    >>> late.penalty_satang, late.surcharge_satang, late.months
    (90000, 27000, 3)
    """
    months = months_late(due_on, paid_on)
    if not months or tax_satang <= 0:
        return Charge(0, 0, 0, (_step(law, "in_time", "surcharge.per_month"),))
    kept = extended_to is not None and due_on < extended_to and paid_on <= extended_to
    free = kept and law.choice(AREA + "setting.extended_penalty") == "none"
    penalty, steps = _penalty(law, tax_satang, "setting.extended_penalty" if free else f"penalty.{warning}")
    rule = "surcharge.per_month_extended" if kept else "surcharge.per_month"
    surcharge, more = _monthly(law, tax_satang, months, rule)
    return Charge(penalty, surcharge, months, (*steps, *more))


def _penalty(law: Law, tax_satang: int, rule: str) -> tuple[int, list[Step]]:
    if rule == "setting.extended_penalty":
        return 0, [_step(law, "no_penalty", rule)]
    share = law.percent(AREA + rule)
    penalty = satang(tax_satang * share, law.choice(AREA + "setting.rounding"))
    values = {"tax": format_baht(tax_satang), "rate": percent_text(share), "penalty": format_baht(penalty)}
    return penalty, [_step(law, "penalty", rule, **values)]


def _monthly(law: Law, amount_satang: int, months: int, rule: str) -> tuple[int, list[Step]]:
    """Return so many months' share of an amount, at most the legal part of it."""
    share = law.percent(AREA + rule)
    exact = amount_satang * share * months
    cap = amount_satang * law.percent(AREA + "surcharge.cap_of_tax")
    charge = satang(min(exact, cap), law.choice(AREA + "setting.rounding"))
    values = {"tax": format_baht(amount_satang), "rate": percent_text(share), "months": months}
    steps = [_step(law, "surcharge", rule, charge=format_baht(satang(exact, "half_up")), **values)]
    if exact > cap:
        steps.append(_step(law, "surcharge_cap", "surcharge.cap_of_tax", charge=format_baht(charge)))
    return charge, steps


def instalment_parts(law: Law, tax_satang: int, due_days: Sequence[date]) -> tuple[Part, ...]:
    """Return the parts a tax may be paid in with their last days; none where it is below the least tax.

    Source: Act s.52; ministerial regulation of 20 Dec 2562.
    """
    amounts = instalments_satang(law, tax_satang)
    return tuple(Part(due, amount) for due, amount in zip(due_days, amounts, strict=True)) if amounts else ()


def missed_on(parts: Sequence[Part], as_of: date) -> date | None:
    """Return the last day of the first part that was not paid by it, or None while the right holds.

    Source: Act s.52: whoever misses a part loses the right to pay in parts.
    """
    missed = [part.due_on for part in parts if (part.paid_on or as_of) > part.due_on]
    return min(missed, default=None)


def missed_charge(law: Law, parts: Sequence[Part], *, as_of: date) -> Charge:
    """Return the addition on all that was unpaid when the first part was missed, each part until it was paid.

    Parts still unpaid are counted up to ``as_of``. No penalty: section 52 has an addition of its own.

    Source: Act s.52: 1 % a month or part of a month of the tax unpaid; at most the tax, as in s.70.
    """
    missed = missed_on(parts, as_of)
    if missed is None:
        return Charge(0, 0, 0, (_step(law, "in_time", "instalment.missed_per_month"),))
    charge, longest = 0, 0
    steps: list[Step] = []
    for part in parts:
        months = months_late(missed, part.paid_on or as_of)
        if months:
            added, more = _monthly(law, part.amount_satang, months, "instalment.missed_per_month")
            charge, longest, steps = charge + added, max(longest, months), [*steps, *more]
    return Charge(0, charge, longest, tuple(steps))


def refund_interest(law: Law, refund_satang: int, *, filed_on: date, paid_on: date) -> Charge:
    """Return the interest on a tax paid back, a month or part of one from the day the claim was filed.

    Due where the local authority was wrong. Interest is in ``surcharge_satang``.

    Source: Act s.54: 1 % a month from the day of filing, at most the tax paid back.
    """
    months = months_late(filed_on, paid_on)
    share = law.percent(AREA + "refund.interest_per_month")
    interest = satang(
        min(refund_satang * share * months, Fraction(refund_satang)), law.choice(AREA + "setting.rounding")
    )
    values = {"tax": format_baht(refund_satang), "rate": percent_text(share), "months": months}
    step = _step(law, "interest", "refund.interest_per_month", charge=format_baht(interest), **values)
    return Charge(0, interest, months, (step,))


def _step(law: Law, code: str, rule: str, **values: object) -> Step:
    return Step(f"tax.late.{code}", AREA + rule, law.value(AREA + rule).source, values)
