"""Imports run downwards only: each area may use what stands below it and nothing else."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest
from program import Module, modules

GROUND = {"errors", "paths", "thai", "i18n", ""}
NOUNS = {"field", "finding", "register", "declaration", "law", "report", "task", "settings"}
BELOW = GROUND | NOUNS
NUMBERS = {"numpy", "shapely", "pyproj", "rasterio"}
FILES = NUMBERS | {"pyogrio", "openpyxl", "python_calamine", "typst", "segno"}

# area: (areas of donhan_gis it may import, libraries beside Python's own)
MAY_IMPORT: dict[str, tuple[set[str], set[str]]] = {
    **{area: (GROUND, set()) for area in GROUND},
    **{area: (BELOW, set()) for area in NOUNS},
    "parcels": (BELOW - {"settings"}, NUMBERS),
    "water": (BELOW - {"settings"}, NUMBERS),
    "tax": (BELOW - {"settings"} | {"parcels"}, NUMBERS),
    "ortho": (BELOW - {"settings"} | {"parcels"}, NUMBERS),
    "sample": (BELOW - {"settings"} | {"parcels", "ortho", "water"}, NUMBERS),
    "store": (BELOW, {"numpy", "shapely"}),
    "exchange": (BELOW | {"parcels", "store.protocol"}, FILES),
    "documents": (BELOW | {"parcels", "store.protocol"}, FILES),
    "tasks": (
        BELOW | {"parcels", "water", "tax", "ortho", "sample", "store", "exchange", "documents"},
        NUMBERS,
    ),
    "cli": (BELOW | {"tasks", "desktop"}, set()),
    "__main__": ({"cli"}, set()),
    "desktop": (BELOW | {"tasks"}, {"PySide6", "numpy", "shapely", "rasterio"}),
}
# Breaches that are known (module or area, what it imports), and why they stand. One that is mended must leave.
KNOWN = {
    ("desktop", "store"): "browsing and editing rows is no task; it goes through open_store and the Store protocol",
    (
        "donhan_gis.exchange.tax_case_town",
        "tax",
    ): "case files become the engine's columns, its trace the result",
    ("donhan_gis.exchange.tax_cases", "documents"): "whole_file writes a file at once or not at all, for both",
    ("donhan_gis.exchange.template", "documents"): "whole_file writes a file at once or not at all, for both",
    ("donhan_gis.exchange.tax_case_money", "tax"): "case files call the engine, its trace becomes the result",
    ("donhan_gis.exchange.workbook", "documents"): "whole_file writes a file at once or not at all, for both",
}

CORE = modules("donhan_gis")
PLUGIN = modules("qgis_plugin")


def imported(module: Module) -> Iterator[tuple[ast.AST, str]]:
    """Return what a module imports as dotted names; imports for the type checker alone are left out."""
    for_types = {
        id(inner)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(module.tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def is_allowed(name: str, area: str) -> bool:
    """Say whether an area may import a dotted name."""
    areas, libraries = MAY_IMPORT[area]
    top, *rest = name.split(".")
    if top != "donhan_gis":
        return top in sys.stdlib_module_names or top in libraries
    target = rest[0] if rest else ""
    if rest and not any(module.name == f"donhan_gis.{target}" for module in CORE):
        target = ""  # a name of the package itself, such as its version
    return target == area or target in areas or ".".join(rest[:2]) in areas


def breaches() -> Iterator[tuple[tuple[str, str], str]]:
    """Return (module or area, area or library imported) and place of every import that the table does not allow."""
    for module in CORE:
        for node, name in imported(module):
            if not is_allowed(name, module.area):
                top, second, *_ = [*name.split("."), ""]
                target = second if top == "donhan_gis" else top
                known_by_area = (module.area, target) in KNOWN
                yield (module.area if known_by_area else module.name, target), module.where(node)


def test_every_area_has_its_level() -> None:
    assert {module.area for module in CORE} <= set(MAY_IMPORT)


def test_imports_run_downwards() -> None:
    found = dict(breaches())
    assert {key: place for key, place in found.items() if key not in KNOWN} == {}
    assert set(KNOWN) <= set(found), "mended: take it from the list"


def test_plugin_needs_qgis_and_the_standard_library_only() -> None:
    allowed = {f"donhan_gis.{area}" for area in BELOW}
    qgis = {"qgis", "processing"}  # processing is QGIS's own plugin
    for module in PLUGIN:
        for node, name in imported(module):
            top = name.split(".")[0]
            fine = top in sys.stdlib_module_names or top in qgis or ".".join(name.split(".")[:2]) in allowed
            assert fine, f"{module.where(node)} {name}"


def test_plugin_takes_qt_from_qgis() -> None:
    for module in PLUGIN:
        for node, name in imported(module):
            assert not name.startswith(("PyQt", "PySide")), module.where(node)


@pytest.mark.parametrize("area", ["tax", "water", "parcels", "ortho", "sample"])
def test_engines_know_no_clock(area: str) -> None:
    clock = {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "time.monotonic"}
    for module in CORE:
        if module.area != area:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute):
                said = ".".join(ast.unparse(node).split(".")[-2:])
                assert said not in clock, module.where(node)
        assert all(not name.startswith("time.") and name != "time" for _, name in imported(module)), module.name


def test_few_know_the_database_by_name() -> None:
    """Others ask the store: the loader tries declared SQL in memory, ``exchange`` looks into GeoPackages."""
    users = {module.name for module in CORE for _, name in imported(module) if name.split(".")[0] == "sqlite3"}
    assert {name for name in users if not name.startswith("donhan_gis.store.")} == {
        "donhan_gis.declaration",
        "donhan_gis.exchange.container",
        "donhan_gis.exchange.qgis_project",
    }
