"""Parcels of the sample municipality: meshes between the ways, split again and again, then bent together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from donhan_gis.sample import terrain
from donhan_gis.sample.draw import stream, table
from donhan_gis.sample.network import Plan, Way, centres, core_radii_m, faces, plan

Geometries = NDArray[Any]
STEP_M = 16.0  # distance of the vertices that let straight bunds bend


@dataclass(frozen=True, slots=True)
class Fabric:
    """Bent geometry; ``kind`` is core, ribbon, fringe, field or forest, ``mesh`` and ``village`` are indexes."""

    parcels: Geometries
    kind: NDArray[np.str_]
    mesh: NDArray[np.int64]
    village: NDArray[np.int64]
    mesh_village: NDArray[np.int64]
    villages: Geometries
    ways: tuple[Way, ...]
    ponds: Geometries
    river: Any
    cores: Geometries
    centres: NDArray[np.float64]


def axes(shape: Polygon) -> tuple[float, float, float]:
    """Return long side, short side (m) and direction of the long side (radians) of the box around a shape."""
    a, b, c = np.asarray(shapely.oriented_envelope(shape).exterior.coords)[:3]
    one, two = b - a, c - b
    if np.hypot(*one) < np.hypot(*two):
        one, two = two, one
    return float(np.hypot(*one)), float(np.hypot(*two)), float(np.arctan2(one[1], one[0]))


def _beyond(xy: NDArray[np.float64], direction: float, at: float) -> Polygon:
    """Return the half plane on the far side of ``at`` along a direction."""
    u = np.array([np.cos(direction), np.sin(direction)])
    v = np.array([-u[1], u[0]]) * 2e4
    base = u * at + xy - u * (xy @ u)
    made: Polygon = shapely.polygons([base - v, base + v, base + v + u * 2e4, base - v + u * 2e4])
    return made


def cut(shape: Polygon, direction: float, share: float) -> list[Polygon]:
    """Cut off ``share`` of the area along a direction (radians) with a straight line; return all parts."""
    along = shapely.get_coordinates(shape) @ (np.cos(direction), np.sin(direction))
    low, high, middle = float(along.min()), float(along.max()), shapely.get_coordinates(shape.centroid)[0]
    for _ in range(7):
        at = low + (high - low) / 2
        if shape.intersection(_beyond(middle, direction, at)).area > shape.area * (1 - share):
            low = at
        else:
            high = at
    half = _beyond(middle, direction, low + (high - low) / 2)
    return [*_polygons(shape.difference(half)), *_polygons(shape.intersection(half))]


def _polygons(geometry: Any) -> list[Polygon]:
    return [g for g in shapely.get_parts(geometry) if g.geom_type == "Polygon" and g.area > 1]


def _strips(shape: Polygon, n: int, direction: float, rng: np.random.Generator) -> list[Polygon]:
    """Slice a shape into ``n`` uneven strips, one after the other along a direction."""
    done: list[Polygon] = []
    weights = rng.lognormal(0, 0.33, n)
    for i in range(n - 1):
        first, *rest = cut(shape, direction + rng.normal(0, 0.025), float(weights[i] / weights[i:].sum()))
        if not rest:
            break
        shape = max(rest, key=lambda g: g.area)
        done += [first, *(g for g in rest if g is not shape)]
    return [*done, shape]


def _field_target_m2(shape: Polygon) -> float:
    """Return the mean size of a plot here: gardens beside a village, wider paddies further out."""
    target, parameters = table("parameters")["target_m2"], table("parameters")
    gap = np.hypot(*(centres() - shapely.get_coordinates(shape.centroid)).T) - core_radii_m()
    share = float(np.clip(gap.min() / parameters["fringe_m"], 0, 1)) ** 1.5
    return float(target["fringe"] + share * (target["field"] - target["fringe"]))


def split_field(shape: Polygon, rng: np.random.Generator) -> list[Polygon]:
    """Split farm land: groups of paddies by halving, and each group into strips that run from its long side."""
    long, short, direction = axes(shape)
    target_m2 = _field_target_m2(shape) * rng.lognormal(0, 0.2)
    if shape.area < 1.6 * target_m2:
        return [shape]
    if shape.area > target_m2 * rng.uniform(5, 11) or shape.area < 0.55 * long * short:
        parts = cut(shape, direction + rng.normal(0, 0.09), rng.uniform(0.36, 0.64))
        return [g for part in parts for g in split_field(part, rng)]
    n = max(2, round(shape.area / target_m2))
    if long / n * 7 < short or (short > 0.8 * long and rng.random() < 0.4):
        direction += np.pi / 2
    strips = _strips(shape, n, direction, rng)
    return [g for s in strips for g in (cut(s, axes(s)[2] + rng.normal(0, 0.1), 0.5) if rng.random() < 0.13 else [s])]


def split_lots(shape: Polygon, target_m2: float, rng: np.random.Generator) -> list[Polygon]:
    """Split house land: two rows of lots back to back where the mesh is wide enough, always across the long side."""
    if shape.area < target_m2 * rng.uniform(1.25, 1.9):
        return [shape]
    long, short, direction = axes(shape)
    rows = 34 < short < 72 and long < 3.2 * short and shape.area > 5 * target_m2
    parts = cut(shape, direction + (np.pi / 2 if rows else 0) + rng.normal(0, 0.05), rng.uniform(0.40, 0.60))
    return [g for part in parts for g in split_lots(part, target_m2, rng)]


def _kind(shape: Polygon, layout: Plan) -> str:
    """Return what a mesh is used for, by its position."""
    point = shape.representative_point()
    if any(f.contains(point) for f in layout.forests):
        return "forest"
    if any(c.contains(point) for c in layout.cores):
        return "core"
    return "ribbon" if layout.ribbon.contains(point) and shape.area < 60_000 else "field"


def _split(shape: Polygon, kind: str, rng: np.random.Generator) -> list[Polygon]:
    if kind in ("core", "ribbon"):
        return split_lots(shape, float(table("parameters")["target_m2"][kind]) * rng.lognormal(0, 0.22), rng)
    return [shape] if kind == "forest" else split_field(shape, rng)


def _corridors(layout: Plan) -> Geometries:
    """Return the strips and ponds that are taken out of the land."""
    strips = [w.line.buffer(w.width_m / 2, quad_segs=2, cap_style="flat") for w in layout.ways if w.width_m]
    return np.array([*strips, *layout.ponds])


def _blocks(layout: Plan, meshes: list[Polygon]) -> tuple[list[Polygon], list[int]]:
    """Return the land inside each mesh that no way or pond takes, with the number of its mesh."""
    corridors = _corridors(layout)
    tree = shapely.STRtree(corridors)
    blocks, owner = [], []
    for i, mesh in enumerate(meshes):
        taken = shapely.intersection(corridors[tree.query(mesh)], mesh.envelope.buffer(1))
        parts = [g for g in _polygons(mesh.difference(shapely.union_all(taken))) if g.area > 60]
        blocks += parts
        owner += [i] * len(parts)
    return blocks, owner


def _noded(pieces: list[Polygon]) -> Geometries:
    """Return the same pieces with every corner shared exactly, and vertices every 16 m."""
    lines = shapely.union_all(np.array([p.boundary for p in pieces]), grid_size=terrain.GRID_M)
    lines = shapely.segmentize(shapely.line_merge(lines), STEP_M)
    return np.asarray(shapely.get_parts(shapely.polygonize([lines])))


def _joined(cells: Geometries, block: NDArray[np.int64], unfit: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the cell that each cell becomes part of: an unfit one joins the neighbour with the longest shared side."""
    into, tree, area = np.arange(len(cells)), shapely.STRtree(cells), shapely.area(cells)
    small = np.flatnonzero(unfit)
    for i in small[np.argsort(area[small], kind="stable")]:
        near = tree.query(cells[i])
        near = near[(near != i) & (into[near] != i)]
        shared = shapely.length(shapely.intersection(shapely.boundary(cells[near]), shapely.boundary(cells[i])))
        shared = shared * np.where(block[near] == block[i], 1.0, 0.5)
        if len(near) and shared.max() > 1.0:
            into[i] = near[int(np.argmax(shared))]
    while not np.array_equal(into, into[into]):
        into = into[into]
    return into


def _merged(
    cells: Geometries, block: NDArray[np.int64], unfit: NDArray[np.bool_]
) -> tuple[Geometries, NDArray[np.int64]]:
    """Return the cells with the unfit ones joined to a neighbour, and the block of each."""
    into = _joined(cells, block, unfit)
    heads, size = np.unique(into, return_counts=True)
    out = cells[heads]
    for k in np.flatnonzero(size > 1):
        out[k] = shapely.coverage_union_all(cells[into == heads[k]])
    out = np.array([g if g.geom_type == "Polygon" else shapely.get_geometry(g, 0) for g in out])
    return out, block[heads]


def _thin(cells: Geometries) -> NDArray[np.float64]:
    """Return a measure of width, m: the side of the strip that has the area and perimeter of each cell."""
    return np.asarray(2 * shapely.area(cells) / shapely.length(cells) * 2)


def _clean(
    cells: Geometries, block: NDArray[np.int64], least_m2: NDArray[np.float64], field: terrain.Field
) -> tuple[Geometries, NDArray[np.int64]]:
    """Join scraps, slivers and whatever would cross itself or a neighbour once bent; drop what still does."""
    settled = False
    for attempt in range(4):
        bent, before = terrain.bend(cells, field), len(cells)
        crossed = ~shapely.is_valid(bent) | ~shapely.is_empty(shapely.coverage_invalid_edges(bent))
        scrap = shapely.area(cells) < least_m2[block]
        if attempt == 3 or settled:
            return cells[~crossed & ~scrap], block[~crossed & ~scrap]
        unfit = crossed | scrap | (_thin(cells) < 7.0)
        cells, block = _merged(cells, block, unfit)
        settled = len(cells) == before
    raise AssertionError


def _village_of(meshes: list[Polygon]) -> NDArray[np.int64]:
    """Return the village of each mesh: the nearest one, larger villages reaching further, each in one piece."""
    points = shapely.get_coordinates(shapely.point_on_surface(np.array(meshes)))
    far = np.hypot(*(points[:, None] - centres()[None]).transpose(2, 0, 1)) - core_radii_m() * 1.5
    village = np.argmin(far, axis=1)
    for _ in range(6):
        loose = _loose(meshes, village)
        if not len(loose):
            break
        far[loose, village[loose]] = np.inf
        village[loose] = np.argmin(far[loose], axis=1)
    return np.asarray(village)


def _loose(meshes: list[Polygon], village: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the meshes that are cut off from the main part of their village."""
    shapes, loose = np.array(meshes), []
    for v in np.unique(village):
        own = np.flatnonzero(village == v)
        parts = shapely.get_parts(shapely.union_all(shapes[own], grid_size=terrain.GRID_M))
        main = parts[np.argmax(shapely.area(parts))]
        loose += list(own[~shapely.contains(main, shapely.point_on_surface(shapes[own]))])
    return np.array(loose, dtype=int)


def _cells(
    layout: Plan, seed: int, meshes: list[Polygon], field: terrain.Field
) -> tuple[Geometries, NDArray[np.str_], NDArray[np.int64]]:
    """Return straight parcels with their kind and mesh."""
    rng = stream(seed, "split")
    blocks, owner = _blocks(layout, meshes)
    kinds = [_kind(block, layout) for block in blocks]
    pieces, source = [], []
    for i, (block, kind) in enumerate(zip(blocks, kinds, strict=True)):
        parts = _split(block, kind, rng)
        pieces += parts
        source += [i] * len(parts)
    cells = _noded(pieces)
    piece = np.full(len(cells), -1)
    at, found = shapely.STRtree(pieces).query(shapely.point_on_surface(cells), predicate="within")
    piece[at] = found
    cells, block = cells[piece >= 0], np.asarray(source)[piece[piece >= 0]]
    least = np.array([table("parameters")["least_m2"][k] for k in kinds], dtype=float)
    cells, block = _clean(cells, block, least, field)
    ground, mesh = np.asarray(kinds)[block], np.asarray(owner)[block]
    gap = shapely.distance(shapely.centroid(cells)[:, None], np.array(layout.cores)[None]).min(axis=1)
    near = (
        (ground == "field")
        & (gap < table("parameters")["fringe_m"])
        & (shapely.area(cells) < table("parameters")["garden_m2"])
    )
    return cells, np.where(near, "fringe", ground), mesh


def weave(seed: int) -> Fabric:
    """Lay out, split and bend the whole municipality."""
    layout, field = plan(seed), terrain.Field(seed)
    meshes = faces(list(layout.ways), terrain.tambon())
    mesh_village = _village_of(meshes)
    cells, kind, mesh = _cells(layout, seed, meshes, field)
    wet = shapely.union_all([terrain.river(seed).buffer(40), *layout.ponds])
    dry = [
        Way(w.kind, w.width_m, w.line if w.kind in ("river", "highway") else w.line.difference(wet), w.village)
        for w in layout.ways
    ]
    ways = tuple(
        Way(w.kind, w.width_m, _bent(w.line, field), w.village) for w in dry if w.width_m and w.line.length > 30
    )
    outlines = _villages(meshes, mesh_village)
    return Fabric(
        terrain.bend(cells, field), kind, mesh, mesh_village[mesh], mesh_village, terrain.bend(outlines, field), ways,
        _bent(np.array(layout.ponds), field), _bent(terrain.river(seed), field), _bent(np.array(layout.cores), field),
        field(centres()),
    )  # fmt: skip


def _bent(geometry: Any, field: terrain.Field) -> Any:
    return terrain.bend(shapely.segmentize(geometry, STEP_M), field)


def _villages(meshes: list[Polygon], village: NDArray[np.int64]) -> Geometries:
    """Return the outline of each village as the union of its meshes, with vertices every 16 m."""
    lines = shapely.segmentize(shapely.union_all(np.array([m.boundary for m in meshes])), STEP_M)
    fine = np.array(shapely.get_parts(shapely.polygonize([lines])))
    mesh = shapely.STRtree(meshes).query(shapely.point_on_surface(fine), predicate="within")[1]
    return np.array([_multi(shapely.coverage_union_all(fine[village[mesh] == v])) for v in range(len(centres()))])


def _multi(geometry: Any) -> Any:
    """Return a polygon as a multi-polygon."""
    return geometry if geometry.geom_type == "MultiPolygon" else MultiPolygon([geometry])
