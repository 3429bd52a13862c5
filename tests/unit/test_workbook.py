"""Workbooks and CSV: what is written is what is read back, and text never becomes a formula."""

from __future__ import annotations

import csv
import errno
import os
from datetime import datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from donhan_gis.errors import SourceError
from donhan_gis.exchange.workbook import _sheet_name, write_csv, write_workbook
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.report import Report, Table, total_of

COLUMNS = (
    Field("code", Kind.TEXT, "รหัสแปลง", "Parcel"),
    Field("area_sqwah", Kind.DECIMAL, "เนื้อที่", "Area", unit="ตร.ว."),
    Field("built_on", Kind.DATE, "สร้างเมื่อ", "Built"),
    Field("seen_at", Kind.DATETIME, "ตรวจเมื่อ", "Seen"),
    Field("opens", Kind.TIME, "เปิด", "Opens"),
    Field("tax_year_be", Kind.INT, "ปีภาษี", "Year"),
    Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
    Field("use", Kind.CHOICE, "การใช้", "Use", choices="use"),
    Field("note", Kind.LONGTEXT, "หมายเหตุ", "Note"),
)
ROWS = [
    ("12A001", 950.25, "2026-06-30", "2026-06-30 08:30", "08:30", 2569, 319_981, "other", "น้ำ\nป้า"),
    ("=cmd|' /C calc'!A0", None, None, None, None, None, None, None, "+66 43"),
    ("@SUM(A1)", -0.5, None, None, None, 2569, -5, "vacant", "#N/A"),
]
REPORT = Report(
    "บัญชีรายการภาษี 2569",
    "Tax roll 2569",
    (Table("roll", "บัญชี: ที่ดิน/สิ่งปลูกสร้าง [2569]", "Roll", COLUMNS, ROWS, total_of(COLUMNS, ROWS, ["tax_satang"])),),
    notes_th=("=หมายเหตุ",),
    notes_en=("note",),
    provenance=(("กฎหมาย", "Law", "พ.ร.บ. 2562"),),
    choices={"use": (Choice("other", "อื่น ๆ", "Other"), Choice("vacant", "ว่างเปล่า", "Vacant"))},
)


@pytest.fixture
def book(tmp_path):
    return load_workbook(write_workbook(REPORT, tmp_path / "บัญชี.xlsx"))


def test_values_come_back_as_what_they_are(book):
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[3]][:2] == ["รหัสแปลง", "เนื้อที่ (ตร.ว.)"]
    assert [cell.value for cell in sheet[4]] == [
        "12A001",
        950.25,
        datetime(2026, 6, 30),
        datetime(2026, 6, 30, 8, 30),
        time(8, 30),
        2569,
        3199.81,
        "อื่น ๆ",
        "น้ำ\nป้า",
    ]
    assert sheet["G4"].number_format == "#,##0.00" and sheet["F4"].number_format == "0"
    assert sheet["C4"].number_format == "[$-D07041E]d mmmm yyyy"  # a real date, shown as ๓๐ มิถุนายน ๒๕๖๙ or 30 ... 2569


def test_totals_stand_below_and_are_equal_to_the_sum(book):
    sheet = book.worksheets[0]
    assert sheet["A7"].value == "รวม"
    assert sheet["G7"].value == 3199.76  # 3,199.81 - 0.05


def test_text_is_never_a_formula(book):
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type not in ("f", "e") for cell in row)
    sheet = book.worksheets[0]
    assert sheet["A5"].value == "=cmd|' /C calc'!A0" and sheet["A5"].quotePrefix
    assert sheet["I6"].value == "#N/A"


def test_the_sheet_is_ready_for_screen_and_printer(book):
    sheet = book.worksheets[0]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A4", "A3:I6", "$3:$3")
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (sheet.PAPERSIZE_A4, "landscape")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.oddFooter.right.text == "&P/&N"
    assert all(8 <= dimension.width <= 60 for dimension in sheet.column_dimensions.values())


def test_the_last_sheet_tells_where_the_figures_come_from(book):
    told = {cell.value for row in book["ที่มา"].iter_rows() for cell in row}
    assert {"พ.ร.บ. 2562", "กฎหมาย", "=หมายเหตุ", "บัญชีรายการภาษี 2569"} <= told
    assert any("พุทธศักราช" in str(value) for value in told)


def test_english(tmp_path):
    book = load_workbook(write_workbook(REPORT, tmp_path / "a.xlsx", language="en"))
    assert book.sheetnames == ["Roll", "Provenance"]
    assert book["Roll"]["H4"].value == "Other" and book["Roll"]["A7"].value == "Total"


@pytest.mark.parametrize("report", [Report("ว่าง", "Empty"), Report("ก", "A", (Table("t", "ก", "T", COLUMNS, []),))])
def test_an_empty_report_is_a_valid_workbook(tmp_path, report):
    assert load_workbook(write_workbook(report, tmp_path / "a.xlsx")).sheetnames[-1] == "ที่มา"


def test_tables_of_one_name_get_sheets_of_their_own(tmp_path):
    table = Table("t", "ตารางเดียวกัน", "Same", COLUMNS, ROWS)
    book = load_workbook(write_workbook(Report("ก", "A", (table, table)), tmp_path / "a.xlsx"))
    assert book.sheetnames == ["ตารางเดียวกัน", "ตารางเดียวกัน (2)", "ที่มา"]


def test_a_table_longer_than_a_sheet_goes_on_in_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("donhan_gis.exchange.workbook.SHEET_ROWS", 14)  # ten rows beside title, heading and totals
    columns = (Field("n", Kind.INT, "ที่", "No"),)
    rows = [(n,) for n in range(25)]
    book = load_workbook(
        write_workbook(Report("ก", "A", (Table("t", "ท", "T", columns, rows, [300]),)), tmp_path / "a.xlsx")
    )
    values = [cell.value for sheet in book.worksheets[:-1] for row in sheet.iter_rows(min_row=4) for cell in row]
    assert values == [*range(25), 300]


def test_what_excel_cannot_hold_is_written_as_text(tmp_path):
    """Excel counts days from 1900; deeds and births are older. It has no NaN, and no control characters."""
    columns = (
        Field("on", Kind.DATE, "วันที่", "On"),
        Field("x", Kind.DECIMAL, "ค่า", "X"),
        Field("t", Kind.TEXT, "ก", "T"),
    )
    rows = [("1887-05-01", float("nan"), "ก\x00ข\x1f" + "ค" * 40_000)]
    sheet = load_workbook(
        write_workbook(Report("ก", "A", (Table("t", "ท", "T", columns, rows),)), tmp_path / "a.xlsx")
    ).worksheets[0]
    assert (sheet["A4"].value, sheet["B4"].value) == ("1 พ.ค. 2430", "nan")
    assert sheet["C4"].value.startswith("กขค") and len(sheet["C4"].value) <= 32_767


def test_csv_reads_back_with_the_mark_excel_needs(tmp_path):
    (path,) = write_csv(REPORT, tmp_path / "a.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[1] == [
        "12A001",
        "950.25",
        "2026-06-30",
        "2026-06-30 08:30",
        "08:30",
        "2569",
        "3199.81",
        "อื่น ๆ",
        "น้ำ\nป้า",
    ]
    assert rows[2][0] == "'=cmd|' /C calc'!A0" and rows[2][1] == ""
    assert rows[3][6] == "-0.05"


def test_csv_of_several_tables_takes_a_file_each(tmp_path):
    tables = tuple(Table(name, name, name, COLUMNS, ROWS) for name in ("a", "b"))
    assert [path.name for path in write_csv(Report("ก", "A", tables), tmp_path / "x.csv")] == ["x-a.csv", "x-b.csv"]


@pytest.mark.parametrize("write", [write_workbook, write_csv])
def test_places_that_cannot_be_written_to(tmp_path, monkeypatch, write):
    with pytest.raises(SourceError) as caught:
        write(REPORT, tmp_path / "none" / "a.xlsx")
    assert caught.value.code == "documents.no_folder"
    (tmp_path / "~$a.xlsx").touch()
    with pytest.raises(SourceError) as caught:
        write(REPORT, tmp_path / "a.xlsx")
    assert caught.value.code == "documents.file_open"
    monkeypatch.setattr(Path, "replace", _full)
    with pytest.raises(SourceError) as caught:
        write(REPORT, tmp_path / "b.xlsx")
    assert caught.value.code == "documents.disk_full"
    assert [path.name for path in tmp_path.iterdir()] == ["~$a.xlsx"]


def _full(*_args):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@given(st.lists(st.text(max_size=50), max_size=6))
def test_sheet_names_are_what_excel_allows_and_differ(titles):
    taken: set[str] = set()
    names = [_sheet_name(title, taken) for title in titles]
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert all(name[0] != "'" and name[-1] != "'" for name in names)
    assert len({name.casefold() for name in names}) == len(names)


@given(st.lists(st.integers(-(10**13), 10**13), min_size=1, max_size=20))
def test_money_comes_back_to_the_satang(tmp_path_factory, amounts_satang):
    """A double holds 15 significant digits: 100,000,000,000.00 baht is well within."""
    columns = (Field("tax", Kind.MONEY, "ภาษี", "Tax"),)
    rows = [(amount,) for amount in amounts_satang]
    table = Table("t", "ท", "T", columns, rows, total_of(columns, rows, ["tax"]))
    path = write_workbook(Report("ก", "A", (table,)), tmp_path_factory.mktemp("w") / "a.xlsx")
    sheet = load_workbook(path).worksheets[0]
    read = [round(Decimal(str(sheet.cell(row, 1).value)) * 100) for row in range(4, 5 + len(rows))]
    assert read == [*amounts_satang, sum(amounts_satang)]
