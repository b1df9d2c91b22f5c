"""The page of faults of other people's libraries: every test it names is there, and what it says is avoided is not used."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[^`:]+)::(\w+)`", PAGE)))


def sources() -> Iterator[Path]:
    for package in ("theory", "numerics", "proofs_check", "tests", "benchmarks", "examples"):
        yield from (ROOT / package).rglob("*.py")


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_every_test_on_the_page_is_there(path, name):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_row_names_a_test():
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| fault")]
    assert len(rows) >= 15
    assert all("`tests/" in row for row in rows)


def test_nothing_uses_the_intervals_of_mpmath():
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "mpmath":
                assert "iv" not in {alias.name for alias in node.names}, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "mpmath":
                assert node.attr != "iv", path


def test_the_checker_imports_nothing_but_the_standard_library():
    allowed = {
        "__future__",
        "ast",
        "collections",
        "contextlib",
        "dataclasses",
        "fractions",
        "functools",
        "hashlib",
        "json",
        "math",
        "os",
        "re",
        "sys",
        "typing",
    }
    folder = ROOT / "proofs_check" / "interval" / "checker"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert {alias.name.split(".")[0] for alias in node.names} <= allowed, path
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert str(node.module).split(".")[0] in allowed, path


def test_the_checker_has_no_float():
    """No literal, no `float`, no function of `math` that returns one."""
    folder = ROOT / "proofs_check" / "interval" / "checker"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float | complex)), path
            assert not (isinstance(node, ast.Name) and node.id == "float"), path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "math":
                assert node.attr in ("factorial", "comb", "isqrt"), path
