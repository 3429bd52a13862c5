"""The project's layers as the map on notices wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from donhan_gis import settings
from donhan_gis.documents.parcel_map import MapLayer, ParcelMapper
from donhan_gis.store import Store

Row = Mapping[str, Any]


def mapper_of(store: Store, project: Path, *, photo: bool = False) -> ParcelMapper:
    """Return a drawer of the project's parcels, roads and villages; parcels are called by their document's number.

    With ``photo`` the newest orthophoto of the catalogue lies behind, where its file is there.
    """
    villages = store.titles_of("village", [row["uid"] for row in store.rows("village", columns=["uid"])])
    thai_digits = settings.value_of("office.thai_digits", store.setting("office.thai_digits"))
    return ParcelMapper(
        _layer(store, "parcel", lambda row: row["doc_no"] or row["code"] or ""),
        _layer(store, "road", lambda row: row["name"] or ""),
        _layer(store, "village", lambda row: villages[row["uid"]]),
        thai_digits=bool(thai_digits),
        photo=_newest_photo(store, project) if photo else None,
    )


def _layer(store: Store, register: str, label: Callable[[Row], str]) -> MapLayer:
    rows = [row for row in store.rows(register, geometry=True) if row["geom"] is not None]
    shapes = np.array([row["geom"] for row in rows], dtype=object)
    return MapLayer([row["uid"] for row in rows], shapes, [label(row) for row in rows])


def _newest_photo(store: Store, project: Path) -> Path | None:
    rows = store.rows("orthophoto", "path IS NOT NULL", order="flown_on DESC, fid DESC")
    files = (project.parent / row["path"] for row in rows)
    return next((file for file in files if file.is_file()), None)
