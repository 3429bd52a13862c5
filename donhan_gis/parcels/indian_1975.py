"""Indian 1975 to WGS 84 as pinned PROJ pipelines, for every program that this project calls.

Standard library only, because QGIS's own Python reads it too. A library's default for this datum is 189 m wrong
at Don Han; see ``data/crs/indian_1975.toml`` for the parameter sets and their sources.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Literal

from donhan_gis.errors import InvalidInput
from donhan_gis.paths import DATA

Axes = Literal["xy", "authority"]
WGS84_ELLIPSOID = "WGS84"


@dataclass(frozen=True, slots=True)
class Shift:
    """One geocentric shift from Indian 1975 to WGS 84, in metres."""

    id: str
    name: str
    x_m: float
    y_m: float
    z_m: float
    accuracy_m: float
    source: str


@dataclass(frozen=True, slots=True)
class PinnedCrs:
    """A coordinate system that an operation starts from or ends in; ``zone`` 0 is geographic degrees."""

    epsg: int
    datum: str
    zone: int

    @property
    def is_indian(self) -> bool:
        """Whether it stands on Indian 1975."""
        return self.datum == "indian_1975"


@dataclass(frozen=True, slots=True)
class Pins:
    """The shifts by id, the default one, and the coordinate systems by EPSG code."""

    shifts: dict[str, Shift]
    default: str
    ellipsoid: str
    systems: dict[int, PinnedCrs]


@cache
def pins() -> Pins:
    """Return what ``data/crs/indian_1975.toml`` pins."""
    data = tomllib.loads((DATA / "crs" / "indian_1975.toml").read_text(encoding="utf-8"))
    shifts = {entry["id"]: Shift(**entry) for entry in data["shift"]}
    systems = {entry["epsg"]: PinnedCrs(**entry) for entry in data["crs"]}
    return Pins(shifts, data["default"], data["ellipsoid"], systems)


def is_indian_1975(epsg: int | None) -> bool:
    """Say whether a code is one of the Indian 1975 systems (4240, 24047, 24048)."""
    return epsg in pins().systems and pins().systems[epsg].is_indian


def _ellipsoid(crs: PinnedCrs) -> str:
    return pins().ellipsoid if crs.is_indian else WGS84_ELLIPSOID


def _to_degrees(crs: PinnedCrs, axes: Axes, *, backwards: bool) -> str:
    """Return the steps between radians and the numbers of a file in that system."""
    inverse = " +inv" if backwards else ""
    if crs.zone:
        return f"+step{inverse} +proj=utm +zone={crs.zone} +ellps={_ellipsoid(crs)}"
    steps = [f"+step{inverse} +proj=unitconvert +xy_in=rad +xy_out=deg"]
    if axes == "authority":
        steps.append("+step +proj=axisswap +order=2,1")
    return " ".join(reversed(steps) if backwards else steps)


def _between_datums(source: PinnedCrs, target: PinnedCrs, shift: Shift) -> str:
    inverse = "" if source.is_indian else " +inv"
    helmert = f"+step{inverse} +proj=helmert +x={shift.x_m} +y={shift.y_m} +z={shift.z_m}"
    if source.is_indian == target.is_indian:
        return ""
    return (
        f"+step +proj=push +v_3 +step +proj=cart +ellps={_ellipsoid(source)} {helmert} "
        f"+step +inv +proj=cart +ellps={_ellipsoid(target)} +step +proj=pop +v_3 "
    )


def operation(source_epsg: int, target_epsg: int, *, shift: str = "", axes: Axes = "xy") -> str:
    """Return the PROJ pipeline from one system to another, with the pinned shift (or the one named).

    ``axes`` "xy" is longitude first, as pyproj pipelines and QGIS take it; "authority" is latitude first in
    geographic systems, as ``ogr2ogr -ct``, ``gdalwarp -ct`` and rasterio's COORDINATE_OPERATION take it.

    >>> operation(24048, 32648).count("+step")
    7

    Raises:
        InvalidInput: a system or a shift is not in the file of pinned operations.
    """
    pinned = pins()
    for code in (source_epsg, target_epsg):
        if code not in pinned.systems:
            raise InvalidInput("datum.no_operation", field="crs", source=source_epsg, target=target_epsg)
    if shift and shift not in pinned.shifts:
        raise InvalidInput("datum.no_shift", field="shift", shift=shift, available=", ".join(pinned.shifts))
    source, target = pinned.systems[source_epsg], pinned.systems[target_epsg]
    chosen = pinned.shifts[shift or pinned.default]
    return (
        f"+proj=pipeline {_to_degrees(source, axes, backwards=True)} {_between_datums(source, target, chosen)}"
        f"{_to_degrees(target, axes, backwards=False)}"
    )


def gdal_arguments(source_epsg: int, target_epsg: int, *, shift: str = "") -> list[str]:
    """Return the arguments that make ``ogr2ogr`` or ``gdalwarp`` take the pinned operation."""
    pipeline = operation(source_epsg, target_epsg, shift=shift, axes="authority")
    return ["-s_srs", f"EPSG:{source_epsg}", "-t_srs", f"EPSG:{target_epsg}", "-ct", pipeline]


def qgis_operations(*, shift: str = "") -> list[tuple[str, str, str]]:
    """Return (source, target, pipeline) of each operation to put into a QGIS project's transform context."""
    systems = pins().systems.values()
    return [
        (f"EPSG:{source.epsg}", f"EPSG:{target.epsg}", operation(source.epsg, target.epsg, shift=shift))
        for source in systems
        for target in systems
        if source.is_indian and not target.is_indian
    ]
