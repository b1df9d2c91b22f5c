"""Claims of paper [B]: ids, cases with distinct labels, and what the conjectures may say."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import gamma

import numpy as np
import pytest

from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.ledger import ledger
from proofs_check.ledger.batch_norm import cases
from proofs_check.ledger.batch_norm.printed_gradient import explicit_bound
from proofs_check.run.runner import run
from theory.batch_norm.time_scale import least_printed_constant

MINE = {claim.id: claim for claim in ledger() if claim.paper.key == "B"}


def test_every_claim_of_the_document_is_there() -> None:
    assert set(MINE) >= {f"B{k}" for k in range(1, 16)} | {"B4b", "B7c", "B7d", "B11c"}


@pytest.mark.parametrize(("identifier", "verdict"), [("B4b", Verdict.CERTIFIED), ("B7d", Verdict.CERTIFIED)])
def test_sharp_constants_hold_and_their_mutants_are_refuted(identifier: str, verdict: Verdict) -> None:
    report = run([MINE[identifier]]).claims[0]
    assert report.verdict is verdict
    assert not report.survivors
    assert not report.errors


def test_every_claim_draws_cases_or_is_one_identity() -> None:
    assert all(claim.cases is not None for claim in MINE.values())


def test_densities_of_two_widths_cross_three_times() -> None:
    """What B4b proves, seen: signs - + - + of the difference of densities on a grid, d = 2..12, share 1/2."""
    for d in range(2, 13):
        y = 0.5
        narrow = y * np.sqrt((d - 1) * (d + 3) / (d * (d + 2)))
        x = np.linspace(-y, narrow * d, 20_001)[1:-1]
        signs = np.sign(_spike_density(x, narrow, d + 1) - _spike_density(x, y, d))
        changes = signs[np.insert(np.diff(signs) != 0, 0, True)]
        assert changes.tolist() == [-1, 1, -1, 1]


def _spike_density(x: np.ndarray, share: float, width: int) -> np.ndarray:
    """Density of share (Z - 1), Z = d w_1^2 and w_1^2 ~ Beta(1/2, (d-1)/2)."""
    square = (x + share) / (share * width)
    inside = (square > 0) & (square < 1)
    safe = np.where(inside, square, 0.5)
    constant = gamma(width / 2) / (gamma(0.5) * gamma((width - 1) / 2)) / (share * width)
    return np.where(inside, constant * safe**-0.5 * (1 - safe) ** ((width - 3) / 2), 0.0)


def test_printed_theorem_with_the_best_constant_on_a_grid() -> None:
    """1 - g_d/phi <= exp(-1/(C d^2 (1 + d phi))) at C = 1/(4 log 2), by 20 digits, where no part of the proof is used."""
    needed = [
        float(least_printed_constant(d, Fraction(1, 10**k)).value(15)) for d in (2, 3, 4, 7) for k in (1, 2, 4, 8)
    ]
    assert max(needed) < 1 / (4 * np.log(2))


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


def test_two_tests_of_one_check_share_its_error_probability() -> None:
    claim = replace(MINE["B14"], mutants=MINE["B14"].mutants[-1:])
    report = run([claim])
    spent = [f.evidence.error_probability for f in report.claims[0].findings if f.task.check.rung is Rung.SAMPLED]
    assert spent == pytest.approx([report.alpha] * len(spent))
