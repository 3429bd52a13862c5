"""Codes given by the system: by scope, without gaps or doubles, past codes that stand already."""

from __future__ import annotations

from typing import Any

import pytest

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
