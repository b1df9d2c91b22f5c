"""S(t) = E s(Z + t), the Gaussian smoothing of an activation, exactly.

S is the solution of the heat equation at time 1/2 with initial value s. Its derivatives are the Hermite coefficients of
every shift, S^(k)(t) = E s(Z + t) He_k(Z); at t = 0 they are sqrt(k!) c_k.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.activation.activation import Activation
from theory.activation.expression import Expression
from theory.gaussian.closed_form import to_expression
from theory.gaussian.integrand import common_factor, field_of, is_real_orthant, terms_of, univariate_expectation
from theory.gaussian.normal_form import normal_form
from theory.gaussian.verification import matches_taylor_series

_T = sp.Symbol("t", real=True)


def smoothed(activation: Activation | Expression, t: sp.Symbol) -> sp.Expr | None:
    """Return S(t) = E s(Z + t), Z ~ N(0, 1), exactly, or None outside the class.

    Parameters
    ----------
    activation : Activation or Expression
        Sums of polynomial * exp(quadratic) * sin, cos(linear) * at most two of erf, Phi(linear) and indicators.
    t : Symbol
        The shift; real.

    Returns
    -------
    Expr or None
        None also if the internal check against the Hermite series fails.

    Raises
    ------
    TypeError
        If `t` is not a symbol.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> t = sp.Symbol("t", real=True)
    >>> smoothed(parse_expression("sin(x)"), t)
    exp(-1/2)*sin(t)
    """
    if not isinstance(t, sp.Symbol):
        raise TypeError(f"smoothed needs a symbol (the shift t), got t={t!r}.")
    result = _smoothed(activation if isinstance(activation, Expression) else activation.expression)
    return None if result is None else result.xreplace({_T: t})


@cache
def _smoothed(tree: Expression) -> sp.Expr | None:
    whole = normal_form(tree)
    if whole is None or any(len(shape.half_spaces) > 2 for shape in whole):
        return None
    factor, form = common_factor(whole)
    field = field_of(form, _T)
    total = univariate_expectation(field, terms_of(form, field), field.variable)
    if not is_real_orthant(field, total):
        return None
    result = factor * to_expression(field, total)
    return result if matches_taylor_series(result, _T, tree) else None
