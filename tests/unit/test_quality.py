"""Checks on shapes and shares, by hand: squares of known size, loops, shares; faulty shapes never stop a check."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.parcels import quality


def array(*shapes: Any) -> quality.Shapes:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def square(west: float, south: float = 0, side: float = 10) -> Any:
    return shapely.box(west, south, west + side, south + side)


BOWTIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
FAULTY = [None, shapely.Polygon(), BOWTIE, shapely.MultiPolygon(), shapely.Point()]


def test_outside_beyond_the_tolerance() -> None:
    boundary = square(0, 0, 100)
    shapes = array(square(50), square(95), square(90), None, square(200), square(94), shapely.Polygon())
    assert list(quality.outside(shapes, boundary, 0)) == [1, 4, 5]
    assert list(quality.outside(shapes, boundary, 4.5)) == [1, 4]
    assert list(quality.outside(shapes, boundary, 5.5)) == [4]


def test_overlaps_with_their_area() -> None:
    shapes = array(square(0), square(8), square(10), square(50), None)
    assert quality.overlaps(shapes, 0.5) == [(0, 1, 20.0), (1, 2, 80.0)]
    assert quality.overlaps(shapes, 50) == [(1, 2, 80.0)]


def test_neighbours_that_share_a_side_do_not_overlap() -> None:
    assert quality.overlaps(array(square(0), square(10), square(0, 10)), 0) == []


def test_shapes_that_cross_themselves() -> None:
    assert list(quality.invalid(array(square(0), BOWTIE, None, shapely.Polygon()))) == [1]


def test_points_near_each_other() -> None:
    points = array(shapely.Point(0, 0), shapely.Point(2, 0), shapely.Point(5.001, 0), None, shapely.Point(2, 0))
    assert sorted(quality.near_pairs(points, 3)) == [(0, 1), (0, 4), (1, 4)]
    assert sorted(quality.near_pairs(points, 0)) == [(1, 4)]


def test_far_from_its_parent() -> None:
    shapes = array(shapely.Point(0, 5), shapely.Point(0, 5), shapely.Point(0, 5), None)
    parents = array(shapely.LineString([(0, 0), (9, 0)]), shapely.LineString([(0, 4), (9, 4)]), None, square(0))
    assert list(quality.far_from(shapes, parents, 4)) == [0]


def test_not_inside_its_parent() -> None:
    parent = square(0)
    shapes = array(
        square(1, 1, 5), square(8, 0, 5), square(9.99, 0, 1), shapely.Point(5, 5), shapely.Point(11, 5), None
    )
    parents = array(*[parent] * 6)
    assert list(quality.not_inside(shapes, parents, 1.5)) == [1, 4]
    assert list(quality.not_inside(shapes, array(*[None] * 6), 0)) == []


@pytest.mark.parametrize("check", ["outside", "overlaps", "invalid", "near", "far", "inside"])
def test_faulty_shapes_do_not_stop_a_check(check: str) -> None:
    shapes = array(*FAULTY, square(0), square(5))
    parents = array(square(0), square(0), BOWTIE, BOWTIE, square(0), BOWTIE, None)
    run = {
        "outside": lambda: quality.outside(shapes, square(0, 0, 100), 0),
        "overlaps": lambda: quality.overlaps(shapes, 0.5),
        "invalid": lambda: quality.invalid(shapes),
        "near": lambda: quality.near_pairs(shapes, 1),
        "far": lambda: quality.far_from(shapes, parents, 1),
        "inside": lambda: quality.not_inside(shapes, parents, 0),
    }
    found = run[check]()
    expected = {"invalid": [2], "overlaps": [(2, 5, 50.0), (2, 6, 25.0), (5, 6, 50.0)], "outside": []}
    if check in expected:
        assert list(found) == expected[check]


@pytest.mark.parametrize(
    ("deed", "drawn", "differs"),
    [(400, 400, False), (400, 420, False), (400, 420.1, True), (400, 379.9, True), (0, 400, False), (400, 0, True)],
)
def test_areas_differ_beyond_five_per_cent(deed: float, drawn: float, differs: bool) -> None:
    """5 % of 400 square wah is 20 square wah."""
    assert list(quality.area_differs(np.array([deed], float), np.array([drawn], float), 5)) == ([0] if differs else [])


def test_unknown_areas_do_not_differ() -> None:
    assert list(quality.area_differs(np.array([np.nan, 400.0]), np.array([400.0, np.nan]), 5)) == []


def test_loops() -> None:
    assert quality.in_cycle({}) == []
    assert quality.in_cycle({"a": "a"}) == ["a"]
    assert quality.in_cycle({"a": "b", "b": "c", "c": "a", "d": "a", "e": None, "f": "gone"}) == ["a", "b", "c"]


def test_deep_chain_is_no_loop() -> None:
    chain: dict[str, str | None] = {str(n): str(n + 1) for n in range(3000)}
    assert quality.in_cycle(chain) == []


def test_shares_must_make_one() -> None:
    owned = ["a", "a", "b", "c", "c", "c", "d"]
    shares = [(1, 2), (1, 2), (1, 1), (1, 3), (1, 3), (1, 3), (2, 3)]
    assert quality.unequal_shares(owned, shares) == ["d"]
    assert quality.unequal_shares(["a", "a"], [(1, 1), (1, 2)]) == ["a"]


@pytest.mark.parametrize("share", [(1, 0), (0, 0), (-1, -1), (2**40, 0)])
def test_share_that_is_none_is_unequal(share: tuple[int, int]) -> None:
    assert quality.unequal_shares(["a"], [share]) == ["a"]


@given(st.lists(st.integers(min_value=1, max_value=1000), min_size=1, max_size=8))
def test_parts_of_a_whole_make_one(parts: list[int]) -> None:
    whole = sum(parts)
    owned = ["x"] * len(parts)
    assert quality.unequal_shares(owned, [(part, whole) for part in parts]) == []
    assert quality.unequal_shares(owned, [(part, whole + 1) for part in parts]) == ["x"]
    assert sum(Fraction(part, whole) for part in parts) == 1
