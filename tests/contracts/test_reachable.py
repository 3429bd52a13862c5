"""Every task and register is titled in both languages and can be reached from the front ends."""

from __future__ import annotations

import argparse
import re

import pytest

import donhan_gis.tasks  # noqa: F401  fills the task list
from donhan_gis.cli import build_parser, command_of, describe_tasks
from donhan_gis.field import Kind
from donhan_gis.register import load_registers
from donhan_gis.task import TASKS, Task

THAI = re.compile("[ก-๛]")
REGISTERS = load_registers()
# The registers that the first version must have.
WANTED = {
    *("village", "house", "person", "officer", "parcel", "building", "ownership", "parcel_use", "land_price"),
    *("building_price", "condo_unit", "signboard", "road", "infra_asset", "pole", "canal", "water_gate", "gate_log"),
    *("water_source", "orthophoto", "crop_plan", "run", "assessment", "assessment_line"),
}
COMMANDS = ["new", "demo", "import", "check", "tax assess", "tax notice", "tax calc", "water demand", "app"]
each_task = pytest.mark.parametrize("task", list(TASKS.values()), ids=lambda task: task.name)


def parser_of(words: list[str]) -> argparse.ArgumentParser:
    """Return the parser that a command ends at."""
    parser: argparse.ArgumentParser = build_parser()
    for word in words:
        (below,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
        parser = below.choices[word]
    return parser


@each_task
def test_tasks_are_titled_and_explained(task: Task) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", task.name)
    for thai, english in ((task.th, task.en), (task.help_th, task.help_en)):
        assert THAI.search(thai)
        assert english
        assert not THAI.search(english)
    for parameter in task.parameters:
        assert THAI.search(parameter.th), parameter.name
        assert parameter.en, parameter.name
        assert not THAI.search(parameter.en), parameter.name
        assert bool(parameter.help_th) == bool(parameter.help_en), parameter.name


@each_task
def test_parameters_can_be_filled_in(task: Task) -> None:
    names = [parameter.name for parameter in task.parameters]
    assert len(names) == len(set(names))
    assert not task.argument or task.argument in names
    for parameter in task.parameters:
        if parameter.kind is Kind.CHOICE:
            assert task.choices[parameter.choices], parameter.name
        assert not (parameter.required and parameter.default is not None), parameter.name
    optional = {p.name: None for p in task.parameters if not p.required}
    if len(optional) == len(names):
        assert set(task.values({})) == set(names)  # the defaults are allowed values


@each_task
def test_tasks_are_commands(task: Task) -> None:
    actions = {action.dest: action for action in parser_of(command_of(task))._actions}
    assert {parameter.name for parameter in task.parameters} <= set(actions)
    assert ("project" in actions) == task.project
    assert {"json", "lang", "user"} <= set(actions)
    for parameter in task.parameters:
        said = actions[parameter.name].help or ""
        assert parameter.th in said.replace("%%", "%")


@pytest.mark.parametrize("words", COMMANDS)
def test_promised_commands_are_there(words: str) -> None:
    assert parser_of(words.split()).prog == f"donhan {words}"


def test_programs_see_every_task() -> None:
    described = {task["name"]: task for task in describe_tasks()}
    assert set(described) == set(TASKS)
    for name, task in TASKS.items():
        assert [p["name"] for p in described[name]["parameters"]] == [p.name for p in task.parameters]
        assert described[name]["group"], name


def test_every_register_is_there_and_shown() -> None:
    assert set(REGISTERS) >= WANTED
    groups = {group.id for group in REGISTERS.groups}
    for register in REGISTERS.values():
        assert register.group in groups
        assert register.list, register.name
        assert register.title, register.name
        assert register.search or register.result, register.name


def test_registers_can_be_imported_or_are_results() -> None:
    parameter = next(p for p in TASKS["data.import"].parameters if p.name == "register")
    offered = {choice.code for choice in TASKS["data.import"].choices[parameter.choices]}
    results = {name for name, register in REGISTERS.items() if not register.by_hand} | {"finding", "quarantine"}
    assert offered | results == set(REGISTERS)
    assert offered & results == set()
