"""The command line as people and programs call it: help, exit codes, JSON lines, errors in one sentence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import donhan_gis.tasks  # noqa: F401  fills the task list
from donhan_gis import cli
from donhan_gis.errors import Cancelled, DeclarationError, MissingDependency, SourceError, StoreError
from donhan_gis.field import Field, Kind
from donhan_gis.report import Report, Table
from donhan_gis.task import TASKS, Context, Task

THAI = re.compile("[ก-๛]")
COLUMNS = (Field("code", Kind.TEXT, "รหัส", "Code"), Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"))


def report(_context: Context, **_values: Any) -> Report:
    rows = [(f"01A{n:03}", n * 100) for n in range(25)]
    table = Table("roll", "บัญชี", "Roll", COLUMNS, rows, [None, 30000])
    return Report("ผล", "Result", tables=(table,), notes_th=("หมายเหตุ",), notes_en=("A note",), files=(Path("a.xlsx"),))


def use(monkeypatch: pytest.MonkeyPatch, run: Any) -> None:
    """Put a task on the list for one test."""
    parameters = (
        Field("path", Kind.FILE, "แฟ้ม", "File", required=True),
        Field("year_be", Kind.INT, "ปี", "Year", default=2569, minimum=2500),
    )
    made = Task("tax.try", "ลอง", "Try", parameters, run, project=False, argument="path")
    monkeypatch.setitem(TASKS, "tax.try", made)


def raising(error: BaseException) -> Any:
    def run(_context: Context, **_values: Any) -> Report:
        raise error

    return run


# ---------------------------------------------------------------- help


def test_help_is_in_both_languages() -> None:
    command = [sys.executable, "-m", "donhan_gis", "--help"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert "ดอนหัน GIS" in said
    assert "Don Han GIS" in said
    for word in ("new", "demo", "import", "check", "tax", "water", "app", "tasks", "run"):
        assert re.search(rf"^ +{word}\b.*[ก-๛]", said, re.MULTILINE), word


@pytest.mark.parametrize(
    "words",
    [
        ["new"],
        ["demo"],
        ["import"],
        ["check"],
        ["tax"],
        ["tax", "assess"],
        ["tax", "notice"],
        ["water", "demand"],
        ["app"],
    ],
    ids=" ".join,
)
def test_help_of_commands(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([*words, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert THAI.search(said)
    assert f"donhan {' '.join(words)}" in said


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert re.fullmatch(r"donhan \d+\.\d+.*\n", capsys.readouterr().out)


def test_task_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tasks", "--json"]) == 0
    tasks = {task["name"]: task for task in json.loads(capsys.readouterr().out)}
    assert set(tasks) >= {"project.new", "project.demo", "data.import", "project.check", "tax.assess", "water.demand"}
    path, *_ = tasks["data.import"]["parameters"]
    assert (path["name"], path["kind"], path["required"]) == ("path", "file", True)
    register = tasks["data.import"]["parameters"][1]
    assert {"code": "parcel", "th": "ทะเบียนที่ดิน", "en": "Parcel"}.keys() == register["choices"][0].keys()


# ---------------------------------------------------------------- calls that are not right


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["tax"],
        ["tax", "fly"],
        ["check"],
        ["import"],
        ["check", "-p", "a.gpkg", "--fly"],
        ["run", "no.task"],
    ],
    ids=lambda words: " ".join(words) or "nothing",
)
def test_wrong_calls(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2
    thai, english, *_ = capsys.readouterr().err.splitlines()
    assert THAI.search(thai)
    assert english.startswith("The command is not right")


@pytest.mark.parametrize("params", ["{", "[1]", "5", '"x"', "{'a': 1}", ""])
def test_parameters_that_are_no_json_object(params: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "project.check", "-p", "a.gpkg", "--params", params]) == 2
    assert "JSON" in capsys.readouterr().err


def test_wrong_parameters_name_their_field(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, report)
    assert cli.main(["tax", "try", "a.csv", "--year-be", "สองพัน", "--json"]) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["field"]) == ("task.bad_value", "year_be")
    assert "สองพัน" in error["message_th"]
    assert cli.main(["run", "tax.try", "--params", '{"path": "a", "yeer": 1}', "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["field"] == "yeer"


def test_task_without_its_project(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "project.check"]) == 2
    assert THAI.search(capsys.readouterr().err)


# ---------------------------------------------------------------- results


def test_report_for_people(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, report)
    assert cli.main(["tax", "try", "a.csv"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:5] == ["ผล", "", "บัญชี", "รหัส     ภาษี (บาท)", "01A000  0.00"]
    assert "… และอีก 5 แถว" in said
    assert "รวม     300.00" in said
    assert said[-2:] == ["หมายเหตุ", "เขียนแฟ้มแล้ว: a.xlsx"]
    assert cli.main(["tax", "try", "a.csv", "--lang", "en"]) == 0
    assert "A note" in capsys.readouterr().out


def test_report_for_programs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def run(context: Context, **values: Any) -> Report:
        context.progress(0.5, "ครึ่งทาง")
        assert values == {"path": "a.csv", "year_be": 2570}
        assert context.user == "สมศรี"
        return report(context)

    use(monkeypatch, run)
    assert cli.main(["tax", "try", "a.csv", "--year-be", "2570", "--user", "สมศรี", "--json"]) == 0
    progress, result = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert progress == {"progress": 0.5, "message": "ครึ่งทาง"}
    assert result["report"]["tables"][0]["rows"][1] == ["01A001", 100]


def test_data_with_errors_is_told_by_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, lambda _context, **_values: Report("ผล", "Result", facts={"errors": 3}))
    assert cli.main(["tax", "try", "a.csv"]) == 1


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SourceError("store.missing", path="ก.csv"), 2),
        (StoreError("store.missing", path="ก.gpkg"), 1),
        (MissingDependency("cli.no_qt", package="x", said="y"), 1),
        (Cancelled(), 130),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__,
)
def test_errors_are_one_sentence(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, raising(error))
    assert cli.main(["tax", "try", "a.csv"]) == code
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert THAI.search(line)
    assert "Traceback" not in line
    assert cli.main(["tax", "try", "a.csv", "--lang", "en"]) == code
    assert not THAI.search(capsys.readouterr().err.replace("ก.", ""))
    assert cli.main(["tax", "try", "a.csv", "--json"]) == code
    said = capsys.readouterr()
    assert set(json.loads(said.out)["error"]) == {"code", "message_th", "message_en", "field"}
    assert said.err == ""


def test_fault_of_the_program_is_kept_in_a_log(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    use(monkeypatch, raising(ZeroDivisionError("a fault for the log")))
    assert cli.main(["tax", "try", "a.csv"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    (log,) = tmp_path.glob("donhan-*.log")
    assert str(log) in line
    written = log.read_text(encoding="utf-8")
    assert "Traceback" in written
    assert "a fault for the log" in written


def test_broken_declarations_are_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise DeclarationError("declaration.title", file="pole.toml", key="field watt")

    monkeypatch.setattr(cli, "build_parser", refuse)
    assert cli.main(["tasks", "--json"]) == 1
    assert "pole.toml" in json.loads(capsys.readouterr().out)["error"]["message_th"]


def test_real_program_on_a_missing_project(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "donhan_gis", "check", "-p", str(tmp_path / "ไม่มี.gpkg")]
    said = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (said.returncode, said.stdout) == (1, "")
    assert len(said.stderr.splitlines()) == 1
    assert "ไม่มี.gpkg" in said.stderr


def test_real_check_of_an_empty_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "-p", str(project), "--json"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last)["report"]["facts"]["errors"] == 0


@pytest.mark.parametrize("error", [KeyError("no such user"), OSError("no such user"), ImportError("pwd")])
def test_user_without_a_name(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may run as a number that has no name."""
    monkeypatch.setattr("getpass.getuser", raising_plain(error))
    seen: list[str] = []

    def run(context: Context, **_values: Any) -> Report:
        seen.append(context.user)
        return Report("ผล", "Result")

    use(monkeypatch, run)
    assert cli.main(["tax", "try", "a.csv"]) == 0
    assert seen == [""]


def raising_plain(error: Exception) -> Any:
    def call() -> str:
        raise error

    return call
