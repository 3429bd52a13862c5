"""Signboard tax: every sign of the register assessed for a year, with its working; paid through the same receipts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from donhan_gis import law as law_module
from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind
from donhan_gis.finding import Finding
from donhan_gis.i18n import text
from donhan_gis.law import Law
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.arrears import written
from donhan_gis.tasks.bills import OUT, SIGN_ASSESS, YEAR, Row, today
from donhan_gis.tasks.findings import findings_table, keep_findings
from donhan_gis.tasks.runs import check_may_run, drop_trials, start_run
from donhan_gis.tasks.tax_lines import person_name
from donhan_gis.tax.months import last_day
from donhan_gis.tax.signboard import Filed, Sign, filing_extra, first_quarter, pay_by, sign_tax
from donhan_gis.thai import be_year, format_baht, new_year_day

RESULTS = ("sign_assessment",)


@dataclass(frozen=True, slots=True)
class _Office:
    """What the signs of a run share: owners of land and buildings, persons, and the declarations of the year."""

    law: Law
    as_of: date
    persons: Mapping[str, Row]
    owners: Mapping[str, str]
    filings: Mapping[str, Row]


@task(
    SIGN_ASSESS,
    th="ประเมินภาษีป้าย",
    en="Assess signboard tax",
    parameters=(
        YEAR,
        Field("as_of", Kind.DATE, "ณ วันที่ (เว้นว่าง = วันนี้)", "As of (empty: today)",
              help_th="ป้ายที่พ้นกำหนดยื่นแบบแล้วยังไม่ยื่น คิดเงินเพิ่มตามมาตรา 25",
              help_en="A sign not declared by its last day pays the extra of section 25."),
        Field("reason", Kind.TEXT, "เหตุผลที่ประเมินใหม่ (เมื่อรับรองหรือรับชำระแล้ว)", "Why again (once frozen or paid)"),
        OUT,
    ),
    group="tax",
    help_th="ประเมินทุกป้ายในทะเบียน บันทึกผลพร้อมวิธีคิด ป้ายที่ยังประเมินไม่ได้เป็นข้อที่ต้องแก้",
    help_en="Assesses every sign of the register and keeps the working; what cannot be assessed is a finding.",
)  # fmt: skip
def assess_signs(context: Context, *, year_be: int, as_of: str | None, reason: str | None, out: str | None) -> Report:
    """Assess the signs of a year and keep the run."""
    law = law_module.at(year_be)
    with open_store(context.project, user=context.user) as store, store.transaction():
        check_may_run(store, SIGN_ASSESS, year_be, results=RESULTS, reason=reason)
        office = _office(store, law, today(as_of))
        rows, findings = _assessed(office, store.rows("signboard", order="code"))
        context.say(0.5, "progress.writing")
        drop_trials(store, SIGN_ASSESS, year_be, results=RESULTS)
        total = sum(row["tax_satang"] + row["extra_satang"] for row in rows)
        parameters = {"year_be": year_be, "as_of": office.as_of.isoformat()}
        summary = text("sign.summary", signs=f"{len(rows):,}", tax=format_baht(total))
        run = start_run(
            store, SIGN_ASSESS, year_be=year_be, parameters=parameters, law_hash=law.hash, summary=summary,
            reason=(reason or "").strip(),
        )  # fmt: skip
        store.insert("sign_assessment", [row | {"run_uid": run} for row in rows])
        keep_findings(store, findings, codes=("sign.",))
        report = _report(store, law, rows, findings)
    return written(context, report, out)


def _office(store: Store, law: Law, as_of: date) -> _Office:
    first = new_year_day(law.year_be).isoformat()
    owners: dict[str, str] = {}
    when = "(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)"
    for row in store.rows("ownership", when, [first, first], order="role DESC, fid DESC"):  # owners before possessors
        for column in ("parcel_uid", "building_uid"):
            if row[column]:
                owners[row[column]] = row["person_uid"]
    filings = {row["signboard_uid"]: row for row in store.rows("sign_filing", "tax_year_be = ?", [law.year_be])}
    persons = {row["uid"]: row for row in store.rows("person")}
    return _Office(law, as_of, persons, owners, filings)


def _assessed(office: _Office, signs: Sequence[Row]) -> tuple[list[Row], list[Finding]]:
    """Return one row a sign that is taxed this year, and what keeps others from it."""
    first, year = new_year_day(office.law.year_be), office.law.year_be
    rows: list[Row] = []
    findings: list[Finding] = []
    for sign in signs:
        installed = date.fromisoformat(sign["installed_on"]) if sign["installed_on"] else None
        gone = sign["removed_on"] and sign["removed_on"] < first.isoformat()
        if gone or (installed and be_year(installed) > year):
            continue
        payer = _payer(office, sign)
        if payer not in office.persons:
            findings.append(_finding("sign.no_owner", "error", sign))
            continue
        try:
            row = _row(office, sign, payer, installed)
        except (InvalidInput, ValueError):
            findings.append(_finding("sign.bad_size", "error", sign))
            continue
        rows.append(row)
        if not sign["owner_uid"]:
            findings.append(_finding("sign.by_place", "warning", sign))
        if row["extra_satang"] and not row["filed_on"]:
            findings.append(_finding("sign.not_filed", "warning", sign))
    return rows, findings


def _payer(office: _Office, sign: Row) -> str:
    """Return who is liable: the owner; where unknown, the owner of the building, then of the land."""
    place = (office.owners.get(sign[f"{what}_uid"] or "") for what in ("building", "parcel"))
    return sign["owner_uid"] or next((uid for uid in place if uid), "")


def _finding(code: str, severity: Any, sign: Row) -> Finding:
    label = f"{sign['code']} {sign['text'] or ''}".strip()
    return Finding(code, severity, register="signboard", row_uid=sign["uid"], row_label=label)


def _row(office: _Office, sign: Row, payer: str, installed: date | None) -> Row:
    """Return the assessment of one sign.

    Raises:
        InvalidInput, ValueError: its type, size or number of sides cannot be used.
    """
    law, filing = office.law, office.filings.get(sign["uid"])
    size = Sign(
        int(sign["sign_kind"]), bool(sign["moving"]), Fraction(str(sign["width_cm"])), Fraction(str(sign["height_cm"])),
        int(sign["sides_n"] or 1),
    )  # fmt: skip
    tax = sign_tax(law, size, quarter=first_quarter(law, installed))
    extra = filing_extra(law, tax.tax_satang, _filed(office, filing, installed))
    notified = filing["notified_on"] if filing else None
    return {
        "signboard_uid": sign["uid"],
        "tax_year_be": law.year_be,
        "taxpayer_uid": payer,
        "taxpayer_name": person_name(office.persons[payer]),
        "area_cm2": float(size.width_cm * size.height_cm * size.sides_n),
        "rate_satang": tax.rate_satang,
        "quarter_pct": tax.quarter_pct,
        "tax_satang": tax.tax_satang,
        "extra_satang": extra.extra_satang,
        "filed_on": filing["filed_on"] if filing else None,
        "due_on": pay_by(law, date.fromisoformat(notified)).isoformat() if notified else None,
        "trace": json.dumps([step.as_dict() for step in (*tax.steps, *extra.steps)], ensure_ascii=False),
        "note": None,
    }


def _filed(office: _Office, filing: Row | None, installed: date | None) -> Filed:
    """Return whether a sign was declared in time, late but unasked, or not at all."""
    last = _file_by(office.law, installed)
    if filing is None:
        return "not_filed" if office.as_of > last else "in_time"
    filed = date.fromisoformat(filing["filed_on"])
    if filed <= last:
        return "in_time"
    told = filing["told_on"]
    return "not_filed" if told and told <= filing["filed_on"] else "filed_before_told"


def _file_by(law: Law, installed: date | None) -> date:
    """Return the last day to declare a sign: the end of March, or so many days after a sign of the year is put up."""
    times = law.table("signboard.filing")
    first = new_year_day(law.year_be)
    usual = last_day(first, times["last_month"])
    if installed and installed >= first:
        return max(usual, installed + timedelta(days=times["new_sign_days"]))
    return usual


def _report(store: Store, law: Law, rows: Sequence[Row], findings: Sequence[Finding]) -> Report:
    declared = store.registers["sign_assessment"]
    names = ("area_cm2", "rate_satang", "quarter_pct", "tax_satang", "extra_satang", "due_on")
    columns = (
        Field("sign", Kind.TEXT, "ป้าย", "Sign"),
        Field("taxpayer_name", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal"),
        *(declared.field(name) for name in names),
    )
    labels = store.titles_of("signboard", [row["signboard_uid"] for row in rows])
    cells = [[labels[row["signboard_uid"]], row["taxpayer_name"], *(row[name] for name in names)] for row in rows]
    totals = total_of(columns, cells, ["tax_satang", "extra_satang"])
    tax, extra = (sum(row[name] for row in rows) for name in ("tax_satang", "extra_satang"))
    points = [point for point in law.open_points() if point.key.startswith("signboard.") and point.th and point.en]
    return Report(
        f"บัญชีประเมินภาษีป้าย ปีภาษี {law.year_be}", f"Signboard tax assessment, tax year {law.year_be}",
        tables=(
            Table("signs", "ภาษีป้าย", "Signboard tax", columns, cells, totals),
            findings_table(findings, store.registers),
        ),
        notes_th=(
            f"ประเมิน {len(rows):,} ป้าย ภาษี {format_baht(tax)} บาท เงินเพิ่ม {format_baht(extra)} บาท",
            *(f"ข้อกฎหมายที่ควรยืนยัน: {point.th} — {point.unsure}" for point in points),
        ),
        notes_en=(
            f"{len(rows):,} signs assessed, tax {format_baht(tax)} baht, extra {format_baht(extra)} baht",
            *(f"To be confirmed: {point.en}" for point in points),
        ),
        provenance=(("ค่าตรวจสอบแฟ้มกฎหมาย", "Hash of the law files", law.hash),),
        choices=store.registers.choices,
        facts={"signs": len(rows), "tax_satang": tax, "extra_satang": extra, "findings": len(findings)},
    )  # fmt: skip
