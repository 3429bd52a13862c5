"""Ground of the sample municipality: boundary, river, smooth lines and the displacement that bends all of them.

Everything is drawn in EPSG:32648, metres. Lines and parcels are first laid out straight; `bend` then moves every vertex
by one smooth field, so that shared corners stay shared and no two parcels begin to overlap.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import LineString, Polygon, shape

from donhan_gis.paths import DATA
from donhan_gis.sample.draw import stream, table

Array = NDArray[np.float64]
KM = 1000.0
SHRINK_M = 0.1  # keeps every vertex inside the boundary after rounding to the grid
GRID_M = 0.01


def features(name: str) -> list[tuple[dict[str, Any], Any]]:
    """Return (properties, geometry in EPSG:32648) of each feature of ``data/boundary/<name>.geojson``."""
    content = json.loads((DATA / "boundary" / f"{name}.geojson").read_text(encoding="utf-8"))
    shift = Transformer.from_crs(4326, 32648, always_xy=True)

    def to_utm(xy: Array) -> Array:
        return np.column_stack(shift.transform(xy[:, 0], xy[:, 1]))

    return [(f["properties"], shapely.transform(shape(f["geometry"]), to_utm)) for f in content["features"]]


@cache
def tambon() -> Polygon:
    """Return the boundary of ต.ดอนหัน, drawn in by 10 cm."""
    return features("donhan_boundary")[0][1].buffer(-SHRINK_M, join_style="mitre")


def smooth(points_km: list[list[float]], step_m: float = 40.0) -> LineString:
    """Return the Catmull-Rom curve through control points given in kilometres."""
    p = np.asarray(points_km, dtype=float) * KM
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    parts = []
    for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False):
        t = np.linspace(0, 1, max(2, int(np.hypot(*(c - b)) / step_m)), endpoint=False)[:, None]
        parts.append(((2 * b) + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3) / 2)
    return LineString(np.vstack([*parts, p[-2:-1]]))


def wander(line: LineString, rng: np.random.Generator, height_m: float, wave_m: float) -> LineString:
    """Return the line with sideways swings of the given height and wave length; its ends stay."""
    n = max(8, int(line.length / 20))
    along = np.linspace(0, line.length, n)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    tangent = np.gradient(xy, axis=0)
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) / np.hypot(tangent[:, 0], tangent[:, 1])[:, None]
    swing = np.zeros(n)
    for factor in (1.0, 0.61, 0.37):
        swing += factor * np.sin(2 * np.pi * along / (wave_m * factor * rng.uniform(0.8, 1.25)) + rng.uniform(0, 6.28))
    fade = np.clip(np.minimum(along, line.length - along) / wave_m, 0, 1)
    return LineString(xy + normal * (height_m * swing / 1.6 * fade)[:, None])


def river(seed: int) -> LineString:
    """Return the middle line of the Chi, along the eastern boundary from the south to the north-east."""
    ring = np.asarray(tambon().buffer(-190).exterior.coords)
    north_east, south = int(np.argmax(ring[:, 0])), int(np.argmin(ring[:, 1]))
    side = np.roll(ring[:-1], -south, axis=0)
    length = (north_east - south) % (len(ring) - 1)
    east = side[: length + 1] if side[1][0] > side[0][0] else np.roll(side[::-1], 1, axis=0)[: len(side) - length + 1]
    line = LineString(np.vstack([[269_960.0, 1_800_300.0], east, [278_200.0, 1_811_350.0]]))
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, np.arange(0, line.length, 50.0)))
    kernel = np.hanning(13) / np.hanning(13).sum()
    padded = np.pad(xy, ((6, 6), (0, 0)), mode="edge")
    soft = np.column_stack([np.convolve(padded[:, i], kernel, mode="valid") for i in (0, 1)])
    return wander(LineString(soft), stream(seed, "river"), 62.0, 1500.0)


def blob(
    x: float,
    y: float,
    radius_m: float,
    rng: np.random.Generator,
    *,
    turn: float = 0.0,
    stretch: float = 1.0,
    corners: int = 40,
) -> Polygon:
    """Return an irregular round shape, such as a pond or the outline of a village core; ``turn`` in degrees."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    r = np.ones_like(angle)
    for k in (2, 3, 5):
        r += rng.uniform(0.03, 0.16) / (k / 2) * np.cos(k * angle + rng.uniform(0, 6.28))
    flat = np.column_stack([r * np.cos(angle) * np.sqrt(stretch), r * np.sin(angle) / np.sqrt(stretch)]) * radius_m
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return Polygon(flat @ np.array([[c, s], [-s, c]]) + (x, y))


class Field:
    """A smooth displacement of the plane that dies away at the boundary of the tambon."""

    def __init__(self, seed: int) -> None:
        rng = stream(seed, "field")
        bends = table("parameters")["bend"]
        self._height = np.array([b["height_m"] for b in bends for _ in range(4)])
        wave = np.array([b["wave_m"] for b in bends for _ in range(4)]) * rng.uniform(0.75, 1.3, len(self._height))
        turn = rng.uniform(0, 2 * np.pi, len(wave))
        self._k = 2 * np.pi / wave * np.vstack([np.cos(turn), np.sin(turn)])
        self._phase = rng.uniform(0, 2 * np.pi, (2, len(wave)))
        self._fade_m = float(table("parameters")["bend_fade_m"])
        self._edge = tambon().exterior
        shapely.prepare(self._edge)

    def __call__(self, xy: Array) -> Array:
        """Return the moved coordinates, on a grid of 1 mm."""
        inner = np.clip(shapely.distance(self._edge, shapely.points(xy)) / self._fade_m, 0, 1)
        fade = inner * inner * (3 - 2 * inner)
        waves = xy @ self._k
        dx, dy = (np.sin(waves + phase) @ self._height / 2 for phase in self._phase)
        return np.asarray(np.round(xy + np.column_stack([dx * fade, dy * fade]), 3))


def bend(geometry: Any, field: Field) -> Any:
    """Return a geometry, or an array of them, moved by the field."""
    return shapely.transform(geometry, field)
