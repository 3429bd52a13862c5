"""Where the engine is and which language is spoken."""

from __future__ import annotations

from typing import Any

from qgis.gui import QgsFileWidget
from qgis.PyQt.QtCore import QProcess
from qgis.PyQt.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from .engine import EngineError, find_engine, read_tasks, started, stop
from .texts import language, set_setting, setting, tr

_LANGUAGES = {"th": "ไทย", "en": "English"}


class SettingsDialog(QDialog):
    """The plugin's settings; ``tasks`` holds the engine's task list after a good test."""

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"{tr('name')}: {tr('settings')}")
        self.tasks: list[dict[str, Any]] = []
        self._process: QProcess | None = None
        self._engine = QgsFileWidget()
        self._engine.setFilePath(setting("engine"))
        self._language = QComboBox()
        for code, name in _LANGUAGES.items():
            self._language.addItem(name, code)
        self._language.setCurrentIndex(list(_LANGUAGES).index(language()))
        self._said = QLabel(tr("settings.engine_help"))
        self._said.setWordWrap(True)
        test = QPushButton(tr("settings.test"))
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        form = QFormLayout(self)
        form.addRow(tr("settings.engine"), self._engine)
        form.addRow("", test)
        form.addRow("", self._said)
        form.addRow(tr("settings.language"), self._language)
        form.addRow("", QLabel(tr("settings.restart")))
        form.addRow(buttons)
        test.clicked.connect(self.test)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)

    def test(self) -> None:
        """Ask the engine for its task list, without holding up the window."""
        self._keep()
        self._said.setText(tr("settings.testing"))
        try:
            self._process = started(find_engine(), ["tasks", "--json"])
            self._process.finished.connect(self._tested)
        except EngineError as error:
            self._said.setText(str(error))

    def _tested(self) -> None:
        if self._process is None:
            return
        try:
            self.tasks = read_tasks(bytes(self._process.readAllStandardOutput()))
            self._said.setText(tr("settings.works", n=len(self.tasks), command=find_engine()))
        except EngineError as error:
            self._said.setText(str(error))
        self._process = None

    def _keep(self) -> None:
        set_setting("engine", self._engine.filePath().strip())

    def accept(self) -> None:
        """Keep the settings."""
        self._keep()
        set_setting("language", str(self._language.currentData()))
        super().accept()

    def done(self, result: int) -> None:
        """Stop a test that still runs."""
        if self._process is not None:
            stop(self._process)
            self._process = None
        super().done(result)
