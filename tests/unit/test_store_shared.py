"""The project shared with other programs and threads: locks, readers, a program that dies, numbers taken at once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from donhan_gis.errors import StoreLocked
from donhan_gis.store import create_store, gpkg, open_store

# A program that takes the write lock as QGIS does in an edit session, says so, and waits to be told to go on.
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE donhan_setting SET value = 'x'")
print("held", flush=True)
said = sys.stdin.readline().strip()
connection.execute(said)
print("done", flush=True)
sys.stdin.readline()
"""
# Another copy of this very program that dies half-way through its transaction.
DYING = """
import os, sys
from donhan_gis.store import open_store
store = open_store(sys.argv[1])
with store.transaction():
    store.insert("person", [{"kind": "NAT", "first_name": "ครึ่งทาง"}] * 3000)
    print(store.count("person"), flush=True)
    os._exit(9)
"""


def person(name: str = "ก") -> list[dict[str, str]]:
    return [{"kind": "NAT", "first_name": name}]


@contextmanager
def held(project: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a second process that holds the write lock."""
    command = [sys.executable, "-c", HOLDER, str(project)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def tell(process: subprocess.Popen[str], sql: str) -> None:
    assert process.stdin and process.stdout
    process.stdin.write(f"{sql}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "done\n"


def test_locked_by_another_program(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpkg, "WAIT_MS", 50)
    with open_store(project) as store:
        store.insert("person", person("เดิม"))
        with held(project) as other:
            assert store.count("person") == 1  # reading goes on
            with pytest.raises(StoreLocked) as caught:
                store.insert("person", person("ใหม่"))
            assert project.name in caught.value.th
            assert "QGIS" in caught.value.en
            with open_store(project) as second:  # so does opening
                assert second.count("person") == 1
            tell(other, "ROLLBACK")
            store.insert("person", person("ใหม่"))  # the input was not lost: the same call again
        assert [row["first_name"] for row in store.rows("person")] == ["เดิม", "ใหม่"]


def test_short_lock_is_waited_for(project: Path) -> None:
    with open_store(project) as store, held(project) as other:
        timer = threading.Timer(0.3, tell, (other, "COMMIT"))
        timer.start()
        store.insert("person", person())
        timer.join()
        assert store.count("person") == 1


def test_reader_in_the_middle_of_its_rows(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a write-ahead log a reader holds up the commit; nothing is lost, and it goes through afterwards."""
    monkeypatch.setattr(gpkg, "WAIT_MS", 50)
    with open_store(project) as store:
        store.insert("person", person() * 3)
        with closing(gpkg.connect(project)) as reader:
            cursor = reader.execute("SELECT first_name FROM person")
            cursor.fetchone()
            with pytest.raises(StoreLocked):
                store.insert("person", person("ใหม่"))
            assert len(cursor.fetchall()) == 2
            store.insert("person", person("ใหม่"))
        assert store.count("person") == 4


def test_readers_and_writer_together_as_qgis_opens_it(project: Path) -> None:
    with closing(gpkg.connect(project)) as qgis, open_store(project) as store:
        qgis.execute("PRAGMA journal_mode = WAL")
        store.insert("person", person() * 3)
        cursor = qgis.execute("SELECT first_name FROM person")
        cursor.fetchone()
        store.insert("person", person("ใหม่"))  # no lock
        assert len(cursor.fetchall()) == 2  # the reader sees what it saw
        assert qgis.execute("SELECT count(*) FROM person").fetchone() == (4,)


def test_program_that_dies_leaves_the_project_whole(project: Path) -> None:
    command = [sys.executable, "-c", DYING, str(project)]
    died = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (died.returncode, died.stdout) == (9, "3000\n"), died.stderr
    with open_store(project) as store:
        assert store.count("person") == 0
        assert store.query("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
        store.insert("person", person())


def test_two_threads_number_at_once(project: Path) -> None:
    with open_store(project) as store:
        village = store.insert("village", [{"moo": 3, "name": "ก"}])[0]
    pole = {"kind": "CONC", "village_uid": village, "lamp": "NONE"}
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with open_store(project) as store:
                for _ in range(10):
                    store.insert("pole", [pole, pole])
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with open_store(project) as store:
        codes = [row["code"] for row in store.rows("pole", order="code")]
    assert codes == [f"P03-{number:04}" for number in range(1, 61)]


def test_two_programs_make_the_same_project(tmp_path: Path) -> None:
    """Whoever comes second is told; no half-made file is left."""
    file = tmp_path / "a.gpkg"
    made: list[str] = []

    def work() -> None:
        try:
            create_store(file).close()
            made.append("made")
        except Exception as error:
            made.append(type(error).__name__)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(set(made)) in (["StoreError", "made"], ["made"])
    assert [path.name for path in tmp_path.iterdir()] == ["a.gpkg"]
    open_store(file).close()
