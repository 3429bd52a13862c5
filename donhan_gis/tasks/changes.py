"""What a tax was and what it becomes, by taxpayer, parcel, class or village, as a table whose sums agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from donhan_gis.field import Field, Kind
from donhan_gis.i18n import text
from donhan_gis.report import Table, total_of

Amounts = Mapping[str, int]
MONEY = ("before_satang", "after_satang", "difference_satang")
_HALF = 2


def change_of(before_satang: int, after_satang: int) -> str:
    """Return the code of a change (code list ``tax_change``).

    >>> change_of(0, 5), change_of(100, 151), change_of(100, 120), change_of(100, 40)
    ('new', 'up_half', 'up', 'down_half')
    """
    if before_satang == after_satang:
        return "same"
    if not before_satang or not after_satang:
        return "gone" if before_satang else "new"
    by = abs(after_satang - before_satang) * _HALF > before_satang
    return ("up" if after_satang > before_satang else "down") + ("_half" if by else "")


def added_up(rows: Iterable[Mapping[str, Any]], key: str) -> dict[str, int]:
    """Return the tax of lines in satang by one of their columns; "" where it is empty."""
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row[key] or ""] += row["tax_satang"]
    return dict(sums)


def change_table(
    name: str, th: str, en: str, key: Field, before: Amounts, after: Amounts, *,
    labels: Mapping[str, str] | None = None, most: int | None = None,
) -> Table:  # fmt: skip
    """Return the changes, the largest first; those beyond ``most``, and what did not change, make one row of the rest.

    The totals are of everything, so that each table of a report ends in the same sums.
    """
    columns = (
        key,
        Field("before_satang", Kind.MONEY, "เดิม", "Before", unit="บาท"),
        Field("after_satang", Kind.MONEY, "ใหม่", "After", unit="บาท"),
        Field("difference_satang", Kind.MONEY, "ผลต่าง", "Difference", unit="บาท"),
        Field("change", Kind.CHOICE, "การเปลี่ยนแปลง", "Change", choices="tax_change"),
    )
    pairs: list[tuple[str, int, int]] = [
        (code, before.get(code, 0), after.get(code, 0)) for code in {**before, **after}
    ]
    pairs.sort(key=lambda pair: (-abs(pair[2] - pair[1]), str(pair[0])))
    changed = [pair for pair in pairs if pair[1] != pair[2]] if most is not None else pairs
    shown = changed[:most]
    rows = [_row(_label(code, labels, key), was, now) for code, was, now in shown]
    told = set(shown)
    rest = [pair for pair in pairs if pair not in told]
    if rest:
        label = text("change.rest", n=f"{len(rest):,}")
        was, now = sum(pair[1] for pair in rest), sum(pair[2] for pair in rest)
        rows.append([label, was, now, now - was, None])
    return Table(name, th, en, columns, rows, total_of(columns, rows, MONEY))


def _label(code: str, labels: Mapping[str, str] | None, key: Field) -> str:
    if labels is None:
        return code
    return labels.get(code) or (text("change.none") if key.kind is Kind.TEXT else code)


def _row(label: str, before: int, after: int) -> list[Any]:
    return [label, before, after, after - before, change_of(before, after)]


def sums_agree(tables: Sequence[Table]) -> bool:
    """Say whether all tables of changes end in the same sums."""
    ends = {tuple((table.totals or [])[1:4]) for table in tables}
    return len(ends) == 1
