"""`Task`: a named operation with declared parameters that returns a `Report`; the one list every front end shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from donhan_gis.errors import Cancelled, InvalidInput
from donhan_gis.field import Choice, Field, Kind, parse, problems
from donhan_gis.i18n import Language, text
from donhan_gis.report import Report

Progress = Callable[[float, str], None]


def _silent(_fraction: float, _message: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where and for whom a task runs. ``project`` is the store's URL; a task opens and closes its own store."""

    project: str = ""
    user: str = ""
    language: Language = "th"
    report_progress: Progress = _silent
    is_cancelled: Callable[[], bool] = field(default=lambda: False)

    def progress(self, fraction: float, message: str = "") -> None:
        """Tell how far the work is (0 to 1).

        Raises:
            Cancelled: the user asked to stop.
        """
        if self.is_cancelled():
            raise Cancelled
        self.report_progress(fraction, message)

    def say(self, fraction: float, code: str) -> None:
        """Tell how far the work is, with a text by its code.

        Raises:
            Cancelled: the user asked to stop.
        """
        self.progress(fraction, text(code, self.language))

    def part(self, start: float, end: float) -> Progress:
        """Return a progress function whose 0 to 1 is the stretch from ``start`` to ``end`` of this work."""
        return lambda fraction, message: self.progress(start + (end - start) * fraction, message)


@dataclass(frozen=True, slots=True)
class Task:
    """One operation. ``name`` is ``area.verb``; ``project`` says whether it needs an open project;
    ``argument`` names the parameter that the command line takes without its flag.
    """

    name: str
    th: str
    en: str
    parameters: tuple[Field, ...]
    run: Callable[..., Report]
    group: str = ""
    help_th: str = ""
    help_en: str = ""
    project: bool = True
    argument: str = ""
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    def title(self, language: Language = "th") -> str:
        """Return the task's title."""
        return self.th if language == "th" else self.en

    def help(self, language: Language = "th") -> str:
        """Return what the task does, in a sentence or two."""
        return self.help_th if language == "th" else self.help_en

    def values(self, written: Mapping[str, Any]) -> dict[str, Any]:
        """Return checked parameter values of what a user typed; text is parsed, other values are taken as stored.

        Raises:
            InvalidInput: a value is missing, not of its kind, outside its limits, or no such parameter exists.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in written:
            if name not in known:
                raise InvalidInput("task.unknown_parameter", field=name, name=name, task=self.name)
        return {name: self._value(parameter, written.get(name)) for name, parameter in known.items()}

    def _value(self, parameter: Field, given: Any) -> Any:
        value = parameter.default if given is None or given == "" else given
        if isinstance(value, str) and parameter.kind not in (Kind.TEXT, Kind.LONGTEXT, Kind.FILE):
            try:
                value = parse(parameter, value)
            except ValueError as error:
                title = {"title": parameter.title(), "title_en": parameter.en, "value": value}
                raise InvalidInput("task.bad_value", field=parameter.name, **title) from error
        for problem in problems(parameter, value, choices=self.choices.get(parameter.choices, ())):
            raise InvalidInput("task.problem", field=parameter.name, th=problem.text("th"), en=problem.text("en"))
        return value


TASKS: dict[str, Task] = {}


def task(name: str, **declared: Any) -> Callable[[Callable[..., Report]], Callable[..., Report]]:
    """Put a function ``run(context, **parameters) -> Report`` on the task list."""

    def enlist(run: Callable[..., Report]) -> Callable[..., Report]:
        TASKS[name] = Task(name=name, run=run, **declared)
        return run

    return enlist


def run_task(name: str, context: Context, /, **written: Any) -> Report:
    """Check the parameters and run the task of that name.

    Raises:
        InvalidInput: there is no such task, a parameter is refused, or a file to write is the project or is read.
    """
    if name not in TASKS:
        raise InvalidInput("task.unknown", field="task", name=name)
    found = TASKS[name]
    if found.project and not context.project:
        raise InvalidInput("task.no_project", field="project", name=found.title(), name_en=found.en)
    values = found.values(written)
    _refuse_outputs(found, values, context.project)
    return found.run(context, **values)


def _refuse_outputs(found: Task, values: Mapping[str, Any], project: str) -> None:
    """Refuse to write over the project or over a file the task reads, or under a wrong ending."""
    written = {field.name: values[field.name] for field in found.parameters if field.writes and values[field.name]}
    read = [values[f.name] for f in found.parameters if f.kind is Kind.FILE and not f.writes and values[f.name]]
    taken = {Path(path).resolve() for path in (project, *read) if path}
    for parameter in found.parameters:
        path = written.get(parameter.name)
        if path is None or parameter.writes == "/":
            continue
        if Path(path).suffix.lower() not in parameter.writes.split():
            raise InvalidInput("task.ending", field=parameter.name, path=path, ending=parameter.writes)
        if not Path(path).resolve().parent.is_dir():
            raise InvalidInput("task.no_folder", field=parameter.name, path=path)
        if Path(path).resolve() in taken:
            raise InvalidInput("task.overwrites", field=parameter.name, path=path)
