"""The window of an open project: registers on the left, tabs in the middle, the form on the right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QTabBar, QTabWidget, QToolButton, QWidget

from donhan_gis import __version__, thai
from donhan_gis.desktop import memory, messages
from donhan_gis.desktop.findings import FindingsPanel
from donhan_gis.desktop.form_pane import FormPane
from donhan_gis.desktop.map_panel import MapPanel
from donhan_gis.desktop.navigation import FINDINGS, MAP, Navigation
from donhan_gis.desktop.register_list import RegisterList
from donhan_gis.desktop.report_view import ReportView
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.task_dialog import TaskDialog
from donhan_gis.desktop.task_menu import fill_task_menu
from donhan_gis.desktop.task_run import TaskProgress, TaskThread
from donhan_gis.desktop.theme import label
from donhan_gis.i18n import LANGUAGES
from donhan_gis.report import Report
from donhan_gis.task import Task

_NAVIGATION_PX, _FORM_PX, _FINDINGS_PX = 225, 420, 210
_MESSAGE_MS = 6000
_LANGUAGE_NAMES = {"th": "ภาษาไทย", "en": "English"}


class MainWindow(QMainWindow):
    """An open project."""

    open_wanted = Signal(str)  # a path; empty: ask for one
    home_wanted = Signal()
    language_wanted = Signal(str)
    closed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self.setWindowTitle(f"{Path(session.store.url).stem} – {session.t('app.title')}")
        self.tabs = QTabWidget(movable=True, documentMode=True)
        self.tabs.currentChanged.connect(lambda _index: self._on_tab())
        self.setCentralWidget(self.tabs)
        self.map = MapPanel(session)
        self.navigation = Navigation(session)
        self.form_pane = FormPane(session)
        self.findings = FindingsPanel(session)
        self._progress: TaskProgress | None = None
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self._navigation_dock = self._dock("app.navigation", self.navigation, left)
        self._form_dock = self._dock("app.form.title", self.form_pane, right)
        self._findings_dock = self._dock("app.findings", self.findings, Qt.DockWidgetArea.BottomDockWidgetArea)
        self._make_status_bar()
        self._make_menus()
        self._connect()
        self.open_place(MAP)
        self._arrange()

    def _dock(self, code: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(self.session.t(code), self)
        dock.setObjectName(code)
        dock.setWidget(widget)
        self.addDockWidget(area, dock)
        return dock

    def _arrange(self) -> None:
        self.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.resize(1340, 720)
        self._form_dock.setTitleBarWidget(QWidget())  # the pane has a head of its own
        self.navigation.setMinimumWidth(_NAVIGATION_PX)
        self.form_pane.setMinimumWidth(_FORM_PX)
        self.findings.setMinimumHeight(_FINDINGS_PX)
        if not memory.restore_window(self):
            self.setWindowState(Qt.WindowState.WindowMaximized)
        self._form_dock.hide()
        self._findings_dock.hide()

    def _connect(self) -> None:
        session = self.session
        self.navigation.wanted.connect(self.open_place)
        session.map_wanted.connect(self.show_on_map)
        self.form_pane.shown.connect(self._form_dock.show)
        self.form_pane.emptied.connect(self._form_dock.hide)
        self.map.pointed.connect(self._on_pointed)

    def _make_status_bar(self) -> None:
        self._place = label("")
        bar = self.statusBar()
        bar.addPermanentWidget(self._place)
        bar.addPermanentWidget(label(self.session.t("app.status.user", user=self.session.store.user or "–")))
        today = thai.format_date(date.today(), "long") if self.session.language == "th" else f"{date.today():%d %B %Y}"
        bar.addPermanentWidget(label(today))

    def _make_menus(self) -> None:
        t = self.session.t
        file = self.menuBar().addMenu(t("app.menu.file"))
        self._action(file, "app.start.open", lambda: self.open_wanted.emit(""), QKeySequence.StandardKey.Open)
        recent = file.addMenu(t("app.start.recent"))
        for path in memory.recent_projects():
            recent.addAction(path.name).triggered.connect(partial(self._open_recent, path))
        self._action(file, "app.menu.home", self.home_wanted.emit)
        file.addSeparator()
        self._action(file, "app.menu.quit", self.close, QKeySequence.StandardKey.Quit)
        fill_task_menu(self.menuBar().addMenu(t("app.menu.tasks")), self.session.language, self.ask_task)
        view = self.menuBar().addMenu(t("app.menu.view"))
        self._action(view, "app.map.title", lambda: self.open_place(MAP), QKeySequence("Ctrl+M"))
        for dock in (self._navigation_dock, self._form_dock, self._findings_dock):
            view.addAction(dock.toggleViewAction())
        self._action(view, "app.menu.reload", self.reload, QKeySequence.StandardKey.Refresh)
        self._make_language_menu(view.addMenu("ภาษา / Language"))
        help_menu = self.menuBar().addMenu(t("app.menu.help"))
        self._action(help_menu, "app.menu.about", self._about)

    def _open_recent(self, path: Path, _checked: bool = False) -> None:
        self.open_wanted.emit(str(path))

    def _action(
        self,
        menu: QMenu,
        code: str,
        run: Callable[[], object],
        key: QKeySequence | QKeySequence.StandardKey | None = None,
    ) -> QAction:
        action = menu.addAction(self.session.t(code))
        action.triggered.connect(lambda _checked: run())
        if key is not None:
            action.setShortcut(key)
        return action

    def _make_language_menu(self, menu: QMenu) -> None:
        choice = QActionGroup(self)
        for language in LANGUAGES:
            action = menu.addAction(_LANGUAGE_NAMES[language])
            action.setCheckable(True)
            action.setChecked(language == self.session.language)
            action.triggered.connect(lambda _checked, language=language: self.language_wanted.emit(language))
            choice.addAction(action)

    def _about(self) -> None:
        words = self.session.t("app.about", version=__version__)
        messages.ask(self, self.session.language, words, ("app.close",))

    def open_place(self, key: str) -> None:
        """Show the map, the findings or a register's list."""
        if key == FINDINGS:
            self._findings_dock.show()
            self._findings_dock.raise_()
        elif key == MAP:
            self._show_tab(self.map, self.session.t("app.map.title"))
        else:
            shown = [tab for tab in self.lists() if tab.register.name == key]
            register = self.session.registers[key]
            tab = shown[0] if shown else RegisterList(self.session, register)
            self._show_tab(tab, register.heading(self.session.language))

    def lists(self) -> list[RegisterList]:
        """Return the register lists that are open."""
        widgets = [self.tabs.widget(index) for index in range(self.tabs.count())]
        return [widget for widget in widgets if isinstance(widget, RegisterList)]

    def reports(self) -> list[Report]:
        """Return the reports that are open."""
        widgets = [self.tabs.widget(index) for index in range(self.tabs.count())]
        return [widget.report for widget in widgets if isinstance(widget, ReportView)]

    def _show_tab(self, widget: QWidget, title: str) -> None:
        index = self.tabs.indexOf(widget)
        if index < 0:
            index = self.tabs.addTab(widget, title)
            self.tabs.setTabToolTip(index, title)
            if widget is not self.map:
                self.tabs.tabBar().setTabButton(index, QTabBar.ButtonPosition.RightSide, self._close_button(widget))
        self.tabs.setCurrentIndex(index)

    def _close_button(self, widget: QWidget) -> QToolButton:
        button = QToolButton(autoRaise=True)
        button.setText("✕")
        button.setAccessibleName(self.session.t("app.close"))
        button.clicked.connect(lambda _checked: self.close_tab(widget))
        return button

    def close_tab(self, widget: QWidget) -> None:
        """Take a list or a report off the tabs."""
        self.tabs.removeTab(self.tabs.indexOf(widget))
        widget.deleteLater()

    def _on_tab(self) -> None:
        self._place.setVisible(self.tabs.currentWidget() is self.map)

    def _on_pointed(self, east: float, north: float, scale: float) -> None:
        self._place.setText(f"E {east:,.1f}  N {north:,.1f}   1:{scale:,.0f}")

    def show_on_map(self, register: str, uid: str) -> None:
        """Go to a row on the map, or say that it has no place."""
        self.open_place(MAP)
        if not self.map.show_row(register, uid):
            self.statusBar().showMessage(self.session.t("app.map.no_place"), _MESSAGE_MS)

    def show_report(self, report: Report) -> None:
        """Show a report on a new tab."""
        self._show_tab(ReportView(report, self.session.language), report.title(self.session.language))

    def reload(self) -> None:
        """Read everything anew, as after another program wrote to the project."""
        with messages.telling(self, self.session.language):
            self.session.changed.emit("")

    def ask_task(self, task: Task) -> None:
        """Ask for a task's parameters and start it; unsaved changes are settled first, since tasks read the store."""
        if not self.form_pane.may_close():
            return
        dialog = TaskDialog(self, task, self.session.language, self.session)
        dialog.accepted.connect(lambda: self.start_task(task, dialog.values))
        dialog.open()

    def start_task(self, task: Task, values: dict[str, object]) -> TaskProgress:
        """Run a task beside the screen and show its report."""
        session = self.session
        project = session.store.url if task.project else ""
        thread = TaskThread(task, project, session.store.user, session.language, values)
        self._progress = TaskProgress(self, thread, session.language)
        self._progress.finished_with.connect(self._on_task_done)
        self._progress.cancelled.connect(lambda: self.statusBar().showMessage(session.t("cancelled"), _MESSAGE_MS))
        self._progress.start()
        return self._progress

    def _on_task_done(self, report: Report) -> None:
        self.reload()
        self.show_report(report)

    def may_close(self) -> bool:
        """Say whether nothing stands against closing: no task runs and no changes are left unsaved."""
        if self._progress is not None and self._progress.thread_of_task.isRunning():
            return False
        return self.form_pane.may_close()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        if not self.may_close():
            event.ignore()
            return
        memory.remember_window(self)
        self.map.close_photos()
        self.session.store.close()
        self.closed.emit()
        event.accept()
