"""The menu of tasks: the areas and their order come from a data file, one sub-menu an area."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtWidgets import QMenu

from donhan_gis.i18n import Language
from donhan_gis.paths import DATA
from donhan_gis.register import Titled
from donhan_gis.task import TASKS, Task


def task_areas() -> list[tuple[Titled, tuple[str, ...]]]:
    """Return the areas of the menu with the names of their tasks."""
    declared = tomllib.loads((DATA / "task_menu.toml").read_text(encoding="utf-8"))["area"]
    return [(Titled("", area["th"], area["en"]), tuple(area["tasks"])) for area in declared]


def fill_task_menu(menu: QMenu, language: Language, ask: Callable[[Task], object]) -> None:
    """Put every task on the menu; one that no area names stands at the end, so that none is out of reach."""
    left = dict(TASKS)
    for title, names in task_areas():
        _fill(menu.addMenu(title.title(language)), [left.pop(name) for name in names if name in left], language, ask)
    _fill(menu, left.values(), language, ask)


def _fill(menu: QMenu, tasks: Iterable[Task], language: Language, ask: Callable[[Task], object]) -> None:
    menu.setToolTipsVisible(True)
    for task in tasks:
        action = menu.addAction(task.title(language) + "…")
        action.setToolTip(task.help(language))
        action.triggered.connect(partial(_ask, ask, task))


def _ask(ask: Callable[[Task], object], task: Task, _checked: bool = False) -> None:
    ask(task)
