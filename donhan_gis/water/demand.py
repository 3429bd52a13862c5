"""Seasonal crop water demand of many plans at once.

Plans are gathered into groups of the same crop and planting day; each group has one curve of weekly depths, and a
plan's volume is its area times the group's depth. Parcels times days never stand in memory.

Three figures always go together: crop need (ETc), field need (with percolation and land preparation, less effective
rain) and gate need (field need over the project efficiency).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from donhan_gis.errors import InvalidInput
from donhan_gis.water import constants as c
from donhan_gis.water.climate import Climate, check_climate
from donhan_gis.water.crops import Crop, KcSource
from donhan_gis.water.plans import CropPlans, Problem, check_plans
from donhan_gis.water.season import FieldRules, Method, SeasonMm, Starts, season_mm
from donhan_gis.water.weeks import Counts, Days, crop_year_days, week_starts

Values = NDArray[np.float64]
LAST_DAY = np.datetime64("9999-12-31", "D")


class Netting(StrEnum):
    """Over what rain is set against need before it is floored at zero."""

    PARCEL = "parcel"
    PROJECT = "project"  # as RID's workbook: surplus rain on one crop lowers the need of another


@dataclass(frozen=True, slots=True)
class Options:
    """How to count. ``None`` leaves the value of the crop list.

    ``efficiency_pct`` is of the whole project, headworks to field. ``rain_factor`` lowers the effective rain in a dry
    year. ``stop_days`` ends the irrigation of rice so many days before harvest. ``crop_year`` (a 1 November) keeps to
    plans of that crop year and lets standing perennials count for just that year.
    """

    method: Method
    efficiency_pct: float
    rain_factor: float = 1
    percolation_mm_week: float | None = None
    land_prep_mm: float | None = None
    stop_days: int = 0
    netting: Netting = Netting.PARCEL
    percolation_on_all: bool = False
    on_rid_weeks: bool = False
    crop_year: np.datetime64 | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Plans of one crop and planting day. Shapes: (groups,), and (groups, weeks of age) for depths in mm."""

    crop: NDArray[np.int64]
    start: Days
    age_days: Counts
    area_rai: Values
    depths: SeasonMm
    net_mm: Values


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Volumes of the season in m3. Arrays have one value a plan.

    ``group`` is the plan's row in ``groups``, or -1 where a problem kept it from being counted: its volumes are then 0
    and ``problems`` says why.
    """

    group: Counts
    area_rai: Values
    crop_need_m3: Values
    percolation_m3: Values
    land_prep_m3: Values
    rain_m3: Values
    field_need_m3: Values
    gate_need_m3: Values
    groups: Groups
    crops: tuple[Crop, ...]
    climate: Climate
    options: Options
    problems: tuple[Problem, ...]

    def record(self, group: int) -> dict[str, Any]:
        """Return everything that made the figures of a group, ready for JSON."""
        crop = self.crops[int(self.groups.crop[group])]
        start, age_days = str(self.groups.start[group]), int(self.groups.age_days[group])
        made_of = {**_crop_record(crop, self.options), **self.climate.as_record(), **_options_record(self.options)}
        return {**made_of, "season_start": start, "age_days": age_days}


def workbook_options(
    *, efficiency_pct: float, percolation_mm_week: float, land_prep_mm: float | None = None
) -> Options:
    """Return the options under which RID's own workbook is reproduced, its traps included.

    Percolation falls on every crop, planting is by RID week, and rain is set against need over all crops together.

    Source: RID ROS workbook (Mun Bon project, wet season B.E. 2568).
    """
    return Options(
        Method.RID_WEEKLY, efficiency_pct, percolation_mm_week=percolation_mm_week, land_prep_mm=land_prep_mm,
        netting=Netting.PROJECT, percolation_on_all=True, on_rid_weeks=True,
    )  # fmt: skip


def seasonal_demand(plans: CropPlans, climate: Climate, *, crops: Mapping[str, Crop], options: Options) -> Demand:
    """Return the water demand of every plan in m3, with one weekly curve for each crop and planting day.

    Source: RID ROS workbook (method ``rid_weekly``); the month's ETo spread over its days (method ``calendar_day``).

    Raises:
        InvalidInput: a month is missing from the climate, or an option lies outside its range.
    """
    _check_options(options)
    check_climate(climate)
    listed = tuple(crops.values())
    index, problems = check_plans(plans, listed, crop_year=options.crop_year)
    group, groups = _grouped(plans, index, crops=listed, climate=climate, options=options)
    return _by_plan(plans, group, groups, crops=listed, climate=climate, options=options, problems=problems)


def million_m3(volume_m3: float) -> float:
    """Return a volume in million m3, for display.

    Source: unit.
    """
    return volume_m3 / c.M3_PER_MILLION_M3


def _by_plan(
    plans: CropPlans, group: Counts, groups: Groups, *, crops: tuple[Crop, ...], climate: Climate, options: Options,
    problems: tuple[Problem, ...],
) -> Demand:  # fmt: skip
    """Spread the groups' depths over the plans' areas."""
    counted = group >= 0
    area = np.where(counted, plans.area_rai, 0.0)

    def volume(depth_mm: Values) -> Values:
        by_group = np.append(depth_mm.sum(axis=1), 0.0) * c.M3_PER_RAI_MM  # the row added serves group -1
        return np.asarray(by_group[group] * area)

    depths, field_m3 = groups.depths, volume(groups.net_mm)
    return Demand(
        group=group, area_rai=area, crop_need_m3=volume(depths.etc), percolation_m3=volume(depths.percolation),
        land_prep_m3=volume(depths.land_prep), rain_m3=volume(depths.rain), field_need_m3=field_m3,
        gate_need_m3=field_m3 / (options.efficiency_pct / c.PER_CENT),
        groups=groups, crops=crops, climate=climate, options=options, problems=problems,
    )  # fmt: skip


def _grouped(
    plans: CropPlans, index: Counts, *, crops: tuple[Crop, ...], climate: Climate, options: Options
) -> tuple[Counts, Groups]:
    """Return each plan's group (or -1) and the groups with their curves."""
    good = np.flatnonzero(index >= 0)
    crop, planted = index[good], plans.planted_on[good]
    start, age_days = _starts(crop, planted, crops=crops, options=options)
    first, inverse = _unique_rows(crop, age_days, (start - start.min()).astype(np.int64) if len(good) else crop)
    group = np.full(len(index), -1, dtype=np.int64)
    group[good] = inverse
    area_rai = np.bincount(inverse, weights=plans.area_rai[good], minlength=len(first)).astype(np.float64)
    keys = (crop[first], start[first], age_days[first])
    depths = _depths(*keys, crops=crops, climate=climate, options=options)
    net_mm = depths.net if options.netting is Netting.PARCEL else _project_net(depths, keys[1], area_rai)
    return group, Groups(*keys, area_rai, depths, net_mm)


def _starts(crop: Counts, planted: Days, *, crops: tuple[Crop, ...], options: Options) -> tuple[Days, Counts]:
    """Return the first day counted of each plan and the age of the crop on it."""
    start = week_starts(planted) if options.on_rid_weeks else planted
    age_days = np.zeros(len(crop), dtype=np.int64)
    if options.crop_year is None:
        return start, age_days
    cycle = np.array([len(each.kc_by_day) if each.perennial else 0 for each in crops], dtype=np.int64)[crop]
    standing = (cycle > 0) & (planted < options.crop_year)
    # Kc has one value a week, so the age of a standing tree is counted in whole weeks since the yearly turn.
    turn = _last_anniversary(planted, options.crop_year)
    weeks = (options.crop_year - turn).astype(np.int64) // c.DAYS_PER_WEEK
    age_days = np.where(standing, weeks * c.DAYS_PER_WEEK % np.maximum(cycle, 1), age_days)
    return np.where(standing, options.crop_year, start), age_days


def _last_anniversary(planted: Days, crop_year: np.datetime64) -> Days:
    """Return the latest day not after ``crop_year`` on the day and month of planting (29 February as 1 March)."""
    months = planted.astype("datetime64[M]")
    day = (planted - months.astype("datetime64[D]")).astype(np.int64)
    behind = (crop_year.astype("datetime64[M]") - months).astype(np.int64)
    turn = (months + behind // c.MONTHS_PER_YEAR * c.MONTHS_PER_YEAR).astype("datetime64[D]") + day
    earlier = (months + (behind // c.MONTHS_PER_YEAR - 1) * c.MONTHS_PER_YEAR).astype("datetime64[D]") + day
    return np.asarray(np.where(turn > crop_year, earlier, turn))


def _unique_rows(*columns: Counts) -> tuple[Counts, Counts]:
    """Return the first row of each distinct combination, and for every row the number of its combination."""
    if not len(columns[0]):
        return columns[0], columns[0]
    shape = tuple(int(column.max()) + 1 for column in columns)
    key = np.ravel_multi_index(columns, shape)
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    return first, inverse


def _depths(
    crop: Counts, start: Days, age_days: Counts, *, crops: tuple[Crop, ...], climate: Climate, options: Options
) -> SeasonMm:
    """Return the weekly depths of all groups, one crop at a time, padded to the longest season."""
    used = np.unique(crop)
    weeks = max((crops[each].weeks for each in used), default=1)
    parts = {
        name: np.zeros((len(crop), weeks)) for name in ("etc", "percolation", "land_prep", "rain", "irrigated", "days")
    }
    for each in used:
        rows = np.flatnonzero(crop == each)
        starts = Starts(start[rows], age_days[rows], _last_days(crops[each], rows, options))
        season = season_mm(
            crops[each], starts, climate=climate, method=options.method, rules=_rules(crops[each], options)
        )
        for name, part in parts.items():
            part[rows, : crops[each].weeks] = getattr(season, name)
    return SeasonMm(**parts)


def _last_days(crop: Crop, rows: Counts, options: Options) -> Days:
    """Return the last day that counts: a perennial's year ends with the crop year, other seasons run out."""
    last: np.datetime64 = LAST_DAY
    if crop.perennial and options.crop_year is not None:
        last = options.crop_year + (crop_year_days(options.crop_year) - 1)
    return np.full(len(rows), last)


def _project_net(depths: SeasonMm, start: Days, area_rai: Values) -> Values:
    """Return net depths after setting all rain of a week against all need of it; each keeps its share of the need."""
    asked, rain = depths.asked * area_rai[:, None], depths.rain * area_rai[:, None]
    blocks = start[:, None] + c.DAYS_PER_WEEK * np.arange(asked.shape[1])
    _, week = np.unique(blocks, return_inverse=True)
    total = np.bincount(week.ravel(), weights=asked.ravel())
    left = np.maximum(0, total - np.bincount(week.ravel(), weights=rain.ravel()))
    share = np.divide(left, total, out=np.zeros(len(total)), where=total > 0)
    return np.asarray(depths.asked * share[week.reshape(asked.shape)])


def _rules(crop: Crop, options: Options) -> FieldRules:
    """Return the field rules of a crop: the crop list's values unless the options say otherwise."""
    is_pond = crop.kc_source is KcSource.PAN
    paddy = crop.ponded and not is_pond
    percolation, prep = crop.percolation_mm_week, crop.land_prep_mm
    if options.percolation_mm_week is not None and (paddy or (options.percolation_on_all and not is_pond)):
        percolation = options.percolation_mm_week
    if options.land_prep_mm is not None and paddy:
        prep = options.land_prep_mm
    return FieldRules(
        percolation_mm_week=percolation,
        land_prep_mm=prep,
        rain_factor=options.rain_factor,
        stop_days=options.stop_days,
    )  # fmt: skip


def _check_options(options: Options) -> None:
    """Refuse options outside their range.

    Raises:
        InvalidInput: names the option and its value.
    """
    if not 0 < options.efficiency_pct <= c.PER_CENT:
        raise InvalidInput(
            "water.bad_efficiency", field="efficiency_pct", value=options.efficiency_pct, maximum=c.PER_CENT
        )
    for name in ("rain_factor", "percolation_mm_week", "land_prep_mm", "stop_days"):
        value = getattr(options, name)
        if value is not None and not 0 <= value < np.inf:
            raise InvalidInput(f"water.bad_{name}", field=name, value=value)


def _crop_record(crop: Crop, options: Options) -> dict[str, Any]:
    rules = _rules(crop, options)
    return {"crop": crop.code, "kc_source": crop.kc_source.value, "kc_row": crop.kc_row, "crop_source": crop.source,
            "weeks": crop.weeks, "percolation_mm_week": rules.percolation_mm_week, "land_prep_mm": rules.land_prep_mm,
            "wetted_share": crop.wetted_share}  # fmt: skip


def _options_record(options: Options) -> dict[str, Any]:
    return {"method": options.method.value, "efficiency_pct": options.efficiency_pct,
            "rain_factor": options.rain_factor, "stop_days": options.stop_days, "netting": options.netting.value,
            "percolation_on_all": options.percolation_on_all, "on_rid_weeks": options.on_rid_weeks,
            "crop_year": None if options.crop_year is None else str(options.crop_year)}  # fmt: skip
