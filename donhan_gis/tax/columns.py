"""What the land and building tax engine reads: columns of numpy arrays, one row an object, use or person.

Objects are parcels, buildings and condominium units together, so that every other table names an object by its row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from donhan_gis.tax.exact import Ints, Mask

CLASSES = ("agriculture", "residential", "other", "vacant", "from_building")
AGRICULTURE, RESIDENTIAL, OTHER, VACANT, FROM_BUILDING = range(len(CLASSES))
ROWS = (
    "agriculture",
    "main_home_land_building",
    "main_home_building_only",
    "other_residence",
    "other_use",
    "vacant",
)
FARM, HOME, HOME_BUILDING, RESIDENCE, OTHER_USE, EMPTY = range(len(ROWS))
CLASS_ROW = np.array([FARM, RESIDENCE, OTHER_USE, EMPTY, RESIDENCE], np.int64)  # before main homes are known
KINDS = ("parcel", "building", "condo")
PARCEL, BUILDING, CONDO = range(len(KINDS))

VALUE_SCALE = 10_000  # object values are counted in 1/10,000 satang: 0.01 m² × 1 satang × 1 %
SHARE_SCALE = 10_000  # shares of use are counted in 1/100 percent
MAX_VALUE = 10**13 * VALUE_SCALE  # 100,000 million baht an object: beyond it the columns could overflow
MAX_TOTAL = 3 * 10**14  # satang in one base: 3 million million baht
NONE = -1  # "no value", "no parcel", "no group", "no relief", "no single owner"


@dataclass(frozen=True, slots=True)
class Objects:
    """Parcels, buildings and condominium units as of 1 January of the tax year; int64 columns unless said.

    kind       PARCEL, BUILDING or CONDO
    taxpayer   row in Taxpayers (a set of co-owners is one taxpayer)
    value      appraised value in 1/10,000 satang; NONE: not known (a problem, and no bill for the object)
    parcel     row of the parcel that carries a building; NONE for parcels and condominium units
    lao        code of the local authority
    group      contiguous-group number, equal for touching parcels; NONE for a parcel apart
    vacant_since_be  first year of unbroken vacancy, 0 where unknown
    relief     row in Rules.reliefs, or NONE
    floor      floor area in 1/100 m², 0 where unknown: weighs several buildings under a ``from_building`` parcel
    exempt     bool: property of section 8
    entitled   bool: the holder's right counts for sections 40 and 41 (see setting.possessor_allowances)
    """

    kind: Ints
    taxpayer: Ints
    value: Ints
    parcel: Ints
    lao: Ints
    group: Ints
    vacant_since_be: Ints
    relief: Ints
    floor: Ints
    exempt: Mask
    entitled: Mask

    def __len__(self) -> int:
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class Uses:
    """Shares of use: ``object`` row, ``use_class`` (a number of CLASSES), ``share`` in 1/100 percent.

    One row an object and class; see ``appraisal.measured_shares`` for areas. ``from_building`` is for parcels only.
    """

    object: Ints
    use_class: Ints
    share: Ints


@dataclass(frozen=True, slots=True)
class Taxpayers:
    """One row a taxpayer: ``persons_n`` owners of whom ``natural_n`` are natural persons, ``sole`` the person or NONE.

    ``tax_2562_satang`` is the house-and-land plus local development tax of 2562 for section 97, NONE where unknown.
    """

    persons_n: Ints
    natural_n: Ints
    sole: Ints
    tax_2562_satang: Ints


@dataclass(frozen=True, slots=True)
class Members:
    """Who makes up the sets of co-owners: ``taxpayer`` row, ``person`` number. Needed for sets only."""

    taxpayer: Ints
    person: Ints


@dataclass(frozen=True, slots=True)
class Registered:
    """Natural persons in house registrations on 1 January: ``object`` (building or condominium unit), ``person``.

    A person who does not own the object is let through and counts for nothing.
    """

    object: Ints
    person: Ints


@dataclass(frozen=True, slots=True)
class Municipality:
    """Everything one assessment reads."""

    objects: Objects
    uses: Uses
    taxpayers: Taxpayers
    members: Members
    registered: Registered


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault of the data: ``code`` names the text, ``object`` the row; ``bill``: it is billed all the same."""

    code: str
    object: int
    bill: bool


def column(values: object) -> NDArray[np.int64]:
    """Return an int64 column of any sequence of whole numbers."""
    return np.asarray(values, dtype=np.int64)
