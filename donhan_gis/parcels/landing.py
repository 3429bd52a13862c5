"""Judge where a file's coordinates land: at home, elsewhere in Thailand, in another country, or under a false name.

A box can tell degrees from metres, zone 47 from 48 and another country from Thailand. It cannot tell Indian 1975
(EPSG:24048) from WGS 84 (EPSG:32648): the two overlap almost wholly at Don Han, and the judgement says so.
"""

from __future__ import annotations

import json
import math
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import pyproj
import shapely
import shapely.ops

from donhan_gis.parcels.datum import GEOGRAPHIC_EPSG, epsg_of, read_crs, transformer
from donhan_gis.parcels.indian_1975 import is_indian_1975, pins
from donhan_gis.paths import DATA

Bounds = tuple[float, float, float, float]
Verdict = Literal["home", "thailand", "abroad", "lying", "wrong_zone", "swapped", "unknown"]
REFUSED: tuple[Verdict, ...] = ("abroad", "lying", "wrong_zone", "swapped", "unknown")
_FULL_TURN_DEG = 180
_QUARTER_TURN_DEG = 90
_M_PER_KM = 1000
_EDGE_POINTS = 9
_GLOBE = pyproj.Geod(ellps="WGS84")
_OTHER_ZONE = {24047: 24048, 24048: 24047, 32647: 32648, 32648: 32647}


@dataclass(frozen=True, slots=True)
class Landing:
    """Where coordinates land.

    ``lon`` and ``lat`` are the centre in degrees (NaN when it cannot be worked out), ``distance_km`` the way from the
    home box, ``suggestions`` the systems in which the same numbers would land at home (or in Thailand),
    ``ambiguous`` whether both Indian 1975 and WGS 84 would.
    """

    verdict: Verdict
    crs: str
    lon: float
    lat: float
    distance_km: float
    suggestions: tuple[str, ...]
    ambiguous: bool

    @property
    def code(self) -> str:
        """The text code of the judgement."""
        return f"landing.{self.verdict}"

    @property
    def values(self) -> dict[str, Any]:
        """What fills the text."""
        return {
            "crs": self.crs or "-",
            "lon": f"{self.lon:.3f}",
            "lat": f"{self.lat:.3f}",
            "km": f"{self.distance_km:,.0f}",
            "suggestions": ", ".join(self.suggestions) or "-",
            "home_th": places()["home"]["th"],
            "home_en": places()["home"]["en"],
            "offset_m": places()["indian_1975"]["offset_m"],
        }


@cache
def places() -> dict[str, Any]:
    """Return the boxes of ``data/crs/places.toml``."""
    return tomllib.loads((DATA / "crs" / "places.toml").read_text(encoding="utf-8"))


@cache
def thailand() -> Any:
    """Return the outline of Thailand with its margin, a geometry in degrees."""
    collection = json.loads((DATA / "crs" / "thailand.geojson").read_text(encoding="utf-8"))
    return shapely.from_geojson(json.dumps(collection["features"][0]["geometry"]))


def home_box_deg() -> Bounds:
    """Return the box of the municipality (west, south, east, north) in degrees."""
    west, south, east, north = places()["home"]["box_deg"]
    return west, south, east, north


def _are_degrees(bounds: Bounds) -> bool:
    west, south, east, north = bounds
    return max(abs(west), abs(east)) <= _FULL_TURN_DEG and max(abs(south), abs(north)) <= _QUARTER_TURN_DEG


def in_degrees(bounds: Bounds, crs: str) -> Bounds | None:
    """Return bounds as longitude and latitude, or None where they lie outside what the system can hold."""
    if epsg_of(crs) == GEOGRAPHIC_EPSG:
        return bounds
    # Edges bend between systems, so points along them are moved, not the corners alone.
    across, up = np.linspace(bounds[0], bounds[2], _EDGE_POINTS), np.linspace(bounds[1], bounds[3], _EDGE_POINTS)
    grid_x, grid_y = (axis.ravel() for axis in np.meshgrid(across, up))
    lon, lat = transformer(crs, GEOGRAPHIC_EPSG).transform(grid_x, grid_y)
    moved = (float(min(lon)), float(min(lat)), float(max(lon)), float(max(lat)))
    return moved if all(math.isfinite(number) for number in moved) else None


def _in_thailand(box_deg: Bounds | None) -> bool:
    return box_deg is not None and _are_degrees(box_deg) and bool(thailand().intersects(shapely.box(*box_deg)))


def _at_home(box_deg: Bounds | None, home: Bounds) -> bool:
    return box_deg is not None and bool(shapely.box(*home).intersects(shapely.box(*box_deg)))


def candidates(bounds: Bounds, home: Bounds | None = None) -> tuple[str, ...]:
    """Return the known systems in which these numbers land at home or, if there is none, anywhere in Thailand."""
    home = home or home_box_deg()
    degrees = _are_degrees(bounds)
    systems = [s for s in pins().systems.values() if (s.zone == 0) == degrees]
    landed = {f"EPSG:{s.epsg}": in_degrees(bounds, f"EPSG:{s.epsg}") for s in systems}
    at_home = [crs for crs, box in landed.items() if _at_home(box, home)]
    found = at_home or [crs for crs, box in landed.items() if _in_thailand(box)]
    # WGS 84 first: it is what most files are.
    return tuple(sorted(found, key=lambda crs: is_indian_1975(epsg_of(crs))))


def _swapped(bounds: Bounds) -> bool:
    south, west, north, east = bounds
    return _in_thailand((west, south, east, north))


def _verdict(bounds: Bounds, crs: str, box_deg: Bounds | None, home: Bounds) -> Verdict:
    if not crs:
        return "unknown"
    if read_crs(crs).is_geographic and _swapped(bounds):
        return "swapped"
    if read_crs(crs).is_geographic != _are_degrees(bounds):
        return "lying"
    if _at_home(box_deg, home):
        return "home"
    other_zone = _OTHER_ZONE.get(epsg_of(crs) or 0)
    if other_zone and _at_home(in_degrees(bounds, f"EPSG:{other_zone}"), home):
        return "wrong_zone"
    return "thailand" if _in_thailand(box_deg) else "abroad"


def _way_km(box_deg: Bounds | None, home: Bounds) -> tuple[float, float, float]:
    """Return centre longitude, latitude and the distance in km from the home box."""
    if box_deg is None:
        return math.nan, math.nan, math.nan
    lon, lat = (box_deg[0] + box_deg[2]) / 2, (box_deg[1] + box_deg[3]) / 2
    there, here = shapely.ops.nearest_points(shapely.box(*box_deg), shapely.box(*home))
    _, _, way_m = _GLOBE.inv(there.x, there.y, here.x, here.y)
    return lon, lat, way_m / _M_PER_KM


def where_it_lands(bounds: Bounds, crs: str | None, *, home: Bounds | None = None) -> Landing:
    """Judge the bounds of a file (min x, min y, max x, max y) under the system it claims (None: it claims none).

    ``home`` is the municipality's box in degrees; Don Han where not given.

    >>> where_it_lands((102.86, 16.32, 102.88, 16.34), "EPSG:32648").verdict
    'lying'

    Raises:
        InvalidInput: the claimed system cannot be understood.
    """
    home = home or home_box_deg()
    claimed = crs or ""
    fits = bool(claimed) and read_crs(claimed).is_geographic == _are_degrees(bounds)
    box_deg = in_degrees(bounds, claimed) if fits else None
    verdict = _verdict(bounds, claimed, box_deg, home)
    suggestions = candidates(bounds, home) if verdict in ("lying", "wrong_zone", "unknown") else ()
    both = candidates(bounds, home) if verdict in ("home", "thailand", "unknown", "lying", "wrong_zone") else ()
    ambiguous = len({is_indian_1975(epsg_of(found)) for found in both}) > 1
    lon, lat, km = _way_km(box_deg, home)
    return Landing(verdict, claimed, lon, lat, km, suggestions, ambiguous)
