"""RID's seasonal crop water use from the evaporation pan: the short method beside the weekly one."""

from __future__ import annotations

from dataclasses import dataclass

from donhan_gis.water import constants as c


@dataclass(frozen=True, slots=True)
class Duty:
    """One row of RID's table: pan evaporation and percolation in mm a day, irrigated days, and the printed use."""

    crop_th: str
    crop_en: str
    irrigated_d: int
    pan_mm_d: float
    kp: float
    percolation_mm_d: float
    printed_mm: float
    printed_m3_per_rai: float
    source: str


def duty_mm(pan_mm_d: float, kp: float, *, irrigated_d: int, percolation_mm_d: float = 0) -> float:
    """Return the water use of a season in mm at the field, before rain and losses.

    Source: RID, crop water use in the North (et_north.pdf): (pan x Kp + percolation) x irrigated days.

    >>> round(duty_mm(5.0, 1.3, irrigated_d=86, percolation_mm_d=1.5))
    688
    """
    return (pan_mm_d * kp + percolation_mm_d) * irrigated_d


def duty_m3_per_rai(use_mm: float) -> float:
    """Return a depth in mm as m3 per rai.

    Source: 1 rai is 1,600 m2.

    >>> round(duty_m3_per_rai(7.2 * 86), 1)
    990.7
    """
    return use_mm * c.M3_PER_RAI_MM
