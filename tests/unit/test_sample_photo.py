"""The painted orthophoto: where it lies, what stands where, and that a seed always paints the same picture."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.features import rasterize
from shapely.geometry import box

from donhan_gis.ortho.cog import cog_problems
from donhan_gis.sample import Sample, build
from donhan_gis.sample.canvas import Canvas, Noise, crown
from donhan_gis.sample.draw import stream
from donhan_gis.sample.photo import facets, look, paint, render

SIZE = (1800, 1400)


@cache
def town() -> Sample:
    return build()


@pytest.fixture(scope="module")
def painted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    path = tmp_path_factory.mktemp("photo") / "village.tif"
    return path, paint(town(), path, size_px=SIZE)


def test_is_a_georeferenced_cog_of_the_village(painted: tuple[Path, dict[str, object]]) -> None:
    path, row = painted
    assert cog_problems(path) == []
    assert (row["gsd_cm"], row["epsg"], row["bands"]) == (10.0, 32648, 3)
    village = next(v for v in town().rows["village"] if v["moo"] == 1)
    assert village["geom"].buffer(50).contains(row["geom"])
    assert "ไม่ใช่ภาพถ่ายจริง" in str(row["accuracy_note"]) and "ตัวอย่าง" in str(row["name"])


def test_same_seed_paints_the_same_picture() -> None:
    scene = look(town(), (500, 400))
    assert np.array_equal(render(town().seed, scene), render(town().seed, scene))


def test_roads_are_grey_and_paddies_are_not(painted: tuple[Path, dict[str, object]]) -> None:
    with rasterio.open(painted[0]) as raster:
        pixels, transform = raster.read().astype(float), raster.transform
    roads = [(r["geom"].buffer(1), 1) for r in town().rows["road"] if r["surface"] in ("CONC", "ASPH")]
    on_road = rasterize(roads, out_shape=pixels.shape[1:], transform=transform) > 0
    paddies = {c["parcel_uid"] for c in town().rows["crop_plan"] if c["crop"] == "rice_kdml105"}
    fields = [(p["geom"].buffer(-4), 1) for p in town().rows["parcel"] if p["uid"] in paddies]
    on_paddy = rasterize(fields, out_shape=pixels.shape[1:], transform=transform) > 0
    colourful = pixels.max(axis=0) - pixels.min(axis=0)
    assert np.median(colourful[on_road]) < 25 < np.median(colourful[on_paddy])


def test_noise_is_the_same_however_it_is_cut_into_strips() -> None:
    canvas = Canvas(0, 0, 300, 200, 0.1)
    noise = Noise(canvas, stream(1, "noise"), 17.0)
    whole = noise.rows(slice(0, 200))
    parts = np.vstack([noise.rows(strip) for strip in canvas.strips(64)])
    assert np.array_equal(whole, parts) and whole.shape == (200, 300)


def test_crown_is_round_and_covers_its_middle() -> None:
    cover, light = crown(20, stream(1, "crown"))
    assert cover.shape == light.shape == (41, 41)
    assert cover[14:27, 14:27].mean() > 0.8 and cover[0, 0] == cover[-1, -1] == 0
    assert cover.min() >= 0 and cover.max() <= 1


@pytest.mark.parametrize(("hipped", "planes"), [(False, 2), (True, 4)])
def test_roof_planes_cover_the_roof(hipped: bool, planes: int) -> None:
    roof = box(0, 0, 14, 8)
    made = facets(roof, hipped=hipped)
    assert len(made) == planes
    assert shapely.union_all([g for g, _ in made]).area == pytest.approx(14 * 8)
    assert sum(g.area for g, _ in made) == pytest.approx(14 * 8)
    down = sorted(round(float(np.degrees(fall))) % 360 for _, fall in made)
    assert down == ([90, 270] if not hipped else [0, 90, 180, 270])
