"""Errata: one for each place in print, divided into place and remark, refuted anew by the rung that must; none without a witness."""

from __future__ import annotations

import pytest
import sympy as sp

from proofs_check.ledger import ledger
from proofs_check.run.errata import by_paper, conjectures, errata_in, errata_of
from proofs_check.run.runner import run

CASE_FOUR = [claim for claim in ledger() if claim.id in ("A21", "A22")]


def test_one_erratum_for_each_place_whatever_the_number_of_variants() -> None:
    (found,) = errata_of(CASE_FOUR)
    assert found.place == "[A'], Theorem 1, Case 4"
    assert found.claims == ("A21", "A22")
    assert len(found.variants) == 2
    assert found.command == "haarmite errata A21 A22"
    printed, true = found.formulas
    assert printed
    assert true
    assert not set(printed) & set(true)
    assert any(part.has(sp.Symbol("rho^*")) for part in printed)


def test_every_erratum_of_the_ledger_has_a_place_a_remark_and_different_formulas() -> None:
    found = errata_of(ledger())
    assert all(erratum.place and erratum.remark and erratum.formulas[0] for erratum in found)
    assert [paper.key for paper, _ in by_paper(found)] == sorted({erratum.paper.key for erratum in found})
    assert all(paper.bibtex.startswith("@") for paper, _ in by_paper(found))


def test_judging_finds_the_witness_anew_and_a_run_has_the_same() -> None:
    (erratum,) = errata_of(CASE_FOUR)
    assert not erratum.witnesses
    again = erratum.judged()
    # exactly: 2/5 + 3/5 r^2 has printed rate 4/5, below 1/kappa'(1) = 5/6
    assert "- 1/rms'(1) = -0.0333333..." in " ".join(again.witnesses)
    assert len(again.refutations) == 2
    (seen,) = errata_in(run(CASE_FOUR).claims)
    assert seen.witnesses == again.witnesses
    assert again.to_json()["witnesses"] == list(again.witnesses)


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError, match="Erratum needs a profile of quick"):
        errata_of(CASE_FOUR)[0].judged(profile="huge")


def test_conjectures_are_judged_and_never_proved() -> None:
    (report,) = conjectures([claim for claim in ledger() if claim.id in ("A22", "B12")])
    assert report.claim.id == "B12"
    assert str(report.verdict) == "supported"
