"""Official forms on paper: columns of the law, nothing lost, nothing off the page, blank ones too."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from test_documents_notice import NOTICE

from donhan_gis import thai
from donhan_gis.documents.form_list import ListHead, list_data, list_forms, list_report
from donhan_gis.documents.forms import FIELDS, form_data, receipt_rows
from donhan_gis.documents.notice import Office, notice_data
from donhan_gis.documents.reference import Reference
from donhan_gis.documents.render import Typesetter, render_pdf
from donhan_gis.errors import InvalidInput

OFFICE = Office("อบต.ดอนหัน", "ตำบลดอนหัน อำเภอเมืองขอนแก่น", signer_title="นายก อบต.ดอนหัน")
# Columns of the forms as the Gazette prints them: 28, 12, 25 and 13.
COLUMNS = {"pds1": 28, "pds2": 12, "pds3": 25, "pds4": 13}
ROW3 = {
    "no": 1, "document": "โฉนดที่ดิน", "doc_no": "12345", "land_no": "7", "survey_no": "889", "place": "ม.4 ดอนหัน",
    "rai": 2, "ngan": 1, "wah": 50.25, "land_farm_sqwah": 950.25, "building_no": 1, "house_no": "1/2",
    "building_type": "103 บ้านพักอาศัยตึกชั้นเดียว", "material": "ตึก", "m2": 120.5, "building_home_m2": 120.5, "age": 12,
}  # fmt: skip


def notice_with(reference: Reference) -> dict[str, Any]:
    return notice_data(replace(NOTICE, reference=reference))


def text_of(pdf: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout


def head(**changes: Any) -> ListHead:
    return replace(ListHead(OFFICE, 2569), **changes)


def test_lists_have_the_columns_of_the_law() -> None:
    assert {code: len(form.columns) for code, form in list_forms().items()} == COLUMNS


def test_groups_of_columns_cover_the_form() -> None:
    for form in list_forms().values():
        data = list_data(form, [], head())
        assert sum(count for _, count in data["groups"]) == len(form.columns)


@pytest.mark.parametrize("code", list(COLUMNS))
@pytest.mark.parametrize("thai_digits", [False, True])
def test_lists_are_typeset_blank_and_filled(code: str, thai_digits: bool) -> None:
    form = list_forms()[code]
    rows = [{column.field.name: ROW3.get(column.field.name) for column in form.columns}] * 80
    blank = Typesetter("form_list").pictures([list_data(form, [], head(year_be=None))])
    filled = Typesetter("form_list").pictures([list_data(form, rows, head(thai_digits=thai_digits, sample=True))])
    assert len(blank) == 1
    assert len(filled) > 1


def test_heading_is_repeated_and_the_total_is_the_sum(tmp_path: Path) -> None:
    rows = [ROW3] * 60
    written = text_of(render_pdf("form_list", list_data(list_forms()["pds3"], rows, head()), tmp_path / "a.pdf"))
    assert written.count("งาน") == written.count("ภ.ด.ส.3") > 1
    assert "57,015.00" in written  # 60 x 950.25
    assert written.count("12345") == 60


def test_thai_digits_leave_no_arabic_ones(tmp_path: Path) -> None:
    data = list_data(list_forms()["pds3"], [ROW3], head(thai_digits=True))
    written = text_of(render_pdf("form_list", data, tmp_path / "a.pdf"))
    assert "๙๕๐.๒๕" in written
    assert not any(digit in written for digit in "0123456789")


def test_the_workbook_has_the_same_columns_with_their_groups() -> None:
    (table,) = list_report(list_forms()["pds3"], [ROW3, ROW3], year_be=2569).tables
    titles = [column.th for column in table.columns]
    assert len(titles) == len(set(titles)) == 25
    assert titles[9] == "ลักษณะการทำประโยชน์ที่ดิน (ตร.ว.): เกษตร"
    assert table.totals[9] == 1900.5


def test_receipt_lines_in_baht_and_satang() -> None:
    # Section 68: 10 % of 24,373.16 = 2,437.32; section 70: 1 % a month, 3 months = 731.19 (rounded down to the satang).
    rows = receipt_rows("1", {"tax": 24_373_16, "penalty": 2_437_32, "surcharge": 731_19}, 27_541_67)
    assert [(row["baht"], row["satang"]) for row in rows] == [
        ("24,373", "16"), ("2,437", "32"), ("731", "19"), ("27,541", "67"),
    ]  # fmt: skip


def test_a_receipt_that_does_not_add_up_is_not_printed() -> None:
    with pytest.raises(InvalidInput) as refused:
        receipt_rows("2569/00001", {"tax": 100, "penalty": 10}, 111)
    assert refused.value.code == "forms.receipt_sum"
    assert "1.11" in refused.value.th


def test_a_value_without_room_on_the_paper_is_refused() -> None:
    with pytest.raises(KeyError, match="grounds"):
        form_data("pds9", {"grounds": "ก"}, OFFICE)


@pytest.mark.parametrize("form", list(FIELDS))
def test_papers_are_typeset_blank_and_with_every_value(form: Any) -> None:
    rows = {
        "pds11": receipt_rows("1", {"tax": 100, "penalty": 0, "surcharge": 0}, 100),
        "pp7": receipt_rows("1", {"tax": 100, "extra": 0}, 100),
        "pp1": [dict.fromkeys(("width", "length", "area", "sides", "text", "place", "note"), "9") | {"kind": "3"}] * 3,
        "pp3": [dict.fromkeys(("text", "kind", "area", "rate", "quarter", "tax", "extra"), "9")] * 3,
    }.get(form, [])
    every = form_data(form, {name: f"ค่าของ {name}" for name in FIELDS[form]}, OFFICE, rows=rows, sample=True)
    blank = form_data(form, {}, OFFICE, thai_digits=True)
    typesetter = Typesetter("form_letter")
    assert len(typesetter.pictures([blank])) == 1
    assert 1 <= len(typesetter.pictures([every])) <= 2


@pytest.mark.parametrize("form", list(FIELDS))
def test_every_value_stands_on_the_paper(form: Any, tmp_path: Path) -> None:
    unseen = {"void", "not_liable", "too_much"}  # these are marks
    if form in ("pds11", "pp7"):
        unseen |= {
            "house_no",
            "moo",
            "soi",
            "road",
            "tambon",
            "amphoe",
            "province",
            "phone",
        }  # where there is no address
    if form == "warning":
        unseen |= {"pay_within_days"}  # where there is no day
    values = {name: f"Q{i}q" for i, name in enumerate(FIELDS[form])}
    data = form_data(form, values, OFFICE)
    if form in ("pds11", "pp7"):
        data = form_data(form, {**values, "void": ""}, OFFICE)
    written = text_of(render_pdf("form_letter", data, tmp_path / "a.pdf"))
    assert {name for name, value in values.items() if value not in written} <= unseen


def test_the_notice_tells_the_reference_and_keeps_to_its_page() -> None:
    data = notice_with(Reference("400113", 1, 2569, 123))
    assert data["reference"] == "400113-1-2569-00000123-47"
    assert len(Typesetter("notice").pictures([data])) == 2


def test_baht_words_on_the_receipt() -> None:
    assert thai.baht_text(27_541_67) == "สองหมื่นเจ็ดพันห้าร้อยสี่สิบเอ็ดบาทหกสิบเจ็ดสตางค์"
