"""Months counted as the Civil and Commercial Code counts them, and shares of money rounded once."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from fractions import Fraction

MONTHS_OF_A_YEAR = 12
ONE_DAY = timedelta(days=1)


def months_late(due_on: date, paid_on: date) -> int:
    """Return the months, a part counting as a whole one, from the day after ``due_on`` to ``paid_on``.

    A month that begins on the 16th ends on the 15th; where the last month has no such day it ends with that month:
    late from 31 January, the first month ends on 28 or 29 February and the second on 30 March.

    Source: Land and Building Tax Act s.70 ("from the day after, a part of a month is a month"); Civil and Commercial
    Code s.193/5 para 2.

    >>> months_late(date(2026, 6, 30), date(2026, 7, 31)), months_late(date(2026, 6, 30), date(2026, 8, 1))
    (1, 2)
    """
    begins = due_on + ONE_DAY
    if paid_on < begins:
        return 0
    months = (paid_on.year - begins.year) * MONTHS_OF_A_YEAR + paid_on.month - begins.month
    return months + (paid_on > last_day(begins, months))


def last_day(begins: date, months: int) -> date:
    """Return the last day of so many months that begin on a day.

    >>> last_day(date(2025, 1, 31), 1), last_day(date(2025, 1, 31), 2)
    (datetime.date(2025, 2, 28), datetime.date(2025, 3, 30))
    """
    years, month = divmod(begins.month - 1 + months, MONTHS_OF_A_YEAR)
    year, month = begins.year + years, month + 1
    longest = calendar.monthrange(year, month)[1]
    return date(year, month, longest) if begins.day > longest else date(year, month, begins.day) - ONE_DAY


def satang(amount: Fraction, rounding: str) -> int:
    """Return an exact amount of satang as whole satang: ``half_up``, or ``down``."""
    half = Fraction(1, 1 + 1) if rounding == "half_up" else Fraction(0)
    return int((amount + half) // 1)
