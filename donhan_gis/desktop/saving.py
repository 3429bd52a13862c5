"""Asking where to save a report, and opening what was saved."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from donhan_gis.i18n import Language, text
from donhan_gis.report import Report
from donhan_gis.tasks.saving import write_report


def save_report(parent: QWidget, report: Report, language: Language) -> list[Path]:
    """Ask where to and write; nothing when the user thinks better of it.

    Raises:
        SourceError: the place cannot be written to.
        DonhanError: the paper cannot be typeset.
    """
    kinds = {".xlsx": "app.save.xlsx", ".csv": "app.save.csv", ".pdf": "app.save.pdf"}
    filters = {f"{text(code, language)} (*{ending})": ending for ending, code in kinds.items()}
    name = "".join("-" if letter in '\\/:*?"<>|' else letter for letter in report.title(language))
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    proposed = str(Path(folder or Path.home()) / f"{name}.xlsx")
    picked, kind = QFileDialog.getSaveFileName(parent, text("app.save.title", language), proposed, ";;".join(filters))
    if not picked:
        return []
    path = Path(picked)
    if path.suffix.lower() not in kinds:
        path = path.with_name(path.name + filters.get(kind, ".xlsx"))
    QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    try:
        return write_report(report, path, language)
    finally:
        QGuiApplication.restoreOverrideCursor()


def open_outside(path: Path) -> None:
    """Open a file or folder with the program that the computer has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
