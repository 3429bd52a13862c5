"""GeoPackage geometry: blobs of shapely objects and back, and the SQL functions that the R-tree triggers call.

The project file is touched by ``sqlite3`` alone, because a second copy of SQLite in the process would lose its locks;
so the small codec stands here. Source: OGC 12-128r15 GeoPackage 1.2, clause 2.1.3 (header) and Annex F.3 (R-tree).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely

STORAGE_EPSG = 32648
_HEADER = struct.Struct("<2sBBi4d")  # magic, version, flags, srs_id, min x, max x, min y, max y
_LITTLE_ENDIAN_WITH_XY_ENVELOPE = 0b00000011
_EMPTY = 0b00010000
# Envelope sizes in bytes by the three envelope bits of the flags.
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_FIXED_BYTES = 8


def to_blobs(geometries: Sequence[Any]) -> list[bytes | None]:
    """Return GeoPackage blobs (2D, EPSG:32648) of shapely geometries; None stays None."""
    array = np.asarray(geometries, dtype=object)
    wkbs = shapely.to_wkb(shapely.force_2d(array), byte_order=1)
    bounds = shapely.bounds(array)
    empty = shapely.is_empty(array)
    return [
        None if wkb is None else _header(box, is_empty) + wkb
        for wkb, box, is_empty in zip(wkbs, bounds, empty, strict=True)
    ]


def _header(box: Any, is_empty: bool) -> bytes:
    flags = _LITTLE_ENDIAN_WITH_XY_ENVELOPE | (_EMPTY if is_empty else 0)
    return _HEADER.pack(b"GP", 0, flags, STORAGE_EPSG, box[0], box[2], box[1], box[3])


def _wkb(blob: bytes) -> bytes:
    return blob[_FIXED_BYTES + _ENVELOPE_BYTES[(blob[3] >> 1) & 0b111] :]


def from_blobs(blobs: Sequence[bytes | None]) -> Any:
    """Return an array of shapely geometries of GeoPackage blobs; None stays None."""
    return shapely.from_wkb(np.array([None if blob is None else _wkb(blob) for blob in blobs], dtype=object))


def _bound(index: int) -> Callable[[bytes | None], float | None]:
    def bound(blob: bytes | None) -> float | None:
        if blob is None or blob[3] & _EMPTY:
            return None
        order = "<" if blob[3] & 1 else ">"
        if (blob[3] >> 1) & 0b111:
            low_x, high_x, low_y, high_y = struct.unpack_from(f"{order}4d", blob, _FIXED_BYTES)
        else:
            low_x, low_y, high_x, high_y = shapely.bounds(shapely.from_wkb(_wkb(blob)))
        return float((low_x, high_x, low_y, high_y)[index])

    return bound


def _measure(measure: Callable[[Any], Any]) -> Callable[[bytes | None], float | None]:
    return lambda blob: None if blob is None else float(measure(shapely.from_wkb(_wkb(blob))))


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that R-tree triggers and computed values call."""
    functions: dict[str, Callable[[bytes | None], Any]] = {
        "ST_IsEmpty": lambda blob: None if blob is None else int(bool(blob[3] & _EMPTY)),
        "ST_MinX": _bound(0),
        "ST_MaxX": _bound(1),
        "ST_MinY": _bound(2),
        "ST_MaxY": _bound(3),
        "st_area": _measure(shapely.area),
        "st_length": _measure(shapely.length),
    }
    for name, function in functions.items():
        connection.create_function(name, 1, function, deterministic=True)
