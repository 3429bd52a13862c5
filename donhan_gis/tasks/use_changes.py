"""Papers about the property itself: a change of use (form ภ.ด.ส.5) and a request to correct the list."""

from __future__ import annotations

from datetime import date

from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind
from donhan_gis.law import Law
from donhan_gis.register import load_registers
from donhan_gis.report import Report
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.bills import YEAR, Row, insert_checked, law_of, today
from donhan_gis.tasks.petitions import FILED, days_of, listed
from donhan_gis.tasks.runs import ASSESS, newest_run
from donhan_gis.thai import be_year

_CHOICES = load_registers().choices
_PARCEL = Field("parcel", Kind.TEXT, "รหัสแปลงที่ดิน", "Parcel code", to="parcel")
_BUILDING = Field("building", Kind.TEXT, "รหัสสิ่งปลูกสร้าง", "Building code", to="building")
_PERSON = Field(
    "person", Kind.TEXT, "ผู้ยื่น (ชื่อหรือเลขประจำตัว)", "Filed by (name or identity number)", required=True, to="person"
)


def _property(store: Store, parcel: str | None, building: str | None) -> dict[str, str | None]:
    """Return the columns of a parcel and a building by their codes."""
    return {
        f"{register}_uid": _one(store, register, "code", code)["uid"] if code else None
        for register, code in (("parcel", parcel), ("building", building))
    }


def _one(store: Store, register: str, column: str, value: str) -> Row:
    found = store.rows(register, f"{column} = ? OR uid = ?", [value.strip()] * 2)
    if not found:
        titles = {"register": store.registers[register].th, "register_en": store.registers[register].en}
        raise InvalidInput("collection.no_number", field=register, number=value, **titles)
    return found[0]


def _person(store: Store, written: str) -> str:
    """Return the uid of the person meant, by identity number or by a name that fits one person only."""
    exact = store.rows("person", "id_no = ? OR uid = ?", [written, written], columns=["uid"])
    found: list[str] = [row["uid"] for row in exact] or [uid for uid, _ in store.titles("person", written, limit=2)]
    if len(found) != 1:
        raise InvalidInput("petition.person", field="person", written=written, n=len(found))
    return found[0]


@task(
    "tax.change_of_use",
    th="รับแจ้งเปลี่ยนแปลงการใช้ประโยชน์ (ภ.ด.ส.5)",
    en="Register a change of use (form 5)",
    parameters=(
        _PARCEL,
        _BUILDING,
        _PERSON,
        Field("to_class", Kind.CHOICE, "การใช้ประโยชน์ใหม่", "New use", required=True, choices="use_class"),
        Field("from_class", Kind.CHOICE, "การใช้ประโยชน์เดิม", "Former use", choices="use_class"),
        Field("area", Kind.DECIMAL, "เนื้อที่ (ตร.ว. หรือ ตร.ม.)", "Area (sq. wah or m²)", minimum=0),
        Field("changed_on", Kind.DATE, "วันที่เปลี่ยนแปลง", "Changed on", required=True),
        FILED,
        Field("note", Kind.TEXT, "หมายเหตุ", "Note"),
    ),
    choices={"use_class": _CHOICES["use_class"]},
    group="collection",
    help_th="ใช้คำนวณภาษีตั้งแต่ปีภาษีถัดไป (มาตรา 33)",
    help_en="Counts from the next tax year on (s.33).",
)
def register_change(
    context: Context, *, parcel: str | None, building: str | None, person: str, to_class: str,
    from_class: str | None, area: float | None, changed_on: str, filed_on: str | None, note: str | None,
) -> Report:  # fmt: skip
    """Write a change of use with the tax year it counts from, and tell when it was filed late."""
    day, changed = today(filed_on), date.fromisoformat(changed_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        counts_from = be_year(changed) + 1
        row = {
            **_property(store, parcel, building), "person_uid": _person(store, person), "filed_on": day.isoformat(),
            "changed_on": changed_on, "from_class": from_class, "to_class": to_class, "area": area,
            "counts_from_be": counts_from, "note": note,
        }  # fmt: skip
        kept = insert_checked(store, "change_of_use", row)
        days = days_of(_newest_law(store, counts_from - 1), "procedure.change_of_use_days")
        number, late = kept["number"], day > changed + days
        facts = {"number": number, "counts_from_be": counts_from, "late": late}
        report = listed(store, "change_of_use", [kept], f"รับแจ้ง {number}", f"Change of use {number}", **facts)
    th = ("ยื่นเกินกำหนด อาจมีโทษตามมาตรา 85",) if late else ()
    en = ("Filed late: section 85 may apply",) if late else ()
    return Report(report.th, report.en, report.tables, th, en, choices=report.choices, facts=report.facts)


def _newest_law(store: Store, year_be: int) -> Law:
    """Return the law of a year as its run used it, else as shipped."""
    run = newest_run(store, ASSESS, year_be)
    return law_of(run or {"parameters": None, "tax_year_be": year_be})


@task(
    "tax.correct",
    th="รับคำร้องขอแก้ไขบัญชีรายการ",
    en="Register a correction request",
    parameters=(
        YEAR,
        _PARCEL,
        _BUILDING,
        _PERSON,
        Field("what", Kind.LONGTEXT, "รายการที่ขอแก้ไข", "What to correct", required=True),
        FILED,
    ),
    group="collection",
    help_th="ต้องแจ้งผลภายใน 30 วันนับแต่วันที่ได้รับคำร้อง (มาตรา 32)",
    help_en="Must be answered within 30 days of its receipt (s.32).",
)
def register_correction(
    context: Context, *, year_be: int, parcel: str | None, building: str | None, person: str, what: str,
    filed_on: str | None,
) -> Report:  # fmt: skip
    """Write a correction request with the day by which it must be answered."""
    day = today(filed_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        answer_by = day + days_of(_newest_law(store, year_be), "procedure.correction_days")
        row = {
            **_property(store, parcel, building), "person_uid": _person(store, person), "filed_on": day.isoformat(),
            "what": what, "answer_by": answer_by.isoformat(),
        }  # fmt: skip
        kept = insert_checked(store, "correction", row)
        number = kept["number"]
        facts = {"number": number, "answer_by": kept["answer_by"]}
        return listed(store, "correction", [kept], f"รับคำร้อง {number}", f"Correction request {number}", **facts)
