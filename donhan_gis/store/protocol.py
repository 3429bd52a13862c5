"""`Store`: what every project database offers, whatever engine lies below.

SQL handed in (``where``, ``order``, ``query``) keeps to what SQLite and PostgreSQL share, with ``?`` for values.
Geometry goes in and out as shapely objects in EPSG:32648.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from donhan_gis.register import Registers

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the history: who did what to a row, when, with the values before and after."""

    id: int
    register: str
    uid: str
    action: str
    at: str
    by: str
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None


class Store(Protocol):
    """An open project. One owner per process; close it, or use it as a context manager."""

    url: str
    user: str
    registers: Registers

    def __enter__(self) -> Store: ...
    def __exit__(self, *error: object) -> None: ...

    def close(self) -> None:
        """Close the database; what was not committed is undone."""

    def transaction(self) -> AbstractContextManager[None]:
        """Everything written inside is kept together, or not at all. May be nested; the outermost commits.

        Raises:
            StoreLocked: another program holds the database.
        """

    def count(self, register: str, where: str = "", values: Sequence[Any] = ()) -> int:
        """Return how many rows the condition holds for."""

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
        """Return rows as dictionaries with the system's columns; computed values and ``geom`` only when asked for."""

    def get(self, register: str, uid: str) -> Row:
        """Return one row with computed values and geometry.

        Raises:
            StoreError: there is no such row.
        """

    def query(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a SELECT."""

    def insert(self, register: str, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """Write new rows in one transaction and return their uids; codes with a ``number`` are given where left out.

        Raises:
            InvalidInput: an unknown column, or a value that the table's constraints refuse.
            NotAllowed: a row it refers to does not exist.
        """

    def update(self, register: str, uid: str, changes: Mapping[str, Any], *, rev: int) -> int:
        """Write changed columns of one row and return its new revision.

        Raises:
            Conflict: the row is no longer at ``rev``.
            NotAllowed: the register is append-only.
        """

    def delete(self, register: str, uid: str, *, rev: int) -> None:
        """Take out one row; the history keeps it.

        Raises:
            Conflict: the row is no longer at ``rev``.
            NotAllowed: the register is append-only, or other rows refer to it.
        """

    def clear(self, register: str, where: str, values: Sequence[Any] = ()) -> int:
        """Take out rows that only runs write, and return how many there were.

        Raises:
            NotAllowed: the register is no result.
        """

    def titles_of(self, register: str, uids: Iterable[str]) -> dict[str, str]:
        """Return the labels of many rows by uid, in few queries."""

    def update_extents(self) -> None:
        """Write each layer's extent where GIS programs look for it."""

    def dangling(self) -> list[tuple[str, str, str]]:
        """Return (register, uid, register referred to) of rows that refer to a row which is not there."""

    def history(self, register: str, uid: str) -> list[Change]:
        """Return what was done to a row, oldest first."""

    def title_of(self, register: str, uid: str) -> str:
        """Return the row's label, made of the register's ``title``; empty when there is no such row."""

    def titles(self, register: str, search: str = "", limit: int = 50) -> list[tuple[str, str]]:
        """Return (uid, label) of the rows that hold the text in a search column, for type-ahead lists."""

    def setting(self, key: str, default: str = "") -> str:
        """Return an office setting."""

    def set_setting(self, key: str, value: str) -> None:
        """Write an office setting."""
