"""Tasks from the dialog to the report: parameters, progress, cancel, errors, saving."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from donhan_gis.desktop.report_view import ReportView
from donhan_gis.desktop.task_dialog import TaskDialog
from donhan_gis.desktop.task_menu import task_areas
from donhan_gis.errors import InvalidInput
from donhan_gis.field import Field, Kind
from donhan_gis.report import Report, Table
from donhan_gis.store import open_store
from donhan_gis.task import TASKS, Context, Task

COLUMNS = (
    Field("name", Kind.TEXT, "ชื่อ", "Name"),
    Field("tax_satang", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
)


def sample_report(files: tuple[Path, ...] = ()) -> Report:
    table = Table("sum", "สรุป", "Summary", COLUMNS, [["กิตติ", 123450], ["ขวัญชัย", 50]], [None, 123500])
    return Report(
        "รายงานตัวอย่าง",
        "Sample report",
        tables=(table,),
        notes_th=("ข้อมูลตัวอย่าง",),
        notes_en=("Sample data",),
        provenance=(("ปีภาษี", "Tax year", "2569"),),
        files=files,
    )


def count_parcels(context: Context, *, year_be: int) -> Report:
    with open_store(context.project, user=context.user) as store:
        store.insert("village", [{"moo": 50, "name": f"ปี {year_be}"}])
        context.progress(0.5, "ครึ่งทาง")
    return sample_report()


def go_on_for_ever(context: Context) -> Report:
    for step in range(100_000):
        context.progress(step / 100_000, f"ขั้นที่ {step}")
        time.sleep(0.002)
    return sample_report()


def refuse(_context: Context) -> Report:
    raise InvalidInput("field.required", field="x", title="ปีภาษี")


def break_down(_context: Context) -> Report:
    raise ZeroDivisionError("a bug")


YEAR = Field("year_be", Kind.INT, "ปีภาษี", "Tax year", required=True, default=2569, minimum=2563, maximum=2700)


@pytest.fixture
def tasks(monkeypatch) -> dict[str, Task]:
    made = {
        run.__name__: Task(run.__name__, th=f"งาน {run.__name__}", en=run.__name__, parameters=parameters, run=run)
        for run, parameters in ((count_parcels, (YEAR,)), (go_on_for_ever, ()), (refuse, ()), (break_down, ()))
    }
    for name, task in made.items():
        monkeypatch.setitem(TASKS, name, task)
    return made


def test_the_dialog_offers_defaults_and_checks(tasks, qtbot):
    dialog = TaskDialog(None, tasks["count_parcels"], "th")
    qtbot.addWidget(dialog)
    dialog.show()
    line = dialog.form.inputs["year_be"].line
    assert line.text() == "2569"
    line.setText("1999")
    qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible() and line.property("wrong") is True
    line.setText("2570")
    qtbot.mouseClick(dialog.run_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible() and dialog.values == {"year_be": 2570}


def test_a_task_runs_in_its_own_store_and_its_report_opens(window, tasks, qtbot):
    progress = window.start_task(tasks["count_parcels"], {"year_be": 2569})
    with qtbot.waitSignal(progress.finished_with):
        pass
    assert window.reports() == [sample_report()]
    assert window.session.store.count("village", "moo = 50") == 1
    assert window.navigation._items["village"].text(1) == "4"


def test_progress_is_shown_and_cancel_works(window, tasks, qtbot, told):
    progress = window.start_task(tasks["go_on_for_ever"], {})
    qtbot.waitUntil(lambda: progress.message.text().startswith("ขั้นที่"))
    assert not window.may_close()
    with qtbot.waitSignal(progress.cancelled):
        qtbot.mouseClick(progress.cancel_button, Qt.MouseButton.LeftButton)
    assert not progress.isVisible() and progress.thread_of_task.isFinished()
    assert window.statusBar().currentMessage().startswith("ผู้ใช้สั่งหยุด")
    assert told == [] and window.may_close()


def test_closing_the_progress_cancels(window, tasks, qtbot):
    progress = window.start_task(tasks["go_on_for_ever"], {})
    qtbot.waitUntil(lambda: progress.thread_of_task.isRunning())
    with qtbot.waitSignal(progress.cancelled):
        progress.close()


def test_a_refusal_is_one_sentence(window, tasks, qtbot, told):
    window.start_task(tasks["refuse"], {})
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["ปีภาษี: ต้องกรอก"]


def test_a_bug_goes_to_the_log(window, tasks, qtbot, told):
    window.start_task(tasks["break_down"], {})
    qtbot.waitUntil(lambda: bool(told))
    path = Path(told[0].split("บันทึกไว้ที่ ")[1].split(" กรุณา")[0])
    assert "ZeroDivisionError: a bug" in path.read_text(encoding="utf-8")


@pytest.fixture
def view(qtbot, tmp_path) -> ReportView:
    file = tmp_path / "notice.pdf"
    file.write_bytes(b"%PDF")
    made = ReportView(sample_report((file,)), "th")
    qtbot.addWidget(made)
    return made


def test_a_report_shows_rows_and_totals(view):
    model = view.tabs.widget(0).model()
    shown = [[model.index(row, column).data() for column in range(2)] for row in range(3)]
    assert shown == [["กิตติ", "1,234.50"], ["ขวัญชัย", "0.50"], ["รวม", "1,235.00"]]
    assert view.tabs.count() == 2


@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".pdf"])
def test_a_report_is_saved(view, tmp_path, monkeypatch, answers, ending):
    path = tmp_path / f"report{ending}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    answers.append(2)
    view.save()
    assert path.stat().st_size > 0
    if ending == ".xlsx":
        cells = [c for row in load_workbook(path).worksheets[0].iter_rows(values_only=True) for c in row]
        assert 1234.5 in cells


def test_a_place_that_cannot_be_written_is_told(view, tmp_path, monkeypatch, told):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "report.xlsx"), ""))
    view.save()
    assert len(told) == 1 and "โฟลเดอร์" in told[0]


def test_the_menu_names_every_task_once() -> None:
    named = [name for _title, names in task_areas() for name in names]
    assert sorted(named) == sorted(TASKS)
