"""The shipped water tables: they load, say their source, and a damaged one is refused by file and row."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from donhan_gis.errors import DeclarationError, InvalidInput
from donhan_gis.paths import CLIMATE, CROPS
from donhan_gis.water.rain import RainMethod, effective_mm
from donhan_gis.water.tables import (
    load_climate,
    load_crops,
    load_parameters,
    load_rid_kc,
    load_stations,
    station_of_province,
)

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "tables"
HEADER = (CROPS / "crops.csv").read_text(encoding="utf-8").splitlines()[0]
MAIZE = next(
    line for line in (CROPS / "crops.csv").read_text(encoding="utf-8").splitlines() if line.startswith("maize,")
)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("file", sorted([*CROPS.glob("*.csv"), *CLIMATE.glob("*.csv")]), ids=lambda file: file.name)
def test_every_row_has_a_source(file: Path) -> None:
    rows = rows_of(file)
    assert rows
    assert all(row["source"] for row in rows)


def test_kc_equals_the_reference_table() -> None:
    file = SHARED / "water_kc_rid_weekly.csv"
    if not file.exists():
        pytest.skip(f"{file.name} is not beside the checkout")
    shipped = load_rid_kc()
    for row in rows_of(file):
        assert shipped[row["crop_th"]][int(row["week_after_planting"]) - 1] == float(row["kc"])


def test_climate_equals_the_reference_tables() -> None:
    files = SHARED / "water_eto_rid_northeast.csv", SHARED / "water_rain_effective_rid_northeast.csv"
    if not files[0].exists():
        pytest.skip(f"{files[0].name} is not beside the checkout")
    for row in rows_of(files[0]):
        climate, month = load_climate(row["station_th"]), int(row["month"]) - 1
        # Four months of one station carry more decimals than the reference.
        assert climate.eto_mm[month] == pytest.approx(float(row["eto_mm_month"]), abs=0.005)
        assert climate.pan_mm[month] == float(row["pan_evaporation_mm_month"])
    for row in rows_of(files[1]):
        climate, month = load_climate("ขอนแก่น", rain_province=row["province_th"]), int(row["month"]) - 1
        assert climate.rain_rice_mm[month] == float(row["effective_rain_rice_mm"])
        assert climate.rain_field_mm[month] == float(row["effective_rain_field_crop_mm"])


def test_stations_and_provinces() -> None:
    """RID workbook: Maha Sarakham is served by Kosum Phisai, Kalasin by Kamalasai; one name is misspelt there."""
    assert len(load_stations()) == 17
    assert station_of_province("มหาสารคาม") == "โกสุมพิสัย"
    assert station_of_province("กาฬสินธุ์") == "กมลาไสย"
    assert load_climate("เลย", rain_province="หนองบัวลำพู").province == "หนองบัวลำภู"


def test_unknown_names_are_refused_with_the_known() -> None:
    with pytest.raises(InvalidInput, match="ขอนแก่น"):
        load_climate("กรุงเทพ")
    with pytest.raises(InvalidInput, match="ขอนแก่น"):
        load_climate("ขอนแก่น", rain_province="นครยายก")
    with pytest.raises(InvalidInput):
        station_of_province("ยโสธร")


def test_crop_list() -> None:
    crops = load_crops()
    assert {"rice_rd", "rice_kdml105", "sugarcane", "maize", "soybean", "groundnut", "cassava", "rubber"} <= set(crops)
    assert crops["rice_rd"].weeks == 13
    assert crops["rice_kdml105"].weeks == 14
    assert crops["sugarcane"].weeks == 44
    assert crops["cassava"].kc_source == "fao56_1998"
    assert all(code.isascii() and crop.th and crop.en and crop.source for code, crop in crops.items())
    assert {
        crop.wetted_share for crop in crops.values() if crop.group == "fruit" and crop.kc_source == "rid_weekly"
    } == {0.45}


def test_parameters() -> None:
    """RID ROS workbook: 60 % project efficiency; 2 mm a day percolation outside the Central region."""
    parameters = load_parameters()
    assert parameters["project_efficiency_munbon"].value == 60
    assert parameters["percolation_paddy_other_regions"].value == 2
    assert parameters["stop_before_harvest_rice"].unit == "day"


def test_second_file_lies_over_the_first(tmp_path: Path) -> None:
    local = tmp_path / "local.csv"
    local.write_text(f"{HEADER}\n{MAIZE.replace(',12-01,', ',11-20,')}\n", encoding="utf-8")
    assert load_crops(local)["maize"].plant_on == (11, 20)
    assert len(load_crops(local)) == len(load_crops())


@pytest.mark.parametrize(
    ("old", "new"),
    [(",14,", ",15,"), ("rid_weekly", "rid_yearly"), (",no,no,", ",perhaps,no,"), (",12-01,", ",13-01,"),
     (",12-01,", ",02-29,"), ("ข้าวโพดเลี้ยงสัตว์,14", "ข้าวโพดเลี้ยงคน,14"), (",0,0,1,", ",-1,0,1,"),
     (",0,0,1,", ",0,0,1.5,")],
)  # fmt: skip
def test_damaged_row_is_refused_by_name(tmp_path: Path, old: str, new: str) -> None:
    assert old in MAIZE
    file = tmp_path / "local.csv"
    file.write_text(f"{HEADER}\n{MAIZE.replace(old, new, 1)}\n", encoding="utf-8")
    with pytest.raises(DeclarationError) as fault:
        load_crops(file)
    assert fault.value.values["file"] == "local.csv"
    assert fault.value.values["key"] == "maize"
    assert fault.value.th and fault.value.en


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError):
        load_crops(tmp_path / "absent.csv")
    file = tmp_path / "thai.csv"
    file.write_bytes(f"{HEADER}\n{MAIZE}\n".encode("cp874"))
    with pytest.raises(DeclarationError):
        load_crops(file)
    file.write_text(f"{HEADER}\nmaize,short\n", encoding="utf-8")
    with pytest.raises(DeclarationError):
        load_crops(file)


def test_missing_month_in_a_table_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "climate"
    shutil.copytree(CLIMATE, folder)
    file = folder / "rid_evaporation.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",150.22,", ",,"), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"ETo, is missing or negative in month 4"):
        load_climate("ขอนแก่น", folder=folder)


def test_rain_rules_refuse_bad_input() -> None:
    for bad in ([-1.0], [np.nan]):
        with pytest.raises(InvalidInput):
            effective_mm(bad, RainMethod.USDA_SCS)
    with pytest.raises(InvalidInput):
        effective_mm([1.0], RainMethod.FIXED_SHARE, share=1.1)
    with pytest.raises(InvalidInput):
        effective_mm([1.0], RainMethod.RID_TABLE)
    assert effective_mm([50.0], RainMethod.NONE).tolist() == [0]
