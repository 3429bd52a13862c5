"""The program's source as syntax trees, for the contracts that walk them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One source file: dotted name (``donhan_gis.tax.rules``), path, tree and number of lines."""

    name: str
    path: Path
    tree: ast.Module
    lines: int

    @property
    def area(self) -> str:
        """The package or module right below the top: ``tax`` of ``donhan_gis.tax.rules``."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""

    def functions(self) -> Iterator[Function]:
        """Return every function, also those within functions and classes."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))

    def where(self, node: ast.AST) -> str:
        """Return file and line of a node."""
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


@cache
def modules(package: str) -> tuple[Module, ...]:
    """Return the modules of a package in the repository."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        said = path.read_text(encoding="utf-8")
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, path, ast.parse(said), len(said.splitlines())))
    return tuple(found)


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files under version control; without git, those of the program's folders."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this copy is not under version control")
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())
