"""What the loader refuses in a declaration: names that lead nowhere and SQL that a database would refuse."""

from __future__ import annotations

import difflib
import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from donhan_gis.errors import DeclarationError
from donhan_gis.field import PRIVACY_LEVELS, Field, Kind

if TYPE_CHECKING:
    from donhan_gis.register import Register, Registers

GEOMETRIES = ("None", "Point", "MultiPoint", "MultiLineString", "MultiPolygon", "Geometry")
MARKERS = ("circle", "square", "triangle", "diamond", "star", "cross")
LEVELS = ("error", "warning")
RESETS = ("fiscal_year", "calendar_year")
CHECKS = ("within_boundary", "no_overlap", "near", "no_cycle", "shares_sum_to_one", "inside_parent", "near_line")
# Columns that every table has; a declared field may not take their names.
SYSTEM_COLUMNS = ("fid", "uid", "rev", "created_at", "created_by", "updated_at", "updated_by", "geom")
# SQLite, PostgreSQL and QGIS read these differently, so a rule on a row may not use them.
_UNSAFE_IN_RULES = re.compile(r"\b(between|like|round|ilike|glob|regexp)\b|/", re.IGNORECASE)


def _nearest(name: str, valid: Any) -> str:
    return next(iter(difflib.get_close_matches(name, [str(v) for v in valid], 1)), "-")


def known(name: str, valid: Any, *, file: str, key: str) -> None:
    """Refuse a name that is not among the valid ones, and suggest the nearest.

    Raises:
        DeclarationError: it is not; file and key say where it stands.
    """
    if name not in valid:
        raise DeclarationError("declaration.unknown", file=file, key=key, name=name, nearest=_nearest(name, valid))


def check_registers(registers: Registers) -> None:
    """Refuse declarations that do not fit together.

    Raises:
        DeclarationError: it names file and key, and the nearest valid name.
    """
    for register in registers.values():
        _check_names(register, registers)
    _check_sql(registers)


def _check_names(register: Register, registers: Registers) -> None:
    """Refuse a register whose names do not lead anywhere."""
    file = f"{register.name}.toml"
    all_names = [*register.columns, *(computed.name for computed in register.computed)]
    for name in all_names:
        if all_names.count(name) > 1 or name in SYSTEM_COLUMNS:
            raise DeclarationError("declaration.duplicate", file=file, key=name)
    known(register.group, {group.id for group in registers.groups}, file=file, key="group")
    known(register.geometry, GEOMETRIES, file=file, key="geometry")
    known(register.privacy, PRIVACY_LEVELS, file=file, key="privacy")
    for name in (*register.list, *register.search, *(n for names in register.unique_together for n in names)):
        known(name, all_names, file=file, key="list, search, unique_together")
    for field in register.fields:
        _check_field(field, register, registers)
    _check_patterns(register, registers)
    _check_rules(register, registers)
    for computed in register.computed:
        known(computed.choices, {*registers.choices, ""}, file=file, key=f"computed {computed.name}")
    if register.style:
        known(register.style.marker, MARKERS, file=file, key="style")
        for used in (register.style.by, register.style.label):
            known(used, {*all_names, ""}, file=file, key="style")
    for child in register.children:
        known(child.register, registers, file=file, key="child")
        known(child.via, registers[child.register].columns, file=file, key=f"child {child.register}")


def _check_rules(register: Register, registers: Registers) -> None:
    file = f"{register.name}.toml"
    for rule in register.rules:
        known(rule.level, LEVELS, file=file, key=f"rule {rule.id}")
        if found := _UNSAFE_IN_RULES.search(rule.sql):
            raise DeclarationError("declaration.unsafe_rule", file=file, key=f"rule {rule.id}", word=found.group())
    for check in register.checks:
        known(check.name, CHECKS, file=file, key=f"check {check.id}")
        known(check.via, {*register.columns, ""}, file=file, key=f"check {check.id}")
        known(check.with_, {*registers, ""}, file=file, key=f"check {check.id}")


def _check_patterns(register: Register, registers: Registers) -> None:
    """Refuse a label or a code that is made of what is not there."""
    file, number = f"{register.name}.toml", register.number
    own: tuple[str, ...] = ()
    if number:
        for name in (number.field, *number.scope, *([number.date] if number.reset else [])):
            known(name, register.columns, file=file, key="number")
        known(number.reset, ("", *RESETS), file=file, key="number")
        own = ("seq", "year") if number.reset else ("seq",)
    for pattern, more, key in ((register.title, (), "title"), (number.pattern if number else "", own, "number")):
        for name, inner in re.findall(r"\{(\w+)(?:\.(\w+))?", pattern):
            known(name, (*register.columns, *more), file=file, key=key)
            if inner:
                to = register.field(name).to
                known(to, registers, file=file, key=key)
                known(inner, registers[to].columns, file=file, key=key)


def _check_sql(registers: Registers) -> None:
    """Refuse conditions and computed values that a database would refuse."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for name in ("st_area", "st_length"):
            connection.create_function(name, 1, lambda _shape: None)
        for register in registers.values():
            columns = ", ".join(f'"{name}"' for name in (*SYSTEM_COLUMNS, *register.columns))
            connection.execute(f'CREATE TABLE "{register.name}" ({columns})')
        for register in registers.values():
            row = ", ".join(f'NULL AS "{name}"' for name in register.columns)
            for rule in register.rules:
                _plan(connection, f"SELECT ({rule.sql}) FROM (SELECT {row})", register, f"rule {rule.id}")
            if register.amend:
                for name in register.amend.fields:
                    known(name, register.columns, file=f"{register.name}.toml", key="amend")
                _plan(connection, f"SELECT ({register.amend.when}) FROM (SELECT {row})", register, "amend")
            for field in register.fields:
                if field.only:
                    _plan(connection, f"SELECT ({field.only}) FROM (SELECT {row})", register, f"field {field.name}")
            for computed in register.computed:
                sql = f'SELECT ({computed.sql}) FROM "{register.name}"'
                _plan(connection, sql, register, f"computed {computed.name}")


def _plan(connection: sqlite3.Connection, sql: str, register: Register, key: str) -> None:
    try:
        connection.execute(f"EXPLAIN {sql}")
    except sqlite3.Error as error:
        raise DeclarationError("declaration.sql", file=f"{register.name}.toml", key=key, said=str(error)) from error


def _check_field(field: Field, register: Register, registers: Registers) -> None:
    file, key = f"{register.name}.toml", f"field {field.name}"
    if field.kind is Kind.REF:
        known(field.to, registers, file=file, key=key)
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        known(field.choices, registers.choices, file=file, key=key)
    known(field.privacy, PRIVACY_LEVELS, file=file, key=key)
    if field.section or register.sections:
        known(field.section, {section.id for section in register.sections}, file=file, key=key)
