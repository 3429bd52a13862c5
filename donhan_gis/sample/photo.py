"""A synthetic orthophoto of one village core, painted from the rows of the sample; no photograph of a real place."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely import affinity
from shapely.geometry import LineString, Polygon

from donhan_gis.ortho.cog import describe, write_cog
from donhan_gis.sample.canvas import Canvas, Floats, Noise, Pixels, crown, soften, stamp
from donhan_gis.sample.draw import stream, table, uid
from donhan_gis.sample.land import Row
from donhan_gis.sample.town import Progress, Sample

ROAD_ORDER = ("EARTH", "GRAV", "LAT", "CONC", "ASPH")


@dataclass(frozen=True, slots=True)
class Scene:
    """What lies in the frame: parcels with their ground, and the rows that touch it."""

    canvas: Canvas
    parcels: list[tuple[Polygon, str]]
    roads: list[Row]
    ponds: list[Any]
    canals: list[Row]
    buildings: list[Row]


def paint(
    sample: Sample, path: Path, *, size_px: tuple[int, int] | None = None, progress: Progress | None = None
) -> Row:
    """Paint the orthophoto, write it as a Cloud Optimized GeoTIFF, and return its row of the register ``orthophoto``.

    Raises:
        SourceError: the file cannot be written.
    """
    tell = progress or (lambda _fraction, _message: None)
    tell(0.0, "sample.photo")
    scene = look(sample, size_px)
    pixels = render(sample.seed, scene)
    tell(0.7, "sample.photo")
    canvas = scene.canvas
    write_cog(np.moveaxis(pixels, 2, 0), path, transform=canvas.transform)
    tell(1.0, "sample.photo")
    about = table("photo")
    notes = {"name": about["name"], "flown_on": about["flown_on"], "accuracy_note": about["accuracy_note"]}
    source = table("parameters")["source"]
    return describe(path) | notes | {"uid": uid(sample.seed, "orthophoto", 1), "source": source}


def look(sample: Sample, size_px: tuple[int, int] | None = None) -> Scene:
    """Return what the camera sees around the core of the chosen village."""
    about = table("photo")
    width, height = size_px or (about["width_px"], about["height_px"])
    gsd_m = float(about["gsd_m"])
    village = next(v for v in sample.rows["village"] if v["moo"] == about["village_moo"])
    homes = [h["geom"] for h in sample.rows["house"] if h["village_uid"] == village["uid"]]
    x, y = np.median(shapely.get_coordinates(homes), axis=0) + about["offset_m"]
    canvas = Canvas(round(x - width * gsd_m / 2), round(y + height * gsd_m / 2), width, height, gsd_m)
    near = canvas.frame.buffer(20)

    def seen(register: str) -> list[Row]:
        return [r for r in sample.rows[register] if r["geom"].intersects(near)]

    ponds = [r["geom"].intersection(near) for r in seen("water_source")]
    ground, open_m2 = _ground_of(sample), float(about["open_m2"])
    parcels = [(r["geom"], ground.get(r["uid"], "grass")) for r in seen("parcel")]
    parcels = [(g, "grass" if name == "bare" and g.area > open_m2 else name) for g, name in parcels]
    return Scene(canvas, parcels, seen("road"), ponds, seen("canal"), seen("building"))


def _ground_of(sample: Sample) -> dict[str, str]:
    """Return the ground of each parcel: by crop, else by the use of its largest portion."""
    cover, ground = table("photo")["cover"], dict[str, str]()
    for use in sorted(sample.rows["parcel_use"], key=lambda r: r["area_sqwah"]):
        ground[use["parcel_uid"]] = cover[use["use_class"]]
    for plan in sample.rows["crop_plan"]:
        if ground[plan["parcel_uid"]] != "yard":
            ground[plan["parcel_uid"]] = cover.get(plan["crop"], ground[plan["parcel_uid"]])
    return ground


def render(seed: int, scene: Scene) -> Pixels:
    """Return the picture (rows, columns, 3)."""
    rng, canvas = stream(seed, "photo"), scene.canvas
    names = list(table("photo")["ground"])
    ground, tint = _grounds(scene, names, rng)
    trees = _trees(scene, names, ground, rng)
    pixels = _coloured(canvas, ground, tint, names, rng)
    _mark_roads(pixels, scene)
    _shade(pixels, scene, trees, rng)
    _roofs(pixels, scene, rng)
    _clutter(pixels, scene, rng)
    _crowns(pixels, trees, rng)
    _finish(pixels, canvas, rng)
    return pixels


def _bunds(shape: Polygon, rng: np.random.Generator) -> list[Any]:
    """Return the small dikes that divide a paddy into basins, a little crooked."""
    a, b, c = np.asarray(shapely.oriented_envelope(shape).exterior.coords)[:3]
    lines = []
    for start, along, across in ((a, b - a, c - b), (a, c - b, b - a)):
        length = float(np.hypot(*along))
        n = max(1, int(length / rng.uniform(26, 44)))
        for k in range(1, n):
            at = start + along * (k + rng.uniform(-0.18, 0.18)) / n
            bend = along / length * rng.normal(0, 1.6, (5, 1))
            points = at + across * np.linspace(-0.02, 1.02, 5)[:, None] + bend
            keep = sorted(rng.choice(5, int(rng.integers(2, 6)), replace=False)) if k % 2 else range(5)
            lines.append(
                LineString(points[[*range(min(keep), max(keep) + 1)]]) if len(set(keep)) > 1 else LineString(points)
            )
    return [g for line in lines for g in shapely.get_parts(line.intersection(shape)) if g.geom_type == "LineString"]


def _grounds(scene: Scene, names: list[str], rng: np.random.Generator) -> tuple[Pixels, NDArray[np.uint8]]:
    """Return the ground of each pixel (index of ``names``) and a tint that differs by parcel (128: none)."""
    canvas, index = scene.canvas, {name: i for i, name in enumerate(names)}
    ground = np.full((canvas.height, canvas.width), index["wild"], dtype=np.uint8)
    tint = np.full_like(ground, 128)
    canvas.burn(((g, index[name]) for g, name in scene.parcels), out=ground)
    canvas.burn(((g, int(rng.integers(104, 153))) for g, _ in scene.parcels), out=tint)
    worn = (b["geom"].buffer(float(rng.uniform(1.5, 7))) for b in scene.buildings if rng.random() < 0.7)
    canvas.burn(((_ragged(g), index["bare"]) for g in worn), out=ground)
    fields = [(g, n) for g, n in scene.parcels if n in ("paddy", "stubble", "cane", "tilled")]
    canvas.burn(((g.boundary.buffer(0.5), index["bund"]) for g, _ in fields), out=ground)
    dikes = [line for g, n in fields if n == "paddy" for part in g.geoms for line in _bunds(part, rng)]
    canvas.burn(((line.buffer(float(rng.uniform(0.22, 0.42))), index["bund"]) for line in dikes), out=ground)
    wet = [*scene.ponds, *(c["geom"].buffer(c["width_m"] / 2) for c in scene.canals)]
    canvas.burn(((g.buffer(2.2), index["bank"]) for g in wet), out=ground)
    canvas.burn(((_ragged(g), index["water"]) for g in wet), out=ground)
    shoulder = ((r["geom"].buffer(r["width_m"] / 2 + 0.9, cap_style="flat"), index["earth"]) for r in scene.roads)
    canvas.burn(shoulder, out=ground)
    surface = table("photo")["surface"]
    for r in sorted(scene.roads, key=lambda r: ROAD_ORDER.index(r["surface"])):
        canvas.burn([(r["geom"].buffer(r["width_m"] / 2, cap_style="flat"), index[surface[r["surface"]]])], out=ground)
    aprons = (
        (b["geom"].buffer(1.4, join_style="mitre"), index["concrete"]) for b in scene.buildings if rng.random() < 0.4
    )
    canvas.burn(aprons, out=ground)
    return ground, tint


def _ragged(shape: Any) -> Any:
    """Return an outline with an uneven water line; shared points move alike."""
    inner = shapely.segmentize(shape.buffer(-0.5), 2.5)
    return shapely.transform(inner, lambda xy: xy + 0.45 * np.sin(xy[:, ::-1] * (0.83, 1.07)))


def _coloured(canvas: Canvas, ground: Pixels, tint: Pixels, names: list[str], rng: np.random.Generator) -> Pixels:
    """Return the ground in colour: each kind blends to a second colour in patches, with mottle and grain."""
    look_ = [table("photo")["ground"][name] for name in names]
    base, other = (np.array([g[key] for g in look_], dtype=np.float32) for key in ("rgb", "to"))
    blend, mottle, grain = (np.array([g[key] for g in look_], dtype=np.float32) for key in ("blend", "mottle", "grain"))
    noises = [Noise(canvas, rng, wave / canvas.gsd_m) for wave in (31.0, 7.5, 2.1, 0.55)]
    pixels = np.empty((canvas.height, canvas.width, 3), dtype=np.uint8)
    rough = np.random.Generator(np.random.SFC64(int(rng.integers(2**31))))
    for strip in canvas.strips(table("photo")["strip_px"]):
        kind = ground[strip]
        wide, middle, small, tiny = (noise.rows(strip) for noise in noises)
        share = np.clip(0.5 + wide * 0.7 + middle * 0.75 + small * 0.35, 0, 1) * blend[kind]
        light = (middle * 0.35 + small * 0.55 + tiny * 0.5) * mottle[kind]
        light += (
            rough.standard_normal(kind.shape, dtype=np.float32) * grain[kind]
            + (tint[strip].astype(np.float32) - 128) * 0.55
        )
        colour = base[kind] * (1 - share)[..., None] + other[kind] * share[..., None] + light[..., None]
        pixels[strip] = np.clip(colour, 0, 255)
    return pixels


def _mark_roads(pixels: Pixels, scene: Scene) -> None:
    """Paint the broken middle line and edge lines of asphalt roads, and the joints of concrete ones, in place."""
    white, joints = [], []
    for road in scene.roads:
        for line in shapely.get_parts(road["geom"].intersection(scene.canvas.frame)):
            if line.geom_type != "LineString" or line.length < 12:
                continue
            if road["surface"] == "ASPH" and road["width_m"] > 5:
                white += [
                    shapely.ops.substring(line, at, at + 3).buffer(0.06) for at in np.arange(0, line.length - 3, 9.0)
                ]
                white += [
                    line.parallel_offset(road["width_m"] / 2 - 0.4, side).buffer(0.06) for side in ("left", "right")
                ]
            elif road["surface"] == "CONC":
                joints += [_across(line, at, road["width_m"] / 2) for at in np.arange(5, line.length - 5, 10.0)]
    mark = scene.canvas.burn([*((g, 1) for g in white), *((g, 2) for g in joints)])
    pixels[mark == 1] = (214, 210, 200)
    pixels[mark == 2] = (pixels[mark == 2] * 0.8).astype(np.uint8)


def _across(line: LineString, at: float, half_m: float) -> Polygon:
    a, b = (np.asarray(line.interpolate(at + d).coords[0]) for d in (0, 0.5))
    side = np.array([a[1] - b[1], b[0] - a[0]]) / max(float(np.hypot(*(b - a))), 1e-6) * half_m
    return LineString([a - side, a + side]).buffer(0.05)


def _trees(scene: Scene, names: list[str], ground: Pixels, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return row, column, radius and height (pixels) of the trees; none on roads, water or roofs."""
    canvas, density = scene.canvas, table("photo")["trees"]
    roofs = canvas.burn((b["geom"].buffer(1.2), 1) for b in scene.buildings)
    most = max(d for d, _ in density.values())
    n = int(canvas.width * canvas.height * canvas.gsd_m**2 / 10_000 * most)
    at = np.column_stack([rng.integers(0, canvas.height, n), rng.integers(0, canvas.width, n)])
    kind = ground[at[:, 0], at[:, 1]]
    chance = np.array([density.get(name, [0, 0])[0] for name in names]) / most
    clumps = Noise(canvas, rng, 9 / canvas.gsd_m).rows(slice(0, canvas.height))[at[:, 0], at[:, 1]]
    keep = (rng.random(n) < chance[kind] * np.clip(0.55 + clumps * 1.3, 0.05, 2.2)) & (roofs[at[:, 0], at[:, 1]] == 0)
    largest = np.array([density.get(name, [0, 2])[1] for name in names])[kind[keep]]
    radius = largest * rng.beta(2.2, 2.0, keep.sum()) + 0.5
    made = np.column_stack([at[keep], radius / canvas.gsd_m, radius * rng.uniform(1.3, 2.1, keep.sum()) / canvas.gsd_m])
    return made[np.argsort(made[:, 2])]


def _away() -> NDArray[np.float64]:
    """Return the ground direction of shadows, metres east and north for one metre of height."""
    about, turn = table("photo"), np.radians(table("photo")["sun_azimuth"] + 180)
    return np.array([np.sin(turn), np.cos(turn)]) * float(about["shadow_per_m"])


def _height_m(building: Row) -> float:
    return float(table("photo")["eaves_m"].get(building["type_code"], 3.4))


def _shade(pixels: Pixels, scene: Scene, trees: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Darken the shadows of buildings and trees in place."""
    canvas, away = scene.canvas, _away()
    dark = canvas.burn((_shadow(b["geom"], away * _height_m(b)), 255) for b in scene.buildings)[..., None]
    black = np.full((1, 1, 1), 255, dtype=np.float32)
    stock: dict[int, list[Floats]] = {}
    for row, column, radius, height in trees:
        size = max(3, int(radius / 3) * 3)
        if size not in stock:
            stock[size] = [crown(size, rng)[0] for _ in range(5)]
        cover = stock[size][int(rng.integers(5))]
        for part in (0.25, 0.55):  # the lower and the upper half of the crown
            shift = away * height * part
            stamp(dark, int(row - shift[1]), int(column + shift[0]), cover, np.broadcast_to(black, (*cover.shape, 1)))
    dim = np.array([1.0, 0.98, 0.9]) * (1 - float(table("photo")["shadow_dim"]))  # shadows keep the blue of the sky
    for strip in canvas.strips(table("photo")["strip_px"]):
        cover = soften(dark[strip].astype(np.float32)) / np.float32(255)
        light = 1 - cover * dim[None, None].astype(np.float32)
        pixels[strip] = (pixels[strip] * light).astype(np.uint8)


def _shadow(shape: Any, shift: NDArray[np.float64]) -> Any:
    roof = shape.buffer(0.6, join_style="mitre")
    return shapely.union_all([affinity.translate(roof, *(shift * k)) for k in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)])


def facets(shape: Polygon, *, hipped: bool) -> list[tuple[Polygon, float]]:
    """Return the sloping planes of a roof with the direction (radians) in which each falls: two, or four if hipped."""
    a, b, c, d = np.asarray(shapely.oriented_envelope(shape).exterior.coords)[:4]
    if np.hypot(*(b - a)) < np.hypot(*(c - b)):
        a, b, c, d = b, c, d, a
    in_ = min(0.42, float(np.hypot(*(c - b)) / np.hypot(*(b - a))) / 2) if hipped else 0.0
    left, right = (a + d) / 2 + (b - a) * in_, (b + c) / 2 - (b - a) * in_
    planes = [([a, b, right, left], b - c), ([c, d, left, right], c - b)]
    planes += [([b, c, right], b - a), ([d, a, left], a - b)] if hipped else []
    clipped = ((Polygon(corners).intersection(shape), fall) for corners, fall in planes)
    return [(g, float(np.arctan2(fall[1], fall[0]))) for g, fall in clipped if g.area > 0.5]


def _roofs(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> None:
    """Paint the roofs in place: planes lit by the sun, ribs of the sheets, a bright ridge, weathering."""
    about, canvas = table("photo"), scene.canvas
    sun = np.radians(90 - about["sun_azimuth"])
    shapes, look_ = [], [(0.0, 0.0, 0.0, 0.0, 0.0)]
    for building in scene.buildings:
        colour = np.array(about["roofs"][int(rng.integers(len(about["roofs"])))], dtype=float)
        colour = colour + (colour.mean() - colour) * rng.uniform(0.1, 0.6) + rng.normal(0, 10) + rng.normal(0, 3, 3)
        hipped = bool(rng.random() < 0.45) and _height_m(building) > 3
        for roof in shapely.get_parts(building["geom"].buffer(0.6, join_style="mitre")):
            for plane, fall in facets(roof, hipped=hipped):
                light = 1.0 + 0.2 * np.cos(fall - sun)
                look_.append((*(colour * light), np.cos(fall + np.pi / 2), np.sin(fall + np.pi / 2)))
                shapes.append((plane, len(look_) - 1))
    plane = canvas.burn(shapes, dtype="uint16")
    values = np.array(look_, dtype=np.float32)
    worn = Noise(canvas, rng, 2.4 / canvas.gsd_m)
    for strip in canvas.strips(about["strip_px"]):
        rows, columns = np.nonzero(plane[strip])
        kind = plane[strip][rows, columns]
        phase = (columns * values[kind, 3] - (rows + strip.start) * values[kind, 4]) * canvas.gsd_m
        ribs = np.sin(phase * 2 * np.pi / 0.62) * 5 + worn.rows(strip)[rows, columns] * 9
        pixels[strip][rows, columns] = np.clip(values[kind, :3] + ribs[:, None], 0, 255)
    edges = [(p.boundary.buffer(0.08), 1) for p, _ in shapes]
    ridge = canvas.burn(edges) & (plane > 0)
    pixels[ridge > 0] = np.clip(pixels[ridge > 0] * 1.13, 0, 255).astype(np.uint8)


def _clutter(pixels: Pixels, scene: Scene, rng: np.random.Generator) -> None:
    """Paint what stands around houses in place: cars, water tanks, sheds and heaps, each with a short shadow."""
    away, made, colours = _away(), [], table("photo")["clutter_rgb"]
    for building in scene.buildings:
        near = building["geom"].buffer(float(rng.uniform(1.5, 6))).exterior
        for long_m, wide_m, height_m, chance in table("photo")["clutter"]:
            if rng.random() < chance:
                at = near.interpolate(float(rng.uniform(0, near.length)))
                shape = affinity.rotate(
                    shapely.box(-long_m / 2, -wide_m / 2, long_m / 2, wide_m / 2), rng.uniform(0, 180)
                )
                made.append((affinity.translate(shape, at.x, at.y), height_m, int(rng.integers(len(colours)))))
    taken = scene.canvas.burn((b["geom"].buffer(0.6), 1) for b in scene.buildings)
    shade = scene.canvas.burn((affinity.translate(g, *(away * h)), 1) for g, h, _ in made)
    thing = scene.canvas.burn((g, c + 1) for g, _, c in made)
    dark = (shade > 0) & (taken == 0)
    pixels[dark] = (pixels[dark] * 0.6).astype(np.uint8)
    seen = (thing > 0) & (taken == 0)
    pixels[seen] = np.array(colours, dtype=np.uint8)[thing[seen] - 1]


def _crowns(pixels: Pixels, trees: NDArray[np.float64], rng: np.random.Generator) -> None:
    """Paint the trees in place, small ones first."""
    colours = np.array(table("photo")["crown_rgb"], dtype=np.float32)
    stock: dict[int, list[tuple[Floats, Floats]]] = {}
    for row, column, radius, _ in trees:
        size = max(3, int(radius / 3) * 3)
        if size not in stock:
            stock[size] = [crown(size, rng) for _ in range(7)]
        cover, light = stock[size][int(rng.integers(7))]
        turn, tone = int(rng.integers(2)), colours[int(rng.integers(len(colours)))] * float(rng.uniform(0.85, 1.15))
        if turn:  # mirrored along the light, so that the lit side stays lit
            cover, light = cover.T, light.T
        stamp(pixels, int(row), int(column), cover, light[..., None] * tone)


def _finish(pixels: Pixels, canvas: Canvas, rng: np.random.Generator) -> None:
    """Soften as a lens does and add the noise of a sensor, in place."""
    rough = np.random.Generator(np.random.SFC64(int(rng.integers(2**31))))
    haze = np.array([6.0, 7.0, 10.0], dtype=np.float32)
    for strip in canvas.strips(table("photo")["strip_px"]):
        seen = soften(pixels[strip].astype(np.float32)) * np.float32(0.97) + haze
        seen += rough.standard_normal(seen.shape[:2], dtype=np.float32)[..., None] * np.float32(2.2)
        pixels[strip] = np.clip(seen, 0, 255)
