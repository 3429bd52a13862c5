"""Canals, gates, a season of gate entries and ponds of the sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Point

from donhan_gis.sample.draw import stream, table, uid, weighted
from donhan_gis.sample.fabric import Fabric
from donhan_gis.sample.land import M2_PER_SQWAH, SQWAH_PER_RAI, Plot, Row
from donhan_gis.sample.network import Way
from donhan_gis.sample.works import multi, village_at

WATER_KINDS = ("main", "lateral", "ditch", "natural", "river")


@dataclass(frozen=True, slots=True)
class Canal:
    """One canal with its row and its line, drawn down the water."""

    row: Row
    line: LineString


def _line(way: Way) -> LineString:
    """Return a way as one line even where a pond interrupts it."""
    return LineString(shapely.get_coordinates(way.line))


def canals(seed: int, fabric: Fabric) -> list[Canal]:
    """Return main canal, laterals, ditches and streams; a ditch belongs to the nearest canal that can feed it."""
    made: list[Canal] = []
    for kind in WATER_KINDS:
        feeders = [c for c in made if c.row["kind"] in ("main", "lateral")]
        for way in (w for w in fabric.ways if w.kind == kind):
            line = _line(way)
            parent = None
            if kind == "lateral":
                parent = feeders[0]
            elif kind == "ditch":
                parent = min(feeders, key=lambda c: c.line.distance(line))
                if parent.line.distance(Point(line.coords[-1])) < parent.line.distance(Point(line.coords[0])):
                    line = LineString(line.coords[::-1])
            made.append(Canal(_canal(seed, way, parent, made), line))
    return made


def _canal(seed: int, way: Way, parent: Canal | None, made: list[Canal]) -> Row:
    n = len(made) + 1
    style = table("parameters")["canal"][way.kind]
    same = sum(c.row["name"].startswith(style["name"]) for c in made) + 1
    return {
        "uid": uid(seed, "canal", n), "geom": multi(way.line), "code": f"C{n:03}",
        "name": "แม่น้ำชี" if way.kind == "river" else f"{style['name']} {same} (สมมติ)",
        "kind": "natural" if way.kind == "river" else way.kind, "parent_uid": parent.row["uid"] if parent else None,
        "owner": style["owner"], "lining": style.get("lining"), "width_m": way.width_m * style["water_share"],
        "q_design_m3s": style.get("q_design_m3s"), "efficiency_pct": style.get("efficiency_pct"),
        "source": table("parameters")["source"],
    }  # fmt: skip


def _gate(
    seed: int, canal: Canal, km: float, kind: str, name: str, upstream: Row | None, serial: int, village: Row
) -> Row:
    style = table("parameters")["gate"][kind]
    at = canal.line.interpolate(km * 1000)
    return {
        "uid": uid(seed, "water_gate", f"{canal.row['code']} {serial}"), "geom": Point(np.round(at.coords[0], 2)),
        "code": f"WG-{canal.row['code']}-{serial:03}", "name": name, "kind": kind, "canal_uid": canal.row["uid"],
        "km": round(km, 3), "upstream_uid": upstream["uid"] if upstream else None, "owner": style["owner"],
        "village_uid": village["uid"], "leaves_n": style["leaves_n"], "width_m": style["width_m"],
        "sill_m": round(table("parameters")["sill_m"] - km * 0.18, 2), "q_max_m3s": style["q_max_m3s"],
        "served_rai": None,
        "keeper_name": None, "group_name": f"กลุ่มผู้ใช้น้ำบ้าน{village['name']}", "cond": "GOOD",
        "max_open_h": style["max_open_h"],
    }  # fmt: skip


def gate_rows(seed: int, canals_: list[Canal], fabric: Fabric, villages: list[Row], keepers: list[str]) -> list[Row]:
    """Return 12 gates down the water: head, three checks with laterals and turnouts, the tail drain, a river pump."""
    main = next(c for c in canals_ if c.row["kind"] == "main")
    laterals = [c for c in canals_ if c.row["kind"] == "lateral"]
    rows: list[Row] = []

    def add(canal: Canal, km: float, kind: str, name: str, upstream: Row | None) -> Row:
        serial = sum(r["canal_uid"] == canal.row["uid"] for r in rows) + 1
        village = villages[village_at(fabric, canal.line.interpolate(km * 1000))]
        row = _gate(seed, canal, km, kind, name, upstream, serial, village)
        row["keeper_name"] = keepers[len(rows) % len(keepers)]
        rows.append(row)
        return row

    above = add(main, 0.06, "HEAD", "ประตูปากคลองสายใหญ่", None)
    for i, lateral in enumerate(sorted(laterals, key=lambda c: main.line.project(Point(c.line.coords[0]))), start=1):
        above = add(
            main, main.line.project(Point(lateral.line.coords[0])) / 1000 + 0.03, "CHECK", f"อาคารทดน้ำ {i}", above
        )
        head = add(lateral, 0.05, "HEAD", f"ประตูปากคลองซอย {i}", above)
        add(lateral, lateral.line.length / 1000 * 0.48, "FTO", f"ท่อส่งน้ำเข้านา {i}", head)
    add(main, main.line.length / 1000 - 0.12, "DRAIN", "ประตูระบายน้ำปลายคลอง", above)
    river = next(c for c in canals_ if c.row["name"] == "แม่น้ำชี")
    add(river, river.line.project(Point(fabric.centres[4])) / 1000, "PUMP", "สถานีสูบน้ำแบบแพ บ้านท่าแร่", None)
    return rows


def serve(plots: list[Plot], gates: list[Row]) -> dict[str, str]:
    """Give every irrigated parcel to the nearest gate that delivers; fill the served area of the gates (rai)."""
    able = [g for g in gates if g["kind"] in ("HEAD", "FTO", "CHECK", "PUMP")]
    places = np.array([g["geom"].coords[0] for g in able])
    of: dict[str, str] = {}
    total = {g["uid"]: 0.0 for g in gates}
    for plot in plots:
        if plot.irrigated:
            nearest = able[int(np.argmin(np.hypot(*(places - plot.shape.centroid.coords[0]).T)))]
            of[plot.uid] = nearest["uid"]
            total[nearest["uid"]] += plot.area_rai
    for gate in gates:
        gate["served_rai"] = round(total[gate["uid"]], 2) or None
    return of


def log_rows(seed: int, gates: list[Row]) -> list[Row]:
    """Return one wet season of gate entries in order of time, with one corrected entry."""
    rows = [row for gate in gates for row in _season(seed, gate)]
    rows.sort(key=lambda r: (r["at"], r["gate_uid"]))
    wrong = next(r for r in rows[40:] if r["action"] == "ADJ")
    at = datetime.fromisoformat(wrong["at"]) + timedelta(hours=2)
    right = min(100, wrong["opening_pct"] + 10)
    fix = wrong | {
        "uid": uid(seed, "gate_log", "fix"),
        "at": _minute(at),
        "opening_pct": right,
        "corrects_uid": wrong["uid"],
    }
    rows.insert(rows.index(wrong) + 1, fix | {"reason": "แก้ไขรายการที่บันทึกผิด", "channel": "TEL"})
    return sorted(rows, key=lambda r: r["at"])


def _minute(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")


def _season(seed: int, gate: Row) -> list[Row]:
    """Return the entries of one gate: opened for some days, adjusted, closed, inspected."""
    rng, rows = stream(seed, f"log {gate['code']}"), list[Row]()
    start = datetime.fromisoformat(table("parameters")["season_from"])
    day, opening = float(rng.uniform(0, 4)), 0
    while day < table("parameters")["season_days"]:
        action = "OPEN" if opening == 0 else str(rng.choice(["ADJ", "CLOSE"], p=[0.62, 0.38]))
        opening = {"OPEN": int(rng.integers(3, 9)) * 10, "ADJ": int(rng.integers(1, 11)) * 10, "CLOSE": 0}[action]
        at = start + timedelta(days=int(day), hours=int(rng.integers(6, 18)), minutes=int(rng.integers(0, 60)))
        rows.append(_entry(seed, gate, len(rows), action, at, opening, rng))
        if rng.random() < 0.1:
            rows.append(_entry(seed, gate, len(rows), "CHECK", at + timedelta(minutes=35), opening, rng))
        day += 1 + float(rng.exponential(4.0))
    return rows


def _entry(seed: int, gate: Row, n: int, action: str, at: datetime, opening: int, rng: np.random.Generator) -> Row:
    above = round(gate["sill_m"] + float(rng.uniform(0.7, 1.6)), 2)
    reasons = table("parameters")["gate_reasons"]
    return {
        "uid": uid(seed, "gate_log", f"{gate['code']} {n}"), "gate_uid": gate["uid"], "action": action,
        "at": _minute(at),
        "opening_pct": opening, "level_up_m": above, "level_dn_m": round(above - float(rng.uniform(0.05, 0.7)), 2),
        "by_name": gate["keeper_name"], "reason": str(rng.choice(reasons[action])), "corrects_uid": None,
        "channel": weighted(rng, {"QR": 50, "LINE": 30, "TEL": 15, "FIELD": 5}, 1)[0],
    }  # fmt: skip


def source_rows(seed: int, fabric: Fabric, villages: list[Row]) -> list[Row]:
    """Return the ponds."""
    rng, rows = stream(seed, "sources"), []
    for i, ((name, *_), shape) in enumerate(zip(table("places")["ponds"], fabric.ponds, strict=True), start=1):
        depth_m = float(rng.uniform(1.4, 3.2))
        rows.append({
            "uid": uid(seed, "water_source", i), "geom": MultiPolygon([shape]), "code": f"WS-{i:03}", "name": name,
            "kind": "SWAMP" if shape.area > 25_000 else "POND", "capacity_m3": round(shape.area * depth_m, -2),
            "area_rai": round(shape.area / (M2_PER_SQWAH * SQWAH_PER_RAI), 2), "owner": "LGO",
            "village_uid": villages[village_at(fabric, shape.centroid)]["uid"], "source": table("parameters")["source"],
        })  # fmt: skip
    return rows


def keeper_names(people: list[Row]) -> list[str]:
    """Return the full names of some residents who keep the gates."""
    men: list[Any] = [p for p in people if p["house_uid"] and p["title"] in ("นาย", "นาง")][::311]
    return [f"{p['title']}{p['first_name']} {p['last_name']}" for p in men]
