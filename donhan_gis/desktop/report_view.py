"""A report on a tab: its tables with totals, notes, provenance and files, and saving it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QTableView, QTabWidget, QVBoxLayout, QWidget

from donhan_gis.desktop import messages
from donhan_gis.desktop.saving import open_outside, save_report
from donhan_gis.desktop.theme import ACCENT_SOFT, label
from donhan_gis.field import NUMBERS, show
from donhan_gis.i18n import Language, text
from donhan_gis.report import Report, Table, totals_row

_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
_ROWS_MEASURED = 100
_NOTES_ON_TOP = 3
_COLUMN_WIDTH_PX = (70, 460)


class ReportTableModel(QAbstractTableModel):
    """A report's table, with the totals as the last row."""

    def __init__(self, report: Report, table: Table, language: Language) -> None:
        super().__init__()
        self._report = report
        self._table = table
        self._language: Language = language
        self._totals = totals_row(table, language) if table.totals else []

    def rowCount(self, parent: _Index = _TOP) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._table.rows) + bool(self._totals)

    def columnCount(self, parent: _Index = _TOP) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._table.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        if not index.isValid():
            return None
        is_total = index.row() == len(self._table.rows)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._totals[index.column()] if is_total else self._shown(index.row(), index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            number = self._table.columns[index.column()].kind in NUMBERS
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.BackgroundRole and is_total:
            return QColor(ACCENT_SOFT)
        if role == Qt.ItemDataRole.FontRole and is_total:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _shown(self, row: int, column: int) -> str:
        field = self._table.columns[column]
        choices = self._report.choices.get(field.choices, ())
        return show(field, self._table.rows[row][column], self._language, choices=choices)

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Horizontal:
            return self._table.columns[section].heading(self._language)
        return f"{section + 1:,}" if section < len(self._table.rows) else ""


class ReportView(QWidget):
    """A report."""

    def __init__(self, report: Report, language: Language) -> None:
        super().__init__()
        self.setObjectName("page")
        self.report = report
        self.language: Language = language
        self.tabs = QTabWidget()
        for table in report.tables:
            self.tabs.addTab(self._table(table), f"{table.title(language)} ({len(table.rows):,})")
        if len(notes := report.notes(language)) > _NOTES_ON_TOP:
            title = text("app.report.notes", language, count=len(notes))
            self.tabs.addTab(_page([label(f"• {note}", wrap=True) for note in notes]), title)
        if report.provenance or (report.files and report.tables):
            self.tabs.addTab(self._about(), text("app.report.about", language))
        save = QPushButton(text("app.report.save", language))
        save.setProperty("role", "primary")
        save.setEnabled(bool(report.tables))
        save.clicked.connect(lambda _checked: self.save())
        head = QHBoxLayout()
        head.addWidget(label(report.title(language), "heading", wrap=True), 1)
        head.addWidget(save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addLayout(head)
        for note in report.notes(language)[:_NOTES_ON_TOP]:
            layout.addWidget(label(note, wrap=True))
        if report.files and not report.tables:
            layout.addWidget(self._files())
        layout.addWidget(self.tabs, 1)
        self.tabs.setVisible(self.tabs.count() > 0)
        if not self.tabs.count():
            layout.addStretch(1)

    def _table(self, table: Table) -> QTableView:
        view = QTableView()
        model = ReportTableModel(self.report, table, self.language)
        model.setParent(view)
        view.setModel(model)
        view.setAlternatingRowColors(True)
        view.setWordWrap(False)
        view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        view.horizontalHeader().setResizeContentsPrecision(_ROWS_MEASURED)
        view.resizeColumnsToContents()
        narrowest, widest = _COLUMN_WIDTH_PX
        for column in _other_language(table, self.language):
            view.setColumnHidden(column, True)
        for column in range(model.columnCount()):
            view.setColumnWidth(column, max(narrowest, min(widest, view.columnWidth(column) + 14)))
        return view

    def _about(self) -> QScrollArea:
        lines: list[QWidget] = []
        for th, en, value in self.report.provenance:
            line = label(f"{th if self.language == 'th' else en}:  {value}", wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            lines.append(line)
        return _page([*lines, self._files()])

    def _files(self) -> QWidget:
        """Return the files that the task wrote, each with a way to open it."""
        paper = QWidget()
        paper.setProperty("role", "paper")
        layout = QVBoxLayout(paper)
        layout.setContentsMargins(0, 4, 0, 4)
        if self.report.files:
            layout.addWidget(label(text("app.report.files", self.language), "heading"))
        for file in self.report.files:
            layout.addLayout(self._file(Path(file)))
        return paper

    def _file(self, file: Path) -> QHBoxLayout:
        row = QHBoxLayout()
        for title, path in ((file.name, file), (text("app.report.folder", self.language), file.parent)):
            button = QPushButton(title)
            button.setProperty("role", "link")
            button.setToolTip(str(path))
            button.clicked.connect(lambda _checked, path=path: open_outside(path))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def save(self) -> None:
        """Ask where to and save the tables."""
        with messages.telling(self.window(), self.language):
            if files := save_report(self, self.report, self.language):
                question = text("app.report.saved", self.language, path=", ".join(str(file) for file in files))
                answers = ("app.report.open", "app.report.folder", "app.close")
                answer = messages.ask(self.window(), self.language, question, answers)
                if answer < 2:
                    open_outside(files[0] if answer == 0 else files[0].parent)


def _other_language(table: Table, language: Language) -> list[int]:
    """Return the columns that say in the other language what the column beside them says in this one."""
    names = {column.name for column in table.columns}
    mine, other = ("_th", "_en") if language == "th" else ("_en", "_th")
    return [
        index
        for index, column in enumerate(table.columns)
        if column.name.endswith(other) and column.name.removesuffix(other) + mine in names
    ]


def _page(widgets: Sequence[QWidget]) -> QScrollArea:
    """Return widgets below one another on a page that scrolls."""
    paper = QWidget()
    paper.setProperty("role", "paper")
    layout = QVBoxLayout(paper)
    layout.setContentsMargins(14, 12, 14, 12)
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch(1)
    area = QScrollArea(widgetResizable=True)
    area.setWidget(paper)
    return area
