"""Days, months and the weeks of RID's crop year (week 1 is 1-7 November, 52 weeks)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from donhan_gis.water import constants as c

Days = NDArray[np.datetime64]
Counts = NDArray[np.int64]

NO_DAY = np.datetime64("NaT", "D")


def planting_days(texts: ArrayLike) -> Days:
    """Return ISO dates as days; what is no date becomes NaT, for the engine to report.

    >>> planting_days(["2025-01-01", "2025-13-40", None, ""]).astype(str).tolist()
    ['2025-01-01', 'NaT', 'NaT', 'NaT']
    """
    values = np.asarray(texts)
    try:
        return values.astype("datetime64[D]")
    except (ValueError, TypeError):
        return np.array([_day(value) for value in values.tolist()], dtype="datetime64[D]")


def month_index(days: Days) -> Counts:
    """Return the month of each day, January as 0."""
    return days.astype("datetime64[M]").astype(np.int64) % c.MONTHS_PER_YEAR


def days_in_month(days: Days) -> Counts:
    """Return the number of days of the month in which each day lies.

    >>> days_in_month(np.array(["2024-02-10", "2025-02-10"], dtype="datetime64[D]")).tolist()
    [29, 28]
    """
    months = days.astype("datetime64[M]")
    return np.asarray(((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64))


def crop_year_start(days: ArrayLike) -> Days:
    """Return the 1 November that begins the crop year of each day.

    Source: RID ROS workbook: week 1 is 1-7 November.

    >>> crop_year_start(["2025-10-31", "2025-11-01"]).astype(str).tolist()
    ['2024-11-01', '2025-11-01']
    """
    months = np.asarray(days, dtype="datetime64[D]").astype("datetime64[M]")
    since = (months.astype(np.int64) - (c.RID_FIRST_MONTH - 1)) % c.MONTHS_PER_YEAR
    return (months - since).astype("datetime64[D]")


def crop_year_days(start: np.datetime64) -> int:
    """Return the days of the crop year that begins on ``start``: 365 or 366."""
    following = start.astype("datetime64[M]") + c.MONTHS_PER_YEAR
    return int((following.astype("datetime64[D]") - start) / np.timedelta64(1, "D"))


def week_of_day(day_of_year: Counts) -> Counts:
    """Return the week (0 to 51) of days counted from 1 November as 0; the last week takes the day or two left over.

    Source: RID ROS workbook, 52 weeks of 7 days.
    """
    return np.minimum(day_of_year // c.DAYS_PER_WEEK, c.RID_WEEKS_PER_YEAR - 1)


def week_starts(days: ArrayLike) -> Days:
    """Return the first day of the RID week in which each day lies.

    >>> str(week_starts("2009-07-09"))
    '2009-07-04'
    """
    days = np.asarray(days, dtype="datetime64[D]")
    first = crop_year_start(days)
    week = week_of_day((days - first).astype(np.int64))
    return np.asarray(first + c.DAYS_PER_WEEK * week)


def _day(value: object) -> np.datetime64:
    """Return one day, or NaT."""
    try:
        return np.datetime64(str(value), "D") if value else NO_DAY
    except ValueError:
        return NO_DAY
