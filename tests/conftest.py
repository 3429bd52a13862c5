"""What tests of the project database share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from donhan_gis.store import create_store
from donhan_gis.store.gpkg import GeoPackageStore


@pytest.fixture(scope="session")
def empty_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty project file, made once; copy it, do not write to it."""
    file = tmp_path_factory.mktemp("empty") / "empty.gpkg"
    create_store(file, user="ผู้สร้าง").close()
    return file


@pytest.fixture
def project(tmp_path: Path, empty_project: Path) -> Path:
    """An empty project file of the test's own."""
    file = tmp_path / "โครงการ.gpkg"
    file.write_bytes(empty_project.read_bytes())
    return file


@pytest.fixture
def store(project: Path) -> Iterator[GeoPackageStore]:
    """An open project of the test's own."""
    from donhan_gis.store import open_store

    with open_store(project, user="สมศรี") as opened:
        yield opened
