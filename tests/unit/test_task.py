"""Tasks: parameters are checked before anything runs; progress; stopping."""

from __future__ import annotations

from typing import Any

import pytest

from donhan_gis.errors import Cancelled, InvalidInput
from donhan_gis.field import Choice, Field, Kind
from donhan_gis.report import Report
from donhan_gis.task import TASKS, Context, Task, run_task, task

PARAMETERS = (
    Field("year_be", Kind.INT, "ปีภาษี", "Tax year", required=True, minimum=2563, maximum=2700),
    Field("kind", Kind.CHOICE, "ชนิด", "Kind", choices="kind", default="all"),
    Field("on", Kind.DATE, "วันที่", "On"),
    Field("look_only", Kind.BOOL, "ดูอย่างเดียว", "Only look", default=False),
    Field("path", Kind.FILE, "แฟ้ม", "File"),
    Field("limit_satang", Kind.MONEY, "วงเงิน", "Limit", default="1,000.50"),
)
CHOICES = {"kind": (Choice("all", "ทั้งหมด", "All"), Choice("one", "หนึ่ง", "One"))}


def made(run: Any = lambda _context, **_values: Report("ผล", "Result"), **more: Any) -> Task:
    return Task("test.work", "งานทดสอบ", "Test work", PARAMETERS, run, choices=CHOICES, **more)


@pytest.fixture
def listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the task list as it was."""
    monkeypatch.setattr("donhan_gis.task.TASKS", TASKS)
    monkeypatch.setitem(TASKS, "test.work", made(lambda context, **values: Report(context.user, repr(values))))


def test_text_is_parsed_and_defaults_are_filled_in() -> None:
    assert made().values({"year_be": "๒๕๖๙", "on": "1/4/2569", "path": " a  b.csv ", "look_only": "ใช่"}) == {
        "year_be": 2569,
        "kind": "all",
        "on": "2026-04-01",
        "look_only": 1,
        "path": " a  b.csv ",  # a file's name is taken as it is
        "limit_satang": 100050,
    }


def test_stored_values_are_taken_as_they_are() -> None:
    assert made().values({"year_be": 2569, "look_only": True, "limit_satang": 5})["limit_satang"] == 5


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({}, "task.problem", "year_be"),
        ({"year_be": ""}, "task.problem", "year_be"),
        ({"year_be": "สองพัน"}, "task.bad_value", "year_be"),
        ({"year_be": 2500}, "task.problem", "year_be"),
        ({"year_be": 2569.5}, "task.problem", "year_be"),
        ({"year_be": 2569, "kind": "none"}, "task.problem", "kind"),
        ({"year_be": 2569, "on": "31/2/2569"}, "task.bad_value", "on"),
        ({"year_be": 2569, "path": 5}, "task.problem", "path"),
        ({"year_be": 2569, "yeer": 1}, "task.unknown_parameter", "yeer"),
    ],
)
def test_parameters_are_refused_by_name(given: dict[str, Any], code: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        made().values(given)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.th != caught.value.en


@pytest.mark.usefixtures("listed")
def test_run_task() -> None:
    report = run_task("test.work", Context(project="p.gpkg", user="สมศรี"), year_be="2569")
    assert report.th == "สมศรี"
    assert "'year_be': 2569" in report.en


@pytest.mark.usefixtures("listed")
def test_task_needs_a_project() -> None:
    with pytest.raises(InvalidInput) as caught:
        run_task("test.work", Context(), year_be="2569")
    assert caught.value.code == "task.no_project"


def test_unknown_task() -> None:
    with pytest.raises(InvalidInput) as caught:
        run_task("tax.asess", Context(project="p.gpkg"))
    assert "tax.asess" in caught.value.th


def test_task_is_listed_by_its_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: dict[str, Task] = {}
    monkeypatch.setattr("donhan_gis.task.TASKS", tasks)

    @task("test.more", th="อีกงาน", en="More", parameters=(), help_th="ช่วย", help_en="Help")
    def run(_context: Context) -> Report:
        return Report("", "")

    assert tasks["test.more"].run is run
    assert (tasks["test.more"].title("en"), tasks["test.more"].help()) == ("More", "ช่วย")


def test_progress_and_its_parts() -> None:
    seen: list[tuple[float, str]] = []
    context = Context(report_progress=lambda fraction, message: seen.append((fraction, message)))
    context.progress(0.1, "เริ่ม")
    part = context.part(0.5, 0.9)
    part(0.0, "ก")
    part(1.0, "ข")
    assert [message for _, message in seen] == ["เริ่ม", "ก", "ข"]
    assert [fraction for fraction, _ in seen] == pytest.approx([0.1, 0.5, 0.9])


def test_stopping() -> None:
    context = Context(is_cancelled=lambda: True)
    with pytest.raises(Cancelled):
        context.progress(0.5)
    with pytest.raises(Cancelled) as caught:
        context.part(0, 1)(0.5, "")
    assert caught.value.as_dict()["code"] == "cancelled"
    assert "ไม่มีข้อมูลใดถูกเปลี่ยน" in caught.value.th
    Context().progress(1)  # without a listener nothing happens
