"""Any `Report` as a printed paper: registers' pages and the results of tasks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from donhan_gis.documents.render import Progress, render_pdf
from donhan_gis.field import NUMBERS, Field
from donhan_gis.i18n import Language, text
from donhan_gis.report import Report, Table, totals_row

# A table wider than this many columns is printed on its side.
PORTRAIT_COLUMNS = 6
WORDS = ("notes", "provenance", "count", "empty", "sample", "page")


def report_data(
    report: Report,
    language: Language = "th",
    *,
    office: str = "",
    sample: bool = False,
    thai_digits: bool = False,
) -> dict[str, Any]:
    """Return the report as the template ``report`` wants it: texts only, in one language."""
    widest = max((len(table.columns) for table in report.tables), default=0)
    return {
        "title": report.title(language),
        "office": office,
        "sample": sample,
        "thai_digits": thai_digits,
        "landscape": widest > PORTRAIT_COLUMNS,
        "words": {word: text(f"documents.{word}", language) for word in WORDS},
        "tables": [_table(report, table, language) for table in report.tables],
        "notes": list(report.notes(language)),
        "provenance": [[th if language == "th" else en, str(value)] for th, en, value in report.provenance],
    }


def _table(report: Report, table: Table, language: Language) -> dict[str, Any]:
    rows = table.shown(report.choices, language)
    totals = totals_row(table, language) if table.totals else []
    return {
        "title": table.title(language),
        "columns": [
            _column(field, [row[i] for row in [*rows, totals] if row], language)
            for i, field in enumerate(table.columns)
        ],
        "rows": rows,
        "totals": totals,
        "count": f"{len(rows):,}",
    }


def _column(field: Field, cells: list[str], language: Language) -> dict[str, Any]:
    """Return a column with the length of its longest cell in characters, which its width follows."""
    figure = field.kind in NUMBERS
    heading = field.heading(language)
    chars = max((len(cell) for cell in cells), default=0)
    return {"heading": heading, "figure": figure, "chars": max(chars, min(len(heading) // 2, 12))}


def print_report(
    report: Report,
    path: Path,
    *,
    language: Language = "th",
    office: str = "",
    sample: bool = False,
    thai_digits: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Print a report as a PDF and return its path.

    Raises:
        SourceError, MissingDependency, DonhanError: as :func:`donhan_gis.documents.render.render_pdf`.
    """
    data = report_data(report, language, office=office, sample=sample, thai_digits=thai_digits)
    return render_pdf("report", data, path, progress=progress)
