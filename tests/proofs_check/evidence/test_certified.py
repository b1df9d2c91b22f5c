from __future__ import annotations

from fractions import Fraction

import flint
import pytest
import sympy as sp

from proofs_check.evidence.certified import from_monotone, from_proof, from_slack, together
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.contraction import prove_by_monotonicity
from proofs_check.interval.prover import prove_nonnegative

X = sp.Symbol("x", real=True)


@pytest.mark.parametrize("slack", [sp.Float(0.1), 0.1, sp.Rational(1, 3), True])
def test_only_a_ball_certifies(slack: object) -> None:
    with pytest.raises(TypeError, match="needs a ball"):
        from_slack(slack, "what", "where")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("slack", "verdict"),
    [
        (flint.arb(1, 0.5), Verdict.CERTIFIED),
        (flint.arb(0), Verdict.CERTIFIED),
        (flint.arb(-1, 0.5), Verdict.REFUTED),
        (flint.arb(0, 0.5), Verdict.INCONCLUSIVE),
    ],
)
def test_a_ball_says_true_false_or_neither(slack: flint.arb, verdict: Verdict) -> None:
    found = from_slack(slack, "what", "where")
    assert found.verdict is verdict
    assert (found.witness is not None) == (verdict is Verdict.REFUTED)


def test_a_proof_on_a_box_is_certified_with_its_certificate_and_plot() -> None:
    found = from_proof(prove_nonnegative(X**2 + sp.Rational(1, 7), {X: (0, 1)}), "a square")
    assert (found.verdict, found.rung) == (Verdict.CERTIFIED, Rung.CERTIFIED)
    (certificate,) = found.certificates
    assert certificate.document["claim"]
    assert found.cells >= 1
    assert found.plots


def test_a_proof_after_a_substitution_is_plotted_as_it_was_stated() -> None:
    proof = prove_nonnegative(1 / (1 + X**2), {X: (0, sp.oo)})
    found = from_proof(proof, "on a half-line")
    assert found.verdict is Verdict.CERTIFIED
    (certificate,) = found.certificates
    assert certificate.document["original"] is None or "x" in str(certificate.document["original"]["claim"])


def test_a_box_with_a_negative_ball_is_refuted_at_a_point() -> None:
    found = from_proof(prove_nonnegative(X - sp.Rational(1, 2), {X: (0, 1)}), "a line")
    assert found.verdict is Verdict.REFUTED
    assert "x = " in (found.witness or "")
    (step,) = found.steps
    assert step.holds is False


def test_what_the_prover_leaves_open_stays_open() -> None:
    found = from_proof(prove_nonnegative(sp.erfi(X), {X: (0, 1)}), "an unknown function")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert not found.certificates


# upper(r) - factor lower(r) > 0 for upper = 2 + r and lower = 1 + r on [0, 1]: true for 1, false for 2 at every r > 0.
@pytest.mark.parametrize(("factor", "verdict"), [(1, Verdict.CERTIFIED), (2, Verdict.REFUTED)])
def test_two_increasing_functions_decide(factor: int, verdict: Verdict) -> None:
    def ball(r: Fraction) -> flint.arb:
        return flint.arb(flint.fmpq(r.numerator, r.denominator))

    proof = prove_by_monotonicity(lambda r: 2 + ball(r), lambda r: 1 + ball(r), flint.arb(factor), max_cells=200)
    found = from_monotone(proof, "two lines")
    assert found.verdict is verdict
    assert (found.witness is not None) == (verdict is Verdict.REFUTED)


def test_parts_of_a_proof_keep_every_certificate() -> None:
    parts = [from_proof(prove_nonnegative(X + k, {X: (0, 1)}), f"part {k}") for k in (1, 2)]
    whole = together(parts)
    assert whole.certificates == (*parts[0].certificates, *parts[1].certificates)
    assert whole.cells == parts[0].cells + parts[1].cells
    assert whole.summary.startswith("part 1")
    assert "part 2" in whole.summary
