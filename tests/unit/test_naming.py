"""Which row a file means by a name: keys before titles, and nobody where a name fits two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.exchange.naming import bare, fields_of, names_of
from donhan_gis.register import load_registers

REGISTERS = load_registers()


def people(*rows):
    """Return rows of persons: (uid, number, title, first name, last name)."""
    return [dict(zip(("uid", "id_no", "title", "first_name", "last_name"), row, strict=True)) for row in rows]


def test_persons_of_one_name_are_all_told():
    rows = people(
        ("a", None, "นาย", "สมชาย", "ใจดี"),
        ("b", "1234567890121", "นาย", "สมชาย", "ใจดี"),
        ("c", None, "", "บริษัท ก", None),
    )
    names = names_of(REGISTERS["person"], rows, [("a", "นายสมชาย ใจดี"), ("b", "นายสมชาย ใจดี")])
    assert set(names[bare("นายสมชาย  ใจดี")]) == set(names[bare("สมชาย ใจดี")]) == {"a", "b"}
    assert names[bare("1-2345-67890-12-1")] == ("b",) and names[bare("บริษัท ก")] == ("c",)
    assert bare("สมชาย") not in names and "" not in names


def test_a_key_comes_before_a_name():
    """Village 3 is called by its number even where another village bears the name "3"."""
    rows = [
        {"uid": "a", "moo": 3, "name": "ดอนหัน", "code8": None},
        {"uid": "b", "moo": 4, "name": "3", "code8": "40011304"},
    ]
    names = names_of(REGISTERS["village"], rows, [])
    assert names["3"] == ("a",) and names[bare("๐๓")] == ("a",) and names[bare("หมู่ ๔")] == ("b",)
    assert names["40011304"] == ("b",)
    assert set(fields_of(REGISTERS["village"])) == {"moo", "code8", "name"}


@pytest.mark.parametrize("name", list(REGISTERS))
def test_every_register_has_fields_that_name_its_rows(name):
    assert set(fields_of(REGISTERS[name])) <= set(REGISTERS[name].columns) and fields_of(REGISTERS[name])


@given(st.text(max_size=30))
def test_a_bare_name_stays_as_it_is(name):
    assert bare(bare(name)) == bare(name)
