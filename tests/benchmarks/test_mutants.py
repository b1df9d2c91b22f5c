"""The mutation runner: which tokens it changes, that the mutated text is Python, and that what it excuses still stands."""

from __future__ import annotations

import ast

import pytest

from benchmarks.mutants import ROOT, explained, mutations, trusted

SOURCE = '''
"""A docstring with 1 < 2."""
def f(x: int = 3) -> bool:
    if not x and x >= 2 or x is not None:
        raise ValueError(f"needs x < 7, got {x + 1}")
    return any(y.lower() != min(1, x) for y in x) is True and x not in (x - 5, 2 * x)
'''


def test_every_kind_of_token_is_changed_and_text_is_left_alone() -> None:
    found = [(m.old, m.new) for m in mutations("f.py", SOURCE)]
    assert found == [
        ("3", "4"), ("not ", ""), ("and", "or"), (">=", ">"), ("2", "3"), ("or", "and"), ("is not", "is"), ("any", "all"),
        ("lower", "upper"), ("!=", "=="), ("min", "max"), ("1", "2"), ("is", "is not"), ("True", "False"), ("and", "or"),
        ("not in", "in"), ("-", "+"), ("5", "6"), ("2", "3"), ("*", "/"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["proofs_check/run/run_report.py", "numerics/statistics/power.py"])
def test_a_mutated_file_is_still_python_and_another_program(name: str) -> None:
    source = (ROOT / name).read_text(encoding="utf-8")
    data = source.encode()
    whole = ast.dump(ast.parse(source))
    for mutation in mutations(name, source):
        mutated = (data[: mutation.start] + mutation.new.encode() + data[mutation.end :]).decode()
        assert ast.dump(ast.parse(mutated)) != whole, mutation


def test_trusted_files_and_their_tests_are_there() -> None:
    for name, tests in trusted():
        assert (ROOT / name).is_file()
        assert all((ROOT / test).exists() for test in tests), tests


def test_what_is_explained_is_a_mutation_that_could_be_made() -> None:
    made = {
        (m.path, m.code, m.old, m.new)
        for name in {file for file, *_ in explained()}
        for m in mutations(name, (ROOT / name).read_text(encoding="utf-8"))
    }
    assert set(explained()) <= made
    assert all(why.strip() for why in explained().values())
