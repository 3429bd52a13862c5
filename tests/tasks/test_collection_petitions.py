"""Objections, refunds, reviews and papers about the property, with the time limits of the Act."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_parcel

from donhan_gis.errors import DonhanError
from donhan_gis.store import open_store

YEAR = 2569
TAX = 900_000
WHO = {"year_be": YEAR, "taxpayer": "p2"}


@pytest.fixture
def taxed(project: Path, run: Any) -> Any:
    """The company p2 owes 9,000 baht: 3 M baht of other use at 0.3 %; notices by 30 April, due 30 June 2569."""
    add_parcel(project, "P1", owner="p2", area_sqwah=3_000, price_baht=1_000, uses={"other": 3_000})
    run("tax.assess", year_be=YEAR)
    return run


def refused(run: Any, name: str, **parameters: Any) -> str:
    with pytest.raises(DonhanError) as fault:
        run(name, **parameters)
    assert fault.value.th
    assert fault.value.en
    return fault.value.code


def owed(run: Any, day: str) -> dict[str, Any]:
    return dict(run("tax.owed", **WHO, as_of=day).facts)


def rows(project: Path, register: str) -> list[dict[str, Any]]:
    with open_store(project) as store:
        return store.rows(register)


OBJECTION = {**WHO, "grounds": "เนื้อที่ผิด", "claimed_tax": 500_000}


def test_objection_within_thirty_days_of_the_notice(project: Path, taxed: Any) -> None:
    # s.73: 30 days from the notice of 10 May end on 9 June; 60 days to decide from 9 June end on 8 August.
    assert refused(taxed, "tax.object", **OBJECTION, filed_on="2026-06-10", notified_on="2026-05-10") == "petition.late"
    taxed("tax.object", **OBJECTION, filed_on="2026-06-09", notified_on="2026-05-10")
    (row,) = rows(project, "objection")
    assert (row["number"], row["decide_by"], row["decision"]) == ("0001/2569", "2026-08-08", None)
    assert owed(taxed, "2026-06-30")["owed_satang"] == TAX  # filing does not put off payment
    assert refused(taxed, "tax.object", **OBJECTION, filed_on="2026-05-20") == "petition.pending"


@pytest.mark.parametrize(
    ("decision", "new_tax", "left"),
    [("accepted", None, 500_000), ("partly", 700_000, 700_000), ("rejected", None, TAX)],
)
def test_decision_changes_the_bill(taxed: Any, decision: str, new_tax: int | None, left: int) -> None:
    taxed("tax.object", **OBJECTION, filed_on="2026-05-10")
    taxed("tax.decide", number="0001/2569", decision=decision, new_tax=new_tax, decided_on="2026-06-01")
    assert owed(taxed, "2026-05-31")["owed_satang"] == TAX
    assert owed(taxed, "2026-06-01")["owed_satang"] == left
    assert refused(taxed, "tax.decide", number="0001/2569", decision="accepted") == "petition.decided"


def test_silence_is_acceptance(taxed: Any) -> None:
    taxed("tax.object", **OBJECTION, filed_on="2026-05-10")  # decide by 9 July
    assert taxed("tax.lapse", as_of="2026-07-09").facts["silent"] == 0
    late = {"number": "0001/2569", "decision": "rejected", "decided_on": "2026-07-10"}
    assert refused(taxed, "tax.decide", **late) == "petition.silent"
    assert taxed("tax.lapse", as_of="2026-07-10").facts["silent"] == 1
    assert owed(taxed, "2026-07-10")["tax_satang"] == 500_000
    assert taxed("tax.lapse", as_of="2026-07-10").facts["silent"] == 0


def test_an_objection_must_ask_for_less(taxed: Any) -> None:
    more = {**OBJECTION, "claimed_tax": TAX}
    assert refused(taxed, "tax.object", **more, filed_on="2026-05-10") == "petition.no_gain"


def overpaid(taxed: Any) -> None:
    """Paid 9,000 on time; the objection lowers the tax to 5,000: 4,000 can be claimed back."""
    taxed("tax.object", **OBJECTION, filed_on="2026-05-10")
    taxed("tax.pay", **WHO, paid_on="2026-06-30")
    taxed("tax.decide", number="0001/2569", decision="accepted", decided_on="2026-07-01")


def test_refund_with_interest_where_the_office_was_wrong(taxed: Any) -> None:
    overpaid(taxed)
    assert owed(taxed, "2026-07-01")["refundable_satang"] == 400_000
    taxed("tax.refund", **WHO, reason="ชำระเกิน", claimed=400_000, filed_on="2026-07-05")
    taxed("tax.refund_decide", number="0001/2569", decided_on="2026-08-01")
    assert owed(taxed, "2026-08-01")["refundable_satang"] == 400_000  # granted, not yet paid back
    paid = taxed("tax.refund_decide", number="0001/2569", paid_on="2026-09-10", interest=1)
    # s.54: 1 % a month from 5 July to 10 September: 3 months of 4,000 baht = 120 baht.
    assert paid.facts["interest_satang"] == 12_000
    after = owed(taxed, "2026-09-10")
    assert (after["refundable_satang"], after["owed_satang"], after["adds_up"]) == (0, 0, True)
    assert refused(taxed, "tax.refund_decide", number="0001/2569", paid_on="2026-09-11") == "petition.decided"


def test_money_goes_back_once(taxed: Any) -> None:
    overpaid(taxed)
    for _ in range(2):
        taxed("tax.refund", **WHO, reason="ชำระเกิน", claimed=400_000, filed_on="2026-07-05")
    taxed("tax.refund_decide", number="0001/2569", decided_on="2026-08-01")
    again = {"number": "0002/2569", "decided_on": "2026-08-01"}
    assert refused(taxed, "tax.refund_decide", **again) == "petition.not_overpaid"


def test_what_was_not_overpaid_is_not_paid_back(taxed: Any) -> None:
    taxed("tax.pay", **WHO, paid_on="2026-06-30")
    more = {**WHO, "reason": "x", "claimed": TAX + 1, "filed_on": "2026-07-05"}
    assert refused(taxed, "tax.refund", **more) == "petition.not_paid"
    taxed("tax.refund", **WHO, reason="x", claimed=100_000, filed_on="2026-07-05")
    asked = {"number": "0001/2569", "decided_on": "2026-08-01"}
    assert refused(taxed, "tax.refund_decide", **asked) == "petition.not_overpaid"
    taxed("tax.refund_decide", number="0001/2569", decision="rejected", decided_on="2026-08-01")


def test_refund_ends_after_three_years_and_lapses_after_one(project: Path, taxed: Any) -> None:
    overpaid(taxed)
    late = {**WHO, "reason": "x", "claimed": 1_000, "filed_on": "2029-07-01"}
    assert refused(taxed, "tax.refund", **late) == "petition.late"
    taxed("tax.refund", **{**late, "filed_on": "2029-06-30"})
    taxed("tax.refund_decide", number="0001/2572", decided_on="2029-07-31")
    assert taxed("tax.lapse", as_of="2030-07-31").facts["unclaimed"] == 0
    assert taxed("tax.lapse", as_of="2030-08-01").facts["unclaimed"] == 1
    assert rows(project, "refund")[0]["unclaimed_on"] == "2030-08-01"


def test_review_within_three_years(taxed: Any) -> None:
    taxed("tax.pay", **WHO, paid_on="2026-06-30")
    more = {**WHO, "new_tax": 1_000_000, "reason": "พบอาคารเพิ่ม"}
    assert refused(taxed, "tax.review", **more, decided_on="2029-07-01") == "petition.late"
    assert taxed("tax.review", **more, decided_on="2027-01-10").facts["due_on"] == "2027-02-09"
    assert owed(taxed, "2027-02-09")["owed_satang"] == 100_000
    assert owed(taxed, "2027-02-10")["owed_satang"] == 100_000 + 10_000 + 1_000
    assert taxed("tax.pay", **WHO, paid_on="2027-02-01").facts["received_satang"] == 100_000


def test_review_may_lower_the_tax(taxed: Any) -> None:
    taxed("tax.pay", **WHO, paid_on="2026-06-30")
    taxed("tax.review", **WHO, new_tax=800_000, reason="เนื้อที่ผิด", decided_on="2027-01-10")
    assert owed(taxed, "2027-01-10")["refundable_satang"] == 100_000


# ---------------------------------------------------------------- papers about the property


def test_change_of_use_counts_from_the_next_year(project: Path, taxed: Any) -> None:
    paper = {"parcel": "01A001", "person": "p2", "to_class": "agriculture", "from_class": "other"}
    report = taxed("tax.change_of_use", **paper, changed_on="2026-02-01", filed_on="2026-04-02")
    assert (report.facts["counts_from_be"], report.facts["late"]) == (2570, False)
    assert taxed("tax.change_of_use", **paper, changed_on="2026-02-01", filed_on="2026-04-03").facts["late"] is True
    assert [row["number"] for row in rows(project, "change_of_use")] == ["0001/2569", "0002/2569"]


def test_change_of_use_needs_a_property(taxed: Any) -> None:
    nothing = {"person": "p2", "to_class": "agriculture", "changed_on": "2026-02-01", "filed_on": "2026-03-01"}
    assert refused(taxed, "tax.change_of_use", **nothing) == "task.problem"
    assert refused(taxed, "tax.change_of_use", **nothing, parcel="99Z999") == "collection.no_number"
    assert refused(taxed, "tax.change_of_use", **{**nothing, "person": "ไม่มี"}) == "petition.person"


def test_correction_is_answered_in_thirty_days(project: Path, taxed: Any) -> None:
    paper = {"year_be": YEAR, "parcel": "01A001", "person": "p2", "what": "เนื้อที่"}
    assert taxed("tax.correct", **paper, filed_on="2025-12-01").facts["answer_by"] == "2025-12-31"
    assert rows(project, "correction")[0]["number"] == "0001/2568"
