"""The ledger of a bill: figures by hand from the Act, and random years that must add up to the satang."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donhan_gis import law as law_module
from donhan_gis.tax.collection import Part
from donhan_gis.tax.instalments import instalments_satang
from donhan_gis.tax.ledger import (
    Amounts,
    Bill,
    Change,
    Letter,
    Order,
    PaidBack,
    Receipt,
    allocate,
    due_slices,
    standing,
    warned,
)

LAW = law_module.at(2569)
DUE = date(2026, 6, 30)
DUE_DAYS = (date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31))
TAX = 900_000  # 9,000 baht
ORDERS: tuple[Order, ...] = ("extras_first", "proportional", "tax_first")


def bill(**more: Any) -> Bill:
    return Bill(**{"tax_satang": TAX, "due_on": DUE, **more})


def paid(day: date, tax: int, penalty: int = 0, surcharge: int = 0, *, number: str = "1") -> Receipt:
    return Receipt(number, day, Amounts(tax, penalty, surcharge))


def parts() -> tuple[Part, ...]:
    return tuple(Part(day, amount) for day, amount in zip(DUE_DAYS, instalments_satang(LAW, TAX), strict=True))


# ---------------------------------------------------------------- by hand


def test_before_the_due_day_only_the_tax_is_owed() -> None:
    now = standing(LAW, bill(), date(2026, 6, 30))
    assert (now.owed, now.due, now.next_due_on, now.overdue_on) == (Amounts(TAX), TAX, None, None)
    early = standing(LAW, bill(), date(2026, 5, 1))
    assert (early.owed, early.due, early.next_due_on) == (Amounts(TAX), 0, DUE)


@pytest.mark.parametrize(
    ("day", "received", "owed"),
    [
        # s.68: 10 % before the letter is received; s.70: 1 % a month, July, August and 1 September are 3 months.
        (date(2026, 9, 1), None, Amounts(TAX, 90_000, 27_000)),
        # s.69: 20 % within the time of the letter, 31 August ends the second month.
        (date(2026, 8, 31), date(2026, 8, 10), Amounts(TAX, 180_000, 18_000)),
        # s.68: 40 % after the time of the letter; 4 months on 10 October.
        (date(2026, 10, 10), date(2026, 8, 10), Amounts(TAX, 360_000, 36_000)),
    ],
)
def test_penalty_follows_the_warning_letter(day: date, received: date | None, owed: Amounts) -> None:
    now = standing(LAW, bill(letters=(Letter(received, date(2026, 9, 9)),)), day)
    assert now.owed == owed
    assert now.overdue_on == DUE
    assert [step.rule for step in now.steps][-1] == "collection.surcharge.per_month"


def test_stage_changes_on_the_day_the_letter_is_received() -> None:
    letters = [Letter(date(2026, 8, 10), date(2026, 9, 9))]
    days = (date(2026, 8, 9), date(2026, 8, 10), date(2026, 9, 9), date(2026, 9, 10))
    assert [warned(letters, day) for day in days] == ["not_received", "within_time", "within_time", "after_time"]


def test_part_of_arrears_paid_stops_its_own_surcharge_only() -> None:
    # 4,000 of 9,000 paid on 15 July with all that was due by then (10 % = 900, 1 % = 90). On 1 September 5,000 are
    # left: 10 % = 500 and 3 % = 150; on the 4,000 paid: 400 and 40. Together 900 + 190, paid 900 + 90: owed 100.
    receipt = paid(date(2026, 7, 15), 400_000, 90_000, 9_000)
    now = standing(LAW, bill(receipts=(receipt,)), date(2026, 9, 1))
    assert now.owed == Amounts(500_000, 0, 10_000)
    assert now.adds_up()


def test_instalments_paid_in_time_cost_nothing() -> None:
    receipts = tuple(paid(day, 300_000, number=str(i)) for i, day in enumerate(DUE_DAYS))
    for i, day in enumerate(DUE_DAYS):
        before = standing(LAW, bill(parts=parts(), receipts=receipts[:i]), day)
        assert (before.due, before.owed) == (300_000, Amounts(TAX - 300_000 * i))
    assert standing(LAW, bill(parts=parts(), receipts=receipts), date(2027, 1, 1)).owed == Amounts()


def test_missed_part_makes_all_due_with_one_percent_a_month() -> None:
    # s.52: the second part missed on 31 July: 6,000 unpaid, 2 months by 15 September = 120; no penalty.
    missed = bill(parts=parts(), receipts=(paid(DUE_DAYS[0], 300_000),))
    now = standing(LAW, missed, date(2026, 9, 15))
    assert now.owed == Amounts(600_000, 0, 12_000)
    assert now.due == 612_000
    assert now.overdue_on == date(2026, 7, 31)
    # On 1 August the third part is not due by the calendar, but the right is lost.
    assert standing(LAW, missed, date(2026, 8, 1)).due == 606_000


def test_review_adds_tax_without_penalty_for_its_thirty_days() -> None:
    review = Change(date(2027, 1, 10), 1_000_000, "review", due_on=date(2027, 2, 9))
    settled = bill(receipts=(paid(DUE, TAX),), changes=(review,))
    assert standing(LAW, settled, date(2027, 1, 9)).owed == Amounts()
    assert standing(LAW, settled, date(2027, 2, 9)).owed == Amounts(100_000)
    assert standing(LAW, settled, date(2027, 2, 10)).owed == Amounts(100_000, 10_000, 1_000)


def test_accepted_objection_makes_the_excess_refundable_with_its_penalty() -> None:
    # Paid on 10 July: 9,000 + 10 % + 1 %. The tax becomes 5,000: 500 and 50 are due, 4,000 + 400 + 40 too much.
    late = paid(date(2026, 7, 10), TAX, 90_000, 9_000)
    now = standing(LAW, bill(receipts=(late,), changes=(Change(date(2026, 8, 1), 500_000, "objection"),)), DUE_DAYS[2])
    assert (now.owed, now.refundable) == (Amounts(), 444_000)
    back = standing(
        LAW,
        bill(
            receipts=(late,),
            changes=(Change(date(2026, 8, 1), 500_000, "objection"),),
            paid_back=(PaidBack(date(2026, 8, 20), 444_000),),
        ),
        DUE_DAYS[2],
    )
    assert (back.owed, back.refundable, back.adds_up()) == (Amounts(), 0, True)


def test_tax_raised_again_after_a_refund_is_owed_again() -> None:
    lower = Change(date(2026, 8, 1), 500_000, "objection")
    higher = Change(date(2027, 1, 10), 800_000, "review", due_on=date(2027, 2, 9))
    facts = bill(receipts=(paid(DUE, TAX),), changes=(lower, higher), paid_back=(PaidBack(date(2026, 9, 1), 400_000),))
    assert standing(LAW, facts, date(2027, 2, 9)).owed == Amounts(300_000)
    assert standing(LAW, facts, date(2027, 2, 10)).owed == Amounts(300_000, 30_000, 3_000)


def test_cancelled_receipt_counts_as_never_paid() -> None:
    cancelled = replace(paid(DUE, TAX), valid=False)
    assert standing(LAW, bill(receipts=(cancelled,)), date(2026, 7, 1)).owed == Amounts(TAX, 90_000, 9_000)


def test_a_second_warning_letter_does_not_give_the_time_again() -> None:
    # s.68: 40 % once the time set in the warning letter has passed; received 7 May, to be paid by 6 June.
    letters = (Letter(date(2026, 5, 7), date(2026, 6, 6)), Letter(date(2026, 7, 6), date(2026, 8, 5)))
    assert standing(LAW, bill(letters=letters), date(2026, 7, 10)).owed.penalty == 900_000 * 40 // 100


def test_sign_pays_two_percent_a_month_and_its_extra() -> None:
    # Signboard Tax Act s.25: 10 % for not filing stands in fixed; 2 % a month or part of one of the tax alone.
    sign = Bill(100_000, date(2026, 4, 25), kind="sign", fixed_satang=10_000)
    assert standing(LAW, sign, date(2026, 5, 26)).owed == Amounts(100_000, 10_000, 4_000)


def test_tax_taken_off_shortens_the_last_parts() -> None:
    lowered = bill(parts=parts(), changes=(Change(date(2026, 5, 1), 400_000, "objection"),))
    assert [(one.due_on, one.satang) for one in due_slices(lowered, DUE)] == [
        (DUE_DAYS[0], 300_000),
        (DUE_DAYS[1], 100_000),
    ]


# ---------------------------------------------------------------- what a payment is for


def test_orders_of_allocation() -> None:
    owed = Amounts(900, 90, 27)
    assert allocate(owed, 100, "extras_first") == Amounts(0, 73, 27)
    assert allocate(owed, 950, "tax_first") == Amounts(900, 50, 0)
    assert allocate(owed, 339, "proportional") == Amounts(300, 30, 9)


@pytest.mark.parametrize("satang", [0, -1, 1_018])
def test_more_than_owed_or_nothing_is_refused(satang: int) -> None:
    with pytest.raises(ValueError, match=str(satang)):
        allocate(Amounts(900, 90, 27), satang, "extras_first")


@given(
    st.builds(Amounts, *[st.integers(0, 10**12)] * 3).filter(lambda owed: owed.total),
    st.floats(0, 1),
    st.sampled_from(ORDERS),
)
def test_every_satang_of_a_payment_goes_somewhere(owed: Amounts, share: float, order: Order) -> None:
    satang = max(1, min(owed.total, int(owed.total * share)))
    given_to = allocate(owed, satang, order)
    assert given_to.total == satang
    assert 0 <= given_to.tax <= owed.tax
    assert 0 <= given_to.penalty <= owed.penalty
    assert 0 <= given_to.surcharge <= owed.surcharge


# ---------------------------------------------------------------- random years

MOVES = ("pay_all", "pay_some", "pay_due", "cancel", "refund", "letter", "object", "review", "wait")
moves = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 60), st.floats(0.01, 0.99)), max_size=14)


def play(facts: Bill, story: list[tuple[str, int, float]], order: Order) -> tuple[Bill, date, int]:
    """Live through a year; returns the facts, the last day, and the money in the till."""
    day, till = date(2026, 4, 1), 0
    for number, (move, days, share) in enumerate(story):
        day += timedelta(days=days)
        now = standing(LAW, facts, day)
        assert now.adds_up(), (move, now)
        amounts = {"pay_all": now.owed.total, "pay_due": now.due, "pay_some": int(now.owed.total * share)}
        valid = [i for i, receipt in enumerate(facts.receipts) if receipt.valid]
        if amounts.get(move):
            receipt = Receipt(f"{number:03d}", day, allocate(now.owed, amounts[move], order))
            facts, till = replace(facts, receipts=(*facts.receipts, receipt)), till + amounts[move]
        elif move == "cancel" and valid:
            chosen = valid[int(len(valid) * share)]
            receipts = list(facts.receipts)
            receipts[chosen] = replace(receipts[chosen], valid=False)
            facts, till = replace(facts, receipts=tuple(receipts)), till - receipts[chosen].amounts.total
        elif move == "refund" and int(now.refundable * share):
            satang = int(now.refundable * share)
            facts, till = replace(facts, paid_back=(*facts.paid_back, PaidBack(day, satang))), till - satang
        elif move == "letter":
            letter = Letter(day + timedelta(days=5), day + timedelta(days=35))
            facts = replace(facts, letters=(*facts.letters, letter))
        elif move in ("object", "review"):
            tax = sum(one.satang for one in due_slices(facts, day))
            new = int(tax * share) if move == "object" else int(tax * (0.5 + share))
            why = "objection" if move == "object" else "review"
            change = Change(day, new, why, due_on=day + timedelta(days=30))  # type: ignore[arg-type]
            facts = replace(facts, changes=(*facts.changes, change))
    return facts, day, till


@settings(max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    tax=st.integers(1, 5_000_000), in_parts=st.booleans(), sign=st.booleans(), story=moves,
    order=st.sampled_from(ORDERS), seed=st.integers(),
)  # fmt: skip
def test_random_years_add_up(tax: int, *, in_parts: bool, sign: bool, story: Any, order: Order, seed: int) -> None:
    amounts = instalments_satang(LAW, tax) if in_parts and not sign else ()
    granted = tuple(Part(due, amount) for due, amount in zip(DUE_DAYS, amounts, strict=False))
    facts = Bill(tax, DUE, kind="sign" if sign else "land", fixed_satang=tax // 10 if sign else 0, parts=granted)
    facts, day, till = play(facts, story, order)
    now = standing(LAW, facts, day)
    # The till holds what receipts took less what went back, and every satang of it is on the bill or owed back.
    assert now.paid.total - now.back == till
    assert now.paid.total == sum(receipt.amounts.total for receipt in facts.receipts if receipt.valid)
    assert now.adds_up()
    # In whatever order the facts were entered, the bill stands the same.
    shuffled = {}
    for name in ("receipts", "letters", "paid_back"):
        entries = list(getattr(facts, name))
        random.Random(seed).shuffle(entries)
        shuffled[name] = tuple(entries)
    assert standing(LAW, replace(facts, **shuffled), day) == now
    # Paying what is owed settles it for good: nothing is owed and nothing grows, however late it is looked at.
    if now.owed.total:
        last = Receipt("999", day, allocate(now.owed, now.owed.total, order))
        facts = replace(facts, receipts=(*facts.receipts, last))
    for later in (day, day + timedelta(days=400)):
        settled = standing(LAW, facts, later)
        assert (settled.owed.total, settled.adds_up()) == (0, True)


@settings(max_examples=500, deadline=None)
@given(tax=st.integers(100, 5_000_000), shares=st.lists(st.floats(0.05, 0.5), min_size=1, max_size=5))
def test_owed_never_falls_while_nothing_is_paid(tax: int, shares: list[float]) -> None:
    receipts = tuple(
        paid(DUE - timedelta(days=i + 1), int(tax * share / len(shares)), number=str(i))
        for i, share in enumerate(shares)
    )
    facts = Bill(tax, DUE, receipts=receipts, letters=(Letter(date(2026, 8, 1), date(2026, 8, 31)),))
    totals = [standing(LAW, facts, DUE + timedelta(days=days)).owed.total for days in range(0, 200, 7)]
    assert totals == sorted(totals)
