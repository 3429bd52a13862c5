"""The desktop application: screens generated from the same declarations as everything else (PySide6)."""

from __future__ import annotations

import importlib.util
from typing import cast

from donhan_gis.errors import MissingDependency
from donhan_gis.i18n import Language


def main(project: str | None = None, language: str = "th") -> int:
    """Open the application, on a project when one is named, and return the exit code when it is closed.

    Raises:
        MissingDependency: PySide6 is not installed.
    """
    if importlib.util.find_spec("PySide6") is None:
        raise MissingDependency("app.no_qt", package="PySide6-Essentials", install='pip install "donhan-gis[desktop]"')
    from donhan_gis.desktop.app import run

    return run(project, cast(Language, language))
