"""Rows of a register for a table view, read from the store a page at a time."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from donhan_gis.desktop.listing import Listing
from donhan_gis.desktop.session import Session
from donhan_gis.errors import DonhanError
from donhan_gis.field import NUMBERS, Field, Kind

_PAGE_ROWS = 200
_PAGES_KEPT = 50
_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class RegisterModel(QAbstractTableModel):
    """The rows of a `Listing`. ``failed`` carries the error when the store cannot be read."""

    failed = Signal(object)

    def __init__(self, session: Session, listing: Listing) -> None:
        super().__init__()
        self.session = session
        self.listing = listing
        self.columns: tuple[Field, ...] = listing.fields()
        self._count = 0
        self._pages: dict[int, list[tuple[str, list[str]]]] = {}
        self.show(listing)

    def show(self, listing: Listing) -> None:
        """Show another view of the register."""
        self.beginResetModel()
        self.listing = listing
        self._pages.clear()
        where, values = listing.where()
        try:
            self._count = self.session.store.count(listing.register.name, where, values)
        except DonhanError as error:
            self._count = 0
            self.failed.emit(error)
        self.endResetModel()

    def rowCount(self, parent: _Index = _TOP) -> int:  # noqa: D102
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = _TOP) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if self.columns[index.column()].kind in NUMBERS else _LEFT
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            row = self._row(index.row())
            return row[1][index.column()] if row else ""
        return None

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return f"{section + 1:,}"
        return self.columns[section].heading(self.session.language)

    def uid(self, row: int) -> str:
        """Return the uid of a row on the screen; empty when there is none."""
        found = self._row(row)
        return found[0] if found else ""

    def _row(self, row: int) -> tuple[str, list[str]] | None:
        number, offset = divmod(row, _PAGE_ROWS)
        if number not in self._pages:
            if len(self._pages) >= _PAGES_KEPT:
                self._pages.pop(next(iter(self._pages)))
            try:
                self._pages[number] = self._read(number)
            except DonhanError as error:
                self._pages[number] = []  # say it once a page, not once a cell
                self.failed.emit(error)
        page = self._pages[number]
        return page[offset] if offset < len(page) else None

    def _read(self, number: int) -> list[tuple[str, list[str]]]:
        where, values = self.listing.where()
        stored = set(self.listing.register.columns)
        rows = self.session.store.rows(
            self.listing.register.name,
            where,
            values,
            order=self.listing.order_by(),
            limit=_PAGE_ROWS,
            offset=number * _PAGE_ROWS,
            computed=any(column.name not in stored for column in self.columns),
        )
        for column in self.columns:
            if column.kind is Kind.REF:
                self.session.titles(column.to, [row[column.name] for row in rows])
        return [(row["uid"], [self.session.shown(c, row[c.name]) for c in self.columns]) for row in rows]
