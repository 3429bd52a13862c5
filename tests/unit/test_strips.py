"""Strips under high-voltage lines and ponds: areas of plain figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from donhan_gis.parcels.strips import corridor, covered_m2, lowered_m2, together

PARCELS = np.array([shapely.box(0, 0, 40, 40), shapely.box(100, 0, 140, 40), shapely.box(200, 0, 240, 40)], object)


def line(*points: tuple[float, float]) -> shapely.MultiLineString:
    return shapely.MultiLineString([points])


def test_strip_reaches_nine_metres_to_either_side() -> None:
    """A 69 kV line through the middle: 18 m x 40 m = 720 m² of the first parcel, nothing of the others."""
    strip = corridor(np.array([line((20, -50), (20, 90))], object), np.array([9.0]))
    assert covered_m2(PARCELS, strip) == pytest.approx([720, 0, 0])


def test_strip_ends_with_its_line() -> None:
    """The line ends in the middle of the parcel: half of 720 m², no round cap."""
    strip = corridor(np.array([line((20, -50), (20, 20))], object), np.array([9.0]))
    assert covered_m2(PARCELS, strip) == pytest.approx([360, 0, 0])


def test_two_lines_side_by_side_count_their_ground_once() -> None:
    """Centre lines at x = 15 and 25: together from 6 to 34 = 28 m x 40 m, not 2 x 720."""
    lines = np.array([line((15, -50), (15, 90)), line((25, -50), (25, 90))], object)
    assert covered_m2(PARCELS, corridor(lines, np.array([9.0, 9.0]))) == pytest.approx([1_120, 0, 0])


def test_line_along_the_border_takes_a_side_of_each_parcel() -> None:
    """A 115 kV line (12 m) on y = 40 takes 12 m x 40 m of every parcel."""
    strip = corridor(np.array([line((-50, 40), (300, 40))], object), np.array([12.0]))
    assert covered_m2(PARCELS, strip) == pytest.approx([480, 480, 480])


def test_pond_under_a_line_counts_as_pond_alone() -> None:
    """A pond of 20 m x 40 m (800 m²) and a strip of 18 m x 40 m that it covers but for 4 m x 40 m."""
    pond = together(np.array([shapely.box(0, 0, 20, 40)], object))
    strip = corridor(np.array([line((15, -50), (15, 90))], object), np.array([9.0]))
    in_pond, in_strip = lowered_m2(PARCELS, [pond, strip])
    assert in_pond == pytest.approx([800, 0, 0])
    assert in_strip == pytest.approx([160, 0, 0])


def test_nothing_there_and_crossed_shapes() -> None:
    assert covered_m2(PARCELS, together(np.array([], object))).tolist() == [0, 0, 0]
    bow = shapely.Polygon([(0, 0), (40, 40), (40, 0), (0, 40)])  # two triangles of 400 m²
    assert covered_m2(np.array([bow], object), shapely.box(-9, -9, 90, 90)) == pytest.approx([800])
