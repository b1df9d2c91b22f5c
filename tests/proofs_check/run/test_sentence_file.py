"""Claim files in TOML: three lines a claim, judged like any other; what is wrong in them is told by line."""

from __future__ import annotations

import pytest

from proofs_check.claim.formula import formulas
from proofs_check.run.claim_file import read_claim_file
from proofs_check.run.verification import verify

FIRST = """
[K1]
title = "Kernel maps are not negative"
claim = "for every activation s, r in [0, 1]: kappa(r) >= 0"
cases = { s = ["relu"] }
wrong = ["kappa(r) >= r^2/2 + 1/10"]

[K2]
claim = "for d >= 2: E_O(d)[O[1,1]^4] = 3/(d*(d+2))"
"""


@pytest.fixture
def read(tmp_path):
    def reader(text: str):
        path = tmp_path / "claims.toml"
        path.write_text(text, encoding="utf-8")
        return read_claim_file(path)

    return reader


def test_a_claim_is_a_table_with_a_line_of_mathematics(read):
    file = read(FIRST)
    assert not file.troubles
    first, second = file.claims
    assert (first.id, [str(case) for case in first.pinned], [m.name for m in first.mutants]) == (
        "K1",
        ["s = relu"],
        ["for every activation s, r in [0, 1]: kappa(r) >= r^2/2 + 1/10"],
    )
    assert len(second.mutants) == 3  # made by the program
    assert formulas(first.statement)


def test_verify_judges_it_and_its_mutants(read):
    report = verify(str(read(FIRST).path))
    assert {found.claim.id: str(found.verdict) for found in report.claims} == {"K1": "proved", "K2": "proved"}
    assert report.exit_code == 0


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("", "", "no claim; write a table"),
        ("[K1\n", "", "is no TOML"),
        ('\n[K1]\ntitle = "x"\n', ":2", "a claim needs claim = "),
        ('[K1]\nclaim = "kapa(r) <= r"\n', ":1", "did you mean kappa"),
        ('[K1]\nclaim = "for x in [0, 1]: x^2 <= x"\ncolour = "red"\n', ":1", "the key 'colour'"),
        (
            '[K1]\nclaim = "for x in [0, 1]: x^2 <= x"\ncases = { t = ["1"] }\n',
            ":1",
            "variables of the sentence, got 't'",
        ),
        ('[K1]\nclaim = "for x in [0, 1]: x^2 <= x"\nwrong = "x <= 0"\n', ":1", "wrong needs a list"),
        ("K1 = 3\n", ":1", "a claim needs a table"),
        ('[A1]\nclaim = "for x in [0, 1]: x^2 <= x"\n', ":1", "belongs to the ledger"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_stops_nothing_else(read, text, where, message):
    file = read(text)
    (trouble,) = file.troubles
    assert message in trouble.what
    assert trouble.where.endswith(where)
    assert "\n" not in str(trouble)
