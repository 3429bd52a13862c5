"""Signboard tax of one sign, its additions and parts: exact, explained step by step, every number from the law data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal

from donhan_gis.errors import DeclarationError, InvalidInput
from donhan_gis.law import PERCENT, SATANG_PER_BAHT, Law
from donhan_gis.tax.instalments import equal_parts
from donhan_gis.tax.months import MONTHS_OF_A_YEAR, months_late, satang
from donhan_gis.tax.trace import Step, Term, percent_text
from donhan_gis.thai import be_year, format_baht

AREA = "signboard."
KINDS = (1, 2, 3)
QUARTERS = 4
HALF_UP = "half_up"
Filed = Literal["in_time", "filed_before_told", "not_filed"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign: ``kind`` of KINDS, moving or changing text, its border (or letters) in cm, how many faces it has."""

    kind: int
    moving: bool
    width_cm: Fraction
    height_cm: Fraction
    sides_n: int = 1


@dataclass(frozen=True, slots=True)
class SignTax:
    """The tax of a sign in satang with its working; ``area_cm2`` and ``units`` are of what counts as one sign."""

    area_cm2: Fraction
    units: int
    rate_satang: int
    year_satang: int
    quarter_pct: int
    tax_satang: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Extra:
    """An addition in satang with its working; ``months`` counted, 0 where none are."""

    extra_satang: int
    months: int
    steps: tuple[Step, ...]


def quarter_of(day: date) -> int:
    """Return the quarter (1 to 4) of a day."""
    return 1 + (day.month - 1) * QUARTERS // MONTHS_OF_A_YEAR


def first_quarter(law: Law, installed_on: date | None) -> int:
    """Return the quarter from which a sign is taxed this year: the first, unless it was installed in the year.

    Raises:
        InvalidInput: it was installed after the tax year.

    Source: Signboard Tax Act s.7: a sign installed in the year pays from that quarter on.
    """
    if installed_on is None or be_year(installed_on) < law.year_be:
        return 1
    if be_year(installed_on) > law.year_be:
        raise InvalidInput("sign_tax.not_yet", field="installed_on", year=law.year_be)
    return quarter_of(installed_on)


def sign_tax(law: Law, sign: Sign, *, quarter: int = 1) -> SignTax:
    """Return the tax of a sign for a year, from a quarter on.

    Source: Signboard Tax Act B.E. 2510 s.7, its table of rates, ministerial regulation B.E. 2563: width × height of
    each face in units of 500 cm², a remainder above half a unit counts as one, at least the minimum for each sign.

    >>> from donhan_gis import law
    >>> sign_tax(law.at(2569), Sign(2, False, Fraction(120), Fraction(240))).tax_satang
    150800

    Raises:
        InvalidInput: no such kind or quarter, or no size.
    """
    _checked(sign, quarter)
    together = law.choice(AREA + "setting.faces") == "areas_together"
    area = sign.width_cm * sign.height_cm * (sign.sides_n if together else 1)
    signs_n = 1 if together else sign.sides_n
    units = _units(law, area)
    rate = f"rate.{sign.kind}.{'moving' if sign.moving else 'static'}"
    rate_satang = _rate(law, rate, sign.kind)
    full = units * rate_satang
    steps = [_area_step(law, sign, area, units), _rate_step(law, rate, units, full)]
    floor = law.satang(AREA + "minimum")
    share = Fraction(law.series(AREA + "quarter_pct")[quarter - 1], PERCENT)
    first = law.choice(AREA + "setting.quarter_and_minimum") == "minimum_first"
    least = max(full, floor)
    exact = least * share if first else max(full * share, Fraction(floor))
    steps += _adjusted(law, full, exact, quarter=quarter, share=share, first=first)
    tax = satang(exact, law.choice(AREA + "setting.rounding"))
    if signs_n > 1:
        steps.append(_step(law, "faces", "setting.faces", sides=signs_n, tax=format_baht(tax * signs_n)))
    percent = int(share * PERCENT)
    return SignTax(area, units, rate_satang, least * signs_n, percent, tax * signs_n, tuple(steps))


def _checked(sign: Sign, quarter: int) -> None:
    faults = {
        "sign_type": sign.kind not in KINDS,
        "width_cm": sign.width_cm <= 0,
        "height_cm": sign.height_cm <= 0,
        "sides": sign.sides_n < 1,
        "quarter": not 1 <= quarter <= QUARTERS,
    }
    for name, wrong in faults.items():
        if wrong:
            raise InvalidInput("sign_tax.bad_value", field=name, at=name)


def _rate(law: Law, rate: str, kind: int) -> int:
    """Return the satang per unit of area.

    Raises:
        DeclarationError: a law file passes the ceiling of the Act.
    """
    satang_per_unit = law.satang(AREA + rate)
    if satang_per_unit > Fraction(law.table(AREA + "ceiling")[str(kind)]) * SATANG_PER_BAHT:
        raise DeclarationError("sign_tax.rate_over_ceiling", file=law.value(AREA + rate).file, key=rate)
    return satang_per_unit


def _units(law: Law, area_cm2: Fraction) -> int:
    """Return the units of area; a remainder counts as one only above the legal half."""
    units, rest = divmod(area_cm2, law.whole(AREA + "unit_cm2"))
    return int(units) + (rest > law.whole(AREA + "remainder_over_cm2"))


def _area_step(law: Law, sign: Sign, area: Fraction, units: int) -> Step:
    size = {"width": _plain(sign.width_cm), "height": _plain(sign.height_cm), "area": _plain(area)}
    per, half = law.whole(AREA + "unit_cm2"), law.whole(AREA + "remainder_over_cm2")
    return _step(law, "area", "remainder_over_cm2", units=units, per=per, half=half, **size)


def _rate_step(law: Law, rate: str, units: int, full: int) -> Step:
    value = law.value(AREA + rate)
    title = Term(rate, value.th, value.en)
    return _step(law, "rate", rate, kind=title, units=units, rate=format_baht(value.value), tax=format_baht(full))


def _adjusted(law: Law, full: int, exact: Fraction, *, quarter: int, share: Fraction, first: bool) -> list[Step]:
    """Return the steps of minimum and quarter in the order that the setting puts them."""
    floor = law.satang(AREA + "minimum")
    after_quarter = satang((max(full, floor) if first else full) * share, HALF_UP)
    minimum = _step(law, "minimum", "minimum", least=format_baht(floor))
    part = _step(
        law, "quarter", "quarter_pct", quarter=quarter, share=percent_text(share), tax=format_baht(after_quarter)
    )
    lifted = full < floor if first else exact > full * share
    steps = [(lifted, minimum), (quarter > 1, part)]
    return [step for told, step in (steps if first else reversed(steps)) if told]


def filing_extra(law: Law, tax_satang: int, filed: Filed) -> Extra:
    """Return the addition for a declaration filed late or not at all.

    Source: Signboard Tax Act s.25 (1): less where it was filed before the officer told the owner.
    """
    if filed == "in_time":
        return Extra(0, 0, ())
    return _extra(law, tax_satang, f"extra.{filed}")


def wrong_filing_extra(law: Law, added_tax_satang: int) -> Extra:
    """Return the addition on the tax that a wrong declaration left out.

    Source: Signboard Tax Act s.25 (2).
    """
    return _extra(law, added_tax_satang, "extra.wrong_filing")


def _extra(law: Law, amount_satang: int, rule: str) -> Extra:
    share = law.percent(AREA + rule)
    extra = satang(amount_satang * share, law.choice(AREA + "setting.rounding"))
    value = law.value(AREA + rule)
    title = Term(rule, value.th, value.en)
    values = {"tax": format_baht(amount_satang), "rate": percent_text(share), "extra": format_baht(extra)}
    return Extra(extra, 0, (_step(law, "extra", rule, why=title, **values),))


def late_extra(law: Law, tax_satang: int, *, due_on: date, paid_on: date) -> Extra:
    """Return the addition for paying after the due day: each month or part of one, on the tax alone.

    Source: Signboard Tax Act s.25 (3).
    """
    months = months_late(due_on, paid_on)
    share = law.percent(AREA + "late.per_month")
    extra = satang(tax_satang * share * months, law.choice(AREA + "setting.rounding"))
    values = {"tax": format_baht(tax_satang), "rate": percent_text(share), "extra": format_baht(extra)}
    return Extra(extra, months, (_step(law, "late", "late.per_month", months=months, **values),) if months else ())


def pay_by(law: Law, notified_on: date) -> date:
    """Return the last day to pay after the notice ภ.ป.3 was received.

    Source: Signboard Tax Act s.19.
    """
    return notified_on + timedelta(days=law.whole(AREA + "pay_within_days"))


def sign_instalments(law: Law, tax_satang: int) -> tuple[int, ...]:
    """Return the parts in satang a year's signboard tax may be paid in; none where it is below the least tax.

    Source: Signboard Tax Act s.19 bis.
    """
    if tax_satang < law.satang(AREA + "instalment.min_tax"):
        return ()
    return equal_parts(tax_satang, law.whole(AREA + "instalment.parts"))


def _plain(number: Fraction) -> str:
    """Return a size without needless noughts."""
    whole, rest = divmod(number * SATANG_PER_BAHT, SATANG_PER_BAHT)
    return f"{whole:,}.{int(rest):02d}".rstrip("0").rstrip(".") if rest else f"{whole:,}"


def _step(law: Law, code: str, rule: str, **values: object) -> Step:
    return Step(f"sign_tax.{code}", AREA + rule, law.value(AREA + rule).source, values)
