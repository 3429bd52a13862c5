"""Findings: one problem told in both languages, with what to do."""

from __future__ import annotations

import pytest

from donhan_gis.finding import Finding
from donhan_gis.i18n import LANGUAGES, catalogue

TITLE = {"th": "กำลังไฟ", "en": "Power"}


def test_sentence_takes_the_title_of_its_language() -> None:
    finding = Finding("check.field.min", register="pole", values={"title": TITLE, "value": -1, "limit": "0"})
    assert finding.message() == "กำลังไฟ: ค่า -1 น้อยกว่าเกณฑ์ 0"
    assert finding.message("en") == "Power: -1 is below 0"
    assert finding.remedy("th") == "ตรวจกับเอกสารแล้วแก้ค่าให้ถูกต้อง"
    assert finding.remedy("en") == "Check it against the document and correct it."


def test_values_of_people_are_not_read_as_patterns() -> None:
    finding = Finding("check.field.choice", values={"title": TITLE, "value": "{nothing} {0}"})
    assert "{nothing} {0}" in finding.message("th")


def test_starting_values() -> None:
    finding = Finding("check.shape")
    assert (finding.severity, finding.register, finding.point, finding.source_row) == ("error", "", None, None)
    assert all(finding.message(language) and finding.remedy(language) for language in LANGUAGES)


def test_unknown_code_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        Finding("check.no_such_thing").message()


def test_every_remedy_has_its_finding() -> None:
    for code in catalogue():
        if code.endswith(".remedy"):
            assert code.removesuffix(".remedy") in catalogue(), code
