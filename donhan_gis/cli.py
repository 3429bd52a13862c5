"""The command line: every task of the list as a command, the same for people and for other programs.

``--json`` writes one JSON object a line: ``{"progress", "message"}`` at work, then ``{"report"}`` or ``{"error"}``.
Exit codes: 0 done; 1 refused by the project or the place to write, or data with errors; 2 the call or its input is at
fault; 130 stopped.
"""

from __future__ import annotations

import argparse
import getpass
import json
import logging
import os
import sys
import tempfile
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from donhan_gis import __version__
from donhan_gis.errors import (
    Cancelled,
    DonhanError,
    InvalidInput,
    MissingDependency,
    NoLawForDate,
    OutputError,
    SourceError,
)
from donhan_gis.field import Field, Kind
from donhan_gis.i18n import Language, text
from donhan_gis.report import Report, Table, totals_row
from donhan_gis.task import TASKS, Context, Task, run_task

DONE, REFUSED, UNREADABLE, STOPPED = 0, 1, 2, 130
# These areas hold the everyday commands, whose area need not be typed: `donhan new`, not `donhan project new`.
_SHORT_AREAS = ("project", "data")
_ROWS_SHOWN = 20
_BAR_WIDTH = 30


def _both(code: str) -> str:
    return f"{text(code, 'th')} / {text(code, 'en')}"


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._positionals.title = _both("cli.positionals")
        self._optionals.title = _both("cli.options")

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{text('cli.usage', 'th', said=message)}\n{text('cli.usage', 'en', said=message)}\n")
        sys.stderr.write(self.format_usage())
        raise SystemExit(UNREADABLE)


def command_of(task: Task) -> list[str]:
    """Return the words that call a task.

    >>> from donhan_gis.task import Task
    >>> command_of(Task("tax.assess", "ประเมิน", "Assess", (), lambda _: None))
    ['tax', 'assess']
    """
    area, _, verb = task.name.partition(".")
    return [verb] if area in _SHORT_AREAS else [area, verb]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    form = argparse.RawDescriptionHelpFormatter
    parser = _Parser(prog="donhan", description=_both("cli.about"), formatter_class=form)
    parser.add_argument("--version", action="version", version=f"donhan {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar=_both("cli.command"))
    areas: dict[str, Any] = {}
    for task in TASKS.values():
        words, within = command_of(task), commands
        if len(words) > 1:
            if words[0] not in areas:
                area = commands.add_parser(words[0], help=_both(f"cli.area.{words[0]}"), formatter_class=form)
                areas[words[0]] = area.add_subparsers(dest="verb", required=True, metavar=_both("cli.command"))
            within = areas[words[0]]
        title = f"{task.th} / {task.en}"
        one = within.add_parser(
            words[-1], help=title, description=f"{title}\n\n{task.help_th}\n{task.help_en}", formatter_class=form
        )
        _add_arguments(one, task)
    _add_app(commands)
    _add_machine_commands(commands)
    return parser


def _add_arguments(parser: argparse.ArgumentParser, task: Task) -> None:
    if task.project:
        parser.add_argument("--project", "-p", required=True, metavar="FILE.gpkg", help=_both("cli.project"))
    for parameter in task.parameters:
        if parameter.name == task.argument:
            parser.add_argument(parameter.name, nargs=None if parameter.required else "?", help=_help(parameter, task))
        else:
            flag = "--" + parameter.name.replace("_", "-")
            as_flag: dict[str, Any] = {"action": argparse.BooleanOptionalAction} if parameter.kind is Kind.BOOL else {}
            parser.add_argument(
                flag, dest=parameter.name, required=parameter.required, help=_help(parameter, task), **as_flag
            )
    _add_common(parser)
    parser.set_defaults(task=task.name)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help=_both("cli.json"))
    parser.add_argument("--lang", choices=("th", "en"), default="th", help=_both("cli.lang"))
    parser.add_argument("--user", default="", help=_both("cli.user"))


def _help(parameter: Field, task: Task) -> str:
    said = f"{parameter.th} / {parameter.en}"
    codes = [choice.code for choice in task.choices.get(parameter.choices, ())]
    said += f" [{', '.join(codes)}]" if codes else ""
    said += f" ({parameter.default})" if parameter.default not in (None, "") else ""
    return said.replace("%", "%%")


def _add_app(commands: Any) -> None:
    app = commands.add_parser("app", help=_both("cli.app"), description=_both("cli.app"))
    app.add_argument("open", nargs="?", default="", metavar="FILE.gpkg", help=_both("cli.project"))
    _add_common(app)


def _add_machine_commands(commands: Any) -> None:
    tasks = commands.add_parser("tasks", help=_both("cli.tasks"), description=_both("cli.tasks"))
    _add_common(tasks)
    run = commands.add_parser("run", help=_both("cli.run"), description=_both("cli.run"))
    run.add_argument("name", choices=sorted(TASKS), metavar="TASK")
    run.add_argument("--project", "-p", default="", metavar="FILE.gpkg", help=_both("cli.project"))
    run.add_argument("--params", default="{}", metavar="JSON", help=_both("cli.params"))
    _add_common(run)


def describe_tasks() -> list[dict[str, Any]]:
    """Return the task list for other programs, as the QGIS plugin reads it."""
    return [
        {
            **{name: getattr(task, name) for name in ("name", "th", "en", "group", "help_th", "help_en", "project")},
            "parameters": [_describe(parameter, task) for parameter in task.parameters],
        }
        for task in TASKS.values()
    ]


def _describe(parameter: Field, task: Task) -> dict[str, Any]:
    names = (
        "name",
        "th",
        "en",
        "required",
        "default",
        "unit",
        "minimum",
        "maximum",
        "help_th",
        "help_en",
        "to",
        "writes",
    )
    choices = [{"code": c.code, "th": c.th, "en": c.en} for c in task.choices.get(parameter.choices, ())]
    return {**{name: getattr(parameter, name) for name in names}, "kind": parameter.kind.value, "choices": choices}


class _Console:
    """What the person or program at the other end sees: progress, the report, or the error."""

    def __init__(self, *, as_json: bool, language: Language) -> None:
        self.as_json = as_json
        self.language = language
        self._bar_shown = False

    def _line(self, entry: dict[str, Any]) -> None:
        print(json.dumps(entry, ensure_ascii=False, default=str), flush=True)

    def progress(self, fraction: float, message: str) -> None:
        if self.as_json:
            self._line({"progress": round(fraction, 4), "message": message})
        elif sys.stderr.isatty():
            done = round(fraction * _BAR_WIDTH)
            sys.stderr.write(f"\r\033[K[{'█' * done}{'·' * (_BAR_WIDTH - done)}] {fraction:4.0%} {message}")
            sys.stderr.flush()
            self._bar_shown = True

    def _end_bar(self) -> None:
        if self._bar_shown:
            sys.stderr.write("\n")

    def report(self, report: Report) -> None:
        self._end_bar()
        if self.as_json:
            self._line({"report": report.as_dict(self.language)})
        else:
            print("\n".join(_report_lines(report, self.language)))

    def error(self, error: DonhanError) -> None:
        self._end_bar()
        if self.as_json:
            self._line({"error": error.as_dict()})
        else:
            print(error.text(self.language), file=sys.stderr)


def _report_lines(report: Report, language: Language) -> list[str]:
    lines = [report.title(language), ""]
    for table in report.tables:
        if not table.rows:
            continue
        lines += [table.title(language), *_table_lines(table, report, language), ""]
    lines += report.notes(language)
    lines += [f"{text('cli.written', language)} {file}" for file in report.files]
    return lines


def _table_lines(table: Table, report: Report, language: Language) -> list[str]:
    """Return a table in columns as wide as their cells look: Thai marks above and below take no room."""
    lines = [[column.heading(language) for column in table.columns]]
    lines += table.shown(report.choices, language)[:_ROWS_SHOWN]
    if table.totals and table.rows:
        lines.append(totals_row(table, language))
    widths = [max(_width(cell) for cell in cells) for cells in zip(*lines, strict=True)]
    written = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    if len(table.rows) > _ROWS_SHOWN:
        written.insert(_ROWS_SHOWN + 1, text("cli.more", language, n=len(table.rows) - _ROWS_SHOWN))
    return written


def _width(cell: str) -> int:
    return sum(unicodedata.category(letter) != "Mn" for letter in cell)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; the only place of the command line where errors become messages."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # a Windows console would refuse Thai
    console = _Console(as_json="--json" in (sys.argv if arguments is None else arguments), language="th")
    try:
        import donhan_gis.tasks  # noqa: F401  fills the task list; a broken declaration speaks up here

        parsed = build_parser().parse_args(arguments)
        console.language = parsed.lang
        return _run(parsed, console)
    except (Cancelled, KeyboardInterrupt):
        console.error(Cancelled())
        return STOPPED
    except DonhanError as error:
        console.error(error)
        return exit_code(error)
    except Exception:  # a fault of this program: kept for the maintainer, told in one sentence
        console.error(DonhanError("unexpected", log=_log_fault()))
        return REFUSED


def exit_code(error: DonhanError) -> int:
    """Return 2 where the call or what it reads is at fault, 1 where the project or the place to write refuses."""
    at_input = isinstance(error, (SourceError, InvalidInput, NoLawForDate))
    return UNREADABLE if at_input and not isinstance(error, OutputError) else REFUSED


def _run(parsed: argparse.Namespace, console: _Console) -> int:
    if parsed.command == "tasks":
        print(json.dumps(describe_tasks(), ensure_ascii=False, indent=None if parsed.json else 1))
        return DONE
    if parsed.command == "app":
        return _open_app(parsed)
    user = parsed.user or _user_name()
    if parsed.command == "run":
        name, given = parsed.name, _json_object(parsed.params)
    else:
        name = parsed.task
        given = {p.name: getattr(parsed, p.name) for p in TASKS[name].parameters}
    project = getattr(parsed, "project", "")
    context = Context(project=project, user=user, language=parsed.lang, report_progress=console.progress)
    report = run_task(name, context, **{key: value for key, value in given.items() if value is not None})
    console.report(report)
    return REFUSED if report.facts.get("errors") else DONE


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user the machine has no name for, as in a container
        return ""


def _json_object(written: str) -> dict[str, Any]:
    try:
        given = json.loads(written)
    except json.JSONDecodeError as error:
        raise InvalidInput("cli.params_json", field="params", said=str(error)) from error
    if not isinstance(given, dict):
        raise InvalidInput("cli.params_json", field="params", said=written)
    return given


def _open_app(parsed: argparse.Namespace) -> int:
    on_unix = sys.platform not in ("win32", "darwin")
    if on_unix and not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        raise MissingDependency("cli.no_screen")
    try:
        from donhan_gis import desktop
    except ImportError as error:
        raise MissingDependency("cli.no_qt", package="PySide6-Essentials", said=str(error)) from error
    return int(desktop.main(parsed.open or None, language=parsed.lang))


def _log_fault() -> str:
    """Write the fault with its trace to a file and return the file's path."""
    with tempfile.NamedTemporaryFile("w", prefix="donhan-", suffix=".log", delete=False, encoding="utf-8") as file:
        handler = logging.StreamHandler(file)
        logger = logging.getLogger("donhan_gis")
        logger.addHandler(handler)
        logger.propagate = False
        logger.exception("unexpected")
        logger.removeHandler(handler)
    return str(Path(file.name))
