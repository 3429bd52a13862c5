"""The generated project on its own feet: from inside the GeoPackage, moved, one table alone, edited in plain QGIS."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from conftest import layer_of
from declared import DECLARED
from qgis.core import QgsProject, QgsVectorLayer, QgsVectorLayerUtils


@pytest.fixture
def own_project(folder: Path):
    """A copy of the small project, open, to be changed at will."""
    opened = QgsProject.instance()
    assert opened.read(str(folder / "small.qgz")), opened.error()
    yield opened
    opened.clear()


def test_it_opens_from_inside_the_geopackage_too(folder: Path):
    opened = QgsProject.instance()
    assert opened.read(f"geopackage:{folder / 'small.gpkg'}?projectName=small")
    assert opened.title() == "โครงการทดสอบ"
    assert all(layer.isValid() for layer in opened.mapLayers().values())
    assert all(str(folder) in layer.source() for layer in opened.mapLayers().values())
    opened.clear()


def test_a_moved_folder_still_opens(folder: Path, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("ย้าย") / "โครงการ"
    folder.rename(elsewhere)
    opened = QgsProject.instance()
    assert opened.read(str(elsewhere / "small.qgz"))
    assert all(layer.isValid() for layer in opened.mapLayers().values())
    opened.clear()


@pytest.mark.parametrize("register", ["parcel", "person", "pole"])
def test_a_table_loaded_alone_brings_its_style(folder: Path, register):
    layer = QgsVectorLayer(f"{folder / 'small.gpkg'}|layername={register}", register, "ogr")
    assert layer.isValid()
    declared = DECLARED[register]
    for field in declared["field"]:
        index = layer.fields().indexOf(field["name"])
        assert field["th"] in layer.fields().at(index).alias()
        if field["kind"] == "choice":
            assert layer.editorWidgetSetup(index).type() == "ValueMap"
    assert layer.labelsEnabled() == ("label" in declared.get("style", {}))


def test_work_in_plain_qgis_is_in_the_history(own_project, folder: Path):
    layer = layer_of(own_project, "pole")
    assert layer.startEditing()
    new = QgsVectorLayerUtils.createFeature(layer)
    village = next(layer_of(own_project, "village").getFeatures())
    for name, value in {"village_uid": village["uid"], "kind": "CONC", "lamp": "LED", "watt": 60}.items():
        new[name] = value
    assert layer.addFeature(new)
    assert layer.commitChanges(), layer.commitErrors()
    row = next(feature for feature in layer.getFeatures() if feature["watt"] == 60)
    assert layer.startEditing()
    assert layer.changeAttributeValue(row.id(), layer.fields().indexOf("watt"), 80)
    assert layer.commitChanges(), layer.commitErrors()
    with sqlite3.connect(folder / "small.gpkg") as connection:
        told = connection.execute(
            "SELECT action, by FROM donhan_history WHERE register = 'pole' AND uid = ? ORDER BY id", [row["uid"]]
        ).fetchall()
        (rev,) = connection.execute("SELECT rev FROM pole WHERE uid = ?", [row["uid"]]).fetchone()
    assert [action for action, _ in told] == ["insert", "update"]
    assert all(by for _, by in told)
    assert rev == 2
