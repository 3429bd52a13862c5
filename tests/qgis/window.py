"""QGIS's main window as far as the plugin uses it: a real window, canvas and plugin menu."""

from __future__ import annotations

from qgis.core import QgsProject
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtWidgets import QMainWindow, QMenu


class Window:
    """Stands for ``iface``; ``did`` lists what was asked of it."""

    def __init__(self) -> None:
        self.window = QMainWindow()
        self.canvas = QgsMapCanvas(self.window)
        self.menu = QMenu(self.window)
        self.did: list[tuple] = []
        self.said: list[str] = []

    def mainWindow(self):
        return self.window

    def mapCanvas(self):
        return self.canvas

    def messageBar(self):
        return self

    def pushMessage(self, title, text, level, duration=0):
        self.said.append(text)
        self.did.append(("message", title, level, duration))

    def pluginMenu(self):
        return self.menu

    def addToolBar(self, name):
        return self.window.addToolBar(name)

    def addDockWidget(self, area, dock):
        self.window.addDockWidget(area, dock)

    def removeDockWidget(self, dock):
        self.window.removeDockWidget(dock)

    def addProject(self, path):
        return QgsProject.instance().read(path)

    def setActiveLayer(self, layer):
        self.did.append(("active", layer.id()))
        return True

    def showAttributeTable(self, layer):
        self.did.append(("table", layer.id()))

    def openFeatureForm(self, layer, feature):
        self.did.append(("form", layer.id(), feature.id()))
        return True

    def zoomToActiveLayer(self):
        self.did.append(("zoom",))
