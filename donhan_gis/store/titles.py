"""Labels of rows and numbering patterns, as SQL, so that a thousand labels cost one query."""

from __future__ import annotations

import re

from donhan_gis.field import Kind
from donhan_gis.register import Register, Registers
from donhan_gis.store.schema import quoted

_PART = re.compile(r"\{(\w+)(?:\.(\w+))?(?::(\w+))?\}")


def title_sql(register: Register, registers: Registers, *, alias: str = "") -> str:
    """Return the SQL expression of a row's label, from the register's ``title`` pattern.

    ``{field}`` is the value (for a code: its Thai label); ``{ref.field}`` a value of the row referred to.
    """
    pattern = register.title or "{" + register.columns[0] + "}"
    table = quoted(alias or register.name)
    parts, end = [], 0
    for found in _PART.finditer(pattern):
        parts.append(_text(pattern[end : found.start()]))
        parts.append(_value(register, registers, table, found[1], found[2]))
        end = found.end()
    parts.append(_text(pattern[end:]))
    return "trim(" + " || ".join(part for part in parts if part != "''") + ")"


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _value(register: Register, registers: Registers, table: str, name: str, inner: str | None) -> str:
    field = register.field(name)
    column = f"{table}.{quoted(name)}"
    if field.kind is Kind.REF:
        target = registers[field.to]
        wanted = inner or target.columns[0]
        value = f"(SELECT {quoted(wanted)} FROM {quoted(target.name)} AS r WHERE r.uid = {column})"
    elif field.kind is Kind.CHOICE:
        value = f"(SELECT th FROM donhan_choice WHERE list = {_text(field.choices)} AND code = {column})"
    else:
        value = column
    return f"coalesce({value}, '')"


def number_parts(pattern: str) -> list[tuple[str, str, str]]:
    """Return the parts of a numbering pattern: (field, field of the row referred to, format).

    >>> number_parts("P{village_uid.moo:02}-{seq:04}")
    [('village_uid', 'moo', '02'), ('seq', '', '04')]
    """
    return [(found[1], found[2] or "", found[3] or "") for found in _PART.finditer(pattern)]


def fill_number(pattern: str, values: list[object]) -> str:
    """Return the pattern with its parts filled in order.

    >>> fill_number("P{village_uid.moo:02}-{seq:04}", [3, 17])
    'P03-0017'
    """
    filled = iter(values)

    def one(found: re.Match[str]) -> str:
        value = next(filled)
        return format(value, found[3] or "") if isinstance(value, int) else str(value or "")

    return _PART.sub(one, pattern)
