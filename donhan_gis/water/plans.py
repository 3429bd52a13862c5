"""Crop plans as columns, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from donhan_gis.errors import InvalidInput
from donhan_gis.water.crops import Crop
from donhan_gis.water.weeks import Counts, Days, crop_year_start

ProblemField = Literal["crop", "area_rai", "planted_on"]


@dataclass(frozen=True, slots=True, eq=False)
class CropPlans:
    """What is planted where and when; one value a plan. An unknown planting day is NaT."""

    crop: Sequence[str]
    area_rai: NDArray[np.float64]
    planted_on: Days


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a plan was not counted: the code of the sentence, the plan's row, the field and its value."""

    code: str
    row: int
    field: ProblemField
    value: str


def check_plans(
    plans: CropPlans, crops: Sequence[Crop], *, crop_year: np.datetime64 | None
) -> tuple[Counts, tuple[Problem, ...]]:
    """Return each plan's crop number (-1 where it cannot be counted) and one problem for every such plan.

    Source: the crop list given; areas are not negative; with a crop year, only plans of that year count, and
    perennials that stand already.

    Raises:
        InvalidInput: the columns differ in length, or the crop year does not begin on a 1 November.
    """
    _check_columns(plans, crop_year)
    number = {crop.code: row for row, crop in enumerate(crops)}
    index = np.fromiter((number.get(code, -1) for code in plans.crop), dtype=np.int64, count=len(plans.crop))
    faults = {
        ("water.unknown_crop", "crop"): index < 0,
        ("water.bad_area", "area_rai"): ~((plans.area_rai >= 0) & np.isfinite(plans.area_rai)),
        ("water.bad_planting_date", "planted_on"): np.isnat(plans.planted_on),
    }
    if crop_year is not None:
        faults["water.outside_crop_year", "planted_on"] = ~_in_year(plans.planted_on, index, crops, crop_year)
    problems: list[Problem] = []
    told = np.zeros(len(index), dtype=bool)
    for (code, field), wrong in faults.items():
        problems += _problems(plans, code, field, np.flatnonzero(wrong & ~told))
        told |= wrong
    return np.where(told, -1, index), tuple(sorted(problems, key=lambda problem: problem.row))


def _problems(plans: CropPlans, code: str, field: str, rows: Counts) -> list[Problem]:
    column = getattr(plans, field)
    return [Problem(code, int(row), field, str(column[int(row)])) for row in rows]  # type: ignore[arg-type]


def _check_columns(plans: CropPlans, crop_year: np.datetime64 | None) -> None:
    lengths = {len(plans.crop), len(plans.area_rai), len(plans.planted_on)}
    if len(lengths) > 1:
        raise InvalidInput("water.plan_columns", field="plans")
    if crop_year is not None and crop_year_start(crop_year) != crop_year:
        raise InvalidInput("water.bad_crop_year", field="crop_year", value=str(crop_year))


def _in_year(planted: Days, index: Counts, crops: Sequence[Crop], crop_year: np.datetime64) -> NDArray[np.bool_]:
    """Return whether a plan counts in the crop year: planted within it, or a perennial planted before."""
    began = crop_year_start(planted)
    perennial = np.append([crop.perennial for crop in crops], False)[index]
    return np.asarray((began == crop_year) | (perennial & (began < crop_year)))
