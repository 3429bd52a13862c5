"""Texts in Thai and English, read from ``data/locale/*.toml``.

One file an area; each entry is ``["area.name"]`` with ``th`` and ``en``, where ``{value}`` is filled in.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, Literal

from donhan_gis.paths import LOCALE

Language = Literal["th", "en"]
LANGUAGES: tuple[Language, ...] = ("th", "en")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every text by its code.

    Raises:
        ValueError: a code stands in two files, or an entry lacks a language (a fault of this program, not of its user).
    """
    texts: dict[str, dict[str, str]] = {}
    for file in sorted(LOCALE.glob("*.toml")):
        for code, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in texts or set(entry) != set(LANGUAGES):
                raise ValueError(f"{file.name}: {code} must stand once, with exactly th and en")
            texts[code] = entry
    return texts


def text(code: str, language: Language = "th", **values: Any) -> str:
    """Return the text of ``code`` with ``values`` filled in.

    >>> text("cancelled", "en")
    'Stopped by the user; nothing was changed.'
    """
    return catalogue()[code][language].format(**values)
