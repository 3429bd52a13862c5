"""Real QGIS, offscreen: the small project is made once by the engine's Python, and each test gets a fresh copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from qgis.core import QgsApplication, QgsProject, QgsVectorLayer
from qgis.gui import QgsAttributeEditorContext, QgsGui
from qgis.PyQt.QtGui import QFontDatabase
from qgis_tools import Tools

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
sys.path.insert(0, str(REPOSITORY))


def engine_python() -> Path:
    """Return the Python of the engine's own environment."""
    folder = "Scripts" if sys.platform == "win32" else "bin"
    return Path(os.environ.get("DONHAN_PYTHON") or REPOSITORY / ".venv" / folder / "python")


def run_engine(*arguments: object) -> str:
    """Run the engine's Python and return what it wrote."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PROJ_DATA", "PROJ_LIB", "PYTHONPATH")
    }
    command = [str(engine_python()), *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the small project, as the engine made it."""
    folder = tmp_path_factory.mktemp("made")
    run_engine(HERE / "make_project.py", folder)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of the small project to work on."""
    for file in made.iterdir():
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


@pytest.fixture(scope="session", autouse=True)
def running_qgis(qgis_app: QgsApplication) -> QgsApplication:
    """QGIS, with what a program that is not QGIS itself must add: the form widgets and the shipped fonts."""
    if not QgsGui.editorWidgetRegistry().factories():
        QgsGui.editorWidgetRegistry().initEditors()
    for font in sorted((REPOSITORY / "donhan_gis" / "data" / "fonts").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(font))
    return qgis_app


@pytest.fixture(scope="module")
def project(made: Path):
    """The small project, open from its .qgz; for tests that change nothing in it."""
    opened = QgsProject.instance()
    assert opened.read(str(made / "small.qgz")), opened.error()
    yield opened
    opened.clear()


@pytest.fixture
def form_context(qgis_canvas) -> QgsAttributeEditorContext:
    """What a form is opened with in QGIS."""
    context = QgsAttributeEditorContext()
    context.setVectorLayerTools(Tools.shared())
    context.setMapCanvas(qgis_canvas)
    return context


def registers_of(project: QgsProject) -> list[QgsVectorLayer]:
    """Return the layers of a project that are registers."""
    return [layer for layer in project.mapLayers().values() if layer.customProperty("donhan/register")]


def layer_of(project: QgsProject, register: str) -> QgsVectorLayer:
    """Return the layer of a register (the first, where it has one for each kind of geometry)."""
    return next(layer for layer in registers_of(project) if layer.customProperty("donhan/register") == register)
