"""Pens, brushes and marks of a declared style; cosmetic, so that lines keep their width at every scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap, QPolygonF

from donhan_gis.register import PALETTE, Style

Shape = Literal["area", "line", "mark"]

PIXELS_PER_MM = 96 / 25.4
_SWATCH_PX = 18
_EDGE_PX = 1.0
_LIGHT = 0.8


class Symbol:
    """How one category of a layer is drawn: the category's colour fills areas and marks, and colours lines."""

    def __init__(self, style: Style, colour: str = "", *, shape: Shape) -> None:
        self.style = style
        self.brush = QBrush(Qt.BrushStyle.NoBrush)
        outline = style.stroke
        if shape == "area" and style.fill:
            # A category keeps the transparency that the declared fill has behind its six digits.
            self.brush = QBrush(colour_of(colour + style.fill[7:] if colour else style.fill))
        elif shape == "mark":
            self.brush = QBrush(colour_of(colour or style.fill or style.stroke))
        else:
            outline = colour or (style.fill if shape == "line" else "") or style.stroke
        self.pen = QPen(colour_of(outline), max(1.0, style.width * PIXELS_PER_MM))
        self.pen.setCosmetic(True)
        self.pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.edge = QPen(self.pen)  # a light line needs a darker one below it to be seen
        self.edge.setColor(colour_of(style.stroke))
        self.edge.setWidthF(self.pen.widthF() + 2 * _EDGE_PX)
        self.is_edged = shape == "line" and self.pen.color().lightnessF() > _LIGHT

    def mark(self) -> QPainterPath:
        """Return the point mark in pixels around 0, 0."""
        return marker_path(self.style.marker, self.style.size * PIXELS_PER_MM / 2)

    def swatch(self, geometry: str) -> QIcon:
        """Return a small picture for the layer panel."""
        pixmap = QPixmap(_SWATCH_PX, _SWATCH_PX)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self.pen)
        middle = _SWATCH_PX / 2
        if "Point" in geometry or geometry == "Geometry":
            painter.setBrush(self.brush)
            painter.translate(middle, middle)
            painter.drawPath(self.mark())
        elif "Line" in geometry:
            course = QPolygonF([QPointF(1, 14), QPointF(7, 6), QPointF(11, 11), QPointF(17, 3)])
            if self.is_edged:
                painter.setPen(self.edge)
                painter.drawPolyline(course)
                painter.setPen(self.pen)
            painter.drawPolyline(course)
        else:
            painter.setBrush(self.brush)
            painter.drawRect(QRectF(2, 3, 14, 12))
        painter.end()
        return QIcon(pixmap)


def symbols(style: Style, geometry: str, codes: Sequence[str] = ()) -> dict[str, Symbol]:
    """Return the symbol of each category by its code; the empty code is for everything else."""
    shape = shape_of(geometry)
    colours = style.colours or {}
    found = {
        code: Symbol(style, colours.get(code, PALETTE[place % len(PALETTE)]), shape=shape)
        for place, code in enumerate(codes)
    }
    return {"": Symbol(style, shape=shape), **found}


def shape_of(geometry: str) -> Shape:
    """Return whether a geometry is drawn as an area, a line or a mark."""
    if "Polygon" in geometry:
        return "area"
    return "line" if "Line" in geometry else "mark"


def colour_of(written: str) -> QColor:
    """Return the colour of ``#rrggbb`` or ``#rrggbbaa`` (Qt itself would read the latter as ``#aarrggbb``).

    >>> colour_of("#ffd54f1f").alpha()
    31
    """
    colour = QColor(written[:7])
    if len(written) > 7:
        colour.setAlpha(int(written[7:9], 16))
    return colour


def marker_path(shape: str, radius_px: float) -> QPainterPath:
    """Return a circle, square, triangle, diamond, star or cross around 0, 0."""
    path = QPainterPath()
    if shape == "circle":
        path.addEllipse(QPointF(0, 0), radius_px, radius_px)
    elif shape == "square":
        path.addRect(QRectF(-radius_px, -radius_px, 2 * radius_px, 2 * radius_px))
    else:
        path.addPolygon(QPolygonF(list(_corners(shape, radius_px))))
        path.closeSubpath()
    return path


def _corners(shape: str, radius_px: float) -> Iterator[QPointF]:
    """Yield the corners of a polygonal mark, clockwise from the top."""
    inner = {"star": 0.42, "cross": 0.38}.get(shape, 1.0)
    count = {"triangle": 3, "diamond": 4, "star": 10, "cross": 8}.get(shape, 4)
    for number in range(count):
        angle = 2 * math.pi * number / count
        reach = radius_px * (inner if number % 2 else 1.0)
        yield QPointF(reach * math.sin(angle), -reach * math.cos(angle))
