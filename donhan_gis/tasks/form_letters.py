"""The one-page papers filled from the registers: requests, receipts, warning letters and signboard papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from donhan_gis import law as law_module
from donhan_gis import thai
from donhan_gis.documents.forms import receipt_rows
from donhan_gis.documents.notice import percent_text
from donhan_gis.law import Law
from donhan_gis.store import Store
from donhan_gis.tasks.form_lists import district_of
from donhan_gis.tasks.notices import address_of, label_of, numbers_of, setting
from donhan_gis.tasks.tax_lines import person_name

Row = Mapping[str, Any]
Paper = tuple[dict[str, str], list[dict[str, str]]]
PER_CENT = 100
# Where the terms that a paper tells stand in the law tables.
TERMS: Mapping[str, Mapping[str, str]] = {
    "pds5": {"within_days": "procedure.change_of_use_days"},
    "pds9": {"within_years": "procedure.refund_years", "unclaimed_years": "procedure.unclaimed_years"},
    "pds10": {"filed_within_days": "objection.objection_days", "decide_days": "procedure.decide_days"},
    "warning": {
        "pay_within_days": "procedure.setting.warning_pay_days",
        "within_warning": "collection.penalty.within_time",
        "after_warning": "collection.penalty.after_time",
        "surcharge": "collection.surcharge.per_month",
        "seizure_days": "procedure.seizure_days",
    },
    "pp3": {
        "pay_within_days": "signboard.pay_within_days",
        "late_per_month": "signboard.late.per_month",
        "appeal_days": "signboard.appeal_days",
    },
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows are printed: year B.E., part of the taxpayer's name, number of the row, code of the parcel."""

    year_be: int
    name: str = ""
    number: str = ""
    parcel: str = ""


class Desk:
    """Reads what the papers of one year say."""

    def __init__(self, store: Store, chosen: Chosen) -> None:
        self.store = store
        self.chosen = chosen
        self._notices: dict[str, dict[str, int]] = {}

    @cached_property
    def persons(self) -> dict[str, Row]:
        """The persons by uid."""
        return {row["uid"]: row for row in self.store.rows("person")}

    @cached_property
    def law(self) -> Law:
        """The law of the year."""
        return law_module.at(self.chosen.year_be)

    @cached_property
    def head_of_office(self) -> str:
        """Whom requests are addressed to."""
        return str(setting(self.store, "office.signer_title") or "")

    def rows(self, register: str, day: str) -> list[dict[str, Any]]:
        """Return the rows of a register that were chosen, in the order of their numbers.

        Without a number those of the calendar year are meant, by the day in the column named.
        """
        rows = self.store.rows(register, order="number" if register != "sign_assessment" else "taxpayer_name")
        if self.chosen.number:
            return [row for row in rows if row["number"] == self.chosen.number]
        year = str(self.chosen.year_be - thai.BE_MINUS_CE)
        return [row for row in rows if (row[day] or "").startswith(year)]

    def assessment(self, row: Row) -> Row:
        """Return the assessment a row is about."""
        return self.store.get("assessment", row["assessment_uid"])

    def notice_no(self, head: Row) -> str:
        """Return the number of the notice of an assessment."""
        numbers = self._notices.setdefault(head["run_uid"], {}) or numbers_of(self.store, head["run_uid"])
        self._notices[head["run_uid"]] = numbers
        return f"{numbers[head['uid']]:04d}/{head['tax_year_be']}"

    def notice_on(self) -> str:
        """Return the day of the notices by the calendar of the year."""
        return day_text(self.law.table("collection.calendar").get("notice_by"))

    def address(self, uids: Iterable[str]) -> str:
        """Return where the first of the persons who can be reached gets post."""
        return address_of(self.store, [self.persons[uid] for uid in uids if uid in self.persons])

    def person(self, uid: str) -> dict[str, str]:
        """Return name, address and telephone of a person, in the parts forms ask for."""
        person = self.persons[uid]
        found = {"name": person_name(person), "phone": person["phone"] or ""}
        if not person["house_uid"]:
            return found
        house = self.store.get("house", person["house_uid"])
        village = self.store.get("village", house["village_uid"]) if house["village_uid"] else {"moo": ""}
        place = {"house_no": house["house_no"] or "", "moo": str(village["moo"] or ""), "road": house["road"] or ""}
        return found | place | district_of(self.store)

    def is_named(self, *names: str) -> bool:
        """Say whether the chosen name is in one of these."""
        return any(self.chosen.name in name for name in names)

    def terms(self, form: str) -> dict[str, str]:
        """Return the days, years and percentages of the law that a paper tells; a blank one tells them too."""
        return {name: self._term(key) for name, key in TERMS.get(form, {}).items()}

    def _term(self, key: str) -> str:
        value = self.law.value(key).value
        if isinstance(value, int):
            return str(value)
        share = self.law.percent(key) * PER_CENT
        return percent_text(Decimal(share.numerator) / Decimal(share.denominator))


def day_text(day: str | date | None) -> str:
    """Return a stored day as papers write it."""
    if not day:
        return ""
    return thai.format_date(date.fromisoformat(day) if isinstance(day, str) else day)


def baht_text(satang: int | None) -> str:
    """Return money as papers write it; nothing for none."""
    return "" if satang is None else thai.format_baht(satang)


def words_text(satang: int | None) -> str:
    """Return money in words; nothing for none."""
    return "" if satang is None else thai.baht_text(satang)


def changes_of_use(desk: Desk) -> list[Paper]:
    """Return the papers ภ.ด.ส.5."""
    papers: list[Paper] = []
    for row in desk.rows("change_of_use", "filed_on"):
        person = desk.person(row["person_uid"]) if row["person_uid"] else {"name": ""}
        parcel, what = _changed(desk, row)
        if not desk.is_named(person["name"]) or desk.chosen.parcel not in ("", parcel["code"]):
            continue
        filed = {"number": row["number"] or "", "filed_on": day_text(row["filed_on"])}
        papers.append((person | what | filed | {"counts_from": str(row["counts_from_be"] or "")}, []))
    return papers


def _changed(desk: Desk, row: Row) -> tuple[Row, dict[str, str]]:
    """Return the parcel and what is said of the land or the building that changed."""
    building = desk.store.get("building", row["building_uid"]) if row["building_uid"] else None
    parcel_uid = row["parcel_uid"] or (building and building["parcel_uid"])
    parcel = desk.store.get("parcel", parcel_uid) if parcel_uid else {"code": "", "village_uid": None}
    village = desk.store.get("village", parcel["village_uid"]) if parcel["village_uid"] else {"moo": ""}
    registers = desk.store.registers
    cells = {
        "n": "1",
        "moo": str(village["moo"] or ""),
        "road": parcel.get("road") or "",
        **district_of(desk.store),
        "document": f"{label_of(registers, 'parcel', 'doc_type', parcel.get('doc_type'))} {parcel.get('doc_no') or ''}",
        "before": label_of(registers, "change_of_use", "from_class", row["from_class"]),
        "after": label_of(registers, "change_of_use", "to_class", row["to_class"]),
        "changed_on": day_text(row["changed_on"]),
    }
    if building:
        cells["m2"] = f"{row['area'] or building['area_m2'] or 0:,.2f}"
    else:
        rai, ngan, wah = thai.rai_ngan_wah(float(row["area"] or parcel.get("deed_area_sqwah") or 0))
        cells |= {"rai": f"{rai:,}", "ngan": str(ngan), "wah": f"{wah:.2f}"}
    what = "building" if building else "land"
    return parcel, {f"{what}_{name}": value.strip() for name, value in cells.items()}


def refunds(desk: Desk) -> list[Paper]:
    """Return the papers ภ.ด.ส.9 with the receipts that were paid."""
    papers: list[Paper] = []
    for row in desk.rows("refund", "filed_on"):
        head = desk.assessment(row)
        if not desk.is_named(head["taxpayer_name"]):
            continue
        paid = desk.store.rows("receipt", "assessment_uid = ? AND state = 'valid'", [head["uid"]], order="number")
        total = sum(receipt["total_satang"] for receipt in paid)
        values = {
            **desk.person(head["taxpayer_key"].split("+")[0]),
            "name": head["taxpayer_name"],
            "filed_on": day_text(row["filed_on"]),
            "number": row["number"] or "",
            "to": desk.head_of_office,
            "year": str(head["tax_year_be"]),
            "paid": baht_text(total) if paid else "",
            "paid_words": words_text(total) if paid else "",
            "receipts": ", ".join(receipt["number"] for receipt in paid),
            "receipt_on": ", ".join(dict.fromkeys(day_text(receipt["paid_on"]) for receipt in paid)),
            "claimed": baht_text(row["claimed_satang"]),
            "claimed_words": words_text(row["claimed_satang"]),
            "reason": row["reason"] or "",
        }
        papers.append((values, []))
    return papers


def objections(desk: Desk) -> list[Paper]:
    """Return the papers ภ.ด.ส.10."""
    papers: list[Paper] = []
    for row in desk.rows("objection", "filed_on"):
        head = desk.assessment(row)
        if not desk.is_named(head["taxpayer_name"]):
            continue
        values = {
            "filed_on": day_text(row["filed_on"]),
            "number": row["number"] or "",
            "to": desk.head_of_office,
            "year": str(head["tax_year_be"]),
            "notice_no": desk.notice_no(head),
            "notice_on": desk.notice_on(),
            "name": head["taxpayer_name"],
            "grounds": row["grounds"] or "",
        }
        papers.append((values, []))
    return papers


def receipts(desk: Desk, *, sign: bool) -> list[Paper]:
    """Return the receipts ภ.ด.ส.11, or those of the signboard tax ภ.ป.7; cancelled ones are marked."""
    papers: list[Paper] = []
    for row in desk.rows("receipt", "paid_on"):
        if bool(row["sign_assessment_uid"]) != sign or not desk.is_named(row["taxpayer_name"] or ""):
            continue
        extra = "extra" if sign else "surcharge"
        amounts = {"tax": row["tax_satang"], "penalty": row["penalty_satang"], extra: row["surcharge_satang"]}
        amounts = {name: satang or 0 for name, satang in amounts.items() if satang or (name != "penalty" or not sign)}
        lines = receipt_rows(row["number"], amounts, row["total_satang"])
        papers.append((_receipt(desk, row, sign=sign), lines))
    return papers


def _receipt(desk: Desk, row: Row, *, sign: bool) -> dict[str, str]:
    return {
        "number": row["number"],
        "paid_on": day_text(row["paid_on"]),
        "name": row["taxpayer_name"] or "",
        "address": desk.address((row["taxpayer_key"] or "").split("+")),
        "notice_no": "" if sign else desk.notice_no(desk.assessment(row)),
        "year": str(row["tax_year_be"] or ""),
        "part_no": str(row["part_no"] or ""),
        "method": label_of(desk.store.registers, "receipt", "method", row["method"]),
        "elaas_no": row["elaas_no"] or "",
        "cashier": row["cashier"] or "",
        "penalty_pct": _share_of(row["penalty_satang"], row["tax_satang"]),
        "months": _months(desk, row) if not sign else "",
        "total_words": words_text(row["total_satang"]),
        "void": "1" if row["state"] == "cancelled" else "",
    }


def _share_of(part: int | None, whole: int | None) -> str:
    """Return the whole percentage that a part is, or nothing where it is none (a cut or mixed penalty)."""
    if not part or not whole:
        return ""
    share = round(part * PER_CENT / whole)
    return str(share) if abs(part * PER_CENT - share * whole) < PER_CENT else ""


def _months(desk: Desk, row: Row) -> str:
    """Return the months a surcharge stands for, where it is a whole number of them."""
    monthly = desk.law.percent("collection.surcharge.per_month") * (row["tax_satang"] or 0)
    months = round((row["surcharge_satang"] or 0) / monthly) if monthly else 0
    return str(months) if months and abs(months * monthly - row["surcharge_satang"]) < 1 else ""


def warnings(desk: Desk) -> list[Paper]:
    """Return the warning letters of section 61 with what was owed."""
    papers: list[Paper] = []
    for row in desk.rows("warning_letter", "issued_on"):
        head = desk.assessment(row)
        if not desk.is_named(head["taxpayer_name"]):
            continue
        paid = desk.store.rows("receipt", "assessment_uid = ? AND state = 'valid'", [head["uid"]])
        before = [receipt for receipt in paid if receipt["paid_on"] <= (row["issued_on"] or receipt["paid_on"])]
        owed = head["tax_satang"] - sum(receipt["tax_satang"] for receipt in before)
        values = {
            "number": row["number"] or "",
            "issued_on": day_text(row["issued_on"]),
            "name": head["taxpayer_name"],
            "address": desk.address(head["taxpayer_key"].split("+")),
            "year": str(head["tax_year_be"]),
            "notice_no": desk.notice_no(head),
            "due_on": day_text(head["due_on"]),
            "owed": baht_text(owed),
            "owed_words": words_text(owed),
            "pay_by": day_text(row["pay_by"]),
        }
        papers.append((values, []))
    return papers
