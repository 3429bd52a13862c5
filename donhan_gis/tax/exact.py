"""Exact decimal amounts in columns: whole satang and twenty-four decimals in three int64 arrays.

Values carry at most 12 decimals of a satang (area, price and depreciation: 4; share of use: 4; share of floor: 4),
tax 6 more (the rate) and 4 more (the cuts), so every step below is exact and the only rounding is the last one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

LIMB = 10**12
KEPT_BYTES = 31 * 2**20  # just below the largest block the C library learns from
SAFE = 2.0**62  # products below it, counted in floats, fit int64
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Exact:
    """Satang as ``whole + high / LIMB + low / LIMB**2``; ``high`` and ``low`` in [0, LIMB), ``whole`` may be negative.

    >>> third = Exact.of(np.array([1])).times(np.array([3333]), 10_000)
    >>> third.whole, third.high
    (array([0]), array([333300000000]))
    """

    whole: Ints
    high: Ints
    low: Ints

    @staticmethod
    def of(whole: Ints) -> Exact:
        """Return whole satang as exact amounts."""
        zeros = np.zeros(len(whole), np.int64)
        return Exact(whole, zeros, zeros)

    @staticmethod
    def ratio(number: Ints, per: int) -> Exact:
        """Return ``number / per`` satang, where ``per`` divides LIMB."""
        whole = number // per
        return Exact(whole, (number - whole * per) * (LIMB // per), np.zeros(len(number), np.int64))

    @staticmethod
    def cut(amounts: Iterable[Fraction]) -> Exact:
        """Return fractions of satang cut at the 24th decimal."""
        counted = [int(amount * LIMB * LIMB) for amount in amounts]
        limbs = [(units // LIMB // LIMB, units // LIMB % LIMB, units % LIMB) for units in counted]
        columns = np.array(limbs, np.int64).reshape(len(limbs), 1 + 1 + 1)
        return Exact(columns[:, 0], columns[:, 1], columns[:, 1 + 1])

    def __len__(self) -> int:
        return len(self.whole)

    def take(self, index: Ints | Mask) -> Exact:
        """Return the amounts at an index or mask."""
        return Exact(self.whole[index], self.high[index], self.low[index])

    def put(self, index: Ints | Mask, other: Exact) -> Exact:
        """Return a copy with ``other`` written at the index."""
        columns = [self.whole.copy(), self.high.copy(), self.low.copy()]
        for column, values in zip(columns, (other.whole, other.high, other.low), strict=True):
            column[index] = values
        return Exact(*columns)

    def plus(self, other: Exact) -> Exact:
        """Return the sums row by row."""
        return carried(self.whole + other.whole, self.high + other.high, self.low + other.low)

    def minus(self, other: Exact) -> Exact:
        """Return the differences row by row."""
        return carried(self.whole - other.whole, self.high - other.high, self.low - other.low)

    def times(self, number: Ints, per: int) -> Exact:
        """Return amounts × ``number`` / ``per``; ``per`` divides LIMB and no decimal past the 24th may arise."""
        parts = []
        for limb in (self.whole, self.high, self.low):
            product = limb * number
            quotient = product // per
            parts.append((quotient, product - quotient * per))
        shift = LIMB // per
        (whole, r_whole), (high, r_high), (low, _) = parts
        return carried(whole, high + r_whole * shift, low + r_high * shift)

    def sums(self, starts: Ints) -> Exact:
        """Return the sum of each run of rows that begins at ``starts``."""
        if not len(starts):
            return Exact.of(starts)
        return carried(*(_sums(limb, starts) for limb in (self.whole, self.high, self.low)))

    def running(self) -> Exact:
        """Return the cumulative sums."""
        return carried(np.cumsum(self.whole), np.cumsum(self.high), np.cumsum(self.low))

    def positive(self) -> Mask:
        """Tell which amounts are above zero."""
        more = (self.whole > 0) | (self.high > 0) | (self.low > 0)
        return np.asarray(more & (self.whole >= 0))

    def half_up(self) -> Ints:
        """Return whole satang, half a satang counted up."""
        return self.whole + (self.high * (1 + 1) >= LIMB)

    def fractions(self) -> list[Fraction]:
        """Return the amounts as fractions of satang."""
        rows: Iterable[tuple[int, int, int]] = zip(
            self.whole.tolist(), self.high.tolist(), self.low.tolist(), strict=True
        )
        return [w + Fraction(h, LIMB) + Fraction(x, LIMB * LIMB) for w, h, x in rows]


def _sums(limb: Ints, starts: Ints) -> Ints:
    """Return the sums of runs; most columns of decimals are all nought, which is quicker seen than summed."""
    return np.add.reduceat(limb, starts) if limb.any() else np.zeros(len(starts), np.int64)


def carried(whole: Ints, high: Ints, low: Ints) -> Exact:
    """Return an amount with its limbs brought back into range; limbs may be negative or too large."""
    if low.any():
        up = low // LIMB
        high, low = high + up, low - up * LIMB
    if high.any():
        over = high // LIMB
        whole, high = whole + over, high - over * LIMB
    return Exact(whole, high, low)


def where(test: Mask, yes: Exact, no: Exact) -> Exact:
    """Return ``yes`` where the test holds and ``no`` elsewhere."""
    return Exact(
        np.where(test, yes.whole, no.whole), np.where(test, yes.high, no.high), np.where(test, yes.low, no.low)
    )


@cache
def reuse_memory() -> None:
    """Take a large block and give it back, once a process, untouched.

    The C library of Linux hands every freed column above 128 KiB to the system and must ask for it anew, page by page:
    a quarter of an assessment's time. Once a larger block was freed it keeps such columns for the next. Elsewhere this
    does nothing.
    """
    np.empty(KEPT_BYTES, np.uint8)


def runs(*keys: Ints) -> Ints:
    """Return where each run of equal keys begins in rows already sorted by them.

    >>> runs(np.array([4, 4, 7]))
    array([0, 2])
    """
    length = len(keys[0])
    if not length:
        return np.zeros(0, np.int64)
    first = np.zeros(length, np.bool_)
    first[0] = True
    for key in keys:
        first[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(first)


def run_of(starts: Ints, length: int) -> Ints:
    """Return the run number of each row."""
    marks = np.zeros(length, np.int64)
    marks[starts] = 1
    return np.cumsum(marks) - 1


def ordered(*keys: Ints) -> tuple[Ints, Ints]:
    """Return the order by all keys, the first foremost, equal rows as they came, and where each run of equals begins.

    Where they fit, keys and row number are packed into one word: sorting words is several times as fast as sorting
    row numbers by them.

    >>> ordered(np.array([2, 1, 2, 1]), np.array([0, 5, 0, 4]))
    (array([3, 1, 0, 2]), array([0, 1, 2]))
    """
    length = len(keys[0])
    packed, bits, width = np.zeros(length, np.int64), 0, 0
    for key in (*keys, np.arange(length)):
        low = int(key.min()) if length else 0
        width = (int(key.max()) - low).bit_length() if length else 0
        bits += width
        if bits >= np.iinfo(np.int64).bits - 1:
            order = np.lexsort(keys[::-1])
            return order, runs(*(key[order] for key in keys))
        packed = (packed << width) | (key - low)
    packed.sort()
    return packed & ((1 << width) - 1), runs(packed >> width)


def multiply_divide(a: Ints, b: Ints, c: Ints) -> tuple[Ints, Ints]:
    """Return quotient and remainder of ``a * b / c``, all non-negative, also where ``a * b`` passes int64."""
    quotient, remainder = a.copy(), np.zeros(len(a), np.int64)
    part = np.flatnonzero(b != c)  # most bills have one line, which takes all
    a, b, c = a[part], b[part], c[part]
    wide = a.astype(np.float64) * b > SAFE
    product = (np.where(wide, 0, a) if wide.any() else a) * b
    whole = product // c
    quotient[part] = whole
    remainder[part] = product - whole * c
    for row in np.flatnonzero(wide).tolist():
        quotient[part[row]], remainder[part[row]] = divmod(int(a[row]) * int(b[row]), int(c[row]))
    return quotient, remainder


def apportion(total: Ints, weight: Ints, group: Ints) -> Ints:
    """Split whole satang over the rows of each group by weight; the largest remainders get the odd satang.

    ``total`` holds each group's amount by group number; ``group`` is ascending; groups without weight get nothing.
    """
    starts = runs(group)
    run = run_of(starts, len(group))
    whole_weight = np.add.reduceat(weight, starts)[run] if len(group) else weight
    share, rest = multiply_divide(total[group], weight, np.maximum(whole_weight, 1))
    left = total[group[starts]] - np.add.reduceat(share, starts) if len(group) else share
    one = left == 1
    if one.any():  # most bills with an odd satang have one: no need to rank their lines
        share[_largest(rest, weight, starts, run, one)] += 1
        left = np.where(one, 0, left)
    need = np.flatnonzero((left[run] > 0) & (weight > 0))
    if not len(need):
        return share
    order = need[ordered(run[need], -rest[need])[0]]
    their_run = run[order]
    begins = runs(their_run)
    rank = np.arange(len(order)) - begins[run_of(begins, len(order))]
    share[order[rank < left[their_run]]] += 1
    return share


def _largest(rest: Ints, weight: Ints, starts: Ints, run: Ints, wanted: Mask) -> Ints:
    """Return the row of the largest remainder of each run wanted, the first of equals; rows without weight are out."""
    rest = np.where(weight > 0, rest, -1)
    top = np.flatnonzero((rest == np.maximum.reduceat(rest, starts)[run]) & wanted[run] & (weight > 0))
    return np.asarray(top[runs(run[top])])
