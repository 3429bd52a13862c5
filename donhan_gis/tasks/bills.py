"""Bills read from the project: which assessment a payer means, and all facts of it for the ledger."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from donhan_gis import law as law_module
from donhan_gis.documents.reference import LAND_BUILDING, SIGNBOARD, read_reference
from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind
from donhan_gis.law import Law
from donhan_gis.store import Store
from donhan_gis.store.rules import row_problems
from donhan_gis.tasks.runs import ASSESS, newest_run, run_wanted
from donhan_gis.tax.collection import Part
from donhan_gis.tax.ledger import Amounts, Bill, Change, Letter, PaidBack, Receipt, Standing, standing
from donhan_gis.thai import new_year_day

Row = dict[str, Any]
BillKind = Literal["land", "sign"]
SIGN_ASSESS = "sign.assess"
REGISTER: dict[BillKind, str] = {"land": "assessment", "sign": "sign_assessment"}
TASK_OF: dict[BillKind, str] = {"land": ASSESS, "sign": SIGN_ASSESS}
_BATCH = 500

YEAR = Field("year_be", Kind.INT, "ปีภาษี พ.ศ.", "Tax year B.E.", required=True, minimum=2563, maximum=2700)
TAXPAYER = Field(
    "taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", required=True, to="person",
    help_th="ชื่อหรือส่วนของชื่อ เลขประจำตัว หรือเลขอ้างอิงบนหนังสือแจ้ง",
    help_en="Name or part of it, identity number, or the reference number on the notice.",
)  # fmt: skip
SIGN = Field(
    "sign", Kind.TEXT, "รหัสป้าย (เฉพาะภาษีป้าย)", "Sign code (signboard tax only)", to="signboard",
    help_th="ระบุเมื่อเป็นภาษีป้าย เว้นว่าง = ภาษีที่ดินและสิ่งปลูกสร้าง",
    help_en="For signboard tax; empty: land and building tax.",
)  # fmt: skip
AS_OF = Field("as_of", Kind.DATE, "ณ วันที่ (เว้นว่าง = วันนี้)", "As of (empty: today)")
OUT = Field("out", Kind.FILE, "แฟ้มที่จะบันทึก (.xlsx)", "File to write (.xlsx)", writes=".xlsx")


@dataclass(frozen=True, slots=True)
class Account:
    """One bill with its row (the assessment), its facts and the law of its year."""

    kind: BillKind
    row: Row
    facts: Bill
    law: Law

    def on(self, day: date) -> Standing:
        """Return how the bill stands on a day."""
        return standing(self.law, self.facts, day)

    @property
    def reference(self) -> dict[str, str]:
        """The column of a receipt that names the bill."""
        return {f"{REGISTER[self.kind]}_uid": self.row["uid"]}

    @property
    def last_paid_on(self) -> date | None:
        """The day of the last valid receipt."""
        return max((receipt.paid_on for receipt in self.facts.receipts if receipt.valid), default=None)


def today(written: str | None) -> date:
    """Return the day a task was given, or the office's today."""
    return date.fromisoformat(written) if written else date.today()


def law_of(run: Mapping[str, Any]) -> Law:
    """Return the law of a run's year with the by-law the run was made with, where that file still stands."""
    by_law = json.loads(run["parameters"] or "{}").get("by_law")
    overlays = [Path(by_law)] if by_law and Path(by_law).exists() else []
    return law_module.load(*overlays).at(run["tax_year_be"])


def find_account(store: Store, *, year_be: int, taxpayer: str, sign: str | None = None) -> Account:
    """Return the bill that is meant.

    Raises:
        InvalidInput: nothing was assessed for the year, or no taxpayer or more than one is meant.
    """
    kind: BillKind = "sign" if sign else "land"
    run = run_wanted(store, TASK_OF[kind], year_be)
    found = _by_reference(store, run, taxpayer) or _named(store, kind, run, taxpayer, sign)
    written = store.title_of("person", taxpayer) or taxpayer
    if not found:
        raise InvalidInput("collection.nobody", field="taxpayer", written=written, year=year_be)
    if len(found) > 1:
        names = ", ".join(sorted({row["taxpayer_name"] or "–" for row in found})[:5])
        raise InvalidInput("collection.several", field="taxpayer", written=written, n=len(found), names=names)
    return accounts(store, kind, run, found)[0]


def _by_reference(store: Store, run: Row, written: str) -> list[Row]:
    try:
        reference = read_reference(written)
    except InvalidInput:
        return []
    kinds: dict[int, BillKind] = {LAND_BUILDING: "land", SIGNBOARD: "sign"}
    register = REGISTER[kinds.get(reference.kind, "land")]
    return store.rows(register, "fid = ? AND run_uid = ?", [reference.number, run["uid"]])


def _named(store: Store, kind: BillKind, run: Row, taxpayer: str, sign: str | None) -> list[Row]:
    """Return the bills of a run whose taxpayer is meant: by key or identity number first, then by name."""
    rows = store.rows(REGISTER[kind], "run_uid = ?", [run["uid"]])
    if sign:
        codes = {row["uid"] for row in store.rows("signboard", "code = ? OR uid = ?", [sign, sign], columns=["uid"])}
        rows = [row for row in rows if row["signboard_uid"] in codes]
    who = store.rows("person", "id_no = ? OR uid = ?", [taxpayer, taxpayer], columns=["uid"])
    persons = {row["uid"] for row in who}
    exact = [row for row in rows if taxpayer in (row["uid"], key_of(kind, row)) or key_of(kind, row) in persons]
    shared = [row for row in rows if persons.intersection(key_of(kind, row).split("+"))]
    same = [row for row in rows if (row["taxpayer_name"] or "") == taxpayer]
    return exact or shared or same or [row for row in rows if taxpayer in (row["taxpayer_name"] or "")]


def key_of(kind: BillKind, row: Mapping[str, Any]) -> str:
    """Return the taxpayer of a bill as receipts name him."""
    return str(row["taxpayer_key"] if kind == "land" else row["taxpayer_uid"])


def all_accounts(store: Store, years: Iterable[int], kinds: Sequence[BillKind] = ("land", "sign")) -> list[Account]:
    """Return every bill of the runs that count for some years."""
    found = []
    for kind in kinds:
        for year_be in years:
            run = newest_run(store, TASK_OF[kind], year_be)
            if run:
                rows = store.rows(REGISTER[kind], "run_uid = ?", [run["uid"]], order="taxpayer_name")
                found += accounts(store, kind, run, rows)
    return found


def years_assessed(store: Store) -> list[int]:
    """Return the tax years for which there are bills."""
    tasks = list(TASK_OF.values())
    rows = store.rows("run", "task IN (?, ?)", tasks, columns=["tax_year_be"])
    return sorted({row["tax_year_be"] for row in rows if row["tax_year_be"]})


def accounts(store: Store, kind: BillKind, run: Row, rows: Sequence[Row]) -> list[Account]:
    """Return bills with their facts, in few queries."""
    law = law_of(run)
    facts = _facts(store, kind, rows)
    return [Account(kind, row, _bill(kind, row, facts[row["uid"]]), law) for row in rows]


def _same_bill(store: Store, kind: BillKind, rows: Sequence[Row]) -> dict[str, str]:
    """Return the bill meant by each assessment of the same taxpayer and year in any run: what was paid stays paid."""
    subject = "taxpayer_key" if kind == "land" else "signboard_uid"
    wanted = {(row["tax_year_be"], row[subject]): row["uid"] for row in rows}
    found: dict[str, str] = {}
    for batch in _batches(list(wanted)):
        values = [each for key in batch for each in key]
        where = " OR ".join([f"(tax_year_be = ? AND {subject} = ?)"] * len(batch))
        for row in store.rows(REGISTER[kind], where, values, columns=["uid", "tax_year_be", subject]):
            found[row["uid"]] = wanted[row["tax_year_be"], row[subject]]
    return found


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    return (items[start : start + _BATCH] for start in range(0, len(items), _BATCH))


def _facts(store: Store, kind: BillKind, rows: Sequence[Row]) -> dict[str, dict[str, list[Row]]]:
    """Return the rows that refer to each bill, by register."""
    same = _same_bill(store, kind, rows)
    found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    registers = ("receipt", "instalment", "warning_letter", "objection", "review", "refund")
    via = f"{REGISTER[kind]}_uid"
    for register in registers if kind == "land" else ("receipt",):
        for batch in _batches(list(same)):
            marks = ", ".join("?" * len(batch))
            for row in store.rows(register, f"{via} IN ({marks})", batch):
                found[same[row[via]]][register].append(row)
    return found


def _bill(kind: BillKind, row: Row, facts: Mapping[str, Sequence[Row]]) -> Bill:
    own = row["uid"]
    return Bill(
        row["tax_satang"],
        _day(row["due_on"]) or new_year_day(row["tax_year_be"] + 1),
        kind=kind,
        fixed_satang=(row["extra_satang"] or 0) if kind == "sign" else 0,
        parts=tuple(
            Part(date.fromisoformat(one["due_on"]), one["amount_satang"])
            for one in sorted(facts["instalment"], key=lambda one: one["part_no"])
            if one["assessment_uid"] == own
        ),
        changes=_changes(own, facts),
        letters=tuple(
            Letter(_day(one["received_on"]), date.fromisoformat(one["pay_by"])) for one in facts["warning_letter"]
        ),
        receipts=tuple(map(receipt_of, facts["receipt"])),
        paid_back=tuple(
            PaidBack(settled, one["granted_satang"])
            for one in facts["refund"]
            if (settled := _day(one["paid_on"] or one["unclaimed_on"]))
        ),
    )


def _changes(own: str, facts: Mapping[str, Sequence[Row]]) -> tuple[Change, ...]:
    """Return what changed this very assessment; an assessment made since holds the corrected tax itself."""
    objections = [
        Change(date.fromisoformat(one["decided_on"]), one["new_tax_satang"], "objection")
        for one in facts["objection"]
        if one["assessment_uid"] == own and one["decision"] in ("accepted", "partly", "silent")
    ]
    reviews = [
        Change(date.fromisoformat(one["decided_on"]), one["new_tax_satang"], "review", _day(one["due_on"]))
        for one in facts["review"]
        if one["assessment_uid"] == own
    ]
    return (*objections, *reviews)


def receipt_of(row: Mapping[str, Any]) -> Receipt:
    """Return a stored receipt as the ledger takes it."""
    amounts = Amounts(row["tax_satang"], row["penalty_satang"], row["surcharge_satang"])
    return Receipt(row["number"], date.fromisoformat(row["paid_on"]), amounts, row["state"] == "valid")


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def insert_checked(store: Store, register: str, row: Row) -> Row:
    """Write a row after its declaration's rules and limits, and return it as stored.

    Raises:
        InvalidInput: a value or the row as a whole is refused; the sentence says why.
    """
    with store.transaction():
        kept = store.get(register, store.insert(register, [row])[0])
        check_row(store, register, kept)
    return kept


def check_row(store: Store, register: str, row: Mapping[str, Any]) -> None:
    """Refuse a row that breaks an error rule of its declaration.

    Raises:
        InvalidInput: the sentence says why.
    """
    for problem in row_problems(store.registers, store.registers[register], row):
        if problem.code != "rule.warning":
            raise InvalidInput("task.problem", field=problem.field, th=problem.text("th"), en=problem.text("en"))


def by_number(store: Store, register: str, number: str) -> Row:
    """Return the row with a number.

    Raises:
        InvalidInput: there is none.
    """
    found = store.rows(register, "number = ? OR uid = ?", [number.strip()] * 2)
    if not found:
        titles = {"register": store.registers[register].th, "register_en": store.registers[register].en}
        raise InvalidInput("collection.no_number", field="number", number=number, **titles)
    return found[0]
