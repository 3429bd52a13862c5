"""The same rules for OpenFisca-core: six rate rows, farm allowance, main homes, vacancy steps, the year's cut.

No dependency of the program: ``pip install openfisca-core`` into an environment of its own. ``joined`` finds what
OpenFisca has no words for (whose home is where, which lines make one base), ``simulate`` is OpenFisca itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.parameters import ParameterNode
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.taxscales import MarginalRateTaxScale
from openfisca_core.variables import Variable

from donhan_gis.tax.columns import (
    AGRICULTURE,
    EMPTY,
    FARM,
    HOME,
    HOME_BUILDING,
    OTHER,
    OTHER_USE,
    RESIDENCE,
    RESIDENTIAL,
    ROWS,
    Municipality,
)
from donhan_gis.tax.homes import places, residence_rows
from donhan_gis.tax.rules import Rules
from donhan_gis.tax.uses import checked, split

YEAR, DAY = 2026, "2020-01-01"
SATANG, VALUE_SCALE, PARTS, PPM = 100, 10_000, 10_000, 1_000_000
STEPS = 3
LINE_INPUTS = {
    "worth": float, "share": float, "use": int, "step": int, "parcel": int, "owner": int,
    "registered": bool, "owns_land": bool, "natural": bool,
}  # fmt: skip
Formula = tuple[str, Any, type, Any]
LINE = build_entity("line", "lines", "", is_person=True)
BASE = build_entity("base", "bases", "", roles=[{"key": "line", "plural": "lines"}])
PAYER = build_entity("payer", "payers", "", roles=[{"key": "asset", "plural": "assets"}])


def system(rules: Rules) -> TaxBenefitSystem:
    """Return the tax system of a year of our law."""
    made = TaxBenefitSystem([LINE, BASE, PAYER])
    tree: dict[str, Any] = {"allowance": {}}
    for row, name in enumerate(ROWS):
        slices = zip(rules.floor[row].tolist(), rules.ceil[row].tolist(), rules.rate[row].tolist(), strict=True)
        used = [(low, rate) for low, top, rate in slices if low < top]
        tree[name] = {"brackets": [{"threshold": {DAY: low / SATANG}, "rate": {DAY: rate / PPM}} for low, rate in used]}
        tree["allowance"][name] = {"values": {DAY: float(rules.allowance[row]) / SATANG}}
    made.parameters = ParameterNode("", data=tree)
    for name, kind in LINE_INPUTS.items():
        _add(made, name, LINE, kind)
    formulas = (*_value_formulas(), *_exempt_formulas(), *_tax_formulas(rules))
    for name, entity, kind, formula in formulas:
        _add(made, name, entity, kind, formula)
    return made


def _add(made: TaxBenefitSystem, name: str, entity: Any, kind: type, formula: Any = None) -> None:
    body = {"value_type": kind, "entity": entity, "definition_period": DateUnit.YEAR, "label": name}
    made.add_variable(type(name, (Variable,), body | ({"formula": formula} if formula else {})))


def _value_formulas() -> list[Formula]:
    def value(line, period):  # type: ignore[no-untyped-def]
        return line("worth", period) * line("share", period)

    def row(line, period):  # type: ignore[no-untyped-def]
        use, lives = line("use", period), line("registered", period)
        home = np.where(line("owns_land", period), HOME, HOME_BUILDING)
        residence = np.where(lives, home, RESIDENCE)
        return np.select([use == AGRICULTURE, use == RESIDENTIAL, use == OTHER], [FARM, residence, OTHER_USE], EMPTY)

    def base_row(base, period):  # type: ignore[no-untyped-def]
        return base.value_from_first_person(base.members("row", period))

    def total(base, period):  # type: ignore[no-untyped-def]
        return base.sum(base.members("value", period))

    return [("value", LINE, float, value), ("row", LINE, int, row), ("base_row", BASE, int, base_row),
            ("total", BASE, float, total)]  # fmt: skip


def _exempt_formulas() -> list[Formula]:
    def farm_exempt(line, period, parameters):  # type: ignore[no-untyped-def]
        """The allowance of each owner, the dearest parcel first."""
        here = np.flatnonzero((line("row", period) == FARM) & line("natural", period))
        value = line("value", period)[here].astype(np.float64)
        parcel, owner = line("parcel", period)[here], line("owner", period)[here]
        dearest = np.bincount(parcel, weights=value, minlength=1)[parcel]
        order = np.lexsort((parcel, -line.base("total", period)[here], -dearest, owner))
        before = np.cumsum(value[order]) - value[order]
        first = np.flatnonzero(np.r_[True, np.diff(owner[order]) != 0][: len(order)])
        before -= np.repeat(before[first], np.diff(np.r_[first, len(order)]))
        exempt = np.zeros(len(line("row", period)))
        cap = parameters(period).allowance[ROWS[FARM]]
        exempt[here[order]] = np.clip(cap - before, 0, value[order])
        return exempt

    def exempt(base, period, parameters):  # type: ignore[no-untyped-def]
        kind, allowance = base("base_row", period), parameters(period).allowance
        cap = np.choose(kind, [0 if row == FARM else allowance[name] for row, name in enumerate(ROWS)])
        farms = base.sum(base.members("farm_exempt", period))
        return np.where(kind == FARM, farms, np.minimum(cap, base("total", period)))

    return [("farm_exempt", LINE, float, farm_exempt), ("exempt", BASE, float, exempt),
            ("line_exempt", LINE, float, _part_of("exempt"))]  # fmt: skip


def _part_of(name: str) -> Any:
    def shared(line, period):  # type: ignore[no-untyped-def]
        return line.base(name, period) * line("value", period) / np.maximum(line.base("total", period), 1 / SATANG)

    return shared


def _tax_formulas(rules: Rules) -> list[Formula]:
    keep = float(PARTS - rules.general_cut) / PARTS

    def base_tax(base, period, parameters):  # type: ignore[no-untyped-def]
        taxable, kind, known = (
            base("total", period) - base("exempt", period),
            base("base_row", period),
            parameters(period),
        )
        tax = np.zeros(len(taxable))
        for number, name in enumerate(ROWS):
            here = kind == number
            tax[here] = known[name].calc(taxable[here]) * keep
        return tax

    def line_tax(line, period, parameters):  # type: ignore[no-untyped-def]
        """A line's part of its base's tax; vacant land that is raised, at its own rates."""
        tax = _part_of("base_tax")(line, period)
        raised = np.where(line("row", period) == EMPTY, line("step", period), 0)
        for step in range(1, STEPS + 1):
            here = np.flatnonzero(raised == step)
            taxable, total = line.base("total", period)[here], line.base("total", period)[here]
            own = _raised(parameters(period)[ROWS[EMPTY]], step, rules).calc(taxable) * keep
            tax[here] = own * line("value", period)[here] / np.maximum(total, 1 / SATANG)
        return tax

    def bill(payer, period):  # type: ignore[no-untyped-def]
        return np.round(payer.sum(payer.members("line_tax", period)), 2)

    return [("base_tax", BASE, float, base_tax), ("line_tax", LINE, float, line_tax), ("bill", PAYER, float, bill)]


def _raised(scale: Any, steps: int, rules: Rules) -> Any:
    """Return a scale with the additions of section 43."""
    raised = MarginalRateTaxScale()
    for threshold, rate in zip(scale.thresholds, scale.rates, strict=True):
        raised.add_bracket(threshold, min(rate + steps * rules.step_rate / PPM, rules.rate_cap / PPM))
    return raised


def joined(town: Municipality, rules: Rules) -> dict[str, Any]:
    """Return a town's lines, bases and owners as OpenFisca reads them, with our own finders of homes and shares."""
    place = places(town.objects)
    sound, billable, _ = checked(town)
    rows, _ = residence_rows(town, rules, place)
    lines = split(town, rules, rows, sound)
    lines = lines.take(billable[lines.object])
    objects, payer = lines.object, town.objects.taxpayer[lines.object]
    land = np.where(town.objects.parcel[objects] < 0, objects, town.objects.parcel[objects])
    apart = town.objects.taxpayer[land] != payer
    where = np.where(apart, len(place) + land, place[objects])
    key = (payer * len(ROWS) + lines.row) * (len(place) + len(place)) + where
    bases, base = np.unique(key, return_inverse=True)
    payers, number = np.unique(payer, return_inverse=True)  # OpenFisca wants every group to have a member
    return {
        "worth": town.objects.value[objects] / VALUE_SCALE / SATANG,
        "share": lines.share / PARTS * (lines.floor_share / PARTS),
        "use": lines.use_class, "step": lines.step,
        "registered": np.isin(rows[objects], (HOME, HOME_BUILDING)), "owns_land": rows[objects] == HOME,
        "natural": town.taxpayers.natural_n[payer] > 0,
        "parcel": land, "owner": payer, "base": base, "payer": number, "bases": bases, "payers": payers,
    }  # fmt: skip


def whole_country(towns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return towns as one, for a single simulation."""
    one = {name: np.concatenate([town[name] for town in towns]) for name in (*LINE_INPUTS, "bases", "payers")}
    for name in ("base", "payer", "parcel", "owner"):
        sizes = [int(town[name].max()) + 1 for town in towns]
        shifts = np.cumsum([0, *sizes[:-1]])
        one[name] = np.concatenate([town[name] + shift for town, shift in zip(towns, shifts, strict=True)])
    return one


def simulate(made: TaxBenefitSystem, data: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return the bills and the tax of the lines in baht; value, exemption and base of each line are computed too."""
    builder = SimulationBuilder()
    builder.create_entities(made)
    lines_n = len(data["worth"])
    builder.declare_person_entity("line", np.arange(lines_n))
    for name, plural, role in (("base", "bases", "line"), ("payer", "payers", "asset")):
        group = builder.declare_entity(name, np.arange(len(data[plural])))
        builder.join_with_persons(group, data[name], roles=np.full(lines_n, role))
    simulation = builder.build(made)
    for name in LINE_INPUTS:
        simulation.set_input(name, YEAR, data[name])
    bills, lines = simulation.calculate("bill", YEAR), simulation.calculate("line_tax", YEAR)
    simulation.calculate("line_exempt", YEAR)
    return np.asarray(bills), np.asarray(lines)
