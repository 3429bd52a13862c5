"""Time the import of 100,000 parcels from an office's shapefile into a project, beside ogr2ogr doing the bare copy.

Usage: python benchmarks/import_parcels.py [COUNT]

The file is CP874 without .cpg, on Indian 1975, with LTAX column names, rai-ngan-wah areas, 1 % duplicate codes and some
blank ones: what offices have. ogr2ogr only copies, recodes and shifts; it neither judges nor converts nor checks.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

import donhan_gis.tasks  # noqa: F401  fills the task list
from donhan_gis.exchange.mapping import suggest
from donhan_gis.exchange.prepare import prepare
from donhan_gis.exchange.read import read_source
from donhan_gis.parcels.indian_1975 import gdal_arguments
from donhan_gis.register import load_registers
from donhan_gis.store import create_store
from donhan_gis.task import Context, run_task

SEED = 2569
CORNER = (268_500.0, 1_801_000.0)
SPACING_M = 30.0


def make_file(folder: Path, count: int) -> Path:
    """Write the shapefile and return its path."""
    random = np.random.default_rng(SEED)
    side = int(np.ceil(np.sqrt(count)))
    row, column = np.divmod(np.arange(count), side)
    east, north = CORNER[0] + column * SPACING_M, CORNER[1] + row * SPACING_M
    angles = np.linspace(0, 2 * np.pi, 9)[:-1]
    radius = 12 + random.random((count, 8)) * 2.5
    rings = np.stack([east[:, None] + radius * np.cos(angles), north[:, None] + radius * np.sin(angles)], axis=2)
    shapes = shapely.polygons(rings)
    codes = np.array(
        [f"{i // 26000 + 1:02d}{chr(65 + i // 1000 % 26)}{i % 1000:03d}" for i in range(count)], dtype=object
    )
    codes[random.integers(0, count, count // 100)] = codes[random.integers(0, count, count // 100)]
    codes[random.integers(0, count, 50)] = None
    square_metres = shapely.area(shapes)
    columns = {
        "PARCEL_COD": codes,
        "land_type": random.choice(np.array(["โฉนด", "น.ส.3ก", "ส.ป.ก.4-01"], dtype=object), count),
        "Chanod_no": np.array([str(n) for n in random.integers(1, 90_000, count)], dtype=object),
        "LAND_NO": random.integers(1, 900, count),
        "SURVEY": np.array([str(n) for n in random.integers(1, 9_000, count)], dtype=object),
        "mapsheet": np.full(count, "5541 III 7012-07", dtype=object),
        "rai": (square_metres // 1600).astype("int32"),
        "ngan": (square_metres % 1600 // 400).astype("int32"),
        "wa": np.round(square_metres % 400 / 4, 1),
        "remark": np.full(count, "ที่นา บ้านดอนหัน", dtype=object),
    }
    file = folder / "parcels.shp"
    pyogrio.raw.write(
        file,
        shapely.to_wkb(shapes),
        list(columns.values()),
        list(columns),
        geometry_type="Polygon",
        crs="EPSG:24048",
        encoding="cp874",
    )
    file.with_suffix(".cpg").unlink()
    return file


def main(count: int) -> None:
    """Print the seconds of each step and the peak memory."""
    registers = load_registers()
    with tempfile.TemporaryDirectory() as name:
        file = make_file(Path(name), count)
        start = time.perf_counter()
        source = read_source(file)
        read = time.perf_counter()
        mapping = suggest(source.columns, registers["parcel"])
        prepared = prepare(source, registers["parcel"], mapping, registers=registers)
        done = time.perf_counter()
        print(f"{count:,} parcels, {file.stat().st_size / 1e6:.0f} MB of shapes, {source.encoding}, {source.crs}")
        print(f"read {read - start:.2f} s, prepare {done - read:.2f} s, together {done - start:.2f} s")
        print(
            f"{len(prepared.rows):,} rows, {len(prepared.quarantine):,} held back, {len(prepared.findings):,} findings"
        )
        project = Path(name) / "office.gpkg"
        start = time.perf_counter()
        create_store(project).close()
        report = run_task("data.import", Context(project=str(project)), path=str(file), register="parcel")
        print(f"whole task, into the project with history and findings: {time.perf_counter() - start:.2f} s")
        print(report.notes_en[0])
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
        if shutil.which("ogr2ogr"):
            target = Path(name) / "copy.gpkg"
            command = ["ogr2ogr", "-f", "GPKG", target, file, "-oo", "ENCODING=CP874", *gdal_arguments(24048, 32648)]
            start = time.perf_counter()
            subprocess.run(command, check=True)
            print(f"ogr2ogr (bare copy into a GeoPackage, its own process): {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
