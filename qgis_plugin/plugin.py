"""The plugin: menu, toolbar, docks and the Processing provider; ``unload`` takes all of it away again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsApplication, QgsProject
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFontDatabase, QIcon
from qgis.PyQt.QtWidgets import QFileDialog, QMenu, QToolBar, QToolButton

from .engine import bundled_core
from .findings_dock import FindingsDock
from .provider import ICON, DonHanProvider, group_title, shipped_tasks
from .registers_dock import RegistersDock
from .settings_dialog import SettingsDialog
from .texts import set_setting, setting, titled, tr

CHECK_TASK = "project.check"


class DonHanPlugin:
    """What QGIS loads and unloads."""

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: DonHanProvider | None = None
        self.docks: list[Any] = []
        self._menu: QMenu | None = None
        self._toolbar: QToolBar | None = None
        self._fonts: list[int] = []

    def initProcessing(self) -> None:
        """Add the tasks to Processing."""
        self.provider = DonHanProvider(shipped_tasks())
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Add everything to QGIS's window."""
        self.initProcessing()
        if self.provider is not None:
            self.provider.failed.connect(self._task_failed)
        self._add_fonts()
        registers = RegistersDock(self.iface)
        findings = FindingsDock(self.iface, lambda: self.run_task(CHECK_TASK))
        self.docks = [registers, findings]
        self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, registers)
        self.iface.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, findings)
        findings.hide()
        self._add_menu()
        project = QgsProject.instance()
        project.readProject.connect(self._refresh)
        project.cleared.connect(self._refresh)

    def unload(self) -> None:
        """Take everything away again."""
        project = QgsProject.instance()
        project.readProject.disconnect(self._refresh)
        project.cleared.disconnect(self._refresh)
        for dock in self.docks:
            self.iface.removeDockWidget(dock)
            dock.setParent(None)
            dock.deleteLater()
        self.docks = []
        if self._menu is not None:
            self.iface.pluginMenu().removeAction(self._menu.menuAction())
            self._menu.deleteLater()
            self._menu = None
        if self._toolbar is not None:
            self.iface.mainWindow().removeToolBar(self._toolbar)
            self._toolbar.setParent(None)
            self._toolbar.deleteLater()
            self._toolbar = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        for font in self._fonts:
            QFontDatabase.removeApplicationFont(font)
        self._fonts = []

    def _add_fonts(self) -> None:
        core = bundled_core()
        files = sorted((core / "donhan_gis" / "data" / "fonts").glob("*.ttf")) if core else []
        self._fonts = [QFontDatabase.addApplicationFont(str(file)) for file in files]

    def _add_menu(self) -> None:
        registers, findings = self.docks
        self._menu = QMenu(tr("name"), self.iface.mainWindow())
        self._menu.setObjectName("DonHanMenu")
        self._menu.setIcon(QIcon(str(ICON)))
        opening = self._menu.addAction(QIcon(str(ICON)), tr("open"), self.choose_project)
        toggles = [registers.toggleViewAction(), findings.toggleViewAction()]
        tasks = self._task_menu()
        self._menu.addActions(toggles)
        self._menu.addMenu(tasks)
        self._menu.addAction(tr("settings"), self.show_settings)
        self.iface.pluginMenu().addMenu(self._menu)
        self._toolbar = self.iface.addToolBar(tr("name"))
        self._toolbar.setObjectName("DonHanToolbar")
        self._toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._toolbar.addAction(opening)
        button = QToolButton()
        button.setText(tr("tasks"))
        button.setMenu(tasks)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._toolbar.addAction(toggles[0])
        self._toolbar.addWidget(button)
        self._toolbar.addAction(toggles[1])

    def _task_menu(self) -> QMenu:
        menu = QMenu(tr("tasks"), self._menu)
        groups: dict[str, QMenu] = {}
        for task in self.provider.tasks if self.provider else []:
            if task["group"] not in groups:
                groups[task["group"]] = menu.addMenu(group_title(task["group"]))
            groups[task["group"]].addAction(f"{titled(task)}…", lambda name=task["name"]: self.run_task(name))
        return menu

    def run_task(self, name: str) -> None:
        """Show the Processing dialog of a task."""
        import processing  # QGIS's own plugin: there only once QGIS is up

        processing.execAlgorithmDialog(f"donhan:{name.replace('.', '_')}")
        self._refresh()

    def _task_failed(self, sentence: str) -> None:
        self.iface.messageBar().pushMessage(tr("name"), sentence, Qgis.MessageLevel.Critical, 0)

    def choose_project(self) -> None:
        """Ask for a project file and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self.iface.mainWindow(), tr("open.choose"), setting("folder"), tr("open.filter")
        )
        if path:
            self.open_project(Path(path))

    def open_project(self, path: Path) -> bool:
        """Open a project from its GeoPackage or its .qgz; a message says how it went."""
        set_setting("folder", str(path.parent))
        inside = f"geopackage:{path}?projectName={path.stem}"
        address = inside if path.suffix.lower() == ".gpkg" else str(path)
        # Reading a project's layers over the old one would ask about unsaved edits first, as QGIS does by itself.
        opened = bool(self.iface.addProject(address)) and bool(QgsProject.instance().mapLayers())
        bar, title = self.iface.messageBar(), QgsProject.instance().title()
        if opened:
            bar.pushMessage(tr("name"), tr("open.done", title=title), Qgis.MessageLevel.Success, 5)
        else:
            bar.pushMessage(tr("name"), tr("open.failed", path=path), Qgis.MessageLevel.Critical, 0)
        return opened

    def show_settings(self) -> None:
        """Show the settings; a tested engine's task list takes the place of the shipped one."""
        dialog = SettingsDialog(self.iface.mainWindow())
        dialog.exec()
        if dialog.tasks and self.provider is not None:
            self.provider.tasks = dialog.tasks
            self.provider.refreshAlgorithms()
        dialog.deleteLater()

    def _refresh(self, *_signal: Any) -> None:
        for dock in self.docks:
            dock.refresh()
