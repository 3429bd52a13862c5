"""Two people changed one row: their values side by side, and the choice between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import label
from donhan_gis.errors import Conflict
from donhan_gis.register import Register

KEEP_EDITING, KEEP_MINE, TAKE_THEIRS = 0, 1, 2


class ConflictDialog(QDialog):
    """What I changed beside what now stands in the project."""

    def __init__(
        self,
        parent: QWidget,
        session: Session,
        register: Register,
        mine: Mapping[str, Any],
        theirs: Mapping[str, Any],
        error: Conflict,
    ) -> None:
        super().__init__(parent)
        t = session.t
        self.setWindowTitle(t("app.title"))
        self.resize(640, 380)
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels(
            [t("app.conflict.field"), t("app.conflict.mine"), t("app.conflict.theirs")]
        )
        self.table.verticalHeader().setVisible(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for name, value in mine.items():
            field = register.field(name)
            row = self.table.rowCount()
            self.table.insertRow(row)
            shown = (field.title(session.language), session.shown(field, value), session.shown(field, theirs.get(name)))
            for column, words in enumerate(shown):
                self.table.setItem(row, column, QTableWidgetItem(words or "–"))
        for column, width in enumerate((170, 210)):
            self.table.setColumnWidth(column, width)
        self.table.horizontalHeader().setStretchLastSection(True)
        buttons = QHBoxLayout()
        for code, answer in (
            ("app.conflict.keep_mine", KEEP_MINE),
            ("app.conflict.take_theirs", TAKE_THEIRS),
            ("app.form.keep_editing", KEEP_EDITING),
        ):
            button = QPushButton(t(code))
            button.clicked.connect(lambda _checked, answer=answer: self.done(answer))
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(label(error.text(session.language), wrap=True))
        layout.addWidget(self.table)
        layout.addLayout(buttons)


def ask_conflict(
    parent: QWidget,
    session: Session,
    register: Register,
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    error: Conflict,
) -> int:
    """Ask which values to keep and return the answer; closing the dialog goes on editing."""
    return ConflictDialog(parent, session, register, mine, theirs, error).exec()
