"""Declarations as QGIS expressions: conditions in SQL, row titles, limits of a field, computed values.

The SQL of declarations is a subset that QGIS reads as it stands; what differs is put right here.
"""

from __future__ import annotations

import re
from itertools import takewhile

from donhan_gis.field import NUMBERS, Field, Kind
from donhan_gis.i18n import text
from donhan_gis.register import Computed, Number, Register, Registers

_PART = re.compile(r"\{(\w+)(?:\.(\w+))?(?::0(\d+))?\}")
_MEASURES = {"st_area(geom)": "area($geometry)", "st_length(geom)": "length($geometry)"}
_TODAY = "to_date(now())"


def layer_id(register: str) -> str:
    """Return the id of the layer of a register or view; QGIS replaces ids of ten letters or fewer."""
    return f"donhan_layer_{register}"


def column(name: str) -> str:
    """Return a column as an expression names it."""
    return f'"{name}"'


def literal(value: str | int | float | bool) -> str:
    """Return a value as an expression writes it.

    >>> literal("เสา 'ก'")
    "'เสา ''ก'''"
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else "'" + value.replace("'", "''") + "'"


def condition(sql: str) -> str:
    """Return a rule as a constraint: what is not known counts as kept, as in the database.

    >>> condition("watt > 0")
    'coalesce((watt > 0), true)'
    """
    return f"coalesce(({sql}), true)"


def referred(register: str, uid: str, name: str) -> str:
    """Return the value ``name`` of the row of a register that the expression ``uid`` points at."""
    return f"attribute(get_feature('{layer_id(register)}', 'uid', {uid}), '{name}')"


def title(register: Register, registers: Registers) -> str:
    """Return the expression of a row's label, made of the register's ``title``."""
    pattern = register.title or "{" + register.columns[0] + "}"
    return f"trim({' || '.join(_parts(pattern, register, registers, labels=True))})"


def _parts(pattern: str, register: Register, registers: Registers, *, labels: bool) -> list[str]:
    parts, end = [], 0
    for found in _PART.finditer(pattern):
        if pattern[end : found.start()]:
            parts.append(literal(pattern[end : found.start()]))
        value = _value(register.field(found[1]), found[2], registers, labels=labels)
        padded = f"lpad(to_string({value}), {found[3]}, '0')" if found[3] else value
        parts.append(f"coalesce({padded}, '')")
        end = found.end()
    return parts + ([literal(pattern[end:])] if pattern[end:] else [])


def _value(field: Field, inner: str | None, registers: Registers, *, labels: bool) -> str:
    if field.kind is Kind.REF:
        return referred(field.to, column(field.name), inner or registers[field.to].columns[0])
    if labels and field.kind is Kind.CHOICE:
        return f"represent_value({column(field.name)})"
    return column(field.name)


def next_number(register: Register, registers: Registers, number: Number) -> str:
    """Return the code a new row gets: the prefix of its scope and the number after the highest there is."""
    before, _, after = number.pattern.partition("{seq")
    digits = "".join(takewhile(str.isdigit, after.removeprefix(":"))) or "1"
    prefix = " || ".join(_parts(before, register, registers, labels=False)) or "''"
    field = column(number.field)
    highest = (
        f"aggregate(@layer, 'max', to_int(substr({field}, length(@prefix) + 1)), "
        f"left({field}, length(@prefix)) = @prefix and regexp_match(substr({field}, length(@prefix) + 1), '^[0-9]+$'))"
    )
    return (
        f"with_variable('prefix', {prefix}, @prefix || lpad(to_string(coalesce({highest}, 0) + 1), {int(digits)}, '0'))"
    )


def default(field: Field) -> str:
    """Return the expression of a field's default; empty where there is none."""
    if field.default is None:
        return ""
    if field.default == "today()":
        return _TODAY
    return literal(field.default)


def limits(field: Field) -> list[tuple[str, str]]:
    """Return (expression, Thai sentence) of each limit that a form can check on one field."""
    name, found = column(field.name), []
    if field.kind in NUMBERS and field.minimum is not None:
        found.append((f"{name} >= {field.minimum:.12g}", text("qgis.min", limit=f"{field.minimum:,.12g}")))
    if field.kind in NUMBERS and field.maximum is not None:
        found.append((f"{name} <= {field.maximum:.12g}", text("qgis.max", limit=f"{field.maximum:,.12g}")))
    if field.pattern:
        whole = literal(f"^(?:{field.pattern})$".replace("\\", "\\\\"))
        found.append((f"regexp_match({name}, {whole}) > 0", text("qgis.pattern", help=field.help_th).strip()))
    if field.kind is Kind.PERSON_ID:
        found.append((_check_digit(name), text("qgis.person_id")))
    return found


def _check_digit(name: str) -> str:
    """Return the check of a 13-digit number: weights 13 down to 2, modulo 11 (as `thai.person_id_ok`)."""
    weighed = f"array_foreach(generate_series(1, 12), to_int(substr({name}, @element, 1)) * (14 - @element))"
    return f"length({name}) = 13 and (11 - array_sum({weighed}) % 11) % 10 = to_int(right({name}, 1))"


def computed(value: Computed, register: Register) -> str:
    """Return a computed value as an expression: worked out on the row, or read from the register's view."""
    if "select" in value.sql.lower():
        return referred(f"{register.name}_view", column("uid"), value.name)
    sql = value.sql
    for measure, expression in _MEASURES.items():
        sql = sql.replace(measure, expression)
    return sql


def columns_in(sql: str, register: Register) -> list[str]:
    """Return the register's columns that a condition names, in the order it names them."""
    without_texts = re.sub(r"'[^']*'", "", sql)
    names = re.findall(r"\b[a-z_]\w*\b", without_texts)
    return [name for name in dict.fromkeys(names) if name in register.columns]
