"""Opening and making projects."""

from __future__ import annotations

import itertools
import sqlite3
import uuid
from contextlib import closing, suppress
from pathlib import Path

from donhan_gis.errors import SchemaMismatch, StoreError
from donhan_gis.register import Registers, load_registers
from donhan_gis.store import migrate
from donhan_gis.store.faults import told
from donhan_gis.store.gpkg import GeoPackageStore, connect

_SQLITE_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100
_ROLLBACK_JOURNAL = 1  # byte 18; 2 stands for a write-ahead log, which holds the newest size


def create_store(path: str | Path, *, user: str = "", registers: Registers | None = None) -> GeoPackageStore:
    """Make an empty project file and open it.

    Raises:
        StoreError: the file is already there, or the folder cannot be written.
    """
    file, registers = Path(path), registers or load_registers()
    if file.exists():
        raise StoreError("store.exists", path=str(file))
    making = file.with_name(f".{file.name}.{uuid.uuid4().hex}.making")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with told(str(file)), closing(connect(making)) as connection:
            migrate.create_all(connection, registers)
        if file.exists():  # another program was quicker
            raise StoreError("store.exists", path=str(file))
        making.replace(file)
    except OSError as error:
        raise StoreError("store.cannot_write", path=str(file), said=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            making.unlink()
    return open_store(file, user=user, registers=registers)


def open_store(url: str | Path, *, user: str = "", registers: Registers | None = None) -> GeoPackageStore:
    """Open a project; one made by an older version is brought forward first, with a copy kept beside it.

    Raises:
        StoreError: there is no such file.
        SchemaMismatch: it is no project, is damaged, or was made by a newer version.
    """
    file, registers = Path(url), registers or load_registers()
    _refuse_what_is_no_project(file)
    with told(str(file)):
        connection = connect(file)
        try:
            _refuse_truncated(connection, file)
            _bring_forward(connection, file, registers)
        except BaseException:
            connection.close()
            raise
    return GeoPackageStore(connection, url=str(file), user=user, registers=registers)


def _refuse_what_is_no_project(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            magic = stream.read(len(_SQLITE_MAGIC))
    except FileNotFoundError as error:
        raise StoreError("store.missing", path=str(file)) from error
    except OSError as error:
        raise StoreError("store.cannot_read", path=str(file), said=error.strerror or str(error)) from error
    if magic != _SQLITE_MAGIC:
        raise SchemaMismatch("store.not_project", path=str(file))


def _refuse_truncated(connection: sqlite3.Connection, file: Path) -> None:
    """Refuse a file shorter than it says; looked at while no other program can be half-way through a write."""
    connection.execute("BEGIN")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    with file.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
    short = _says_bytes(header) > file.stat().st_size
    connection.execute("ROLLBACK")
    if short:
        raise SchemaMismatch("store.damaged", path=str(file))


def _says_bytes(header: bytes) -> int:
    """Return the size that an SQLite header gives; 0 where it cannot be relied on.

    Source: sqlite.org/fileformat2.html, section 1.3.
    """
    if header[18] != _ROLLBACK_JOURNAL or header[24:28] != header[92:96]:
        return 0
    # Bytes 16-17 hold the page size (1 stands for 65,536), bytes 28-31 the number of pages.
    page_bytes = int.from_bytes(header[16:18], "big") or 1
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    return page_bytes * int.from_bytes(header[28:32], "big")


def _found(connection: sqlite3.Connection, file: Path) -> tuple[int, str]:
    """Return the format and the fingerprint a project was made with."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "donhan_meta" not in tables:
        raise SchemaMismatch("store.not_project", path=str(file))
    meta = dict(connection.execute("SELECT key, value FROM donhan_meta"))
    found = int(meta.get("format", 0))
    if found > migrate.FORMAT:
        raise SchemaMismatch("store.newer", path=str(file))
    return found, meta.get("fingerprint", "")


def _bring_forward(connection: sqlite3.Connection, file: Path, registers: Registers) -> None:
    wanted = (migrate.FORMAT, migrate.fingerprint(registers))
    if _found(connection, file) == wanted:
        return
    connection.execute("PRAGMA foreign_keys = OFF")  # a renamed table must not drop what refers to it
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = _found(connection, file)  # again: another program may just have done it
        if found != wanted:
            _keep_copy(file, found[1][:8])
            migrate.bring_forward(connection, registers, found[0])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA foreign_keys = ON")


def _keep_copy(file: Path, version: str) -> None:
    """Keep the project as it was, beside it, before its tables change; an older copy is left alone.

    SQLite copies it, because part of it may still stand in the log that QGIS writes beside an open project.
    """
    name = f"{file.stem}.before-{version or 'update'}"
    marks = itertools.chain([""], (f"-{n}" for n in itertools.count(2)))
    copies = (file.with_name(f"{name}{mark}{file.suffix}") for mark in marks)
    copy = next(path for path in copies if not path.exists())
    try:
        with told(str(copy)), closing(connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
