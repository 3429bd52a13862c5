"""Projects the task tests work on: a hand-made one of known figures, and the whole sample made once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

import donhan_gis.tasks  # noqa: F401  fills the task list
from donhan_gis.report import Report
from donhan_gis.store import create_store
from donhan_gis.task import Context, run_task

EAST, NORTH = 272_000, 1_806_000  # inside ต.ดอนหัน, EPSG:32648


def square(column: int, *, side_m: float = 40) -> shapely.MultiPolygon:
    """Return a square of a row of squares that stand 100 m apart."""
    west = EAST + 100 * column
    return shapely.MultiPolygon([shapely.box(west, NORTH, west + side_m, NORTH + side_m)])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one village and two persons: uids v1, natural p1 (in house h1), juristic p2."""
    path = tmp_path / "office.gpkg"
    with create_store(path, user="ผู้ทดสอบ") as store:
        store.insert("village", [{"uid": "v1", "moo": 1, "name": "ทดสอบ", "geom": square(0, side_m=900)}])
        store.insert("house", [{"uid": "h1", "house_no": "1", "village_uid": "v1", "geom": shapely.Point(EAST, NORTH)}])
        store.insert(
            "person",
            [
                {"uid": "p1", "kind": "NAT", "title": "นาง", "first_name": "ทดสอบ", "last_name": "ตัวอย่าง",
                 "house_uid": "h1", "registered_on": "2015-05-01"},
                {"uid": "p2", "kind": "JUR", "first_name": "บริษัท ตัวอย่าง จำกัด"},
            ],
        )  # fmt: skip
    return path


@pytest.fixture
def run(project: Path) -> Any:
    """Run a task on the hand-made project."""

    def of(name: str, **parameters: Any) -> Report:
        return run_task(name, Context(project=str(project), user="ผู้ทดสอบ"), **parameters)

    return of


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The whole sample, made once by the task behind the README's first command."""
    folder = tmp_path_factory.mktemp("demo")
    run_task("project.demo", Context(user="ผู้ทดสอบ"), out=str(folder))
    yield folder
