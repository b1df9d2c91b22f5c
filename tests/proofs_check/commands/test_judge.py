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


CASE_ONE = r"\frac{|\rho_\ell|}{1-|\rho_\ell|} \le \frac{|\rho_0|}{1-|\rho_0|} \alpha^\ell, && \alpha:=\frac{1}{2-\km'(0)}, \text{if } \km(0)=0"


def test_a_printed_formula_is_copied_and_judged():
    found = run(
        app, ["judge", CASE_ONE, "--kappa", "rms", "--for", r"\ell \ge 0, \rho_0 \in (-1, 1)", "--no-neighbours"]
    )
    assert found.exit_code == 0
    assert found.stdout.splitlines()[1].startswith("proved")


@pytest.mark.parametrize(
    ("arguments", "message", "column"),
    [
        ([r"\kappa(\rho) \le \foo, \rho \in [0, 1]"], "a word, letter or sign", 17),
        ([r"\kappa(\rho) \le \theta, \rho \in [0, 1]"], "the name 'theta' is free", 17),
        (["|x| <= 1 +", "--latex-in", "--for", "x in [0, 1]"], "a term", 10),
    ],
)
def test_what_latex_cannot_say_is_shown_with_a_caret(arguments, message, column):
    found = run(app, ["judge", *arguments])
    assert found.exit_code == 2
    assert message in found.stderr
    assert not found.stdout
    _, formula, caret = found.stderr.splitlines()
    assert (formula, caret.index("^")) == (arguments[0], column)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["kappa(r) <= r", "--kappa", "rms"], "--latex-in with --kappa"),
        ([r"\kappa(\rho) \le 1", "--kappa", "k"], "a kernel map of kappa, rms, raw"),
    ],
)
def test_maps_of_formulas(arguments, message):
    found = run(app, ["judge", *arguments])
    assert (found.exit_code, found.stderr.count("\n")) == (2, 1)
    assert message in found.stderr


def test_words_lists_notation_meaning_and_an_example():
    found = run(app, ["words"])
    assert found.exit_code == 0
    assert "kappa(r), kappa'(r), kappa^l(r)" in found.stdout
