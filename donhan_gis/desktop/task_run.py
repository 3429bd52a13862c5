"""Running a task beside the screen: a thread with its own store, progress, cancel, and the report or the error."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QThread, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from donhan_gis.desktop import messages
from donhan_gis.desktop.theme import label
from donhan_gis.errors import Cancelled
from donhan_gis.i18n import Language, text
from donhan_gis.task import Context, Task, run_task

_STEPS = 1000


class TaskThread(QThread):
    """One run of a task."""

    progressed = Signal(float, str)
    succeeded = Signal(object)
    failed = Signal(object)

    def __init__(self, task: Task, project: str, user: str, language: Language, values: Mapping[str, Any]) -> None:
        super().__init__()
        self.task = task
        self._values = dict(values)
        self._cancelled = threading.Event()
        self._context = Context(
            project=project,
            user=user,
            language=language,
            report_progress=self.progressed.emit,
            is_cancelled=self._cancelled.is_set,
        )

    def cancel(self) -> None:
        """Ask the task to stop at its next progress step."""
        self._cancelled.set()

    def run(self) -> None:  # noqa: D102
        try:
            report = run_task(self.task.name, self._context, **self._values)
        except BaseException as error:  # handed to the screen's thread, which tells the user or the log
            self.failed.emit(error)
        else:
            self.succeeded.emit(report)


class TaskProgress(QDialog):
    """Shows how far a task is; closing it is cancelling. ``finished_with`` carries the report."""

    finished_with = Signal(object)
    cancelled = Signal()

    def __init__(self, parent: QWidget | None, thread: TaskThread, language: Language) -> None:
        super().__init__(parent)
        self.thread_of_task = thread
        self.language: Language = language
        title = thread.task.title(language)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(520)
        self.bar = QProgressBar(minimum=0, maximum=0)
        self.message = label(text("app.task.starting", language), "muted", wrap=True)
        self.cancel_button = QPushButton(text("app.task.cancel", language))
        self.cancel_button.clicked.connect(lambda _checked: self.cancel())
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        for widget in (label(title, "heading"), self.bar, self.message):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        thread.progressed.connect(self._on_progressed)
        thread.succeeded.connect(self._on_succeeded)
        thread.failed.connect(self._on_failed)

    def start(self) -> None:
        """Show the dialog and start the task."""
        self.open()
        self.thread_of_task.start()

    def cancel(self) -> None:
        """Ask the task to stop; the dialog stays until it has."""
        self.thread_of_task.cancel()
        self.cancel_button.setEnabled(False)
        self.message.setText(text("app.task.cancelling", self.language))

    def _on_progressed(self, fraction: float, message: str) -> None:
        self.bar.setMaximum(_STEPS)
        self.bar.setValue(round(fraction * _STEPS))
        if message and self.cancel_button.isEnabled():
            self.message.setText(message)

    def _end(self) -> None:
        self.thread_of_task.wait()
        self.done(0)

    def _on_succeeded(self, report: object) -> None:
        self._end()
        self.finished_with.emit(report)

    def _on_failed(self, error: BaseException) -> None:
        self._end()
        if isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            messages.show_error(self.parentWidget(), error, self.language)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        if self.thread_of_task.isRunning():
            event.ignore()
            self.cancel()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        event.ignore()  # Escape must not hide a task that goes on
