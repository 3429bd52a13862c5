"""Making projects, and files that a task must never write over."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from tests_tasks_support import add_parcel

from donhan_gis import cli
from donhan_gis.errors import InvalidInput, StoreError
from donhan_gis.store import open_store
from donhan_gis.task import Context, run_task


def test_a_new_project_has_boundary_neighbours_and_settings(tmp_path: Path) -> None:
    run_task("project.new", Context(user="ผู้ทดสอบ"), path=str(tmp_path / "new.gpkg"))
    with open_store(tmp_path / "new.gpkg") as store:
        assert store.count("boundary", "kind = 'own'") == 1
        assert store.count("boundary", "kind = 'neighbour'") == 5  # the five touching tambons
        assert store.setting("office.tambon_code") == "400113"
    assert (tmp_path / "new.qgz").exists()


def test_an_existing_project_is_refused_and_survives(project: Path) -> None:
    before = project.read_bytes()
    with pytest.raises(StoreError) as refused:
        run_task("project.new", Context(), path=str(project))
    assert refused.value.code == "store.exists"
    assert project.read_bytes() == before


def test_an_unknown_tambon_needs_a_boundary(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        run_task("project.new", Context(), path=str(tmp_path / "x.gpkg"), tambon_code="100101")
    assert refused.value.code == "project.no_boundary"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("task", "parameters"),
    [
        ("tax.assess", {"year_be": 2569}),
        ("water.demand", {"year_be": 2569}),
        ("tax.notice", {"year_be": 2569}),
    ],
)
def test_the_project_is_never_written_over(project: Path, run: Any, task: str, parameters: dict[str, Any]) -> None:
    before = project.read_bytes()
    with pytest.raises(InvalidInput) as refused:
        run(task, **parameters, out=str(project))
    assert refused.value.code == "task.ending"
    assert project.read_bytes() == before


def test_a_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text("[]", encoding="utf-8")
    with pytest.raises(InvalidInput) as refused:
        run_task("tax.calc", Context(), cases=str(cases), out=str(cases))
    assert refused.value.code == "task.overwrites"
    assert cases.read_text(encoding="utf-8") == "[]"


def test_a_link_that_leads_nowhere_is_a_finding_and_does_not_stop_the_assessment(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p1", area_sqwah=100, price_baht=1_000, uses={"vacant": 100})
    connection = sqlite3.connect(project)  # foreign keys off, as in many programs
    with connection:
        connection.execute("DELETE FROM person WHERE uid = 'p1'")
    connection.close()
    run("tax.assess", year_be=2569)
    report = run("project.check")
    messages = [row[4] for row in report.tables[0].rows]
    assert "อ้างถึงรายการในทะเบียนบุคคลและนิติบุคคลที่ไม่มีอยู่แล้ว" in messages
    with open_store(project) as store:
        assert store.count("finding", "code = 'assess.no_owner'") == 1


def test_yes_no_options_take_no_word(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "v.csv"
    source.write_text("moo,name\n2,บ้านใหม่\n", encoding="utf-8")
    words = ["import", "--look-only", str(source), "--register", "village", "--project", str(project)]
    assert cli.main(words) == cli.DONE
    capsys.readouterr()
    with open_store(project) as store:
        assert store.count("village") == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["tax", "assess", "--year-be", "2570"], cli.UNREADABLE),  # no law for that year
        (["tax", "assess", "--year-be", "2026"], cli.UNREADABLE),  # a Christian year
        (["tax", "assess", "--year-be", "2569", "--out", "/nowhere/at/all.xlsx"], cli.UNREADABLE),
    ],
)
def test_exit_codes(project: Path, words: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*words, "--project", str(project)]) == code
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "Traceback" not in said
