"""The season of one crop for a set of planting days, week of age by week of age, in mm.

Two methods stand side by side and are never blended; the difference over a year is 8 %:

* ``rid_weekly``: a week's ETo is a quarter of the month's, the month being that of the week's last day;
* ``calendar_day``: the month's ETo is spread over its days.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from donhan_gis.water import constants as c
from donhan_gis.water.climate import Climate
from donhan_gis.water.crops import Crop
from donhan_gis.water.weeks import Counts, Days, days_in_month, month_index

Values = NDArray[np.float64]


class Method(StrEnum):
    """How a month's evaporation and rain become a week's."""

    RID_WEEKLY = "rid_weekly"
    CALENDAR_DAY = "calendar_day"


@dataclass(frozen=True, slots=True, eq=False)
class Starts:
    """Planting groups of one crop. Arrays of shape (groups,).

    ``day`` is the first day counted, ``age_days`` the age of the crop on it (0 unless it stood there already) and
    ``last_day`` the last day that may count.
    """

    day: Days
    age_days: Counts
    last_day: Days


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What is asked of the field of one crop: mm a week, mm a season, a factor on rain, dry days before harvest."""

    percolation_mm_week: float
    land_prep_mm: float
    rain_factor: float
    stop_days: int


@dataclass(frozen=True, slots=True, eq=False)
class SeasonMm:
    """Depths over the planted area in mm by week of age; arrays of shape (groups, weeks).

    ``days`` counts the days of each week that belong to the season. ``irrigated`` is the share of them on which water
    is given; percolation and rain count on those only.
    """

    etc: Values
    percolation: Values
    land_prep: Values
    rain: Values
    irrigated: Values
    days: Values

    @property
    def asked(self) -> Values:
        """Water the field asks for before rain."""
        return self.etc * self.irrigated + self.percolation + self.land_prep

    @property
    def net(self) -> Values:
        """Water to be brought to the field: what is asked less rain, never below zero in any week."""
        return np.maximum(0, self.asked - self.rain)


def season_mm(crop: Crop, starts: Starts, *, climate: Climate, method: Method, rules: FieldRules) -> SeasonMm:
    """Return the depths of each week of age for every planting group of one crop.

    Source: RID ROS workbook (weekly equations: need = Kc x ETo + percolation, land preparation in the planting week,
    rain = month's effective rain / days of the month x 7); FAO-56 Eq. 56 for ETc = Kc x ETo.
    """
    days, kc, present = _days_of_season(crop, starts)
    counted = _weeks(present.astype(float))
    irrigated = _irrigated(crop, present, counted=counted, stop_days=rules.stop_days)
    evaporation, rain = climate.evaporation_mm(crop), climate.rain_mm(crop) * rules.rain_factor
    share = crop.wetted_share
    first_week = np.zeros_like(irrigated)
    first_week[:, 0] = starts.age_days == 0
    return SeasonMm(
        etc=share * _crop_use(evaporation, days, kc=kc * present, method=method),
        percolation=share * irrigated * rules.percolation_mm_week * counted / c.DAYS_PER_WEEK,
        land_prep=rules.land_prep_mm * first_week,
        rain=share * irrigated * _rain(rain, days, present=present, method=method),
        irrigated=irrigated,
        days=counted,
    )


def _days_of_season(crop: Crop, starts: Starts) -> tuple[Days, Values, NDArray[np.bool_]]:
    """Return day, Kc and whether it counts, each of shape (groups, weeks x 7)."""
    length = len(crop.kc_by_day)
    number = np.arange(crop.weeks * c.DAYS_PER_WEEK)
    days = starts.day[:, None] + number
    kc = crop.kc_by_day[(starts.age_days[:, None] + number) % length]
    return days, kc, (number < length) & (days <= starts.last_day[:, None])


def _weeks(by_day: Values) -> Values:
    """Return sums by week of age, shape (groups, weeks)."""
    return np.asarray(by_day.reshape(len(by_day), -1, c.DAYS_PER_WEEK).sum(axis=-1))


def _crop_use(month_mm: Values, days: Days, *, kc: Values, method: Method) -> Values:
    """Return Kc x evaporation by week."""
    if method is Method.CALENDAR_DAY:
        return _weeks(kc * month_mm[month_index(days)] / days_in_month(days))
    last = days[:, c.DAYS_PER_WEEK - 1 :: c.DAYS_PER_WEEK]
    return _weeks(kc) / c.DAYS_PER_WEEK * (month_mm[month_index(last)] / c.RID_WEEKS_PER_MONTH)


def _rain(month_mm: Values, days: Days, *, present: NDArray[np.bool_], method: Method) -> Values:
    """Return effective rain by week."""
    if method is Method.CALENDAR_DAY:
        return _weeks(present * month_mm[month_index(days)] / days_in_month(days))
    last = days[:, c.DAYS_PER_WEEK - 1 :: c.DAYS_PER_WEEK]
    return _weeks(present.astype(float)) * (month_mm[month_index(last)] / days_in_month(last))


def _irrigated(crop: Crop, present: NDArray[np.bool_], *, counted: Values, stop_days: int) -> Values:
    """Return the share of each week's counted days on which water is given; rice dries off before harvest."""
    dry_days = stop_days if crop.ponded and not crop.perennial else 0
    wet = present & (np.arange(present.shape[1]) < len(crop.kc_by_day) - dry_days)
    return np.divide(_weeks(wet.astype(float)), counted, out=np.zeros_like(counted), where=counted > 0)
