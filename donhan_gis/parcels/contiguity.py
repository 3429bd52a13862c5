"""Which parcels of one taxpayer touch: the groups of section 42, from the shapes, corrected by officers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from donhan_gis.parcels.quality import Shapes, sound

# Parcels drawn apart by less than this share a side; a lane between them is wider.
TOUCH_M = 0.5


def touching_groups(shapes: Shapes, owner: NDArray[np.int64], named: Sequence[str | None]) -> NDArray[np.int64]:
    """Return a group number per parcel, equal for parcels of one owner that touch; -1 for a parcel apart.

    ``named`` holds what officers wrote: parcels with a name are grouped by it alone, the others by their shapes. Two
    parcels that meet in a single corner do not touch.

    Source: Land and Building Tax Act s.42 para 2 (ที่ดินหลายแปลงซึ่งมีอาณาเขตติดต่อกันและเป็นของเจ้าของเดียวกัน).
    """
    shapes = sound(shapes)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    by_shape = np.array([not name for name in named], dtype=bool)
    near = (first < second) & (owner[first] == owner[second]) & by_shape[first] & by_shape[second]
    first, second = first[near], second[near]
    side = shapely.intersection(shapely.buffer(shapes[first], TOUCH_M), shapes[second])
    long_enough = shapely.length(side) > 4 * TOUCH_M  # the outline of a side strip; a corner gives next to nothing
    parent = _joined(len(shapes), zip(first[long_enough], second[long_enough], strict=True))
    return _numbered(parent, owner, named)


def _joined(count: int, pairs: object) -> NDArray[np.int64]:
    """Return the root of each element after joining the pairs."""
    parent = list(range(count))

    def root(element: int) -> int:
        while parent[element] != element:
            parent[element] = parent[parent[element]]
            element = parent[element]
        return element

    for a, b in pairs:  # type: ignore[attr-defined]
        parent[root(int(b))] = root(int(a))
    return np.array([root(element) for element in range(count)], dtype=np.int64)


def _numbered(root: NDArray[np.int64], owner: NDArray[np.int64], named: Sequence[str | None]) -> NDArray[np.int64]:
    """Return group numbers of roots and names; parcels alone in theirs get -1."""
    keys = [f"{who}|{name}" if name else f"#{r}" for who, name, r in zip(owner, named, root, strict=True)]
    _, group, size = np.unique(np.array(keys), return_inverse=True, return_counts=True)
    return np.where(size[group] > 1, group, -1).astype(np.int64)
