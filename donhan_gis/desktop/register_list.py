"""The list of one register: find, filter, sort, open, add, delete, export."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from donhan_gis.desktop import messages
from donhan_gis.desktop.listing import Listing, filter_fields
from donhan_gis.desktop.register_model import RegisterModel
from donhan_gis.desktop.saving import save_report
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import label
from donhan_gis.field import Field, Kind
from donhan_gis.register import Register
from donhan_gis.report import Report, Table

_TYPING_PAUSE_MS = 250
_ROW_HEIGHT_PX = 30
_COLUMN_WIDTH_PX = (70, 320)
_FILTER_ROWS = 200


class RowTable(QTableView):
    """A table of register rows; a click on a heading sorts in the database, Enter or a double click opens."""

    def __init__(self, session: Session, listing: Listing) -> None:
        super().__init__()
        self.session = session
        self.rows = RegisterModel(session, listing)
        self.rows.failed.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT_PX)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        header.sectionClicked.connect(self.sort_by)
        self.doubleClicked.connect(lambda _index: self.open_row())
        QShortcut(QKeySequence(Qt.Key.Key_Return), self, self.open_row, context=Qt.ShortcutContext.WidgetShortcut)
        self._fit_columns()

    def _tell(self, error: BaseException) -> None:
        messages.show_error(self.window(), error, self.session.language)

    def _fit_columns(self) -> None:
        self.resizeColumnsToContents()
        narrowest, widest = _COLUMN_WIDTH_PX
        for column in range(self.rows.columnCount()):
            self.setColumnWidth(column, max(narrowest, min(widest, self.columnWidth(column) + 14)))

    def sort_by(self, column: int) -> None:
        """Sort by a column; a second time turns the order round."""
        name = self.rows.columns[column].name
        listing = self.rows.listing
        descending = listing.order == name and not listing.descending
        self.rows.show(replace(listing, order=name, descending=descending))
        way = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(column, way)

    def selected_uid(self) -> str:
        """Return the uid of the selected row; empty when none is."""
        indexes = self.selectionModel().selectedRows()
        return self.rows.uid(indexes[0].row()) if indexes else ""

    def open_row(self) -> None:
        """Ask for the form of the selected row."""
        if uid := self.selected_uid():
            self.session.row_wanted.emit(self.rows.listing.register.name, uid)


class RegisterList(QWidget):
    """A register on a tab of its own."""

    def __init__(
        self, session: Session, register: Register, listing: Listing | None = None, *, editable: bool = True
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.session = session
        self.register = register
        self._editable = editable and register.by_hand
        self.table = RowTable(session, listing or Listing(register, session.registers))
        self._count = label("", "muted")
        self._search = QLineEdit(placeholderText=session.t("app.list.search"), clearButtonEnabled=True)
        self._search.setAccessibleName(session.t("app.list.search"))
        self._search.setText(self.table.rows.listing.search)
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self._apply)
        self._search.textChanged.connect(lambda _text: self._pause.start())
        self._filters = self._make_filters()
        self._always = tuple(pair for pair in self.table.rows.listing.equals if pair[0] not in self._filters)
        self._lay_out()
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._enable())
        self.table.rows.modelReset.connect(self._refresh)
        session.changed.connect(self._on_changed)
        QShortcut(QKeySequence.StandardKey.Find, self, self._search.setFocus)
        self._refresh()

    def _make_filters(self) -> dict[str, QComboBox]:
        chosen = dict(self.table.rows.listing.equals)
        filters = {}
        for field in filter_fields(self.table.rows.listing):
            combo = QComboBox()
            combo.setAccessibleName(field.title(self.session.language))
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(9)
            combo.addItem(self.session.t("app.list.all", title=field.title(self.session.language)), None)
            for value, title in self._options(field):
                combo.addItem(title, value)
            combo.setCurrentIndex(max(0, combo.findData(chosen.get(field.name))))
            combo.currentIndexChanged.connect(lambda _index: self._apply())
            filters[field.name] = combo
        return filters

    def _options(self, field: Field) -> list[tuple[Any, str]]:
        if field.kind is Kind.REF:
            return list(self.session.store.titles(field.to, "", _FILTER_ROWS))
        return [(choice.code, choice.title(self.session.language)) for choice in self.session.choices_of(field)]

    def _lay_out(self) -> None:
        t = self.session.t
        self._new = _button(t("app.list.new"), self._add, role="primary")
        self._open = _button(t("app.list.open"), self.table.open_row)
        self._map = _button(t("app.list.map"), self._show_on_map)
        self._delete = _button(t("app.list.delete"), self._remove, role="danger")
        export = _button(t("app.list.export"), self._export)
        actions = QHBoxLayout()
        for button in (self._new, self._open, self._map, self._delete, export):
            actions.addWidget(button)
        actions.addStretch(1)
        actions.addWidget(self._count)
        self._new.setVisible(self._editable)
        self._delete.setVisible(self._editable and not self.register.append_only)
        self._map.setVisible(self.register.geometry != "None")
        filters = QHBoxLayout()
        filters.addWidget(self._search, 2)
        for combo in self._filters.values():
            filters.addWidget(combo, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addLayout(filters)
        layout.addLayout(actions)
        layout.addWidget(self.table, 1)

    def _apply(self) -> None:
        chosen = [(name, combo.currentData()) for name, combo in self._filters.items() if combo.currentIndex() > 0]
        listing = replace(self.table.rows.listing, search=self._search.text().strip(), equals=(*self._always, *chosen))
        self.table.rows.show(listing)

    def find_words(self, words: str) -> None:
        """Show only rows that hold the words."""
        with QSignalBlocker(self._search):
            self._search.setText(words)
        self._apply()

    def _on_changed(self, register: str) -> None:
        if register in ("", self.register.name):
            self.table.rows.show(self.table.rows.listing)

    def _refresh(self) -> None:
        self._count.setText(self.session.t("app.list.count", count=f"{self.table.rows.rowCount():,}"))
        self._enable()

    def _enable(self) -> None:
        selected = bool(self.table.selectedIndexes())
        for button in (self._open, self._map, self._delete):
            button.setEnabled(selected)

    def _add(self) -> None:
        self.session.row_wanted.emit(self.register.name, "")

    def _show_on_map(self) -> None:
        self.session.map_wanted.emit(self.register.name, self.table.selected_uid())

    def _remove(self) -> None:
        delete_row(self, self.session, self.register.name, self.table.selected_uid())

    def _export(self) -> None:
        with messages.telling(self.window(), self.session.language):
            save_report(self, listed_report(self.session, self.table.rows.listing), self.session.language)


def delete_row(parent: QWidget, session: Session, register: str, uid: str) -> bool:
    """Delete a row after asking, and say whether it is gone."""
    with messages.telling(parent.window(), session.language):
        row = session.store.get(register, uid)
        question = session.t("app.list.delete_sure", title=session.title(register, uid))
        if messages.ask(parent.window(), session.language, question, ("app.list.delete", "app.cancel")) != 0:
            return False
        session.store.delete(register, uid, rev=row["rev"])
        session.changed.emit(register)
        return True
    return False


def listed_report(session: Session, listing: Listing) -> Report:
    """Return all rows of a listing as a report; references become their labels."""
    fields = listing.fields()
    where, values = listing.where()
    rows = session.store.rows(listing.register.name, where, values, order=listing.order_by(), computed=True)
    refs = {f.name: session.titles(f.to, [row[f.name] for row in rows]) for f in fields if f.kind is Kind.REF}
    table_rows = [
        [refs[f.name].get(row[f.name] or "", "") if f.name in refs else row[f.name] for f in fields] for row in rows
    ]
    columns = tuple(replace(f, kind=Kind.TEXT, to="") if f.kind is Kind.REF else f for f in fields)
    register = listing.register
    table = Table(register.name, register.th, register.en, columns, table_rows)
    return Report(register.th, register.en, tables=(table,), choices=session.registers.choices)


def _button(title: str, action: Any, *, role: str = "") -> QPushButton:
    button = QPushButton(title)
    button.setProperty("role", role)
    button.clicked.connect(lambda _checked: action())
    return button
