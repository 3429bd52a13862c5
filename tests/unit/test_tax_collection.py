"""Penalty, surcharge, missed instalments and interest: figures by hand from sections 52, 54 and 68 to 70."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis import law
from donhan_gis.exchange.tax_cases import calculate
from donhan_gis.tax.collection import (
    Part,
    instalment_parts,
    late_charge,
    missed_charge,
    missed_on,
    refund_interest,
)
from donhan_gis.tax.months import last_day, months_late

OF = law.at(2569)
HEAD = 'schema = 1\narea = "collection"\ncovers = [2563, 2569]\nth = "ตั้งค่า"\nen = "Settings"\n'
DUE = [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)]
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def chosen(folder: Path, key: str, value: str) -> law.Law:
    path = folder / "office.toml"
    entry = f'[[value]]\nkey = "{key}"\nfrom = 2564\nunit = "choice"\nvalue = "{value}"\nsource = "test"\n'
    path.write_text(HEAD + entry, encoding="utf-8")
    return law.load(path).at(2569)


@pytest.mark.parametrize(
    ("due", "paid", "months"),
    [
        ("2026-06-30", "2026-06-30", 0),
        ("2026-06-30", "2026-07-01", 1),
        ("2026-06-30", "2026-07-31", 1),
        ("2026-06-30", "2026-08-01", 2),
        ("2026-07-31", "2026-08-31", 1),
        ("2026-04-15", "2026-05-15", 1),
        ("2026-04-15", "2026-05-16", 2),
        ("2025-01-30", "2025-02-28", 1),  # late from the 31st: February has none, the month ends with it
        ("2025-01-30", "2025-03-01", 2),
        ("2025-01-30", "2025-03-30", 2),
        ("2025-01-30", "2025-03-31", 3),
        ("2024-01-30", "2024-02-29", 1),
        ("2025-02-28", "2025-03-31", 1),
        ("2025-12-31", "2026-12-31", 12),
        ("2025-12-31", "2027-01-01", 13),
    ],
)
def test_months_of_the_civil_code(due: str, paid: str, months: int) -> None:
    assert months_late(date.fromisoformat(due), date.fromisoformat(paid)) == months


@given(DAYS, DAYS)
def test_months_are_whole_and_without_gaps(due: date, paid: date) -> None:
    months = months_late(due, paid)
    assert months >= 0
    assert 0 <= months_late(due, paid + timedelta(days=1)) - months <= 1
    if months:
        begins = due + timedelta(days=1)
        assert last_day(begins, months - 1) < paid <= last_day(begins, months)


def late(tax: int = 900_000, **changes: Any) -> tuple[int, int]:
    given = {"due_on": DUE[0], "paid_on": date(2026, 9, 1), "warning": "not_received", **changes}
    charge = late_charge(given.pop("law", OF), tax, **given)
    assert all(step.source and step.said("th") and step.said("en") for step in charge.steps)
    assert charge.total_satang == charge.penalty_satang + charge.surcharge_satang
    return charge.penalty_satang, charge.surcharge_satang


def test_stages_of_the_penalty() -> None:
    """9,000 baht, three months: 10, 20, 40 % and 3 %."""
    assert late() == (90_000, 27_000)
    assert late(warning="within_time") == (180_000, 27_000)
    assert late(warning="after_time") == (360_000, 27_000)


def test_surcharge_is_at_most_the_tax_and_says_so() -> None:
    assert late(paid_on=date(2034, 10, 31)) == (90_000, 900_000)
    assert late(paid_on=date(2034, 11, 1)) == (90_000, 900_000)
    told = [late_charge(OF, 100, due_on=DUE[0], paid_on=date(2034, month, 1), warning="not_received").steps[-1].code
            for month in (10, 11)]  # fmt: skip
    assert told == ["tax.late.surcharge", "tax.late.surcharge_cap"]


def test_time_allowed_to_one_taxpayer_halves_the_surcharge_when_kept(tmp_path: Path) -> None:
    """0.5 % x 2 months of 9,000 = 90; one day past it, 1 % x 3 months. An office may waive the penalty."""
    allowed = date(2026, 8, 31)
    assert late(paid_on=allowed, extended_to=allowed) == (90_000, 9_000)
    assert late(paid_on=date(2026, 9, 1), extended_to=allowed) == (90_000, 27_000)
    assert late(extended_to=date(2026, 6, 1)) == (90_000, 27_000)
    waived = chosen(tmp_path, "setting.extended_penalty", "none")
    assert late(law=waived, paid_on=allowed, extended_to=allowed) == (0, 9_000)
    assert late(law=waived, extended_to=allowed) == (90_000, 27_000)


def test_rounding_is_a_setting(tmp_path: Path) -> None:
    """1.05 baht: 10 % = 10.5 satang."""
    assert late(105, paid_on=date(2026, 7, 1)) == (11, 1)
    assert late(105, paid_on=date(2026, 7, 1), law=chosen(tmp_path, "setting.rounding", "down")) == (10, 1)


def test_parts_keep_their_days() -> None:
    parts = instalment_parts(OF, 1_000_000, DUE)
    assert [(part.due_on, part.amount_satang) for part in parts] == list(
        zip(DUE, (333_334, 333_333, 333_333), strict=True)
    )
    assert instalment_parts(OF, 299_999, DUE) == ()


def parts_paid(*days: date | None) -> list[Part]:
    return [Part(due, 300_000, paid) for due, paid in zip(DUE, days, strict=True)]


def test_parts_in_time_cost_nothing() -> None:
    paid = parts_paid(DUE[0], DUE[1], DUE[2])
    assert missed_on(paid, date(2027, 1, 1)) is None
    assert missed_charge(OF, paid, as_of=date(2027, 1, 1)).total_satang == 0
    waiting = parts_paid(DUE[0], None, None)
    assert missed_on(waiting, DUE[1]) is None
    assert missed_on(waiting, DUE[1] + timedelta(days=1)) == DUE[1]


def test_missed_part_makes_all_the_rest_late_from_its_day() -> None:
    """The second part (31 July) is missed: 6,000 is unpaid; by 1 September that is two months: 1 % x 2 x 6,000."""
    charge = missed_charge(OF, parts_paid(DUE[0], None, None), as_of=date(2026, 9, 1))
    assert (charge.penalty_satang, charge.surcharge_satang, charge.months) == (0, 12_000, 2)


def test_each_part_counts_until_its_own_day_of_payment() -> None:
    """First part missed on 30 June; paid 15 July (1 month), 20 August (2), never until 1 October (4): 30 + 60 + 120."""
    parts = parts_paid(date(2026, 7, 15), date(2026, 8, 20), None)
    charge = missed_charge(OF, parts, as_of=date(2026, 10, 1))
    assert (charge.surcharge_satang, charge.months) == (3_000 + 6_000 + 12_000, 4)


def test_interest_on_a_tax_paid_back() -> None:
    """1,000 baht, filed 10 March, paid 11 May: 11 Mar-10 Apr, 11 Apr-10 May and a day: three months, 30 baht."""
    back = refund_interest(OF, 100_000, filed_on=date(2026, 3, 10), paid_on=date(2026, 5, 11))
    assert (back.surcharge_satang, back.months, back.penalty_satang) == (3_000, 3, 0)
    assert refund_interest(OF, 100_000, filed_on=DUE[0], paid_on=date(2040, 1, 1)).surcharge_satang == 100_000
    assert back.steps[0].said("th") and back.steps[0].said("en")


@given(st.integers(0, 10**12), DAYS, st.sampled_from(["not_received", "within_time", "after_time"]))
def test_charges_stay_within_the_law(tax: int, paid: date, warning: Any) -> None:
    charge = late_charge(OF, tax, due_on=DUE[0], paid_on=paid, warning=warning)
    assert 0 <= charge.surcharge_satang <= tax
    assert 0 <= charge.penalty_satang * 5 <= tax * 2 + 5
    later = late_charge(OF, tax, due_on=DUE[0], paid_on=paid + timedelta(days=40), warning=warning)
    assert later.surcharge_satang >= charge.surcharge_satang


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tax_baht": "-1"}, "tax_baht"), ({"tax_baht": None}, "tax_baht"), ({"tax_baht": "0.001"}, "tax_baht"),
        ({"tax_baht": "1" + "0" * 14}, "tax_baht"), ({"due_date": "30/06/2569"}, "due_date"),
        ({"due_date": "2569-06-30"}, "tax_year_be"), ({"paid_date": None}, "paid_date"),
        ({"paid_date": "2026-02-30"}, "paid_date"), ({"warning": "yes"}, "warning"),
        ({"extended_to": 3}, "extended_to"),
        ({"due_date": "2019-06-30"}, "tax_year_be"), ({"tax_year_be": 2570}, "tax_year_be"),
    ],
)  # fmt: skip
def test_bad_case_names_its_field(changes: dict[str, object], field: str) -> None:
    case = {"id": "l", "kind": "late_payment", "tax_baht": "9000", "due_date": "2026-06-30", "paid_date": "2026-09-01"}
    (result,) = calculate([{**case, **changes}])
    assert result["error"]["field"] == field
    assert result["error"]["message_th"] and result["error"]["message_en"]


def test_unknown_fields_of_a_case_are_told() -> None:
    (result,) = calculate([{"id": "i", "kind": "instalments", "tax_baht": "9000", "parts": 4}])
    assert [step["object"] for step in result["trace"] if step["step"] == "warning"] == ["parts"]
