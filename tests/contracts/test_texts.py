"""Every text the program names exists in both languages with the same blanks; none is left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest
from program import Module, modules

from donhan_gis import errors
from donhan_gis.i18n import catalogue

THAI = re.compile("[ก-๛]")
CODE = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
CORE = modules("donhan_gis")
TEXTS = catalogue()
# Texts whose code is put together from a fixed beginning and a name that the data gives.
MADE_OF_PARTS = {
    "cli.area.": "an area of the task list",
    "template.": "a heading of the workbook to fill in, or a kind of field",
    "rule.": "the level of a declared rule",
    "check.field.": "the reason why a value is refused",
}
ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
ERRORS -= {"Cancelled"}


def blanks(text: str) -> set[str]:
    """Return the names of a text's blanks."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def calls(*names: str) -> Iterator[tuple[Module, ast.Call, str]]:
    """Return the calls of these names whose first argument is a text code written out."""
    for module in CORE:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield module, node, first.value


def given(node: ast.Call) -> set[str] | None:
    """Return the names of the values a call gives; None where some come as a mapping."""
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    return {keyword.arg for keyword in node.keywords if keyword.arg} - {"field", "language"}


def written() -> set[str]:
    """Return every text in the source that could be a code."""
    return {
        node.value
        for module in CORE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value)
    } | {"cancelled", "unexpected", "yes", "no", "total"}


@pytest.mark.parametrize("code", list(TEXTS))
def test_texts_are_thai_and_english_with_the_same_blanks(code: str) -> None:
    entry = TEXTS[code]
    words = re.sub(r"\{[^}]*\}", "", entry["th"])
    assert THAI.search(words) or not re.search("[a-z]{3}", words), code
    assert not THAI.search(re.sub(r"[“\"(].*?[”\")]", "", entry["en"])), code
    # A title is given in each language: {name_th} in one text is {name_en} in the other, or {name} and {name_en}.
    thai, english = ({re.sub("(_th|_en|^th|^en)$", "", name) for name in blanks(text)} for text in entry.values())
    assert thai == english, code


def test_errors_name_texts_that_exist_and_fill_them() -> None:
    for module, node, code in calls(*ERRORS):
        assert code in TEXTS, f"{module.where(node)} {code}"
        values = given(node)
        if values is not None:
            needed = blanks(TEXTS[code]["th"]) | blanks(TEXTS[code]["en"])
            assert needed <= values, f"{module.where(node)} {code}: {needed - values}"


def test_texts_asked_for_exist_and_are_filled() -> None:
    for module, node, code in calls("text", "_both"):
        assert code in TEXTS, f"{module.where(node)} {code}"
        values = given(node)
        if values is not None:
            needed = blanks(TEXTS[code]["th"])
            assert needed <= values, f"{module.where(node)} {code}: {needed - values}"


def test_findings_have_a_remedy() -> None:
    found = list(calls("Finding"))
    assert found
    for module, node, code in found:
        assert code in TEXTS, f"{module.where(node)} {code}"
        assert f"{code}.remedy" in TEXTS, f"{module.where(node)} {code}"


def test_no_text_is_left_over() -> None:
    used, begun = written(), tuple(beginnings())
    left = {
        code
        for code in TEXTS
        if code not in used
        and code.removesuffix(".remedy") not in used
        and not code.startswith(tuple(MADE_OF_PARTS))
        and not code.startswith(begun)
    }
    assert left == set()


@cache
def beginnings() -> set[str]:
    """Return the beginnings of codes put together in the source: ``f"import.{reason}"`` gives ``import.``."""
    found = set()
    for module in CORE:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if re.fullmatch(r"[a-z_]+\.([a-z_]+[._])*", start):
                    found.add(start)
    return found
