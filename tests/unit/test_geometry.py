"""The geometry codec: GeoPackage blobs in and out, and beside the blobs that GDAL writes."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.store.geometry import from_blobs, register_functions, to_blobs

# Flags byte (OGC 12-128r15, 2.1.3): bit 0 byte order, bits 1-3 envelope, bit 4 empty.
LITTLE, WITH_BOX, EMPTY = 0b1, 0b10, 0b10000

east = st.floats(min_value=100_000, max_value=900_000, allow_nan=False)
north = st.floats(min_value=600_000, max_value=2_300_000, allow_nan=False)
places = st.tuples(east, north)
lines = st.lists(places, min_size=2, max_size=6).map(shapely.LineString)
boxes = st.tuples(east, north, st.floats(0.01, 5000), st.floats(0.01, 5000)).map(
    lambda b: shapely.box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)
shapes = st.one_of(
    places.map(shapely.Point),
    st.lists(places, min_size=1, max_size=4).map(shapely.MultiPoint),
    lines,
    st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString),
    boxes,
    st.lists(boxes, min_size=1, max_size=3).map(shapely.MultiPolygon),
    st.sampled_from([shapely.Point(), shapely.LineString(), shapely.Polygon(), shapely.MultiPolygon()]),
)


@given(st.lists(st.one_of(shapes, st.none()), min_size=1, max_size=5))
def test_out_is_what_went_in(given_shapes: list[Any]) -> None:
    blobs = to_blobs(given_shapes)
    assert [blob is None for blob in blobs] == [shape is None for shape in given_shapes]
    for before, after in zip(given_shapes, from_blobs(blobs), strict=True):
        assert (before is None) == (after is None)
        assert before is None or shapely.equals_identical(before, after)


@given(shapes)
def test_header_tells_the_box(shape: Any) -> None:
    blob = to_blobs([shape])[0]
    assert blob is not None
    magic, version, flags, srs = struct.unpack_from("<2sBBi", blob)
    assert (magic, version, srs) == (b"GP", 0, 32648)
    assert flags == LITTLE | WITH_BOX | (EMPTY if shape.is_empty else 0)
    low_x, high_x, low_y, high_y = struct.unpack_from("<4d", blob, 8)
    assert np.array_equal([low_x, low_y, high_x, high_y], shape.bounds, equal_nan=True)


def test_height_is_dropped() -> None:
    (blob,) = to_blobs([shapely.Point(1, 2, 3)])
    (back,) = from_blobs([blob])
    assert not back.has_z
    assert shapely.equals_identical(back, shapely.Point(1, 2))


def test_nothing_is_nothing() -> None:
    assert to_blobs([None, None]) == [None, None]
    assert list(from_blobs([None])) == [None]
    assert to_blobs([]) == []
    assert len(from_blobs([])) == 0


@pytest.fixture
def sql() -> Any:
    with closing(sqlite3.connect(":memory:")) as connection:
        register_functions(connection)
        yield lambda blob: connection.execute(
            "SELECT ST_IsEmpty(?1), ST_MinX(?1), ST_MaxX(?1), ST_MinY(?1), ST_MaxY(?1), st_area(?1), st_length(?1)",
            [blob],
        ).fetchone()


def by_gdal(folder: Path, geometry: Any, kind: str) -> bytes:
    """Return the blob that GDAL writes, from a file of its own."""
    import pyogrio

    file = folder / f"{kind}.gpkg"
    wkb = np.array([geometry.wkb], dtype=object)
    pyogrio.raw.write(file, wkb, [], [], layer="a", geometry_type=kind, crs="EPSG:32648", driver="GPKG")
    with closing(sqlite3.connect(file)) as connection:
        (blob,) = connection.execute("SELECT geom FROM a").fetchone()
    return bytes(blob)


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (shapely.Point(270000.5, 1805000.25), "Point"),
        (shapely.LineString([(1, 2), (4, 6)]), "LineString"),
        (shapely.MultiPolygon([shapely.box(1, 2, 4, 6)]), "MultiPolygon"),
    ],
    ids=["point", "line", "polygon"],
)
def test_blobs_of_gdal(tmp_path: Path, sql: Any, geometry: Any, kind: str) -> None:
    """GDAL leaves the box of a point out; of the others the blobs are the same to the byte."""
    theirs, ours = by_gdal(tmp_path, geometry, kind), to_blobs([geometry])[0]
    assert shapely.equals_identical(from_blobs([theirs])[0], geometry)
    assert sql(theirs) == sql(ours)
    assert (theirs == ours) == (kind != "Point")


def test_measures(sql: Any) -> None:
    """A square of 40 m by hand: area 1,600 m², outline 160 m."""
    assert sql(to_blobs([shapely.box(0, 0, 40, 40)])[0]) == (0, 0, 40, 0, 40, 1600, 160)
    assert sql(to_blobs([shapely.LineString([(0, 0), (3, 4)])])[0]) == (0, 0, 3, 0, 4, 0, 5)
    assert sql(to_blobs([shapely.Polygon()])[0]) == (1, None, None, None, None, 0, 0)
    assert sql(None) == (None,) * 7


def test_other_byte_orders_and_boxes(sql: Any) -> None:
    wkb = shapely.Point(7, 8).wkb
    big = struct.pack(">2sBBi4d", b"GP", 0, WITH_BOX, 32648, 7, 7, 8, 8) + wkb
    with_heights = struct.pack("<2sBBi6d", b"GP", 0, LITTLE | 0b100, 32648, 7, 7, 8, 8, 0, 0) + wkb
    bare = struct.pack("<2sBBi", b"GP", 0, LITTLE, 32648) + wkb
    for blob in (big, with_heights, bare):
        assert sql(blob)[1:5] == (7, 7, 8, 8)
        assert shapely.equals_identical(from_blobs([blob])[0], shapely.Point(7, 8))
