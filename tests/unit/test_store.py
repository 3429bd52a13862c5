"""The project database as it is used: rows in and out, conflicts, history, transactions, labels."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely

from donhan_gis.errors import Conflict, InvalidInput, NotAllowed, StoreError
from donhan_gis.field import Kind
from donhan_gis.store import open_store
from donhan_gis.store.gpkg import ROWS_PER_BATCH, GeoPackageStore
from donhan_gis.store.rules import row_problems

SQUARE = shapely.MultiPolygon([shapely.box(270000, 1805000, 270040, 1805040)])
ELSEWHERE = shapely.MultiPolygon([shapely.box(271000, 1806000, 271020, 1806020)])


def village(store: GeoPackageStore, moo: int = 3, name: str = "โนนเขวา") -> str:
    return store.insert("village", [{"moo": moo, "name": name}])[0]


def parcel(store: GeoPackageStore, code: str = "01A001", **more: Any) -> str:
    return store.insert("parcel", [{"code": code, **more}])[0]


def gate_entry(store: GeoPackageStore) -> str:
    canal = store.insert("canal", [{"kind": "main", "owner": "LGO"}])[0]
    gate = store.insert("water_gate", [gate_row(canal)])[0]
    entry = {"gate_uid": gate, "action": "OPEN", "at": "2026-01-01 08:00", "opening_pct": 50, "by_name": "ก"}
    return store.insert("gate_log", [entry])[0]


def gate_row(canal: str) -> dict[str, Any]:
    return {"name": "ปากคลอง", "kind": "HEAD", "canal_uid": canal, "owner": "LGO", "cond": "GOOD"}


# ---------------------------------------------------------------- rows


def test_a_row_in_and_out(store: GeoPackageStore) -> None:
    uid = parcel(store, geom=SQUARE, deed_area_sqwah=395.5, valid_from="2020-01-01")
    row = store.get("parcel", uid)
    assert (row["code"], row["deed_area_sqwah"], row["valid_from"], row["note"]) == (
        "01A001",
        395.5,
        "2020-01-01",
        None,
    )
    assert (row["rev"], row["created_by"], row["updated_at"]) == (1, "สมศรี", None)
    assert shapely.equals_exact(row["geom"], SQUARE)
    assert row["drawn_area_sqwah"] == 400  # 40 m × 40 m = 1,600 m² = 1 rai
    assert len(uid) == 32
    assert row["created_at"].endswith("Z")


def test_geometry_and_computed_values_come_when_asked_for(store: GeoPackageStore) -> None:
    parcel(store, geom=SQUARE)
    (plain,) = store.rows("parcel")
    assert "geom" not in plain
    assert "drawn_area_sqwah" not in plain
    (full,) = store.rows("parcel", computed=True, geometry=True)
    assert {"geom", "drawn_area_sqwah"} <= set(full)
    assert list(store.rows("parcel", columns=["code", "drawn_area_sqwah"])[0]) == ["code", "drawn_area_sqwah"]


def test_rows_are_chosen_ordered_and_paged(store: GeoPackageStore) -> None:
    store.insert("village", [{"moo": moo, "name": f"บ้าน {moo}"} for moo in (3, 1, 2, 5, 4)])
    assert store.count("village") == 5
    assert store.count("village", "moo > ?", [2]) == 3
    assert [row["moo"] for row in store.rows("village", order="moo DESC", limit=2, offset=1)] == [4, 3]
    assert [row["moo"] for row in store.rows("village")] == [3, 1, 2, 5, 4]
    assert store.rows("village", "moo = ?", [99]) == []
    assert store.query("SELECT max(moo) AS most FROM village") == [{"most": 5}]


def test_required_fields_take_their_default(store: GeoPackageStore) -> None:
    uid = store.insert("pole", [{"kind": "CONC", "village_uid": village(store), "lamp": "LED", "owner": None}])[0]
    row = store.get("pole", uid)
    assert (row["owner"], row["lamp_state"], row["lamps_n"]) == ("PEA", "OK", 1)


def test_update_counts_revisions(store: GeoPackageStore) -> None:
    uid = parcel(store, geom=SQUARE)
    assert store.update("parcel", uid, {"note": "ตรวจแล้ว"}, rev=1) == 2
    assert store.update("parcel", uid, {"geom": ELSEWHERE}, rev=2) == 3
    row = store.get("parcel", uid)
    assert (row["rev"], row["note"], row["updated_by"]) == (3, "ตรวจแล้ว", "สมศรี")
    assert shapely.equals_exact(row["geom"], ELSEWHERE)


def test_somebody_elses_change_is_not_overwritten(project: Path) -> None:
    with open_store(project, user="ก") as mine, open_store(project, user="ข") as theirs:
        uid = parcel(mine)
        theirs.update("parcel", uid, {"note": "ของเขา"}, rev=1)
        with pytest.raises(Conflict) as caught:
            mine.update("parcel", uid, {"note": "ของฉัน"}, rev=1)
        assert "แปลง 01A001" in caught.value.th
        assert mine.get("parcel", uid)["note"] == "ของเขา"
        with pytest.raises(Conflict):
            mine.delete("parcel", uid, rev=1)
        theirs.delete("parcel", uid, rev=2)
        with pytest.raises(Conflict):
            mine.update("parcel", uid, {"note": "ของฉัน"}, rev=2)
        with pytest.raises(StoreError, match="deleted"):
            mine.get("parcel", uid)


def test_what_others_refer_to_stays(store: GeoPackageStore) -> None:
    uid = village(store)
    parcel(store, village_uid=uid)
    with pytest.raises(NotAllowed) as caught:
        store.delete("village", uid, rev=1)
    assert caught.value.code == "store.referred"
    assert store.count("village") == 1


def test_reference_to_nothing_is_refused(store: GeoPackageStore) -> None:
    with pytest.raises(NotAllowed):
        parcel(store, village_uid="ไม่มี")
    assert store.count("parcel") == 0


def test_rows_that_refer_to_each_other_may_come_in_any_order(store: GeoPackageStore) -> None:
    with store.transaction():
        parcel(store, village_uid="หมู่ที่มาทีหลัง")
        store.insert("village", [{"uid": "หมู่ที่มาทีหลัง", "moo": 1, "name": "หลัง"}])
    assert store.count("parcel") == 1


@pytest.mark.parametrize(
    ("register", "row", "code", "field"),
    [
        ("vilage", {}, "store.no_register", "register"),
        ("village", {"moo": 1, "name": "ก", "nmae": "ข"}, "store.no_column", "nmae"),
        ("village", {"moo": 1, "name": "ก", "rev": 7}, "store.no_column", "rev"),
        ("person", {"kind": "NAT", "first_name": "ก", "geom": SQUARE}, "store.no_column", "geom"),
        ("village", {"moo": 1}, "store.not_null", "name"),
        ("village", {"moo": 3, "name": "ซ้ำ"}, "store.unique", "moo"),
        ("village", {"moo": 2**63, "name": "ใหญ่"}, "store.too_large", ""),
    ],
)
def test_rows_are_refused(store: GeoPackageStore, register: str, row: dict[str, Any], code: str, field: str) -> None:
    village(store)
    with pytest.raises(InvalidInput) as caught:
        store.insert(register, [row])
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.th
    assert store.count("village") == 1


def test_pairs_are_unique_together(store: GeoPackageStore) -> None:
    first, second = village(store, 1, "ก"), village(store, 2, "ข")
    store.insert("house", [{"house_no": "1", "village_uid": first}, {"house_no": "1", "village_uid": second}])
    with pytest.raises(InvalidInput) as caught:
        store.insert("house", [{"house_no": "1", "village_uid": first}])
    assert caught.value.field == "house_no"


def test_misspelt_columns_are_refused(store: GeoPackageStore) -> None:
    """SQLite would take an unknown quoted name for a text and answer with it."""
    parcel(store)
    with pytest.raises(InvalidInput) as caught:
        store.rows("parcel", columns=["cdoe"])
    assert caught.value.field == "cdoe"
    with pytest.raises(InvalidInput):
        store.update("parcel", "x", {"cdoe": 1}, rev=1)
    with pytest.raises(StoreError):
        store.query("SELECT cdoe FROM parcel")


def test_more_rows_than_a_batch(store: GeoPackageStore) -> None:
    total = ROWS_PER_BATCH + 7
    uids = store.insert("person", ({"kind": "NAT", "first_name": f"คน {n}"} for n in range(total)))
    assert len(set(uids)) == total == store.count("person")
    titles = store.titles_of("person", uids)
    assert len(titles) == total
    assert titles[uids[-1]] == f"คน {total - 1}"


# ---------------------------------------------------------------- append-only, results


def test_append_only_register_takes_new_rows_only(store: GeoPackageStore) -> None:
    uid = gate_entry(store)
    with pytest.raises(NotAllowed):
        store.update("gate_log", uid, {"opening_pct": 0}, rev=1)
    with pytest.raises(NotAllowed):
        store.delete("gate_log", uid, rev=1)
    assert store.get("gate_log", uid)["opening_pct"] == 50


def test_append_only_holds_against_other_programs(store: GeoPackageStore, project: Path) -> None:
    gate_entry(store)
    with closing(sqlite3.connect(project)) as other:
        for sql in ("UPDATE gate_log SET opening_pct = 0", "DELETE FROM gate_log", "DELETE FROM donhan_history"):
            with pytest.raises(sqlite3.IntegrityError, match="append_only"):
                other.execute(sql)


def test_only_results_are_cleared(store: GeoPackageStore) -> None:
    results = [name for name, register in store.registers.items() if register.result]
    assert {"run", "assessment", "assessment_line", "water_demand"} <= set(results)
    store.insert(
        "run",
        [
            {
                "task": "water.demand",
                "tax_year_be": 2569,
                "state": "trial",
                "user": "ก",
                "software": "x",
                "started_at": "2026-01-01 08:00",
            }
        ],
    )
    assert store.clear("run", "task = ?", ["water.demand"]) == 1
    parcel(store)
    with pytest.raises(NotAllowed):
        store.clear("parcel", "")
    assert store.count("parcel") == 1


# ---------------------------------------------------------------- history


def test_history_tells_who_did_what(project: Path) -> None:
    with open_store(project, user="ก") as store:
        uid = parcel(store, geom=SQUARE)
    with open_store(project, user="ข") as store:
        store.update("parcel", uid, {"note": "ใหม่"}, rev=1)
        store.update("parcel", uid, {"geom": ELSEWHERE}, rev=2)
    with open_store(project, user="ค") as store:
        store.delete("parcel", uid, rev=3)
        history = store.history("parcel", uid)
    assert [(change.action, change.by) for change in history] == [
        ("insert", "ก"),
        ("update", "ข"),
        ("update", "ข"),
        ("delete", "ค"),
    ]
    words, shape, gone = history[1:]
    assert words.old and words.new and shape.old and shape.new and gone.old
    assert (words.old["note"], words.new["note"]) == (None, "ใหม่")
    assert words.new["geom"] is None  # the shape stayed: not written again
    assert shape.old["geom"] != shape.new["geom"]
    assert gone.old["geom"] == shape.new["geom"]
    assert gone.new is None


def test_history_sees_other_programs(store: GeoPackageStore, project: Path) -> None:
    """A program that knows nothing of us edits a table without geometry."""
    uid = store.insert("person", [{"kind": "NAT", "first_name": "เดิม"}])[0]
    with closing(sqlite3.connect(project)) as other, other:
        other.execute("UPDATE person SET first_name = 'ใหม่'")
        other.execute("INSERT INTO person (kind, first_name) VALUES ('NAT', 'คนใหม่')")
    row = store.get("person", uid)
    assert (row["rev"], row["first_name"], row["updated_by"]) == (2, "ใหม่", "QGIS")
    last = store.history("person", uid)[-1]
    assert last.old and last.new
    assert (last.by, last.old["first_name"], last.new["first_name"]) == ("QGIS", "เดิม", "ใหม่")
    with pytest.raises(Conflict):
        store.update("person", uid, {"first_name": "ทับ"}, rev=1)
    (other_row,) = store.rows("person", "first_name = 'คนใหม่'")
    assert (len(other_row["uid"]), other_row["created_by"], other_row["rev"]) == (32, "QGIS", 1)
    with closing(sqlite3.connect(project)) as other, other:
        other.execute("DELETE FROM person WHERE uid = ?", [other_row["uid"]])
    assert [change.by for change in store.history("person", other_row["uid"])] == ["QGIS", "QGIS"]


def test_name_of_the_user_does_not_stay_behind(store: GeoPackageStore) -> None:
    parcel(store)
    with pytest.raises(InvalidInput):
        parcel(store)
    assert store.query("SELECT * FROM donhan_session") == []


# ---------------------------------------------------------------- R-tree


def tree_of(store: GeoPackageStore) -> dict[int, tuple[float, ...]]:
    return {row.pop("id"): tuple(row.values()) for row in store.query("SELECT * FROM rtree_parcel_geom")}


def bounds_of(store: GeoPackageStore) -> dict[int, tuple[float, ...]]:
    rows = store.rows("parcel", "geom IS NOT NULL", geometry=True)
    bounds = {row["fid"]: row["geom"].bounds for row in rows if not row["geom"].is_empty}
    return {fid: (west, east, south, north) for fid, (west, south, east, north) in bounds.items()}


def assert_tree_is_in_step(store: GeoPackageStore, count: int) -> None:
    tree, bounds = tree_of(store), bounds_of(store)
    assert set(tree) == set(bounds)
    assert len(tree) == count
    for fid, box in bounds.items():
        assert tree[fid] == pytest.approx(box, abs=0.25)  # the tree holds 32-bit numbers, rounded outwards


def test_tree_follows_the_shapes(store: GeoPackageStore) -> None:
    uid, other = parcel(store, geom=SQUARE), parcel(store, "01A002", geom=ELSEWHERE)
    bare, hollow = parcel(store, "01A003"), parcel(store, "01A004", geom=shapely.MultiPolygon())
    assert_tree_is_in_step(store, 2)
    store.update("parcel", uid, {"geom": ELSEWHERE}, rev=1)
    store.update("parcel", bare, {"geom": SQUARE}, rev=1)
    store.update("parcel", hollow, {"geom": SQUARE}, rev=1)
    assert_tree_is_in_step(store, 4)
    store.update("parcel", other, {"geom": None}, rev=1)
    store.update("parcel", bare, {"geom": shapely.MultiPolygon()}, rev=2)
    assert_tree_is_in_step(store, 2)
    store.delete("parcel", uid, rev=2)
    assert_tree_is_in_step(store, 1)
    with store.transaction():
        store.query("UPDATE parcel SET fid = fid + 100 RETURNING fid")
    assert_tree_is_in_step(store, 1)


def test_extents_are_those_of_the_shapes(store: GeoPackageStore) -> None:
    parcel(store, geom=SQUARE)
    parcel(store, "01A002", geom=ELSEWHERE)
    store.update_extents()
    sql = "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name IN ('parcel', 'parcel_view')"
    for row in store.query(sql):
        assert list(row.values()) == pytest.approx([270000, 1805000, 271020, 1806020], abs=0.25)
    assert store.query("SELECT min_x FROM gpkg_contents WHERE table_name = 'road'") == [{"min_x": None}]


# ---------------------------------------------------------------- transactions


def test_fault_within_a_transaction_leaves_nothing(store: GeoPackageStore) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        parcel(store)
        store.set_setting("office.name", "ชั่วคราว")
        raise RuntimeError
    assert store.count("parcel") == 0
    assert store.setting("office.name", "เดิม") == "เดิม"
    parcel(store)  # and the store still works
    assert store.count("parcel") == 1


def test_bad_row_takes_its_whole_batch_back(store: GeoPackageStore) -> None:
    with pytest.raises(InvalidInput):
        store.insert("village", [{"moo": 1, "name": "ก"}, {"moo": 1, "name": "ซ้ำ"}])
    assert store.count("village") == 0


def test_failed_part_is_undone_alone(store: GeoPackageStore) -> None:
    with store.transaction():
        village(store, 1)
        with pytest.raises(InvalidInput):
            store.insert("village", [{"moo": 2, "name": "ก"}, {"moo": 1, "name": "ซ้ำ"}])
        with pytest.raises(RuntimeError), store.transaction():
            village(store, 3)
            with store.transaction():
                village(store, 4)
            raise RuntimeError
        village(store, 5)
    assert [row["moo"] for row in store.rows("village")] == [1, 5]


def test_outermost_transaction_decides(store: GeoPackageStore) -> None:
    with pytest.raises(RuntimeError), store.transaction():
        with store.transaction():
            parcel(store)
        assert store.count("parcel") == 1
        raise RuntimeError
    assert store.count("parcel") == 0


def test_others_see_a_transaction_when_it_is_whole(project: Path) -> None:
    with open_store(project) as writer, open_store(project) as reader:
        with writer.transaction():
            parcel(writer)
            assert reader.count("parcel") == 0
        assert reader.count("parcel") == 1


# ---------------------------------------------------------------- labels, settings, rules


def test_labels(store: GeoPackageStore) -> None:
    home = village(store)
    house = store.insert("house", [{"house_no": "45/2", "village_uid": home}])[0]
    assert store.title_of("village", home) == "หมู่ที่ 3 บ้านโนนเขวา"
    assert store.title_of("house", house) == "บ้านเลขที่ 45/2 หมู่ที่ 3"
    assert store.title_of("house", "ไม่มี") == ""
    assert store.titles_of("house", []) == {}
    use = store.insert("parcel_use", [{"parcel_uid": parcel(store), "use_class": "vacant", "area_sqwah": 100}])[0]
    label = next(c.th for c in store.registers.choices["use_class"] if c.code == "vacant")
    assert store.title_of("parcel_use", use) == f"01A001 {label}"


def test_search_in_labels(store: GeoPackageStore) -> None:
    store.insert("village", [{"moo": moo, "name": name} for moo, name in ((1, "ดอนหัน"), (2, "โนนเขวา"), (3, "หันใหญ่"))])
    assert [title for _, title in store.titles("village", "หัน")] == ["หมู่ที่ 1 บ้านดอนหัน", "หมู่ที่ 3 บ้านหันใหญ่"]
    assert len(store.titles("village")) == 3
    assert len(store.titles("village", limit=2)) == 2
    assert store.titles("village", "100%_'") == []


def test_every_register_can_be_listed(store: GeoPackageStore) -> None:
    for name in store.registers:
        assert store.titles(name, "x") == []
        assert store.rows(name, computed=True, geometry=True) == []


def test_settings_are_kept(project: Path) -> None:
    with open_store(project) as store:
        assert store.setting("office.name") == ""
        store.set_setting("office.name", "อบต. ตัวอย่าง")
        store.set_setting("office.name", "อบต. ดอนหัน")
    with open_store(project) as store:
        assert store.setting("office.name", "อื่น") == "อบต. ดอนหัน"


def test_problems_of_a_row(store: GeoPackageStore) -> None:
    poles = store.registers["pole"]
    row = {"code": "P03-0001", "kind": "CONC", "owner": "PEA", "village_uid": "v", "lamp": "LED", "lamp_state": "OK"}
    assert row_problems(store.registers, poles, {**row, "watt": 40}) == []
    (rule,) = row_problems(store.registers, poles, row)
    assert (rule.code, rule.text("th")) == ("rule.error", "เสาที่มีดวงโคมต้องระบุกำลังไฟ")
    codes = [found.code for found in row_problems(store.registers, poles, {**row, "watt": 5000, "kind": "?"})]
    assert codes == ["field.choice", "field.max"]


def test_kinds_have_storage_classes(store: GeoPackageStore) -> None:
    classes = {
        Kind.INT: "INTEGER",
        Kind.MONEY: "INTEGER",
        Kind.DECIMAL: "REAL",
        Kind.BOOL: "BOOLEAN",
        Kind.DATE: "DATE",
    }
    for register in store.registers.values():
        columns = {row["name"]: row["type"] for row in store.query(f'PRAGMA table_info("{register.name}")')}
        for field in register.fields:
            assert columns[field.name] == classes.get(field.kind, "TEXT"), (register.name, field.name)
