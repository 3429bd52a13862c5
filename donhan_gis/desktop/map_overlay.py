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
_HEIGHT_PX = 30


class ScaleStrip(QWidget):
    """North arrow and scale bar on a strip below the canvas: above it they would keep Qt from scrolling its pixels."""

    def __init__(self, metres_per_pixel: Callable[[], float], language: Language) -> None:
        super().__init__()
        self._metres_per_pixel = metres_per_pixel
        self._language: Language = language
        self.setFixedHeight(_HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, D102
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._draw_north(painter)
        metres = round_length(self._metres_per_pixel() * _LONGEST_BAR_PX)
        self._draw_bar(painter, metres / self._metres_per_pixel(), bar_words(metres, self._language))
        painter.end()

    def _draw_north(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(INK))
        arrow = [(0, 4), (7, 24), (0, 19), (-7, 24)]
        painter.drawPolygon(QPolygonF([QPointF(20 + x, y) for x, y in arrow]))
        painter.setPen(QColor(INK))
        painter.setFont(QFont(self.font().family(), 9, QFont.Weight.Bold))
        painter.drawText(QRectF(30, 2, 20, _HEIGHT_PX - 4), Qt.AlignmentFlag.AlignVCenter, "N")

    def _draw_bar(self, painter: QPainter, width: float, words: str) -> None:
        left, bottom = 62.0, _HEIGHT_PX - 8.0
        painter.setFont(self.font())
        painter.setPen(QPen(QColor(INK), 2))
        rise = QPointF(0, -6)
        start, end = QPointF(left, bottom), QPointF(left + width, bottom)
        painter.drawPolyline(QPolygonF([start + rise, start, end, end + rise]))
        painter.drawText(QRectF(left + width + 10, 0, 120, _HEIGHT_PX), Qt.AlignmentFlag.AlignVCenter, words)


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
