"""Cloud Optimized GeoTIFF: written, checked against files that are none, and described.

The checks are compared with GDAL's own reading of the same files (block shapes, overviews, layout tag).
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import Affine

from donhan_gis.errors import SourceError
from donhan_gis.ortho import cog

PLACE = Affine(0.1, 0, 272_000.0, 0, -0.1, 1_808_000.0)


def picture(rows: int = 1400, columns: int = 1800) -> np.ndarray:
    y, x = np.mgrid[:rows, :columns]
    return np.stack([(x // 8) % 256, (y // 8) % 256, ((x + y) // 16) % 256]).astype(np.uint8)


def plain_tiff(path: Path, **options: object) -> Path:
    pixels = picture()
    shape = {"count": 3, "height": pixels.shape[1], "width": pixels.shape[2], "dtype": "uint8"}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:32648", transform=PLACE, **shape, **options) as out:
        out.write(pixels)
    return path


def test_writes_a_cog_that_gdal_agrees_with(tmp_path: Path) -> None:
    path = cog.write_cog(picture(), tmp_path / "photo.tif", transform=PLACE)
    assert cog.cog_problems(path) == []
    with rasterio.open(path) as raster:
        assert raster.block_shapes == [(512, 512)] * 3
        assert raster.overviews(1) == [2, 4]
        assert raster.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert raster.tags(ns="IMAGE_STRUCTURE")["COMPRESSION"] == "YCbCr JPEG"
        assert raster.crs.to_epsg() == 32648 and raster.transform == PLACE
        assert np.abs(raster.read().astype(int) - picture()).mean() < 6  # JPEG loses a little
    assert [p.name for p in tmp_path.iterdir()] == ["photo.tif"]


def test_makes_a_cog_of_an_existing_file(tmp_path: Path) -> None:
    path = cog.write_cog(plain_tiff(tmp_path / "plain.tif"), tmp_path / "photo.tif")
    assert cog.cog_problems(path) == []


def test_a_small_picture_needs_no_overviews(tmp_path: Path) -> None:
    path = cog.write_cog(picture(300, 400), tmp_path / "small.tif", transform=PLACE)
    assert cog.cog_problems(path) == []


def test_striped_file_is_no_cog(tmp_path: Path) -> None:
    found = cog.cog_problems(plain_tiff(tmp_path / "striped.tif"))
    assert {"cog.not_tiled", "cog.no_overviews"} <= set(found)


@pytest.mark.parametrize("bigtiff", ["NO", "YES"])
def test_overviews_added_afterwards_stand_in_the_wrong_place(tmp_path: Path, bigtiff: str) -> None:
    path = plain_tiff(tmp_path / "late.tif", tiled=True, blockxsize=512, blockysize=512, BIGTIFF=bigtiff)
    assert cog.cog_problems(path) == ["cog.no_overviews"]
    with rasterio.open(path, "r+") as raster:
        raster.build_overviews([2, 4], Resampling.average)
    found = cog.cog_problems(path)
    assert "cog.order_of_data" in found and "cog.directories_after_data" in found


@pytest.mark.parametrize(
    "content", [b"", b"II", b"not a picture at all, but long enough", b"II*\0\xff\xff\xff\x7f" + bytes(8)]
)
def test_what_is_no_tiff(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.tif"
    path.write_bytes(content)
    assert cog.cog_problems(path) == ["cog.not_tiff"]


def test_truncated_directory_and_missing_file(tmp_path: Path) -> None:
    whole = cog.write_cog(picture(), tmp_path / "photo.tif", transform=PLACE).read_bytes()
    (tmp_path / "cut.tif").write_bytes(whole[:220])
    assert cog.cog_problems(tmp_path / "cut.tif") == ["cog.not_tiff"]
    assert cog.cog_problems(tmp_path / "absent.tif") == ["cog.unreadable"]


def test_circle_of_directories_is_told(tmp_path: Path) -> None:
    # a directory with no entry whose next directory is itself
    (tmp_path / "round.tif").write_bytes(b"II*\0\x08\0\0\0" + b"\0\0" + b"\x08\0\0\0" + bytes(8))
    assert cog.cog_problems(tmp_path / "round.tif") == ["cog.not_tiff"]


def test_every_problem_has_its_sentence() -> None:
    from donhan_gis.i18n import text

    for code in ("not_tiff", "unreadable", "not_tiled", "no_overviews", "overviews_too_large"):
        assert text(f"cog.{code}", "th") != text(f"cog.{code}", "en")
    for code in ("order_of_directories", "directories_after_data", "order_of_data"):
        assert text(f"cog.{code}", "th") != text(f"cog.{code}", "en")


def test_an_older_file_survives_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "photo.tif"
    path.write_bytes(b"older")
    with pytest.raises(SourceError) as fault:
        cog.write_cog(tmp_path / "absent.tif", path)
    assert fault.value.code == "ortho.cannot_write" and "photo.tif" in fault.value.th
    assert path.read_bytes() == b"older" and len(list(tmp_path.iterdir())) == 1


def test_describes_size_place_and_checksum(tmp_path: Path) -> None:
    path = cog.write_cog(picture(), tmp_path / "photo.tif", transform=PLACE)
    row = cog.describe(path)
    assert (row["width_px"], row["height_px"], row["bands"], row["epsg"]) == (1800, 1400, 3, 32648)
    assert row["gsd_cm"] == 10.0
    assert row["geom"].bounds == pytest.approx((272_000.0, 1_807_860.0, 272_180.0, 1_808_000.0))
    assert row["checksum"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_describes_a_picture_in_degrees_on_the_ground(tmp_path: Path) -> None:
    # 0.0001 degree at 16.33 N: 11.06 m north and 10.69 m east, so a mean of 10.87 m
    path = cog.write_cog(
        picture(100, 100), tmp_path / "photo.tif", transform=Affine(1e-4, 0, 102.87, 0, -1e-4, 16.34), epsg=4326
    )
    row = cog.describe(path)
    assert row["epsg"] == 4326 and row["gsd_cm"] == pytest.approx(1087, abs=3)
    assert 272_000 < row["geom"].centroid.x < 274_000


def test_describe_refuses_what_has_no_place(tmp_path: Path) -> None:
    with (
        pytest.warns(NotGeoreferencedWarning),
        rasterio.open(tmp_path / "bare.png", "w", driver="PNG", width=20, height=20, count=3, dtype="uint8") as out,
    ):
        out.write(picture(20, 20))
    for name, code in (("bare.png", "ortho.no_crs"), ("absent.tif", "ortho.unreadable")):
        with pytest.raises(SourceError) as fault:
            cog.describe(tmp_path / name)
        assert fault.value.code == code


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX thing")
def test_a_full_disk_leaves_nothing_behind(tmp_path: Path) -> None:
    script = f"""
import resource, signal, pathlib, numpy, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
from donhan_gis.ortho import cog
from donhan_gis.errors import SourceError
noise = numpy.random.default_rng(1).integers(0, 255, (3, 1400, 1800), dtype=numpy.uint8)
try:
    cog.write_cog(noise, pathlib.Path({str(tmp_path / "photo.tif")!r}))
except SourceError as error:
    sys.exit(0 if error.code == "ortho.cannot_write" else 3)
sys.exit(4)
"""
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", script], check=False).returncode == 0
    assert list(tmp_path.iterdir()) == []
