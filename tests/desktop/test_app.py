"""The application as a whole: opening, languages, closing, damaged projects, bugs, and PySide6 itself."""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPixmap, QPolygonF
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QPushButton, QTableWidget

from donhan_gis.desktop import memory, messages
from donhan_gis.desktop.app import Desktop
from donhan_gis.desktop.main_window import MainWindow
from donhan_gis.desktop.navigation import FINDINGS
from donhan_gis.desktop.report_view import ReportView
from donhan_gis.desktop.start_page import StartPage
from donhan_gis.errors import StoreError
from donhan_gis.report import Report


@pytest.fixture
def desktop():
    made = Desktop("th")
    yield made
    if made.window is not None:
        made.window.form_pane.discard()
        made.window.close()
    made._drop_start()


def test_a_project_opens_and_is_remembered(desktop, project):
    desktop.show_start()
    assert desktop.open_project(str(project))
    assert desktop.start_page is None and desktop.window.isVisible()
    assert memory.recent_projects() == [project.resolve()]


def test_the_start_page_lists_recent_projects(project, qtbot):
    memory.remember_project(project)
    page = StartPage("th")
    qtbot.addWidget(page)
    button = next(button for button in page.findChildren(QPushButton) if button.text() == project.stem)
    with qtbot.waitSignal(page.open_wanted) as wanted:
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert wanted.args == [str(project.resolve())]


def test_a_recent_project_that_is_gone_is_not_offered(tmp_path):
    memory.remember_project(tmp_path / "gone.gpkg")
    assert memory.recent_projects() == []


@pytest.mark.parametrize(
    ("name", "words"), [("gone.gpkg", "ไม่พบแฟ้ม"), ("text.gpkg", "ไม่ใช่แฟ้มโครงการ"), ("cut.gpkg", "เสียหาย")]
)
def test_a_project_that_cannot_be_opened_is_one_sentence(desktop, project, tmp_path, told, name, words):
    (tmp_path / "text.gpkg").write_text("no database")
    (tmp_path / "cut.gpkg").write_bytes(project.read_bytes()[:50_000])
    desktop.show_start()
    assert not desktop.open_project(str(tmp_path / name))
    assert len(told) == 1 and words in told[0]
    assert desktop.start_page is not None and desktop.start_page.isVisible()


def test_a_bad_project_leaves_the_open_one_open(desktop, project, tmp_path, told):
    desktop.open_project(str(project))
    assert not desktop.open_project(str(tmp_path / "gone.gpkg"))
    assert len(told) == 1 and desktop.window.isVisible()
    assert desktop.window.session.store.count("parcel") == 450


def test_a_project_locked_by_another_program_opens_for_reading(desktop, project, told):
    other = sqlite3.connect(project, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert desktop.open_project(str(project))
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert told == []


def test_the_menu_opens_a_recent_project(desktop, project, qtbot):
    memory.remember_project(project)
    desktop.open_project(str(project))
    file_menu = desktop.window.menuBar().actions()[0].menu()
    recent = next(action.menu() for action in file_menu.actions() if action.menu())
    with qtbot.waitSignal(desktop.window.open_wanted) as wanted:
        recent.actions()[0].trigger()
    assert wanted.args == [str(project.resolve())]


def test_the_language_changes_without_a_restart(desktop, project):
    desktop.open_project(str(project))
    window = desktop.window
    uid = window.session.store.rows("parcel", limit=1)[0]["uid"]
    window.open_place("parcel")
    window.show_report(Report("รายงาน", "A report"))
    window.session.row_wanted.emit("parcel", uid)
    desktop.set_language("en")
    window = desktop.window
    tabs = [window.tabs.tabText(index) for index in range(window.tabs.count())]
    assert tabs == ["Map", "Land parcel", "A report"]
    assert window.form_pane.place() == ("parcel", uid)
    assert window.form_pane.current.save_button.text() == "Save"
    assert memory.remembered_language("th") == "en"


def test_the_language_stays_when_changes_are_not_saved(desktop, project, answers):
    desktop.open_project(str(project))
    pane = desktop.window.form_pane
    pane.open_row("parcel", desktop.window.session.store.rows("parcel", limit=1)[0]["uid"])
    pane.current.form.inputs["road"].line.setText("ใหม่")
    answers.append(2)
    desktop.set_language("en")
    assert desktop.language == "th" and pane.current.form.inputs["road"].line.text() == "ใหม่"


def test_closing_asks_about_unsaved_changes(window, answers):
    window.form_pane.open_row("parcel", window.session.store.rows("parcel", limit=1)[0]["uid"])
    window.form_pane.current.form.inputs["road"].line.setText("ใหม่")
    answers += [2, 0]
    assert not window.close()
    assert window.close()


def test_a_finding_leads_to_its_row(window):
    window.open_place(FINDINGS)
    assert window.findings.table.rows.rowCount() == 1
    window.findings.table.selectRow(0)
    window.findings.go()
    assert window.form_pane.current.heading.text() == "แปลง 01A005"
    assert window.tabs.currentWidget() is window.map
    assert window.map.view._highlight is not None


def test_a_form_leads_to_another_and_back(window):
    session = window.session
    parcel = session.store.rows("parcel", limit=1)[0]
    session.row_wanted.emit("parcel", parcel["uid"])
    session.row_wanted.emit("village", parcel["village_uid"])
    assert window.form_pane.place() == ("village", parcel["village_uid"])
    window.form_pane.back()
    assert window.form_pane.place() == ("parcel", parcel["uid"])


def test_a_new_child_knows_its_parent(window):
    uid = window.session.store.rows("parcel", limit=1)[0]["uid"]
    window.session.child_wanted.emit("ownership", "parcel_uid", uid)
    assert window.form_pane.current.form.inputs["parcel_uid"].value() == uid


def test_a_tab_closes_but_the_map_stays(window):
    window.open_place("parcel")
    (view,) = window.lists()
    window.close_tab(view)
    assert window.lists() == [] and window.tabs.currentWidget() is window.map


def test_every_register_opens_from_the_navigation(window, told):
    for name in window.session.registers:
        window.navigation.wanted.emit(name)
        assert window.tabs.currentWidget().register.name == name
    assert told == []


def test_the_window_fits_a_small_screen(window, qtbot):
    """1366 x 768 is what municipal offices have; the form and a list stand side by side."""
    window.open_place("parcel")
    window.session.row_wanted.emit("parcel", window.session.store.rows("parcel", limit=1)[0]["uid"])
    window.open_place(FINDINGS)
    qtbot.wait(50)
    assert window.minimumSizeHint().width() <= 1366
    assert window.minimumSizeHint().height() <= 720


def test_an_error_is_shown_in_a_box_with_thai_below_english():
    shown = []

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        shown.append((box.text(), box.informativeText()))
        box.accept()

    QTimer.singleShot(50, look)
    messages.show_error(None, StoreError("store.missing", path="x.gpkg"), "en")
    assert shown[0][0].startswith("There is no project file") and shown[0][1].startswith("ไม่พบแฟ้มโครงการ")


def test_a_bug_is_logged_with_its_trace():
    try:
        raise KeyError("bug")
    except KeyError as error:
        sentence = messages.explain(error, "en")
    path = messages.log_file()
    assert str(path) in sentence
    assert "KeyError: 'bug'" in path.read_text(encoding="utf-8")


def test_a_system_wide_proj_database_is_dropped(monkeypatch):
    from donhan_gis.desktop import app

    monkeypatch.setenv("PROJ_LIB", "/usr/share/proj")
    monkeypatch.setenv("PROJ_DATA", "/usr/share/proj")
    monkeypatch.setattr(app.Desktop, "show_start", lambda _self: None)
    monkeypatch.setattr(QApplication, "exec", lambda *_: 0)
    hook = sys.excepthook
    try:
        assert app.run(None, "th") == 0
    finally:
        sys.excepthook = hook
    assert "PROJ_LIB" not in os.environ and "PROJ_DATA" not in os.environ


def test_every_control_has_a_name_for_screen_readers(window):
    window.session.row_wanted.emit("parcel", window.session.store.rows("parcel", limit=1)[0]["uid"])
    for made in window.form_pane.current.form.inputs.values():
        assert made.edit.accessibleName()


def test_an_empty_report_says_so(qtbot):
    view = ReportView(Report("ว่าง", "Empty"), "th")
    qtbot.addWidget(view)
    assert view.tabs.isHidden()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_pyside6_loses_no_references_to_none(qtbot):
    """PySide6 6.12.0 drops one reference to None a void call and ends the process on Python before 3.12."""
    label, table, pixmap = QLabel(), QTableWidget(), QPixmap(8, 8)
    qtbot.addWidget(label)
    qtbot.addWidget(table)
    painter = QPainter(pixmap)
    polygon = QPolygonF()
    before = sys.getrefcount(None)
    for number in range(200):
        label.setText(str(number))
        table.setRowCount(number)
        painter.drawPolygon(polygon)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < 50


def test_the_entry_needs_no_screen_to_be_imported():
    import donhan_gis.desktop

    assert callable(donhan_gis.desktop.main)
    assert isinstance(MainWindow, type) and Path(donhan_gis.desktop.__file__).is_file()
