"""Asking for a task's parameters, with the same form as for rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from donhan_gis.desktop.form import FieldsForm
from donhan_gis.desktop.inputs import Lookups
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import label
from donhan_gis.field import Choice, Field, Kind, parse, problems
from donhan_gis.i18n import Language, text
from donhan_gis.register import load_registers
from donhan_gis.task import Task
from donhan_gis.thai import BE_MINUS_CE

_CAPTION_PX = 250
_WIDTH_PX, _MOST_HEIGHT_PX = 760, 680  # fits a screen of 768 lines


class TaskDialog(QDialog):
    """The parameters of one task; ``values`` holds what was entered once the dialog is accepted."""

    def __init__(self, parent: QWidget | None, task: Task, language: Language, session: Session | None = None) -> None:
        super().__init__(parent)
        self.task = task
        self.language: Language = language
        self.values: dict[str, Any] = {}
        self.setWindowTitle(task.title(language))
        self.form = FieldsForm(task.parameters, (), self._lookups(session), caption_px=_CAPTION_PX)
        self.form.set_values({field.name: _first_value(field) for field in task.parameters})
        self.run_button = QPushButton(text("app.task.run", language))
        self.run_button.setProperty("role", "primary")
        self.run_button.setDefault(True)
        self.run_button.clicked.connect(lambda _checked: self.accept())
        cancel = QPushButton(text("app.cancel", language))
        cancel.clicked.connect(lambda _checked: self.reject())
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.run_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(10)
        layout.addWidget(label(task.title(language), "heading"))
        if advice := task.help(language):
            layout.addWidget(label(advice, "muted", wrap=True))
        if task.parameters:
            layout.addWidget(self.form, 1)
        layout.addLayout(buttons)
        self.resize(_WIDTH_PX, min(_MOST_HEIGHT_PX, 190 + 62 * len(task.parameters)))

    def _lookups(self, session: Session | None) -> Lookups:
        return Lookups(
            self.language,
            self._choices_of,
            session.store.titles if session else lambda _register, _search: [],
            session.title if session else lambda _register, uid: uid,
        )

    def _choices_of(self, field: Field) -> tuple[Choice, ...]:
        return self.task.choices.get(field.choices) or load_registers().choices.get(field.choices, ())

    def accept(self) -> None:
        """Check every parameter; the dialog stays, with the wrong ones marked, until all are right."""
        values, unread = self.form.values()
        named = {problem.field for problem in unread}
        for field in self.task.parameters:
            if field.name not in named:
                unread += problems(field, values[field.name], choices=self._choices_of(field))
        if unread:
            self.form.mark(unread)
            return
        self.values = values
        super().accept()


def _first_value(field: Field) -> Any:
    """Return a parameter's default in storage form; files lie in the user's documents, a year is this one."""
    if field.kind is Kind.FILE and field.default:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return str(Path(folder) / str(field.default))
    if field.default is None and field.required and field.name.endswith("_be"):
        return date.today().year + BE_MINUS_CE
    if isinstance(field.default, str):
        return parse(field, field.default)
    return field.default
