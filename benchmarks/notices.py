"""Time the printing of assessment notices with map, QR code and working, and the memory it takes.

Run: ``python benchmarks/notices.py [COUNT ...]``; without counts 10, 1,000 and 1,200 (an office's yearly post).
Each count runs in a process of its own, because peak memory is a process's figure. Target: 1,000 notices within 60 s.
The maps are drawn among 3,000 parcels with bent sides, 100 roads and 16 villages; drawing them is part of the time.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import shapely

from donhan_gis.documents.notice import (
    BuildingPart,
    Instalment,
    LandPart,
    Notice,
    NoticeLine,
    Office,
    Taxpayer,
    Terms,
    TraceStep,
    notice_data,
)
from donhan_gis.documents.parcel_map import MapLayer, ParcelMapper
from donhan_gis.documents.reference import LAND_BUILDING, Reference
from donhan_gis.documents.render import batch_paths, render_batch

COUNTS = (10, 1_000, 1_200)
OFFICE = Office("องค์การบริหารส่วนตำบลดอนหัน", "ตำบลดอนหัน อำเภอเมืองขอนแก่น จังหวัดขอนแก่น 40260", pay_how=("เงินสด",))
TERMS = Terms(Decimal(10), Decimal(20), Decimal(40), Decimal(1), 30, 30, 30)


SIDE, PLOT_M = 55, 60  # 55 x 55 = 3,025 plots


def mapper() -> ParcelMapper:
    """Return a made-up tambon: plots with a bent side, a road after every tenth row of them, square villages."""
    plots = [plot(i % SIDE, i // SIDE) for i in range(SIDE * SIDE)]
    whole = SIDE * PLOT_M
    roads = [shapely.LineString([(0, y), (whole, y + 20)]) for y in np.linspace(0, whole, 50)]
    roads += [shapely.LineString([(x, 0), (x + 20, whole)]) for x in np.linspace(0, whole, 50)]
    quarter = whole / 4
    squares = [(x * quarter, y * quarter) for x in range(4) for y in range(4)]
    villages = [shapely.box(x, y, x + quarter, y + quarter) for x, y in squares]
    return ParcelMapper(layer(plots, "{}"), layer(roads, "ถนนสาย {}"), layer(villages, "หมู่ที่ {} บ้านตัวอย่าง"))


def plot(column: int, row: int) -> shapely.Polygon:
    west, south = column * PLOT_M, row * PLOT_M
    bend = [(west + step * PLOT_M / 8, south + PLOT_M - step % 2) for step in range(8, -1, -1)]
    return shapely.Polygon([(west, south), (west + PLOT_M, south), *bend])


def layer(shapes: list, label: str) -> MapLayer:
    names = [str(i) for i in range(len(shapes))]
    return MapLayer(names, np.array(shapes, dtype=object), [label.format(name) for name in names])


def notice(number: int, maps: ParcelMapper) -> Notice:
    own = [str((number * 37 + i * (1 + number % 3)) % (SIDE * SIDE)) for i in range(1 + number % 4)]
    lines = tuple(line(number + i) for i in range(1 + number % 4))
    tax_satang = sum(each.tax_satang for each in lines)
    third = tax_satang // 3
    parts = (tax_satang - 2 * third, third, third)
    return Notice(
        number=f"ขก 71401/{number}",
        issued_on=date(2026, 4, 1),
        tax_year_be=2569,
        office=OFFICE,
        taxpayer=Taxpayer((f"นายตัวอย่าง กตัญญูฐานะ {number}",), address=f"{number} หมู่ที่ 4 ตำบลดอนหัน"),
        tax_satang=tax_satang,
        due_on=date(2026, 6, 30),
        terms=TERMS,
        lines=lines,
        instalments=tuple(Instalment(date(2026, 6 + i, 30), part) for i, part in enumerate(parts)),
        trace=tuple(step(i) for i in range(len(lines)) for _ in range(5)),
        sample=True,
        reference=Reference("400113", LAND_BUILDING, 2569, number),
        maps=tuple(maps.maps(own)),
    )


def line(number: int) -> NoticeLine:
    value_satang = 1_066_602_50 + number
    land = LandPart("โฉนดที่ดิน", str(number), Decimal("950.25"), 250_00, 237_562_50)
    building = BuildingPart(
        "100 บ้านเดี่ยว", Decimal("120.5"), 8_000_00, 964_000_00, 12, 134_960_00, value_satang - land.value_satang
    )
    return NoticeLine(
        "other", value_satang, 0, value_satang, (Decimal("0.3"),), 3_199_81 + number, land=land, buildings=(building,)
    )


def step(index: int) -> TraceStep:
    return TraceStep(f"แปลงที่ {index + 1}", "หักมูลค่าฐานภาษีที่ได้รับยกเว้นแล้วคิดตามอัตรา", "มาตรา 37")


def measure(count: int) -> str:
    """Print ``count`` notices and return one row of the table."""
    start = time.perf_counter()
    maps = mapper()
    papers = [notice_data(notice(number, maps)) for number in range(1, count + 1)]
    with tempfile.TemporaryDirectory() as folder:
        files = render_batch("notice", papers, batch_paths(Path(folder) / "notices.pdf", count))
        seconds = time.perf_counter() - start
        megabytes = sum(file.stat().st_size for file in files) / 1e6
    return f"| {count:,} | {seconds:.1f} | {count / seconds:.0f} | {peak_mib():.0f} | {len(files)} | {megabytes:.1f} |"


def peak_mib() -> float:
    """Return the peak memory of this process in MiB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(words: list[str]) -> None:
    if words[:1] == ["--one"]:
        print(measure(int(words[1])))
        return
    print("| notices | seconds | notices/s | peak MiB | files | MB |\n|---|---|---|---|---|---|", flush=True)
    for count in [int(word) for word in words] or COUNTS:
        subprocess.run([sys.executable, __file__, "--one", str(count)], check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
