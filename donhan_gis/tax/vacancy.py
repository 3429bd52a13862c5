"""Since when land has stood vacant without a break, from its yearly use history (section 43)."""

from __future__ import annotations

from collections.abc import Mapping

BREAKS, SKIPPED, COUNTS = "breaks", "skipped", "counts"


def vacant_since(history: Mapping[int, bool], year_be: int, missing: str) -> int:
    """Return the year from which section 43 counts, 0 where the year before was not vacant.

    ``history`` tells of years whether the land was vacant the whole of them. Only years before the tax year count:
    vacancy is judged by the whole year before. ``missing`` says what a year without record does: it ``breaks`` the
    run, is ``skipped`` (neither breaks nor counts), or ``counts`` where vacant years stand on both sides.

    Source: Act s.43; ministerial regulation 20 Dec 2562 (vacant in the whole previous year); missing years by
    ``setting.vacant_missing_year``.

    >>> vacant_since({2563: True, 2564: True, 2565: True}, 2566, BREAKS)
    2563
    >>> [vacant_since({2563: True, 2565: True}, 2566, rule) for rule in (BREAKS, SKIPPED, COUNTS)]
    [2565, 2564, 2563]
    """
    counted = waiting = 0
    for year in range(year_be - 1, min(history, default=year_be) - 1, -1):
        vacant = history.get(year)
        if vacant is False or (vacant is None and missing == BREAKS):
            break
        if vacant:
            counted, waiting = counted + waiting + 1, 0
        elif missing == COUNTS and counted:
            waiting += 1
    return year_be - counted if counted else 0
