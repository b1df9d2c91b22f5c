"""Contraction of kernel maps by values at the ends of cells."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.interval.ball import arithmetic, rational_ball
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.contraction import PRECISION, prove_by_monotonicity, prove_kernel_contraction
from proofs_check.interval.recheck import recheck


def relu_coefficients(count: int) -> list[arb]:
    """p_1 = (1/4)/n, p_k = He_{k-2}(0)^2/(2 pi k! n), n = 1/2 - 1/(2 pi): the centred kernel map of ReLU."""
    with arithmetic(PRECISION):
        norm = arb(1) / 2 - 1 / (2 * arb.pi())
        values = [arb(1) / 4 / norm]
        for k in range(2, count + 1):
            j = k - 2
            hermite_at_zero = 0 if j % 2 else mpmath.fac2(j - 1) if j else 1
            values.append(arb(int(hermite_at_zero)) ** 2 / (2 * arb.pi() * arb(int(mpmath.factorial(k))) * norm))
        return values


@pytest.fixture(scope="module")
def relu() -> list[arb]:
    return relu_coefficients(120)


def test_relu_contracts_by_its_nonlinearity_strength(relu):
    with arithmetic(PRECISION):
        strength = 2 - relu[0]
    for rate in (strength, "127/100", "134/100"):
        proof = prove_kernel_contraction(relu, rate)
        assert proof.verdict == "certified"
        answer = recheck(proof.certificate.text)
        assert answer.accepted, answer.reason
        assert "sum to 1" in answer.relies_on[0]


@pytest.mark.parametrize("rate", ["27/20", "3/2", "19/10"])
def test_above_the_best_constant_it_is_refuted_by_the_closed_form_too(relu, rate):
    """The best constant of ReLU is 1.34508, at rho = 0.489."""
    proof = prove_kernel_contraction(relu, rate)
    assert proof.verdict == "refuted"
    at = proof.witness[0]
    r = mpmath.mpf(at.numerator) / at.denominator
    k = (mpmath.sqrt(1 - r**2) + r * (mpmath.pi - mpmath.acos(r)) - 1) / (mpmath.pi - 1)
    factor = mpmath.mpf(Fraction(rate).numerator) / Fraction(rate).denominator
    assert (1 - k) / (1 - r) < factor * k / r


def test_a_quadratic_kernel_attains_its_rate_at_one_only():
    """p = (a, 1-a): b - (2-a) a(r) = (1-a)^2 (1-r), zero at 1, so the last cell never closes."""
    with arithmetic(PRECISION):
        quadratic = [arb(3) / 4, arb(1) / 4]
    assert prove_kernel_contraction(quadratic, "5/4").verdict == "inconclusive"
    assert prove_kernel_contraction(quadratic, "5/4", high="15/16").verdict == "certified"
    assert prove_kernel_contraction(quadratic, "13/10").verdict == "refuted"


@given(st.lists(st.integers(0, 20), min_size=3, max_size=8), st.integers(1, 20))
@settings(deadline=None, max_examples=25)
def test_every_kernel_contracts_by_slightly_less_than_its_strength(weights, first):
    """Claim A7 on random rational kernels: the rate 2 - p_1 - 1/50 leaves a margin everywhere on [0, 1]."""
    weights = [first, *weights]
    total = sum(weights)
    with arithmetic(PRECISION):
        coefficients = [rational_ball(Fraction(w, total)) for w in weights]
    rate = 2 - Fraction(first, total) - Fraction(1, 50)
    proof = prove_kernel_contraction(coefficients, rate)
    assert proof.verdict == "certified"
    assert recheck(proof.certificate.text).accepted


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.update(rate=["27/20", "0"]), "fails on"),
        (lambda d: d["cells"].pop(), "do not reach"),
        (lambda d: d["cells"].pop(0), "do not meet"),
        (lambda d: d["coefficients"].__setitem__(0, ["2", "0"]), "sum to more than 1"),
        (lambda d: d["coefficients"].__setitem__(1, ["-1", "0"]), "non-negative"),
        (lambda d: d.update(rate=["-1", "0"]), "rate needs"),
        (lambda d: d.update(rate=["1", "-1"]), "radius >= 0"),
        (lambda d: d.update(box=["0", "2"]), r"lie in [0, 1]"),
        (lambda d: d.update(claim="k(r) <= r"), "not the one it proves"),
        (lambda d: d.update(coefficients=[]), "coefficients"),
        (lambda d: d["cells"][0].update(method="natural"), "exactly the keys"),
    ],
)
def test_tampering_is_refused(relu, change, reason):
    document = prove_kernel_contraction(relu, "127/100").certificate.document
    change(document)
    answer = recheck(Certificate.of(document).text)
    assert not answer.accepted
    assert reason in answer.reason


def test_the_unknown_tail_counts_against_the_claim(relu):
    """With p_1 = 1/4 alone known, k may be r/4 + 3/4 r^2: at 1, b = 7/4 < 2 a = 2, though 1/4 r alone would pass."""
    document = prove_kernel_contraction(relu, "127/100").certificate.document
    document |= {"coefficients": [["1/4", "0"]], "rate": ["2", "0"], "cells": [{"lo": "0", "hi": "1"}]}
    assert "fails on" in recheck(Certificate.of(document).text).reason
    with arithmetic(PRECISION):
        assert prove_kernel_contraction([arb(1) / 4], 2, low="7/8").verdict != "certified"


def test_functions_given_as_evaluators():
    with arithmetic(128):
        proof = prove_by_monotonicity(
            lambda r: rational_ball(r).exp(), lambda r: (2 + rational_ball(r)) / 2, arb(9) / 10
        )
        assert proof.verdict == "certified"
        assert proof.cells[0][0] == 0
        assert proof.cells[-1][1] == 1
        assert all(a[1] == b[0] for a, b in zip(proof.cells, proof.cells[1:], strict=False))


def test_arb_settings_of_the_caller_are_kept(relu):
    before = ctx.prec, ctx.cap
    prove_kernel_contraction(relu, "127/100")
    assert (ctx.prec, ctx.cap) == before


@pytest.mark.parametrize(
    ("coefficients", "rate", "ends", "message"),
    [
        ([], 1, (0, 1), "balls around p_j >= 0"),
        ([arb(-1)], 1, (0, 1), "balls around p_j >= 0"),
        ([arb("nan")], 1, (0, 1), "balls around p_j >= 0"),
        ([arb(2)], 1, (0, 1), "sum to at most 1"),
        ([arb(1)], -1, (0, 1), "factor >= 0"),
        ([arb(1)], 1, (0, 2), "0 <= low < high <= 1"),
        ([arb(1)], 1, (1, 0), "0 <= low < high <= 1"),
    ],
)
def test_bad_input(coefficients, rate, ends, message):
    with pytest.raises(ValueError, match=message):
        prove_kernel_contraction(coefficients, rate, low=ends[0], high=ends[1])
