"""SQLite's errors told as sentences: the only place that reads them."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from donhan_gis.errors import DonhanError, InvalidInput, NotAllowed, SchemaMismatch, StoreError, StoreLocked

# What SQLite says, and the error and text code it becomes.
_FAULTS: tuple[tuple[str, type[DonhanError], str], ...] = (
    (r"database( table)? is locked|database schema is locked", StoreLocked, "store.locked"),
    (r"readonly database", StoreError, "store.readonly"),
    (r"database or disk is full", StoreError, "store.disk_full"),
    (r"malformed|file is not a database|file is encrypted", SchemaMismatch, "store.damaged"),
    (r"unable to open database file", StoreError, "store.cannot_open"),
    (r"append_only", NotAllowed, "store.append_only"),
    (r"disk I/O error", StoreError, "store.io"),
    (r"FOREIGN KEY constraint failed", NotAllowed, "store.referred"),
)
_CONSTRAINTS = (
    (r"UNIQUE constraint failed: (.+)", "store.unique"),
    (r"NOT NULL constraint failed: (.+)", "store.not_null"),
)


def as_sentence(error: sqlite3.Error, path: str) -> DonhanError:
    """Return the sentence for an error of SQLite."""
    said = str(error)
    for pattern, kind, code in _FAULTS:
        if re.search(pattern, said, re.IGNORECASE):
            return kind(code, path=path)
    for pattern, code in _CONSTRAINTS:
        if found := re.search(pattern, said):
            columns = found[1].split(", ")
            register, _, name = columns[-1].partition(".")
            return InvalidInput(code, field=name, register=register, columns=", ".join(columns))
    return StoreError("store.sql", path=path, said=said)


@contextmanager
def told(path: str) -> Iterator[None]:
    """Turn errors of SQLite raised inside into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        raise as_sentence(error, path) from error
    except OverflowError as error:  # Python's whole numbers have no end, the database's have 64 bits
        raise InvalidInput("store.too_large", path=path) from error
