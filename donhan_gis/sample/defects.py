"""Imperfect data planted on purpose, so that checks and assessments have something to find."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Point, box

from donhan_gis.sample.draw import stream, uid
from donhan_gis.sample.land import LIVED_IN, PUBLIC, Plot, Row

Rows = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Defect:
    """One imperfection: its code, the register and the row that shows it."""

    code: str
    register: str
    row_uid: str


def plant(seed: int, rows: Rows, plots: list[Plot]) -> tuple[Defect, ...]:
    """Change ``rows`` in place and return what was planted."""
    rng = stream(seed, "defects")
    plain = [p for p in plots if p.purpose not in PUBLIC and p.purpose != "condo"]
    order = rng.permutation(len(plain))
    queue = iter([plain[i] for i in order])
    found: list[Defect] = []
    for step in (
        _no_price,
        _no_owner,
        _area_off,
        _share_gap,
        _vacant,
        _no_id,
        _dead_owner,
        _no_year,
        _straddle,
        _twin_pole,
    ):
        found += step(seed, rows, queue, plots)
    return tuple(found)


def _take(queue: Iterator[Plot], n: int, purposes: tuple[str, ...] = ()) -> list[Plot]:
    taken: list[Plot] = []
    for plot in queue:
        if not purposes or plot.purpose in purposes:
            taken.append(plot)
        if len(taken) == n:
            break
    return taken


def _no_price(_: int, rows: Rows, queue: Iterator[Plot], __: list[Plot]) -> list[Defect]:
    gone = {p.uid for p in _take(queue, 6)}
    rows["land_price"] = [r for r in rows["land_price"] if r["parcel_uid"] not in gone]
    return [Defect("no_price", "parcel", u) for u in sorted(gone)]


def _no_owner(_: int, rows: Rows, queue: Iterator[Plot], __: list[Plot]) -> list[Defect]:
    built = {b["parcel_uid"] for b in rows["building"]}
    plot = next(p for p in _take(queue, 9, ("paddy", "sugarcane", "cassava")) if p.uid not in built)
    rows["ownership"] = [r for r in rows["ownership"] if r["parcel_uid"] != plot.uid]
    return [Defect("no_owner", "parcel", plot.uid)]


def _area_off(seed: int, rows: Rows, queue: Iterator[Plot], _: list[Plot]) -> list[Defect]:
    """Make the deed area of some parcels differ from the drawn one by 6 to 16 %, and their uses and crops with it."""
    rng, factor = stream(seed, "area off"), dict[str, float]()
    for plot in _take(queue, 24):
        factor[plot.uid] = 1 + float(rng.uniform(0.065, 0.16)) * float(rng.choice((-1, 1)))
    total = {}
    for parcel in (r for r in rows["parcel"] if r["uid"] in factor):
        parcel["deed_area_sqwah"] = total[parcel["uid"]] = round(parcel["deed_area_sqwah"] * factor[parcel["uid"]], 2)
    left = dict(total)
    for use in (r for r in rows["parcel_use"] if r["parcel_uid"] in factor):
        use["area_sqwah"] = round(use["area_sqwah"] * factor[use["parcel_uid"]], 2)
        left[use["parcel_uid"]] -= use["area_sqwah"]
        last = use
        last["area_sqwah"] = round(
            last["area_sqwah"] + (left[last["parcel_uid"]] if abs(left[last["parcel_uid"]]) < 1 else 0), 2
        )
    for crop in (r for r in rows["crop_plan"] if r["parcel_uid"] in factor):
        crop["area_rai"] = round(crop["area_rai"] * factor[crop["parcel_uid"]], 2)
    return [Defect("area_off", "parcel", u) for u in sorted(factor)]


def _share_gap(_: int, rows: Rows, queue: Iterator[Plot], __: list[Plot]) -> list[Defect]:
    """Leave shares of two parcels that sum to two thirds only."""
    owned = {r["parcel_uid"] for r in rows["ownership"] if r["role"] == "owner"}
    chosen = set([p.uid for p in _take(queue, 12, ("paddy",)) if p.uid in owned][:2])
    for row in (r for r in rows["ownership"] if r["parcel_uid"] in chosen):
        n = sum(r["parcel_uid"] == row["parcel_uid"] for r in rows["ownership"])
        row["share_num"], row["share_den"] = 2, 3 * n
    return [Defect("share_gap", "parcel", u) for u in sorted(chosen)]


def _vacant(_: int, rows: Rows, __: Iterator[Plot], plots: list[Plot]) -> list[Defect]:
    """Let twelve vacant parcels lie idle since 2563, so that the surcharge of section 43 applies to them."""
    idle = {p.uid for p in [p for p in plots if p.purpose == "vacant"][:12]}
    for parcel in (r for r in rows["parcel"] if r["uid"] in idle):
        parcel["vacant_since_be"] = 2563
    return [Defect("vacant_since_2563", "parcel", u) for u in sorted(idle)]


def _no_id(_: int, rows: Rows, __: Iterator[Plot], ___: list[Plot]) -> list[Defect]:
    owners = list(dict.fromkeys(r["person_uid"] for r in rows["ownership"]))
    chosen = [p for p in rows["person"] if p["uid"] in set(owners[100:103])]
    for person in chosen:
        person["id_no"] = None
    return [Defect("no_id", "person", p["uid"]) for p in chosen]


def _dead_owner(_: int, rows: Rows, __: Iterator[Plot], ___: list[Plot]) -> list[Defect]:
    owners = {r["person_uid"] for r in rows["ownership"]}
    heads = {r["head_uid"] for r in rows["house"]} | {r["head_uid"] for r in rows["village"]}
    old = [p for p in rows["person"] if p["uid"] in owners - heads and p["kind"] == "NAT" and p["birth_on"] < "1955"][
        :2
    ]
    for person in old:
        person["died_on"] = "2025-03-09"
    return [Defect("dead_owner", "person", p["uid"]) for p in old]


def _no_year(_: int, rows: Rows, __: Iterator[Plot], ___: list[Plot]) -> list[Defect]:
    chosen = [b for b in rows["building"] if b["house_uid"]][50:53]
    for building in chosen:
        building["built_be"] = None
    return [Defect("no_built_year", "building", b["uid"]) for b in chosen]


def _straddle(seed: int, rows: Rows, _: Iterator[Plot], plots: list[Plot]) -> list[Defect]:
    """Add store houses that stand over the line between two home parcels."""
    homes = [p for p in plots if p.purpose in LIVED_IN and p.kind == "core"]
    tree = shapely.STRtree([p.shape for p in homes])
    standing = shapely.STRtree([b["geom"] for b in rows["building"]])
    found: list[Defect] = []
    for i, plot in enumerate(homes[::7]):
        for j in (int(k) for k in tree.query(plot.shape, predicate="touches")):
            outline = _over(plot.shape, homes[j].shape)
            if outline is None or len(standing.query(outline, predicate="intersects")):
                continue
            found.append(_add_straddling(seed, rows, plot, outline, i))
            break
        if len(found) == 6:
            break
    return found


def _over(one: Any, other: Any) -> Any:
    """Return a small outline across the middle of the line between two parcels, or None."""
    line = shapely.line_merge(one.intersection(other))
    if line.geom_type != "LineString" or line.length < 9:
        return None
    middle, ahead = line.interpolate(0.5, normalized=True), line.interpolate(line.length / 2 + 1)
    turn = float(np.degrees(np.arctan2(ahead.y - middle.y, ahead.x - middle.x)))
    outline = affinity.translate(affinity.rotate(box(-3, -2.4, 3, 2.4), turn, origin=(0, 0)), middle.x, middle.y)
    outline = shapely.transform(outline, lambda xy: np.round(xy, 2))
    return outline if one.union(other).contains(outline) else None


def _add_straddling(seed: int, rows: Rows, plot: Plot, outline: Any, n: int) -> Defect:
    same = [b for b in rows["building"] if b["parcel_uid"] == plot.uid]
    row = {
        "uid": uid(seed, "building", f"straddling {n}"), "geom": MultiPolygon([outline]), "parcel_uid": plot.uid,
        "code": f"{plot.code}-B{len(same) + 1:03}", "house_uid": None, "type_code": "503", "material": "brick",
        "floors_n": 1,
        "area_m2": round(outline.area, 1), "built_be": 2555, "relief": None, "exempt_reason": None,
        "valid_from": "2023-01-01", "valid_to": None, "source": rows["parcel"][0]["source"],
        "note": "ตั้งคร่อมแนวเขตสองแปลง (ข้อมูลตัวอย่างที่จงใจให้ไม่สมบูรณ์)",
    }  # fmt: skip
    rows["building"].append(row)
    rows["building_use"].append({
        "uid": uid(seed, "building_use", f"straddling {n}"), "building_uid": row["uid"], "floor_no": None,
        "use_class": "residential", "area_m2": row["area_m2"], "valid_from": "2023-01-01", "valid_to": None,
    })  # fmt: skip
    for i, own in enumerate([r for r in rows["ownership"] if r["parcel_uid"] == plot.uid]):
        share = {"uid": uid(seed, "ownership", f"straddling {n} {i}"), "parcel_uid": None, "building_uid": row["uid"]}
        rows["ownership"].append(own | share)
    return Defect("straddling", "building", str(row["uid"]))


def _twin_pole(seed: int, rows: Rows, _: Iterator[Plot], __: list[Plot]) -> list[Defect]:
    """Enter one pole twice, 1.5 m apart."""
    first = rows["pole"][0]
    same = [p for p in rows["pole"] if p["village_uid"] == first["village_uid"]]
    code = f"{first['code'][:4]}{len(same) + 1:04}"
    twin = first | {
        "uid": uid(seed, "pole", "twin"),
        "code": code,
        "geom": Point(first["geom"].x + 1.5, first["geom"].y),
    }
    rows["pole"].append(twin)
    return [Defect("twin_pole", "pole", str(twin["uid"]))]
