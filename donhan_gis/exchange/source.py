"""What a file of another program looks like once it is read: columns, shapes, row numbers, and what was odd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from numpy.typing import NDArray

from donhan_gis.finding import Finding

# given: by the user · declared: .cpg · mark: byte order mark · format: by definition · tried: UTF-8 fits, or CP874
EncodingFound = Literal["given", "declared", "mark", "tried", "format"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One row kept out, as the quarantine register stores it; ``payload`` holds the row as it came.

    ``geometry`` is shapely in the file's own system while reading, in EPSG:32648 after preparing, or None.
    """

    source: str
    source_row: int
    reason_code: str
    payload: Mapping[str, Any]
    geometry: Any = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file as read: ``columns`` name → array (n,), ``geometry`` shapely array (n,) or None, ``row_numbers`` (n,).

    ``row_numbers`` count from 1 as the user's own program shows them (CSV and sheets: the line, with the heading).
    ``crs`` is an EPSG code or WKT, empty where there is no geometry.
    """

    path: Path
    layer: str
    kind: str
    columns: Mapping[str, NDArray[Any]]
    geometry: NDArray[Any] | None
    crs: str
    encoding: str
    encoding_found: EncodingFound
    row_numbers: NDArray[Any]
    findings: tuple[Finding, ...] = ()
    rejected: tuple[Rejected, ...] = ()

    @property
    def name(self) -> str:
        """File and layer, as findings name their source."""
        return f"{self.path.name}:{self.layer}" if self.layer and self.layer != self.path.stem else self.path.name

    @property
    def count(self) -> int:
        """How many rows were read."""
        return len(self.row_numbers)
