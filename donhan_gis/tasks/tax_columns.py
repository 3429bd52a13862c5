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
from donhan_gis.tasks.tax_appraisal import VALID as VALID
from donhan_gis.tasks.tax_appraisal import Worth, hundredths, values_of, worth_of
from donhan_gis.tasks.tax_input import NATURAL, Input, told_persons, told_shares
from donhan_gis.tasks.tax_uses import read_uses
from donhan_gis.tax.columns import (
    KINDS,
    NONE,
    Members,
    Municipality,
    Objects,
    Registered,
    Taxpayers,
    column,
)
from donhan_gis.tax.exact import Ints, Mask
from donhan_gis.tax.rules import Rules
from donhan_gis.tax.vacancy import vacant_since
from donhan_gis.thai import new_year_day

Row = Mapping[str, Any]
Owned = tuple[str, Row]
REGISTERS = ("parcel", "building", "condo_unit")


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
    """Return the tax roll of a project for the law's year; what cannot be on it, or looks wrong, is a finding."""
    day = new_year_day(law.year_be).isoformat()
    told = Input(store)
    found = {name: store.rows(name, VALID, [day, day], geometry=name == "parcel") for name in REGISTERS}
    persons = {row["uid"]: row for row in store.rows("person")}
    rights = {uid: _held(rows) for uid, rows in _rights(store, day, persons, told).items()}
    rows = _on_roll(found, rights, law, told)
    owners = {row["uid"]: _holders(rights[row["uid"]]) for _, row in rows}
    number = {row["uid"]: i for i, (_, row) in enumerate(rows)}
    sets = sorted(set(owners.values()))
    taxpayer = {owner: i for i, owner in enumerate(sets)}
    told_persons(told, sorted({uid for owner in sets for uid in owner}), persons, day)
    told_shares(told, [(name, row, rights[row["uid"]]) for name, row in rows])
    person_number = {uid: i for i, uid in enumerate(persons)}
    payer = column([taxpayer[owners[row["uid"]]] for _, row in rows])
    worth = worth_of(store, rows, law, day, told)
    objects = _objects(store, rows, rules, worth=worth, payer=payer, number=number, rights=rights, told=told)
    town = Municipality(
        objects,
        read_uses(store, rows, rules, number=number, day=day, told=told),
        _taxpayers(store, sets, persons, person_number, rules),
        _members(sets, person_number),
        _registered(rows, persons, person_number, day),
    )
    kinds, objects_rows = tuple(name for name, _ in rows), tuple(row for _, row in rows)
    return TaxRoll(town, objects_rows, kinds, tuple(worth), tuple(sets), persons, tuple(told.findings()))


def _rights(store: Store, day: str, persons: Mapping[str, Row], told: Input) -> dict[str, list[Row]]:
    """Return who holds each object by uid; a right of nobody known, or in nothing, is told and left out."""
    rights: dict[str, list[Row]] = defaultdict(list)
    for row in store.rows("ownership", VALID, [day, day]):
        held = row["parcel_uid"] or row["building_uid"] or row["condo_unit_uid"]
        if held and row["person_uid"] in persons:
            rights[held].append(row)
        else:
            told.add("assess.broken_right", "ownership", row, "error")
    return rights


def _held(rights: Sequence[Row]) -> list[Row]:
    """Return the rights of owners, or of possessors where there is no owner.

    Source: Act s.9: a possessor is the taxpayer of State property only.
    """
    owners = [row for row in rights if row["role"] == "owner"]
    return owners or list(rights)


def _holders(rights: Sequence[Row]) -> tuple[str, ...]:
    if len(rights) == 1:
        return (rights[0]["person_uid"],)
    return tuple(sorted({row["person_uid"] for row in rights}))


def _on_roll(
    found: Mapping[str, Sequence[Row]], rights: Mapping[str, Sequence[Row]], law: Law, told: Input
) -> list[Owned]:
    """Return what can be assessed: what stands and has an owner, and buildings whose parcel is on the roll too."""
    rows: list[Owned] = []
    parcels: set[str] = set()
    for name, row in ((register, row) for register in REGISTERS for row in found[register]):
        lacking = _lacking(name, row, rights, parcels, law)
        if not lacking:
            rows.append((name, row))
            parcels |= {row["uid"]} if name == "parcel" else set()
        elif not row["exempt_reason"]:
            told.add(lacking, name, row, "info" if lacking == "assess.not_yet_built" else "error")
    return rows


def _lacking(name: str, row: Row, rights: Mapping[str, Sequence[Row]], parcels: set[str], law: Law) -> str:
    """Return why an object cannot be on the roll, or nothing."""
    if name == "building" and isinstance(row["built_be"], int) and row["built_be"] > law.year_be:
        return "assess.not_yet_built"
    if row["uid"] not in rights:
        return "assess.no_owner"
    return "assess.no_parcel" if name == "building" and row["parcel_uid"] not in parcels else ""


def _objects(
    store: Store, rows: Sequence[Owned], rules: Rules, *, worth: Sequence[Worth], payer: Ints,
    number: Mapping[str, int], rights: Mapping[str, Sequence[Row]], told: Input,
) -> Objects:  # fmt: skip
    office = store.setting("office.tambon_code", "0")
    reliefs = _reliefs(rows, rules, told)
    entitled = _entitled(rows, rights, rules.law)
    kinds = [KINDS[REGISTERS.index(name)] for name, _ in rows]
    return Objects(
        kind=column([KINDS.index(kind) for kind in kinds]),
        taxpayer=payer,
        value=values_of(rows, worth, rules.law),
        parcel=column([number.get(row["parcel_uid"], NONE) if name == "building" else NONE for name, row in rows]),
        lao=column([_authority(row, office, told) for _, row in rows]),
        group=_groups(rows, payer),
        vacant_since_be=_vacant_since(store, rows, rules.law, told),
        relief=reliefs,
        floor=column([max(hundredths(one.area), 0) * (rows[i][0] == "building") for i, one in enumerate(worth)]),
        exempt=np.array([_is_exempt(name, row, rules.law) for name, row in rows], dtype=bool),
        entitled=entitled,
    )


def _reliefs(rows: Sequence[Owned], rules: Rules, told: Input) -> Ints:
    """Return the row of each object's class cut in the rules; a code that no law knows is told."""
    places = {code: i for i, code in enumerate(rules.reliefs)}
    for name, row in rows:
        if row["relief"] and row["relief"] not in places:
            told.add("assess.unknown_relief", name, row, field="relief", value=row["relief"])
    return column([places.get(row["relief"], NONE) for _, row in rows])


def _entitled(rows: Sequence[Owned], rights: Mapping[str, Sequence[Row]], law: Law) -> Mask:
    """Tell whose right counts for sections 40 and 41: owners', and possessors' where the office reads it so."""
    if law.choice("land_building.setting.possessor_allowances") == "yes":
        return np.ones(len(rows), dtype=bool)
    owned = [any(right["role"] == "owner" for right in rights[row["uid"]]) for _, row in rows]
    return np.array(owned, dtype=bool)


def _authority(row: Row, office: str, told: Input) -> int:
    """Return the code of the local authority; one that is no number is told, and the office's own is taken."""
    code = str(row.get("tambon_code") or office)
    if code.isdecimal():
        return int(code)
    told.add("assess.bad_tambon_code", "parcel", row, field="tambon_code", value=code)
    return int(office) if office.isdecimal() else 0


def _vacant_since(store: Store, rows: Sequence[Owned], law: Law, told: Input) -> Ints:
    """Return since when each object stands vacant: by the yearly history, else as an officer wrote; buildings as land.

    Source: Act s.43; years without a record by ``setting.vacant_missing_year``.
    """
    missing = law.choice("land_building.setting.vacant_missing_year")
    history: dict[str, dict[int, bool]] = defaultdict(dict)
    for entry in store.rows("use_history", "year_be < ?", [law.year_be]):
        history[entry["parcel_uid"]][entry["year_be"]] = entry["use_class"] == "vacant"
    since: dict[str, int] = {}
    for name, row in rows:
        if name == "parcel":
            written = row["vacant_since_be"] or 0
            since[row["uid"]] = written
            if row["uid"] in history:
                known = vacant_since(history[row["uid"]], law.year_be, missing)
                since[row["uid"]] = known
                if written and written != known:
                    told.add("assess.vacancy_differs", name, row, field="vacant_since_be", written=written, known=known)
    return column([since.get(row["uid"] if name == "parcel" else row.get("parcel_uid") or "", 0) for name, row in rows])


def _is_exempt(name: str, row: Row, law: Law) -> bool:
    """Say whether section 8 takes the object out of the tax: by its reason, or as a road, yard or fence by its type."""
    structures = {str(code) for code in law.series("land_building.exempt.structure_codes")}
    return bool(row["exempt_reason"]) or (name == "building" and row["type_code"] in structures)


def _groups(rows: Sequence[Owned], payer: Ints) -> Ints:
    """Return contiguous groups of parcels by shape and by what officers wrote; NONE for the rest."""
    groups = np.full(len(rows), NONE, dtype=np.int64)
    land = [i for i, (name, row) in enumerate(rows) if name == "parcel" and row["geom"] is not None]
    if land:
        shapes = np.array([rows[i][1]["geom"] for i in land], dtype=object)
        groups[land] = touching_groups(shapes, payer[land], [rows[i][1]["contiguous_group"] for i in land])
    return groups


def _taxpayers(
    store: Store, sets: Sequence[tuple[str, ...]], persons: Mapping[str, Row], number: Mapping[str, int], rules: Rules
) -> Taxpayers:
    return Taxpayers(
        persons_n=column([len(owners) for owners in sets]),
        natural_n=column([sum(persons[uid]["kind"] == NATURAL for uid in owners) for owners in sets]),
        sole=column([number[owners[0]] if len(owners) == 1 else NONE for owners in sets]),
        tax_2562_satang=_tax_2562(store, sets, rules),
    )


def _tax_2562(store: Store, sets: Sequence[tuple[str, ...]], rules: Rules) -> Ints:
    """Return each taxpayer's tax of 2562 where the register has it; only the years of section 97 ask for it.

    Source: Act s.97: house-and-land tax and local development tax together.
    """
    if rules.s97_share == 1:
        return np.full(len(sets), NONE, dtype=np.int64)
    paid: dict[str, int] = defaultdict(int)
    for row in store.rows("tax_2562"):
        paid[row["taxpayer_key"] or row["person_uid"]] += row["tax_satang"]
    return column([paid.get("+".join(owners), NONE) for owners in sets])


def _members(sets: Sequence[tuple[str, ...]], number: Mapping[str, int]) -> Members:
    pairs = [(i, number[uid]) for i, owners in enumerate(sets) if len(owners) > 1 for uid in owners]
    return Members(column([taxpayer for taxpayer, _ in pairs]), column([person for _, person in pairs]))


def _registered(rows: Sequence[Owned], persons: Mapping[str, Row], number: Mapping[str, int], day: str) -> Registered:
    """Return who stood in the house registration of each building and unit on the day."""
    living: dict[str, list[int]] = defaultdict(list)
    for uid, person in persons.items():
        here = person["house_uid"] and person["kind"] == NATURAL
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
