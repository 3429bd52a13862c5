"""Appraised value of land, buildings and condominium units, and shares of use from measured areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from donhan_gis.law import Law
from donhan_gis.tax.columns import NONE, SHARE_SCALE, VALUE_SCALE, Uses
from donhan_gis.tax.exact import Ints, run_of, runs

AREA_SCALE = 100  # areas come in 1/100 sq.wah or 1/100 m²
PERCENT = 100
MATERIALS = ("brick", "half_timber", "wood")


def depreciation_pct(law: Law, material: Ints, age_years: Ints) -> Ints:
    """Return the cumulative depreciation in percent; ``material`` is a number of MATERIALS, a part year counts as one.

    Source: depreciation table of the Treasury Department; age: ministerial regulation 20 Dec 2562, clause 1.

    >>> from donhan_gis import law
    >>> depreciation_pct(law.at(2569), np.array([0, 1, 2]), np.array([43, 22, 0])).tolist()
    [76, 85, 0]
    """
    series: Sequence[Sequence[int]] = [(0, *law.series(f"appraisal.depreciation.{name}")) for name in MATERIALS]
    longest = max(map(len, series))
    table = np.array([[*row, *[row[NONE]] * (longest - len(row))] for row in series], np.int64)
    return np.asarray(table[material, np.clip(age_years, 0, longest - 1)])


def land_value(area: Ints, price_satang: Ints) -> Ints:
    """Return land value in 1/10,000 satang from area in 1/100 sq.wah and price in satang per sq.wah; NONE stays NONE.

    Source: Act s.35, s.36; Treasury appraisal.

    >>> land_value(np.array([22_550]), np.array([100_000])).tolist()  # 225.50 sq.wah at 1,000 baht
    [225500000000]
    """
    return _known(area * price_satang * (VALUE_SCALE // AREA_SCALE), area, price_satang)


def lowered_land_value(area: Ints, price_satang: Ints, lowered: Sequence[tuple[Ints, int]]) -> Ints:
    """Return land value in 1/10,000 satang where each lowered area (1/100 sq.wah) counts at its percent of the price.

    Ponds deeper than 3 m and high-voltage corridors; the percents are ``appraisal.factor.*`` of the law.

    Source: ministerial regulation 26 Dec 2562.

    >>> whole, price, pond = (np.array([number]) for number in (10_000, 100_000, 4_000))
    >>> lowered_land_value(whole, price, [(pond, 25)]).tolist()  # 60 sq.wah at 1,000 baht, 40 at 250: 70,000 baht
    [70000000000]
    """
    hundreds = area * PERCENT
    for part, percent in lowered:
        hundreds = hundreds - part * (PERCENT - percent)
    return _known(hundreds * price_satang, area, price_satang)


def building_value(area: Ints, price_satang: Ints, depreciation_pct: Ints) -> Ints:
    """Return building or condominium value in 1/10,000 satang: area (1/100 m²) × price (satang per m²) − depreciation.

    Condominium units have no depreciation: pass zeros. NONE stays NONE.

    Source: Act s.35, s.36; Treasury price list and depreciation table.
    """
    return _known(area * price_satang * (PERCENT - depreciation_pct), area, price_satang)


def _known(value: Ints, area: Ints, price_satang: Ints) -> Ints:
    return np.where((area < 0) | (price_satang < 0), NONE, value)


def measured_shares(objects: Ints, use_class: Ints, area: Ints, grid: int) -> Uses:
    """Return shares of use from measured areas: percent of the object's total, cut to the grid and not rounded.

    Rows of one object and class (several floors) are added first. What the cut leaves over is given to the use with
    the lowest rate by ``assess``. ``area`` is any one unit, such as 1/100 m²; ``grid`` is ``Rules.grid``.

    Source: notification of 6 Dec 2562, clause 2 (2).

    >>> zero, use = np.zeros(3, np.int64), np.array([0, 1, 2])
    >>> measured_shares(zero, use, np.array([40, 40, 40]), 1).share.tolist()
    [3333, 3333, 3333]
    """
    order = np.lexsort((use_class, objects))
    objects, use_class, area = objects[order], use_class[order], area[order]
    starts = runs(objects, use_class)
    if not len(starts):
        return Uses(objects, use_class, area)
    objects, use_class, area = objects[starts], use_class[starts], np.add.reduceat(area, starts)
    per_object = runs(objects)
    total = np.add.reduceat(area, per_object)[run_of(per_object, len(objects))]
    share = area * SHARE_SCALE // np.maximum(total, 1)
    return Uses(objects, use_class, share // grid * grid)
