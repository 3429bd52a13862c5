"""What the plugin says, in Thai or English, and its settings in the user's QGIS profile."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from qgis.core import QgsSettings

FOLDER = Path(__file__).resolve().parent
_PREFIX = "donhan_gis"


@lru_cache(maxsize=1)
def _texts() -> dict[str, dict[str, str]]:
    texts: dict[str, dict[str, str]] = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
    return texts


def setting(name: str, default: str = "") -> str:
    """Return a setting of the plugin."""
    return str(QgsSettings().value(f"{_PREFIX}/{name}", default))


def set_setting(name: str, value: str) -> None:
    """Keep a setting of the plugin."""
    QgsSettings().setValue(f"{_PREFIX}/{name}", value)


def language() -> str:
    """Return the language chosen in the settings: ``th`` (the default) or ``en``."""
    return "en" if setting("language", "th") == "en" else "th"


def tr(code: str, **values: Any) -> str:
    """Return the text of a code with its values filled in."""
    return _texts()[code][language()].format(**values)


def titled(entry: dict[str, Any], name: str = "") -> str:
    """Return the title (or another named text, such as ``help``) of an entry of the task list."""
    return str(entry.get(f"{name}_{language()}" if name else language(), "") or "")
