"""The exchange after the national standard: names, values there and back, schema, and files that cannot be right."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.errors import SourceError
from donhan_gis.exchange.msp12 import (
    Dataset,
    datasets,
    document,
    from_exchange,
    from_record,
    item_name,
    json_bytes,
    read_bytes,
    schema_of,
    to_exchange,
    to_record,
    zip_bytes,
)
from donhan_gis.field import Field, Kind
from donhan_gis.register import load_registers

REGISTERS = load_registers()
SETS = datasets(REGISTERS)
PARCEL = next(one for one in SETS if one.register.name == "parcel")
MONEY = Field("tax_satang", Kind.MONEY, "ภาษี", "Tax")

# What each kind of field can hold, as the project stores it; text as people type it, line breaks and quotes too.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('\n",;'), min_size=1)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.MONEY: st.integers(-(10**15), 10**15),
    Kind.INT: st.integers(-(2**62), 2**62),
    Kind.DECIMAL: st.floats(allow_nan=False, allow_infinity=False, width=64),
    Kind.BOOL: st.integers(0, 1),
    Kind.DATE: st.dates().map(lambda day: day.isoformat()),
}
COORDINATES = st.tuples(st.floats(2e5, 8e5), st.floats(1e5, 2.4e6))


@st.composite
def parcels(draw: st.DrawFn) -> dict[str, Any]:
    row = {"uid": draw(st.uuids()).hex}
    for item in PARCEL.items:
        row[item.field.name] = draw(st.none() | VALUES.get(item.field.kind, TEXTS))
    east, north = draw(COORDINATES)
    shape = shapely.MultiPolygon([shapely.box(east, north, east + 40.123456789, north + 1 / 3)])
    return row | {"geom": draw(st.none() | st.just(shape))}


def is_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    shapes = [row.pop("geom", None) for row in (one, other)]
    if (shapes[0] is None) != (shapes[1] is None):
        return False
    return one == other and (shapes[0] is None or shapes[0].equals_exact(shapes[1], 0.0))


@given(parcels())
def test_json_and_csv_lose_nothing(row: dict[str, Any]) -> None:
    only = [dataclasses.replace(PARCEL)]
    exchange = document(only, {"parcel": [row]}, {})
    for data in (json_bytes(exchange), zip_bytes(only, exchange, {})):
        (record,) = read_bytes(data, "x")["datasets"][PARCEL.name]
        back, faults = from_record(PARCEL, record)
        assert faults == []
        assert is_same(dict(back), dict(row))


@given(st.integers(-(10**15), 10**15))
def test_money_is_baht_with_two_decimals(satang: int) -> None:
    written = to_exchange(MONEY, satang)
    assert re.fullmatch(r"-?\d+\.\d\d", written)
    assert from_exchange(MONEY, written) == satang


def test_money_by_hand() -> None:
    assert [to_exchange(MONEY, satang) for satang in (2_437_316, 5, 0, -100)] == ["24373.16", "0.05", "0.00", "-1.00"]


def test_every_register_of_the_tax_year_has_a_data_set() -> None:
    wanted = {
        *("parcel", "parcel_use", "building", "building_use", "condo_unit", "ownership", "person", "land_price"),
        *("building_price", "signboard", "assessment", "assessment_line", "receipt", "instalment", "refund"),
        *("objection", "warning_letter", "change_of_use", "correction", "review", "sign_assessment", "run"),
    }
    assert wanted <= {one.register.name for one in SETS}


def test_references_stay_within_the_exchange_or_are_told() -> None:
    within = {one.register.name for one in SETS}
    for one in SETS:
        for item in one.items:
            assert item.field.kind is not Kind.REF or item.field.to in within, f"{one.name}.{item.name}"


@pytest.mark.parametrize("dataset", SETS, ids=lambda one: one.name)
def test_names_are_unique_and_in_the_manner_of_the_standard(dataset: Dataset) -> None:
    names = [item.name for item in dataset.items]
    assert len(set(names)) == len(names)
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", dataset.name)
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in names)
    assert not {"id", "geometry"} & set(names)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("value_satang", "valueBaht"), ("deed_area_sqwah", "deedAreaSquareWah"), ("tax_year_be", "taxYearBuddhistYear"),
        ("assessment_uid", "assessmentId"), ("sides_n", "sidesCount"), ("note", "note"),
        ("area_cm2", "areaSquareCentimetre"),
    ],
)  # fmt: skip
def test_names_by_rule_tell_the_unit(field: str, name: str) -> None:
    assert item_name(field) == name


# ---------------------------------------------------------------- schema


def breaches(schema: dict[str, Any], value: Any, place: str = "$") -> list[str]:
    """Check a value by the few words of JSON Schema that ours uses (types, properties, patterns, lists of codes)."""
    kinds = {
        "object": dict, "array": list, "string": str, "null": type(None), "boolean": bool,
        "integer": int, "number": (int, float),
    }  # fmt: skip
    found = []
    named = schema.get("type", list(kinds))
    named = [named] if isinstance(named, str) else named
    if not any(isinstance(value, kinds[kind]) and (kind == "boolean" or value is not True) for kind in named):
        found.append(f"{place}: type")
    if "const" in schema and value != schema["const"]:
        found.append(f"{place}: const")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: enum")
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        found.append(f"{place}: pattern")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{place}: lacks {name}" for name in schema.get("required", ()) if name not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{place}: unknown {name}" for name in value if name not in known]
        found += [f for name in known if name in value for f in breaches(known[name], value[name], f"{place}.{name}")]
    if isinstance(value, list):
        found += [f for i, one in enumerate(value) for f in breaches(schema.get("items", {}), one, f"{place}[{i}]")]
    return found


def exchange_of_one() -> dict[str, Any]:
    row = {item.field.name: None for item in PARCEL.items} | {"uid": "P1", "code": "01A001", "doc_type": "1"}
    rows = {one.register.name: [] for one in SETS} | {"parcel": [row | {"deed_area_sqwah": 100.5, "geom": None}]}
    return json.loads(json_bytes(document(SETS, rows, {"office": "อบต.ดอนหัน"})))


def test_what_is_written_keeps_to_the_schema() -> None:
    assert breaches(schema_of(SETS, REGISTERS), exchange_of_one()) == []


@pytest.mark.parametrize(
    ("item", "value"),
    [("titleDeedType", "99"), ("titleDeedAreaSquareWah", "much"), ("somethingElse", 1), ("parcelCode", 5)],
)
def test_the_schema_finds_what_is_wrong(item: str, value: Any) -> None:
    exchange = exchange_of_one()
    exchange["datasets"]["LandParcel"][0][item] = value
    assert breaches(schema_of(SETS, REGISTERS), exchange)


def test_the_schema_tells_titles_units_and_codes() -> None:
    schema = schema_of(SETS, REGISTERS)["properties"]["datasets"]["properties"]["LandParcel"]["items"]["properties"]
    assert schema["titleDeedAreaSquareWah"]["title"].endswith("(sq. wah)")
    assert "1 โฉนดที่ดิน" in schema["titleDeedType"]["description"]


# ---------------------------------------------------------------- what cannot be right


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"datasets": []}', b'{"datasets": {"LandParcel": [1]}}', b"PK\x03\x04 broken", b"\xff\xfe"],
)
def test_damaged_files_are_one_sentence(data: bytes) -> None:
    with pytest.raises(SourceError) as refused:
        read_bytes(data, "แฟ้ม.json")
    assert "แฟ้ม.json" in refused.value.th


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("titleDeedAreaSquareWah", "nan"), ("titleDeedAreaSquareWah", True), ("titleDeedAreaSquareWah", "1e999"),
        ("vacantSinceBuddhistYear", 2560.5), ("parcelCode", 7), ("geometry", "POLYGON((1 2"), ("id", ""), ("id", 5),
        ("unheardOf", "x"),
    ],
)  # fmt: skip
def test_values_that_cannot_be_are_faults(item: str, value: Any) -> None:
    record = to_record(PARCEL, {field: None for field in PARCEL.register.columns} | {"uid": "P1", "geom": None})
    _, faults = from_record(PARCEL, {**record, item: value})
    assert [fault.item for fault in faults] == [item]


@pytest.mark.parametrize("value", [12.5, 12, "12.345", "twelve", True])
def test_money_as_a_number_or_finer_than_a_satang_is_refused(value: Any) -> None:
    with pytest.raises(ValueError):
        from_exchange(MONEY, value)
