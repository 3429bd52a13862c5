"""Which property is somebody's main home, and which parcels make one place."""

from __future__ import annotations

import numpy as np

from donhan_gis.tax.columns import (
    BUILDING,
    CLASS_ROW,
    CONDO,
    HOME,
    HOME_BUILDING,
    NONE,
    PARCEL,
    RESIDENTIAL,
    Municipality,
    Objects,
    Problem,
)
from donhan_gis.tax.exact import Ints, Mask, run_of, runs
from donhan_gis.tax.rules import Rules


def places(objects: Objects) -> Ints:
    """Return the place of each object: touching parcels of one taxpayer share one, a building is in its parcel's.

    Source: Act s.42 para 2.
    """
    place = np.arange(len(objects))
    grouped = np.flatnonzero((objects.kind == PARCEL) & (objects.group != NONE))
    keys = [column[grouped] for column in (objects.taxpayer, objects.lao, objects.group)]
    order = np.lexsort(keys[::NONE])
    starts = runs(*(key[order] for key in keys))
    place[grouped[order]] = grouped[order][starts][run_of(starts, len(order))] if len(order) else grouped
    on_land = np.flatnonzero(objects.parcel != NONE)
    place[on_land] = place[objects.parcel[on_land]]
    return place


def owns(town: Municipality, taxpayer: Ints, person: Ints) -> Mask:
    """Tell whether each person is, or is one of, the taxpayer beside it."""
    sole = town.taxpayers.sole[taxpayer]
    found = np.asarray(sole == person)
    shared = np.flatnonzero(sole == NONE)
    if len(shared):
        span = 1 + max(int(town.members.person.max(initial=0)), int(person.max(initial=0)))
        known = town.members.taxpayer * span + town.members.person
        found[shared] = np.isin(taxpayer[shared] * span + person[shared], known)
    return found


def residence_rows(town: Municipality, rules: Rules, place: Ints) -> tuple[Ints, list[Problem]]:
    """Return the rate row that a residential use of each object has, and the persons registered twice as problems.

    A residence is a main home where an owner is a natural person in its house registration: of land and building where
    that person owns both, else of the building only. Land under another's main home is other residence.

    Source: Act s.41; one registration a person (question-and-answer 37).
    """
    objects = town.objects
    row = np.full(len(objects), CLASS_ROW[RESIDENTIAL])
    home, person = _own_homes(town)
    home, person, problems = _one_home_each(objects, place, home, person)
    condo = objects.kind[home] == CONDO
    row[home[condo]] = rules.condo_home_row
    house, person = home[~condo], person[~condo]
    land = objects.parcel[house]
    both = owns(town, objects.taxpayer[land], person) & objects.entitled[land]
    row[house] = HOME_BUILDING
    row[house[both]] = HOME
    row[land[both]] = HOME
    if rules.join_adjoining:
        row[_adjoining(town, place, land[both])] = HOME
    return row, problems


def _own_homes(town: Municipality) -> tuple[Ints, Ints]:
    """Return (object, person) pairs where a registered person owns the object and the right counts."""
    objects, listed = town.objects, town.registered
    keep = owns(town, objects.taxpayer[listed.object], listed.person)
    keep &= objects.entitled[listed.object] & (objects.kind[listed.object] != PARCEL)
    return listed.object[keep], listed.person[keep]


def _one_home_each(objects: Objects, place: Ints, home: Ints, person: Ints) -> tuple[Ints, Ints, list[Problem]]:
    """Keep one place a person, the one of the highest value; name the others as problems."""
    if np.bincount(person).max(initial=0) <= 1:
        return home, person, []
    order = np.lexsort((home, -objects.value[home], person))
    home, person = home[order], person[order]
    starts = runs(person)
    first = place[home[starts]][run_of(starts, len(person))]
    keep = place[home] == first
    return home[keep], person[keep], [Problem("tax.two_registrations", row, True) for row in home[~keep].tolist()]


def _adjoining(town: Municipality, place: Ints, home_land: Ints) -> Ints:
    """Return residential parcels without a residence of their own that touch a main home's parcel of the same taxpayer.

    Source: notification of 30 Jan 2563 (a residence includes the adjoining land used with it); Act s.42 para 2.
    """
    objects, uses = town.objects, town.uses
    grouped = (objects.kind == PARCEL) & (objects.group != NONE)
    if not grouped.any() or not len(home_land):
        return home_land
    residence = uses.object[(uses.use_class == RESIDENTIAL) & (objects.kind[uses.object] == BUILDING)]
    grouped[objects.parcel[residence]] = False
    bare = np.flatnonzero(grouped & objects.entitled)
    return bare[np.isin(place[bare], place[home_land])]
