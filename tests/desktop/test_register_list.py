"""The list of a register on real widgets."""

from __future__ import annotations

import csv

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog

from donhan_gis.desktop.register_list import RegisterList, listed_report
from donhan_gis.tasks.saving import write_report


@pytest.fixture
def parcels(session, qtbot) -> RegisterList:
    made = RegisterList(session, session.registers["parcel"])
    qtbot.addWidget(made)
    made.show()
    return made


def cell(view: RegisterList, row: int, column: int) -> str:
    return view.table.rows.index(row, column).data()


def column_of(view: RegisterList, name: str) -> int:
    return [field.name for field in view.table.rows.columns].index(name)


def test_all_rows_are_reached_page_by_page(parcels):
    assert parcels.table.rows.rowCount() == 450
    assert cell(parcels, 0, 0) == "01A001"
    assert cell(parcels, 449, 0) == "01A450"


def test_codes_and_references_are_shown_in_thai(parcels):
    assert cell(parcels, 0, column_of(parcels, "doc_type")) == "โฉนดที่ดิน"
    assert cell(parcels, 0, column_of(parcels, "village_uid")) == "หมู่ที่ 2 บ้านตัวอย่าง 2"


def test_headings_carry_the_unit(parcels):
    heading = parcels.table.rows.headerData(column_of(parcels, "deed_area_sqwah"), Qt.Orientation.Horizontal)
    assert heading == "เนื้อที่ตามเอกสารสิทธิ (ตร.ว.)"


def test_typing_filters(parcels, qtbot):
    qtbot.keyClicks(parcels._search, "01A44")
    qtbot.waitUntil(lambda: parcels.table.rows.rowCount() == 10)
    parcels.find_words("")
    assert parcels.table.rows.rowCount() == 450


def test_a_code_filters(parcels):
    combo = parcels._filters["doc_type"]
    combo.setCurrentIndex(combo.findData("2"))
    assert parcels.table.rows.rowCount() == 150
    combo.setCurrentIndex(0)
    assert parcels.table.rows.rowCount() == 450


def test_a_heading_sorts_and_turns_round(parcels, qtbot):
    header = parcels.table.horizontalHeader()
    where = header.sectionViewportPosition(0) + 10
    for expected in ("01A001", "01A450"):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(where, 8))
        assert cell(parcels, 0, 0) == expected


def test_double_click_asks_for_the_form(parcels, session, qtbot):
    parcels.table.selectRow(3)
    with qtbot.waitSignal(session.row_wanted) as wanted:
        parcels.table.open_row()
    assert wanted.args == ["parcel", session.store.rows("parcel", "code = '01A004'")[0]["uid"]]


def test_delete_asks_first(parcels, session, answers):
    parcels.table.selectRow(449)
    answers.append(1)
    parcels._remove()
    assert session.store.count("parcel") == 450
    parcels.table.selectRow(449)
    answers.append(0)
    parcels._remove()
    assert session.store.count("parcel") == 449
    assert parcels.table.rows.rowCount() == 449


def test_a_row_that_others_refer_to_is_not_deleted(parcels, session, answers, told):
    parcels.table.selectRow(0)
    answers.append(0)
    parcels._remove()
    assert session.store.count("parcel") == 450
    assert len(told) == 1


def test_export_writes_what_is_listed(parcels, tmp_path, monkeypatch):
    parcels.find_words("01A44")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "out.xlsx"), ""))
    parcels._export()
    sheet = load_workbook(tmp_path / "out.xlsx").worksheets[0]
    values = [value for row in sheet.iter_rows(values_only=True) for value in row]
    assert "01A440" in values and "01A449" in values and "01A001" not in values
    assert "หมู่ที่ 1 บ้านตัวอย่าง 1" in values


def test_export_as_csv(parcels, session, tmp_path):
    (path,) = write_report(listed_report(session, parcels.table.rows.listing), tmp_path / "out.csv", "th")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert sum(1 for _ in csv.reader(file)) >= 451


def test_a_result_register_cannot_be_edited(session, qtbot):
    view = RegisterList(session, session.registers["assessment"])
    qtbot.addWidget(view)
    assert view._new.isHidden() and view._delete.isHidden()


def test_what_others_wrote_is_shown_after_reloading(parcels, session):
    session.store.insert("parcel", [{"code": "01A900"}])
    session.changed.emit("parcel")
    assert parcels.table.rows.rowCount() == 451
