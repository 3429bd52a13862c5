"""The rows of another register that belong to the row on the form."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from donhan_gis.desktop.listing import Listing
from donhan_gis.desktop.register_list import RowTable
from donhan_gis.desktop.session import Session
from donhan_gis.register import Register


class ChildRows(QWidget):
    """A table of the rows whose column ``via`` holds the parent's uid, with buttons to open one and to add one."""

    def __init__(self, session: Session, register: Register, via: str, parent_uid: str) -> None:
        super().__init__()
        self.setProperty("role", "paper")
        self.session = session
        self.register = register
        self.table = RowTable(session, Listing(register, session.registers, equals=((via, parent_uid),)))
        if via in (listed := [column.name for column in self.table.rows.columns]):
            self.table.setColumnHidden(listed.index(via), True)
        open_button = QPushButton(session.t("app.list.open"))
        open_button.clicked.connect(lambda _checked: self.table.open_row())
        new_button = QPushButton(session.t("app.list.new"))
        new_button.setVisible(register.by_hand)
        new_button.clicked.connect(lambda _checked: session.child_wanted.emit(register.name, via, parent_uid))
        buttons = QHBoxLayout()
        buttons.addWidget(new_button)
        buttons.addWidget(open_button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addLayout(buttons)
        layout.addWidget(self.table)
        session.changed.connect(self._on_changed)

    @property
    def count(self) -> int:
        """How many rows belong to the parent."""
        return self.table.rows.rowCount()

    def _on_changed(self, register: str) -> None:
        if register in ("", self.register.name):
            self.table.rows.show(self.table.rows.listing)
