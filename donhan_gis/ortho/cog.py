"""Cloud Optimized GeoTIFF: write one, tell what is wrong with one, and describe one for the register of orthophotos.

Source: Cloud Optimized GeoTIFF, OGC 21-026 (tiling, reduced-resolution images, order of directories and data).
"""

from __future__ import annotations

import hashlib
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import rasterio
import rasterio.shutil
import shapely
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.transform import Affine
from shapely.geometry import MultiPolygon, Polygon

from donhan_gis.errors import OutputError, SourceError
from donhan_gis.parcels.datum import STORAGE_EPSG, to_storage

TILE_PX = 512
CM_PER_M = 100
_READ_BYTES = 1 << 20
# TIFF tags and the bytes of their field types
_SUBFILE, _WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_OFFSETS = 254, 256, 257, 322, 324
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_TYPE_CODE = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_REDUCED, _MASK = 1, 4  # bits of NewSubfileType


def write_cog(
    source: NDArray[np.uint8] | Path,
    path: Path,
    *,
    transform: Affine | None = None,
    epsg: int = STORAGE_EPSG,
    quality: int = 85,
    cache_mb: int = 128,
    threads: int = 1,
) -> Path:
    """Write a picture as a JPEG-compressed COG with overviews; the file appears whole or not at all.

    ``source`` is an array (bands, rows, columns) with ``transform`` and ``epsg``, or the path of a raster GDAL reads.

    Raises:
        SourceError: the raster cannot be read, or the file cannot be written.
    """
    part = path.with_name(f".{path.name}.part.tif")
    options: dict[str, Any] = {
        "driver": "COG", "compress": "JPEG", "quality": quality, "blocksize": TILE_PX, "overview_resampling": "average",
        "overview_quality": quality, "num_threads": threads, "bigtiff": "IF_SAFER",
    }  # fmt: skip
    try:
        with rasterio.Env(GDAL_CACHEMAX=cache_mb):
            if isinstance(source, Path):
                with rasterio.open(source) as raster:
                    rasterio.shutil.copy(raster, part, **options)
            else:
                _write_array(source, part, transform, epsg, options)
        part.replace(path)
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise OutputError("ortho.cannot_write", path=str(path), reason=str(error)) from error
    finally:
        part.unlink(missing_ok=True)
    return path


def _write_array(
    pixels: NDArray[np.uint8], path: Path, transform: Affine | None, epsg: int, options: dict[str, Any]
) -> None:
    bands, height, width = pixels.shape
    shape = {"count": bands, "height": height, "width": width, "dtype": str(pixels.dtype)}
    with rasterio.open(path, "w", **options, **shape, transform=transform, crs=f"EPSG:{epsg}") as out:
        out.write(pixels)


@dataclass(frozen=True, slots=True)
class Directory:
    """One image directory of a TIFF: its place, size in pixels, tiled or not, first byte of data, subfile bits."""

    at: int
    width: int
    height: int
    tiled: bool
    data_at: int
    subfile: int


def cog_problems(path: Path) -> list[str]:
    """Return text codes of what keeps a file from being a Cloud Optimized GeoTIFF; nothing when it is one."""
    try:
        with path.open("rb") as file:
            images = [d for d in directories(file) if not d.subfile & _MASK]
    except (ValueError, struct.error, KeyError):
        return ["cog.not_tiff"]
    except OSError:
        return ["cog.unreadable"]
    if not images:
        return ["cog.not_tiff"]
    full, overviews = images[0], images[1:]
    sizes = [d.width * d.height for d in images]
    checks = {
        "cog.not_tiled": all(d.tiled for d in images),
        "cog.no_overviews": bool(overviews) or max(full.width, full.height) <= TILE_PX,
        "cog.overviews_too_large": not overviews or min(overviews[-1].width, overviews[-1].height) <= TILE_PX,
        "cog.order_of_directories": not full.subfile & _REDUCED and all(a > b for a, b in pairwise(sizes)),
        "cog.directories_after_data": max(d.at for d in images) < min(d.data_at for d in images),
        "cog.order_of_data": all(a.data_at > b.data_at for a, b in pairwise(images)),
    }
    return [code for code, passed in checks.items() if not passed]


def directories(file: BinaryIO) -> Iterator[Directory]:
    """Yield the image directories of an open TIFF or BigTIFF in the order of their chain.

    Raises:
        ValueError: it is no TIFF, or its chain of directories runs in a circle.
    """
    mark = file.read(16)
    order = {b"II": "<", b"MM": ">"}.get(mark[:2])
    if order is None or len(mark) < 16:
        raise ValueError("no TIFF")
    version = struct.unpack(order + "H", mark[2:4])[0]
    if version not in (42, 43):
        raise ValueError("no TIFF")
    big = version == 43
    at, seen = struct.unpack(order + ("Q" if big else "I"), mark[8:16] if big else mark[4:8])[0], set[int]()
    while at:
        if at in seen:
            raise ValueError("circle of directories")
        seen.add(at)
        directory, at = _directory(file, order, big, at)
        yield directory


def _directory(file: BinaryIO, order: str, big: bool, at: int) -> tuple[Directory, int]:
    """Return one directory and the place of the next."""
    count_code, entry, inline = ("Q", 20, 8) if big else ("H", 12, 4)
    file.seek(at)
    count = struct.unpack(order + count_code, file.read(struct.calcsize(count_code)))[0]
    block = file.read(count * entry)
    following = struct.unpack(order + ("Q" if big else "I"), file.read(inline))[0]
    tags: dict[int, int] = {}
    for start in range(0, len(block), entry):
        tag, kind = struct.unpack(order + "HH", block[start : start + 4])
        if tag in (_SUBFILE, _WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_OFFSETS):
            tags[tag] = _first(file, order, kind, block[start + 4 : start + entry], inline)
    tiled = _TILE_WIDTH in tags
    data_at = tags.get(_TILE_OFFSETS, 0)
    return Directory(at, tags[_WIDTH], tags[_HEIGHT], tiled, data_at, tags.get(_SUBFILE, 0)), following


def _first(file: BinaryIO, order: str, kind: int, rest: bytes, inline: int) -> int:
    """Return the first value above zero of a tag, from the entry or from where it points (a tile at 0 is empty)."""
    wide = "Q" if inline == 8 else "I"
    count = struct.unpack(order + wide, rest[:inline])[0]
    size, payload = _TYPE_BYTES[kind] * count, rest[inline : 2 * inline]
    if size > inline:
        file.seek(struct.unpack(order + wide, payload)[0])
        payload = file.read(size)
    values = struct.unpack(f"{order}{count}{_TYPE_CODE[kind]}", payload[:size])
    return next((int(v) for v in values if v), 0)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file as text."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def describe(path: Path) -> dict[str, Any]:
    """Return the row of the register ``orthophoto`` for a georeferenced raster; ``geom`` is its coverage in EPSG:32648.

    Raises:
        SourceError: it is no raster, or does not say where it lies.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # told below, in words
            raster = rasterio.open(path)
        with raster:
            crs, transform, size, bands = raster.crs, raster.transform, (raster.width, raster.height), raster.count
    except RasterioIOError as error:
        raise SourceError("ortho.unreadable", path=str(path), reason=str(error)) from error
    if crs is None or crs.to_epsg() is None:
        raise SourceError("ortho.no_crs", path=str(path))
    a, b, c, d, e, f = transform[:6]
    corners = [(a * x + b * y + c, d * x + e * y + f) for x, y in ((0, 0), (size[0], 0), size, (0, size[1]))]
    outline = to_storage(np.array([Polygon(corners)]), f"EPSG:{crs.to_epsg()}")[0]
    return {
        "name": path.stem, "path": str(path), "flown_on": None, "gsd_cm": _gsd_cm(outline, size), "epsg": crs.to_epsg(),
        "accuracy_note": None, "width_px": size[0], "height_px": size[1], "bands": bands, "checksum": checksum(path),
        "source": None, "geom": MultiPolygon([outline]),
    }  # fmt: skip


def _gsd_cm(outline: Polygon, size: tuple[int, int]) -> float:
    """Return the mean size of a pixel on the ground, cm."""
    return round(float(np.sqrt(shapely.area(outline) / (size[0] * size[1]))) * CM_PER_M, 2)
