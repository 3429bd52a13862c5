"""Dated law: every rate, limit, cut and table of numbers that a regulation sets, read from ``data/law/*.toml``.

A file is one *area* of law (``land_building``, ``appraisal`` …) and says which tax years were checked. A council's
by-law, or the law of a new year, is a further file laid over the first: it may only name keys that exist, and wins
where it holds. Percentages are exact fractions and money is whole satang; nothing here is a float.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from donhan_gis.errors import DeclarationError, NoLawForDate
from donhan_gis.paths import LAW

PERCENT = 100
SATANG_PER_BAHT = 100
SCHEMA = 1
MAIN_AREA = "land_building"
HEADER = {"schema", "area", "covers", "th", "en", "value"}
NEEDED = {"key", "from", "unit", "value", "source"}
ALLOWED = NEEDED | {"until", "unsure", "choices", "th", "en"}

Brackets = tuple[tuple[int | None, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the law: what it is, since which tax year (B.E.), in which unit, and who says so.

    ``unsure`` tells why a lawyer should look again ("" when the source was read); ``choices`` lists the readings
    an office may choose between where the law leaves a point open.
    """

    key: str
    since: int
    until: int | None
    unit: str
    value: Any
    source: str
    unsure: str
    choices: tuple[str, ...]
    th: str
    en: str
    file: str

    def holds(self, year_be: int) -> bool:
        """Tell whether the value holds in a tax year."""
        return self.since <= year_be and (self.until is None or year_be <= self.until)


@dataclass(frozen=True, slots=True)
class Law:
    """The law of one tax year: look a value up by its key, ``area.name``.

    >>> at(2569).percent("land_building.vacant.step_points")
    Fraction(3, 1000)
    """

    year_be: int
    values: Mapping[str, Value]
    known: Mapping[str, tuple[int, ...]]
    titles: Mapping[str, tuple[str, str]]
    hash: str

    def value(self, key: str) -> Value:
        """Return a value with its unit, source and doubts.

        Raises:
            NoLawForDate: nothing of that name holds in this year.
        """
        if key not in self.values:
            raise _no_law(self.titles.get(key, (key, key)), self.year_be, self.known.get(key, ()))
        return self.values[key]

    def percent(self, key: str) -> Fraction:
        """Return a percentage as a fraction of one: 0.30 % is 3/1000."""
        return Fraction(self._of(key, "percent"))

    def satang(self, key: str) -> int:
        """Return an amount of money in satang."""
        return int(self._of(key, "baht"))

    def whole(self, key: str) -> int:
        """Return a whole number (years, parts, decimals)."""
        return int(self._of(key, "whole"))

    def flag(self, key: str) -> bool:
        """Return a yes or no."""
        return bool(self._of(key, "flag"))

    def choice(self, key: str) -> str:
        """Return the reading chosen where the law leaves a point open."""
        return str(self._of(key, "choice"))

    def brackets(self, key: str) -> Brackets:
        """Return marginal brackets: (upper end in satang or None, rate as a fraction of one), rising."""
        return tuple(self._of(key, "brackets"))

    def series(self, key: str) -> tuple[int, ...]:
        """Return a list of whole numbers, such as cumulative depreciation by year of age."""
        return tuple(self._of(key, "series"))

    def table(self, key: str) -> Mapping[str, Any]:
        """Return a small table of named entries as written in the file."""
        return dict(self._of(key, "table"))

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the last part of each key under ``prefix`` that this year knows, in file order."""
        return tuple(key.removeprefix(prefix) for key in self.values if key.startswith(prefix))

    def open_points(self) -> tuple[Value, ...]:
        """Return the values somebody should confirm with the province or the department."""
        return tuple(value for value in self.values.values() if value.unsure)

    def _of(self, key: str, unit: str) -> Any:
        found = self.value(key)
        if found.unit != unit:
            raise DeclarationError("law.wrong_unit", file=found.file, key=key, unit=found.unit, wanted=unit)
        return found.value


@dataclass(frozen=True, slots=True)
class Layer:
    """One law file: its area, its title in both languages, the tax years checked (first, last) and its values."""

    file: str
    area: str
    title: tuple[str, str]
    covers: tuple[int, int]
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class LawBook:
    """All law files, the later laid over the earlier; ``hash`` changes when any byte of them does."""

    layers: tuple[Layer, ...]
    hash: str

    def at(self, year_be: int) -> Law:
        """Return the law of a tax year (B.E.).

        Raises:
            NoLawForDate: no file covers that year.
        """
        areas = {area for area, (first, last) in self.coverage().items() if first <= year_be <= last}
        if not areas:
            raise _no_law(self._title(), year_be, self.years())
        values: dict[str, Value] = {}
        for layer in self.layers:
            if layer.area in areas:
                values.update(_holding(layer, year_be))
        known = {key: tuple(years) for key, years in self._known().items()}
        return Law(year_be, values, known, self._titles(), self.hash)

    def coverage(self) -> dict[str, tuple[int, int]]:
        """Return the first and last tax year checked, by area."""
        spans: dict[str, tuple[int, int]] = {}
        for layer in self.layers:
            first, last = spans.get(layer.area, layer.covers)
            spans[layer.area] = (min(first, layer.covers[0]), max(last, layer.covers[-1]))
        return spans

    def years(self) -> tuple[int, ...]:
        """Return every tax year some file covers."""
        return tuple(sorted({year for first, last in self.coverage().values() for year in range(first, last + 1)}))

    def _title(self) -> tuple[str, str]:
        """Return what the files are about: the Act, where they hold it."""
        titles = {layer.area: layer.title for layer in reversed(self.layers)}
        return titles.get(MAIN_AREA) or next(iter(titles.values()))

    def _titles(self) -> dict[str, tuple[str, str]]:
        """Return the titles of every value of any year by its key; those without one go by their file's."""
        layers = [(layer, value) for layer in reversed(self.layers) for value in layer.values]
        return {value.key: (value.th or layer.title[0], value.en or layer.title[-1]) for layer, value in layers}

    def _known(self) -> dict[str, list[int]]:
        years: dict[str, list[int]] = {}
        for layer in self.layers:
            for value in layer.values:
                years.setdefault(value.key, []).append(value.since)
        return years


@cache
def shipped() -> LawBook:
    """Return the law that comes with the program."""
    return load()


def at(year_be: int) -> Law:
    """Return the shipped law of a tax year (B.E.).

    Raises:
        NoLawForDate: no file covers that year.

    >>> at(2569).satang("land_building.exempt.agriculture_natural")
    5000000000
    """
    return shipped().at(year_be)


def load(*overlays: Path, folder: Path = LAW) -> LawBook:
    """Read the law files of ``folder`` in name order, then each overlay over them.

    Raises:
        DeclarationError: a file is unreadable or breaks the form; values ``file`` and ``key``.
    """
    digest = hashlib.sha256()
    layers: list[Layer] = []
    for path in [*sorted(folder.glob("*.toml")), *overlays]:
        text = _read(path)
        digest.update(text)
        layers.append(_layer(path, text, layers if path in overlays else None))
    return LawBook(tuple(layers), digest.hexdigest())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise DeclarationError("law.unreadable", file=str(path), key="", reason=str(fault)) from fault


def _layer(path: Path, text: bytes, below: Sequence[Layer] | None) -> Layer:
    try:
        data = tomllib.loads(text.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise DeclarationError("law.unreadable", file=path.name, key="", reason=str(fault)) from fault
    _keys(path, "", data, HEADER, HEADER - {"value"})
    covers = data["covers"]
    if data["schema"] != SCHEMA or not isinstance(covers, list) or [type(y) for y in covers] != [int, int]:
        raise DeclarationError("law.bad_value", file=path.name, key="covers", value=covers)
    values = tuple(_value(path, data["area"], entry) for entry in data.get("value", []))
    _once(path, values)
    if below is not None:
        _only_known(path, values, below)
    return Layer(path.name, data["area"], (data["th"], data["en"]), (covers[0], covers[-1]), values)


def _value(path: Path, area: str, entry: Mapping[str, Any]) -> Value:
    name = str(entry.get("key", "?"))
    _keys(path, name, entry, ALLOWED, NEEDED)
    read = UNITS.get(entry["unit"])
    if read is None:
        raise _unknown(path, name, entry["unit"], UNITS)
    choices = tuple(entry.get("choices", ()))
    try:
        value = read(entry["value"])
    except (ValueError, TypeError, InvalidOperation, KeyError) as fault:
        raise DeclarationError("law.bad_value", file=path.name, key=name, value=entry["value"]) from fault
    if choices and value not in choices:
        raise _unknown(path, name, value, choices)
    text = {part: str(entry.get(part, "")) for part in ("unsure", "th", "en")}
    return Value(
        f"{area}.{name}",
        entry["from"],
        entry.get("until"),
        entry["unit"],
        value,
        entry["source"],
        choices=choices,
        file=path.name,
        **text,
    )


def _keys(path: Path, name: str, found: Mapping[str, Any], allowed: set[str], needed: set[str]) -> None:
    for key in found:
        if key not in allowed:
            raise _unknown(path, name, key, allowed)
    for key in sorted(needed - set(found)):
        raise DeclarationError("law.missing", file=path.name, key=name, name=key)


def _once(path: Path, values: Sequence[Value]) -> None:
    seen: set[tuple[str, int]] = set()
    for value in values:
        if (value.key, value.since) in seen:
            raise DeclarationError("law.twice", file=path.name, key=value.key, year=value.since)
        seen.add((value.key, value.since))


def _only_known(path: Path, values: Sequence[Value], below: Sequence[Layer]) -> None:
    known = {value.key for layer in below for value in layer.values}
    for value in values:
        if value.key not in known:
            raise _unknown(path, value.key, value.key, known)


def _unknown(path: Path, key: str, name: Any, allowed: Any) -> DeclarationError:
    near = get_close_matches(str(name), sorted(map(str, allowed)), n=1)
    return DeclarationError("law.unknown_name", file=path.name, key=key, name=name, near=near[0] if near else "–")


def _holding(layer: Layer, year_be: int) -> Iterator[tuple[str, Value]]:
    for value in sorted(layer.values, key=lambda value: value.since):
        if value.holds(year_be):
            yield value.key, value


def _no_law(title: tuple[str, str], year_be: int, available: Sequence[int]) -> NoLawForDate:
    years = ", ".join(map(str, sorted(set(available)))) or "–"
    thai, english = title
    return NoLawForDate(
        "law.none", field="tax_year_be", parameter_th=thai, parameter_en=english, date=year_be, available=years
    )


def _decimal(text: Any) -> Decimal:
    if not isinstance(text, str):
        raise TypeError
    number = Decimal(text)
    if not number.is_finite() or number < 0:
        raise ValueError
    return number


def _percent(text: Any) -> Fraction:
    return Fraction(_decimal(text)) / PERCENT


def _satang(text: Any) -> int:
    satang = _decimal(text) * SATANG_PER_BAHT
    if satang != int(satang):
        raise ValueError
    return int(satang)


def _brackets(rows: Any) -> Brackets:
    read = tuple((_satang(top) if top else None, _percent(rate)) for top, rate in rows)
    tops = [top for top, _ in read[:-1]]
    if read[-1][0] is not None or None in tops or tops != sorted(set(tops), key=lambda top: top or 0):
        raise ValueError
    return read


def _typed(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError
        return value

    return read


def _series(values: Any) -> tuple[int, ...]:
    if not values or any(type(value) is not int for value in values):
        raise TypeError
    return tuple(values)


UNITS: Mapping[str, Callable[[Any], Any]] = {
    "percent": _percent,
    "baht": _satang,
    "brackets": _brackets,
    "series": _series,
    "whole": _typed(int),
    "flag": _typed(bool),
    "choice": _typed(str),
    "table": _typed(dict),
}
