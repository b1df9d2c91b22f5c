"""All Hermite coefficients of a shape at once, by a linear recurrence in k.

For S(t) = E s(Z + t), E s(Z) He_k(Z) = S^(k)(0). For s = exp(A x^2 + B x) 1{L > 0} completing the square gives
S(t) = exp(q_0 + q_1 t + q_2 t^2) P(L(t) > 0) with L(t) Gaussian, its mean linear in t, so that

    S' = (q_1 + 2 q_2 t) S + sum_j m_j' R_j,     R_j = exp(..) p_j(0; t) P(the other L > 0 | L_j = 0),

and R_j is of the same form with one half-space less. At t = 0: S^(k+1) = q_1 S^(k) + 2 q_2 k S^(k-1) + sum_j m_j' R_j^(k).
A factor x acts as h_k(x s) = h_{k+1}(s) + k h_{k-1}(s) on h_k = E s He_k.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from theory.exact.field import Element, ExactField
from theory.gaussian.truncated_moment import Atom

Sequences = dict[Atom, list[Element]]
"""For each atom its coefficients in S(0), S'(0), S''(0), ..."""


class SmoothedExponential(NamedTuple):
    """exp(q_0 + q_1 t + q_2 t^2) radicand^(-1/2) (2 pi)^(-pi_power/2) P(L(t) > 0), L(t) ~ N(offset + slope t, cov)."""

    q: tuple[Element, Element, Element]
    radicand: Element
    pi_power: int
    offset: tuple[Element, ...]
    slope: tuple[Element, ...]
    cov: tuple[tuple[Element, ...], ...]


def smoothed_exponential(
    field: ExactField,
    quadratic: Element,
    linear: Element,
    half_spaces: Sequence[tuple[int, Element, Element]],
) -> SmoothedExponential:
    """Return S(t) = E f(Z + t) for f = exp(quadratic x^2 + linear x) times half-spaces (direction, point, variance).

    Notes
    -----
    With D = 1 - 2 quadratic, Z + t turns into N((t + linear)/D, 1/D) and the factor
    D^(-1/2) exp((linear^2 + 2 linear t + 2 quadratic t^2)/(2 D)) is left over.
    """
    determinant = 1 - 2 * quadratic
    q = (field.reduced(linear**2 / (2 * determinant)), linear / determinant, quadratic / determinant)
    return SmoothedExponential(
        q,
        determinant,
        0,
        tuple(direction * (linear / determinant - point) for direction, point, _ in half_spaces),
        tuple(direction / determinant for direction, _, _ in half_spaces),
        tuple(
            tuple(a[0] * b[0] / determinant + (a[2] if i == j else field.zero) for j, b in enumerate(half_spaces))
            for i, a in enumerate(half_spaces)
        ),
    )


def derivatives_at_zero(field: ExactField, function: SmoothedExponential, count: int) -> Sequences:
    """Return the derivatives of order 0..count-1 at t = 0, as coefficients of atoms."""
    q0, q1, q2 = function.q
    own = Atom(field.reduced(q0), function.radicand, function.pi_power, _orthant(function))
    start = [field.one] + [field.zero] * (count - 1)
    result = {own: _forced(field, q1, q2, start)}
    for j, slope in enumerate(function.slope):
        for atom, forcing in (
            derivatives_at_zero(field, _given_zero(field, function, j), count - 1).items() if count > 1 else ()
        ):
            response = _forced(field, q1, q2, [field.zero] + [slope * value for value in forcing])
            present = result.get(atom)
            result[atom] = response if present is None else [a + b for a, b in zip(present, response, strict=True)]
    return result


def polynomial_times(field: ExactField, weights: list[Element], sequences: Sequences, count: int) -> Sequences:
    """Return the first `count` terms for (sum_p weights_p x^p) s from the sequences of s, by Horner's rule.

    The sequences of s have count + len(weights) - 1 terms; each factor x costs one.
    """
    return {atom: _horner(field, weights, h)[:count] for atom, h in sequences.items()}


def _horner(field: ExactField, weights: list[Element], h: list[Element]) -> list[Element]:
    values = [weights[-1] * entry for entry in h]
    for weight in reversed(weights[:-1]):
        values = [values[k + 1] + (k * values[k - 1] if k else field.zero) for k in range(len(values) - 1)]
        if weight:
            values = [value + weight * entry for value, entry in zip(values, h, strict=False)]
    return values


def _forced(field: ExactField, q1: Element, q2: Element, forcing: list[Element]) -> list[Element]:
    """Solve f_0 = forcing_0, f_{k+1} = q_1 f_k + 2 q_2 k f_{k-1} + forcing_{k+1}."""
    values = [forcing[0]]
    for k in range(len(forcing) - 1):
        following = forcing[k + 1]
        if q1:
            following = following + q1 * values[k]
        if q2 and k:
            following = following + 2 * k * q2 * values[k - 1]
        values.append(field.reduced(following))
    return values


def _orthant(function: SmoothedExponential) -> tuple[Element, ...]:
    m, v = function.offset, function.cov
    if len(m) == 2:
        return (m[0], v[0][0], m[1], v[1][1], v[0][1])
    return (m[0], v[0][0]) if m else ()


def _given_zero(field: ExactField, function: SmoothedExponential, j: int) -> SmoothedExponential:
    """Return the density of L_j at 0 times the rest given L_j = 0."""
    m, n, v = function.offset[j], function.slope[j], function.cov[j][j]
    q0, q1, q2 = function.q
    others = [i for i in range(len(function.offset)) if i != j]
    ratio = [function.cov[i][j] / v for i in others]
    return SmoothedExponential(
        (field.reduced(q0 - m * m / (2 * v)), field.reduced(q1 - m * n / v), q2 - n * n / (2 * v)),
        function.radicand * v,
        function.pi_power + 1,
        tuple(field.reduced(function.offset[i] - w * m) for i, w in zip(others, ratio, strict=True)),
        tuple(function.slope[i] - w * n for i, w in zip(others, ratio, strict=True)),
        tuple(
            tuple(function.cov[i][k] - w * function.cov[j][k] for k in others)
            for i, w in zip(others, ratio, strict=True)
        ),
    )
