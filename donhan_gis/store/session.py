"""Opening and making projects."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from donhan_gis.errors import SchemaMismatch, StoreError
from donhan_gis.register import Registers, load_registers
from donhan_gis.store import migrate
from donhan_gis.store.faults import told
from donhan_gis.store.gpkg import GeoPackageStore, connect

_SQLITE_MAGIC = b"SQLite format 3\x00"


def create_store(path: str | Path, *, user: str = "", registers: Registers | None = None) -> GeoPackageStore:
    """Make an empty project file and open it.

    Raises:
        StoreError: the file is already there, or the folder cannot be written.
    """
    file, registers = Path(path), registers or load_registers()
    if file.exists():
        raise StoreError("store.exists", path=str(file))
    making = file.with_name(f".{file.name}.{os.getpid()}.making")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with told(str(file)), closing(connect(making)) as connection:
            migrate.create_all(connection, registers)
        making.replace(file)
    except OSError as error:
        raise StoreError("store.cannot_write", path=str(file), said=error.strerror or str(error)) from error
    finally:
        making.unlink(missing_ok=True)
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
            _bring_forward(connection, file, registers)
        except BaseException:
            connection.close()
            raise
    return GeoPackageStore(connection, url=str(file), user=user, registers=registers)


def _refuse_what_is_no_project(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            header = stream.read(100)
    except FileNotFoundError as error:
        raise StoreError("store.missing", path=str(file)) from error
    except OSError as error:
        raise StoreError("store.cannot_read", path=str(file), said=error.strerror or str(error)) from error
    if not header.startswith(_SQLITE_MAGIC):
        raise SchemaMismatch("store.not_project", path=str(file))
    # Bytes 16-17 hold the page size (1 stands for 65,536), bytes 28-31 the number of pages, when 24-27 equal 92-95.
    page_bytes = int.from_bytes(header[16:18], "big") or 1
    page_bytes = 65536 if page_bytes == 1 else page_bytes
    pages = int.from_bytes(header[28:32], "big")
    if header[24:28] == header[92:96] and pages * page_bytes > file.stat().st_size:
        raise SchemaMismatch("store.damaged", path=str(file))


def _bring_forward(connection: sqlite3.Connection, file: Path, registers: Registers) -> None:
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "donhan_meta" not in tables:
        raise SchemaMismatch("store.not_project", path=str(file))
    meta = dict(connection.execute("SELECT key, value FROM donhan_meta"))
    found = int(meta.get("format", 0))
    if found > migrate.FORMAT:
        raise SchemaMismatch("store.newer", path=str(file))
    if found == migrate.FORMAT and meta.get("fingerprint") == migrate.fingerprint(registers):
        return
    _keep_copy(file, meta.get("fingerprint", "")[:8])
    connection.execute("PRAGMA foreign_keys = OFF")  # a renamed table must not drop what refers to it
    connection.execute("BEGIN IMMEDIATE")
    try:
        migrate.bring_forward(connection, registers, found)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("PRAGMA foreign_keys = ON")


def _keep_copy(file: Path, version: str) -> None:
    """Keep the file as it was, beside it, before its tables change."""
    try:
        shutil.copy2(file, file.with_name(f"{file.stem}.before-{version or 'update'}{file.suffix}"))
    except OSError as error:
        raise StoreError("store.cannot_write", path=str(file), said=error.strerror or str(error)) from error
