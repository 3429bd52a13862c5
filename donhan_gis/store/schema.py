"""Declared registers turned into tables, indexes, R-trees, history triggers and views of a GeoPackage."""

from __future__ import annotations

import re

from donhan_gis.field import Field, Kind
from donhan_gis.paths import DATA
from donhan_gis.register import Register, Registers

# The storage class of each kind; kinds not named here are TEXT.
_COLUMN_TYPES = {
    Kind.INT: "INTEGER",
    Kind.MONEY: "INTEGER",
    Kind.BOOL: "BOOLEAN",
    Kind.DECIMAL: "REAL",
    Kind.DATE: "DATE",
}
_MEASURES = re.compile(r"\bst_\w+\(", re.IGNORECASE)
_NOW = "(strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))"
SYSTEM_COLUMNS_SQL = {
    "fid": "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL",
    "uid": "TEXT NOT NULL DEFAULT (lower(hex(randomblob(16))))",
    "rev": "INTEGER NOT NULL DEFAULT 1",
    "created_at": f"TEXT NOT NULL DEFAULT {_NOW}",
    "created_by": "TEXT NOT NULL DEFAULT 'QGIS'",
    "updated_at": "TEXT",
    "updated_by": "TEXT",
}
SYSTEM_BEFORE = tuple(SYSTEM_COLUMNS_SQL)


def base_sql() -> str:
    """Return the SQL of the tables every project has (GeoPackage's own and the system's)."""
    return (DATA / "gpkg" / "base.sql").read_text(encoding="utf-8")


def quoted(name: str) -> str:
    """Return a name as SQL quotes it."""
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def column_sql(field: Field) -> str:
    """Return the column definition of a field."""
    parts = [quoted(field.name), _COLUMN_TYPES.get(field.kind, "TEXT")]
    if field.required:
        parts.append("NOT NULL")
    if field.kind is Kind.REF:
        parts.append(f"REFERENCES {quoted(field.to)}(uid) DEFERRABLE INITIALLY DEFERRED")
    return " ".join(parts)


def table_sql(register: Register) -> list[str]:
    """Return the statements that make a register's table, its indexes and its entries in the GeoPackage's lists."""
    columns = [f"{name} {definition}" for name, definition in SYSTEM_COLUMNS_SQL.items()]
    if register.geometry != "None":
        columns.append(f"geom {register.geometry.upper()}")
    columns += [column_sql(field) for field in register.fields]
    statements = [f"CREATE TABLE {quoted(register.name)} ({', '.join(columns)})"]
    statements += index_sql(register)
    statements += contents_sql(register.name, register.th, register)
    return statements + (_rtree_sql(register.name) if register.geometry != "None" else [])


def index_sql(register: Register) -> list[str]:
    """Return the index statements of a register; each may be run on a table that has them already."""
    table = quoted(register.name)
    unique = [("uid",), *register.unique_together, *((field.name,) for field in register.fields if field.unique)]
    plain = [field.name for field in register.fields if field.kind in (Kind.REF, Kind.ANYREF)]
    return [
        f"CREATE UNIQUE INDEX IF NOT EXISTS {quoted('_'.join((register.name, *names, 'unique')))} "
        f"ON {table} ({', '.join(map(quoted, names))})"
        for names in unique
    ] + [
        f"CREATE INDEX IF NOT EXISTS {quoted(f'{register.name}_{name}')} ON {table} ({quoted(name)})" for name in plain
    ]


def contents_sql(table: str, title: str, register: Register) -> list[str]:
    """Return the statements that list a table or view in the GeoPackage."""
    kind = "attributes" if register.geometry == "None" else "features"
    srs = "NULL" if register.geometry == "None" else "32648"
    statements = [
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
        f"VALUES ({_literal(table)}, '{kind}', {_literal(table)}, {_literal(title)}, {srs}) "
        "ON CONFLICT (table_name) DO UPDATE SET description = excluded.description"
    ]
    if register.geometry != "None":
        statements.append(
            "INSERT OR REPLACE INTO gpkg_geometry_columns VALUES "
            f"({_literal(table)}, 'geom', '{register.geometry.upper()}', 32648, 0, 0)"
        )
    return statements


def _rtree_sql(table: str) -> list[str]:
    """Return the R-tree of a table and the triggers that keep it (GeoPackage 1.2, Annex F.3)."""
    tree, name = f'"rtree_{table}_geom"', quoted(table)
    box = "NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom)"
    filled = "NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom)"
    hollow = "(NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))"
    put = f"INSERT OR REPLACE INTO {tree} VALUES ({box});"

    def trigger(part: str, when: str, action: str) -> str:
        return f'CREATE TRIGGER "rtree_{table}_geom_{part}" AFTER {when} BEGIN {action} END'

    take = f"DELETE FROM {tree} WHERE id = OLD.fid;"
    both = f"DELETE FROM {tree} WHERE id IN (OLD.fid, NEW.fid);"
    return [
        f"CREATE VIRTUAL TABLE {tree} USING rtree(id, minx, maxx, miny, maxy)",
        trigger("insert", f"INSERT ON {name} WHEN ({filled})", put),
        trigger("update1", f"UPDATE OF geom ON {name} WHEN OLD.fid = NEW.fid AND ({filled})", put),
        trigger("update2", f"UPDATE OF geom ON {name} WHEN OLD.fid = NEW.fid AND {hollow}", take),
        trigger("update3", f"UPDATE ON {name} WHEN OLD.fid != NEW.fid AND ({filled})", take + put),
        trigger("update4", f"UPDATE ON {name} WHEN OLD.fid != NEW.fid AND {hollow}", both),
        trigger("delete", f"DELETE ON {name} WHEN OLD.geom NOT NULL", take),
        "INSERT OR IGNORE INTO gpkg_extensions VALUES "
        f"({_literal(table)}, 'geom', 'gpkg_rtree_index', 'http://www.geopackage.org/spec/#extension_rtree', "
        "'write-only')",
    ]


def _snapshot(register: Register, side: str, *, geometry: str = "") -> str:
    """Return SQL of a row's values as JSON, with the geometry as hex where the expression gives one."""
    parts = [f"{_literal(name)}, {side}.{quoted(name)}" for name in register.columns]
    if register.geometry != "None":
        parts.append(f"'geom', {geometry}")
    return f"json_object({', '.join(parts)})"


def _changed(side: str) -> str:
    return f"CASE WHEN OLD.geom IS NOT NEW.geom THEN hex({side}.geom) END"


def _differs(register: Register) -> str:
    """Return SQL that is true where an update changed a value; the counting up of a revision is none."""
    names = ["uid", *register.columns, *(["geom"] if register.geometry != "None" else [])]
    return " OR ".join(f"OLD.{quoted(name)} IS NOT NEW.{quoted(name)}" for name in names)


def trigger_sql(register: Register) -> list[str]:
    """Return the triggers of a register: identity, history, revision, and refusal where it is append-only.

    They fire for every program that edits the file, so work done in plain QGIS is in the history too. GDAL writes the
    text of a default it cannot work out, and lets triggers fire each other; both are allowed for.
    """
    if register.result:
        return []
    table, name = quoted(register.name), _literal(register.name)
    history = "INSERT INTO donhan_history (register, uid, action, at, by, old, new)"
    # A program that does not know of revisions (plain QGIS) leaves rev alone; then the trigger counts it up.
    unaware = "NEW.rev = OLD.rev"
    by = f"CASE WHEN {unaware} THEN 'QGIS' ELSE NEW.updated_by END"
    old = _snapshot(register, "OLD", geometry=_changed("OLD"))
    new = _snapshot(register, "NEW", geometry=_changed("NEW"))
    deleted = _snapshot(register, "OLD", geometry="hex(OLD.geom)")
    triggers = {
        "insert": f"UPDATE {table} SET uid = lower(hex(randomblob(16))), created_at = {_NOW} "
        f"WHERE fid = NEW.fid AND instr(uid, '('); {history} "
        f"SELECT {name}, uid, 'insert', {_NOW}, created_by, NULL, NULL FROM {table} WHERE fid = NEW.fid;",
        "update": f"{history} VALUES ({name}, NEW.uid, 'update', {_NOW}, {by}, {old}, {new}); "
        f"UPDATE {table} SET rev = OLD.rev + 1, updated_at = {_NOW}, "
        f"updated_by = 'QGIS' WHERE fid = NEW.fid AND {unaware};",
        "delete": f"{history} SELECT {name}, OLD.uid, 'delete', {_NOW}, "
        f"coalesce((SELECT value FROM donhan_session WHERE key = 'user'), 'QGIS'), {deleted}, NULL;",
    }
    known = "NOT instr(OLD.uid, '(')"  # not while the row is given its identity
    when = {"update": f" WHEN {known} AND ({_differs(register)})"}
    statements = [
        f'CREATE TRIGGER "history_{register.name}_{event}" AFTER {event.upper()} ON {table}{when.get(event, "")} '
        f"BEGIN {action} END"
        for event, action in triggers.items()
    ]
    if register.append_only:
        refused = {"update": f"{known} AND ({_unamendable(register)})", "delete": known}
        statements += [
            f'CREATE TRIGGER "append_only_{register.name}_{event}" BEFORE {event.upper()} ON {table} '
            f"WHEN {when} BEGIN SELECT RAISE(ABORT, 'append_only'); END"
            for event, when in refused.items()
        ]
    return statements


def _unamendable(register: Register) -> str:
    """Return SQL that is true where an update of an append-only row goes beyond what its declaration lets amend."""
    if register.amend is None:
        return "1"
    amendable = [name for name in register.columns if name in register.amend.fields]
    kept = ["uid", *(name for name in register.columns if name not in amendable)]
    touched, fixed = (
        " OR ".join(f"OLD.{quoted(name)} IS NOT NEW.{quoted(name)}" for name in names) for names in (amendable, kept)
    )
    row = ", ".join(f"OLD.{quoted(name)} AS {quoted(name)}" for name in register.columns)
    allowed = f"(SELECT ({register.amend.when}) FROM (SELECT {row}))"
    return f"{fixed} OR (({touched}) AND coalesce({allowed}, 0) = 0)"


def drop_triggers_sql(register: Register) -> list[str]:
    """Return the statements that take the history triggers away, before they are made anew."""
    return [
        f'DROP TRIGGER IF EXISTS "{prefix}_{register.name}_{event}"'
        for prefix in ("history", "append_only")
        for event in ("insert", "update", "delete")
    ]


def view_columns(register: Register) -> list[str]:
    """Return the computed columns a stored view can hold.

    Those that measure the geometry are left out: plain QGIS has no such function and measures by itself.
    """
    return [computed.name for computed in register.computed if not _MEASURES.search(computed.sql)]


def view_sql(register: Register) -> list[str]:
    """Return the statements that make the view ``<register>_view`` of a register with computed values."""
    names = view_columns(register)
    view = f"{register.name}_view"
    drop = [f"DROP VIEW IF EXISTS {quoted(view)}"]
    if not names:
        lists = ("gpkg_geometry_columns", "gpkg_contents")
        return [*drop, *(f"DELETE FROM {each} WHERE table_name = {_literal(view)}" for each in lists)]
    computed = [f"({c.sql}) AS {quoted(c.name)}" for c in register.computed if c.name in names]
    select = f"SELECT {quoted(register.name)}.*, {', '.join(computed)} FROM {quoted(register.name)}"
    return [*drop, f"CREATE VIEW {quoted(view)} AS {select}", *contents_sql(view, register.th, register)]


def choice_rows(registers: Registers) -> list[tuple[str, str, str, str, int]]:
    """Return the code lists as rows (list, code, th, en, position)."""
    return [
        (name, choice.code, choice.th, choice.en, position)
        for name, choices in registers.choices.items()
        for position, choice in enumerate(choices)
    ]
