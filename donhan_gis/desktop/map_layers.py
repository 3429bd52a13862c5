"""Registers with geometry as layers of a graphics scene.

The scene lies at an origin near the municipality with north upwards, so that its numbers stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from donhan_gis.desktop.map_symbols import Symbol, shape_of, symbols
from donhan_gis.desktop.session import Session
from donhan_gis.register import Register, Style

UID = 0  # the key under which an item keeps its row's uid
_POLYGON, _LINE, _POINT = 0, 1, 2
_RANKS = {"MultiPolygon": _POLYGON, "MultiLineString": _LINE, "Point": _POINT, "MultiPoint": _POINT, "Geometry": _LINE}
# Findings and waiting rows are looked at in their own panels; coverage outlines and neighbours' borders are for QGIS.
HIDDEN_AT_FIRST = frozenset({"quarantine", "orthophoto"})


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the scene's 0, 0 lies, in metres of the storage system (EPSG:32648)."""

    east: float
    north: float

    def to_scene(self, east: float, north: float) -> QPointF:
        """Return the scene's point of a coordinate."""
        return QPointF(east - self.east, self.north - north)

    def from_scene(self, point: QPointF) -> tuple[float, float]:
        """Return east and north of a scene's point."""
        return point.x() + self.east, self.north - point.y()


class MapLayer(QGraphicsItem):
    """One register's features; draws nothing itself, its children do."""

    def __init__(self, session: Session, register: Register, frame: Frame) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.session = session
        self.register = register
        self.style = register.style or Style()
        self.categories: dict[str, str] = {}
        if self.style.by:
            codes = session.choices_of(register.field(self.style.by))
            self.categories = {choice.code: choice.title(session.language) for choice in codes}
        self.symbols = symbols(self.style, register.geometry, tuple(self.categories))
        self.frame = frame
        self.wanted = register.name not in HIDDEN_AT_FIRST
        self.features: dict[str, QGraphicsPathItem] = {}
        self.edges: list[QGraphicsPathItem] = []
        self.label_spots = np.empty((0, 2))  # in the scene's metres, a row for each of ``label_words``
        self.label_words: list[str] = []
        self.load()

    @property
    def rank(self) -> int:
        """Polygons lie below lines, lines below points."""
        return _RANKS[self.register.geometry]

    def boundingRect(self) -> QRectF:  # noqa: D102
        return QRectF()

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Draw nothing."""

    def show_at(self, scale: float) -> None:
        """Show or hide the layer as the panel and the style's largest scale number (the N of 1:N) say."""
        self.setVisible(self.wanted and not (self.style.max_scale and scale > self.style.max_scale))

    def load(self) -> None:
        """Read the register's rows anew."""
        for item in (*self.features.values(), *self.edges):
            if item.scene():
                item.scene().removeItem(item)
        self.features, self.edges, self.label_words = {}, [], []
        wanted = {"uid", *(name for name in (self.style.by, self.style.label) if name)}
        computed = any(name != "uid" and name not in self.register.columns for name in wanted)
        stored = [name for name in sorted(wanted) if name == "uid" or name in self.register.columns]
        rows = self.session.store.rows(
            self.register.name, "geom is not null", columns=stored, computed=computed, geometry=True
        )
        rows = [row for row in rows if row["geom"] is not None and not row["geom"].is_empty]
        for row in rows:
            self._add(row)
        self._load_labels([row for row in rows if row.get(self.style.label) is not None])

    def _load_labels(self, rows: Sequence[dict[str, Any]]) -> None:
        if self.style.label:
            field = self.register.field(self.style.label)
            self.label_words = [self.session.shown(field, row[field.name]) for row in rows]
            spots = _label_spots([row["geom"] for row in rows])
            self.label_spots = (spots - (self.frame.east, self.frame.north)) * (1, -1)

    def labels_in(self, area: QRectF) -> Iterator[tuple[QPointF, str]]:
        """Yield the labels whose place is inside an area of the scene."""
        x, y = self.label_spots[:, 0], self.label_spots[:, 1]
        inside = (x >= area.left()) & (x <= area.right()) & (y >= area.top()) & (y <= area.bottom())
        for index in np.flatnonzero(inside):
            yield QPointF(*self.label_spots[index]), self.label_words[index]

    def _add_edge(self, item: QGraphicsPathItem, symbol: Symbol) -> None:
        edge = QGraphicsPathItem(item.path(), self)
        edge.setPen(symbol.edge)
        edge.setZValue(-1)
        self.edges.append(edge)

    def _colour(self, row: dict[str, Any]) -> str:
        return (self.style.colours or {}).get(str(row.get(self.style.by) or ""), "")

    def _add(self, row: dict[str, Any]) -> None:
        symbol = self.symbols.get(str(row.get(self.style.by) or ""), self.symbols[""])
        geometry = row["geom"]
        if self.register.geometry == "Geometry":  # each row has a shape of its own
            symbol = Symbol(self.style, self._colour(row), shape=shape_of(geometry.geom_type))
        item = _mark(geometry, symbol, self.frame) if "Point" in geometry.geom_type else None
        if item is None:
            item = QGraphicsPathItem(path_of(geometry, self.frame))
            item.setPen(symbol.pen)
            if "Polygon" in geometry.geom_type:
                item.setBrush(symbol.brush)
        if symbol.is_edged:
            self._add_edge(item, symbol)
        item.setData(UID, row["uid"])
        item.setParentItem(self)
        self.features[row["uid"]] = item


def _mark(geometry: Any, symbol: Symbol, frame: Frame) -> QGraphicsPathItem:
    item = QGraphicsPathItem(symbol.mark())
    item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
    item.setPen(symbol.pen)
    item.setBrush(symbol.brush)
    item.setPos(frame.to_scene(geometry.centroid.x, geometry.centroid.y))
    return item


def _label_spots(geometries: Sequence[Any]) -> Any:
    """Return an array of east and north: inside each area, half way along each line, or the point itself."""
    array = np.asarray(geometries, dtype=object)
    if not len(array):
        return np.empty((0, 2))
    lines = shapely.get_dimensions(array) == 1
    spots = shapely.point_on_surface(array)
    if lines.any():
        longest = [max(shapely.get_parts(line), key=lambda part: part.length) for line in array[lines]]
        spots[lines] = shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return shapely.get_coordinates(spots)


def path_of(geometry: Any, frame: Frame) -> QPainterPath:
    """Return the outline of an area (holes stay open) or the course of a line."""
    path = QPainterPath()
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            for ring in (part.exterior, *part.interiors):
                path.addPolygon(_points(ring, frame))
                path.closeSubpath()
        elif part.geom_type == "LineString":
            path.addPolygon(_points(part, frame))
    return path


def _points(ring: Any, frame: Frame) -> QPolygonF:
    coordinates = shapely.get_coordinates(ring)
    east, north = coordinates[:, 0] - frame.east, frame.north - coordinates[:, 1]
    return QPolygonF([QPointF(x, y) for x, y in zip(east.tolist(), north.tolist(), strict=True)])
