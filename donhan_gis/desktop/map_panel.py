"""The map's tab: the canvas, its layers to switch and order, the orthophotos behind, and what a click shows."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QDropEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGraphicsItem,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from donhan_gis.desktop.map_layers import Frame, MapLayer
from donhan_gis.desktop.map_overlay import ScaleStrip
from donhan_gis.desktop.map_view import MapView
from donhan_gis.desktop.messages import explain
from donhan_gis.desktop.orthophoto import Orthophoto
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import label
from donhan_gis.register import Register

_LAYER = Qt.ItemDataRole.UserRole
_PANEL_WIDTH_PX = 220
_NARROW_PX = 720
# Neighbours' borders are in the same register.
OWN = "kind = 'own'"
_PHOTO_Z = 0


class PhotoGroup(QGraphicsItem):
    """Holds the tiles of all photos, below every layer."""

    def __init__(self) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)
        self.setZValue(_PHOTO_Z)

    def boundingRect(self) -> QRectF:  # noqa: D102
        return QRectF()

    def paint(self, painter: object, option: object, widget: object = None) -> None:
        """Draw nothing."""


class LayerTree(QTreeWidget):
    """The layers with their legends; dragging changes their order."""

    reordered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setIndentation(16)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        super().dropEvent(event)
        self.reordered.emit()


class MapPanel(QWidget):
    """The map of a project. ``pointed`` carries east, north and the scale's N."""

    pointed = Signal(float, float, float)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.setObjectName("page")
        self.session = session
        self.frame = project_frame(session)
        self.view = MapView(self.frame, session.language)
        self.layer_list = LayerTree()
        self._photo_item: QTreeWidgetItem | None = None
        self._note = label("", "problem", wrap=True)
        self._note.setVisible(False)
        self._photo_group = PhotoGroup()
        self._photos: list[Orthophoto] = []
        self._fitted = False
        self._narrow = False
        self._lay_out()
        self.view.scene().addItem(self._photo_group)
        layers = [MapLayer(session, register, self.frame) for register in drawn_registers(session)]
        self.view.set_layers(layers)
        self.view.set_extent(row["uid"] for row in session.store.rows("boundary", OWN))
        self._open_photos()
        self._list_layers(layers)
        self.layer_list.itemChanged.connect(lambda _item, _column: self._on_layers_changed())
        self.layer_list.reordered.connect(self._on_layers_changed)
        self.view.identified.connect(self._on_identified)
        self._pointer = (self.frame.east, self.frame.north)
        self.view.pointer_moved.connect(self._on_pointer)
        self.view.view_changed.connect(self._show_photos)
        self.view.view_changed.connect(lambda: self._on_pointer(*self._pointer))
        session.changed.connect(self._on_changed)

    def _lay_out(self) -> None:
        t = self.session.t
        self.layer_list.setAccessibleName(t("app.map.layers"))
        buttons = QHBoxLayout()
        for code, action in (
            ("app.map.all", self.view.zoom_all),
            ("+", lambda: self.view.zoom_by(1.6)),
            ("−", lambda: self.view.zoom_by(1 / 1.6)),
        ):
            button = QPushButton(t(code) if code.startswith("app.") else code)
            button.setAccessibleName(t({"+": "app.map.zoom_in", "−": "app.map.zoom_out"}.get(code, code)))
            button.clicked.connect(lambda _checked, action=action: action())
            buttons.addWidget(button, 2 if code.startswith("app.") else 1)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(10, 10, 6, 10)
        side.addLayout(buttons)
        side.addWidget(label(t("app.map.layers"), "heading"))
        side.addWidget(self.layer_list, 1)
        side.addWidget(label(t("app.map.order_hint"), "small", wrap=True))
        side.addWidget(self._note)
        splitter = QSplitter()
        splitter.addWidget(self._side)
        splitter.addWidget(self._canvas())
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_PANEL_WIDTH_PX, 800])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    def _canvas(self) -> QWidget:
        """Return the canvas with a strip below: layers on or off, north, and the scale bar."""
        self._switch = QPushButton(self.session.t("app.map.layers"))
        self._switch.setProperty("role", "link")
        self._switch.clicked.connect(lambda _checked: self._side.setVisible(not self._side.isVisible()))
        self._strip = ScaleStrip(self.view.metres_per_pixel, self.session.language)
        self.view.view_changed.connect(self._strip.update)
        below = QHBoxLayout()
        below.setContentsMargins(8, 0, 8, 0)
        below.addWidget(self._switch)
        below.addWidget(self._strip, 1)
        canvas = QWidget()
        layout = QVBoxLayout(canvas)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.view, 1)
        layout.addLayout(below)
        return canvas

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW_PX
        if narrow != self._narrow:  # the map comes before its layers where there is not room for both
            self._narrow = narrow
            self._side.setVisible(not narrow)

    def _list_layers(self, layers: list[MapLayer]) -> None:
        """Fill the panel, the topmost layer first, the photo last."""
        for layer in reversed(layers):
            item = self._layer_item(self.session.name_of(layer.register), layer.wanted)
            item.setData(0, _LAYER, layer.register.name)
            item.setToolTip(0, self.session.t("app.map.features", count=f"{len(layer.features):,}"))
            geometry = layer.register.geometry
            if not layer.categories:
                item.setIcon(0, layer.symbols[""].swatch(geometry))
            for code, title in layer.categories.items():
                legend = QTreeWidgetItem(item, [title])
                legend.setIcon(0, layer.symbols[code].swatch(geometry))
                legend.setFlags(Qt.ItemFlag.ItemIsEnabled)
        if self._photos:
            self._photo_item = self._layer_item(self.session.t("app.map.photo"), True)
            self._photo_item.setFlags(self._photo_item.flags() & ~Qt.ItemFlag.ItemIsDragEnabled)

    def _layer_item(self, title: str, checked: bool) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.layer_list, [title])
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsDropEnabled)
        item.setCheckState(0, Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
        return item

    def layer_items(self) -> dict[str, QTreeWidgetItem]:
        """Return the panel's layers by register, the topmost first."""
        items = [self.layer_list.topLevelItem(row) for row in range(self.layer_list.topLevelItemCount())]
        return {item.data(0, _LAYER): item for item in items if item is not None and item.data(0, _LAYER)}

    def _open_photos(self) -> None:
        folder = Path(self.session.store.url).parent
        for row in self.session.store.rows("orthophoto"):
            photo = Orthophoto(folder / str(row["path"]), self._photo_group, self.frame)
            photo.failed.connect(self._on_photo_failed)
            self._photos.append(photo)

    def _on_pointer(self, east: float, north: float) -> None:
        self._pointer = (east, north)
        self.pointed.emit(east, north, self.view.scale_number())

    def _on_photo_failed(self, error: BaseException) -> None:
        self._note.setText(explain(error, self.session.language))
        self._note.setVisible(True)

    def _on_layers_changed(self) -> None:
        by_name = {layer.register.name: layer for layer in self.view.layers}
        items = self.layer_items()
        for name, item in items.items():
            by_name[name].wanted = item.checkState(0) == Qt.CheckState.Checked
        if self._photo_item is not None:
            self._photo_group.setVisible(self._photo_item.checkState(0) == Qt.CheckState.Checked)
        self.view.set_layers(by_name[name] for name in reversed(items))
        self._show_photos()

    def _show_photos(self) -> None:
        for photo in self._photos:
            photo.show_view(self.view.visible_area(), self.view.metres_per_pixel())

    def _on_changed(self, register: str) -> None:
        for layer in self.view.layers:
            if register in ("", layer.register.name):
                self.view.clear_highlight()
                layer.load()
        self.view.refresh()

    def _on_identified(self, register: str, uid: str) -> None:
        self.view.show_row(register, uid, zoom=False)
        self.session.row_wanted.emit(register, uid)

    def show_row(self, register: str, uid: str) -> bool:
        """Go to a row's feature, switching its layer on, and say whether it is on the map."""
        if register in (items := self.layer_items()):
            items[register].setCheckState(0, Qt.CheckState.Checked)
        self._fitted = True  # the whole map must not come over it when the tab is shown
        return self.view.show_row(register, uid)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        if not self._fitted:
            self._fitted = True
            self.view.zoom_all()

    def close_photos(self) -> None:
        """Stop reading photos."""
        for photo in self._photos:
            photo.close()
        self._photos.clear()


def drawn_registers(session: Session) -> list[Register]:
    """Return the registers with geometry, the bottom layer first: areas, lines, points; later groups below."""
    groups = [group.id for group in session.registers.groups]
    ranks = {"MultiPolygon": 0, "MultiLineString": 1, "Geometry": 1}

    def height(register: Register) -> tuple[int, int, int]:
        areas_with_others_inside = ("boundary", "village", "orthophoto", "water_source", "parcel", "building")
        within = areas_with_others_inside.index(register.name) if register.name in areas_with_others_inside else 99
        return ranks.get(register.geometry, 2), within, -groups.index(register.group)

    return sorted((r for r in session.registers.values() if r.geometry != "None"), key=height)


def project_frame(session: Session) -> Frame:
    """Return an origin in the middle of the municipality, or of whatever has a place."""
    for name in ("boundary", *session.registers):
        if session.registers[name].geometry == "None":
            continue
        where = f"geom is not null and {OWN}" if name == "boundary" else "geom is not null"
        found = session.store.rows(name, where, columns=["uid"], geometry=True, limit=1)
        if found:
            middle = found[0]["geom"].centroid
            return Frame(round(middle.x), round(middle.y))
    return Frame(0, 0)
