"""What a file may call a row of a register: its own keys, its title, and the ways people write it.

A name that fits several rows leads to all of them, so that nobody is taken by chance.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from donhan_gis import thai
from donhan_gis.paths import DATA
from donhan_gis.register import Register

_DASHED_NUMBER = re.compile(r"\d([ \-–]?\d){12}")  # an identity number with or without its dashes


@cache
def _written_so() -> Mapping[str, list[str]]:
    """Return the ways of writing a row by register, from ``data/mapping/_naming.toml``."""
    data = tomllib.loads((DATA / "mapping" / "_naming.toml").read_text(encoding="utf-8"))
    return {register: entry["written"] for register, entry in data["register"].items()}


def bare(written: str) -> str:
    """Return a name without what carries no meaning: Thai digits, double blanks, dashes of an identity number.

    >>> bare("๑-๒๓๔๕-๖๗๘๙๐-๑๒-๑"), bare(" นาย ก้อง  ทดสอบ "), bare("01a001")
    ('1234567890121', 'นาย ก้อง ทดสอบ', '01a001')
    """
    clean = thai.arabic_digits(thai.normalise(" ".join(written.split()))).casefold()
    return re.sub(r"\D", "", clean) if _DASHED_NUMBER.fullmatch(clean) else clean


def fields_of(register: Register) -> list[str]:
    """Return the fields whose values name a row of the register."""
    asked = [name for pattern in _written_so().get(register.name, ()) for name in re.findall(r"{(\w+)", pattern)]
    return list(dict.fromkeys([name for name in (*_keys(register), *asked) if name in register.columns]))


def _keys(register: Register) -> list[str]:
    return [field.name for field in register.fields if field.unique] or list(register.search) or [register.columns[0]]


def names_of(
    register: Register, rows: Sequence[Mapping[str, Any]], titles: Iterable[tuple[str, str]]
) -> dict[str, tuple[str, ...]]:
    """Return the uids that each bare name leads to.

    ``rows`` hold ``uid`` and the fields of `fields_of`; ``titles`` are (uid, title). A uid comes before a key, a key
    before any other way of writing.
    """
    keys = [name for name in _keys(register) if name in register.columns]
    patterns = _written_so().get(register.name, ())
    ranks = [
        [(row["uid"], row["uid"]) for row in rows],
        [(row["uid"], str(row[name])) for row in rows for name in keys if row[name] not in (None, "")],
        [*titles, *((row["uid"], told) for row in rows for pattern in patterns if (told := _told(pattern, row)))],
    ]
    found: dict[str, tuple[str, ...]] = {}
    for rank in reversed(ranks):
        found |= _by_name(rank)
    return found


def _by_name(named: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for uid, name in named:
        groups[bare(name)][uid] = None
    return {name: tuple(uids) for name, uids in groups.items() if name}


def _told(pattern: str, row: Mapping[str, Any]) -> str:
    """Return a row written after a pattern; nothing where none of the pattern's fields has a value."""
    names = re.findall(r"{(\w+)", pattern)
    if all(row[name] in (None, "") for name in names):
        return ""
    return pattern.format(**{name: "" if row[name] is None else row[name] for name in names})
