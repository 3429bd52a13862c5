"""Parcel codes (zone, block, lot) and Land Department sheet numbers of the sample.

Source: tax-map practice of Thai municipalities: code = zone (2 digits), block (1 capital), lot (3 digits), lots
serpentine from the north-west; Land Department rule of the 1:4,000 sheet (2 km squares named by their south-west corner
in Indian 1975, cut into 4, 16 or 64 for larger scales, numbered row by row from the north-west).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from donhan_gis.parcels.datum import to_crs
from donhan_gis.sample.draw import stream, table
from donhan_gis.sample.fabric import Fabric

SQUARE_KM = 2
CUTS = {"4000": 1, "2000": 2, "1000": 4, "500": 8}  # sheets along one side of the 2 km square


@dataclass(frozen=True, slots=True)
class Code:
    """Place of a parcel in the tax map; ``lot`` carries the suffix of a subdivided parcel."""

    zone: str
    block: str
    lot: str

    def __str__(self) -> str:
        return self.zone + self.block + self.lot


def serpentine(xy: NDArray[np.float64], band_m: float) -> NDArray[np.int64]:
    """Return the order of points that runs in bands from the north-west, to and fro.

    >>> serpentine(np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]]), 10.0).tolist()
    [2, 3, 1, 0]
    """
    band = np.floor((xy[:, 1].max() - xy[:, 1]) / band_m).astype(int)
    return np.lexsort((np.where(band % 2 == 0, xy[:, 0], -xy[:, 0]), band))


def zones(fabric: Fabric) -> NDArray[np.int64]:
    """Return the zone index of each village: neighbours in serpentine order share a zone."""
    order = serpentine(fabric.centres, 2200.0)
    zone = np.empty(len(order), dtype=int)
    zone[order] = np.arange(len(order)) // int(table("parameters")["villages_in_zone"])
    return zone


def _blocks(xy: NDArray[np.float64], mesh: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    """Group the meshes of a village into blocks of about ``size`` parcels; return the parcels (indexes) of each."""
    names, count = np.unique(mesh, return_counts=True)
    place = np.array([xy[mesh == name].mean(axis=0) for name in names])
    left, groups = list(np.lexsort((place[:, 0], -place[:, 1]))), []
    while left:
        group, parcels, at = [], 0, place[left[0]]
        while left and parcels < size:
            nearest = min(left, key=lambda i: float(np.hypot(*(place[i] - at))))
            left.remove(nearest)
            group.append(nearest)
            parcels += int(count[nearest])
            at = place[group].mean(axis=0)
        groups.append(group)
    if len(groups) > 1 and sum(count[groups[-1]]) < size / 3:
        scrap = groups.pop()
        groups[-1] += scrap
    return [np.flatnonzero(np.isin(mesh, names[group])) for group in groups]


def number(seed: int, fabric: Fabric) -> list[Code]:
    """Return the code of each parcel; about one in eighty carries the suffix of a subdivision."""
    rng, size = stream(seed, "codes"), int(table("parameters")["parcels_in_block"])
    xy = shapely.get_coordinates(shapely.point_on_surface(fabric.parcels))
    zone_of, used = zones(fabric), dict.fromkeys(range(len(fabric.villages)), 0)
    codes: list[Code | None] = [None] * len(xy)
    for village in serpentine(fabric.centres, 2200.0):
        own = np.flatnonzero(fabric.village == village)
        for block in _blocks(xy[own], fabric.mesh[own], size):
            parcels, zone = own[block], int(zone_of[village])
            side = math.sqrt(float(np.median(shapely.area(fabric.parcels[parcels]))))
            ordered = parcels[serpentine(xy[parcels], side * 1.6)]
            for index, lot in zip(ordered, _lots(len(ordered), rng), strict=True):
                codes[index] = Code(f"{zone + 1:02}", ascii_uppercase[used[zone]], lot)
            used[zone] += 1
    return [code for code in codes if code is not None]


def _lots(n: int, rng: np.random.Generator) -> list[str]:
    """Return running lot numbers; now and then a lot was split and the next parcel carries its number with a suffix."""
    lots: list[str] = []
    number_ = 0
    for split in rng.random(n) < table("parameters")["subdivided_share"]:
        if split and number_ and "/" not in lots[-1]:
            lots.append(f"{number_:03}/001")
        else:
            number_ += 1
            lots.append(f"{number_:03}")
    return lots


def sheet(east_m: float, north_m: float, scale: str) -> tuple[str, str]:
    """Return square and part of the sheet that holds a point in Indian 1975 UTM.

    >>> sheet(647_023.0 + 1, 1_683_144.0 + 1, "1000")
    ('4682', '07')
    """
    square_m, n = SQUARE_KM * 1000, CUTS[scale]
    column, row = int(east_m // square_m), int(north_m // square_m)
    name = f"{column * SQUARE_KM % 100:02}{row * SQUARE_KM % 100:02}"
    if n == 1:
        return name, "00"
    right = int((east_m - column * square_m) / (square_m / n))
    down = n - 1 - int((north_m - row * square_m) / (square_m / n))
    return name, f"{down * n + right + 1:02}"


def scale_of(area_m2: float) -> str:
    """Return the usual scale of the sheet on which a parcel of this size is drawn."""
    limits = table("parameters")["sheet_limits_m2"]
    return next((scale for scale, limit in limits.items() if area_m2 < limit), "4000")


def sheets(parcels: NDArray[Any]) -> list[tuple[str, str, str]]:
    """Return square, part and scale of the sheet of each parcel (EPSG:32648)."""
    points = shapely.get_coordinates(to_crs(shapely.point_on_surface(parcels), "EPSG:32648", target_epsg=24048))
    scales = [scale_of(area) for area in shapely.area(parcels)]
    return [(*sheet(e, n, scale), scale) for (e, n), scale in zip(points.tolist(), scales, strict=True)]
