"""Each kind of input: what is typed comes out in storage form, and back."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QDate, QPoint
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from donhan_gis.desktop.date_input import DateInput
from donhan_gis.desktop.inputs import BoolInput, ChoiceInput, ChoicesInput, FileInput, LineInput, LongTextInput, Lookups
from donhan_gis.desktop.reference_input import ReferenceInput, SuggestInput
from donhan_gis.field import Choice, Field, Kind

CHOICES = (Choice("A", "ก", "Alpha"), Choice("B", "ข", "Beta"))
ROWS = [("u1", "นายกิตติ"), ("u2", "นายขวัญ"), ("u3", "นายขวัญ")]


@pytest.fixture
def lookups() -> Lookups:
    return Lookups(
        "th",
        lambda _field: CHOICES,
        lambda _register, words: [row for row in ROWS if words in row[1]],
        lambda _register, uid: dict(ROWS).get(uid, uid),
    )


def made(qtbot, kind, lookups, name="x", cls=LineInput, **more):
    widget = cls(Field(name, kind, "ช่อง", "Field", **more), lookups)
    qtbot.addWidget(widget)
    return widget


@pytest.mark.parametrize(
    ("kind", "words", "stored"),
    [
        (Kind.INT, "1,250", 1250),
        (Kind.INT, "๑๒", 12),
        (Kind.DECIMAL, "12.5", 12.5),
        (Kind.MONEY, "1,234.50", 123450),
        (Kind.TEXT, "เเปลง", "แปลง"),
        (Kind.TEXT, "   ", None),
        (Kind.PERSON_ID, "1-2345-67890-12-1", "1234567890121"),
        (Kind.TIME, "08:30", "08:30"),
        (Kind.DATETIME, "1/4/2569 08:30", "2026-04-01 08:30"),
    ],
)
def test_typed_text_becomes_a_stored_value(qtbot, lookups, kind, words, stored):
    widget = made(qtbot, kind, lookups)
    widget.line.setText(words)
    assert widget.value() == stored


@pytest.mark.parametrize(
    ("kind", "words"),
    [(Kind.INT, "12.5"), (Kind.INT, "สิบ"), (Kind.DECIMAL, "nan"), (Kind.MONEY, "1.005"), (Kind.TIME, "25:00")],
)
def test_what_cannot_be_read_is_refused_and_kept(qtbot, lookups, kind, words):
    widget = made(qtbot, kind, lookups)
    widget.line.setText(words)
    with pytest.raises(ValueError):
        widget.value()
    assert widget.line.text() == words


@pytest.mark.parametrize(
    ("kind", "stored"),
    [(Kind.INT, 1250), (Kind.DECIMAL, 12.345), (Kind.MONEY, 123450), (Kind.DATETIME, "2026-04-01 08:30")],
)
def test_a_stored_value_comes_back_unchanged(qtbot, lookups, kind, stored):
    widget = made(qtbot, kind, lookups)
    widget.set_value(stored)
    assert widget.value() == stored


def test_money_says_baht(qtbot, lookups):
    widget = made(qtbot, Kind.MONEY, lookups)
    widget.set_value(123450)
    assert widget.line.text() == "1,234.50"
    assert widget._unit.text() == "บาท"


def test_an_area_says_its_rai(qtbot, lookups):
    widget = made(qtbot, Kind.DECIMAL, lookups, name="deed_area_sqwah", unit="ตร.ว.")
    widget.set_value(950.25)
    assert widget._unit.text() == "ตร.ว. = 2-1-50.25 ไร่"


def test_a_date_shows_the_buddhist_era_and_the_calendar_picks(qtbot, lookups):
    widget = made(qtbot, Kind.DATE, lookups, cls=DateInput)
    widget.show()
    widget.set_value("2026-06-30")
    assert widget.line.text() == "30/6/2569"
    widget._open()
    assert widget._calendar._heading.text() == "มิถุนายน 2569"
    widget._calendar.picked.emit(QDate(2026, 12, 31))
    assert widget.value() == "2026-12-31"
    widget._calendar.open_at(QPoint(0, 0), date(2024, 2, 29))
    assert widget._calendar._heading.text() == "กุมภาพันธ์ 2567"


@pytest.mark.parametrize("words", ["31/2/2569", "1/4/69", "เมื่อวาน"])
def test_no_day_is_refused(qtbot, lookups, words):
    widget = made(qtbot, Kind.DATE, lookups, cls=DateInput)
    widget.line.setText(words)
    with pytest.raises(ValueError):
        widget.value()


def test_a_choice_keeps_a_code_that_is_not_in_the_list(qtbot, lookups):
    widget = made(qtbot, Kind.CHOICE, lookups, cls=ChoiceInput, choices="c")
    widget.set_value("B")
    assert (widget.value(), widget.combo.currentText()) == ("B", "ข")
    widget.set_value("OLD")
    assert widget.value() == "OLD"
    widget.set_value(None)
    assert widget.value() is None


def test_several_choices(qtbot, lookups):
    widget = made(qtbot, Kind.CHOICES, lookups, cls=ChoicesInput, choices="c")
    widget.set_value("B")
    assert widget.value() == "B"
    widget.set_value("A,B")
    assert widget.value() == "A,B"
    widget.set_value(None)
    assert widget.value() is None


def test_yes_or_no_stays_unknown_until_touched(qtbot, lookups):
    widget = made(qtbot, Kind.BOOL, lookups, cls=BoolInput)
    widget.set_value(None)
    assert widget.value() is None
    widget.box.click()
    assert widget.value() == 1
    widget.set_value(0)
    assert widget.value() == 0


def test_long_text_keeps_its_lines(qtbot, lookups):
    widget = made(qtbot, Kind.LONGTEXT, lookups, cls=LongTextInput)
    widget.set_value("บรรทัดหนึ่ง\nบรรทัดสอง")
    assert widget.value() == "บรรทัดหนึ่ง\nบรรทัดสอง"


def test_a_reference_is_chosen_from_what_is_found(qtbot, lookups):
    widget = made(qtbot, Kind.REF, lookups, cls=ReferenceInput, to="person")
    widget.show()
    typing = QInputMethodEvent()  # the test library's keys are Latin only
    typing.setCommitString("ขวัญ")
    QApplication.sendEvent(widget.line, typing)
    with pytest.raises(ValueError):
        widget.value()
    widget.search()
    assert len(widget._labels.stringList()) == 2, "two people of one name can both be chosen"
    widget._completer.activated.emit(widget._labels.stringList()[1])
    assert widget.value() == "u3"
    widget.line.clear()
    assert widget.value() is None


def test_a_reference_shows_the_label(qtbot, lookups):
    widget = made(qtbot, Kind.REF, lookups, cls=ReferenceInput, to="person")
    widget.set_value("u1")
    assert (widget.line.text(), widget.value()) == ("นายกิตติ", "u1")


def test_a_file_is_picked(qtbot, lookups, monkeypatch, tmp_path):
    widget = made(qtbot, Kind.FILE, lookups, name="file", cls=FileInput)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(tmp_path / "a.shp"), ""))
    widget._pick()
    assert widget.value() == str(tmp_path / "a.shp")


def test_a_text_with_offers_is_the_row_that_was_chosen_or_what_was_typed(qtbot, lookups):
    widget = made(qtbot, Kind.TEXT, lookups, cls=SuggestInput, to="person")
    assert widget.value() is None
    widget.line.setText("กิตติ")
    assert widget.value() == "กิตติ"
    widget.search()
    widget._completer.activated.emit("นายกิตติ")
    assert widget.value() == "u1"
