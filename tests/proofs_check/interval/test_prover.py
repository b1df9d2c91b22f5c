"""Known inequalities are certified, false ones refuted with a point that an independent evaluation confirms."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy

from proofs_check.interval.prover import prove, prove_nonnegative, prove_positive
from proofs_check.interval.recheck import recheck
from proofs_check.interval.substitution import Substitution
from proofs_check.interval.zeros import Zero

rho, t, u, x, y, z = sympy.symbols("rho t u x y z")
LOGARITHM = x - x**2 / 2 + x**3 / 3 - sympy.log(1 + x)

# slack, domain, zeros as (variable, place, order) that theory says there are
TRUE = {
    "tanh": (x - sympy.tanh(x), {x: (0, 3)}, [(0, 0, 3)]),
    "log right": (LOGARITHM, {x: (0, 4)}, [(0, 0, 4)]),
    "log left": (LOGARITHM, {x: ("-15/16", 0)}, [(0, 0, 4)]),
    "sine": (x - sympy.sin(x), {x: (0, 10)}, [(0, 0, 3)]),
    "Jordan": (sympy.sin(sympy.pi * x / 2) - x, {x: (0, 1)}, [(0, 0, 1), (0, 1, 1)]),
    "atan": (x - sympy.atan(x), {x: (0, 5)}, [(0, 0, 3)]),
    "asinh": (x - sympy.asinh(x), {x: (0, 3)}, [(0, 0, 3)]),
    "erf": (2 * x / sympy.sqrt(sympy.pi) - sympy.erf(x), {x: (0, 2)}, [(0, 0, 3)]),
    "erfc": (sympy.exp(-(x**2)) - sympy.erfc(x), {x: (0, 6)}, [(0, 0, 1)]),
    "cosh": (sympy.cosh(x) - 1 - x**2 / 2, {x: (-2, 3)}, []),
    "sinh": (sympy.sinh(x) - x, {x: (0, 3)}, [(0, 0, 3)]),
    "tan": (sympy.tan(x) - x, {x: (0, "5/4")}, [(0, 0, 3)]),
    "digamma": (sympy.log(x) - sympy.digamma(x) - 1 / (2 * x), {x: ("1/4", 10)}, []),
    "loggamma": (
        sympy.loggamma(x) - (x - sympy.Rational(1, 2)) * sympy.log(x) + x - sympy.log(2 * sympy.pi) / 2,
        {x: ("1/2", 8)},
        [],
    ),
    "trigamma": (sympy.polygamma(1, x) - 1 / x, {x: ("1/2", 6)}, []),
    "incomplete gamma": (
        sympy.gamma(sympy.Rational(7, 3)) - sympy.lowergamma(sympy.Rational(7, 3), x),
        {x: ("1/8", 9)},
        [],
    ),
    "abs": (sympy.Abs(x) + sympy.Rational(1, 10) - x / 2, {x: (-1, 1)}, []),
    "max": (sympy.Max(x, 0) + sympy.Rational(1, 50) - x, {x: (-1, 1)}, []),
}


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("order", [1, 4])
def test_true_inequalities_are_certified_and_rechecked(name, order):
    expression, domain, zeros = TRUE[name]
    proof = prove_nonnegative(expression, domain, order=order)
    assert proof.verdict == "certified", proof.reason
    stated = [(z["variable"], int(z["at"]), z["order"]) for z in proof.certificate.document["zeros"]]
    assert stated == ([(0, 0, 4)] if name == "cosh" else zeros)
    answer = recheck(proof.certificate.text)
    assert answer.accepted, answer.reason
    assert answer.relies_on == ()


def test_arc_cosine_kernel_is_above_the_diagonal_on_the_closed_interval():
    kernel = (sympy.sqrt(1 - rho**2) + (sympy.pi - sympy.acos(rho)) * rho) / sympy.pi
    proof = prove(sympy.Ge(kernel, rho), {rho: (-1, 1)})
    assert proof.verdict == "certified"
    assert proof.cells <= 20
    assert [zero["order"] for zero in proof.certificate.document["zeros"]] == [3]  # Cho and Saul 2009: (1 - rho)^(3/2)
    assert recheck(proof.certificate.text).accepted


def test_without_substitution_branch_points_stay_open():
    kernel = (sympy.sqrt(1 - rho**2) + (sympy.pi - sympy.acos(rho)) * rho) / sympy.pi
    proof = prove_nonnegative(kernel - rho, {rho: (0, 1)}, substitution=None, max_cells=400)
    assert proof.verdict == "inconclusive"
    assert proof.resisting is not None
    assert proof.certificate is None


@pytest.mark.parametrize("order", [1, 2, 4, 8])
def test_centred_relu_contracts_by_its_nonlinearity_strength(order, relu_slack, nonlinearity_strength_of_relu):
    """Claim A7 for ReLU, and a rate just above it: 1.27 is still true, for the best constant is 1.34508."""
    for rate in (nonlinearity_strength_of_relu, sympy.Rational(127, 100), sympy.Rational(134, 100)):
        proof = prove_nonnegative(relu_slack(rate), {rho: (0, 1)}, zeros=[Zero(rho, 0), Zero(rho, 1)], order=order)
        assert proof.verdict == "certified"
        assert recheck(proof.certificate.text).accepted


@pytest.mark.parametrize("rate", ["27/20", "1363/1000", "3/2"])
def test_a_rate_above_the_best_constant_is_refuted_by_a_point_in_rho(rate, relu_slack):
    proof = prove_nonnegative(relu_slack(sympy.Rational(rate)), {rho: (0, 1)})
    assert proof.verdict == "refuted"
    ((name, at),) = proof.witness.point
    assert name == "rho"
    with mpmath.workdps(30):
        r = mpmath.mpf(at.numerator) / at.denominator
        # The arc-cosine form of the kernel, another formula than the one that was judged.
        relu = (mpmath.sqrt(1 - r**2) + r * (mpmath.pi - mpmath.acos(r))) / (2 * mpmath.pi)
        k = (relu - 1 / (2 * mpmath.pi)) / (mpmath.mpf(1) / 2 - 1 / (2 * mpmath.pi))
        factor = mpmath.mpf(sympy.Rational(rate).p) / sympy.Rational(rate).q
        assert r * (1 - k) - factor * k * (1 - r) < 0


@pytest.mark.parametrize("name", TRUE)
def test_the_reversed_inequality_is_refuted(name):
    """The mutant of each claim above: every one of them is strict somewhere."""
    expression, domain, _ = TRUE[name]
    proof = prove_nonnegative(-expression, domain)
    assert proof.verdict == "refuted"
    at = {symbol: sympy.Rational(str(dict(proof.witness.point)[symbol.name])) for symbol in domain}
    assert (-expression).subs(at).evalf(30) < 0


def test_a_narrow_dip_is_found():
    """(x - 1/3)^2 - 10^-8 is negative on an interval of width 2e-4 only."""
    proof = prove_nonnegative((x - sympy.Rational(1, 3)) ** 2 - sympy.Rational(1, 10**8), {x: (0, 1)})
    assert proof.verdict == "refuted"
    assert abs(dict(proof.witness.point)["x"] - Fraction(1, 3)) < Fraction(1, 10**4)


def test_an_interior_equality_is_found_or_declared():
    square = (
        sympy.cos(x)
        - sympy.cos(sympy.Rational(1, 2))
        + (x - sympy.Rational(1, 2)) * sympy.sin(sympy.Rational(1, 2))
        + (x - sympy.Rational(1, 2)) ** 2
    )
    assert prove_nonnegative(square, {x: (0, 2)}).certificate.document["zeros"][0]["at"] == "1/2"
    open_proof = prove_nonnegative(square, {x: (0, 2)}, zeros=[], max_cells=2000)
    assert open_proof.verdict == "inconclusive"
    low, high = open_proof.resisting[0]
    assert low <= Fraction(1, 2) + Fraction(1, 10**6)
    assert high >= Fraction(1, 2) - Fraction(1, 10**6)
    proof = prove_nonnegative(square, {x: (0, 2)}, zeros=[Zero(x, "1/2")])
    assert proof.verdict == "certified"
    assert recheck(proof.certificate.text).accepted


# Each was certified once: the series was cut before the term that matters.
DEEP = [
    "x**12*(1 - 100*x**4) >= 0 for x in [0, 1]",
    "exp(x)*x**12*(1 - 100*x**4) >= 0 for x in [0, 1]",
    "(1 - x)**12*(1 - 100*(1 - x)**4) >= 0 for x in [0, 1]",
    "x**12 - 2*x**18 >= 0 for x in [0, 1]",
    "x**12*(1 - 100*x**4)*(1 + y) >= 0 for x in [0, 1], y in [0, 1]",
    "x**12*y**11*(1 - 100*x**4) >= 0 for x in [0, 1], y in [0, 1]",
    "x**12*(1 - 2*x**8) >= 0 for x in [-1, 1]",
    "x**11*(1 - 2*x**6) >= 0 for x in [0, 1]",
]


@pytest.mark.parametrize("text", DEEP)
@pytest.mark.parametrize("order", [1, 4, 8])
def test_a_zero_of_high_order_hides_no_later_sign_change(text, order):
    proof = prove(text, order=order)
    assert proof.verdict == "refuted", proof.reason


TOUCHING = {
    "exp(x) >= 1 + x for x in [-1, 2]": "cells",
    "x*(1 - x) <= 1/4 for x in [0, 1]": "cells",
    "(x - 1/3)**2 >= 0 for x in [-1, 1]": "cells",
    "(x - 1/3)**2*(x - 2/3)**2 >= 0 for x in [0, 1]": "cells",
    "x - log(x) - 1 >= 0 for x in [1/10, 5]": "cells",
    "cosh(x) >= 1 + x**2/2 + x**4/24 for x in [-2, 2]": "cells",
    "x*tanh(x) >= log(cosh(x)) for x in [-3, 3]": "cells",
    "(x - 1/2)**2*(1 + y) >= 0 for x in [0, 1], y in [0, 1]": "tree",
    "x**4 - 4*x**2 + 4 >= 0 for x in [-2, 2]": None,
    "sqrt(x) >= x for x in [0, 1]": None,
    "x**2 + y**2 >= 2*x*y for x in [-1, 1], y in [-1, 1]": "identity",
    "(x + y)/2 >= sqrt(x*y) for x in [0, 1], y in [0, 1]": "identity",
    "x**2 + y**2 + z**2 >= x*y + y*z + z*x for x in [0, 1], y in [-1, 1], z in [-1, 1]": "identity",
    "(x + y + z)/3 >= (x*y*z)**(1/3) for x in [1, 2], y in [1, 2], z in [1, 2]": "identity",
    "x**2 + y**2 >= 2*x*y for x in [-oo, oo], y in [-oo, oo]": "identity",
    "log(exp(x) + exp(y)) >= (x + y)/2 + log(2) for x in [-1, 1], y in [-1, 1]": "exponential",
    "log((x + y)/2) >= (log(x) + log(y))/2 for x in [1, 2], y in [1, 3]": "exponential",
    "exp(x) >= 1 + x + x**2/2 for x in [0, oo]": "derivatives",
    "exp(x) >= x**2 for x in [0, oo]": "parts",
    "exp(x) >= 1 + x for x in [-oo, oo]": "parts",
    "x*exp(-x) <= 1/E for x in [0, oo]": "parts",
    "x/(1 + x**2) <= 1/2 for x in [-oo, oo]": "parts",
}


@pytest.mark.parametrize("text", TOUCHING)
def test_equality_inside_the_box_along_lines_and_towards_infinity(text):
    proof = prove(text)
    assert proof.verdict == "certified", proof.reason
    assert TOUCHING[text] in (None, proof.certificate.document["kind"])
    answer = recheck(proof.certificate.text)
    assert answer.accepted, answer.reason


@pytest.mark.parametrize(
    "text",
    [
        "exp(x) >= 1 + x + 10**-12 for x in [-1, 2]",
        "x**4 - 4*x**2 + 4 >= 1/10**9 for x in [-2, 2]",
        "x**2 + y**2 >= 2*x*y + 1/10**6 for x in [-1, 1], y in [-1, 1]",
        "x**2 + y**2 >= 201*x*y/100 for x in [-1, 1], y in [-1, 1]",
        "(x + y)/2 >= 101*sqrt(x*y)/100 for x in [0, 1], y in [0, 1]",
        "log(exp(x) + exp(y)) >= (x + y)/2 + log(2) + 1/1000 for x in [-1, 1], y in [-1, 1]",
        "exp(x) >= 101*x**2/100 + x**3 for x in [0, oo]",
        "x*exp(-x) <= 367879/1000000 for x in [0, oo]",
    ],
)
def test_their_false_neighbours_are_never_certified(text):
    text = text.replace("10**-12", "1/10**12")
    assert prove(text, max_cells=4000).verdict != "certified"


@pytest.mark.parametrize(
    "text",
    [
        "exp(x) - 1 - x >= 1/10**40 for x in [-1, 2]",
        "x - log(x) - 1 >= 1/10**35 for x in [1/3, 3]",
        "(x - 1/3)**2 >= 1/10**38 for x in [0, 1]",
        "x*tanh(x) - log(cosh(x)) >= 1/10**30 for x in [-1, 2]",
    ],
)
def test_a_claim_that_misses_by_little_is_refuted_at_a_simple_point(text):
    assert prove(text).verdict == "refuted"


def test_a_strict_claim_fails_where_there_is_equality():
    assert prove_positive(x - sympy.tanh(x), {x: (0, 3)}).verdict != "certified"
    proof = prove_positive(x - sympy.tanh(x), {x: ("1/8", 3)})
    assert proof.verdict == "certified"
    assert recheck(proof.certificate.text).accepted
    assert prove_positive(x**2, {x: (-1, 1)}).verdict == "refuted"


def test_a_wrongly_declared_zero_is_ignored():
    """The mutant x - tanh(x) - 1/100 is no equality at 0; the declaration must not help it."""
    proof = prove_nonnegative(x - sympy.tanh(x) - sympy.Rational(1, 100), {x: (0, 3)}, zeros=[Zero(x, 0, order=3)])
    assert proof.verdict == "refuted"


@pytest.mark.parametrize(
    ("expression", "domain"),
    [
        # Peano: positive definite forms and their margin
        (x**2 + y**2 - x * y + sympy.Rational(1, 50), {x: (-1, 1), y: (-1, 1)}),
        (sympy.exp(x + y) - 1 - x - y + sympy.Rational(1, 50), {x: (-1, 1), y: (-1, 1)}),
        # zero on a face, on two faces that meet, and corners
        (t * (x - sympy.sin(x)) + t * x, {x: ("1/4", 1), t: (0, 1)}),
        (t * (x - sympy.sin(x)), {x: (0, 1), t: (0, 1)}),
        (t + x - sympy.sin(t) * x, {x: (0, 1), t: (0, 1)}),
        (t * (sympy.exp(t) * x + t), {x: (0, 1), t: (0, 1)}),
        ((1 - t) ** 2 * (x + sympy.log(2 - t)), {x: (0, 1), t: (0, 1)}),
    ],
)
def test_two_variables(expression, domain):
    proof = prove_nonnegative(expression, domain)
    assert proof.verdict == "certified", proof.reason
    answer = recheck(proof.certificate.text)
    assert answer.accepted, answer.reason


def test_leaky_relu_family_needs_and_gets_the_corner_rule():
    """|x| has the kernel of leaky ReLU's even part: with weight u of the even part the quotient vanishes at (0, 1)."""
    absolute = (
        2 / sympy.pi * (sympy.sin(sympy.pi * t / 2) + sympy.cos(sympy.pi * t / 2) * (sympy.pi / 2 - sympy.pi * t / 2))
    )
    even = (absolute - 2 / sympy.pi) / (1 - 2 / sympy.pi)
    r = sympy.cos(sympy.pi * t / 2)
    slack = u * (r - even) + t * (1 - r) / 4
    proof = prove_nonnegative(slack, {u: (0, 1), t: (0, 1)}, max_cells=3000)
    assert proof.verdict == "certified", proof.reason
    assert "corner" in {node.get("method") for node in proof.certificate.document["tree"]}
    assert recheck(proof.certificate.text).accepted


def test_three_variables():
    """x^2 + y^2 + z^2 - sin(x) y - sin(y) z - sin(z) x >= 0, as |sin| <= |.|; with a margin it has no zero."""
    form = x**2 + y**2 + z**2 - sympy.sin(x) * y - sympy.sin(y) * z - sympy.sin(z) * x + sympy.Rational(1, 2)
    proof = prove_nonnegative(form, {x: (-2, 2), y: (-2, 2), z: (-2, 2)})
    assert proof.verdict == "certified"
    assert recheck(proof.certificate.text).accepted
    below = prove_nonnegative(form - sympy.Rational(51, 100), {x: (-2, 2), y: (-2, 2), z: (-2, 2)}, max_cells=5000)
    assert below.verdict == "refuted"


def test_precision_is_doubled_where_64_bits_are_lost(monkeypatch):
    """cosh(x) - 1 - x^2/2 - x^4/24 >= x^6/720 >= 10^-24/720 on [10^-4, 2 10^-4], 2^-80 of its terms."""
    slack = 10**30 * (sympy.cosh(x) - 1 - x**2 / 2 - x**4 / 24) - 1
    domain = {x: ("1/10000", "1/5000")}
    proof = prove_nonnegative(slack, domain)
    assert proof.verdict == "certified"
    assert recheck(proof.certificate.text).accepted
    # At 64 bits alone cells resist; what then proves it is no cell.
    monkeypatch.setattr("proofs_check.interval.branch_and_bound.PRECISIONS", (64,))
    again = prove_nonnegative(slack, domain, max_cells=200)
    assert again.verdict == "inconclusive" or again.certificate.document["kind"] == "derivatives"


def test_sharpness_encloses_the_smallest_slack():
    proof = prove_nonnegative((x - 1) ** 2 + sympy.Rational(1, 7), {x: (0, 3)}, sharpness=True)
    assert proof.slack.lower <= Fraction(1, 7) <= proof.slack.upper
    assert abs(proof.slack.at[0] - 1) < Fraction(1, 10)
    assert proof.slack.excluded == ()


def test_substitution_of_the_caller():
    proof = prove_nonnegative(
        1 - rho**2 + rho * sympy.sqrt(1 - rho**2) / 4,
        {rho: (0, 1)},
        substitution=Substitution(rho, sympy.cos(sympy.pi * t / 2), t, 0, 1),
        zeros=[Zero(t, 0)],
    )
    assert proof.verdict == "certified"
    assert proof.certificate.document["original"]["by"] == "cos(pi*t/2)"
    assert recheck(proof.certificate.text).accepted


def test_certificates_are_reproducible():
    texts = {prove_nonnegative(x - sympy.tanh(x), {x: (0, 3)}).certificate.text for _ in range(2)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: prove_nonnegative(x, {x: (0, 0.5)}), TypeError, "exact rational ends"),
        (lambda: prove_nonnegative(x, {x: (1, 0)}), ValueError, "low < high"),
        (lambda: prove_nonnegative(x, {y: (0, 1)}), ValueError, r"got none for \['x'\]"),
        (lambda: prove(sympy.besselj(0, x) >= 0, {x: (0, 1)}), ValueError, "besselj"),
        (lambda: prove_nonnegative(x, {x: (0, 1)}, order=9), ValueError, "order in 0..8, got order=9"),
        (lambda: prove_nonnegative(x, {x: (0, 1)}, max_cells=0), ValueError, "max_cells >= 1"),
        (lambda: prove_nonnegative(x, {x: (0, 1)}, zeros=[Zero(x, 2)]), ValueError, "inside the box"),
        (lambda: prove_nonnegative(x, {x: (0, 1)}, zeros=[Zero(y, 0)]), ValueError, "in the variables x"),
        (lambda: prove("x >= 0"), ValueError, "left >= right for"),
        (lambda: prove("x >= 0 for x in [0, 1]", {x: (0, 1)}), TypeError, "inside its text"),
        (lambda: prove(sympy.Ge(x, 0, evaluate=False)), TypeError, "needs a domain"),
        (lambda: prove(sympy.Eq(x, 0), {x: (0, 1)}), TypeError, "needs an inequality"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_function_that_no_tape_has_leaves_a_claim_open():
    x = sympy.Symbol("x", real=True)
    proof = prove_nonnegative(sympy.erfi(x), {x: (0, 1)})
    assert proof.verdict == "inconclusive"
    assert "got 'erfi'" in proof.reason
