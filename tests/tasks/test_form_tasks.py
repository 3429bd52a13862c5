"""Official forms, working, reference numbers and exchange from the registers of a project of known figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests_tasks_support import add_building, add_parcel

from donhan_gis.documents.reference import LAND_BUILDING, Reference
from donhan_gis.errors import InvalidInput, SourceError
from donhan_gis.store import create_store, open_store
from donhan_gis.task import Context, run_task
from donhan_gis.tasks.forms import FORMS


@pytest.fixture
def taxed(project: Path, run: Any) -> Path:
    """p2 owns a shop on other-use land: 100 sq.wah x 1,000 + 100 sq.m x 5,000, new; p1 farms."""
    add_parcel(project, "P1", owner="p2", area_sqwah=100, price_baht=1_000, uses={"other": 100})
    add_building(project, "B1", parcel="P1", owner="p2", area_m2=100, price_baht=5_000, uses={"other": 100})
    add_parcel(
        project,
        "P2",
        owner="p1",
        area_sqwah=850.25,
        price_baht=200,
        uses={"agriculture": 600, "other": 250.25},
        column=1,
    )
    run("tax.assess", year_be=2569)
    return project


@pytest.fixture
def do(taxed: Path) -> Any:
    """Run a task on the assessed project; its parameters may be called ``name`` too."""

    def of(task: str, /, **parameters: Any) -> Any:
        return run_task(task, Context(project=str(taxed), user="ผู้ทดสอบ"), **parameters)

    return of


def head(project: Path, key: str) -> dict[str, Any]:
    with open_store(project) as store:
        return store.rows("assessment", "taxpayer_key = ?", [key])[0]


def sheet(path: Path) -> list[dict[str, Any]]:
    rows = list(openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=3, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_form_3_puts_each_area_in_one_column(do: Any, tmp_path: Path) -> None:
    do("tax.form", form="pds3", year_be=2569, out=str(tmp_path / "a.xlsx"))
    shop, farm, total = sheet(tmp_path / "a.xlsx")
    use = "ลักษณะการทำประโยชน์ที่ดิน (ตร.ว.): "
    assert (shop[f"{use}อื่น ๆ"], shop["สิ่งปลูกสร้าง: พื้นที่รวม (ตร.ม.)"]) == (100, 100)
    # 850.25 sq.wah = 2 rai 0 ngan 50.25; farmed and otherwise used: one figure, under "several uses".
    assert [farm[f"ที่ดิน: {unit}"] for unit in ("ไร่", "งาน", "ตร.ว.")] == [2, 0, 50.25]
    assert (farm[f"{use}หลายประเภท"], farm[f"{use}เกษตร"]) == (850.25, None)
    assert "เกษตร 600.00" in farm["หมายเหตุ"]
    assert total[f"{use}หลายประเภท"] == 850.25


def test_form_1_tells_value_exemption_base_and_rate(do: Any, tmp_path: Path) -> None:
    do("tax.form", form="pds1", year_be=2569, out=str(tmp_path / "a.xlsx"), name="บริษัท")
    shop, total = sheet(tmp_path / "a.xlsx")
    # 100,000 + 500,000 = 600,000 baht, no exemption for other use, 0.3 %.
    assert shop["รวมราคาประเมินของที่ดินและสิ่งปลูกสร้าง (บาท)"] == 600_000
    assert (shop["หักมูลค่าฐานภาษีที่ได้รับยกเว้น (บาท)"], shop["อัตราภาษี (ร้อยละ)"]) == (0, "0.30")
    assert total["คงเหลือราคาประเมินทุนทรัพย์ที่ต้องเสียภาษี (บาท)"] == 600_000


def test_lists_by_owner_and_parcel(do: Any, tmp_path: Path) -> None:
    report = do("tax.form", form="pds3", year_be=2569, out=str(tmp_path / "a.pdf"), by_owner=1)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert report.facts["rows"] == 2
    report = do("tax.form", form="pds3", year_be=2569, out=str(tmp_path / "b.pdf"), parcel="01A002")
    assert report.facts["rows"] == 1


@pytest.mark.parametrize("form", [choice.code for choice in FORMS])
def test_every_form_can_be_printed_blank(form: str, run: Any, tmp_path: Path) -> None:
    run("tax.form", form=form, year_be=2569, out=str(tmp_path / "a.pdf"), blank=1)
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("form", ["pds4", "pds5", "pds9", "pds10", "pds11", "warning", "pp1", "pp3", "pp7"])
def test_nothing_to_print_is_said(form: str, do: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        do("tax.form", form=form, year_be=2569, out=str(tmp_path / "a.pdf"))
    assert refused.value.code == "forms.nothing"
    assert not (tmp_path / "a.pdf").exists()


def test_letters_are_no_workbooks(do: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        do("tax.form", form="pds9", year_be=2569, out=str(tmp_path / "a.xlsx"))
    assert refused.value.code == "forms.no_workbook"


def test_form_1_needs_an_assessment(run: Any, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        run("tax.form", form="pds1", year_be=2569, out=str(tmp_path / "a.pdf"))
    assert refused.value.code == "notice.no_run"


def fill(project: Path) -> None:
    """Put a request, a receipt and a letter of p2 into the registers."""
    bill = head(project, "p2")
    money = {"tax_satang": 1_800_00, "penalty_satang": 180_00, "surcharge_satang": 18_00, "total_satang": 1_998_00}
    with open_store(project, user="ผู้ทดสอบ") as store:
        store.insert(
            "receipt",
            [{"paid_on": "2026-07-15", "assessment_uid": bill["uid"], "taxpayer_key": "p2", "taxpayer_name": "บริษัท",
              "tax_year_be": 2569, "method": "CASH", "cashier": "ผู้รับ", "state": "valid", **money}],
        )  # fmt: skip
        day = {"assessment_uid": bill["uid"], "filed_on": "2026-08-01"}
        store.insert("refund", [{**day, "reason": "ชำระซ้ำ", "claimed_satang": 1_000_00}])
        store.insert("objection", [{**day, "grounds": "ไม่ได้ประกอบการค้า", "decide_by": "2026-09-30"}])
        letter = {"assessment_uid": bill["uid"], "issued_on": "2026-07-10", "pay_by": "2026-08-10"}
        store.insert("warning_letter", [letter])
        change = {"parcel_uid": "P1", "person_uid": "p2", "from_class": "other", "to_class": "residential"}
        days = {"filed_on": "2026-03-01", "changed_on": "2026-02-01", "counts_from_be": 2570}
        store.insert("change_of_use", [{**change, **days}])


@pytest.mark.parametrize("form", ["pds5", "pds9", "pds10", "pds11", "warning"])
def test_papers_are_filled_from_the_registers(form: str, taxed: Path, do: Any, tmp_path: Path) -> None:
    fill(taxed)
    report = do("tax.form", form=form, year_be=2569, out=str(tmp_path / "a.pdf"))
    assert report.facts["papers"] == 1
    with pytest.raises(InvalidInput):
        do("tax.form", form=form, year_be=2569, out=str(tmp_path / "b.pdf"), name="ไม่มีใคร")


def test_the_receipt_says_percent_and_months(taxed: Path) -> None:
    from donhan_gis.tasks.form_letters import Chosen, Desk, receipts

    fill(taxed)
    with open_store(taxed) as store:
        ((values, lines),) = receipts(Desk(store, Chosen(2569)), sign=False)
    # 180 of 1,800 is 10 %; 18 of 1,800 is one month at 1 %.
    assert (values["penalty_pct"], values["months"], values["notice_no"]) == ("10", "1", "0001/2569")
    assert [(line["item"], line["baht"]) for line in lines] == [
        ("tax", "1,800"), ("penalty", "180"), ("surcharge", "18"), ("total", "1,998"),
    ]  # fmt: skip


# ---------------------------------------------------------------- numbers, references, working


def test_a_notice_keeps_its_number_whatever_is_printed(do: Any, tmp_path: Path) -> None:
    every = do("tax.notice", year_be=2569, out=str(tmp_path / "a.pdf"), zero=1).tables[0].rows
    one = do("tax.notice", year_be=2569, out=str(tmp_path / "b.pdf"), zero=1, name="ทดสอบ").tables[0].rows
    assert [row for row in every if "ทดสอบ" in row[1]] == one


def test_notices_with_and_without_map_and_with_thai_digits(taxed: Path, do: Any, tmp_path: Path) -> None:
    with open_store(taxed) as store:
        store.set_setting("office.thai_digits", "1")
    sizes = []
    for wanted in (1, 0):
        do("tax.notice", year_be=2569, out=str(tmp_path / "a.pdf"), map=wanted)
        sizes.append((tmp_path / "a.pdf").stat().st_size)
    assert sizes[0] > sizes[1]


def test_a_bill_is_found_by_its_reference(taxed: Path, do: Any) -> None:
    bill = head(taxed, "p2")
    reference = Reference("400113", LAND_BUILDING, 2569, bill["fid"])
    report = do("tax.find", reference=reference.shown)
    assert report.facts == {"uid": bill["uid"], "kind": LAND_BUILDING, "tax_satang": 1_800_00}  # 600,000 x 0.3 %


@pytest.mark.parametrize("changes", [{"tambon_code": "400114"}, {"tax_year_be": 2568}, {"number": 99_999}])
def test_a_reference_of_elsewhere_finds_nothing(changes: dict[str, Any], taxed: Path, do: Any) -> None:
    import dataclasses

    own = Reference("400113", LAND_BUILDING, 2569, head(taxed, "p2")["fid"])
    with pytest.raises(InvalidInput) as refused:
        do("tax.find", reference=dataclasses.replace(own, **changes).digits)
    assert refused.value.code == "forms.no_bill"


def test_working_as_json_adds_up_and_names_its_law(do: Any, tmp_path: Path) -> None:
    do("tax.trace", year_be=2569, name="บริษัท", out=str(tmp_path / "a.json"))
    (one,) = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["taxpayers"]
    assert one["tax_satang"] == sum(line["tax_satang"] for line in one["lines"]) == 1_800_00
    steps = [step for base in one["bases"] for step in base["steps"]]
    assert all(step["section"] and step["th"] and step["en"] for step in steps)
    do("tax.trace", year_be=2569, out=str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


# ---------------------------------------------------------------- exchange


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    create_store(tmp_path / "other.gpkg", user="อีกแห่ง").close()
    return tmp_path / "other.gpkg"


def take(project: Path, path: Path, **parameters: Any) -> Any:
    return run_task("tax.import", Context(project=str(project), user="อีกแห่ง"), path=str(path), **parameters)


@pytest.mark.parametrize("suffix", [".json", ".zip"])
def test_there_and_back_loses_nothing(suffix: str, taxed: Path, do: Any, empty: Path, tmp_path: Path) -> None:
    fill(taxed)
    out = tmp_path / f"a{suffix}"
    rows = do("tax.export", out=str(out)).facts["rows"]
    assert take(empty, out).facts == {"new": rows, "same": 0, "held": 0}
    assert take(empty, out).facts == {"new": 0, "same": rows, "held": 0}
    run_task("tax.export", Context(project=str(empty)), out=str(tmp_path / "b.json"))
    do("tax.export", out=str(tmp_path / "c.json"))
    there, here = (
        json.loads((tmp_path / name).read_text(encoding="utf-8"))["datasets"] for name in ("b.json", "c.json")
    )
    assert there == here


def changed(path: Path, dataset: str, **items: Any) -> None:
    exchange = json.loads(path.read_text(encoding="utf-8"))
    exchange["datasets"][dataset][0].update(items)
    path.write_text(json.dumps(exchange), encoding="utf-8")


def test_faulty_rows_and_all_that_hang_on_them_are_kept_aside(do: Any, empty: Path, tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    do("tax.export", out=str(out))
    changed(out, "LandParcel", titleDeedAreaSquareWah="ไม่ทราบ")
    facts = take(empty, out).facts
    with open_store(empty) as store:
        held = store.rows("quarantine")
        codes = {row["code"] for row in store.rows("finding")}
        assert store.count("parcel") == 1
        assert {row["register"] for row in held} >= {"parcel", "parcel_use", "building", "ownership"}
    assert codes == {"standard.bad_item", "standard.no_target"}
    assert facts["held"] == len(held)
    assert "ไม่ทราบ" in next(row["payload"] for row in held if row["register"] == "parcel")


def test_a_row_that_differs_is_not_overwritten(taxed: Path, do: Any, tmp_path: Path) -> None:
    out = tmp_path / "a.json"
    do("tax.export", out=str(out))
    changed(out, "LandParcel", landNumber="999")
    report = do("tax.import", path=str(out))
    assert (report.facts["new"], report.facts["held"]) == (0, 1)
    with open_store(taxed) as store:
        assert store.get("parcel", "P1")["land_no"] is None


def test_looking_writes_nothing(do: Any, empty: Path, tmp_path: Path) -> None:
    do("tax.export", out=str(tmp_path / "a.json"))
    assert take(empty, tmp_path / "a.json", look_only=1).facts["new"] > 0
    with open_store(empty) as store:
        assert store.count("parcel") == 0


def test_receipts_do_not_change_their_numbers(taxed: Path, do: Any, empty: Path, tmp_path: Path) -> None:
    fill(taxed)
    do("tax.export", out=str(tmp_path / "a.json"))
    changed(tmp_path / "a.json", "Receipt", number="2569/00009")
    with pytest.raises(InvalidInput) as refused:
        take(empty, tmp_path / "a.json")
    assert refused.value.code == "standard.number"
    with open_store(empty) as store:
        assert store.count("parcel") == store.count("receipt") == 0


def test_a_file_that_is_not_there(empty: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as refused:
        take(empty, tmp_path / "ไม่มี.json")
    assert refused.value.code == "standard.no_file"
