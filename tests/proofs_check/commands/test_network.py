"""`haarmite network`: predictions, their check by samples, bad input in one line."""

import json

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app


def run(*arguments):
    return CliRunner().invoke(app, ["network", *arguments])


def test_predictions_as_json_with_their_check():
    result = run("gauss(2) | relu", "--depth", "3", "--width", "256", "--check", "--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert document["method"] == "certified"
    assert document["kernel"][0][0] == "1.0"
    assert document["tangent"][0][0] == "3.0"
    assert {found["verdict"] for found in document["check"]} == {"supported"}
    assert [point["value"]["value"] for point in document["correlation_map"]["fixed_points"]] == ["1"]


def test_text_names_what_is_proved():
    result = run("rmsnorm | gauss | tanh", "--depth", "2")
    assert "every digit proved" in result.stdout
    assert "correlation map" in result.stdout
    other = run("gauss | batchnorm", "--depth", "1")
    assert "nothing proved" in other.stdout
    assert other.exit_code == 0


def test_words_that_mix_rows_are_checked_too():
    for word, positions in (("gauss | batchnorm", "1"), ("conv(3) | relu | attention(uniform) | meanpool", "3")):
        result = run(word, "--depth", "1", "--width", "128", "--positions", positions, "--check", "--json")
        assert {found["quantity"] for found in json.loads(result.stdout)["check"]} == {"norm", "correlation"}
        assert result.exit_code == 0


def test_positions():
    document = json.loads(run("conv(3) | relu", "--depth", "1", "--positions", "3", "--width", "32", "--json").stdout)
    assert len(document["kernel"]) == 3
    assert document["inputs"] == 2


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("gaus | relu",), "the nearest is 'gauss'"),
        (("gauss | relu", "--depth", "0"), "depth >= 1"),
        (("relu",), "Gaussian state"),
        (("gauss", "--width", "0"), "width >= 1"),
        (("gauss | relu", "--digits", "0"), "digits in 1"),
        (("gauss | relu", "--inputs", "missing.npy"), "existing file"),
        (("gauss | relu", "--width", "16", "--depth", "20", "--check"), "width of at least 200"),
        (("conv(3)", "--positions", "0"), "positions >= 1"),
    ],
)
def test_bad_input_is_one_line(arguments, match):
    result = run(*arguments)
    assert result.exit_code == 2
    assert not result.stdout
    assert match in result.stderr
    assert result.stderr.count("\n") == 1
