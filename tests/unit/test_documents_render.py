"""Typeset papers: pages, figures on them, nothing off the paper, and clear words when a file cannot be written."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from test_documents_notice import NOTICE, SHOP

from donhan_gis.documents import render
from donhan_gis.documents.fonts import letters, unprintable
from donhan_gis.documents.notice import Taxpayer, TraceStep, notice_data
from donhan_gis.documents.output import whole_file
from donhan_gis.documents.render import Typesetter, batch_paths, render_batch, render_pdf
from donhan_gis.documents.report_page import print_report, report_data
from donhan_gis.errors import Cancelled, DonhanError, InvalidInput, MissingDependency, SourceError
from donhan_gis.field import Field, Kind
from donhan_gis.report import Report, Table, total_of

NAMES = ("นางสาวกุลปริยาภัทรธิดาวัลย์ ศรีสุวรรณเจริญรุ่งเรืองกิจ ณ ดอนหัน",)
TRACE = tuple(TraceStep(f"แปลง {i}", "หักมูลค่าฐานภาษีที่ได้รับยกเว้น", "มาตรา 41") for i in range(5))


def many(lines: int):
    return replace(NOTICE, lines=(SHOP,) * lines, tax_satang=SHOP.tax_satang * lines, instalments=())


def pages(template: str, paper) -> list[bytes]:
    """Return the pages as pictures."""
    typesetter = Typesetter(template)
    inputs = {"data": json.dumps({"papers": [paper]})}
    drawn = typesetter._compiler.compile(format="png", ppi=60, sys_inputs=inputs)
    return drawn if isinstance(drawn, list) else [drawn]


def text_of(pdf: Path) -> str:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) is not installed")
    return subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("notice", "expected"),
    [
        (NOTICE, 2),  # ภ.ด.ส.6 and 7
        (replace(NOTICE, trace=TRACE), 3),
        (replace(NOTICE, lines=(), tax_satang=0, instalments=()), 1),
        (replace(NOTICE, taxpayer=Taxpayer(NAMES * 2)), 2),
        (replace(NOTICE, taxpayer=Taxpayer(("บริษัท ดอนหัน จำกัด (มหาชน)",), "juristic"), sample=True), 2),
        (replace(NOTICE, digits="thai"), 2),
    ],
)
def test_a_notice_takes_the_pages_of_its_forms(notice, expected):
    assert len(pages("notice", notice_data(notice))) == expected


def test_many_lines_run_over_several_sheets():
    assert len(pages("notice", notice_data(many(120)))) >= 4


def test_a_pdf_shows_the_figures_of_the_notice(tmp_path):
    pdf = render_pdf("notice", notice_data(replace(NOTICE, trace=TRACE)), tmp_path / "ใบแจ้ง.pdf")
    written = text_of(pdf)
    for figure in ("3,199.81", "1,066.61", "1,066,602.50", "134,960.00", "71401/1", "12345", "1/3", "3/3", "2569"):
        assert figure in written
    assert pdf.stat().st_mode & 0o444 == 0o444  # colleagues on a shared folder may read it


def test_the_heading_of_the_sheet_is_repeated_and_the_total_stands_once(tmp_path):
    written = text_of(render_pdf("notice", notice_data(many(60)), tmp_path / "a.pdf"))
    assert written.count("191,988.60") == 2  # 60 x 3,199.81: in the letter and in the totals row
    assert written.count("3,199.81") == 60


def test_thai_digits_leave_no_arabic_digit(tmp_path):
    written = text_of(
        render_pdf("notice", notice_data(replace(NOTICE, digits="thai", trace=TRACE)), tmp_path / "a.pdf")
    )
    assert "๓,๑๙๙.๘๑" in written
    assert not any(digit in written for digit in "0123456789")


def test_markup_in_a_name_is_printed_and_not_run(tmp_path):
    names = ("#panic() *ดาว* $x$ \\ @a <b>",)
    written = text_of(render_pdf("notice", notice_data(replace(NOTICE, taxpayer=Taxpayer(names))), tmp_path / "a.pdf"))
    assert "#panic()" in written and "$x$" in written


def test_the_longest_figures_stay_on_the_paper():
    """The outermost half centimetre of every page is white, even with values of thousands of millions of baht."""
    from rasterio.io import MemoryFile

    huge = replace(SHOP, value_satang=98_765_432_109_87, base_satang=98_765_432_109_87, tax_satang=SHOP.tax_satang)
    paper = notice_data(replace(NOTICE, lines=(huge,), digits="thai"))
    for picture in pages("notice", paper):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with MemoryFile(picture) as file, file.open() as image:
                grey = image.read()[:3].min(axis=0)
        edge = 60 // 5  # pixels in half a centimetre at 60 to the inch
        assert grey[:, :edge].min() == 255 and grey[:, -edge:].min() == 255


def test_batches_share_papers_out_evenly_and_each_notice_counts_its_own_pages(tmp_path):
    papers = [notice_data(replace(NOTICE, number=f"A/{number}")) for number in range(5)]
    heard = []
    files = render_batch(
        "notice", papers, [tmp_path / "1.pdf", tmp_path / "2.pdf"], progress=lambda part, _: heard.append(part)
    )
    assert heard == [0.6, 1.0]
    written = [text_of(file) for file in files]
    assert "A/2" in written[0] and "A/2" not in written[1] and "A/3" in written[1]
    assert written[0].count("1/2") == 3 and "3/" not in written[0].replace("A/3", "")


def test_batch_names():
    assert batch_paths(Path("a.pdf"), 50) == [Path("a.pdf")]
    assert [path.name for path in batch_paths(Path("a.pdf"), 501)][:2] == ["a-01.pdf", "a-02.pdf"]


def test_an_unknown_template_and_no_papers_are_refused(tmp_path):
    with pytest.raises(InvalidInput, match="notice"):
        render_pdf("notise", {}, tmp_path / "a.pdf")
    with pytest.raises(InvalidInput) as caught:
        render_batch("notice", [], [tmp_path / "a.pdf"])
    assert caught.value.code == "documents.nothing"


def test_data_that_do_not_fit_the_template_are_a_clear_fault_and_leave_no_file(tmp_path):
    with pytest.raises(DonhanError) as caught:
        render_pdf("notice", {"number": "1"}, tmp_path / "a.pdf")
    assert caught.value.code == "documents.typesetting"
    assert list(tmp_path.iterdir()) == []


def test_a_warning_of_the_typesetter_is_a_fault(tmp_path, monkeypatch):
    (tmp_path / "odd.typ").write_text('#set text(font: "No Such Font")\nx', encoding="utf-8")
    monkeypatch.setattr(render, "TEMPLATES", tmp_path)
    with pytest.raises(DonhanError, match="unknown font family"):
        render_pdf("odd", {}, tmp_path / "a.pdf")


def test_an_absent_typesetter_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingDependency) as caught:
        render_pdf("notice", {}, tmp_path / "a.pdf")
    assert "pip install typst" in caught.value.th


def test_a_cancelled_batch_leaves_nothing(tmp_path):
    def stop(_part, _message):
        raise Cancelled

    papers = [notice_data(NOTICE)] * 2
    with pytest.raises(Cancelled):
        render_batch("notice", papers, [tmp_path / "1.pdf", tmp_path / "2.pdf"], progress=stop)
    assert list(tmp_path.iterdir()) == []


def _raise(number: int):
    def fail(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "documents.disk_full"),
        (errno.EACCES, "documents.file_open"),
        (errno.EIO, "documents.write_failed"),
    ],
)
def test_a_fault_while_writing_keeps_the_old_file(tmp_path, monkeypatch, number, code):
    target = tmp_path / "a.pdf"
    target.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", _raise(number))
    with pytest.raises(SourceError) as caught, whole_file(target) as temporary:
        temporary.write_bytes(b"new")
    assert caught.value.code == code
    assert "a.pdf" in caught.value.th and "a.pdf" in caught.value.en
    assert target.read_bytes() == b"old" and [path.name for path in tmp_path.iterdir()] == ["a.pdf"]


def test_a_full_disk_is_told_while_the_pages_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", _raise(errno.ENOSPC))
    with pytest.raises(SourceError) as caught:
        render_pdf("notice", notice_data(NOTICE), tmp_path / "a.pdf")
    assert caught.value.code == "documents.disk_full"


def test_places_that_cannot_hold_the_file(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    for path, code in [
        (tmp_path / "none" / "a.pdf", "documents.no_folder"),
        (tmp_path / "file" / "a.pdf", "documents.no_folder"),
        (tmp_path, "documents.is_folder"),
        (tmp_path / ("ก" * 300 + ".pdf"), "documents.bad_name"),
    ]:
        with pytest.raises(SourceError) as caught:
            render_pdf("notice", notice_data(NOTICE), path)
        assert caught.value.code == code
    monkeypatch.setattr("tempfile.mkstemp", _raise(errno.EACCES))
    with pytest.raises(SourceError) as caught:
        render_pdf("notice", notice_data(NOTICE), tmp_path / "a.pdf")
    assert caught.value.code == "documents.no_permission"


@pytest.mark.parametrize("mark", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_file_open_in_an_office_program_is_refused(tmp_path, mark):
    (tmp_path / mark).touch()
    with pytest.raises(SourceError) as caught, whole_file(tmp_path / "a.xlsx"):
        pytest.fail("the block must not run")
    assert caught.value.code == "documents.file_open"


def test_the_font_holds_the_whole_thai_block_and_tells_what_it_lacks():
    """Unicode 15, block Thai: U+0E01-0E3A and U+0E3F-0E5B are assigned."""
    assert set(range(0x0E01, 0x0E3B)) | set(range(0x0E3F, 0x0E5C)) <= letters()
    assert unprintable(notice_data(NOTICE)) == ""
    assert unprintable([{"name": "王ก"}, ("ລ", 5, None)]) == "ລ王"


COLUMNS = (
    Field("name", Kind.TEXT, "ชื่อ", "Name"),
    Field("on", Kind.DATE, "วันที่", "On"),
    Field("tax", Kind.MONEY, "ภาษี", "Tax", unit="บาท"),
)
ROWS = [("ผู้ใหญ่ปั๊มน้ำ", "2026-06-30", 123_456), ("", None, 100)]
REPORT = Report(
    "บัญชีภาษี",
    "Tax roll",
    (Table("roll", "บัญชี", "Roll", COLUMNS, ROWS, total_of(COLUMNS, ROWS, ["tax"])),),
    notes_th=("หมายเหตุหนึ่ง",),
    notes_en=("Note one",),
    provenance=(("ผู้สั่ง", "By", "somchai"),),
)


def test_a_report_prints_rows_totals_notes_and_provenance(tmp_path):
    written = text_of(print_report(REPORT, tmp_path / "a.pdf", language="en", office="Don Han"))
    for words in ("Tax roll", "1,234.56", "1,235.56", "Total", "Note one", "By: somchai", "Rows: 2", "Page 1/1"):
        assert words in written


def test_a_report_of_many_columns_lies_on_its_side():
    wide = replace(REPORT, tables=(Table("w", "ก", "W", COLUMNS * 3, [ROWS[0] * 3]),))
    assert report_data(wide)["landscape"] and not report_data(REPORT)["landscape"]


@pytest.mark.parametrize(
    "report",
    [
        Report("ว่าง", "Empty"),
        Report("ว่าง", "Empty", (Table("a", "ก", "A", COLUMNS, []),)),
        Report("ยาว", "Long", (Table("a", "ก", "A", COLUMNS * 6, [("น้ำ" * 200, None, 10**17) * 6]),)),
    ],
)
def test_odd_reports_print(tmp_path, report):
    assert print_report(report, tmp_path / "a.pdf", sample=True, thai_digits=True).stat().st_size > 1000
