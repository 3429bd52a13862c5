"""Signboard tax: the steps told, settings, additions and parts; figures by hand from the Act and its table of rates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis import law
from donhan_gis.errors import DeclarationError, InvalidInput, NoLawForDate
from donhan_gis.exchange.tax_cases import calculate
from donhan_gis.tax.signboard import (
    Sign,
    filing_extra,
    first_quarter,
    late_extra,
    pay_by,
    quarter_of,
    sign_instalments,
    sign_tax,
    wrong_filing_extra,
)

OF = law.at(2569)
HEAD = 'schema = 1\narea = "signboard"\ncovers = [2563, 2569]\nth = "ข้อบัญญัติ"\nen = "By-law"\n'


def sign(kind: int = 1, *, width: str = "100", height: str = "100", sides: int = 1, moving: bool = False) -> Sign:
    return Sign(kind, moving, Fraction(width), Fraction(height), sides)


def chosen(folder: Path, key: str, value: str, unit: str = "choice") -> law.Law:
    path = folder / "office.toml"
    entry = f'[[value]]\nkey = "{key}"\nfrom = 2564\nunit = "{unit}"\nvalue = "{value}"\nsource = "test"\n'
    path.write_text(HEAD + entry, encoding="utf-8")
    return law.load(path).at(2569)


def test_each_step_is_told_with_its_section() -> None:
    result = sign_tax(OF, sign(sides=2), quarter=4)
    assert [step.code for step in result.steps] == [
        "sign_tax.area", "sign_tax.rate", "sign_tax.minimum", "sign_tax.quarter", "sign_tax.faces",
    ]  # fmt: skip
    assert all(step.source and step.said("th") and step.said("en") for step in result.steps)
    assert (result.units, result.rate_satang, result.year_satang, result.tax_satang) == (20, 500, 40_000, 10_000)


def test_minimum_after_the_quarter_is_a_setting(tmp_path: Path) -> None:
    """100 baht a year: the minimum first gives 200 x 25 % = 50; the quarter first 25, raised to 200."""
    assert sign_tax(OF, sign(), quarter=4).tax_satang == 5_000
    other = sign_tax(chosen(tmp_path, "setting.quarter_and_minimum", "quarter_first"), sign(), quarter=4)
    assert other.tax_satang == 20_000
    assert [step.code for step in other.steps][-2:] == ["sign_tax.quarter", "sign_tax.minimum"]


def test_faces_together_are_a_setting(tmp_path: Path) -> None:
    """Two faces of 10,251 cm²: apart 2 x 21 units; together 20,502 = 41 units, the remainder of 2 is dropped."""
    of = chosen(tmp_path, "setting.faces", "areas_together")
    two = sign(3, width="1", height="10251", sides=2)
    assert sign_tax(OF, two).tax_satang == 2 * 21 * 5_000
    assert sign_tax(of, two).tax_satang == 41 * 5_000
    assert sign_tax(of, sign(sides=2)).tax_satang == 20_000


def test_rate_above_the_ceiling_of_the_act_is_refused(tmp_path: Path) -> None:
    assert sign_tax(chosen(tmp_path, "rate.1.static", "10", "baht"), sign()).tax_satang == 20_000
    with pytest.raises(DeclarationError) as caught:
        sign_tax(chosen(tmp_path, "rate.1.static", "10.01", "baht"), sign())
    assert caught.value.code == "sign_tax.rate_over_ceiling"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (sign(0), "sign_type"),
        (sign(4), "sign_type"),
        (sign(width="0"), "width_cm"),
        (sign(height="-5"), "height_cm"),
        (sign(sides=0), "sides"),
    ],
)
def test_bad_sign_names_its_field(bad: Sign, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        sign_tax(OF, bad)
    assert caught.value.field == field


@pytest.mark.parametrize("quarter", [0, 5])
def test_no_such_quarter(quarter: int) -> None:
    with pytest.raises(InvalidInput):
        sign_tax(OF, sign(), quarter=quarter)


@pytest.mark.parametrize(
    ("day", "quarter"), [("2026-01-01", 1), ("2026-03-31", 1), ("2026-04-01", 2), ("2026-09-30", 3), ("2026-12-31", 4)]
)
def test_quarters(day: str, quarter: int) -> None:
    assert quarter_of(date.fromisoformat(day)) == quarter == first_quarter(OF, date.fromisoformat(day))


def test_sign_of_another_year() -> None:
    assert first_quarter(OF, date(2025, 11, 1)) == first_quarter(OF, None) == 1
    with pytest.raises(InvalidInput) as caught:
        first_quarter(OF, date(2027, 1, 1))
    assert caught.value.code == "sign_tax.not_yet"


def test_additions_of_section_25() -> None:
    """Of 1,508 baht: not filed 10 % = 150.80; before being told 5 % = 75.40; wrong filing 10 % of the 500 left out."""
    assert filing_extra(OF, 150_800, "not_filed").extra_satang == 15_080
    assert filing_extra(OF, 150_800, "filed_before_told").extra_satang == 7_540
    assert filing_extra(OF, 150_800, "in_time").extra_satang == 0
    assert wrong_filing_extra(OF, 50_000).extra_satang == 5_000
    for extra in (filing_extra(OF, 1, "not_filed"), wrong_filing_extra(OF, 1)):
        assert extra.steps[0].said("th") and extra.steps[0].said("en")


@pytest.mark.parametrize(
    ("paid", "months", "satang"),
    [("2026-04-15", 0, 0), ("2026-04-16", 1, 3_016), ("2026-05-15", 1, 3_016), ("2026-05-16", 2, 6_032)],
)
def test_late_payment_is_two_percent_a_month(paid: str, months: int, satang: int) -> None:
    """Notice received 31 March, so due on 15 April; 2 % of 1,508 baht = 30.16 a month."""
    due = pay_by(OF, date(2026, 3, 31))
    assert due == date(2026, 4, 15)
    late = late_extra(OF, 150_800, due_on=due, paid_on=date.fromisoformat(paid))
    assert (late.months, late.extra_satang) == (months, satang)


def test_parts_from_three_thousand_baht() -> None:
    assert sign_instalments(OF, 299_999) == ()
    assert sign_instalments(OF, 301_600) == (100_534, 100_533, 100_533)


@given(
    st.integers(1, 3), st.booleans(), st.integers(1, 10**6), st.integers(1, 10**6), st.integers(1, 9), st.integers(1, 4)
)
def test_tax_never_falls_with_area_and_keeps_its_minimum(
    kind: int, moving: bool, width: int, height: int, sides: int, quarter: int
) -> None:
    size = Fraction(width, 100), Fraction(height, 100)
    tax = sign_tax(OF, Sign(kind, moving, *size, sides), quarter=quarter).tax_satang
    more = sign_tax(OF, Sign(kind, moving, size[0] + 1, size[1], sides), quarter=quarter).tax_satang
    assert more >= tax >= 20_000 * sides * (5 - quarter) // 4
    assert sign_tax(OF, Sign(kind, moving, size[1], size[0], sides), quarter=quarter).tax_satang == tax


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sign_type": 4}, "sign_type"), ({"sign_type": "two"}, "sign_type"), ({"sign_type": None}, "sign_type"),
        ({"moving": "no"}, "moving"), ({"width_cm": "0"}, "width_cm"), ({"width_cm": "-1"}, "width_cm"),
        ({"height_cm": "10000001"}, "height_cm"), ({"sides": 0}, "sides"), ({"sides": 10**9}, "sides"),
        ({"quarter": 5}, "quarter"), ({"installed_on": "2027-01-01"}, "installed_on"),
        ({"installed_on": "2569-01-01"}, "installed_on"), ({"installed_on": "2026-13-01"}, "installed_on"),
        ({"quarter": 1, "installed_on": "2026-12-01"}, "quarter"), ({"tax_year_be": 2570}, "tax_year_be"),
        ({"tax_year_be": 2562}, "tax_year_be"),
    ],
)  # fmt: skip
def test_bad_case_names_its_field(changes: dict[str, object], field: str) -> None:
    case = {"id": "s", "kind": "signboard", "tax_year_be": 2569, "sign_type": 1, "moving": False, "width_cm": "100"}
    (result,) = calculate([{**case, "height_cm": "100", "sides": 1, **changes}])
    assert result["error"]["field"] == field
    assert result["error"]["message_th"] and result["error"]["message_en"]


def test_year_without_law() -> None:
    with pytest.raises(NoLawForDate):
        law.at(2570)
