"""The task "import": a file of another program into a register, with every bad row kept and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from donhan_gis.documents.output import whole_file
from donhan_gis.errors import InvalidInput
from donhan_gis.exchange import mapping as mappings
from donhan_gis.exchange import naming
from donhan_gis.exchange.prepare import Prepared, prepare
from donhan_gis.exchange.read import read_source
from donhan_gis.exchange.source import Source
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.i18n import Language, text
from donhan_gis.parcels.landing import home_box_deg
from donhan_gis.register import Register, load_registers
from donhan_gis.report import Report, Table
from donhan_gis.store import Store, open_store
from donhan_gis.task import Context, task
from donhan_gis.tasks.findings import findings_table, keep_findings, keep_quarantine

IMPORTABLE = tuple(
    Choice(register.name, register.th, register.en)
    for register in load_registers().values()
    if register.by_hand and register.name not in ("finding", "quarantine")
)

_ALL_ROWS = 10**7  # more than any municipality has of anything


@task(
    "data.import",
    th="นำเข้าข้อมูล",
    en="Import",
    parameters=(
        Field("path", Kind.FILE, "แฟ้มที่จะนำเข้า", "File to import", required=True),
        Field("register", Kind.CHOICE, "ทะเบียนปลายทาง", "Register", required=True, choices="register"),
        Field("layer", Kind.TEXT, "ชั้นข้อมูลหรือแผ่นงาน (ถ้ามีหลายชั้น)", "Layer or sheet, where there are several"),
        Field("encoding", Kind.TEXT, "รหัสอักษร (ถ้าทราบ)", "Encoding, if known"),
        Field("crs", Kind.TEXT, "ระบบพิกัด เช่น EPSG:24048 (ถ้าแฟ้มไม่บอกหรือบอกผิด)", "CRS, if missing or wrong"),
        Field("mapping", Kind.FILE, "แฟ้มจับคู่คอลัมน์ที่บันทึกไว้", "Saved column mapping"),
        Field("save_mapping", Kind.FILE, "บันทึกการจับคู่คอลัมน์เป็นแฟ้ม", "Save the column mapping to (.toml)", writes=".toml"),
        Field("allow_abroad", Kind.BOOL, "ยอมรับข้อมูลนอกประเทศไทย", "Accept data outside Thailand", default=False),
        Field("look_only", Kind.BOOL, "ดูผลอย่างเดียว ยังไม่บันทึก", "Only look, write nothing", default=False),
    ),
    choices={"register": IMPORTABLE},
    argument="path",
    group="project",
    help_th="อ่าน Shapefile, GeoPackage, GeoJSON, CSV หรือ XLSX เข้าทะเบียน แถวที่ใช้ไม่ได้ถูกกักไว้พร้อมเหตุผล แถวที่เหลือเข้าทั้งหมด",
    help_en="Reads a Shapefile, GeoPackage, GeoJSON, CSV or XLSX into a register; bad rows are kept aside.",
)
def import_file(
    context: Context,
    *,
    path: str,
    register: str,
    layer: str | None,
    encoding: str | None,
    crs: str | None,
    mapping: str | None,
    save_mapping: str | None,
    allow_abroad: int,
    look_only: int,
) -> Report:
    """Read a file, map its columns, and load what is good."""
    with open_store(context.project, user=context.user) as store:
        declared = store.registers[register]
        context.say(0.05, "progress.reading")
        source = read_source(
            path,
            layer=layer or "",
            encoding=encoding or "",
            crs=crs or "",
            allow_abroad=bool(allow_abroad),
            home=home_box_deg(),
        )
        context.say(0.3, "progress.checking")
        chosen = _mapping(source, declared, mapping)
        if save_mapping:
            with whole_file(Path(save_mapping)) as temporary:
                mappings.save(chosen, temporary)
        prepared = prepare(
            source,
            declared,
            chosen,
            registers=store.registers,
            references=references(store, declared),
            existing=existing_keys(store, declared),
        )
        if register == "boundary":
            mark_own(prepared.rows, store.setting("office.tambon_code"))
        context.say(0.6, "progress.writing")
        if not look_only:
            _write(store, register, prepared)
        return _report(store, declared, source, chosen, prepared, written=not look_only, language=context.language)


def _mapping(source: Source, register: Register, saved: str | None) -> mappings.ColumnMapping:
    if saved:
        return mappings.load(Path(saved))
    suggested = mappings.suggest(source.columns, register)
    if not suggested.columns:
        columns = ", ".join(list(source.columns)[:20])
        raise InvalidInput(
            "import.no_mapping", field="mapping", register=register.th, register_en=register.en, columns=columns
        )
    return suggested


def references(store: Store, register: Register) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return, for every register referred to, the uids of each bare name a file may call a row by."""
    targets = {field.to for field in register.fields if field.kind is Kind.REF}
    return {target: _names_of(store, store.registers[target]) for target in targets}


def _names_of(store: Store, target: Register) -> dict[str, tuple[str, ...]]:
    rows = store.rows(target.name, columns=["uid", *naming.fields_of(target)])
    return naming.names_of(target, rows, store.titles(target.name, limit=_ALL_ROWS))


def mark_own(rows: Sequence[dict[str, Any]], tambon_code: str) -> None:
    """Make the boundary of the office's own tambon ours where the file does not say whose it is."""
    for row in rows:
        if tambon_code and row.get("code6") == tambon_code and row.get("kind") is None:
            row["kind"] = "own"


def existing_keys(store: Store, register: Register) -> dict[tuple[str, ...], set[tuple[Any, ...]]]:
    """Return the values the project already holds for each key of a register."""
    keys = [(field.name,) for field in register.fields if field.unique] + list(register.unique_together)
    return {
        names: {tuple(row[name] for name in names) for row in store.rows(register.name, columns=list(names))}
        for names in keys
    }


def _write(store: Store, register: str, prepared: Prepared) -> None:
    """Write rows, findings and quarantine together, or nothing."""
    with store.transaction():
        store.insert(register, prepared.rows)
        keep_quarantine(store, register, prepared.quarantine)
        keep_findings(store, prepared.findings)
        store.update_extents()


def _report(
    store: Store,
    register: Register,
    source: Source,
    chosen: mappings.ColumnMapping,
    prepared: Prepared,
    *,
    written: bool,
    language: Language,
) -> Report:
    facts = {
        "read": source.count + len(source.rejected),
        "loaded": len(prepared.rows) if written else 0,
        "ready": len(prepared.rows),
        "quarantined": len(prepared.quarantine),
        "findings": len(prepared.findings),
        "crs": source.crs,
        "encoding": source.encoding,
        "mapping": chosen.name,
    }
    done_th = "นำเข้าแล้ว" if written else "พร้อมนำเข้า (ยังไม่ได้บันทึก)"
    done_en = "loaded" if written else "ready (nothing written)"
    return Report(
        f"นำเข้าข้อมูล {source.name} สู่{register.th}",
        f"Import of {source.name} into {register.en}",
        tables=(
            _mapping_table(register, chosen, source.columns, language),
            findings_table(prepared.findings, store.registers, language),
            _quarantine_table(prepared, language),
        ),
        notes_th=(
            f"อ่าน {facts['read']:,} แถว · {done_th} {len(prepared.rows):,} แถว · กักไว้ {len(prepared.quarantine):,} แถว "
            f"· ข้อที่ต้องดู {len(prepared.findings):,} ข้อ",
        ),
        notes_en=(
            f"{facts['read']:,} rows read, {len(prepared.rows):,} {done_en}, {len(prepared.quarantine):,} kept aside, "
            f"{len(prepared.findings):,} findings",
        ),
        provenance=(
            ("แฟ้ม", "File", str(source.path)),
            ("ระบบพิกัดของแฟ้ม", "CRS of the file", source.crs or "-"),
            ("รหัสอักษร", "Encoding", f"{source.encoding} ({source.encoding_found})"),
            ("การจับคู่คอลัมน์", "Column mapping", f"{chosen.th} / {chosen.en}"),
        ),
        choices=store.registers.choices,
        facts=facts,
    )


def _mapping_table(
    register: Register, chosen: mappings.ColumnMapping, columns: Mapping[str, Any], language: Language
) -> Table:
    """Return one row a column of the file with all the fields it fills, and why."""
    used: dict[str, list[mappings.MappedColumn]] = {}
    for column in chosen.columns:
        for name in column.sources:
            used.setdefault(name, []).append(column)
    rows = [
        [
            name,
            ", ".join(register.field(column.field).title(language) for column in used.get(name, ())),
            _why(name, used.get(name, ()), chosen, language),
        ]
        for name in columns
    ]
    fields = (
        Field("column", Kind.TEXT, "คอลัมน์ในแฟ้ม", "Column"),
        Field("field", Kind.TEXT, "ช่องข้อมูลในทะเบียน", "Field"),
        Field("why", Kind.TEXT, "เหตุผล", "Why"),
    )
    return Table("mapping", "การจับคู่คอลัมน์", "Column mapping", fields, rows)


def _why(name: str, used: Sequence[mappings.MappedColumn], chosen: mappings.ColumnMapping, language: Language) -> str:
    if used:
        return used[0].why(language)
    return text("import.doubtful" if name in chosen.doubtful else "import.left_out", language)


def _quarantine_table(prepared: Prepared, language: Language) -> Table:
    """Return the rows kept aside, each with the sentence of its finding."""
    columns = (
        Field("source_row", Kind.INT, "แถว", "Row"),
        Field("why", Kind.TEXT, "เหตุที่กักไว้", "Why"),
        Field("payload", Kind.LONGTEXT, "ข้อมูลเดิม", "As it came"),
    )
    told = {(finding.code, finding.source_row): finding for finding in reversed(prepared.findings)}
    rows = []
    for one in prepared.quarantine:
        why = told[one.reason_code, one.source_row]  # no row is held back without a finding
        cells = " · ".join(f"{name}: {value}" for name, value in one.payload.items() if value is not None)
        rows.append([one.source_row, why.message(language), cells])
    return Table("quarantine", "แถวที่กักไว้", "Rows kept aside", columns, rows)
