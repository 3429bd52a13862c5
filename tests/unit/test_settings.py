"""Office settings: declared defaults, what the project holds, and texts that are no value."""

from __future__ import annotations

import pytest

from donhan_gis import settings
from donhan_gis.errors import InvalidInput
from donhan_gis.field import problems


def test_defaults_are_values_of_their_fields() -> None:
    for key, field in settings.declared().items():
        assert problems(field, settings.value_of(key, "")) == [], key
        assert field.th
        assert field.en


def test_what_the_project_holds_wins() -> None:
    assert settings.value_of("office.name", "") == "องค์การบริหารส่วนตำบลดอนหัน"
    assert settings.value_of("office.name", "เทศบาลตำบลตัวอย่าง") == "เทศบาลตำบลตัวอย่าง"
    assert settings.value_of("check.area_tolerance_pct", "๗.๕") == 7.5


def test_text_that_is_no_number_is_told_by_the_setting() -> None:
    with pytest.raises(InvalidInput) as caught:
        settings.value_of("check.area_tolerance_pct", "ห้า")
    assert caught.value.field == "check.area_tolerance_pct"
    assert "ห้า" in caught.value.th


def test_unknown_setting_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        settings.value_of("office.nmae", "")
