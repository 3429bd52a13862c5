"""Roads, street-light poles, infrastructure and signboards of the sample."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, Point

from donhan_gis.sample.draw import stream, table, uid, weighted
from donhan_gis.sample.fabric import Fabric
from donhan_gis.sample.land import Plot, Row
from donhan_gis.sample.network import Way

ROAD_KINDS = ("highway", "local", "lane", "track")


def multi(line: Any) -> MultiLineString:
    """Return a line as a multi-line."""
    return line if line.geom_type == "MultiLineString" else MultiLineString([line])


def day(rng: np.random.Generator, first_year: int, last_year: int) -> str:
    """Return a random day as ISO text."""
    span = (date(last_year, 12, 28) - date(first_year, 1, 1)).days
    return (date(first_year, 1, 1) + timedelta(days=int(rng.integers(0, span)))).isoformat()


def village_at(fabric: Fabric, point: Any) -> int:
    """Return the index of the village that holds a point, or the nearest one."""
    return int(np.argmin(shapely.distance(fabric.villages, point)))


def _ends(way: Way, fabric: Fabric) -> tuple[int, int]:
    """Return the villages nearest to the two ends of a way."""
    ends = shapely.get_coordinates(way.line)[[0, -1]]
    first, last = np.argmin(np.hypot(*(ends[:, None] - fabric.centres[None]).transpose(2, 0, 1)), axis=1)
    return int(first), int(last)


def _road_name(way: Way, fabric: Fabric, names: list[str], serial: int) -> str:
    first, last = _ends(way, fabric)
    if way.kind == "highway":
        return "ทางหลวงสายท่าพระ-ดอนหัน (สมมติ)"
    if way.kind == "local" and first != last and names[first] != names[last]:
        return f"ถนนสายบ้าน{names[first]}-บ้าน{names[last]}"
    if way.kind == "local" and way.village < 0:
        return f"ถนนสายบ้าน{names[first]}-เขตตำบล"
    words = {"local": "ถนนกลางบ้าน", "lane": f"ซอย {serial} บ้าน", "track": f"ทางเข้าแปลงเกษตร {serial} บ้าน"}
    return words[way.kind] + names[first if way.village < 0 else way.village]


def road_rows(seed: int, fabric: Fabric, villages: list[Row]) -> list[Row]:
    """Return the rows of the register road, highway first."""
    rng, names, rows = stream(seed, "roads"), [v["name"] for v in villages], list[Row]()
    serial: dict[tuple[str, int], int] = {}
    for kind in ROAD_KINDS:
        style = table("parameters")["road"][kind]
        for way in (w for w in fabric.ways if w.kind == kind):
            village = (
                way.village if way.village >= 0 else village_at(fabric, way.line.interpolate(0.5, normalized=True))
            )
            serial[kind, village] = serial.get((kind, village), 0) + 1
            n = len(rows) + 1
            rows.append({
                "uid": uid(seed, "road", n), "geom": multi(way.line), "code": f"RD-{n:04}",
                "road_no": f"ขก.ถ.13-{n:04}" if kind == "local" else None,
                "name": _road_name(way, fabric, names, serial[kind, village]),
                "surface": weighted(rng, style["surface"], 1)[0],
                "width_m": round(style["paved_m"] * rng.uniform(0.9, 1.15), 1),
                "owner": style["owner"], "village_uid": villages[village]["uid"],
                "cond": weighted(rng, table("parameters")["condition"], 1)[0],
                "built_on": day(rng, 2001, 2024) if kind != "track" else None, "source": table("parameters")["source"],
            })  # fmt: skip
    return rows


def _pole_points(fabric: Fabric, roads: list[Row]) -> list[tuple[Point, Row]]:
    """Return points beside the roads of the villages, about every 38 m, no two nearer than 12 m."""
    near = shapely.union_all(fabric.cores).buffer(140)
    points: list[tuple[Point, Row]] = []
    for road in roads:
        if road["name"].startswith("ทางเข้า"):
            continue
        line = road["geom"].intersection(near)
        for part in (g for g in shapely.get_parts(line) if g.geom_type == "LineString" and g.length > 25):
            side = shapely.get_parts(part.parallel_offset(road["width_m"] / 2 + 0.6, "left"))
            for edge in (g for g in side if g.length > 20):
                points += [(edge.interpolate(at), road) for at in np.arange(8, edge.length, 38.0)]
    taken, kept = np.empty((0, 2)), []
    for point, road in points:
        xy = np.round(point.coords[0], 2)
        if not len(taken) or np.hypot(*(taken - xy).T).min() > 12:
            taken = np.vstack([taken, xy])
            kept.append((Point(xy), road))
    return kept


def pole_rows(seed: int, fabric: Fabric, roads: list[Row], villages: list[Row]) -> list[Row]:
    """Return 500 poles along village roads, numbered by village."""
    rng, all_points = stream(seed, "poles"), _pole_points(fabric, roads)
    wanted = min(int(table("parameters")["poles"]), len(all_points))
    chosen = sorted(rng.choice(len(all_points), wanted, replace=False).tolist())
    village = [village_at(fabric, all_points[i][0]) for i in chosen]
    count, rows = dict.fromkeys(range(len(villages)), 0), []
    for i, v in sorted(zip(chosen, village, strict=True), key=lambda pair: (pair[1], pair[0])):
        count[v] += 1
        rows.append(_pole(seed, rng, all_points[i], villages[v], count[v]))
    return rows


def _pole(seed: int, rng: np.random.Generator, place: tuple[Point, Row], village: Row, serial: int) -> Row:
    code, lamp = f"P{village['moo']:02}-{serial:04}", weighted(rng, table("parameters")["lamp"], 1)[0]
    installed = day(rng, 2008, 2024)
    watts = table("parameters")["watt"][lamp]
    return {
        "uid": uid(seed, "pole", code), "geom": place[0], "code": code,
        "pea_no": f"{int(rng.integers(10, 99))}-{int(rng.integers(100000, 999999))}",
        "kind": weighted(rng, {"CONC": 0.93, "STEEL": 0.05, "WOOD": 0.02}, 1)[0], "owner": "PEA",
        "height_m": float(rng.choice([8.0, 9.0, 12.0])), "lamp": lamp,
        "watt": int(rng.choice(watts)) if watts else None,
        "lamps_n": 0 if lamp == "NONE" else 1, "meter_no": None, "road_uid": place[1]["uid"],
        "village_uid": village["uid"],
        "installed_on": installed,
        "warranty_to": f"{int(installed[:4]) + 2}{installed[4:]}" if lamp in ("LED", "SOLAR") else None,
        "lamp_state": weighted(rng, {"OK": 88, "OUT": 6, "FLICK": 3, "DAYON": 2,
        "DAM": 1}, 1)[0] if lamp != "NONE" else "OK",
        "checked_on": day(rng, 2025, 2025),
    }  # fmt: skip


def _crossings(fabric: Fabric, roads: tuple[str, ...], waters: tuple[str, ...]) -> list[Point]:
    """Return where roads cross canals and streams, no two nearer than 30 m."""
    over = shapely.union_all([w.line for w in fabric.ways if w.kind in roads])
    under = shapely.union_all([w.line for w in fabric.ways if w.kind in waters])
    kept: list[Point] = []
    for point in (p for p in shapely.get_parts(over.intersection(under)) if p.geom_type == "Point"):
        if all(point.distance(other) > 30 for other in kept):
            kept.append(point)
    return kept


def _spots(fabric: Fabric, rng: np.random.Generator, villages: list[int]) -> list[Point]:
    """Return one point beside a lane in each village given."""
    points = []
    for v in villages:
        lines = [g for w in fabric.ways if w.kind == "lane" and w.village == v for g in shapely.get_parts(w.line)]
        line = lines[int(rng.integers(len(lines)))]
        at = line.length * float(rng.uniform(0.15, 0.85))
        a, b = np.asarray(line.interpolate(at).coords[0]), np.asarray(line.interpolate(at + 1).coords[0])
        side = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a)) * 2.4
        points.append(Point(np.round(a + side, 2)))
    return points


def _ponds(plots: list[Plot]) -> list[Any]:
    """Return the outlines of three supply ponds on open ground."""
    open_ground = [p for p in plots if p.purpose == "vegetable" and p.shape.area > 2500]
    rooms = [
        p.shape.buffer(-6).intersection(p.shape.representative_point().buffer(17, quad_segs=5))
        for p in open_ground[::9]
    ]
    return [g for g in rooms if g.geom_type == "Polygon" and g.area > 250][:3]


def _places(seed: int, fabric: Fabric, plots: list[Plot]) -> list[tuple[str, str, Any]]:
    """Return (kind, name, geometry) of every asset."""
    rng, everywhere = stream(seed, "assets"), list(range(len(fabric.villages)))
    places: list[tuple[str, str, Any]] = [
        ("BRIDGE", "สะพานคอนกรีตข้ามลำน้ำ", _span(fabric, p))
        for p in _crossings(fabric, ("highway", "local"), ("natural", "river", "main"))
    ]
    places += [("CULVERT", "ท่อลอดถนน", p) for p in _crossings(fabric, ("highway", "local"), ("lateral", "ditch"))][:34]
    places += [("PIPE", "ท่อเมนประปา", multi(w.line)) for w in fabric.ways if w.kind == "local" and w.village >= 0]
    places += [("DRAIN", "รางระบายน้ำ", multi(w.line.parallel_offset(3.2, "left"))) for w in _long_lanes(fabric)[:10]]
    for kind, name, villages in table("parameters")["assets"]:
        at = [v for v in everywhere if v + 1 in villages] if villages else everywhere
        places += [(kind, name, p) for p in _spots(fabric, rng, at)]
    return places + [("POND", "สระเก็บน้ำประปาหมู่บ้าน", g) for g in _ponds(plots)]


def _span(fabric: Fabric, point: Point) -> Any:
    """Return the piece of road over a crossing as a bridge line."""
    roads = shapely.union_all([w.line for w in fabric.ways if w.kind in ("highway", "local")])
    wide = 55 if fabric.river.distance(point) < 10 else 14
    parts = [g for g in shapely.get_parts(roads.intersection(point.buffer(wide))) if isinstance(g, LineString)]
    return multi(max(parts, key=lambda g: g.length))


def _long_lanes(fabric: Fabric) -> list[Way]:
    lanes = [w for w in fabric.ways if w.kind == "lane" and isinstance(w.line, LineString)]
    return sorted(lanes, key=lambda w: -w.line.length)


def asset_rows(seed: int, fabric: Fabric, plots: list[Plot], villages: list[Row]) -> list[Row]:
    """Return the rows of the register infra_asset."""
    rng, count, rows = stream(seed, "asset rows"), dict[str, int](), []
    for kind, name, geometry in _places(seed, fabric, plots):
        count[kind] = count.get(kind, 0) + 1
        size = table("parameters")["asset"].get(kind, {})
        v = village_at(fabric, geometry.centroid)
        built = day(rng, 2005, 2024)
        rows.append({
            "uid": uid(seed, "infra_asset", f"{kind}{count[kind]}"), "geom": geometry,
            "code": f"{kind}-{count[kind]:04}",
            "kind": kind, "name": f"{name} บ้าน{villages[v]['name']} หมู่ {villages[v]['moo']}",
            "owner": size.get("owner", "LGO"),
            "village_uid": villages[v]["uid"], "width_m": size.get("width_m"), "depth_m": size.get("depth_m"),
            "dia_mm": int(rng.choice(size["dia_mm"])) if "dia_mm" in size else None,
            "capacity_m3": size.get("capacity_m3"), "yield_m3h": size.get("yield_m3h"), "built_on": built,
            "cost_satang": int(rng.uniform(*size.get("cost_baht", (20_000, 90_000))) // 100) * 10_000,
            "contract_no": f"{int(rng.integers(1, 60))}/{int(built[:4]) + 543} (สมมติ)",
            "defect_to": f"{int(built[:4]) + 2}{built[4:]}",
            "cond": weighted(rng, table("parameters")["condition"], 1)[0],
            "checked_on": day(rng, 2025, 2025), "source": table("parameters")["source"],
        })  # fmt: skip
    return rows


def sign_rows(seed: int, plots: list[Plot], owner_of: dict[str, str], building_of: dict[str, str]) -> list[Row]:
    """Return signboards on the parcels of shops and other businesses."""
    rng, rows = stream(seed, "signs"), list[Row]()
    texts = table("parameters")["sign_texts"]
    trades = [p for p in plots if p.purpose in ("shophouse", "shop", "workshop", "petrol", "factory")]
    wanted = int(table("parameters")["signboards"])
    for i in sorted(rng.choice(len(trades), min(wanted, len(trades)), replace=False).tolist()):
        plot, kind = trades[i], str(rng.choice(["1", "2", "3"], p=[0.55, 0.38, 0.07]))
        rows.append({
            "uid": uid(seed, "signboard", plot.code), "geom": plot.shape.representative_point(),
            "code": f"{plot.code}-P001",
            "text": str(rng.choice(texts[kind])), "sign_kind": kind, "moving": int(rng.random() < 0.06),
            "width_cm": float(rng.integers(8, 60) * 10), "height_cm": float(rng.integers(5, 24) * 10),
            "sides_n": int(rng.choice([1, 2], p=[0.8, 0.2])), "installed_on": day(rng, 2015, 2025), "removed_on": None,
            "parcel_uid": plot.uid, "building_uid": building_of.get(plot.uid), "owner_uid": owner_of[plot.uid],
        })  # fmt: skip
    return rows
