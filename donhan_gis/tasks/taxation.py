"""Tasks on the land and building tax: assess a year, and compute files of cases."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from donhan_gis import law as law_module
from donhan_gis.exchange.tax_cases import calculate_file
from donhan_gis.exchange.workbook import write_workbook
from donhan_gis.field import Field, Kind
from donhan_gis.finding import Finding
from donhan_gis.i18n import Language, text
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.findings import findings_table, keep_findings
from donhan_gis.tasks.runs import ASSESS, check_may_run, drop_trials, start_run
from donhan_gis.tasks.tax_columns import TaxRoll, read_roll
from donhan_gis.tasks.tax_lines import MONEY, assessment_rows, line_rows, object_labels, problem_findings
from donhan_gis.tax.assessment import Assessment
from donhan_gis.tax.columns import ROWS
from donhan_gis.tax.land_building import assess
from donhan_gis.tax.rules import rules_of
from donhan_gis.thai import format_baht, format_date

TASK = ASSESS
LATEST_BE = max(law_module.shipped().years())  # the newest year there is law for, as front ends propose it
RESULTS = ("assessment_line", "assessment")
SHOWN = ("text_th", "use_class", "rate_row", "area", *MONEY)
_STEM = 24  # of the 32 hexadecimal digits of an identity


@task(
    TASK,
    th="ประเมินภาษีที่ดินและสิ่งปลูกสร้าง",
    en="Assess land and building tax",
    parameters=(
        Field(
            "year_be",
            Kind.INT,
            "ปีภาษี พ.ศ.",
            "Tax year B.E.",
            default=LATEST_BE,
            minimum=2563,
            maximum=2700,
        ),
        Field("by_law", Kind.FILE, "แฟ้มข้อบัญญัติท้องถิ่น (ถ้ามี)", "The council's by-law file, if any"),
        Field("out", Kind.FILE, "แฟ้มบัญชีประเมิน (.xlsx)", "Assessment roll to write (.xlsx)", writes=".xlsx"),
        Field("reason", Kind.TEXT, "เหตุผลที่ประเมินใหม่ (เมื่อรับรองหรือรับชำระแล้ว)", "Why again (once frozen or paid)"),
    ),
    group="tax",
    help_th="ประเมินทุกแปลง อาคาร และห้องชุดตามสภาพวันที่ 1 มกราคม บันทึกผลพร้อมวิธีคิด รายการที่ยังประเมินไม่ได้เป็นข้อที่ต้องแก้",
    help_en="Assesses everything as it stood on 1 January and keeps the working; what cannot be assessed is a finding.",
)
def assess_year(
    context: Context, *, year_be: int, by_law: str | None = None, out: str | None = None, reason: str | None = None
) -> Report:
    """Assess a tax year and keep the run."""
    overlays = [Path(by_law)] if by_law else []
    book = law_module.load(*overlays)
    law = book.at(year_be)
    rules = rules_of(law)
    with open_store(context.project, user=context.user) as store:
        check_may_run(store, TASK, year_be, results=RESULTS, reason=reason)
        roll = read_roll(store, law, rules)
        context.say(0.4, "progress.computing")
        result = assess(roll.town, rules)
        context.say(0.5, "progress.computing")
        labels = object_labels(store, roll)
        findings = [*roll.findings, *problem_findings(roll, result, labels)]
        parameters = {"year_be": year_be, "by_law": by_law or ""}
        why = (reason or "").strip()
        run_uid, lines = _keep(
            context, store, roll, result, labels=labels, findings=findings, parameters=parameters, reason=why
        )
        report = _report(store, result, run_uid, lines=lines, findings=findings, language=context.language)
    if out:
        write_workbook(report, Path(out))
        report = dataclasses.replace(report, files=(Path(out),))
    return report


def _keep(
    context: Context, store: Store, roll: TaxRoll, result: Assessment, *, labels: Sequence[str],
    findings: Sequence[Finding], parameters: dict[str, Any], reason: str,
) -> tuple[str, list[dict[str, Any]]]:  # fmt: skip
    """Write the run with its assessments, lines and findings together; returns its uid and the lines."""
    law = result.rules.law
    with store.transaction():
        check_may_run(store, TASK, law.year_be, results=RESULTS, reason=reason)
        drop_trials(store, TASK, law.year_be, results=RESULTS)
        summary = text("run.summary", taxpayers=f"{int(result.taxed.sum()):,}", tax=format_baht(result.total()))
        run_uid = start_run(
            store, TASK, year_be=law.year_be, parameters=parameters, law_hash=law.hash, summary=summary, reason=reason
        )
        heads = assessment_rows(roll, result, law)
        # Identities that rise with the rows are filed three times as fast as random ones; the run's own is random.
        uids = {payer: f"{run_uid[:_STEM]}{place:08x}" for place, payer in enumerate(heads)}
        store.insert("assessment", [{**head, "uid": uids[payer], "run_uid": run_uid} for payer, head in heads.items()])
        context.say(0.6, "progress.writing")
        lines: list[dict[str, Any]] = []

        def told() -> Iterator[dict[str, Any]]:
            for place, (payer, line) in enumerate(line_rows(roll, result, labels)):
                own = {"uid": f"{run_uid[:_STEM]}{place:08x}", "run_uid": run_uid, "assessment_uid": uids[payer]}
                # Without the working, which is most of the memory.
                about = {"assessment_uid": uids[payer], "place": _place(line)}
                lines.append(about | {name: line[name] for name in SHOWN})
                yield own | line

        store.insert("assessment_line", told())
        context.say(0.9, "progress.writing")
        keep_findings(store, findings, codes=("tax.", "assess."))
    return run_uid, lines


def _report(
    store: Store, result: Assessment, run_uid: str, *, lines: Sequence[dict[str, Any]], findings: Sequence[Finding],
    language: Language,
) -> Report:  # fmt: skip
    law = result.rules.law
    taxed, owed = int(result.taxed.sum()), int((result.bill > 0).sum())
    total = result.total()
    # Doubts about a value that has no name of its own (a date, a list) are in its file only.
    open_points = [point for point in law.open_points() if point.th and point.en]
    pay_by = law.table("collection.calendar")["pay_by"]
    return Report(
        f"บัญชีประเมินภาษีที่ดินและสิ่งปลูกสร้าง ปีภาษี {law.year_be}",
        f"Land and building tax assessment, tax year {law.year_be}",
        tables=(
            _by_row(lines),
            _roll_table(store, run_uid),
            _line_table(store, lines),
            findings_table(findings, store.registers, language),
        ),
        notes_th=(
            f"ประเมินผู้เสียภาษี {taxed:,} ราย ต้องชำระ {owed:,} ราย รวม {format_baht(total)} บาท",
            f"ชำระภายใน {format_date(pay_by)}",
            *(f"ข้อกฎหมายที่ควรยืนยัน: {point.th} — {point.unsure}" for point in open_points),
        ),
        notes_en=(
            f"{taxed:,} taxpayers assessed, {owed:,} of them owe {format_baht(total)} baht in all",
            f"Pay by {pay_by:%d %B %Y}",
            *(f"To be confirmed: {point.en}" for point in open_points),
        ),
        provenance=(
            ("ปีภาษี", "Tax year", str(law.year_be)),
            ("ค่าตรวจสอบแฟ้มกฎหมาย", "Hash of the law files", law.hash),
            ("ตามสภาพวันที่", "As of", f"1 มกราคม {law.year_be}"),
        ),
        choices=store.registers.choices,
        facts={"taxpayers": taxed, "owing": owed, "tax_satang": total, "findings": len(findings)},
    )


def _money_fields() -> tuple[Field, ...]:
    titles = (("มูลค่า", "Value"), ("ยกเว้น", "Exempt"), ("ฐานภาษี", "Base"), ("ภาษี", "Tax"))
    return tuple(Field(name, Kind.MONEY, th, en, unit="บาท") for name, (th, en) in zip(MONEY, titles, strict=True))


def _by_row(lines: Sequence[dict[str, Any]]) -> Table:
    columns = (
        Field("rate_row", Kind.CHOICE, "บัญชีอัตราภาษี", "Rate row", choices="rate_row"),
        Field("n", Kind.INT, "จำนวนรายการ", "Lines"),
        *_money_fields(),
    )
    sums: dict[str, list[int]] = {}
    for line in lines:
        so_far = sums.setdefault(line["rate_row"], [0, 0, 0, 0, 0])
        for i, amount in enumerate((1, *(line[name] for name in MONEY))):
            so_far[i] += amount
    rows = [[row, *sums[row]] for row in ROWS if row in sums]
    totals = total_of(columns, rows, [column.name for column in columns[1:]])
    return Table("by_rate", "สรุปตามบัญชีอัตราภาษี", "By rate row", columns, rows, totals)


def _ids(head: dict[str, Any], ids: dict[str, str]) -> str:
    """Return the identity numbers of a taxpayer, by which people of one name are told apart."""
    return ", ".join(ids.get(uid) or "-" for uid in head["taxpayer_key"].split("+"))


def _roll_table(store: Store, run_uid: str) -> Table:
    ids = {row["uid"]: row["id_no"] for row in store.rows("person", columns=["uid", "id_no"])}
    columns = (
        Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal"),
        Field("id_no", Kind.TEXT, "เลขประจำตัว", "ID number", privacy="personal"),
        Field("owner_kind", Kind.CHOICE, "ประเภท", "Kind", choices="owner_kind"),
        *_money_fields(),
        Field("note", Kind.TEXT, "หมายเหตุ", "Note"),
    )
    rows = [
        [head["taxpayer_name"], _ids(head, ids), head["owner_kind"], *(head[name] for name in MONEY), head["note"]]
        for head in store.rows("assessment", "run_uid = ?", [run_uid], order="taxpayer_name")
    ]
    return Table("roll", "บัญชีประเมินรายผู้เสียภาษี", "Assessment roll", columns, rows, total_of(columns, rows, MONEY))


def _line_table(store: Store, lines: Sequence[dict[str, Any]]) -> Table:
    """Return the lines with their taxpayer, sorted so that all of a taxpayer stand together."""
    columns = (
        Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal"),
        Field("text_th", Kind.TEXT, "ทรัพย์สิน", "Property"),
        Field("village", Kind.TEXT, "หมู่บ้าน", "Village"),
        Field("use_class", Kind.CHOICE, "การใช้ประโยชน์", "Use", choices="use_class"),
        Field("rate_row", Kind.CHOICE, "บัญชีอัตราภาษี", "Rate row", choices="rate_row"),
        Field("area", Kind.DECIMAL, "เนื้อที่ (ตร.ว. หรือ ตร.ม.)", "Area (sq. wah or m²)"),
        *_money_fields(),
    )
    names = {row["uid"]: row["taxpayer_name"] for row in store.rows("assessment", columns=["uid", "taxpayer_name"])}
    villages = _villages(store)
    rows = [
        [
            names[line["assessment_uid"]],
            line["text_th"],
            villages.get(line["place"], ""),
            *(line[column.name] for column in columns[3:]),
        ]
        for line in lines
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    return Table("lines", "รายการคำนวณ", "Lines", columns, rows, total_of(columns, rows, MONEY))


def _place(line: dict[str, Any]) -> str:
    return str(line.get("parcel_uid") or line.get("building_uid") or line.get("condo_unit_uid"))


def _villages(store: Store) -> dict[str, str]:
    """Return the village of every parcel, building and unit by uid."""
    titles = dict(store.titles("village", limit=10_000))
    found = {
        row["uid"]: titles.get(row["village_uid"] or "", "")
        for row in store.rows("parcel", columns=["uid", "village_uid"])
    }
    for register in ("building", "condo_unit"):
        rows = store.rows(register, columns=["uid", "parcel_uid"])
        found |= {row["uid"]: found.get(row["parcel_uid"] or "", "") for row in rows}
    return found


@task(
    "tax.calc",
    th="คำนวณแฟ้มกรณีตัวอย่าง",
    en="Compute a file of cases",
    parameters=(
        Field("cases", Kind.FILE, "แฟ้มกรณี (.json)", "File of cases (.json)", required=True),
        Field("out", Kind.FILE, "แฟ้มผลลัพธ์ (.json)", "Result file (.json)", required=True, writes=".json"),
    ),
    argument="cases",
    group="tax",
    project=False,
    help_th="คำนวณภาษีของกรณีในแฟ้ม JSON เพื่อตรวจสอบกับกฎหมายหรือให้โปรแกรมอื่นเรียกใช้",
    help_en="Computes the tax of cases in a JSON file, for lawyers, tests and other programs.",
)
def compute_cases(context: Context, *, cases: str, out: str) -> Report:
    """Compute the cases of a file and write the results beside."""
    context.say(0.0, "progress.computing")
    summary = calculate_file(Path(cases), Path(out))
    return Report(
        "คำนวณกรณีตัวอย่างแล้ว",
        "Cases computed",
        notes_th=(f"คำนวณได้ {summary.computed_n:,} กรณี คำนวณไม่ได้ {summary.failed_n:,} กรณี",),
        notes_en=(f"{summary.computed_n:,} cases computed, {summary.failed_n:,} refused",),
        files=(Path(out),),
        facts=dataclasses.asdict(summary),
    )
