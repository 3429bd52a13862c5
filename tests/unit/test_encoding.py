"""Thai in UTF-8, CP874 and twice encoded, from the bytes of the standards themselves."""

from __future__ import annotations

import codecs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.exchange.encoding import LOSSLESS, decode_column, detect, is_damaged, python_name, repair

THAI = st.text("กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮะาิีึืุูเแโใไๆ็่้๊๋์ำั๐๑๒๓ ", min_size=3, max_size=40)
SENTENCE = "องค์การบริหารส่วนตำบลดอนหัน หมู่ ๓"


def misread(raw: bytes, encoding: str) -> str:
    """Read bytes as Windows does: numbers without a letter come through as themselves."""
    out = ""
    for number in raw:
        try:
            out += bytes([number]).decode(encoding)
        except UnicodeDecodeError:
            out += chr(number)
    return out


def test_don_han_in_tis_620():
    """Source: TIS 620-2533 places ก at A1; ด = B4, อ = CD, น = B9, ห = CB, ั = D1."""
    assert detect([b"\xb4\xcd\xb9\xcb\xd1\xb9"]).encoding == "cp874"
    column = decode_column(np.array(["\xb4\xcd\xb9\xcb\xd1\xb9", None], dtype=object), "cp874")
    assert column.values.tolist() == ["ดอนหัน", None]


@pytest.mark.parametrize(
    ("declared", "raw", "encoding", "contradicted"),
    [
        ("", SENTENCE.encode(), "utf-8", ""),
        ("", SENTENCE.encode("cp874"), "cp874", ""),
        ("UTF-8", SENTENCE.encode("cp874"), "cp874", "UTF-8"),
        ("CP874", SENTENCE.encode(), "utf-8", "CP874"),
        ("1252", SENTENCE.encode("cp874"), "cp874", "1252"),
        ("ISO-8859-1", "Café à Paris".encode("latin-1"), "iso8859-1", ""),
        ("TIS-620", SENTENCE.encode("cp874"), "cp874", ""),
        ("garbage", b"plain", "utf-8", ""),
    ],
)
def test_the_rule(declared, raw, encoding, contradicted):
    found = detect([raw], declared)
    assert (found.encoding, found.contradicts) == (encoding, contradicted)


def test_one_damaged_value_does_not_change_the_whole_file():
    found = detect([SENTENCE.encode(), "โฉนด".encode(), "เลขที่ดิน".encode(), b"\xb4\xcd\xb9"])
    assert found.encoding == "utf-8"


def test_a_letter_cut_in_half_by_a_full_field():
    cut = SENTENCE.encode()[:-1]
    assert detect([cut]).encoding == "utf-8"
    column = decode_column(np.array([cut.decode(LOSSLESS)], dtype=object), "utf-8")
    assert SENTENCE.startswith(column.values[0]) and column.damaged[0]


@pytest.mark.parametrize(
    ("written", "misread_as"), [("utf-8", "cp874"), ("utf-8", "cp1252"), ("utf-8", "latin-1"), ("cp874", "cp1252")]
)
def test_twice_encoded_text_is_mended(written, misread_as):
    assert repair(misread(SENTENCE.encode(written), misread_as)) == SENTENCE


@given(THAI)
def test_good_thai_is_left_alone(text):
    assert repair(text) == text


@given(THAI.filter(lambda text: text.strip()[2:3] not in ("", " ")))
def test_mending_undoes_misreading(text):
    assert repair(misread(text.strip().encode(), "cp874")) == text.strip()


@pytest.mark.parametrize("text", ["Café Straße", "São João", "naïve", "เธอไปเน้นที่เธียร", "เน ธ", ""])
def test_other_writing_is_left_alone(text):
    assert repair(text) == text


def test_damage_is_seen():
    assert is_damaged("?????? 12") and is_damaged("โฉ\ufffdนด") and not is_damaged("ใช่ไหม??")


@pytest.mark.parametrize(("name", "python"), [("874", "cp874"), ("windows-874", "cp874"), ("UTF8", "utf-8"), ("x", "")])
def test_names_in_cpg_files(name, python):
    assert python_name(name) == (codecs.lookup(python).name if python else "")
