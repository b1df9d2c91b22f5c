"""Enclosures of random tapes, by the prover's balls and the checker's intervals, contain what mpmath computes."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp

from proofs_check.interval.ball import Program, arithmetic, hull, power, rational_ball, span
from proofs_check.interval.checker.forms import Forms
from proofs_check.interval.checker.intervals import NoBound, interval, precision
from proofs_check.interval.checker.reading import Budget
from proofs_check.interval.checker.series import constant_term
from proofs_check.interval.checker.statement import Claim
from proofs_check.interval.tape import evaluate, tape_of

REFERENCE = {
    "pi": lambda: mp.pi,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "powi": lambda a, n: a**n,
    "abs": abs,
    "heaviside": lambda a: (1 + mp.sign(a)) / 2,
    "max": max,
    "min": min,
    "polygamma": lambda a, m: mp.polygamma(m, a),
    "lowergamma": lambda a, s: mp.gammainc(mp.mpf(Fraction(s).numerator) / Fraction(s).denominator, 0, a),
    "uppergamma": lambda a, s: mp.gammainc(mp.mpf(Fraction(s).numerator) / Fraction(s).denominator, a),
}
SAME_NAME = "sqrt exp log sin cos tan sinh cosh tanh asin acos atan asinh sign erf erfc gamma loggamma"
REFERENCE |= {name: getattr(mp, name) for name in SAME_NAME.split()}

# Arguments are brought into each function's domain, so that most random texts have values.
WRAPPED = [
    "sqrt(1 + ({})**2)", "exp(-({})**2)", "exp({}/4)", "log(3/2 + sin({}))", "sin({})", "cos({})", "tanh({})", "atan({})",
    "asinh({})", "erf({})", "erfc({})", "asin(sin({})/2)", "acos(cos({})/3)", "sinh({}/5)", "cosh({}/5)", "tan(tanh({}))",
    "loggamma(2 + sin({}))", "polygamma(0, 2 + cos({}))", "polygamma(1, 3/2 + cos({}))", "gamma(2 + sin({})/2)",
    "lowergamma(3/2, 2 + sin({}))", "uppergamma(2, 1 + cos({})/2)", "Abs({})", "Max({}, x/2)", "Min({}, 1/3)",
    "Heaviside({})", "sign({})", "({})**3", "1/(2 + cos({}))", "(1 + ({})**2)**(-3/2)", "(1 + Abs({}))**(1/3)",
]  # fmt: skip

texts = st.recursive(
    st.sampled_from(["x", "x - 1/3", "2*x", "pi*x/4", "x*x"]),
    lambda inner: st.one_of(
        st.builds(lambda form, a: form.format(a), st.sampled_from(WRAPPED), inner),
        st.builds(lambda a, op, b: f"({a}) {op} ({b})", inner, st.sampled_from("+-*"), inner),
    ),
    max_leaves=4,
)
cells = st.tuples(st.integers(-48, 48), st.integers(1, 24)).map(
    lambda c: (Fraction(c[0], 16), Fraction(c[0] + c[1], 16))
)


def _reference(text: str, at: Fraction) -> mpmath.mpf:
    with mp.workdps(40):
        return evaluate(tape_of(text, ["x"]), [mp.mpf(at.numerator) / at.denominator], _mp_rational, REFERENCE)


def _mp_rational(q: Fraction) -> mpmath.mpf:
    return mp.mpf(q.numerator) / q.denominator


def _checker(text: str) -> Forms:
    return Forms(Claim(f"{text} >= 0 for x in [-100, 100]"), Budget(10**9))


def _inside(value, low, high) -> bool:
    """low <= value <= high up to the reference's own 40 digits."""
    slip = mp.mpf(10) ** -35 * (1 + abs(value))
    return low - slip <= value <= high + slip


def _ball_ends(ball):
    with mp.workdps(40):
        return tuple(
            mp.mpf(int(m)) * mp.mpf(2) ** int(e) for m, e in (x.man_exp() for x in (ball.lower(), ball.upper()))
        )


def _interval_ends(x):
    with mp.workdps(40):
        return _mp_rational(x.low), _mp_rational(x.high)


@given(texts, cells, st.integers(0, 2**32))
@settings(deadline=None, max_examples=150)
def test_natural_enclosures_contain_the_value(text, cell, seed):
    assume(len(text) < 300)
    generator = random.Random(seed)
    with arithmetic(64):
        ball = Program(tape_of(text, ["x"]))([hull(*cell)])
    forms = _checker(text)
    try:
        enclosure = constant_term(forms.evaluate(forms.claim.tape, [interval(*cell)], 1))
    except NoBound:
        enclosure = None
    for _ in range(4):
        at = cell[0] + (cell[1] - cell[0]) * Fraction(generator.randrange(2**20 + 1), 2**20)
        value = _reference(text, at)
        if ball.is_finite():
            assert _inside(value, *_ball_ends(ball))
        if enclosure is not None:
            assert _inside(value, *_interval_ends(enclosure))


SMOOTH = [form for form in WRAPPED if not any(name in form for name in ("Abs", "Max", "Min", "Heaviside", "sign"))]


@pytest.mark.parametrize("form", SMOOTH)
@pytest.mark.parametrize("centre", [Fraction(1, 3), Fraction(-5, 4)])
def test_series_of_both_agree_and_contain_the_taylor_coefficients(form, centre):
    text, order = form.format("x"), 5
    with mp.workdps(40):
        tape = tape_of(text, ["x"])
        expected = mp.taylor(lambda t: evaluate(tape, [t], _mp_rational, REFERENCE), _mp_rational(centre), order)
        # mpmath differentiates numerically: half of the digits are kept as the slip.
        slip = mp.mpf(10) ** -14
    with arithmetic(100):
        balls = [_ball_ends(b) for b in Program(tape).coefficients([rational_ball(centre)], 0, order)]
    with precision(100):
        terms = _checker(text).coefficients([interval(centre, centre)], 0, order)
    for value, (low, high), term in zip(expected, balls, terms, strict=True):
        assert low - slip <= value <= high + slip
        assert high - low < slip
        assert _interval_ends(term)[0] <= high
        assert _interval_ends(term)[1] >= low
        assert term.high - term.low < Fraction(1, 10**14)


@pytest.mark.parametrize("form", SMOOTH)
def test_series_over_a_cell_contain_the_coefficients_inside_it(form):
    text, order, cell = form.format("x"), 3, (Fraction(1, 4), Fraction(5, 16))
    tape = tape_of(text, ["x"])
    with arithmetic(64):
        wide = Program(tape).coefficients([hull(*cell)], 0, order)
        inner = [
            Program(tape).coefficients([rational_ball(cell[0] + (cell[1] - cell[0]) * k / 5)], 0, order)
            for k in range(6)
        ]
        assert all(w.is_finite() and w.contains(c[i].mid()) for c in inner for i, w in enumerate(wide))
    terms = _checker(text).coefficients([interval(*cell)], 0, order)
    for k in range(6):
        at = cell[0] + (cell[1] - cell[0]) * k / 5
        for wide_term, term in zip(terms, _checker(text).coefficients([interval(at, at)], 0, order), strict=True):
            assert wide_term.low <= term.high
            assert wide_term.high >= term.low


@given(st.fractions(-9, 9, max_denominator=10**6), st.fractions(Fraction(1, 10**9), 3, max_denominator=10**9))
@settings(deadline=None, max_examples=200)
def test_hull_contains_its_ends_and_reaches_dyadic_ones_exactly(low, width):
    high = low + width
    with arithmetic(64):
        ball = hull(low, high)
        ends = [Fraction(int(m)) * Fraction(2) ** int(e) for m, e in (ball.mid().man_exp(), ball.rad().man_exp())]
        zero = hull(Fraction(0), width)
        assert zero >= 0
        assert zero.contains(0)
    assert ends[0] - ends[1] <= low
    assert high <= ends[0] + ends[1]


@pytest.mark.parametrize("text", [*(form for form in WRAPPED if "{}" in form), "asin({})", "acos({})", "sqrt({})"])
def test_of_what_is_undefined_nothing_is_known(text):
    """Arb has asin(NaN) = -pi/2 and sign(NaN) in [-1, 1], which would bound an expression that has no value."""
    with arithmetic(64):
        for undefined in ("log(-1)", "acos(2)", "acos(2)/3", "1/(x - x)"):
            tape = tape_of(text.format(undefined), ["x"])
            assert not Program(tape)([rational_ball(Fraction(1))]).is_finite()


def test_squares_and_roots_of_balls_around_zero_do_not_reach_below_it():
    with arithmetic(64):
        wide = hull(Fraction(-1), Fraction(2))
        assert power(wide, 2) >= 0
        assert not power(wide, 2).upper() > 5
        assert hull(Fraction(0), Fraction(1)).lower() == 0
        assert Program(tape_of("sqrt(x)", ["x"]))([hull(Fraction(0), Fraction(1))]) >= 0
        assert span(rational_ball(Fraction(0)), rational_ball(Fraction(4))) >= 0
