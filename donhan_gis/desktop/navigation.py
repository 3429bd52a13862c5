"""The tree on the left: the map, the findings, and the registers by group with their row counts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import DANGER, MUTED
from donhan_gis.register import Register

MAP, FINDINGS = "@map", "@findings"
_KEY = Qt.ItemDataRole.UserRole


class Navigation(QTreeWidget):
    """``wanted`` carries a register's name, or ``@map`` or ``@findings``."""

    wanted = Signal(str)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.setIndentation(14)
        self.setAccessibleName(session.t("app.navigation"))
        self.header().setStretchLastSection(False)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._fill()
        self.itemClicked.connect(self._on_chosen)
        self.itemActivated.connect(self._on_chosen)
        session.changed.connect(self.count)
        self.count("")

    def _fill(self) -> None:
        language = self.session.language
        for key, code in ((MAP, "app.map.title"), (FINDINGS, "app.findings")):
            self._items[key] = self._item(None, key, self.session.t(code))
        for group in self.session.registers.groups:
            members = [r for r in self.session.registers.values() if r.group == group.id]
            if not members:
                continue
            head = QTreeWidgetItem(self, [group.title(language), ""])
            font = head.font(0)
            font.setBold(True)
            head.setFont(0, font)
            for register in sorted(members, key=_first_real_registers):
                self._items[register.name] = self._item(head, register.name, self.session.name_of(register))
            head.setExpanded(group.id != "system")

    def _item(self, parent: QTreeWidgetItem | None, key: str, title: str) -> QTreeWidgetItem:
        item = QTreeWidgetItem([title, ""])
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        item.setData(0, _KEY, key)
        item.setToolTip(0, title)
        item.setForeground(1, QColor(MUTED))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return item

    def _on_chosen(self, item: QTreeWidgetItem) -> None:
        if key := item.data(0, _KEY):
            self.wanted.emit(key)

    def count(self, register: str) -> None:
        """Show how many rows a register has now; of all registers when the name is empty."""
        for name in self.session.registers:
            if register in ("", name):
                self._items[name].setText(1, f"{self.session.store.count(name):,}")
        if register in ("", "finding"):
            findings = self.session.store.count("finding", "state = 'open'")
            self._items[FINDINGS].setText(1, f"{findings:,}" if findings else "")
            self._items[FINDINGS].setForeground(1, QColor(DANGER))


def _first_real_registers(register: Register) -> tuple[bool, str]:
    """Put what people keep before what runs write."""
    return register.result, register.name
