"""Collecting a bill: what is owed and why, payment with a receipt, cancellation, payment in parts."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from donhan_gis.errors import Conflict, InvalidInput, NotAllowed
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.register import load_registers
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.bills import (
    AS_OF,
    SIGN,
    TAXPAYER,
    YEAR,
    Account,
    by_number,
    check_row,
    find_account,
    insert_checked,
    key_of,
    today,
)
from donhan_gis.tax.collection import instalment_parts
from donhan_gis.tax.ledger import Amounts, Order, Standing, allocate, due_slices
from donhan_gis.thai import format_baht, format_date

_CHOICES = load_registers().choices
_ITEMS = {
    "statement_item": (
        Choice("charged", "ต้องชำระทั้งสิ้น", "Charged"),
        Choice("paid", "ชำระแล้ว", "Paid"),
        Choice("owed", "ค้างชำระ", "Owed"),
        Choice("back", "คืนเงินแล้ว", "Paid back"),
        Choice("over", "ชำระเกินที่ยังไม่ได้คืน", "Overpaid, not yet paid back"),
    )
}
COMPONENTS = (
    Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
    Field("penalty_satang", Kind.MONEY, "เบี้ยปรับ", "Penalty", unit="บาท"),
    Field("surcharge_satang", Kind.MONEY, "เงินเพิ่ม", "Surcharge", unit="บาท"),
    Field("total_satang", Kind.MONEY, "รวม", "Total", unit="บาท"),
)


def in_columns(amounts: Amounts) -> list[int]:
    """Return amounts in the order of COMPONENTS."""
    return [amounts.tax, amounts.penalty, amounts.surcharge, amounts.total]


@task(
    "tax.owed",
    th="ดูยอดภาษีค้างชำระ",
    en="Statement of a taxpayer",
    parameters=(YEAR, TAXPAYER, SIGN, AS_OF),
    group="collection",
    help_th="แสดงยอดที่ต้องชำระ ณ วันที่กำหนด พร้อมเบี้ยปรับ เงินเพิ่ม วิธีคิด และใบเสร็จที่ออกแล้ว",
    help_en="Shows what is owed on a day with penalty, surcharge, their working and the receipts so far.",
)
def show_owed(context: Context, *, year_be: int, taxpayer: str, sign: str | None, as_of: str | None) -> Report:
    """Return the statement of one bill."""
    day = today(as_of)
    with open_store(context.project, user=context.user) as store:
        account = find_account(store, year_be=year_be, taxpayer=taxpayer, sign=sign)
        return statement(store, account, day)


def statement(store: Store, account: Account, day: date, *, heading: tuple[str, str] | None = None) -> Report:
    """Return how a bill stands on a day: sums, receipts, and the working of what came on top of the tax."""
    now = account.on(day)
    name, year = account.row["taxpayer_name"], account.row["tax_year_be"]
    th, en = heading or (f"ยอดภาษีของ {name} ปีภาษี {year}", f"Statement of {name}, tax year {year}")
    tables = (_sums_table(now), _receipt_table(account), _working_table(now))
    notes_th, notes_en = _notes(now)
    return Report(
        th, en, tables=tables, notes_th=notes_th, notes_en=notes_en, choices={**store.registers.choices, **_ITEMS},
        provenance=(("ณ วันที่", "As of", format_date(day)),),
        facts={
            "owed_satang": now.owed.total, "due_satang": now.due, "tax_satang": now.owed.tax,
            "penalty_satang": now.owed.penalty, "surcharge_satang": now.owed.surcharge,
            "paid_satang": now.paid.total, "refundable_satang": now.refundable, "adds_up": now.adds_up(),
        },
    )  # fmt: skip


def _sums_table(now: Standing) -> Table:
    """Return charged - paid + paid back = owed - refundable, as rows."""
    rows = [
        ["charged", *in_columns(now.charged)],
        ["paid", *in_columns(now.paid)],
        ["owed", *in_columns(now.owed)],
    ]
    rows += [[name, None, None, None, sum_] for name, sum_ in (("back", now.back), ("over", now.refundable)) if sum_]
    item = Field("item", Kind.CHOICE, "รายการ", "Item", choices="statement_item")
    return Table("sums", "สรุปยอด", "Sums", (item, *COMPONENTS), rows)


def _notes(now: Standing) -> tuple[tuple[str, ...], tuple[str, ...]]:
    owed = format_baht(now.owed.total)
    th = [f"ค้างชำระ {owed} บาท ถึงกำหนดแล้ว {format_baht(now.due)} บาท" if now.owed.total else "ไม่มียอดค้างชำระ"]
    en = [f"Owed {owed} baht, of which {format_baht(now.due)} are due" if now.owed.total else "Nothing is owed"]
    if now.next_due_on:
        th.append(f"งวดถัดไปชำระภายใน {format_date(now.next_due_on)}")
        en.append(f"The rest begins to fall due on {format_date(now.next_due_on, 'numeric')}")
    if now.overdue_on:
        th.append(f"เกินกำหนดตั้งแต่ {format_date(now.overdue_on)}")
        en.append(f"Overdue since {format_date(now.overdue_on, 'numeric')}")
    if now.refundable:
        th.append(f"ชำระเกิน {format_baht(now.refundable)} บาท ขอคืนได้ (ภ.ด.ส.9)")
        en.append(f"Overpaid by {format_baht(now.refundable)} baht, which can be claimed back (form PDS 9)")
    return tuple(th), tuple(en)


def _receipt_table(account: Account) -> Table:
    columns = (
        Field("number", Kind.TEXT, "เลขที่ใบเสร็จ", "Receipt"),
        Field("paid_on", Kind.DATE, "วันที่รับเงิน", "Paid on"),
        *COMPONENTS,
        Field("state", Kind.CHOICE, "สถานะ", "State", choices="receipt_state"),
    )
    rows = [
        [
            receipt.number,
            receipt.paid_on.isoformat(),
            *in_columns(receipt.amounts),
            "valid" if receipt.valid else "cancelled",
        ]
        for receipt in sorted(account.facts.receipts, key=lambda one: one.number)
    ]
    return Table("receipts", "ใบเสร็จรับเงิน", "Receipts", columns, rows)


def _working_table(now: Standing) -> Table:
    columns = (
        Field("step_th", Kind.TEXT, "วิธีคิด", "Working (Thai)"),
        Field("step_en", Kind.TEXT, "วิธีคิด (อังกฤษ)", "Working"),
        Field("section", Kind.TEXT, "ข้อกฎหมาย", "Source"),
    )
    rows = [[step.said("th"), step.said("en"), step.source] for step in now.steps]
    return Table("working", "วิธีคิดเบี้ยปรับและเงินเพิ่ม", "Working of penalty and surcharge", columns, rows)


@task(
    "tax.pay",
    th="รับชำระภาษี",
    en="Take a payment",
    parameters=(
        YEAR,
        TAXPAYER,
        SIGN,
        Field("amount", Kind.MONEY, "จำนวนเงิน (เว้นว่าง = ทั้งหมดที่ค้าง)", "Amount (empty: all)", unit="บาท", minimum=1),
        Field("part", Kind.INT, "งวดที่ (เมื่อผ่อนชำระ)", "Part (when paid by instalments)", minimum=1, maximum=12),
        Field("paid_on", Kind.DATE, "วันที่รับเงิน (เว้นว่าง = วันนี้)", "Paid on (empty: today)"),
        Field("method", Kind.CHOICE, "วิธีชำระ", "Method", choices="pay_method", default="CASH"),
        Field("cashier", Kind.TEXT, "ผู้รับเงิน (เว้นว่าง = ผู้ใช้งาน)", "Cashier (empty: the user)"),
        Field("elaas_no", Kind.TEXT, "เลขที่ใบเสร็จ e-LAAS", "e-LAAS receipt number"),
        Field(
            "shown", Kind.MONEY, "ยอดที่แจ้งผู้ชำระ", "Sum told to the payer", unit="บาท",
            help_th="ถ้าระบุ ระบบจะไม่รับเงินเมื่อยอดเปลี่ยนไปแล้ว เช่น มีผู้รับชำระอีกช่องหนึ่ง",
            help_en="When given, the payment is refused if the sum has changed since, as by another cashier.",
        ),
        Field("note", Kind.TEXT, "หมายเหตุ", "Note"),
    ),
    choices={"pay_method": _CHOICES["pay_method"]},
    group="collection",
    help_th="ออกใบเสร็จเลขเรียงตามปีงบประมาณ ชำระทั้งหมด เป็นงวด หรือบางส่วน ไม่รับเกินยอดค้าง",
    help_en="Issues a receipt numbered by fiscal year; in full, by instalment or in part, never more than is owed.",
)  # fmt: skip
def take_payment(
    context: Context, *, year_be: int, taxpayer: str, sign: str | None, amount: int | None, part: int | None,
    paid_on: str | None, method: str, cashier: str | None, elaas_no: str | None, shown: int | None, note: str | None,
) -> Report:  # fmt: skip
    """Write one receipt, or refuse; the bill is read and the receipt written in one transaction."""
    day, taker = today(paid_on), (cashier or context.user).strip()
    if not taker:
        raise InvalidInput("collection.no_cashier", field="cashier")
    with open_store(context.project, user=context.user) as store, store.transaction():
        account = find_account(store, year_be=year_be, taxpayer=taxpayer, sign=sign)
        now = _payable(store, account, day)
        if shown is not None and shown != now.owed.total:
            raise Conflict("collection.sum_changed", field="shown", owed=format_baht(now.owed.total))
        satang = _part_satang(store, account, now, part) if part else amount or now.owed.total
        given = _allocated(account, now, satang, part)
        row = {
            **account.reference, "paid_on": day.isoformat(), "taxpayer_key": key_of(account.kind, account.row),
            "taxpayer_name": account.row["taxpayer_name"] or "–", "tax_year_be": year_be, "part_no": part,
            "method": method, "cashier": taker, "elaas_no": elaas_no, "note": note, "tax_satang": given.tax,
            "penalty_satang": given.penalty, "surcharge_satang": given.surcharge, "total_satang": given.total,
        }  # fmt: skip
        receipt = insert_checked(store, "receipt", row)
        account = find_account(store, year_be=year_be, taxpayer=account.row["uid"], sign=sign)
        note_states(store, account, day)
        number = receipt["number"]
        report = statement(store, account, day, heading=_issued(number, given))
    facts = {**report.facts, "number": number, "received_satang": given.total, "uid": receipt["uid"]}
    return _with_facts(report, facts)


def _issued(number: str, given: Amounts) -> tuple[str, str]:
    baht = format_baht(given.total)
    return f"ออกใบเสร็จ {number} จำนวน {baht} บาท แล้ว", f"Receipt {number} for {baht} baht issued"


def _with_facts(report: Report, facts: dict[str, Any]) -> Report:
    return Report(
        report.th, report.en, report.tables, report.notes_th, report.notes_en, report.provenance, report.files,
        report.choices, facts,
    )  # fmt: skip


def _payable(store: Store, account: Account, day: date) -> Standing:
    """Return how the bill stands, or refuse where no payment can be taken.

    Raises:
        NotAllowed: nothing is owed any more; who took the money and when is said.
        InvalidInput: a later receipt stands already, so that the sum of an earlier day would be wrong.
    """
    last = account.last_paid_on
    if last and day < last:
        raise InvalidInput("collection.before_last", field="paid_on", last=format_date(last), last_en=last.isoformat())
    now = account.on(day)
    if now.owed.total:
        return now
    valid = [receipt.number for receipt in account.facts.receipts if receipt.valid]
    if not valid:
        raise NotAllowed("collection.nothing_owed", field="taxpayer", name=account.row["taxpayer_name"])
    taken = by_number(store, "receipt", max(valid))
    raise NotAllowed(
        "collection.already_paid", field="taxpayer", number=taken["number"], cashier=taken["cashier"],
        day=format_date(date.fromisoformat(taken["paid_on"])), day_en=taken["paid_on"],
    )  # fmt: skip


def _part_satang(store: Store, account: Account, now: Standing, part: int) -> int:
    """Return what an instalment asks for.

    Raises:
        InvalidInput: there is no such part, it is paid, an earlier one is not, or the right was lost.
    """
    parts = store.rows("instalment", "assessment_uid = ?", [account.row["uid"]], order="part_no")
    chosen = next((one for one in parts if one["part_no"] == part), None)
    if account.kind == "sign" or chosen is None:
        raise InvalidInput("collection.no_part", field="part", part=part)
    if chosen["state"] == "paid":
        raise NotAllowed("collection.part_paid", field="part", part=part)
    if any(one["state"] != "paid" for one in parts if one["part_no"] < part):
        raise InvalidInput("collection.earlier_part", field="part", part=part)
    if now.overdue_on:
        raise InvalidInput("collection.right_lost", field="part", owed=format_baht(now.owed.total))
    unpaid = sum(p.satang for p in now.pieces if p.paid_on is None and str(p.due_on) == chosen["due_on"])
    if not unpaid:
        raise NotAllowed("collection.part_paid", field="part", part=part)
    return unpaid


def _allocated(account: Account, now: Standing, satang: int, part: int | None) -> Amounts:
    """Return what a payment is for.

    Raises:
        InvalidInput: it is more than is owed, or a part of arrears where the office takes none.
    """
    if satang > now.owed.total:
        raise InvalidInput("collection.too_much", field="amount", owed=format_baht(now.owed.total))
    allowed = account.law.choice("procedure.setting.part_payment") == "allowed"
    if satang < now.owed.total and not part and not allowed:
        raise InvalidInput("collection.no_part_payment", field="amount", owed=format_baht(now.owed.total))
    return allocate(now.owed, satang, cast("Order", account.law.choice("procedure.setting.allocation")))


def note_states(store: Store, account: Account, day: date) -> None:
    """Write into instalments and warning letters what the ledger now says of them."""
    if account.kind == "sign":
        return
    now, uid = account.on(day), account.row["uid"]
    open_days = {str(piece.due_on) for piece in now.pieces if piece.part and piece.paid_on is None}
    lost = any(piece.part and (piece.paid_on or day) > piece.due_on for piece in now.pieces)
    for one in store.rows("instalment", "assessment_uid = ?", [uid]):
        state = ("lost" if lost else "open") if one["due_on"] in open_days else "paid"
        if state != one["state"]:
            store.update("instalment", one["uid"], {"state": state}, rev=one["rev"])
    for one in store.rows("warning_letter", "assessment_uid = ?", [uid]):
        state = "settled" if not now.owed.total else "received" if one["received_on"] else "issued"
        if state != one["state"]:
            store.update("warning_letter", one["uid"], {"state": state}, rev=one["rev"])


@task(
    "tax.cancel_receipt",
    th="ยกเลิกใบเสร็จ",
    en="Cancel a receipt",
    parameters=(
        Field("number", Kind.TEXT, "เลขที่ใบเสร็จ", "Receipt number", required=True, to="receipt"),
        Field("reason", Kind.TEXT, "เหตุที่ยกเลิก", "Reason", required=True),
        Field("cancelled_on", Kind.DATE, "วันที่ยกเลิก (เว้นว่าง = วันนี้)", "Cancelled on (empty: today)"),
        Field("by", Kind.TEXT, "ผู้ยกเลิก (เว้นว่าง = ผู้ใช้งาน)", "Cancelled by (empty: the user)"),
    ),
    argument="number",
    group="collection",
    help_th="ใบเสร็จไม่ถูกลบ เลขที่ไม่ใช้ซ้ำ ยอดค้างกลับมาเหมือนไม่ได้ชำระ",
    help_en="The receipt stays and its number is not used again; the bill stands as if it had not been paid.",
)
def cancel_receipt(context: Context, *, number: str, reason: str, cancelled_on: str | None, by: str | None) -> Report:
    """Mark a receipt cancelled with the day, who and why."""
    who, day = (by or context.user).strip(), today(cancelled_on)
    if not who:
        raise InvalidInput("collection.no_cashier", field="by")
    with open_store(context.project, user=context.user) as store, store.transaction():
        receipt = by_number(store, "receipt", number)
        if receipt["state"] != "valid":
            when = receipt["cancelled_on"] or "–"
            raise NotAllowed("collection.cancelled", field="number", number=number, by=receipt["cancelled_by"], on=when)
        changes = {"state": "cancelled", "cancelled_on": day.isoformat(), "cancelled_by": who, "cancel_reason": reason}
        check_row(store, "receipt", {**receipt, **changes})
        store.update("receipt", receipt["uid"], changes, rev=receipt["rev"])
        account = account_of(store, receipt)
        note_states(store, account, day)
        th, en = f"ยกเลิกใบเสร็จ {number} แล้ว", f"Receipt {number} cancelled"
        return statement(store, account, day, heading=(th, en))


def account_of(store: Store, receipt: dict[str, Any]) -> Account:
    """Return the bill that a receipt belongs to."""
    sign = receipt["sign_assessment_uid"]
    register, uid = ("sign_assessment", sign) if sign else ("assessment", receipt["assessment_uid"])
    row = store.get(register, uid)
    code = store.get("signboard", row["signboard_uid"])["code"] if sign else None
    subject = receipt["taxpayer_key"]
    return find_account(store, year_be=row["tax_year_be"], taxpayer=subject, sign=code)


@task(
    "tax.instalments",
    th="อนุญาตให้ผ่อนชำระภาษี",
    en="Grant instalments",
    parameters=(
        YEAR,
        TAXPAYER,
        Field("requested_on", Kind.DATE, "วันที่ขอผ่อนชำระ (เว้นว่าง = วันนี้)", "Requested on (empty: today)"),
    ),
    group="collection",
    help_th="แบ่งชำระเป็นงวดเท่ากันตามปฏิทินของปี เมื่อภาษีถึงเกณฑ์ (มาตรา 52)",
    help_en="Splits the tax into equal parts by the year's calendar when it is large enough (s.52).",
)
def grant_instalments(context: Context, *, year_be: int, taxpayer: str, requested_on: str | None) -> Report:
    """Write the instalments of a bill."""
    day = today(requested_on)
    with open_store(context.project, user=context.user) as store, store.transaction():
        account = find_account(store, year_be=year_be, taxpayer=taxpayer)
        rows = [
            {"assessment_uid": account.row["uid"], "part_no": i, "due_on": one.due_on.isoformat(),
             "amount_satang": one.amount_satang, "requested_on": day.isoformat(), "state": "open"}
            for i, one in enumerate(_parts_of(account, day), start=1)
        ]  # fmt: skip
        store.insert("instalment", rows)
        declared = store.registers["instalment"]
        columns = tuple(declared.field(name) for name in ("part_no", "due_on", "amount_satang", "state"))
        cells = [[row[column.name] for column in columns] for row in rows]
        table = Table(
            "instalments", "งวดผ่อนชำระ", "Instalments", columns, cells, total_of(columns, cells, ["amount_satang"])
        )
        name = account.row["taxpayer_name"]
        return Report(
            f"{name} ผ่อนชำระ {len(rows)} งวด", f"{name} pays in {len(rows)} parts", tables=(table,),
            choices=store.registers.choices, facts={"parts": len(rows)},
        )  # fmt: skip


def _parts_of(account: Account, day: date) -> tuple[Any, ...]:
    """Return the parts a bill may be paid in.

    Raises:
        InvalidInput: the tax is too small, the day is past, or the year's calendar has no days for parts.
        NotAllowed: it is being paid already, or the parts stand.
    """
    if account.facts.parts:
        raise NotAllowed("collection.parts_stand", field="taxpayer", name=account.row["taxpayer_name"])
    if account.last_paid_on:
        raise NotAllowed("collection.paid_some", field="taxpayer", name=account.row["taxpayer_name"])
    if day > account.facts.due_on:
        due = account.facts.due_on
        raise InvalidInput("collection.too_late", field="requested_on", due=format_date(due), due_en=due.isoformat())
    days = account.law.table("collection.calendar").get("instalments")
    if not days:
        raise InvalidInput("collection.no_days", field="year_be", year=account.row["tax_year_be"])
    tax = sum(one.satang for one in due_slices(account.facts, day))
    parts = instalment_parts(account.law, tax, days)
    if not parts:
        least = format_baht(account.law.satang("collection.instalment.min_tax"))
        raise InvalidInput("collection.too_small", field="taxpayer", tax=format_baht(tax), least=least)
    return parts
