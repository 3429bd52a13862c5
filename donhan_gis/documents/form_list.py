"""The lists ภ.ด.ส.1 to 4: their columns are data; the same rows go on paper and into a workbook."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import Any

from donhan_gis.documents.notice import Office
from donhan_gis.field import NUMBERS, Field, Kind, show
from donhan_gis.paths import DATA
from donhan_gis.report import Report, Table, total_of

Row = Mapping[str, Any]
BLANK_ROWS = 15
_MARKS = re.compile("[ัิ-ฺ็-๎]")
_HEADING = 7  # the longest word of a heading that does not break
_WRITTEN = {Kind.INT: 3, Kind.DECIMAL: 7, Kind.MONEY: 8, Kind.TEXT: 9}  # letters of room by hand
_FIELD_KEYS = ("name", "th", "en", "unit")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field, the Thai and English heading it shares with its neighbours, and whether it is summed."""

    field: Field
    group_th: str = ""
    group_en: str = ""
    total: bool = False

    def flat(self) -> Field:
        """Return the field under a heading of its own, as a workbook with one heading row needs it."""
        if not self.group_th:
            return self.field
        return replace(self.field, th=f"{self.group_th}: {self.field.th}", en=f"{self.group_en}: {self.field.en}")


@dataclass(frozen=True, slots=True)
class ListForm:
    """One official list."""

    code: str
    number: str
    th: str
    en: str
    columns: tuple[Column, ...]


@cache
def list_forms() -> dict[str, ListForm]:
    """Return the lists by code (``pds1`` …)."""
    entries = tomllib.loads((DATA / "forms" / "lists.toml").read_text(encoding="utf-8"))["form"]
    forms = (
        ListForm(entry["code"], entry["number"], entry["th"], entry["en"], tuple(map(_column, entry["column"])))
        for entry in entries
    )
    return {form.code: form for form in forms}


def _column(entry: Mapping[str, Any]) -> Column:
    field = Field(kind=Kind(entry["kind"]), **{key: entry[key] for key in _FIELD_KEYS if key in entry})
    return Column(field, entry.get("group_th", ""), entry.get("group_en", ""), entry.get("total", False))


def list_report(form: ListForm, rows: Sequence[Row], *, year_be: int) -> Report:
    """Return a list as a report, which becomes a workbook; rows hold stored values by column name."""
    columns = tuple(column.flat() for column in form.columns)
    cells = _cells(form, rows)
    totals = total_of(columns, cells, [column.field.name for column in form.columns if column.total])
    return Report(
        f"{form.th} ({form.number}) ปีภาษี {year_be}",
        f"{form.en} ({form.number}), tax year {year_be}",
        tables=(Table(form.code, form.number, form.number, columns, cells, totals),),
        facts={"rows": len(rows)},
    )


def _cells(form: ListForm, rows: Sequence[Row]) -> list[list[Any]]:
    return [[row.get(column.field.name) for column in form.columns] for row in rows]


@dataclass(frozen=True, slots=True)
class ListHead:
    """What stands over every list: the office, the year (None on a blank form), and how it is printed."""

    office: Office
    year_be: int | None
    sample: bool = False
    thai_digits: bool = False


def list_data(form: ListForm, rows: Sequence[Row], head: ListHead, *, of: str = "") -> dict[str, Any]:
    """Return a list as the template ``form_list`` wants it; without rows the form is printed blank.

    ``of`` says whose or which part of the tambon it is.
    """
    columns = [column.field for column in form.columns]
    cells = _cells(form, rows)
    shown = [[show(field, value) for field, value in zip(columns, row, strict=True)] for row in cells]
    totals = total_of(columns, cells, [column.field.name for column in form.columns if column.total])
    written = [show(field, value) for field, value in zip(columns, totals, strict=True)]
    return {
        "form": form.number,
        "title": form.th,
        "year": str(head.year_be or ""),
        "office": head.office.name,
        "address": head.office.address,
        "of": of,
        "signer": {"name": head.office.signer_name, "title": head.office.signer_title},
        "sample": head.sample,
        "thai_digits": head.thai_digits,
        "columns": [
            _column_data(field, [row[i] for row in [*shown, written]], blank=not rows)
            for i, field in enumerate(columns)
        ],
        "groups": [[name, len(list(group))] for name, group in groupby(column.group_th for column in form.columns)],
        "blank": not rows,
        "rows": shown or [[""] * len(columns)] * BLANK_ROWS,
        "totals": written if rows else [],
    }


def _column_data(field: Field, cells: Sequence[str], *, blank: bool) -> dict[str, Any]:
    """Return heading, kind and the room the longest cell takes in letters; a blank form gets room to write."""
    longest = max((_letters(cell) for cell in cells), default=0)
    if blank:
        longest = _WRITTEN.get(field.kind, 0)
    heading = min(_letters(field.th), _HEADING)
    return {"heading": field.heading(), "figure": field.kind in NUMBERS, "chars": max(longest, heading)}


def _letters(written: str) -> int:
    """Return how many letters stand side by side: Thai marks above and below the line take no room."""
    return len(_MARKS.sub("", written))
