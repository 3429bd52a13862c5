"""Turn one ``land_building`` case into the columns of the tax engine, assess it, and give the bills by taxpayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from donhan_gis import law
from donhan_gis.errors import InvalidInput
from donhan_gis.exchange.case_node import Node, counted, fault, unique
from donhan_gis.i18n import LANGUAGES, text
from donhan_gis.tax.appraisal import MATERIALS, depreciation_pct
from donhan_gis.tax.assessment import Assessment
from donhan_gis.tax.columns import (
    BUILDING,
    CLASSES,
    CONDO,
    FROM_BUILDING,
    MAX_VALUE,
    NONE,
    PARCEL,
    SHARE_SCALE,
    VALUE_SCALE,
    Members,
    Municipality,
    Objects,
    Registered,
    Taxpayers,
    Uses,
    column,
)
from donhan_gis.tax.land_building import assess
from donhan_gis.tax.rules import Rules, rules_of
from donhan_gis.tax.trace import explain

KINDS = ("natural", "juristic")
HOME_LAO = "400113"  # อบต.ดอนหัน, the authority of a parcel that names none
BETWEEN_OWNERS = "+"  # in the key of a set of co-owners
SATANG = 100
PERCENT = 100
FLOOR_SCALE = 100  # 1/100 m²
EARLIEST_BE = 2500  # an older year of vacancy is a Christian year or a slip
MAX_FLOOR = 10**10
COMMON = {"id", "owner", "uses", "relief", "note", "source", "lao", "vacant_since_be"}
HOUSE = COMMON | {"value_baht", "area_m2", "price_baht_per_m2", "house_registered"}
FIELDS = {
    PARCEL: COMMON | {"land_value_baht", "area_sqwah", "price_baht_per_sqwah", "contiguous_group"},
    BUILDING: HOUSE | {"parcel", "material", "age_years"},
    CONDO: HOUSE,
}


@dataclass(slots=True)
class Gathered:
    """Rows collected from a case before they become columns; lists run beside each other."""

    owners: dict[str, int]
    natural: list[bool]
    rules: Rules
    sets: dict[tuple[str, ...], int] = field(default_factory=dict)
    objects: list[dict[str, int]] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    uses: list[tuple[int, int, int]] = field(default_factory=list)
    registered: list[tuple[int, int]] = field(default_factory=list)
    laos: dict[str, int] = field(default_factory=dict)
    groups: dict[str, int] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)

    def note(self, code: str, path: str, value: str) -> None:
        """Remember something that was left out of account."""
        said: dict[str, str] = {language: text(code, language, at=path, value=value) for language in LANGUAGES}
        self.notes.append({"step": "warning", "rule": code, "object": path, **said})


def land_building_case(case: Node) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the bills of a case by taxpayer (``{"tax_baht": "0.00"}``) and the working.

    A bill may be nought. Only an owner all of whose land is worth nothing and merely carries others' buildings has
    none: such land stands in a case because a building needs a parcel.

    Raises:
        DonhanError: the case cannot be computed; ``field`` names the path at fault.
    """
    got = _gathered(case)
    town = _town(got, case)
    result = assess(town, got.rules)
    for problem in result.problems:
        if not problem.bill:
            raise InvalidInput(problem.code, field=got.nodes[problem.object].path)
    billed = [(name, row) for name, row in _names(got).items() if result.taxed[row] and not _only_carries(town, row)]
    bills = {name: {"tax_baht": baht(int(result.bill[row]))} for name, row in billed}
    return bills, _trace(got, result, billed)


def _only_carries(town: Municipality, taxpayer: int) -> bool:
    """Tell whether a taxpayer has nothing but land without value under buildings of others."""
    objects = town.objects
    strange = objects.taxpayer[objects.parcel] != objects.taxpayer
    carrying = objects.parcel[(objects.parcel != NONE) & strange]
    own = np.flatnonzero(objects.taxpayer == taxpayer)
    return not objects.value[own].any() and bool(np.isin(own, carrying).all())


def baht(satang: int) -> str:
    """Return money as a decimal string.

    >>> baht(123450)
    '1234.50'
    """
    return f"{satang // SATANG}.{satang % SATANG:02d}"


def _names(got: Gathered) -> dict[str, int]:
    return {BETWEEN_OWNERS.join(owners): row for owners, row in got.sets.items()}


def _trace(got: Gathered, result: Assessment, billed: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    def label(row: int) -> str:
        return str(got.nodes[row].value["id"])

    steps: list[dict[str, Any]] = []
    for name, row in billed:
        steps += [{"taxpayer": name, **step.as_dict()} for step in explain(result, row, label)]
    for problem in result.problems:
        said: dict[str, str] = {language: text(problem.code, language) for language in LANGUAGES}
        steps.append({"step": "warning", "rule": problem.code, "object": label(problem.object), **said})
    return steps + got.notes


def _gathered(case: Node) -> Gathered:
    year = case.need("tax_year_be").whole()
    rules = rules_of(law.at(year))
    owners = case.need("owners").items()
    for owner in owners:
        if BETWEEN_OWNERS in owner.need("id").text():
            raise fault("plus_in_id", owner.need("id").path, value=owner.need("id").text())
    kinds = [owner.need("kind").one_of(KINDS) for owner in owners]
    got = Gathered(unique(owners, "id"), [kind == "natural" for kind in kinds], rules)
    parcels, buildings, condos = (case.each(name) for name in ("parcels", "buildings", "condos"))
    if not parcels and not buildings and not condos:
        raise fault("empty", "parcels")
    where = unique(parcels, "id")
    unique(buildings, "id")
    unique(condos, "id")
    for parcel in parcels:
        _add(got, parcel, PARCEL, _parcel(got, parcel))
    for building in buildings:
        _add(got, building, BUILDING, _building(got, building, where))
    for condo in condos:
        _add(got, condo, CONDO, {"value": _condo_value(condo), "lao": _lao(got, condo)})
    return got


def _add(got: Gathered, node: Node, kind: int, own: Mapping[str, int]) -> None:
    row = len(got.objects)
    common = {"kind": kind, "taxpayer": _taxpayer(got, node), "parcel": NONE, "group": NONE, "floor": 0}
    common |= {"vacant_since_be": _vacant_since(got, node), "relief": _relief(got, node)}
    got.objects.append({**common, **own})
    got.nodes.append(node)
    got.uses += [(row, use_class, share) for use_class, share in _uses(got, node, kind).items()]
    for name in sorted(set(node.value) - FIELDS[kind]):
        got.note("tax_cases.unknown_field", node.path, str(name))
    for person in node.each("house_registered"):
        if person.text() not in got.owners:
            got.note("tax_cases.unknown_resident", person.path, person.text())
        elif got.natural[got.owners[person.text()]]:
            got.registered.append((row, got.owners[person.text()]))


def _taxpayer(got: Gathered, node: Node) -> int:
    owner = node.need("owner")
    names = owner.items() if isinstance(owner.value, list) else [owner]
    if not names:
        raise fault("empty", owner.path)
    for place, name in enumerate(names):
        if name.text() not in got.owners:
            raise fault("unknown_id", name.path, value=name.text())
        if any(name.text() == other.text() for other in names[:place]):
            raise fault("duplicate", name.path, value=name.text())
    return got.sets.setdefault(tuple(sorted(name.text() for name in names)), len(got.sets))


def _parcel(got: Gathered, node: Node) -> dict[str, int]:
    group = node.get("contiguous_group")
    number = got.groups.setdefault(group.text(), len(got.groups)) if group else NONE
    value = _value(node, "land_value_baht", "area_sqwah", "price_baht_per_sqwah")
    return {"value": counted(*value, SATANG * VALUE_SCALE, MAX_VALUE), "lao": _lao(got, node), "group": number}


def _building(got: Gathered, node: Node, where: Mapping[str, int]) -> dict[str, int]:
    parcel = node.need("parcel")
    if parcel.text() not in where:
        raise fault("unknown_id", parcel.path, value=parcel.text())
    row = where[parcel.text()]
    at, value = _value(node, "value_baht", "area_m2", "price_baht_per_m2")
    if node.get("value_baht") is None:
        lost = depreciation(node, got.rules.law)
        value *= 1 - Fraction(lost, PERCENT)
    return {
        "parcel": row,
        "lao": got.objects[row]["lao"],
        "value": counted(at, value, SATANG * VALUE_SCALE, MAX_VALUE),
        "floor": _floor(node),
    }


def depreciation(node: Node, of: law.Law) -> int:
    """Return the cumulative depreciation in percent of a building with ``material`` and ``age_years``."""
    material = MATERIALS.index(node.need("material").one_of(MATERIALS))
    age = min(node.need("age_years").whole(), MAX_FLOOR)
    return int(depreciation_pct(of, column([material]), column([age]))[0])


def _condo_value(node: Node) -> int:
    return counted(*_value(node, "value_baht", "area_m2", "price_baht_per_m2"), SATANG * VALUE_SCALE, MAX_VALUE)


def _value(node: Node, value: str, area: str, price: str) -> tuple[Node, Fraction]:
    """Return the value in baht given whole, or as area × price, with the field that gives it."""
    whole, unit = node.get(value), node.get(price)
    if whole and unit:
        raise fault("two_values", whole.path)
    if whole:
        return whole, whole.decimal()
    if unit is None and node.get(area) is None:
        raise fault("missing", f"{node.path}.{value}")
    return node.need(area), node.need(area).decimal() * node.need(price).decimal()


def _floor(node: Node) -> int:
    """Return the floor area in 1/100 m²: as given, or the sum of the uses' floors; 0 where neither is."""
    area = node.get("area_m2")
    floors = [area] if area else [floor for use in node.each("uses") if (floor := use.get("floor_m2"))]
    return min(int(sum((floor.decimal() for floor in floors), Fraction(0)) * FLOOR_SCALE), MAX_FLOOR)


def _lao(got: Gathered, node: Node) -> int:
    lao = node.get("lao")
    return got.laos.setdefault(lao.text() if lao else HOME_LAO, len(got.laos))


def _vacant_since(got: Gathered, node: Node) -> int:
    since = node.get("vacant_since_be")
    if since is None:
        return 0
    if not EARLIEST_BE <= since.whole() <= got.rules.year_be:
        raise fault("bad_number", since.path, value=since.value)
    return since.whole()


def _relief(got: Gathered, node: Node) -> int:
    relief = node.get("relief")
    return got.rules.reliefs.index(relief.one_of(got.rules.reliefs)) if relief else NONE


def _uses(got: Gathered, node: Node, kind: int) -> dict[int, int]:
    """Return shares of use in 1/100 percent by class: cut to two decimals, several rows of a class added first."""
    rows = node.need("uses")
    allowed = CLASSES if kind == PARCEL else CLASSES[:FROM_BUILDING]
    sums: dict[int, Fraction] = {}
    floors = [use.get("floor_m2") is not None for use in rows.items()]
    if not floors:
        raise fault("empty", rows.path)
    if any(floors) and (not all(floors) or any(use.get("share_pct") for use in rows.items())):
        raise fault("mixed_measures", rows.path)
    for use in rows.items():
        number = CLASSES.index(use.need("class").one_of(allowed))
        follows = number == FROM_BUILDING and len(floors) == 1 and use.get("share_pct") is None
        part = Fraction(PERCENT) if follows else use.need("floor_m2" if any(floors) else "share_pct").decimal()
        sums[number] = sums.get(number, Fraction(0)) + part
    whole = sum(sums.values(), Fraction(0)) if any(floors) else Fraction(PERCENT)
    if sum(sums.values()) > whole:
        raise fault("shares_over", rows.path, value=float(sum(sums.values())))
    if not sum(sums.values()):
        raise fault("empty", rows.path)
    grid = got.rules.grid
    shares = {number: int(part * SHARE_SCALE / whole) // grid * grid for number, part in sums.items()}
    return {number: share for number, share in shares.items() if share}


def _town(got: Gathered, case: Node) -> Municipality:
    names = ("kind", "taxpayer", "value", "parcel", "lao", "group", "vacant_since_be", "relief", "floor")
    columns = {name: column([row[name] for row in got.objects]) for name in names}
    count = len(got.objects)
    objects = Objects(exempt=np.zeros(count, np.bool_), entitled=np.ones(count, np.bool_), **columns)
    uses = np.array(got.uses, np.int64).reshape(-1, 3).T
    homes = np.array(got.registered, np.int64).reshape(-1, 2).T
    return Municipality(objects, Uses(*uses), _taxpayers(got, case), _members(got), Registered(*homes))


def _taxpayers(got: Gathered, case: Node) -> Taxpayers:
    people = [[got.owners[name] for name in names] for names in got.sets]
    return Taxpayers(
        column([len(persons) for persons in people]),
        column([sum(got.natural[person] for person in persons) for persons in people]),
        column([persons[0] if len(persons) == 1 else NONE for persons in people]),
        column(_old_taxes(got, case)),
    )


def _members(got: Gathered) -> Members:
    pairs = [(row, got.owners[name]) for names, row in got.sets.items() for name in names]
    table = np.array(pairs, np.int64).reshape(-1, 2).T
    return Members(*table)


def _old_taxes(got: Gathered, case: Node) -> list[int]:
    """Return the tax of 2562 in satang by taxpayer, NONE where the case does not tell it."""
    taxes = [NONE] * len(got.sets)
    table = case.get("tax_2562_baht")
    if table is None:
        return taxes
    rows = _names(got)
    for name in table.value if isinstance(table.value, dict) else [table.text()]:
        amount = table.need(name)
        if name not in rows and name not in got.owners:
            raise fault("unknown_id", amount.path, value=name)
        if name in rows:
            taxes[rows[name]] = counted(amount, amount.decimal(), SATANG, MAX_VALUE)
    return taxes
