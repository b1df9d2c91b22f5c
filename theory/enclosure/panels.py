"""All Hermite coefficients of a piecewise analytic activation, by Gauss-Legendre panels with a proved error.

The half line is cut at the break points (of s(x) and s(-x) together) and into panels. For g analytic on the ellipse
with foci at the panel's ends and |w| = r, |g| <= B there, Chebyshev coefficients are at most 2 B r^-k; the n-point rule is
exact to degree 2n - 1 and both it and the integral are at most 2 on each T_k, odd ones vanish, so on [-1, 1]

    |rule - integral| <= 8 B r^(-2n)/(1 - r^-2).

Off the line |he_k(x + iv) phi(x + iv)| <= B_k exp(v^2/2 - x^2/4)/sqrt(2 pi) (`hermite_bound`). Panels without a
good ellipse are bisected.

References
----------
1. L. N. Trefethen, "Is Gauss quadrature better than Clenshaw-Curtis?", SIAM Rev. 50 (2008), thm 4.5 (constant 64/15).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import flint
import sympy as sp

from theory.activation.activation import Parity
from theory.enclosure.ball import ball_of, bits_of, working_bits
from theory.enclosure.ball_function import BallFunction
from theory.enclosure.complex_bound import supremum
from theory.enclosure.hermite_sum import check_memory, guard_bits, hermite_bound, hermite_sums
from theory.enclosure.quadrature import CRAMER, Integrand, Part, cut, density, separating_bits, tail_bound
from theory.exact.sign import ascending

_SIXTHS = (48, 36, 24, 18, 14, 12, 10, 8)
"""Sizes r = k/6 of the ellipses tried."""
_DEEPEST = 24


@dataclass(frozen=True, slots=True)
class _Panel:
    """A panel [left, right] of the half line, both branches of s there, its rule and the error of c_k for all k."""

    left: flint.arb
    right: flint.arb
    ahead: BallFunction
    behind: BallFunction
    points: int
    error: flint.arb


def panel_coefficients(integrand: Integrand, count: int, digits: int, parity: Parity = None) -> list[flint.arb] | None:
    """Return balls of c_k = E s(Z) he_k(Z), k < count, or None where a panel has no ellipse of analyticity.

    Parameters
    ----------
    integrand : Integrand
        Its parts analytic up to their ends (a root's branch point at an end is refused).
    count, digits : int
        How many, and the radius asked: about ``10**-digits``.
    parity : {"even", "odd", None}
        Coefficients of the other parity are then exactly 0.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> c = panel_coefficients(Integrand.of(Activation.from_text("relu")), 3, 20)
    >>> bool(c[1].contains(0.5)), c[0].str(10, radius=False)
    (True, '0.3989422804')
    """
    growth = integrand.growth * CRAMER
    length = cut(growth, digits + 2)
    bits = max(bits_of(digits + 3), separating_bits(integrand.parts, length)) + guard_bits(count, length)
    with working_bits(bits):
        panels: list[_Panel] = []
        for left, right, ahead, behind in _segments(integrand, length):
            found = _panels(left, right, ahead, behind, count, digits)
            if found is None:
                return None
            panels += found
        check_memory(sum(p.points for p in panels) + sum({p.points for p in panels}) // 4, bits, digits)
        error = sum((p.error for p in panels), tail_bound(growth, flint.arb(length))).upper()
        sums = _sums(panels, count, parity)
        ball = flint.arb(0, 1) * error
        wanted = {"even": (0,), "odd": (1,)}.get(parity or "", (0, 1))
        return [c + ball if k % 2 in wanted else flint.arb(0) for k, c in enumerate(sums)]


def _segments(integrand: Integrand, length: int) -> list[tuple[flint.arb, flint.arb, BallFunction, BallFunction]]:
    """Return [left, right] of the half line with s(x) and s(-x) on it as analytic functions."""
    inner = ascending([sp.Integer(0), *(abs(part.upper) for part in integrand.parts[:-1])])
    places = [ball for ball in map(ball_of, inner) if ball < length] + [flint.arb(length)]
    segments: list[tuple[flint.arb, flint.arb, BallFunction, BallFunction]] = []
    for left, right in pairwise(places):
        if not left < right:
            raise ValueError(f"panels needs break points that balls can tell apart, got {left} and {right}.")
        middle = ((left + right) / 2).mid()
        ahead, behind = part_at(integrand.parts, middle), part_at(integrand.parts, -middle)
        segments.append((left, right, ahead, reflected(behind)))
    return segments


def reflected(function: BallFunction) -> BallFunction:
    """Return z -> f(-z)."""
    return lambda z, analytic: function(-z, analytic)


def part_at(parts: tuple[Part, ...], x: flint.arb) -> BallFunction:
    """Return the function of the part that holds x."""
    for part in parts:
        if part.upper.is_infinite or x < ball_of(part.upper):
            return part.function
    raise ValueError(f"panels needs parts up to oo, got none at {x}.")


def _panels(
    left: flint.arb, right: flint.arb, ahead: BallFunction, behind: BallFunction, count: int, digits: int
) -> list[_Panel] | None:
    """Cut one segment into panels of length at most 3, bisecting those without an ellipse."""
    pieces = max(1, int(((right - left) / 3).upper().ceil().unique_fmpz()))
    cuts = [left, *[(left + (right - left) * j / pieces).mid() for j in range(1, pieces)], right]
    waiting = [(a, b, 0) for a, b in pairwise(cuts)]
    done = []
    while waiting:
        a, b, depth = waiting.pop()
        panel = _panel(a, b, ahead, behind, count, digits)
        if panel is not None:
            done.append(panel)
        elif depth >= _DEEPEST:
            return None
        else:
            middle = ((a + b) / 2).mid()
            waiting += [(a, middle, depth + 1), (middle, b, depth + 1)]
    return done


def _panel(
    left: flint.arb, right: flint.arb, ahead: BallFunction, behind: BallFunction, count: int, digits: int
) -> _Panel | None:
    """Return the rule with the fewest points over the ellipses tried; None if none is below 3 digits + 40 points."""
    best: _Panel | None = None
    with working_bits(64):
        middle, half = (left + right) / 2, (right - left) / 2
        goal = flint.arb(10) ** (-digits - 4)
        for sixths in _SIXTHS:
            r = flint.arb(sixths) / 6
            reach, height = half * (r + 1 / r) / 2, half * (r - 1 / r) / 2
            low, high = (middle - reach).lower(), (middle + reach).upper()
            sizes = [supremum(f, low, high, flint.arb(0), height.upper(), 200) for f in (ahead, behind)]
            if sizes[0] is None or sizes[1] is None:
                continue
            nearest = low.max(flint.arb(0))
            weight = hermite_bound(count - 1, height) * (height**2 / 2 - nearest**2 / 4).exp()
            bound = 8 * half * (sizes[0] + sizes[1]) * weight / (2 * flint.arb.pi()).sqrt() / (1 - r**-2)
            points = max(2, int(((bound / goal + 1).log() / (2 * r.log())).upper().ceil().unique_fmpz()))
            points = -(-points // (step := max(1, points // 16))) * step  # few different rules: each is dear to make
            if best is None or points < best.points:
                best = _Panel(left, right, ahead, behind, points, (bound * r ** (-2 * points)).upper())
            else:
                break  # smaller ellipses only need more points from here on
    return best if best is not None and best.points <= 3 * digits + count // 2 + 40 else None


@lru_cache(maxsize=128)
def legendre_rule(points: int, bits: int) -> list[tuple[flint.arb, flint.arb]]:
    """Return nodes and weights of the Gauss-Legendre rule on [-1, 1] as balls of `bits` bits."""
    with working_bits(bits):
        half = [flint.arb.legendre_p_root(points, k, weight=True) for k in range((points + 1) // 2)]
        mirrored = [(-x, w) for x, w in half[: points // 2]]
        return [*half, *mirrored]


def _sums(panels: list[_Panel], count: int, parity: Parity) -> list[flint.arb]:
    bits = flint.ctx.prec
    nodes, even, odd = [], [], []
    for panel in panels:
        middle, half = (panel.left + panel.right) / 2, (panel.right - panel.left) / 2
        for place, weight in legendre_rule(panel.points, bits):
            x = middle + half * place
            z = flint.acb(x)
            w = half * weight * density(z).real
            nodes.append(x)
            ahead, behind = panel.ahead(z, False).real, panel.behind(z, False).real
            even.append(w * (ahead + behind))
            odd.append(w * (ahead - behind))
    return hermite_sums(nodes, None if parity == "odd" else even, None if parity == "even" else odd, count)
