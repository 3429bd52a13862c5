"""What each parcel of the sample is used for, and the rows of parcel, parcel_use, land_price and crop_plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from donhan_gis.sample.codes import Code, number, sheets
from donhan_gis.sample.draw import stream, table, uid, weighted
from donhan_gis.sample.fabric import Fabric

Row = dict[str, Any]
M2_PER_SQWAH = 4
SQWAH_PER_RAI = 400
VALID_FROM = "2023-01-01"
LIVED_IN = ("home", "home_garden", "shophouse")
PUBLIC = ("temple", "school", "office", "health", "forest")


@dataclass(frozen=True, slots=True)
class Plot:
    """One parcel while the sample is built. ``village`` is an index; ``area_sqwah`` is the area of the deed."""

    uid: str
    shape: Polygon
    kind: str
    village: int
    code: Code
    purpose: str
    area_sqwah: float
    irrigated: bool = False

    @property
    def use_class(self) -> str:
        """The use class of the main portion."""
        return str(table("purposes")["use"][self.purpose][0])

    @property
    def area_rai(self) -> float:
        """The area of the deed, rai."""
        return self.area_sqwah / SQWAH_PER_RAI


def _upland(seed: int, xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return where the ground is high enough for field crops: a smooth pattern of about a third of the land."""
    rng = stream(seed, "upland")
    k = 2 * np.pi / rng.uniform(1500, 3400, 6) * np.vstack([np.cos(a := rng.uniform(0, 6.28, 6)), np.sin(a)])
    return np.asarray(np.sin(xy @ k + rng.uniform(0, 6.28, 6)).sum(axis=1) > 0.75)


def _water_near(fabric: Fabric, xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return which points the canals can serve."""
    lines = [w.line for w in fabric.ways if w.kind in ("main", "lateral")]
    return np.asarray(shapely.distance(shapely.points(xy), shapely.union_all(lines)) < table("parameters")["served_m"])


def _drawn(seed: int, kinds: np.ndarray[Any, Any]) -> list[str]:
    shares = table("purposes")["share"]
    out = ["forest"] * len(kinds)
    for kind in sorted(set(kinds) - {"forest"}):
        at = np.flatnonzero(kinds == kind)
        for i, purpose in zip(at, weighted(stream(seed, f"purpose {kind}"), shares[kind], len(at)), strict=True):
            out[i] = purpose
    return out


def _with_public(plots: list[Plot]) -> list[Plot]:
    """Return the plots with temples, schools and the like put on the largest suitable parcel of their village."""
    plots, taken = list(plots), set[int]()
    for rule in table("purposes")["public"]:
        for moo in rule["villages"]:
            own = [i for i, p in enumerate(plots) if (p.village, p.kind) == (moo - 1, rule["kind"]) and i not in taken]
            if own:
                largest = max(own, key=lambda i: plots[i].shape.area)
                taken.add(largest)
                plots[largest] = replace(plots[largest], purpose=rule["purpose"])
    return plots


def plots(seed: int, fabric: Fabric) -> list[Plot]:
    """Return every parcel with its code, purpose and deed area."""
    rng, codes = stream(seed, "areas"), number(seed, fabric)
    xy = shapely.get_coordinates(shapely.point_on_surface(fabric.parcels))
    high, wet = _upland(seed, xy), _water_near(fabric, xy)
    ground = np.where(fabric.kind == "field", np.where(high & ~wet, "upland", "lowland"), fabric.kind)
    purposes = _drawn(seed, ground)
    near = shapely.area(fabric.parcels) / M2_PER_SQWAH * np.clip(1 + rng.normal(0, 0.006, len(xy)), 0.97, 1.03)
    area = np.round(near, 1) + (rng.random(len(xy)) < 0.2) * rng.integers(1, 9, len(xy)) / 100
    rows = zip(fabric.parcels, fabric.kind, fabric.village, codes, purposes, area, wet, strict=True)
    made = [
        Plot(uid(seed, "parcel", str(c)), g, str(k), int(v), c, p, round(float(a), 2), bool(w) and p == "paddy")
        for g, k, v, c, p, a, w in rows
    ]
    return _with_public(sorted(made, key=lambda p: str(p.code)))


def _doc_type(plot: Plot, draw: float) -> str:
    """Return the document code: State land for public places, title deeds in villages, a mixture in the fields."""
    if plot.purpose == "forest":
        return "10"
    if plot.purpose in ("school", "office", "health"):
        return "12"
    if plot.kind in ("core", "ribbon") or plot.purpose in ("temple", "factory", "condo", "petrol"):
        return "1" if draw < 0.93 else "2"
    steps = table("parameters")["field_documents"]
    return str(next(code for code, upto in steps.items() if draw <= upto))


def _deed(doc_type: str, square: str, part: str, scale: str, running: int, rng: np.random.Generator) -> Row:
    """Return the document fields of one parcel."""
    survey = str(int(rng.integers(100, 9800)))
    if doc_type == "2":
        air = {"air_sheet": f"{table('parameters')['sheet_no']}I", "air_no": str(int(rng.integers(1, 240)))}
        return {"doc_no": str(int(rng.integers(300, 4200))), "land_no": str(running), "survey_no": survey, **air}
    if doc_type not in ("1", "9"):
        return {"doc_no": str(int(rng.integers(100, 9900))) if doc_type != "13" else None, "land_no": str(running)}
    parameters, deed_no = table("parameters"), int(rng.integers(18_000, 265_000))
    return {
        "doc_no": str(deed_no), "book_no": str(deed_no // 100 + 1), "page_no": str(deed_no % 100 or 100),
        "land_no": str(running), "survey_no": survey, "sheet_no": parameters["sheet_no"],
        "sheet_quadrant": parameters["sheet_quadrant"], "sheet_square": square, "sheet_part": part,
        "sheet_scale": scale,
    }  # fmt: skip


def parcel_rows(seed: int, plots_: list[Plot], villages: list[Row]) -> list[Row]:
    """Return the rows of the register parcel."""
    rng, running = stream(seed, "deeds"), dict[str, int]()
    rows = []
    for plot, (square, part, scale) in zip(plots_, sheets(np.array([p.shape for p in plots_])), strict=True):
        doc_type = _doc_type(plot, float(rng.random()))
        name = f"{square}/{part}/{scale}"
        running[name] = running.get(name, 0) + 1
        rows.append(_blank_parcel(plot, doc_type, villages) | _deed(doc_type, square, part, scale, running[name], rng))
    return rows


def _blank_parcel(plot: Plot, doc_type: str, villages: list[Row]) -> Row:
    nothing = dict.fromkeys(table("parameters")["deed_fields"])
    return {
        "uid": plot.uid, "geom": MultiPolygon([plot.shape]), "code": str(plot.code), "zone": plot.code.zone,
        "block": plot.code.block, "lot": plot.code.lot, "doc_type": doc_type, **nothing,
        "deed_area_sqwah": plot.area_sqwah, "village_uid": villages[plot.village]["uid"], "road": None, "soi": None,
        "tambon_code": table("parameters")["tambon_code"], "relief": None,
        "exempt_reason": table("purposes")["exempt"].get(plot.purpose),
        "vacant_since_be": None, "contiguous_group": None, "surveyed_on": "2024-02-15", "valid_from": "2020-01-01",
        "valid_to": None, "source": table("parameters")["source"], "note": None,
    }  # fmt: skip


def _portions(plot: Plot, rng: np.random.Generator) -> list[tuple[str, str, float]]:
    """Return (use class, farming code, share) of a parcel; the shares sum to one."""
    use_class, farming, _ = table("purposes")["use"][plot.purpose]
    if plot.purpose == "home_garden":
        home = min(0.9, float(rng.uniform(100, 220)) / plot.area_sqwah)
        return [("residential", "", home), ("agriculture", "5", 1 - home)]
    if plot.purpose == "paddy" and rng.random() < 0.05:
        pond = float(rng.uniform(0.05, 0.2))
        return [("agriculture", "1", 1 - pond), ("agriculture", "12", pond)]
    if plot.purpose == "shop" and rng.random() < 0.15:
        return [("other", "", 0.7), ("vacant", "", 0.3)]
    return [(use_class, farming, 1.0)]


def use_rows(seed: int, plots_: list[Plot]) -> list[Row]:
    """Return the rows of parcel_use; the portions of a parcel sum to its deed area to 0.01 square wah."""
    rng, rows = stream(seed, "uses"), []
    for plot in plots_:
        portions, left = _portions(plot, rng), plot.area_sqwah
        used_by = rng.choice(["1", "2", "3"], p=[0.82, 0.12, 0.06]) if plot.use_class == "agriculture" else "1"
        for i, (use_class, farming, share) in enumerate(portions):
            area = round(left if i == len(portions) - 1 else plot.area_sqwah * share, 2)
            left -= area
            rows.append({
                "uid": uid(seed, "parcel_use", f"{plot.code} {i}"), "parcel_uid": plot.uid, "use_class": use_class,
                "area_sqwah": area, "used_by": str(used_by), "farming": farming or None, "user_name": None,
                "valid_from": VALID_FROM, "valid_to": None, "source": table("parameters")["source"],
            })  # fmt: skip
    return rows


def follow_only_buildings(uses: list[Row], built: set[str]) -> None:
    """Make trade land of what was to follow a building where none could be placed, in place."""
    for use in uses:
        if use["use_class"] == "from_building" and use["parcel_uid"] not in built:
            use["use_class"] = "other"


def price_rows(seed: int, plots_: list[Plot], fabric: Fabric) -> list[Row]:
    """Return one land price a parcel: by the road in front and the village; invented."""
    rng, shapes = stream(seed, "prices"), np.array([p.shape for p in plots_])
    bands = table("parameters")["price"]
    base = np.full(len(plots_), float(bands["inner_baht"]))
    for band in bands["frontage"]:
        lines = shapely.union_all([w.line.buffer(w.width_m / 2 + 3) for w in fabric.ways if w.kind in band["ways"]])
        shapely.prepare(lines)
        base = np.where(shapely.intersects(lines, shapes), band["field_baht"], base)
        lots = np.isin([p.kind for p in plots_], ("core", "ribbon"))
        base = np.where(shapely.intersects(lines, shapes) & lots, band["lot_baht"], base)
    level = stream(seed, "village level").uniform(0.75, 1.3, len(fabric.villages))
    level[0] = 1.6
    baht = base * level[[p.village for p in plots_]] * rng.lognormal(0, 0.08, len(plots_))
    baht = np.clip(np.round(baht / 25) * 25, bands["least_baht"], bands["most_baht"])
    return [
        {
            "uid": uid(seed, "land_price", p.code), "parcel_uid": p.uid, "price_satang_per_sqwah": int(b) * 100,
            "valid_from": VALID_FROM, "valid_to": None, "source": "ราคาสมมติ (ข้อมูลตัวอย่าง)",
        }
        for p, b in zip(plots_, baht, strict=True)
    ]  # fmt: skip


def crop_rows(seed: int, plots_: list[Plot], gate_of: dict[str, str]) -> list[Row]:
    """Return the crop plan: the main crop of each farm parcel, and dry-season rice on part of the irrigated paddies."""
    rng, rows = stream(seed, "crops"), []
    garden = {p.uid for p in plots_ if p.purpose == "home_garden"}
    for plot in plots_:
        crop = str(table("purposes")["use"][plot.purpose][2])
        if not crop:
            continue
        area = plot.area_rai * (0.35 if plot.uid in garden else float(rng.uniform(0.93, 1.0)))
        rows.append(_planting(seed, plot, crop, area, gate_of, rng))
        if plot.irrigated and rng.random() < table("parameters")["dry_rice_share"]:
            rows.append(_planting(seed, plot, "rice_rd", area * float(rng.uniform(0.5, 1.0)), gate_of, rng))
        elif plot.irrigated and rng.random() < 0.07:
            rows.append(_planting(seed, plot, "soybean", area * 0.5, gate_of, rng))
    return rows


def _planting(
    seed: int, plot: Plot, crop: str, area_rai: float, gate_of: dict[str, str], rng: np.random.Generator
) -> Row:
    month, day, spread, season = table("purposes")["planting"][crop]
    parameters = table("parameters")
    year = parameters["plan_year"] - (month >= parameters["crop_year_from_month"])
    planted = date(year, month, day) + timedelta(days=int(rng.integers(0, spread)))
    return {
        "uid": uid(seed, "crop_plan", f"{plot.code} {crop}"), "parcel_uid": plot.uid, "crop": crop,
        "area_rai": round(max(0.05, area_rai), 2), "planted_on": planted.isoformat(), "gate_uid": gate_of.get(plot.uid),
        "season": season, "source": table("parameters")["source"],
    }  # fmt: skip
