"""Pixels of the painted orthophoto: a grid on the ground, smooth noise, tree crowns, strips that spare memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.transform import Affine
from shapely.geometry import Polygon, box

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The grid of a picture: upper left corner (EPSG:32648), size in pixels, size of a pixel in metres."""

    left: float
    top: float
    width: int
    height: int
    gsd_m: float

    @property
    def transform(self) -> Affine:
        """The affine transform from pixel to ground."""
        return Affine(self.gsd_m, 0.0, self.left, 0.0, -self.gsd_m, self.top)

    @property
    def frame(self) -> Polygon:
        """The outline on the ground."""
        return box(self.left, self.top - self.height * self.gsd_m, self.left + self.width * self.gsd_m, self.top)

    def pixel(self, x: float, y: float) -> tuple[int, int]:
        """Return row and column of a ground point."""
        return int((self.top - y) / self.gsd_m), int((x - self.left) / self.gsd_m)

    def burn(self, shapes: Iterable[tuple[Any, int]], dtype: str = "uint8", out: Any = None) -> Any:
        """Paint shapes with values, later ones over earlier ones."""
        made = [(g, v) for g, v in shapes if not g.is_empty]
        if out is None:
            out = np.zeros((self.height, self.width), dtype=dtype)
        return rasterize(made, out=out, transform=self.transform) if made else out

    def strips(self, rows: int) -> Iterator[slice]:
        """Yield slices of rows that together make the picture."""
        return (slice(at, min(at + rows, self.height)) for at in range(0, self.height, rows))


class Noise:
    """Smooth noise over the whole picture, about -1 to 1, of a wave length in pixels; read strip by strip."""

    def __init__(self, canvas: Canvas, rng: np.random.Generator, wave_px: float) -> None:
        shape = (int(canvas.height / wave_px) + 3, int(canvas.width / wave_px) + 3)
        self._grid = rng.normal(0, 0.6, shape).astype(np.float32)
        self._wave = wave_px
        self._columns = self._weights(np.arange(canvas.width))

    def _weights(self, at: NDArray[Any]) -> tuple[NDArray[np.int64], Floats]:
        cell = (at / self._wave).astype(int)
        part = (at / self._wave - cell).astype(np.float32)
        return cell, part * part * (3 - 2 * part)

    def rows(self, strip: slice) -> Floats:
        """Return the noise of a strip of rows."""
        cell, part = self._weights(np.arange(strip.start, strip.stop))
        bands = self._grid[cell] * (1 - part)[:, None] + self._grid[cell + 1] * part[:, None]
        column, share = self._columns
        left = bands[:, column]
        return np.asarray(left + (bands[:, column + 1] - left) * share[None], dtype=np.float32)


def crown(radius_px: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return cover (0 to 1) and light (about 1) of one lumpy tree crown seen from above, lit from the south-east."""
    size = 2 * radius_px + 1
    y, x = np.mgrid[-radius_px : radius_px + 1, -radius_px : radius_px + 1].astype(np.float32) / max(radius_px, 1)
    height = np.zeros((size, size), dtype=np.float32)
    for _ in range(int(rng.integers(9, 17))):
        r = float(rng.uniform(0.24, 0.46))
        far, turn = float(rng.uniform(0, 0.92 - r * 0.8)), float(rng.uniform(0, 6.28))
        gap = ((x - far * np.cos(turn)) ** 2 + (y - far * np.sin(turn)) ** 2) / r**2
        height = np.maximum(height, np.sqrt(np.clip(1 - gap, 0, None)) * r + (gap < 1) * (0.55 - far * 0.4))
    fall_y, fall_x = np.gradient(height * radius_px * 0.55)
    leaf = rng.normal(0, 0.11, (size, size)).astype(np.float32)
    light = np.clip(0.93 - 0.24 * (fall_x + fall_y), 0.5, 1.42) + leaf
    edge = np.clip(height * 9 + rng.normal(0, 0.35, (size, size)).astype(np.float32) * (height < 0.35), 0, 1)
    return np.where(height > 0, edge, 0).astype(np.float32), light.astype(np.float32)


def stamp(target: NDArray[Any], row: int, column: int, cover: Floats, colour: Floats) -> None:
    """Blend a stamp into a picture (rows, columns, bands) in place, its middle at row and column, cut at the edge."""
    half = cover.shape[0] // 2
    top, left = row - half, column - half
    r0, r1 = max(0, top), min(target.shape[0], top + cover.shape[0])
    c0, c1 = max(0, left), min(target.shape[1], left + cover.shape[1])
    if r0 >= r1 or c0 >= c1:
        return
    part = (slice(r0 - top, r1 - top), slice(c0 - left, c1 - left))
    mix, spot = cover[part][..., None], target[r0:r1, c0:c1]
    target[r0:r1, c0:c1] = np.clip(spot * (1 - mix) + colour[part] * mix, 0, 255).astype(target.dtype)


def soften(strip: Floats) -> Floats:
    """Return a strip (rows, columns, bands) blurred a little, as a lens does; the size stays."""
    around = np.pad(strip, ((1, 1), (1, 1), (0, 0)), mode="edge")
    across = around[:, :-2] * 0.22 + around[:, 1:-1] * 0.56 + around[:, 2:] * 0.22
    return np.asarray(across[:-2] * 0.22 + across[1:-1] * 0.56 + across[2:] * 0.22)
