"""Time a tax year on an invented municipality: from stored rows to stored assessments, lines, findings and the roll.

    python benchmarks/tax_year.py [PARCELS ...] [--rounds 3]

Without counts 2,500, 5,000 and 10,000 parcels, each in a process of its own because peak memory is a process's
figure. The first round is of a fresh year; later ones take out the trial before. Target: 10,000 parcels within 2 s.
Two parcels in three are built on; one in four has two uses; owners hold from one parcel to many; a tenth of the
parcels touch each other.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import shapely

import donhan_gis.tasks  # noqa: F401  fills the task list
from donhan_gis.store import create_store, open_store
from donhan_gis.task import Context, run_task

COUNTS = (2_500, 5_000, 10_000)
YEAR_BE = 2569
EAST, NORTH = 265_000, 1_800_000
ACROSS = 100  # parcels in a row
SINCE = "2023-01-01"


def make(path: Path, parcels_n: int) -> None:
    """Write the rows of an invented municipality into a project."""
    dice = random.Random(1)
    with create_store(path, user="benchmark") as store, store.transaction():
        villages = [{"uid": f"v{moo}", "moo": moo, "name": f"ตัวอย่าง {moo}"} for moo in range(1, 15)]
        store.insert("village", villages)
        for register, rows in registers(dice, parcels_n).items():
            store.insert(register, rows)


def registers(dice: random.Random, parcels_n: int) -> dict[str, list[dict[str, Any]]]:
    """Return the invented rows by register."""
    owners_n = parcels_n * 6 // 10
    owner = [f"o{min(int(owners_n * dice.random() ** 1.6), owners_n - 1)}" for _ in range(parcels_n)]
    built = sorted(dice.sample(range(parcels_n), parcels_n * 2 // 3))
    people = [
        {"uid": f"o{n}", "kind": "JUR" if n % 9 == 8 else "NAT", "first_name": f"ตัวอย่าง {n}", "house_uid": None}
        for n in range(owners_n)
    ]
    for number in built[:owners_n]:
        person = people[int(owner[number][1:])]
        person |= {"house_uid": f"h{number}", "registered_on": "2015-01-01"}
    on_land = set(built)
    land, houses = [parcel(dice, n) for n in range(parcels_n)], [building(dice, n) for n in built]
    return {
        "house": [{"uid": f"h{n}", "house_no": str(n), "village_uid": f"v{n % 14 + 1}"} for n in built],
        "person": people,
        "parcel": land,
        "building": houses,
        "ownership": [
            *({"parcel_uid": f"p{n}", "person_uid": who} for n, who in enumerate(owner)),
            *({"building_uid": f"b{n}", "person_uid": owner[n]} for n in built),
        ],
        "parcel_use": [use for n, row in enumerate(land) for use in uses(dice, n, n in on_land, row)],
        "building_use": [
            {"building_uid": row["uid"], "use_class": "residential" if n % 5 else "other", "area_m2": row["area_m2"]}
            for n, row in zip(built, houses, strict=True)
        ],
        "land_price": [
            {"parcel_uid": f"p{n}", "price_satang_per_sqwah": dice.choice((25_000, 50_000, 400_000, 2_000_000)),
             "valid_from": SINCE}
            for n in range(parcels_n)
        ],
        "building_price": [
            {"type_code": code, "price_satang_per_m2": price, "valid_from": SINCE}
            for code, price in (("101", 860_000), ("103", 845_000), ("105", 835_000))
        ],
    }  # fmt: skip


def parcel(dice: random.Random, number: int) -> dict[str, Any]:
    """Return a parcel on a grid; nine in ten stand a metre apart from the next."""
    gap = 1 if number % 10 else 0
    west, south = EAST + 41 * (number % ACROSS), NORTH + 41 * (number // ACROSS)
    shape = shapely.MultiPolygon([shapely.box(west, south, west + 41 - gap, south + 40)])
    code = f"{number // 26_000 + 1:02}{chr(65 + number // 1_000 % 26)}{number % 1_000:03}"
    area = round(dice.lognormvariate(5.5, 1.0), 2) + 1
    return {
        "uid": f"p{number}", "code": code, "deed_area_sqwah": area, "village_uid": f"v{number % 14 + 1}", "geom": shape,
        "tambon_code": "400113",
    }  # fmt: skip


def building(dice: random.Random, number: int) -> dict[str, Any]:
    """Return a house on a parcel."""
    return {
        "uid": f"b{number}", "parcel_uid": f"p{number}", "house_uid": f"h{number}",
        "code": f"{number // 26_000 + 1:02}{chr(65 + number // 1_000 % 26)}{number % 1_000:03}-B001",
        "type_code": dice.choice(("101", "103", "105")), "material": dice.choice(("brick", "half_timber", "wood")),
        "area_m2": round(dice.lognormvariate(4.6, 0.5), 2), "built_be": dice.randrange(2520, 2569),
    }  # fmt: skip


def uses(dice: random.Random, number: int, built: bool, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the uses of a parcel: built-on land follows its house, the rest is farmed or vacant."""
    first = "from_building" if built and number % 3 else "residential" if built else dice.choice(FIELDS)
    shop = round(row["deed_area_sqwah"] * dice.randrange(10, 90) / 100, 2) if number % 4 == 0 else 0
    yield {"parcel_uid": row["uid"], "use_class": first, "area_sqwah": round(row["deed_area_sqwah"] - shop, 2)}
    if shop:
        yield {"parcel_uid": row["uid"], "use_class": "other", "area_sqwah": shop}


FIELDS = ("agriculture",) * 4 + ("vacant",)


def measure(parcels_n: int, rounds: int) -> str:
    """Return one row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.gpkg"
        make(path, parcels_n)
        taken, computing = [], []
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for _ in range(rounds):
            start, busy = time.perf_counter(), time.process_time()
            report = run_task("tax.assess", Context(project=str(path), user="benchmark"), year_be=YEAR_BE)
            taken.append(time.perf_counter() - start)
            computing.append(time.process_time() - busy)
        with open_store(str(path)) as store:
            lines = store.count("assessment_line")
        tax = report.facts["tax_satang"] / 100
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    middle, best = statistics.median(taken), min(taken)
    return (
        f"| {parcels_n:,} | {lines:,} | {taken[0]:.2f} | {middle:.2f} | {best:.2f} | {min(computing):.2f} "
        f"| {min(computing) / parcels_n * 1e6:.0f} "
        f"| {peak:.0f} | {peak - before:.0f} | {tax:,.2f} |"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parcels", type=int, nargs="*")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(measure(options.parcels[0], options.rounds))
        return
    titles = (
        "parcels",
        "lines",
        "first s",
        "median s",
        "best s",
        "CPU s",
        "CPU µs a parcel",
        "peak MiB",
        "grown by MiB",
    )
    print("| " + " | ".join((*titles, "tax, baht")) + " |")
    print("|" + "---|" * (len(titles) + 1), flush=True)
    for count in options.parcels or COUNTS:
        command = [sys.executable, __file__, str(count), "--one", "--rounds", str(options.rounds)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
