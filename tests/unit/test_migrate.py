"""A project made by an older version is brought forward: rows, names, history, triggers and views."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import shapely

from donhan_gis.errors import SchemaMismatch, StoreLocked
from donhan_gis.register import Registers, load_registers
from donhan_gis.store import create_store, gpkg, migrate, open_store

GROUPS = 'schema = 1\n[[group]]\nid = "land"\nth = "ที่ดิน"\nen = "Land"\n'
CHOICES_BEFORE = '[use]\nsource = "ตัวอย่าง"\ncodes = [["rice", "นา", "Rice"]]\n'
CHOICES_NOW = CHOICES_BEFORE.replace('"Rice"]', '"Rice"], ["cane", "อ้อย", "Cane"]')
HEAD = 'schema = 1\nregister = "{name}"\nth = "{th}"\nen = "{name}"\ngroup = "land"\n'
PLOT_BEFORE = (
    HEAD.format(name="plot", th="แปลง")
    + """
geometry = "MultiPolygon"
title = "{code}"
[[field]]
name = "code"
kind = "text"
th = "รหัส"
en = "Code"
required = true
[[field]]
name = "holder"
kind = "text"
th = "ผู้ถือ"
en = "Holder"
[[field]]
name = "old_note"
kind = "text"
th = "หมายเหตุเดิม"
en = "Old note"
[[computed]]
name = "label"
kind = "text"
th = "ป้าย"
en = "Label"
sql = "code || '/' || coalesce(holder, '')"
"""
)
PLOT_NOW = (
    HEAD.format(name="plot", th="แปลงที่ดิน")
    + """
geometry = "MultiPolygon"
title = "{code} {keeper}"
number = { field = "code", pattern = "N{seq:02}" }
[[field]]
name = "code"
kind = "text"
th = "รหัส"
en = "Code"
required = true
unique = true
[[field]]
name = "keeper"
kind = "text"
th = "ผู้ดูแล"
en = "Keeper"
was = "holder"
[[field]]
name = "use"
kind = "choice"
th = "การใช้"
en = "Use"
choices = "use"
required = true
default = "rice"
[[field]]
name = "visit_uid"
kind = "ref"
th = "ตรวจล่าสุด"
en = "Last visit"
to = "visit"
"""
)
VISIT_NOW = (
    HEAD.format(name="visit", th="การตรวจ")
    + """
geometry = "Point"
[[field]]
name = "plot_uid"
kind = "ref"
th = "แปลง"
en = "Plot"
to = "plot"
[[computed]]
name = "keeper_now"
kind = "text"
th = "ผู้ดูแล"
en = "Keeper"
sql = "(select p.keeper from plot p where p.uid = visit.plot_uid)"
"""
)
SQUARE = shapely.MultiPolygon([shapely.box(270000, 1805000, 270040, 1805040)])


def declared(folder: Path, choices: str, **files: str) -> Registers:
    folder.mkdir()
    for name, said in {"_groups": GROUPS, **files}.items():
        (folder / f"{name}.toml").write_text(said, encoding="utf-8")
    lists = folder / "choices"
    lists.mkdir()
    (lists / "choices.toml").write_text(choices, encoding="utf-8")
    return load_registers(folder, lists / "choices.toml")


@pytest.fixture
def before(tmp_path: Path) -> Registers:
    return declared(tmp_path / "before", CHOICES_BEFORE, plot=PLOT_BEFORE)


@pytest.fixture
def now(tmp_path: Path) -> Registers:
    return declared(tmp_path / "now", CHOICES_NOW, plot=PLOT_NOW, visit=VISIT_NOW)


@pytest.fixture
def old(tmp_path: Path, before: Registers) -> Path:
    """A project as the older version left it."""
    (tmp_path / "work").mkdir()
    file = tmp_path / "work" / "เก่า.gpkg"
    with create_store(file, user="เดิม", registers=before) as store:
        store.insert("plot", [{"code": "A1", "holder": "สมศรี", "old_note": "จำไว้", "geom": SQUARE}, {"code": "A2"}])
    return file


def test_rows_are_kept_under_the_new_names(old: Path, now: Registers) -> None:
    with open_store(old, user="ใหม่", registers=now) as store:
        first, second = store.rows("plot", geometry=True)
        assert (first["code"], first["keeper"], first["use"], first["rev"]) == ("A1", "สมศรี", None, 1)
        assert shapely.equals_exact(first["geom"], SQUARE)
        assert second["keeper"] is None
        assert store.query("SELECT old_note FROM plot WHERE code = 'A1'") == [{"old_note": "จำไว้"}]  # never dropped
        assert store.title_of("plot", first["uid"]) == "A1 สมศรี"
        assert [change.by for change in store.history("plot", first["uid"])] == ["เดิม"]


def test_new_register_codes_and_numbers_work(old: Path, now: Registers) -> None:
    with open_store(old, user="ใหม่", registers=now) as store:
        first = store.rows("plot")[0]
        visit = store.insert("visit", [{"plot_uid": first["uid"], "geom": shapely.Point(270001, 1805001)}])[0]
        store.update("plot", first["uid"], {"visit_uid": visit, "keeper": "สมชาย"}, rev=1)
        last = store.history("plot", first["uid"])[-1]
        assert last.old
        assert last.new
        assert (last.old["keeper"], last.new["keeper"], last.by) == ("สมศรี", "สมชาย", "ใหม่")
        assert store.query("SELECT keeper_now FROM visit_view") == [{"keeper_now": "สมชาย"}]
        assert store.query("SELECT code FROM donhan_choice WHERE list = 'use' ORDER BY position") == [
            {"code": "rice"},
            {"code": "cane"},
        ]
        store.insert("plot", [{}])
        assert store.rows("plot")[-1]["code"] == "N01"
        assert store.rows("plot")[-1]["use"] == "rice"
        assert store.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        assert store.query("PRAGMA foreign_key_check") == []
        assert store.query("PRAGMA foreign_keys") == [{"foreign_keys": 1}]


def test_lists_of_the_geopackage_follow(old: Path, now: Registers) -> None:
    """The view that is no longer declared is gone from the lists too; titles are the new ones."""
    with open_store(old, registers=now) as store:
        contents = {row["table_name"]: row["description"] for row in store.query("SELECT * FROM gpkg_contents")}
        assert contents == {"plot": "แปลงที่ดิน", "visit": "การตรวจ", "visit_view": "การตรวจ"}
        shapes = {row["table_name"] for row in store.query("SELECT table_name FROM gpkg_geometry_columns")}
        assert shapes == {"plot", "visit", "visit_view"}
        assert store.query("SELECT count(*) AS n FROM rtree_plot_geom") == [{"n": 1}]


def test_copy_is_kept_and_opens_as_before(old: Path, now: Registers, before: Registers) -> None:
    open_store(old, registers=now).close()
    (copy,) = old.parent.glob("เก่า.before-*.gpkg")
    with open_store(copy, registers=before) as store:
        assert [row["holder"] for row in store.rows("plot")] == ["สมศรี", None]
    open_store(old, registers=now).close()  # up to date: no further copy
    assert len(list(old.parent.iterdir())) == 2


def test_older_copy_is_not_overwritten(old: Path, now: Registers) -> None:
    kept = old.read_bytes()
    open_store(old, registers=now).close()
    (first,) = old.parent.glob("*.before-*")
    first_bytes = first.read_bytes()
    old.write_bytes(kept)
    open_store(old, registers=now).close()
    assert len(list(old.parent.glob("*.before-*"))) == 2
    assert first.read_bytes() == first_bytes


def test_copy_holds_what_stands_in_the_log_of_qgis(old: Path, now: Registers, before: Registers) -> None:
    with closing(sqlite3.connect(old)) as qgis:
        qgis.execute("PRAGMA journal_mode = WAL")
        qgis.execute("PRAGMA wal_autocheckpoint = 0")
        with open_store(old, registers=before) as store:
            store.insert("plot", [{"code": "A3"}])
        open_store(old, registers=now).close()
    (copy,) = old.parent.glob("*.before-*.gpkg")
    with open_store(copy, registers=before) as store:
        assert [row["code"] for row in store.rows("plot")] == ["A1", "A2", "A3"]


def test_fault_on_the_way_leaves_the_project_as_it_was(
    old: Path, now: Registers, before: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(migrate, "_finish", fail)
    with pytest.raises(Exception, match="disk"):
        open_store(old, registers=now)
    monkeypatch.undo()
    with open_store(old, registers=before) as store:
        assert [row["holder"] for row in store.rows("plot")] == ["สมศรี", None]
        assert store.query("SELECT name FROM sqlite_master WHERE name = 'visit'") == []


def test_locked_project_is_not_brought_forward(old: Path, now: Registers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpkg, "WAIT_MS", 50)
    with closing(sqlite3.connect(old, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked):
            open_store(old, registers=now)
        assert [file.name for file in old.parent.glob("*.gpkg")] == [old.name]
        other.execute("ROLLBACK")
    open_store(old, registers=now).close()


def test_steps_of_the_systems_own_tables_run_in_order(
    old: Path, before: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {
        2: lambda connection: connection.execute("CREATE TABLE donhan_new (a)"),
        3: lambda connection: connection.execute("ALTER TABLE donhan_new ADD COLUMN b"),
    }
    monkeypatch.setattr(migrate, "STEPS", steps)
    monkeypatch.setattr(migrate, "FORMAT", 3)
    with open_store(old, registers=before) as store:
        assert store.query("SELECT count(b) AS n FROM donhan_new") == [{"n": 0}]
        assert store.query("SELECT value FROM donhan_meta WHERE key = 'format'") == [{"value": "3"}]
    monkeypatch.undo()
    with pytest.raises(SchemaMismatch):  # the older program does not touch it any more
        open_store(old, registers=before)


def test_same_declarations_have_the_same_fingerprint(before: Registers, now: Registers) -> None:
    assert migrate.fingerprint(before) == migrate.fingerprint(before)
    assert migrate.fingerprint(before) != migrate.fingerprint(now)
