r"""The raw kernel map kappa(rho) = E s(U) s(V), U and V standard normal with correlation rho, as a closed form.

For a sum of shapes (`theory.gaussian.normal_form`) with at most one half-space each, every pair is a moment of two
correlated Gaussians over two half-spaces, which Stein's identity reduces to orthant probabilities
(`theory.gaussian.truncated_moment`): asin for half-spaces through the origin, `BivariateNormalCDF` otherwise. This is
Price's theorem, d^m kappa/d rho^m = E s^(m)(U) s^(m)(V), with the integration back in rho already done.

**Domain.** The expression holds on [-1, 1]. At rho = +-1 it is the limit: exp(-c/(1 - rho)) = 0, erf(c/sqrt(1 - rho)) = 1
(c > 0), as `theory.exact.ball_evaluation.ball_evaluate` evaluates it; kappa(1) = E s(Z)^2.

References
----------
1. R. Price, "A useful theorem for nonlinear devices having Gaussian inputs", IRE Trans. Inf. Theory 4 (1958).
2. C. Stein, "Estimation of the mean of a multivariate normal distribution", Ann. Statist. 9 (1981).
3. Y. Cho, L. Saul, "Kernel methods for deep learning", NIPS 2009 (powers of ReLU: the arc-cosine kernels).
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from theory.activation.activation import Activation
from theory.activation.expression import Expression
from theory.gaussian.closed_form import to_expression
from theory.gaussian.integrand import bivariate_expectation, common_factor, field_of, is_real_orthant, terms_of
from theory.gaussian.moments import hermite_coefficients
from theory.gaussian.normal_form import normal_form
from theory.gaussian.verification import matches_hermite_series

_RHO = sp.Symbol("rho", real=True)
_MOST_TERMS = 24


def raw_kernel_map(activation: Activation | Expression, rho: sp.Symbol) -> sp.Expr | None:
    """Return kappa(rho) = E s(U) s(V), corr(U, V) = rho, exactly, or None where no closed form is found.

    Parameters
    ----------
    activation : Activation or Expression
        Sums of polynomial * exp(quadratic) * sin, cos(linear) * at most one of erf, Phi(linear) or an indicator of a
        half-line, piecewise with exact break points.
    rho : Symbol
        The correlation, in [-1, 1].

    Returns
    -------
    Expr or None
        None also if the internal check against the Hermite series fails: never a wrong form.

    Raises
    ------
    TypeError
        If `rho` is not a symbol.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> rho = sp.Symbol("rho", real=True)
    >>> raw_kernel_map(parse_expression("relu(x)"), rho)
    (rho*(asin(rho) + pi/2) + sqrt(1 - rho**2))/(2*pi)
    """
    if not isinstance(rho, sp.Symbol):
        raise TypeError(f"raw_kernel_map needs a symbol (the correlation), got rho={rho!r}.")
    tree = activation if isinstance(activation, Expression) else activation.expression
    kernel = _confirmed_kernel(tree)
    return None if kernel is None else kernel.xreplace({_RHO: rho})


@cache
def _confirmed_kernel(tree: Expression) -> sp.Expr | None:
    form = normal_form(tree)
    kernel = None if form is None else _kernel(tree)
    if form is None or kernel is None:
        return None
    return kernel if matches_hermite_series(kernel, _RHO, tree) else None


def _kernel(tree: Expression) -> sp.Expr | None:
    """Return the closed form before it is checked."""
    form = normal_form(tree)
    if form is None or any(len(shape.half_spaces) > 1 for shape in form):
        return None
    if all(shape.is_power for shape in form):
        return _polynomial_kernel(tree, max((shape.power for shape in form), default=0))
    factor, form = common_factor(form)
    field = field_of(form, _RHO)
    terms = terms_of(form, field)
    if len(terms) > _MOST_TERMS:
        return None
    total = bivariate_expectation(field, terms)
    return factor**2 * to_expression(field, total) if is_real_orthant(field, total) else None


def _polynomial_kernel(tree: Expression, degree: int) -> sp.Expr | None:
    """Return sum_k c_k^2 rho^k of a polynomial: the pairs of monomials would be degree^2 moments."""
    coefficients = hermite_coefficients(tree, degree + 1)
    return None if coefficients is None else sp.Add(*(c**2 * _RHO**k for k, c in enumerate(coefficients)))
