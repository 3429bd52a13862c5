"""The map on a notice: what is drawn, how large, and that scale and frame are right by hand calculation."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.io import MemoryFile

from donhan_gis.documents.parcel_map import (
    HEIGHT_MM,
    LEAST_WIDTH_M,
    WIDTH_MM,
    MapLayer,
    ParcelMapper,
    frame_of,
    photo_crop,
    round_length,
)

EAST, NORTH = 272_000, 1_806_000


def layer(*shapes: object, labels: list[str] | None = None) -> MapLayer:
    names = [str(i) for i in range(len(shapes))]
    return MapLayer(names, np.array(shapes, dtype=object), labels or names)


def plot(column: int, side: float = 40) -> shapely.MultiPolygon:
    west = EAST + column * side
    return shapely.MultiPolygon([shapely.box(west, NORTH, west + side, NORTH + side)])


ROAD = shapely.MultiLineString([[(EAST - 300, NORTH - 5), (EAST + 300, NORTH - 5)]])
VILLAGE = shapely.MultiPolygon([shapely.box(EAST - 900, NORTH - 900, EAST + 9_000, NORTH + 900)])


def mapper(*parcels: object, thai_digits: bool = False, labels: list[str] | None = None) -> ParcelMapper:
    roads, villages = layer(ROAD, labels=["ถนนสายหลัก"]), layer(VILLAGE, labels=["หมู่ที่ 4 บ้านดอนหัน"])
    return ParcelMapper(layer(*parcels, labels=labels), roads, villages, thai_digits=thai_digits)


def words(svg: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_one_plot_its_neighbours_road_village_scale_and_north() -> None:
    (svg,) = mapper(plot(0), plot(1), labels=["123", "456"]).maps(["0"])
    assert {"123", "ถนนสายหลัก", "หมู่ที่ 4 บ้านดอนหัน", "N"} <= set(words(svg))
    assert "456" not in words(svg)  # a neighbour's number is nobody else's business
    # 160 m on 176 mm: 1 mm is 0.909 m, so 1:910; a quarter of the width is 40 m, the round length below is 20 m.
    assert "20 ม.   มาตราส่วน 1:910" in words(svg)


def test_frame_by_hand() -> None:
    frame = frame_of(np.array([plot(0, 200)], dtype=object))
    # 200 m high needs 200 x 1.5 x (176/88) = 600 m of width.
    assert (frame.east - frame.west, frame.north - frame.south) == (600, 300)
    assert frame.metres_per_mm == pytest.approx(600 / WIDTH_MM)
    corner = frame.on_paper(np.array([[frame.east, frame.south]]))
    assert corner.tolist() == [pytest.approx([WIDTH_MM, HEIGHT_MM])]


def test_a_small_plot_shows_its_surroundings() -> None:
    frame = frame_of(np.array([plot(0, 5)], dtype=object))
    assert frame.east - frame.west == LEAST_WIDTH_M


def test_plots_apart_get_maps_of_their_own_and_one_of_all() -> None:
    far = shapely.transform(plot(0), lambda xy: xy + np.array([5_000, 0]))
    maps = mapper(plot(0), plot(1), far).maps(["0", "1", "2"])
    assert len(maps) == 3
    assert {"0", "1"} <= set(words(maps[1]))
    assert "2" in words(maps[2])
    assert maps[0].count("<circle") == 3  # too small to be seen among five kilometres


def test_thai_digits() -> None:
    (svg,) = mapper(plot(0), labels=["123"], thai_digits=True).maps(["0"])
    assert "๑๒๓" in words(svg)
    assert not re.search("[0-9]", "".join(words(svg)))


def test_names_cannot_break_the_drawing() -> None:
    (svg,) = mapper(plot(0), labels=['<&"']).maps(["0"])
    assert '<&"' in words(svg)


@pytest.mark.parametrize("own", [[], ["none"]])
def test_no_shape_no_map(own: list[str]) -> None:
    assert mapper(plot(0)).maps(own) == []


@pytest.mark.parametrize(("most", "length"), [(1, 1), (1.9, 1), (2, 2), (49, 20), (50, 50), (999, 500)])
def test_round_lengths(most: float, length: int) -> None:
    assert round_length(most) == length


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_photo_is_cut_to_the_frame_and_white_outside(tmp_path: Path) -> None:
    path, frame = tmp_path / "photo.tif", frame_of(np.array([plot(0)], dtype=object))
    west_half = rasterio.Affine(
        1, 0, frame.west - 200, 0, -1, frame.north + 200
    )  # ends 80 m into the frame, at its middle
    profile = {"driver": "GTiff", "width": 280, "height": 480, "count": 3, "dtype": "uint8", "crs": "EPSG:32648"}
    with rasterio.open(path, "w", transform=west_half, **profile) as photo:
        photo.write(np.zeros((3, 480, 280), dtype=np.uint8))
    with MemoryFile(photo_crop(path, frame, width_px=160)) as memory, memory.open() as picture:
        middle = picture.read(1)[40]
    assert middle[20] == pytest.approx(127, abs=3)  # black, paled by half
    assert middle[140] == pytest.approx(255, abs=3)
