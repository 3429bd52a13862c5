"""Which rows of a register are shown and in which order, as SQL: the database filters and sorts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from donhan_gis.field import Field, Kind
from donhan_gis.register import Register, Registers

# Type-ahead and search words longer than this are cut: SQLite refuses endless patterns.
_LONGEST_WORD = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """A view of a register: words to find, columns that must equal a value, and one sorting column."""

    register: Register
    registers: Registers
    search: str = ""
    equals: tuple[tuple[str, Any], ...] = ()
    order: str = ""
    descending: bool = False
    columns: tuple[str, ...] = ()

    def where(self) -> tuple[str, list[Any]]:
        """Return the SQL condition and its values."""
        parts: list[str] = []
        values: list[Any] = []
        for column, value in self.equals:
            parts.append(f"{column} = ?")
            values.append(value)
        for word in self.search.split():
            condition, found = self._word(word[:_LONGEST_WORD])
            parts.append(condition)
            values += found
        return " and ".join(parts), values

    def _word(self, word: str) -> tuple[str, list[Any]]:
        conditions = [_holds(column) for column in _stored(self.register, self.register.search)]
        for field in self.fields():
            if field.kind is Kind.REF:
                there = self.registers[field.to]
                inner = " or ".join(_holds(column) for column in _stored(there, there.search))
                conditions += [f"{field.name} in (select uid from {there.name} where {inner})"] if inner else []
        sql = " or ".join(conditions) or "1 = 0"
        return f"({sql})", [_pattern(word)] * sql.count("?")

    def order_by(self) -> str:
        """Return the SQL order: empty values last, and equal ones as they were entered."""
        if not self.order:
            return "fid"
        way = " desc" if self.descending else ""
        key = self._sort_key(self.register.field(self.order))
        # Databases do not agree on computed names inside an expression, so those sort as the database does.
        empty_last = f"{key} is null, " if self.order in self.register.columns else ""
        return f"{empty_last}{key}{way}, fid"

    def _sort_key(self, field: Field) -> str:
        """Return what a column sorts by: a reference by a number in the other row's label, else by its first word."""
        column = f"{self.register.name}.{field.name}" if field.name in self.register.columns else field.name
        if field.kind is not Kind.REF:
            return column
        there = self.registers[field.to]
        named = _stored(there, re.findall(r"\{(\w+)", there.title))
        numbers = [name for name in named if there.field(name).kind is Kind.INT]
        searched = [name for name in there.search if name in named]
        keys = [*numbers, *searched, *named]
        return f"(select o.{keys[0]} from {there.name} o where o.uid = {column})" if keys else column

    def fields(self) -> tuple[Field, ...]:
        """Return the columns shown."""
        names = self.columns or self.register.list or self.register.columns[:6]
        return tuple(self.register.field(name) for name in names)


def _holds(column: str) -> str:
    return f"lower(cast({column} as text)) like ? escape '!'"


def _pattern(word: str) -> str:
    escaped = word.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def _stored(register: Register, names: Sequence[str]) -> list[str]:
    return [name for name in names if name in register.columns]


def filter_fields(listing: Listing) -> tuple[Field, ...]:
    """Return the listed columns that are worth a drop-down filter: code lists and villages."""
    stored = set(listing.register.columns)
    return tuple(
        field
        for field in listing.fields()
        if field.name in stored and (field.kind is Kind.CHOICE or (field.kind is Kind.REF and field.to == "village"))
    )
