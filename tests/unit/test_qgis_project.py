"""The QGIS project as a document: what is in the file, without QGIS (the tests in ``tests/qgis`` open it)."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest

from donhan_gis.errors import StoreError, StoreLocked
from donhan_gis.exchange import qgis_expression, qgis_form, qgis_project, qgis_style
from donhan_gis.field import Field, Kind
from donhan_gis.register import load_registers
from donhan_gis.store import create_store

REGISTERS = load_registers()


@pytest.fixture
def gpkg(tmp_path: Path) -> Path:
    with create_store(tmp_path / "office.gpkg", user="test"):
        pass
    return tmp_path / "office.gpkg"


def read(packed: bytes) -> Element:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        (name,) = archive.namelist()
        return fromstring(archive.read(name))


def test_the_same_project_is_beside_the_file_and_inside_it(gpkg: Path) -> None:
    beside = qgis_project.write_project(gpkg, REGISTERS, title="อบต.ทดสอบ")
    assert beside == gpkg.with_suffix(".qgz")
    with sqlite3.connect(gpkg) as connection:
        ((name, content),) = connection.execute("SELECT name, content FROM qgis_projects")
    assert name == "office"
    assert bytes.fromhex(content) == beside.read_bytes()
    assert read(beside.read_bytes()).findtext("title") == "อบต.ทดสอบ"


def test_paths_are_relative_so_that_the_folder_can_move(gpkg: Path) -> None:
    root = read(qgis_project.write_project(gpkg, REGISTERS, title="x").read_bytes())
    sources = [layer.findtext("datasource", "") for layer in root.iter("maplayer")]
    assert sources
    assert all(source.startswith("./office.gpkg|layername=") for source in sources)


def test_layer_ids_are_long_enough_for_qgis_to_keep(gpkg: Path) -> None:
    root = read(qgis_project.write_project(gpkg, REGISTERS, title="x").read_bytes())
    ids = [layer.findtext("id", "") for layer in root.iter("maplayer")]
    assert len(ids) == len(set(ids))
    assert min(map(len, ids)) > 10


def test_every_table_has_one_default_style_however_often_it_is_written(gpkg: Path) -> None:
    for _ in range(2):
        qgis_project.write_project(gpkg, REGISTERS, title="x")
    with sqlite3.connect(gpkg) as connection:
        rows = connection.execute("SELECT f_table_name, useAsDefault, styleQML FROM layer_styles").fetchall()
    assert sorted(table for table, _, _ in rows) == sorted(REGISTERS)
    assert all(default == 1 for _, default, _ in rows)
    assert all(fromstring(style.split("\n", 1)[1]).tag == "qgis" for _, _, style in rows)


def test_two_runs_give_the_same_bytes(gpkg: Path) -> None:
    first = qgis_project.write_project(gpkg, REGISTERS, title="x").read_bytes()
    assert qgis_project.write_project(gpkg, REGISTERS, title="x").read_bytes() == first


def test_the_extent_given_is_shown_with_a_margin(gpkg: Path) -> None:
    made = qgis_project.write_project(gpkg, REGISTERS, title="x", extent=(0.0, 0.0, 100.0, 200.0))
    shown = read(made.read_bytes()).find("ProjectViewSettings/DefaultViewExtent")
    assert shown is not None
    assert (shown.get("xmin"), shown.get("ymax")) == ("-3.0", "206.0")  # 3 % of 100 m and of 200 m


def test_a_locked_file_gives_a_sentence_and_no_project(gpkg: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qgis_project, "_WAIT_S", 0.1)
    with sqlite3.connect(gpkg, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked) as caught:
            qgis_project.write_project(gpkg, REGISTERS, title="x")
        other.execute("ROLLBACK")
    assert str(gpkg) in caught.value.th
    assert not gpkg.with_suffix(".qgz").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gpkg").write_text("ไม่ใช่ฐานข้อมูล", encoding="utf-8")
    with pytest.raises(StoreError):
        qgis_project.write_project(tmp_path / "x.gpkg", REGISTERS, title="x")


def test_a_drawing_order_puts_a_building_over_its_parcel() -> None:
    content = qgis_project.Content("x.gpkg", "x", REGISTERS, (0, 0, 1, 1))
    order = [layer.register.name for layer in qgis_project.drawing_order(content)]
    assert order.index("building") < order.index("parcel")
    assert order.index("pole") < order.index("road") < order.index("parcel")


def test_conditions_that_cannot_be_told_count_as_kept() -> None:
    assert qgis_expression.condition("watt > 0") == "coalesce((watt > 0), true)"


def test_a_title_follows_references() -> None:
    assert qgis_expression.title(REGISTERS["house"], REGISTERS).startswith("trim('บ้านเลขที่ ' || coalesce(\"house_no\"")
    assert "get_feature('donhan_layer_village', 'uid', \"village_uid\")" in qgis_expression.title(
        REGISTERS["house"], REGISTERS
    )


def test_an_apostrophe_in_a_text_is_doubled() -> None:
    assert qgis_expression.literal("ข'ข") == "'ข''ข'"


def test_money_says_satang_and_has_baht_beside_it() -> None:
    field = Field("cost_satang", Kind.MONEY, "ราคา", "Cost")
    assert qgis_form.alias(field) == "ราคา (สตางค์)"
    virtual = {f.name: written for f, written in qgis_form.virtual_fields(REGISTERS["land_price"])}
    assert virtual["price_baht_per_sqwah"] == '"price_satang_per_sqwah" / 100.0'


def test_a_warning_never_blocks_a_form() -> None:
    for register in REGISTERS.values():
        for strength, parts in qgis_form._conditions(register).values():
            sentences = {sentence for _, sentence in parts}
            warnings = {rule.th for rule in register.rules if rule.level == "warning"}
            assert not (strength == qgis_form.HARD and sentences & warnings)


def test_colours_keep_their_transparency() -> None:
    assert qgis_style.rgba("#ffd54f1f") == "255,213,79,31"
    assert qgis_style.rgba("#444444") == "68,68,68,255"


def test_no_code_of_a_list_is_without_a_symbol() -> None:
    for register in REGISTERS.values():
        style = register.style
        if style and style.by:
            codes = [code for code, _, _ in qgis_style.categories(register, REGISTERS, style)]
            assert codes == [choice.code for choice in REGISTERS.choices_of(register.field(style.by))] + [""]
