"""The ledger of one bill: what was charged, paid, cancelled and paid back, and what is owed on a day and why.

It is worked out anew from the facts each time, sorted by day and number, so that the order in which they were entered
cannot matter. Tax money covers what fell due first. Penalty and surcharge are counted on each piece of tax from its own
due day to the day it was paid (or to the day asked for); what receipts took for them is set against that.

Sources: Land and Building Tax Act B.E. 2562 s.46 (due day), s.52 (parts), s.53 (review), s.54 (refund), s.68-s.70
(penalty, surcharge), s.73 (objection); Signboard Tax Act B.E. 2510 s.19, s.25.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from donhan_gis.law import Law
from donhan_gis.tax.collection import Part, Warned, late_charge, missed_charge
from donhan_gis.tax.months import satang
from donhan_gis.tax.signboard import late_extra
from donhan_gis.tax.trace import Step

COMPONENTS = ("tax", "penalty", "surcharge")
Order = Literal["extras_first", "proportional", "tax_first"]
_FINE = 1_000_000  # charges are counted in millionths of a satang until the bill is added up
_ORDERS = {"extras_first": ("surcharge", "penalty", "tax"), "tax_first": COMPONENTS}


@dataclass(frozen=True, slots=True)
class Amounts:
    """Tax, penalty and surcharge in satang."""

    tax: int = 0
    penalty: int = 0
    surcharge: int = 0

    @property
    def total(self) -> int:
        """Their sum."""
        return self.tax + self.penalty + self.surcharge

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(self.tax + other.tax, self.penalty + other.penalty, self.surcharge + other.surcharge)

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(self.tax - other.tax, self.penalty - other.penalty, self.surcharge - other.surcharge)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt; a cancelled one (``valid`` false) counts as never paid."""

    number: str
    paid_on: date
    amounts: Amounts
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """A tax changed after the assessment: by a decided objection, or a review with a due day for what it adds."""

    on: date
    new_tax_satang: int
    why: Literal["objection", "review"]
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A warning letter: the day it was received (None: not yet known) and the last day it gives to pay."""

    received_on: date | None
    pay_by: date


@dataclass(frozen=True, slots=True)
class PaidBack:
    """Money given back, or fallen to the municipality because nobody fetched it."""

    on: date
    satang: int


@dataclass(frozen=True, slots=True)
class Bill:
    """All facts of one assessment. ``parts``: the instalments granted; ``fixed_satang``: the extra for late filing."""

    tax_satang: int
    due_on: date
    kind: Literal["land", "sign"] = "land"
    fixed_satang: int = 0
    parts: tuple[Part, ...] = ()
    changes: tuple[Change, ...] = ()
    letters: tuple[Letter, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    paid_back: tuple[PaidBack, ...] = ()
    extended_to: date | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """Tax that falls due on one day; ``part`` where it is an instalment."""

    due_on: date
    satang: int
    part: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Tax of one slice paid on one day, or unpaid (``paid_on`` None)."""

    due_on: date
    satang: int
    paid_on: date | None
    part: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How a bill stands on a day, in satang.

    charged      tax due by assessment and changes, with penalty and surcharge counted up to the day
    paid         what valid receipts took
    back         what was paid back
    owed         what would settle the bill that day; never negative
    refundable   what was paid too much and not yet paid back; never negative, and 0 while anything is owed
    due          the part of ``owed`` whose day has come; ``next_due_on`` the day the rest begins to fall due
    overdue_on   the first due day that was missed and is still unpaid
    """

    as_of: date
    charged: Amounts
    paid: Amounts
    back: int
    owed: Amounts
    refundable: int
    due: int
    next_due_on: date | None
    overdue_on: date | None
    pieces: tuple[Piece, ...]
    steps: tuple[Step, ...]

    def adds_up(self) -> bool:
        """Tell whether the double check holds: charged = paid - paid back + owed - refundable, none below zero."""
        balance = self.charged.total - (self.paid.total - self.back)
        lowest = min(self.owed.tax, self.owed.penalty, self.owed.surcharge, self.refundable)
        return balance == self.owed.total - self.refundable and lowest >= 0 and not self.owed.total * self.refundable


def standing(law: Law, bill: Bill, as_of: date) -> Standing:
    """Return how a bill stands on a day; facts of later days are left out, cancelled receipts are out altogether.

    >>> from donhan_gis import law
    >>> bill = Bill(900_000, date(2026, 6, 30))
    >>> standing(law.at(2569), bill, date(2026, 9, 1)).owed  # 10 % and 3 months of 1 %
    Amounts(tax=900000, penalty=90000, surcharge=27000)
    """
    receipts = sorted((r for r in bill.receipts if r.valid and r.paid_on <= as_of), key=_by_day)
    back = sum(one.satang for one in bill.paid_back if one.on <= as_of)
    paid = sum((receipt.amounts for receipt in receipts), Amounts())
    pieces, charged, steps = _settled(law, bill, receipts, back, as_of)
    owed, refundable = _netted(charged - paid, back)
    unpaid = [piece for piece in pieces if piece.paid_on is None]
    later = [piece for piece in unpaid if piece.due_on > as_of and not _lost(pieces, as_of)]
    missed = min((piece.due_on for piece in unpaid if piece.due_on < as_of), default=None)
    due = max(0, owed.total - sum(piece.satang for piece in later))
    return Standing(
        as_of, charged, paid, back, owed, refundable, due,
        min((piece.due_on for piece in later), default=None) if owed.total else None,
        missed if owed.total else None,
        pieces, steps,
    )  # fmt: skip


def _settled(
    law: Law, bill: Bill, receipts: Sequence[Receipt], back: int, as_of: date
) -> tuple[tuple[Piece, ...], Amounts, tuple[Step, ...]]:
    """Return which money covers which tax, with what is due for all of it.

    Penalty and surcharge that turn out too high, because the tax was lowered, are money for the tax; what was paid
    back is none. How much is too high depends on what it covers, so it is sought downwards from the most there could
    be: what settles a bill today leaves nothing to grow tomorrow.
    """
    slices = due_slices(bill, as_of)
    paid = sum((receipt.amounts for receipt in receipts), Amounts())
    too_high, freed = paid.penalty + paid.surcharge, -1
    while too_high != freed:
        freed = too_high
        pieces = cover(slices, _tax_money(receipts, freed - back))
        charged, steps = _charged(law, bill, slices, pieces, as_of)
        too_high = min(freed, max(0, paid.penalty + paid.surcharge - charged.penalty - charged.surcharge))
    return pieces, charged, steps


def _tax_money(receipts: Sequence[Receipt], more: int) -> list[tuple[date, int]]:
    """Return the tax money by day: more by what other receipts took too much, or less by what was paid back."""
    money = [(receipt.paid_on, receipt.amounts.tax) for receipt in receipts]
    if more <= 0:
        return _taken(money, -more)
    last = max(receipt.paid_on for receipt in receipts if receipt.amounts.total > receipt.amounts.tax)
    return sorted([*money, (last, more)], key=lambda payment: payment[0])


def _by_day(receipt: Receipt) -> tuple[date, str]:
    return receipt.paid_on, receipt.number


def _parts(amounts: Amounts) -> tuple[int, int, int]:
    return amounts.tax, amounts.penalty, amounts.surcharge


def due_slices(bill: Bill, as_of: date) -> list[Slice]:
    """Return the tax as it falls due, first due first, after the changes known on a day.

    Tax that is taken off leaves what falls due last; tax that is added has a due day of its own.

    Source: Act s.52, s.53, s.73.
    """
    slices = [Slice(part.due_on, part.amount_satang, part=True) for part in bill.parts]
    slices = slices or [Slice(bill.due_on, bill.tax_satang)]
    for change in sorted((c for c in bill.changes if c.on <= as_of), key=lambda c: c.on):
        added = change.new_tax_satang - sum(one.satang for one in slices)
        if added > 0:
            slices.append(Slice(change.due_on or bill.due_on, added))
        slices = sorted(slices, key=lambda one: one.due_on)
        slices = _shortened(slices, -added) if added < 0 else slices
    return slices


def _shortened(slices: Sequence[Slice], less: int) -> list[Slice]:
    kept: list[Slice] = []
    for one in reversed(slices):
        off = min(less, one.satang)
        less -= off
        kept.insert(0, replace(one, satang=one.satang - off))
    return [one for one in kept if one.satang]


def _taken(money: Iterable[tuple[date, int]], satang: int) -> list[tuple[date, int]]:
    """Return tax money without what was paid back, which leaves the latest receipts first."""
    kept: list[tuple[date, int]] = []
    for on, amount in reversed(list(money)):
        off = min(satang, amount)
        satang -= off
        kept.insert(0, (on, amount - off))
    return kept


def cover(slices: Sequence[Slice], money: Iterable[tuple[date, int]]) -> tuple[Piece, ...]:
    """Return the slices cut into pieces by the payment that covers them; money beyond them covers nothing."""
    pieces: list[Piece] = []
    payments = iter(money)
    on, amount = next(payments, (None, 0))
    for one in slices:
        left = one.satang
        while left and on is not None:
            used = min(left, amount)
            if used:
                pieces.append(Piece(one.due_on, used, on, one.part))
            left, amount = left - used, amount - used
            if not amount:
                on, amount = next(payments, (None, 0))
        if left:
            pieces.append(Piece(one.due_on, left, None, one.part))
    return _joined(pieces)


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Return pieces with those of one due day and one payment day put together, so that rounding is done once."""
    joined: dict[tuple[date, date | None, bool], int] = {}
    for piece in pieces:
        key = (piece.due_on, piece.paid_on, piece.part)
        joined[key] = joined.get(key, 0) + piece.satang
    return tuple(Piece(due, satang, paid, part) for (due, paid, part), satang in joined.items())


def warned(letters: Iterable[Letter], on: date) -> Warned:
    """Return what a payment on a day is in view of the warning letters received by then.

    Source: Act s.68, s.69.
    """
    received = [letter for letter in letters if letter.received_on and letter.received_on <= on]
    if not received:
        return "not_received"
    # The first letter received sets the time; another letter later does not give the time again.
    first = min(received, key=lambda letter: (letter.received_on or on, letter.pay_by))
    return "within_time" if on <= first.pay_by else "after_time"


def _lost(pieces: Iterable[Piece], as_of: date) -> bool:
    """Tell whether the right to pay in parts is lost: a part was not paid by its day."""
    return any(piece.part and (piece.paid_on or as_of) > piece.due_on for piece in pieces)


def _charged(
    law: Law, bill: Bill, slices: Sequence[Slice], pieces: Sequence[Piece], as_of: date
) -> tuple[Amounts, tuple[Step, ...]]:
    """Return all that is due for a bill up to a day, and the working of penalty and surcharge.

    They are rounded once for the whole bill: cutting tax into pieces neither makes nor loses a satang.
    """
    exact = Amounts()
    steps: list[Step] = []
    parts = [Part(piece.due_on, piece.satang, piece.paid_on) for piece in pieces if piece.part]
    if parts:
        fine = [replace(part, amount_satang=part.amount_satang * _FINE) for part in parts]
        exact += Amounts(0, 0, missed_charge(law, fine, as_of=as_of).surcharge_satang)
        steps += missed_charge(law, parts, as_of=as_of).steps
    for piece in pieces:
        on = piece.paid_on or as_of
        if not piece.part and on > piece.due_on:
            exact += _late(law, bill, replace(piece, satang=piece.satang * _FINE), on)[0]
            steps += _late(law, bill, piece, on)[1]
    rounding = law.choice("signboard.setting.rounding" if bill.kind == "sign" else "collection.setting.rounding")
    penalty, surcharge = (satang(Fraction(part, _FINE), rounding) for part in (exact.penalty, exact.surcharge))
    return Amounts(sum(one.satang for one in slices), bill.fixed_satang + penalty, surcharge), tuple(steps)


def _late(law: Law, bill: Bill, piece: Piece, on: date) -> tuple[Amounts, tuple[Step, ...]]:
    if bill.kind == "sign":
        extra = late_extra(law, piece.satang, due_on=piece.due_on, paid_on=on)
        return Amounts(0, 0, extra.extra_satang), extra.steps
    stage, extended = warned(bill.letters, on), bill.extended_to
    late = late_charge(law, piece.satang, due_on=piece.due_on, paid_on=on, warning=stage, extended_to=extended)
    return Amounts(0, late.penalty_satang, late.surcharge_satang), late.steps


def _netted(balance: Amounts, back: int) -> tuple[Amounts, int]:
    """Return what is owed and what was paid too much, one set against the other so that only one is left."""
    left = dict(zip(COMPONENTS, _parts(balance), strict=True))
    credit = sum(-min(0, amount) for amount in left.values()) - back
    owed = {name: max(0, amount) for name, amount in left.items()}
    if credit < 0:
        owed["tax"] -= credit
    for name in ("surcharge", "penalty", "tax"):
        used = min(max(0, credit), owed[name])
        credit, owed[name] = credit - used, owed[name] - used
    return Amounts(**owed), max(0, credit)


def allocate(owed: Amounts, paid_satang: int, order: Order) -> Amounts:
    """Return what a payment is for. The Act is silent on payments that do not cover all; ``order`` is a setting.

    Source: Civil and Commercial Code s.329 (interest before the debt itself) for ``extras_first``.

    >>> allocate(Amounts(900, 90, 27), 100, "extras_first")
    Amounts(tax=0, penalty=73, surcharge=27)

    Raises:
        ValueError: more is paid than owed, or nothing.
    """
    if not 0 < paid_satang <= owed.total:
        raise ValueError(paid_satang)
    if order == "proportional":
        return _in_proportion(owed, paid_satang)
    given, left = dict.fromkeys(COMPONENTS, 0), paid_satang
    for name in _ORDERS[order]:
        given[name] = min(left, getattr(owed, name))
        left -= given[name]
    return Amounts(**given)


def _in_proportion(owed: Amounts, paid_satang: int) -> Amounts:
    return Amounts(*spread(paid_satang, _parts(owed)))


def spread(satang_n: int, weights: Sequence[int]) -> list[int]:
    """Return shares of a sum in whole satang by weight, adding up to it: the largest remainders get the rest.

    >>> spread(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [divmod(satang_n * weight, whole) for weight in weights]
    given = [share for share, _ in shares]
    for i in sorted(range(len(weights)), key=lambda i: -shares[i][1])[: satang_n - sum(given)]:
        given[i] += 1
    return given
