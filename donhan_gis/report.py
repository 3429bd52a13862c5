"""`Report`: titled tables with columns, rows, totals, notes and provenance; knows nothing of files or widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donhan_gis.field import NUMBERS, Choice, Field, show
from donhan_gis.i18n import Language, text


@dataclass(frozen=True, slots=True)
class Table:
    """One table: ``rows`` hold stored values in the order of ``columns``; ``totals`` too, None where none applies."""

    name: str
    th: str
    en: str
    columns: tuple[Field, ...]
    rows: Sequence[Sequence[Any]]
    totals: Sequence[Any] | None = None

    def title(self, language: Language = "th") -> str:
        """Return the table's title."""
        return self.th if language == "th" else self.en

    def shown(self, choices: Mapping[str, tuple[Choice, ...]], language: Language = "th") -> list[list[str]]:
        """Return the rows as a person reads them."""
        return [
            [
                show(column, value, language, choices=choices.get(column.choices, ()))
                for column, value in zip(self.columns, row, strict=True)
            ]
            for row in self.rows
        ]


def totals_row(table: Table, language: Language = "th") -> list[str]:
    """Return the totals as shown, with the word for total in the first column that has none."""
    assert table.totals is not None
    shown = [show(field, value, language) for field, value in zip(table.columns, table.totals, strict=True)]
    if "" in shown:
        shown[shown.index("")] = text("total", language)
    return shown


def total_of(columns: Sequence[Field], rows: Sequence[Sequence[Any]], summed: Sequence[str]) -> list[Any]:
    """Return a totals row that adds the columns named in ``summed`` and leaves the others None.

    >>> from donhan_gis.field import Kind
    >>> total_of([Field("a", Kind.TEXT, "ก", "A"), Field("n", Kind.INT, "น", "N")], [("x", 1), ("y", 2)], ["n"])
    [None, 3]
    """
    wanted = [column.name in summed and column.kind in NUMBERS for column in columns]
    return [sum(row[i] or 0 for row in rows) if wanted[i] else None for i in range(len(columns))]


@dataclass(frozen=True, slots=True)
class Report:
    """What a task gives back. ``provenance`` pairs a Thai and English label with a value; ``files`` were written."""

    th: str
    en: str
    tables: tuple[Table, ...] = ()
    notes_th: tuple[str, ...] = ()
    notes_en: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str, str], ...] = ()
    files: tuple[Path, ...] = ()
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    def title(self, language: Language = "th") -> str:
        """Return the report's title."""
        return self.th if language == "th" else self.en

    def notes(self, language: Language = "th") -> tuple[str, ...]:
        """Return the notes."""
        return self.notes_th if language == "th" else self.notes_en

    def as_dict(self, language: Language = "th") -> dict[str, Any]:
        """Return the report for machines: stored values, and beside them headings and values as a person reads them."""
        return {
            "title_th": self.th,
            "title_en": self.en,
            "tables": [self._table_as_dict(table, language) for table in self.tables],
            "notes_th": list(self.notes_th),
            "notes_en": list(self.notes_en),
            "provenance": [list(entry) for entry in self.provenance],
            "files": [str(file) for file in self.files],
            "facts": dict(self.facts),
        }

    def _table_as_dict(self, table: Table, language: Language) -> dict[str, Any]:
        totals = [
            show(column, value, language) for column, value in zip(table.columns, table.totals or (), strict=False)
        ]
        return {
            "name": table.name,
            "title_th": table.th,
            "title_en": table.en,
            "columns": [column.name for column in table.columns],
            "rows": [list(row) for row in table.rows],
            "totals": list(table.totals) if table.totals else None,
            "headings": [column.heading(language) for column in table.columns],
            "shown": table.shown(self.choices, language),
            "shown_totals": totals or None,
        }
