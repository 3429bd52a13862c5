"""The GeoPackage store: one file, no server, read and written by Python's ``sqlite3`` alone."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from donhan_gis.errors import Conflict, InvalidInput, NotAllowed, StoreError
from donhan_gis.field import default_of
from donhan_gis.register import Register, Registers
from donhan_gis.store.faults import told
from donhan_gis.store.geometry import from_blobs, register_functions, to_blobs
from donhan_gis.store.numbering import give_numbers
from donhan_gis.store.protocol import Change, Row
from donhan_gis.store.schema import SYSTEM_BEFORE, quoted
from donhan_gis.store.titles import title_sql

# How long a write waits for another program before it says that the file is locked.
WAIT_MS = 5000
ROWS_PER_BATCH = 5000
# Room for the indexes of a municipality while rows go in by random key; SQLite's own 2 MiB makes it twice as slow.
CACHE_KIB = 65_536


def connect(path: Path) -> sqlite3.Connection:
    """Open the file with the functions its triggers call, foreign keys on, and no transaction of its own making."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=WAIT_MS / 1000)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    register_functions(connection)
    return connection


class GeoPackageStore:
    """An open project file; see `donhan_gis.store.Store` for what each method promises."""

    def __init__(self, connection: sqlite3.Connection, *, url: str, user: str, registers: Registers) -> None:
        self.url = url
        self.user = user
        self.registers = registers
        self._connection = connection
        self._depth = 0
        self._starting: dict[str, Row] = {}

    def __enter__(self) -> GeoPackageStore:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was not committed is undone."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep everything written inside together, or nothing."""
        if self._depth:
            with self._part():
                yield
            return
        with told(self.url):
            self._connection.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                self._connection.execute("INSERT OR REPLACE INTO donhan_session VALUES ('user', ?)", [self.user])
                yield
                self._connection.execute("DELETE FROM donhan_session")
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth = 0

    @contextmanager
    def _part(self) -> Iterator[None]:
        """Undo a transaction within a transaction by itself, so that the outer one may go on without it."""
        part = f"part{self._depth}"
        self._depth += 1
        with told(self.url):
            try:
                self._connection.execute(f"SAVEPOINT {part}")
                yield
                self._connection.execute(f"RELEASE {part}")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute(f"ROLLBACK TO {part}")
                    self._connection.execute(f"RELEASE {part}")
                raise
            finally:
                self._depth -= 1

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a SELECT."""
        with told(self.url):
            cursor = self._connection.execute(sql, values)
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _register(self, name: str) -> Register:
        if name not in self.registers:
            raise InvalidInput("store.no_register", field="register", name=name)
        return self.registers[name]

    def count(self, register: str, where: str = "", values: Sequence[Any] = ()) -> int:
        """Return how many rows the condition holds for."""
        table = quoted(self._register(register).name)
        return int(self.query(f"SELECT count(*) AS n FROM {table} {_where(where)}", values)[0]["n"])

    def rows(
        self,
        register: str,
        where: str = "",
        values: Sequence[Any] = (),
        *,
        order: str = "",
        limit: int | None = None,
        offset: int = 0,
        columns: Sequence[str] = (),
        computed: bool = False,
        geometry: bool = False,
    ) -> list[Row]:
        """Return rows as dictionaries; computed values and ``geom`` only when asked for."""
        declared = self._register(register)
        wanted = list(columns) or [*SYSTEM_BEFORE, *declared.columns]
        expressions = [_expression(declared, name) for name in wanted]
        if computed:
            expressions += [_expression(declared, c.name) for c in declared.computed if c.name not in wanted]
        with_geometry = geometry and declared.geometry != "None"
        if with_geometry:
            expressions.append("geom")
        sql = f"SELECT {', '.join(expressions)} FROM {quoted(register)} {_where(where)}"
        sql += f" ORDER BY {order}" if order else " ORDER BY fid"
        sql += f" LIMIT {int(limit)} OFFSET {int(offset)}" if limit is not None else ""
        found = self.query(sql, values)
        if with_geometry and found:
            for row, shape in zip(found, from_blobs([row["geom"] for row in found]), strict=True):
                row["geom"] = shape
        return found

    def get(self, register: str, uid: str) -> Row:
        """Return one row with computed values and geometry."""
        found = self.rows(register, "uid = ?", [uid], computed=True, geometry=True)
        if not found:
            raise StoreError("store.no_row", register=self._register(register).th, uid=uid)
        return found[0]

    def insert(self, register: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Write new rows in one transaction and return their uids."""
        declared, uids = self._register(register), []
        allowed = _columns(declared)
        required = [field.name for field in declared.fields if field.required]
        with self.transaction():
            for batch in _batches(rows):
                moment = _now()
                prepared = [self._new_row(declared, row, allowed, required, moment) for row in batch]
                give_numbers(self._connection, declared, prepared)
                self._write_new(declared, prepared)
                uids += [row["uid"] for row in prepared]
        return uids

    def _new_row(
        self, register: Register, row: Mapping[str, Any], allowed: set[str], required: Sequence[str], moment: str
    ) -> Row:
        if not allowed.issuperset(row):
            _refuse_unknown(register, row)
        starting = self._defaults(register)
        made = {**starting, **row}
        for name in required:
            if made[name] is None:  # a required field left empty takes its default, as a form would fill it in
                made[name] = starting[name]
        made["uid"], made["created_by"], made["created_at"] = row.get("uid") or uuid.uuid4().hex, self.user, moment
        return made

    def _defaults(self, register: Register) -> Row:
        if register.name not in self._starting:
            today = datetime.now().date()  # the office's day, not Greenwich's
            self._starting[register.name] = {field.name: default_of(field, today) for field in register.fields}
        return self._starting[register.name]

    def _write_new(self, register: Register, rows: list[Row]) -> None:
        names = ["uid", "created_by", "created_at", *register.columns]
        columns = [[row[name] for name in names] for row in rows]
        if register.geometry != "None":
            names.append("geom")
            for row, blob in zip(columns, to_blobs([row.get("geom") for row in rows]), strict=True):
                row.append(blob)
        marks = ", ".join("?" * len(names))
        sql = f"INSERT INTO {quoted(register.name)} ({', '.join(map(quoted, names))}) VALUES ({marks})"
        self._connection.executemany(sql, columns)

    def update(self, register: str, uid: str, changes: Mapping[str, Any], *, rev: int) -> int:
        """Write changed columns of one row and return its new revision."""
        declared = self._register(register)
        _refuse_unknown(declared, changes)
        values = dict(changes)
        if "geom" in values:
            values["geom"] = to_blobs([values["geom"]])[0]
        stamped = {**values, "rev": rev + 1, "updated_at": _now(), "updated_by": self.user}
        assignments = ", ".join(f"{quoted(name)} = ?" for name in stamped)
        with self.transaction():
            sql = f"UPDATE {quoted(register)} SET {assignments} WHERE uid = ? AND rev = ?"
            cursor = self._connection.execute(sql, [*stamped.values(), uid, rev])
            if cursor.rowcount != 1:
                raise Conflict("store.conflict", register=declared.th, row=self.title_of(register, uid))
        return rev + 1

    def delete(self, register: str, uid: str, *, rev: int) -> None:
        """Take out one row; the history keeps it."""
        declared = self._register(register)
        if declared.append_only:
            raise NotAllowed("store.append_only", path=declared.th)
        with self.transaction():
            title = self.title_of(register, uid)
            cursor = self._connection.execute(f"DELETE FROM {quoted(register)} WHERE uid = ? AND rev = ?", [uid, rev])
            if cursor.rowcount != 1:
                raise Conflict("store.conflict", register=declared.th, row=title)

    def clear(self, register: str, where: str, values: Sequence[Any] = ()) -> int:
        """Take out rows that only runs write (results, open findings) and return how many there were."""
        declared = self._register(register)
        if not declared.result:
            raise NotAllowed("store.not_result", register=declared.th)
        with self.transaction():
            cursor = self._connection.execute(f"DELETE FROM {quoted(register)} {_where(where)}", values)
            return cursor.rowcount

    def dangling(self) -> list[tuple[str, str, str]]:
        """Return (register, uid, register referred to) of rows that refer to a row which is not there.

        Programs that leave foreign keys off, as many do, can take a row away from under others.
        """
        found = []
        for row in self.query("PRAGMA foreign_key_check"):
            if row["table"] in self.registers:
                (of,) = self.query(f"SELECT uid FROM {quoted(row['table'])} WHERE fid = ?", [row["rowid"]])
                found.append((row["table"], of["uid"], row["parent"]))
        return found

    def history(self, register: str, uid: str) -> list[Change]:
        """Return what was done to a row, oldest first."""
        sql = "SELECT id, register, uid, action, at, by, old, new FROM donhan_history WHERE register = ? AND uid = ?"
        return [
            Change(**{**row, "old": _json(row["old"]), "new": _json(row["new"])})
            for row in self.query(f"{sql} ORDER BY id", [register, uid])
        ]

    def title_of(self, register: str, uid: str) -> str:
        """Return the row's label; empty when there is no such row."""
        return self.titles_of(register, [uid]).get(uid, "")

    def titles_of(self, register: str, uids: Iterable[str]) -> dict[str, str]:
        """Return the labels of many rows by uid, in few queries."""
        label = title_sql(self._register(register), self.registers)
        found: dict[str, str] = {}
        for batch in _batches(uids, 500):
            marks = ", ".join("?" * len(batch))
            sql = f"SELECT uid, {label} AS title FROM {quoted(register)} WHERE uid IN ({marks})"
            found |= {row["uid"]: row["title"] for row in self.query(sql, batch)}
        return found

    def titles(self, register: str, search: str = "", limit: int = 50) -> list[tuple[str, str]]:
        """Return (uid, label) of rows whose label or a search column holds the text."""
        declared = self._register(register)
        label = title_sql(declared, self.registers)
        searched = [label, *(f"coalesce({quoted(name)}, '')" for name in declared.search if name in declared.columns)]
        where = " OR ".join(f"instr(lower({column}), lower(?)) > 0" for column in searched)
        sql = f"SELECT uid, {label} AS title FROM {quoted(register)} WHERE {where} ORDER BY title LIMIT {int(limit)}"
        return [(row["uid"], row["title"]) for row in self.query(sql, [search] * len(searched))]

    def setting(self, key: str, default: str = "") -> str:
        """Return an office setting."""
        found = self.query("SELECT value FROM donhan_setting WHERE key = ?", [key])
        return str(found[0]["value"]) if found else default

    def set_setting(self, key: str, value: str) -> None:
        """Write an office setting."""
        with self.transaction():
            self._connection.execute("INSERT OR REPLACE INTO donhan_setting VALUES (?, ?)", [key, value])

    def update_extents(self) -> None:
        """Write each layer's extent into the GeoPackage's list, where QGIS looks for it."""
        with self.transaction():
            for register in self.registers.values():
                if register.geometry == "None":
                    continue
                tree = quoted(f"rtree_{register.name}_geom")
                box = self._connection.execute(f"SELECT min(minx), min(miny), max(maxx), max(maxy) FROM {tree}")
                self._connection.execute(
                    "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name IN (?, ?)",
                    [*box.fetchone(), register.name, f"{register.name}_view"],
                )


def _where(condition: str) -> str:
    return f"WHERE {condition}" if condition else ""


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _batches(items: Iterable[Any], size: int = ROWS_PER_BATCH) -> Iterator[list[Any]]:
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _expression(register: Register, name: str) -> str:
    """Return the SQL of a column; SQLite would read an unknown quoted name as a text."""
    for computed in register.computed:
        if computed.name == name:
            return f"({computed.sql}) AS {quoted(name)}"
    if name not in (*SYSTEM_BEFORE, *register.columns):
        raise InvalidInput("store.no_column", field=name, name=name, register=register.th)
    return quoted(name)


def _columns(register: Register) -> set[str]:
    """Return the names a row handed in may hold."""
    return {*register.columns, "uid"} | ({"geom"} if register.geometry != "None" else set())


def _refuse_unknown(register: Register, row: Mapping[str, Any]) -> None:
    allowed = _columns(register)
    for name in row:
        if name not in allowed:
            raise InvalidInput("store.no_column", field=name, name=name, register=register.th)
