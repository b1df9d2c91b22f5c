"""b(r) >= beta a(r) for two increasing functions, from their values at the ends of cells.

On a cell [u, v] the least b is b(u) and the greatest a is a(v), so b(u) - beta a(v) >= 0 proves it there: no
derivatives, no cancellation, and singular-looking ends such as k(r)/r at 0 are values like any other.

For a centred kernel map k(r) = sum_{j>=1} p_j r^j (p_j >= 0, sum 1) whose coefficients are known as balls, the
contraction k/(1-k) <= r/(1-r)/beta of one layer is exactly this, with

    a(r) = k(r)/r = sum_j p_j r^(j-1)              <= sum_{j<=K} p_j r^(j-1) + T_K r^K,
    b(r) = (1 - k(r))/(1 - r) = sum_j T_j r^j      >= sum_{j<=K} T_j r^j,      T_j = 1 - p_1 - ... - p_j >= 0.

That p_j >= 0 and that they sum to 1 is the theorem's hypothesis (Mehler's formula); the certificate relies on it.

References: A. Joudaki, H. Daneshmand, F. Bach, "On the impact of activation and normalization in obtaining isometric
embeddings at initialization", NeurIPS 2023 (arXiv:2305.18399), for the potential that contracts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from flint import arb

from proofs_check.interval.ball import arithmetic, rational_ball
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.contraction import KERNEL_CLAIM
from proofs_check.interval.checker.document import SCHEMA
from proofs_check.interval.statement import Rational, exact_end

PRECISION = 256
_NARROWEST = Fraction(1, 2**30)


@dataclass(frozen=True, slots=True)
class MonotoneProof:
    """What the ends of cells say about b >= beta a.

    Attributes
    ----------
    verdict : "certified", "refuted" or "inconclusive"
    cells : tuple of (u, v)
        The cells of a proof, in increasing order.
    witness : tuple or None
        For ``refuted``: the point and the ball of b - beta a there, as text.
    resisting : tuple or None
        For ``inconclusive``: the cell that could not be settled.
    certificate : Certificate or None
        For a certified kernel.
    """

    verdict: Literal["certified", "refuted", "inconclusive"]
    cells: tuple[tuple[Fraction, Fraction], ...] = ()
    witness: tuple[Fraction, str] | None = None
    resisting: tuple[Fraction, Fraction] | None = None
    certificate: Certificate | None = None


def prove_by_monotonicity(
    larger: Callable[[Fraction], arb],
    smaller: Callable[[Fraction], arb],
    factor: arb,
    low: Fraction = Fraction(0),
    high: Fraction = Fraction(1),
    *,
    max_cells: int = 5_000,
) -> MonotoneProof:
    """Prove larger(r) >= factor * smaller(r) on [low, high] for increasing functions and factor >= 0.

    Parameters
    ----------
    larger, smaller : callable
        Rational point -> ball around the value there; both functions increase (not checked).
    factor : arb
        A ball; for ``certified`` the inequality holds for all its members.
    low, high : Fraction
    max_cells : int
        Cells to look at before giving up.

    Returns
    -------
    MonotoneProof
        Without certificate: what the functions are is known to the caller only.

    Raises
    ------
    ValueError
        If the factor is not certainly non-negative or the interval is empty.

    Examples
    --------
    >>> square = lambda r: rational_ball(r) ** 2
    >>> prove_by_monotonicity(lambda r: 1 + square(r), square, arb(1)).verdict
    'certified'
    >>> prove_by_monotonicity(square, lambda r: rational_ball(r), arb(1)).witness[0]
    Fraction(1, 2)
    """
    if not factor >= 0:
        raise ValueError(
            f"prove_by_monotonicity needs factor >= 0 (else the product decreases), got factor={factor!r}."
        )
    if not low < high:
        raise ValueError(f"prove_by_monotonicity needs low < high, got [{low}, {high}].")
    stack, cells, looked_at = [(low, high)], [], 0
    resisting = None
    while stack:
        u, v = stack.pop()
        looked_at += 1
        if larger(u) - factor * smaller(v) >= 0:
            cells.append((u, v))
            continue
        middle = (u + v) / 2
        slack = larger(middle) - factor * smaller(middle)
        if slack < 0:
            return MonotoneProof("refuted", witness=(middle, str(slack)))
        if v - u < _NARROWEST * (high - low) or looked_at >= max_cells:
            resisting = (u, v)
            break
        stack += [(middle, v), (u, middle)]
    if resisting is not None:
        return MonotoneProof("inconclusive", resisting=resisting)
    return MonotoneProof("certified", cells=tuple(cells))


def prove_kernel_contraction(
    coefficients: Sequence[arb],
    rate: arb | Rational,
    *,
    low: Rational = 0,
    high: Rational = 1,
    max_cells: int = 5_000,
    activation: str | None = None,
) -> MonotoneProof:
    """Prove k/(1-k) <= r/(1-r)/rate on [low, high] for a centred kernel map with ball coefficients.

    Parameters
    ----------
    coefficients : sequence of arb
        Balls around p_1..p_K of k(r) = sum_{j>=1} p_j r^j. The true p_j are non-negative and sum to 1.
    rate : arb or exact rational
        The contraction factor, 1 or more in the theorem (2 - p_1) but any non-negative number here.
    low, high : exact rationals
        Within [0, 1].
    max_cells : int
    activation : str, optional
        The activation whose map it is, as SymPy prints it in x; the certificate names it, and the checker derives the
        coefficients of those it knows (`checker/hermite.py`).

    Returns
    -------
    MonotoneProof
        With a certificate when certified.

    Raises
    ------
    ValueError
        If there are no coefficients, one is certainly negative, their sum is certainly above 1, the rate is not
        certainly non-negative, or [low, high] is not an interval within [0, 1].

    Examples
    --------
    A kernel of two terms attains the rate 2 - p_1 at r = 1 only:

    >>> half = [arb(1) / 2, arb(1) / 4, arb(1) / 4]
    >>> prove_kernel_contraction(half, "3/2").verdict
    'certified'
    >>> prove_kernel_contraction(half, 2).verdict
    'refuted'
    """
    ends = exact_end(low), exact_end(high)
    if ends[0] is None or ends[1] is None or not 0 <= ends[0] < ends[1] <= 1:
        raise ValueError(f"prove_kernel_contraction needs 0 <= low < high <= 1, got [{low}, {high}].")
    with arithmetic(PRECISION):
        factor = rate if isinstance(rate, arb) else rational_ball(_finite(rate))
        kernel = _Kernel(coefficients)
        proof = prove_by_monotonicity(kernel.gap_ratio, kernel.ratio, factor, ends[0], ends[1], max_cells=max_cells)
    if proof.verdict != "certified":
        return proof
    document = {
        "schema": SCHEMA,
        "kind": "kernel",
        "claim": KERNEL_CLAIM,
        "coefficients": [_exact_ball(p) for p in coefficients],
        "rate": _exact_ball(factor),
        "box": [str(ends[0]), str(ends[1])],
        "cells": [{"lo": str(u), "hi": str(v)} for u, v in proof.cells],
        **({} if activation is None else {"activation": activation}),
    }
    return MonotoneProof("certified", cells=proof.cells, certificate=Certificate.of(document))


class _Kernel:
    """Two-sided balls of a(r) = k/r and b(r) = (1-k)/(1-r) at rational points of [0, 1]."""

    def __init__(self, coefficients: Sequence[arb]) -> None:
        if not coefficients or any(p < 0 or not p.is_finite() for p in coefficients):
            raise ValueError(f"prove_kernel_contraction needs balls around p_j >= 0, got {list(coefficients)[:3]!r}.")
        self.coefficients = list(coefficients)
        self.tails = [arb(1)]
        for p in coefficients:
            tail = self.tails[-1] - p
            if tail < 0:
                raise ValueError(
                    "prove_kernel_contraction needs coefficients that sum to at most 1 (centred, normalised)."
                )
            self.tails.append(tail if tail > 0 else arb(0).union(tail.upper()))

    def ratio(self, r: Fraction) -> arb:
        """Enclose k(r)/r: the coefficients beyond the last known one sum to the last tail."""
        power = rational_ball(r) ** len(self.coefficients)
        return _polynomial(self.coefficients, r) + self.tails[-1] * power * _UNIT

    def gap_ratio(self, r: Fraction) -> arb:
        """Enclose (1 - k(r))/(1 - r): the tails decrease, so those beyond the last are below a geometric series."""
        value = _polynomial(self.tails, r)
        if r == 1:
            return value if self.tails[-1].is_zero() else arb("nan")
        point = rational_ball(r)
        return value + self.tails[-1] * point ** len(self.tails) / (1 - point) * _UNIT


_UNIT = arb((1, -1), (1, -1))  # [0, 1]


def _polynomial(coefficients: Sequence[arb], r: Fraction) -> arb:
    point, value = rational_ball(r), arb(0)
    for coefficient in reversed(coefficients):
        value = value * point + coefficient
    return value


def _finite(rate: Rational) -> Fraction:
    value = exact_end(rate)
    if value is None:
        raise ValueError("prove_kernel_contraction needs a finite rate, got oo.")
    return value


def _exact_ball(ball: arb) -> list[str]:
    return [str(_dyadic(ball.mid())), str(_dyadic(ball.rad()))]


def _dyadic(exact: arb) -> Fraction:
    mantissa, exponent = exact.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
