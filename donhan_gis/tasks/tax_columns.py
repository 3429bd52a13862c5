"""The tax engine's columns read from the project, as everything stood on 1 January of the tax year (section 9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from donhan_gis.finding import Finding
from donhan_gis.law import Law
from donhan_gis.parcels.contiguity import touching_groups
from donhan_gis.store import Store
from donhan_gis.tax.appraisal import (
    AREA_SCALE,
    MATERIALS,
    building_value,
    depreciation_pct,
    land_value,
    measured_shares,
)
from donhan_gis.tax.columns import (
    CLASSES,
    CONDO,
    KINDS,
    NONE,
    SHARE_SCALE,
    Members,
    Municipality,
    Objects,
    Registered,
    Taxpayers,
    Uses,
    column,
)  # fmt: skip
from donhan_gis.tax.exact import Ints
from donhan_gis.tax.rules import Rules
from donhan_gis.thai import new_year_day

Row = Mapping[str, Any]
REGISTERS = ("parcel", "building", "condo_unit")
VALID = "(valid_from IS NULL OR valid_from <= ?) AND (valid_to IS NULL OR valid_to >= ?)"


@dataclass(frozen=True, slots=True)
class Worth:
    """How an object's value came about; area in sq.wah (land) or m², money in satang, NONE where unknown."""

    area: float
    price_satang: int
    age_years: int = 0
    depreciation_pct: int = 0


@dataclass(frozen=True, slots=True)
class TaxRoll:
    """The engine's columns with what their rows stand for.

    ``rows`` are the register rows of the objects, ``kinds`` their register, ``taxpayers`` the persons' uids of each
    taxpayer, ``persons`` the person rows by uid.
    """

    town: Municipality
    rows: tuple[Row, ...]
    kinds: tuple[str, ...]
    worth: tuple[Worth, ...]
    taxpayers: tuple[tuple[str, ...], ...]
    persons: Mapping[str, Row]
    findings: tuple[Finding, ...]

    def key(self, taxpayer: int) -> str:
        """Return the taxpayer's key: the owners' uids sorted and joined."""
        return "+".join(self.taxpayers[taxpayer])


def read_roll(store: Store, law: Law, rules: Rules) -> TaxRoll:
    """Return the tax roll of a project for the law's year; objects without an owner are findings and left out."""
    day = new_year_day(law.year_be).isoformat()
    found = {name: store.rows(name, VALID, [day, day], geometry=name == "parcel") for name in REGISTERS}
    persons = {row["uid"]: row for row in store.rows("person")}
    owners, entitled = _owners(store, law, day, persons)
    findings = _ownerless(store, found, owners)
    owned = [(name, row) for name in REGISTERS for row in found[name] if row["uid"] in owners]
    rows, afloat = _on_land(owned)
    findings += _unplaced(store, afloat)
    number = {row["uid"]: i for i, (_, row) in enumerate(rows)}
    sets = sorted({owners[row["uid"]] for _, row in rows})
    taxpayer = {owner: i for i, owner in enumerate(sets)}
    person_number = {uid: i for i, uid in enumerate(persons)}
    payer = column([taxpayer[owners[row["uid"]]] for _, row in rows])
    worth = _worth(store, rows, law, day)
    objects = _objects(store, rows, rules, worth=worth, payer=payer, number=number, entitled=entitled)
    town = Municipality(
        objects,
        _uses(store, rows, rules, number=number, day=day),
        _taxpayers(sets, persons, person_number),
        _members(sets, person_number),
        _registered(rows, persons, person_number, day),
    )
    kinds, objects_rows = tuple(name for name, _ in rows), tuple(row for _, row in rows)
    return TaxRoll(town, objects_rows, kinds, tuple(worth), tuple(sets), persons, tuple(findings))


def _owners(
    store: Store, law: Law, day: str, persons: Mapping[str, Row]
) -> tuple[dict[str, tuple[str, ...]], dict[str, bool]]:
    """Return the owners of each object by uid, and whether their right counts for sections 40 and 41.

    Owners go before possessors; a possessor is the taxpayer of State property only (section 9).
    """
    people: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in store.rows("ownership", VALID, [day, day]):
        if row["person_uid"] not in persons:
            continue  # a link that leads nowhere owns nothing; the data check tells of it
        owned = row["parcel_uid"] or row["building_uid"] or row["condo_unit_uid"]
        people[owned][row["role"]].add(row["person_uid"])
    possessors_count = law.choice("land_building.setting.possessor_allowances") == "yes"
    owners = {uid: tuple(sorted(roles.get("owner") or roles["possessor"])) for uid, roles in people.items()}
    return owners, {uid: bool(roles.get("owner")) or possessors_count for uid, roles in people.items()}


def _ownerless(store: Store, found: Mapping[str, Sequence[Row]], owners: Mapping[str, Any]) -> list[Finding]:
    lacking = [(name, row) for name in REGISTERS for row in found[name] if row["uid"] not in owners]
    taxed = [(name, row) for name, row in lacking if not row["exempt_reason"]]
    labels = {name: store.titles_of(name, [row["uid"] for n, row in taxed if n == name]) for name in REGISTERS}
    return [
        Finding("assess.no_owner", register=name, row_uid=row["uid"], row_label=labels[name][row["uid"]])
        for name, row in taxed
    ]


def _on_land(owned: Sequence[tuple[str, Row]]) -> tuple[list[tuple[str, Row]], list[Row]]:
    """Part the buildings whose parcel is not on the roll from all else."""
    parcels = {row["uid"] for name, row in owned if name == "parcel"}
    afloat = [row for name, row in owned if name == "building" and row["parcel_uid"] not in parcels]
    without = {row["uid"] for row in afloat}
    return [(name, row) for name, row in owned if row["uid"] not in without], afloat


def _unplaced(store: Store, buildings: Sequence[Row]) -> list[Finding]:
    labels = store.titles_of("building", [row["uid"] for row in buildings])
    return [
        Finding("assess.no_parcel", register="building", row_uid=row["uid"], row_label=labels[row["uid"]])
        for row in buildings
        if not row["exempt_reason"]
    ]


def hundredths(value: float | None) -> int:
    """Return an area in 1/100 of its unit; NONE where there is no area."""
    return NONE if value is None else round(value * AREA_SCALE)


def _prices(store: Store, register: str, key: str, price: str, day: str) -> dict[str, int]:
    """Return the price by key that holds on the day; of several, the one that began last."""
    rows = store.rows(register, VALID, [day, day], order="coalesce(valid_from, '')")
    return {row[key]: row[price] for row in rows}


def _worth(store: Store, rows: Sequence[tuple[str, Row]], law: Law, day: str) -> list[Worth]:
    land = _prices(store, "land_price", "parcel_uid", "price_satang_per_sqwah", day)
    kinds = _prices(store, "building_price", "type_code", "price_satang_per_m2", day)

    def of(name: str, row: Row) -> Worth:
        if name == "parcel":
            return Worth(_area(row["deed_area_sqwah"]), land.get(row["uid"], NONE))
        if name == "condo_unit":
            price = row["price_satang_per_m2"]
            return Worth(_area(row["area_m2"]), NONE if price is None else price)
        price = kinds.get(row["type_code"], NONE)
        if row["material"] not in MATERIALS or row["built_be"] is None:
            return Worth(_area(row["area_m2"]), NONE)
        # Finished some time in built_be: on 1 January a part of the first year counts as a whole one.
        age = max(law.year_be - row["built_be"], 0)
        share = depreciation_pct(law, column([MATERIALS.index(row["material"])]), column([age]))
        return Worth(_area(row["area_m2"]), price, age, int(share[0]))

    return [of(name, row) for name, row in rows]


def _area(value: float | None) -> float:
    return NONE if value is None else value


def _values(rows: Sequence[tuple[str, Row]], worth: Sequence[Worth]) -> Ints:
    area = column([hundredths(one.area) if one.area >= 0 else NONE for one in worth])
    price = column([one.price_satang for one in worth])
    share = column([one.depreciation_pct for one in worth])
    is_land = np.array([name == "parcel" for name, _ in rows], dtype=bool)
    return np.where(is_land, land_value(area, price), building_value(area, price, share))


def _objects(
    store: Store, rows: Sequence[tuple[str, Row]], rules: Rules, *, worth: Sequence[Worth], payer: Ints,
    number: Mapping[str, int], entitled: Mapping[str, bool],
) -> Objects:  # fmt: skip
    office = store.setting("office.tambon_code", "0")
    reliefs = {code: i for i, code in enumerate(rules.reliefs)}
    kinds = [KINDS[REGISTERS.index(name)] for name, _ in rows]
    return Objects(
        kind=column([KINDS.index(kind) for kind in kinds]),
        taxpayer=payer,
        value=_values(rows, worth),
        parcel=column([number.get(row["parcel_uid"], NONE) if name == "building" else NONE for name, row in rows]),
        lao=column([int(row.get("tambon_code") or office) for _, row in rows]),
        group=_groups(rows, payer),
        vacant_since_be=column([row.get("vacant_since_be") or 0 for _, row in rows]),
        relief=column([reliefs.get(row["relief"], NONE) for _, row in rows]),
        floor=column([max(hundredths(row["area_m2"]), 0) if name == "building" else 0 for name, row in rows]),
        exempt=np.array([_is_exempt(name, row, rules.law) for name, row in rows], dtype=bool),
        entitled=np.array([entitled[row["uid"]] for _, row in rows], dtype=bool),
    )


def _is_exempt(name: str, row: Row, law: Law) -> bool:
    """Say whether section 8 takes the object out of the tax: by its reason, or as a road, yard or fence by its type."""
    structures = {str(code) for code in law.series("land_building.exempt.structure_codes")}
    return bool(row["exempt_reason"]) or (name == "building" and row["type_code"] in structures)


def _groups(rows: Sequence[tuple[str, Row]], payer: Ints) -> Ints:
    """Return contiguous groups of parcels by shape and by what officers wrote; NONE for the rest."""
    groups = np.full(len(rows), NONE, dtype=np.int64)
    land = [i for i, (name, row) in enumerate(rows) if name == "parcel" and row["geom"] is not None]
    if land:
        shapes = np.array([rows[i][1]["geom"] for i in land], dtype=object)
        groups[land] = touching_groups(shapes, payer[land], [rows[i][1]["contiguous_group"] for i in land])
    return groups


def _uses(store: Store, rows: Sequence[tuple[str, Row]], rules: Rules, *, number: Mapping[str, int], day: str) -> Uses:
    """Return shares of use from measured areas of land and floors; a condominium unit has one use."""
    measured = [
        (number[row[owner]], CLASSES.index(row["use_class"]), hundredths(row[area]))
        for register, owner, area in (
            ("parcel_use", "parcel_uid", "area_sqwah"),
            ("building_use", "building_uid", "area_m2"),
        )
        for row in store.rows(register, VALID, [day, day])
        if row[owner] in number and row["use_class"] in CLASSES and (row[area] or 0) > 0
    ]
    objects, use_class, area = (column([part[i] for part in measured]) for i in range(3))
    shares = measured_shares(objects, use_class, area, rules.grid)
    units = [i for i, (name, row) in enumerate(rows) if name == REGISTERS[CONDO] and row["use_class"] in CLASSES]
    classes = [CLASSES.index(rows[i][1]["use_class"]) for i in units]
    return Uses(
        np.concatenate([shares.object, column(units)]),
        np.concatenate([shares.use_class, column(classes)]),
        np.concatenate([shares.share, np.full(len(units), SHARE_SCALE, dtype=np.int64)]),
    )


def _taxpayers(sets: Sequence[tuple[str, ...]], persons: Mapping[str, Row], number: Mapping[str, int]) -> Taxpayers:
    return Taxpayers(
        persons_n=column([len(owners) for owners in sets]),
        natural_n=column([sum(persons[uid]["kind"] == "NAT" for uid in owners) for owners in sets]),
        sole=column([number[owners[0]] if len(owners) == 1 else NONE for owners in sets]),
        tax_2562_satang=np.full(len(sets), NONE, dtype=np.int64),
    )


def _members(sets: Sequence[tuple[str, ...]], number: Mapping[str, int]) -> Members:
    pairs = [(i, number[uid]) for i, owners in enumerate(sets) if len(owners) > 1 for uid in owners]
    return Members(column([taxpayer for taxpayer, _ in pairs]), column([person for _, person in pairs]))


def _registered(
    rows: Sequence[tuple[str, Row]], persons: Mapping[str, Row], number: Mapping[str, int], day: str
) -> Registered:
    """Return who stood in the house registration of each building and unit on the day."""
    living: dict[str, list[int]] = defaultdict(list)
    for uid, person in persons.items():
        here = person["house_uid"] and person["kind"] == "NAT"
        entered, died = person["registered_on"] or day, person["died_on"] or day
        if here and entered <= day <= died:
            living[person["house_uid"]].append(number[uid])
    pairs = [
        (i, person)
        for i, (name, row) in enumerate(rows)
        if name != "parcel"
        for person in living.get(row["house_uid"] or "", ())
    ]
    return Registered(column([one for one, _ in pairs]), column([person for _, person in pairs]))
