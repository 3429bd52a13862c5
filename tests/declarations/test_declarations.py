"""Every declaration loads, its rules tell good rows from bad ones, and every name leads somewhere."""

from __future__ import annotations

import csv
import re
import sqlite3
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from donhan_gis.field import Choice, Field, Kind, problems
from donhan_gis.paths import DATA, LAYERS
from donhan_gis.register import Register, Registers, load_registers
from donhan_gis.water.demand import Netting
from donhan_gis.water.rain import RainMethod
from donhan_gis.water.season import Method

SAMPLES = tomllib.loads((Path(__file__).parent / "samples.toml").read_text(encoding="utf-8"))
REGISTERS = load_registers()
THAI = re.compile(r"[\u0e01-\u0e2e]")
COLOUR = re.compile(r"#[0-9a-f]{6}([0-9a-f]{2})?")
MARKERS = ("circle", "square", "triangle", "diamond", "star", "cross")
# Lists that the forms of tasks offer, not the registers; each is the list of an engine's own codes.
ENGINE_LISTS = {"water_method": Method, "rain_method": RainMethod, "netting": Netting}
each_register = pytest.mark.parametrize("register", REGISTERS.values(), ids=list(REGISTERS))
each_rule = pytest.mark.parametrize(
    ("register", "rule_id"),
    [(register, rule.id) for register in REGISTERS.values() for rule in register.rules],
    ids=lambda value: value if isinstance(value, str) else value.name,
)


def empty(text: Any) -> Any:
    return None if text == "" else text


def row_of(register: Register, change: dict[str, Any] | None = None) -> dict[str, Any]:
    given = {**SAMPLES[register.name]["good"], **(change or {})}
    assert set(given) <= set(register.columns)
    return {name: empty(given.get(name)) for name in register.columns}


def holds(sql: str, row: dict[str, Any]) -> bool | None:
    """Return whether SQL holds for the values of a row; None when unknown."""
    columns = ", ".join(f'? AS "{name}"' for name in row)
    with sqlite3.connect(":memory:") as connection:
        (found,) = connection.execute(f"SELECT ({sql}) FROM (SELECT {columns})", list(row.values())).fetchone()
    return None if found is None else bool(found)


def broken(register: Register, row: dict[str, Any]) -> set[str]:
    return {rule.id for rule in register.rules if holds(rule.sql, row) is False}


def database(registers: Registers) -> sqlite3.Connection:
    """Return empty tables of all registers; a geometry is given as its own measure."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    for name in ("st_area", "st_length"):
        connection.create_function(name, 1, lambda measure: measure)
    for register in registers.values():
        columns = ", ".join(f'"{name}"' for name in register.columns)
        connection.execute(f'CREATE TABLE "{register.name}" (fid INTEGER PRIMARY KEY, uid, geom, {columns})')
    return connection


def put(connection: sqlite3.Connection, register: str, **values: Any) -> None:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    connection.execute(f'INSERT INTO "{register}" ({names}) VALUES ({marks})', list(values.values()))


def computed(connection: sqlite3.Connection, register: str, uid: str) -> dict[str, Any]:
    columns = ", ".join(f'({c.sql}) AS "{c.name}"' for c in REGISTERS[register].computed)
    return dict(connection.execute(f'SELECT {columns} FROM "{register}" WHERE uid = ?', [uid]).fetchone())


def all_fields() -> list[tuple[Register, Field]]:
    return [
        (register, field)
        for register in REGISTERS.values()
        for field in (*register.fields, *(c.as_field() for c in register.computed))
    ]


# ---------------------------------------------------------------- files


def test_every_file_is_a_register_of_its_own_name() -> None:
    files = {file.stem for file in LAYERS.glob("[!_]*.toml")}
    assert files == set(REGISTERS)
    for file in LAYERS.glob("*.toml"):
        assert tomllib.loads(file.read_text(encoding="utf-8"))["schema"] == 1


def test_every_group_has_registers() -> None:
    assert [group.id for group in REGISTERS.groups] == list(dict.fromkeys(group.id for group in REGISTERS.groups))
    assert {register.group for register in REGISTERS.values()} == {group.id for group in REGISTERS.groups}


@each_register
def test_titles_are_thai_and_english(register: Register) -> None:
    titled = [register, *register.sections, *register.fields, *register.computed]
    titled += [*register.rules, *register.checks, *register.children]
    for entry in titled:
        assert THAI.search(entry.th), entry
        assert not THAI.search(entry.en), entry


@each_register
def test_help_is_given_in_both_languages(register: Register) -> None:
    for field in register.fields:
        assert bool(field.help_th) == bool(field.help_en), field.name


def test_thai_is_written_in_canonical_order() -> None:
    for file in (*LAYERS.glob("*.toml"), DATA / "choices.toml"):
        text = file.read_text(encoding="utf-8")
        for wrong in ("\u0e4d\u0e32", "\u0e40\u0e40", "\u200b", "\ufeff"):  # ํา for ำ, เเ for แ, invisible marks
            assert wrong not in text, file.name


# ---------------------------------------------------------------- names


@each_register
def test_names_lead_somewhere(register: Register) -> None:
    ids = [section.id for section in register.sections]
    assert {field.section for field in register.fields} == set(ids)
    for rows in (ids, [rule.id for rule in register.rules], [check.id for check in register.checks]):
        assert max(Counter(rows).values(), default=1) == 1
    for field in register.fields:
        assert (field.kind is Kind.REF) == bool(field.to), field.name
        assert (field.kind in (Kind.CHOICE, Kind.CHOICES)) == bool(field.choices), field.name
        assert not field.to or field.to in REGISTERS
        assert not field.pattern or re.compile(field.pattern)
    for name in (*register.list, *register.search):
        register.field(name)


@each_register
def test_reference_columns_end_in_uid(register: Register) -> None:
    for field in register.fields:
        assert (field.kind is Kind.REF) == (field.name.endswith("_uid") and field.name != "row_uid"), field.name


@each_register
def test_title_and_number_fill(register: Register) -> None:
    patterns = [register.title] + ([register.number.pattern] if register.number else [])
    for name, inner in re.findall(r"\{(\w+)(?:\.(\w+))?", " ".join(patterns)):
        if name not in ("seq", "year"):
            field = register.field(name)
            assert not inner or REGISTERS[field.to].field(inner)
    if register.number:
        assert set(register.number.scope) <= set(register.columns)
        assert register.field(register.number.field).unique


@each_register
def test_checks_name_what_they_need(register: Register) -> None:
    for check in register.checks:
        assert register.geometry != "None" or check.name in ("no_cycle", "shares_sum_to_one")
        assert not check.via or register.field(check.via).kind is Kind.REF
        assert not check.with_ or REGISTERS[check.with_].geometry != "None"
        assert bool(check.metres) == (check.name in ("near", "near_line"))
        if check.name == "no_cycle":
            assert register.field(check.via).to == register.name


@each_register
def test_children_point_back(register: Register) -> None:
    for child in register.children:
        assert REGISTERS[child.register].field(child.via).to == register.name


@each_register
def test_style_can_be_drawn(register: Register) -> None:
    style = register.style
    assert (style is not None) == (register.geometry != "None")
    if style is None:
        return
    colours = style.colours or {}
    for colour in (style.fill, style.stroke, *colours.values()):
        assert not colour or COLOUR.fullmatch(colour)
    assert style.marker in MARKERS
    assert bool(style.by) == bool(colours)
    if style.by:
        assert set(colours) == {choice.code for choice in REGISTERS.choices_of(register.field(style.by))}
        assert len(set(colours.values())) == len(colours)
    assert not style.label or register.field(style.label)
    assert not style.max_scale or style.label_scale <= style.max_scale


# ---------------------------------------------------------------- code lists


def test_every_list_is_used() -> None:
    used = {field.choices for _, field in all_fields() if field.choices}
    assert used | set(ENGINE_LISTS) == set(REGISTERS.choices)


@pytest.mark.parametrize("name", list(REGISTERS.choices))
def test_codes_are_titled(name: str) -> None:
    lists = tomllib.loads((DATA / "choices.toml").read_text(encoding="utf-8"))
    assert lists[name]["source"]
    codes: tuple[Choice, ...] = REGISTERS.choices[name]
    assert codes
    for choice in codes:
        assert re.fullmatch(r"[A-Za-z0-9_./]+", choice.code), choice
        assert THAI.search(choice.th) or not re.search(r"[a-z]", choice.th), choice
        assert not THAI.search(choice.en), choice
    for titles in ([c.th for c in codes], [c.en for c in codes]):
        assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("name", list(ENGINE_LISTS))
def test_lists_hold_the_codes_of_the_engines(name: str) -> None:
    assert {choice.code for choice in REGISTERS.choices[name]} == {str(code) for code in ENGINE_LISTS[name]}


def test_crops_are_those_of_the_crop_table() -> None:
    with (DATA / "crops" / "crops.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = [Choice(row["code"], row["th"], row["en"]) for row in csv.DictReader(file)]
    assert list(REGISTERS.choices["crop"]) == listed


def test_law_and_lists_use_the_same_codes() -> None:
    values = tomllib.loads((DATA / "law" / "land_building.toml").read_text(encoding="utf-8"))["value"]
    exempt = {code for value in values if value["key"] == "exempt.s8" for code in value["value"]}
    cuts = {value["key"].removeprefix("class_cut.") for value in values if value["key"].startswith("class_cut.")}
    assert exempt == {choice.code for choice in REGISTERS.choices["exempt_reason"]}
    assert cuts == {choice.code for choice in REGISTERS.choices["relief"]}


def test_building_types_are_all_of_the_treasury() -> None:
    codes = {choice.code for choice in REGISTERS.choices["building_type"]}
    assert {"506/1", "506/2", "509/1", "511/2", "520/2"} <= codes  # codes are text: a slash is part of them
    assert Counter(code[0] for code in codes) == {"1": 12, "2": 4, "3": 3, "4": 9, "5": 27, "6": 14}


# ---------------------------------------------------------------- rows


@each_register
def test_good_row_is_accepted(register: Register) -> None:
    row = row_of(register)
    for field in register.fields:
        applies = not field.only or holds(field.only, row)
        assert applies or row[field.name] is None, field.name
        if applies:
            assert problems(field, row[field.name], choices=REGISTERS.choices_of(field)) == []
    assert broken(register, row) == set()


@each_rule
def test_rule_finds_the_bad_row(register: Register, rule_id: str) -> None:
    assert broken(register, row_of(register, SAMPLES[register.name]["bad"][rule_id])) >= {rule_id}


@each_register
def test_bad_rows_name_rules(register: Register) -> None:
    assert set(SAMPLES[register.name].get("bad", {})) == {rule.id for rule in register.rules}


@each_register
def test_defaults_are_allowed(register: Register) -> None:
    for field in register.fields:
        if field.default is not None and field.default != "today()":
            assert problems(field, field.default, choices=REGISTERS.choices_of(field)) == [], field.name


@pytest.mark.parametrize(
    ("register", "field", "value", "fine"),
    [
        ("parcel", "code", "01A001", True),
        ("parcel", "code", "02S015/004", True),
        ("parcel", "code", "1A001", False),
        ("parcel", "code", "01a001", False),
        ("parcel", "code", "๐๑A๐๐๑", False),
        ("parcel", "sheet_square", "7012", True),
        ("parcel", "sheet_square", "7013", False),
        ("building", "code", "50A001-B001", True),
        ("signboard", "code", "50A001-P001", True),
        ("road", "road_no", "ขก.ถ.28-003", True),
        ("road", "road_no", "ขก28003", False),
        ("house", "house_no", "12 ก", True),
        ("house", "house_no", "ก12", False),
        ("gate_log", "opening_pct", 101, False),
    ],
)
def test_forms_of_codes(register: str, field: str, value: Any, fine: bool) -> None:
    """Code forms of LTAX practice and the local-highway register; even kilometres in a sheet's square."""
    assert (problems(REGISTERS[register].field(field), value) == []) is fine


# ---------------------------------------------------------------- computed values


@pytest.mark.parametrize("register", [r for r in REGISTERS.values() if r.computed], ids=lambda register: register.name)
def test_computed_values_run(register: Register) -> None:
    connection = database(REGISTERS)
    put(connection, register.name, uid="x", **row_of(register))
    assert set(computed(connection, register.name, "x")) == {c.name for c in register.computed}


def test_areas_and_lengths_are_in_their_units() -> None:
    connection = database(REGISTERS)
    put(connection, "parcel", uid="p", geom=1600.0, deed_area_sqwah=398.0)
    put(connection, "road", uid="r", geom=1250.5)
    put(connection, "village", uid="v", geom=1600.0)
    assert computed(connection, "parcel", "p")["drawn_area_sqwah"] == 400  # 1 rai = 1,600 m² = 400 square wah
    assert computed(connection, "parcel", "p")["area_difference_sqwah"] == 2
    assert computed(connection, "road", "r")["length_m"] == 1250.5
    assert computed(connection, "village", "v")["area_rai"] == 1


def test_parcel_counts_present_owners_and_uses_only() -> None:
    connection = database(REGISTERS)
    put(connection, "parcel", uid="p")
    put(connection, "ownership", uid="o1", parcel_uid="p", valid_to="2020-01-01")
    put(connection, "ownership", uid="o2", parcel_uid="p")
    put(connection, "ownership", uid="o3", parcel_uid="other")
    put(connection, "parcel_use", uid="u1", parcel_uid="p", use_class="residential", area_sqwah=100)
    put(connection, "parcel_use", uid="u2", parcel_uid="p", use_class="agriculture", area_sqwah=300)
    put(connection, "parcel_use", uid="u3", parcel_uid="p", use_class="vacant", area_sqwah=900, valid_to="2020-01-01")
    found = computed(connection, "parcel", "p")
    assert (found["owners_n"], found["main_use"], found["use_area_sqwah"]) == (1, "agriculture", 400)


def test_asset_is_seven_tenths_complete() -> None:
    connection = database(REGISTERS)
    row = row_of(REGISTERS["infra_asset"], {"checked_on": "", "source": "", "village_uid": ""})
    put(connection, "infra_asset", uid="i", **row)
    assert computed(connection, "infra_asset", "i")["complete_pct"] == 70


@pytest.mark.parametrize(
    ("openings", "condition", "state"),
    [
        ([], "GOOD", "UNK"),  # no news is not "closed"
        ([0], "GOOD", "CLOSED"),
        ([0, 100], "GOOD", "OPEN"),
        ([100, 40], "GOOD", "PART"),
        ([100], "BROKEN", "FAULT"),
    ],
)
def test_gate_state_is_that_of_the_latest_entry(openings: list[int], condition: str, state: str) -> None:
    connection = database(REGISTERS)
    put(connection, "water_gate", uid="g", cond=condition)
    for day, opening in enumerate(openings, start=1):
        put(connection, "gate_log", uid=f"l{day}", gate_uid="g", at=f"2026-01-{day:02} 08:00", opening_pct=opening)
    assert computed(connection, "water_gate", "g")["state"] == state


def test_corrected_gate_entry_does_not_count() -> None:
    connection = database(REGISTERS)
    put(connection, "water_gate", uid="g", cond="GOOD")
    put(connection, "gate_log", uid="l1", gate_uid="g", at="2026-01-01 08:00", opening_pct=0)
    put(connection, "gate_log", uid="l2", gate_uid="g", at="2026-01-02 08:00", opening_pct=100)
    put(connection, "gate_log", uid="l3", gate_uid="g", at="2026-01-01 09:00", opening_pct=60, corrects_uid="l2")
    found = computed(connection, "water_gate", "g")
    assert (found["state"], found["opening_pct"], found["state_at"]) == ("PART", 60, "2026-01-01 09:00")
    assert computed(connection, "gate_log", "l2")["is_corrected"] == 1
    assert computed(connection, "gate_log", "l2")["opening_before_pct"] == 60
