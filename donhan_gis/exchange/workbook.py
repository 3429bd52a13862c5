"""Reports as XLSX workbooks and CSV, as an office opens them in Excel.

Values stay values: baht and areas are numbers, dates are dates shown in the Buddhist Era, text is never a formula.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from donhan_gis.documents.output import whole_file
from donhan_gis.field import NUMBERS, Field, Kind, show
from donhan_gis.i18n import Language, text
from donhan_gis.report import Report, Table
from donhan_gis.thai import SATANG_PER_BAHT

FONT = "Sarabun"
TITLE_ROWS = 2
SHEET_NAME_LENGTH = 31  # Excel's limits, of a sheet's name, a sheet's rows and a cell's text
SHEET_ROWS = 1_048_576
CELL_TEXT = 32_767
EXCEL_FIRST_YEAR = 1901
WIDTHS = (8, 60)
# [$-D07041E] is Thai with the Buddhist calendar (07): the cell holds a real date and Excel shows its Thai year.
BE_DATE = "[$-D07041E]d mmmm yyyy"
BE_DATETIME = "[$-D07041E]d mmm yyyy hh:mm"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

HEAD_FILL = PatternFill("solid", fgColor="DDE7F0")
TOTAL_FILL = PatternFill("solid", fgColor="EEEEEE")
THIN = Side(style="thin", color="999999")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)


def write_workbook(report: Report, path: Path, *, language: Language = "th") -> Path:
    """Write a report as a workbook, a sheet for each table and one for its provenance, and return the path.

    Raises:
        SourceError: the folder is missing or read-only, the disk is full, or Excel has the file open.
    """
    book = Workbook()
    book.remove(book.active)
    names: set[str] = set()
    for table in report.tables:
        for part, (title, rows) in enumerate(_sheets(table, language)):
            totals = table.totals if part == _parts(table) - 1 else None
            sheet = book.create_sheet(_sheet_name(title, names))
            _fill(sheet, report, table, rows, totals, language)
    _fill_provenance(book.create_sheet(_sheet_name(text("documents.provenance", language), names)), report, language)
    with whole_file(Path(path)) as temporary:
        # Through memory: on a full disk the zip writer would complain once more when it is thrown away.
        packed = io.BytesIO()
        book.save(packed)
        temporary.write_bytes(packed.getvalue())
    return Path(path)


def write_csv(report: Report, path: Path, *, language: Language = "th") -> list[Path]:
    """Write each table as CSV (UTF-8 with a mark that Excel understands) and return the paths.

    Money is plain baht, dates are ISO, as other programs want them. One table takes ``path``; further ones add their
    name to it.

    Raises:
        SourceError: as :func:`write_workbook`.
    """
    paths = []
    for table in report.tables:
        target = Path(path) if len(report.tables) == 1 else path.with_name(f"{path.stem}-{table.name}{path.suffix}")
        with whole_file(target) as temporary, temporary.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([column.heading(language) for column in table.columns])
            writer.writerows(_csv_rows(report, table, language))
        paths.append(target)
    return paths


def _csv_rows(report: Report, table: Table, language: Language) -> Iterator[list[Any]]:
    for row in table.rows:
        yield [_csv_value(report, column, value, language) for column, value in zip(table.columns, row, strict=True)]


def _csv_value(report: Report, column: Field, value: Any, language: Language) -> Any:
    """Return a value for CSV; text that a spreadsheet would run as a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if column.kind is Kind.MONEY:
        return f"{Decimal(value) / SATANG_PER_BAHT:.2f}"
    if column.kind in NUMBERS:
        return value
    written = _text(report, column, value, language) if column.kind not in _TIMES else str(value)
    return f"'{written}" if written != "-" and written.startswith(FORMULA_STARTS) else written


def _parts(table: Table) -> int:
    """Return how many sheets a table needs."""
    room = SHEET_ROWS - TITLE_ROWS - 2
    return max(1, -(-len(table.rows) // room))


def _sheets(table: Table, language: Language) -> Iterator[tuple[str, Sequence[Sequence[Any]]]]:
    """Cut a table into sheets that Excel can hold."""
    size = -(-len(table.rows) // _parts(table)) or 1
    for start in range(0, max(1, len(table.rows)), size):
        yield table.title(language), table.rows[start : start + size]


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a sheet name that Excel allows and that is still free.

    >>> _sheet_name("ภาษี [2569]: ดิน/บ้าน", set()), _sheet_name("'", set())
    ('ภาษี 2569 ดิน บ้าน', 'Sheet')
    """
    clean = re.sub(r"\s+", " ", re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title)).strip(" '")
    clean = clean[:SHEET_NAME_LENGTH].strip(" '") or "Sheet"
    name, number = clean, 1
    while name.casefold() in taken:
        number += 1
        suffix = f" ({number})"
        name = clean[: SHEET_NAME_LENGTH - len(suffix)] + suffix
    taken.add(name.casefold())
    return name


def _fill(
    sheet: Worksheet,
    report: Report,
    table: Table,
    rows: Sequence[Sequence[Any]],
    totals: Sequence[Any] | None,
    language: Language,
) -> None:
    """Write title, heading, rows and totals of one sheet, and set it up for screen and printer."""
    title = _put_text(sheet.cell(1, 1), report.title(language))
    title.font = Font(name=FONT, size=14, bold=True)
    head = TITLE_ROWS + 1
    widths = [len(column.heading(language)) // 2 for column in table.columns]
    for i, column in enumerate(table.columns):
        _dress(_put_text(sheet.cell(head, i + 1), column.heading(language)), bold=True, fill=HEAD_FILL, heading=True)
    for number, row in enumerate(rows, start=head + 1):
        _write_row(sheet, number, report, table, row, language, widths)
    if totals is not None:
        _write_totals(sheet, head + len(rows) + 1, report, table, totals, language, widths)
    for i, width in enumerate(widths):
        low, high = WIDTHS
        sheet.column_dimensions[get_column_letter(i + 1)].width = min(max(width + 2, low), high)
    _set_up(sheet, len(table.columns), head, head + len(rows))


def _write_row(
    sheet: Worksheet,
    number: int,
    report: Report,
    table: Table,
    row: Sequence[Any],
    language: Language,
    widths: list[int],
) -> None:
    for i, (column, value) in enumerate(zip(table.columns, row, strict=True)):
        cell = sheet.cell(number, i + 1)
        _put(cell, report, column, value, language)
        cell.font, cell.border = _PLAIN, GRID
        widths[i] = max(widths[i], len(show(column, value, language)) if column.kind in NUMBERS else _text_width(cell))


def _write_totals(
    sheet: Worksheet,
    number: int,
    report: Report,
    table: Table,
    totals: Sequence[Any],
    language: Language,
    widths: list[int],
) -> None:
    _write_row(sheet, number, report, table, totals, language, widths)
    cells = [sheet.cell(number, i + 1) for i in range(len(table.columns))]
    blank = next((cell for cell in cells if cell.value is None), None)
    if blank is not None:
        _put_text(blank, text("total", language))
    for cell in cells:
        cell.font, cell.fill = _BOLD, TOTAL_FILL


_PLAIN = Font(name=FONT, size=11)
_BOLD = Font(name=FONT, size=11, bold=True)


def _dress(cell: Cell, *, bold: bool, fill: PatternFill, heading: bool) -> None:
    cell.font = _BOLD if bold else _PLAIN
    cell.fill, cell.border = fill, GRID
    if heading:
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _text_width(cell: Cell) -> int:
    """Return the width a cell's text asks for; Thai marks above and below the line take none."""
    if cell.value is None:
        return 0
    if cell.is_date:
        return len("30 กันยายน 2569")
    return max((len(re.sub("[ัิ-ฺ็-๎]", "", line)) for line in str(cell.value).splitlines()), default=0)


def _put(cell: Cell, report: Report, column: Field, value: Any, language: Language) -> None:
    """Put a stored value into a cell as the kind of value that Excel knows it by."""
    if value is None or value == "":
        return
    if column.kind in NUMBERS and not math.isfinite(value):
        _put_text(cell, str(value))  # Excel has no such number and would call the workbook damaged
    elif column.kind is Kind.MONEY:
        cell.value = Decimal(value) / SATANG_PER_BAHT
        cell.number_format = "#,##0.00"
    elif column.kind in NUMBERS:
        cell.value = value
        cell.number_format = _number_format(column)
    elif column.kind in _TIMES and _excel_knows(column, value):
        read, number_format = _TIMES[column.kind]
        cell.value = read(str(value))
        cell.number_format = number_format
    else:
        _put_text(cell, _text(report, column, value, language))
        cell.alignment = Alignment(vertical="top", wrap_text=column.kind is Kind.LONGTEXT)


def _excel_knows(column: Field, value: Any) -> bool:
    """Say whether Excel can hold the day: it counts days from 1900, and older papers exist."""
    return column.kind is Kind.TIME or int(str(value)[:4]) >= EXCEL_FIRST_YEAR


def _number_format(column: Field) -> str:
    if column.kind is Kind.INT:
        return "0" if column.name.endswith("_be") else "#,##0"
    return "#,##0" + ("." + "0" * column.decimals if column.decimals else "")


_TIMES: dict[Kind, tuple[Callable[[str], date | datetime | time], str]] = {
    Kind.DATE: (lambda written: date.fromisoformat(written[:10]), BE_DATE),
    Kind.DATETIME: (lambda written: datetime.fromisoformat(written).replace(tzinfo=None), BE_DATETIME),
    Kind.TIME: (time.fromisoformat, "hh:mm"),
}


def _text(report: Report, column: Field, value: Any, language: Language) -> str:
    return show(column, value, language, choices=report.choices.get(column.choices, ()))


def _put_text(cell: Cell, written: str) -> Cell:
    """Put text into a cell as text, whatever it begins with: names and notes come from outside and must not run."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", written)[:CELL_TEXT]
    if cell.data_type in ("f", "e"):  # openpyxl reads "=…" as a formula and "#N/A" as an error
        cell.data_type = "s"
    if written.startswith(FORMULA_STARTS):
        cell.quotePrefix = True  # so that it stays text when somebody edits the cell in Excel
    return cell


def _set_up(sheet: Worksheet, columns: int, head: int, last: int) -> None:
    """Freeze and filter the heading; print on A4 across, fitted to the width, heading and page number on each page."""
    corner = f"A{head}"
    sheet.freeze_panes = f"A{head + 1}"
    if columns:
        sheet.auto_filter.ref = f"{corner}:{get_column_letter(columns)}{last}"
    sheet.print_title_rows = f"{head}:{head}"
    _set_page(sheet, orientation="landscape")


def _set_page(sheet: Worksheet, *, orientation: str) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = orientation
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4  # inches, as Excel keeps them
    sheet.page_margins.top = sheet.page_margins.bottom = 0.6
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P/&N"


def _fill_provenance(sheet: Worksheet, report: Report, language: Language) -> None:
    """Write where the figures come from: notes, provenance, and how dates are shown."""
    notes = [*report.notes(language), *([text("documents.be_note", language)] if _has_dates(report) else [])]
    entries = [(text("documents.report", language), report.title(language))]
    entries += [(th if language == "th" else en, str(value)) for th, en, value in report.provenance]
    entries += [(text("documents.notes", language), note) for note in notes]
    for number, (label, value) in enumerate(entries, start=1):
        _put_text(sheet.cell(number, 1), label).font = _BOLD
        cell = _put_text(sheet.cell(number, 2), value)
        cell.font, cell.alignment = _PLAIN, Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 90
    _set_page(sheet, orientation="portrait")


def _has_dates(report: Report) -> bool:
    return any(column.kind in (Kind.DATE, Kind.DATETIME) for table in report.tables for column in table.columns)
