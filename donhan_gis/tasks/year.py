"""Tasks that begin a tax year: its calendar with the law, and what the data still need before the assessment."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from donhan_gis import law as law_module
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.finding import Finding
from donhan_gis.i18n import LANGUAGES, Language, catalogue, text
from donhan_gis.law import Law
from donhan_gis.report import Report, Table
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.findings import findings_table, keep_findings
from donhan_gis.tasks.freezing import YEAR
from donhan_gis.tasks.runs import ASSESS, drop_trials, newest_run, start_run
from donhan_gis.tasks.saving import OUT, write_report
from donhan_gis.tasks.tax_columns import REGISTERS, read_roll
from donhan_gis.tasks.tax_lines import object_labels, problem_findings
from donhan_gis.tax.land_building import assess
from donhan_gis.tax.rules import rules_of
from donhan_gis.thai import new_year_day

OPEN = "tax.open_year"
VALID = "(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)"
STEPS = ("list_by", "prices_by", "notice_by", "pay_by", "instalments", "warning_by", "arrears_list_by")


@task(
    "tax.calendar",
    th="ปฏิทินภาษีของปี",
    en="Calendar of a tax year",
    parameters=(YEAR, OUT),
    group="tax",
    project=False,
    help_th="แสดงวันสุดท้ายของแต่ละขั้นตอนในปีภาษี พร้อมบทกฎหมายและที่มาของการขยายเวลา",
    help_en="Shows the last day of each step of a tax year with its law and the source of any postponement.",
)
def show_calendar(context: Context, *, year_be: int, out: str | None) -> Report:
    """Return the calendar of a year."""
    law = law_module.at(year_be)
    value = law.value("collection.calendar")
    unsure = (value.unsure,) if value.unsure else ()
    report = Report(
        text("year.calendar", "th", year=year_be),
        text("year.calendar", "en", year=year_be),
        tables=(_calendar(law),),
        notes_th=tuple(text("year.unsure", "th", why=why) for why in unsure),
        notes_en=tuple(text("year.unsure", "en", why=why) for why in unsure),
        provenance=(("ที่มา", "Source", value.source),),
        choices={"tax_step": _steps()},
        facts={"year_be": year_be},
    )
    files = write_report(report, Path(out), context.language) if out else []
    return dataclasses.replace(report, files=tuple(files))


def _steps() -> tuple[Choice, ...]:
    words = {step: catalogue()[f"year.step.{step}"] for step in STEPS}
    return tuple(Choice(step, said["th"], said["en"]) for step, said in words.items())


def _calendar(law: Law) -> Table:
    columns = (
        Field("step", Kind.CHOICE, "ขั้นตอน", "Step", choices="tax_step"),
        Field("by", Kind.DATE, "ภายในวันที่", "By"),
        Field("law", Kind.TEXT, "กฎหมาย", "Law"),
    )
    days, sections = law.table("collection.calendar"), law.table("collection.calendar_law")
    rows: list[list[str]] = []
    for step in STEPS:
        found = days.get(step, ())
        listed = [found] if isinstance(found, date) else found
        rows += [[step, day.isoformat(), sections.get(step, "")] for day in listed]
    return Table("calendar", "ปฏิทินภาษี", "Calendar", columns, rows)


@task(
    OPEN,
    th="เปิดปีภาษี",
    en="Open a tax year",
    parameters=(
        YEAR,
        Field("record_uses", Kind.BOOL, "บันทึกประวัติการใช้ของปีก่อน", "Record last year's uses", default=False,
              help_th="เพิ่มในประวัติการใช้ประโยชน์รายปีว่าแปลงใดทิ้งว่างตลอดปีก่อน แปลงที่บันทึกไว้แล้วไม่เปลี่ยน",
              help_en="Adds to the yearly use history which parcels stood vacant all last year; rows there stay."),
        OUT,
    ),
    group="tax",
    help_th="ตรวจกฎหมาย ปฏิทิน และข้อมูล ณ วันที่ 1 มกราคม (ราคา เจ้าของ การใช้ ทะเบียนบ้าน) แล้วบอกสิ่งที่ต้องทำก่อนประเมิน",
    help_en="Checks law, calendar and the data on 1 January, and lists what is to be done before the assessment.",
)  # fmt: skip
def open_year(context: Context, *, year_be: int, record_uses: int, out: str | None) -> Report:
    """Open a tax year: record it and report what must be done first."""
    law = law_module.at(year_be)
    rules = rules_of(law)
    day = new_year_day(year_be).isoformat()
    with open_store(context.project, user=context.user) as store:
        context.say(0.1, "progress.computing")
        roll = read_roll(store, law, rules)
        result = assess(roll.town, rules)
        context.say(0.5, "progress.computing")
        findings = [*roll.findings, *problem_findings(roll, result, object_labels(store, roll))]
        findings += _homeless(store, day)
        counted = {name: store.count(name, VALID, [day, day]) for name in REGISTERS}
        with store.transaction():
            drop_trials(store, OPEN, year_be, results=())
            summary = text("year.summary", n=f"{len(findings):,}")
            start_run(store, OPEN, year_be=year_be, parameters=counted, law_hash=law.hash, summary=summary)
            keep_findings(store, findings, codes=("tax.", "assess.", "year."))
            if record_uses:
                record_last_year(store, year_be)
        report = _report(store, law, findings, counted)
    files = write_report(report, Path(out), context.language) if out else []
    return dataclasses.replace(report, files=tuple(files))


def record_last_year(store: Store, year_be: int) -> int:
    """Write for each parcel with uses whether it was vacant the whole of the year before; returns how many rows.

    Source: Act s.43, ministerial regulation 20 Dec 2562: vacant means unused in the whole previous year.
    """
    first, last = new_year_day(year_be - 1).isoformat(), new_year_day(year_be).isoformat()
    known = {row["parcel_uid"] for row in store.rows("use_history", "year_be = ?", [year_be - 1])}
    held = "(valid_from IS NULL OR valid_from < ?) AND (valid_to IS NULL OR valid_to >= ?)"
    used: dict[str, bool] = {}
    for row in store.rows("parcel_use", held, [last, first]):
        # Any use but vacancy, at any time of that year, breaks it.
        used[row["parcel_uid"]] = used.get(row["parcel_uid"], False) or row["use_class"] != "vacant"
    source = text("year.history_source", year=year_be)
    rows = [
        {"parcel_uid": uid, "year_be": year_be - 1, "use_class": "used" if any_use else "vacant", "source": source}
        for uid, any_use in used.items()
        if uid not in known
    ]
    store.insert("use_history", rows)
    return len(rows)


def _homeless(store: Store, day: str) -> list[Finding]:
    """Return houses lived in that name no house registration: the main-home exemption cannot be seen."""
    lived_in = f"house_uid IS NULL AND exempt_reason IS NULL AND {VALID} AND uid IN "
    lived_in += "(SELECT building_uid FROM building_use WHERE use_class = 'residential')"
    rows = store.rows("building", lived_in, [day, day])
    labels = store.titles_of("building", [row["uid"] for row in rows])
    return [
        Finding("year.no_house", "warning", register="building", row_uid=row["uid"], row_label=labels[row["uid"]])
        for row in rows
    ]


def _report(store: Store, law: Law, findings: list[Finding], counted: Mapping[str, int]) -> Report:
    objects = {store.registers[name].th: count for name, count in counted.items()}
    notes = {language: _notes(store, law.year_be, len(findings), language) for language in LANGUAGES}
    errors = sum(finding.severity == "error" for finding in findings)
    return Report(
        text("year.opened", "th", year=law.year_be),
        text("year.opened", "en", year=law.year_be),
        tables=(_to_do(findings), _calendar(law), findings_table(findings, store.registers)),
        notes_th=notes["th"],
        notes_en=notes["en"],
        provenance=(
            ("ข้อมูล ณ วันที่ 1 มกราคม", "Data on 1 January", ", ".join(f"{k} {v:,}" for k, v in objects.items())),
            ("ค่าตรวจสอบแฟ้มกฎหมาย", "Hash of the law files", law.hash),
        ),
        choices={**store.registers.choices, "tax_step": _steps()},
        facts={"year_be": law.year_be, "findings": len(findings), "errors": errors, "objects": dict(counted)},
    )


def _notes(store: Store, year_be: int, findings_n: int, language: Language) -> tuple[str, str]:
    last = newest_run(store, ASSESS, year_be - 1)
    states = {choice.code: choice.title(language) for choice in store.registers.choices["run_state"]}
    before = text("year.before", language, year=year_be - 1, state=states[last["state"]] if last else "–")
    if not findings_n:
        return before, text("year.ready", language)
    return before, text("year.to_do", language, n=f"{findings_n:,}")


def _to_do(findings: list[Finding]) -> Table:
    """Return what is to be done, the faults that hold a bill back first."""
    columns = (
        Field("severity", Kind.CHOICE, "ระดับ", "Severity", choices="severity"),
        Field("n", Kind.INT, "จำนวน", "How many"),
        Field("what_th", Kind.TEXT, "ข้อที่พบ", "Found (Thai)"),
        Field("do_th", Kind.TEXT, "สิ่งที่ต้องทำ", "What to do (Thai)"),
        Field("what_en", Kind.TEXT, "ข้อที่พบ (อังกฤษ)", "Found"),
        Field("do_en", Kind.TEXT, "สิ่งที่ต้องทำ (อังกฤษ)", "What to do"),
    )
    first = {finding.code: finding for finding in reversed(findings)}
    counted = Counter(finding.code for finding in findings)
    rows = [
        [one.severity, counted[code], one.message("th"), one.remedy("th"), one.message("en"), one.remedy("en")]
        for code, one in sorted(first.items(), key=lambda item: (item[1].severity != "error", -counted[item[0]]))
    ]
    return Table("to_do", "สิ่งที่ต้องทำก่อนประเมิน", "To do before the assessment", columns, rows)
