"""Indian 1975 to WGS 84: published figures, every engine that this machine has, and names in .prj files."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pyproj
import pytest
import rasterio.warp
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import from_origin

from donhan_gis.errors import InvalidInput
from donhan_gis.parcels.datum import epsg_of, to_crs, to_storage, transformer
from donhan_gis.parcels.indian_1975 import gdal_arguments, operation, pins, qgis_operations

# Indian 1975 / UTM 48N and the same point on WGS 84: computed for the fact sheet of this project with PROJ and the
# parameters 204.4798, 837.8940, 294.7765, independently of this module.
INDIAN = (273391.243, 1806308.706)
WGS84 = (272975.71, 1806622.80)
DEGREES = (102.875, 16.33)
TOLERANCE_M = 0.02


def test_the_test_vector_in_the_core():
    assert transformer("EPSG:24048").transform(*INDIAN) == pytest.approx(WGS84, abs=TOLERANCE_M)
    assert transformer("EPSG:24048", 4326).transform(*INDIAN) == pytest.approx(DEGREES, abs=2e-7)


def test_published_computation_of_zone_47():
    """Source: geomatics-tech.blogspot.com 2011/12, WGS 84 47N → Indian 1975; its author states agreement of 0.2 m."""
    found = transformer("EPSG:32647", 24047).transform(672978.171, 1521044.256)
    assert found == pytest.approx((673310.690, 1520741.207), abs=0.2)


def test_it_is_not_the_default_of_proj():
    wrong = pyproj.Transformer.from_crs(24048, 32648, always_xy=True).transform(*INDIAN)
    assert np.hypot(wrong[0] - WGS84[0], wrong[1] - WGS84[1]) == pytest.approx(189, abs=2)


@pytest.mark.parametrize(
    ("shift", "away_m"), [("rtsd_older", 1.40), ("epsg_1304", 1.35), ("epsg_1537", 0.55), ("rtsd_refined", 0.0)]
)
def test_other_parameter_sets_differ_as_published(shift, away_m):
    east, north = transformer("EPSG:24048", shift=shift).transform(*INDIAN)
    assert np.hypot(east - WGS84[0], north - WGS84[1]) == pytest.approx(away_m, abs=0.02)


def test_geographic_numbers_differ_by_420_m():
    lon, lat = transformer("EPSG:4240", 4326).transform(*DEGREES)
    _, _, way_m = pyproj.Geod(ellps="WGS84").inv(*DEGREES, lon, lat)
    assert way_m == pytest.approx(420, abs=5)


@given(st.floats(265_000, 280_000), st.floats(1_800_000, 1_815_000), st.sampled_from([4326, 32647, 32648]))
def test_there_and_back(east, north, target):
    there = transformer("EPSG:24048", target).transform(east, north)
    back = transformer(f"EPSG:{target}", 24048).transform(*there)
    assert back == pytest.approx((east, north), abs=0.01)


def test_geometries_keep_their_gaps():
    shapes = np.array([shapely.Point(INDIAN), None, shapely.Point(INDIAN).buffer(10)], dtype=object)
    moved = to_storage(shapes, "24048")
    assert moved[1] is None
    assert (moved[0].x, moved[0].y) == pytest.approx(WGS84, abs=TOLERANCE_M)
    assert moved[2].area == pytest.approx(shapes[2].area, rel=1e-3)
    assert to_crs(moved, "EPSG:32648", target_epsg=32648) is moved


@pytest.mark.parametrize("code", [4240, 24047, 24048, 32647, 32648, 3148, 23948])
def test_prj_files_are_told_by_name(code):
    """The .prj of ArcGIS carries no code; Indian 1960 (3148) and 1954 (23948) must not become Indian 1975."""
    assert epsg_of(pyproj.CRS(code).to_wkt("WKT1_ESRI")) == code


def test_unnamed_everest_is_taken_for_indian_1975():
    assert epsg_of("+proj=utm +zone=48 +a=6377276.345 +rf=300.8017 +units=m +type=crs") == 24048


def test_what_is_not_pinned_is_refused():
    with pytest.raises(InvalidInput) as caught:
        operation(24048, 3857)
    assert "24048" in caught.value.en and "3857" in caught.value.th
    with pytest.raises(InvalidInput, match="Indian 1975"):
        transformer("EPSG:24048", 3857)
    with pytest.raises(InvalidInput):
        operation(24048, 32648, shift="nobody")
    with pytest.raises(InvalidInput) as caught:
        transformer("not a system")
    assert caught.value.code == "datum.unknown_crs"


def test_every_shift_has_a_source_and_the_default_exists():
    assert pins().default in pins().shifts
    assert all(shift.source and shift.accuracy_m > 0 for shift in pins().shifts.values())
    assert len(qgis_operations()) == 9  # three Indian systems to three of WGS 84


@pytest.mark.skipif(not shutil.which("ogr2ogr"), reason="GDAL's ogr2ogr is not installed")
@pytest.mark.parametrize(("target", "expected", "tolerance"), [(32648, WGS84, 0.02), (4326, DEGREES, 2e-7)])
def test_ogr2ogr_takes_the_pinned_operation(tmp_path, target, expected, tolerance):
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": INDIAN}}
    source, result = tmp_path / "in.geojson", tmp_path / "out.csv"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": [point]}))
    arguments = ["ogr2ogr", "-f", "CSV", "-lco", "GEOMETRY=AS_XY", *gdal_arguments(24048, target), result, source]
    subprocess.run(arguments, check=True, capture_output=True)
    found = [float(number) for number in result.read_text().splitlines()[1].split(",")[:2]]
    assert found == pytest.approx(expected, abs=tolerance)


# rasterio 1.4 multiplies affine 3.1's transforms in the way that affine means to drop one day.
OLD_AFFINE = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


@OLD_AFFINE
@pytest.mark.parametrize(("target", "centre", "cell"), [(32648, WGS84, 1.0), (4326, DEGREES, 1e-5)])
def test_rasterio_takes_the_pinned_operation(target, centre, cell):
    """One bright cell of 100 m around the test point must land around its true place."""
    picture = np.zeros((3, 3), "uint8")
    picture[1, 1] = 9
    found, _ = rasterio.warp.reproject(
        picture,
        np.zeros((400, 400), "uint8"),
        src_crs="EPSG:24048",
        src_transform=from_origin(INDIAN[0] - 150, INDIAN[1] + 150, 100, 100),
        dst_crs=f"EPSG:{target}",
        dst_transform=from_origin(centre[0] - 200 * cell, centre[1] + 200 * cell, cell, cell),
        COORDINATE_OPERATION=operation(24048, target, axes="authority"),
    )
    rows, columns = np.nonzero(found)
    assert (rows.mean(), columns.mean()) == pytest.approx((199.5, 199.5), abs=1)


@OLD_AFFINE
@pytest.mark.skipif(not shutil.which("gdalwarp"), reason="GDAL's gdalwarp is not installed")
def test_gdalwarp_takes_the_pinned_operation(tmp_path):
    picture = np.full((1, 100, 100), 7, "uint8")
    profile = {"driver": "GTiff", "width": 100, "height": 100, "count": 1, "dtype": "uint8", "crs": "EPSG:24048"}
    source, result = tmp_path / "in.tif", tmp_path / "out.tif"
    with rasterio.open(source, "w", transform=from_origin(INDIAN[0] - 50, INDIAN[1] + 50, 1, 1), **profile) as file:
        file.write(picture)
    command = ["gdalwarp", "-q", "-tr", "1", "1", *gdal_arguments(24048, 32648), source, result]
    subprocess.run(command, check=True, capture_output=True)
    with rasterio.open(result) as file:
        east, north = file.transform * (file.width / 2, file.height / 2)
    assert (east, north) == pytest.approx(WGS84, abs=1.5)
