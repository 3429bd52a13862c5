"""Who changed what in a row and when, in plain words."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from donhan_gis import thai
from donhan_gis.desktop.session import Session
from donhan_gis.register import Register
from donhan_gis.store import Change

_ACTIONS = {"insert": "app.history.insert", "update": "app.history.update", "delete": "app.history.delete"}


class HistoryView(QWidget):
    """The history of a row, newest first."""

    def __init__(self, session: Session, register: Register, uid: str) -> None:
        super().__init__()
        self.setProperty("role", "paper")
        self.session = session
        self.register = register
        t = session.t
        self.table = QTableWidget(0, 3)
        self.table.setHorizontalHeaderLabels([t("app.history.when"), t("app.history.who"), t("app.history.what")])
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setStretchLastSection(True)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setColumnWidth(0, 150)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.addWidget(self.table)
        for change in reversed(session.store.history(register.name, uid)):
            self._add(change)

    def _add(self, change: Change) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, words in enumerate((local_time(change.at), change.by or "–", self.sentence(change))):
            item = QTableWidgetItem(words)
            item.setTextAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            self.table.setItem(row, column, item)

    def sentence(self, change: Change) -> str:
        """Return what was done, with old and new values of an edit."""
        lines = [self.session.t(_ACTIONS.get(change.action.lower(), "app.history.update"))]
        if change.old and change.new:
            lines += self._differences(change)
        return "\n".join(lines)

    def _differences(self, change: Change) -> list[str]:
        old, new = change.old or {}, change.new or {}
        lines = []
        for field in self.register.fields:
            before, after = old.get(field.name), new.get(field.name)
            if before != after:
                shown = [self.session.shown(field, value) or "–" for value in (before, after)]
                lines.append(f"{field.title(self.session.language)}: {shown[0]} → {shown[1]}")
        if old.get("geom") != new.get("geom"):
            lines.append(self.session.t("app.history.shape"))
        return lines


def local_time(moment: str) -> str:
    """Return a stored UTC moment as local day and time in the Buddhist Era."""
    local = datetime.fromisoformat(moment.replace("Z", "+00:00"))
    local = (local if local.tzinfo else local.replace(tzinfo=UTC)).astimezone()
    return f"{thai.format_date(local.date(), 'short')} {local:%H:%M}"
