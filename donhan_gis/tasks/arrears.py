"""Bills that were not paid: warning letters, the debtors by age, and the list for the land office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from donhan_gis.errors import InvalidInput
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.bills import (
    AS_OF,
    OUT,
    YEAR,
    Account,
    all_accounts,
    by_number,
    check_row,
    insert_checked,
    today,
    years_assessed,
)
from donhan_gis.tasks.collection import COMPONENTS, in_columns
from donhan_gis.tasks.saving import write_report
from donhan_gis.tax.ledger import Standing
from donhan_gis.thai import format_baht, format_date

# Ages of arrears in days: the last of each band, its name in Thai and English. The law knows one of them: seizure may
# begin 90 days after the warning letter (s.62); the others are for the eye.
BANDS = (
    (90, Choice("d90", "ไม่เกิน 90 วัน", "Up to 90 days")),
    (365, Choice("y1", "91 วัน ถึง 1 ปี", "91 days to 1 year")),
    (1095, Choice("y3", "1 ถึง 3 ปี", "1 to 3 years")),
    (None, Choice("over", "เกิน 3 ปี", "Over 3 years")),
)
_LISTS = {
    "age": tuple(choice for _, choice in BANDS),
    "tax_kind": (
        Choice("land", "ภาษีที่ดินและสิ่งปลูกสร้าง", "Land and building tax"),
        Choice("sign", "ภาษีป้าย", "Signboard tax"),
    ),
}
_NAME = Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal")
_YEAR_COLUMN = Field("tax_year_be", Kind.INT, "ปีภาษี", "Tax year")


@dataclass(frozen=True, slots=True)
class Debt:
    """A bill of which something is overdue, as it stands on a day."""

    account: Account
    now: Standing

    @property
    def days(self) -> int:
        """Days since the first due day that was missed."""
        assert self.now.overdue_on is not None
        return (self.now.as_of - self.now.overdue_on).days

    @property
    def band(self) -> int:
        """The row of BANDS it belongs to."""
        return next(i for i, (last, _) in enumerate(BANDS) if last is None or self.days <= last)


def debts(accounts: Sequence[Account], day: date) -> list[Debt]:
    """Return the bills with something overdue on a day."""
    found = [Debt(account, account.on(day)) for account in accounts]
    return [debt for debt in found if debt.now.overdue_on and debt.now.due]


def written(context: Context, report: Report, out: str | None) -> Report:
    """Write a report where the user says and return it with its files."""
    if not out:
        return report
    return replace(report, files=tuple(write_report(report, Path(out), context.language)))


@task(
    "tax.debtors",
    th="บัญชีลูกหนี้ภาษีตามอายุหนี้",
    en="Debtors by age",
    parameters=(
        AS_OF,
        Field("year_be", Kind.INT, "ปีภาษี (เว้นว่าง = ทุกปี)", "Tax year (empty: all)", minimum=2563, maximum=2700),
        OUT,
    ),
    group="collection",
    help_th="ผู้ค้างชำระทุกราย ณ วันที่กำหนด พร้อมเบี้ยปรับ เงินเพิ่ม และอายุหนี้ ทั้งภาษีที่ดินและภาษีป้าย",
    help_en="Everybody in arrears on a day with penalty, surcharge and age; land and building and signboard tax.",
)
def list_debtors(context: Context, *, as_of: str | None, year_be: int | None, out: str | None) -> Report:
    """Return the debtors' list with its sums by age."""
    day = today(as_of)
    with open_store(context.project, user=context.user) as store:
        years = [year_be] if year_be else years_assessed(store)
        accounts = all_accounts(store, years)
        context.say(0.5, "progress.computing")
        found = sorted(debts(accounts, day), key=lambda debt: (-debt.days, debt.account.row["taxpayer_name"] or ""))
        total = sum(debt.now.owed.total for debt in found)
        report = Report(
            f"บัญชีลูกหนี้ภาษี ณ วันที่ {format_date(day)}", f"Tax debtors as of {format_date(day, 'numeric')}",
            tables=(_by_age(found), _debt_table(found)),
            notes_th=(f"ค้างชำระ {len(found):,} ราย รวม {format_baht(total)} บาท",),
            notes_en=(f"{len(found):,} bills in arrears, {format_baht(total)} baht in all",),
            choices={**store.registers.choices, **_LISTS}, facts={"debtors": len(found), "owed_satang": total},
        )  # fmt: skip
    return written(context, report, out)


def _by_age(found: Sequence[Debt]) -> Table:
    columns = (
        Field("age", Kind.CHOICE, "อายุหนี้", "Age", choices="age"),
        Field("n", Kind.INT, "ราย", "Bills"),
        *COMPONENTS,
    )
    rows = []
    for i, (_, band) in enumerate(BANDS):
        amounts = [in_columns(debt.now.owed) for debt in found if debt.band == i]
        rows.append(
            [band.code, len(amounts), *(sum(column) for column in zip([0] * len(COMPONENTS), *amounts, strict=True))]
        )
    totals = total_of(columns, rows, [column.name for column in columns[1:]])
    return Table("by_age", "สรุปตามอายุหนี้", "By age", columns, rows, totals)


def _debt_table(found: Sequence[Debt]) -> Table:
    columns = (
        _NAME,
        _YEAR_COLUMN,
        Field("kind", Kind.CHOICE, "ประเภทภาษี", "Kind of tax", choices="tax_kind"),
        *COMPONENTS,
        Field("overdue_on", Kind.DATE, "ครบกำหนดเมื่อ", "Fell due on"),
        Field("days", Kind.INT, "ค้าง (วัน)", "Days"),
    )
    rows = [
        [debt.account.row["taxpayer_name"], debt.account.row["tax_year_be"], debt.account.kind,
         *in_columns(debt.now.owed), str(debt.now.overdue_on), debt.days]
        for debt in found
    ]  # fmt: skip
    totals = total_of(columns, rows, [column.name for column in COMPONENTS])
    return Table("debtors", "ลูกหนี้", "Debtors", columns, rows, totals)


# ---------------------------------------------------------------- warning letters (s.61)


@task(
    "tax.warn",
    th="ออกหนังสือแจ้งเตือนภาษีค้างชำระ",
    en="Issue warning letters",
    parameters=(
        YEAR,
        Field("issued_on", Kind.DATE, "วันที่ออกหนังสือ (เว้นว่าง = วันนี้)", "Issued on (empty: today)"),
        OUT,
    ),
    group="collection",
    help_th="ให้เลขหนังสือแก่ผู้ค้างชำระทุกรายที่ยังไม่มีหนังสือแจ้งเตือน (มาตรา 61)",
    help_en="Gives a numbered letter to everybody in arrears who has none yet (s.61).",
)
def issue_warnings(context: Context, *, year_be: int, issued_on: str | None, out: str | None) -> Report:
    """Write warning letters for the overdue bills of a year."""
    day = today(issued_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        accounts = [a for a in all_accounts(store, [year_be], ["land"]) if not a.facts.letters]
        found = debts(accounts, day)
        for debt in found:
            pay_by = day + timedelta(days=debt.account.law.whole("procedure.setting.warning_pay_days"))
            row = {
                "assessment_uid": debt.account.row["uid"], "issued_on": day.isoformat(), "pay_by": pay_by.isoformat(),
                "state": "issued",
            }  # fmt: skip
            insert_checked(store, "warning_letter", row)
        report = _letters(store, found, day)
    return written(context, report, out)


def _letters(store: Store, found: Sequence[Debt], day: date) -> Report:
    by_bill = {debt.account.row["uid"]: debt for debt in found}
    columns = (
        Field("number", Kind.TEXT, "เลขที่", "Number"),
        _NAME,
        *COMPONENTS,
        Field("pay_by", Kind.DATE, "ชำระภายใน", "Pay by"),
    )
    rows = [
        [row["number"], debt.account.row["taxpayer_name"], *in_columns(debt.now.owed), row["pay_by"]]
        for row in store.rows("warning_letter", "issued_on = ?", [day.isoformat()], order="number")
        if (debt := by_bill.get(row["assessment_uid"]))
    ]
    totals = total_of(columns, rows, [column.name for column in COMPONENTS])
    return Report(
        f"ออกหนังสือแจ้งเตือน {len(rows):,} ฉบับ", f"{len(rows):,} warning letters issued",
        tables=(Table("letters", "หนังสือแจ้งเตือน", "Warning letters", columns, rows, totals),),
        choices=store.registers.choices, facts={"letters": len(rows)},
    )  # fmt: skip


@task(
    "tax.warn_received",
    th="บันทึกวันที่ได้รับหนังสือแจ้งเตือน",
    en="Record the receipt of a warning letter",
    parameters=(
        Field("number", Kind.TEXT, "เลขที่หนังสือ", "Number of the letter", required=True, to="warning_letter"),
        Field("received_on", Kind.DATE, "วันที่ได้รับ", "Received on", required=True),
        Field("pay_by", Kind.DATE, "ชำระภายใน (เว้นว่าง = นับจากวันที่ได้รับ)", "Pay by (empty: counted from receipt)"),
    ),
    argument="number",
    group="collection",
    help_th="วันที่ได้รับกำหนดอัตราเบี้ยปรับตามมาตรา 68 และ 69",
    help_en="The day of receipt decides the rate of the penalty (s.68, s.69).",
)
def record_received(context: Context, *, number: str, received_on: str, pay_by: str | None) -> Report:
    """Write the day a warning letter was received and the last day it gives."""
    with open_store(context.project, user=context.user) as store, store.transaction():
        row = by_number(store, "warning_letter", number)
        head = store.get("assessment", row["assessment_uid"])
        account = next(a for a in all_accounts(store, [head["tax_year_be"]], ["land"]) if _same(a, head))
        days = timedelta(days=account.law.whole("procedure.setting.warning_pay_days"))
        last = pay_by or (date.fromisoformat(received_on) + days).isoformat()
        if last < received_on:
            raise InvalidInput("arrears.no_time", field="pay_by")
        changes = {"received_on": received_on, "pay_by": last}
        changes |= {"state": "received"} if row["state"] == "issued" else {}
        check_row(store, "warning_letter", {**row, **changes})
        store.update("warning_letter", row["uid"], changes, rev=row["rev"])
    return Report(
        f"หนังสือแจ้งเตือน {number} ได้รับแล้ว", f"Warning letter {number} was received",
        notes_th=(f"ชำระภายใน {format_date(date.fromisoformat(last))}",), notes_en=(f"Pay by {last}",),
        facts={"pay_by": last},
    )  # fmt: skip


def _same(account: Account, head: dict[str, Any]) -> bool:
    return bool(account.row["taxpayer_key"] == head["taxpayer_key"])


# ---------------------------------------------------------------- land office (s.60)


@task(
    "tax.land_office_list",
    th="บัญชีภาษีค้างชำระแจ้งสำนักงานที่ดิน",
    en="List of arrears for the land office",
    parameters=(YEAR, AS_OF, OUT),
    group="collection",
    help_th="รายการที่ดินและสิ่งปลูกสร้างของผู้ค้างชำระ เพื่อระงับการจดทะเบียนสิทธิ (มาตรา 59, 60)",
    help_en="The property of those in arrears, so that transfers are not registered (s.59, s.60).",
)
def list_for_land_office(context: Context, *, year_be: int, as_of: str | None, out: str | None) -> Report:
    """Return the property of the debtors of a year with their documents."""
    day = today(as_of)
    with open_store(context.project, user=context.user) as store:
        found = debts(all_accounts(store, [year_be], ["land"]), day)
        rows = [row for debt in found for row in _property_rows(store, debt)]
        columns = (
            _NAME,
            Field("doc_type", Kind.CHOICE, "ประเภทเอกสารสิทธิ", "Document", choices="deed_kind"),
            Field("doc_no", Kind.TEXT, "เลขที่", "Number"),
            Field("land_no", Kind.TEXT, "เลขที่ดิน", "Land no."),
            Field("survey_no", Kind.TEXT, "หน้าสำรวจ", "Survey page"),
            Field("thing", Kind.TEXT, "ทรัพย์สิน", "Property"),
            Field("owed_satang", Kind.MONEY, "ค้างชำระรวมของผู้เสียภาษี", "Owed by the taxpayer in all", unit="บาท"),
        )
        report = Report(
            f"บัญชีภาษีค้างชำระแจ้งสำนักงานที่ดิน ปีภาษี {year_be}", f"Arrears for the land office, tax year {year_be}",
            tables=(Table("property", "ทรัพย์สินของผู้ค้างชำระ", "Property of debtors", columns, rows),),
            notes_th=(f"ณ วันที่ {format_date(day)} ผู้ค้างชำระ {len(found):,} ราย",),
            notes_en=(f"As of {format_date(day, 'numeric')}, {len(found):,} taxpayers in arrears",),
            choices=store.registers.choices, facts={"debtors": len(found), "rows": len(rows)},
        )  # fmt: skip
    return written(context, report, out)


def _property_rows(store: Store, debt: Debt) -> list[list[Any]]:
    """Return one row a piece of property of a debtor, each once."""
    lines = store.rows("assessment_line", "assessment_uid = ?", [debt.account.row["uid"]])
    seen: dict[tuple[Any, ...], list[Any]] = {}
    for line in lines:
        key = (line["parcel_uid"], line["building_uid"], line["condo_unit_uid"])
        parcel = _parcel_of(store, line)
        papers = [parcel.get(name) for name in ("doc_type", "doc_no", "land_no", "survey_no")]
        seen.setdefault(key, [debt.account.row["taxpayer_name"], *papers, line["text_th"], debt.now.owed.total])
    return list(seen.values())


def _parcel_of(store: Store, line: dict[str, Any]) -> dict[str, Any]:
    """Return the parcel of a line: its own, or that of its building or unit; nothing where it is not known."""
    uid = line["parcel_uid"]
    for register in ("building", "condo_unit"):
        if not uid and line[f"{register}_uid"]:
            found = store.rows(register, "uid = ?", [line[f"{register}_uid"]], columns=["parcel_uid"])
            uid = found[0]["parcel_uid"] if found else None
    rows = store.rows("parcel", "uid = ?", [uid]) if uid else []
    return rows[0] if rows else {}
