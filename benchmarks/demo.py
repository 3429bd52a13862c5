"""Time the README's first command as a whole process, with its peak memory and the size of what it leaves.

Usage: python benchmarks/demo.py [RUNS]

Peer: GDAL's own tools writing the same parcels into a GeoPackage and the same pixels as a COG, the two heaviest things
the command does; they neither assess, nor check, nor print.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def run(command: list[str | Path]) -> tuple[float, float]:
    """Return wall seconds and peak MiB of one process."""
    start = time.perf_counter()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command[0]} ended with {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main(runs: int) -> None:
    """Print the median of the runs."""
    with tempfile.TemporaryDirectory() as name:
        seconds, peaks = [], []
        for number in range(runs):
            folder = Path(name) / str(number)
            wall, peak = run([sys.executable, "-m", "donhan_gis", "demo", folder])
            seconds.append(wall)
            peaks.append(peak)
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
        print(
            f"demo: {statistics.median(seconds):.1f} s, peak {max(peaks):.0f} MiB, {size:.0f} MB written ({runs} runs)"
        )
        if not shutil.which("ogr2ogr"):
            print("ogr2ogr and gdal_translate are not here: no peer")
            return
        parcels, photo = Path(name) / "p.gpkg", Path(name) / "p.tif"
        wall, peak = run(["ogr2ogr", parcels, folder / "donhan.gpkg", "parcel"])
        print(f"ogr2ogr, the parcels alone: {wall:.1f} s, peak {peak:.0f} MiB")
        options = ["-q", "-of", "COG", "-co", "COMPRESS=JPEG", "-co", "QUALITY=85"]
        wall, peak = run(["gdal_translate", *options, folder / "orthophoto.tif", photo])
        print(f"gdal_translate -of COG, the photo alone: {wall:.1f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
