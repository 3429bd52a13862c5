"""Tasks from QGIS: every task an algorithm; runs in the engine's process, can be stopped, says what went wrong."""

from __future__ import annotations

import json
import stat
import sys
import time
from pathlib import Path

import pytest
from conftest import HERE, engine_python, layer_of, run_engine
from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback, QgsProject

from qgis_plugin import engine, provider, texts
from qgis_plugin.engine import EngineError
from qgis_plugin.provider import DonHanProvider, TaskAlgorithm, shipped_tasks


@pytest.fixture
def real_engine():
    name = "donhan.exe" if sys.platform == "win32" else "donhan"
    texts.set_setting("engine", str(engine_python().parent / name))
    yield
    texts.set_setting("engine", "")


@pytest.fixture
def fake_engine(tmp_path: Path):
    caller = tmp_path / "engine.sh"
    caller.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "fake_engine.py"}" "$@"\n', encoding="utf-8")
    caller.chmod(caller.stat().st_mode | stat.S_IXUSR)
    texts.set_setting("engine", str(caller))
    yield
    texts.set_setting("engine", "")


def asked(task: str, *, cancelled=lambda: False):
    heard = []
    values = {"project": "", "values": {}, "progress": lambda *said: heard.append(said), "cancelled": cancelled}
    return engine.run_task(task, **values), heard


@pytest.mark.usefixtures("real_engine")
def test_the_shipped_list_is_the_engines():
    listed = json.loads(run_engine("-m", "donhan_gis", "tasks", "--json"))
    assert shipped_tasks() == listed, "write it anew: donhan tasks > qgis_plugin/tasks.json"


def test_every_task_is_an_algorithm_with_its_fields_as_parameters():
    made = DonHanProvider(shipped_tasks())
    QgsApplication.processingRegistry().addProvider(made)
    try:
        for task in shipped_tasks():
            algorithm = QgsApplication.processingRegistry().algorithmById(f"donhan:{task['name'].replace('.', '_')}")
            assert algorithm.displayName() == task["th"]
            names = [definition.name() for definition in algorithm.parameterDefinitions()]
            assert names == ["PROJECT"] * task["project"] + [field["name"] for field in task["parameters"]]
            assert algorithm.shortHelpString()
            assert algorithm.group()
    finally:
        QgsApplication.processingRegistry().removeProvider(made)


@pytest.mark.usefixtures("fake_engine")
def test_progress_and_report_come_back():
    report, heard = asked("good.task")
    assert report["title_th"] == "เสร็จแล้ว"
    assert heard == [(0.25, "กำลังทำ")]


@pytest.mark.usefixtures("fake_engine")
def test_an_error_is_told_in_the_users_language():
    with pytest.raises(EngineError, match="ปิดแฟ้มก่อน"):
        asked("bad.task")
    texts.set_setting("language", "en")
    try:
        with pytest.raises(EngineError, match="Close the file first"):
            asked("bad.task")
    finally:
        texts.set_setting("language", "th")


@pytest.mark.usefixtures("fake_engine")
def test_an_engine_that_dies_is_told_too():
    with pytest.raises(EngineError, match=r"3.*boom"):
        asked("silent.task")


@pytest.mark.usefixtures("fake_engine")
def test_cancel_ends_the_process_at_once():
    began = time.monotonic()
    with pytest.raises(EngineError) as caught:
        asked("slow.task", cancelled=lambda: time.monotonic() - began > 1)
    assert caught.value.code == "cancelled"
    assert time.monotonic() - began < 10


def test_an_engine_that_is_not_there_is_told():
    texts.set_setting("engine", "/nowhere/donhan")
    try:
        with pytest.raises(EngineError, match="/nowhere/donhan"):
            asked("good.task")
    finally:
        texts.set_setting("engine", "")


def test_without_setting_the_path_then_the_bundled_core_is_taken(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engine, "find_spec", lambda _name: True)  # a Python with every library
    found = engine.find_engine()
    assert found.own_python
    assert found.command[1:] == ("-m", "donhan_gis")
    assert (engine.bundled_core() / "donhan_gis" / "cli.py").is_file()


def test_the_bundled_core_is_not_taken_where_its_libraries_are_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(engine, "find_spec", lambda name: None if name == "shapely" else True)
    with pytest.raises(engine.EngineError) as refused:
        engine.find_engine()
    assert refused.value.code == "engine.none"


def test_another_python_does_not_inherit_qgiss_libraries(monkeypatch):
    monkeypatch.setenv("PYTHONHOME", "/qgis")
    monkeypatch.setenv("PROJ_LIB", "/qgis/proj")
    environment = engine._environment(engine.Engine(("donhan",)))
    assert not environment.contains("PYTHONHOME")
    assert not environment.contains("PROJ_LIB")


def run_algorithm(task: str, parameters: dict) -> tuple[dict, bool]:
    declared = next(entry for entry in shipped_tasks() if entry["name"] == task)
    algorithm = TaskAlgorithm(declared)
    algorithm.initAlgorithm()
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    return algorithm.run(parameters, context, QgsProcessingFeedback())


@pytest.mark.usefixtures("real_engine")
def test_an_algorithm_runs_end_to_end(folder: Path):
    made = folder / "ใหม่.gpkg"
    results, good = run_algorithm("project.new", {"path": str(made)})
    assert good
    assert made.is_file()
    assert str(made) in results["FILES"]
    page = Path(results["REPORT"]).read_text(encoding="utf-8")
    assert "สร้างโครงการแล้ว" in page


@pytest.mark.usefixtures("real_engine")
def test_a_task_on_the_open_project_shows_what_it_changed(folder: Path):
    opened = QgsProject.instance()
    assert opened.read(str(folder / "small.qgz"))
    try:
        assert Path(provider.open_project()).samefile(folder / "small.gpkg")
        _, good = run_algorithm("project.check", {"PROJECT": str(folder / "small.gpkg")})
        assert good
        assert layer_of(opened, "finding").featureCount() > 0
    finally:
        opened.clear()


def test_unsaved_edits_are_not_run_over(folder: Path):
    opened = QgsProject.instance()
    assert opened.read(str(folder / "small.qgz"))
    try:
        layer = layer_of(opened, "parcel")
        layer.startEditing()
        layer.changeAttributeValue(1, layer.fields().indexOf("road"), "ถนนใหม่")
        algorithm = TaskAlgorithm(next(task for task in shipped_tasks() if task["name"] == "project.check"))
        algorithm.initAlgorithm()
        good, why = algorithm.checkParameterValues({"PROJECT": str(folder / "small.gpkg")}, QgsProcessingContext())
        assert not good
        assert layer.name() in why
        layer.rollBack()
    finally:
        opened.clear()
