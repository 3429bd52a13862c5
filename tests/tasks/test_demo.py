"""The whole main job once: what it leaves, that it is sound, and that an earlier sample is kept."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from pathlib import Path

import openpyxl
import pytest

from donhan_gis.errors import StoreError
from donhan_gis.ortho.cog import cog_problems
from donhan_gis.store import open_store
from donhan_gis.task import Context, run_task

FILES = {
    "assessment_roll.xlsx", "donhan.gpkg", "donhan.qgz", "notices.pdf", "orthophoto.tif", "water_demand.xlsx",
}  # fmt: skip


def test_leaves_just_its_files(demo: Path) -> None:
    assert {file.name for file in demo.iterdir()} == FILES


def test_size_of_the_sample(demo: Path) -> None:
    with open_store(demo / "donhan.gpkg") as store:
        counts = {name: store.count(name) for name in store.registers}
        owners = store.query("SELECT count(DISTINCT person_uid) AS n FROM ownership")[0]["n"]
    assert 2_700 <= counts["parcel"] <= 3_300
    assert 1_800 <= counts["building"] <= 2_200
    assert 1_500 <= owners <= 2_400
    assert counts["water_gate"] == 12
    assert 495 <= counts["pole"] <= 510
    assert all(
        counts[name] for name in ("village", "road", "canal", "gate_log", "infra_asset", "crop_plan", "condo_unit")
    )


def test_every_taxpayer_owes_the_sum_of_the_lines(demo: Path) -> None:
    sql = (
        "SELECT a.tax_satang AS bill, sum(l.tax_satang) AS lines, a.value_satang AS value, "
        "sum(l.value_satang) AS parts "
        "FROM assessment a JOIN assessment_line l ON l.assessment_uid = a.uid GROUP BY a.uid"
    )
    with open_store(demo / "donhan.gpkg") as store:
        rows = store.query(sql)
    assert len(rows) > 1_000
    assert all(row["bill"] == row["lines"] and row["value"] == row["parts"] for row in rows)


def test_no_parcel_is_billed_and_held_back_at_once(demo: Path) -> None:
    with open_store(demo / "donhan.gpkg") as store:
        held = {row["row_uid"] for row in store.rows("finding", "code IN ('tax.no_value', 'assess.no_owner')")}
        billed = {row["parcel_uid"] or row["building_uid"] for row in store.rows("assessment_line")}
    assert held
    assert not held & billed


def test_every_crop_plan_is_counted(demo: Path) -> None:
    with open_store(demo / "donhan.gpkg") as store:
        assert store.count("water_demand") == store.count("crop_plan")
        sums = store.query(
            "SELECT sum(crop_need_m3) AS crop, sum(field_need_m3) AS field, sum(gate_need_m3) AS gate FROM water_demand"
        )[0]
    assert sums["gate"] == pytest.approx(sums["field"] / 0.6)
    assert sums["crop"] > 0


def test_findings_are_the_imperfections_planted(demo: Path) -> None:
    with open_store(demo / "donhan.gpkg") as store:
        rows = store.query("SELECT code, count(*) AS n FROM finding GROUP BY code")
    counts = {row["code"]: row["n"] for row in rows}
    assert counts["check.area"] == 24
    assert counts["assess.no_owner"] == 1
    assert "check.field.choice" not in counts
    assert "check.field.pattern" not in counts


def test_orthophoto_is_a_true_cog(demo: Path) -> None:
    assert cog_problems(demo / "orthophoto.tif") == []


def test_project_database_is_sound(demo: Path) -> None:
    with sqlite3.connect(demo / "donhan.gpkg") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        names = {name for (name,) in connection.execute("SELECT name FROM qgis_projects")}
    connection.close()
    assert names == {"donhan"}


def test_qgis_project_is_beside_it(demo: Path) -> None:
    with zipfile.ZipFile(demo / "donhan.qgz") as archive:
        assert any(name.endswith(".qgs") for name in archive.namelist())


def test_workbooks_open_and_hold_the_total(demo: Path) -> None:
    with open_store(demo / "donhan.gpkg") as store:
        total = store.query("SELECT sum(tax_satang) AS t FROM assessment")[0]["t"]
    book = openpyxl.load_workbook(demo / "assessment_roll.xlsx")
    sheet = book["สรุปตามบัญชีอัตราภาษี"]
    last = [cell.value for cell in list(sheet.iter_rows())[-1]]
    assert round(last[-1] * 100) == total


def test_assessing_again_gives_the_same_figures(demo: Path, tmp_path: Path) -> None:
    copy = tmp_path / "again.gpkg"
    copy.write_bytes((demo / "donhan.gpkg").read_bytes())
    with open_store(copy) as store:
        first = store.query("SELECT taxpayer_key, tax_satang FROM assessment ORDER BY 1")
    run_task("tax.assess", Context(project=str(copy)), year_be=2569)
    with open_store(copy) as store:
        assert store.query("SELECT taxpayer_key, tax_satang FROM assessment ORDER BY 1") == first


def test_an_unwritable_place_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError) as refused:
        run_task("project.demo", Context(), out=str(tmp_path / "file" / "demo"))
    assert refused.value.code == "store.cannot_write"


def test_runs_keep_what_made_them(demo: Path) -> None:
    with open_store(demo / "donhan.gpkg") as store:
        runs = {row["task"]: row for row in store.rows("run")}
    assert set(runs) == {"tax.assess", "water.demand"}
    assert all(row["law_hash"] and row["software"] and json.loads(row["parameters"]) for row in runs.values())
