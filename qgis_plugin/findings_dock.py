"""What is wrong in the data: a click goes to the place, a double click opens the row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import Qgis, QgsExpression, QgsFeature, QgsFeatureRequest, QgsVectorLayer
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import (
    QDockWidget,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from .provider import project_layers
from .registers_dock import show_row
from .texts import language, tr

_ROW = Qt.ItemDataRole.UserRole
_COLOURS = {"error": "#d50000", "warning": "#ff6d00", "info": "#2962ff"}
_MOST_ROWS = 1000
_LEVEL_PIXELS, _ROW_PIXELS = 70, 220


def layers_of(register: str) -> list[QgsVectorLayer]:
    """Return the layers of a register in the open project (several where it mixes geometries)."""
    return [layer for layer in project_layers() if layer.customProperty("donhan/register") == register]


class FindingsDock(QDockWidget):
    """The open findings of the project; ``check`` starts the task that finds them anew."""

    def __init__(self, iface: Any, check: Callable[[], None]) -> None:
        super().__init__(tr("findings"), iface.mainWindow())
        self.setObjectName("DonHanFindings")
        self._iface = iface
        self._list = QTreeWidget()
        self._list.setRootIsDecorated(False)
        self._list.setWordWrap(True)
        self._list.setHeaderLabels([tr("findings.severity"), tr("findings.row"), tr("findings.message")])
        self._list.header().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self._list.header().resizeSection(0, _LEVEL_PIXELS)
        self._list.header().resizeSection(1, _ROW_PIXELS)
        refresh, again = QPushButton(tr("findings.refresh")), QPushButton(tr("findings.check"))
        body = QWidget()
        box, buttons = QVBoxLayout(body), QHBoxLayout()
        box.setContentsMargins(4, 4, 4, 4)
        buttons.addWidget(refresh)
        buttons.addWidget(again)
        box.addLayout(buttons)
        box.addWidget(self._list)
        self.setWidget(body)
        refresh.clicked.connect(self.refresh)
        again.clicked.connect(check)
        self._list.itemClicked.connect(self._go)
        self._list.itemDoubleClicked.connect(self._open)
        self.refresh()

    def refresh(self) -> None:
        """Read the open findings from the project."""
        self._list.clear()
        request = QgsFeatureRequest(QgsExpression("\"state\" = 'open'"))
        request.setLimit(_MOST_ROWS)
        for layer in layers_of("finding"):
            for feature in layer.getFeatures(request):
                self._add(feature)
        if not self._list.topLevelItemCount():
            self._list.addTopLevelItem(QTreeWidgetItem(["", "", tr("findings.none")]))

    def _add(self, feature: QgsFeature) -> None:
        severity = str(feature["severity"])
        level = tr(f"severity.{severity}") if severity in _COLOURS else severity
        message, remedy = (_text(feature[f"{part}_{language()}"]) for part in ("message", "remedy"))
        item = QTreeWidgetItem(self._list, [level, _text(feature["row_label"]), message])
        item.setForeground(0, QColor(_COLOURS.get(severity, "#000000")))
        item.setToolTip(2, f"{message}\n{remedy}".strip())
        item.setData(0, _ROW, feature)

    def _go(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        """Move the map to where the finding lies, else to the row it speaks of."""
        finding = item.data(0, _ROW)
        if finding is None:
            return
        if finding.hasGeometry():
            canvas = self._iface.mapCanvas()
            canvas.zoomToFeatureExtent(finding.geometry().boundingBox().buffered(_AROUND_M))
            canvas.flashGeometries([finding.geometry()], layers_of("finding")[0].crs())
            return
        layer, row = _row_of(finding)
        if layer is not None and row.hasGeometry():
            show_row(self._iface, layer, row, form=False)

    def _open(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        finding = item.data(0, _ROW)
        if finding is None:
            return
        layer, row = _row_of(finding)
        if layer is None:
            self._iface.messageBar().pushMessage(tr("name"), tr("findings.lost"), Qgis.MessageLevel.Warning)
            return
        show_row(self._iface, layer, row, form=True)


_AROUND_M = 60.0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _row_of(finding: QgsFeature) -> tuple[QgsVectorLayer | None, QgsFeature]:
    """Return the row a finding speaks of, and its layer; no layer where it is gone."""
    uid = QgsExpression.quotedString(_text(finding["row_uid"]))
    for layer in layers_of(_text(finding["register"])):
        for row in layer.getFeatures(QgsFeatureRequest(QgsExpression(f'"uid" = {uid}'))):
            return layer, row
    return None, QgsFeature()
