"""Payments: one receipt for one sum of money, numbered without gaps, never more than is owed, never deleted."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_parcel

from donhan_gis.errors import Conflict, DonhanError, InvalidInput, NotAllowed
from donhan_gis.store import open_store

YEAR = 2569
TAX = 900_000  # 9,000 baht
WHO = {"year_be": YEAR, "taxpayer": "บริษัท ตัวอย่าง จำกัด"}


@pytest.fixture
def taxed(project: Path, run: Any) -> Any:
    """The company p2 owes 9,000 baht: 3 M baht of other use at 0.3 % from the first baht; due 30 June 2569."""
    add_parcel(project, "P1", owner="p2", area_sqwah=3_000, price_baht=1_000, uses={"other": 3_000})
    run("tax.assess", year_be=YEAR)
    return run


def receipts(project: Path) -> list[dict[str, Any]]:
    with open_store(project) as store:
        return store.rows("receipt", order="number")


def refused(run: Any, name: str, **parameters: Any) -> DonhanError:
    with pytest.raises(DonhanError) as fault:
        run(name, **parameters)
    assert fault.value.th
    assert fault.value.en
    return fault.value


def test_full_payment_settles_the_bill(project: Path, taxed: Any) -> None:
    report = taxed("tax.pay", **WHO, paid_on="2026-06-15", elaas_no="E-77")
    assert (report.facts["number"], report.facts["received_satang"], report.facts["owed_satang"]) == (
        "2569/00001",
        TAX,
        0,
    )
    (receipt,) = receipts(project)
    kept = ("number", "paid_on", "taxpayer_key", "tax_satang", "penalty_satang", "total_satang", "elaas_no", "state")
    assert [receipt[name] for name in kept] == ["2569/00001", "2026-06-15", "p2", TAX, 0, TAX, "E-77", "valid"]
    assert receipt["cashier"] == "ผู้ทดสอบ"


def test_late_payment_takes_penalty_and_surcharge(project: Path, taxed: Any) -> None:
    # 1 September: 10 % before any warning (s.68) and 3 months of 1 % (s.70).
    owed = taxed("tax.owed", **WHO, as_of="2026-09-01")
    assert owed.facts["owed_satang"] == 900_000 + 90_000 + 27_000
    assert [row[2] for row in owed.tables[2].rows] != []
    assert taxed("tax.pay", **WHO, paid_on="2026-09-01").facts["received_satang"] == 1_017_000
    (receipt,) = receipts(project)
    assert (receipt["penalty_satang"], receipt["surcharge_satang"]) == (90_000, 27_000)


def test_second_cashier_is_told_who_took_the_money(taxed: Any) -> None:
    taxed("tax.pay", **WHO, paid_on="2026-06-15", cashier="สมศรี")
    fault = refused(taxed, "tax.pay", **WHO, paid_on="2026-06-15", cashier="สมชาย")
    assert isinstance(fault, NotAllowed)
    assert "2569/00001" in fault.th
    assert "สมศรี" in fault.th
    assert fault.code == "collection.already_paid"


def test_a_sum_that_changed_since_it_was_told_is_refused(taxed: Any) -> None:
    taxed("tax.pay", **WHO, amount=100_000, paid_on="2026-06-15")
    fault = refused(taxed, "tax.pay", **WHO, amount=100_000, paid_on="2026-06-15", shown=TAX)
    assert isinstance(fault, Conflict)
    assert "8,000.00" in fault.en


def test_more_than_owed_is_refused_and_takes_no_number(project: Path, taxed: Any) -> None:
    assert refused(taxed, "tax.pay", **WHO, amount=TAX + 1, paid_on="2026-06-15").code == "collection.too_much"
    assert receipts(project) == []
    assert taxed("tax.pay", **WHO, paid_on="2026-06-15").facts["number"] == "2569/00001"


def test_part_payment_of_arrears_goes_to_surcharge_and_penalty_first(project: Path, taxed: Any) -> None:
    # 15 July: 900 penalty and 90 surcharge are owed; 5,000 paid leave 4,010 for the tax (Civil Code s.329).
    report = taxed("tax.pay", **WHO, amount=500_000, paid_on="2026-07-15")
    (receipt,) = receipts(project)
    assert [receipt[f"{name}_satang"] for name in ("surcharge", "penalty", "tax")] == [9_000, 90_000, 401_000]
    assert report.facts["owed_satang"] == 499_000
    # A month later: 4,990 unpaid, one more month of 1 % on it; the 10 % of all was paid.
    assert taxed("tax.owed", **WHO, as_of="2026-08-15").facts["owed_satang"] == 499_000 + 4_990


def test_receipts_of_a_bill_run_forward(taxed: Any) -> None:
    taxed("tax.pay", **WHO, amount=100_000, paid_on="2026-06-20")
    assert refused(taxed, "tax.pay", **WHO, paid_on="2026-06-19").code == "collection.before_last"


def test_cancelled_receipt_stays_and_its_number_is_not_used_again(project: Path, taxed: Any) -> None:
    taxed("tax.pay", **WHO, paid_on="2026-06-15")
    report = taxed("tax.cancel_receipt", number="2569/00001", reason="ชื่อผิด", cancelled_on="2026-06-16")
    assert report.facts["owed_satang"] == TAX
    assert taxed("tax.pay", **WHO, paid_on="2026-06-16").facts["number"] == "2569/00002"
    first, second = receipts(project)
    assert (first["state"], first["cancel_reason"], first["cancelled_by"]) == ("cancelled", "ชื่อผิด", "ผู้ทดสอบ")
    assert second["state"] == "valid"
    assert refused(taxed, "tax.cancel_receipt", number="2569/00001", reason="อีกครั้ง").code == "collection.cancelled"
    with open_store(project) as store:
        assert [change.action for change in store.history("receipt", first["uid"])] == ["insert", "update"]


def test_cancelling_before_it_was_paid_is_refused(project: Path, taxed: Any) -> None:
    taxed("tax.pay", **WHO, paid_on="2026-06-15")
    refused(taxed, "tax.cancel_receipt", number="2569/00001", reason="x", cancelled_on="2026-06-14")
    assert receipts(project)[0]["state"] == "valid"


def test_a_receipt_can_be_changed_by_no_program(project: Path, taxed: Any) -> None:
    uid = taxed("tax.pay", **WHO, paid_on="2026-06-15").facts["uid"]
    with open_store(project) as store:
        for change in ({"tax_satang": 1}, {"cashier": "ผู้อื่น"}, {"number": "2569/00009"}):
            with pytest.raises(NotAllowed):
                store.update("receipt", uid, change, rev=1)
        with pytest.raises(NotAllowed):
            store.delete("receipt", uid, rev=1)
    plain = sqlite3.connect(project)
    for sql in ("UPDATE receipt SET total_satang = 1", "DELETE FROM receipt"):
        with pytest.raises(sqlite3.Error):
            plain.execute(sql)
    plain.close()
    taxed("tax.cancel_receipt", number="2569/00001", reason="x", cancelled_on="2026-06-16")
    with open_store(project) as store, pytest.raises(NotAllowed):  # cancelled once is cancelled
        store.update("receipt", uid, {"state": "valid", "cancel_reason": None}, rev=2)


def test_numbers_begin_anew_on_1_october(project: Path, taxed: Any) -> None:
    for day in ("2026-09-30", "2026-10-01", "2026-10-02"):
        taxed("tax.pay", **WHO, amount=100_000, paid_on=day)
    assert [row["number"] for row in receipts(project)] == ["2569/00001", "2570/00001", "2570/00002"]


def test_a_receipt_number_is_never_given_by_hand(project: Path, taxed: Any) -> None:
    taxed("tax.pay", **WHO, amount=100_000, paid_on="2026-06-15")
    row = {k: v for k, v in receipts(project)[0].items() if k not in ("fid", "uid", "rev") and "_at" not in k}
    row = {name: value for name, value in row.items() if not name.endswith("_by") or name == "cancelled_by"}
    with open_store(project) as store, pytest.raises(InvalidInput) as fault:
        store.insert("receipt", [{**row, "number": "2569/00100"}])
    assert fault.value.code == "store.number_given"


# ---------------------------------------------------------------- who and what is meant


@pytest.mark.parametrize("written", ["p2", "บริษัท ตัวอย่าง จำกัด", "ตัวอย่าง จำกัด"])
def test_taxpayer_is_found_by_key_name_or_part_of_it(taxed: Any, written: str) -> None:
    assert taxed("tax.owed", year_be=YEAR, taxpayer=written, as_of="2026-06-01").facts["owed_satang"] == TAX


def test_name_that_fits_two_or_nobody_is_refused(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p2", area_sqwah=3_000, price_baht=1_000, uses={"other": 3_000})
    add_parcel(project, "P2", owner="p1", area_sqwah=3_000, price_baht=1_000, uses={"other": 3_000}, column=2)
    run("tax.assess", year_be=YEAR)
    assert refused(run, "tax.owed", year_be=YEAR, taxpayer="ตัวอย่าง").code == "collection.several"
    assert refused(run, "tax.owed", year_be=YEAR, taxpayer="ใครก็ไม่รู้").code == "collection.nobody"


def test_a_year_not_assessed_is_refused(run: Any) -> None:
    assert refused(run, "tax.pay", **WHO).code == "run.none"


@pytest.mark.parametrize("amount", [0, -100])
def test_amount_must_be_positive(taxed: Any, amount: int) -> None:
    assert refused(taxed, "tax.pay", **WHO, amount=amount).field == "amount"


# ---------------------------------------------------------------- instalments (s.52)


def test_three_equal_parts_by_the_calendar(project: Path, taxed: Any) -> None:
    taxed("tax.instalments", **WHO, requested_on="2026-06-10")
    with open_store(project) as store:
        rows = store.rows("instalment", order="part_no")
    days = ["2026-06-30", "2026-07-31", "2026-08-31"]
    assert [(row["due_on"], row["amount_satang"]) for row in rows] == [(day, 300_000) for day in days]
    for part, day in enumerate(days, start=1):
        assert taxed("tax.pay", **WHO, part=part, paid_on=day).facts["received_satang"] == 300_000
        with open_store(project) as store:
            assert [row["state"] for row in store.rows("instalment", order="part_no")] == ["paid"] * part + ["open"] * (
                3 - part
            )
    assert taxed("tax.owed", **WHO, as_of="2027-06-30").facts["owed_satang"] == 0


def test_missed_part_loses_the_right(taxed: Any) -> None:
    taxed("tax.instalments", **WHO, requested_on="2026-06-10")
    taxed("tax.pay", **WHO, part=1, paid_on="2026-06-30")
    assert refused(taxed, "tax.pay", **WHO, part=3, paid_on="2026-07-15").code == "collection.earlier_part"
    assert refused(taxed, "tax.pay", **WHO, part=2, paid_on="2026-08-05").code == "collection.right_lost"
    # 6,000 unpaid, one month of 1 %: 60 baht.
    assert taxed("tax.pay", **WHO, paid_on="2026-08-05").facts["received_satang"] == 606_000


def test_cancelled_part_is_open_again(project: Path, taxed: Any) -> None:
    taxed("tax.instalments", **WHO, requested_on="2026-06-10")
    taxed("tax.pay", **WHO, part=1, paid_on="2026-06-20")
    assert refused(taxed, "tax.pay", **WHO, part=1, paid_on="2026-06-21").code == "collection.part_paid"
    taxed("tax.cancel_receipt", number="2569/00001", reason="x", cancelled_on="2026-06-21")
    with open_store(project) as store:
        assert {row["state"] for row in store.rows("instalment")} == {"open"}
    taxed("tax.pay", **WHO, part=1, paid_on="2026-06-22")


@pytest.mark.parametrize(
    ("asked", "code"), [("2026-07-01", "collection.too_late"), ("2026-06-10", "collection.parts_stand")]
)
def test_instalments_are_asked_for_once_and_in_time(taxed: Any, asked: str, code: str) -> None:
    if code == "collection.parts_stand":
        taxed("tax.instalments", **WHO, requested_on="2026-06-10")
    assert refused(taxed, "tax.instalments", **WHO, requested_on=asked).code == code


def test_small_tax_is_paid_at_once(project: Path, run: Any) -> None:
    # 999,000 baht x 0.3 % = 2,997 baht, below the 3,000 of s.52.
    add_parcel(project, "P1", owner="p2", area_sqwah=999, price_baht=1_000, uses={"other": 999})
    run("tax.assess", year_be=YEAR)
    assert refused(run, "tax.instalments", **WHO, requested_on="2026-06-10").code == "collection.too_small"


# ---------------------------------------------------------------- runs and money


def test_a_paid_assessment_is_not_run_again(project: Path, taxed: Any) -> None:
    taxed("tax.pay", **WHO, paid_on="2026-06-15")
    fault = refused(taxed, "tax.assess", year_be=YEAR)
    assert isinstance(fault, NotAllowed)
    assert taxed("tax.owed", **WHO, as_of="2026-06-15").facts["paid_satang"] == TAX
    assert date.fromisoformat(receipts(project)[0]["paid_on"]) == date(2026, 6, 15)
