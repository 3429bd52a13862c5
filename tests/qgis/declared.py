"""The declarations as the tests read them: straight from the files, not through the code under test."""

from __future__ import annotations

import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def _read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))


DECLARED = {file.stem: _read(file) for file in sorted((REPOSITORY / "layers").glob("[!_]*.toml"))}
GROUPS = _read(REPOSITORY / "layers" / "_groups.toml")["group"]
CODES = _read(REPOSITORY / "donhan_gis" / "data" / "choices.toml")
