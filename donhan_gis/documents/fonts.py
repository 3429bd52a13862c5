"""What the shipped fonts can print: a letter they lack would come out as an empty box, and nobody would be told."""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import Any

from donhan_gis.paths import FONTS

REGULAR = FONTS / "Sarabun-Regular.ttf"
_SEGMENTS = 4  # the form of a character map in which Sarabun keeps its letters


def unprintable(data: Any) -> str:
    """Return the letters in a paper's data that the font lacks, each once; empty when all can be printed.

    >>> unprintable({"names": ["ผู้ใหญ่ปั๊มน้ำ", "王"], "amount": "1,234.50"})
    '王'
    """
    if isinstance(data, str):
        return "".join(sorted({letter for letter in data if ord(letter) not in letters() and not letter.isspace()}))
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list | tuple) else ()
    return "".join(sorted(set("".join(unprintable(part) for part in parts))))


@cache
def letters(font: Path = REGULAR) -> frozenset[int]:
    """Return the code points that a font has shapes for.

    Source: OpenType specification 1.9, table ``cmap``, subtable format 4 (Microsoft, ISO/IEC 14496-22).

    Raises:
        ValueError: the font has no character map of the common form.
    """
    table = _table(font.read_bytes(), b"cmap")
    count = struct.unpack_from(">H", table, 2)[0]
    for record in range(count):
        offset = struct.unpack_from(">HHI", table, 4 + 8 * record)[2]
        if struct.unpack_from(">H", table, offset)[0] == _SEGMENTS:
            return frozenset(_segment_letters(table[offset:]))
    raise ValueError(font.name)


def _table(file: bytes, tag: bytes) -> bytes:
    count = struct.unpack_from(">H", file, 4)[0]
    for record in range(count):
        name, _, offset, length = struct.unpack_from(">4sIII", file, 12 + 16 * record)
        if name == tag:
            return file[offset : offset + length]
    raise ValueError(tag)


def _segment_letters(map_: bytes) -> set[int]:
    """Return the letters of a segment map; the closing segment 0xFFFF is no letter."""
    segments = struct.unpack_from(">H", map_, 6)[0] // 2
    ends = struct.unpack_from(f">{segments}H", map_, 14)
    starts = struct.unpack_from(f">{segments}H", map_, 16 + 2 * segments)
    return {code for start, end in zip(starts, ends, strict=True) for code in range(start, end + 1) if code != 0xFFFF}
