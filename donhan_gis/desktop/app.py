"""Starting the application, opening projects, and going from the start page to a project and back."""

from __future__ import annotations

import getpass
import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog

from donhan_gis.desktop import memory, messages
from donhan_gis.desktop.main_window import MainWindow
from donhan_gis.desktop.navigation import MAP
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.start_page import StartPage
from donhan_gis.desktop.task_dialog import TaskDialog
from donhan_gis.desktop.task_run import TaskProgress, TaskThread
from donhan_gis.desktop.theme import apply_theme
from donhan_gis.i18n import Language, text
from donhan_gis.report import Report
from donhan_gis.store import open_store
from donhan_gis.task import TASKS


class Desktop(QObject):
    """The application's windows: the start page, or one open project."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.language: Language = language
        self.start_page: StartPage | None = None
        self.window: MainWindow | None = None
        self._progress: TaskProgress | None = None

    def show_start(self) -> None:
        """Show the start page, once the open project may be closed."""
        if self.window is not None and not self.window.close():
            return
        page = StartPage(self.language)
        page.open_wanted.connect(self.open_project)
        page.task_wanted.connect(self.ask_task)
        page.language_wanted.connect(self.set_language)
        page.show()
        self._drop_start()
        self.start_page = page

    def _drop_start(self) -> None:
        if self.start_page is not None:
            self.start_page.close()
            self.start_page.deleteLater()
            self.start_page = None

    def open_project(self, path: str) -> bool:
        """Open a project, asking for one when the path is empty, and say whether it is open now."""
        path = path or self._ask_path()
        parent = self.window or self.start_page
        if not path or (self.window is not None and not self.window.may_close()):
            return False
        with messages.telling(parent, self.language):
            session = Session(open_store(path, user=_user()), self.language)
            window = self._window(session)
            if self.window is not None:
                self.window.form_pane.discard()
                self.window.close()
            memory.remember_project(Path(path))
            self._show(window)
            return True
        return False

    def _ask_path(self) -> str:
        kinds = f"{text('app.open.projects', self.language)} (*.gpkg)"
        title = text("app.start.open", self.language)
        return QFileDialog.getOpenFileName(self.window or self.start_page, title, "", kinds)[0]

    def _window(self, session: Session) -> MainWindow:
        window = MainWindow(session)
        window.open_wanted.connect(self.open_project)
        window.home_wanted.connect(self.show_start)
        window.language_wanted.connect(self.set_language)
        return window

    def _show(self, window: MainWindow) -> None:
        self.window = window
        window.show()
        self._drop_start()

    def set_language(self, language: str) -> None:
        """Show everything in another language; lists, reports and the row on the form stay open."""
        chosen: Language = "en" if language == "en" else "th"
        old = self.window
        if old is not None and not old.may_close():
            return
        self.language = chosen
        memory.remember_language(chosen)
        messages.catch_bugs(chosen)
        if old is None:
            self.show_start()
            return
        places = [tab.register.name for tab in old.lists()]
        reports, row = old.reports(), old.form_pane.place()
        with messages.telling(old, chosen):
            window = self._window(Session(open_store(old.session.store.url, user=_user()), chosen))
            old.form_pane.discard()
            old.close()
            self._show(window)
            for place in places:
                window.open_place(place)
            for report in reports:
                window.show_report(report)
            window.open_place(MAP) if not (places or reports) else None
            if row:
                window.form_pane.open_row(*row)

    def ask_task(self, name: str) -> None:
        """Ask for the parameters of a task that makes a project, run it, and open what it made."""
        dialog = TaskDialog(self.start_page, TASKS[name], self.language)
        dialog.accepted.connect(lambda: self._run_task(name, dialog.values))
        dialog.open()

    def _run_task(self, name: str, values: dict[str, object]) -> None:
        thread = TaskThread(TASKS[name], "", _user(), self.language, values)
        self._progress = TaskProgress(self.start_page, thread, self.language)
        self._progress.finished_with.connect(self._open_made)
        self._progress.start()

    def _open_made(self, report: Report) -> None:
        made = next((file for file in report.files if Path(file).suffix == ".gpkg"), None)
        if made is not None and self.open_project(str(made)) and self.window is not None:
            self.window.show_report(report)
            self.window.open_place(MAP)


def _user() -> str:
    """Return who works here, for the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def run(project: str | None, language: Language) -> int:
    """Run the application until its last window is closed and return the exit code."""
    # A system-wide PROJ_LIB points at a database of another version, and reading photos fails.
    for name in ("PROJ_DATA", "PROJ_LIB"):
        os.environ.pop(name, None)
    import donhan_gis.tasks  # noqa: F401  fills the task list, after the environment is clean

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setApplicationName("donhan-gis")
    apply_theme(app)
    language = language if language == "en" else memory.remembered_language(language)
    messages.catch_bugs(language)
    desktop = Desktop(language)
    if not (project and desktop.open_project(project)):
        desktop.show_start()
    return app.exec()
