"""The list of what must be mended in the data; a click goes to the row and its place."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from donhan_gis.desktop import messages
from donhan_gis.desktop.listing import Listing
from donhan_gis.desktop.register_list import RegisterList
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import SEVERITY_COLOURS


class SeverityDelegate(QStyledItemDelegate):
    """Colours the severity's words."""

    def __init__(self, colours: dict[str, str], parent: QWidget) -> None:
        super().__init__(parent)
        self._colours = colours

    def initStyleOption(  # noqa: D102
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        colour = QColor(self._colours.get(index.data(), ""))
        if colour.isValid():
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, colour)


class FindingsPanel(QWidget):
    """The open findings of a project."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        register = session.registers["finding"]
        suffix = session.language
        columns = ("severity", "row_label", f"message_{suffix}", f"remedy_{suffix}", "source", "source_row")
        listing = Listing(register, session.registers, equals=(("state", "open"),), order="severity", columns=columns)
        self.list = RegisterList(session, register, listing, editable=False)
        self.table = self.list.table
        titles = {choice.code: choice.title(session.language) for choice in session.registers.choices["severity"]}
        colours = {titles[code]: colour for code, colour in SEVERITY_COLOURS.items() if code in titles}
        self.table.setItemDelegateForColumn(0, SeverityDelegate(colours, self.table))
        for column, width in enumerate((90, 190, 430, 330, 130)):
            self.table.setColumnWidth(column, width)
        self.table.clicked.connect(lambda _index: self.go())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)

    def go(self) -> None:
        """Open the row that the selected finding is about, and show it on the map."""
        uid = self.table.selected_uid()
        if not uid:
            return
        with messages.telling(self.window(), self.session.language):
            finding = self.session.store.get("finding", uid)
            register, row_uid = finding["register"], finding["row_uid"]
            if (
                register in self.session.registers
                and row_uid
                and self.session.store.count(register, "uid = ?", [row_uid])
            ):
                self.session.row_wanted.emit(register, row_uid)
                if self.session.registers[register].geometry != "None":
                    self.session.map_wanted.emit(register, row_uid)
                    return
            if finding.get("geom") is not None:
                self.session.map_wanted.emit("finding", uid)
