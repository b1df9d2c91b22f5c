"""The shipped examples and the README stay true."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from typer.testing import CliRunner

from numerics.batch_file import read_batch
from proofs_check.cli import app

ROOT = Path(__file__).parent.parent


def test_the_digits_are_ten_images_of_sixteen_grey_levels() -> None:
    batch = read_batch(ROOT / "examples" / "handwritten_digits.csv")
    assert batch.shape == (10, 64)
    assert np.array_equal(np.unique(batch), np.arange(17))


def test_the_digits_are_judged() -> None:
    outcome = CliRunner().invoke(app, ["verify", "--inputs", str(ROOT / "examples" / "handwritten_digits.csv")])
    assert outcome.exit_code == 0
    assert "not covered A4" in outcome.stdout


def test_every_command_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^    haarmite (\w+)", readme, flags=re.MULTILINE))
    known = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert named
    assert named <= known


def test_every_make_target_of_the_readme_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"make (\w+)", readme)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
