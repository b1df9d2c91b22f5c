"""`haarmite gain`: numbers, fans, other laws, and bad input as one line with exit code 2."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app


def command(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["gain", *arguments])
    return found.exit_code, found.stdout, found.stderr


def test_relu_is_a_root_of_two_and_critical_everywhere() -> None:
    code, out, _ = command("relu", "--json", "--digits", "12", "--fan-in", "1152", "--groups", "8")
    assert code == 0
    found = json.loads(out)
    assert found["gains"]["forward_rms"]["gain"]["closed_form"] == "sqrt(2)"
    assert found["gains"]["forward_rms"]["weight_variance"]["closed_form"] == "1/72"  # 2/(1152/8)
    assert found["gains"]["critical"]["q"] is None
    assert found["variance_fixed_points"][0]["q"] == "every"


def test_several_activations_make_a_list_and_text_shows_every_gain() -> None:
    found = json.loads(command("relu", "abs", "--json")[1])
    assert [entry["activation"]["name"] for entry in found["activations"]] == ["relu", "abs"]
    text = command("relu")[1]
    for name in ("forward rms", "forward std", "backward", "tangent at zero", "critical"):
        assert name in text


def test_another_law_of_the_input() -> None:
    # E (0.3 + sqrt(2) Z)^2 = 2.09
    found = json.loads(command("x", "--from", "N(0.3, 2)", "--json", "--digits", "10")[1])
    assert found["gains"]["forward_rms"]["variance"]["value"] == "0.4784688995"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("no_such",), "no_such"),
        (("relu", "--from", "N(0, 0)"), "positive variance"),
        (("relu", "--from", "N(0)"), "normal law"),
        (("relu", "--from", "N(0, 1/0)"), "exact numbers"),
        (("relu", "--groups", "2"), "--fan-in or --fan-out"),
        (("relu", "--digits", "0"), "digits"),
        (("1/x",), "x = 0"),
    ],
)
def test_bad_input_is_one_line_with_exit_code_two(arguments: tuple[str, ...], message: str) -> None:
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert len(err.splitlines()) == 1


def test_a_pair_is_the_product_of_means_where_it_is_independent() -> None:
    # E X^2 = mean^2 + variance: (1 + 4) (4 + 9)
    code, out, err = command("square", "--pair", "1, 2; 4, 0, 9", "--digits", "8", "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["pairs"]["square"]["value"] == "65.000000"


@pytest.mark.parametrize(
    "pair", ["1, 2", "1, 2; 3", "a, 0; 1, 0, 1", "0, 0; 1, 2, 1", "0, 0; -1, 0, 1", "0, 0; 1, 1/0, 1"]
)
def test_bad_pairs_are_one_line(pair: str) -> None:
    code, out, err = command("relu", "--pair", pair)
    assert (code, out) == (2, "")
    assert "needs" in err
    assert len(err.strip().splitlines()) == 1
