"""Who owns what in the sample: parcels, buildings and condominium units, with co-owners and owners of many parcels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from donhan_gis.sample.draw import stream, table, uid
from donhan_gis.sample.land import LIVED_IN, Plot, Row
from donhan_gis.sample.people import Home

STATE_LAND = {"10": 0, "12": 1}  # document → index of the State body


@dataclass(frozen=True, slots=True)
class Owners:
    """Everybody who may own: homes with families, absent people, firms, State bodies, temples by parcel."""

    homes: list[Home]
    absent: list[Row]
    firms: list[Row]
    state: list[Row]
    temples: dict[str, Row]


def _row(
    seed: int, key: str, what: str, thing: str, person: Row, share: tuple[int, int], how: str, since: str, role: str
) -> Row:
    return {
        "uid": uid(seed, "ownership", f"{thing} {key}"), "parcel_uid": None, "building_uid": None,
        "condo_unit_uid": None,
        what: thing, "person_uid": person["uid"], "share_num": share[0], "share_den": share[1], "role": role,
        "acquired_by": how, "valid_from": since, "valid_to": None, "document": None,
        "source": table("parameters")["source"],
    }  # fmt: skip


def ownership(
    seed: int, what: str, thing: str, people: list[Row], *, rng: np.random.Generator, role: str = "owner"
) -> list[Row]:
    """Return the rows that give a thing to people in equal shares."""
    how = str(rng.choice(["INHERIT", "SALE", "GIFT"], p=[0.52, 0.36, 0.12])) if role == "owner" else "POSSESSION"
    if any(p["kind"] in ("GOV", "TEM") for p in people):
        how = "OTHER"
    elif any(p["kind"] == "JUR" for p in people):
        how = "SALE"
    since = f"{int(rng.integers(1988, 2025))}-{int(rng.integers(1, 13)):02}-{int(rng.integers(1, 28)):02}"
    return [_row(seed, str(i), what, thing, p, (1, len(people)), how, since, role) for i, p in enumerate(people)]


def _adults(homes: list[Home]) -> list[tuple[Row, int]]:
    """Return every adult with the village of the home."""
    return [(p, h.plot.village) for h in homes for p in h.people if p["birth_on"] < "2001"]


class Pool:
    """Draws owners of farm land: most live in the same village, and few own much (weights fall like Zipf's law)."""

    def __init__(self, seed: int, owners: Owners, villages_n: int) -> None:
        self._rng = stream(seed, "pool")
        people = _adults(owners.homes)
        order = self._rng.permutation(len(people))
        self._people: list[Row] = [people[int(i)][0] for i in order]
        village = np.array([people[i][1] for i in order])
        weight = 1.0 / (np.arange(len(people)) + float(table("parameters")["zipf_shift"])) ** 0.9
        self._of = {v: np.flatnonzero(village == v) for v in range(villages_n)}
        self._weight, self._owners = weight, owners

    def draw(self, village: int, *, business: bool) -> Row:
        """Return one owner for a parcel of the village."""
        x = self._rng.random()
        if x < (0.4 if business else 0.024):
            return self._owners.firms[int(self._rng.integers(len(self._owners.firms)))]
        if x < (0.46 if business else 0.085):
            return self._owners.absent[int(self._rng.integers(len(self._owners.absent)))]
        at = self._of[village] if self._rng.random() < 0.84 else np.arange(len(self._people))
        share = self._weight[at] / self._weight[at].sum()
        person: Row = self._people[int(self._rng.choice(at, p=share))]
        return person

    def kin(self, person: Row, n: int) -> list[Row]:
        """Return the person and up to ``n`` adults registered in the same house."""
        same = [p for p in self._people if p["house_uid"] and p["house_uid"] == person["house_uid"] and p is not person]
        return [person, *same[:n]]


def _home_owners(home: Home, pool: Pool, rng: np.random.Generator) -> list[Row]:
    """Return the owners of the land of a home: the householder, a spouse, both, or somebody else."""
    adults = [p for p in home.people if p["birth_on"] < "2001"]
    x = rng.random()
    if x < 0.13 and len(adults) > 1:
        return adults[:2]
    if x < 0.30 and len(adults) > 1:
        return [adults[1]]
    if x < 0.38:
        return [pool.draw(home.plot.village, business=False)]
    return adults[:1]


def land(seed: int, plots: list[Plot], parcels: list[Row], owners: Owners) -> list[Row]:
    """Return the ownership of every parcel."""
    rng, pool = stream(seed, "land owners"), Pool(seed, owners, len(table("places")["village"]))
    home_of = {h.plot.uid: h for h in owners.homes}
    rows = []
    for plot, parcel in zip(plots, parcels, strict=True):
        role = "possessor" if parcel["doc_type"] in ("6", "13") else "owner"
        if parcel["doc_type"] in STATE_LAND:
            people = [owners.state[STATE_LAND[parcel["doc_type"]]]]
        elif plot.purpose == "temple":
            people = [owners.temples[plot.uid]]
        elif plot.purpose in LIVED_IN:
            people = _home_owners(home_of[plot.uid], pool, rng)
        else:
            first = pool.draw(plot.village, business=plot.use_class == "other")
            people = (
                pool.kin(first, int(rng.integers(1, 4))) if first["house_uid"] and rng.random() < 0.055 else [first]
            )
        rows += ownership(seed, "parcel_uid", plot.uid, people, rng=rng, role=role)
    return rows


def buildings(seed: int, building_rows: list[Row], land_rows: list[Row], owners: Owners) -> list[Row]:
    """Return the ownership of every building: the family that lives in it, else the owner of the land."""
    rng, people = stream(seed, "building owners"), _by_uid(owners)
    head_of = {h.row["uid"]: h.people[0] for h in owners.homes}
    of_land: dict[str, list[Row]] = {}
    for row in land_rows:
        of_land.setdefault(row["parcel_uid"], []).append(people[row["person_uid"]])
    rows = []
    for building in building_rows:
        land_owners = of_land[building["parcel_uid"]]
        head = head_of.get(building["house_uid"] or "")
        own = land_owners if head is None or head in land_owners or _same_house(head, land_owners) else [head]
        rows += ownership(seed, "building_uid", building["uid"], own, rng=rng)
    return rows


def _same_house(head: Row, others: list[Row]) -> bool:
    return any(o["house_uid"] == head["house_uid"] for o in others)


def _by_uid(owners: Owners) -> dict[str, Any]:
    everybody = [*(p for h in owners.homes for p in h.people), *owners.absent, *owners.firms, *owners.state]
    return {p["uid"]: p for p in [*everybody, *owners.temples.values()]}
