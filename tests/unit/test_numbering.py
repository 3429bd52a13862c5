"""Codes given by the system: by scope, without gaps or doubles, past codes that stand already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from donhan_gis.errors import InvalidInput, NotAllowed
from donhan_gis.store import open_store
from donhan_gis.store.gpkg import GeoPackageStore


@pytest.fixture
def villages(store: GeoPackageStore) -> list[str]:
    return store.insert("village", [{"moo": 3, "name": "ก"}, {"moo": 12, "name": "ข"}])


def pole(village: str, **more: Any) -> dict[str, Any]:
    return {"kind": "CONC", "village_uid": village, "lamp": "NONE", **more}


def codes(store: GeoPackageStore, register: str = "pole") -> list[str]:
    return [row["code"] for row in store.rows(register)]


def test_numbers_run_by_village(store: GeoPackageStore, villages: list[str]) -> None:
    third, twelfth = villages
    store.insert("pole", [pole(third), pole(twelfth), pole(third)])
    store.insert("pole", [pole(twelfth)])
    assert codes(store) == ["P03-0001", "P12-0001", "P03-0002", "P12-0002"]


def test_codes_that_stand_are_passed_over(store: GeoPackageStore, villages: list[str]) -> None:
    village = villages[0]
    store.insert("pole", [pole(village, code="P03-0001"), pole(village, code="P03-0003")])
    store.insert("pole", [pole(village), pole(village)])
    assert codes(store)[2:] == ["P03-0002", "P03-0004"]


def test_codes_further_down_in_the_same_batch_are_passed_over(store: GeoPackageStore, villages: list[str]) -> None:
    village = villages[0]
    store.insert("pole", [pole(village), pole(village, code="P03-0001"), pole(village)])
    assert codes(store) == ["P03-0002", "P03-0001", "P03-0003"]


def test_failed_insert_gives_its_numbers_back(store: GeoPackageStore, villages: list[str]) -> None:
    village = villages[0]
    with pytest.raises(Exception, match="kind"):
        store.insert("pole", [pole(village), pole(village, kind=None)])
    store.insert("pole", [pole(village)])
    assert codes(store) == ["P03-0001"]


def test_number_without_scope(store: GeoPackageStore) -> None:
    store.insert("canal", [{"kind": "main", "owner": "LGO"}] * 2)
    assert codes(store, "canal") == ["C001", "C002"]


def test_number_of_a_code_and_of_a_field(store: GeoPackageStore) -> None:
    parcel = store.insert("parcel", [{"code": "01A001"}])[0]
    building = {"parcel_uid": parcel, "type_code": "100", "material": "brick", "floors_n": 1}
    store.insert("building", [building, building])
    assert codes(store, "building") == ["01A001-B001", "01A001-B002"]
    canal = store.insert("canal", [{"kind": "main", "owner": "LGO"}])[0]
    gate = {"name": "ปากคลอง", "kind": "HEAD", "canal_uid": canal, "owner": "LGO", "cond": "GOOD"}
    store.insert("water_gate", [gate])
    assert codes(store, "water_gate") == ["WG-C001-001"]


def test_deleted_number_is_not_given_again(store: GeoPackageStore, villages: list[str]) -> None:
    first, second = store.insert("pole", [pole(villages[0]), pole(villages[0])])
    store.delete("pole", second, rev=1)
    store.insert("pole", [pole(villages[0])])
    assert codes(store) == ["P03-0001", "P03-0003"]
    assert store.title_of("pole", first) == "เสา P03-0001"


# ---------------------------------------------------------------- by year, without gaps


def receipt(paid_on: str | None, **more: Any) -> dict[str, Any]:
    money = {"tax_satang": 100, "penalty_satang": 0, "surcharge_satang": 0, "total_satang": 100}
    who = {"taxpayer_key": "x", "taxpayer_name": "x", "tax_year_be": 2569, "cashier": "x"}
    return {"paid_on": paid_on, **money, **who, **more}


def numbers(store: GeoPackageStore) -> list[str]:
    return [row["number"] for row in store.rows("receipt")]


def test_fiscal_year_begins_on_1_october(store: GeoPackageStore) -> None:
    """Budget Procedures Act B.E. 2561 s.4: 30 September 2026 is fiscal 2569, the day after is 2570."""
    store.insert("receipt", [receipt("2026-09-30"), receipt("2026-10-01"), receipt("2026-09-30")])
    assert numbers(store) == ["2569/00001", "2570/00001", "2569/00002"]


def test_calendar_year_begins_in_january(store: GeoPackageStore) -> None:
    person = store.insert("person", [{"kind": "NAT", "first_name": "ก"}])[0]
    paper = {"person_uid": person, "what": "x", "answer_by": "2027-01-01"}
    store.insert("correction", [paper | {"filed_on": day} for day in ("2025-12-31", "2026-01-01", "2026-12-31")])
    assert [row["number"] for row in store.rows("correction")] == ["0001/2568", "0001/2569", "0002/2569"]


def test_number_without_gap_is_never_given_by_hand(store: GeoPackageStore) -> None:
    with pytest.raises(InvalidInput) as fault:
        store.insert("receipt", [receipt("2026-06-01", number="2569/00007")])
    assert fault.value.code == "store.number_given"


def test_number_of_a_year_needs_its_day(store: GeoPackageStore) -> None:
    with pytest.raises(InvalidInput) as fault:
        store.insert("receipt", [receipt(None)])
    assert fault.value.code == "store.number_needs_date"


def test_number_taken_and_undone_is_given_again(store: GeoPackageStore) -> None:
    def taken_and_undone() -> None:
        with store.transaction():
            store.insert("receipt", [receipt("2026-06-01")])
            raise InvalidInput("cancelled", field="x")

    with pytest.raises(InvalidInput):
        taken_and_undone()
    store.insert("receipt", [receipt("2026-06-01")])
    assert numbers(store) == ["2569/00001"]


def test_two_writers_share_one_row_of_numbers(project: Path) -> None:
    with open_store(project) as one, open_store(project) as two:
        for store in (one, two, one, two, two):
            store.insert("receipt", [receipt("2026-06-01")])
        assert numbers(one) == [f"2569/{i:05d}" for i in range(1, 6)]


def test_appended_row_may_be_amended_only_as_declared(store: GeoPackageStore) -> None:
    uid = store.insert("receipt", [receipt("2026-06-01")])[0]
    cancel = {"state": "cancelled", "cancelled_on": "2026-06-02", "cancelled_by": "x", "cancel_reason": "x"}
    with pytest.raises(NotAllowed):
        store.update("receipt", uid, {**cancel, "total_satang": 1}, rev=1)
    store.update("receipt", uid, cancel, rev=1)
    with pytest.raises(NotAllowed):  # while its state is valid, no longer
        store.update("receipt", uid, {"cancel_reason": "y"}, rev=2)
    with pytest.raises(NotAllowed):
        store.delete("receipt", uid, rev=2)
