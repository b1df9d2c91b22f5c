"""Exact Gaussian moments of an activation: mean, second moment, and every Hermite coefficient.

Conventions: c_k = E s(Z) he_k(Z) with he_k = He_k/sqrt(k!) orthonormal, so E s(Z)^2 = sum_k c_k^2. The coefficients come
from a recurrence in k (`theory.gaussian.hermite_sequence`), not from one integral each; values are exact SymPy
numbers, or None outside the class of `theory.gaussian.normal_form`. Before anything is handed out, quadrature of the
activation itself must agree (`theory.gaussian.quadrature_check`).
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.activation.expression import Expression
from theory.exact.ball_evaluation import ball_evaluate, ball_of_expression
from theory.exact.field import ExactField, equals_zero
from theory.gaussian.closed_form import to_expression
from theory.gaussian.hermite_sequence import Sequences, derivatives_at_zero, polynomial_times, smoothed_exponential
from theory.gaussian.integrand import common_factor, field_of, is_real_orthant, terms_of, univariate_expectation
from theory.gaussian.normal_form import normal_form
from theory.gaussian.quadrature_check import confirmed_by_quadrature
from theory.gaussian.shape import NormalForm, OutsideClassError, multiply
from theory.gaussian.truncated_moment import Atom, Combination

_SCALE = math.factorial(10)


def mean(activation: Activation | Expression) -> sp.Expr | None:
    """Return E s(Z) = c_0 exactly, or None outside the class.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> mean(parse_expression("relu(x)"))
    sqrt(2)/(2*sqrt(pi))
    """
    return hermite_coefficient(activation, 0)


def second_moment(activation: Activation | Expression) -> sp.Expr | None:
    """Return E s(Z)^2 exactly, or None outside the class.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> second_moment(parse_expression("sin(x)"))
    1/2 - exp(-2)/2
    """
    return _second_moment(_tree(activation))


def hermite_coefficient(activation: Activation | Expression, k: int) -> sp.Expr | None:
    """Return c_k = E s(Z) he_k(Z) exactly, or None outside the class.

    Parameters
    ----------
    activation : Activation or Expression
    k : int
        At least 0.

    Returns
    -------
    Expr or None

    Raises
    ------
    TypeError
        If `k` is not an integer.
    ValueError
        If `k` is negative.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> [hermite_coefficient(parse_expression("exp(x)"), k) for k in range(3)]
    [exp(1/2), exp(1/2), sqrt(2)*exp(1/2)/2]
    """
    _check_index("hermite_coefficient", "k", k)
    unnormalised = _unnormalised(_tree(activation), k)
    return None if unnormalised is None else unnormalised / sp.sqrt(math.factorial(k))


def hermite_coefficients(activation: Activation | Expression, count: int) -> tuple[sp.Expr, ...] | None:
    """Return (c_0, .., c_{count-1}) exactly, or None outside the class.

    Parameters
    ----------
    activation : Activation or Expression
    count : int
        At least 0.

    Raises
    ------
    TypeError
        If `count` is not an integer.
    ValueError
        If `count` is negative.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> hermite_coefficients(parse_expression("x**2"), 4)
    (1, 0, sqrt(2), 0)
    """
    _check_index("hermite_coefficients", "count", count)
    values = [hermite_coefficient(activation, k) for k in reversed(range(count))]  # the longest sequence first
    return None if None in values else tuple(reversed(values))


def hermite_coefficient_balls(activation: Activation | Expression, count: int) -> tuple[flint.arb, ...] | None:
    """Return enclosures of c_0, .., c_{count-1} at Arb's current precision, or None outside the class.

    Parameters
    ----------
    activation : Activation or Expression
    count : int
        At least 0.

    Raises
    ------
    TypeError
        If `count` is not an integer.
    ValueError
        If `count` is negative.

    Notes
    -----
    Far faster than enclosing each exact c_k: the few transcendental numbers in them are enclosed once. The sums may
    cancel: ask for more bits where the radius grows with k.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> hermite_coefficient_balls(parse_expression("sign(x)"), 2)[0].is_zero()
    True
    """
    _check_index("hermite_coefficient_balls", "count", count)
    sequence = _sequence(_tree(activation), count)
    if sequence is None:
        return None
    return _balls(sequence, count)


def _check_index(function: str, name: str, value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{function} needs an integer {name} (a degree), got {name}={value!r}.")
    if value < 0:
        raise ValueError(f"{function} needs {name} >= 0 (degrees start at 0), got {name}={value!r}.")


def _tree(activation: Activation | Expression) -> Expression:
    return activation if isinstance(activation, Expression) else activation.expression


class _HermiteSequence(NamedTuple):
    """factor * sum over atoms of value(atom) * coefficients[k] = E s(Z) He_k(Z)."""

    length: int
    field: ExactField
    factor: sp.Expr
    by_atom: Sequences
    values: dict[Atom, sp.Expr]


@cache
def _unnormalised(tree: Expression, k: int) -> sp.Expr | None:
    """Return E s(Z) He_k(Z) = sqrt(k!) c_k."""
    sequence = _sequence(tree, k + 1)
    if sequence is None:
        return None
    at_k: Combination = {atom: h[k] for atom, h in sequence.by_atom.items() if h[k]}
    return _tidy(sequence.factor * to_expression(sequence.field, at_k))


def _balls(sequence: _HermiteSequence, count: int) -> tuple[flint.arb, ...]:
    """Return enclosures of c_0, .., c_{count-1}."""
    factor = flint.acb(ball_of_expression(sequence.factor))
    atoms = [(factor * ball_of_expression(value), sequence.by_atom[atom]) for atom, value in sequence.values.items()]
    zero = sequence.field.zero
    balls = []
    factorial = flint.arb(1)
    for k in range(count):
        factorial = factorial * max(k, 1)
        total = sum((value * sequence.field.ball(h[k]) for value, h in atoms if h[k] != zero), flint.acb(0))
        balls.append(total.real / factorial.sqrt())
    return tuple(balls)


_LONGEST: dict[Expression, _HermiteSequence | None] = {}
"""The longest sequence computed so far for each tree; None outside the class."""


def _sequence(tree: Expression, count: int) -> _HermiteSequence | None:
    """Return a sequence of at least `count` terms; lengths are powers of 2, so asking term by term costs little."""
    known = _LONGEST.get(tree)
    if tree not in _LONGEST or (known is not None and known.length < count):
        _LONGEST[tree] = _computed_sequence(tree, max(16, 1 << max(count - 1, 0).bit_length()))
    return _LONGEST[tree]


def _computed_sequence(tree: Expression, count: int) -> _HermiteSequence | None:
    whole = normal_form(tree)
    if whole is None or _most_half_spaces(whole) > 2:
        return None
    factor, form = common_factor(whole)
    field = field_of(form)
    total: Sequences = {}
    for term in terms_of(form, field):
        smoothed = smoothed_exponential(field, term.quadratic, term.linear, term.half_spaces)
        sequences = derivatives_at_zero(field, smoothed, count + len(term.weights) - 1)
        for atom, values in polynomial_times(field, term.weights, sequences, count).items():
            present = total.get(atom, [field.zero] * count)
            total[atom] = [field.reduced(a + b) for a, b in zip(present, values, strict=True)]
    if not is_real_orthant(field, dict.fromkeys(total, field.one)):
        return None
    by_atom = {atom: to_expression(field, {atom: field.one}, known_real=False) for atom in total}
    sequence = _HermiteSequence(count, field, factor, total, by_atom)
    first = _balls(sequence, 4)
    both = first[0] + first[3] * flint.arb(6).sqrt()  # E s(Z) (He_0 + He_3)(Z), He_3 = x^3 - 3 x
    return sequence if confirmed_by_quadrature(tree, whole, both, weights=(1, -3, 0, 1)) else None


@cache
def _second_moment(tree: Expression) -> sp.Expr | None:
    whole = normal_form(tree)
    if whole is None:
        return None
    factor, form = common_factor(whole)
    try:
        product = multiply(form, form)
    except OutsideClassError:
        return None
    if _most_half_spaces(product) > 2:
        return None
    field = field_of(product)
    total = univariate_expectation(field, terms_of(product, field), field.zero)
    if not is_real_orthant(field, total):
        return None
    moment = _tidy(factor**2 * to_expression(field, total))
    return moment if confirmed_by_quadrature(tree, whole, ball_evaluate(moment, {}), power=2) else None


def _most_half_spaces(form: NormalForm) -> int:
    return max((len(shape.half_spaces) for shape in form), default=0)


def _tidy(constant: sp.Expr) -> sp.Expr:
    """Return the rational number that a constant is proved to equal, if its value suggests one; else the constant."""
    if constant.is_Rational:
        return constant
    with flint.ctx.workprec(200):
        scaled = ball_evaluate(constant, {}) * _SCALE
        nearest = scaled.unique_fmpz()
    if nearest is None or not scaled.rad() < flint.arb(2) ** -100:
        return constant
    candidate = sp.Rational(int(nearest), _SCALE)
    return candidate if equals_zero(constant - candidate) else constant
