"""Water demand from crop plans: published duties of Khon Kaen, findings, and what a run keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests_tasks_support import add_parcel

from donhan_gis.errors import InvalidInput
from donhan_gis.store import open_store


def plan(project: Path, crop: str, planted_on: str | None, area_rai: float, parcel: str = "P1") -> None:
    with open_store(project) as store:
        if not store.count("parcel", "uid = ?", [parcel]):
            add_parcel(project, parcel, owner="p1", area_sqwah=4_000, price_baht=100, uses={"agriculture": 4_000})
        row = {"parcel_uid": parcel, "crop": crop, "area_rai": area_rai, "planted_on": planted_on}
        store.insert("crop_plan", [row])


def test_rice_of_1_january_needs_what_the_published_table_says(project: Path, run: Any) -> None:
    # Khon Kaen, rice RD planted 1 January, RID weekly: ETc 775, field less rain 1,121, at 60 % 1,868 m3 a rai.
    plan(project, "rice_rd", "2026-01-01", 10)
    run("water.demand", year_be=2569)
    with open_store(project) as store:
        (row,) = store.rows("water_demand")
    assert round(row["crop_need_m3"] / 10) == 775
    assert round(row["field_need_m3"] / 10) == 1_121
    assert round(row["gate_need_m3"] / 10) == 1_868
    assert json.loads(row["record"])["method"] == "rid_weekly"


def test_calendar_day_is_the_other_named_method(project: Path, run: Any) -> None:
    plan(project, "rice_rd", "2026-01-01", 10)  # published: 1,792 m3 a rai at 60 %
    report = run("water.demand", year_be=2569, method="calendar_day")
    assert round(report.facts["gate_need_m3"] / 10) == 1_792


def test_unknown_crop_and_missing_day_are_findings_and_the_rest_goes_on(project: Path, run: Any) -> None:
    plan(project, "rice_rd", "2026-01-01", 10)
    plan(project, "unicorn", "2026-01-01", 5)
    plan(project, "rice_rd", None, 5)
    report = run("water.demand", year_be=2569)
    assert report.facts["counted"] == 1
    with open_store(project) as store:
        codes = sorted(row["code"] for row in store.rows("finding"))
    assert codes == ["water.bad_planting_date", "water.unknown_crop"]


def test_plans_of_another_crop_year_are_left_out_and_said(project: Path, run: Any) -> None:
    plan(project, "rice_rd", "2026-11-01", 10)
    assert run("water.demand", year_be=2569).facts["counted"] == 0
    assert run("water.demand", year_be=2570).facts["counted"] == 1


def test_workbook_holds_the_parcels_and_their_sum(project: Path, run: Any, tmp_path: Path) -> None:
    plan(project, "rice_rd", "2026-01-01", 10)
    plan(project, "rice_rd", "2026-01-01", 5, parcel="P2")
    out = tmp_path / "water.xlsx"
    report = run("water.demand", year_be=2569, out=str(out))
    parcels = next(table for table in report.tables if table.name == "by_parcel")
    assert [row[0] for row in parcels.rows] == ["01A001", "01A002"]
    assert sum(row[3] for row in parcels.rows) == parcels.totals[3] == 15
    assert "รายแปลง" in openpyxl.load_workbook(out).sheetnames


def test_efficiency_out_of_range_is_refused(run: Any) -> None:
    with pytest.raises(InvalidInput):
        run("water.demand", year_be=2569, efficiency_pct=0)


def test_unknown_station_names_those_there_are(run: Any) -> None:
    with pytest.raises(InvalidInput, match="ขอนแก่น"):
        run("water.demand", year_be=2569, station="ลอนดอน")
