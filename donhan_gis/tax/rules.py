"""The land and building tax law of one year as arrays that the kernel reads; all numbers come from ``data/law``."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from donhan_gis.errors import DeclarationError
from donhan_gis.law import Law
from donhan_gis.tax.columns import FARM, HOME, HOME_BUILDING, MAX_TOTAL, ROWS, SHARE_SCALE
from donhan_gis.tax.exact import Ints, Mask

RATE_SCALE = 1_000_000  # rates are counted in parts per million of the base
KEEP_SCALE = 10_000  # what is left after the cuts is counted in 1/100 percent of the tax
PERCENT = 100
DECIMAL_BASE = 10
AREA = "land_building."


@dataclass(frozen=True, slots=True)
class Rules:
    """Rates, allowances, steps, cuts and chosen readings of one tax year.

    floor, ceil    satang, ROWS × slices: where each slice of the taxable base begins and ends
    rate           parts per million, ROWS × slices
    allowance      satang of base exempt, by ROWS (0: none)
    first_rate     parts per million of the lowest slice, by ROWS
    step_years, step_rate, rate_cap, count_from_be   section 43
    keep           1/10,000 of the tax left after class and general cuts: (1 + reliefs) × ROWS, row 0 without relief
    cut_rows       bool, reliefs × ROWS: whether a class cut in force is for a row
    reliefs, in_force   codes of the class cuts and whether each holds this year
    cuts           1/10,000 of the tax taken off by each class cut alone; ``general_cut`` the year's own
    s97_share      share of the excess over the tax of 2562 that is paid (1: no easing)
    grid           step of shares in 1/100 percent (1: two decimals)
    """

    law: Law
    floor: Ints
    ceil: Ints
    rate: Ints
    allowance: Ints
    first_rate: Ints
    step_years: int
    step_rate: int
    rate_cap: int
    count_from_be: int
    keep: Ints
    cut_rows: Mask
    reliefs: tuple[str, ...]
    in_force: tuple[bool, ...]
    cuts: tuple[int, ...]
    general_cut: int
    s97_share: Fraction
    grid: int
    half_up: bool
    condo_home_row: int
    farm_allowance_per_owner: bool
    mixed_owners_natural: bool
    join_buildings: bool
    join_adjoining: bool
    home_by_value: bool
    share_vacant_year: bool

    @property
    def year_be(self) -> int:
        """The tax year."""
        return self.law.year_be

    def steps(self, vacant_since_be: Ints) -> Ints:
        """Return how many additions of section 43 apply to land vacant since a year (0: unknown)."""
        since = np.maximum(vacant_since_be, self.count_from_be)
        return np.where(vacant_since_be > 0, np.maximum((self.year_be - since) // self.step_years, 0), 0)


def rules_of(law: Law) -> Rules:
    """Return the kernel's arrays for a year of law.

    Raises:
        NoLawForDate: a value is missing for that year.
        DeclarationError: a rate passes its ceiling, or a percentage is finer than the kernel counts.
    """
    floor, ceil, rate = _brackets(law)
    general = _scaled(law, "general_cut", law.percent(AREA + "general_cut"), KEEP_SCALE)
    prefix = AREA + "class_cut."
    reliefs = tuple(key.removeprefix(prefix) for key in law.known if key.startswith(prefix))
    return Rules(
        law=law,
        floor=floor,
        ceil=ceil,
        rate=rate,
        allowance=_allowances(law),
        first_rate=rate[:, 0],
        step_years=law.whole(AREA + "vacant.step_years"),
        step_rate=_scaled(law, "vacant.step_points", law.percent(AREA + "vacant.step_points"), RATE_SCALE),
        rate_cap=_scaled(law, "vacant.cap", law.percent(AREA + "vacant.cap"), RATE_SCALE),
        count_from_be=law.whole(AREA + "vacant.count_from_be"),
        keep=np.array([[KEEP_SCALE - general] * len(ROWS), *(_keep(law, code, general) for code in reliefs)], np.int64),
        cut_rows=np.array([[_cut_is_for(law, code, row) for row in ROWS] for code in reliefs], np.bool_),
        reliefs=reliefs,
        in_force=tuple(prefix + code in law.values for code in reliefs),
        cuts=tuple(_cut(law, code) for code in reliefs),
        general_cut=general,
        s97_share=law.percent(AREA + "s97.share_of_excess"),
        grid=_grid(law),
        half_up=law.choice(AREA + "setting.rounding") == "half_up",
        condo_home_row=ROWS.index(law.choice(AREA + "setting.condo_home_row")),
        farm_allowance_per_owner=law.choice(AREA + "setting.co_owned_farm") == "one_per_owner",
        mixed_owners_natural=law.choice(AREA + "setting.mixed_co_owners") == "natural",
        join_buildings=law.choice(AREA + "setting.contiguous_buildings") == "join",
        join_adjoining=law.choice(AREA + "setting.home_adjoining_land") == "join",
        home_by_value=law.choice(AREA + "setting.home_shared") == "by_value",
        share_vacant_year=law.choice(AREA + "setting.vacant_year_shared") == "shared",
    )


def _brackets(law: Law) -> tuple[Ints, Ints, Ints]:
    """Return floors, ceilings (satang) and rates (ppm) as ROWS × slices; short rows end in empty slices."""
    rows = [law.brackets(f"{AREA}rate.{row}") for row in ROWS]
    ceilings = law.table(AREA + "ceiling")
    width = max(map(len, rows))
    shape = (len(ROWS), width)
    floor, ceil, rate = (np.full(shape, MAX_TOTAL, np.int64) for _ in range(1 + 1 + 1))
    for number, (row, slices) in enumerate(zip(ROWS, rows, strict=True)):
        bottom = 0
        for position, (top, share) in enumerate(slices):
            if share > Fraction(ceilings[row]) / PERCENT:
                raise DeclarationError("tax.rate_over_ceiling", file=law.value(f"{AREA}rate.{row}").file, key=row)
            floor[number, position], ceil[number, position] = bottom, MAX_TOTAL if top is None else top
            rate[number, position:] = _scaled(law, f"rate.{row}", share, RATE_SCALE)
            bottom = MAX_TOTAL if top is None else top
    return floor, ceil, rate


def _allowances(law: Law) -> Ints:
    allowance = np.zeros(len(ROWS), np.int64)
    allowance[FARM] = law.satang(AREA + "exempt.agriculture_natural")
    if law.flag(AREA + "exempt.agriculture_natural_whole"):
        allowance[FARM] = MAX_TOTAL
    allowance[HOME] = law.satang(AREA + "exempt.main_home_land_building")
    allowance[HOME_BUILDING] = law.satang(AREA + "exempt.main_home_building_only")
    return allowance


def _cut(law: Law, code: str) -> int:
    key = f"{AREA}class_cut.{code}"
    if key not in law.values:
        return 0
    return _scaled(law, "class_cut." + code, Fraction(law.table(key)["percent"]) / PERCENT, KEEP_SCALE)


def _cut_is_for(law: Law, code: str, row: str) -> bool:
    key = f"{AREA}class_cut.{code}"
    if key not in law.values:
        return False
    rows = law.table(key)["rows"]
    return not rows or row in rows


def _keep(law: Law, code: str, general: int) -> list[int]:
    """Return what a class cut leaves of the tax by rate row, the general cut on top where the decree lets it."""
    left = Fraction(KEEP_SCALE - _cut(law, code), KEEP_SCALE)
    key = f"{AREA}class_cut.{code}"
    if key in law.values and law.table(key)["general_too"]:
        left *= Fraction(KEEP_SCALE - general, KEEP_SCALE)
    kept = _scaled(law, "class_cut." + code, left, KEEP_SCALE)
    return [kept if _cut_is_for(law, code, row) else KEEP_SCALE - general for row in ROWS]


def _grid(law: Law) -> int:
    decimals = law.whole(AREA + "mixed.percent_decimals")
    return int(_scaled(law, "mixed.percent_decimals", Fraction(1, PERCENT * DECIMAL_BASE**decimals), SHARE_SCALE))


def _scaled(law: Law, name: str, share: Fraction, scale: int) -> int:
    """Return a share counted in 1/scale.

    Raises:
        DeclarationError: it is finer than that.
    """
    counted = share * scale
    if counted.denominator != 1:
        raise DeclarationError("tax.too_fine", file=law.value(AREA + name).file, key=name, steps=scale)
    return counted.numerator
