"""A workbook to fill in: one column a field of a register, drop-downs for codes, and a sheet that explains each."""

from __future__ import annotations

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from donhan_gis.documents.output import whole_file
from donhan_gis.field import Field, Kind
from donhan_gis.i18n import Language, text
from donhan_gis.register import Register, Registers

ROWS_FOR_ENTRY = 2_000
_WIDTH = 20


def write_template(register: Register, registers: Registers, path: Path, *, language: Language = "th") -> Path:
    """Write the workbook of a register and return its path; `import` reads it back by its headings.

    Raises:
        OutputError: the place cannot be written to.
    """
    book = Workbook()
    entry = book.active
    assert isinstance(entry, Worksheet)
    entry.title = text("template.entry", language)
    codes = book.create_sheet(text("template.codes", language))
    explained = book.create_sheet(text("template.fields", language))
    _write_row(explained, 1, [text(f"template.{name}", language) for name in ("field", "required", "what", "help")])
    fields = [field for field in register.fields if not field.retired]
    for number, field in enumerate(fields, start=1):
        entry.cell(1, number, field.title(language)).font = Font(bold=field.required)
        entry.column_dimensions[get_column_letter(number)].width = _WIDTH
        _explain(explained, number + 1, field, registers, language)
        if field.kind is Kind.CHOICE:
            _offer(entry, codes, number, [choice.title(language) for choice in registers.choices_of(field)])
    entry.freeze_panes = "A2"
    with whole_file(path) as temporary:
        book.save(temporary)
    return path


def _write_row(sheet: Worksheet, row: int, cells: list[str]) -> None:
    for column, cell in enumerate(cells, start=1):
        sheet.cell(row, column, cell)


def _explain(sheet: Worksheet, row: int, field: Field, registers: Registers, language: Language) -> None:
    what = text(f"template.kind.{field.kind}", language)
    if field.kind is Kind.REF:
        what = text("template.reference", language, register=registers[field.to].heading(language))
    unit = f" ({field.unit_name(language)})" if field.unit else ""
    needed = text("yes" if field.required else "no", language)
    _write_row(
        sheet, row, [field.title(language), needed, what + unit, field.help_th if language == "th" else field.help_en]
    )


def _offer(entry: Worksheet, codes: Worksheet, column: int, labels: list[str]) -> None:
    """Put the labels into the sheet of codes and a drop-down on the column; Excel refuses anything else."""
    letter = get_column_letter(column)
    for row, label in enumerate(labels, start=1):
        codes.cell(row, column, label)
    listed = f"'{codes.title}'!${letter}$1:${letter}${len(labels)}"
    rule = DataValidation(type="list", formula1=f"={listed}", allow_blank=True, showErrorMessage=True)
    rule.add(f"{letter}2:{letter}{ROWS_FOR_ENTRY}")
    entry.add_data_validation(rule)
