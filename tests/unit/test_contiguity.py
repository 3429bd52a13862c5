"""Which parcels of one taxpayer touch (s.42): by shape, by what officers named, and faulty shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from donhan_gis.parcels.contiguity import touching_groups


def box(column: float, row: float = 0, *, width: float = 20) -> Any:
    """A parcel of 20 m × 20 m."""
    return shapely.box(column * 20, row * 20, column * 20 + width, row * 20 + 20)


def groups(shapes: list[Any], owners: list[int], named: list[str | None] | None = None) -> list[int]:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    found = touching_groups(array, np.array(owners, dtype=np.int64), named or [None] * len(shapes))
    return [int(group) for group in found]


def same(found: list[int]) -> set[frozenset[int]]:
    """Return the groups as sets of places; parcels apart are left out."""
    return {frozenset(i for i, g in enumerate(found) if g == group) for group in found if group >= 0}


def test_neighbours_of_one_owner_are_a_group() -> None:
    found = groups([box(0), box(1), box(5), box(2)], [1, 1, 1, 1])
    assert same(found) == {frozenset({0, 1, 3})}
    assert found[2] == -1


def test_neighbours_of_two_owners_are_none() -> None:
    assert groups([box(0), box(1)], [1, 2]) == [-1, -1]
    assert same(groups([box(0), box(1), box(2)], [1, 2, 1])) == set()


def test_a_corner_is_no_border() -> None:
    assert groups([box(0), box(1, 1)], [1, 1]) == [-1, -1]


@pytest.mark.parametrize(("gap_m", "touches"), [(0, True), (0.3, True), (0.49, True), (0.6, False), (4, False)])
def test_small_gaps_of_drawing_are_bridged_and_lanes_are_not(gap_m: float, touches: bool) -> None:
    other = shapely.affinity.translate(box(1), gap_m, 0)
    assert (same(groups([box(0), other], [1, 1])) != set()) is touches


def test_parcels_drawn_over_each_other_touch() -> None:
    assert same(groups([box(0), shapely.affinity.translate(box(1), -0.3, 0)], [1, 1])) == {frozenset({0, 1})}


def test_multipart_parcel_joins_both_sides() -> None:
    both = shapely.MultiPolygon([box(1), box(4)])
    assert same(groups([box(0), both, box(5)], [1, 1, 1])) == {frozenset({0, 1, 2})}


def test_what_officers_wrote_wins() -> None:
    found = groups([box(0), box(1), box(9), box(2)], [1, 1, 1, 1], ["ก", None, "ก", None])
    assert same(found) == {frozenset({0, 2}), frozenset({1, 3})}


def test_a_name_alone_or_of_another_owner_groups_nothing() -> None:
    assert groups([box(0), box(1)], [1, 2], ["ก", "ก"]) == [-1, -1]
    assert groups([box(0), box(1)], [1, 1], ["ก", ""]) == [-1, -1]


def test_faulty_shapes_stand_apart_and_stop_nothing() -> None:
    bowtie = shapely.Polygon([(40, 0), (60, 20), (60, 0), (40, 20)])
    found = groups([box(0), box(1), None, shapely.Polygon(), bowtie], [1, 1, 1, 1, 1])
    assert {0, 1} <= next(iter(same(found)))
    assert found[2] == found[3] == -1


def test_no_parcels() -> None:
    assert groups([], []) == []


def test_order_does_not_matter() -> None:
    shapes, owners = [box(n % 7, n // 7) for n in range(49)], [n % 3 for n in range(49)]
    order = np.random.default_rng(7).permutation(49)
    straight = same(groups(shapes, owners))
    mixed = same(groups([shapes[i] for i in order], [owners[i] for i in order]))
    assert {frozenset(int(order[i]) for i in group) for group in mixed} == straight
