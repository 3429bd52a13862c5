"""How much of each parcel lies in deep ponds and under high-voltage lines: arrays of shapes in, areas in m² out."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from donhan_gis.parcels.quality import Shapes, sound

Areas = NDArray[np.float64]


def corridor(lines: Shapes, side_m: Areas) -> Any:
    """Return the strips along centre lines as one shape; each reaches ``side_m`` to either side, not past its ends.

    Source: ministerial regulation 26 Dec 2562 (distance from the centre line by voltage).
    """
    return shapely.union_all(shapely.buffer(lines, side_m, cap_style="flat"))


def together(shapes: Shapes) -> Any:
    """Return shapes as one, so that what two of them share counts once."""
    return shapely.union_all(sound(shapes))


def covered_m2(parcels: Shapes, cover: Any) -> Areas:
    """Return the area of each parcel that lies in a cover (a polygon or several)."""
    covered = np.zeros(len(parcels))
    pieces = shapely.get_parts(cover)
    if not len(pieces):
        return covered
    which, row = shapely.STRtree(parcels).query(pieces, predicate="intersects")
    shared = shapely.intersection(sound(parcels[row]), pieces[which])
    np.add.at(covered, row, shapely.area(shared))
    return covered


def lowered_m2(parcels: Shapes, covers: list[Any]) -> list[Areas]:
    """Return the area of each parcel in each cover; ground in several covers counts in the first of them alone."""
    taken: Any = shapely.Polygon()
    found = []
    for cover in covers:
        found.append(covered_m2(parcels, shapely.difference(cover, taken)))
        taken = shapely.union(taken, cover)
    return found
