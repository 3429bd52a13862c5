"""Opening and making project files: what is no project, what is damaged, what cannot be written, a full disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from donhan_gis.errors import DonhanError, SchemaMismatch, StoreError
from donhan_gis.register import load_registers
from donhan_gis.store import create_store, open_store
from donhan_gis.store.gpkg import GeoPackageStore
from donhan_gis.store.migrate import FORMAT

THAI_LETTERS = range(0x0E01, 0x0E5C)


def assert_sentences(error: DonhanError, *, about: str) -> None:
    """One sentence in each language that names the file."""
    for said in (error.th, error.en):
        assert about in said
        assert "Traceback" not in said
    assert any(ord(letter) in THAI_LETTERS for letter in error.th)


# ---------------------------------------------------------------- a new project


def test_new_project_is_a_sound_geopackage(project: Path) -> None:
    """OGC 12-128r15: requirements 2 (application id), 6 (integrity), 7 (foreign keys), 10 (reference systems)."""
    with closing(sqlite3.connect(project)) as connection:
        assert connection.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"GPKG", "big"),)
        assert connection.execute("PRAGMA user_version").fetchone() == (10200,)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        systems = {code for (code,) in connection.execute("SELECT srs_id FROM gpkg_spatial_ref_sys")}
        assert {-1, 0, 4326, 32648} <= systems


def test_contents_list_what_is_there(project: Path) -> None:
    with closing(sqlite3.connect(project)) as connection:
        there = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        }
        contents = dict(connection.execute("SELECT table_name, data_type FROM gpkg_contents"))
        shapes = {name for (name,) in connection.execute("SELECT table_name FROM gpkg_geometry_columns")}
    registers = load_registers()
    assert set(registers) <= set(contents) <= there
    assert shapes == {name for name, kind in contents.items() if kind == "features"}
    for name, register in registers.items():
        assert (name in shapes) == (register.geometry != "None")


def test_existing_file_is_not_overwritten(project: Path) -> None:
    before = project.read_bytes()
    with pytest.raises(StoreError) as caught:
        create_store(project)
    assert caught.value.code == "store.exists"
    assert project.read_bytes() == before


def test_folders_are_made_and_nothing_else_is_left(tmp_path: Path) -> None:
    with create_store(tmp_path / "ใหม่" / "กว่า" / "a.gpkg", user="ก") as store:
        assert (store.user, store.count("parcel")) == ("ก", 0)
    assert [file.name for file in (tmp_path / "ใหม่" / "กว่า").iterdir()] == ["a.gpkg"]


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "แฟ้ม").write_text("x")
    with pytest.raises(StoreError) as caught:
        create_store(tmp_path / "แฟ้ม" / "a.gpkg")
    assert_sentences(caught.value, about="a.gpkg")


# ---------------------------------------------------------------- what is no project


def other_database(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE t (a)")


def truncated(file: Path, source: Path) -> None:
    file.write_bytes(source.read_bytes()[:-4096])


def cut_within_a_page(file: Path, source: Path) -> None:
    file.write_bytes(source.read_bytes()[:-100])


def overwritten(file: Path, source: Path) -> None:
    file.write_bytes(source.read_bytes()[:100] + bytes(range(256)) * 32)


def newer(file: Path, source: Path) -> None:
    shutil.copy(source, file)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE donhan_meta SET value = ? WHERE key = 'format'", [str(FORMAT + 1)])


@pytest.mark.parametrize(
    ("make", "kind", "code"),
    [
        (lambda _file, _source: None, StoreError, "store.missing"),
        (lambda file, _source: file.touch(), SchemaMismatch, "store.not_project"),
        (lambda file, _source: file.write_bytes(b"SQLite"), SchemaMismatch, "store.not_project"),
        (lambda file, _source: file.write_bytes(b"SQLite format 3\x00" * 40), SchemaMismatch, "store.damaged"),
        (lambda file, _source: file.write_bytes(b"SQLite format 3\x00"), SchemaMismatch, "store.damaged"),
        (lambda file, _source: file.write_text("รหัส,ชื่อ\n1,ก\n"), SchemaMismatch, "store.not_project"),
        (lambda file, _source: file.mkdir(), StoreError, "store.cannot_read"),
        (lambda file, _source: other_database(file), SchemaMismatch, "store.not_project"),
        (truncated, SchemaMismatch, "store.damaged"),
        (cut_within_a_page, SchemaMismatch, "store.damaged"),
        (overwritten, SchemaMismatch, "store.damaged"),
        (newer, SchemaMismatch, "store.newer"),
    ],
    ids=[
        "missing",
        "empty",
        "short",
        "words",
        "header",
        "csv",
        "folder",
        "other",
        "truncated",
        "cut",
        "noise",
        "newer",
    ],
)
def test_what_cannot_be_opened(tmp_path: Path, empty_project: Path, make, kind, code) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "ก.gpkg"
    make(file, empty_project)
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(kind) as caught:
        open_store(file)
    assert caught.value.code == code
    assert_sentences(caught.value, about="ก.gpkg")
    assert (file.read_bytes() if file.is_file() else None) == before
    assert [path.name for path in tmp_path.iterdir()] == ([] if code == "store.missing" else ["ก.gpkg"])


def test_open_project_of_qgis_is_not_taken_for_damaged(project: Path) -> None:
    """QGIS keeps an open project with a write-ahead log; the newest pages stand there and not in the file."""
    with closing(sqlite3.connect(project)) as qgis:
        assert qgis.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        qgis.execute("PRAGMA wal_autocheckpoint = 0")
        with open_store(project) as store:
            store.insert("person", ({"kind": "NAT", "first_name": f"คน {n}"} for n in range(500)))
            with open_store(project) as again:
                assert again.count("person") == 500


# ---------------------------------------------------------------- a full disk, a file that may not be written


def many_people(store: GeoPackageStore) -> None:
    store.insert("person", ({"kind": "NAT", "first_name": f"คน {n}" * 20} for n in range(2000)))


def test_full_disk_leaves_what_was_there(store: GeoPackageStore, project: Path) -> None:
    """SQLite's page limit gives the very error of a full disk."""
    store.insert("person", [{"kind": "NAT", "first_name": "คนเดิม"}])
    (pages,) = store.query("PRAGMA page_count")[0].values()
    store.query(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreError) as caught:
        many_people(store)
    assert caught.value.code == "store.disk_full"
    assert_sentences(caught.value, about=project.name)
    assert [row["first_name"] for row in store.rows("person")] == ["คนเดิม"]
    with closing(sqlite3.connect(project)) as other:
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A real file system of 3 MB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root on Linux")
    folder = Path(tempfile.mkdtemp(prefix="donhan-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("this machine does not allow mounting")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
    folder.rmdir()


def test_really_full_disk(small_disk: Path, empty_project: Path) -> None:
    file = small_disk / "a.gpkg"
    shutil.copy(empty_project, file)
    with open_store(file) as store:
        store.insert("person", [{"kind": "NAT", "first_name": "คนเดิม"}])
        with pytest.raises(StoreError) as caught:
            for _ in range(20):
                many_people(store)
        assert caught.value.code == "store.disk_full"
        assert store.count("person") % 2000 == 1  # whole batches only
    (small_disk / "ballast").write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    with pytest.raises(StoreError) as caught:
        create_store(small_disk / "b.gpkg")
    assert caught.value.code in ("store.disk_full", "store.cannot_write", "store.io")
    assert sorted(path.name for path in small_disk.iterdir()) == ["a.gpkg", "ballast"]


def test_read_only_database_is_told(project: Path) -> None:
    connection = sqlite3.connect(f"{project.as_uri()}?mode=ro", uri=True, isolation_level=None)
    with GeoPackageStore(connection, url=str(project), user="", registers=load_registers()) as store:
        assert store.count("parcel") == 0
        with pytest.raises(StoreError) as caught:
            store.insert("person", [{"kind": "NAT", "first_name": "ก"}])
    assert caught.value.code == "store.readonly"
    assert_sentences(caught.value, about=project.name)


READ_ONLY = """
import os, sys
from donhan_gis.errors import DonhanError
from donhan_gis.i18n import catalogue
from donhan_gis.register import load_registers
from donhan_gis.store import create_store, open_store
file, _, _ = sys.argv[1], catalogue(), load_registers()
if os.geteuid() == 0:
    os.setuid(65534)  # root may write anywhere
with open_store(file) as store:
    print(store.count("person"))
    try:
        store.insert("person", [{"kind": "NAT", "first_name": "ก"}])
    except DonhanError as error:
        print(error.code)
try:
    create_store(file + ".new.gpkg")
except DonhanError as error:
    print(error.code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="permissions of Linux")
def test_read_only_folder(empty_project: Path) -> None:
    """As an ordinary user, in a folder that may be read but not written."""
    folder = Path(tempfile.mkdtemp(prefix="donhan-readonly-"))
    file = folder / "a.gpkg"
    shutil.copy(empty_project, file)
    file.chmod(0o444)
    folder.chmod(0o555)
    try:
        command = [sys.executable, "-c", READ_ONLY, str(file)]
        said = subprocess.run(command, capture_output=True, text=True, check=False)
        assert said.stdout.split() == ["0", "store.readonly", "store.cannot_open"], said.stderr
        assert [path.name for path in folder.iterdir()] == ["a.gpkg"]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_other_errors_of_the_database(store: GeoPackageStore) -> None:
    """What has no sentence of its own is told with what the database said."""
    with pytest.raises(StoreError) as caught:
        store.rows("parcel", "no_such_column = 1")
    assert caught.value.code == "store.sql"
    assert "no_such_column" in caught.value.th
