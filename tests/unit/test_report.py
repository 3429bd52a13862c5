"""Reports: tables of stored values, shown to people and given to machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from donhan_gis.field import Choice, Field, Kind
from donhan_gis.report import Report, Table, total_of

COLUMNS = (
    Field("code", Kind.TEXT, "รหัส", "Code"),
    Field("use_class", Kind.CHOICE, "ประเภท", "Class", choices="use"),
    Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
)
ROWS = (("01A001", "vacant", 123450), ("01A002", "other", None))
CHOICES = {"use": (Choice("vacant", "ว่างเปล่า", "Vacant"), Choice("other", "อื่น ๆ", "Other"))}


def table() -> Table:
    return Table("roll", "บัญชี", "Roll", COLUMNS, ROWS, total_of(COLUMNS, ROWS, ["tax_satang", "code"]))


def test_rows_as_people_read_them() -> None:
    assert table().shown(CHOICES) == [["01A001", "ว่างเปล่า", "1,234.50"], ["01A002", "อื่น ๆ", ""]]
    assert table().shown(CHOICES, "en")[0] == ["01A001", "Vacant", "1,234.50"]
    assert (table().title("th"), table().title("en")) == ("บัญชี", "Roll")


def test_totals_add_numbers_only() -> None:
    assert table().totals == [None, None, 123450]
    assert total_of(COLUMNS, (), ["tax_satang"]) == [None, None, 0]


def test_row_of_another_width_is_a_fault() -> None:
    with pytest.raises(ValueError, match="zip"):
        Table("roll", "บัญชี", "Roll", COLUMNS, [("01A001",)]).shown(CHOICES)


def test_report_for_machines_holds_stored_values() -> None:
    report = Report(
        "ผล",
        "Result",
        tables=(table(),),
        notes_th=("หมายเหตุ",),
        notes_en=("Note",),
        provenance=(("กฎหมาย", "Law", "2569"),),
        files=(Path("a.xlsx"),),
        facts={"rows": 2},
    )
    said = json.loads(json.dumps(report.as_dict(), ensure_ascii=False))
    assert said["tables"][0]["rows"] == [["01A001", "vacant", 123450], ["01A002", "other", None]]
    assert said["tables"][0]["columns"] == ["code", "use_class", "tax_satang"]
    assert said["tables"][0]["totals"] == [None, None, 123450]
    assert (said["files"], said["facts"], said["provenance"]) == (["a.xlsx"], {"rows": 2}, [["กฎหมาย", "Law", "2569"]])
    assert (report.title(), report.title("en"), report.notes(), report.notes("en")) == (
        "ผล",
        "Result",
        ("หมายเหตุ",),
        ("Note",),
    )
