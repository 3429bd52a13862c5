"""Runs: trial, review, freezing, refusals in words, computing again, comparing years; figures by hand from the Act."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from tests_tasks_support import EAST, NORTH, add_building, add_parcel, bills

from donhan_gis.errors import InvalidInput, NoLawForDate, NotAllowed
from donhan_gis.report import Report, Table
from donhan_gis.store import open_store

pytestmark = pytest.mark.filterwarnings("error")


def table(report: Report, name: str) -> Table:
    """Return a table of a report by its name."""
    return next(one for one in report.tables if one.name == name)


def column(of: Table, name: str) -> list[Any]:
    """Return a column of a table."""
    place = [one.name for one in of.columns].index(name)
    return [row[place] for row in of.rows]


def vacant(project: Path, uid: str, owner: str, baht: float, place: int = 0) -> None:
    """Add vacant land worth ``baht``: 0.3 % up to 50 million (Act s.94, row of vacant land)."""
    add_parcel(project, uid, owner=owner, area_sqwah=100, price_baht=baht / 100, uses={"vacant": 100}, column=place)


def states(project: Path) -> list[str]:
    """Return the states of the assessments kept, the oldest first."""
    with open_store(project) as store:
        return [run["state"] for run in store.rows("run", "task = 'tax.assess'")]


def set_price(project: Path, parcel: str, baht: float) -> None:
    """Change the price of a parcel per square wah."""
    with open_store(project) as store:
        price = store.rows("land_price", "parcel_uid = ?", [parcel])[0]
        changes = {"price_satang_per_sqwah": round(baht * 100)}
        store.update("land_price", price["uid"], changes, rev=price["rev"])


# ----------------------------------------------------------------------------------- trial, review, freezing


def test_trial_is_reviewed_then_frozen_with_who_and_when(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    run("tax.review_run", year_be=2569)
    report = run("tax.freeze", year_be=2569)
    assert report.facts["tax_satang"] == 300_000  # 1 M x 0.3 %
    with open_store(project) as store:
        (kept,) = store.rows("run")
    assert kept["state"] == "frozen"
    assert kept["reviewed_by"] == kept["frozen_by"] == "ผู้ทดสอบ"
    assert kept["reviewed_at"] and kept["frozen_at"] >= kept["reviewed_at"]


def test_what_is_not_there_cannot_be_reviewed_or_frozen(project: Path, run: Any) -> None:
    for name in ("tax.review_run", "tax.freeze", "tax.rerun"):
        with pytest.raises(InvalidInput) as refused:
            run(name, year_be=2569)
        assert refused.value.code == "run.none"
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    with pytest.raises(NotAllowed) as early:
        run("tax.freeze", year_be=2569)
    assert early.value.code == "run.not_reviewed"
    run("tax.review_run", year_be=2569)
    with pytest.raises(NotAllowed) as twice:
        run("tax.review_run", year_be=2569)
    assert twice.value.code == "run.nothing_to_review"


def test_a_trial_replaces_a_trial_only(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    run("tax.review_run", year_be=2569)
    run("tax.assess", year_be=2569)
    run("tax.assess", year_be=2569)
    assert states(project) == ["reviewed", "trial"]


def test_a_frozen_year_refuses_a_plain_run_in_words(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    for name in ("tax.assess", "tax.review_run", "tax.freeze"):
        run(name, year_be=2569)
    with pytest.raises(NotAllowed) as refused:
        run("tax.assess", year_be=2569, reason="  ")
    assert "รับรองผลแล้วโดย ผู้ทดสอบ" in refused.value.th
    assert "give a reason" in refused.value.en
    run("tax.assess", year_be=2568)  # another year is free


def test_a_reasoned_run_stands_beside_the_frozen_one_until_it_is_frozen(
    project: Path, run: Any, tmp_path: Path
) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    for name in ("tax.assess", "tax.review_run", "tax.freeze"):
        run(name, year_be=2569)
    set_price(project, "P1", 20_000)
    run("tax.assess", year_be=2569, reason="แก้ราคาตามคำร้อง")
    assert states(project) == ["frozen", "trial"]
    notice = run("tax.notice", year_be=2569, out=str(tmp_path / "n.pdf"))
    assert table(notice, "notices").totals[2] == 300_000  # notices are of the frozen run
    run("tax.review_run", year_be=2569)
    run("tax.freeze", year_be=2569)
    assert run("tax.rerun", year_be=2569).facts["equal"]
    with open_store(project) as store:
        assert [one["reason"] for one in store.rows("run")] == [None, "แก้ราคาตามคำร้อง"]
        assert store.count("assessment") == 2  # the first result is kept


def test_a_paid_year_refuses_a_plain_run_and_keeps_what_was_paid(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    with open_store(project) as store:
        head = store.rows("assessment")[0]
        paid = {"assessment_uid": head["uid"], "taxpayer_key": "p1", "taxpayer_name": "x", "tax_year_be": 2569}
        money = {"tax_satang": 300_000, "penalty_satang": 0, "surcharge_satang": 0, "total_satang": 300_000}
        store.insert("receipt", [{**paid, **money, "paid_on": "2026-05-01", "method": "CASH", "cashier": "x"}])
    with pytest.raises(NotAllowed) as refused:
        run("tax.assess", year_be=2569)
    assert refused.value.code == "run.in_use"
    assert "ใบเสร็จ" in refused.value.th
    run("tax.assess", year_be=2569, reason="ตรวจพบที่ดินเพิ่ม")
    with open_store(project) as store:
        assert store.count("run") == 2
        assert store.count("receipt", "assessment_uid IN (SELECT uid FROM assessment)") == 1


def test_a_killed_run_leaves_the_last_one_whole(project: Path, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    before = bills(project)
    monkeypatch.setattr("donhan_gis.tasks.taxation.keep_findings", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("tax.assess", year_be=2569)
    assert bills(project) == before
    assert states(project) == ["trial"]


# ----------------------------------------------------------------------------------- computing again


def test_computing_again_is_equal_where_nothing_changed(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    uses = {"residential": 60, "other": 60}
    add_parcel(project, "P2", owner="p1", area_sqwah=90, price_baht=900, uses={"from_building": 90}, column=2)
    add_building(project, "B1", parcel="P2", owner="p1", area_m2=120, price_baht=12_500, uses=uses, house="h1")
    run("tax.assess", year_be=2569)
    facts = run("tax.rerun", year_be=2569).facts
    assert facts == {"equal": True, "same_law": True, "differences": 0, "difference_satang": 0}
    assert states(project) == ["trial"]


def test_computing_again_names_the_input_that_changed(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    vacant(project, "P2", "p2", 2_000_000, place=2)
    run("tax.assess", year_be=2569)
    set_price(project, "P1", 15_000)  # 1.5 M: 4,500 baht instead of 3,000
    with open_store(project) as store:
        owner = store.rows("ownership", "parcel_uid = 'P2'")[0]
        store.update("ownership", owner["uid"], {"person_uid": "p1"}, rev=owner["rev"])
    found = table(run("tax.rerun", year_be=2569), "differences")
    what = dict(zip(column(found, "what"), zip(column(found, "old"), column(found, "new"), strict=True), strict=True))
    assert what["price_satang"] == ("10,000.00", "15,000.00")
    assert what["taxpayer_name"] == ("บริษัท ตัวอย่าง จำกัด", "นางทดสอบ ตัวอย่าง")
    assert found.totals[-1] == 150_000


def test_computing_again_names_new_and_gone_lines(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    vacant(project, "P2", "p2", 2_000_000, place=2)
    with open_store(project) as store:
        parcel = store.rows("parcel", "uid = 'P1'")[0]
        store.update("parcel", "P1", {"valid_to": "2025-06-30"}, rev=parcel["rev"])
    found = table(run("tax.rerun", year_be=2569), "differences")
    assert dict(zip(column(found, "what"), column(found, "difference_satang"), strict=True)) == {
        "gone": -300_000,
        "new": 600_000,
    }


def test_inputs_are_kept_with_each_line(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    with open_store(project) as store:
        working = json.loads(store.rows("assessment_line")[0]["trace"])
    assert working["worth"]["price_satang"] == 1_000_000
    assert working["share"] == 1


# ----------------------------------------------------------------------------------- comparing years


def test_biggest_changes_against_last_year(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)  # 2568 and 2569: 3,000
    vacant(project, "P2", "p2", 2_000_000, place=2)  # 2568: 6,000; sold to p1 in 2568
    with open_store(project) as store:
        sold = store.rows("ownership", "parcel_uid = 'P2'")[0]
        store.update("ownership", sold["uid"], {"valid_to": "2025-06-30"}, rev=sold["rev"])
        store.insert("ownership", [{"parcel_uid": "P2", "person_uid": "p1", "valid_from": "2025-07-01"}])
    run("tax.assess", year_be=2568)
    run("tax.assess", year_be=2569)
    report = run("tax.compare", year_be=2569)
    people = table(report, "by_taxpayer")
    assert dict(zip(column(people, "taxpayer"), column(people, "change"), strict=True)) == {
        "บริษัท ตัวอย่าง จำกัด": "gone",
        "นางทดสอบ ตัวอย่าง": "up_half",
    }
    assert column(table(report, "by_village"), "before_satang") == [900_000]
    assert report.facts["sums_agree"]
    assert all(one.totals[1:4] == [900_000, 900_000, 0] for one in report.tables)


def test_the_rest_keeps_the_sums(project: Path, run: Any) -> None:
    for number in range(1, 5):
        vacant(project, f"P{number}", "p1", 1_000_000 * number, place=number)
    run("tax.assess", year_be=2568)
    for number in range(1, 5):
        set_price(project, f"P{number}", 11_000 * number)
    run("tax.assess", year_be=2569)
    parcels = table(run("tax.compare", year_be=2569, most=1), "by_parcel")
    assert column(parcels, "difference_satang") == [120_000, 180_000]  # the largest, then the other three together
    assert parcels.totals[3] == 300_000  # a tenth of 10 M x 0.3 %


def test_comparing_needs_both_years(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    run("tax.assess", year_be=2569)
    with pytest.raises(InvalidInput) as refused:
        run("tax.compare", year_be=2569)
    assert refused.value.code == "run.none"
    assert refused.value.field == "with_year_be"


# ----------------------------------------------------------------------------------- the parcel's tax, the year


def test_parcel_shows_its_tax_with_its_buildings(project: Path, run: Any) -> None:
    # Land 1 M other use 3,000; shop of 1 M on it, built in the year: 3,000 (0.3 % each, one base of 2 M = 6,000).
    add_parcel(project, "P1", owner="p2", area_sqwah=100, price_baht=10_000, uses={"other": 100})
    add_building(project, "B1", parcel="P1", owner="p2", area_m2=100, price_baht=10_000, uses={"other": 100})
    run("tax.assess", year_be=2569)
    with open_store(project) as store:
        assert store.get("parcel", "P1")["tax_satang"] == 600_000
        assert store.query("SELECT tax_satang FROM parcel_view") == [{"tax_satang": 600_000}]


def test_opening_a_year_lists_what_is_to_be_done(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p1", area_sqwah=100, price_baht=None, uses={"vacant": 100})
    add_parcel(project, "P2", owner=None, area_sqwah=100, price_baht=1_000, uses={"vacant": 100}, column=2)
    add_parcel(project, "P3", owner="p1", area_sqwah=100, price_baht=1_000, uses={}, column=4)
    report = run("tax.open_year", year_be=2569)
    with open_store(project) as store:
        codes = {row["code"] for row in store.rows("finding", "state = 'open'")}
        assert store.count("assessment") == 0
        assert [one["task"] for one in store.rows("run")] == ["tax.open_year"]
    assert codes == {"tax.no_value", "assess.no_owner", "tax.no_use"}
    assert column(table(report, "to_do"), "n") == [1, 1, 1]
    assert column(table(report, "calendar"), "step")[0] == "list_by"


def test_opening_a_year_finds_dead_owners_and_wrong_shares(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    with open_store(project) as store:
        person = store.get("person", "p1")
        store.update("person", "p1", {"died_on": "2025-11-30"}, rev=person["rev"])
        half = {"parcel_uid": "P1", "person_uid": "p2", "share_num": 1, "share_den": 2}
        store.insert("ownership", [half])
    run("tax.open_year", year_be=2569)
    with open_store(project) as store:
        codes = {row["code"] for row in store.rows("finding", "state = 'open'")}
    assert codes >= {"assess.owner_dead", "assess.shares"}


def test_last_years_uses_are_recorded_once(project: Path, run: Any) -> None:
    vacant(project, "P1", "p1", 1_000_000)
    add_parcel(project, "P2", owner="p1", area_sqwah=9, price_baht=1, uses={"agriculture": 5, "vacant": 4}, column=2)
    for _ in range(2):
        run("tax.open_year", year_be=2569, record_uses=1)
    with open_store(project) as store:
        rows = {row["parcel_uid"]: (row["year_be"], row["use_class"]) for row in store.rows("use_history")}
        assert store.count("use_history") == 2
    assert rows == {"P1": (2568, "vacant"), "P2": (2568, "used")}


def test_a_year_without_law_is_not_opened(run: Any) -> None:
    with pytest.raises(NoLawForDate, match="2580"):
        run("tax.open_year", year_be=2580)


def test_calendar_of_2569(run: Any) -> None:
    # Postponed two months: notices by April, payment and first instalment by June (Act s.14, s.44, s.46, s.52).
    days = table(run("tax.calendar", year_be=2569), "calendar")
    found = list(zip(column(days, "step"), column(days, "by"), strict=True))
    assert ("notice_by", "2026-04-30") in found
    assert [day for step, day in found if step == "instalments"] == ["2026-06-30", "2026-07-31", "2026-08-31"]
    assert all("มาตรา" in law for law in column(days, "law"))


def test_signboard_tax_is_reviewed_and_frozen_too(project: Path, run: Any) -> None:
    with open_store(project) as store:
        sign = {"uid": "s1", "code": "S0001", "owner_uid": "p2", "text": "ร้านตัวอย่าง", "sign_kind": "1", "moving": 0}
        size = {"width_cm": 100, "height_cm": 500, "sides_n": 1, "installed_on": "2020-01-01"}
        store.insert("signboard", [{**sign, **size, "geom": shapely.Point(EAST, NORTH)}])
    run("sign.assess", year_be=2569, as_of="2026-01-31")
    run("tax.review_run", year_be=2569, tax="sign")
    assert run("tax.freeze", year_be=2569, tax="sign").facts["taxpayers"] == 1
    with pytest.raises(NotAllowed) as refused:
        run("sign.assess", year_be=2569, as_of="2026-01-31")
    assert refused.value.code == "run.frozen"
