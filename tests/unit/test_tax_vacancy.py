"""Section 43 from a yearly use history; years without a record by each reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis import law
from donhan_gis.tax.columns import column
from donhan_gis.tax.rules import rules_of
from donhan_gis.tax.vacancy import BREAKS, COUNTS, SKIPPED, vacant_since


def vacant(*years: int) -> dict[int, bool]:
    return dict.fromkeys(years, True)


@pytest.mark.parametrize(
    ("history", "year", "by_rule"),
    [
        (vacant(2563, 2564, 2565), 2566, (2563, 2563, 2563)),
        (vacant(2563, 2564, 2565) | {2566: False}, 2567, (0, 0, 0)),
        (vacant(2563, 2565, 2566) | {2564: False}, 2567, (2565, 2565, 2565)),
        (vacant(2563, 2565), 2566, (2565, 2564, 2563)),  # 2564 has no record
        (vacant(2563, 2564), 2566, (0, 2564, 2564)),  # the year before has none
        (vacant(2563, 2564, 2565, 2566), 2566, (2563, 2563, 2563)),  # the tax year itself does not count
        ({}, 2566, (0, 0, 0)),
        ({2565: False}, 2566, (0, 0, 0)),
    ],
)
def test_first_year_of_the_run(history: dict[int, bool], year: int, by_rule: tuple[int, int, int]) -> None:
    assert tuple(vacant_since(history, year, rule) for rule in (BREAKS, SKIPPED, COUNTS)) == by_rule


def test_first_addition_in_2566_and_the_second_in_2569() -> None:
    """Vacant from 2563 on: 2566 +0.3, 2569 +0.6 (question-and-answer 34)."""
    for year, steps in ((2565, 0), (2566, 1), (2568, 1), (2569, 2)):
        since = vacant_since(vacant(*range(2560, year)), year, BREAKS)
        assert rules_of(law.at(year)).steps(column([since])).tolist() == [steps]


@given(st.dictionaries(st.integers(2555, 2600), st.booleans()), st.integers(2563, 2600))
def test_missing_years_never_hurt_more_by_the_default(history: dict[int, bool], year: int) -> None:
    runs = [since and year - since for since in (vacant_since(history, year, rule) for rule in (BREAKS, SKIPPED))]
    assert runs[0] <= runs[1] <= sum(flag for past, flag in history.items() if past < year)
