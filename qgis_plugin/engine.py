"""The engine: `donhan` in a process of its own. It is found here, run here and stopped here.

Nothing of the engine is imported into QGIS, so no two GDALs, PROJs or Qts ever meet in one process.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from qgis.PyQt.QtCore import QProcess, QProcessEnvironment, QStandardPaths

from .texts import FOLDER, language, setting, tr

# What QGIS sets for its own Python and libraries, and another Python must not inherit.
_OF_QGIS = ("PYTHONHOME", "PYTHONPATH", "PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "GDAL_DRIVER_PATH", "QT_PLUGIN_PATH")
# Libraries the core cannot do without; QGIS's Python has some of them on some systems.
_NEEDED = ("numpy", "shapely", "pyproj", "pyogrio", "rasterio", "openpyxl", "typst", "python_calamine")
_POLL_MS = 100
_START_MS = 15_000
_STOP_MS = 3_000


class EngineError(Exception):
    """A fault told by the engine, or about it: ``code`` and a sentence in the user's language."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True)
class Engine:
    """How the engine is called. ``own_python`` says that it runs in QGIS's own Python with the core in the plugin."""

    command: tuple[str, ...]
    own_python: bool = False

    def __str__(self) -> str:
        return " ".join(self.command)


def bundled_core() -> Path | None:
    """Return the folder that holds the core: in the plugin as installed, beside it in a checkout."""
    for folder in (FOLDER / "core", FOLDER.parent):
        if (folder / "donhan_gis" / "cli.py").is_file():
            return folder
    return None


def own_python() -> str | None:
    """Return the Python of this QGIS; on Windows ``sys.executable`` is QGIS itself."""
    candidates = [Path(sys.executable), Path(sys.exec_prefix, "python.exe"), Path(sys.exec_prefix, "bin", "python3")]
    found = next((str(path) for path in candidates if path.stem.startswith("python") and path.is_file()), None)
    return found or shutil.which("python3")


def find_engine() -> Engine:
    """Return the engine: the configured path, `donhan` on the PATH, else QGIS's Python with the bundled core.

    Raises:
        EngineError: there is none.
    """
    configured = setting("engine")
    if configured:
        return Engine((configured,))
    on_path = shutil.which("donhan")
    if on_path:
        return Engine((on_path,))
    python = own_python()
    if python and bundled_core() and all(find_spec(name) for name in _NEEDED):
        return Engine((python, "-m", "donhan_gis"), own_python=True)
    raise EngineError("engine.none", tr("engine.none"))


def _environment(engine: Engine) -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONUTF8", "1")
    if engine.own_python:
        environment.insert("PYTHONPATH", str(bundled_core()))
    else:
        for name in _OF_QGIS:
            environment.remove(name)
    return environment


def work_folder(project: str) -> Path:
    """Return the folder in which a file named without one is written: the project's, else the user's documents."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(project).resolve().parent if project else Path(documents or Path.home())
    return folder if folder.is_dir() else Path.home()


def started(engine: Engine, arguments: list[str], *, project: str = "") -> QProcess:
    """Return the running process.

    Raises:
        EngineError: it could not be started.
    """
    process = QProcess()
    process.setProcessEnvironment(_environment(engine))
    process.setWorkingDirectory(str(work_folder(project)))
    process.start(engine.command[0], [*engine.command[1:], *arguments])
    if not process.waitForStarted(_START_MS):
        raise EngineError("engine.start", tr("engine.start", command=str(engine)))
    return process


def stop(process: QProcess) -> None:
    """End a process: ask first, then kill. A task is one transaction, so nothing is left half done."""
    process.terminate()
    if not process.waitForFinished(_STOP_MS):
        process.kill()
        process.waitForFinished(_STOP_MS)


def run_task(
    task: str,
    *,
    project: str,
    values: dict[str, Any],
    progress: Callable[[float, str], None],
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a task in the engine and return its report; to be called off the main thread.

    Raises:
        EngineError: the engine refused, ended, or the user stopped it.
    """
    engine = find_engine()
    arguments = ["run", task, "--json", "--lang", language(), "--params", json.dumps(values, ensure_ascii=False)]
    process = started(engine, arguments + (["--project", project] if project else []), project=project)
    answer: dict[str, Any] = {}
    left = b""
    while True:
        running = process.state() != QProcess.ProcessState.NotRunning
        if running and cancelled():
            stop(process)
            raise EngineError("cancelled", tr("engine.cancelled"))
        if running:
            process.waitForReadyRead(_POLL_MS)
        *lines, left = (left + bytes(process.readAllStandardOutput())).split(b"\n")
        for line in lines:
            answer.update(_heard(line, progress))
        if not running:
            break
    report = _outcome(process, answer)
    report["files"] = [str(work_folder(project) / file) for file in report["files"]]
    return report


def _heard(line: bytes, progress: Callable[[float, str], None]) -> dict[str, Any]:
    """Pass progress on, and return what else a line of the engine says."""
    try:
        entry = json.loads(line.decode("utf-8"))
    except ValueError:
        return {}
    if not isinstance(entry, dict):
        return {}
    if "progress" in entry:
        progress(float(entry["progress"]), str(entry.get("message", "")))
        return {}
    return entry


def _outcome(process: QProcess, answer: dict[str, Any]) -> dict[str, Any]:
    if "error" in answer:
        error = answer["error"]
        raise EngineError(error["code"], error[f"message_{language()}"])
    if "report" not in answer:
        said = bytes(process.readAllStandardError()).decode("utf-8", "replace").strip().splitlines()
        raise EngineError(
            "engine.silent", tr("engine.silent", status=process.exitCode(), said=said[-1] if said else "")
        )
    report: dict[str, Any] = answer["report"]
    return report


def read_tasks(output: bytes) -> list[dict[str, Any]]:
    """Return the task list from what ``donhan tasks --json`` wrote.

    Raises:
        EngineError: it is no task list.
    """
    try:
        tasks = json.loads(output.decode("utf-8"))
        if isinstance(tasks, list) and all("parameters" in task for task in tasks):
            return tasks
    except ValueError:
        pass
    raise EngineError("engine.silent", tr("engine.silent", status="-", said=output[:200].decode("utf-8", "replace")))
