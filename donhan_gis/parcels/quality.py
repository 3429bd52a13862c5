"""Checks on shapes and shares: arrays in, indices of the rows at fault out. Lengths in m, areas in m²."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[Any]
Indices = NDArray[np.intp]


def sound(shapes: Shapes) -> Shapes:
    """Return the shapes with those mended that cross themselves, which no measurement would survive."""
    broken = invalid(shapes)
    mended = shapes.copy()
    mended[broken] = shapely.make_valid(shapes[broken])
    return mended


def outside(shapes: Shapes, boundary: Any, tolerance_m: float) -> Indices:
    """Return the shapes that reach further than the tolerance over a boundary."""
    allowed = shapely.buffer(boundary, tolerance_m)
    shapely.prepare(allowed)
    drawn = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    return np.flatnonzero(~shapely.covers(allowed, sound(shapes)) & drawn)


def overlaps(shapes: Shapes, tolerance_m2: float) -> list[tuple[int, int, float]]:
    """Return pairs of polygons that share more than the tolerance, with the area shared (m²)."""
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    whole = sound(shapes)
    shared_m2 = shapely.area(shapely.intersection(whole[first], whole[second]))
    found = np.flatnonzero(shared_m2 > tolerance_m2)
    return [(int(first[i]), int(second[i]), float(shared_m2[i])) for i in found]


def invalid(shapes: Shapes) -> Indices:
    """Return the shapes that cross themselves or are otherwise no shape."""
    return np.flatnonzero(~shapely.is_valid(shapes) & ~shapely.is_missing(shapes))


def near_pairs(points: Shapes, within_m: float) -> list[tuple[int, int]]:
    """Return pairs of points closer to each other than a distance."""
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=within_m)
    return [(int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b]


def far_from(shapes: Shapes, parents: Shapes, within_m: float) -> Indices:
    """Return the shapes further from their own parent than a distance; no parent is no fault."""
    return np.flatnonzero(np.nan_to_num(shapely.distance(shapes, parents)) > within_m)


def not_inside(shapes: Shapes, parents: Shapes, tolerance_m2: float) -> Indices:
    """Return the shapes that reach outside their own parent by more than the tolerance (points: at all)."""
    known = ~shapely.is_missing(shapes) & ~shapely.is_missing(parents)
    rest = np.where(known, shapely.difference(sound(shapes), sound(parents)), None)
    are_points = shapely.get_dimensions(shapes) == 0
    return np.flatnonzero(known & (np.where(are_points, ~shapely.is_empty(rest), shapely.area(rest) > tolerance_m2)))


def area_differs(deed_sqwah: NDArray[Any], drawn_sqwah: NDArray[Any], tolerance_pct: float) -> Indices:
    """Return the parcels whose drawn area differs from the document's by more than the tolerance."""
    known = deed_sqwah > 0
    difference = np.abs(drawn_sqwah - deed_sqwah) * 100
    return np.flatnonzero(known & (difference > deed_sqwah * tolerance_pct))


def in_cycle(parent_of: Mapping[str, str | None]) -> list[str]:
    """Return those who, followed from parent to parent, come back to themselves.

    >>> in_cycle({"a": "b", "b": "a", "c": "a", "d": None})
    ['a', 'b']
    """
    return [start for start in parent_of if _comes_back(start, parent_of)]


def _comes_back(start: str, parent_of: Mapping[str, str | None]) -> bool:
    seen, here = set(), parent_of.get(start)
    while here is not None and here not in seen:
        if here == start:
            return True
        seen.add(here)
        here = parent_of.get(here)
    return False


def unequal_shares(owned: Sequence[str], shares: Sequence[tuple[int, int]]) -> list[str]:
    """Return what is owned in shares that do not sum to one, or by a share that is no part of anything.

    >>> unequal_shares(["p", "p", "q"], [(1, 2), (1, 2), (1, 3)])
    ['q']
    """
    by_name: dict[str, list[tuple[int, int]]] = {}
    for name, share in zip(owned, shares, strict=True):
        by_name.setdefault(name, []).append(share)
    return [name for name, parts in by_name.items() if not _make_one(parts)]


def _make_one(shares: Sequence[tuple[int, int]]) -> bool:
    if any(numerator <= 0 or denominator <= 0 for numerator, denominator in shares):
        return False
    return sum(Fraction(numerator, denominator) for numerator, denominator in shares) == 1
