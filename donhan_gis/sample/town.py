"""Build the whole sample municipality: every register, in an order in which references exist before use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from donhan_gis.sample import buildings, holdings, land, people, waterworks, works
from donhan_gis.sample.defects import Defect, plant
from donhan_gis.sample.draw import stream, table, uid
from donhan_gis.sample.fabric import Fabric, weave
from donhan_gis.sample.land import Plot, Row
from donhan_gis.sample.terrain import features

Progress = Callable[[float, str], None]
DEFAULT_SEED = 2569
ORDER = (
    "boundary", "village", "parcel", "house", "person", "officer", "road", "canal", "water_gate", "gate_log",
    "water_source", "parcel_use", "land_price", "building_price", "building", "building_use", "condo_unit", "ownership",
    "crop_plan", "pole", "infra_asset", "signboard",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows of each register and the imperfections planted in them.

    A row has the register's field names as keys, ``uid``, and ``geom`` (shapely, EPSG:32648) where the register has
    geometry; money is satang, days are ISO text. Registers stand in an order in which references exist before use; only
    ``head_uid`` of a village and of a house points forward, to ``person``, whose ``house_uid`` points back.

    All people are invented: their 13-digit numbers begin with 000, which nobody can hold, and pass the check digit.
    Telephone numbers begin with 000.

    Planted imperfections (``defects``, one entry a row):

    ====================  ========  ==================================================================
    code                  register  what is wrong
    ====================  ========  ==================================================================
    no_price              parcel    6 parcels without a land price
    no_owner              parcel    1 parcel without an owner
    area_off              parcel    24 parcels whose deed area is more than 5 % off the drawn area
    share_gap             parcel    2 parcels whose shares sum to two thirds
    vacant_since_2563     parcel    12 parcels idle since 2563 (surcharge of section 43)
    no_id                 person    3 owners without a 13-digit number
    dead_owner            person    2 owners who have died
    no_built_year         building  3 houses without a year of completion
    straddling            building  6 buildings over the line between two parcels
    twin_pole             pole      1 pole entered twice, 1.5 m apart
    ====================  ========  ==================================================================
    """

    seed: int
    rows: dict[str, list[Row]]
    defects: tuple[Defect, ...]


def build(seed: int = DEFAULT_SEED, progress: Progress | None = None) -> Sample:
    """Return the sample municipality; the same seed always gives the same rows.

    Source: places and amounts of ``data/sample``; boundary of ``data/boundary``.
    """
    tell = progress or (lambda _fraction, _message: None)
    tell(0.0, "sample.weave")
    fabric = weave(seed)
    tell(0.6, "sample.people")
    plots = land.plots(seed, fabric)
    rows: dict[str, list[Row]] = {"boundary": boundary_rows(seed), "village": village_rows(seed, fabric)}
    owners = _settle(seed, rows, plots)
    tell(0.7, "sample.buildings")
    _build(seed, rows, plots, owners)
    tell(0.85, "sample.works")
    _equip(seed, rows, plots, fabric)
    defects = plant(seed, rows, plots)
    tell(1.0, "sample.done")
    return Sample(seed, {name: rows[name] for name in ORDER}, defects)


def boundary_rows(seed: int) -> list[Row]:
    """Return our boundary and those of the neighbours."""
    rows = []
    for properties, shape in features("donhan_and_neighbours"):
        code, own = properties["tambon_code"], properties["tambon_code"] == table("parameters")["tambon_code"]
        rows.append({
            "uid": uid(seed, "boundary", code), "geom": MultiPolygon([shape]) if isinstance(shape, Polygon) else shape,
            "name": f"ตำบล{properties['tambon_th']}", "kind": "own" if own else "neighbour", "code6": code,
            "source": "COD-AB Thailand (HDX) CC BY-IGO: แนวเขตอย่างหยาบ ไม่ใช่แนวเขตตามกฎหมาย",
        })  # fmt: skip
    return sorted(rows, key=lambda r: r["kind"], reverse=True)


def village_rows(seed: int, fabric: Fabric) -> list[Row]:
    """Return the villages; together they cover the tambon."""
    code6 = table("parameters")["tambon_code"]
    return [
        {
            "uid": uid(seed, "village", moo), "geom": shape, "moo": moo, "name": name, "code8": f"{code6}{moo:02}",
            "head_uid": None,
        }
        for (moo, name, *_), shape in zip(table("places")["village"], fabric.villages, strict=True)
    ]  # fmt: skip


def _settle(seed: int, rows: dict[str, list[Row]], plots: list[Plot]) -> holdings.Owners:
    """Fill parcel, house and person, and choose a head for each village."""
    book = people.Register(seed, stream(seed, "people"), [])
    homes = people.homes(seed, plots, rows["village"], book)
    state, temples = people.bodies(book, plots, rows["village"])
    owners = holdings.Owners(homes, people.absent(book), people.firms(book), state, temples)
    for village in rows["village"]:
        first = next(h for h in homes if h.row["village_uid"] == village["uid"])
        village["head_uid"] = first.people[0]["uid"]
    rows |= {
        "parcel": land.parcel_rows(seed, plots, rows["village"]), "house": [h.row for h in homes], "person": book.rows,
        "officer": people.officer_rows(seed), "parcel_use": land.use_rows(seed, plots),
    }  # fmt: skip
    return owners


def _build(seed: int, rows: dict[str, list[Row]], plots: list[Plot], owners: holdings.Owners) -> None:
    """Fill the registers of buildings, prices and ownership."""
    made = buildings.building_rows(seed, plots, owners.homes)
    land.follow_only_buildings(rows["parcel_use"], {b["parcel_uid"] for b in made})
    units = buildings.condo_rows(seed, plots)
    of_land = holdings.land(seed, plots, rows["parcel"], owners)
    rng = stream(seed, "condo owners")
    of_units = [
        r for i, u in enumerate(units)
        for r in holdings.ownership(seed, "condo_unit_uid", u["uid"], [owners.absent[i]], rng=rng)
    ]  # fmt: skip
    of_buildings = holdings.buildings(seed, made, of_land, owners)
    rows |= {
        "building": made, "building_use": buildings.use_rows(seed, plots, made),
        "building_price": buildings.price_rows(seed),
        "condo_unit": units, "ownership": [*of_land, *of_buildings, *of_units],
    }  # fmt: skip


def _equip(seed: int, rows: dict[str, list[Row]], plots: list[Plot], fabric: Fabric) -> None:
    """Fill roads, water, crops, prices, poles, infrastructure and signs."""
    villages = rows["village"]
    roads, canals = works.road_rows(seed, fabric, villages), waterworks.canals(seed, fabric)
    gates = waterworks.gate_rows(seed, canals, fabric, villages, waterworks.keeper_names(rows["person"]))
    gate_of = waterworks.serve(plots, gates)
    rows |= {
        "road": roads, "canal": [c.row for c in canals], "water_gate": gates,
        "gate_log": waterworks.log_rows(seed, gates),
        "water_source": waterworks.source_rows(seed, fabric, villages),
        "crop_plan": land.crop_rows(seed, plots, gate_of),
        "land_price": land.price_rows(seed, plots, fabric), "pole": works.pole_rows(seed, fabric, roads, villages),
        "infra_asset": works.asset_rows(seed, fabric, plots, villages),
        "signboard": works.sign_rows(seed, plots, _first_owner(rows["ownership"]), _first_building(rows["building"])),
    }  # fmt: skip


def _first_owner(ownership: list[Row]) -> dict[str, Any]:
    return {r["parcel_uid"]: r["person_uid"] for r in reversed(ownership) if r["parcel_uid"]}


def _first_building(building: list[Row]) -> dict[str, Any]:
    return {r["parcel_uid"]: r["uid"] for r in reversed(building)}
