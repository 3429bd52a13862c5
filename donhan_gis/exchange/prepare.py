"""Make rows of a register out of a file: convert, place, check, and keep every bad row with its reason.

Pure: the store is not asked. What it must know of the project (keys in use, rows referred to) arrives as arguments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from donhan_gis.errors import InvalidInput
from donhan_gis.exchange.convert import COMBINATIONS, Cell, Trouble, convert, is_blank, native
from donhan_gis.exchange.mapping import ColumnMapping, check
from donhan_gis.exchange.naming import bare
from donhan_gis.exchange.shapes import promote, type_in_words
from donhan_gis.exchange.source import Rejected, Source
from donhan_gis.field import Choice, Field, Kind, problems
from donhan_gis.finding import Finding, Severity
from donhan_gis.parcels.datum import to_storage
from donhan_gis.register import SYSTEM_COLUMNS, Register, Registers

GEOMETRY = "geom"
References = Mapping[str, Mapping[str, Sequence[str]]]
_MERGEABLE = ("MultiPolygon", "MultiLineString")
_TOUCH_M = 0.05  # parts of one parcel drawn apart by less than this still touch
_OVERLAP_SHARE = 0.01  # of the smaller part; more than this and they are two drawings, not two parts
# A stored value that breaks one of these is worth a look but can be kept; any other refusal holds the row back.
_KEPT_PROBLEMS = ("field.pattern", "field.person_id", "field.phone")


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows ready for the store (dicts; ``geom`` is shapely in EPSG:32648), findings, and the rows held back."""

    rows: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    quarantine: tuple[Rejected, ...]


@dataclass(slots=True)
class _Work:
    """What is known of a file's rows while they are prepared; ``held`` maps a row's index to its first reason."""

    source: Source
    register: Register
    findings: list[Finding]
    held: dict[int, str] = field(default_factory=dict)
    geometry: NDArray[Any] | None = None
    values: dict[str, NDArray[Any]] = field(default_factory=dict)
    merged: set[int] = field(default_factory=set)

    def note(self, index: int, name: str, trouble: Trouble) -> None:
        """Write a finding for a row, and hold the row back if it is an error."""
        if trouble.severity == "error":
            self.held.setdefault(index, trouble.code)
        self.findings.append(
            Finding(
                trouble.code,
                trouble.severity,
                register=self.register.name,
                row_label=self.label(index),
                field=name,
                values={**self.title(name), **trouble.values},
                source=self.source.name,
                source_row=int(self.source.row_numbers[index]),
                point=self.point(index),
            )
        )

    def title(self, name: str) -> dict[str, Any]:
        """Return the field's title in both languages, as texts take it."""
        titled = next((f for f in self.register.fields if f.name == name), None)
        return {"title": {"th": titled.th, "en": titled.en} if titled else name}

    def label(self, index: int) -> str:
        """Return what the row is called: its first key that has a value."""
        for names in _keys(self.register):
            told = [str(self.values[name][index]) for name in names if name in self.values and self.values[name][index]]
            if told:
                return " ".join(told)
        return ""

    def point(self, index: int) -> tuple[float, float] | None:
        """Return where the row lies (E, N in EPSG:32648)."""
        shape = None if self.geometry is None else self.geometry[index]
        if shape is None:
            return None
        inside = shape.representative_point()
        return float(inside.x), float(inside.y)


def prepare(
    source: Source,
    register: Register,
    mapping: ColumnMapping,
    *,
    registers: Registers,
    references: References | None = None,
    existing: Mapping[tuple[str, ...], set[tuple[Any, ...]]] | None = None,
    shift: str = "",
) -> Prepared:
    """Return the rows of a file as the register takes them.

    ``references`` gives for each register referred to the uids of what a file calls a row (moo, code, id number),
    by its bare name (``naming.names_of``).
    ``existing`` gives for each key (field names) the values the project already holds. ``shift`` names the datum
    shift for Indian 1975 where the pinned default is not wanted.

    Raises:
        InvalidInput: the mapping names a column or field that is not there, or the file has no shapes for a map layer.
    """
    check(mapping, source.columns, register)
    work = _Work(source, register, list(source.findings))
    if source.geometry is not None and source.crs and register.geometry != "None":
        work.geometry = promote(to_storage(source.geometry, source.crs, shift=shift), register.geometry)
    _fill(work, mapping, registers, references or {})
    _check_geometry(work)
    _check_required(work)
    _check_keys(work, existing or {})
    _note_schemes(work, mapping)
    _note_left_out(work, mapping)
    kept = [i for i in range(source.count) if i not in work.held and i not in work.merged]
    rows = tuple(_row(work, index) for index in kept)
    held = tuple(_rejected(work, index) for index in sorted(work.held))
    return Prepared(rows, tuple(work.findings), (*source.rejected, *held))


def _row(work: _Work, index: int) -> dict[str, Any]:
    row = {name: values[index] for name, values in work.values.items()}
    if work.geometry is not None:
        row[GEOMETRY] = work.geometry[index]
    return row


def _rejected(work: _Work, index: int) -> Rejected:
    source = work.source
    payload = {name: _jsonable(values[index]) for name, values in source.columns.items()}
    shape = None if work.geometry is None else work.geometry[index]
    return Rejected(source.name, int(source.row_numbers[index]), work.held[index], payload, shape)


def _jsonable(value: Any) -> Any:
    value = native(value)
    if is_blank(value):
        return None
    return value if isinstance(value, (str, int, float, bool)) else str(value)


# -- values


def _fill(work: _Work, mapping: ColumnMapping, registers: Registers, references: References) -> None:
    """Convert every mapped field; each distinct cell is worked out once."""
    troubles: dict[str, list[tuple[int, Trouble]]] = defaultdict(list)
    for column in mapping.columns:
        declared = work.register.field(column.field)
        told = _column(work.source, column.sources, column.how, column.values, declared, registers, references)
        values = np.array([cell.value for cell in told] or [], dtype=object)
        before = work.values.get(column.field)
        empty = np.array([before is None or before[index] is None for index in range(len(told))], dtype=bool)
        work.values[column.field] = values if before is None else np.where(empty, values, before)
        for index, cell in enumerate(told):
            if cell.trouble and empty[index]:
                troubles[column.field].append((index, cell.trouble))
    _fill_the_rest(work, mapping, registers)
    # Written only now, when rows have their labels.
    for name, found in troubles.items():
        for index, trouble in found:
            work.note(index, name, trouble)


def _fill_the_rest(work: _Work, mapping: ColumnMapping, registers: Registers) -> None:
    """Give fields their fixed value, and empty ones the default that the declaration states."""
    for declared in work.register.fields:
        default = "" if declared.default is None or declared.default == "today()" else str(declared.default)
        written = mapping.fixed.get(declared.name, default)
        before = work.values.get(declared.name)
        if not written or (before is None and declared.name not in mapping.fixed):
            continue
        cell = convert(written, declared, choices=registers.choices_of(declared))
        if cell.trouble:
            raise InvalidInput("mapping.bad_fixed", field=declared.name, name=declared.name, text=written)
        if before is None:
            before = np.full(work.source.count, None, dtype=object)
        work.values[declared.name] = np.array([cell.value if old is None else old for old in before], dtype=object)


def _column(
    source: Source,
    names: Sequence[str],
    how: str,
    meanings: Mapping[str, str],
    declared: Field,
    registers: Registers,
    references: References,
) -> list[Cell]:
    """Return the cells (n) of one field."""
    choices = registers.choices_of(declared)
    known: dict[Any, Cell] = {}

    def work_out(cells: tuple[Any, ...]) -> Cell:
        cell = COMBINATIONS[how](cells) if how else Cell(cells[0])
        if not how or declared.kind in (Kind.CHOICE, Kind.REF):
            cell = _single(cell, declared, choices, meanings, references)
        return _judged(cell, declared, choices)

    told = []
    for cells in zip(*(source.columns[name].tolist() for name in names), strict=True):
        # A value unlike itself (NaN) would be worked out afresh each time; that is slow, not wrong.
        if cells not in known:
            known[cells] = work_out(cells)
        told.append(known[cells])
    return told


def _single(
    cell: Cell,
    declared: Field,
    choices: Sequence[Choice],
    meanings: Mapping[str, str],
    references: References,
) -> Cell:
    if declared.kind is Kind.REF and cell.trouble is None:
        return _reference(cell.value, declared, references)
    return convert(cell.value, declared, choices=choices, meanings=meanings) if cell.trouble is None else cell


def _reference(value: Any, declared: Field, references: References) -> Cell:
    value = native(value)
    if is_blank(value):
        return Cell()
    uids = references.get(declared.to, {}).get(bare(str(value)), ())
    if len(uids) == 1:
        return Cell(uids[0])
    if uids:  # taking one of them would tax the wrong person
        return Cell(None, Trouble("row.many_such_rows", "error", {"text": str(value)[:80], "count": len(uids)}))
    # An optional link that leads nowhere is left open; without a required one the row has no place.
    severity: Severity = "error" if declared.required else "warning"
    return Cell(None, Trouble("row.no_such_row", severity, {"text": str(value)[:80]}))


def _judged(cell: Cell, declared: Field, choices: Sequence[Choice]) -> Cell:
    """Return the cell with the first fault that the declaration finds in its value."""
    if cell.value is None or cell.trouble:
        return cell
    for problem in problems(declared, cell.value, choices=choices):
        severity: Severity = "warning" if problem.code in _KEPT_PROBLEMS else "error"
        values = {"text": str(cell.value)[:80], **problem.values}
        code = "row.person_id" if problem.code == "field.person_id" else "row.unusual"
        return Cell(cell.value, Trouble(code if severity == "warning" else "row.not_allowed", severity, values))
    return cell


# -- checks over the whole file


def _check_geometry(work: _Work) -> None:
    if work.register.geometry == "None" or work.source.geometry is None:
        return
    for index in range(work.source.count):
        if work.source.geometry[index] is None:
            work.note(index, GEOMETRY, Trouble("row.no_shape"))
        elif work.geometry is not None and work.geometry[index] is None:
            found, wanted = work.source.geometry[index].geom_type, work.register.geometry
            told = {"found": type_in_words(found), "wanted": type_in_words(wanted)}
            work.note(index, GEOMETRY, Trouble("row.wrong_shape", "error", told))


def _check_required(work: _Work) -> None:
    keys = {names[0] for names in _keys(work.register) if len(names) == 1}
    given = work.register.number.field if work.register.number else ""  # a code left empty is given when stored
    for declared in work.register.fields:
        if not declared.required or declared.default is not None or declared.name == given:
            continue
        values = work.values.get(declared.name)
        code = "row.blank_key" if declared.name in keys else "row.blank"
        for index in range(work.source.count):
            blank = values is None or values[index] is None
            if blank and index not in work.held and not _is_numbered(work, declared.name, index):
                work.note(index, declared.name, Trouble(code))


def _is_numbered(work: _Work, name: str, index: int) -> bool:
    """Say whether the store gives an empty field of a row its running number."""
    number = work.register.number
    if number is None or number.field != name:
        return False
    return all(part in work.values and work.values[part][index] is not None for part in number.scope)


def _keys(register: Register) -> list[tuple[str, ...]]:
    return [(f.name,) for f in register.fields if f.unique] + list(register.unique_together)


def _check_keys(work: _Work, existing: Mapping[tuple[str, ...], set[tuple[Any, ...]]]) -> None:
    for names in _keys(work.register):
        if not all(name in work.values for name in names):
            continue
        groups: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for index, key in enumerate(zip(*(work.values[name].tolist() for name in names), strict=True)):
            if None not in key and index not in work.merged:
                groups[key].append(index)
        taken = existing.get(names, set())
        for key, rows in groups.items():
            if key in taken:
                _note_each(work, rows, names, "row.already_there", key)
            elif len(rows) > 1 and not _merge_fragments(work, rows, key):
                _note_each(work, rows, names, "row.duplicate", key)


def _note_each(work: _Work, rows: Sequence[int], names: Sequence[str], code: str, key: Sequence[Any]) -> None:
    numbers = ", ".join(str(work.source.row_numbers[row]) for row in rows[:8]) + (" …" if len(rows) > 8 else "")
    values = {"key": " ".join(str(part) for part in key), "count": len(rows), "rows": numbers}
    for row in rows:
        work.note(row, names[0], Trouble(code, "error", values))


def _merge_fragments(work: _Work, rows: Sequence[int], key: Sequence[Any]) -> bool:
    """Join the parts of one parcel that a file keeps as several rows: all values alike, shapes side by side."""
    if work.geometry is None or work.register.geometry not in _MERGEABLE or any(row in work.held for row in rows):
        return False
    first, others = rows[0], rows[1:]
    alike = all(values[row] == values[first] for values in work.values.values() for row in others)
    shapes = work.geometry[list(rows)]
    if not alike or not _side_by_side(shapes):
        return False
    work.geometry[first] = promote(np.array([shapely.union_all(shapes)], dtype=object), work.register.geometry)[0]
    work.merged |= set(others)
    told = {"key": " ".join(str(part) for part in key), "count": len(rows)}
    work.note(first, GEOMETRY, Trouble("row.merged", "info", told))
    return True


def _side_by_side(shapes: NDArray[Any]) -> bool:
    """Say whether shapes (k,) hang together by their edges without covering one another."""
    near = shapely.dwithin(shapes[:, None], shapes[None, :], _TOUCH_M)
    reached = {0}
    while more := {int(j) for i in reached for j in np.flatnonzero(near[i])} - reached:
        reached |= more
    area = shapely.area(shapes)
    covered = shapely.area(shapely.intersection(shapes[:, None], shapes[None, :]))
    np.fill_diagonal(covered, 0)
    smaller = np.minimum(area[:, None], area[None, :])
    return len(reached) == len(shapes) and bool((covered <= _OVERLAP_SHARE * smaller).all())


def _note_schemes(work: _Work, mapping: ColumnMapping) -> None:
    """Say that two ways of numbering parcels are mixed: blocks of one letter, and blocks that hold the zone too."""
    parts = mapping.sources_of("parcel_code")
    if len(parts) < 2:
        return
    blocks = ["" if is_blank(native(value)) else str(value).strip() for value in work.source.columns[parts[1]]]
    short, long = sum(len(block) == 1 for block in blocks), sum(len(block) == 3 for block in blocks)
    if short and long:
        values = {"short": short, "long": long, "rest": len(blocks) - short - long, "block": parts[1]}
        name = work.register.name
        work.findings.append(Finding("import.two_schemes", "warning", name, values=values, source=work.source.name))


def _note_left_out(work: _Work, mapping: ColumnMapping) -> None:
    """Name the columns of the file that fill no field, once for the file; our own system columns go without saying."""
    used = {name for column in mapping.columns for name in column.sources}
    left = [name for name in work.source.columns if name not in used and name.casefold() not in SYSTEM_COLUMNS]
    if left:
        values = {"names": ", ".join(left), "count": len(left)}
        name = work.register.name
        work.findings.append(Finding("import.left_out_columns", "info", name, values=values, source=work.source.name))
