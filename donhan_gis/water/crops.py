"""Crops and their Kc curves by day of age.

RID Kc goes with RID's ETo and FAO-56 Kc with FAO-56's; the source and edition travel with each result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from donhan_gis.water import constants as c
from donhan_gis.water.weeks import crop_year_start

Values = NDArray[np.float64]


class KcSource(StrEnum):
    """Where a crop's Kc stands. The editions of FAO-56 are never mixed."""

    RID_WEEKLY = "rid_weekly"
    FAO56_1998 = "fao56_1998"
    FAO56_2025 = "fao56_2025"
    PAN = "pan"  # ponds: a share of the evaporation pan


class RainTable(StrEnum):
    """Which of RID's two tables of effective rain serves a crop."""

    RICE = "rice"
    FIELD = "field"


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """One crop. ``kc_by_day`` has shape (days of the season,); for ponds it is the pan factor.

    ``wetted_share`` is the part of the ground that is watered, and so the part of need and rain that counts.
    ``plant_on`` is the month and day of a usual planting; for perennials the turn of the yearly Kc cycle.
    """

    code: str
    th: str
    en: str
    group: str
    kc_source: KcSource
    kc_row: str
    kc_by_day: Values
    ponded: bool
    perennial: bool
    percolation_mm_week: float
    land_prep_mm: float
    wetted_share: float
    rain: RainTable
    plant_on: tuple[int, int]
    agri_type: int
    ldd_code: str
    note: str
    source: str

    @property
    def weeks(self) -> int:
        """The weeks of the season; the last may be a part week."""
        return -(-len(self.kc_by_day) // c.DAYS_PER_WEEK)


def usual_planting(crop: Crop, crop_year: np.datetime64) -> np.datetime64:
    """Return the crop's usual planting day within the crop year that begins on ``crop_year`` (a 1 November).

    Source: ``data/crops/crops.csv``, column plant_on.
    """
    month, day = crop.plant_on
    year = crop_year.astype("datetime64[Y]")
    first = (year.astype("datetime64[M]") + (month - 1)).astype("datetime64[D]") + (day - 1)
    if crop_year_start(first) == crop_year:
        return np.datetime64(first, "D")
    later = ((year + 1).astype("datetime64[M]") + (month - 1)).astype("datetime64[D]") + (day - 1)
    return np.datetime64(later, "D")


def kc_from_weeks(kc_by_week: ArrayLike) -> Values:
    """Return Kc by day of age from Kc by week of age.

    Source: RID weekly Kc; each week's value holds for its seven days.
    """
    return np.repeat(np.asarray(kc_by_week, float), c.DAYS_PER_WEEK)


def kc_from_stages(stage_days: tuple[int, int, int, int], *, ini: float, mid: float, end: float) -> Values:
    """Return Kc by day of age, days counted from 1: flat, a line up, flat, a line to the end.

    Source: FAO-56 Eq. 66.

    >>> curve = kc_from_stages((25, 25, 30, 20), ini=0.15, mid=1.19, end=0.35)
    >>> [round(float(curve[day - 1]), 2) for day in (20, 40, 70, 95)]
    [0.15, 0.77, 1.19, 0.56]
    """
    ini_d, dev_d, mid_d, late_d = stage_days
    corners = np.cumsum([ini_d, dev_d, mid_d, late_d])
    day = np.arange(1, int(corners[-1]) + 1)
    return np.asarray(np.interp(day, corners, [ini, mid, mid, end]))


def kc_climate(
    kc: ArrayLike, *, wind_2m: ArrayLike, rh_min_pct: ArrayLike, height_m: ArrayLike, is_end: bool = False
) -> Values:
    """Return Kc mid (or Kc end) for the local wind and humidity; a Kc end below 0.45 stays as it is.

    Wind, humidity and height are held within the range in which the equation is valid.

    Source: FAO-56 Eq. 62 and 65.

    >>> round(float(kc_climate(1.20, wind_2m=1.3, rh_min_pct=75, height_m=2)), 2)
    1.07
    """
    kc = np.asarray(kc, float)
    wind = np.clip(wind_2m, *c.KC_WIND_RANGE_M_S) - c.KC_WIND_M_S
    humidity = np.clip(rh_min_pct, *c.KC_HUMIDITY_RANGE_PCT) - c.KC_HUMIDITY_PCT
    tall = (np.clip(height_m, *c.KC_HEIGHT_RANGE_M) / c.KC_HEIGHT_M) ** c.KC_HEIGHT_POWER
    changed = kc + (c.KC_WIND * wind - c.KC_HUMIDITY * humidity) * tall
    return np.where(is_end & (kc < c.KC_END_LEAST), kc, changed)
