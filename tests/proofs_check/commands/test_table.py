"""Tables on the command line: every kind in every format, and bad input."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import mpmath
import pytest
from typer.testing import CliRunner

from proofs_check.cli import app


def table(*arguments: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(app, ["table", *arguments])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_rates_have_the_digits_of_the_closed_form() -> None:
    """beta_0 of relu is 2 - pi/(2(pi - 1)), evaluated by mpmath."""
    code, out, _ = table("rates", "-a", "relu", "--digits", "40", "--format", "csv")
    assert code == 0
    (row,) = csv.DictReader(io.StringIO(out))
    with mpmath.workdps(60):
        exact = mpmath.nstr(2 - mpmath.pi / (2 * (mpmath.pi - 1)), 40)
    assert next(value for key, value in row.items() if "beta" in key or "strength" in key) == exact


@pytest.mark.parametrize("kind", ["rates", "hermite", "fixed-points", "critical-line", "contraction", "weingarten"])
@pytest.mark.parametrize(
    ("format", "mark"), [("csv", ","), ("json", '"rows"'), ("markdown", "| --- |"), ("latex", r"\toprule")]
)
def test_every_kind_in_every_format(kind: str, format: str, mark: str) -> None:
    line = ("-a", "tanh", "--bias", "0", "--bias", "0.05", "--digits", "8")
    options = {"weingarten": (), "contraction": ("--width", "3"), "critical-line": line}.get(
        kind, ("-a", "tanh", "--terms", "2")
    )
    code, out, err = table(kind, *options, "--format", format)
    assert (code, err) == (0, "")
    assert mark in out
    if format == "json":
        assert json.loads(out)["table"] == kind


def test_weingarten_values_of_order_two() -> None:
    """Collins and Sniady 2006: Wg(1,1) = 1/(d^2-1), Wg(2) = -1/(d(d^2-1)) for U(d)."""
    _, out, _ = table("weingarten", "--order", "2", "--dimension", "3", "--format", "csv")
    values = {row["class"]: row["value"] for row in csv.DictReader(io.StringIO(out))}
    assert values == {"2": "-1/24", "1,1": "1/8"}


BAD = [
    (("nothing",), "needs one of rates"),
    (("rates", "--format", "xlsx"), "format of csv"),
    (("rates", "-a", "log(x)"), "at x = 0"),
    (("rates", "-a", "relu", "--digits", "0"), "digits"),
    (("weingarten", "--order", "0"), "order"),
    (("contraction", "--width", "1"), "width"),
    (("weingarten", "--group", "special"), "group"),
    (("weingarten", "--order", "2", "--dimension", "0"), "dimension"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD)
def test_bad_input_is_one_line_with_exit_code_two(arguments: tuple[str, ...], reason: str) -> None:
    code, out, err = table(*arguments)
    assert code == 2
    assert out == ""
    assert reason in err
    assert err.count("\n") == 1


def test_a_critical_line_is_drawn(tmp_path: Path) -> None:
    plot = tmp_path / "line.svg"
    code, out, err = table("critical-line", "-a", "tanh", "--bias", "0.05", "--digits", "6", "--plot", str(plot))
    assert (code, err) == (0, "")
    assert "| tanh | 0.05 | 1.76095 |" in out
    assert "Critical lines" in plot.read_text()


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("critical-line", "--bias", "x"), "exact bias variance"),
        (("critical-line", "--bias", "-1"), "sigma_b^2"),
        (("critical-line", "-a", "sign"), "without jumps"),
        (("critical-line", "--plot", "a.png"), "ending in .svg"),
        (("rates", "--plot", "a.svg"), "critical-line"),
        (("critical-line", "-a", "tanh", "--bias", "0", "--plot", "/no/such/place.svg"), "place to write"),
    ],
)
def test_bad_input_of_a_critical_line(arguments: tuple[str, ...], match: str) -> None:
    code, out, err = table(*arguments)
    assert (code, out) == (2, "")
    assert match in err
    assert len(err.strip().splitlines()) == 1
