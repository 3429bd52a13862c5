"""Assessment from the project's registers: figures worked out by hand from the Act, and as-of 1 January."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_building, add_parcel, bills

from donhan_gis.errors import InvalidInput, NoLawForDate
from donhan_gis.store import open_store

pytestmark = pytest.mark.filterwarnings("error")


def test_other_use_of_a_company_is_taxed_from_the_first_baht(project: Path, run: Any) -> None:
    # 80 M baht: 50 M x 0.3 % + 30 M x 0.4 % = 150,000 + 120,000 (Act s.94, rate decree B.E. 2564, row E).
    add_parcel(project, "P1", owner="p2", area_sqwah=80_000, price_baht=1_000, uses={"other": 80_000})
    report = run("tax.assess", year_be=2569)
    assert bills(project) == {"p2": 27_000_000}
    assert report.facts["tax_satang"] == 27_000_000


def test_shophouse_half_home_half_shop(project: Path, run: Any) -> None:
    # Land 2 M follows a building of 1.5 M, half shop half main home: shop half 1.75 M x 0.3 % = 5,250; the home's
    # 1.75 M is under the 50 M of s.41. Age: finished in 2569 counts as 0 years, so nothing is written off.
    add_parcel(project, "P1", owner="p1", area_sqwah=1_000, price_baht=2_000, uses={"from_building": 1_000})
    uses = {"other": 60, "residential": 60}
    add_building(project, "B1", parcel="P1", owner="p1", area_m2=120, price_baht=12_500, uses=uses, house="h1")
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p1": 525_000}


def test_depreciation_counts_a_part_year_as_a_year(project: Path, run: Any) -> None:
    # Brick finished in 2559 is in its 10th year on 1 January 2569: 10 % off (Treasury table), 100 m2 x 10,000 x 90 %
    # = 900,000; the owner is not in its registration, so other residence: 0.02 % = 180.00.
    add_parcel(project, "P1", owner="p2", area_sqwah=100, price_baht=0, uses={"residential": 100})
    add_building(
        project, "B1", parcel="P1", owner="p1", area_m2=100, price_baht=10_000, uses={"residential": 100}, built_be=2559
    )
    run("tax.assess", year_be=2569)
    assert bills(project)["p1"] == 18_000


def test_owner_of_1_january_owes_though_sold_in_february(project: Path, run: Any) -> None:
    # Act s.9: the owner on 1 January is liable for the whole year.
    add_parcel(
        project, "P1", owner="p1", area_sqwah=1_000, price_baht=1_000, uses={"vacant": 1_000}, owned_to="2026-02-14"
    )
    with open_store(project) as store:
        store.insert("ownership", [{"parcel_uid": "P1", "person_uid": "p2", "valid_from": "2026-02-15"}])
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p1": 300_000}  # 1 M x 0.3 %


def test_touching_vacant_parcels_of_one_owner_are_one_base(project: Path, run: Any) -> None:
    # 40 M and 30 M side by side: 50 M x 0.3 % + 20 M x 0.4 % = 230,000 (s.42 para 2); apart it would be 210,000.
    add_parcel(project, "P1", owner="p1", area_sqwah=40_000, price_baht=1_000, uses={"vacant": 40_000}, column=0)
    add_parcel(
        project, "P2", owner="p1", area_sqwah=30_000, price_baht=1_000, uses={"vacant": 30_000}, column=0, shift_m=40
    )
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p1": 23_000_000}


def test_an_officer_can_part_touching_parcels(project: Path, run: Any) -> None:
    for uid, value, shift in (("P1", 40_000, 0), ("P2", 30_000, 40)):
        add_parcel(
            project,
            uid,
            owner="p1",
            area_sqwah=value,
            price_baht=1_000,
            uses={"vacant": value},
            shift_m=shift,
            group=uid,
        )
    run("tax.assess", year_be=2569)
    assert bills(project) == {"p1": 21_000_000}


def test_no_price_and_no_owner_are_findings_and_no_bill(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p1", area_sqwah=100, price_baht=None, uses={"vacant": 100})
    add_parcel(project, "P2", owner=None, area_sqwah=100, price_baht=1_000, uses={"vacant": 100}, column=2)
    run("tax.assess", year_be=2569)
    assert bills(project) == {}
    with open_store(project) as store:
        codes = {row["row_uid"]: row["code"] for row in store.rows("finding")}
    assert codes == {"P1": "tax.no_value", "P2": "assess.no_owner"}


def test_a_mended_fault_closes_its_finding(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p1", area_sqwah=100, price_baht=None, uses={"vacant": 100})
    run("tax.assess", year_be=2569)
    with open_store(project) as store:
        store.insert(
            "land_price", [{"parcel_uid": "P1", "price_satang_per_sqwah": 100_000, "valid_from": "2023-01-01"}]
        )
    run("tax.assess", year_be=2569)
    with open_store(project) as store:
        assert [row["state"] for row in store.rows("finding")] == ["done"]
    assert bills(project) == {"p1": 30_000}  # 100,000 baht x 0.3 %


def test_running_again_gives_the_same_and_leaves_one_trial(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p2", area_sqwah=80_000, price_baht=1_000, uses={"other": 80_000})
    run("tax.assess", year_be=2569)
    first = bills(project)
    run("tax.assess", year_be=2569)
    assert bills(project) == first
    with open_store(project) as store:
        assert store.count("run") == 1
        assert store.count("assessment_line") == 1


def test_working_is_kept_with_rule_and_section(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p2", area_sqwah=80_000, price_baht=1_000, uses={"other": 80_000})
    run("tax.assess", year_be=2569)
    with open_store(project) as store:
        working = json.loads(store.rows("assessment_line")[0]["trace"])
    slices = [step["values"] for step in working["steps"] if step["step"] == "slice"]
    assert [(part["rate"], part["tax"]) for part in slices] == [("0.3", "150,000.00"), ("0.4", "120,000.00")]
    assert all(step["section"] for step in working["steps"])


def test_a_year_without_law_refuses(run: Any) -> None:
    with pytest.raises(NoLawForDate, match="2580"):
        run("tax.assess", year_be=2580)


def test_notices_need_an_assessment(run: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        run("tax.notice", year_be=2569, out=str(tmp_path / "n.pdf"))
    assert refused.value.code == "notice.no_run"


def test_notice_of_one_taxpayer(project: Path, run: Any, tmp_path: Path) -> None:
    add_parcel(project, "P1", owner="p2", area_sqwah=80_000, price_baht=1_000, uses={"other": 80_000})
    run("tax.assess", year_be=2569)
    report = run("tax.notice", year_be=2569, out=str(tmp_path / "n.pdf"))
    assert report.tables[0].rows == [["0001/2569", "บริษัท ตัวอย่าง จำกัด", 27_000_000, "2026-06-30"]]
    assert (tmp_path / "n.pdf").read_bytes().startswith(b"%PDF")
