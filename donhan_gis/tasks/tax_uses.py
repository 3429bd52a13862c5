"""Shares of use read from measured areas of land and floors, as they stood on 1 January."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from donhan_gis import settings
from donhan_gis.law import PERCENT
from donhan_gis.store import Store
from donhan_gis.tasks.tax_appraisal import VALID, hundredths
from donhan_gis.tasks.tax_input import Input
from donhan_gis.tax.appraisal import AREA_SCALE, measured_shares
from donhan_gis.tax.columns import AGRICULTURE, CLASSES, SHARE_SCALE, Uses, column
from donhan_gis.tax.farm_minimum import plants
from donhan_gis.tax.rules import Rules

Row = Mapping[str, Any]
Measured = tuple[int, int, int]
KEY = "check.area_tolerance_pct"
# Register of uses, its reference, its area; register of the whole, its area.
MEASURED = (
    ("parcel_use", "parcel_uid", "area_sqwah", "parcel", "deed_area_sqwah"),
    ("building_use", "building_uid", "area_m2", "building", "area_m2"),
)


def read_uses(
    store: Store, rows: Sequence[tuple[str, Row]], rules: Rules, *, number: Mapping[str, int], day: str, told: Input
) -> Uses:
    """Return the uses of every object; one with a use that cannot be right is told and cannot be billed."""
    sound, spoiled = _measured(store, number, day, told, rules.year_be)
    over = _compared(store, rows, sound, told)
    sound = [part for part in sound if part[0] not in spoiled]
    objects, use_class, area = (column([part[i] for part in sound if part[0] not in over]) for i in range(3))
    shares = measured_shares(objects, use_class, area, rules.grid)
    # A use that cannot be right keeps a share of nought, and a total above the whole its own: the engine refuses both.
    refused = [(row, 0, 0) for row in sorted(spoiled)]
    refused += [(row, 0, share) for row, share in sorted(over.items()) if row not in spoiled]
    units = [(i, CLASSES.index(row["use_class"]), SHARE_SCALE) for i, (name, row) in enumerate(rows)
             if name == "condo_unit" and row["use_class"] in CLASSES]  # fmt: skip
    more = np.array(refused + units, np.int64).reshape(-1, 3).T
    columns = ((shares.object, more[0]), (shares.use_class, more[1]), (shares.share, more[2]))
    return Uses(*(np.concatenate(pair) for pair in columns))


def _measured(
    store: Store, number: Mapping[str, int], day: str, told: Input, year_be: int
) -> tuple[list[Measured], set[int]]:
    """Return (object, class, area in 1/100) of sound rows, and the objects with a row that cannot be right."""
    sound, spoiled = [], set()
    for register, owner, area, _, _ in MEASURED:
        for row in store.rows(register, VALID, [day, day]):
            if row[owner] not in number:
                continue
            size = told.area(register, row, area)
            if size > 0 and row["use_class"] in CLASSES:
                sound.append((number[row[owner]], CLASSES.index(row["use_class"]), hundredths(size)))
                if row.get("plant"):
                    _tell_thin(row, size, year_be, told)
            else:
                told.add("assess.bad_use", register, row, "error")
                spoiled.add(number[row[owner]])
    return sound, spoiled


def _tell_thin(use: Row, area_sqwah: float, year_be: int, told: Input) -> None:
    """Tell farm land with fewer plants counted than the law asks for; an officer then decides on its class.

    Source: notification of 30 Jan 2563, table of plants.
    """
    plant = plants(year_be).get(use["plant"])
    counted = use["plants_n"]
    if use["use_class"] != CLASSES[AGRICULTURE] or plant is None or not isinstance(counted, int):
        return
    if counted < plant.least(area_sqwah):
        names = {"th": plant.th, "en": plant.en}
        least = f"{plant.least(area_sqwah):,}"
        told.add("assess.farm_below_minimum", "parcel_use", use, plant=names, counted=f"{counted:,}", least=least)


def _compared(store: Store, rows: Sequence[tuple[str, Row]], sound: Sequence[Measured], told: Input) -> dict[int, int]:
    """Tell uses whose total is not the whole; return those too large to be billed with their share of the whole."""
    tolerance = float(settings.value_of(KEY, store.setting(KEY))) / PERCENT
    totals: dict[int, int] = defaultdict(int)
    for place, _, area in sound:
        totals[place] += area
    whole_of = {register: area for _, _, _, register, area in MEASURED}
    over: dict[int, int] = {}
    for place, total in totals.items():
        name, row = rows[place]
        whole = told.area(name, row, whole_of[name])
        if whole <= 0 or hundredths(whole) == total:
            continue
        shown = f"{total / AREA_SCALE:,.2f}"
        if total > hundredths(whole) * (1 + tolerance):
            over[place] = max(total * SHARE_SCALE // hundredths(whole), SHARE_SCALE + 1)
            told.add("assess.uses_over", name, row, "error", total=shown, whole=f"{whole:,.2f}")
        else:
            told.add("assess.uses_differ", name, row, total=shown, whole=f"{whole:,.2f}")
    return over
