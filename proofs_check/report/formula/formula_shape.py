"""What a formula shows before it is set: its sign and fraction, its primes, its chain of inequalities.

SymPy keeps a product as a flat list of powers and a derivative as a list of variables; a reader expects a fraction line and
primes. Nothing here knows of any markup: `proofs_check.report.formula.mathml` sets what is returned.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

__all__ = ["chain_of", "fraction_of", "primes_of", "starts_with_digit"]

_FORWARDS = {sympy.StrictLessThan: "<", sympy.LessThan: "\N{LESS-THAN OR EQUAL TO}"}


def fraction_of(expr: sympy.Expr) -> tuple[int, list[Any], list[Any]]:
    """Return a product as its sign, the factors above the fraction line and those below it.

    Parameters
    ----------
    expr : sympy.Expr
        A product, or a power with a negative exponent.

    Returns
    -------
    sign : {1, -1}
    above, below : list of sympy.Expr
        Empty for 1. Rational negative powers go below; e^(-x) and b^(-l) stay above. Square roots below are joined, and an
        integer's root moves there if it then cancels.

    Examples
    --------
    >>> from sympy import pi, sqrt
    >>> fraction_of(-sqrt(2) / (2 * sqrt(pi)))
    (-1, [], [sqrt(2*pi)])
    """
    sign, numerator, denominator = 1, 1, 1
    above: list[Any] = []
    below: list[Any] = []
    roots: list[Any] = []
    for factor in sympy.Mul.make_args(expr):
        if factor.is_Rational:
            sign *= -1 if factor < 0 else 1
            numerator, denominator = numerator * abs(factor.p), denominator * factor.q
        elif isinstance(factor, sympy.Pow) and factor.exp.is_Rational and factor.exp.is_negative:
            if factor.exp == -sympy.S.Half:
                roots.append(factor.base)
            else:
                below.append(sympy.Pow(factor.base, -factor.exp, evaluate=False) if factor.exp != -1 else factor.base)
        else:
            above.append(factor)
    for factor in above:
        is_root = isinstance(factor, sympy.Pow) and factor.exp == sympy.S.Half and factor.base.is_Integer
        if is_root and denominator % factor.base == 0:
            above.remove(factor)
            roots.insert(0, factor.base)
            denominator //= int(factor.base)
            break
    if roots:
        joined = roots[0] if len(roots) == 1 else sympy.Mul(*roots, evaluate=False)
        below.append(sympy.Pow(joined, sympy.S.Half, evaluate=False))
    above = [sympy.Integer(numerator), *above] if numerator != 1 or not (above or below or denominator != 1) else above
    below = [sympy.Integer(denominator), *below] if denominator != 1 else below
    return sign, above, below


def starts_with_digit(factor: sympy.Expr) -> bool:
    """Return whether a factor is set with a digit first, so that it needs a dot after another number.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> starts_with_digit(sympy.Pow(2, x)), starts_with_digit(x**2), starts_with_digit(sympy.sqrt(2))
    (True, False, False)
    """
    base = factor.base if isinstance(factor, sympy.Pow) and factor.exp != sympy.S.Half else factor
    return bool(base.is_Integer or base.is_Float)


def primes_of(expr: sympy.Derivative) -> int | None:
    """Return how many primes set a derivative of f(x) by x, or None if primes would not do.

    Examples
    --------
    >>> f, x, y = sympy.Function("f"), sympy.Symbol("x"), sympy.Symbol("y")
    >>> primes_of(f(x).diff(x, 2)), primes_of(f(x, y).diff(x))
    (2, None)
    """
    variables = set(expr.variables)
    simple = isinstance(expr.expr, AppliedUndef) and len(expr.expr.args) == 1 and variables == set(expr.expr.args)
    return len(expr.variables) if simple and len(expr.variables) <= 3 else None


def chain_of(expr: sympy.And) -> tuple[Any, str, Any, str, Any] | None:
    """Return a <= x < b, with its signs, of two relations that share x, or None.

    Examples
    --------
    >>> x = sympy.Symbol("x")
    >>> chain_of((x >= 0) & (x < 1))
    (0, '≤', x, '<', 1)
    """
    if len(expr.args) != 2 or not all(isinstance(part, Relational) for part in expr.args):
        return None
    turned = [part if type(part) in _FORWARDS else part.reversed for part in expr.args]
    if any(type(part) not in _FORWARDS for part in turned):
        return None
    for first, second in (turned, turned[::-1]):
        if first.rhs == second.lhs:
            return first.lhs, _FORWARDS[type(first)], first.rhs, _FORWARDS[type(second)], second.rhs
    return None
