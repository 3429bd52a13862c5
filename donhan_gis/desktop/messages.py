"""The one place where an error becomes a message on the screen, and a bug a line in the log."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QMessageBox, QWidget

from donhan_gis.errors import DonhanError
from donhan_gis.i18n import Language, text

_log = logging.getLogger("donhan_gis.desktop")


def log_file() -> Path:
    """Return the log in the user's own data folder, which is made when absent."""
    folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.AppLocalDataLocation))
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "donhan.log"


def explain(error: BaseException, language: Language) -> str:
    """Return the sentence for an error; what is no `DonhanError` is a bug, is logged, and the sentence says where."""
    if isinstance(error, DonhanError):
        return error.text(language)
    return text("unexpected", language, log=_logged(error))


def _logged(error: BaseException) -> Path:
    path = log_file()
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _log.addHandler(handler)
    try:
        _log.error("unexpected", exc_info=error)
    finally:
        _log.removeHandler(handler)
        handler.close()
    return path


def show_error(parent: QWidget | None, error: BaseException, language: Language) -> None:
    """Tell the user what went wrong and what to do; in English mode the Thai sentence stands below."""
    box = QMessageBox(QMessageBox.Icon.Warning, text("app.title", language), explain(error, language), parent=parent)
    if language == "en" and isinstance(error, DonhanError):
        box.setInformativeText(error.th)
    box.addButton(text("app.ok", language), QMessageBox.ButtonRole.AcceptRole)
    box.exec()


@contextmanager
def telling(parent: QWidget | None, language: Language) -> Iterator[None]:
    """Run what stands inside; a `DonhanError` is shown and goes no further."""
    try:
        yield
    except DonhanError as error:
        show_error(parent, error, language)


def ask(parent: QWidget | None, language: Language, question: str, answers: tuple[str, ...]) -> int:
    """Ask, with text codes as answers, and return the answer's index; closing the box is the last one."""
    box = QMessageBox(QMessageBox.Icon.Question, text("app.title", language), question, parent=parent)
    buttons = [box.addButton(text(answer, language), QMessageBox.ButtonRole.ActionRole) for answer in answers]
    box.setDefaultButton(buttons[0])
    box.setEscapeButton(buttons[-1])
    box.exec()
    clicked = box.clickedButton()
    return next((index for index, button in enumerate(buttons) if button is clicked), len(answers) - 1)


def catch_bugs(language: Language) -> None:
    """Show and log exceptions that nobody expected, in place of ending or staying silent."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        show_error(None, error, language)

    sys.excepthook = hook
