"""Codes given by the system: one running number per scope, taken inside the transaction that uses it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from donhan_gis.errors import InvalidInput
from donhan_gis.register import Number, Register
from donhan_gis.store.schema import quoted
from donhan_gis.store.titles import fill_number, number_parts
from donhan_gis.thai import be_year, fiscal_year_be


def give_numbers(connection: sqlite3.Connection, register: Register, rows: Sequence[dict[str, Any]]) -> None:
    """Fill in the numbered field of the rows that lack it; a code already in use is passed over.

    Raises:
        InvalidInput: a gapless number is given by hand, or the date that tells its year is missing.
    """
    number = register.number
    if number is None:
        return
    given = {row.get(number.field) for row in rows}  # codes that stand further down in the same batch
    for row in rows:
        if row.get(number.field):
            if number.gapless:
                raise InvalidInput("store.number_given", field=number.field, register=register.th)
            continue
        year = _year(number, row)
        scope = "|".join([*(str(row.get(name) or "") for name in number.scope), *([str(year)] if year else [])])
        while True:
            sequence = _next(connection, register.name, scope)
            counted = {"seq": sequence, "year": year}
            code = fill_number(number.pattern, _values(connection, register, row, counted))
            if code not in given and not _in_use(connection, register, code):
                break
        row[number.field] = code


def _next(connection: sqlite3.Connection, register: str, scope: str) -> int:
    sql = (
        "INSERT INTO donhan_sequence VALUES (?, ?, 1) "
        "ON CONFLICT (register, scope) DO UPDATE SET last = last + 1 RETURNING last"
    )
    return int(connection.execute(sql, [register, scope]).fetchone()[0])


def _year(number: Number, row: dict[str, Any]) -> int | None:
    """Return the year (B.E.) within which a row is counted; None where the count never begins anew."""
    if not number.reset:
        return None
    try:
        day = date.fromisoformat(str(row.get(number.date))[:10])
    except ValueError as error:
        raise InvalidInput("store.number_needs_date", field=number.date) from error
    return fiscal_year_be(day) if number.reset == "fiscal_year" else be_year(day)


def _values(
    connection: sqlite3.Connection, register: Register, row: dict[str, Any], counted: dict[str, int | None]
) -> list[Any]:
    assert register.number is not None
    counting = counted if register.number.reset else {"seq": counted["seq"]}
    values: list[Any] = []
    for name, inner, _format in number_parts(register.number.pattern):
        if name in counting:
            values.append(counting[name])
        elif inner:
            target = register.field(name).to
            found = connection.execute(
                f"SELECT {quoted(inner)} FROM {quoted(target)} WHERE uid = ?", [row.get(name)]
            ).fetchone()
            values.append(found[0] if found else "")
        else:
            values.append(row.get(name))
    return values


def _in_use(connection: sqlite3.Connection, register: Register, code: str) -> bool:
    assert register.number is not None
    sql = f"SELECT 1 FROM {quoted(register.name)} WHERE {quoted(register.number.field)} = ?"
    return connection.execute(sql, [code]).fetchone() is not None
