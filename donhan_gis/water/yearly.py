"""The demand of a crop year week by week, ready to be summed up the canals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from donhan_gis.water import constants as c
from donhan_gis.water.demand import Demand
from donhan_gis.water.weeks import Days, crop_year_days, week_of_day

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WeeklyDemand:
    """Volumes of the 52 weeks of a crop year in m3; matrices of shape (groups, 52), week 1 being 1-7 November.

    ``outside_m3`` is what falls before or after the crop year, by figure: a season may run past 31 October.
    """

    week_start: Days
    crop_need_m3: Values
    field_need_m3: Values
    gate_need_m3: Values
    rain_m3: Values
    outside_m3: dict[str, float]


def weekly_demand(demand: Demand, crop_year: np.datetime64) -> WeeklyDemand:
    """Return the demand of each group in the weeks of the crop year that begins on ``crop_year`` (a 1 November).

    A week of age that lies across two calendar weeks is shared between them by days.

    Source: RID ROS workbook, 52 weeks from 1 November; the last week takes the one or two days left over.
    """
    net_mm, depths = demand.groups.net_mm, demand.groups.depths
    crop_need, crop_out = _in_weeks(demand, depths.etc, crop_year)
    field_need, field_out = _in_weeks(demand, net_mm, crop_year)
    rain, rain_out = _in_weeks(demand, depths.rain, crop_year)
    lift = c.PER_CENT / demand.options.efficiency_pct
    outside = {"crop_need": crop_out, "field_need": field_out, "gate_need": field_out * lift, "rain": rain_out}
    starts = crop_year + c.DAYS_PER_WEEK * np.arange(c.RID_WEEKS_PER_YEAR)
    return WeeklyDemand(starts, crop_need, field_need, field_need * lift, rain, outside)


def parcel_weeks_m3(demand: Demand, weekly_m3: Values, *, plans: NDArray[np.int64]) -> Values:
    """Return the weekly volumes of chosen plans, shape (plans, 52): the group's weeks by share of the group's area.

    Source: volumes are proportional to area within a group.
    """
    group = demand.group[plans]
    total = np.append(demand.groups.area_rai, 1.0)[group]
    share = np.divide(demand.area_rai[plans], total, out=np.zeros(len(plans)), where=total > 0)
    return np.asarray(np.vstack([weekly_m3, np.zeros(weekly_m3.shape[1])])[group] * share[:, None])


def _in_weeks(demand: Demand, depth_mm: Values, crop_year: np.datetime64) -> tuple[Values, float]:
    """Return volumes by group and week of the crop year, and the volume outside it, in m3."""
    groups, counted = demand.groups, demand.groups.depths.days
    week_m3 = depth_mm * groups.area_rai[:, None] * c.M3_PER_RAI_MM
    daily_m3 = np.divide(week_m3, counted, out=np.zeros_like(week_m3), where=counted > 0)
    first = (groups.start - crop_year).astype(np.int64)[:, None] + c.DAYS_PER_WEEK * np.arange(depth_mm.shape[1])
    row = np.broadcast_to(np.arange(len(first))[:, None], first.shape)
    weeks = np.zeros(len(first) * c.RID_WEEKS_PER_YEAR)
    for step in range(c.DAYS_PER_WEEK):
        day = first + step
        inside = (day >= 0) & (day < crop_year_days(crop_year)) & (step < counted)
        cell = row[inside] * c.RID_WEEKS_PER_YEAR + week_of_day(day[inside])
        weeks += np.bincount(cell, weights=daily_m3[inside], minlength=len(weeks))
    volumes = weeks.reshape(len(first), c.RID_WEEKS_PER_YEAR)
    return volumes, float(week_m3.sum() - volumes.sum())
