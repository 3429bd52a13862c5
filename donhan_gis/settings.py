"""Office settings: declared as fields in ``data/settings.toml``, kept as text in the project."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any

from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind, parse
from donhan_gis.paths import DATA


@cache
def declared() -> dict[str, Field]:
    """Return the settings by key, in the order an office would fill them in."""
    entries = tomllib.loads((DATA / "settings.toml").read_text(encoding="utf-8"))["setting"]
    return {entry["name"]: Field(**{**entry, "kind": Kind(entry["kind"])}) for entry in entries}


def value_of(key: str, stored: str) -> Any:
    """Return a setting's value: what the project holds, else the declared default.

    >>> value_of("check.area_tolerance_pct", "")
    5.0

    Raises:
        InvalidInput: the project holds a text that is no such value.
    """
    field = declared()[key]
    written = stored or ("" if field.default is None else str(field.default))
    try:
        return parse(field, written)
    except ValueError as error:
        raise InvalidInput("task.bad_value", field=key, title=field.th, title_en=field.en, value=written) from error
