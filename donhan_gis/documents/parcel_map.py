"""The map on a notice: the taxpayer's parcels among their neighbours, drawn as SVG without any map program.

Shapes are in metres (EPSG:32648); the drawing is in millimetres of paper, so line widths and type mean what they say.
"""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from donhan_gis import thai

WIDTH_MM, HEIGHT_MM = 176.0, 88.0
LEAST_WIDTH_M = 160.0  # a single house plot still shows its street
ROOM = 1.5  # the frame is this much wider than the parcels
DETAIL_MM = 0.15  # bends finer than this cannot be seen on paper
LEAST_NEIGHBOUR_MM2 = 1.0  # smaller neighbours would only be a blot
LEAST_SEEN_MM = 3.0  # own parcels smaller than this get a ring around them
STRIDES = (1, 2, 5)
LETTER_MM = 2.6
APART_M = 800.0  # parcels further apart than this get maps of their own
MOST_MAPS = 4
RING = 'fill="none" stroke="#b00020" stroke-width="0.5"'


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Shapes of one register with what is written beside them."""

    uids: Sequence[str]
    shapes: Any  # array of shapely geometries
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of ground and the paper it is drawn on."""

    west: float
    south: float
    east: float
    north: float

    @property
    def metres_per_mm(self) -> float:
        """How many metres a millimetre of paper stands for."""
        return (self.east - self.west) / WIDTH_MM

    def on_paper(self, points: Any) -> Any:
        """Return coordinates in millimetres from the upper left corner."""
        scaled = (points - (self.west, self.north)) / self.metres_per_mm
        return scaled * (1, -1)

    def box(self) -> Any:
        """Return the frame as a shape."""
        return shapely.box(self.west, self.south, self.east, self.north)


class ParcelMapper:
    """Draws maps of one tambon; the layers are indexed once for all notices."""

    def __init__(
        self,
        parcels: MapLayer,
        roads: MapLayer,
        villages: MapLayer,
        *,
        thai_digits: bool = False,
        photo: Path | None = None,
    ) -> None:
        self.parcels, self.roads, self.villages = parcels, roads, villages
        self._trees = {id(layer): shapely.STRtree(layer.shapes) for layer in (parcels, roads, villages)}
        self._number = {uid: i for i, uid in enumerate(parcels.uids)}
        self._digits = thai.thai_digits if thai_digits else str
        self.photo = photo

    def maps(self, own: Collection[str]) -> list[str]:
        """Return the maps of the parcels named: one of them all and, where they lie apart, one of each place.

        Parcels without a shape are left out; of many places those with most parcels are drawn.
        """
        numbers = sorted(self._number[uid] for uid in own if uid in self._number)
        if not numbers:
            return []
        places = _places(self.parcels.shapes[numbers])
        groups = [[numbers[i] for i in place] for place in places]
        groups = [numbers, *groups[:MOST_MAPS]] if len(groups) > 1 else [numbers]
        return [self._svg(group) for group in groups]

    def _svg(self, numbers: Sequence[int]) -> str:
        frame = frame_of(self.parcels.shapes[numbers])
        chosen = set(numbers)
        parts = [self._photo(frame), self._neighbours(frame, chosen), self._villages(frame), self._roads(frame)]
        parts += [self._own(frame, numbers), self._road_names(frame), self._own_labels(frame, numbers)]
        parts += [self._place(numbers), self._scale_bar(frame), north_arrow()]
        return _document("".join(parts))

    def _near(self, layer: MapLayer, frame: Frame) -> list[int]:
        return sorted(self._trees[id(layer)].query(frame.box(), predicate="intersects").tolist())

    def _photo(self, frame: Frame) -> str:
        if self.photo is None:
            return ""
        data = base64.b64encode(photo_crop(self.photo, frame)).decode("ascii")
        return f'<image x="0" y="0" width="{WIDTH_MM}" height="{HEIGHT_MM}" href="data:image/jpeg;base64,{data}"/>'

    def _neighbours(self, frame: Frame, own: set[int]) -> str:
        near = [i for i in self._near(self.parcels, frame) if i not in own]
        least = LEAST_NEIGHBOUR_MM2 * frame.metres_per_mm**2
        seen = [i for i in near if self.parcels.shapes[i].area >= least]
        return _path(frame, self.parcels.shapes[seen], 'fill="none" stroke="#777" stroke-width="15"')

    def _villages(self, frame: Frame) -> str:
        borders = self.villages.shapes[self._near(self.villages, frame)]
        return _path(frame, borders, 'fill="none" stroke="#333" stroke-width="30" stroke-dasharray="240 80 50 80"')

    def _roads(self, frame: Frame) -> str:
        roads = self.roads.shapes[self._near(self.roads, frame)]
        return _path(frame, roads, 'fill="none" stroke="#888" stroke-width="130"') + _path(
            frame, roads, 'fill="none" stroke="#fff" stroke-width="90"'
        )

    def _own(self, frame: Frame, numbers: Sequence[int]) -> str:
        shapes = self.parcels.shapes[numbers]
        fill = 'fill="#e8a200" fill-opacity="0.45" fill-rule="evenodd" stroke="#b00020" stroke-width="55"'
        rings = []
        for shape in shapes:
            (x, y), size = frame.on_paper(shapely.get_coordinates(shape.centroid))[0], math.sqrt(shape.area)
            if size / frame.metres_per_mm < LEAST_SEEN_MM:
                rings.append(
                    f'<circle cx="{x:.2f}" cy="{y:.2f}" r="2.4" fill="none" stroke="#b00020" stroke-width="0.5"/>'
                )
        return _path(frame, shapes, fill) + "".join(rings)

    def _own_labels(self, frame: Frame, numbers: Sequence[int]) -> str:
        """Write the parcels' names, the largest first; one that would cover another is left to the list beside."""
        taken: list[tuple[float, float, float]] = []
        written = []
        for i in sorted(numbers, key=lambda i: -self.parcels.shapes[i].area):
            label = self._digits(self.parcels.labels[i])
            x, y = frame.on_paper(shapely.get_coordinates(shapely.point_on_surface(self.parcels.shapes[i])))[0]
            half = len(label) * LETTER_MM * 0.3
            x = min(max(x, half + 1), WIDTH_MM - half - 1)
            if all(abs(y - ty) > LETTER_MM or abs(x - tx) > half + th for tx, ty, th in taken):
                taken.append((x, y, half))
                written.append(_text(x, y + LETTER_MM / 3, label, weight="bold"))
        return "".join(written)

    def _road_names(self, frame: Frame) -> str:
        """Write each road's name once, along the longest stretch in the frame."""
        near = [i for i in self._near(self.roads, frame) if self.roads.labels[i]]
        inner = shapely.buffer(frame.box(), -6 * frame.metres_per_mm).bounds
        said: set[str] = set()
        written = []
        for i, inside in zip(near, shapely.clip_by_rect(self.roads.shapes[near], *inner), strict=True):
            label = self.roads.labels[i]
            longest = max(shapely.get_parts(inside), key=shapely.length, default=None)
            room = len(label) * LETTER_MM * 0.6 * frame.metres_per_mm
            if label in said or longest is None or shapely.length(longest) < room:
                continue
            said.add(label)
            written.append(_along(frame, longest, self._digits(label)))
        return "".join(written)

    def _place(self, numbers: Sequence[int]) -> str:
        """Write the village of the middle of the largest parcel in the upper left corner."""
        largest = max((self.parcels.shapes[i] for i in numbers), key=lambda shape: float(shape.area))
        middle = shapely.point_on_surface(largest)
        found = self._trees[id(self.villages)].query(middle, predicate="intersects").tolist()
        if not found:
            return ""
        return _text(2, 4.6, self._digits(self.villages.labels[found[0]]), size=3.2, weight="bold", anchor="start")

    def _scale_bar(self, frame: Frame) -> str:
        """Draw a round length and the scale in the lower left corner."""
        metres = round_length(WIDTH_MM / 4 * frame.metres_per_mm)
        length, y = metres / frame.metres_per_mm, HEIGHT_MM - 2.5
        scale = round(frame.metres_per_mm * 1000 / 10) * 10
        said = self._digits(f"{metres:,} ม.   มาตราส่วน 1:{scale:,}")
        bar = f'<rect x="2" y="{y - 1.2:.2f}" height="1.2"'
        return (
            f'{bar} width="{length:.2f}" fill="#fff" stroke="#000" stroke-width="0.2"/>'
            f'{bar} width="{length / 2:.2f}" fill="#000"/>' + _text(4 + length, y, said, anchor="start")
        )


def frame_of(shapes: Any) -> Frame:
    """Return the frame around shapes in the paper's proportions, with room for the neighbours."""
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    ratio = WIDTH_MM / HEIGHT_MM
    width = max((east - west) * ROOM, (north - south) * ROOM * ratio, LEAST_WIDTH_M)
    x, y = (west + east) / 2, (south + north) / 2
    return Frame(x - width / 2, y - width / ratio / 2, x + width / 2, y + width / ratio / 2)


def _places(shapes: Any) -> list[list[int]]:
    """Return which shapes lie together, the place with most of them first."""
    around = shapely.get_parts(shapely.union_all(shapely.buffer(shapely.envelope(shapes), APART_M / 2)))
    shape, place = shapely.STRtree(around).query(shapes, predicate="within")
    groups = [shape[place == number].tolist() for number in range(len(around))]
    return sorted((group for group in groups if group), key=len, reverse=True)


def round_length(most: float) -> int:
    """Return the longest of 1, 2, 5, 10, 20, 50, … metres that is not over ``most``.

    >>> round_length(73), round_length(260), round_length(0.4)
    (50, 200, 1)
    """
    power = 10 ** max(0, math.floor(math.log10(most)))
    return max((stride * power for stride in STRIDES if stride * power <= most), default=1)


def photo_crop(path: Path, frame: Frame, *, width_px: int = 880) -> bytes:
    """Return the orthophoto within the frame as JPEG; white where there is no photo.

    Raises:
        rasterio.errors.RasterioIOError: the file cannot be read.
    """
    import rasterio
    from rasterio.io import MemoryFile
    from rasterio.vrt import WarpedVRT

    height_px = round(width_px * HEIGHT_MM / WIDTH_MM)
    pixel_m = (frame.east - frame.west) / width_px
    place = rasterio.Affine(pixel_m, 0, frame.west, 0, -pixel_m, frame.north)
    target = {"crs": "EPSG:32648", "transform": place, "width": width_px, "height": height_px, "add_alpha": True}
    with rasterio.open(path) as source, WarpedVRT(source, **target) as photo:
        pixels = photo.read([1, 2, 3] if source.count >= 3 else [1, 1, 1])
        outside = photo.dataset_mask() == 0
    pale = (pixels.astype(np.uint16) + 255) // 2  # lines and names stay readable over it
    pale[:, outside] = 255
    profile = {"driver": "JPEG", "width": width_px, "height": height_px, "count": 3, "dtype": "uint8"}
    profile["transform"] = place  # a picture without a place is warned of
    with MemoryFile() as memory:
        with memory.open(**profile) as picture:
            picture.write(pale.astype(np.uint8))
        return bytes(memory.read())


def north_arrow() -> str:
    """Return an arrow to grid north for the upper right corner."""
    x = WIDTH_MM - 6
    return f'<path d="M{x} 2l2.2 8.5l-2.2 -1.8l-2.2 1.8z" fill="#000"/>' + _text(x, 14, "N", weight="bold")


def _document(body: str) -> str:
    whole = f'width="{WIDTH_MM}" height="{HEIGHT_MM}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_MM}mm" height="{HEIGHT_MM}mm" '
        f'viewBox="0 0 {WIDTH_MM} {HEIGHT_MM}"><defs><clipPath id="f"><rect {whole}/></clipPath></defs>'
        f'<rect {whole} fill="#fff"/><g clip-path="url(#f)">{body}</g>'
        f'<rect x="0.1" y="0.1" width="{WIDTH_MM - 0.2}" height="{HEIGHT_MM - 0.2}" fill="none" stroke="#000" '
        'stroke-width="0.2"/></svg>'
    )


def _path(frame: Frame, shapes: Any, style: str) -> str:
    """Return shapes as one path, cut to a little over the frame and simplified to what paper shows.

    Coordinates are whole hundredths of a millimetre, which is a third of the length of decimals.
    """
    room = shapely.buffer(frame.box(), 3 * frame.metres_per_mm).bounds
    cut = shapely.clip_by_rect(shapes, *room)
    lines = _lines(shapely.simplify(cut, DETAIL_MM * frame.metres_per_mm, preserve_topology=False))
    coordinates, line = shapely.get_coordinates(lines, return_index=True)
    if not len(line):
        return ""
    points = np.rint(frame.on_paper(coordinates) * 100).astype(int).tolist()
    starts = np.flatnonzero(np.diff(line, prepend=-1)).tolist()
    closed = shapely.is_closed(lines)[line[starts]].tolist()
    drawn = [
        "M" + "L".join([f"{x} {y}" for x, y in points[first:last]]) + ("Z" if ring else "")
        for first, last, ring in zip(starts, [*starts[1:], len(points)], closed, strict=True)
    ]
    return f'<path transform="scale(.01)" d="{"".join(drawn)}" {style}/>'


def _lines(shapes: Any) -> Any:
    """Return the rings and lines of an array of shapes."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    areas = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return np.concatenate([shapely.get_rings(parts[areas]), parts[shapely.get_dimensions(parts) == 1]])


def _along(frame: Frame, line: Any, label: str) -> str:
    """Write a name at the middle of a line, turned as the line runs there and never upside down."""
    middle = line.length / 2
    reach = min(middle, 8 * frame.metres_per_mm)
    points = [line.interpolate(middle + step) for step in (-reach, 0, reach)]
    (ax, ay), (x, y), (bx, by) = frame.on_paper(shapely.get_coordinates(points)).tolist()
    angle = math.degrees(math.atan2(by - ay, bx - ax))
    angle -= 180 if angle > 90 else -180 if angle <= -90 else 0
    turned = f'transform="translate({x:.2f} {y:.2f}) rotate({angle:.1f})"'
    return f"<g {turned}>{_text(0, 0.8, label, size=2.2, colour='#444')}</g>"


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = LETTER_MM,
    weight: str = "normal",
    anchor: str = "middle",
    colour: str = "#000",
) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-family="Sarabun" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{colour}" stroke="#fff" stroke-width="0.5" paint-order="stroke">'
        f"{html.escape(words)}</text>"
    )
