"""The checker's own coefficients of kernel maps: closed forms, Arb's by another way, and the bounds that the quadrature rests on."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
import sympy as sp
from flint import acb, arb, ctx, fmpq

from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker import hermite
from proofs_check.interval.checker.hermite import (
    ANALYTIC,
    HALF_WIDTH,
    KNOWN,
    REACH,
    STEP,
    Growth,
    hermite_values,
    kernel_coefficients,
)
from proofs_check.interval.checker.intervals import Interval, interval
from proofs_check.interval.contraction import prove_kernel_contraction
from proofs_check.interval.recheck import recheck
from theory.activation import Activation
from theory.kernel_map.kernel_map import KernelMap

COUNT = 39


def ball(x: Interval) -> arb:
    return arb(fmpq(x.low.numerator, x.low.denominator)).union(arb(fmpq(x.high.numerator, x.high.denominator)))


def activation(text: str) -> Activation:
    spoken = {"Min(1, Max(-1, x))": "min(max(x, -1), 1)"}
    return Activation.from_text(spoken.get(text, text))


@pytest.fixture(scope="module")
def theirs() -> dict[str, list[arb]]:
    return {text: list(KernelMap.centred(activation(text)).coefficients(COUNT + 1, 25)[1:]) for text in KNOWN}


@pytest.mark.parametrize("text", sorted(KNOWN))
def test_they_agree_with_those_of_the_engine(text, theirs):
    ours = kernel_coefficients(text, COUNT)
    for own, other in zip(ours, theirs[text], strict=True):
        assert ball(own).overlaps(other)
        assert own.high - own.low < Fraction(1, 10**28)


@pytest.mark.parametrize("text", sorted(KNOWN))
def test_they_are_non_negative_and_sum_to_at_most_1(text):
    ours = kernel_coefficients(text, COUNT)
    assert all(p.hi >= 0 for p in ours)
    assert sum((p.low for p in ours), Fraction(0)) <= 1


def test_closed_forms():
    """sin: sinh(r)/sinh(1); sign: (2/pi) asin(r); erf: asin(2r/3)/asin(2/3). Odd powers only."""
    ctx.prec = 200
    arcsine = [fmpq(math.comb(2 * m, m), 4**m * (2 * m + 1)) for m in range(COUNT)]
    expected = {
        "sin(x)": lambda j: 1 / (arb(math.factorial(j)) * arb(1).sinh()),
        "sign(x)": lambda j: arb(arcsine[j // 2]) * 2 / arb.pi(),
        "erf(x)": lambda j: arb(arcsine[j // 2]) * arb(fmpq(2, 3)) ** j / arb(fmpq(2, 3)).asin(),
    }
    for text, formula in expected.items():
        for j, own in enumerate(kernel_coefficients(text, COUNT), start=1):
            value = formula(j) if j % 2 else arb(0)
            assert ball(own).overlaps(value), (text, j)


def test_hermite_polynomials_are_those_of_the_probabilists():
    x = sp.Symbol("x")
    at = Fraction(7, 5)
    for k, value in enumerate(hermite_values(interval(at, at), 8)):
        exact = sp.Poly(sp.hermite_prob_poly(k, x), x).eval(sp.Rational(7, 5)) ** 2 / sp.factorial(k)
        square = value.power(2)
        assert square.low <= Fraction(int(exact.p), int(exact.q)) <= square.high
        assert square.high - square.low < Fraction(1, 10**20)


def mean_square_of_shifted(k: int) -> arb:
    """E|he_k(Z + ia)|^2 by the moments of Z, term by term."""
    x = sp.Symbol("x", real=True)
    shifted = sp.Poly(sp.expand(sp.hermite_prob_poly(k, x).subs(x, x + sp.I * sp.Rational(str(HALF_WIDTH)))), x)
    square = shifted * sp.Poly([sp.conjugate(c) for c in shifted.all_coeffs()], x)
    total = sum(sp.factorial2(j - 1) * c for (j,), c in square.terms() if j % 2 == 0) / sp.factorial(k)
    total = sp.nsimplify(sp.expand(total))
    return arb(fmpq(int(total.p), int(total.q)))


@pytest.mark.parametrize(
    "growth", [Growth(Fraction(1), Fraction(0)), Growth(Fraction(0), Fraction(3)), Growth(Fraction(5, 2), Fraction(1))]
)
def test_errors_are_those_of_the_theorem(growth):
    """2 M/(exp(2 pi a/h) - 1) and the tails, computed another way; not smaller, and larger by rounding only."""
    ctx.prec = 200
    a, step, reach = (arb(fmpq(q.numerator, q.denominator)) for q in (HALF_WIDTH, STEP, Fraction(REACH)))
    bound, slope = (arb(fmpq(q.numerator, q.denominator)) for q in (growth.bound, growth.slope))
    rule = 2 / ((2 * arb.pi() * a / step).exp() - 1)
    size = (a * a / 2).exp() * (2 * bound**2 + 2 * slope**2 * (1 + a**2)).sqrt()
    for k in (0, 1, 3, 8, 15):
        tails = (2 * bound / reach + 2 * slope) * (-(reach**2) / 4).exp()
        expected = size * mean_square_of_shifted(k).sqrt() * rule + tails
        own = ball(hermite._error(growth, k).upper())
        assert own >= expected * (1 - arb(10) ** -20)
        assert own <= expected * (1 + arb(10) ** -20)
    size = (a * a / 2).exp() * (2 * bound**2 + 2 * slope**2 * (1 + a**2))
    expected = size * rule + (bound + slope) ** 2 * (reach + 1) * (-(reach**2) / 2).exp()
    own = ball(hermite._error_of_square(growth).upper())
    assert expected * (1 - arb(10) ** -20) <= own
    assert own <= expected * (1 + arb(10) ** -20)


COMPLEX = {
    "tanh(x)": lambda z: z.tanh(),
    "1/(1 + exp(-x))": lambda z: 1 / (1 + (-z).exp()),
    "x/(1 + exp(-x))": lambda z: z / (1 + (-z).exp()),
    "log(exp(x) + 1)": lambda z: (1 + z.exp()).log(),
    "x*tanh(log(exp(x) + 1))": lambda z: z * (1 - 2 / ((1 + z.exp()) ** 2 + 1)),
    "erf(x)": lambda z: z.erf(),
    "sin(x)": lambda z: z.sin(),
}


def test_the_functions_are_bounded_in_the_strip_as_the_quadrature_says():
    assert set(COMPLEX) == set(ANALYTIC)
    ctx.prec = 100
    draw = random.Random(0)
    for text, growth in ANALYTIC.items():
        for _ in range(150):
            x = draw.choice([1, -1]) * draw.choice([draw.random(), draw.uniform(0, 5), draw.uniform(0, 30)])
            height = draw.choice([HALF_WIDTH, Fraction(draw.randrange(100), 134)])
            z = acb(arb(x), arb(fmpq(height.numerator, height.denominator)))
            bound = arb(fmpq(growth.bound.numerator, growth.bound.denominator)) + int(growth.slope) * abs(z)
            assert abs(COMPLEX[text](z)) <= bound, (text, x, height)


def certificate(text: str, theirs, rate: str = "1/2", name: str | None = None) -> Certificate:
    proof = prove_kernel_contraction(theirs[text], rate, high="1/2", activation=name or text)
    assert proof.certificate is not None
    return proof.certificate


def test_a_known_activation_leaves_nothing_on_trust(theirs):
    answer = recheck(certificate("tanh(x)", theirs).text)
    assert answer.accepted, answer.reason
    assert answer.relies_on == ()
    assert "rate = 1/2" in answer.claim
    assert "kernel map of tanh(x)" in answer.claim


def test_coefficients_of_another_activation_are_refused(theirs):
    answer = recheck(certificate("tanh(x)", theirs, name="erf(x)").text)
    assert answer.reason == "coefficient 1 is not that of the kernel map of erf(x)"


def test_one_wrong_coefficient_is_refused(theirs):
    document = certificate("tanh(x)", theirs).document
    document["coefficients"][4][0] = "1/100000"
    assert "coefficient 5 is not that" in recheck(Certificate.of(document).text).reason


def test_an_unknown_activation_is_on_trust_and_named(theirs):
    answer = recheck(certificate("tanh(x)", theirs, name="cos(exp(x))").text)
    assert answer.accepted
    assert "kernel map of cos(exp(x)) lie in the balls" in answer.relies_on[0]


@pytest.mark.parametrize(("value", "reason"), [(7, "needs to be text"), ("x" * 1000, "needs to be text"), (None, "")])
def test_an_activation_that_is_no_text_is_refused(theirs, value, reason):
    document = certificate("tanh(x)", theirs).document | {"activation": value}
    answer = recheck(Certificate.of(document).text)
    assert reason in answer.reason
    assert answer.accepted == (value is None)
