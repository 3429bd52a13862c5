"""A small invented municipality (ข้อมูลตัวอย่าง) in a real project file, and the windows on it."""

from __future__ import annotations

import os

# Before Qt is loaded: tests need no screen and run against PySide6 alone.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTEST_QT_API", "pyside6")

from collections.abc import Iterator
from pathlib import Path

import pytest
import shapely

pytest.importorskip("PySide6.QtWidgets")

from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtWidgets import QApplication

from donhan_gis.desktop import messages
from donhan_gis.desktop.main_window import MainWindow
from donhan_gis.desktop.session import Session
from donhan_gis.desktop.theme import apply_theme
from donhan_gis.store import Store, create_store, open_store

PARCELS = 450  # more than two pages of the list
EAST, NORTH = 268_000, 1_807_000


def square(column: int, row: int, side_m: float = 40) -> shapely.MultiPolygon:
    west, south = EAST + column * 50, NORTH + row * 50
    return shapely.MultiPolygon([shapely.box(west, south, west + side_m, south + side_m)])


def fill(store: Store) -> None:
    store.insert("boundary", [{"name": "อบต.ตัวอย่าง", "kind": "own", "geom": square(-2, -2, 1700)}])
    villages = store.insert("village", [{"moo": moo, "name": f"ตัวอย่าง {moo}"} for moo in (1, 2, 10)])
    people = store.insert(
        "person",
        [
            {"kind": "NAT", "title": "นาย", "first_name": first, "last_name": "ตัวอย่าง"}
            for first in ("กิตติ", "ขวัญชัย", "จำรัส")
        ],
    )
    parcels = store.insert(
        "parcel",
        [
            {
                "code": f"01A{number:03d}",
                "doc_type": "1" if number % 3 else "2",
                "doc_no": str(9000 - number),
                "village_uid": villages[number % 3],
                "deed_area_sqwah": 400.0,
                "geom": square(number % 30, number // 30),
            }
            for number in range(1, PARCELS + 1)
        ],
    )
    store.insert(
        "ownership",
        [
            {
                "parcel_uid": parcel,
                "person_uid": people[place % 3],
                "role": "owner",
                "share_num": 1,
                "share_den": 1,
                "valid_from": "2020-01-01",
            }
            for place, parcel in enumerate(parcels[:9])
        ],
    )
    store.insert(
        "finding",
        [
            {
                "severity": "error",
                "code": "sample",
                "message_th": "ข้อมูลตัวอย่าง",
                "message_en": "sample",
                "register": "parcel",
                "row_uid": parcels[4],
                "row_label": "แปลง 01A005",
                "state": "open",
            }
        ],
    )


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["donhan-gis-test"]


@pytest.fixture(autouse=True)
def private_settings(qapp: QApplication, tmp_path: Path) -> Iterator[None]:
    """Keep the tester's own recent projects and logs out of it."""
    QStandardPaths.setTestModeEnabled(True)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    if not qapp.styleSheet():
        apply_theme(qapp)
    yield


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "sample.gpkg"
    with create_store(path, user="ผู้ทดสอบ") as store:
        fill(store)
    return path


@pytest.fixture
def project(filled: Path, tmp_path: Path) -> Path:
    path = tmp_path / "sample.gpkg"
    path.write_bytes(filled.read_bytes())
    return path


@pytest.fixture
def session(project: Path) -> Iterator[Session]:
    made = Session(open_store(project, user="ผู้ทดสอบ"), "th")
    yield made
    made.store.close()


@pytest.fixture
def window(session: Session, qtbot) -> Iterator[MainWindow]:
    made = MainWindow(session)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.form_pane.discard()
    made.map.close_photos()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the sentences that would be shown in boxes."""
    sentences: list[str] = []
    monkeypatch.setattr(
        messages, "show_error", lambda _parent, error, language: sentences.append(messages.explain(error, language))
    )
    return sentences


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Answer questions with the numbers put here, first in first out."""
    waiting: list[int] = []
    monkeypatch.setattr(messages, "ask", lambda *_: waiting.pop(0))
    return waiting
