"""The law tables against the Act, the decrees and the Treasury's table, and the strict loader."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from donhan_gis import law
from donhan_gis.errors import DeclarationError, NoLawForDate

HEAD = 'schema = 1\narea = "land_building"\ncovers = [2563, 2570]\nth = "ข้อบัญญัติ"\nen = "By-law"\n'


def by_law(folder: Path, body: str, head: str = HEAD) -> law.LawBook:
    path = folder / "by_law.toml"
    path.write_text(head + body, encoding="utf-8")
    return law.load(path)


def entry(key: str, value: str, unit: str = "percent", since: int = 2570, more: str = "") -> str:
    return f'[[value]]\nkey = "{key}"\nfrom = {since}\nunit = "{unit}"\nvalue = {value}\nsource = "x"\n{more}\n'


@pytest.mark.parametrize(
    ("year", "cut", "eased", "whole"),
    [
        (2563, "90", "25", True),
        (2564, "90", "50", True),
        (2565, "0", "75", True),
        (2566, "15", "100", False),
        (2567, "0", "100", False),
        (2568, "0", "100", False),
        (2569, "0", "100", False),
    ],
)
def test_years_of_the_act(year: int, cut: str, eased: str, whole: bool) -> None:
    """Cuts by decree 2563, No. 2 B.E. 2564 and No. 3 B.E. 2566; s.97 25/50/75 %; s.96 the first three years."""
    of = law.at(year)
    assert of.percent("land_building.general_cut") == Fraction(cut) / 100
    assert of.percent("land_building.s97.share_of_excess") == Fraction(eased) / 100
    assert of.flag("land_building.exempt.agriculture_natural_whole") is whole
    assert ("land_building.class_cut.unsold_stock" in of.values) is (year <= 2564)


def test_allowances_and_vacancy() -> None:
    of = law.at(2569)
    for key, baht in (
        ("agriculture_natural", 50e6),
        ("main_home_land_building", 50e6),
        ("main_home_building_only", 10e6),
    ):
        assert of.satang(f"land_building.exempt.{key}") == baht * 100
    assert of.whole("land_building.vacant.step_years") == 3
    assert of.percent("land_building.vacant.cap") == Fraction(3, 100)


@pytest.mark.parametrize(
    ("material", "known", "fixed_from"),
    [
        ("brick", {1: 1, 10: 10, 11: 12, 42: 74, 43: 76}, 43),
        ("half_timber", {1: 2, 5: 10, 6: 14, 15: 50, 16: 55, 21: 80, 22: 85}, 22),
        ("wood", {1: 3, 5: 15, 6: 20, 15: 65, 16: 72, 17: 79, 18: 86, 19: 93}, 19),
    ],
)
def test_depreciation_table_of_the_treasury(material: str, known: dict[int, int], fixed_from: int) -> None:
    series = law.at(2569).series(f"appraisal.depreciation.{material}")
    assert {age: series[age - 1] for age in known} == known
    assert len(series) == fixed_from


def test_every_value_says_its_source_and_open_points_say_why() -> None:
    values = law.at(2569).values.values()
    assert all(value.source for value in values)
    points = {value.key for value in law.at(2569).open_points()}
    assert {"land_building.setting.rounding", "land_building.setting.possessor_allowances"} <= points


@pytest.mark.parametrize("year", [2562, 2570, 0])
def test_year_without_law(year: int) -> None:
    with pytest.raises(NoLawForDate) as caught:
        law.at(year)
    assert str(year) in caught.value.en
    assert "2569" in caught.value.th
    assert "พระราชบัญญัติภาษีที่ดินและสิ่งปลูกสร้าง" in caught.value.th
    assert "land_building" not in caught.value.th + caught.value.en


def test_key_without_law() -> None:
    with pytest.raises(NoLawForDate) as caught:
        law.at(2569).percent("land_building.class_cut.unsold_stock")
    assert "อสังหาริมทรัพย์รอการขาย" in caught.value.th
    assert "unsold stock" in caught.value.en
    with pytest.raises(DeclarationError):
        law.at(2569).percent("land_building.exempt.agriculture_natural")


def test_new_year_is_a_file(tmp_path: Path) -> None:
    """A file for 2570 brings that year and changes no other."""
    book = by_law(tmp_path, entry("general_cut", '"10"'))
    assert book.at(2570).percent("land_building.general_cut") == Fraction(1, 10)
    assert book.at(2570).brackets("land_building.rate.vacant") == law.at(2569).brackets("land_building.rate.vacant")
    assert book.at(2569).values == law.at(2569).values
    assert book.hash != law.shipped().hash


def test_by_law_wins_only_where_it_holds(tmp_path: Path) -> None:
    body = entry("rate.vacant", '[["", "0.50"]]', "brackets", 2567, "until = 2568")
    book = by_law(tmp_path, body)
    assert [len(book.at(year).brackets("land_building.rate.vacant")) for year in (2566, 2567, 2568, 2569)] == [
        5,
        1,
        1,
        5,
    ]


def test_hash_changes_with_any_byte(tmp_path: Path) -> None:
    first = by_law(tmp_path, entry("general_cut", '"10"')).hash
    assert by_law(tmp_path, entry("general_cut", '"10"')).hash == first
    assert by_law(tmp_path, entry("general_cut", '"11"')).hash != first


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (entry("genral_cut", '"10"'), "law.unknown_name"),
        (entry("general_cut", "10.0"), "law.bad_value"),
        (entry("general_cut", '"-1"'), "law.bad_value"),
        (entry("general_cut", '"NaN"'), "law.bad_value"),
        (entry("general_cut", '"ten"'), "law.bad_value"),
        (entry("general_cut", '"1"', "per_cent"), "law.unknown_name"),
        (entry("general_cut", '"1"', more="colour = 1"), "law.unknown_name"),
        (entry("general_cut", '"1"') * 2, "law.twice"),
        (entry("rate.vacant", '[["5", "1"], ["4", "2"], ["", "3"]]', "brackets"), "law.bad_value"),
        (entry("rate.vacant", '[["5", "1"]]', "brackets"), "law.bad_value"),
        (entry("setting.rounding", '"up"', "choice", more='choices = ["down"]'), "law.unknown_name"),
        ('[[value]]\nkey = "general_cut"\n', "law.missing"),
        ("[[value", "law.unreadable"),
    ],
)  # fmt: skip
def test_bad_file_names_file_and_key(tmp_path: Path, body: str, code: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        by_law(tmp_path, body)
    assert caught.value.code == code
    assert "by_law.toml" in caught.value.th


def test_unknown_name_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError) as caught:
        by_law(tmp_path, entry("genral_cut", '"10"'))
    assert "land_building.general_cut" in caught.value.en


def test_missing_file_and_bad_header(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError):
        law.load(tmp_path / "nothing.toml")
    with pytest.raises(DeclarationError):
        by_law(tmp_path, "", HEAD.replace("[2563, 2570]", '"all"'))
