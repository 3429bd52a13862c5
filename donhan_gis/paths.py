"""Where the program's own files lie, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
DATA = PACKAGE / "data"
LOCALE = DATA / "locale"
LAW = DATA / "law"
CROPS = DATA / "crops"
CLIMATE = DATA / "climate"
FONTS = DATA / "fonts"


def _shipped(name: str) -> Path:
    """Return a folder that stands beside the package in a checkout and inside it in a wheel."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


LAYERS = _shipped("layers")
STYLES = _shipped("styles")
