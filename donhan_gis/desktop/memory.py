"""What the application remembers between two days: projects opened, language, window places."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow

from donhan_gis.i18n import LANGUAGES, Language

_RECENT_KEPT = 8


def _settings() -> QSettings:
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "donhan-gis", "desktop")


def recent_projects() -> list[Path]:
    """Return the projects opened last that are still there, the latest first."""
    kept = _settings().value("recent", [])
    paths = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
    return [Path(path) for path in paths if Path(path).is_file()]


def remember_project(path: Path) -> None:
    """Put a project at the head of the list."""
    others = [str(other) for other in recent_projects() if other != path.resolve()]
    _settings().setValue("recent", [str(path.resolve()), *others][:_RECENT_KEPT])


def remembered_language(default: Language) -> Language:
    """Return the language chosen last."""
    kept = _settings().value("language", default)
    return next((language for language in LANGUAGES if language == kept), default)


def remember_language(language: Language) -> None:
    """Keep the language for the next start."""
    _settings().setValue("language", language)


def remember_window(window: QMainWindow) -> None:
    """Keep a window's place and panels."""
    settings = _settings()
    settings.setValue("geometry", window.saveGeometry())
    settings.setValue("panels", window.saveState())


def restore_window(window: QMainWindow) -> bool:
    """Put a window where it was, and say whether that was known."""
    geometry, panels = _settings().value("geometry"), _settings().value("panels")
    if not isinstance(geometry, QByteArray) or not isinstance(panels, QByteArray):
        return False
    return window.restoreGeometry(geometry) and window.restoreState(panels)
