"""The pane on the right: one form at a time, with a way back to the form one came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from donhan_gis.desktop import messages
from donhan_gis.desktop.row_form import RowForm
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import label

Place = tuple[str, str]  # register, uid


class FormPane(QWidget):
    """Holds the form of a row."""

    shown = Signal()
    emptied = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("page")
        self.session = session
        self.current: RowForm | None = None
        self._came_from: list[Place] = []
        self._back = QPushButton(session.t("app.form.back"))
        self._back.setProperty("role", "link")
        self._back.clicked.connect(lambda _checked: self.back())
        self._close = QPushButton(session.t("app.close"))
        self._close.setProperty("role", "link")
        self._close.clicked.connect(lambda _checked: self.close_form())
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 8, 0)
        self._kind = label("", "small")
        bar.addWidget(self._back)
        bar.addWidget(self._kind, 1)
        bar.addWidget(self._close)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addLayout(bar)
        session.row_wanted.connect(self.open_row)
        session.child_wanted.connect(self._open_child)

    def _open_child(self, register: str, via: str, parent_uid: str) -> None:
        self.open_row(register, "", {via: parent_uid})

    def open_row(self, register: str, uid: str, given: Mapping[str, Any] | None = None) -> bool:
        """Show the form of a row, unless the user wants to stay with unsaved changes; say whether it is shown."""
        if self.current and uid and (self.current.register.name, self.current.uid) == (register, uid):
            self.shown.emit()
            return True
        left = self.place()
        if not self.may_close():
            return False
        with messages.telling(self.window(), self.session.language):
            form = RowForm(self.session, self.session.registers[register], uid, given)
            self._take(form)
            if left:
                self._came_from.append(left)
            self._back.setVisible(bool(self._came_from))
            self._kind.setText(self.session.name_of(self.session.registers[register]))
            self.shown.emit()
            return True
        return False

    def _take(self, form: RowForm | None) -> None:
        if self.current is not None:
            self._layout.removeWidget(self.current)
            self.current.setParent(None)
            self.current.deleteLater()
        self.current = form
        if form is not None:
            self._layout.addWidget(form, 1)
            form.saved.connect(self._on_saved)
            form.closed.connect(self._on_deleted)

    def _on_saved(self, _uid: str) -> None:
        assert self.current is not None
        self.current.load()

    def _on_deleted(self) -> None:
        self._came_from = [place for place in self._came_from if place != self.place()]
        self._take(None)
        self.back() if self._came_from else self.emptied.emit()

    def place(self) -> Place | None:
        """Return which row is shown; None for a new row or an empty pane."""
        return (self.current.register.name, self.current.uid) if self.current and self.current.uid else None

    def back(self) -> None:
        """Show the row that was shown before this one."""
        if self._came_from and self.may_close():
            register, uid = self._came_from.pop()
            self._take(None)
            self.open_row(register, uid)

    def close_form(self) -> bool:
        """Empty the pane unless the user wants to stay with unsaved changes, and say whether it is empty."""
        if not self.may_close():
            return False
        self.discard()
        self.emptied.emit()
        return True

    def discard(self) -> None:
        """Empty the pane without asking, when the user was asked already."""
        self._came_from.clear()
        self._take(None)

    def may_close(self) -> bool:
        """Ask about unsaved changes where there are any, and say whether the form may go."""
        return self.current is None or self.current.may_close()
