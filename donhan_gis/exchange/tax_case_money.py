"""Cases of one sum each: depreciation, signboard tax, late payment, instalments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Any

from donhan_gis import law
from donhan_gis.errors import InvalidInput
from donhan_gis.exchange.case_node import Node, counted, fault
from donhan_gis.exchange.tax_case_town import baht, depreciation
from donhan_gis.i18n import Language, text
from donhan_gis.tax.collection import WARNINGS, late_charge
from donhan_gis.tax.instalments import instalments_satang
from donhan_gis.tax.signboard import Sign, first_quarter, sign_tax
from donhan_gis.tax.trace import Step
from donhan_gis.thai import be_year, format_baht

Computed = tuple[dict[str, Any], list[dict[str, Any]]]
SATANG = 100
MOST_SATANG = 10**15  # ten million million baht: no tax is larger
LARGEST_CM, MOST_SIDES = 10**6, 1000
YEAR = "tax_year_be"
COMMON = {"id", "kind", "expected", "source", "note", "working", YEAR}


def depreciation_case(case: Node) -> Computed:
    """Return the cumulative depreciation by the table of the year, the newest where no year is given."""
    notes = _unknown(case, ("material", "age_years"))
    of = _law(case)
    percent = depreciation(case, of)
    material, age = case.need("material").value, case.need("age_years").whole()
    table = of.value(f"appraisal.depreciation.{material}")
    titles: dict[Language, str] = {"th": table.th, "en": table.en}
    said: dict[str, str] = {
        language: text("tax.trace.depreciation", language, material=title, age=age, percent=percent)
        for language, title in titles.items()
    }
    step = {"step": "depreciation", "rule": table.key, "section": table.source, **said}
    return {"depreciation_pct": percent}, [step, *notes]


def signboard_case(case: Node) -> Computed:
    """Return the tax of a sign for its tax year; a sign installed in the year pays from its quarter on."""
    days = ("installed_on", "installed_date")
    notes = _unknown(case, ("sign_type", "moving", "width_cm", "height_cm", "sides", "quarter", *days))
    of = law.at(case.need(YEAR).whole())
    moving, sides = case.get("moving"), case.get("sides")
    sign = Sign(
        case.need("sign_type").whole(),
        moving.flag() if moving else False,
        _size(case.need("width_cm")),
        _size(case.need("height_cm")),
        min(sides.whole(), MOST_SIDES + 1) if sides else 1,
    )
    if sign.sides_n > MOST_SIDES:
        raise fault("too_large", "sides", value=str(sides.value) if sides else "")
    result = sign_tax(of, sign, quarter=_quarter(case, of, days))
    return {"tax_baht": baht(result.tax_satang)}, [*_said(result.steps), *notes]


def _size(node: Node) -> Fraction:
    size = node.decimal()
    if size > LARGEST_CM:
        raise fault("too_large", node.path, value=node.value)
    return size


def _quarter(case: Node, of: law.Law, days: Iterable[str]) -> int:
    """Return the quarter from which the sign is taxed: as given, or of the day it was installed."""
    given, installed = case.get("quarter"), [node for name in days if (node := case.get(name))]
    from_day = first_quarter(of, installed[0].date()) if installed else None
    if given is None:
        return from_day or 1
    if from_day is not None and from_day != given.whole():
        raise InvalidInput("sign_tax.bad_value", field="quarter", at="quarter")
    return given.whole()


def late_payment_case(case: Node) -> Computed:
    """Return penalty and surcharge of a tax paid on a day; the law is that of the tax year or of the due day."""
    longer = ("extended_to", "extended_until", "extended")
    notes = _unknown(case, ("tax_baht", "due_date", "paid_date", "warning", *longer))
    due, paid = case.need("due_date").date(), case.need("paid_date").date()
    year = case.get(YEAR)
    of = law.at(year.whole() if year else be_year(due))
    charge = late_charge(
        of,
        _satang(case.need("tax_baht")),
        due_on=due,
        paid_on=paid,
        warning=_warning(case),
        extended_to=_extended(case, longer, paid),
    )
    money = {"penalty_baht": baht(charge.penalty_satang), "surcharge_baht": baht(charge.surcharge_satang)}
    return money, [*_said(charge.steps), *notes]


def _warning(case: Node) -> Any:
    node = case.get("warning")
    return node.one_of(WARNINGS) if node else WARNINGS[0]


def _extended(case: Node, names: Iterable[str], paid: date) -> date | None:
    """Return the last day that was allowed: a date, or ``true`` where the day of payment was within it."""
    node = next((found for name in names if (found := case.get(name))), None)
    if node is None or node.value is False:
        return None
    return paid if node.value is True else node.date()


def instalments_case(case: Node) -> Computed:
    """Return the parts a tax may be paid in; one part where it is below the least tax."""
    notes = _unknown(case, ("tax_baht",))
    of = _law(case)
    tax = _satang(case.need("tax_baht"))
    parts = instalments_satang(of, tax)
    rule = "collection.instalment.max_parts" if parts else "collection.instalment.min_tax"
    values: dict[str, Any] = {"tax": format_baht(tax)}
    if parts:
        step = Step("tax.late.parts", rule, of.value(rule).source, {**values, "parts": len(parts)})
    else:
        least = format_baht(of.satang(rule))
        step = Step("tax.late.one_part", rule, of.value(rule).source, {**values, "least": least})
    return {"parts_baht": [baht(part) for part in parts or (tax,)]}, [*_said([step]), *notes]


def _law(case: Node) -> law.Law:
    """Return the law of the case's tax year, the newest where it names none."""
    year = case.get(YEAR)
    return law.at(year.whole() if year else law.shipped().years()[-1])


def _satang(node: Node) -> int:
    return counted(node, node.decimal(), SATANG, MOST_SATANG)


def _said(steps: Iterable[Step]) -> list[dict[str, Any]]:
    return [step.as_dict() for step in steps]


def _unknown(case: Node, known: Iterable[str]) -> list[dict[str, Any]]:
    """Return a warning for each field that this kind of case does not have."""
    strange = sorted(map(str, set(case.value) - COMMON - set(known)))
    code = "tax_cases.unknown_field"
    return [
        {"step": "warning", "rule": code, "object": name,
         "th": text(code, "th", at="case", value=name), "en": text(code, "en", at="case", value=name)}
        for name in strange
    ]  # fmt: skip
