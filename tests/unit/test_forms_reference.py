"""Reference numbers and their QR codes: ISO/IEC 7064 MOD 97-10 by hand, and a code read back by another library."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donhan_gis.documents.reference import LAND_BUILDING, SIGNBOARD, Reference, qr_svg, read_reference
from donhan_gis.documents.render import Typesetter
from donhan_gis.errors import InvalidInput

# 400113 1 2569 00000123, by hand: 4001131256900000123 x 100 = 51 (mod 97), 98 - 51 = 47.
DIGITS = "400113125690000012347"
references = st.builds(
    Reference,
    st.from_regex(r"[1-9][0-9]{5}", fullmatch=True),
    st.sampled_from([LAND_BUILDING, SIGNBOARD]),
    st.integers(2563, 2700),
    st.integers(1, 99_999_999),
)


def test_check_digits_by_hand() -> None:
    assert Reference("400113", LAND_BUILDING, 2569, 123).digits == DIGITS


def test_a_bank_account_number_of_the_standard_has_remainder_one() -> None:
    # ISO 7064's own kind of number: the IBAN GB82 WEST 1234 5698 7654 32 rearranged (ISO 13616, Annex).
    assert 3214282912345698765432161182 % 97 == 1
    assert int(DIGITS) % 97 == 1


@pytest.mark.parametrize(
    "written", ["400113-1-2569-00000123-47", "๔๐๐๑๑๓๑๒๕๖๙๐๐๐๐๐๑๒๓๔๗", " 400113 1 2569 00000123 47 "]
)
def test_ways_of_writing_it(written: str) -> None:
    assert read_reference(written) == Reference("400113", LAND_BUILDING, 2569, 123)


@given(references)
def test_round_trip(reference: Reference) -> None:
    assert read_reference(reference.shown) == reference


@given(references, st.integers(0, 20), st.integers(1, 9))
def test_one_wrong_digit_is_found(reference: Reference, place: int, step: int) -> None:
    digits = reference.digits
    wrong = digits[:place] + str((int(digits[place]) + step) % 10) + digits[place + 1 :]
    with pytest.raises(InvalidInput):
        read_reference(wrong)


@given(references, st.integers(0, 19))
def test_two_digits_changed_over_are_found(reference: Reference, place: int) -> None:
    digits = reference.digits
    wrong = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]
    if wrong != digits:
        with pytest.raises(InvalidInput):
            read_reference(wrong)


@pytest.mark.parametrize("written", ["", "12", DIGITS + "0", "A" * 21, "0" * 21])
def test_what_is_no_reference_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_reference(written)
    assert refused.value.code == "forms.reference"


@pytest.mark.parametrize("tambon", ["", "40011", "ตำบล12"])
def test_a_wrong_tambon_code_makes_no_reference(tambon: str) -> None:
    with pytest.raises(InvalidInput):
        _ = Reference(tambon, LAND_BUILDING, 2569, 1).digits


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_printed_codes_are_read_by_another_library() -> None:
    zxing = pytest.importorskip("zxingcpp")
    from rasterio.io import MemoryFile
    from test_forms_paper import notice_with

    page = Typesetter("notice").pictures([notice_with(Reference("400113", LAND_BUILDING, 2569, 123))])[0]
    with MemoryFile(page) as memory, memory.open() as picture:
        grey = picture.read(1)
    assert [code.text for code in zxing.read_barcodes(grey)] == [DIGITS]


def test_the_code_has_a_quiet_zone_of_four_modules() -> None:
    assert 'd="M4 4.5' in qr_svg(DIGITS)  # ISO/IEC 18004: four modules on each side
