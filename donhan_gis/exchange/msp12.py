"""Exchange of tax data in the names of the national data standard (มสพร. 12): JSON, CSV in a ZIP, and their schema.

Nothing is lost on the way there and back: money is written in baht with two decimals as text, areas as the numbers they
are, days as ISO dates, shapes as WKT in EPSG:32648, references by the other row's ``id``. The names are data.
"""

from __future__ import annotations

import csv
import io
import json
import math
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import shapely

from donhan_gis import thai
from donhan_gis.errors import SourceError
from donhan_gis.field import Field, Kind
from donhan_gis.paths import DATA
from donhan_gis.register import Register, Registers

Row = Mapping[str, Any]
ID, GEOMETRY = "id", "geometry"
CRS = "EPSG:32648"
MANIFEST, SCHEMA_FILE = "manifest.json", "schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
csv.field_size_limit(2**31 - 1)  # a working or a shape may be longer than Python's 128 KiB


@dataclass(frozen=True, slots=True)
class Item:
    """One exchanged value: our field and its name in the exchange."""

    field: Field
    name: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """One register under its name in the exchange."""

    register: Register
    name: str
    items: tuple[Item, ...]

    @property
    def has_geometry(self) -> bool:
        """Whether rows carry a shape."""
        return self.register.geometry != "None"


@cache
def _declared() -> dict[str, Any]:
    return tomllib.loads((DATA / "exchange" / "msp12.toml").read_text(encoding="utf-8"))


def datasets(registers: Registers) -> tuple[Dataset, ...]:
    """Return the data sets in the order of the file of names."""
    return tuple(
        Dataset(
            registers[entry["register"]],
            entry["name"],
            tuple(
                Item(field, entry.get("item", {}).get(field.name) or item_name(field.name))
                for field in registers[entry["register"]].fields
            ),
        )
        for entry in _declared()["dataset"]
        if entry["register"] in registers
    )


def item_name(field: str) -> str:
    """Return the name by rule of a field that the file of names does not give one.

    >>> item_name("price_satang_per_m2"), item_name("paid_on"), item_name("relief"), item_name("person_uid")
    ('priceBahtPerSquareMetre', 'paidDate', 'relief', 'personId')
    """
    for ending, said in sorted(_declared()["ending"].items(), key=lambda pair: -len(pair[0])):
        if field.endswith(f"_{ending}"):
            return f"{_camel(field.removesuffix(f'_{ending}'))}{said}"
    return _camel(field)


def _camel(words: str) -> str:
    first, *others = words.split("_")
    return first + "".join(word.capitalize() for word in others)


# ---------------------------------------------------------------- values


def to_exchange(field: Field, value: Any) -> Any:
    """Return a stored value as the exchange writes it.

    >>> to_exchange(Field("tax_satang", Kind.MONEY, "ภาษี", "Tax"), -5)
    '-0.05'
    """
    if value is None or value == "":
        return None
    if field.kind is Kind.MONEY:
        sign, (baht, satang) = "-" if value < 0 else "", divmod(abs(int(value)), thai.SATANG_PER_BAHT)
        return f"{sign}{baht}.{satang:02d}"
    return bool(value) if field.kind is Kind.BOOL else value


def from_exchange(field: Field, value: Any) -> Any:
    """Return the stored value of what an exchange file holds; text from CSV is read by the field's kind.

    Raises:
        ValueError: it is no value of the field's kind.
    """
    if value is None or value == "":
        return None
    if field.kind in _READERS:
        return _READERS[field.kind](value)
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _money(value: Any) -> int:
    if not isinstance(value, str):
        raise ValueError(value)
    return thai.parse_baht(value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and value != int(value)):
        raise ValueError(value)
    return int(value)


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _flag(value: Any) -> int:
    known = {True: 1, False: 0, "true": 1, "false": 0}
    if isinstance(value, int) and not isinstance(value, bool):
        raise ValueError(value)
    if value not in known:
        raise ValueError(value)
    return known[value]


_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.MONEY: _money,
    Kind.INT: _whole,
    Kind.DECIMAL: _number,
    Kind.BOOL: _flag,
}


def to_record(dataset: Dataset, row: Row) -> dict[str, Any]:
    """Return a row in the names of the exchange."""
    record = {ID: row["uid"]} | {item.name: to_exchange(item.field, row[item.field.name]) for item in dataset.items}
    if dataset.has_geometry:
        shape = row.get("geom")
        record[GEOMETRY] = None if shape is None else shapely.to_wkt(shape, rounding_precision=-1)
    return record


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record cannot be taken: the item at fault and what it holds."""

    item: str
    value: Any


def from_record(dataset: Dataset, record: Row) -> tuple[dict[str, Any], list[Fault]]:
    """Return the row of a record and what is wrong with it; unknown items are faults, for nothing may get lost."""
    known = {item.name: item.field for item in dataset.items}
    row: dict[str, Any] = {"uid": record.get(ID)}
    faults = [] if isinstance(row["uid"], str) and row["uid"] else [Fault(ID, row["uid"])]
    for name, value in record.items():
        if name == ID or (name == GEOMETRY and dataset.has_geometry):
            continue
        if name not in known:
            faults.append(Fault(name, value))
            continue
        try:
            row[known[name].name] = from_exchange(known[name], value)
        except (ValueError, TypeError, OverflowError):
            faults.append(Fault(name, value))
    if dataset.has_geometry:
        try:
            row["geom"] = shapely.from_wkt(record.get(GEOMETRY) or None)
        except (shapely.errors.GEOSException, TypeError):
            faults.append(Fault(GEOMETRY, str(record.get(GEOMETRY))[:80]))
    return row, faults


# ---------------------------------------------------------------- files


def document(sets: Sequence[Dataset], rows: Mapping[str, Sequence[Row]], head: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole exchange; ``rows`` by our register names, ``head`` says who wrote it and when."""
    declared = _declared()
    return {
        "standard": declared["standard"],
        "version": declared["version"],
        "crs": CRS,
        **head,
        "datasets": {one.name: [to_record(one, row) for row in rows[one.register.name]] for one in sets},
    }


def json_bytes(exchange: Mapping[str, Any]) -> bytes:
    """Return the exchange as JSON."""
    return json.dumps(exchange, ensure_ascii=False, indent=1).encode("utf-8")


def zip_bytes(sets: Sequence[Dataset], exchange: Mapping[str, Any], schema: Mapping[str, Any]) -> bytes:
    """Return the exchange as a ZIP of one CSV a data set (UTF-8 with mark, as Excel wants it), manifest and schema."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        head = {name: value for name, value in exchange.items() if name != "datasets"}
        archive.writestr(MANIFEST, json_bytes(head))
        archive.writestr(SCHEMA_FILE, json_bytes(schema))
        for dataset in sets:
            archive.writestr(f"{dataset.name}.csv", _csv_text(dataset, exchange["datasets"][dataset.name]))
    return out.getvalue()


def _columns(dataset: Dataset) -> list[str]:
    return [ID, *(item.name for item in dataset.items), *([GEOMETRY] if dataset.has_geometry else [])]


def _csv_text(dataset: Dataset, records: Sequence[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _columns(dataset))
    writer.writeheader()
    for record in records:
        writer.writerow({k: {True: "true", False: "false"}[v] if isinstance(v, bool) else v for k, v in record.items()})
    return text.getvalue().encode("utf-8-sig")


def read_bytes(data: bytes, name: str) -> dict[str, Any]:
    """Return the exchange a file holds, JSON or ZIP of CSV.

    Raises:
        SourceError: it is neither, or is damaged.
    """
    try:
        exchange = _unzipped(data) if data.startswith(b"PK") else json.loads(data.decode("utf-8-sig"))
        if not all(isinstance(record, dict) for records in exchange["datasets"].values() for record in records):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, csv.Error) as error:
        raise SourceError("standard.unreadable", field="path", path=name) from error
    return dict(exchange)


def _unzipped(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        exchange = json.loads(archive.read(MANIFEST))
        exchange["datasets"] = {
            file.removesuffix(".csv"): list(_csv_records(archive.read(file)))
            for file in archive.namelist()
            if file.endswith(".csv")
        }
    return dict(exchange)


def _csv_records(data: bytes) -> Iterator[dict[str, Any]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    for record in csv.DictReader(text):
        yield {str(name): value for name, value in record.items()}


# ---------------------------------------------------------------- the published schema


def schema_of(sets: Sequence[Dataset], registers: Registers) -> dict[str, Any]:
    """Return the JSON Schema of the exchange, with titles in both languages, units and code lists."""
    declared = _declared()
    return {
        "$schema": _DIALECT,
        "title": f"{declared['standard']} ({declared['version']})",
        "description": f"{declared['source']} — {declared['unsure']}",
        "type": "object",
        "required": ["standard", "version", "crs", "datasets"],
        "properties": {
            "standard": {"const": declared["standard"]},
            "version": {"const": declared["version"]},
            "crs": {"const": CRS},
            "datasets": {
                "type": "object",
                "additionalProperties": False,
                "properties": {one.name: {"type": "array", "items": _record_schema(one, registers)} for one in sets},
            },
        },
    }


def _record_schema(dataset: Dataset, registers: Registers) -> dict[str, Any]:
    properties = {ID: {"type": "string", "minLength": 1}}
    properties |= {item.name: _item_schema(item.field, registers) for item in dataset.items}
    if dataset.has_geometry:
        properties[GEOMETRY] = {"type": ["string", "null"], "description": f"WKT, {CRS}"}
    register = dataset.register
    return {
        "title": f"{register.th} / {register.en}",
        "type": "object",
        "additionalProperties": False,
        "required": [ID, *(item.name for item in dataset.items if item.field.required)],
        "properties": properties,
    }


_TYPES: Mapping[Kind, dict[str, Any]] = {
    Kind.MONEY: {"type": ["string", "null"], "pattern": r"^-?[0-9]+\.[0-9]{2}$"},
    Kind.INT: {"type": ["integer", "null"]},
    Kind.DECIMAL: {"type": ["number", "null"]},
    Kind.BOOL: {"type": ["boolean", "null"]},
    Kind.DATE: {"type": ["string", "null"], "format": "date"},
}


def _item_schema(field: Field, registers: Registers) -> dict[str, Any]:
    said = f"{field.heading('th')} / {field.heading('en')}"
    item = {"title": said, **_TYPES.get(field.kind, {"type": ["string", "null"]})}
    codes = registers.choices_of(field)
    if field.kind is Kind.CHOICE and codes:
        item["enum"] = [*(choice.code for choice in codes), None]
        item["description"] = "; ".join(f"{choice.code} {choice.th}" for choice in codes)
    return item
