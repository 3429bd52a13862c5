"""Rows for the hand-made project, in few words."""

from __future__ import annotations

from pathlib import Path

import shapely

from donhan_gis.store import open_store

EAST, NORTH = 272_000, 1_806_000


def add_parcel(
    project: Path,
    uid: str,
    *,
    owner: str | None,
    area_sqwah: float,
    price_baht: float | None,
    uses: dict[str, float],
    column: int = 0,
    shift_m: float = 0,
    owned_to: str | None = None,
    group: str | None = None,
) -> None:
    """Put a 40 m square with its price, uses and owner into the project."""
    west = EAST + 100 * column + shift_m
    shape = shapely.MultiPolygon([shapely.box(west, NORTH, west + 40, NORTH + 40)])
    code = f"01A{int(uid[1:]):03d}"
    with open_store(project) as store, store.transaction():
        parcel = {"uid": uid, "code": code, "deed_area_sqwah": area_sqwah, "village_uid": "v1", "geom": shape}
        store.insert("parcel", [{**parcel, "contiguous_group": group}])
        if price_baht is not None:
            store.insert(
                "land_price",
                [{"parcel_uid": uid, "price_satang_per_sqwah": round(price_baht * 100), "valid_from": "2023-01-01"}],
            )
        rows = [{"parcel_uid": uid, "use_class": use, "area_sqwah": area} for use, area in uses.items()]
        store.insert("parcel_use", rows)
        if owner:
            store.insert("ownership", [{"parcel_uid": uid, "person_uid": owner, "valid_to": owned_to}])


def add_building(
    project: Path,
    uid: str,
    *,
    parcel: str,
    owner: str,
    area_m2: float,
    price_baht: float,
    uses: dict[str, float],
    house: str | None = None,
    built_be: int = 2569,
) -> None:
    """Put a brick building of type 103 with its price, floor uses and owner into the project."""
    shape = shapely.MultiPolygon([shapely.box(EAST + 5, NORTH + 5, EAST + 15, NORTH + 15)])
    with open_store(project) as store, store.transaction():
        store.insert(
            "building",
            [
                {"uid": uid, "code": f"01A001-{uid[0]}{int(uid[1:]):03d}", "parcel_uid": parcel, "house_uid": house,
                 "type_code": "103", "material": "brick", "area_m2": area_m2, "built_be": built_be, "geom": shape}
            ],
        )  # fmt: skip
        store.insert(
            "building_price",
            [{"type_code": "103", "price_satang_per_m2": round(price_baht * 100), "valid_from": "2023-01-01"}],
        )
        rows = [{"building_uid": uid, "use_class": use, "area_m2": area} for use, area in uses.items()]
        store.insert("building_use", rows)
        store.insert("ownership", [{"building_uid": uid, "person_uid": owner}])


def bills(project: Path) -> dict[str, int]:
    """Return the tax in satang by taxpayer of the assessments kept."""
    with open_store(project) as store:
        return {row["taxpayer_key"]: row["tax_satang"] for row in store.rows("assessment")}
