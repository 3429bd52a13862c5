"""Effective rain: the share of a month's rain that serves the crop.

RID keeps its own table per province (``data/climate/rid_effective_rain.csv``); LDD uses the USDA-SCS rule of CROPWAT.
The method is kept with each result.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from donhan_gis.errors import InvalidInput
from donhan_gis.water import constants as c

Values = NDArray[np.float64]


class RainMethod(StrEnum):
    """Where the effective rain of a result comes from."""

    RID_TABLE = "rid_table"
    USDA_SCS = "usda_scs"
    FAO_AGLW = "fao_aglw"
    FAO_MANUAL_3 = "fao_manual_3"
    FIXED_SHARE = "fixed_share"
    NONE = "none"


def usda_scs_mm(rain_mm: ArrayLike) -> Values:
    """Return the effective rain of months in mm.

    Source: USDA Soil Conservation Service rule as used by CROPWAT 8 and by LDD's tables.

    >>> [round(float(v), 1) for v in usda_scs_mm([218.4, 300])]
    [142.1, 155.0]
    """
    rain = np.asarray(rain_mm, float)
    below = rain * (c.SCS_SCALE_MM - c.SCS_LOSS * rain) / c.SCS_SCALE_MM
    return np.where(rain <= c.SCS_BREAK_MM, below, c.SCS_SCALE_MM + c.SCS_ABOVE_SHARE * rain)


def fao_aglw_mm(rain_mm: ArrayLike) -> Values:
    """Return the dependable rain of months in mm (exceeded in four years of five).

    Source: FAO/AGLW formula, FAO Irrigation and Drainage Paper 46; the break is at 70 mm.

    >>> [float(v) for v in fao_aglw_mm([10, 100])]
    [0.0, 56.0]
    """
    rain = np.asarray(rain_mm, float)
    return _two_lines(rain, c.AGLW_BELOW, above=c.AGLW_ABOVE, below_here=rain <= c.AGLW_BREAK_MM)


def fao_manual_3_mm(rain_mm: ArrayLike) -> Values:
    """Return the effective rain of months in mm.

    Source: FAO Irrigation Water Management Training Manual 3, section 4.2.
    """
    rain = np.asarray(rain_mm, float)
    return _two_lines(rain, c.MANUAL3_BELOW, above=c.MANUAL3_ABOVE, below_here=rain < c.MANUAL3_BREAK_MM)


def effective_mm(rain_mm: ArrayLike, method: RainMethod, *, share: float = 1) -> Values:
    """Return the effective rain of months in mm by a named method; ``share`` serves ``fixed_share`` only.

    Source: the functions of this module.

    Raises:
        InvalidInput: rain is negative or missing, the share is not within 0..1, or the method needs RID's table.
    """
    rain = np.asarray(rain_mm, float)
    if not np.all(rain >= 0):
        raise InvalidInput("water.bad_rain", field="rain_mm")
    if not 0 <= share <= 1:
        raise InvalidInput("water.bad_share", field="share", value=share)
    if method is RainMethod.RID_TABLE:
        raise InvalidInput("water.rain_needs_table", field="rain_method")
    shares = {RainMethod.NONE: 0.0 * rain, RainMethod.FIXED_SHARE: share * rain}
    rules = {
        RainMethod.USDA_SCS: usda_scs_mm,
        RainMethod.FAO_AGLW: fao_aglw_mm,
        RainMethod.FAO_MANUAL_3: fao_manual_3_mm,
    }
    return shares[method] if method in shares else rules[method](rain)


def _two_lines(
    rain: Values, below: tuple[float, float], *, above: tuple[float, float], below_here: NDArray[np.bool_]
) -> Values:
    """Return slope times rain less offset, by one line below the break and another above, never negative."""
    low, high = below[0] * rain - below[1], above[0] * rain - above[1]
    return np.maximum(0, np.where(below_here, low, high))
