"""A day in the Buddhist Era: typed as ``1/4/2569`` or picked from a calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from PySide6.QtCore import QDate, QLocale, QPoint, Qt, Signal
from PySide6.QtWidgets import QCalendarWidget, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from donhan_gis import thai
from donhan_gis.desktop.inputs import LineInput, Lookups
from donhan_gis.desktop.theme import label
from donhan_gis.field import Field
from donhan_gis.i18n import Language, text

_WIDTH_PX = 150


class BuddhistCalendar(QFrame):
    """A month to pick a day from; Qt knows no Buddhist Era, so the heading is our own."""

    picked = Signal(QDate)

    def __init__(self, parent: QWidget, language: Language) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "card")
        self._language = language
        self._calendar = QCalendarWidget()
        self._calendar.setNavigationBarVisible(False)
        self._calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self._calendar.setLocale(QLocale("th_TH" if language == "th" else "en_GB"))
        self._calendar.clicked.connect(self.picked)
        self._calendar.currentPageChanged.connect(self._name_page)
        self._heading = label("", "heading")
        self._heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head = QHBoxLayout()
        for sign, step in (("«", self._calendar.showPreviousYear), ("‹", self._calendar.showPreviousMonth)):
            head.addWidget(_arrow(sign, step))
        head.addWidget(self._heading, 1)
        for sign, step in (("›", self._calendar.showNextMonth), ("»", self._calendar.showNextYear)):
            head.addWidget(_arrow(sign, step))
        layout = QVBoxLayout(self)
        layout.addLayout(head)
        layout.addWidget(self._calendar)

    def open_at(self, corner: QPoint, day: date) -> None:
        """Show the month of a day."""
        self._calendar.setSelectedDate(QDate(day.year, day.month, day.day))
        self._name_page(day.year, day.month)
        self.adjustSize()
        screen = self.screen().availableGeometry()
        left = min(corner.x(), screen.right() - self.width())
        self.move(max(screen.left(), left), min(corner.y(), screen.bottom() - self.height()))
        self.show()

    def _name_page(self, year: int, month: int) -> None:
        name = thai.MONTHS[month - 1] if self._language == "th" else QLocale("en_GB").monthName(month)
        self._heading.setText(f"{name} {year + thai.BE_MINUS_CE}")


def _arrow(sign: str, step: Any) -> QToolButton:
    button = QToolButton(autoRaise=True)
    button.setText(sign)
    button.clicked.connect(lambda _checked: step())
    return button


class DateInput(LineInput):
    """A day; shown as ``1/4/2569``."""

    def __init__(self, field: Field, lookups: Lookups) -> None:
        super().__init__(field, lookups)
        self.line.setPlaceholderText(text("app.form.date_example", lookups.language))
        self.line.setFixedWidth(_WIDTH_PX)
        self._pick = self._button(text("app.form.calendar", lookups.language), self._open)
        self.row.addStretch(1)
        self._calendar: BuddhistCalendar | None = None

    def set_value(self, value: Any) -> None:  # noqa: D102
        day = date.fromisoformat(str(value)[:10]) if value else None
        self.line.setText(f"{day.day}/{day.month}/{day.year + thai.BE_MINUS_CE}" if day else "")

    def set_readonly(self, readonly: bool) -> None:  # noqa: D102
        super().set_readonly(readonly)
        self._pick.setVisible(not readonly)

    def _open(self) -> None:
        if self._calendar is None:
            self._calendar = BuddhistCalendar(self, self.lookups.language)
            self._calendar.picked.connect(self._on_picked)
        try:
            day = date.fromisoformat(self.value() or "")
        except ValueError:
            day = date.today()
        self._calendar.open_at(self.line.mapToGlobal(QPoint(0, self.line.height() + 2)), day)

    def _on_picked(self, day: QDate) -> None:
        self.set_value(day.toString(Qt.DateFormat.ISODate))
        if self._calendar is not None:
            self._calendar.hide()
