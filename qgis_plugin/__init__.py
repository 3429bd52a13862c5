"""Don Han GIS in QGIS: registers, findings and tasks of a municipal project."""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:
    """Return the plugin; QGIS calls this when it loads it."""
    from .plugin import DonHanPlugin

    return DonHanPlugin(iface)
