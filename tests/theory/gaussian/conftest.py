"""Independent routes: ball quadrature in one dimension, panel Gauss-Legendre in two; none of it uses the engine."""

from __future__ import annotations

import flint
import numpy as np
import pytest

from theory.activation.activation import Activation
from theory.activation.evaluation import to_ball
from theory.exact.ball_evaluation import ball_of_expression


@pytest.fixture(autouse=True)
def _precision():
    before = flint.ctx.prec
    flint.ctx.prec = 200
    yield
    flint.ctx.prec = before


def _hermite(k: int, x: flint.acb) -> flint.acb:
    """he_k(x) by its three-term recurrence, orthonormal."""
    previous, current = flint.acb(0), flint.acb(1)
    for j in range(k):
        previous, current = current, (x * current - flint.arb(j).sqrt() * previous) / flint.arb(j + 1).sqrt()
    return current


@pytest.fixture
def expectation():
    """E[s(Z)^power he_k(Z)] by acb.integral over the smooth pieces cut at +-24; the tails are below 1e-100 here."""

    def integrate(activation: Activation, k: int, power: int = 1) -> flint.arb:
        density = (2 * flint.arb.pi()).sqrt()
        total = flint.arb(0)
        for piece in activation.pieces:
            ends = [
                flint.arb(cut) if end.is_infinite else ball_of_expression(end)
                for end, cut in ((piece.lower, -24), (piece.upper, 24))
            ]

            def integrand(x, analytic, tree=piece.expression):
                return to_ball(tree, x, analytic) ** power * _hermite(k, x) * (-x * x / 2).exp()

            total += flint.acb.integral(integrand, flint.acb(ends[0]), flint.acb(ends[1])).real
        return total / density

    return integrate


@pytest.fixture
def double_integral():
    """E s(U) s(V) by Gauss-Legendre panels split at the break points, float64, |corr| <= 0.9."""

    def integrate(activation: Activation, rho: float, extent: float = 14.0) -> float:
        cuts = [float(b) for b in activation.break_points]
        edges = np.array(sorted({*np.linspace(-extent, extent, int(3 * extent) + 1), *cuts}))
        nodes, weights = np.polynomial.legendre.leggauss(20)
        half = np.diff(edges) / 2
        x = (edges[:-1, None] + half[:, None] * (1 + nodes)).ravel()
        w = (half[:, None] * weights).ravel()
        values = activation(x) * w
        squares = x[:, None] ** 2 - 2 * rho * x[:, None] * x[None, :] + x[None, :] ** 2
        density = np.exp(-squares / (2 * (1 - rho**2))) / (2 * np.pi * np.sqrt(1 - rho**2))
        return float(values @ density @ values)

    return integrate


@pytest.fixture
def close():
    """Whether two balls overlap with radii below 1e-40 relative to max(1, size)."""

    def compare(left: flint.arb, right: flint.arb, digits: int = 40) -> bool:
        small = flint.arb(10) ** -digits * (1 + abs(right))
        return bool(left.overlaps(right)) and bool(left.rad() < small) and bool(right.rad() < small)

    return compare
