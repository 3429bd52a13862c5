"""The registers of the open project: groups, counts, and a search over their rows."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsFeatureRequest,
    QgsLayerTreeGroup,
    QgsLayerTreeLayer,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtWidgets import (
    QDockWidget,
    QHeaderView,
    QLineEdit,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from .texts import tr

_LAYER = Qt.ItemDataRole.UserRole
_FEATURE = Qt.ItemDataRole.UserRole + 1
_MOST_ROWS = 20


def title_of(layer: QgsVectorLayer, feature: QgsFeature) -> str:
    """Return how a row is called, by the layer's display expression."""
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    return str(QgsExpression(layer.displayExpression()).evaluate(context) or feature.id())


def show_row(iface: Any, layer: QgsVectorLayer, feature: QgsFeature, *, form: bool) -> None:
    """Go to a row on the map, where it has a place there, and open its form when asked or when it has none."""
    iface.setActiveLayer(layer)
    placed = feature.hasGeometry() and not feature.geometry().isEmpty()
    if placed:
        canvas = iface.mapCanvas()
        canvas.zoomToFeatureIds(layer, [feature.id()])
        canvas.flashFeatureIds(layer, [feature.id()])
    if form or not placed:
        iface.openFeatureForm(layer, feature)


class RegistersDock(QDockWidget):
    """Tree of groups and registers. A double click opens the table; a search finds rows in all registers."""

    def __init__(self, iface: Any) -> None:
        super().__init__(tr("registers"), iface.mainWindow())
        self.setObjectName("DonHanRegisters")
        self._iface = iface
        self._search = QLineEdit()
        self._search.setPlaceholderText(tr("registers.search"))
        self._search.setClearButtonEnabled(True)
        self._tree = QTreeWidget()
        self._tree.setHeaderLabels([tr("registers"), tr("registers.rows")])
        self._tree.header().setStretchLastSection(False)
        self._tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(4, 4, 4, 4)
        box.addWidget(self._search)
        box.addWidget(self._tree)
        self.setWidget(body)
        self._search.textChanged.connect(self._filter)
        self._search.returnPressed.connect(self.search)
        self._tree.itemDoubleClicked.connect(self._opened)
        self._tree.customContextMenuRequested.connect(self._menu)
        self.refresh()

    def refresh(self) -> None:
        """Read groups, registers and counts from the open project."""
        self._tree.clear()
        for group in QgsProject.instance().layerTreeRoot().children():
            if isinstance(group, QgsLayerTreeGroup):
                self._add_group(group)
        if not self._tree.topLevelItemCount():
            self._tree.addTopLevelItem(QTreeWidgetItem([tr("registers.none"), ""]))
        self._filter(self._search.text())

    def _add_group(self, group: QgsLayerTreeGroup) -> None:
        leaves = [leaf for leaf in group.findLayers() if _is_register(leaf)]
        if not leaves:
            return
        branch = QTreeWidgetItem(self._tree, [group.name(), ""])
        branch.setExpanded(True)
        for leaf in leaves:
            layer = leaf.layer()
            item = QTreeWidgetItem(branch, [layer.name(), f"{layer.featureCount():,}"])
            item.setTextAlignment(1, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter))
            item.setData(0, _LAYER, layer.id())

    def _filter(self, written: str) -> None:
        wanted = written.strip().lower()
        for branch in (self._tree.topLevelItem(i) for i in range(self._tree.topLevelItemCount())):
            shown = 0
            for leaf in (branch.child(i) for i in range(branch.childCount())):
                hidden = wanted not in leaf.text(0).lower()
                leaf.setHidden(hidden)
                shown += not hidden
            branch.setHidden(bool(wanted) and branch.childCount() > 0 and not shown)

    def search(self) -> None:
        """Show the rows of all registers that hold the written text in a search column."""
        wanted = self._search.text().strip()
        self.refresh()
        if not wanted:
            return
        found = QTreeWidgetItem([tr("registers.found", text=wanted, n=0), ""])
        self._tree.insertTopLevelItem(0, found)
        n = sum(self._add_found(found, layer, wanted) for layer in _registers() if not layer.readOnly())
        found.setText(0, tr("registers.found", text=wanted, n=n))
        found.setExpanded(True)
        found.setHidden(False)

    def _add_found(self, found: QTreeWidgetItem, layer: QgsVectorLayer, wanted: str) -> int:
        """Show the rows of one register that hold the text, and return how many there are."""
        rows = _rows_with(layer, wanted)
        if not rows:
            return 0
        branch = QTreeWidgetItem(found, [layer.name(), f"{len(rows)}"])
        branch.setExpanded(True)
        branch.setData(0, _LAYER, layer.id())
        for feature in rows:
            item = QTreeWidgetItem(branch, [title_of(layer, feature), ""])
            item.setToolTip(0, item.text(0))
            item.setData(0, _LAYER, layer.id())
            item.setData(0, _FEATURE, feature.id())
        return len(rows)

    def _opened(self, item: QTreeWidgetItem, _column: int) -> None:
        layer = QgsProject.instance().mapLayer(item.data(0, _LAYER) or "")
        if layer is None:
            return
        row = item.data(0, _FEATURE)
        if row is None:
            self._iface.setActiveLayer(layer)
            self._iface.showAttributeTable(layer)
        else:
            show_row(self._iface, layer, layer.getFeature(row), form=True)

    def _menu(self, at: QPoint) -> None:
        item = self._tree.itemAt(at)
        layer = QgsProject.instance().mapLayer(item.data(0, _LAYER) or "") if item else None
        if layer is None:
            return
        menu = QMenu(self)
        menu.addAction(tr("registers.table"), lambda: self._iface.showAttributeTable(layer))
        if layer.isSpatial():
            menu.addAction(tr("registers.zoom"), lambda: self._zoom(layer))
        menu.exec(self._tree.viewport().mapToGlobal(at))

    def _zoom(self, layer: QgsVectorLayer) -> None:
        self._iface.setActiveLayer(layer)
        self._iface.zoomToActiveLayer()


def _is_register(leaf: QgsLayerTreeLayer) -> bool:
    layer = leaf.layer()
    return layer is not None and bool(layer.customProperty("donhan/register"))


def _registers() -> list[QgsVectorLayer]:
    return [leaf.layer() for leaf in QgsProject.instance().layerTreeRoot().findLayers() if _is_register(leaf)]


def _rows_with(layer: QgsVectorLayer, wanted: str) -> list[QgsFeature]:
    columns = str(layer.customProperty("donhan/search") or "").split()
    if not columns:
        return []
    like = QgsExpression.quotedString(f"%{wanted}%")
    request = QgsFeatureRequest(QgsExpression(" or ".join(f'"{column}" ilike {like}' for column in columns)))
    request.setLimit(_MOST_ROWS)
    return list(layer.getFeatures(request))
