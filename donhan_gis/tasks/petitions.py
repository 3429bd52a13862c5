"""What taxpayers ask for after an assessment, and what the office decides: objection, refund, review, changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from donhan_gis.errors import InvalidInput, NotAllowed
from donhan_gis.field import Field, Kind
from donhan_gis.law import Law
from donhan_gis.register import load_registers
from donhan_gis.report import Report, Table
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.bills import (
    AS_OF,
    TAXPAYER,
    YEAR,
    Account,
    Row,
    by_number,
    check_row,
    find_account,
    insert_checked,
    today,
)
from donhan_gis.tasks.collection import note_states
from donhan_gis.tax.collection import refund_interest
from donhan_gis.tax.ledger import due_slices
from donhan_gis.thai import format_baht, format_date

_CHOICES = load_registers().choices
FILED = Field("filed_on", Kind.DATE, "วันที่ยื่น (เว้นว่าง = วันนี้)", "Filed on (empty: today)")
_DECIDED = Field("decided_on", Kind.DATE, "วันที่วินิจฉัย (เว้นว่าง = วันนี้)", "Decided on (empty: today)")
_NUMBER = Field("number", Kind.TEXT, "เลขที่คำร้อง", "Number of the petition", required=True, to="objection")
_REFUND_NUMBER = replace(_NUMBER, to="refund")


def days_of(law: Law, key: str) -> timedelta:
    """Return a time limit of the law."""
    return timedelta(days=law.whole(key))


def listed(store: Store, register: str, rows: list[Row], th: str, en: str, **facts: Any) -> Report:
    """Return rows of a register as a report in the columns of its list."""
    declared = store.registers[register]
    columns = tuple(declared.field(name) for name in declared.list)
    titles = {
        field.name: store.titles_of(field.to, [row[field.name] for row in rows if row[field.name]])
        for field in columns
        if field.kind is Kind.REF
    }
    cells = [
        [titles[field.name].get(row[field.name], "") if field.name in titles else row[field.name] for field in columns]
        for row in rows
    ]
    table = Table(register, declared.th, declared.en, columns, cells)
    return Report(th, en, tables=(table,), choices=store.registers.choices, facts={"rows": len(rows), **facts})


def _change(store: Store, register: str, row: Row, **changes: Any) -> Row:
    """Write changes into a row after its rules and return it as stored."""
    check_row(store, register, {**row, **changes})
    store.update(register, row["uid"], changes, rev=row["rev"])
    return {**row, **changes}


# ---------------------------------------------------------------- objection (s.73)


@task(
    "tax.object",
    th="รับคำร้องคัดค้านการประเมิน (ภ.ด.ส.10)",
    en="Register an objection (form 10)",
    parameters=(
        YEAR,
        TAXPAYER,
        Field("grounds", Kind.LONGTEXT, "เหตุที่คัดค้าน", "Grounds", required=True),
        Field("claimed_tax", Kind.MONEY, "ภาษีที่ผู้คัดค้านเห็นว่าถูกต้อง", "Tax the objector holds to be right", required=True,
              unit="บาท", minimum=0),
        FILED,
        Field("notified_on", Kind.DATE, "วันที่ได้รับแจ้งการประเมิน", "Notice received on",
              help_th="เว้นว่าง = วันสุดท้ายของการแจ้งตามปฏิทินภาษี", help_en="Empty: the last day of notices in the calendar."),
    ),
    group="collection",
    help_th="ต้องยื่นภายใน 30 วันนับแต่วันที่ได้รับแจ้ง ผู้บริหารวินิจฉัยใน 60 วัน การคัดค้านไม่เป็นเหตุให้งดชำระ",
    help_en="Within 30 days of the notice; decided in 60 days. An objection does not put off payment.",
)  # fmt: skip
def register_objection(
    context: Context, *, year_be: int, taxpayer: str, grounds: str, claimed_tax: int, filed_on: str | None,
    notified_on: str | None,
) -> Report:  # fmt: skip
    """Write an objection with the day by which it must be decided."""
    day = today(filed_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        account = find_account(store, year_be=year_be, taxpayer=taxpayer)
        last = _objection_by(account, notified_on)
        if last and day > last:
            raise InvalidInput("petition.late", field="filed_on", last=format_date(last), last_en=last.isoformat())
        tax = _tax_now(account, day)
        if claimed_tax >= tax:
            raise InvalidInput("petition.no_gain", field="claimed_tax", tax=format_baht(tax))
        if store.count("objection", "assessment_uid = ? AND decision IS NULL", [account.row["uid"]]):
            raise NotAllowed("petition.pending", field="taxpayer", name=account.row["taxpayer_name"])
        row = {
            "assessment_uid": account.row["uid"], "filed_on": day.isoformat(), "grounds": grounds,
            "new_tax_satang": claimed_tax,
            "decide_by": (day + days_of(account.law, "procedure.decide_days")).isoformat(),
        }  # fmt: skip
        kept = insert_checked(store, "objection", row)
        number = kept["number"]
        return listed(store, "objection", [kept], f"รับคำร้องคัดค้าน {number}", f"Objection {number}", number=number)


def _objection_by(account: Account, notified_on: str | None) -> date | None:
    """Return the last day to object, or None where it cannot be told."""
    noticed = date.fromisoformat(notified_on) if notified_on else None
    noticed = noticed or account.law.table("collection.calendar").get("notice_by")
    return noticed + days_of(account.law, "objection.objection_days") if noticed else None


def _tax_now(account: Account, day: date) -> int:
    return sum(one.satang for one in due_slices(account.facts, day))


@task(
    "tax.decide",
    th="วินิจฉัยคำร้องคัดค้าน",
    en="Decide an objection",
    parameters=(
        _NUMBER,
        Field("decision", Kind.CHOICE, "คำวินิจฉัย", "Decision", required=True, choices="objection_decision"),
        Field("new_tax", Kind.MONEY, "ภาษีตามคำวินิจฉัย (เว้นว่าง = ตามที่ผู้คัดค้านขอ)", "New tax (empty: as claimed)",
              unit="บาท", minimum=0),
        _DECIDED,
    ),
    choices={"objection_decision": tuple(c for c in _CHOICES["objection_decision"] if c.code != "silent")},
    argument="number",
    group="collection",
    help_th="บันทึกคำวินิจฉัย ยอดภาษีปรับตามทันที ส่วนที่ชำระเกินขอคืนได้",
    help_en="Records the decision; the bill follows at once, and what was overpaid can be claimed back.",
)  # fmt: skip
def decide_objection(
    context: Context, *, number: str, decision: str, new_tax: int | None, decided_on: str | None
) -> Report:
    """Write the decision on an objection."""
    day = today(decided_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        row = by_number(store, "objection", number)
        if row["decision"]:
            raise NotAllowed("petition.decided", field="number", number=number)
        if day.isoformat() > row["decide_by"]:
            last = date.fromisoformat(row["decide_by"])
            raise NotAllowed("petition.silent", field="decided_on", last=format_date(last), last_en=last.isoformat())
        account = _account(store, row)
        tax = row["new_tax_satang"] if new_tax is None else new_tax
        if decision == "rejected":
            tax = _tax_now(account, day)
        elif tax >= _tax_now(account, day):
            raise InvalidInput("petition.no_gain", field="new_tax", tax=format_baht(_tax_now(account, day)))
        kept = _change(store, "objection", row, decision=decision, decided_on=day.isoformat(), new_tax_satang=tax)
        note_states(store, _account(store, row), day)
        return listed(store, "objection", [kept], f"วินิจฉัยคำร้อง {number} แล้ว", f"Objection {number} decided")


def _account(store: Store, row: Row) -> Account:
    head = store.get("assessment", row["assessment_uid"])
    return find_account(store, year_be=head["tax_year_be"], taxpayer=head["taxpayer_key"])


@task(
    "tax.lapse",
    th="บันทึกคำร้องที่พ้นกำหนด",
    en="Mark what has lapsed",
    parameters=(AS_OF,),
    group="collection",
    help_th="คำคัดค้านที่ไม่วินิจฉัยในกำหนดถือว่าเห็นชอบ (มาตรา 73) เงินคืนที่ไม่มารับใน 1 ปีตกเป็นของ อปท. (มาตรา 54)",
    help_en="Objections not decided in time count as accepted (s.73); refunds not fetched in a year lapse.",
)
def mark_lapsed(context: Context, *, as_of: str | None) -> Report:
    """Mark silent objections and refunds that nobody fetched, as of a day."""
    day = today(as_of)
    with open_store(context.project, user=context.user) as store, store.transaction():
        silent = [
            _change(store, "objection", row, decision="silent", decided_on=row["decide_by"])
            for row in store.rows("objection", "decision IS NULL AND decide_by < ?", [day.isoformat()])
        ]
        for row in silent:
            note_states(store, _account(store, row), day)
        waiting = store.rows("refund", "decision = 'granted' AND paid_on IS NULL AND unclaimed_on IS NULL")
        unclaimed = [
            _change(store, "refund", row, unclaimed_on=last.isoformat())
            for row in waiting
            if (last := _unclaimed_on(store, row)) <= day
        ]
        report = listed(store, "objection", silent, "คำร้องที่พ้นกำหนดแล้ว", "What has lapsed")
        more = listed(store, "refund", unclaimed, "-", "-").tables
        facts = {"silent": len(silent), "unclaimed": len(unclaimed)}
        return Report(report.th, report.en, (*report.tables, *more), choices=report.choices, facts=facts)


def _unclaimed_on(store: Store, row: Row) -> date:
    """Return the day on which a granted refund falls to the municipality."""
    years = _account(store, row).law.whole("procedure.unclaimed_years")
    return _years_later(date.fromisoformat(row["decided_on"]), years) + timedelta(days=1)


def _years_later(day: date, years: int) -> date:
    """Return the same day some years on; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=day.day - 1)


# ---------------------------------------------------------------- refund (s.54)


@task(
    "tax.refund",
    th="รับคำร้องขอคืนเงินภาษี (ภ.ด.ส.9)",
    en="Register a refund claim (form 9)",
    parameters=(
        YEAR,
        TAXPAYER,
        Field("reason", Kind.LONGTEXT, "เหตุที่ขอคืน", "Reason", required=True),
        Field("claimed", Kind.MONEY, "จำนวนที่ขอคืน", "Claimed", required=True, unit="บาท", minimum=1),
        FILED,
    ),
    group="collection",
    help_th="ยื่นภายใน 3 ปีนับแต่วันที่ชำระ พิจารณาใน 90 วัน",
    help_en="Within 3 years of the payment; decided in 90 days.",
)
def register_refund(
    context: Context, *, year_be: int, taxpayer: str, reason: str, claimed: int, filed_on: str | None
) -> Report:
    """Write a refund claim."""
    day = today(filed_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        account = find_account(store, year_be=year_be, taxpayer=taxpayer)
        paid_on = account.last_paid_on
        if paid_on is None or claimed > account.on(day).paid.total:
            paid = format_baht(account.on(day).paid.total)
            raise InvalidInput("petition.not_paid", field="claimed", paid=paid)
        last = _years_later(paid_on, account.law.whole("procedure.refund_years"))
        if day > last:
            raise InvalidInput("petition.late", field="filed_on", last=format_date(last), last_en=last.isoformat())
        row = {
            "assessment_uid": account.row["uid"],
            "filed_on": day.isoformat(),
            "reason": reason,
            "claimed_satang": claimed,
        }
        kept = insert_checked(store, "refund", row)
        number = kept["number"]
        return listed(store, "refund", [kept], f"รับคำร้องขอคืน {number}", f"Refund claim {number}", number=number)


@task(
    "tax.refund_decide",
    th="พิจารณาคำร้องขอคืนเงินและจ่ายคืน",
    en="Decide and pay a refund",
    parameters=(
        _REFUND_NUMBER,
        Field("decision", Kind.CHOICE, "ผลการพิจารณา", "Decision", choices="refund_decision", default="granted"),
        Field("granted", Kind.MONEY, "คืน (เว้นว่าง = ตามที่ขอ)", "Granted (empty: as claimed)", unit="บาท", minimum=1),
        _DECIDED,
        Field("paid_on", Kind.DATE, "วันที่จ่ายคืน (เว้นว่าง = ยังไม่จ่าย)", "Paid back on (empty: not yet)"),
        Field("interest", Kind.BOOL, "อปท. เป็นฝ่ายผิด จ่ายดอกเบี้ย", "The office was wrong: pay interest", default=False),
    ),
    choices={"refund_decision": _CHOICES["refund_decision"]},
    argument="number",
    group="collection",
    help_th="คืนได้ไม่เกินยอดที่ชำระเกินตามบัญชี เมื่ออนุมัติแล้วสั่งอีกครั้งพร้อมวันที่จ่ายเพื่อบันทึกการจ่าย",
    help_en="Never more than the ledger says was overpaid. Run again with the day of payment to record it.",
)  # fmt: skip
def decide_refund(
    context: Context, *, number: str, decision: str, granted: int | None, decided_on: str | None,
    paid_on: str | None, interest: int,
) -> Report:  # fmt: skip
    """Write the decision on a refund and, with its day, the payment."""
    with open_store(context.project, user=context.user) as store, store.transaction():
        row = by_number(store, "refund", number)
        if row["paid_on"] or row["unclaimed_on"] or row["decision"] == "rejected":
            raise NotAllowed("petition.decided", field="number", number=number)
        account = _account(store, row)
        if row["decision"] is None:
            day = today(decided_on)
            sum_ = row["claimed_satang"] if granted is None else granted
            row = _decided(store, account, row, decision=decision, granted=sum_, day=day)
        if paid_on and row["decision"] == "granted":
            row = _paid_back(store, account, row, date.fromisoformat(paid_on), with_interest=bool(interest))
        stored = store.get("refund", row["uid"])
        facts = {"granted_satang": stored["granted_satang"], "interest_satang": stored["interest_satang"]}
        return listed(store, "refund", [stored], f"พิจารณาคำร้อง {number} แล้ว", f"Refund {number} decided", **facts)


def _decided(store: Store, account: Account, row: Row, *, decision: str, granted: int, day: date) -> Row:
    """Write a decision; what other granted claims will take is not granted twice."""
    if decision == "rejected":
        return _change(store, "refund", row, decision=decision, decided_on=day.isoformat())
    promised = sum(
        other["granted_satang"]
        for other in store.rows("refund", "assessment_uid = ? AND decision = 'granted'", [row["assessment_uid"]])
        if not other["paid_on"] and not other["unclaimed_on"]
    )
    over = max(0, account.on(max(day, account.last_paid_on or day)).refundable - promised)
    if granted > over:
        raise InvalidInput("petition.not_overpaid", field="granted", over=format_baht(over))
    _change(store, "refund", row, decision=decision, decided_on=day.isoformat(), granted_satang=granted)
    return store.get("refund", row["uid"])


def _paid_back(store: Store, account: Account, row: Row, day: date, *, with_interest: bool) -> Row:
    over = account.on(max(day, account.last_paid_on or day)).refundable
    if row["granted_satang"] > over:
        raise NotAllowed("petition.not_overpaid", field="paid_on", over=format_baht(over))
    filed = date.fromisoformat(row["filed_on"])
    more = refund_interest(account.law, row["granted_satang"], filed_on=filed, paid_on=day) if with_interest else None
    return _change(
        store, "refund", row, paid_on=day.isoformat(), interest_satang=more.surcharge_satang if more else 0
    )  # fmt: skip


# ---------------------------------------------------------------- review (s.53)


@task(
    "tax.review",
    th="ทบทวนการประเมินภาษี",
    en="Review an assessment",
    parameters=(
        YEAR,
        TAXPAYER,
        Field("new_tax", Kind.MONEY, "ภาษีที่ถูกต้อง", "Correct tax", required=True, unit="บาท", minimum=0),
        Field("reason", Kind.LONGTEXT, "เหตุที่ทบทวน", "Reason", required=True),
        Field("decided_on", Kind.DATE, "วันที่แจ้งผล (เว้นว่าง = วันนี้)", "Notified on (empty: today)"),
    ),
    group="collection",
    help_th="ภายใน 3 ปีนับแต่กำหนดชำระ ส่วนที่เพิ่มชำระใน 30 วันโดยไม่มีเบี้ยปรับและเงินเพิ่ม (มาตรา 53)",
    help_en="Within 3 years of the due day; extra tax is due in 30 days without penalty or surcharge (s.53).",
)
def review_assessment(
    context: Context, *, year_be: int, taxpayer: str, new_tax: int, reason: str, decided_on: str | None
) -> Report:
    """Write a review of an assessment."""
    day = today(decided_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        account = find_account(store, year_be=year_be, taxpayer=taxpayer)
        last = _years_later(account.facts.due_on, account.law.whole("procedure.review_years"))
        if day > last:
            raise InvalidInput("petition.late", field="decided_on", last=format_date(last), last_en=last.isoformat())
        old = _tax_now(account, day)
        due = day + days_of(account.law, "procedure.review_pay_days")
        row = {
            "assessment_uid": account.row["uid"], "decided_on": day.isoformat(), "old_tax_satang": old,
            "new_tax_satang": new_tax, "due_on": max(due, account.facts.due_on).isoformat() if new_tax > old else None,
            "reason": reason,
        }  # fmt: skip
        kept = insert_checked(store, "review", row)
        note_states(store, _account(store, kept), day)
        th, en = "ทบทวนการประเมินแล้ว", "Assessment reviewed"
        return listed(store, "review", [kept], th, en, due_on=kept["due_on"])
