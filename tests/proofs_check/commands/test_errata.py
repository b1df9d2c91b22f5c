"""`haarmite errata`: what is false in print as text, Markdown, BibTeX and JSON; bad input is one line."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app


def command(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["errata", *arguments])
    return found.exit_code, found.stdout, found.stderr


def test_text_has_place_both_formulas_witness_and_command() -> None:
    code, out, err = command("A7", "A22")
    assert (code, err) == (0, "")
    for part in ("[A'], Theorem 1, Case 4 (A22)", "as printed:", "true:", "witness: ", "shown by: haarmite errata A7"):
        assert part in out


def test_markdown_and_json_say_the_same() -> None:
    code, out, _ = command("A7", "--markdown")
    assert code == 0
    assert out.startswith("## A: Joudaki")
    assert "- Shown by: `haarmite errata A7`" in out
    (entry,) = json.loads(command("A7", "--json")[1])["errata"]
    assert entry["claims"] == ["A7"]
    assert entry["witnesses"]
    assert entry["printed"][0]["latex"]
    assert all(f"- Witness: `{witness}`" in out for witness in entry["witnesses"])


def test_bibtex_lists_the_papers_concerned_alone() -> None:
    code, out, _ = command("A21", "--bibtex")
    assert code == 0
    assert out.startswith("@inproceedings{joudaki2025emergence,")
    assert out.count("@") == 1


def test_a_claim_without_errata_says_so() -> None:
    assert "Nothing false in print is known" in command("A1")[1]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["A99"], "errata needs claim ids"),
        (["A7", "--json", "--markdown"], "needs one of --markdown, --bibtex and --json"),
    ],
    ids=["unknown claim", "two formats"],
)
def test_bad_input_is_one_line(arguments: list[str], says: str) -> None:
    code, out, err = command(*arguments)
    assert code == 2
    assert out == ""
    assert says in err
    assert err.count("\n") == 1
