"""Ways of the sample municipality before bending: roads, village streets, canals, streams and lines without width."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, Literal

import numpy as np
import shapely
import shapely.ops
from shapely import affinity
from shapely.geometry import LineString, MultiLineString, Point, Polygon

from donhan_gis.sample import terrain
from donhan_gis.sample.draw import stream, table

Kind = Literal["highway", "local", "lane", "track", "river", "main", "lateral", "ditch", "natural", "line"]


@dataclass(frozen=True, slots=True)
class Way:
    """One line that cuts the land: kind, full width of its strip (m; 0 = no width), middle line, village index."""

    kind: Kind
    width_m: float
    line: Any
    village: int = -1


@dataclass(frozen=True, slots=True)
class Plan:
    """What is laid out before the land is split: ways, village cores, ribbons along roads, ponds, forests."""

    ways: tuple[Way, ...]
    cores: tuple[Polygon, ...]
    ribbon: Any
    ponds: tuple[Polygon, ...]
    forests: tuple[Polygon, ...]
    land: Polygon


def centres() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the village centres, (n, 2) in metres."""
    return np.array([[v[2], v[3]] for v in table("places")["village"]]) * terrain.KM


def _widths() -> dict[str, float]:
    return {kind: float(width) for kind, width in table("parameters")["width_m"].items()}


def _neighbours(xy: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """Return the pairs of villages joined by a road: no third village is nearer to both ends (relative neighbours)."""
    far = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    slack = float(table("parameters")["road_slack"])
    return [
        (i, j)
        for i, j in combinations(range(len(xy)), 2)
        if not np.any(np.maximum(far[i], far[j])[np.setdiff1d(np.arange(len(xy)), (i, j))] < far[i, j] * slack)
    ]


def _turns(seed: int) -> np.ndarray[Any, Any]:
    """Return the direction of the main street of each village, radians."""
    return stream(seed, "turns").uniform(0, np.pi, len(centres()))


def main_streets(seed: int) -> list[Way]:
    """Return one main street through each village core; the roads from outside end on it."""
    width = _widths()["local"]
    ways = []
    for i, (xy, turn) in enumerate(zip(centres(), _turns(seed), strict=True)):
        half = np.array([np.cos(turn), np.sin(turn)]) * core_radius_m(i) * 0.8
        ways.append(Way("local", width, LineString([xy - half, xy, xy + half]), i))
    return ways


def core_radii_m() -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the mean radius of each village core."""
    return np.array([v[4] for v in table("places")["village"]], dtype=float)


def core_radius_m(village: int) -> float:
    """Return the mean radius of one village core."""
    return float(core_radii_m()[village])


def _gate(seed: int, village: int, toward: np.ndarray[Any, Any], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """Return the point of the main street on which a road from outside ends."""
    turn, xy = _turns(seed)[village], centres()[village]
    u = np.array([np.cos(turn), np.sin(turn)])
    side = float((toward - xy) @ u) / float(np.hypot(*(toward - xy)))
    share = np.clip(side * 0.8 + rng.normal(0, 0.15), -0.8, 0.8)
    return np.asarray(xy + u * share * core_radius_m(village))


def local_roads(seed: int) -> list[Way]:
    """Return the roads from village to village and a few to the edge of the tambon."""
    rng, width, xy = stream(seed, "local"), _widths()["local"], centres()
    pairs = [(_gate(seed, i, xy[j], rng), _gate(seed, j, xy[i], rng)) for i, j in _neighbours(xy)]
    for village, e, n in table("places")["exits"]:
        end = np.array([e, n]) * terrain.KM
        pairs.append((_gate(seed, int(village), end, rng), end))
    roads = main_streets(seed)
    for a, b in pairs:
        length = float(np.hypot(*(b - a)))
        line = terrain.wander(LineString([a, b]), rng, min(60.0, length / 16), max(500.0, length / 1.6))
        roads.append(Way("local", width, line))
    return roads


def streets(seed: int, village: int, core: Polygon) -> list[Way]:
    """Return the lanes of one village: an uneven, slightly turned net inside its core."""
    rng, width = stream(seed, f"lanes {village}"), _widths()["lane"]
    xy = centres()[village]
    angle = np.degrees(_turns(seed)[village])
    reach, lanes = 400.0, []
    for across, (low, high), turn in ((False, (50, 64), 0.0), (True, (85, 125), 90.0)):
        offset = -reach + rng.uniform(0, 60)
        while offset < reach:
            tilt = angle + turn + rng.normal(0, 3.5)
            line = LineString([(-reach, 0), (reach, 0)])
            line = affinity.translate(affinity.rotate(line, tilt, origin=(0, 0)), *xy)
            shift = np.radians(angle + turn + 90)
            line = affinity.translate(line, offset * np.cos(shift), offset * np.sin(shift))
            cut = line.intersection(core)
            keep = across or abs(offset) > 18
            lanes += [Way("lane", width, p, village) for p in _lines(cut) if keep and p.length > 45]
            offset += rng.uniform(low, high)
    return lanes


def _lines(geometry: Any) -> list[LineString]:
    return [g for g in shapely.get_parts(geometry) if g.geom_type == "LineString"]


def canals(seed: int) -> list[Way]:
    """Return the irrigation canals and the natural streams."""
    places, width, rng = table("places"), _widths(), stream(seed, "canals")
    ways = [Way("main", width["main"], terrain.smooth(places["main_canal"]))]
    ways += [Way("lateral", width["lateral"], terrain.smooth(p)) for p in places["laterals"]]
    for points in places["creeks"]:
        ways.append(Way("natural", width["natural"], terrain.wander(terrain.smooth(points), rng, 38.0, 420.0)))
    for lateral in [w for w in ways if w.kind == "lateral"]:
        ways += _ditches(lateral.line, rng, width["ditch"])
    return ways


def _ditches(lateral: LineString, rng: np.random.Generator, width_m: float) -> list[Way]:
    """Return the field ditches that leave one lateral to both sides."""
    ways, at, side = [], 350.0, 1
    while at < lateral.length - 100:
        a, b = (np.asarray(lateral.interpolate(at + d).coords[0]) for d in (-10, 10))
        along = (b - a) / np.hypot(*(b - a))
        out = np.array([-along[1], along[0]]) * side * rng.uniform(450, 820) + along * rng.normal(120, 90)
        start = np.asarray(lateral.interpolate(at).coords[0])
        ways.append(Way("ditch", width_m, LineString([start, start + out])))
        at, side = at + rng.uniform(260, 420), -side
    return ways


def _cores(seed: int) -> list[Polygon]:
    rng = stream(seed, "cores")
    return [
        terrain.blob(
            e * terrain.KM, n * terrain.KM, r, rng, turn=rng.uniform(0, 180), stretch=rng.uniform(1.0, 1.6), corners=11
        )
        for _, _, e, n, r in table("places")["village"]
    ]


def _ponds(seed: int, ways: list[Way]) -> list[Polygon]:
    """Return the ponds, each moved aside until no road or canal runs through it."""
    rng, lines, ponds = stream(seed, "ponds"), shapely.union_all([w.line for w in ways]), []
    for _, e, n, r, turn, stretch in table("places")["ponds"]:
        pond = terrain.blob(e * terrain.KM, n * terrain.KM, r, rng, turn=turn, stretch=stretch)
        for _ in range(30):
            hit = lines.intersection(pond.buffer(22))
            if hit.is_empty:
                break
            away = np.subtract(pond.centroid.coords[0], hit.centroid.coords[0])
            pond = affinity.translate(pond, *(away / max(1.0, np.hypot(*away)) * 15))
        ponds.append(pond)
    return ponds


def _forests(seed: int) -> list[Polygon]:
    rng = stream(seed, "forests")
    return [
        terrain.blob(e * terrain.KM, n * terrain.KM, r, rng, turn=turn, stretch=stretch).intersection(terrain.tambon())
        for _, e, n, r, turn, stretch in table("places")["forests"]
    ]


def _ribbon(seed: int, ways: list[Way]) -> Any:
    """Return the strips of house land along the roads near each village: uneven in depth and length, with gaps."""
    rng, parameters, strips = stream(seed, "ribbon"), table("parameters"), []
    near = shapely.union_all(
        [Point(xy).buffer(core_radius_m(i) + parameters["ribbon_reach_m"]) for i, xy in enumerate(centres())]
    )
    for way in ways:
        for line in _lines(way.line.intersection(near)):
            at = 0.0
            while at < line.length - 40:
                end = at + rng.uniform(60, 230)
                if rng.random() < parameters["ribbon_share"]:
                    depth = parameters["ribbon_depth_m"] * rng.uniform(0.75, 1.45) * rng.choice((-1, 1))
                    strips.append(shapely.ops.substring(line, at, end).buffer(depth, single_sided=True))
                at = end if rng.random() < 0.5 else at
    return shapely.union_all(strips)


def plan(seed: int) -> Plan:
    """Lay out the whole municipality."""
    width, river = _widths(), terrain.river(seed)
    roads = [Way("highway", width["highway"], terrain.smooth(table("places")["highway"])), *local_roads(seed)]
    water = canals(seed)
    cores, forests, ponds = _cores(seed), _forests(seed), _ponds(seed, [*roads, *water])
    lanes = [lane for i, core in enumerate(cores) for lane in streets(seed, i, core)]
    ribbon = _ribbon(seed, roads)
    cuts = [*(g.exterior for g in (*cores, *forests)), *shapely.get_parts(ribbon.boundary)]
    ways = [*roads, Way("river", width["river"], river), *water, *lanes, *(Way("line", 0.0, c) for c in cuts)]
    sides = shapely.polygonize([shapely.union_all([terrain.tambon().exterior, river])])
    land = max(shapely.get_parts(sides), key=lambda g: g.area)
    ways = [Way(w.kind, w.width_m, _clip(w, land), w.village) for w in ways]
    ways = [w for w in ways if not w.line.is_empty]
    tracks = field_tracks(seed, ways, land)
    return Plan((*ways, *tracks), tuple(cores), ribbon, tuple(ponds), tuple(forests), land)


def _clip(way: Way, land: Polygon) -> Any:
    """Return the part of a way inside the tambon; everything but river, highway and plain cuts ends at the river."""
    inside = way.line.intersection(terrain.tambon() if way.kind in ("river", "highway", "line") else land)
    return MultiLineString(_lines(inside)) if len(_lines(inside)) > 1 else shapely.union_all(_lines(inside))


def faces(ways: list[Way], land: Polygon) -> list[Polygon]:
    """Return the meshes of the net of ways inside the land."""
    net = shapely.union_all([land.boundary, *(w.line for w in ways)], grid_size=terrain.GRID_M)
    return list(shapely.get_parts(shapely.polygonize([net])))


def field_tracks(seed: int, ways: list[Way], land: Polygon) -> list[Way]:
    """Return farm tracks and ditches that cut the large meshes until none is larger than the limit."""
    rng, limit, width = stream(seed, "tracks"), float(table("parameters")["mesh_m2"]), _widths()
    todo, tracks = faces(ways, land), []
    while todo:
        mesh = todo.pop()
        if mesh.area < limit * rng.uniform(0.6, 1.4):
            continue
        line, parts = _halve(mesh, rng)
        kind: Kind = "track" if rng.random() < 0.72 else "ditch"
        tracks.append(Way(kind, width[kind], line))
        todo += parts
    return tracks


def _halve(mesh: Polygon, rng: np.random.Generator) -> tuple[LineString, list[Polygon]]:
    """Cut a mesh across its long axis; return the cut and the parts."""
    corners = np.asarray(shapely.oriented_envelope(mesh).exterior.coords)[:4]
    sides = [(b - a, a, b) for a, b in pairwise([*corners, corners[0]])]
    long = int(np.hypot(*sides[1][0]) > np.hypot(*sides[0][0]))
    one, other = sides[long], sides[(long + 2) % 4]
    start, end = one[1] + one[0] * rng.uniform(0.36, 0.64), other[1] + other[0] * rng.uniform(0.36, 0.64)
    reach = (end - start) * 0.1
    cut = LineString([start - reach, end + reach])
    pieces = list(shapely.get_parts(shapely.polygonize([shapely.union_all([mesh.exterior, cut])])))
    inside = max(_lines(cut.intersection(mesh)), key=lambda g: g.length)
    return inside, pieces if len(pieces) > 1 else []
