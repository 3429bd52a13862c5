"""What every source file keeps to: size, docstrings, sources of law and agronomy, no loose numbers, no loose ends."""

from __future__ import annotations

import ast
import csv
import re
import tomllib
from pathlib import Path

import pytest
from program import ROOT, Module, modules, tracked

CORE = modules("donhan_gis")
ALL = (*CORE, *modules("qgis_plugin"))
ENGINES = tuple(module for module in CORE if module.area in ("tax", "water"))
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 400, 60
PLAIN_NUMBERS = {0, 1, -1}
# Files of an engine that hold named constants and nothing else.
CONSTANTS = {"donhan_gis.water.constants"}

# Words no file may hold, put together here so that this file does not hold them either.
LOOSE_ENDS = [
    *("TO" + "DO", "FIX" + "ME", "XX" + "X"),
    *("/wo" + "rk/", "/t" + "mp/", "pypi" + ".org", "pythonhosted" + ".org", "index" + "-url", "--extra" + "-index"),
]
BINARY = {".ttf", ".png", ".jpg", ".gpkg", ".qgz", ".tif", ".zip", ".xlsx", ".pdf", ".shp", ".dbf", ".shx", ".ico"}
by_name = pytest.mark.parametrize("module", ALL, ids=lambda module: module.name)
by_engine = pytest.mark.parametrize("module", ENGINES, ids=lambda module: module.name)


# ---------------------------------------------------------------- size and docstrings


@by_name
def test_modules_and_functions_are_short(module: Module) -> None:
    assert module.lines <= MOST_LINES
    for function in module.functions():
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        assert lines <= MOST_LINES_OF_A_FUNCTION, module.where(function)


def public(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Return the functions, classes and methods that others see."""
    found = []
    for node in getattr(tree, "body", []):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            found += [node, *(public(node) if isinstance(node, ast.ClassDef) else [])]
    return found


def derived(tree: ast.Module) -> set[int]:
    """Return the methods of classes that have a base: Qt's and QGIS's books, or the base, say what they mean."""
    return {
        id(method) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.bases for method in node.body
    }


@by_name
def test_everything_public_is_explained(module: Module) -> None:
    assert ast.get_docstring(module.tree), module.name
    overriding = derived(module.tree) if module.area in ("desktop", "") else set()
    for node in public(module.tree):
        assert ast.get_docstring(node) or id(node) in overriding, f"{module.where(node)} {node.name}"


@by_name
def test_names_say_what_a_module_is(module: Module) -> None:
    assert not re.search(r"(utils?|helpers?|manager|misc|common)$", module.name)


# ---------------------------------------------------------------- engines


@pytest.mark.parametrize("area", ["tax", "water", "parcels"])
def test_rules_of_law_and_agronomy_name_their_source(area: str) -> None:
    """Each engine module that computes says where its rule stands: in the module's docstring or in a function's."""
    for module in CORE:
        computing = any(isinstance(node, ast.BinOp | ast.Compare) for node in ast.walk(module.tree))
        if module.area != area or not computing or module.path.name in WITHOUT_RULES:
            continue
        said = [ast.get_docstring(node) or "" for node in (module.tree, *public(module.tree))]
        assert any(re.search(r"Sources?:|\bs\.\d+|section \d+", text) for text in said), module.name


# Modules of the engines that carry and look up, and hold no rule of law or agronomy themselves.
WITHOUT_RULES = {
    *("columns.py", "exact.py", "brackets.py", "bills.py", "quality.py", "plans.py", "season.py", "climate.py"),
    *("landing.py", "tables.py", "crops.py", "trace.py", "constants.py", "datum.py", "indian_1975.py"),
}


def unit_constants(tree: ast.Module) -> set[int]:
    """Return the identities of the nodes within ``NAME = …`` and ``NAME: T = …`` of a module."""
    found = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and all(name.strip("_").isupper() for name in names):
            found |= {id(inner) for inner in ast.walk(node)}
    return found


@by_engine
def test_engines_hold_no_number_without_a_name(module: Module) -> None:
    """Law and agronomy are data; what is left are 0, 1, −1 and constants with a name."""
    if module.name in CONSTANTS:
        return
    named = unit_constants(module.tree)
    loose = [
        f"{module.where(node)} {node.value}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
        and node.value not in PLAIN_NUMBERS
        and id(node) not in named
    ]
    assert loose == []


# ---------------------------------------------------------------- loose ends


def test_no_loose_ends() -> None:
    found = []
    for path in tracked():
        if path.suffix in BINARY:
            continue
        said = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in LOOSE_ENDS if word in said]
    assert found == []


@by_name
def test_nothing_is_swallowed_or_printed(module: Module) -> None:
    """No bare ``except``, no ``except …: pass`` on everything; only the command line prints."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, module.where(node)
            everything = ast.unparse(node.type) in ("Exception", "BaseException")
            assert not (everything and isinstance(node.body[0], ast.Pass)), module.where(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print":
            assert module.area == "cli", module.where(node)


def test_nothing_is_left_to_be_written() -> None:
    """No method says that it is not written yet."""
    stubs = {
        (module.name, node.name)
        for module in ALL
        for node in module.functions()
        for inner in ast.walk(node)
        if isinstance(inner, ast.Raise) and inner.exc and ast.unparse(inner.exc).startswith("NotImplemented")
    }
    assert stubs == set()


# ---------------------------------------------------------------- data and README

SOURCED = r"source|Source|ที่มา|[Ii]nvented|INVENTED|สมมติ|ข้อมูลตัวอย่าง|ค่าตั้งต้น|offices'"


def data_files(*suffixes: str) -> list[Path]:
    return [path for path in sorted((ROOT / "donhan_gis" / "data").rglob("*")) if path.suffix in suffixes]


@pytest.mark.parametrize("path", data_files(".csv"), ids=lambda path: path.name)
def test_tables_have_a_source(path: Path) -> None:
    """In a column of their own, or in the README beside them."""
    said = path.read_text(encoding="utf-8-sig")
    if said.startswith("#"):
        assert re.search(SOURCED, said.splitlines()[0]), path.name
        return
    rows = list(csv.DictReader(said.splitlines()))
    assert rows
    if "source" in rows[0]:
        assert all(row["source"] for row in rows)
        return
    files = [path.with_name("README.md"), *path.parent.glob("*.toml")]
    beside = "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())
    assert path.name in beside or path.stem in beside, path.name


@pytest.mark.parametrize("path", data_files(".toml"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_data_files_say_what_they_are(path: Path) -> None:
    """Texts of the program are nobody's; everything else names a source, or says that it is invented."""
    said = path.read_text(encoding="utf-8")
    tomllib.loads(said)
    if path.parent.name != "locale":
        assert re.search(SOURCED, said), path.name


def test_commands_of_the_readme_exist() -> None:
    import sys

    from donhan_gis.cli import build_parser

    sys.path.insert(0, str(ROOT))
    try:
        import start
    finally:
        sys.path.remove(str(ROOT))
    import donhan_gis.tasks  # noqa: F401  fills the task list

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    called = re.findall(r"(?:python3|py) start\.py ([\w-]+)", readme)
    assert {"demo", "test"} <= set(called)
    commands = next(a for a in build_parser()._actions if a.dest == "command").choices
    assert commands is not None
    for word in called:
        assert word in commands or word == "test" or word.startswith("-") or word.isupper(), word
    assert callable(start.test)
    for line in re.findall(r"^\s*(?:\$ )?donhan ([a-z]+)(?: ([a-z]+))?", readme, re.MULTILINE):
        assert line[0] in commands, line


def test_pictures_of_the_readme_exist() -> None:
    for readme in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", readme.read_text(encoding="utf-8")):
            assert "://" in target or (ROOT / target.split("#")[0]).exists(), f"{readme.name}: {target}"
