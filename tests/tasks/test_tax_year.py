"""A whole tax year as an office works it, from opening the year to the list for the land office, figures by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_building, add_parcel, bills

from donhan_gis.errors import NotAllowed
from donhan_gis.report import Report, Table
from donhan_gis.store import open_store

pytestmark = pytest.mark.filterwarnings("error")
YEAR = 2569
COMPANY, PERSON = "บริษัท ตัวอย่าง จำกัด", "นางทดสอบ ตัวอย่าง"


def table(report: Report, name: str) -> Table:
    """Return a table of a report by its name."""
    return next(one for one in report.tables if one.name == name)


@pytest.fixture
def town(project: Path) -> Path:
    """A company's shop land of 4 M without a price yet, a person's home of 3 M and vacant land of 1 M, unowned land."""
    add_parcel(project, "P1", owner="p2", area_sqwah=400, price_baht=None, uses={"other": 400})
    add_parcel(project, "P2", owner="p1", area_sqwah=100, price_baht=20_000, uses={"from_building": 100}, column=2)
    uses = {"residential": 100}
    add_building(project, "B1", parcel="P2", owner="p1", area_m2=100, price_baht=10_000, uses=uses, house="h1")
    add_parcel(project, "P3", owner="p1", area_sqwah=100, price_baht=10_000, uses={"vacant": 100}, column=4)
    add_parcel(project, "P4", owner=None, area_sqwah=100, price_baht=5_000, uses={"vacant": 100}, column=6)
    return project


def open_codes(project: Path) -> set[str]:
    """Return the codes of the findings that are open."""
    with open_store(project) as store:
        return {row["code"] for row in store.rows("finding", "state = 'open'")}


def test_the_whole_year(town: Path, run: Any, tmp_path: Path) -> None:
    # ---- the year is opened: a price and an owner are missing
    opened = run("tax.open_year", year_be=YEAR, record_uses=1)
    assert opened.facts["errors"] >= 2
    assert {"tax.no_value", "assess.no_owner"} <= open_codes(town)

    # ---- trial: only what can be assessed; home 3 M is under 50 M (s.41), vacant 1 M x 0.3 % = 3,000
    run("tax.assess", year_be=YEAR)
    assert bills(town) == {"p1": 300_000}

    # ---- corrected, tried again: 4 M x 0.3 % = 12,000 of the company, 0.5 M x 0.3 % = 1,500 more of the person
    with open_store(town) as store:
        price = {"parcel_uid": "P1", "price_satang_per_sqwah": 1_000_000, "valid_from": "2023-01-01"}
        store.insert("land_price", [price])
        store.insert("ownership", [{"parcel_uid": "P4", "person_uid": "p1"}])
    run("tax.assess", year_be=YEAR)
    assert bills(town) == {"p1": 450_000, "p2": 1_200_000}
    assert not {"tax.no_value", "assess.no_owner"} & open_codes(town)

    # ---- reviewed and frozen; a plain run is refused in words from now on, computing again agrees
    run("tax.review_run", year_be=YEAR)
    assert run("tax.freeze", year_be=YEAR).facts["tax_satang"] == 1_650_000
    with pytest.raises(NotAllowed, match="รับรองผลแล้ว"):
        run("tax.assess", year_be=YEAR)
    assert run("tax.rerun", year_be=YEAR).facts["equal"]

    # ---- notices by 30 April
    notices = run("tax.notice", year_be=YEAR, out=str(tmp_path / "notices.pdf"))
    assert table(notices, "notices").totals[2] == 1_650_000

    # ---- the company pays in three parts: one in time, then it misses; the person pays all
    run("tax.instalments", year_be=YEAR, taxpayer=COMPANY, requested_on="2026-06-01")
    run("tax.pay", year_be=YEAR, taxpayer=COMPANY, part=1, paid_on="2026-06-15", cashier="การเงิน")
    paid = run("tax.pay", year_be=YEAR, taxpayer=PERSON, paid_on="2026-06-30", cashier="การเงิน")
    assert paid.facts["received_satang"] == 450_000
    with pytest.raises(NotAllowed):  # a second cashier, the same bill
        run("tax.pay", year_be=YEAR, taxpayer=PERSON, paid_on="2026-06-30", cashier="การเงิน 2")

    # ---- what was paid stays paid when a wrong area makes a reasoned run necessary
    day = run("tax.daily_remittance", day="2026-06-15")
    assert day.facts["total_satang"] == 400_000
    with open_store(town) as store:
        assert store.count("receipt", "state = 'valid'") == 2

    # ---- warning, debtors, land office
    assert run("tax.warn", year_be=YEAR, issued_on="2026-08-03").facts["letters"] == 1
    debtors = run("tax.debtors", year_be=YEAR, as_of="2026-09-01")
    assert debtors.facts["debtors"] == 1
    assert debtors.facts["owed_satang"] > 800_000  # two thirds of the tax, with penalty and surcharge
    assert run("tax.land_office_list", year_be=YEAR, as_of="2026-09-01").facts["debtors"] == 1

    # ---- collected against assessed; the frozen result is as it was
    taken = run("tax.collection_report", year_be=YEAR, as_of="2026-09-01")
    assert taken.facts["collected_satang"] == 850_000
    assert bills(town) == {"p1": 450_000, "p2": 1_200_000}
    assert run("tax.rerun", year_be=YEAR).facts["equal"]


def test_a_reasoned_run_of_a_paid_year_keeps_the_money(town: Path, run: Any) -> None:
    run("tax.assess", year_be=YEAR)
    run("tax.review_run", year_be=YEAR)
    run("tax.freeze", year_be=YEAR)
    run("tax.pay", year_be=YEAR, taxpayer=PERSON, paid_on="2026-06-01", cashier="การเงิน")
    with open_store(town) as store:
        store.insert("ownership", [{"parcel_uid": "P4", "person_uid": "p1"}])
    run("tax.assess", year_be=YEAR, reason="พบที่ดินที่ไม่มีเจ้าของ")
    owed = run("tax.owed", year_be=YEAR, taxpayer=PERSON, as_of="2026-06-10")
    assert owed.facts["owed_satang"] == 0  # the frozen run counts until the new one is frozen
    run("tax.review_run", year_be=YEAR)
    run("tax.freeze", year_be=YEAR)
    owed = run("tax.owed", year_be=YEAR, taxpayer=PERSON, as_of="2026-06-10")
    assert (owed.facts["paid_satang"], owed.facts["owed_satang"]) == (300_000, 150_000)
