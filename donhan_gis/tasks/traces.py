"""The tasks "working of a bill" and "find a bill": what stands behind one taxpayer's tax, on paper and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from donhan_gis.documents.output import whole_file
from donhan_gis.documents.reference import LAND_BUILDING, Reference, read_reference
from donhan_gis.documents.render import render_pdf
from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind
from donhan_gis.report import Report, Table
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.notices import PER_CENT, numbers_of, office_of, setting
from donhan_gis.tasks.runs import newest_run
from donhan_gis.tasks.taxation import TASK as ASSESS

_MONEY = ("value_satang", "exempt_satang", "base_satang", "tax_satang")
FORM = 1  # of the JSON


@task(
    "tax.trace",
    th="ที่มาของภาษีรายผู้เสียภาษี",
    en="Working of one taxpayer's bill",
    parameters=(
        Field("year_be", Kind.INT, "ปีภาษี พ.ศ.", "Tax year B.E.", required=True, minimum=2563, maximum=2700),
        Field("name", Kind.TEXT, "ผู้เสียภาษีที่ชื่อมีคำนี้", "Taxpayers whose name holds this"),
        Field("out", Kind.FILE, "แฟ้ม (.pdf หรือ .json)", "File (.pdf or .json)", required=True, writes=".pdf .json"),
    ),
    group="tax",
    help_th="แสดงทุกขั้นของการคำนวณ: ข้อมูลที่ใช้ ขั้นตอน กฎ และมาตรา เป็น PDF ให้คนอ่าน หรือ JSON ให้โปรแกรมอื่นตรวจ",
    help_en="Shows each step: inputs, rule and section; as a PDF for people or as JSON for other programs to check.",
)
def trace_bills(context: Context, *, year_be: int, name: str | None, out: str) -> Report:
    """Write the working of the chosen taxpayers' bills of the newest assessment."""
    path = Path(out)
    with open_store(context.project, user=context.user) as store:
        run = newest_run(store, ASSESS, year_be)
        if run is None:
            raise InvalidInput("notice.no_run", field="year_be", year=year_be)
        heads = store.rows(
            "assessment", "run_uid = ? AND instr(taxpayer_name, ?) > 0", [run["uid"], name or ""], order="taxpayer_name"
        )
        if not heads:
            raise InvalidInput("notice.nobody", field="name", year=year_be)
        traces = working_of(store, run, heads)
        paper = {
            "office": office_of(store).name,
            "sample": bool(store.setting("project.sample")),
            "thai_digits": bool(setting(store, "office.thai_digits")),
            "year": str(year_be),
            "taxpayers": traces,
        }
    if path.suffix.lower() == ".json":
        said = json.dumps({"form": FORM, "run": _run_of(run), "taxpayers": traces}, ensure_ascii=False, indent=1)
        with whole_file(path) as temporary:
            temporary.write_text(said, encoding="utf-8")
    else:
        render_pdf("trace", paper, path, progress=context.progress)
    return _trace_report(traces, path)


def _run_of(run: dict[str, Any]) -> dict[str, Any]:
    kept = ("uid", "tax_year_be", "law_hash", "software", "user", "state", "started_at")
    return {name: run[name] for name in kept} | {"parameters": json.loads(run["parameters"] or "{}")}


def working_of(store: Store, run: dict[str, Any], heads: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each taxpayer with the lines of the bill and the working of every base, as data for people and programs.

    Money is in satang; shares in percent. Lines of one base share its steps, which therefore stand once.
    """
    numbers = numbers_of(store, run["uid"])
    found = []
    for head in heads:
        lines = store.rows("assessment_line", "assessment_uid = ?", [head["uid"]])
        workings = [json.loads(line["trace"]) for line in lines]
        bases = {working["base"]: working["steps"] for working in workings}
        place = list(bases)
        found.append(
            {
                "notice": f"{numbers[head['uid']]:04d}/{head['tax_year_be']}",
                "taxpayer": head["taxpayer_name"],
                "taxpayer_key": head["taxpayer_key"],
                "owner_kind": head["owner_kind"],
                **{name: head[name] for name in _MONEY},
                "due_on": head["due_on"],
                "lines": [
                    _line(line, working, place.index(working["base"]))
                    for line, working in zip(lines, workings, strict=True)
                ],
                "bases": [{"base": i, "steps": bases[key]} for i, key in enumerate(place)],
            }
        )
    return found


def _line(line: dict[str, Any], working: dict[str, Any], base: int) -> dict[str, Any]:
    kept = (
        "parcel_uid",
        "building_uid",
        "condo_unit_uid",
        "text_th",
        "use_class",
        "rate_row",
        "area",
        "cut_pct",
        *_MONEY,
    )
    share = {"share_pct": working["share"] * PER_CENT, "base": base}
    return {name: line[name] for name in kept} | share | {"appraisal": working["worth"]}


def _trace_report(traces: Sequence[dict[str, Any]], path: Path) -> Report:
    columns = (
        Field("notice", Kind.TEXT, "เลขที่", "No."),
        Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal"),
        Field("steps", Kind.INT, "จำนวนขั้น", "Steps"),
        Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
    )
    rows = [
        [one["notice"], one["taxpayer"], sum(len(base["steps"]) for base in one["bases"]), one["tax_satang"]]
        for one in traces
    ]
    return Report(
        "เขียนที่มาของภาษีแล้ว",
        "Working written",
        tables=(Table("trace", "ที่มาของภาษี", "Working", columns, rows),),
        files=(path,),
        facts={"taxpayers": len(traces)},
    )


@task(
    "tax.find",
    th="ค้นใบแจ้งด้วยเลขอ้างอิงหรือ QR",
    en="Find a bill by its reference number or QR code",
    parameters=(Field("reference", Kind.TEXT, "เลขอ้างอิง 21 หลัก", "Reference number, 21 digits", required=True),),
    argument="reference",
    group="tax",
    help_th="สแกน QR หรือพิมพ์เลขอ้างอิงจากหนังสือแจ้ง เพื่อเปิดรายการของผู้เสียภาษีรายนั้น",
    help_en="Scan the QR code or type the number of a notice to see that bill.",
)
def find_bill(context: Context, *, reference: str) -> Report:
    """Return the bill that a reference number names."""
    read = read_reference(reference)
    with open_store(context.project, user=context.user) as store:
        head = _bill(store, read, reference)
        columns = (
            Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal"),
            Field("tax_year_be", Kind.INT, "ปีภาษี พ.ศ.", "Tax year B.E."),
            Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
            Field("due_on", Kind.DATE, "ชำระภายใน", "Due on"),
        )
        row = [head["taxpayer_name"], head["tax_year_be"], head["tax_satang"], head["due_on"]]
        return Report(
            f"ใบแจ้งเลขอ้างอิง {read.shown}",
            f"Bill {read.shown}",
            tables=(Table("bill", "ใบแจ้ง", "Bill", columns, [row]),),
            choices=store.registers.choices,
            facts={"uid": head["uid"], "kind": read.kind, "tax_satang": head["tax_satang"]},
        )


def _bill(store: Store, read: Reference, written: str) -> dict[str, Any]:
    register = "assessment" if read.kind == LAND_BUILDING else "sign_assessment"
    found = store.rows(register, "fid = ? AND tax_year_be = ?", [read.number, read.tax_year_be])
    if not found or read.tambon_code != str(setting(store, "office.tambon_code")):
        raise InvalidInput("forms.no_bill", field="reference", value=written)
    return found[0]
