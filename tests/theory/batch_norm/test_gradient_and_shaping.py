"""Isometric law, gradient bound, shaping sums and the table."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import log, sqrt

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation import catalogue
from theory.batch_norm.gradient import (
    diagonal_share,
    gradient_bound,
    isometric_gradient_norm,
    linear_loss_gradient_norm,
    row_norm_bound,
)
from theory.batch_norm.shaping import cubic_coefficient, gain_sum, gaussian_growth, is_summable
from theory.number import Number
from theory.tables.contraction import CONTRACTION_COLUMNS, contraction_row, contraction_text


def test_the_isometric_law_loses_the_diagonal_share_layer_by_layer() -> None:
    d = sp.Symbol("d", positive=True)
    assert sp.cancel(1 - diagonal_share() - d / (d + 2)) == 0
    for width in (2, 7):
        norms = [isometric_gradient_norm(width, k, Fraction(1, 3), Fraction(1, 2)) - Fraction(1, 3) for k in range(4)]
        assert all(b / a == Fraction(width, width + 2) for a, b in pairwise(norms))
        assert linear_loss_gradient_norm(width, 0) == 1 - Fraction(1, width)


@settings(deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=2, max_size=8))
def test_row_norm_bound_holds_for_any_rows_of_mean_one(values: list[int]) -> None:
    a = [len(values) * v / sum(values) for v in values]
    eta = max(-sum(map(log, a)), 0.0)
    assert -log(min(a)) <= eta + sqrt(2 * eta) + 1e-6  # eta is known to 1e-13, its root to 1e-6.5
    assert row_norm_bound(Fraction(1, 2)) == pytest.approx(1.5, abs=1e-15)


def test_gradient_bound_at_isometry_is_half_log_d_and_grows_with_the_gap() -> None:
    for d in (2, 10):
        assert float(gradient_bound(d, Number.of(0)).ball(20)) == pytest.approx(log(d) / 2, rel=1e-14)
        bounds = [
            float(gradient_bound(d, Number.of(phi)).ball(15)) for phi in (Fraction(1, 10), Fraction(1), Fraction(10))
        ]
        assert bounds == sorted(bounds)
    # by hand at d = 2, phi = 1: K = 6
    expected = log(2) / 2 + 1 + sqrt(2 * 6 * 2) / (2 * (1 - 2.718281828459045**-0.5))
    assert float(gradient_bound(2, Number.of(1)).ball(15)) == pytest.approx(expected, rel=1e-12)


def test_fourth_powers_decide() -> None:
    assert is_summable(Fraction(-3, 10))
    assert not is_summable(Fraction(-1, 4))
    assert is_summable(Fraction(-3, 5), power=2)
    exact = float(gain_sum(Fraction(-1, 4), 100).ball(20))
    assert exact == pytest.approx(sum(1 / k for k in range(2, 102)), rel=1e-14)


def test_cubic_coefficients_are_those_of_the_taylor_series() -> None:
    x = sp.Symbol("x", real=True)
    for activation in catalogue("tanh", "sin", "erf"):
        series = sp.series(activation.sympy, x, 0, 4).removeO()
        ratio = series.coeff(x, 3) / series.coeff(x, 1)
        assert sp.simplify(cubic_coefficient(activation) - ratio) == 0
    assert gaussian_growth(catalogue("sin")[0]) == sp.Rational(1, 6)


@pytest.mark.parametrize("name", ["relu", "gelu", "sigmoid", "abs"])
def test_activations_that_no_gain_makes_linear_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cubic_coefficient needs"):
        cubic_coefficient(catalogue(name)[0])


def test_table_rows_fit_the_header_and_certify_every_number() -> None:
    header, rows = contraction_text([2, 5], 12)
    assert len(header) == len(CONTRACTION_COLUMNS) == len(rows[0])
    assert all(cell.method in ("exact", "certified") for cell in contraction_row(5) if isinstance(cell, Number))
    assert rows[1][header.index("d/(d+2)")] == "0.714285714286"


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: contraction_text([]), "at least one width"),
        (lambda: contraction_text([1]), "width"),
        (lambda: contraction_text([3], 0), "digits"),
        (lambda: contraction_row(3, Fraction(0)), "gap > 0"),
        (lambda: gain_sum(Fraction(-1, 2), 0), "depth"),
        (lambda: isometric_gradient_norm(3, -1, 0, 0), "depth"),
    ],
)
def test_bad_input_is_refused(call: object, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        call()  # type: ignore[operator]
