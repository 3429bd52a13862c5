"""The task "print notices": ภ.ด.ส.6 with ภ.ด.ส.7 and 8 and the working, from a kept assessment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any, cast

from donhan_gis import law as law_module
from donhan_gis import settings
from donhan_gis.documents.notice import (
    BuildingPart,
    CondoLine,
    Digits,
    Instalment,
    LandPart,
    Notice,
    NoticeLine,
    Office,
    Taxpayer,
    Terms,
    TraceStep,
    Use,
    notice_data,
)  # fmt: skip
from donhan_gis.documents.parcel_map import ParcelMapper
from donhan_gis.documents.reference import LAND_BUILDING, Reference
from donhan_gis.documents.render import batch_paths, render_batch
from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind
from donhan_gis.i18n import text
from donhan_gis.law import Law
from donhan_gis.register import Registers
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.notice_maps import mapper_of
from donhan_gis.tasks.runs import newest_run
from donhan_gis.tasks.tax_lines import person_name
from donhan_gis.tasks.taxation import LATEST_BE
from donhan_gis.tasks.taxation import TASK as ASSESS
from donhan_gis.tax.instalments import instalments_satang
from donhan_gis.thai import format_baht

Row = Mapping[str, Any]
PER_CENT = 100
ORDER = "tax_satang DESC, taxpayer_name, uid"


@task(
    "tax.notice",
    th="พิมพ์หนังสือแจ้งการประเมินภาษี",
    en="Print assessment notices",
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
        Field("out", Kind.FILE, "แฟ้ม PDF ที่จะเขียน (.pdf)", "PDF file to write (.pdf)", required=True, writes=".pdf"),
        Field("limit", Kind.INT, "จำนวนฉบับ (เว้นว่าง = ทั้งหมด)", "How many (empty: all)", minimum=1),
        Field("name", Kind.TEXT, "เฉพาะผู้เสียภาษีที่ชื่อมีคำนี้", "Only taxpayers whose name holds this"),
        Field("trace", Kind.BOOL, "พิมพ์ที่มาของตัวเลขด้วย", "Print the working too", default=True),
        Field("issued_on", Kind.DATE, "วันที่ออกหนังสือ (เว้นว่าง = กำหนดแจ้งตามปฏิทิน)", "Date of the notices"),
        Field("map", Kind.BOOL, "พิมพ์แผนที่แปลง", "Print the map of the parcels", default=True),
        Field("photo", Kind.BOOL, "ใช้ภาพถ่ายทางอากาศเป็นพื้นแผนที่", "Orthophoto behind the map", default=False),
        Field("zero", Kind.BOOL, "รวมผู้ที่ไม่ต้องชำระภาษี", "Also those who owe nothing", default=False),
    ),
    group="tax",
    help_th="พิมพ์ ภ.ด.ส.6 พร้อม ภ.ด.ส.7/8 จากผลประเมินที่บันทึกไว้ เรียงตามภาษีมากไปน้อย",
    help_en="Prints form 6 with forms 7 and 8 from the kept assessment, the largest tax first.",
)
def print_notices(
    context: Context, *, year_be: int, out: str, limit: int | None, name: str | None, trace: int,
    issued_on: str | None, map: int, photo: int, zero: int,
) -> Report:  # fmt: skip
    """Print the notices of the newest assessment of a year."""
    with open_store(context.project, user=context.user) as store:
        run = newest_run(store, ASSESS, year_be)
        if run is None:
            raise InvalidInput("notice.no_run", field="year_be", year=year_be)
        law = _law_of(run, year_be)
        heads = _chosen(store, run["uid"], limit=limit, name=name, zero=bool(zero))
        if not heads:
            raise InvalidInput("notice.nobody", field="name", year=year_be)
        day = date.fromisoformat(issued_on) if issued_on else law.table("collection.calendar").get("notice_by")
        if day is None:
            raise InvalidInput("notice.no_date", field="issued_on", year=year_be)
        mapper = mapper_of(store, Path(context.project), photo=bool(photo)) if map else None
        maker = _Maker(store, law, day, with_trace=bool(trace), mapper=mapper)
        papers = [maker.notice(head) for head in heads]
        registers = store.registers
    files = batch_paths(Path(out), len(papers))
    written = render_batch("notice", [notice_data(paper) for paper in papers], files, progress=context.progress)
    return _report(papers, written, registers)


def _law_of(run: Row, year_be: int) -> Law:
    """Return the law the run was made with; refuse where its files changed since, so that figures and words agree."""
    by_law = json.loads(run["parameters"]).get("by_law")
    law = law_module.load(*([Path(by_law)] if by_law else [])).at(year_be)
    if law.hash != run["law_hash"]:
        raise InvalidInput("notice.law_changed", field="year_be", year=year_be)
    return law


def _chosen(store: Store, run_uid: str, *, limit: int | None, name: str | None, zero: bool) -> list[dict[str, Any]]:
    where, values = "run_uid = ?", [run_uid]
    if name:
        where, values = f"{where} AND instr(taxpayer_name, ?) > 0", [*values, name]
    if not zero:
        where += " AND tax_satang > 0"
    return store.rows("assessment", where, values, order=ORDER, limit=limit)


class _Maker:
    """Makes notices of one run: what they share is read once."""

    def __init__(
        self, store: Store, law: Law, issued_on: date, *, with_trace: bool, mapper: ParcelMapper | None = None
    ) -> None:
        self.store = store
        self.law = law
        self.issued_on = issued_on
        self.with_trace = with_trace
        self.mapper = mapper
        self.numbers: dict[str, dict[str, int]] = {}
        self.office = office_of(store)
        self.tambon_code = str(setting(store, "office.tambon_code"))
        self.digits: Digits = "thai" if setting(store, "office.thai_digits") else "arabic"
        self.terms = _terms(law)
        self.sample = bool(store.setting("project.sample"))
        self.rows = {
            name: {row["uid"]: row for row in store.rows(name)}
            for name in ("parcel", "building", "condo_unit", "person")
        }
        self.houses = store.titles_of("house", [row["uid"] for row in store.rows("house", columns=["uid"])])
        self.villages = store.titles_of("village", [row["uid"] for row in store.rows("village", columns=["uid"])])

    def number(self, head: Row) -> str:
        """Return the notice's number: its place in the whole run, so that it stays whatever part is printed."""
        run = head["run_uid"]
        if run not in self.numbers:
            self.numbers[run] = numbers_of(self.store, run)
        return f"{self.numbers[run][head['uid']]:04d}/{head['tax_year_be']}"

    def notice(self, head: Row) -> Notice:
        """Return the notice of one assessment."""
        lines = self.store.rows("assessment_line", "assessment_uid = ?", [head["uid"]])
        return Notice(
            number=self.number(head),
            issued_on=self.issued_on,
            tax_year_be=head["tax_year_be"],
            office=self.office,
            taxpayer=self._taxpayer(head),
            tax_satang=head["tax_satang"],
            due_on=date.fromisoformat(head["due_on"]),
            terms=self.terms,
            lines=self._land_lines([line for line in lines if not line["condo_unit_uid"]]),
            condos=tuple(self._condo(line) for line in lines if line["condo_unit_uid"]),
            instalments=self._instalments(head["tax_satang"]),
            trace=(*_trace(lines), self._bill_step(head)) if self.with_trace else (),
            sample=self.sample,
            digits=self.digits,
            reference=Reference(self.tambon_code, LAND_BUILDING, head["tax_year_be"], head["fid"]),
            maps=tuple(self.mapper.maps({self._parcel_of(line) for line in lines})) if self.mapper else (),
        )

    def _taxpayer(self, head: Row) -> Taxpayer:
        persons = [self.rows["person"][uid] for uid in head["taxpayer_key"].split("+")]
        address = address_of(self.store, persons)
        kind = "juristic" if head["owner_kind"] == "juristic" else "natural"
        return Taxpayer(
            tuple(person_name(p) for p in persons), "juristic" if kind == "juristic" else "natural", address
        )

    def _bill_step(self, head: Row) -> TraceStep:
        """Return the last step of the working: all bases added and rounded once."""
        said = text("tax.trace.bill", tax=format_baht(head["tax_satang"]))
        return TraceStep(text("notice.sum"), said, self.law.value("land_building.setting.rounding").source)

    def _address(self, person: Row) -> str:
        """Return where a person gets letters: the postal address, else the house of the registration."""
        if person["mail_address"]:
            return str(person["mail_address"])
        house = self.houses.get(person["house_uid"] or "", "")
        return f"{house} {self.office.address}" if house else ""

    def _instalments(self, tax_satang: int) -> tuple[Instalment, ...]:
        days = self.law.table("collection.calendar").get("instalments", ())
        parts = instalments_satang(self.law, tax_satang)
        return tuple(Instalment(day, part) for day, part in zip(days, parts, strict=False)) if days and parts else ()

    def _parcel_of(self, line: Row) -> str:
        building = self.rows["building"].get(line["building_uid"] or "")
        standing = building or self.rows["condo_unit"].get(line["condo_unit_uid"] or "")
        return str(line["parcel_uid"] or (standing and standing["parcel_uid"]) or "")

    def _land_lines(self, lines: Sequence[Row]) -> tuple[NoticeLine, ...]:
        """Return one row of ภ.ด.ส.7 a parcel, use and reduction: its land and its buildings together."""

        def key(line: Row) -> tuple[str, str, str, float]:
            return self._parcel_of(line), line["use_class"], line["rate_row"], line["cut_pct"]

        ordered = sorted(lines, key=key)
        return tuple(self._line(list(group)) for _, group in groupby(ordered, key=key))

    def _line(self, group: Sequence[Row]) -> NoticeLine:
        land = [line for line in group if line["parcel_uid"]]
        buildings = [line for line in group if line["building_uid"]]
        sums = {name: sum(line[f"{name}_satang"] for line in group) for name in ("value", "exempt", "base", "tax")}
        return NoticeLine(
            use=cast("Use", group[0]["use_class"]),
            value_satang=sums["value"],
            exempt_satang=sums["exempt"],
            base_satang=sums["base"],
            rates_pct=rates_of(group),
            tax_satang=sums["tax"],
            land=self._land(land[0]) if land else None,
            buildings=tuple(self._building(line) for line in buildings),
            cut_pct=Decimal(str(group[0]["cut_pct"])),
        )

    def _land(self, line: Row) -> LandPart:
        parcel, worth = self.rows["parcel"][line["parcel_uid"]], json.loads(line["trace"])["worth"]
        return LandPart(
            document=label_of(self.store.registers, "parcel", "doc_type", parcel["doc_type"]),
            document_no=parcel["doc_no"] or parcel["code"],
            area_sqwah=Decimal(str(line["area"])),
            price_satang_per_sqwah=worth["price_satang"],
            value_satang=line["value_satang"],
        )

    def _building(self, line: Row) -> BuildingPart:
        building, worth = self.rows["building"][line["building_uid"]], json.loads(line["trace"])["worth"]
        kept = PER_CENT - worth["depreciation_pct"]
        gross = round(Fraction(line["value_satang"] * PER_CENT, kept)) if kept else line["value_satang"]
        return BuildingPart(
            type_th=label_of(self.store.registers, "building", "type_code", building["type_code"]),
            area_m2=Decimal(str(line["area"])),
            price_satang_per_m2=worth["price_satang"],
            gross_satang=gross,
            age_years=worth["age_years"],
            depreciation_satang=gross - line["value_satang"],
            value_satang=line["value_satang"],
        )

    def _condo(self, line: Row) -> CondoLine:
        unit, worth = self.rows["condo_unit"][line["condo_unit_uid"]], json.loads(line["trace"])["worth"]
        parcel = self.rows["parcel"].get(unit["parcel_uid"] or "", {})
        return CondoLine(
            condo_name=unit["condo_name"] or "",
            reg_no=unit["reg_no"] or "",
            place=self.villages.get(parcel.get("village_uid") or "", ""),
            unit_no=unit["unit_no"] or "",
            use=cast("Use", line["use_class"]),
            area_m2=Decimal(str(line["area"])),
            price_satang_per_m2=worth["price_satang"],
            value_satang=line["value_satang"],
            exempt_satang=line["exempt_satang"],
            base_satang=line["base_satang"],
            rates_pct=rates_of([line]),
            tax_satang=line["tax_satang"],
            cut_pct=Decimal(str(line["cut_pct"])),
        )


def address_of(store: Store, persons: Sequence[Row]) -> str:
    """Return where the first of the persons who can be reached gets post: the address given, else the house here."""
    for person in persons:
        if person["mail_address"]:
            return str(person["mail_address"])
        if person["house_uid"]:
            house = store.get("house", person["house_uid"])
            moo = store.get("village", house["village_uid"])["moo"] if house["village_uid"] else None
            village = f"หมู่ที่ {moo} " if moo else ""
            return f"บ้านเลขที่ {house['house_no']} {village}{setting(store, 'office.address')}"
    return ""


def numbers_of(store: Store, run_uid: str) -> dict[str, int]:
    """Return the running number of each notice of a run, by the assessment's uid."""
    rows = store.rows("assessment", "run_uid = ?", [run_uid], order=ORDER, columns=["uid"])
    return {row["uid"]: place for place, row in enumerate(rows, start=1)}


def label_of(registers: Registers, register: str, field: str, code: str | None) -> str:
    """Return the Thai label of a code; the code itself where the list does not hold it."""
    choices = registers.choices_of(registers[register].field(field))
    return next((choice.th for choice in choices if choice.code == code), code or "")


def rates_of(lines: Sequence[Row]) -> tuple[Decimal, ...]:
    """Return the bracket rates reached, in percent, as the working names them."""
    steps = [step for line in lines for step in json.loads(line["trace"])["steps"]]
    return tuple(sorted({Decimal(step["values"]["rate"]) for step in steps if step["step"] == "slice"}))


def _trace(lines: Sequence[Row]) -> tuple[TraceStep, ...]:
    """Return the working of a notice: every base once, in the order of its lines."""
    bases: dict[int, tuple[str, list[dict[str, Any]]]] = {}
    for line in lines:
        working = json.loads(line["trace"])
        bases.setdefault(working["base"], (line["text_th"], working["steps"]))
    return tuple(
        TraceStep(subject if i == 0 else "", step["th"], step["section"])
        for subject, steps in bases.values()
        for i, step in enumerate(steps)
    )


def setting(store: Store, key: str) -> Any:
    """Return an office setting's value: the project's, else the declared default."""
    return settings.value_of(key, store.setting(key))


def office_of(store: Store) -> Office:
    """Return the office as papers name it."""

    def of(key: str) -> str:
        return str(setting(store, f"office.{key}") or "")

    return Office(
        of("name"), of("address"), of("phone"), of("pay_at"),
        signer_name=of("signer_name"), signer_title=of("signer_title"),
    )  # fmt: skip


def _terms(law: Law) -> Terms:
    def percent(key: str) -> Decimal:
        share = law.percent(f"collection.{key}") * PER_CENT
        return Decimal(share.numerator) / Decimal(share.denominator)

    return Terms(
        penalty_before_warning_pct=percent("penalty.not_received"),
        penalty_within_warning_pct=percent("penalty.within_time"),
        penalty_after_warning_pct=percent("penalty.after_time"),
        surcharge_pct_per_month=percent("surcharge.per_month"),
        objection_days=law.whole("objection.objection_days"),
        appeal_days=law.whole("objection.appeal_days"),
        court_days=law.whole("objection.court_days"),
    )


def _report(papers: Sequence[Notice], files: Sequence[Path], registers: Registers) -> Report:
    columns = (
        Field("number", Kind.TEXT, "เลขที่", "No."),
        Field("taxpayer", Kind.TEXT, "ผู้เสียภาษี", "Taxpayer", privacy="personal"),
        Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
        Field("due_on", Kind.DATE, "ชำระภายใน", "Due on"),
    )
    rows = [[p.number, ", ".join(p.taxpayer.names), p.tax_satang, p.due_on.isoformat()] for p in papers]
    return Report(
        "พิมพ์หนังสือแจ้งการประเมินภาษีแล้ว",
        "Assessment notices printed",
        tables=(Table("notices", "หนังสือแจ้ง", "Notices", columns, rows, total_of(columns, rows, ["tax_satang"])),),
        notes_th=(f"{len(papers):,} ฉบับ ใน {len(files):,} แฟ้ม (แฟ้มละไม่เกิน 50 ฉบับ)",),
        notes_en=(f"{len(papers):,} notices in {len(files):,} files (at most 50 in each)",),
        files=tuple(files),
        choices=registers.choices,
        facts={"notices": len(papers)},
    )
