"""`Finding`: one problem in the data, told in Thai and English with what to do about it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from donhan_gis.i18n import Language, text

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. ``code`` names the sentence and ``<code>.remedy`` what to do; ``values`` fill both.

    ``source`` and ``source_row`` say where in a file it came from; ``point`` is E, N in EPSG:32648 where it lies.
    """

    code: str
    severity: Severity = "error"
    register: str = ""
    row_uid: str = ""
    row_label: str = ""
    field: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    source: str = ""
    source_row: int | None = None
    point: tuple[float, float] | None = None

    def _fill(self, code: str, language: Language) -> str:
        # A value given in both languages is a title; the sentence takes the one it is written in.
        chosen = {k: v[language] if isinstance(v, dict) else v for k, v in self.values.items()}
        where = {"row": self.row_label, "field": self.field, "source": self.source, "source_row": self.source_row}
        return text(code, language, **{**where, **chosen})

    def message(self, language: Language = "th") -> str:
        """Return what is wrong."""
        return self._fill(self.code, language)

    def remedy(self, language: Language = "th") -> str:
        """Return what to do about it."""
        return self._fill(f"{self.code}.remedy", language)
