"""The task "print an official form": ภ.ด.ส.1–5 and 9–11, the warning letter, ภ.ป.1, 3 and 7; filled in or blank."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from donhan_gis.documents.form_list import ListForm, ListHead, list_data, list_forms, list_report
from donhan_gis.documents.forms import Form, form_data
from donhan_gis.documents.render import batch_paths, render_batch
from donhan_gis.errors import InvalidInput
from donhan_gis.exchange.workbook import write_workbook
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.report import Report
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks import form_letters, form_signs
from donhan_gis.tasks.form_letters import Chosen, Desk, Paper
from donhan_gis.tasks.form_lists import (
    Row,
    Town,
    appraised_condos,
    appraised_land,
    condo_units,
    land_and_buildings,
    lines_of,
)
from donhan_gis.tasks.notices import office_of, setting
from donhan_gis.tasks.tax_lines import person_name

FORMS = (
    Choice("pds1", "ภ.ด.ส.1 ราคาประเมินที่ดินและสิ่งปลูกสร้าง", "Form 1: appraised values of land and buildings"),
    Choice("pds2", "ภ.ด.ส.2 ราคาประเมินห้องชุด", "Form 2: appraised values of condominium units"),
    Choice("pds3", "ภ.ด.ส.3 บัญชีรายการที่ดินและสิ่งปลูกสร้าง", "Form 3: list of land and buildings"),
    Choice("pds4", "ภ.ด.ส.4 บัญชีรายการห้องชุด", "Form 4: list of condominium units"),
    Choice("pds5", "ภ.ด.ส.5 แจ้งการเปลี่ยนแปลงการใช้ประโยชน์", "Form 5: notice of a change of use"),
    Choice("pds9", "ภ.ด.ส.9 คำร้องขอรับเงินภาษีคืน", "Form 9: request for a refund"),
    Choice("pds10", "ภ.ด.ส.10 คำร้องคัดค้านการประเมิน", "Form 10: objection"),
    Choice("pds11", "ภ.ด.ส.11 ใบเสร็จรับเงิน", "Form 11: receipt"),
    Choice("warning", "หนังสือแจ้งเตือน (มาตรา 61)", "Warning letter (section 61)"),
    Choice("pp1", "ภ.ป.1 แบบแสดงรายการภาษีป้าย", "Signboard tax 1: declaration"),
    Choice("pp3", "ภ.ป.3 หนังสือแจ้งการประเมินภาษีป้าย", "Signboard tax 3: assessment notice"),
    Choice("pp7", "ภ.ป.7 ใบเสร็จรับเงินภาษีป้าย", "Signboard tax 7: receipt"),
)

LETTERS: Mapping[str, Callable[[Desk], list[Paper]]] = {
    "pds5": form_letters.changes_of_use,
    "pds9": form_letters.refunds,
    "pds10": form_letters.objections,
    "pds11": lambda desk: form_letters.receipts(desk, sign=False),
    "warning": form_letters.warnings,
    "pp1": form_signs.sign_declarations,
    "pp3": form_signs.sign_notices,
    "pp7": lambda desk: form_letters.receipts(desk, sign=True),
}
# The register each paper is filled from.
REGISTERS: Mapping[str, str] = {
    "pds5": "change_of_use",
    "pds9": "refund",
    "pds10": "objection",
    "pds11": "receipt",
    "warning": "warning_letter",
    "pp1": "signboard",
    "pp3": "sign_assessment",
    "pp7": "receipt",
}


@task(
    "tax.form",
    th="พิมพ์แบบ ภ.ด.ส. และ ภ.ป.",
    en="Print an official tax form",
    parameters=(
        Field("form", Kind.CHOICE, "แบบ", "Form", required=True, choices="form"),
        Field("year_be", Kind.INT, "ปีภาษี พ.ศ.", "Tax year B.E.", required=True, minimum=2563, maximum=2700),
        Field(
            "out",
            Kind.FILE,
            "แฟ้ม PDF (บัญชี 1–4 เป็น .xlsx ได้)",
            "PDF file (lists 1 to 4: .xlsx too)",
            required=True,
            writes=".pdf .xlsx",
        ),
        Field("name", Kind.TEXT, "เฉพาะผู้ที่ชื่อมีคำนี้", "Only persons whose name holds this"),
        Field("parcel", Kind.TEXT, "เฉพาะแปลงรหัส", "Only the parcel of this code"),
        Field("moo", Kind.INT, "เฉพาะหมู่ที่", "Only village no.", minimum=1, maximum=99),
        Field("number", Kind.TEXT, "เลขที่รับหรือเลขที่ใบเสร็จ", "Number of the request, letter or receipt"),
        Field("by_owner", Kind.BOOL, "แยกบัญชีเป็นรายเจ้าของ", "A list for each owner", default=False),
        Field("blank", Kind.BOOL, "แบบเปล่าสำหรับเขียนเอง", "Blank form to be written on", default=False),
    ),
    choices={"form": FORMS},
    group="tax",
    help_th="พิมพ์แบบตามกฎหมายจากทะเบียนและผลประเมิน หรือพิมพ์แบบเปล่า บัญชี ภ.ด.ส.1–4 บันทึกเป็น Excel ได้ด้วย",
    help_en="Prints the forms of the law from the registers and the assessment, or blank; the lists also as workbooks.",
)
def print_form(
    context: Context, *, form: str, year_be: int, out: str, name: str | None, parcel: str | None, moo: int | None,
    number: str | None, by_owner: int, blank: int,
) -> Report:  # fmt: skip
    """Print one kind of form."""
    chosen = Chosen(year_be, name or "", number or "", parcel or "")
    path, lists = Path(out), list_forms()
    title = next(choice for choice in FORMS if choice.code == form)
    with open_store(context.project, user=context.user) as store:
        if form not in lists:
            return _letters(context, store, title, chosen, path, blank=bool(blank))
        papers = [] if blank else _lists(store, lists[form], chosen, moo=moo, by_owner=bool(by_owner))
        if not blank and not papers:
            raise _nothing(store, "condo_unit" if form in ("pds2", "pds4") else "parcel")
        return _print_list(context, store, lists[form], papers, path, year_be=year_be)


def _nothing(store: Store, register: str) -> InvalidInput:
    declared = store.registers[register]
    return InvalidInput("forms.nothing", field="form", register=declared.th, register_en=declared.en)


def _letters(context: Context, store: Store, title: Choice, chosen: Chosen, path: Path, *, blank: bool) -> Report:
    """Print letters and requests, a page or more each."""
    if path.suffix.lower() == ".xlsx":
        raise InvalidInput("forms.no_workbook", field="out", form=title.th)
    form, desk = cast("Form", title.code), Desk(store, chosen)
    papers: list[Paper] = [({}, [])] if blank else LETTERS[form](desk)
    if not papers:
        raise _nothing(store, REGISTERS[form])
    office, terms, marks = office_of(store), desk.terms(form), _marks(store, blank=blank)
    data = [form_data(form, terms | values, office, rows=rows, **marks) for values, rows in papers]
    return _written(context, title, "form_letter", data, path, rows=len(papers))


def _marks(store: Store, *, blank: bool) -> dict[str, bool]:
    """Return how papers are printed; nothing on a blank form is invented, so it carries no sample mark."""
    return {
        "sample": bool(store.setting("project.sample")) and not blank,
        "thai_digits": bool(setting(store, "office.thai_digits")),
    }


def _lists(
    store: Store, form: ListForm, chosen: Chosen, *, moo: int | None, by_owner: bool
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return (of whom, rows) of each list to print."""
    town = Town(store, chosen.year_be)
    persons = store.rows("person", order="first_name, last_name, uid")
    named = [row for row in persons if chosen.name in person_name(row)]
    groups: list[tuple[str, set[str] | None]]
    if by_owner:
        owners = {uid for uids in town.owners.values() for uid in uids}
        groups = [(person_name(row), {row["uid"]}) for row in named if row["uid"] in owners]
    else:
        groups = [(chosen.name, {row["uid"] for row in named} if chosen.name else None)]
    parcels = _parcels(town, chosen.parcel, moo)
    lists = []
    for of, uids in groups:
        rows = _rows(town, form.code, parcels, uids)
        if rows:
            lists.append((f"เจ้าของหรือผู้ครอบครอง: {of}" if of else (f"หมู่ที่ {moo}" if moo else ""), rows))
    return lists


def _parcels(town: Town, code: str, moo: int | None) -> list[Row]:
    villages = {uid for uid, row in town.rows["village"].items() if row["moo"] == moo}
    chosen = (
        row
        for row in town.rows["parcel"].values()
        if code in ("", row["code"]) and (moo is None or row["village_uid"] in villages)
    )
    return sorted(chosen, key=lambda row: str(row["code"]))


def _rows(town: Town, code: str, parcels: Sequence[Row], uids: set[str] | None) -> list[dict[str, Any]]:
    on = {parcel["uid"] for parcel in parcels}
    units = [row for row in town.rows["condo_unit"].values() if row["parcel_uid"] in on]
    if code == "pds3":
        return land_and_buildings(town, parcels, uids)
    if code == "pds4":
        return condo_units(town, units, uids)
    lines = lines_of(town.store, town.year_be)
    keys = _assessments(town.store, lines, uids) if uids is not None else None
    if code == "pds1":
        return appraised_land(town, parcels, lines, keys)
    return appraised_condos(town, units, lines, keys)


def _assessments(store: Store, lines: Sequence[Row], uids: set[str]) -> set[str]:
    """Return the assessments of the run in which one of the persons is a taxpayer."""
    run = lines[0]["run_uid"] if lines else ""
    heads = store.rows("assessment", "run_uid = ?", [run], columns=["uid", "taxpayer_key"])
    return {head["uid"] for head in heads if uids.intersection(head["taxpayer_key"].split("+"))}


def _print_list(
    context: Context, store: Store, form: ListForm, papers: Sequence[tuple[str, list[dict[str, Any]]]], path: Path, *,
    year_be: int,
) -> Report:  # fmt: skip
    every = [row for _, rows in papers for row in rows]
    report = list_report(form, every, year_be=year_be)
    if path.suffix.lower() == ".xlsx":
        return dataclasses.replace(report, files=(write_workbook(report, path, language=context.language),))
    head = ListHead(office_of(store), year_be if papers else None, **_marks(store, blank=not papers))
    data = [list_data(form, rows, head, of=of) for of, rows in papers or [("", [])]]
    title = next(choice for choice in FORMS if choice.code == form.code)
    printed = _written(context, title, "form_list", data, path, rows=len(every))
    return dataclasses.replace(report, files=printed.files, notes_th=printed.notes_th, notes_en=printed.notes_en)


def _written(
    context: Context, title: Choice, template: str, data: Sequence[dict[str, Any]], path: Path, *, rows: int
) -> Report:
    files = render_batch(template, data, batch_paths(path, len(data)), progress=context.progress)
    return Report(
        f"พิมพ์ {title.th} แล้ว",
        f"{title.en} printed",
        notes_th=(f"{len(data):,} ฉบับ {rows:,} รายการ",),
        notes_en=(f"{len(data):,} papers, {rows:,} rows",),
        files=tuple(files),
        facts={"papers": len(data), "rows": rows},
    )
