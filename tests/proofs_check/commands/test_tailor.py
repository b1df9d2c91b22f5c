"""`haarmite tailor`: text, JSON, source code, and bad input as one line with exit code 2."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app


def command(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["tailor", *arguments])
    return found.exit_code, found.stdout, found.stderr


def test_text_says_where_it_is_the_only_one() -> None:
    code, out, err = command("leaky_relu", "--target", "tat", "--depth", "20", "--digits", "5")
    assert (code, err) == (0, "")
    assert "slope  0.18138" in out
    assert "the only one with slope in [0, 1]" in out


def test_json_and_sources() -> None:
    found = json.loads(command("relu", "--zeta", "1.2", "--json")[1])
    assert set(found["parameters"]) == {"alpha", "beta", "gamma", "delta"}
    assert found["parameters"]["beta"]["method"] == "certified"
    for library, mark in (
        ("numpy", "np.maximum"),
        ("torch", "torch.maximum"),
        ("jax", "jnp.maximum"),
        ("sympy", "Max("),
    ):
        assert mark in command("relu", "--zeta", "1.2", "--format", library)[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no_such",), "no_such"),
        (("tanh", "--zeta", "x"), "exact number"),
        (("tanh", "--zeta", "1"), "zeta > 1"),
        (("tanh", "--format", "caffe"), "format of"),
        (("tanh", "--target", "best"), "target of"),
        (("relu", "--target", "tat"), "more layers"),
    ],
)
def test_bad_input(arguments: tuple[str, ...], message: str) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.strip().splitlines()) == 1
