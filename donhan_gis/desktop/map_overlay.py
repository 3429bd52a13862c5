"""Scale bar and north arrow of the map."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from donhan_gis.desktop.theme import INK
from donhan_gis.i18n import Language, text

M_PER_KM = 1000
_LONGEST_BAR_PX = 150


class MapOverlay(QWidget):
    """Scale bar and north arrow above the canvas; the mouse passes through."""

    def __init__(self, view: QWidget, metres_per_pixel: Callable[[], float], language: Language) -> None:
        super().__init__(view)
        self._metres_per_pixel = metres_per_pixel
        self._language = language
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metres = round_length(self._metres_per_pixel() * _LONGEST_BAR_PX)
        width = metres / self._metres_per_pixel()
        self._draw_bar(painter, width, bar_words(metres, self._language))
        self._draw_north(painter)
        painter.end()

    def _draw_bar(self, painter: QPainter, width: float, words: str) -> None:
        left, bottom = 18.0, self.height() - 18.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(255, 255, 255, 215))
        painter.drawRoundedRect(QRectF(left - 8, bottom - 27, width + 16, 36), 5, 5)
        painter.setPen(QPen(QColor(INK), 2))
        steps = [QPointF(left, bottom - 6), QPointF(left, bottom), QPointF(left + width, bottom)]
        painter.drawPolyline(QPolygonF([*steps, QPointF(left + width, bottom - 6)]))
        painter.drawText(QRectF(left, bottom - 26, width, 20), Qt.AlignmentFlag.AlignCenter, words)

    def _draw_north(self, painter: QPainter) -> None:
        middle, top = self.width() - 32.0, 16.0
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(255, 255, 255, 215))
        painter.drawEllipse(QPointF(middle, top + 20), 22, 22)
        painter.setBrush(QColor(INK))
        arrow = [(0, 4), (8, 26), (0, 21), (-8, 26)]
        painter.drawPolygon(QPolygonF([QPointF(middle + x, top + y) for x, y in arrow]))
        painter.setPen(QColor(INK))
        painter.setFont(QFont(self.font().family(), 8, QFont.Weight.Bold))
        painter.drawText(QRectF(middle - 10, top + 25, 20, 14), Qt.AlignmentFlag.AlignCenter, "N")


def round_length(metres: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is not longer.

    >>> round_length(730), round_length(2.4)
    (500.0, 2.0)
    """
    power = 10.0 ** math.floor(math.log10(metres))
    return max(step * power for step in (1, 2, 5) if step * power <= metres)


def bar_words(metres: float, language: Language) -> str:
    """Return a length for the scale bar, in metres or kilometres."""
    if metres >= M_PER_KM:
        return text("app.map.km", language, length=f"{metres / M_PER_KM:g}")
    return text("app.map.m", language, length=f"{metres:g}")
