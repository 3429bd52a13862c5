"""The working as kept: fast JSON is the plain dictionary, whatever stands in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.tax.trace import Step, Term

TERM = Term("vacant", 'ที่ว่าง "เปล่า" 100%', "vacant 100%")
SAMPLES = [
    ("tax.trace.value", {"what": TERM, "id": "01A001", "use": TERM, "share": "100", "value": "1,000.00"}),
    ("tax.trace.base", {"row": TERM, "value": "5"}),
    ("tax.trace.step", {"points": "0.3", "steps": 2}),
    ("tax.trace.slice", {"value": "1", "rate": "0.3", "tax": "%(value)s 100% {x}"}),
    ("tax.trace.cut", {"keep": ""}),
]


@pytest.mark.parametrize(("code", "values"), SAMPLES)
def test_json_is_the_dictionary(code: str, values: dict[str, object]) -> None:
    for _ in range(2):  # the second time from the form kept
        step = Step(code, "land_building.rate.vacant", 'พ.ร.บ. มาตรา 94 "ก" 50%', values)
        assert json.loads(step.as_json()) == step.as_dict()


@given(name=st.text(), value=st.text())
def test_json_holds_any_name(name: str, value: str) -> None:
    values = {"what": TERM, "id": name, "use": TERM, "share": "100", "value": value}
    step = Step("tax.trace.value", "rule", "source", values)
    assert json.loads(step.as_json()) == step.as_dict()


def test_kinds_with_other_words_are_not_mixed_up() -> None:
    other = Term("other", "อื่น", "other")
    steps = [Step("tax.trace.base", "r", "s", {"row": term, "value": "1"}) for term in (TERM, other, TERM)]
    assert [json.loads(step.as_json())["values"]["row"] for step in steps] == ["vacant", "other", "vacant"]
