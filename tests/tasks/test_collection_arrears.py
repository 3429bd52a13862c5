"""Warning letters, debtors, the land office's list, the day's money and the year's collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_building, add_parcel

from donhan_gis.errors import DonhanError
from donhan_gis.store import open_store

YEAR = 2569


@pytest.fixture
def taxed(project: Path, run: Any) -> Any:
    """The company p2 owes 9,000 baht (other use, 3 M at 0.3 %), the person p1 300 (vacant, 100,000 at 0.3 %)."""
    add_parcel(project, "P1", owner="p2", area_sqwah=3_000, price_baht=1_000, uses={"other": 3_000})
    add_parcel(project, "P2", owner="p1", area_sqwah=100, price_baht=1_000, uses={"vacant": 100}, column=2)
    run("tax.assess", year_be=YEAR)
    return run


def cells(report: Any, table: str) -> list[list[Any]]:
    return [list(row) for row in next(t for t in report.tables if t.name == table).rows]


def pay(run: Any, who: str, day: str, **more: Any) -> Any:
    return run("tax.pay", year_be=YEAR, taxpayer=who, paid_on=day, **more)


# ---------------------------------------------------------------- warning letters


def test_everybody_in_arrears_gets_one_numbered_letter(taxed: Any) -> None:
    assert taxed("tax.warn", year_be=YEAR, issued_on="2026-06-30").facts["letters"] == 0  # nobody is late yet
    pay(taxed, "p1", "2026-06-30")
    report = taxed("tax.warn", year_be=YEAR, issued_on="2026-07-20")
    # 9,000 + 10 % + 1 month of 1 %.
    assert cells(report, "letters") == [
        ["0001/2569", "บริษัท ตัวอย่าง จำกัด", 900_000, 90_000, 9_000, 999_000, "2026-08-19"]
    ]
    assert taxed("tax.warn", year_be=YEAR, issued_on="2026-07-21").facts["letters"] == 0


def test_receipt_of_the_letter_raises_the_penalty(project: Path, taxed: Any) -> None:
    taxed("tax.warn", year_be=YEAR, issued_on="2026-07-20")
    number = next(row["number"] for row in letters(project) if row["assessment_uid"] == bill(project, "p2"))
    assert taxed("tax.warn_received", number=number, received_on="2026-07-25").facts["pay_by"] == "2026-08-24"
    for day, penalty in (("2026-07-24", 90_000), ("2026-08-24", 180_000), ("2026-08-25", 360_000)):
        report = taxed("tax.owed", year_be=YEAR, taxpayer="p2", as_of=day)
        assert report.facts["penalty_satang"] == penalty, day
    pay(taxed, "p2", "2026-08-24")
    assert [row["state"] for row in letters(project) if row["number"] == number] == ["settled"]


def test_letter_cannot_be_received_before_it_was_issued(taxed: Any) -> None:
    taxed("tax.warn", year_be=YEAR, issued_on="2026-07-20")
    with pytest.raises(DonhanError):
        taxed("tax.warn_received", number="0001/2569", received_on="2026-07-19")
    with pytest.raises(DonhanError):
        taxed("tax.warn_received", number="0001/2569", received_on="2026-07-25", pay_by="2026-07-24")


def letters(project: Path) -> list[dict[str, Any]]:
    with open_store(project) as store:
        return store.rows("warning_letter")


def bill(project: Path, key: str) -> str:
    with open_store(project) as store:
        return str(store.rows("assessment", "taxpayer_key = ?", [key])[0]["uid"])


# ---------------------------------------------------------------- debtors


def test_debtors_by_age(taxed: Any, tmp_path: Path) -> None:
    assert taxed("tax.debtors", as_of="2026-06-30").facts == {"debtors": 0, "owed_satang": 0}
    pay(taxed, "p2", "2026-06-30", amount=800_000)
    report = taxed("tax.debtors", as_of="2026-10-15", out=str(tmp_path / "debtors.xlsx"))
    # 107 days late: company 1,000 + 100 + 4 % = 40; person 300 + 30 + 12.
    assert cells(report, "by_age")[1][1:] == [2, 130_000, 13_000, 5_200, 148_200]
    assert report.facts == {"debtors": 2, "owed_satang": 148_200}
    assert {row[-1] for row in cells(report, "debtors")} == {107}
    assert report.files[0].exists()


def test_one_who_pays_by_instalments_is_no_debtor_until_a_part_is_missed(taxed: Any) -> None:
    taxed("tax.instalments", year_be=YEAR, taxpayer="p2", requested_on="2026-06-10")
    pay(taxed, "p1", "2026-06-30")
    pay(taxed, "p2", "2026-06-30", part=1)
    assert taxed("tax.debtors", as_of="2026-07-31").facts["debtors"] == 0
    assert taxed("tax.debtors", as_of="2026-08-01").facts == {"debtors": 1, "owed_satang": 606_000}


def test_land_office_gets_each_property_once(taxed: Any) -> None:
    pay(taxed, "p1", "2026-06-30")
    report = taxed("tax.land_office_list", year_be=YEAR, as_of="2026-09-01")
    ((name, *_, owed),) = cells(report, "property")
    assert (name, owed) == ("บริษัท ตัวอย่าง จำกัด", 1_017_000)


# ---------------------------------------------------------------- the day's money


def test_remittance_of_a_day_takes_off_what_was_cancelled_that_day(taxed: Any) -> None:
    pay(taxed, "p2", "2026-06-15", amount=100_000, cashier="ก")
    pay(taxed, "p1", "2026-06-15", cashier="ข", method="PPQR")
    pay(taxed, "p2", "2026-06-16", amount=200_000, cashier="ก")
    taxed("tax.cancel_receipt", number="2569/00001", reason="x", cancelled_on="2026-06-16")
    first, second = (taxed("tax.daily_remittance", day=f"2026-06-{day}") for day in (15, 16))
    assert first.facts == {"receipts": 2, "cancelled": 0, "total_satang": 130_000}
    assert second.facts == {"receipts": 1, "cancelled": 1, "total_satang": 100_000}
    assert cells(first, "by_method") == [
        ["CASH", "ก", 1, 100_000, 0, 0, 100_000],
        ["PPQR", "ข", 1, 30_000, 0, 0, 30_000],
    ]
    # All days together are what the valid receipts hold.
    assert first.facts["total_satang"] + second.facts["total_satang"] == 30_000 + 200_000


def test_collection_agrees_with_the_receipts(project: Path, run: Any) -> None:
    uses = {"other": 60, "residential": 60}
    add_parcel(project, "P1", owner="p2", area_sqwah=1_000, price_baht=2_001, uses={"from_building": 1_000})
    add_building(project, "B1", parcel="P1", owner="p2", area_m2=120, price_baht=12_501, uses=uses)
    add_parcel(project, "P2", owner="p1", area_sqwah=333, price_baht=1_000, uses={"vacant": 333}, column=2)
    run("tax.assess", year_be=YEAR)
    pay(run, "p2", "2026-06-30", amount=123_457)
    pay(run, "p1", "2026-07-10")
    report = run("tax.collection_report", year_be=YEAR, as_of="2026-07-31")
    with open_store(project) as store:
        tax = sum(row["tax_satang"] for row in store.rows("receipt"))
        assessed = sum(row["tax_satang"] for row in store.rows("assessment"))
    for table in report.tables:
        assert table.totals is not None
        assert list(table.totals[1:3]) == [assessed, tax]
        assert sum(row[2] for row in table.rows) == tax
    assert (report.facts["collected_satang"], report.facts["balanced"]) == (tax, True)
    assert {row[0] for row in cells(report, "by_class")} == {"other", "residential", "vacant"}
