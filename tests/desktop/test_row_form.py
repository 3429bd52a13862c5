"""The form of a row: editing, marks, and nothing lost when saving fails."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import Qt

from donhan_gis.desktop import row_form as row_form_module
from donhan_gis.desktop.children import ChildRows
from donhan_gis.desktop.conflict import KEEP_EDITING, KEEP_MINE, TAKE_THEIRS, ConflictDialog
from donhan_gis.desktop.history_view import HistoryView
from donhan_gis.desktop.row_form import RowForm
from donhan_gis.errors import Conflict
from donhan_gis.store import open_store


def uid_of(session, code: str) -> str:
    return session.store.rows("parcel", "code = ?", [code])[0]["uid"]


@pytest.fixture
def form(session, qtbot) -> RowForm:
    made = RowForm(session, session.registers["parcel"], uid_of(session, "01A005"))
    qtbot.addWidget(made)
    made.show()
    return made


def typed(form: RowForm, name: str, words: str) -> None:
    form.form.inputs[name].line.setText(words)


def test_it_shows_what_is_stored(form):
    assert form.heading.text() == "แปลง 01A005"
    assert form.form.inputs["code"].line.text() == "01A005"
    assert form.form.inputs["doc_type"].combo.currentText() == "โฉนดที่ดิน"
    assert form.form.inputs["village_uid"].line.text().startswith("หมู่ที่ 10")
    assert not form.dirty


def test_saving_writes_to_the_database(form, session, qtbot):
    typed(form, "road", "ถนนมิตรภาพ")
    assert form.dirty
    qtbot.mouseClick(form.save_button, Qt.MouseButton.LeftButton)
    row = session.store.get("parcel", form.uid)
    assert (row["road"], row["rev"]) == ("ถนนมิตรภาพ", 2)
    assert not form.dirty


def test_only_what_changed_is_written(form, session):
    typed(form, "soi", "3")
    form.save()
    change = session.store.history("parcel", form.uid)[-1]
    assert {name for name in change.new if change.new[name] != change.old[name]} <= {
        *("soi", "rev", "updated_at", "updated_by"),
    }


def test_an_area_may_be_typed_as_rai_ngan_wah(form, session):
    typed(form, "deed_area_sqwah", "2-1-50.25")
    assert form.save()
    assert session.store.get("parcel", form.uid)["deed_area_sqwah"] == 950.25  # 2*400 + 1*100 + 50.25


def test_a_day_is_typed_in_the_buddhist_era(form, session):
    typed(form, "surveyed_on", "๓๐/๖/๒๕๖๙")
    assert form.save()
    assert session.store.get("parcel", form.uid)["surveyed_on"] == "2026-06-30"


def test_wrong_input_is_marked_and_kept(form, session):
    typed(form, "code", "ไม่ใช่รหัส")
    typed(form, "surveyed_on", "31/2/2569")
    assert not form.save()
    for name, words in (("code", "ไม่ใช่รหัส"), ("surveyed_on", "31/2/2569")):
        assert form.form.inputs[name].line.text() == words
        assert form.form.inputs[name].line.property("wrong") is True
        assert words in form.form._problems[name].text()
    assert "2 ข้อ" in form.banner.text()
    assert session.store.get("parcel", form.uid)["code"] == "01A005"


def test_a_mark_goes_when_the_field_is_mended(form):
    typed(form, "code", "x")
    form.save()
    typed(form, "code", "01A005")
    assert form.form.inputs["code"].line.property("wrong") is False


def test_a_rule_of_the_declaration_stops_saving(form):
    typed(form, "valid_from", "1/1/2569")
    typed(form, "valid_to", "1/1/2568")
    assert not form.save()
    assert "วันที่สิ้นสุดอยู่ก่อนวันที่เริ่มมีผล" in form.banner.text()


def test_a_code_that_stands_already_is_marked(form):
    typed(form, "code", "01A006")
    assert not form.save()
    assert form.form.inputs["code"].line.property("wrong") is True
    assert form.form.inputs["code"].line.text() == "01A006"


def test_a_locked_project_keeps_what_was_typed(form, session, project, told):
    session.store._connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(project, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    typed(form, "road", "ถนนใหม่")
    assert not form.save()
    assert "กำลังถูกโปรแกรมอื่นใช้แก้ไขอยู่" in told[0]
    assert form.form.inputs["road"].line.text() == "ถนนใหม่" and form.dirty
    other.execute("ROLLBACK")
    other.close()
    assert form.save()
    assert session.store.get("parcel", form.uid)["road"] == "ถนนใหม่"


@pytest.fixture
def conflicting(form, project) -> RowForm:
    typed(form, "road", "ของฉัน")
    with open_store(project, user="ผู้อื่น") as other:
        other.update("parcel", form.uid, {"road": "ของเขา"}, rev=1)
    return form


@pytest.mark.parametrize(
    ("answer", "stored", "on_screen"),
    [(KEEP_MINE, "ของฉัน", "ของฉัน"), (TAKE_THEIRS, "ของเขา", "ของเขา"), (KEEP_EDITING, "ของเขา", "ของฉัน")],
)
def test_a_conflict_lets_the_user_choose(conflicting, session, monkeypatch, answer, stored, on_screen):
    monkeypatch.setattr(row_form_module, "ask_conflict", lambda *_: answer)
    assert conflicting.save() is (answer == KEEP_MINE)
    assert session.store.get("parcel", conflicting.uid)["road"] == stored
    assert conflicting.form.inputs["road"].line.text() == on_screen


def test_the_conflict_dialog_shows_both_sides(conflicting, session, qtbot):
    theirs = session.store.get("parcel", conflicting.uid)
    error = Conflict("store.conflict", register="ที่ดิน", row="แปลง 01A005")
    dialog = ConflictDialog(conflicting, session, conflicting.register, {"road": "ของฉัน"}, theirs, error)
    qtbot.addWidget(dialog)
    assert [dialog.table.item(0, column).text() for column in range(3)] == ["ถนน", "ของฉัน", "ของเขา"]


def test_children_and_history_are_tabs(form):
    pages = [form.form.widget(index) for index in range(form.form.count())]
    owners = next(page for page in pages if isinstance(page, ChildRows) and page.register.name == "ownership")
    assert owners.count == 1
    history = next(page for page in pages if isinstance(page, HistoryView))
    assert history.table.item(0, 2).text() == "เพิ่มรายการ"


def test_history_says_what_changed(form, session, qtbot):
    session.store.update("parcel", form.uid, {"doc_type": "2", "road": "ใหม่"}, rev=1)
    history = HistoryView(session, form.register, form.uid)
    qtbot.addWidget(history)
    words = history.table.item(0, 2).text()
    assert "ประเภทเอกสารสิทธิ: โฉนดที่ดิน → น.ส.3ก" in words
    assert "ถนน: – → ใหม่" in words
    assert history.table.item(0, 1).text() == "ผู้ทดสอบ"


def test_computed_values_are_read_only(form):
    drawn = form.form.inputs["drawn_area_sqwah"]
    assert drawn.line.isReadOnly()
    assert drawn.line.text() == "400.00"  # 40 m x 40 m = 1,600 m2 = 400 square wah


def test_a_new_row_gets_its_number(session, qtbot):
    village = session.store.rows("village", "moo = 2")[0]["uid"]
    form = RowForm(session, session.registers["pole"], "", {"village_uid": village})
    qtbot.addWidget(form)
    for name, code in (("kind", "CONC"), ("lamp", "LED"), ("lamp_state", "OK")):
        form.form.inputs[name].set_value(code)
    typed(form, "watt", "50")
    assert form.save(), form.banner.text()
    assert session.store.rows("pole")[0]["code"] == "P02-0001"


def test_fields_that_do_not_apply_are_hidden(session, qtbot):
    form = RowForm(session, session.registers["person"], "")
    qtbot.addWidget(form)
    form.show()
    form.form.inputs["kind"].set_value("NAT")
    assert not form.form.inputs["birth_on"].isHidden()
    form.form.inputs["kind"].set_value("JUR")
    assert form.form.inputs["birth_on"].isHidden()


@pytest.mark.parametrize(("answer", "may", "stored"), [(0, True, "ใหม่"), (1, True, None), (2, False, None)])
def test_unsaved_changes_are_asked_about(form, session, answers, answer, may, stored):
    typed(form, "road", "ใหม่")
    answers.append(answer)
    assert form.may_close() is may
    assert session.store.get("parcel", form.uid)["road"] == stored


def test_every_register_has_a_form(session, qtbot, told):
    """No declaration may break the form: one for a new row of each register."""
    for register in session.registers.values():
        form = RowForm(session, register, "")
        qtbot.addWidget(form)
        assert set(form.form.inputs) == {field.name for field in register.fields if not field.retired}
    assert told == []


def test_a_computed_value_below_zero_does_not_hinder_saving(session):
    uid = session.store.rows("parcel", limit=1)[0]["uid"]
    row = session.store.get("parcel", uid)
    session.store.update("parcel", uid, {"deed_area_sqwah": 900.0}, rev=row["rev"])  # the drawing is smaller
    form = RowForm(session, session.registers["parcel"], uid)
    form.form.inputs["road"].line.setText("ถนนใหม่")
    assert form.save()
    assert session.store.get("parcel", uid)["road"] == "ถนนใหม่"
