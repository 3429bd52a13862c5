"""Declared registers compared with the tables a project has, and the steps that bring it forward.

Columns are never dropped: ``was`` renames, what is no longer declared stays. Every step runs in one transaction, after
a copy of the file was kept beside it.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable

from donhan_gis.field import Field
from donhan_gis.register import Register, Registers
from donhan_gis.store import schema

# The layout of the system's own tables. A change to it adds a step below and raises this number.
FORMAT = 1
STEPS: dict[int, Callable[[sqlite3.Connection], None]] = {}


def fingerprint(registers: Registers) -> str:
    """Return the hash of all that shapes the tables: declarations, code lists and the SQL made of them."""
    sql = [(schema.table_sql(r), schema.trigger_sql(r), schema.view_sql(r)) for r in registers.values()]
    said = repr([*registers.values(), sorted(registers.choices.items()), sql])
    return hashlib.sha256(said.encode()).hexdigest()


def create_all(connection: sqlite3.Connection, registers: Registers) -> None:
    """Make every table, trigger and view of an empty database."""
    connection.executescript(schema.base_sql())
    connection.execute("BEGIN")
    for register in registers.values():
        _run(connection, schema.table_sql(register))
    _finish(connection, registers)
    connection.execute("COMMIT")


def bring_forward(connection: sqlite3.Connection, registers: Registers, found_format: int) -> None:
    """Run the steps the file has not had, then add the tables and columns that were declared since."""
    for number in range(found_format + 1, FORMAT + 1):
        STEPS[number](connection)
    have = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    for register in registers.values():  # all at first: renaming a column reads every view and trigger
        _run(connection, schema.drop_triggers_sql(register))
        _run(connection, [f'DROP VIEW IF EXISTS "{register.name}_view"'])
    for register in registers.values():
        if register.name not in have:
            _run(connection, schema.table_sql(register))
        else:
            _add_columns(connection, register)
            _run(connection, schema.index_sql(register))
            _run(connection, schema.contents_sql(register.name, register.th, register))
    _finish(connection, registers)


def _add_columns(connection: sqlite3.Connection, register: Register) -> None:
    table = schema.quoted(register.name)
    have = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
    for field in register.fields:
        if field.was and field.was in have and field.name not in have:
            old, new = schema.quoted(field.was), schema.quoted(field.name)
            connection.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
        elif field.name not in have:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {_addable(field)}")


def _addable(field: Field) -> str:
    """Return a column that can be added to rows already there: without NOT NULL, which they could not meet."""
    return schema.column_sql(field).replace(" NOT NULL", "")


def _finish(connection: sqlite3.Connection, registers: Registers) -> None:
    for register in registers.values():
        _run(connection, schema.trigger_sql(register))
        _run(connection, schema.view_sql(register))
    connection.execute("DELETE FROM donhan_choice")
    connection.executemany("INSERT INTO donhan_choice VALUES (?, ?, ?, ?, ?)", schema.choice_rows(registers))
    connection.executemany(
        "INSERT OR REPLACE INTO donhan_meta VALUES (?, ?)",
        [("format", str(FORMAT)), ("fingerprint", fingerprint(registers))],
    )


def _run(connection: sqlite3.Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(statement)
