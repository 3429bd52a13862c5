"""Make a small project for the QGIS tests; run by the engine's Python, because QGIS's own has no shapely.

Usage: ``python make_project.py FOLDER``. Writes ``small.gpkg``, ``small.qgz`` and ``photo.tif``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio.transform import from_origin

from donhan_gis.exchange.qgis_project import write_project
from donhan_gis.register import load_registers
from donhan_gis.store import create_store

E, N = 270_000.0, 1_812_000.0  # metres, EPSG:32648, inside Don Han


def square(east_m: float, north_m: float, side_m: float) -> shapely.MultiPolygon:
    """Return a square whose south-west corner is that far from the origin."""
    return shapely.MultiPolygon([shapely.box(E + east_m, N + north_m, E + east_m + side_m, N + north_m + side_m)])


def photo(path: Path) -> None:
    """Write a small true-colour picture over the first square."""
    bands = np.random.default_rng(1).integers(60, 200, (3, 64, 64), dtype="uint8")
    place = {"crs": "EPSG:32648", "transform": from_origin(E, N + 64, 1, 1)}
    with rasterio.open(path, "w", driver="GTiff", width=64, height=64, count=3, dtype="uint8", **place) as file:
        file.write(bands)


def fill(folder: Path) -> None:
    """Make the project."""
    registers = load_registers()
    with create_store(folder / "small.gpkg", user="ทดสอบ", registers=registers) as store:
        store.insert("boundary", [{"name": "อบต.ทดสอบ", "kind": "own", "geom": square(0, 0, 1000)}])
        store.insert("boundary", [{"name": "อบต.ข้างเคียง", "kind": "neighbour", "geom": square(1000, 0, 800)}])
        villages = store.insert(
            "village",
            [{"moo": n, "name": f"ทดสอบ {n}", "geom": square(500 * (n - 1), 0, 500)} for n in (1, 2)],
        )
        parcels = store.insert(
            "parcel",
            [
                {
                    "code": f"01A{n:03}",
                    "doc_type": "1",
                    "doc_no": str(1000 + n),
                    "deed_area_sqwah": 625.0,
                    "village_uid": villages[0],
                    "geom": square(60 * n, 60, 50),
                }
                for n in range(1, 5)
            ],
        )
        store.insert(
            "parcel_use",
            [{"parcel_uid": parcels[0], "use_class": "residential", "area_sqwah": 625.0, "valid_from": "2020-01-01"}],
        )
        people = store.insert(
            "person", [{"kind": "NAT", "id_no": "1234567890121", "first_name": "ทดสอบ", "last_name": "ตัวอย่าง"}]
        )
        store.insert(
            "ownership",
            [
                {
                    "person_uid": people[0],
                    "parcel_uid": parcels[0],
                    "role": "owner",
                    "share_num": 1,
                    "share_den": 1,
                    "valid_from": "2020-01-01",
                }
            ],
        )
        store.insert(
            "land_price", [{"parcel_uid": parcels[0], "price_satang_per_sqwah": 125050, "valid_from": "2023-01-01"}]
        )
        canals = store.insert(
            "canal",
            [
                {
                    "name": "คลองทดสอบ",
                    "kind": "main",
                    "owner": "RID",
                    "geom": shapely.MultiLineString([[(E, N + 300), (E + 900, N + 300)]]),
                }
            ],
        )
        gates = store.insert(
            "water_gate",
            [
                {
                    "name": "ประตูทดสอบ",
                    "kind": "HEAD",
                    "canal_uid": canals[0],
                    "owner": "RID",
                    "geom": shapely.Point(E + 450, N + 300),
                }
            ],
        )
        store.insert(
            "gate_log",
            [
                {
                    "gate_uid": gates[0],
                    "action": "OPEN",
                    "at": "2026-06-01 08:00",
                    "opening_pct": 50,
                    "by_name": "ทดสอบ",
                    "channel": "FIELD",
                }
            ],
        )
        store.insert(
            "pole",
            [
                {
                    "village_uid": villages[0],
                    "kind": "CONC",
                    "owner": "PEA",
                    "lamp": "LED",
                    "watt": 40,
                    "lamps_n": 1,
                    "lamp_state": "OK",
                    "geom": shapely.Point(E + 100, N + 30),
                }
            ],
        )
        store.insert(
            "finding",
            [
                {
                    "code": "check.test",
                    "severity": "warning",
                    "register": "parcel",
                    "row_uid": parcels[1],
                    "row_label": "แปลง 01A002",
                    "message_th": "ทดสอบข้อค้นพบ",
                    "message_en": "Test finding",
                    "remedy_th": "ตรวจรูปแปลง",
                    "remedy_en": "Look at the parcel",
                    "state": "open",
                    "geom": shapely.Point(E + 145, N + 85),
                }
            ],
        )
    photo(folder / "photo.tif")
    write_project(folder / "small.gpkg", registers, title="โครงการทดสอบ", orthophotos=[folder / "photo.tif"])


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
