"""Time and peak memory of a season's water demand beside a plain loop over fields.

Run: python benchmarks/water_demand.py [plans ...]; without numbers 6,000, 58,000 and 590,000. Each size runs in its own
process, so that its peak memory is its own. The loop is measured on 6,000 plans and scaled to the others.
"""

from __future__ import annotations

import calendar
import datetime as dt
import resource
import subprocess
import sys
import time

import numpy as np

from donhan_gis.water.climate import Climate
from donhan_gis.water.crops import Crop
from donhan_gis.water.demand import Method, Options, seasonal_demand
from donhan_gis.water.plans import CropPlans
from donhan_gis.water.tables import load_climate, load_crops
from donhan_gis.water.yearly import weekly_demand

SIZES = (6_000, 58_000, 590_000)
YEAR = np.datetime64("2024-11-01")
OPTIONS = Options(Method.RID_WEEKLY, 60)
GROWN = ("rice_kdml105", "rice_rd", "sugarcane", "cassava", "maize", "soybean", "groundnut", "watermelon")
MIB_KIB = 1024


def invented_plans(count: int) -> CropPlans:
    """Return plans of eight crops on any day of the crop year, from a fixed seed."""
    chance = np.random.default_rng(2569)
    crop = np.array(GROWN)[chance.integers(0, len(GROWN), count)].tolist()
    return CropPlans(crop, chance.uniform(0.5, 30, count), YEAR + chance.integers(0, 365, count))


def loop_field_need_m3(plans: CropPlans, climate: Climate, crops: dict[str, Crop]) -> float:
    """Return the field need by the same rules (RID weekly, per parcel), one field and one week after another."""
    total = 0.0
    for code, area_rai, planted in zip(
        plans.crop, plans.area_rai.tolist(), plans.planted_on.astype(object), strict=True
    ):
        crop = crops[code]
        kc, rain_mm = crop.kc_by_day, climate.rain_mm(crop)
        for week in range(crop.weeks):
            last = planted + dt.timedelta(days=7 * week + 6)
            etc = float(kc[7 * week : 7 * week + 7].sum()) / 7 * climate.eto_mm[last.month - 1] / 4
            asked = etc + crop.percolation_mm_week + (crop.land_prep_mm if week == 0 else 0)
            rain = rain_mm[last.month - 1] / calendar.monthrange(last.year, last.month)[1] * 7
            total += max(0.0, asked - rain) * area_rai * 1.6
    return total


def measure(count: int) -> str:
    """Return one line of the table."""
    crops, climate, plans = load_crops(), load_climate("ขอนแก่น"), invented_plans(count)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    demand = seasonal_demand(plans, climate, crops=crops, options=OPTIONS)
    figures = time.perf_counter()
    weekly_demand(demand, YEAR)
    weeks = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sample = CropPlans(plans.crop[: SIZES[0]], plans.area_rai[: SIZES[0]], plans.planted_on[: SIZES[0]])
    begun = time.perf_counter()
    looped = loop_field_need_m3(sample, climate, crops)
    loop_s = (time.perf_counter() - begun) * count / len(sample.crop)
    assert np.isclose(looped, demand.field_need_m3[: SIZES[0]].sum()), "the loop and the engine disagree"
    return (
        f"{count:>9,} | {len(demand.groups.start):>6,} | {figures - start:>8.3f} | {weeks - figures:>8.3f} | "
        f"{(peak - before) / MIB_KIB:>8.0f} | {peak / MIB_KIB:>8.0f} | {loop_s:>8.1f}"
    )


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(measure(int(sys.argv[-1])))
        return
    print("    plans | groups | season s |  weeks s | more MiB | peak MiB | loop s (6,000 measured, rest scaled)")
    for count in [int(text) for text in sys.argv[1:]] or SIZES:
        subprocess.run([sys.executable, __file__, "--one", str(count)], check=True)


if __name__ == "__main__":
    main()
