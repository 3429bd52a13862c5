"""Validation of a row: its fields' limits, then its register's rules, run as the SQL they are written in."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from donhan_gis.field import Field, Problem, problems
from donhan_gis.register import Register, Registers
from donhan_gis.store.schema import quoted


def row_problems(registers: Registers, register: Register, row: Mapping[str, Any]) -> list[Problem]:
    """Return all that is wrong with a row's own values; a rule is broken only when false, not when null."""
    connection = sqlite3.connect(":memory:")
    try:
        applying = [field for field in register.fields if applies(field, register, row, connection)]
        found = [p for f in applying for p in problems(f, row.get(f.name), choices=registers.choices_of(f))]
        broken = [rule for rule in register.rules if truth(rule.sql, register, row, connection) is False]
    finally:
        connection.close()
    return found + [
        Problem("", f"rule.{rule.level}", {"message": {"th": rule.th, "en": rule.en}, "rule": rule.id})
        for rule in broken
    ]


def applies(field: Field, register: Register, row: Mapping[str, Any], connection: sqlite3.Connection) -> bool:
    """Say whether a field with an ``only`` condition is meant for this row."""
    return not field.only or truth(field.only, register, row, connection) is not False


def truth(sql: str, register: Register, row: Mapping[str, Any], connection: sqlite3.Connection) -> bool | None:
    """Return whether an SQL condition holds for a row's values; None where it cannot be told (null)."""
    columns = ", ".join(f"? AS {quoted(name)}" for name in register.columns)
    values = [row.get(name) for name in register.columns]
    (result,) = connection.execute(f"SELECT ({sql}) FROM (SELECT {columns})", values).fetchone()
    return None if result is None else bool(result)
