"""Fields: reading what is typed, limits, and showing what is stored, for every kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.field import Choice, Field, Kind, default_of, parse, parse_datetime, problems, show

LAMPS = (Choice("LED", "แอลอีดี", "LED"), Choice("HPS", "โซเดียม", "Sodium"))


def field(kind: Kind, name: str = "value", **more: Any) -> Field:
    return Field(name, kind, "ค่า", "Value", **more)


# kind, name of the field, as typed, as stored, as shown in Thai
READ_AND_SHOWN = [
    (Kind.TEXT, "name", "  เเม่น้ำ  ", "แม่น้ำ", "แม่น้ำ"),
    (Kind.LONGTEXT, "note", " บรรทัด 1\nบรรทัด 2 ", "บรรทัด 1\nบรรทัด 2", "บรรทัด 1\nบรรทัด 2"),
    (Kind.INT, "n", "๑,๒๕๐", 1250, "1,250"),
    (Kind.INT, "built_be", "2569", 2569, "2569"),
    (Kind.DECIMAL, "width_m", "1,234.5", 1234.5, "1,234.50"),
    (Kind.DECIMAL, "area_sqwah", "2-1-50.25", 950.25, "950.25"),
    (Kind.MONEY, "cost_satang", "฿1,250.50", 125050, "1,250.50"),
    (Kind.BOOL, "moving", "ใช่", 1, "ใช่"),
    (Kind.BOOL, "moving", "๐", 0, "ไม่ใช่"),
    (Kind.BOOL, "moving", "No", 0, "ไม่ใช่"),
    (Kind.DATE, "built_on", "๓๐ มิ.ย. ๒๕๖๙", "2026-06-30", "30 มิ.ย. 2569"),
    (Kind.TIME, "at", "8.30 น.", "08:30", "08:30"),
    (Kind.TIME, "at", "23:59:30", "23:59", "23:59"),
    (Kind.DATETIME, "at", "1/4/2569 8:05", "2026-04-01 08:05", "1 เม.ย. 2569 08:05"),
    (Kind.DATETIME, "at", "2569-04-01 08:05", "2026-04-01 08:05", "1 เม.ย. 2569 08:05"),
    (Kind.DATETIME, "at", "2026-04-01T08:05:59Z", "2026-04-01 08:05", "1 เม.ย. 2569 08:05"),
    (Kind.CHOICE, "lamp", "LED", "LED", "แอลอีดี"),
    (Kind.CHOICES, "lamps", "LED,HPS", "LED,HPS", "LED,HPS"),
    (Kind.REF, "road_uid", "abc", "abc", "abc"),
    (Kind.ANYREF, "row_uid", "abc", "abc", "abc"),
    (Kind.PHOTO, "photo", "ภาพ/1.jpg", "ภาพ/1.jpg", "ภาพ/1.jpg"),
    (Kind.FILE, "path", "/a b/c.gpkg", "/a b/c.gpkg", "/a b/c.gpkg"),
    (Kind.PERSON_ID, "id_no", "1-1017-00230-70-8", "1101700230708", "1101700230708"),
    (Kind.PHONE, "phone", "๐๘๑-๒๓๔ ๕๖๗๘", "0812345678", "0812345678"),
]


@pytest.mark.parametrize(("kind", "name", "typed", "stored", "shown"), READ_AND_SHOWN)
def test_typed_stored_shown(kind: Kind, name: str, typed: str, stored: Any, shown: str) -> None:
    declared = field(kind, name)
    assert parse(declared, typed) == stored
    assert problems(declared, stored, choices=LAMPS) == []
    assert show(declared, stored, choices=LAMPS) == shown


def test_every_kind_is_tried_above() -> None:
    assert {kind for kind, *_ in READ_AND_SHOWN} == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_typed_is_nothing_stored(kind: Kind) -> None:
    assert parse(field(kind), "  ") is None
    assert show(field(kind), None) == show(field(kind), "") == ""
    assert problems(field(kind), None) == []
    assert [found.code for found in problems(field(kind, required=True), None)] == ["field.required"]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (Kind.INT, "1.5"),
        (Kind.INT, "สิบ"),
        (Kind.DECIMAL, "1.2.3"),
        (Kind.DECIMAL, "nan"),
        (Kind.DECIMAL, "1e999"),
        (Kind.MONEY, "1.234"),
        (Kind.BOOL, "บางที"),
        (Kind.DATE, "31/2/2569"),
        (Kind.TIME, "24:00"),
        (Kind.TIME, "8:60"),
        (Kind.TIME, "เช้า"),
        (Kind.DATETIME, "1/4/2569"),
        (Kind.DATETIME, "1/4/2569 25:00"),
        (Kind.DATETIME, "เมื่อวาน 08:00"),
    ],
)
def test_what_is_not_of_the_kind_is_refused(kind: Kind, typed: str) -> None:
    with pytest.raises(ValueError):
        parse(field(kind), typed)


@pytest.mark.parametrize(
    ("declared", "value", "code"),
    [
        (field(Kind.INT, minimum=1), 0, "field.min"),
        (field(Kind.INT, maximum=9), 10, "field.max"),
        (field(Kind.DECIMAL, minimum=0), -0.01, "field.min"),
        (field(Kind.MONEY, maximum=100), 101, "field.max"),
        (field(Kind.TEXT, pattern="[0-9]{6}"), "40011", "field.pattern"),
        (field(Kind.TEXT, pattern="[0-9]{6}"), "4001133", "field.pattern"),
        (field(Kind.PERSON_ID), "1101700230709", "field.person_id"),
        (field(Kind.CHOICE, choices="lamp"), "MERCURY", "field.choice"),
        (field(Kind.INT), "1", "field.kind"),
        (field(Kind.INT), 1.5, "field.kind"),
        (field(Kind.INT), 2**63, "field.kind"),
        (field(Kind.MONEY), 0.5, "field.kind"),
        (field(Kind.DECIMAL), float("nan"), "field.kind"),
        (field(Kind.DECIMAL), float("inf"), "field.kind"),
        (field(Kind.BOOL), 2, "field.kind"),
        (field(Kind.TEXT), 5, "field.kind"),
        (field(Kind.DATE), "30/6/2569", "field.kind"),
        (field(Kind.TIME), "25:00", "field.kind"),
        (field(Kind.DATETIME), "เมื่อวาน", "field.kind"),
    ],
)
def test_limits(declared: Field, value: Any, code: str) -> None:
    (found,) = problems(declared, value, choices=LAMPS)
    assert (found.field, found.code) == ("value", code)
    assert found.text("th").startswith("ค่า")
    assert found.text("en").startswith("Value")


def test_limits_themselves_are_allowed() -> None:
    assert problems(field(Kind.INT, minimum=1, maximum=9), 1) == []
    assert problems(field(Kind.DECIMAL, minimum=0, maximum=1), Decimal(1)) == []


def test_limit_of_money_is_told_in_baht() -> None:
    (found,) = problems(field(Kind.MONEY, maximum=150000), 150001)
    assert "1,500.00" in found.text("en")


@pytest.mark.parametrize(
    ("kind", "stored"),
    [
        (Kind.DATE, "มะรืน"),
        (Kind.DATETIME, "2026-13-01 08:00"),
        (Kind.INT, "12 ก"),
        (Kind.DECIMAL, "กว้าง"),
        (Kind.MONEY, "ฟรี"),
        (Kind.MONEY, float("inf")),
        (Kind.CHOICE, "MERCURY"),
    ],
)
def test_faulty_values_of_other_programs_are_shown_as_they_stand(kind: Kind, stored: Any) -> None:
    assert show(field(kind), stored, choices=LAMPS) == str(stored)


def test_second_language() -> None:
    assert show(field(Kind.CHOICE), "HPS", "en", choices=LAMPS) == "Sodium"
    assert show(field(Kind.BOOL), 1, "en") == "Yes"
    assert field(Kind.DECIMAL, unit="ม.").heading() == "ค่า (ม.)"
    assert field(Kind.DECIMAL, unit="ม.").heading("en") == "Value (m)"
    assert field(Kind.DECIMAL).heading() == "ค่า"


def test_decimals_are_those_declared() -> None:
    assert show(field(Kind.DECIMAL, decimals=0), 1234.5) in ("1,234", "1,235")
    assert show(field(Kind.DECIMAL, decimals=3), 2) == "2.000"


def test_codes_are_kept_in_arabic_digits() -> None:
    assert parse(field(Kind.TEXT, pattern="[0-9]+"), "๔๐๐๑๑๓") == "400113"
    assert parse(field(Kind.TEXT), "หมู่ ๓") == "หมู่ ๓"


def test_defaults() -> None:
    today = date(2026, 1, 1)
    assert default_of(field(Kind.DATE, default="today()"), today) == "2026-01-01"
    assert default_of(field(Kind.DATETIME, default="now()"), today) == "2026-01-01 00:00"
    assert default_of(field(Kind.INT, default=1), today) == 1
    assert default_of(field(Kind.MONEY, default="5"), today) == 500
    assert default_of(field(Kind.INT), today) is None


@given(st.integers(min_value=-(2**62), max_value=2**62))
def test_whole_numbers_shown_and_read(number: int) -> None:
    for declared in (field(Kind.INT), field(Kind.MONEY)):
        assert parse(declared, show(declared, number)) == number


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_decimals_shown_and_read(number: Decimal) -> None:
    declared = replace(field(Kind.DECIMAL), name="depth_m")
    assert parse(declared, show(declared, float(number))) == pytest.approx(float(number))


@given(st.datetimes(min_value=datetime(1858, 1, 1), max_value=datetime(2399, 12, 31)))
def test_moments_shown_and_read(moment: datetime) -> None:
    minute = moment.replace(second=0, microsecond=0)
    stored = minute.isoformat(sep=" ", timespec="minutes")
    assert parse_datetime(show(field(Kind.DATETIME), stored)) == minute
    assert parse(field(Kind.DATETIME), stored) == stored
