"""The climate of a station by month: reference evaporation, pan evaporation and effective rain."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from donhan_gis.errors import InvalidInput
from donhan_gis.water import constants as c
from donhan_gis.water.crops import Crop, KcSource, RainTable
from donhan_gis.water.rain import RainMethod, effective_mm

Values = NDArray[np.float64]

TABLES = {
    "eto_mm": "ETo",
    "pan_mm": "Epan (ถาดวัดการระเหย, pan)",
    "rain_rice_mm": "Re (ข้าว, rice)",
    "rain_field_mm": "Re (พืชไร่, field crops)",
}


@dataclass(frozen=True, slots=True, eq=False)
class Climate:
    """Twelve monthly values of each kind, January first, in mm a month; arrays of shape (12,)."""

    station: str
    province: str
    eto_mm: Values
    pan_mm: Values
    rain_rice_mm: Values
    rain_field_mm: Values
    rain_method: RainMethod
    source: str

    def evaporation_mm(self, crop: Crop) -> Values:
        """Return the monthly evaporation that the crop's Kc multiplies: the pan's for ponds, else ETo."""
        return self.pan_mm if crop.kc_source is KcSource.PAN else self.eto_mm

    def rain_mm(self, crop: Crop) -> Values:
        """Return the monthly effective rain of the crop."""
        return self.rain_rice_mm if crop.rain is RainTable.RICE else self.rain_field_mm

    def as_record(self) -> dict[str, Any]:
        """Return what a result keeps of the climate."""
        return {
            "station": self.station,
            "province": self.province,
            "rain_method": self.rain_method.value,
            "climate_source": self.source,
        }


def with_rain(climate: Climate, rain_mm: ArrayLike, *, method: RainMethod, share: float = 1, source: str) -> Climate:
    """Return the climate with effective rain worked out from twelve monthly sums of measured rain, for every crop.

    Source: the rules of ``water.rain``.

    Raises:
        InvalidInput: rain is not twelve values, or is negative or missing.
    """
    effective = effective_mm(rain_mm, method, share=share)
    changed = dataclasses.replace(
        climate,
        rain_rice_mm=effective,
        rain_field_mm=effective,
        rain_method=method,
        source=f"{climate.source}; {source}",
    )
    check_climate(changed)
    return changed


def check_climate(climate: Climate) -> None:
    """Refuse a climate with a missing or negative month.

    Source: twelve values are needed by both methods.

    Raises:
        InvalidInput: names the table, the station and the months.
    """
    for name, title in TABLES.items():
        values = getattr(climate, name)
        if values.shape != (c.MONTHS_PER_YEAR,):
            raise InvalidInput("water.month_count", field=name, station=climate.station, table=title, count=values.size)
        months = [str(month + 1) for month in np.flatnonzero(~(values >= 0))]
        if months:
            values_th_en = {"station": climate.station, "table": title, "months": ", ".join(months)}
            raise InvalidInput("water.month_missing", field=name, **values_th_en)
