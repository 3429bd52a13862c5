"""`Register`: one declared table, and the strict loader of the files in ``layers/``.

A register is data: table, form, list, validation, QGIS style and import template all follow from its file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal

from donhan_gis.declaration import SYSTEM_COLUMNS as SYSTEM_COLUMNS
from donhan_gis.declaration import check_registers, known
from donhan_gis.errors import DeclarationError
from donhan_gis.field import Choice, Field, Kind, Privacy
from donhan_gis.i18n import Language
from donhan_gis.paths import DATA, LAYERS

Geometry = Literal["None", "Point", "MultiPoint", "MultiLineString", "MultiPolygon", "Geometry"]
SCHEMA = 1  # the form of declaration files this loader reads

# Colours of codes that a style names none for (ColorBrewer Set2, Apache-2.0), in the order of the code list.
PALETTE = ("#66c2a5", "#fc8d62", "#8da0cb", "#e78ac3", "#a6d854", "#ffd92f", "#e5c494", "#b3b3b3")


@dataclass(frozen=True, slots=True)
class Titled:
    """A form section or a group of registers."""

    id: str
    th: str
    en: str

    def title(self, language: Language = "th") -> str:
        """Return the title."""
        return self.th if language == "th" else self.en


@dataclass(frozen=True, slots=True)
class Computed:
    """A value worked out by SQL from the row and its relations; a column of the register's view."""

    name: str
    kind: Kind
    th: str
    en: str
    sql: str
    unit: str = ""
    decimals: int = 2
    choices: str = ""

    def as_field(self) -> Field:
        """Return the read-only field that shows the value."""
        return Field(
            self.name,
            self.kind,
            self.th,
            self.en,
            unit=self.unit,
            decimals=self.decimals,
            choices=self.choices,
            readonly=True,
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on one row in SQL that must not be false."""

    id: str
    sql: str
    th: str
    en: str
    level: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Check:
    """A named spatial or cross-register check."""

    id: str
    name: str
    th: str
    en: str
    level: Literal["error", "warning"] = "error"
    with_: str = ""
    via: str = ""
    metres: float = 0


@dataclass(frozen=True, slots=True)
class Child:
    """Rows of another register that belong to a row of this one."""

    register: str
    via: str
    th: str
    en: str


@dataclass(frozen=True, slots=True)
class Number:
    """How codes are given: ``pattern`` with ``{field}``, ``{ref.field}`` and ``{seq}``, counted within ``scope``.

    With ``reset`` the count begins anew each year, told by the field ``date``; ``{year}`` is that year (B.E.). A
    ``gapless`` number is given by the system alone, so that none is left out.
    """

    field: str
    pattern: str
    scope: tuple[str, ...] = ()
    reset: Literal["", "fiscal_year", "calendar_year"] = ""
    date: str = ""
    gapless: bool = False


@dataclass(frozen=True, slots=True)
class Amend:
    """What may still be written into an append-only row: these ``fields``, while ``when`` (SQL) holds for the row."""

    fields: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class Style:
    """How the layer is drawn. Colours ``#rrggbb``; widths and sizes in mm; scales as the N of 1:N."""

    fill: str = ""
    stroke: str = "#444444"
    width: float = 0.3
    size: float = 2.5
    marker: str = "circle"
    by: str = ""
    colours: Mapping[str, str] | None = None
    label: str = ""
    label_scale: float = 0
    max_scale: float = 0


@dataclass(frozen=True, slots=True)
class Register:
    """One declared table with all that screens, store and documents need to know of it."""

    name: str
    th: str
    en: str
    group: str
    fields: tuple[Field, ...]
    geometry: Geometry = "None"
    privacy: Privacy = "internal"
    title: str = ""
    append_only: bool = False
    amend: Amend | None = None
    result: bool = False
    tasks_only: bool = False
    number: Number | None = None
    unique_together: tuple[tuple[str, ...], ...] = ()
    list: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    sections: tuple[Titled, ...] = ()
    computed: tuple[Computed, ...] = ()
    rules: tuple[Rule, ...] = ()
    checks: tuple[Check, ...] = ()
    children: tuple[Child, ...] = ()
    style: Style | None = None

    def heading(self, language: Language = "th") -> str:
        """Return the register's name as people call it."""
        return self.th if language == "th" else self.en

    def field(self, name: str) -> Field:
        """Return the field or computed column of that name.

        Raises:
            KeyError: there is none.
        """
        for field in self.fields:
            if field.name == name:
                return field
        for computed in self.computed:
            if computed.name == name:
                return computed.as_field()
        raise KeyError(name)

    @property
    def by_hand(self) -> bool:
        """Whether people enter its rows; otherwise runs or tasks write them and screens only show them."""
        return not (self.result or self.tasks_only)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the stored columns, without the system's."""
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class Registers(Mapping[str, Register]):
    """All registers by name, with the groups and code lists they use."""

    by_name: Mapping[str, Register]
    groups: tuple[Titled, ...]
    choices: Mapping[str, tuple[Choice, ...]]

    def __getitem__(self, name: str) -> Register:
        return self.by_name[name]

    def __iter__(self) -> Any:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def choices_of(self, field: Field) -> tuple[Choice, ...]:
        """Return the codes a field may hold; none where it takes no list."""
        return self.choices.get(field.choices, ())


@cache
def load_registers(folder: Path = LAYERS, choices_file: Path = DATA / "choices.toml") -> Registers:
    """Load and check every declaration of a folder.

    Raises:
        DeclarationError: a file breaks the form; it names file and key, and the nearest valid name.
    """
    choices = load_choices(choices_file)
    listed = _tables(_read(folder / "_groups.toml"), "group", "_groups.toml")
    groups = tuple(_build(Titled, entry, "_groups.toml") for entry in listed)
    found = [_register(file) for file in sorted(folder.glob("[!_]*.toml"))]
    registers = Registers(dict(sorted((r.name, r) for r in found)), groups, choices)
    check_registers(registers)
    return registers


def load_choices(file: Path) -> dict[str, tuple[Choice, ...]]:
    """Return the code lists of a file: ``codes = [["CODE", "ไทย", "English"], …]``."""
    lists = {}
    for name, entry in _read(file).items():
        try:
            codes = tuple(Choice(*row) for row in entry["codes"])
        except (KeyError, TypeError) as error:
            raise DeclarationError("declaration.incomplete", file=file.name, key=name, missing="codes") from error
        if len({choice.code for choice in codes}) != len(codes):
            raise DeclarationError("declaration.duplicate", file=file.name, key=name)
        lists[name] = codes
    return lists


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DeclarationError("declaration.unreadable", file=file.name, key=str(error)) from error


def _tables(data: Mapping[str, Any], key: str, file: str) -> list[dict[str, Any]]:
    """Return the ``[[key]]`` tables of a file."""
    found = data.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise DeclarationError("declaration.incomplete", file=file, key=key, missing=f"[[{key}]]")
    return found


def _build(cls: Any, entry: Mapping[str, Any], file: str, *, rename: Mapping[str, str] | None = None) -> Any:
    """Return the dataclass of a table, refusing keys it does not have and titles left out."""
    names = {part.name for part in fields(cls)}
    values = {(rename or {}).get(key, key): value for key, value in entry.items()}
    where = f"{cls.__name__.lower()} {entry.get('name', entry.get('id', ''))}".strip()
    for key in values:
        known(key, names, file=file, key=where)
    try:
        built = cls(**values)
    except TypeError as error:
        raise DeclarationError("declaration.incomplete", file=file, key=where, missing=str(error)) from error
    for language in ("th", "en"):
        if not getattr(built, language, "-").strip():
            raise DeclarationError("declaration.title", file=file, key=where)
    return built


_FIELD_NAMES = {"min": "minimum", "max": "maximum"}
_TOP_KEYS = {
    *("schema", "register", "th", "en", "group", "geometry", "privacy", "title", "append_only", "amend", "result"),
    *("tasks_only", "number", "unique_together", "list", "search", "section", "field", "computed", "rule", "check"),
    *("child", "style"),
}


def _with_kind(cls: Any, entry: Mapping[str, Any], file: str) -> Any:
    """Return the field or computed value of a table."""
    known(str(entry.get("kind", "")), {*Kind}, file=file, key=f"{cls.__name__.lower()} {entry.get('name', '')}")
    return _build(cls, {**entry, "kind": Kind(entry["kind"])}, file, rename=_FIELD_NAMES)


def _register(file: Path) -> Register:
    data = _read(file)
    name = file.name
    for key in data:
        known(key, _TOP_KEYS, file=name, key=key)
    if data.get("schema") != SCHEMA:
        raise DeclarationError("declaration.schema", file=name, key="schema", wanted=SCHEMA)
    for key in ("register", "th", "en", "group", "field"):
        if not data.get(key):
            raise DeclarationError("declaration.incomplete", file=name, key=key, missing=key)
    known(data["register"], {file.stem}, file=name, key="register")

    def each(key: str, build: Callable[[Mapping[str, Any]], Any]) -> tuple[Any, ...]:
        return tuple(build(entry) for entry in _tables(data, key, name))

    number, amend = data.get("number"), data.get("amend")
    return Register(
        name=data["register"],
        th=data["th"],
        en=data["en"],
        group=data["group"],
        geometry=data.get("geometry", "None"),
        privacy=data.get("privacy", "internal"),
        title=data.get("title", ""),
        append_only=data.get("append_only", False),
        amend=_build(Amend, {**amend, "fields": tuple(amend.get("fields", ()))}, name) if amend else None,
        result=data.get("result", False),
        tasks_only=data.get("tasks_only", False),
        number=_build(Number, {**number, "scope": tuple(number.get("scope", ()))}, name) if number else None,
        unique_together=tuple(tuple(names) for names in data.get("unique_together", ())),
        list=tuple(data.get("list", ())),
        search=tuple(data.get("search", ())),
        sections=each("section", lambda entry: _build(Titled, entry, name)),
        fields=each("field", lambda entry: _with_kind(Field, entry, name)),
        computed=each("computed", lambda entry: _with_kind(Computed, entry, name)),
        rules=each("rule", lambda entry: _build(Rule, entry, name)),
        checks=each("check", lambda entry: _build(Check, entry, name, rename={"with": "with_"})),
        children=each("child", lambda entry: _build(Child, entry, name)),
        style=_build(Style, data["style"], name) if "style" in data else None,
    )
