"""A report written where the user says: workbook, CSV or PDF by the name's ending."""

from __future__ import annotations

from pathlib import Path

from donhan_gis.documents.report_page import print_report
from donhan_gis.exchange.workbook import write_csv, write_workbook
from donhan_gis.field import Field, Kind
from donhan_gis.i18n import Language
from donhan_gis.report import Report

OUT = Field(
    "out",
    Kind.FILE,
    "แฟ้มรายงาน (.xlsx .csv .pdf)",
    "Report to write (.xlsx .csv .pdf)",
    writes=".xlsx .csv .pdf",
)


def write_report(report: Report, path: Path, language: Language) -> list[Path]:
    """Write a report in the form its path's ending names and return the files.

    Raises:
        SourceError: the place cannot be written to.
        DonhanError: the paper cannot be typeset.
    """
    if path.suffix.lower() == ".csv":
        return write_csv(report, path, language=language)
    if path.suffix.lower() == ".pdf":
        return [print_report(report, path, language=language)]
    return [write_workbook(report, path.with_suffix(".xlsx"), language=language)]
