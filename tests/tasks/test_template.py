"""The workbook to fill in: what it offers, and that the import reads it back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from donhan_gis.store import open_store
from donhan_gis.task import Context, run_task
from donhan_gis.tasks.importing import IMPORTABLE


@pytest.mark.parametrize("register", [choice.code for choice in IMPORTABLE])
def test_every_register_has_one(tmp_path: Path, register: str) -> None:
    run_task("data.template", Context(), register=register, out=str(tmp_path / "t.xlsx"))
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    headings = [cell.value for cell in book["กรอกข้อมูล"][1]]
    assert len(headings) == len(set(headings)) == book["คำอธิบาย"].max_row - 1


def test_filled_in_it_is_imported(project: Path, run: Any, tmp_path: Path) -> None:
    out = tmp_path / "poles.xlsx"
    run_task("data.template", Context(), register="pole", out=str(out))
    book = openpyxl.load_workbook(out)
    sheet = book["กรอกข้อมูล"]
    assert sheet.data_validations.count > 0
    place = {cell.value: cell.column for cell in sheet[1]}
    row = {"หมู่บ้าน": "หมู่ที่ 1 บ้านทดสอบ", "ชนิดเสา": "เสาคอนกรีต", "ชนิดโคม": "แอลอีดี (LED)"}
    row |= {"กำลังไฟต่อดวง": 30, "วันที่ติดตั้ง": "1/4/2569"}
    for heading, value in row.items():
        sheet.cell(2, place[heading], value)
    book.save(out)
    report = run("data.import", path=str(out), register="pole", layer="กรอกข้อมูล")
    assert report.facts["loaded"] == 1, report.tables[1].rows
    with open_store(project) as store:
        (pole,) = store.rows("pole")
    assert (pole["code"], pole["watt"], pole["installed_on"]) == ("P01-0001", 30, "2026-04-01")
