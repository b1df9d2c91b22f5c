"""One-token mutations of the trusted files: each must be noticed by the tests near it.

    python -m benchmarks.mutants --sample 40 --seed 1        make mutants ARGS="--sample 40"
    python -m benchmarks.mutants --only proofs_check/run

A mutation changes one token (a comparison, an arithmetic operator, and/or, not, a truth value, an integer, any/all, min/max, an end of
an interval) in a copy of the tree, and runs the near tests on it until one fails. A survivor is either a gap in the tests or an
equivalent program; `mutants_equivalent.toml` explains the latter by file, line of code and mutation. The run passes if at least
`GOAL` of the mutations that are not equivalent were killed.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXPLAINED = Path(__file__).with_name("mutants_equivalent.toml")
GOAL = 0.95

TRUSTED = {
    "proofs_check/run/runner.py": [
        "tests/proofs_check/run/test_runner.py",
        "tests/proofs_check/run/test_cheating_claims.py",
    ],
    "proofs_check/run/run_report.py": ["tests/proofs_check/run/test_runner.py", "tests/proofs_check/report/run"],
    "proofs_check/run/rechecked.py": ["tests/proofs_check/run/test_rechecked.py"],
    "proofs_check/evidence/verdict.py": ["tests/proofs_check/run/test_runner.py", "proofs_check/evidence/verdict.py"],
    "proofs_check/evidence/evidence.py": ["tests/proofs_check/run/test_runner.py", "tests/proofs_check/evidence"],
    "proofs_check/evidence/symbolic.py": [
        "tests/proofs_check/evidence/test_symbolic.py",
        "proofs_check/evidence/symbolic.py",
    ],
    "proofs_check/evidence/certified.py": ["tests/proofs_check/evidence/test_certified.py"],
    "proofs_check/evidence/sampled.py": ["tests/proofs_check/evidence", "tests/proofs_check/run/test_runner.py"],
    "proofs_check/proof": ["tests/proofs_check/proof"],
    **{
        f"proofs_check/interval/checker/{name}.py": [f"tests/proofs_check/interval/{test}.py" for test in tests.split()]
        for names, tests in {
            "elementary special functions": "checker/test_functions",
            "intervals": "checker/test_intervals checker/test_functions",
            "exact polynomial exact_proofs": "checker/test_exact checker/test_false_claims",
            "hermite": "checker/test_hermite",
            "series forms": "checker/test_series checker/test_false_claims test_recheck",
            "arguments evident_sign": "checker/test_arguments checker/test_false_claims checker/test_tampering",
            "contraction": "checker/test_tampering test_contraction",
        }.items()
        for name in names.split()
    },
    **{
        f"proofs_check/interval/{name}.py": [f"tests/proofs_check/interval/test_{name}.py"]
        for name in ("number", "zeros", "tape", "statement", "substitution")
    },
    "proofs_check/interval/checker": [
        "tests/proofs_check/interval/checker",
        "tests/proofs_check/interval/test_recheck.py",
    ],
    "proofs_check/interval": ["tests/proofs_check/interval"],
    "theory/exact": ["tests/theory/exact"],
    "theory/enclosure/complex_bound.py": ["tests/theory/enclosure/test_complex_bound.py"],
    "theory/enclosure": ["tests/theory/enclosure"],
    "theory/gaussian": ["tests/theory/gaussian"],
    "theory/kernel_map": ["tests/theory/kernel_map"],
    "numerics/statistics": ["tests/numerics/statistics"],
}
"""Trusted files, or folders of them, with the tests and doctests near them; a file belongs to its first, longest entry."""

SWAPS: dict[type[ast.AST], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.Add: "-", ast.Sub: "+",
    ast.Mult: "/", ast.Div: "*", ast.And: "or", ast.Or: "and", ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in",
}  # fmt: skip
NAMES = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "lower": "upper",
    "upper": "lower",
    "True": "False",
    "False": "True",
}


@dataclass(frozen=True)
class Mutation:
    """One changed token: where (offsets in the file's text), and what stands there instead."""

    path: str
    start: int
    end: int
    old: str
    new: str
    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.old} -> {self.new} in `{self.code}`"


def mutations(path: str, source: str) -> list[Mutation]:
    """Return every one-token mutation of a Python text, in the order of the text; strings and annotations stay as they are.

    Examples
    --------
    >>> [(m.old, m.new) for m in mutations("f.py", "def f(x: int) -> bool:\\n    return x + 1 < 2\\n")]
    [('+', '-'), ('1', '2'), ('<', '<='), ('2', '3')]
    """
    starts = [0]
    for text in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(text.encode()))
    data = source.encode()

    def place(line: int, column: int) -> int:
        return starts[line - 1] + column

    found: dict[tuple[int, int], Mutation] = {}

    def add(start: int, end: int, new: str) -> None:
        line = data[:start].count(b"\n") + 1
        code = source.splitlines()[line - 1].strip()
        found.setdefault((start, end), Mutation(path, start, end, data[start:end].decode(), new, line, code))

    def between(left: ast.expr, right: ast.expr, new: str, old: str) -> None:
        low, high = place(left.end_lineno or 0, left.end_col_offset or 0), place(right.lineno, right.col_offset)
        at = data[low:high].find(old.encode())
        if at >= 0:
            add(low + at, low + at + len(old.encode()), new)

    for node in _code(ast.parse(source)):
        if isinstance(node, ast.Compare):
            for left, sign, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
                if type(sign) in SWAPS:
                    between(left, right, SWAPS[type(sign)], _sign(sign))
        elif isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
            between(node.left, node.right, SWAPS[type(node.op)], _sign(node.op))
        elif isinstance(node, ast.BoolOp):
            for left, right in zip(node.values, node.values[1:], strict=False):
                between(left, right, SWAPS[type(node.op)], _sign(node.op))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            start = place(node.lineno, node.col_offset)
            add(start, start + 4, "")
        elif isinstance(node, ast.Constant) and isinstance(node.value, int):
            new = NAMES[str(node.value)] if isinstance(node.value, bool) else str(node.value + 1)
            add(place(node.lineno, node.col_offset), place(node.end_lineno or 0, node.end_col_offset or 0), new)
        elif isinstance(node, ast.Name) and node.id in NAMES and isinstance(node.ctx, ast.Load):
            start = place(node.lineno, node.col_offset)
            add(start, start + len(node.id), NAMES[node.id])
        elif isinstance(node, ast.Attribute) and node.attr in NAMES and isinstance(node.ctx, ast.Load):
            end = place(node.end_lineno or 0, node.end_col_offset or 0)
            add(end - len(node.attr), end, NAMES[node.attr])
    return sorted(found.values(), key=lambda mutation: mutation.start)


def _sign(node: ast.AST) -> str:
    names = {
        ast.Lt: "<",
        ast.LtE: "<=",
        ast.Gt: ">",
        ast.GtE: ">=",
        ast.Eq: "==",
        ast.NotEq: "!=",
        ast.Add: "+",
        ast.Sub: "-",
    }
    more = {
        ast.Mult: "*",
        ast.Div: "/",
        ast.And: "and",
        ast.Or: "or",
        ast.Is: "is",
        ast.IsNot: "is not",
        ast.In: "in",
        ast.NotIn: "not in",
    }
    return (names | more)[type(node)]


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that run: no annotations, no text of errors, nothing for type checkers alone."""
    yield node
    if isinstance(node, (ast.Raise, ast.Assert, ast.JoinedStr)):
        return
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _code(child)


def trusted() -> Iterator[tuple[str, list[str]]]:
    """Yield every trusted file, as a path from the root, with its near tests."""
    taken: set[str] = set()
    for entry, tests in TRUSTED.items():
        place = ROOT / entry
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            name = str(file.relative_to(ROOT))
            if name not in taken and file.name != "__init__.py":
                taken.add(name)
                yield name, tests


def explained() -> dict[tuple[str, str, str, str], str]:
    """Return the survivors that are equivalent programs, by file, code, old and new token, with the reason."""
    entries = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["equivalent"]
    return {(e["file"], e["code"], e["old"], e["new"]): e["why"] for e in entries}


def survives(tree: Path, mutation: Mutation, tests: list[str], limit: float) -> bool:
    """Return whether the near tests pass on the mutated copy; one that hangs is noticed."""
    file = tree / mutation.path
    original = file.read_bytes()
    file.write_bytes(original[: mutation.start] + mutation.new.encode() + original[mutation.end :])
    try:
        return _passes(tree, tests, limit)
    finally:
        file.write_bytes(original)


def _passes(tree: Path, tests: list[str], limit: float) -> bool:
    options = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "--doctest-modules", "-m", "not slow and not fault"]
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", *options, *tests],
            cwd=tree,
            env=environment,
            capture_output=True,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return run.returncode == 0


def main() -> int:
    """Mutate, run, report; return 0 if enough was killed."""
    parser = argparse.ArgumentParser(
        description="One-token mutations of the trusted files against the tests near them."
    )
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="only N mutations, drawn at random (default: all)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--only", default="", metavar="PATH", help="only files below this path")
    asked = parser.parse_args()
    near = {name: tests for name, tests in trusted() if name.startswith(asked.only)}
    every = [m for name in near for m in mutations(name, (ROOT / name).read_text(encoding="utf-8"))]
    known = explained()
    drawn = [m for m in every if (m.path, m.code, m.old, m.new) not in known]
    if asked.sample:
        drawn = random.Random(asked.seed).sample(drawn, min(asked.sample, len(drawn)))
    drawn.sort(key=lambda m: (m.path, m.start))
    print(
        f"{len(drawn)} of {len(every)} mutations of {len(near)} files; {len(known)} are explained as equivalent",
        flush=True,
    )
    survivors, limits = [], dict[str, float]()
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "_build"))
        for mutation in drawn:
            tests = near[mutation.path]
            if str(tests) not in limits:
                started = time.perf_counter()
                if not _passes(tree, tests, 600.0):
                    print(f"the tests fail without a mutation: {' '.join(tests)}")
                    return 2
                limits[str(tests)] = 10 + 4 * (time.perf_counter() - started)
            if survives(tree, mutation, tests, limits[str(tests)]):
                survivors.append(mutation)
                print(f"survived {mutation}", flush=True)
    killed = len(drawn) - len(survivors)
    print(f"killed {killed} of {len(drawn)}")
    return 0 if killed >= GOAL * len(drawn) else 1


if __name__ == "__main__":
    sys.exit(main())
