"""A reference to a row of another register: type a few letters, choose from what is found."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, QStringListModel, Qt, QTimer
from PySide6.QtWidgets import QCompleter, QLineEdit

from donhan_gis.desktop.inputs import Input, Lookups
from donhan_gis.field import Field
from donhan_gis.i18n import text

_TYPING_PAUSE_MS = 200


class ReferenceInput(Input):
    """Holds the other row's uid; the text is its label. Text that was typed but not chosen is no value."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        self.line = QLineEdit(clearButtonEnabled=True)
        self.line.setPlaceholderText(text("app.form.type_to_find", lookups.language))
        super().__init__(field, lookups, self.line)
        self._uid: str | None = None
        self._found: dict[str, str] = {}
        self._labels = QStringListModel(self)
        self._completer = QCompleter(self._labels, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setMaxVisibleItems(12)
        self._completer.activated.connect(self._choose)
        self.line.setCompleter(self._completer)
        self._pause = QTimer(self, singleShot=True, interval=_TYPING_PAUSE_MS)
        self._pause.timeout.connect(self.search)
        self.line.textEdited.connect(self._on_edited)
        self.line.textChanged.connect(lambda words: self._on_edited("") if not words else None)
        self._open = self._button(text("app.form.open", lookups.language), self._open_row)
        self._open.setVisible(lookups.open_row is not None)
        self._show()

    def _on_edited(self, words: str) -> None:
        self._uid = None
        if words:
            self._pause.start()
        self._show()
        self.changed.emit()

    def search(self) -> None:
        """Look up what was typed and offer what is found."""
        rows = self.lookups.find(self.field.to, self.line.text().strip())
        self._found = {}
        for uid, title in rows:
            # Two people may bear one name; a row that reads the same gets a number so that both can be chosen.
            twin = title
            while twin in self._found:
                twin += "\u00a0·"
            self._found[twin] = uid
        self._labels.setStringList(list(self._found))
        if self.line.hasFocus() and self._found:
            self._completer.complete()

    def _choose(self, title: str) -> None:
        self._uid = self._found.get(title)
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self._open.setEnabled(bool(self._uid))

    def _open_row(self) -> None:
        if self._uid and self.lookups.open_row:
            self.lookups.open_row(self.field.to, self._uid)

    def value(self) -> Any:  # noqa: D102
        if self._uid is None and self.line.text().strip():
            raise ValueError(self.line.text())
        return self._uid

    def written(self) -> str:  # noqa: D102
        return self.line.text()

    def set_value(self, value: Any) -> None:  # noqa: D102
        self._uid = value or None
        with QSignalBlocker(self.line):
            self.line.setText(self.lookups.title(self.field.to, value) if value else "")
        self.line.setCursorPosition(0)
        self._show()
        self.changed.emit()

    def set_readonly(self, readonly: bool) -> None:  # noqa: D102
        self.line.setReadOnly(readonly)
        self.line.setClearButtonEnabled(not readonly)


class SuggestInput(ReferenceInput):
    """Text that usually names a row of a register: the row may be chosen, or the text left as it was typed."""

    def value(self) -> Any:  # noqa: D102
        return self._uid or self.line.text().strip() or None

    def set_value(self, value: Any) -> None:  # noqa: D102
        super().set_value(None)
        with QSignalBlocker(self.line):
            self.line.setText(str(value or ""))
