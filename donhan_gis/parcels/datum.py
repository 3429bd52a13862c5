"""Bring geometries of any coordinate system into the storage system (EPSG:32648), with pinned datum shifts.

Everything on Indian 1975 goes through :mod:`donhan_gis.parcels.indian_1975`; the rest through PROJ's own choice.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from donhan_gis.errors import InvalidInput
from donhan_gis.parcels.indian_1975 import is_indian_1975, operation, pins

STORAGE_EPSG = 32648
GEOGRAPHIC_EPSG = 4326
_INDIAN_1975 = re.compile(r"indian[ _]*1975", re.IGNORECASE)
_EVEREST_1937 = 300.8017  # inverse flattening, Everest 1830 (1937 adjustment)
_SAME_FLATTENING = 0.0001
_TELLING_CONFIDENCE = 70  # of 100; below it PROJ mixes Indian 1960 (EPSG:3148) with Indian 1975 (EPSG:24048)


@cache
def read_crs(written: str) -> pyproj.CRS:
    """Return the coordinate system of an EPSG code, WKT or PROJ text.

    Raises:
        InvalidInput: it cannot be understood.
    """
    try:
        return pyproj.CRS.from_user_input(int(written) if written.isdigit() else written)
    except ProjError as error:
        raise InvalidInput("datum.unknown_crs", field="crs", crs=written[:80]) from error


@cache
def epsg_of(written: str) -> int | None:
    """Return the EPSG code of a coordinate system, or None where it has none.

    Indian 1975 is told by the name of its datum and its zone: .prj files of it carry no code and match others.

    >>> epsg_of("EPSG:24048")
    24048
    """
    crs = read_crs(written)
    if _on_indian_1975(crs):
        return _indian_code(crs)
    code: int | None = crs.to_epsg(min_confidence=_TELLING_CONFIDENCE)
    return code


def _on_indian_1975(crs: pyproj.CRS) -> bool:
    """Say whether the datum is Indian 1975 by name, or unnamed on the ellipsoid that Thailand used it with."""
    datum = crs.datum.name if crs.datum else ""
    if _INDIAN_1975.search(f"{crs.name} {datum} {crs.geodetic_crs.name if crs.geodetic_crs else ''}"):
        return True
    flattening = crs.ellipsoid.inverse_flattening if crs.ellipsoid else 0
    return datum.lower().startswith("unknown") and abs(flattening - _EVEREST_1937) < _SAME_FLATTENING


def _indian_code(crs: pyproj.CRS) -> int | None:
    zone = int(crs.utm_zone[:-1]) if crs.utm_zone else 0
    if crs.is_projected and not zone:
        return None
    return next((s.epsg for s in pins().systems.values() if s.is_indian and s.zone == zone), None)


@cache
def transformer(source_crs: str, target_epsg: int = STORAGE_EPSG, *, shift: str = "") -> pyproj.Transformer:
    """Return the transformer, x before y on both sides; the pinned one wherever Indian 1975 takes part.

    Raises:
        InvalidInput: the system is unknown, or no operation is pinned for it.
    """
    source_epsg = epsg_of(source_crs)
    if source_epsg and (is_indian_1975(source_epsg) or is_indian_1975(target_epsg)):
        return pyproj.Transformer.from_pipeline(operation(source_epsg, target_epsg, shift=shift))
    if source_epsg is None and _on_indian_1975(read_crs(source_crs)):
        raise InvalidInput("datum.no_operation", field="crs", source=read_crs(source_crs).name, target=target_epsg)
    try:
        return pyproj.Transformer.from_crs(read_crs(source_crs), target_epsg, always_xy=True)
    except ProjError as error:
        raise InvalidInput("datum.unknown_crs", field="crs", crs=source_crs[:80]) from error


def to_crs(geoms: NDArray[Any], source_crs: str, *, target_epsg: int, shift: str = "") -> NDArray[Any]:
    """Return an array of geometries (n,) in another system; None stays None.

    Raises:
        InvalidInput: the system is unknown, or no operation is pinned for it.
    """
    if epsg_of(source_crs) == target_epsg:
        return geoms
    change = transformer(source_crs, target_epsg, shift=shift)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    moved: NDArray[Any] = shapely.transform(geoms, move)
    return moved


def to_storage(geoms: NDArray[Any], source_crs: str, *, shift: str = "") -> NDArray[Any]:
    """Return an array of geometries (n,) in EPSG:32648, metres.

    Raises:
        InvalidInput: the system is unknown, or no operation is pinned for it.
    """
    return to_crs(geoms, source_crs, target_epsg=STORAGE_EPSG, shift=shift)
