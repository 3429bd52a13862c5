"""Money taken: the sheet handed over each day, and what was collected against what was assessed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from donhan_gis.field import Field, Kind
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.arrears import written
from donhan_gis.tasks.bills import AS_OF, OUT, YEAR, Account, Row, all_accounts, today
from donhan_gis.tasks.collection import COMPONENTS
from donhan_gis.tax.ledger import due_slices, spread
from donhan_gis.thai import format_baht, format_date

_CLASS = Field("use_class", Kind.CHOICE, "การใช้ประโยชน์", "Use", choices="use_class")
_VILLAGE = Field("village", Kind.TEXT, "หมู่บ้าน", "Village")
_SUMS = [column.name for column in COMPONENTS]


@task(
    "tax.daily_remittance",
    th="ใบนำส่งเงินประจำวัน",
    en="Daily remittance",
    parameters=(Field("day", Kind.DATE, "วันที่ (เว้นว่าง = วันนี้)", "Day (empty: today)"), OUT),
    group="collection",
    help_th="ใบเสร็จทุกฉบับของวัน แยกตามวิธีชำระและผู้รับเงิน หักใบเสร็จที่ยกเลิกในวันนั้น",
    help_en="Every receipt of the day by method and cashier, less the receipts cancelled that day.",
)
def remit_day(context: Context, *, day: str | None, out: str | None) -> Report:
    """Return the receipts of a day, those cancelled that day, and what is to be handed over."""
    on = today(day)
    with open_store(context.project, user=context.user) as store:
        taken = store.rows("receipt", "paid_on = ?", [on.isoformat()], order="number")
        cancelled = store.rows("receipt", "cancelled_on = ?", [on.isoformat()], order="number")
        total = sum(row["total_satang"] for row in taken) - sum(row["total_satang"] for row in cancelled)
        numbers = f"{taken[0]['number']} – {taken[-1]['number']}" if taken else "–"
        report = Report(
            f"ใบนำส่งเงิน วันที่ {format_date(on)}", f"Remittance of {format_date(on, 'numeric')}",
            tables=(
                _by_method(taken, cancelled),
                _receipts("receipts", "ใบเสร็จของวัน", "Receipts of the day", store, taken),
                _receipts("cancelled", "ใบเสร็จที่ยกเลิกในวัน", "Receipts cancelled on the day", store, cancelled),
            ),
            notes_th=(f"ใบเสร็จเลขที่ {numbers}", f"เงินนำส่ง {format_baht(total)} บาท"),
            notes_en=(f"Receipts {numbers}", f"To be handed over: {format_baht(total)} baht"),
            choices=store.registers.choices,
            facts={"receipts": len(taken), "cancelled": len(cancelled), "total_satang": total},
        )  # fmt: skip
    return written(context, report, out)


def _by_method(taken: Sequence[Row], cancelled: Sequence[Row]) -> Table:
    columns = (
        Field("method", Kind.CHOICE, "วิธีชำระ", "Method", choices="pay_method"),
        Field("cashier", Kind.TEXT, "ผู้รับเงิน", "Cashier", privacy="personal"),
        Field("n", Kind.INT, "ฉบับ", "Receipts"),
        *COMPONENTS,
    )
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (1 + len(_SUMS)))
    for sign, rows in ((1, taken), (-1, cancelled)):
        for row in rows:
            so_far = sums[row["method"], row["cashier"]]
            for i, amount in enumerate((1, *(row[name] for name in _SUMS))):
                so_far[i] += sign * amount
    cells = [[*key, *amounts] for key, amounts in sorted(sums.items())]
    return Table("by_method", "สรุปเงินนำส่ง", "Sums", columns, cells, total_of(columns, cells, ["n", *_SUMS]))


def _receipts(name: str, th: str, en: str, store: Store, rows: Sequence[Row]) -> Table:
    declared = store.registers["receipt"]
    names = (
        "number",
        "taxpayer_name",
        "tax_year_be",
        "method",
        "cashier",
        *_SUMS,
        "state",
        "elaas_no",
        "cancel_reason",
    )
    columns = tuple(declared.field(each) for each in names)
    cells = [[row[each] for each in names] for row in rows]
    return Table(name, th, en, columns, cells, total_of(columns, cells, _SUMS))


@task(
    "tax.collection_report",
    th="รายงานผลการจัดเก็บเทียบประมาณการ",
    en="Collection against estimate",
    parameters=(YEAR, AS_OF, OUT),
    group="collection",
    help_th="ภาษีที่ประเมินและที่เก็บได้ แยกตามการใช้ประโยชน์และหมู่บ้าน ยอดรวมตรงกับใบเสร็จทุกสตางค์",
    help_en="Tax assessed and collected by class of use and village; the sums agree with the receipts to the satang.",
)
def report_collection(context: Context, *, year_be: int, as_of: str | None, out: str | None) -> Report:
    """Return what was collected of the land and building tax of a year, by class and village."""
    day = today(as_of)
    with open_store(context.project, user=context.user) as store:
        accounts = all_accounts(store, [year_be], ["land"])
        shares = _shares(store, accounts, day)
        stands = [account.on(day) for account in accounts]
        extra = sum(now.paid.penalty + now.paid.surcharge for now in stands)
        assessed, collected = sum(share[2] for share in shares), sum(share[3] for share in shares)
        villages = store.titles_of("village", [row["uid"] for row in store.rows("village", columns=["uid"])])
        report = Report(
            f"ผลการจัดเก็บภาษีที่ดินและสิ่งปลูกสร้าง ปีภาษี {year_be}", f"Collection of tax year {year_be}",
            tables=(
                _grouped("by_class", "ตามการใช้ประโยชน์", "By use", _CLASS, shares, {}),
                _grouped("by_village", "ตามหมู่บ้าน", "By village", _VILLAGE, shares, villages),
            ),
            notes_th=(
                f"ณ วันที่ {format_date(day)} เก็บภาษีได้ {format_baht(collected)} จาก {format_baht(assessed)} บาท",
                f"เบี้ยปรับและเงินเพิ่ม {format_baht(extra)} บาท",
            ),
            notes_en=(
                f"As of {format_date(day, 'numeric')}: {format_baht(collected)} of {format_baht(assessed)} baht",
                f"Penalty and surcharge: {format_baht(extra)} baht",
            ),
            choices=store.registers.choices,
            facts={
                "assessed_satang": assessed, "collected_satang": collected, "extra_satang": extra,
                "balanced": all(now.adds_up() for now in stands),
            },
        )  # fmt: skip
    return written(context, report, out)


Share = tuple[str, str, int, int]  # use class, village uid, assessed and collected satang


def _shares(store: Store, accounts: Sequence[Account], day: date) -> list[Share]:
    """Return each bill's tax and tax money spread over its lines, adding up to both."""
    runs = sorted({account.row["run_uid"] for account in accounts})
    columns = ["assessment_uid", "parcel_uid", "building_uid", "condo_unit_uid", "use_class", "tax_satang"]
    lines: dict[str, list[Row]] = defaultdict(list)
    for run in runs:
        for line in store.rows("assessment_line", "run_uid = ? AND tax_satang > 0", [run], columns=columns):
            lines[line["assessment_uid"]].append(line)
    village = _villages(store)
    return [share for account in accounts for share in _spread(account, lines[account.row["uid"]], village, day)]


def _spread(account: Account, lines: Sequence[Row], village: Mapping[str, str], day: date) -> list[Share]:
    tax, paid = sum(one.satang for one in due_slices(account.facts, day)), account.on(day).paid.tax
    if not lines:
        return [("", "", tax, paid)] if tax or paid else []
    weights = [line["tax_satang"] for line in lines]
    shares = zip(lines, spread(tax, weights), spread(paid, weights), strict=True)
    return [(line["use_class"], _place(line, village), due, taken) for line, due, taken in shares]


def _villages(store: Store) -> dict[str, str]:
    """Return the village of each parcel, building and unit by uid; those without one are left out."""
    rows = store.rows("parcel", columns=["uid", "village_uid"])
    found = {row["uid"]: row["village_uid"] for row in rows if row["village_uid"]}
    for register in ("building", "condo_unit"):
        for row in store.rows(register, columns=["uid", "parcel_uid"]):
            if row["parcel_uid"] in found:
                found[row["uid"]] = found[row["parcel_uid"]]
    return found


def _place(line: Row, village: Mapping[str, str]) -> str:
    uids = (line["parcel_uid"], line["building_uid"], line["condo_unit_uid"])
    return next((village[uid] for uid in uids if uid in village), "")


def _grouped(name: str, th: str, en: str, head: Field, shares: Sequence[Share], titles: Mapping[str, str]) -> Table:
    """Return the shares added up by class (a choice) or by village (a text with ``titles``)."""
    at = 0 if head.kind is Kind.CHOICE else 1
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for share in shares:
        sums[str(share[at])][0] += share[2]
        sums[str(share[at])][1] += share[3]
    columns = (
        head,
        Field("assessed_satang", Kind.MONEY, "ประเมิน", "Assessed", unit="บาท"),
        Field("collected_satang", Kind.MONEY, "เก็บได้", "Collected", unit="บาท"),
        Field("rest_satang", Kind.MONEY, "คงค้าง", "Outstanding", unit="บาท"),
        Field("pct", Kind.DECIMAL, "ร้อยละที่เก็บได้", "Collected", unit="%"),
    )
    rows: list[list[Any]] = [
        [titles.get(key, key) or "–", due, taken, due - taken, taken * 100 / due if due else None]
        for key, (due, taken) in sorted(sums.items())
    ]
    totals = total_of(columns, rows, ["assessed_satang", "collected_satang", "rest_satang"])
    return Table(name, th, en, columns, rows, totals)
