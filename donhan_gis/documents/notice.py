"""The assessment notice ภ.ด.ส.6 with its calculation sheets ภ.ด.ส.7 and ภ.ด.ส.8: what it says, before it is typeset.

Every figure, date, rate and number of days arrives from the run and the law tables; nothing is computed here but the
totals, and a notice whose parts do not add up is refused rather than printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from donhan_gis import thai
from donhan_gis.documents.reference import Reference, qr_svg
from donhan_gis.errors import InvalidInput

Use = Literal["agriculture", "residential", "other", "vacant", "mixed"]
Digits = Literal["arabic", "thai"]

# Codes printed under the forms, Announcement of the Ministry of Interior of 29 August 2562, forms ภ.ด.ส.7 and 8.
LAND_USE_CODES: dict[Use, str] = {"agriculture": "1", "residential": "2", "other": "3", "vacant": "4", "mixed": "5"}
CONDO_USE_CODES: dict[Use, str] = {"residential": "1", "other": "2", "vacant": "3"}


@dataclass(frozen=True, slots=True)
class Office:
    """The office that sends the notice, from the project's settings; an empty signer leaves a line to write on."""

    name: str
    address: str
    phone: str = ""
    pay_at: str = ""
    pay_how: tuple[str, ...] = ()
    signer_name: str = ""
    signer_title: str = ""


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """Who is billed: one name, or all co-owners; ``address`` is empty when the register holds none."""

    names: tuple[str, ...]
    kind: Literal["natural", "juristic"] = "natural"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the law table says for this tax year: percentages of the tax, and days counted from receipt."""

    penalty_before_warning_pct: Decimal
    penalty_within_warning_pct: Decimal
    penalty_after_warning_pct: Decimal
    surcharge_pct_per_month: Decimal
    objection_days: int
    appeal_days: int
    court_days: int


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of a tax that may be paid in parts."""

    due_on: date
    amount_satang: int


@dataclass(frozen=True, slots=True)
class LandPart:
    """The land of a line: paper (``โฉนดที่ดิน``) and its number, area and Treasury price."""

    document: str
    document_no: str
    area_sqwah: Decimal
    price_satang_per_sqwah: int
    value_satang: int


@dataclass(frozen=True, slots=True)
class BuildingPart:
    """One building of a line: area, price, and value after depreciation."""

    type_th: str
    area_m2: Decimal
    price_satang_per_m2: int
    gross_satang: int
    age_years: int
    depreciation_satang: int
    value_satang: int


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One row of ภ.ด.ส.7: land, buildings or both in one use, and the tax on them.

    ``rates_pct`` are the bracket rates that were reached; ``cut_pct`` is a reduction that ``tax_satang`` already holds.
    """

    use: Use
    value_satang: int
    exempt_satang: int
    base_satang: int
    rates_pct: tuple[Decimal, ...]
    tax_satang: int
    land: LandPart | None = None
    buildings: tuple[BuildingPart, ...] = ()
    cut_pct: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class CondoLine:
    """One row of ภ.ด.ส.8: a condominium unit and its tax."""

    condo_name: str
    reg_no: str
    place: str
    unit_no: str
    use: Use
    area_m2: Decimal
    price_satang_per_m2: int
    value_satang: int
    exempt_satang: int
    base_satang: int
    rates_pct: tuple[Decimal, ...]
    tax_satang: int
    cut_pct: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One step of the reckoning: what it concerns, what was done with which result, and under which rule."""

    subject: str
    text: str
    law: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One assessment notice of one taxpayer for one tax year.

    ``relief_satang`` is taken off the sum of the lines (section 97 and the like) and then needs ``relief_text``;
    ``instalments`` is empty where the law allows none; ``sample`` marks invented data on every page; ``reference`` is
    printed with its QR code; ``maps`` are SVG drawings of the parcels.
    """

    number: str
    issued_on: date
    tax_year_be: int
    office: Office
    taxpayer: Taxpayer
    tax_satang: int
    due_on: date
    terms: Terms
    lines: tuple[NoticeLine, ...] = ()
    condos: tuple[CondoLine, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    relief_satang: int = 0
    relief_text: str = ""
    trace: tuple[TraceStep, ...] = ()
    sample: bool = False
    digits: Digits = "arabic"
    reference: Reference | None = None
    maps: tuple[str, ...] = ()


def notice_data(notice: Notice) -> dict[str, Any]:
    """Return the notice as the template ``notice`` wants it: texts and formatted figures only.

    Raises:
        InvalidInput: no name, or the lines or the instalments do not add up to the tax.
    """
    _check(notice)
    return {
        "number": notice.number,
        "issued_on": thai.format_date(notice.issued_on),
        "year": str(notice.tax_year_be),
        "sample": notice.sample,
        "thai_digits": notice.digits == "thai",
        "office": _office(notice.office),
        "taxpayer": _taxpayer(notice.taxpayer),
        "counts": _counts(notice),
        "tax": thai.format_baht(notice.tax_satang),
        "tax_words": thai.baht_text(notice.tax_satang),
        "payable": notice.tax_satang > 0,
        "due_on": thai.format_date(notice.due_on),
        "relief": thai.format_baht(notice.relief_satang) if notice.relief_satang else "",
        "relief_text": notice.relief_text,
        "terms": _terms(notice.terms),
        "instalments": [_instalment(part) for part in notice.instalments],
        "land_rows": _land_rows(notice.lines),
        "land_totals": _totals(notice.lines) if notice.lines else None,
        "condo_rows": [_condo_row(number, line) for number, line in enumerate(notice.condos, start=1)],
        "condo_totals": _totals(notice.condos) if notice.condos else None,
        "trace": _trace(notice.trace),
        "reference": notice.reference.shown if notice.reference else "",
        "qr": qr_svg(notice.reference.digits) if notice.reference else "",
        "maps": list(notice.maps),
    }


def _check(notice: Notice) -> None:
    """Refuse a notice that names nobody or does not add up."""
    if not any(name.strip() for name in notice.taxpayer.names):
        raise InvalidInput("documents.notice_no_name", field="taxpayer", number=notice.number)
    tax = thai.format_baht(notice.tax_satang)
    lines = sum(line.tax_satang for line in notice.lines) + sum(line.tax_satang for line in notice.condos)
    lines -= notice.relief_satang
    if lines != notice.tax_satang:
        raise InvalidInput(
            "documents.notice_sum", field="lines", number=notice.number, lines=thai.format_baht(lines), tax=tax
        )
    parts = sum(part.amount_satang for part in notice.instalments)
    if notice.instalments and parts != notice.tax_satang:
        raise InvalidInput(
            "documents.notice_instalments",
            field="instalments",
            number=notice.number,
            parts=thai.format_baht(parts),
            tax=tax,
        )


def _office(office: Office) -> dict[str, Any]:
    return {
        "name": office.name,
        "address": office.address,
        "phone": office.phone,
        "pay_at": office.pay_at or office.name,
        "pay_how": list(office.pay_how),
        "signer_name": office.signer_name,
        "signer_title": office.signer_title,
    }


def _taxpayer(taxpayer: Taxpayer) -> dict[str, Any]:
    names = [name.strip() for name in taxpayer.names if name.strip()]
    return {"names": names, "juristic": taxpayer.kind == "juristic", "address": taxpayer.address.strip()}


def _counts(notice: Notice) -> dict[str, str]:
    """Count parcels by document (one parcel in two uses is one), buildings and units."""
    parcels = {(line.land.document, line.land.document_no) for line in notice.lines if line.land}
    buildings = sum(len(line.buildings) for line in notice.lines)
    return {"parcels": f"{len(parcels):,}", "buildings": f"{buildings:,}", "condos": f"{len(notice.condos):,}"}


def _terms(terms: Terms) -> dict[str, str]:
    return {
        "before_warning": percent_text(terms.penalty_before_warning_pct),
        "within_warning": percent_text(terms.penalty_within_warning_pct),
        "after_warning": percent_text(terms.penalty_after_warning_pct),
        "surcharge": percent_text(terms.surcharge_pct_per_month),
        "objection_days": str(terms.objection_days),
        "appeal_days": str(terms.appeal_days),
        "court_days": str(terms.court_days),
    }


def _instalment(part: Instalment) -> dict[str, str]:
    return {"due_on": thai.format_date(part.due_on), "amount": thai.format_baht(part.amount_satang)}


def percent_text(share: Decimal) -> str:
    """Return a percentage without needless zeros.

    >>> percent_text(Decimal("10.00")), percent_text(Decimal("0.5"))
    ('10', '0.5')
    """
    written = f"{share:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _rates(rates_pct: Iterable[Decimal]) -> str:
    """Return bracket rates with two decimals, as the tables of the law write them."""
    return ", ".join(f"{rate:.2f}" for rate in rates_pct)


def _cut(cut_pct: Decimal) -> str:
    return f"ลด {percent_text(cut_pct)}%" if cut_pct else ""


def _number(value: Decimal) -> str:
    return f"{value:,.2f}"


def _land_rows(lines: Sequence[NoticeLine]) -> list[dict[str, str]]:
    """Return the rows of ภ.ด.ส.7; a line with several buildings takes a row for each."""
    rows: list[dict[str, str]] = []
    building_no = 0
    for number, line in enumerate(lines, start=1):
        first = {"no": str(number), "use": LAND_USE_CODES[line.use]} | _land_cells(line.land) | _tax_cells(line)
        followers: list[dict[str, str]] = [{} for _ in line.buildings[1:]]
        for row, building in zip([first, *followers], line.buildings, strict=False):
            building_no += 1
            row |= _building_cells(building_no, building)
        rows += [first, *followers]
    return rows


def _land_cells(land: LandPart | None) -> dict[str, str]:
    if land is None:
        return {}
    rai, ngan, wah = thai.rai_ngan_wah(land.area_sqwah)
    return {
        "document": f"{land.document} {land.document_no}".strip(),
        "rai": f"{rai:,}",
        "ngan": str(ngan),
        "wah": f"{wah:.2f}",
        "sqwah": _number(land.area_sqwah),
        "land_price": thai.format_baht(land.price_satang_per_sqwah),
        "land_value": thai.format_baht(land.value_satang),
    }


def _building_cells(number: int, building: BuildingPart) -> dict[str, str]:
    return {
        "building_no": str(number),
        "building_type": building.type_th,
        "m2": _number(building.area_m2),
        "building_price": thai.format_baht(building.price_satang_per_m2),
        "gross": thai.format_baht(building.gross_satang),
        "age": str(building.age_years),
        "depreciation": thai.format_baht(building.depreciation_satang),
        "building_value": thai.format_baht(building.value_satang),
    }


def _tax_cells(line: NoticeLine | CondoLine) -> dict[str, str]:
    return {
        "value": thai.format_baht(line.value_satang),
        "exempt": thai.format_baht(line.exempt_satang),
        "base": thai.format_baht(line.base_satang),
        "rate": _rates(line.rates_pct),
        "cut": _cut(line.cut_pct),
        "tax": thai.format_baht(line.tax_satang),
    }


def _condo_row(number: int, line: CondoLine) -> dict[str, str]:
    return {
        "no": str(number),
        "condo": line.condo_name,
        "reg_no": line.reg_no,
        "place": line.place,
        "use": CONDO_USE_CODES.get(line.use, ""),
        "unit_no": line.unit_no,
        "m2": _number(line.area_m2),
        "price": thai.format_baht(line.price_satang_per_m2),
    } | _tax_cells(line)


def _totals(lines: Sequence[NoticeLine] | Sequence[CondoLine]) -> dict[str, str]:
    """Return the totals row of a sheet."""
    sums = {
        "value": sum(line.value_satang for line in lines),
        "exempt": sum(line.exempt_satang for line in lines),
        "base": sum(line.base_satang for line in lines),
        "tax": sum(line.tax_satang for line in lines),
    }
    land = [line.land for line in lines if isinstance(line, NoticeLine) and line.land]
    buildings = [part for line in lines if isinstance(line, NoticeLine) for part in line.buildings]
    if land:
        sums["land_value"] = sum(part.value_satang for part in land)
    if buildings:
        sums["gross"] = sum(part.gross_satang for part in buildings)
        sums["depreciation"] = sum(part.depreciation_satang for part in buildings)
        sums["building_value"] = sum(part.value_satang for part in buildings)
    written = {name: thai.format_baht(satang) for name, satang in sums.items()}
    if land:
        written["sqwah"] = _number(sum((part.area_sqwah for part in land), Decimal(0)))
    return written


def _trace(steps: Iterable[TraceStep]) -> list[dict[str, str]]:
    """Return the steps; the subject stands only where it changes."""
    rows: list[dict[str, str]] = []
    subject = ""
    for step in steps:
        heading = step.subject if step.subject != subject else ""
        rows.append({"subject": heading, "text": step.text, "law": step.law})
        subject = step.subject
    return rows
