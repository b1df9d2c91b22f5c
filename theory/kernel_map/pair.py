r"""E s(X) s(Y) of a Gaussian pair with any means and covariances: biases, inputs behind a relu, variances that differ.

X = m_1 + d_1 U and Y = m_2 + d_2 V with corr(U, V) = rho. By Mehler's formula, with a_k = E s(m_1 + d_1 Z) he_k(Z) and b_k likewise,

    E s(X) s(Y) = sum_k a_k b_k rho^k,      |tail from n| <= |rho|^n sqrt((E s(X)^2 - sum_{k<n} a_k^2) (E s(Y)^2 - sum_{k<n} b_k^2)).

At rho = +-1 it is one integral. Near +-1 kinks make the series long, and the value is refused where too many terms would be needed.

Accuracy: certified, to the digits asked.

References
----------
1. F. G. Mehler, J. reine angew. Math. 66 (1866), 161-176.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint

from theory.activation.activation import Activation
from theory.activation.expression import Expression, X, number
from theory.activation.expression import sqrt as root
from theory.enclosure.ball import ball_of, bits_of, check_digits, enclose_to, working_bits
from theory.enclosure.quadrature import Integrand, expectation
from theory.kernel_map.hermite import HermiteExpansion
from theory.number import Number

_COUNTS = (24, 48, 96, 192, 400, 800)


def pair_expectation(
    activation: str | Activation,
    mean: tuple[Any, Any],
    covariance: tuple[tuple[Any, Any], tuple[Any, Any]],
    other: str | Activation | None = None,
) -> Number:
    """Return E s(X) t(Y) for (X, Y) normal with this mean and covariance, t = s if no other is given.

    Parameters
    ----------
    activation : str or Activation
    mean : pair of int, Fraction or str, shape (2,)
        Exact numbers.
    covariance : pairs of int, Fraction or str, shape (2, 2)
        Symmetric, positive semidefinite; its diagonal is the variances.
    other : str, Activation or None

    Returns
    -------
    Number
        Certified; a value that needs more than 800 terms raises ValueError when it is asked for.

    Raises
    ------
    ValueError
        If the covariance is not symmetric and positive semidefinite, or a number is not exact.

    Examples
    --------
    E X_+ Y_+ of independent coordinates is the product of their means.

    >>> relu = pair_expectation("relu", (1, 0), ((4, 0), (0, 9)))
    >>> relu.decimal(12)
    '1.67028329920'
    >>> pair_expectation("x", ("1/2", 2), ((1, "1/3"), ("1/3", 5))).decimal(10)  # cov + m_1 m_2
    '1.333333333'
    """
    first = activation if isinstance(activation, Activation) else Activation.from_text(activation)
    second = first if other is None else other if isinstance(other, Activation) else Activation.from_text(other)
    try:
        means = tuple(Fraction(m) for m in mean)
        (a, b), (c, d) = (tuple(Fraction(v) for v in row) for row in covariance)
        m, n = means
    except (ValueError, TypeError, ZeroDivisionError):
        raise ValueError(
            f"pair_expectation needs two exact means and a 2 x 2 covariance, got {mean!r} and {covariance!r}."
        ) from None
    if b != c or a < 0 or d < 0 or b * b > a * d:
        raise ValueError(
            f"pair_expectation needs a symmetric positive semidefinite covariance, got (({a}, {b}), ({c}, {d}))."
        )
    left, right = _moved(first, m, a), _moved(second, n, d)
    if a == 0 or d == 0 or b == 0:
        return Number.certified(
            lambda digits: enclose_to(
                digits, lambda more: _mean(left, more) * _mean(right, more), caller="pair_expectation"
            )
        )
    if b * b == a * d:
        same = right if b > 0 else right.replace(X, -X)
        return Number.certified(lambda digits: expectation(Integrand.of_expression(left * same), digits))
    series = _Series(left, right, Number.of(b) * Number.of(a * d) ** Fraction(-1, 2))
    return Number.certified(series.ball)


def _moved(activation: Activation, mean: Fraction, variance: Fraction) -> Expression:
    """Return the tree of z -> s(mean + sqrt(variance) z)."""
    deviation = root(number(variance)) * X if variance not in (0, 1) else X * number(variance)
    return activation.expression.replace(X, deviation + number(mean) if mean or not variance else deviation)


def _mean(tree: Expression, digits: int) -> flint.arb:
    return expectation(Integrand.of_expression(tree), digits)


class _Series:
    """Mehler's series of two functions at a correlation inside (-1, 1)."""

    def __init__(self, left: Expression, right: Expression, rho: Number) -> None:
        self.sides = tuple(HermiteExpansion(Activation(str(tree), tree)) for tree in (left, right))
        self.squares = tuple(tree * tree for tree in (left, right))
        self.rho = rho

    def ball(self, digits: int) -> flint.arb:
        """Return a ball of the sum with the bound of its tail."""
        check_digits(min(digits, 10_000), "pair_expectation")
        more = digits + 6
        goal = flint.arb(10) ** (-digits - 1)
        norms = [_mean(square, more) for square in self.squares]
        for count in _COUNTS:
            a, b = (side.balls(count, more) for side in self.sides)
            with working_bits(bits_of(more + 10)):
                rho, total, power = self.rho.ball(more + 4), flint.arb(0), flint.arb(1)
                rest = list(norms)
                for x, y in zip(a, b, strict=True):
                    total += x * y * power
                    power *= rho
                    rest = [rest[0] - x * x, rest[1] - y * y]
                tail = abs(power).upper() * (_above_zero(rest[0]) * _above_zero(rest[1])).sqrt().upper()
                if tail < goal * abs(total).max(flint.arb(1)):
                    return total + flint.arb(0, 1) * tail
        raise ValueError(
            f"pair_expectation needs at most {_COUNTS[-1]} Hermite terms at {digits} digits, got correlation "
            f"{self.rho.decimal(6)}; ask for fewer digits."
        )


def _above_zero(ball: flint.arb) -> flint.arb:
    return ball.upper().max(ball_of(0))
