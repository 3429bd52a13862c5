"""The registers as the assessment reads them: ponds, strips, fallback prices, vacancy, tax of 2562, bad input."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import shapely
from tests_tasks_support import EAST, NORTH, add_building, add_parcel, bills

from donhan_gis.store import open_store


def put(project: Path, register: str, **values: Any) -> None:
    with open_store(project) as store:
        store.insert(register, [values])


def spoil(project: Path, sql: str, *values: Any) -> None:
    """Change stored values as another program would, past every check."""
    with open_store(project) as store:
        store._connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[attr-defined]
        store._connection.execute(sql, values)  # type: ignore[attr-defined]


def found(project: Path) -> dict[str, str]:
    """Return the severity of open findings by code."""
    with open_store(project) as store:
        return {row["code"]: row["severity"] for row in store.rows("finding", "state = 'open'")}


def square_m(west: float, south: float, east: float, north: float) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)])


def other(project: Path, uid: str = "P1", area: float = 400, price: float | None = 1_000, **more: Any) -> None:
    """A parcel drawn 40 m x 40 m = 400 sq.wah in other use, of the company."""
    add_parcel(project, uid, owner="p2", area_sqwah=area, price_baht=price, uses={"other": area}, **more)


def test_deep_pond_counts_a_quarter_of_the_price(project: Path, run: Any) -> None:
    # A quarter of the parcel is pond: 300 x 1,000 + 100 x 250 = 325,000 baht; x 0.3 % = 975.00.
    other(project)
    put(project, "pond", parcel_uid="P1", depth_m=3.5, geom=square_m(0, 0, 20, 20))
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 97_500}


def test_pond_of_three_metres_is_not_deeper_than_three(project: Path, run: Any) -> None:
    other(project)
    put(project, "pond", parcel_uid="P1", depth_m=3, geom=square_m(0, 0, 20, 20))
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 120_000}


def test_strip_under_a_line_counts_three_tenths(project: Path, run: Any) -> None:
    # 115 kV, 12 m to either side of the middle: 24/40 of 400 sq.wah = 240; 160 x 1,000 + 240 x 300 = 232,000 baht
    # x 0.3 % = 696.00. The working keeps the area.
    other(project)
    line = shapely.MultiLineString([[(EAST + 20, NORTH - 100), (EAST + 20, NORTH + 100)]])
    put(project, "high_voltage_line", name="สายทดสอบ", kv=115, geom=line)
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 69_600}
    with open_store(project) as store:
        assert '"strip_sqwah":240.0' in store.rows("assessment_line")[0]["trace"].replace(" ", "")


def test_lowering_can_be_left_to_the_price_list(project: Path, run: Any, tmp_path: Path) -> None:
    other(project)
    put(project, "pond", parcel_uid="P1", depth_m=9, geom=square_m(0, 0, 40, 40))
    by_law = tmp_path / "office.toml"
    by_law.write_text(
        'schema = 1\narea = "appraisal"\ncovers = [2563, 2569]\nth = "ตั้งค่า"\nen = "Settings"\n[[value]]\n'
        'key = "setting.lowered_prices"\nfrom = 2566\nunit = "choice"\nvalue = "in_the_price"\nsource = "test"\n',
        encoding="utf-8",
    )
    run("tax.assess", year_be=2569, by_law=str(by_law))
    assert bills(project) == {"p2": 120_000}


def test_line_of_a_voltage_without_a_strip_is_told(project: Path, run: Any) -> None:
    other(project)
    line = shapely.MultiLineString([[(EAST + 20, NORTH - 100), (EAST + 20, NORTH + 100)]])
    put(project, "high_voltage_line", name="สายจำหน่าย", kv=22, geom=line)
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 120_000}
    assert found(project) == {"assess.unknown_voltage": "warning"}


@pytest.mark.parametrize(("doc_type", "bill"), [("6", 60_000), (None, 60_000), ("1", None), ("2", None)])
def test_price_by_area_is_for_other_documents_only(
    project: Path, run: Any, doc_type: str | None, bill: int | None
) -> None:
    # 400 sq.wah x 500 baht = 200,000 x 0.3 % = 600.00; title deeds and N.S.3 K. want a comparison instead.
    other(project, price=None)
    spoil(project, "UPDATE parcel SET doc_type = ?", doc_type)
    put(project, "area_price", village_uid="v1", price_satang_per_sqwah=50_000, valid_from="2023-01-01")
    put(project, "area_price", price_satang_per_sqwah=99_900, valid_from="2023-01-01")
    run("tax.assess", year_be=2569)
    assert bills(project) == ({"p2": bill} if bill else {})
    assert ("tax.no_value" in found(project)) is (bill is None)


def test_compared_price_is_declared_by_an_officer(project: Path, run: Any) -> None:
    other(project, price=None)
    other(project, "P2", column=2)
    spoil(project, "UPDATE parcel SET doc_type = '1'")
    put(project, "land_price", parcel_uid="P1", price_satang_per_sqwah=100_000, valid_from="2023-01-01",
        basis="compared", compared_uid="P2")  # fmt: skip
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 240_000}


def test_vacancy_comes_from_the_yearly_history(project: Path, run: Any) -> None:
    # Vacant 2563 to 2565: 0.3 + 0.3 points in 2566; 400,000 x 0.6 % = 2,400, less 15 % = 2,040.00.
    add_parcel(project, "P1", owner="p2", area_sqwah=400, price_baht=1_000, uses={"vacant": 400})
    for year in (2563, 2564, 2565):
        put(project, "use_history", parcel_uid="P1", year_be=year, use_class="vacant")
    run("tax.assess", year_be=2566)
    assert bills(project) == {"p2": 204_000}
    assert found(project) == {}


def test_history_goes_before_the_year_written_and_says_so(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p2", area_sqwah=400, price_baht=1_000, uses={"vacant": 400})
    spoil(project, "UPDATE parcel SET vacant_since_be = 2563")
    put(project, "use_history", parcel_uid="P1", year_be=2568, use_class="used")
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 120_000}
    assert found(project) == {"assess.vacancy_differs": "warning"}


def test_section_97_eases_the_first_years(project: Path, run: Any) -> None:
    # 2 M x 0.3 % = 6,000 in 2565; 5,000 paid for 2562: 5,000 + 75 % of 1,000 = 5,750 (question-and-answer 42).
    other(project, area=2_000)
    put(project, "tax_2562", taxpayer_key="p2", person_uid="p2", tax_satang=500_000)
    run("tax.assess", year_be=2565)
    assert bills(project) == {}  # the price holds from 2566 on only
    spoil(project, "UPDATE land_price SET valid_from = '2020-01-01'")
    run("tax.assess", year_be=2565)
    assert bills(project) == {"p2": 575_000}
    run("tax.assess", year_be=2566)
    with open_store(project) as store:
        assert [row["tax_satang"] for row in store.rows("assessment", "tax_year_be = 2566")] == [510_000]


BAD: Mapping[str, tuple[str, tuple[Any, ...], str, str]] = {
    "negative area": ("UPDATE parcel SET deed_area_sqwah = -4", (), "assess.bad_value", "error"),
    "area a text": ("UPDATE parcel SET deed_area_sqwah = 'มาก'", (), "assess.bad_value", "error"),
    "endless area": ("UPDATE parcel SET deed_area_sqwah = 9e999", (), "assess.bad_value", "error"),
    "no area": ("UPDATE parcel SET deed_area_sqwah = NULL", (), "assess.no_area", "error"),
    "negative price": ("UPDATE land_price SET price_satang_per_sqwah = -1", (), "assess.bad_value", "error"),
    "price beyond all": ("UPDATE land_price SET price_satang_per_sqwah = 1e15", (), "assess.bad_value", "error"),
    "negative use": ("UPDATE parcel_use SET area_sqwah = -1", (), "assess.bad_use", "error"),
    "use of no class": ("UPDATE parcel_use SET use_class = 'ตลาด'", (), "assess.bad_use", "error"),
    "uses above the whole": ("UPDATE parcel_use SET area_sqwah = 421", (), "assess.uses_over", "error"),
    "no use": ("DELETE FROM parcel_use", (), "tax.no_use", "error"),
    "right of nobody": ("UPDATE ownership SET person_uid = 'gone'", (), "assess.broken_right", "error"),
    "right in nothing": ("UPDATE ownership SET parcel_uid = NULL", (), "assess.broken_right", "error"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told_and_not_billed(project: Path, run: Any, name: str) -> None:
    sql, values, code, severity = BAD[name]
    other(project)
    spoil(project, sql, *values)
    run("tax.assess", year_be=2569)
    assert bills(project) == {}
    assert found(project)[code] == severity


DOUBTS: Mapping[str, tuple[str, str]] = {
    "share of a half": ("UPDATE ownership SET share_num = 1, share_den = 2", "assess.shares"),
    "share by nought": ("UPDATE ownership SET share_den = 0", "assess.shares"),
    "wrong check digit": ("UPDATE person SET id_no = '1234567890123'", "assess.bad_id_no"),
    "dead owner": ("UPDATE person SET kind = 'NAT', died_on = '2025-12-31'", "assess.owner_dead"),
    "unlikely price": ("UPDATE land_price SET price_satang_per_sqwah = 100000100", "assess.too_high"),
    "unlikely area": ("UPDATE parcel SET deed_area_sqwah = 400001", "assess.too_high"),
    "uses below the whole": ("UPDATE parcel_use SET area_sqwah = 300", "assess.uses_differ"),
    "uses a little above": ("UPDATE parcel_use SET area_sqwah = 401", "assess.uses_differ"),
    "unknown cut": ("UPDATE parcel SET relief = 'ของเดิม'", "assess.unknown_relief"),
    "odd tambon": ("UPDATE parcel SET tambon_code = 'ดอนหัน'", "assess.bad_tambon_code"),
    "price of nought": ("UPDATE land_price SET price_satang_per_sqwah = 0", "assess.price_zero"),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_doubtful_input_is_told_and_billed(project: Path, run: Any, name: str) -> None:
    sql, code = DOUBTS[name]
    other(project)
    spoil(project, sql if "person" not in sql else f"{sql} WHERE uid = 'p2'")
    run("tax.assess", year_be=2569)
    assert list(bills(project)) == ["p2"]
    assert found(project)[code] == "warning"


def test_who_died_on_the_day_or_later_owned_it_on_1_january(project: Path, run: Any) -> None:
    other(project)
    spoil(project, "UPDATE person SET kind = 'NAT', died_on = '2026-01-01' WHERE uid = 'p2'")
    run("tax.assess", year_be=2569)
    assert found(project) == {}


def test_two_owners_with_half_each_are_whole(project: Path, run: Any) -> None:
    other(project)
    spoil(project, "UPDATE ownership SET share_den = 2")
    put(project, "ownership", parcel_uid="P1", person_uid="p1", share_num=1, share_den=2)
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p1+p2": 120_000}
    assert found(project) == {}


def test_value_beyond_what_the_columns_hold_is_refused(project: Path, run: Any) -> None:
    """40 M sq.wah at 1,000 M baht would wrap round in 64 bits to a likely figure."""
    other(project, area=40_000_000, price=1_000_000_000)
    run("tax.assess", year_be=2569)
    assert bills(project) == {}
    assert found(project)["tax.value_too_large"] == "error"


def test_building_of_a_later_year_is_not_taxed_yet(project: Path, run: Any) -> None:
    other(project)
    add_building(
        project, "B1", parcel="P1", owner="p2", area_m2=10, price_baht=1_000, uses={"other": 10}, built_be=2570
    )
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 120_000}
    assert found(project) == {"assess.not_yet_built": "info"}


@pytest.mark.parametrize("change", ["built_be = NULL", "material = 'ฟาง'", "area_m2 = -5", "type_code = '999/9'"])
def test_building_that_cannot_be_valued_is_told(project: Path, run: Any, change: str) -> None:
    other(project)
    add_building(project, "B1", parcel="P1", owner="p1", area_m2=10, price_baht=1_000, uses={"other": 10})
    spoil(project, f"UPDATE building SET {change}")
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 120_000}
    assert found(project)["tax.no_value"] == "error"


@pytest.mark.parametrize(("counted", "told"), [(19, True), (20, False), (None, False)])
def test_too_few_plants_are_told(project: Path, run: Any, counted: int | None, told: bool) -> None:
    # One rai of mango needs 20 trees (notification of 30 Jan 2563).
    add_parcel(project, "P1", owner="p2", area_sqwah=400, price_baht=1_000, uses={"agriculture": 400})
    spoil(project, "UPDATE parcel_use SET plant = 'mango', plants_n = ?", counted)
    run("tax.assess", year_be=2569)
    assert ("assess.farm_below_minimum" in found(project)) is told
    assert bills(project) == {"p2": 4_000}  # 400,000 baht x 0.01 %
