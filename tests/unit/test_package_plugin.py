"""The plugin's zip: what QGIS's plugin manager takes."""

from __future__ import annotations

import runpy
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    pack = runpy.run_path(str(ROOT / "package_plugin.py"))["pack"]
    made = pack(tmp_path_factory.mktemp("dist") / "plugin.zip")
    with zipfile.ZipFile(made) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_there_is_one_folder_with_what_qgis_asks_for(names: list[str]) -> None:
    assert {name.split("/")[0] for name in names} == {"donhan_gis_plugin"}
    for wanted in ("metadata.txt", "__init__.py", "LICENSE", "icons/donhan.svg", "tasks.json", "texts.json"):
        assert f"donhan_gis_plugin/{wanted}" in names


def test_the_core_comes_with_its_declarations_and_texts(names: list[str]) -> None:
    for wanted in ("donhan_gis/__main__.py", "donhan_gis/data/locale/core.toml", "layers/parcel.toml"):
        assert f"donhan_gis_plugin/core/{wanted}" in names


def test_no_binaries_no_caches_no_desktop(names: list[str]) -> None:
    assert not [name for name in names if "__pycache__" in name or "/desktop/" in name]
    assert {Path(name).suffix for name in names} <= {
        *(
            ".py",
            ".toml",
            ".json",
            ".txt",
            ".svg",
            ".csv",
            ".md",
            ".geojson",
            ".typ",
            ".sql",
            ".ttf",
            ".qml",
            ".qpt",
            "",
        ),
    }


def test_the_same_files_give_the_same_zip(tmp_path: Path) -> None:
    pack = runpy.run_path(str(ROOT / "package_plugin.py"))["pack"]
    assert pack(tmp_path / "a.zip").read_bytes() == pack(tmp_path / "b.zip").read_bytes()
