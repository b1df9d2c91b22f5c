"""Every closed form is checked by an independent route before it is handed out.

The closed form must agree with the Hermite series, whose coefficients come from the recurrence in k and not from the
reduction that gave the form; both sides are balls. For the kernel map the tail is bounded by the second moment,
|sum_{k >= K} c_k^2 rho^k| <= (E s^2 - sum_{k < K} c_k^2) |rho|^K. That the normal form both start from equals the
activation is checked where it is made (`theory.gaussian.normal_form`).
"""

from __future__ import annotations

import flint
import sympy as sp

from theory.activation.expression import Expression
from theory.exact.ball_evaluation import AGREEMENT_BITS, agree, ball_evaluate
from theory.gaussian.moments import hermite_coefficient_balls, second_moment

_BITS = 160
_TERMS = 32


def matches_hermite_series(kernel: sp.Expr, rho: sp.Symbol, tree: Expression) -> bool:
    """Whether a raw kernel map agrees with sum c_k^2 rho^k at two irrational correlations, and with E s^2 at 1."""
    moment = second_moment(tree)
    if moment is None:
        return False
    with flint.ctx.workprec(_BITS):
        total = ball_evaluate(moment, {})
        # At the end point sqrt(1 - rho) and asin(rho) halve the digits of any argument that is not exactly 1.
        at_one = agree(ball_evaluate(kernel, {rho: flint.arb(1)}), total, AGREEMENT_BITS // 2)
        return at_one and any(_matches_partial_sums(kernel, rho, tree, total, count) for count in (_TERMS, 4 * _TERMS))


def _matches_partial_sums(kernel: sp.Expr, rho: sp.Symbol, tree: Expression, total: flint.arb, count: int) -> bool:
    """Whether the kernel map is within the tail bound of `count` terms; too few terms say no."""
    squares = [c * c for c in hermite_coefficient_balls(tree, count) or ()]
    left_over = total - sum(squares, flint.arb(0))
    for point in (1 / flint.arb(101).sqrt(), -1 / flint.arb(83).sqrt()):
        series = sum((square * point**k for k, square in enumerate(squares)), flint.arb(0))
        tail = (abs(left_over) * abs(point) ** count).upper()
        if not agree(ball_evaluate(kernel, {rho: point}), series + tail * flint.arb(0, 1)):
            return False
    return True


def matches_taylor_series(smoothing: sp.Expr, t: sp.Symbol, tree: Expression) -> bool:
    """Whether S(t) agrees with sum_k c_k t^k/sqrt(k!) at t = +-1/sqrt(50).

    The terms from k = 32 on are below 1e-44 sqrt(E s^2); 1e-40 times the size of the others is allowed for them.
    """
    with flint.ctx.workprec(_BITS):
        coefficients = hermite_coefficient_balls(tree, _TERMS) or ()
        rest = (1 + sum((abs(c) for c in coefficients), flint.arb(0))) * flint.arb(10) ** -40
        for point in (1 / flint.arb(50).sqrt(), -1 / flint.arb(50).sqrt()):
            series, weight = flint.arb(0), flint.arb(1)
            for k, coefficient in enumerate(coefficients):
                series = series + coefficient * weight
                weight = weight * point / flint.arb(k + 1).sqrt()
            if not agree(ball_evaluate(smoothing, {t: point}), series + rest.upper() * flint.arb(0, 1)):
                return False
    return True
