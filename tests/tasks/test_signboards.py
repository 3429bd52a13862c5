"""Signboard tax from the register: figures by hand from the rates of B.E. 2564, extra, payment by the same receipts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from tests_tasks_support import add_parcel

from donhan_gis.errors import NotAllowed
from donhan_gis.store import open_store

YEAR = 2569
AS_OF = {"as_of": "2026-01-15"}


def add_sign(project: Path, uid: str, **more: Any) -> None:
    row = {
        "uid": uid, "code": f"01A001-P{int(uid[1:]):03d}", "text": "ร้านตัวอย่าง", "sign_kind": "2", "moving": 0,
        "width_cm": 120, "height_cm": 240, "sides_n": 1, "owner_uid": "p2", "geom": shapely.Point(272_000, 1_806_000),
    }  # fmt: skip
    with open_store(project) as store:
        store.insert("signboard", [{**row, **more}])


def signs(project: Path) -> dict[str, dict[str, Any]]:
    with open_store(project) as store:
        return {row["signboard_uid"]: row for row in store.rows("sign_assessment")}


def codes(project: Path) -> dict[str, str]:
    with open_store(project) as store:
        return {row["row_uid"]: row["code"] for row in store.rows("finding", "state = 'open'")}


def test_signs_are_assessed_with_their_working(project: Path, run: Any) -> None:
    add_sign(project, "S1")  # 28,800 cm²: 57.6 units, the rest of 300 counts: 58 x 26 = 1,508
    add_sign(project, "S2", sign_kind="1", width_cm=100, height_cm=100)  # 20 x 5 = 100, at least 200
    add_sign(project, "S3", sides_n=2)  # each face a sign of its own
    add_sign(project, "S4", installed_on="2026-08-01")  # third quarter: 50 %
    report = run("sign.assess", year_be=YEAR, **AS_OF)
    taxes = {uid: row["tax_satang"] for uid, row in signs(project).items()}
    assert taxes == {"S1": 150_800, "S2": 20_000, "S3": 301_600, "S4": 75_400}
    assert report.facts["tax_satang"] == sum(taxes.values())
    steps = json.loads(signs(project)["S1"]["trace"])
    assert all(step["section"] and step["th"] and step["en"] for step in steps)


def test_removed_and_later_signs_are_left_out(project: Path, run: Any) -> None:
    add_sign(project, "S1", removed_on="2025-12-31")
    add_sign(project, "S2", removed_on="2026-01-01")
    add_sign(project, "S3", installed_on="2027-01-01")
    run("sign.assess", year_be=YEAR, **AS_OF)
    assert set(signs(project)) == {"S2"}


def test_unknown_owner_falls_to_the_land_or_is_a_finding(project: Path, run: Any) -> None:
    add_parcel(project, "P1", owner="p1", area_sqwah=100, price_baht=1_000, uses={"other": 100})
    add_sign(project, "S1", owner_uid=None, parcel_uid="P1")
    add_sign(project, "S2", owner_uid=None)
    add_sign(project, "S3", width_cm=0)
    run("sign.assess", year_be=YEAR, **AS_OF)
    assert {uid: row["taxpayer_uid"] for uid, row in signs(project).items()} == {"S1": "p1"}
    assert codes(project) == {"S1": "sign.by_place", "S2": "sign.no_owner", "S3": "sign.bad_size"}


@pytest.mark.parametrize(
    ("filed_on", "told_on", "as_of", "extra"),
    [
        (None, None, "2026-03-31", 0),  # still time
        (None, None, "2026-04-01", 15_080),  # s.25 (1): 10 % where nothing was filed
        ("2026-03-31", None, "2026-05-01", 0),
        ("2026-04-10", None, "2026-05-01", 7_540),  # 5 % when filed before being told
        ("2026-04-10", "2026-04-05", "2026-05-01", 15_080),
    ],
)
def test_extra_for_late_filing(
    project: Path, run: Any, *, filed_on: str | None, told_on: str | None, as_of: str, extra: int
) -> None:
    add_sign(project, "S1")
    if filed_on:
        with open_store(project) as store:
            filing = {"signboard_uid": "S1", "tax_year_be": YEAR, "filed_on": filed_on, "told_on": told_on}
            store.insert("sign_filing", [filing])
    run("sign.assess", year_be=YEAR, as_of=as_of)
    assert signs(project)["S1"]["extra_satang"] == extra


def test_sign_is_paid_through_the_same_receipts(project: Path, run: Any) -> None:
    add_sign(project, "S1")
    with open_store(project) as store:
        filing = {"filed_on": "2026-03-10", "notified_on": "2026-04-01"}
        store.insert("sign_filing", [{"signboard_uid": "S1", "tax_year_be": YEAR, **filing}])
    run("sign.assess", year_be=YEAR, **AS_OF)
    who = {"year_be": YEAR, "taxpayer": "p2", "sign": "01A001-P001"}
    # Due 15 days after 1 April; on 17 May the second month has begun: 2 x 2 % of 1,508 = 60.32.
    assert run("tax.owed", **who, as_of="2026-04-16").facts["owed_satang"] == 150_800
    assert run("tax.owed", **who, as_of="2026-05-17").facts["owed_satang"] == 150_800 + 6_032
    assert run("tax.pay", **who, paid_on="2026-04-16").facts["number"] == "2569/00001"
    with pytest.raises(NotAllowed):
        run("tax.pay", **who, paid_on="2026-04-16")
    with pytest.raises(NotAllowed):
        run("sign.assess", year_be=YEAR, **AS_OF)
    run("tax.cancel_receipt", number="2569/00001", reason="x", cancelled_on="2026-04-17")
    assert run("tax.debtors", as_of="2026-04-17").facts["owed_satang"] == 150_800 + 3_016


def test_running_again_leaves_one_trial(project: Path, run: Any) -> None:
    add_sign(project, "S1")
    for _ in range(2):
        run("sign.assess", year_be=YEAR, **AS_OF)
    with open_store(project) as store:
        assert (store.count("run"), store.count("sign_assessment")) == (1, 1)
