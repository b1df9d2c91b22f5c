from __future__ import annotations

import importlib
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.claim.claim import Claim
from proofs_check.evidence.verdict import Verdict
from proofs_check.ledger.fixed_points.kernel_cases import QUADRATIC, case_of, in_case, kernel_activation, kernels
from proofs_check.run.run_report import ClaimReport
from proofs_check.run.runner import run
from theory.activation.activation import Activation
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.fixed_point import Case

EXPECTED = {
    "fixed_point_count": ("A15", Verdict.PROVED),
    "depth_law": ("A18b", Verdict.PROVED),
    "critical_slope": ("A19", Verdict.PROVED),
    "case_four_rate": ("A21", Verdict.PROVED),
    "residual_block": ("A23", Verdict.PROVED),
    "norm_placement": ("A24", Verdict.PROVED),
    "leading_terms": ("A31", Verdict.PROVED),
    "other_weights": ("A34", Verdict.PROVED),
}


def claim_of(module: str) -> Claim:
    return importlib.import_module(f"proofs_check.ledger.fixed_points.{module}").claim


def judged(module: str) -> ClaimReport:
    return run([claim_of(module)]).claims[0]


@pytest.mark.slow
@pytest.mark.parametrize("module", EXPECTED)
def test_claim_holds_and_every_mutant_falls(module: str) -> None:
    report = judged(module)
    identifier, verdict = EXPECTED[module]
    assert report.claim.id == identifier
    assert report.verdict is verdict
    assert not report.errors
    assert not report.survivors


def test_errata_are_printed_statements_with_a_witness() -> None:
    errata = [mutant for module in EXPECTED for mutant in claim_of(module).mutants if mutant.erratum]
    assert {mutant.statement.__class__.__name__ for mutant in errata} == {
        "CriticalSlope",
        "CaseFourRate",
        "OtherWeights",
        "ResidualBlock",
    }


def test_printed_case_four_rate_fails_at_layer_124() -> None:
    """Exact second route: gaps 1 - rho as rationals, rounded down to 60 digits, against (4/5)^l."""
    rho, start = 1 - Fraction(1, 10**12), 1 - Fraction(1, 10**12)
    for layer in range(1, 200):
        rho = Fraction(2, 5) + Fraction(3, 5) * rho**2
        rho = Fraction(int(rho * 10**60), 10**60)
        if rho - Fraction(2, 3) > (start - Fraction(2, 3)) / (1 - start) * Fraction(4, 5) ** layer:
            break
    assert layer == 124
    finding = next(
        f for f in judged("case_four_rate").mutant_findings if f.task.mutant and f.task.mutant.name == "a as printed"
    )
    assert finding.evidence.witness is not None
    assert "layer 124" in finding.evidence.witness


@pytest.mark.parametrize("case", [1, 2, 3, 4])
def test_drawn_kernels_are_in_their_case(case: Case) -> None:
    @settings(deadline=None, max_examples=8)
    @given(kernels(case))
    def check(activation: Activation) -> None:
        assert case_of(activation) == case
        assert in_case(case)(activation) is None

    check()


@given(st.lists(st.integers(0, 9), min_size=2, max_size=6).filter(any))
@settings(deadline=None, max_examples=10)
def test_kernel_activation_has_these_coefficients(weights: list[int]) -> None:
    powers = [Fraction(w, sum(weights)) for w in weights]
    if not any(powers[1:]):
        return  # a constant is no activation
    found = KernelMap.normalised(kernel_activation(*powers)).coefficients(len(powers), 20)
    assert all(
        ball.contains(0) if p == 0 else abs(ball - float(p)) < 1e-14 for ball, p in zip(found, powers, strict=True)
    )


def test_kernel_activation_refuses_what_is_no_kernel() -> None:
    with pytest.raises(ValueError, match=r"needs coefficients p_k >= 0 of sum 1, got \['1/2', '1/3'\]"):
        kernel_activation("1/2", "1/3")


def test_users_activations_are_sorted_by_case() -> None:
    reason = in_case(2)(QUADRATIC)
    assert reason is not None
    assert "case 4, not 2" in reason
