"""Pack the QGIS plugin: ``python package_plugin.py`` writes ``dist/donhan_gis_plugin.zip``, to be installed in QGIS.

``python package_plugin.py --tasks``, run by the engine's Python, writes the plugin's list of tasks anew before packing.

The zip holds the plugin and the whole core beside it (without the desktop application), so that QGIS's own Python can
run the tasks where it has the libraries for them. No binaries go in, but for the two fonts.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PLUGIN = "donhan_gis_plugin"
TARGET = ROOT / "dist" / f"{PLUGIN}.zip"
# Folder in the repository, and where it goes in the zip.
_PARTS = {"qgis_plugin": "", "donhan_gis": "core/donhan_gis", "layers": "core/layers", "styles": "core/styles"}
_LEFT_OUT = ("__pycache__", "desktop", "py.typed")
_KINDS = (
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
)
_MADE_AT = (2026, 1, 1, 0, 0, 0)  # a fixed time, so that the same files give the same zip


def packed_files() -> Iterator[tuple[Path, str]]:
    """Yield each file that goes in, with its name in the zip."""
    yield ROOT / "LICENSE", f"{PLUGIN}/LICENSE"
    for folder, place in _PARTS.items():
        for file in sorted((ROOT / folder).rglob("*")):
            inside = file.relative_to(ROOT / folder)
            if file.is_file() and not set(inside.parts) & set(_LEFT_OUT) and not file.name.startswith("."):
                yield file, "/".join(part for part in (PLUGIN, place, inside.as_posix()) if part)


def pack(target: Path = TARGET) -> Path:
    """Write the zip and return its path.

    Raises:
        ValueError: a file is of a kind that does not belong in a plugin.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for file, name in packed_files():
            if file.suffix not in _KINDS:
                raise ValueError(f"{file.relative_to(ROOT)}: {file.suffix} files do not belong in the plugin")
            entry = zipfile.ZipInfo(name, _MADE_AT)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return target


def write_tasks() -> Path:
    """Write the engine's list of tasks, as the plugin ships it, and return its path."""
    import donhan_gis.tasks  # noqa: F401  fills the task list
    from donhan_gis.cli import describe_tasks

    target = ROOT / "qgis_plugin" / "tasks.json"
    target.write_text(json.dumps(describe_tasks(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return target


if __name__ == "__main__":
    if "--tasks" in sys.argv[1:]:
        sys.stdout.write(f"{write_tasks()}\n")
    sys.stdout.write(f"{pack()}\n")
