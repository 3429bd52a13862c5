"""Bring shapes of a file into the form the registers take: two dimensions, valid, of one type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from donhan_gis.i18n import LANGUAGES, text

_MULTI = {"MultiPoint": shapely.multipoints, "MultiLineString": shapely.multilinestrings}
_MULTI["MultiPolygon"] = shapely.multipolygons
# What GEOS says of a shape that is not valid, in small letters, and the text that tells it.
_FAULTS = {
    "self-intersection": "crossing",
    "ring self-intersection": "crossing",
    "hole lies outside shell": "hole_outside",
    "holes are nested": "nested",
    "nested holes": "nested",
    "nested shells": "nested",
    "interior is disconnected": "cut_apart",
    "duplicate rings": "doubled",
    "too few points in geometry component": "too_few_points",
    "invalid coordinate": "bad_number",
    "ring is not closed": "open_ring",
}
_DIMENSION = {"Point": 0, "MultiPoint": 0, "MultiLineString": 1, "MultiPolygon": 2}


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Shapes (n,) in two dimensions and valid, with masks (n,) of what was done.

    ``missing`` has no shape at all (None, empty or without finite coordinates); ``mended`` was made valid and
    ``reasons`` (n,) says what was wrong; ``flattened`` lost its heights.
    """

    geometry: NDArray[Any]
    missing: NDArray[np.bool_]
    mended: NDArray[np.bool_]
    flattened: NDArray[np.bool_]
    reasons: NDArray[Any]


def clean(geometry: NDArray[Any]) -> Cleaned:
    """Return shapes (n,) cleaned; rings left open were closed by the reader."""
    flattened = shapely.has_z(geometry)
    flat: NDArray[Any] = shapely.force_2d(geometry)
    finite = np.isfinite(shapely.bounds(flat)).all(axis=1)
    missing = shapely.is_missing(flat) | shapely.is_empty(flat) | ~finite
    flat = _blanked(flat, missing)
    bad = ~missing & ~shapely.is_valid(flat)
    reasons = np.full(len(flat), "", dtype=object)
    if bad.any():
        # Damaged files hold coordinates beyond all measure; the mended shape is judged afterwards.
        with np.errstate(all="ignore"):
            flat[bad], reasons[bad] = _mended(flat[bad])
    gone = bad & shapely.is_empty(flat)
    return Cleaned(_blanked(flat, gone), missing | gone, bad & ~gone, flattened, reasons)


def _mended(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return shapes (k,) made valid, and what was wrong with each (k,)."""
    return shapely.make_valid(shapes, method="structure", keep_collapsed=False), shapely.is_valid_reason(shapes)


def in_words(reason: str) -> dict[str, str]:
    """Return why a shape was not valid, in both languages, of GEOS's words (``Self-intersection[272900 1806600]``)."""
    kind, _, place = reason.partition("[")
    code = _FAULTS.get(kind.strip().casefold(), "other")
    at = ", ".join(part for part in place.rstrip("]").split() if part)
    return {language: text(f"shape.fault.{code}", language) + (f" ({at})" if at else "") for language in LANGUAGES}


def type_in_words(name: str) -> dict[str, str]:
    """Return a type of shape (``MultiPolygon``) in both languages."""
    return {language: text(f"shape.type.{name.lower()}", language) for language in LANGUAGES}


def _blanked(shapes: NDArray[Any], mask: NDArray[np.bool_]) -> NDArray[Any]:
    out = shapes.copy()
    out[mask] = None
    return out


def promote(geometry: NDArray[Any], wanted: str) -> NDArray[Any]:
    """Return shapes (n,) as the register's type ("MultiPolygon", "Point", …); None where a shape cannot be that.

    A multipoint of one point becomes that point; parts of a lower dimension in a collection are left out.
    """
    if wanted == "Geometry":
        return geometry
    out = np.full(len(geometry), None, dtype=object)
    dimension = shapely.get_dimensions(geometry)
    simple = (dimension == _DIMENSION[wanted]) & (shapely.get_type_id(geometry) != _COLLECTION)
    if wanted == "Point":
        single = simple & (shapely.get_num_geometries(geometry) == 1)
        out[single] = shapely.get_geometry(geometry[single], 0)
        return out
    parts, rows = shapely.get_parts(geometry[simple], return_index=True)
    if len(parts):
        out[simple] = _MULTI[wanted](parts, indices=rows)
    for row in np.flatnonzero(shapely.get_type_id(geometry) == _COLLECTION):
        out[row] = _from_collection(geometry[row], wanted)
    return out


_COLLECTION = 7  # GEOS number of a geometry collection


def _from_collection(collection: Any, wanted: str) -> Any:
    parts = shapely.get_parts(shapely.get_parts(collection))
    kept = parts[shapely.get_dimensions(parts) == _DIMENSION[wanted]]
    return _MULTI[wanted](kept) if len(kept) and wanted in _MULTI else None
