"""Claims of paper [B]: ids, cases with distinct labels, and what the conjectures may say."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from proofs_check.ledger import ledger
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.printed_gradient import explicit_bound

MINE = {claim.id: claim for claim in ledger() if claim.paper.key == "B"}


def test_every_claim_of_the_document_is_there() -> None:
    assert set(MINE) >= {f"B{k}" for k in range(1, 16)} | {"B7c", "B11c"}


def test_measured_laws_are_conjectures_and_nothing_else_is() -> None:
    assert {name for name, claim in MINE.items() if claim.conjecture} == {"B12", "B13", "B14", "B15"}


def test_what_is_wrong_in_print_is_listed() -> None:
    errata = [mutant.erratum for claim in MINE.values() for mutant in claim.mutants if mutant.erratum]
    assert len(errata) >= 3
    assert all("[B]" in erratum for erratum in errata)


def test_pinned_spectra_have_trace_d() -> None:
    for case in cases.PINNED:
        assert sum(case.values) == case.width
        assert case.spread > 0
    assert cases.QUARTER.second_order == Fraction(7, 8) / 24


def test_printed_gradient_bound_decreases_in_the_width_after_division() -> None:
    """The reason why d = 2 decides: each term over d^5 decreases; here the whole at three gaps, by exact evaluation."""
    import sympy as sp

    for t in (sp.Rational(1, 10), sp.Integer(1), sp.Integer(5)):
        values = [sp.N(explicit_bound(sp.Integer(d), t) / d**5, 20) for d in (2, 3, 5, 10, 50)]
        assert all(a > b for a, b in pairwise(values))
