"""Readers of the shipped tables in ``data/crops`` and ``data/climate``.

A further file of the same form can be laid over the crop list: its rows replace those of the same code. Nothing is
read while computing; a task reads once and hands the values on.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from donhan_gis.errors import DeclarationError, InvalidInput
from donhan_gis.paths import CLIMATE, CROPS
from donhan_gis.water import constants as c
from donhan_gis.water.climate import Climate, check_climate
from donhan_gis.water.crops import Crop, KcSource, RainTable, kc_from_stages, kc_from_weeks
from donhan_gis.water.duty import Duty
from donhan_gis.water.rain import RainMethod

Values = NDArray[np.float64]
Row = dict[str, str]
T = TypeVar("T")

MONTH_COLUMNS = tuple(f"m{month + 1:02}" for month in range(c.MONTHS_PER_YEAR))
STAGE_COLUMNS = ("ini_d", "dev_d", "mid_d", "late_d")
YES_NO = {"yes": True, "no": False}
EDITIONS = {"1998": KcSource.FAO56_1998, "2025": KcSource.FAO56_2025}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One agronomic value with its unit, meaning and source."""

    value: float
    unit: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class FaoRow:
    """One row of FAO-56: Kc of the three stages, height in m, stage lengths in days (none for trees and in 2025)."""

    edition: KcSource
    row: str
    crop_en: str
    kc_ini: float
    kc_mid: float
    kc_end: float
    height_m: float
    stage_days: tuple[int, int, int, int] | None
    note: str
    source: str


def load_parameters(file: Path = CROPS / "parameters.csv") -> dict[str, Parameter]:
    """Return the agronomic parameters by name.

    Source: ``data/crops/parameters.csv``, each row with its own.

    Raises:
        DeclarationError: the file or a row cannot be read.
    """
    return _by_key(file, "name", lambda r: Parameter(float(r["value"]), r["unit"], r["meaning"], r["source"]))


def load_rid_kc(file: Path = CROPS / "rid_weekly_kc.csv") -> dict[str, Values]:
    """Return RID's weekly Kc by Thai crop name, arrays of shape (weeks,).

    Source: RID ROS workbook, sheet Kc.

    Raises:
        DeclarationError: the file or a row cannot be read, or the weeks do not match their count.
    """
    return _by_key(file, "crop_th", _rid_weeks)


def load_fao_kc(file: Path = CROPS / "fao56_kc.csv") -> dict[tuple[KcSource, str], FaoRow]:
    """Return the rows of FAO-56 by edition and row name; editions are kept apart.

    Source: FAO-56 (1998) Tables 11, 12 and 22, and Rev.1 (2025).

    Raises:
        DeclarationError: the file or a row cannot be read.
    """
    rows = [_made(file, r["row"], _fao_row, r) for r in _rows(file)]
    return {(row.edition, row.row): row for row in rows}


def load_crops(*overlays: Path) -> dict[str, Crop]:
    """Return the crop list by code with every Kc curve worked out; later files replace rows of the same code.

    Source: ``data/crops/crops.csv``, each row with its own.

    Raises:
        DeclarationError: a file or a row cannot be read, or names a Kc row that does not exist.
    """
    curves = _Curves(load_rid_kc(), load_fao_kc(), load_parameters())
    crops: dict[str, Crop] = {}
    for file in (CROPS / "crops.csv", *overlays):
        crops |= _by_key(file, "code", lambda row: _crop(row, curves))
    return crops


def load_climate(station: str, *, rain_province: str | None = None, folder: Path = CLIMATE) -> Climate:
    """Return RID's climate of a station, with the effective rain of its own province unless another is named.

    Source: RID ROS workbook, sheets ETo, evap, effective rain.

    Raises:
        InvalidInput: the station or province is not in the tables, or a month is missing.
        DeclarationError: a table cannot be read.
    """
    names = _by_key(folder / "province_names.csv", "as_written", lambda row: row["province_th"])
    evaporation = _monthly(folder / "rid_evaporation.csv", "station_th")
    provinces = _by_key(folder / "rid_evaporation.csv", "station_th", lambda row: row["province_th"])
    rain = _monthly(folder / "rid_effective_rain.csv", "province_th")
    if station not in provinces:
        raise _unknown("water.unknown_station", "station", value=station, known=provinces)
    wanted = rain_province or provinces[station]
    province = names.get(wanted, wanted)
    if (province, "rice") not in rain:
        raise _unknown("water.unknown_province", "province", value=province, known=sorted({key for key, _ in rain}))
    climate = Climate(
        station=station, province=province, eto_mm=evaporation[station, "eto"], pan_mm=evaporation[station, "pan"],
        rain_rice_mm=rain[province, "rice"], rain_field_mm=rain[province, "field"], rain_method=RainMethod.RID_TABLE,
        source="RID ROS workbook (Mun Bon project, wet season B.E. 2568)",
    )  # fmt: skip
    check_climate(climate)
    return climate


def station_of_province(province: str, *, folder: Path = CLIMATE) -> str:
    """Return the evaporation station that serves a province.

    Source: RID ROS workbook, and ``data/climate/province_station.csv`` for the rest.

    Raises:
        InvalidInput: no station is known for the province; one must then be chosen by name.
    """
    names = _by_key(folder / "province_names.csv", "as_written", lambda row: row["province_th"])
    stations = _by_key(folder / "province_station.csv", "province_th", lambda row: row["station_th"])
    wanted = names.get(province, province)
    if wanted not in stations:
        raise _unknown("water.unknown_province", "province", value=wanted, known=stations)
    return stations[wanted]


def load_stations(folder: Path = CLIMATE) -> tuple[str, ...]:
    """Return the names of the evaporation stations.

    Source: RID ROS workbook, sheet ETo.
    """
    return tuple(_by_key(folder / "rid_evaporation.csv", "station_th", lambda row: row["station_th"]))


def load_duties(file: Path = CROPS / "rid_duty_north.csv") -> dict[str, Duty]:
    """Return RID's seasonal water use of the North by English crop name.

    Source: RID, crop water use in the North (et_north.pdf).

    Raises:
        DeclarationError: the file or a row cannot be read.
    """
    return _by_key(file, "crop_en", _duty)


@dataclass(frozen=True, slots=True)
class _Curves:
    """Where Kc curves come from."""

    rid: Mapping[str, Values]
    fao: Mapping[tuple[KcSource, str], FaoRow]
    parameters: Mapping[str, Parameter]

    def by_day(self, source: KcSource, row: str, *, weeks: int) -> Values:
        """Return the Kc of each day of the season."""
        if source is KcSource.RID_WEEKLY:
            return kc_from_weeks(self.rid[row])
        if source is KcSource.PAN:
            return kc_from_weeks(np.full(weeks, self.parameters[row].value))
        fao = self.fao[source, row]
        if fao.stage_days is None:  # trees and swards: no stage lengths, Kc mid the whole year
            return kc_from_weeks(np.full(weeks, fao.kc_mid))
        return kc_from_stages(fao.stage_days, ini=fao.kc_ini, mid=fao.kc_mid, end=fao.kc_end)


def _crop(row: Row, curves: _Curves) -> Crop:
    """Return one crop of the list.

    Raises:
        KeyError, ValueError: a value is missing or wrong; the caller says where.
    """
    source, weeks = KcSource(row["kc_source"]), int(row["weeks"])
    month, day = (int(part) for part in row["plant_on"].split("-"))
    crop = Crop(
        code=row["code"], th=row["th"], en=row["en"], group=row["group"], kc_source=source, kc_row=row["kc_row"],
        kc_by_day=curves.by_day(source, row["kc_row"], weeks=weeks), ponded=YES_NO[row["ponded"]],
        perennial=YES_NO[row["perennial"]], percolation_mm_week=_depth(row["percolation_mm_week"]),
        land_prep_mm=_depth(row["land_prep_mm"]), wetted_share=_share(row["wetted_share"]), rain=RainTable(row["rain"]),
        plant_on=(month, day), agri_type=int(row["agri_type"]), ldd_code=row["ldd_code"], note=row["note"],
        source=row["source"],
    )  # fmt: skip
    if crop.weeks != weeks or not _is_day(month, day):
        raise ValueError(f"weeks {weeks} / {crop.weeks}, plant_on {row['plant_on']}")
    return crop


def _fao_row(row: Row) -> FaoRow:
    ini, dev, mid, late = (row[column] for column in STAGE_COLUMNS)
    stages = (int(ini), int(dev), int(mid), int(late)) if ini else None
    height = row["height_max_m"].split("-")[-1]  # a range is given by its upper end
    return FaoRow(
        EDITIONS[row["edition"]], row["row"], row["crop_en"], kc_ini=_number(row["kc_ini"]),
        kc_mid=_number(row["kc_mid"]), kc_end=_number(row["kc_end"]), height_m=_number(height), stage_days=stages,
        note=row["note"], source=row["source"],
    )  # fmt: skip


def _rid_weeks(row: Row) -> Values:
    values = [float(row[column]) for column in row if column.startswith("w") and column[1:].isdigit() and row[column]]
    if len(values) != int(row["weeks"]):
        raise ValueError(f"weeks {row['weeks']} / {len(values)}")
    return np.array(values)


def _duty(row: Row) -> Duty:
    return Duty(
        row["crop_th"], row["crop_en"], irrigated_d=int(row["irrigated_d"]), pan_mm_d=float(row["pan_mm_d"]),
        kp=float(row["kp"]), percolation_mm_d=float(row["percolation_mm_d"]), printed_mm=float(row["use_mm_season"]),
        printed_m3_per_rai=float(row["use_m3_per_rai"]), source=row["source"],
    )  # fmt: skip


def _monthly(file: Path, key: str) -> dict[tuple[str, str], Values]:
    """Return twelve values by name and kind; an empty cell is not a number, to be refused where it is used."""
    made = [(row[key], row["kind"], _made(file, row[key], _months, row)) for row in _rows(file)]
    return {(name, kind): values for name, kind, values in made}


def _months(row: Row) -> Values:
    return np.array([_number(row[column]) for column in MONTH_COLUMNS])


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _depth(text: str) -> float:
    value = float(text)
    if not 0 <= value < math.inf:
        raise ValueError(text)
    return value


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise ValueError(text)
    return value


def _is_day(month: int, day: int) -> bool:
    """Return whether the day stands in every year: 29 February does not."""
    try:
        date(1, month, day)
    except ValueError:
        return False
    return True


def _rows(file: Path) -> list[Row]:
    """Return the rows of a CSV file.

    Raises:
        DeclarationError: the file cannot be read.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return list(csv.DictReader(lines))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise DeclarationError("water.table_unreadable", file=file.name, key="", reason=str(fault)) from fault


def _by_key(file: Path, key: str, make: Callable[[Row], T]) -> dict[str, T]:
    """Return what ``make`` makes of each row, by the value of one column."""
    return {row.get(key, ""): _made(file, row.get(key, ""), make, row) for row in _rows(file)}


def _made(file: Path, name: str, make: Callable[[Row], T], row: Row) -> T:
    """Return what ``make`` makes of a row.

    Raises:
        DeclarationError: names the file and the row at fault.
    """
    try:
        return make(row)
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        raise DeclarationError("water.table_row", file=file.name, key=name, reason=str(fault)) from fault


def _unknown(code: str, field: str, *, value: str, known: Iterable[str]) -> InvalidInput:
    return InvalidInput(code, field=field, value=value, known=", ".join(known))
