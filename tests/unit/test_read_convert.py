"""Cells as offices write them; expected values by hand from the calendar, the land measures and the code lists."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis import thai
from donhan_gis.exchange.convert import (
    code_as_written,
    convert,
    parcel_code,
    quadrant,
    rai_ngan_wah,
    sheet_part,
    square_metres,
)
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.register import load_registers

DEEDS = load_registers().choices["deed_kind"]


def field(kind, name="value", **more):
    return Field(name, Kind(kind), "ช่อง", "Field", **more)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1/4/2569", "2026-04-01"),
        ("๓๐/๐๖/๒๕๖๙", "2026-06-30"),
        ("1 / 4 / 2569", "2026-04-01"),
        ("2569-04-01", "2026-04-01"),
        ("2026-04-01", "2026-04-01"),
        ("2026-04-01 00:00:00", "2026-04-01"),
        ("15 มกราคม 2567", "2024-01-15"),
        ("20080714", "2008-07-14"),
        (20080714, "2008-07-14"),
        (date(2567, 1, 15), "2024-01-15"),
        (datetime(2024, 1, 15, 8, 30), "2024-01-15"),
        (np.datetime64("2024-01-15"), "2024-01-15"),
    ],
)
def test_dates(written, stored):
    assert convert(written, field("date")).value == stored


@pytest.mark.parametrize("written", ["1/4/69", "31/2/2569", "เมื่อวาน", 45292, "29/2/2569"])
def test_bad_dates_are_refused(written):
    cell = convert(written, field("date"))
    assert cell.value is None and cell.trouble.severity == "error"
    assert (cell.trouble.code == "row.two_digit_year") == (written == "1/4/69")


@pytest.mark.parametrize(
    ("written", "satang"),
    [
        ("฿304,000.00", 30_400_000),
        ("฿-", 0),
        ("฿ -", 0),
        ("1,250.50 บาท", 125_050),
        ("๑๒๐", 12_000),
        (99.5, 9_950),
        (100, 10_000),
    ],
)
def test_money(written, satang):
    assert convert(written, field("money")).value == satang


@pytest.mark.parametrize(
    ("kind", "written"), [("money", "ฟรี"), ("money", 0.001), ("int", 1.5), ("decimal", "inf"), ("bool", "บางที")]
)
def test_what_cannot_be_understood(kind, written):
    assert convert(written, field(kind)).trouble.code == "row.not_understood"


@pytest.mark.parametrize("word", ["None", "null", "NaN", "<Null>", "#N/A"])
def test_words_for_nothing_are_said(word):
    cell = convert(word, field("text"))
    assert cell.value is None and (cell.trouble.code, cell.trouble.severity) == ("row.empty_word", "info")


@pytest.mark.parametrize("blank", [None, "", "  ", float("nan"), np.float64("nan"), "-", np.datetime64("NaT")])
def test_blanks_are_silent(blank):
    cell = convert(blank, field("text"))
    assert cell.value is None and cell.trouble is None


@pytest.mark.parametrize(
    ("kind", "written", "stored"),
    [
        ("text", 12.0, "12"),
        ("text", np.float64(123.0), "123"),
        ("text", " เเปลง ", "แปลง"),
        ("int", "๑,๒๓๔", 1234),
        ("decimal", "1,234.5", 1234.5),
        ("bool", "มี", 1),
        ("bool", "N", 0),
        ("bool", True, 1),
        ("phone", 812345678, "0812345678"),
        ("phone", "081-234-5678", "0812345678"),
        ("person_id", "1-2345-67890-12-1", "1234567890121"),
        ("person_id", 1234567890121.0, "1234567890121"),
        ("time", "8.30".zfill(5), "08:30"),
        ("datetime", datetime(2569, 4, 1, 8, 30), "2026-04-01 08:30"),
    ],
)
def test_kinds(kind, written, stored):
    assert convert(written, field(kind)).value == stored


def test_year_of_the_christian_era_in_a_buddhist_column():
    assert convert(2020, field("int", "vacant_since_be")).value == 2563


@pytest.mark.parametrize(
    ("written", "code"), [("1", "1"), (1.0, "1"), ("โฉนดที่ดิน", "1"), ("น.ส. 3 ก", "2"), ("อื่นๆ", "13"), ("๑๐", "10")]
)
def test_code_by_code_or_label(written, code):
    assert convert(written, field("choice"), choices=DEEDS).value == code


def test_english_label_and_a_files_own_code():
    assert convert("trachong deed", field("choice"), choices=DEEDS).value == "9"
    assert convert("โฉนด", field("choice"), choices=DEEDS, meanings={"โฉนด": "1"}).value == "1"


@pytest.mark.parametrize("written", ["NS4", "99", "โฉนดหมาย"])
def test_unknown_codes_are_never_guessed(written):
    assert convert(written, field("choice"), choices=DEEDS).trouble.code == "row.unknown_code"


def test_a_label_of_two_codes_is_not_guessed():
    twins = (Choice("A", "ดี", "Good"), Choice("B", "ดี", "Fine"))
    assert convert("ดี", field("choice"), choices=twins).trouble.code == "row.unknown_code"


@pytest.mark.parametrize(
    ("parts", "area"),
    [
        ([2, 1, 50.25], 950.25),
        ([0, 0, 2, 9], 2.09),  # "2 ตร.ว. เศษ 9" is 2.09, not 2.9
        (["1", "-", None], 400.0),
        (["๒", "๑", "๕๐"], 950.0),
        ([0, 0, 33.335], 33.34),
        ([np.float64(3), np.float64("nan"), 0], 1200.0),
    ],
)
def test_rai_ngan_wah(parts, area):
    cell = rai_ngan_wah(parts)
    assert cell.value == area and cell.trouble is None


@pytest.mark.parametrize("parts", [[0, 4, 0], [0, 0, 100], [0, 0, 1, 100], [0, 0, 1.5, 5]])
def test_odd_areas_are_added_up_and_said(parts):
    assert rai_ngan_wah(parts).trouble.code == "row.odd_area"


def test_bad_and_empty_areas():
    assert rai_ngan_wah(["สอง", 0, 0]).trouble.code == "row.bad_area"
    assert rai_ngan_wah([-1, 0, 0]).trouble.code == "row.bad_area"
    assert rai_ngan_wah([None, "", float("nan")]).value is None
    assert square_metres([1600]).value == 400 and square_metres(["x"]).trouble.code == "row.bad_area"


@given(st.integers(0, 9_999_999))
def test_area_goes_there_and_back(hundredths):
    area = Decimal(hundredths) / 100
    rai, ngan, wah = thai.rai_ngan_wah(area)
    assert rai_ngan_wah([rai, ngan, int(wah), int(wah * 100 % 100)]).value == float(area)
    square = field("decimal", unit="ตร.ว.")
    assert convert(thai.format_area(area).replace(",", ""), square).value == float(area)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (["01", "A", "001"], "01A001"),
        ([1, "a", 1.0], "01A001"),
        ([9, "02S", "15/004"], "02S015/004"),
        ([None, "A", 1], None),
        ([1, "A", "x"], None),
    ],
)
def test_parcel_codes_of_both_schemes(parts, code):
    assert parcel_code(parts).value == code


def test_sheet_numbers():
    """The form of the land office: 5440 IV 4046 and, at larger scales, the part of it."""
    parts = [sheet_part(["5440 IV 4046-07"], position).value for position in (1, 2, 3, 4)]
    assert parts == ["5440", "4", "4046", "07"]
    assert sheet_part(["5541III7012"], 2).value == "3"
    assert sheet_part(["ไม่ทราบ"], 1).trouble.code == "row.bad_sheet" and sheet_part([None], 1).value is None
    assert quadrant(["III"]).value == "3" and quadrant([2]).value == "2"
    assert code_as_written(["NULL"]).value is None
