"""The map canvas: layers in a graphics scene with zoom, pan, identify, labels, scale bar and north arrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsScene, QGraphicsView

from donhan_gis.desktop.map_layers import UID, Frame, MapLayer
from donhan_gis.desktop.map_symbols import PIXELS_PER_MM
from donhan_gis.desktop.theme import INK
from donhan_gis.i18n import Language, text

MM_PER_M = 1000
_PIXELS_PER_M = PIXELS_PER_MM * MM_PER_M
_ZOOM_STEP = 1.3
_CLOSEST_SCALE, _FARTHEST_SCALE = 50, 2_000_000
_CLICK_PX = 4
_SETTLE_MS = 60
_ROW_ZOOM_SCALE = 1500
_HIGHLIGHT = "#ff2fa0"
_GROUND = "#fbfbf8"


class MapView(QGraphicsView):
    """The canvas. ``identified`` carries register and uid of the feature under a click."""

    identified = Signal(str, str)
    pointer_moved = Signal(float, float)
    view_changed = Signal()

    def __init__(self, frame: Frame, language: Language) -> None:
        super().__init__()
        self.frame_of_map = frame
        self.layers: list[MapLayer] = []
        self.extent = QRectF()
        self._pressed_at: QPoint | None = None
        self._highlight: QGraphicsItem | None = None
        self._is_whole = False  # nobody went elsewhere since the whole map was shown
        self.setScene(QGraphicsScene(self))
        self.setAccessibleName(text("app.map.title", language))
        self.setBackgroundBrush(QColor(_GROUND))
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self._settle.start())
        self.verticalScrollBar().valueChanged.connect(lambda _value: self._settle.start())

    def set_layers(self, layers: Iterable[MapLayer]) -> None:
        """Put the layers into the scene, the first at the bottom."""
        self.layers = list(layers)
        for height, layer in enumerate(self.layers):
            layer.setZValue(height + 1)
            if layer.scene() is None:
                self.scene().addItem(layer)
        self.refresh()

    def set_extent(self, own: Iterable[str]) -> None:
        """Take the rows of the boundary register that are our own, or everything where there are none, as the map."""
        uids = set(own)
        named = [item for layer in self.layers for uid, item in layer.features.items() if uid in uids]
        self.extent = QRectF()
        for item in named or self.layers:
            area = item.boundingRect() if isinstance(item, QGraphicsPathItem) else item.childrenBoundingRect()
            self.extent = self.extent.united(area)
        reach = 5 * max(self.extent.width(), self.extent.height(), 1000)
        self.setSceneRect(self.extent.adjusted(-reach, -reach, reach, reach))

    def scale_number(self) -> float:
        """Return the N of 1:N at which the map is shown."""
        return self.metres_per_pixel() * _PIXELS_PER_M

    def metres_per_pixel(self) -> float:
        """Return metres on the ground of a pixel."""
        return 1 / self.transform().m11()

    def visible_area(self) -> QRectF:
        """Return what is on the screen, in the scene's metres."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def zoom_all(self) -> None:
        """Show the whole map."""
        if not self.extent.isEmpty():
            self.fitInView(self.extent.adjusted(-50, -50, 50, 50), Qt.AspectRatioMode.KeepAspectRatio)
            self._is_whole = True
            self._settle.start()

    def zoom_by(self, factor: float, *, at_mouse: bool = False) -> None:
        """Zoom in (above 1) or out, within sensible scales, about the middle or the mouse."""
        target = self.scale_number() / factor
        if _CLOSEST_SCALE <= target <= _FARTHEST_SCALE:
            anchors = QGraphicsView.ViewportAnchor
            self.setTransformationAnchor(anchors.AnchorUnderMouse if at_mouse else anchors.AnchorViewCenter)
            self.scale(factor, factor)
            self._is_whole = False
            self._settle.start()

    def zoom_to(self, area: QRectF) -> None:
        """Show an area with room around it; a point is shown at 1:1,500."""
        smallest = _ROW_ZOOM_SCALE / _PIXELS_PER_M * min(self.viewport().width(), self.viewport().height())
        self._is_whole = False
        grow = max(0.0, (smallest - max(area.width(), area.height())) / 2, max(area.width(), area.height()) / 2)
        self.fitInView(area.adjusted(-grow, -grow, grow, grow), Qt.AspectRatioMode.KeepAspectRatio)
        self._settle.start()

    def show_row(self, register: str, uid: str, *, zoom: bool = True) -> bool:
        """Mark a feature, go there when asked, and say whether it is on the map."""
        self.clear_highlight()
        for layer in self.layers:
            if layer.register.name == register and uid in layer.features:
                item = layer.features[uid]
                self._mark(item)
                if zoom:
                    area = item.mapToScene(item.path()).boundingRect()
                    self.zoom_to(QRectF(item.scenePos(), item.scenePos()) if _is_mark(item) else area)
                return True
        return False

    def clear_highlight(self) -> None:
        """Take the mark off."""
        if self._highlight is not None:
            self.scene().removeItem(self._highlight)
            self._highlight = None

    def _mark(self, item: QGraphicsPathItem) -> None:
        pen = QPen(QColor(_HIGHLIGHT), 3.5)
        pen.setCosmetic(True)
        path = item.path()
        if _is_mark(item):
            path = QPainterPath()
            path.addEllipse(QPointF(0, 0), 13, 13)
        mark = QGraphicsPathItem(path)
        mark.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations, _is_mark(item))
        mark.setPos(item.pos())
        mark.setPen(pen)
        mark.setZValue(10_000)
        self.scene().addItem(mark)
        self._highlight = mark

    def identify(self, at: QPoint) -> tuple[str, str]:
        """Return register and uid of the topmost feature within a few pixels; empty where there is none."""
        around = QRect(at.x() - _CLICK_PX, at.y() - _CLICK_PX, 2 * _CLICK_PX + 1, 2 * _CLICK_PX + 1)
        for item in self.items(around):
            layer = item.parentItem()
            if not isinstance(layer, MapLayer) or not isinstance(item, QGraphicsPathItem):
                continue
            if item.data(UID) and self._is_hit(item, around):
                return layer.register.name, item.data(UID)
        return "", ""

    def _is_hit(self, item: QGraphicsPathItem, around: QRect) -> bool:
        """Say whether a click means this feature: an area without a fill is met at its outline only."""
        if _is_mark(item) or item.brush().style() != Qt.BrushStyle.NoBrush or not item.path().elementCount():
            return True
        area = item.mapFromScene(self.mapToScene(around)).boundingRect()
        return not item.path().contains(area)

    def refresh(self) -> None:
        """Show the layers that belong to this scale and draw everything anew."""
        for layer in self.layers:
            layer.show_at(self.scale_number())
        self.viewport().update()

    def _on_settled(self) -> None:
        self.refresh()
        self.view_changed.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        turned = event.angleDelta().y()
        if turned:
            self.zoom_by(_ZOOM_STEP if turned > 0 else 1 / _ZOOM_STEP, at_mouse=True)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._pressed_at = event.position().toPoint()
        self._is_whole = False
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.CrossCursor)
        at = event.position().toPoint()
        still = self._pressed_at is not None and (at - self._pressed_at).manhattanLength() <= _CLICK_PX
        if event.button() == Qt.MouseButton.LeftButton and still:
            register, uid = self.identify(at)
            if uid:
                self.identified.emit(register, uid)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        super().mouseMoveEvent(event)
        east, north = self.frame_of_map.from_scene(self.mapToScene(event.position().toPoint()))
        self.pointer_moved.emit(east, north)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        if self._is_whole:
            self.zoom_all()
        self._settle.start()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:  # noqa: D102
        painter.save()
        painter.resetTransform()
        painter.setFont(QFont(self.font().family(), 9))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, words in self.placed_labels(QRectF(rect)):
            _draw_label(painter, place, words)
        painter.restore()

    def placed_labels(self, area: QRectF) -> Iterator[tuple[QPointF, str]]:
        """Yield place in pixels and words of the labels that fit without covering one another."""
        scale, metrics = self.scale_number(), QFontMetricsF(QFont(self.font().family(), 9))
        margin = 80 * self.metres_per_pixel()
        area = area.adjusted(-margin, -margin, margin, margin)
        taken: list[QRectF] = []
        for layer in reversed(self.layers):
            if not layer.isVisible() or not layer.style.label or scale > (layer.style.label_scale or _FARTHEST_SCALE):
                continue
            for spot, words in layer.labels_in(area):
                middle = QPointF(self.mapFromScene(spot))
                box = QRectF(0, 0, metrics.horizontalAdvance(words), metrics.height())
                box.moveCenter(middle - QPointF(0, 0 if layer.rank == 0 else metrics.height()))
                if not any(box.intersects(other) for other in taken):
                    taken.append(box)
                    yield QPointF(box.left(), box.bottom() - metrics.descent()), words


def _is_mark(item: QGraphicsPathItem) -> bool:
    return bool(item.flags() & QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)


def _draw_label(painter: QPainter, place: QPointF, words: str) -> None:
    """Draw words with a light rim, readable on a photo and on white."""
    painter.setPen(QColor(255, 255, 255, 220))
    for across, down in ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1), (-1, 1), (1, -1)):
        painter.drawText(place + QPointF(across, down), words)
    painter.setPen(QColor(INK))
    painter.drawText(place, words)
