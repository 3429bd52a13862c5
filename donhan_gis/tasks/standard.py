"""The tasks "export" and "import" of tax data in the names of the national data standard (มสพร. 12)."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from donhan_gis import settings
from donhan_gis.documents.output import whole_files
from donhan_gis.errors import InvalidInput, SourceError
from donhan_gis.exchange.msp12 import (
    Dataset,
    datasets,
    document,
    from_record,
    json_bytes,
    read_bytes,
    schema_of,
    zip_bytes,
)
from donhan_gis.exchange.source import Rejected
from donhan_gis.field import Field, Kind, problems
from donhan_gis.finding import Finding
from donhan_gis.report import Report, Table, total_of
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.findings import findings_table, keep_findings, keep_quarantine

Row = Mapping[str, Any]


@task(
    "tax.export",
    th="ส่งออกข้อมูลภาษีตามชื่อมาตรฐาน มสพร. 12",
    en="Export tax data in the names of the national standard",
    parameters=(
        Field(
            "out",
            Kind.FILE,
            "แฟ้มที่จะเขียน (.json หรือ .zip)",
            "File to write (.json or .zip)",
            required=True,
            writes=".json .zip",
        ),
    ),
    argument="out",
    group="tax",
    help_th="เขียนทะเบียนทรัพย์สิน การประเมิน และการรับชำระเป็น JSON หรือ CSV ใน ZIP พร้อม schema แฟ้มมีข้อมูลส่วนบุคคล",
    help_en="Writes property, assessments and payments as JSON, or CSV in a ZIP, with the schema. Holds personal data.",
)
def export_standard(context: Context, *, out: str) -> Report:
    """Write everything the standard's data sets hold."""
    path = Path(out)
    with open_store(context.project, user=context.user) as store:
        sets = datasets(store.registers)
        rows: dict[str, list[dict[str, Any]]] = {}
        for number, one in enumerate(sets):
            context.progress(0.8 * number / len(sets), one.register.heading(context.language))
            rows[one.register.name] = store.rows(one.register.name, geometry=one.has_geometry)
        exchange, schema = document(sets, rows, _head(store)), schema_of(sets, store.registers)
    files = [path] if path.suffix.lower() == ".zip" else [path, path.with_suffix(".schema.json")]
    whole = zip_bytes(sets, exchange, schema) if len(files) == 1 else json_bytes(exchange)
    with whole_files(files) as temporaries:
        for temporary, data in zip(temporaries, (whole, json_bytes(schema)), strict=False):
            temporary.write_bytes(data)
    return _export_report(sets, rows, files)


def _head(store: Store) -> dict[str, Any]:
    def of(key: str) -> str:
        return str(settings.value_of(key, store.setting(key)) or "")

    return {
        "office": of("office.name"),
        "officeTambonCode": of("office.tambon_code"),
        "writtenAt": datetime.now().isoformat(sep=" ", timespec="seconds"),
        "sample": bool(store.setting("project.sample")),
    }


def _export_report(sets: Sequence[Dataset], rows: Mapping[str, Sequence[Row]], files: Sequence[Path]) -> Report:
    columns = (
        Field("name", Kind.TEXT, "ชุดข้อมูล", "Data set"),
        Field("register", Kind.TEXT, "ทะเบียน", "Register"),
        Field("n", Kind.INT, "จำนวนแถว", "Rows"),
    )
    counts = [[one.name, one.register.th, len(rows[one.register.name])] for one in sets]
    total = sum(len(rows[one.register.name]) for one in sets)
    return Report(
        "ส่งออกข้อมูลภาษีแล้ว",
        "Tax data exported",
        tables=(Table("sets", "ชุดข้อมูล", "Data sets", columns, counts, total_of(columns, counts, ["n"])),),
        notes_th=("ชื่อรายการยังไม่ได้ตรวจกับเอกสาร มสพร. 12 ฉบับเต็ม", "แฟ้มนี้มีข้อมูลส่วนบุคคล"),
        notes_en=("The names have not been compared with the text of the standard", "The file holds personal data"),
        files=tuple(files),
        facts={"rows": total},
    )


@dataclass(slots=True)
class _Taken:
    """What becomes of the records of a file."""

    source: str
    fresh: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    same: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[str, list[Rejected]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)

    def hold(self, code: str, dataset: Dataset, number: int, record: Row, *, item: str, value: Any) -> None:
        """Put a record aside and say why."""
        name = dataset.register.name
        self.held[name].append(Rejected(self.source, number, code, record))
        label, values = f"{dataset.name} {number}", {"item": item, "value": str(value)[:80]}
        found = Finding(code, register=name, row_uid=str(record.get("id") or ""), row_label=label, field=item)
        self.findings.append(dataclasses.replace(found, values=values, source=self.source, source_row=number))


@task(
    "tax.import",
    th="นำเข้าข้อมูลภาษีตามชื่อมาตรฐาน มสพร. 12",
    en="Import tax data in the names of the national standard",
    parameters=(
        Field("path", Kind.FILE, "แฟ้มที่จะนำเข้า (.json หรือ .zip)", "File to import (.json or .zip)", required=True),
        Field("look_only", Kind.BOOL, "ดูผลอย่างเดียว ยังไม่บันทึก", "Only look, write nothing", default=False),
    ),
    argument="path",
    group="tax",
    help_th="นำแถวใหม่เข้าโครงการ แถวที่มีอยู่แล้วและเหมือนกันข้ามไป แถวที่ต่างกันหรือใช้ไม่ได้ถูกกักไว้ ไม่เขียนทับ",
    help_en="Takes in new rows; equal ones are left, differing or faulty ones kept aside. Nothing is overwritten.",
)
def import_standard(context: Context, *, path: str, look_only: int) -> Report:
    """Read an exchange file and load what is new and good."""
    exchange = read_bytes(_bytes(Path(path)), Path(path).name)
    with open_store(context.project, user=context.user) as store:
        sets = datasets(store.registers)
        taken = _Taken(Path(path).name)
        _take_unknown(taken, sets, exchange["datasets"])
        for one in sets:
            context.progress(0.1, one.register.heading(context.language))
            _take(store, taken, one, exchange["datasets"].get(one.name, []))
        while _hold_orphans(store, taken, sets):
            pass
        if not look_only:
            context.say(0.6, "progress.writing")
            _write(store, taken, sets)
        return _import_report(store, taken, sets, written=not look_only)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError("standard.no_file", field="path", path=path.name, reason=error.strerror or "") from error


def _take_unknown(taken: _Taken, sets: Sequence[Dataset], found: Mapping[str, Sequence[Row]]) -> None:
    """Hold the records of data sets that are not known; they are put down under the first register."""
    known = {one.name for one in sets}
    for name in found:
        for number, record in enumerate(found[name] if name not in known else (), start=1):
            taken.hold("standard.bad_item", sets[0], number, {"dataset": name, **record}, item=name, value="")


def _take(store: Store, taken: _Taken, dataset: Dataset, records: Sequence[Row]) -> None:
    """Sort the records of a data set into new, equal, differing and faulty ones."""
    register = dataset.register
    have = {row["uid"]: row for row in store.rows(register.name, geometry=dataset.has_geometry)}
    for number, record in enumerate(records, start=1):
        row, faults = from_record(dataset, record)
        faulty = next(iter(faults), None)
        wrong = "" if faulty else next(_wrong(store, dataset, row), "")
        if faulty or wrong:
            item, value = (faulty.item, faulty.value) if faulty else (wrong, row.get(wrong))
            taken.hold("standard.bad_item", dataset, number, record, item=item, value=value)
        elif row["uid"] not in have:
            taken.fresh[register.name].append({**row, "_at": number, "_record": record})
            have[row["uid"]] = row
        elif unlike := _differences(dataset, have[row["uid"]], row):
            taken.hold("standard.differs", dataset, number, record, item=", ".join(unlike), value="")
        else:
            taken.same[register.name] += 1


def _wrong(store: Store, dataset: Dataset, row: Row) -> Iterator[str]:
    """Return the fields whose values break what the register declares."""
    for item in dataset.items:
        codes = store.registers.choices_of(item.field)
        if problems(item.field, row.get(item.field.name), choices=codes):
            yield item.field.name


def _differences(dataset: Dataset, old: Row, new: Row) -> list[str]:
    names = [
        item.field.name
        for item in dataset.items
        if item.field.name in new and (old.get(item.field.name) or None) != (new[item.field.name] or None)
    ]
    if dataset.has_geometry and not _same_shape(old.get("geom"), new.get("geom")):
        names.append("geom")
    return names


def _same_shape(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return bool(one.equals_exact(other, 0.0))


def _hold_orphans(store: Store, taken: _Taken, sets: Sequence[Dataset]) -> bool:
    """Hold new rows that refer to rows nobody has; say whether there were any, for others may refer to those."""
    coming = {name: {row["uid"] for row in rows} for name, rows in taken.fresh.items()}
    found = False
    for dataset in sets:
        references = [item for item in dataset.items if item.field.kind is Kind.REF]
        targets = {item.field.to for item in references}
        known = {to: coming.get(to, set()) | {r["uid"] for r in store.rows(to, columns=["uid"])} for to in targets}
        good = []
        for row in taken.fresh[dataset.register.name]:
            lost = next((item for item in references if _is_lost(row.get(item.field.name), known[item.field.to])), None)
            if lost is None:
                good.append(row)
                continue
            found = True
            value = row[lost.field.name]
            taken.hold("standard.no_target", dataset, row["_at"], row["_record"], item=lost.name, value=value)
        taken.fresh[dataset.register.name] = good
    return found


def _is_lost(uid: str | None, known: set[str]) -> bool:
    return bool(uid) and uid not in known


def _write(store: Store, taken: _Taken, sets: Sequence[Dataset]) -> None:
    """Write new rows, findings and quarantine together, or nothing."""
    with store.transaction():
        for dataset in sets:
            name = dataset.register.name
            rows = [{k: v for k, v in row.items() if not k.startswith("_")} for row in taken.fresh[name]]
            _insert(store, dataset, rows)
            keep_quarantine(store, name, taken.held[name])
        keep_findings(store, taken.findings)
        store.update_extents()


def _insert(store: Store, dataset: Dataset, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows; where numbers must have no gap the project gives them, and they must come out as the file has them.

    Raises:
        InvalidInput: they do not, because the project has rows of its own or the file has a gap.
    """
    number = dataset.register.number
    if number is None or not number.gapless:
        store.insert(dataset.register.name, rows)
        return
    ordered = sorted(rows, key=lambda row: str(row[number.field]))
    uids = store.insert(dataset.register.name, [row | {number.field: None} for row in ordered])
    given = {row["uid"]: row[number.field] for row in store.rows(dataset.register.name)}
    for uid, row in zip(uids, ordered, strict=True):
        if given[uid] != row[number.field]:
            title = {"register": dataset.register.th, "register_en": dataset.register.en}
            raise InvalidInput("standard.number", field="path", number=row[number.field], given=given[uid], **title)


def _import_report(store: Store, taken: _Taken, sets: Sequence[Dataset], *, written: bool) -> Report:
    columns = (
        Field("name", Kind.TEXT, "ชุดข้อมูล", "Data set"),
        Field("fresh", Kind.INT, "แถวใหม่", "New"),
        Field("same", Kind.INT, "มีอยู่แล้ว", "Already there"),
        Field("held", Kind.INT, "กักไว้", "Kept aside"),
    )
    counts: list[list[Any]] = []
    for one in sets:
        name = one.register.name
        counts.append([one.name, len(taken.fresh[name]), taken.same[name], len(taken.held[name])])
    fresh, same, held = (sum(row[i] for row in counts) for i in (1, 2, 3))
    done_th, done_en = ("นำเข้าแล้ว", "loaded") if written else ("พร้อมนำเข้า (ยังไม่ได้บันทึก)", "ready, nothing written")
    return Report(
        "นำเข้าข้อมูลภาษี",
        "Import of tax data",
        tables=(
            Table("sets", "ชุดข้อมูล", "Data sets", columns, counts, total_of(columns, counts, ["fresh", "same", "held"])),
            findings_table(taken.findings, store.registers),
        ),
        notes_th=(f"{done_th} {fresh:,} แถว · มีอยู่แล้ว {same:,} แถว · กักไว้ {held:,} แถว",),
        notes_en=(f"{fresh:,} rows {done_en}, {same:,} already there, {held:,} kept aside",),
        choices=store.registers.choices,
        facts={"new": fresh, "same": same, "held": held},
    )
