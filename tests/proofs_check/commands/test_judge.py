"""The command `judge`: verdict on standard output, one line on standard error for bad input."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

run = CliRunner().invoke


def test_text_gives_sentence_and_verdict():
    found = run(app, ["judge", "kappa(r) <= r^2", "--for", "r in [0, 1]", "--activation", "relu"])
    assert found.exit_code == 1
    assert found.stdout.splitlines()[0] == "for s = relu, r in [0, 1]: kappa(r) <= r^2"
    assert "r = 1/2" in found.stdout


def test_json_has_the_documented_keys():
    found = run(app, ["judge", "-x <= 0 for x in [0, 1]", "--json", "--no-neighbours"])
    document = json.loads(found.stdout)
    keys = {"schema", "sentence", "verdict", "scope", "assumes", "oracles", "witness", "neighbours", "best", "seconds"}
    assert keys <= document.keys()
    assert (document["verdict"], document["witness"], found.exit_code) == ("proved", None, 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["judge", "kapa(r) <= r", "--for", "r in [0, 1]"], "did you mean kappa"),
        (["judge", "kappa(r) <= r", "--for", "r in [1, 0]"], "a domain that is not empty"),
        (["judge", "for x in [0, 1]: x <= 1", "--activation", "relu"], "exactly one activation"),
        (["judge", "for x in [0, 1]: x <= 1", "--seconds", "0"], "seconds > 0"),
        (["judge", ""], "needs a claim"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments, message):
    found = run(app, arguments)
    assert found.exit_code == 2
    assert message in found.stderr
    assert found.stderr.count("\n") == 1
    assert not found.stdout


def test_words_lists_notation_meaning_and_an_example():
    found = run(app, ["words"])
    assert found.exit_code == 0
    assert "kappa(r), kappa'(r), kappa^l(r)" in found.stdout
