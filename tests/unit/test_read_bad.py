"""Files that cannot be read: one clear sentence each, in Thai and English, and nothing left behind."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from test_read import SQUARES, write

from donhan_gis.errors import DonhanError, InvalidInput, SourceError
from donhan_gis.exchange.read import read_source


def refusal(path, **options) -> DonhanError:
    """Return the error of a reading, after checking that it speaks both languages in one line."""
    with pytest.raises(SourceError) as caught:
        read_source(path, **options)
    for sentence in (caught.value.th, caught.value.en):
        assert sentence.count("\n") == 0 and Path(str(path)).name in sentence and "{" not in sentence
    return caught.value


def test_missing_and_empty(tmp_path):
    assert refusal(tmp_path / "none.shp").code == "read.missing"
    for ending in ("shp", "gpkg", "csv", "xlsx", "zip", "geojson"):
        (tmp_path / f"e.{ending}").touch()
        assert refusal(tmp_path / f"e.{ending}").code == "read.empty"
    assert refusal(tmp_path / "e.shp").field == "path"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_truncated_geopackage(tmp_path, share):
    many = np.tile(SQUARES, 3000)
    whole = write(tmp_path / "a.gpkg", many, columns={"n": np.arange(len(many))}).read_bytes()
    (tmp_path / "t.gpkg").write_bytes(whole[: int(len(whole) * share)])
    error = refusal(tmp_path / "t.gpkg")
    assert error.code == "read.truncated" and f"{len(whole):,}" in error.th


def test_damaged_files(tmp_path):
    for name in ("a.gpkg", "a.shp", "a.geojson", "a.xlsx", "a.zip"):
        start = b"{" if name.endswith("json") else b"PK\x03\x04" if name.endswith(("zip", "xlsx")) else b""
        (tmp_path / name).write_bytes(start + b"not what it says " * 20)
    (tmp_path / "a.shx").write_bytes(b"x" * 100)
    (tmp_path / "a.dbf").write_bytes(b"x" * 100)
    for name in ("a.gpkg", "a.shp", "a.geojson", "a.xlsx", "a.zip"):
        assert refusal(tmp_path / name).code == "read.damaged", name


def test_shapefile_without_its_companions(tmp_path):
    shp = write(tmp_path / "a.shp")
    shp.with_suffix(".shx").unlink()
    error = refusal(shp)
    assert error.code == "read.incomplete" and ".shx" in error.th
    assert not shp.with_suffix(".shx").exists()


def test_zip_with_two_shapefiles_names_them(tmp_path):
    for name in ("parcels", "roads"):
        write(tmp_path / f"{name}.shp")
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for part in [*tmp_path.glob("parcels.*"), *tmp_path.glob("roads.*")]:
            file.write(part, part.name)
    error = refusal(archive)
    assert error.code == "read.many" and "parcels, roads" in error.th and '--layer "parcels"' in error.en
    assert refusal(archive, layer="canals").code == "read.no_layer"


def picture(path: Path, driver: str) -> Path:
    with rasterio.open(
        path,
        "w",
        driver=driver,
        width=9,
        height=9,
        count=1,
        dtype="uint8",
        crs=32648,
        transform=from_origin(0, 9, 1, 1),
    ) as file:
        file.write(np.zeros((1, 9, 9), "uint8"))
    return path


@pytest.mark.filterwarnings("ignore")
def test_raster_where_a_map_file_is_wanted(tmp_path):
    tif = picture(tmp_path / "a.tif", "GTiff")
    assert refusal(tif).code == "read.raster"
    assert refusal(Path(shutil.copy(tif, tmp_path / "lying.gpkg"))).code == "read.raster"
    assert refusal(Path(shutil.copy(tif, tmp_path / "lying.shp"))).code == "read.raster"
    assert refusal(picture(tmp_path / "tiles.gpkg", "GPKG")).code == "read.raster"
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as file:
        file.write(tif, "a.tif")
    assert refusal(tmp_path / "p.zip").code == "read.raster"


def test_a_project_is_never_opened_by_gdal(tmp_path):
    path = tmp_path / "project.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("create table donhan_meta (key text, value text)")
    database.close()
    before = path.read_bytes()
    assert refusal(path).code == "read.is_project"
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == ["project.gpkg"]


def test_password_zip_and_workbook(tmp_path):
    shp = write(tmp_path / "a.shp")
    if not shutil.which("zip"):
        pytest.skip("the zip program is not installed")
    command = ["zip", "-q", "-P", "secret", "locked.zip", *(f"a.{part}" for part in ("shp", "shx", "dbf", "prj"))]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert refusal(tmp_path / "locked.zip").code == "read.password" and shp.exists()
    # A protected workbook is an OLE2 file with a stream of this name.
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600
    (tmp_path / "locked.xlsx").write_bytes(ole)
    assert refusal(tmp_path / "locked.xlsx").code == "read.password"


def test_dangerous_zips(tmp_path):
    with zipfile.ZipFile(tmp_path / "climb.zip", "w") as file:
        file.writestr("../../etc/a.shp", b"x")
    assert refusal(tmp_path / "climb.zip").code == "read.unsafe_zip"
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.csv", b"0" * (128 * 1024**2))
    assert refusal(tmp_path / "bomb.zip").code == "read.zip_bomb"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bomb.zip", "climb.zip"]


def test_nothing_readable(tmp_path):
    (tmp_path / "folder").mkdir()
    assert refusal(tmp_path / "folder").code == "read.nothing_inside"
    (tmp_path / "a.docx.bin").write_bytes(b"words")
    assert refusal(tmp_path / "a.docx.bin").code == "read.unknown_kind"
    (tmp_path / "a.csv").write_text("code,name\n", encoding="utf-8")
    assert refusal(tmp_path / "a.csv").code == "read.no_rows"
    (tmp_path / "b.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    assert read_source(tmp_path / "b.csv").count == 1  # a heading of digits is a heading still
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    assert refusal(tmp_path / "a.xlsx").code in ("read.no_heading", "read.nothing_inside")


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may read every file")
def test_no_right_to_read(tmp_path):
    shp = write(tmp_path / "a.gpkg")
    shp.chmod(0)
    assert refusal(shp).code == "read.refused"


@pytest.mark.parametrize(
    ("claimed", "code"),
    [("EPSG:4326", "landing.lying"), ("EPSG:32647", "landing.wrong_zone"), (None, "landing.unknown")],
)
def test_lying_and_missing_prj_in_metres_ask_for_an_answer(tmp_path, claimed, code):
    shp = write(tmp_path / "a.shp", crs=claimed or "EPSG:32648")
    if claimed is None:
        shp.with_suffix(".prj").unlink()
    error = refusal(shp)
    assert error.code == code and "EPSG:32648, EPSG:24048" in error.th
    assert read_source(shp, crs="EPSG:32648").crs == "EPSG:32648"


def test_another_country_and_swapped_axes(tmp_path):
    paris = np.array([shapely.box(2.3, 48.8, 2.4, 48.9)] * 2, dtype=object)
    path = write(tmp_path / "fr.gpkg", paris, crs="EPSG:4326")
    assert refusal(path).code == "landing.abroad"
    assert "landing.abroad.noted" in [f.code for f in read_source(path, allow_abroad=True).findings]
    swapped = np.array([shapely.box(16.33, 102.87, 16.34, 102.88)] * 2, dtype=object)
    assert refusal(write(tmp_path / "swap.gpkg", swapped, crs="EPSG:4326")).code == "landing.swapped"


def test_answers_that_make_no_sense(tmp_path):
    shp = write(tmp_path / "a.shp")
    with pytest.raises(InvalidInput) as caught:
        read_source(shp, encoding="klingon")
    assert caught.value.code == "read.unknown_encoding"
    with pytest.raises(InvalidInput) as caught:
        read_source(shp, crs="EPSG:999999")
    assert caught.value.code == "datum.unknown_crs"


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_never_give_a_traceback(tmp_path, seed):
    """Flip or cut bytes of every kind of file: the reader reads it or refuses it in one sentence."""
    random = np.random.default_rng(seed)
    names = ["a.shp", "a.dbf", "a.shx", "a.prj", "b.gpkg", "z.zip"]
    write(tmp_path / "a.shp", encoding="cp874")
    write(tmp_path / "b.gpkg")
    with zipfile.ZipFile(tmp_path / "z.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for part in sorted(tmp_path.glob("a.*")):
            file.write(part, part.name)
    victim = tmp_path / names[seed % len(names)]
    raw = bytearray(victim.read_bytes())
    if seed % 5 == 0:
        raw = raw[: int(random.integers(1, len(raw)))]
    for place in random.integers(0, len(raw), 1 + seed):
        raw[place] = random.integers(0, 256)
    victim.write_bytes(raw)
    try:
        assert read_source(tmp_path / "a.shp" if victim.stem == "a" else victim).count >= 0
    except DonhanError as error:
        assert error.th and error.en
