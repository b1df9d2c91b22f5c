"""The public face: every name is there, importing costs nothing, and a user's own `theory.py` neither breaks it nor is broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import haarmite

ROOT = Path(haarmite.__file__).parents[1]


def python(folder: Path, program: str, *options: str) -> subprocess.CompletedProcess[str]:
    script = folder / "script.py"
    script.write_text(program)
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, *options, str(script)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("name", haarmite.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(haarmite, name) is not None
    assert name in dir(haarmite)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'haarmite' has no attribute 'nothing'"):
        haarmite.nothing  # noqa: B018


def test_importing_loads_no_heavy_library(tmp_path: Path) -> None:
    heavy = ("sympy", "numpy", "flint", "mpmath", "scipy", "typer", "hypothesis")
    done = python(tmp_path, f"import sys, haarmite; print([m for m in {heavy} if m in sys.modules])")
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize("name", ["theory", "numerics", "proofs_check"])
def test_a_users_own_module_of_the_same_name_breaks_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("MINE = 7\n")
    program = f"import {name} as mine, haarmite; print(mine.MINE, haarmite.derive('relu').rms_norm.points.case)"
    assert python(tmp_path, program).stdout == "7 3\n"


def test_a_users_module_that_would_be_hidden_is_named(tmp_path: Path) -> None:
    (tmp_path / "theory.py").write_text("MINE = 7\n")
    done = python(tmp_path, "import haarmite; print(haarmite.derive('relu').rms_norm.points.case)")
    assert done.stdout == "3\n"
    assert "import" in done.stderr
    assert "theory.py before haarmite, or rename it" in done.stderr
