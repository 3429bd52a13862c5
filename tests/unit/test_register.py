"""The strict loader: every kind of broken declaration is refused with file, key and the nearest valid name."""

from __future__ import annotations

from pathlib import Path

import pytest

from donhan_gis.errors import DeclarationError
from donhan_gis.field import Kind
from donhan_gis.register import Registers, load_choices, load_registers

GROUPS = """
schema = 1
[[group]]
id = "water"
th = "น้ำ"
en = "Water"
"""
CHOICES = """
[state]
source = "ตัวอย่าง"
codes = [["OPEN", "เปิด", "Open"], ["SHUT", "ปิด", "Shut"]]
"""
GATE = """
schema = 1
register = "gate"
th = "ประตูน้ำ"
en = "Gate"
group = "water"
geometry = "Point"
title = "{code} {owner_uid.name}"
number = { field = "code", pattern = "G{seq:03}", scope = ["owner_uid"] }
list = ["code", "opened_n"]
search = ["code"]
unique_together = [["code", "owner_uid"]]

[[section]]
id = "general"
th = "ทั่วไป"
en = "General"

[[field]]
name = "code"
kind = "text"
th = "รหัส"
en = "Code"
section = "general"
required = true

[[field]]
name = "owner_uid"
kind = "ref"
th = "เจ้าของ"
en = "Owner"
section = "general"
to = "owner"

[[field]]
name = "state"
kind = "choice"
th = "สถานะ"
en = "State"
section = "general"
choices = "state"
only = "code is not null"

[[computed]]
name = "opened_n"
kind = "int"
th = "จำนวน"
en = "Number"
sql = "(select count(*) from owner o where o.uid = gate.owner_uid)"

[[rule]]
id = "owned"
sql = "state <> 'OPEN' or owner_uid is not null"
th = "ต้องมีเจ้าของ"
en = "Needs an owner"

[[check]]
id = "close"
name = "near"
with = "gate"
metres = 3
th = "ใกล้กัน"
en = "Near"

[style]
marker = "circle"
by = "state"
colours = { OPEN = "#00ff00", SHUT = "#ff0000" }
label = "code"
"""
OWNER = """
schema = 1
register = "owner"
th = "เจ้าของ"
en = "Owner"
group = "water"

[[field]]
name = "name"
kind = "text"
th = "ชื่อ"
en = "Name"
privacy = "personal"

[[child]]
register = "gate"
via = "owner_uid"
th = "ประตู"
en = "Gates"
"""


def folder(path: Path, *, gate: str = GATE, owner: str = OWNER, groups: str = GROUPS, choices: str = CHOICES) -> Path:
    """Write a small set of declarations."""
    for name, said in (("gate", gate), ("owner", owner), ("_groups", groups)):
        (path / f"{name}.toml").write_text(said, encoding="utf-8")
    (path / "lists").mkdir()
    (path / "lists" / "choices.toml").write_text(choices, encoding="utf-8")
    return path


def load(path: Path) -> Registers:
    return load_registers(path, path / "lists" / "choices.toml")


def test_sound_declarations_load(tmp_path: Path) -> None:
    registers = load(folder(tmp_path))
    gate = registers["gate"]
    assert list(registers) == ["gate", "owner"]
    assert gate.field("state").kind is Kind.CHOICE
    assert gate.field("opened_n").readonly
    assert [choice.code for choice in registers.choices_of(gate.field("state"))] == ["OPEN", "SHUT"]
    assert registers.choices_of(gate.field("code")) == ()
    assert gate.columns == ("code", "owner_uid", "state")
    assert (gate.heading("th"), gate.heading("en")) == ("ประตูน้ำ", "Gate")
    assert registers.groups[0].title("en") == "Water"
    with pytest.raises(KeyError):
        gate.field("nothing")


# What is replaced in the gate's file, by what, the error, the key it names, and the nearest name it suggests.
BROKEN = [
    ("schema = 1", "schema = 2", "declaration.schema", "schema", ""),
    ("schema = 1", "schema = 1\ncolour = 'red'", "declaration.unknown", "colour", "-"),
    ("search = ", "serch = ", "declaration.unknown", "serch", "search"),
    ("schema = 1", "schema =", "declaration.unreadable", "", ""),
    ('register = "gate"', 'register = "gates"', "declaration.unknown", "register", "gate"),
    ('th = "ประตูน้ำ"', "", "declaration.incomplete", "th", ""),
    ('group = "water"', 'group = "watr"', "declaration.unknown", "group", "water"),
    ('geometry = "Point"', 'geometry = "Pont"', "declaration.unknown", "geometry", "Point"),
    ('geometry = "Point"', 'geometry = "Point"\nprivacy = "publik"', "declaration.unknown", "privacy", "public"),
    ('kind = "text"', 'kind = "txt"', "declaration.unknown", "field code", "text"),
    ('kind = "text"', "", "declaration.unknown", "field code", "-"),
    ('kind = "int"', 'kind = "integer"', "declaration.unknown", "computed opened_n", "int"),
    ("required = true", "requird = true", "declaration.unknown", "field code", "required"),
    ('th = "รหัส"', "", "declaration.incomplete", "field code", ""),
    ('en = "Code"', 'en = " "', "declaration.title", "field code", ""),
    ('th = "จำนวน"', 'th = ""', "declaration.title", "computed opened_n", ""),
    ('name = "state"', 'name = "code"', "declaration.duplicate", "code", ""),
    ('name = "opened_n"', 'name = "state"', "declaration.duplicate", "state", ""),
    ('name = "state"', 'name = "rev"', "declaration.duplicate", "rev", ""),
    ('to = "owner"', 'to = "owners"', "declaration.unknown", "field owner_uid", "owner"),
    ('to = "owner"', "", "declaration.unknown", "field owner_uid", "-"),
    ('choices = "state"', 'choices = "stat"', "declaration.unknown", "field state", "state"),
    ('name = "state"\n', 'name = "state"\nprivacy = "secret"\n', "declaration.unknown", "field state", "-"),
    ('en = "State"\nsection = "general"', 'en = "State"\nsection = "genral"', "declaration.unknown", "field state",
     "general"),
    ('list = ["code"', 'list = ["cod"', "declaration.unknown", "list, search, unique_together", "code"),
    ('unique_together = [["code"', 'unique_together = [["cod"', "declaration.unknown",
     "list, search, unique_together", "code"),
    ('title = "{code}', 'title = "{cod}', "declaration.unknown", "title", "code"),
    ('title = "{code}', 'title = "{opened_n}', "declaration.unknown", "title", "-"),
    ("{owner_uid.name}", "{owner_uid.nam}", "declaration.unknown", "title", "name"),
    ("{owner_uid.name}", "{state.name}", "declaration.unknown", "title", "-"),
    ('field = "code", pattern', 'field = "cod", pattern', "declaration.unknown", "number", "code"),
    ('scope = ["owner_uid"]', 'scope = ["owner"]', "declaration.unknown", "number", "owner_uid"),
    ('pattern = "G{seq:03}"', 'pattern = "G{sek:03}"', "declaration.unknown", "number", "seq"),
    ('"state <> \'OPEN\' or', '"state like \'O%\' or', "declaration.unsafe_rule", "rule owned", ""),
    ('"state <> \'OPEN\' or', '"1 / 2 = 0 or', "declaration.unsafe_rule", "rule owned", ""),
    ("owner_uid is not null", "owner is not null", "declaration.sql", "rule owned", ""),
    ('only = "code is not null"', 'only = "cod is not null"', "declaration.sql", "field state", ""),
    ("from owner o", "from owners o", "declaration.sql", "computed opened_n", ""),
    ('name = "near"', 'name = "neer"', "declaration.unknown", "check close", "near"),
    ('with = "gate"', 'with = "gat"', "declaration.unknown", "check close", "gate"),
    ('with = "gate"', 'via = "owner_ui"', "declaration.unknown", "check close", "owner_uid"),
    ('marker = "circle"', 'marker = "cirle"', "declaration.unknown", "style", "circle"),
    ('by = "state"', 'by = "stat"', "declaration.unknown", "style", "state"),
    ("colours = {", "colors = {", "declaration.unknown", "style", "colours"),
    ("[[section]]", "[section]", "declaration.incomplete", "section", ""),
]  # fmt: skip


@pytest.mark.parametrize(("sound", "broken", "code", "key", "nearest"), BROKEN)
def test_broken_declaration_is_refused(
    tmp_path: Path, sound: str, broken: str, code: str, key: str, nearest: str
) -> None:
    assert sound in GATE
    folder(tmp_path, gate=GATE.replace(sound, broken, 1))
    with pytest.raises(DeclarationError) as caught:
        load(tmp_path)
    error = caught.value
    assert (error.code, error.values["file"]) == (code, "gate.toml")
    assert not key or error.values["key"] == key
    assert not nearest or error.values["nearest"] == nearest
    for said in (error.th, error.en):
        assert "gate.toml" in said
        assert nearest in said


def test_child_must_point_back(tmp_path: Path) -> None:
    folder(tmp_path, owner=OWNER.replace('via = "owner_uid"', 'via = "ownr_uid"'))
    with pytest.raises(DeclarationError, match="owner_uid") as caught:
        load(tmp_path)
    assert caught.value.values["file"] == "owner.toml"


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        (CHOICES.replace("SHUT", "OPEN"), "declaration.duplicate"),
        (CHOICES.replace("codes", "code"), "declaration.incomplete"),
        (CHOICES.replace(', "Shut"]', "]"), "declaration.incomplete"),
        ("[state", "declaration.unreadable"),
    ],
)
def test_broken_code_lists_are_refused(tmp_path: Path, choices: str, code: str) -> None:
    folder(tmp_path, choices=choices)
    with pytest.raises(DeclarationError) as caught:
        load_choices(tmp_path / "lists" / "choices.toml")
    assert (caught.value.code, caught.value.values["file"]) == (code, "choices.toml")


@pytest.mark.parametrize("groups", ["", "[group]\nid = 'water'", GROUPS.replace('en = "Water"', "")])
def test_broken_groups_are_refused(tmp_path: Path, groups: str) -> None:
    with pytest.raises(DeclarationError):
        load(folder(tmp_path, groups=groups))


def test_missing_folder_is_told(tmp_path: Path) -> None:
    folder(tmp_path)
    with pytest.raises(DeclarationError, match=r"_groups\.toml"):
        load_registers(tmp_path / "nowhere", tmp_path / "lists" / "choices.toml")


def test_file_that_is_no_utf8_is_told(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "gate.toml").write_bytes(GATE.encode("cp874"))
    with pytest.raises(DeclarationError, match=r"gate\.toml"):
        load(tmp_path)
