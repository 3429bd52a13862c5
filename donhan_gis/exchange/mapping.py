"""Which column of a file means which field: mapping files, suggestions with reasons, and strict checks.

The same name means different things in different offices' files (``LAND_NO`` is เลขที่ดิน in one and หน้าสำรวจ in
another), so doubtful names are never mapped by name alone.
"""

from __future__ import annotations

import dataclasses
import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from donhan_gis import thai
from donhan_gis.errors import DeclarationError, InvalidInput, SourceError
from donhan_gis.exchange.convert import COMBINATIONS
from donhan_gis.field import Field
from donhan_gis.i18n import LANGUAGES, Language, text
from donhan_gis.paths import DATA
from donhan_gis.register import Register

FOLDER = DATA / "mapping"
_DBF_NAME_LENGTH = 10
_OWN_EXPORT_COLUMN = "uid"
_SQWAH_UNIT = "ตร.ว."
_TOP_KEYS = {"schema", "name", "th", "en", "register", "source", "must", "ignore", "fixed", "column"}
_COLUMN_KEYS = {"field", "from", "as", "values"}
_LEAST_SHARE = 0.3  # of a mapping file's columns that must be there before it is proposed


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """One field filled from one or more columns; ``how`` names a combination, ``values`` the file's own codes.

    Two entries for one field: the first that gives a value wins. ``reason`` and ``score`` (0 to 1) say why it was
    proposed.
    """

    field: str
    sources: tuple[str, ...]
    how: str = ""
    values: Mapping[str, str] = dataclasses.field(default_factory=dict)
    reason: str = "given"
    score: float = 1.0

    def why(self, language: Language = "th") -> str:
        """Return the reason in words."""
        kind, _, file = self.reason.partition(":")
        return text(f"mapping.reason.{kind}", language, file=file)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a file's columns become the fields of one register.

    ``fixed`` gives fields one value for all rows, written as a user would type it. ``ignored`` are columns left out on
    purpose, ``unmapped`` those nobody knew, ``doubtful`` those whose name is known to mean different things; ``score``
    is the share of the file's columns that is accounted for.
    """

    name: str
    th: str
    en: str
    register: str
    columns: tuple[MappedColumn, ...]
    fixed: Mapping[str, str] = dataclasses.field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    must: tuple[str, ...] = ()
    source: str = ""
    unmapped: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    score: float = 1.0

    def title(self, language: Language = "th") -> str:
        """Return the mapping's name as people call it."""
        return self.th if language == "th" else self.en

    def sources_of(self, how: str) -> tuple[str, ...]:
        """Return the columns that a combination takes, or none."""
        return next((column.sources for column in self.columns if column.how == how), ())


def load(file: Path) -> ColumnMapping:
    """Return a mapping file.

    Raises:
        SourceError: the file is missing, cannot be opened, or is not TOML.
        DeclarationError: an unknown key, or an unknown combination.
    """
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError("mapping.missing", field="mapping", path=file) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"line (\d+)", str(error))
        raise SourceError("mapping.unreadable", field="mapping", path=file, line=line[1] if line else "1") from error
    _check_keys(data, _TOP_KEYS, file, "mapping")
    _check_forms(data, file)
    for key in ("name", "th", "en", "register", "column"):
        if not data.get(key):
            raise DeclarationError("declaration.incomplete", file=file.name, key=key, missing=key)
    return ColumnMapping(
        name=data["name"],
        th=data["th"],
        en=data["en"],
        register=data["register"],
        columns=tuple(_column(entry, file) for entry in data["column"]),
        fixed={str(name): str(value) for name, value in data.get("fixed", {}).items()},
        ignored=tuple(data.get("ignore", ())),
        must=tuple(data.get("must", ())),
        source=data.get("source", ""),
    )


def _check_keys(entry: Mapping[str, Any], valid: set[str], file: Path, where: str) -> None:
    for key in entry:
        if key not in valid:
            nearest = next(iter(difflib.get_close_matches(key, valid, 1)), "-")
            raise DeclarationError("declaration.unknown", file=file.name, key=where, name=key, nearest=nearest)


def _check_forms(data: Mapping[str, Any], file: Path) -> None:
    """Refuse a value of another form than its key takes: a text, a list of texts, a table, a list of tables."""
    columns = data.get("column", [])
    told = [("column", _is_list(columns, dict))]
    told += [(key, isinstance(data.get(key, ""), str)) for key in ("name", "th", "en", "register", "source")]
    told += [(key, _is_list(data.get(key, []), str)) for key in ("must", "ignore")]
    told += [("fixed", isinstance(data.get("fixed", {}), dict))]
    for column in columns if told[0][1] else ():
        told += [(f"column.{key}", isinstance(column.get(key, ""), str)) for key in ("field", "as")]
        told += [("column.from", _is_list(column.get("from", []), str))]
        told += [("column.values", isinstance(column.get("values", {}), dict))]
    for key, right in told:
        if not right:
            raise DeclarationError("mapping.form", file=file.name, key=key)


def _is_list(value: Any, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _column(entry: Mapping[str, Any], file: Path) -> MappedColumn:
    where = f"column {entry.get('field', '')}"
    _check_keys(entry, _COLUMN_KEYS, file, where)
    if not entry.get("field") or not entry.get("from"):
        raise DeclarationError("declaration.incomplete", file=file.name, key=where, missing="field, from")
    how = entry.get("as", "")
    if how:
        _check_keys({how: ""}, set(COMBINATIONS), file, where)
    values = {str(key): str(value) for key, value in entry.get("values", {}).items()}
    return MappedColumn(entry["field"], tuple(entry["from"]), how, values)


def save(mapping: ColumnMapping, file: Path) -> None:
    """Write a mapping to a file that `load` reads back."""
    lines = ["schema = 1"]
    lines += [f"{key} = {_quoted(getattr(mapping, key))}" for key in ("name", "th", "en", "register", "source")]
    lines += [f"must = {_quoted(mapping.must)}", f"ignore = {_quoted(mapping.ignored)}"]
    if mapping.fixed:
        lines += ["", "[fixed]", *(f"{_quoted(name)} = {_quoted(value)}" for name, value in mapping.fixed.items())]
    for column in mapping.columns:
        lines += ["", "[[column]]", f"field = {_quoted(column.field)}", f"from = {_quoted(column.sources)}"]
        if column.how:
            lines.append(f"as = {_quoted(column.how)}")
        if column.values:
            pairs = ", ".join(f"{_quoted(key)} = {_quoted(value)}" for key, value in column.values.items())
            lines.append(f"values = {{ {pairs} }}")
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _quoted(value: str | Sequence[str]) -> str:
    """Return TOML of a text or of a list of texts; JSON's quoting is TOML's."""
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False).replace("\x7f", "\\u007f")


@cache
def built_in() -> tuple[ColumnMapping, ...]:
    """Return the mapping files that ship with the program."""
    return tuple(load(file) for file in sorted(FOLDER.glob("[!_]*.toml")))


@cache
def doubtful_names() -> frozenset[str]:
    """Return the column names that mean different things in different files."""
    data = tomllib.loads((FOLDER / "_doubtful.toml").read_text(encoding="utf-8"))
    return frozenset(data["names"])


@cache
def synonyms() -> Mapping[str, Any]:
    """Return the headings that offices use: ``area`` by part, ``register`` by register and field."""
    return tomllib.loads((FOLDER / "_synonyms.toml").read_text(encoding="utf-8"))


# -- checks


def check(mapping: ColumnMapping, columns: Iterable[str], register: Register) -> None:
    """Refuse a mapping that names a column or a field which is not there, or leaves a required field open.

    Raises:
        InvalidInput: the sentence names the nearest valid name, or the fields left open.
    """
    present = list(columns)
    if mapping.register != register.name:
        raise InvalidInput("mapping.register", field="mapping", mapping=mapping.name, register=register.name)
    for name in (*mapping.fixed, *(column.field for column in mapping.columns)):
        if name not in register.columns:
            _refuse("mapping.no_field", mapping, name, register.columns)
    for column in mapping.columns:
        for source in column.sources:
            if source not in present:
                _refuse("mapping.no_column", mapping, source, present)
    filled = {*mapping.fixed, *(column.field for column in mapping.columns)}
    if register.number:
        filled.add(register.number.field)  # the store gives it
    if open_fields := [f for f in register.fields if f.required and f.default is None and f.name not in filled]:
        names = {language: ", ".join(f.title(language) for f in open_fields) for language in LANGUAGES}
        raise InvalidInput("mapping.required", field="mapping", names_th=names["th"], names_en=names["en"])


def _refuse(code: str, mapping: ColumnMapping, name: str, valid: Sequence[str]) -> None:
    nearest = next(iter(difflib.get_close_matches(name, valid, 1)), "-")
    raise InvalidInput(code, field="mapping", mapping=mapping.name, name=name, nearest=nearest)


def fit(mapping: ColumnMapping, columns: Sequence[str]) -> ColumnMapping:
    """Return a mapping with the file's own spelling of names, without the entries whose columns are not there.

    A combination of several columns stays if its first one is there; the missing others are left out at its end.
    """
    spelled = {name.casefold(): name for name in columns}
    kept = []
    for column in mapping.columns:
        found = [spelled.get(source.casefold()) for source in column.sources]
        present = tuple(name for name in found if name)
        whole = len(present) == len(found) or (column.how == "rai_ngan_wah" and found[: len(present)] == list(present))
        if present and whole:
            kept.append(replace(column, sources=present))
    ignored = tuple(spelled[name.casefold()] for name in mapping.ignored if name.casefold() in spelled)
    return replace(mapping, columns=tuple(kept), ignored=ignored)


# -- suggestions


def suggest(columns: Iterable[str], register: Register) -> ColumnMapping:
    """Return the likeliest mapping of a file's columns, each entry with its reason and score.

    A mapping file that fits gives the start; names and titles of the register's own fields, areas in rai, ngan and
    wah, and headings that offices use fill the rest.
    """
    present = [str(column) for column in columns]
    base = _best_built_in(present, register)
    used = {source for column in base.columns for source in column.sources} | set(base.ignored)
    own = _OWN_EXPORT_COLUMN in (name.casefold() for name in present)
    doubtful = [name for name in present if name not in used and name.casefold() in doubtful_names() and not own]
    found = list(base.columns)
    for way in (_by_own_names, _by_area, _by_synonyms):
        free = [name for name in present if name not in used and name not in doubtful]
        found += way(free, register, {column.field for column in found})
        used |= {source for column in found for source in column.sources}
    unmapped = tuple(name for name in present if name not in used and name not in doubtful)
    score = len(used) / len(present) if present else 0.0
    return replace(base, columns=tuple(found), unmapped=unmapped, doubtful=tuple(doubtful), score=score)


def _by_own_names(free: Sequence[str], register: Register, filled: set[str]) -> list[MappedColumn]:
    found: dict[str, MappedColumn] = {}
    for name in free:
        known = _by_name(name, register)
        if known and known[0] not in filled:
            found.setdefault(known[0], MappedColumn(known[0], (name,), reason=known[1], score=known[2]))
    return list(found.values())


def _by_area(free: Sequence[str], register: Register, filled: set[str]) -> list[MappedColumn]:
    """Return the field counted in square wah, filled from columns of rai, ngan, wah and เศษ; none without rai."""
    wanted = [f.name for f in register.fields if f.unit == _SQWAH_UNIT and not f.retired and f.name not in filled]
    parts: list[str] = []
    for part in ("rai", "ngan", "wah", "hundredths"):
        name = _heading(free, synonyms()["area"][part])
        if name is None or not wanted:
            break
        parts.append(name)
    return [MappedColumn(wanted[0], tuple(parts), "rai_ngan_wah", reason="area", score=0.8)] if parts else []


def _by_synonyms(free: Sequence[str], register: Register, filled: set[str]) -> list[MappedColumn]:
    left, found = list(free), []
    for field, headings in synonyms()["register"].get(register.name, {}).items():
        name = _heading(left, headings) if field not in filled else None
        if name:
            left.remove(name)
            found.append(MappedColumn(field, (name,), reason="synonym", score=0.7))
    return found


def _heading(names: Sequence[str], headings: Sequence[str]) -> str | None:
    """Return the column whose name stands first among the headings."""
    plain = {_plain(name): name for name in reversed(names)}
    return next((plain[_plain(heading)] for heading in headings if _plain(heading) in plain), None)


def _best_built_in(present: Sequence[str], register: Register) -> ColumnMapping:
    folded = {name.casefold() for name in present}
    best = ColumnMapping("suggested", "ระบบเสนอ", "Suggested", register.name, ())
    best_hits = 0
    for mapping in built_in():
        wanted = {source.casefold() for column in mapping.columns for source in column.sources}
        hits = len(wanted & folded)
        needed = all(name.casefold() in folded for name in mapping.must)
        if mapping.register == register.name and needed and hits > best_hits and hits >= _LEAST_SHARE * len(wanted):
            best, best_hits = mapping, hits
    fitted = fit(best, present)
    marked = tuple(replace(column, reason=f"file:{best.name}") for column in fitted.columns)
    return replace(fitted, columns=marked)


def _plain(written: str) -> str:
    """Return a heading without what people leave out or put in as they like."""
    return re.sub(r"[\s_.์]", "", thai.normalise(written)).casefold()


def _by_name(name: str, register: Register) -> tuple[str, str, float] | None:
    """Return (field, reason, score) of the only field that a column's name fits best."""
    wanted = _plain(name)
    without_unit = _plain(re.sub(r"\s*\([^)]*\)\s*$", "", name))

    def titled(field: Field, title: str, heading: str) -> bool:
        # What stands in brackets may be left out, but not where it could be another unit than the field's.
        return wanted in (_plain(title), _plain(heading)) or (not field.unit and _plain(title) == without_unit)

    ways: list[tuple[str, float, Any]] = [
        ("name", 1.0, lambda f: _plain(f.name) == wanted),
        ("title_th", 0.9, lambda f: titled(f, f.th, f.heading("th"))),
        ("title_en", 0.9, lambda f: titled(f, f.en, f.heading("en"))),
        ("short_name", 0.8, lambda f: len(name) == _DBF_NAME_LENGTH and f.name[:_DBF_NAME_LENGTH] == name.casefold()),
    ]
    for reason, score, fits in ways:
        found = [f.name for f in register.fields if not f.retired and fits(f)]
        if len(found) == 1:
            return found[0], reason, score
    return None
