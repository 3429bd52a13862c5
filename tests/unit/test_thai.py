"""Thai writing: dates, areas, money in words, identity numbers, order of marks."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis import thai

NARA = date(2026, 6, 30)


# ---------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("30/6/2569", NARA),
        ("30/06/2026", NARA),
        ("30-6-2569", NARA),
        ("30.6.2569", NARA),
        ("๓๐/๖/๒๕๖๙", NARA),
        ("2026-06-30", NARA),
        ("2569-06-30", NARA),
        ("2026-06-30T08:15:00Z", NARA),
        ("30 มิถุนายน 2569", NARA),
        ("30 มิถุนายน พ.ศ. 2569", NARA),
        ("๓๐ มิ.ย. ๒๕๖๙", NARA),
        ("30มิ.ย.2569", NARA),
        ("29/2/2567", date(2024, 2, 29)),  # 2024 is a leap year, 2567 itself would not be
        ("31 ธ.ค. 2399", date(2399, 12, 31)),  # below 2400 a year is of the Common Era
        ("1 ม.ค. 2400", date(1857, 1, 1)),
    ],
)
def test_dates_are_read_in_both_eras(written: str, day: date) -> None:
    assert thai.parse_date(written) == day


@pytest.mark.parametrize(
    "written",
    ["", "30/6/69", "31/6/2569", "29/2/2569", "30/13/2569", "2569", "30 มิถุนา 2569", "มิ.ย. 2569", "abc", "1/1/1"],
)
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        thai.parse_date(written)


@given(
    st.dates(min_value=date(1858, 1, 1), max_value=date(2399, 12, 31)), st.sampled_from(["long", "short", "numeric"])
)
def test_a_day_written_and_read_is_the_same_day(day: date, style: str) -> None:
    assert thai.parse_date(thai.format_date(day, style)) == day  # type: ignore[arg-type]
    assert thai.parse_date(thai.thai_digits(thai.format_date(day, style))) == day  # type: ignore[arg-type]
    assert thai.parse_date(day.isoformat()) == day


def test_tax_year_is_judged_on_its_first_day() -> None:
    assert thai.new_year_day(2569) == date(2026, 1, 1)
    assert thai.be_year(date(2025, 12, 31)) == 2568


# ---------------------------------------------------------------- areas


@pytest.mark.parametrize(
    ("sqwah", "written"),
    [
        ("0", "0-0-00"),
        ("1", "0-0-01"),
        ("99.99", "0-0-99.99"),
        ("99.994", "0-0-99.99"),
        ("99.995", "0-1-00"),  # rounded before it is split: never 0-0-100.00
        ("100", "0-1-00"),
        ("399.995", "1-0-00"),
        ("399.99", "0-3-99.99"),
        ("950.25", "2-1-50.25"),
        ("950.5", "2-1-50.50"),
        ("905.05", "2-1-05.05"),
        ("400000", "1,000-0-00"),
    ],
)
def test_areas_by_hand(sqwah: str, written: str) -> None:
    """1 rai = 4 ngan = 400 square wah (Weights and Measures Act B.E. 2466)."""
    assert thai.format_area(Decimal(sqwah)) == written
    assert thai.format_area(float(sqwah)) == written


@pytest.mark.parametrize(
    "written", ["", "-", "1-2", "1-2-3-4", "1-4-0", "1-0-100", "-5", "a-b-c", "nan", "inf", "1--2"]
)
def test_what_is_no_area_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        thai.parse_area(written)


@given(st.decimals(min_value=0, max_value=10**8, places=2))
def test_an_area_written_and_read_is_the_same(area: Decimal) -> None:
    assert thai.parse_area(thai.format_area(area)) == area
    assert thai.parse_area(thai.thai_digits(thai.format_area(area))) == area


@given(st.decimals(min_value=0, max_value=10**8, places=5))
def test_parts_of_an_area_keep_their_limits(area: Decimal) -> None:
    rai, ngan, wah = thai.rai_ngan_wah(area)
    assert 0 <= ngan < 4
    assert 0 <= wah < 100
    assert abs(thai.sqwah(rai, ngan, wah) - area) <= Decimal("0.005")


# ---------------------------------------------------------------- money


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "ศูนย์"),
        (1, "หนึ่ง"),
        (10, "สิบ"),
        (11, "สิบเอ็ด"),
        (20, "ยี่สิบ"),
        (21, "ยี่สิบเอ็ด"),
        (100, "หนึ่งร้อย"),
        (101, "หนึ่งร้อยเอ็ด"),
        (111, "หนึ่งร้อยสิบเอ็ด"),
        (121, "หนึ่งร้อยยี่สิบเอ็ด"),
        (1001, "หนึ่งพันเอ็ด"),
        (2010, "สองพันสิบ"),
        (22222, "สองหมื่นสองพันสองร้อยยี่สิบสอง"),
        (100000, "หนึ่งแสน"),
        (1000000, "หนึ่งล้าน"),
        (1000001, "หนึ่งล้านเอ็ด"),
        (11000000, "สิบเอ็ดล้าน"),
        (21000021, "ยี่สิบเอ็ดล้านยี่สิบเอ็ด"),
        (50000000, "ห้าสิบล้าน"),
        (1000000000000, "หนึ่งล้านล้าน"),
    ],
)
def test_numbers_in_words(number: int, words: str) -> None:
    """Reading of numbers by the Royal Institute: a final one after any other digit is เอ็ด (หนึ่งร้อยเอ็ด)."""
    assert thai.number_words(number) == words


@pytest.mark.parametrize(
    ("satang", "words"),
    [
        (0, "ศูนย์บาทถ้วน"),
        (1, "หนึ่งสตางค์"),
        (25, "ยี่สิบห้าสตางค์"),
        (100, "หนึ่งบาทถ้วน"),
        (12150, "หนึ่งร้อยยี่สิบเอ็ดบาทห้าสิบสตางค์"),
        (10101, "หนึ่งร้อยเอ็ดบาทหนึ่งสตางค์"),
        (-500, "ลบห้าบาทถ้วน"),
    ],
)
def test_money_in_words(satang: int, words: str) -> None:
    assert thai.baht_text(satang) == words


@given(st.integers(min_value=1, max_value=10**15))
def test_words_hold_no_zero_and_no_wrong_one(number: int) -> None:
    words = thai.number_words(number)
    assert "ศูนย์" not in words
    assert "หนึ่งสิบ" not in words
    assert "สองสิบ" not in words
    assert words.endswith("เอ็ด") == (number % 10 == 1 and number > 1)


@given(st.integers(min_value=0, max_value=10**7), st.integers(min_value=0, max_value=10**7))
def test_words_tell_numbers_apart(first: int, second: int) -> None:
    assert (thai.number_words(first) == thai.number_words(second)) == (first == second)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_money_written_and_read_is_the_same(satang: int) -> None:
    assert thai.parse_baht(thai.format_baht(satang)) == satang
    assert thai.parse_baht(thai.thai_digits(f"฿{thai.format_baht(satang)}")) == satang


@pytest.mark.parametrize("written", ["", "abc", "1.005", "1.2.3", "nan", "Infinity", "๑๒ บาท"])
def test_what_is_no_money_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        thai.parse_baht(written)


# ---------------------------------------------------------------- writing


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("เเปลง", "แปลง"),
        ("พ้ืนที่", "พื้นที่"),  # tone mark typed before the vowel above
        ("ผู้", "ผู้"),
        ("ผู้", "ผู้"),  # and before the vowel below
        ("นำ้", "น้ำ"),
        ("น้ํา", "น้ำ"),
        ("นํ้า", "น้ำ"),
        ("ทําการ", "ทำการ"),
        ("นํา้", "น้ำ"),
        ("ที่่ดิิน", "ที่ดิน"),  # a mark typed twice looks like one on screen
        ("\ufeffสวน\u200bยาง\u2060", "สวนยาง"),
        ("  ดอน\u00a0 หัน ", "ดอน หัน"),
        ("Don Han 12/3", "Don Han 12/3"),
        ("", ""),
    ],
)
def test_marks_are_put_in_order(typed: str, meant: str) -> None:
    assert thai.normalise(typed) == meant


@given(st.text(alphabet="กนพำเแาิืุู่้๊๋ํ็ \u200b", max_size=12))
def test_ordering_twice_changes_nothing_more(typed: str) -> None:
    once = thai.normalise(typed)
    assert thai.normalise(once) == once


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("1101700230708", True),
        ("1-1017-00230-70-8", True),
        ("๑๑๐๑๗๐๐๒๓๐๗๐๘", True),
        ("1101700230709", False),
        ("110170023070", False),
        ("11017002307088", False),
        ("", False),
        ("abcdefghijklm", False),
        ("1101700230708x", False),
    ],
)
def test_identity_numbers(number: str, right: bool) -> None:
    """Check digit by hand: 1·13+1·12+0+1·10+7·9+0+0+2·6+3·5+0+7·3+0 = 146; 146 mod 11 = 3; 11 − 3 = 8."""
    assert thai.person_id_ok(number) is right


@given(st.text(alphabet="0123456789", min_size=12, max_size=12))
def test_one_check_digit_is_right(twelve: str) -> None:
    assert [thai.person_id_ok(f"{twelve}{digit}") for digit in range(10)].count(True) == 1
