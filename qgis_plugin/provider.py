"""Every task of the engine as a Processing algorithm, through one class."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputHtml,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingProvider,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QIcon

from .engine import EngineError, find_engine, run_task
from .parameters import parameter, value
from .reports import page
from .texts import FOLDER, titled, tr

PROJECT = "PROJECT"
ICON = FOLDER / "icons" / "donhan.svg"
_GROUPS = ("project", "data", "tax", "water", "report")


def shipped_tasks() -> list[dict[str, Any]]:
    """Return the task list that comes with the plugin."""
    tasks: list[dict[str, Any]] = json.loads((FOLDER / "tasks.json").read_text(encoding="utf-8"))
    return tasks


def group_title(group: str) -> str:
    """Return the name of a group of tasks."""
    return tr(f"group.{group if group in _GROUPS else 'other'}")


def source_file(layer: QgsMapLayer) -> str:
    """Return the file a layer is read from; empty where it is none."""
    file = layer.source().split("|")[0]
    return str(Path(file).resolve()) if file and Path(file).is_file() else ""


def project_layers() -> list[QgsVectorLayer]:
    """Return the layers of the open project that are registers."""
    return [layer for layer in QgsProject.instance().mapLayers().values() if layer.customProperty("donhan/register")]


def open_project() -> str:
    """Return the GeoPackage of the open project; empty where none is open."""
    return next((source_file(layer) for layer in project_layers()), "")


class TaskAlgorithm(QgsProcessingAlgorithm):
    """One task of the engine. Its fields are the parameters; its report is the result."""

    def __init__(self, task: dict[str, Any]) -> None:
        super().__init__()
        self._task = task
        self._written_to = ""

    def createInstance(self) -> TaskAlgorithm:
        """Return a fresh copy, as Processing asks for each run."""
        return TaskAlgorithm(self._task)

    def name(self) -> str:
        """Return the id: the task's name with an underscore."""
        return str(self._task["name"]).replace(".", "_")

    def displayName(self) -> str:
        """Return the title."""
        return titled(self._task)

    def group(self) -> str:
        """Return the title of the task's group."""
        return group_title(self.groupId())

    def groupId(self) -> str:
        """Return the id of the task's group."""
        return str(self._task["group"])

    def shortHelpString(self) -> str:
        """Return what the task does."""
        return titled(self._task, "help")

    def tags(self) -> list[str]:
        """Return words under which the task is found in either language."""
        return [self._task["th"], self._task["en"], self._task["name"]]

    def icon(self) -> QIcon:
        """Return the plugin's icon."""
        return QIcon(str(ICON))

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:  # noqa: ARG002
        """Declare the task's fields as parameters."""
        if self._task["project"]:
            self.addParameter(
                QgsProcessingParameterFile(
                    PROJECT, tr("alg.project"), extension="gpkg", defaultValue=open_project() or None
                )
            )
        for field in self._task["parameters"]:
            self.addParameter(parameter(field))
        self.addOutput(QgsProcessingOutputHtml("REPORT", tr("alg.report")))
        self.addOutput(QgsProcessingOutputString("FILES", tr("alg.files")))

    def checkParameterValues(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[bool, str]:
        """Refuse to run while layers of the project hold edits that are not saved."""
        editing = [layer.name() for layer in _layers_of(str(parameters.get(PROJECT) or "")) if layer.isModified()]
        if editing:
            return False, tr("alg.edits", names=", ".join(editing))
        return super().checkParameterValues(parameters, context)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the task in the engine; called off the main thread."""
        given = {field["name"]: value(self, field, parameters, context) for field in self._task["parameters"]}
        project = self.parameterAsFile(parameters, PROJECT, context) if self._task["project"] else ""

        def progress(fraction: float, message: str) -> None:
            feedback.setProgress(100 * fraction)
            if message:
                feedback.pushInfo(message)

        try:
            feedback.pushInfo(tr("alg.engine", command=find_engine()))
            report = run_task(
                self._task["name"],
                project=project,
                values={name: entry for name, entry in given.items() if entry is not None},
                progress=progress,
                cancelled=feedback.isCanceled,
            )
        except EngineError as error:
            if error.code != "cancelled":
                self._tell(str(error))
            raise QgsProcessingException(str(error)) from error
        self._written_to = project
        return self._results(report, feedback)

    def _tell(self, sentence: str) -> None:
        made_by = self.provider()
        if isinstance(made_by, DonHanProvider):
            made_by.failed.emit(f"{self.displayName()}: {sentence}")

    def _results(self, report: dict[str, Any], feedback: QgsProcessingFeedback) -> dict[str, Any]:
        files = report["files"]
        for file in files:
            feedback.pushInfo(file)
        shown = QgsProcessingUtils.generateTempFilename("report.html")
        Path(shown).write_text(page(report), encoding="utf-8")
        return {"REPORT": shown, "FILES": "\n".join(files)}

    def postProcessAlgorithm(self, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> dict[str, Any]:  # noqa: ARG002
        """Show what the task changed; called on the main thread."""
        for layer in _layers_of(self._written_to):
            layer.dataProvider().reloadData()
            layer.triggerRepaint()
        return {}


def _layers_of(project: str) -> Iterable[QgsVectorLayer]:
    wanted = str(Path(project).resolve()) if project else ""
    return [layer for layer in project_layers() if wanted and source_file(layer) == wanted]


class DonHanProvider(QgsProcessingProvider):
    """The group of algorithms; ``tasks`` is the engine's list. ``failed`` carries a sentence to the window."""

    failed = pyqtSignal(str)

    def __init__(self, tasks: list[dict[str, Any]]) -> None:
        super().__init__()
        self.tasks = tasks

    def id(self) -> str:
        """Return the id, which never changes."""
        return "donhan"

    def name(self) -> str:
        """Return the name."""
        return tr("name")

    def icon(self) -> QIcon:
        """Return the plugin's icon."""
        return QIcon(str(ICON))

    def loadAlgorithms(self) -> None:
        """Add an algorithm for each task."""
        for task in self.tasks:
            self.addAlgorithm(TaskAlgorithm(task))
