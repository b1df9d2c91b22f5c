"""Norms in plain networks: closed moments, a second route by the mean field, and refusals."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from theory.activation import Activation, catalogue
from theory.enclosure.ball import ball_of
from theory.signal_propagation.mean_field import MeanField
from theory.signal_propagation.norm_fluctuation import norm_fluctuation

# slope E s^2 (Z^2 - 1)/(2 E s^2), strength E s^4/(E s^2)^2 - 1, chi_1 = E s'^2/E s^2, by Gaussian moments (2k-1)!!
EXACT = {
    "identity": (1, 2, 1),
    "relu": (1, 5, 1),
    "abs": (1, 2, 1),
    "square": (2, sp.Rational(105, 9) - 1, sp.Rational(4, 3)),
    "sign": (0, 0, sp.oo),
    "exp": (2, sp.exp(4) - 1, 1),
}


@pytest.mark.parametrize(("name", "expected"), EXACT.items())
def test_gaussian_moments(name: str, expected: tuple[sp.Expr, ...]) -> None:
    found = norm_fluctuation(catalogue(name)[0])
    numbers = (found.slope, found.strength, found.gradient_factor)
    assert [number.exact is not None for number in numbers] == [True] * 3
    assert all(sp.simplify(number.exact - value) == 0 or number.exact == value for number, value in zip(numbers, expected, strict=True))  # fmt: skip


@pytest.mark.parametrize("name", ["tanh", "gelu"])
def test_the_slope_is_that_of_the_mean_field(name: str) -> None:
    activation = catalogue(name)[0]
    found = norm_fluctuation(activation).slope.ball(20)
    by_mean_field = MeanField(activation, Fraction(1), Fraction(0)).variance_slope(Fraction(1), 25)
    second = MeanField(activation, Fraction(1), Fraction(0)).variance_map(Fraction(1), 25)
    assert found.overlaps(by_mean_field / second)


def test_a_random_walk_has_linear_variance_and_drift() -> None:
    relu = norm_fluctuation(catalogue("relu")[0])
    assert relu.variance(100, 40).exact == 2  # 5 * 40/100
    assert relu.drift(100, 40).exact == -1
    assert norm_fluctuation(catalogue("square")[0]).variance(10, 3).exact == sp.Rational(32, 30) * (1 + 4 + 16)
    assert relu.variance(7, 1).ball(20).overlaps(ball_of(Fraction(5, 7)))


def test_heavy_growth_and_bad_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"E s\(Z\)\^4 < oo"):
        norm_fluctuation(Activation.from_text("exp(x**2/5)"))
    relu = norm_fluctuation(catalogue("relu")[0])
    for width, depth in ((0, 1), (1, 0), (True, 1), (2.0, 1)):
        with pytest.raises(ValueError, match=">= 1"):
            relu.variance(width, depth)  # type: ignore[arg-type]
