"""What an assessment notice says. Figures by hand from the Act: base, rate, section 52's three parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis import thai
from donhan_gis.documents.notice import (
    BuildingPart,
    CondoLine,
    Instalment,
    LandPart,
    Notice,
    NoticeLine,
    Office,
    Taxpayer,
    Terms,
    TraceStep,
    notice_data,
)
from donhan_gis.errors import InvalidInput

# 950.25 sq.wah x 250 baht = 237,562.50; 120.5 sq.m x 8,000 = 964,000, less 14 % (brick, 12 years: 10 x 1 % + 2 x 2 %)
# = 829,040; together 1,066,602.50 x 0.3 % (other use, first bracket) = 3,199.8075 -> 3,199.81 baht.
LAND = LandPart("โฉนดที่ดิน", "12345", Decimal("950.25"), 250_00, 237_562_50)
HOUSE = BuildingPart("100 บ้านเดี่ยว", Decimal("120.5"), 8_000_00, 964_000_00, 12, 134_960_00, 829_040_00)
SHOP = NoticeLine("other", 1_066_602_50, 0, 1_066_602_50, (Decimal("0.3"),), 3_199_81, land=LAND, buildings=(HOUSE,))
NOTICE = Notice(
    number="ขก 71401/1",
    issued_on=date(2026, 4, 1),
    tax_year_be=2569,
    office=Office("อบต.ดอนหัน", "ตำบลดอนหัน"),
    taxpayer=Taxpayer(("นายกตัญญู ฐานะ",), address="1 หมู่ 4"),
    tax_satang=3_199_81,
    due_on=date(2026, 6, 30),
    terms=Terms(Decimal("10"), Decimal("20"), Decimal("40.0"), Decimal("0.5"), 30, 30, 30),
    lines=(SHOP,),
    instalments=(
        Instalment(date(2026, 6, 30), 1_066_61),
        Instalment(date(2026, 7, 31), 1_066_60),
        Instalment(date(2026, 8, 31), 1_066_60),
    ),
)


def test_a_notice_says_the_tax_in_figures_and_words_and_its_days_in_the_buddhist_era():
    data = notice_data(NOTICE)
    assert data["tax"] == "3,199.81"
    assert data["tax_words"] == "สามพันหนึ่งร้อยเก้าสิบเก้าบาทแปดสิบเอ็ดสตางค์"
    assert (data["issued_on"], data["due_on"]) == ("1 เมษายน 2569", "30 มิถุนายน 2569")
    assert [part["amount"] for part in data["instalments"]] == ["1,066.61", "1,066.60", "1,066.60"]
    assert (data["terms"]["after_warning"], data["terms"]["surcharge"]) == ("40", "0.5")


def test_a_line_fills_the_columns_of_the_form():
    row = notice_data(NOTICE)["land_rows"][0]
    assert [row[name] for name in ("rai", "ngan", "wah", "sqwah")] == ["2", "1", "50.25", "950.25"]
    assert [row[name] for name in ("land_price", "land_value", "gross", "depreciation", "building_value")] == [
        "250.00",
        "237,562.50",
        "964,000.00",
        "134,960.00",
        "829,040.00",
    ]
    assert (row["use"], row["rate"], row["tax"], row["cut"]) == ("3", "0.30", "3,199.81", "")


def test_a_line_with_two_buildings_takes_two_rows_and_its_value_stands_once():
    line = replace(SHOP, buildings=(HOUSE, HOUSE))
    data = notice_data(replace(NOTICE, lines=(line,)))
    assert [row.get("building_no") for row in data["land_rows"]] == ["1", "2"]
    assert [row.get("value") for row in data["land_rows"]] == ["1,066,602.50", None]
    assert data["counts"] == {"parcels": "1", "buildings": "2", "condos": "0"}


def test_a_parcel_in_two_uses_is_one_parcel():
    halves = tuple(replace(SHOP, tax_satang=tax, buildings=()) for tax in (1_599_90, 1_599_91))
    assert notice_data(replace(NOTICE, lines=halves))["counts"]["parcels"] == "1"


def test_a_building_on_the_land_of_another_has_no_land_columns():
    data = notice_data(replace(NOTICE, lines=(replace(SHOP, land=None),)))
    assert "sqwah" not in data["land_rows"][0]
    assert "land_value" not in data["land_totals"]
    assert data["counts"]["parcels"] == "0"


def test_nothing_to_pay_is_said():
    free = replace(SHOP, use="agriculture", exempt_satang=1_066_602_50, base_satang=0, tax_satang=0)
    data = notice_data(replace(NOTICE, lines=(free,), tax_satang=0, instalments=()))
    assert (data["payable"], data["tax_words"]) == (False, "ศูนย์บาทถ้วน")


def test_condominium_units_go_to_their_own_sheet_with_its_own_codes():
    unit = CondoLine(
        "อาคารชุด", "1/2560", "ดอนหัน", "9/1", "other", Decimal(35), 3_00, 105_00, 0, 105_00, (Decimal("0.3"),), 31
    )
    data = notice_data(replace(NOTICE, lines=(), condos=(unit,), tax_satang=31, instalments=()))
    assert (data["condo_rows"][0]["use"], data["condo_totals"]["tax"]) == ("2", "0.31")
    assert data["land_rows"] == [] and data["land_totals"] is None


def test_relief_comes_off_the_sum_of_the_lines():
    notice = replace(NOTICE, tax_satang=3_000_00, relief_satang=199_81, relief_text="มาตรา 97", instalments=())
    assert notice_data(notice)["relief"] == "199.81"


def test_a_cut_is_named():
    assert (
        notice_data(replace(NOTICE, lines=(replace(SHOP, cut_pct=Decimal("90.0")),)))["land_rows"][0]["cut"] == "ลด 90%"
    )


def test_the_subject_of_a_trace_stands_where_it_changes():
    steps = (TraceStep("ก", "1", "ม.1"), TraceStep("ก", "2", "ม.2"), TraceStep("ข", "3", "ม.3"))
    rows = notice_data(replace(NOTICE, trace=steps))["trace"]
    assert [row["subject"] for row in rows] == ["ก", "", "ข"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"tax_satang": 3_199_82}, "documents.notice_sum"),
        ({"lines": ()}, "documents.notice_sum"),
        ({"relief_satang": 1}, "documents.notice_sum"),
        ({"instalments": NOTICE.instalments[:2]}, "documents.notice_instalments"),
        ({"taxpayer": Taxpayer((" ",))}, "documents.notice_no_name"),
    ],
)
def test_a_notice_that_does_not_add_up_is_refused(change, code):
    with pytest.raises(InvalidInput) as caught:
        notice_data(replace(NOTICE, **change))
    assert caught.value.code == code
    assert "ขก 71401/1" in caught.value.th and "ขก 71401/1" in caught.value.en


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=8))
def test_totals_are_the_sum_of_the_rows(taxes_satang):
    lines = tuple(replace(SHOP, tax_satang=tax, base_satang=tax) for tax in taxes_satang)
    data = notice_data(replace(NOTICE, lines=lines, tax_satang=sum(taxes_satang), instalments=()))
    assert thai.parse_baht(data["land_totals"]["tax"]) == sum(thai.parse_baht(row["tax"]) for row in data["land_rows"])
    assert data["land_totals"]["tax"] == data["tax"]
