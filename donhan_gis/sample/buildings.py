"""Buildings of the sample: footprints that stand inside their parcels, types, years, uses, and a small condominium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon, box

from donhan_gis.sample.draw import csv_rows, stream, table, uid
from donhan_gis.sample.fabric import axes
from donhan_gis.sample.land import PUBLIC, Plot, Row
from donhan_gis.sample.people import Home

SETBACK_M = 1.3
GAP_M = 1.2


def footprint(long_m: float, short_m: float, rng: np.random.Generator) -> Polygon:
    """Return a plain or L-shaped outline around the origin."""
    shape = box(-long_m / 2, -short_m / 2, long_m / 2, short_m / 2)
    if rng.random() < 0.4 and long_m > 8:
        notch = box(long_m * rng.uniform(0.0, 0.2), short_m * rng.uniform(0.02, 0.2), long_m, short_m)
        shape = shape.difference(affinity.scale(notch, 1, rng.choice((-1, 1)), origin=(0, 0)))
    return shape


def place(lot: Polygon, shape: Polygon, taken: list[Polygon], rng: np.random.Generator) -> Polygon | None:
    """Return the outline set inside the lot, along one of its sides and clear of ``taken``; None where it cannot be."""
    room = lot.buffer(-SETBACK_M)
    if room.is_empty:
        return None
    room = room.difference(shapely.union_all(taken).buffer(GAP_M)) if taken else room
    turn = np.degrees(axes(lot)[2]) + float(rng.choice((0, 90))) + rng.normal(0, 2.5)
    middle = np.asarray(room.centroid.coords[0]) if not room.is_empty else np.zeros(2)
    spread = np.sqrt(lot.area) * 0.3
    for attempt in range(14):
        at = middle + rng.normal(0, spread * min(1.0, attempt / 5), 2)
        size = max(0.55, 1 - 0.05 * attempt)
        found = _turned(shape, size, turn + 90 * (attempt % 2), at)
        if room.contains(found):
            return found
    return None


def _turned(shape: Polygon, size: float, degrees: float, at: np.ndarray[Any, Any]) -> Polygon:
    """Return an outline around the origin scaled, turned and moved, on a grid of 1 cm."""
    c, s = np.cos(np.radians(degrees)) * size, np.sin(np.radians(degrees)) * size
    made: Polygon = shapely.transform(shape, lambda xy: np.round(xy @ np.array([[c, s], [-s, c]]) + at, 2))
    return made


def _styles(plot: Plot, rng: np.random.Generator) -> Iterator[tuple[str, float]]:
    """Yield (type code, footprint m²) of the buildings that a parcel should carry, the main one first."""
    for entry in table("building_styles")["purpose"].get(plot.purpose, []):
        if rng.random() < entry["chance"]:
            low, high = entry["footprint_m2"]
            yield str(rng.choice(entry["types"])), float(rng.uniform(low, high))


def _on(plot: Plot, rng: np.random.Generator) -> list[tuple[str, Polygon]]:
    """Return (type code, outline) of the buildings of one parcel."""
    lot = plot.shape
    if plot.area_rai > 2 and plot.purpose not in PUBLIC:  # near a corner: fields keep their middle free
        corner = np.asarray(lot.exterior.coords[int(rng.integers(len(lot.exterior.coords)))])
        near = lot.intersection(shapely.Point(corner).buffer(45))
        lot = max(shapely.get_parts(near), key=lambda g: g.area)
    made: list[tuple[str, Polygon]] = []
    for type_code, area in _styles(plot, rng):
        ratio = float(rng.uniform(1.15, 1.75))
        shape = footprint(float(np.sqrt(area * ratio)), float(np.sqrt(area / ratio)), rng)
        found = place(lot, shape, [g for _, g in made], rng)
        if found is not None and found.area > 6:
            made.append((type_code, found))
    return made


def _row(seed: int, plot: Plot, serial: int, type_code: str, shape: Polygon, rng: np.random.Generator) -> Row:
    style = table("building_styles")["type"][type_code]
    first, last = style["built_be"]
    return {
        "uid": uid(seed, "building", f"{plot.code} {serial}"), "geom": MultiPolygon([shape]),
        "code": f"{plot.code}-B{serial:03}", "parcel_uid": plot.uid, "house_uid": None, "type_code": type_code,
        "material": style["material"], "floors_n": style["floors_n"],
        "area_m2": round(shape.area * style["floors_n"], 1),
        "built_be": int(rng.triangular(first, (first + 2 * last) / 3, last + 1)), "relief": None,
        "exempt_reason": table("purposes")["exempt"].get(plot.purpose), "valid_from": "2023-01-01", "valid_to": None,
        "source": table("parameters")["source"], "note": None,
    }  # fmt: skip


def building_rows(seed: int, plots: list[Plot], homes: list[Home]) -> list[Row]:
    """Return all buildings; the first one on a home parcel becomes the house, and the house point moves into it."""
    rng, rows = stream(seed, "buildings"), []
    home_of = {h.plot.uid: h for h in homes}
    for plot in plots:
        for serial, (type_code, shape) in enumerate(_on(plot, rng), start=1):
            row = _row(seed, plot, serial, type_code, shape, rng)
            if serial == 1 and plot.uid in home_of:
                home_of[plot.uid].row["geom"] = shape.representative_point()
                row["house_uid"] = home_of[plot.uid].row["uid"]
            rows.append(row)
    return rows


def use_rows(seed: int, plots: list[Plot], buildings: list[Row]) -> list[Row]:
    """Return the use of every building; the floors of a shophouse differ, the rest has one use."""
    purpose = {p.uid: p.purpose for p in plots}
    styles, rows = table("building_styles")["type"], []
    for building in buildings:
        use_class = styles[building["type_code"]]["use_class"]
        portions: list[tuple[str | None, str, float]] = [(None, use_class, building["area_m2"])]
        if purpose[building["parcel_uid"]] == "shophouse" and building["code"].endswith("B001"):
            below = round(building["area_m2"] / building["floors_n"] * (1 if building["floors_n"] > 1 else 0.5), 1)
            portions = [("1", "other", below), ("2", "residential", round(building["area_m2"] - below, 1))]
        for i, (floor, use, area) in enumerate(portions):
            rows.append({
                "uid": uid(seed, "building_use", f"{building['code']} {i}"), "building_uid": building["uid"],
                "floor_no": floor, "use_class": use, "area_m2": area, "valid_from": "2023-01-01", "valid_to": None,
            })  # fmt: skip
    return rows


def price_rows(seed: int) -> list[Row]:
    """Return the invented price of each building type."""
    return [
        {
            "uid": uid(seed, "building_price", r["type_code"]), "type_code": r["type_code"],
            "price_satang_per_m2": int(r["baht_per_m2"]) * 100, "valid_from": "2023-01-01", "valid_to": None,
            "source": "ราคาสมมติ (ข้อมูลตัวอย่าง) ไม่ใช่บัญชีราคาของกรมธนารักษ์",
        }
        for r in csv_rows("building_prices")
    ]  # fmt: skip


def condo_rows(seed: int, plots: list[Plot]) -> list[Row]:
    """Return the units of the condominium: two floors of four."""
    plot = next(p for p in plots if p.purpose == "condo")
    rng, units = stream(seed, "condo"), int(table("parameters")["condo_units"])
    return [_unit(seed, plot, i, float(rng.uniform(28, 46))) for i in range(units)]


def _unit(seed: int, plot: Plot, index: int, area_m2: float) -> Row:
    floor = index // 4 + 1
    name: Any = "อาคารชุดตัวอย่างดอนแดง"
    return {
        "uid": uid(seed, "condo_unit", index), "condo_name": name, "reg_no": "0/2560 (สมมติ)",
        "unit_no": f"99/{index + 1}", "floor_no": str(floor), "area_m2": round(area_m2, 2),
        "price_satang_per_m2": 1_450_000, "parcel_uid": plot.uid, "house_uid": None,
        "use_class": "other" if index == 0 else "residential", "relief": None, "exempt_reason": None,
        "valid_from": "2023-01-01", "valid_to": None,
    }  # fmt: skip
