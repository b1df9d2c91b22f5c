r"""One layer of shaped relu at finite width n, exactly: mean and covariances of the next covariance matrix, and their limits.

z has n iid rows N(0, V); V'^{ab} = (c/n) <phi_s(z^a), phi_s(z^b)>, c = 1/E phi_s(Z)^2. For two samples of unit variance
and correlation rho everything follows from the half-Gaussian moments M_ij(rho) = E (X_+)^i (Y_+)^j, which Price's theorem
d/drho E f(X) g(Y) = E f'(X) g'(Y) reduces step by step to Sheppard's P(X > 0, Y > 0) = (pi - arccos rho)/(2 pi).

Conventions: c s_pm^2 = 1 +- delta, kappa = (s_+ - s_-)^2/(s_+^2 + s_-^2), g(rho) = (sqrt(1-rho^2) - rho arccos rho)/pi.
Other variances by homogeneity: V'^{ab} scales with sqrt(V^aa V^bb).

References: Y. Cho, L. Saul, "Kernel methods for deep learning", NIPS 2009 (arc-cosine kernels); R. Price, IRE Trans. Inf.
Theory 4 (1958) 69-72; W. Sheppard, Phil. Trans. R. Soc. A 192 (1899) 101-167.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import sympy as sp
from sympy import Expr, Symbol


def kernel_excess(rho: Expr) -> Expr:
    """Return g(rho) = (sqrt(1-rho^2) - rho arccos rho)/pi, from g(-1) = 1 down to g(1) = 0.

    Examples
    --------
    >>> import sympy as sp
    >>> [kernel_excess(sp.Integer(r)) for r in (-1, 0, 1)]
    [1, 1/pi, 0]
    """
    return (sp.sqrt(1 - rho**2) - rho * sp.acos(rho)) / sp.pi


def mean_correlation(rho: Expr, kappa: Expr) -> Expr:
    """Return E V'^{12} = rho + kappa g(rho) for V^11 = V^22 = 1."""
    return rho + kappa * kernel_excess(rho)


def limit_drift(rho: Expr, strength: Expr) -> Expr:
    """Return nu(rho) = (strength/(2 pi)) (sqrt(1-rho^2) - rho arccos rho), strength = (c_+ - c_-)^2."""
    return strength * kernel_excess(rho) / 2


HALF_MOMENTS = ((0, 0), (2, 0), (1, 1), (2, 2), (3, 1))
"""The (i, j) with a closed form here."""


def half_gaussian_moment(i: int, j: int, rho: Expr) -> Expr:
    """Return E (X_+)^i (Y_+)^j for a standard normal pair of correlation rho, (x_+)^0 = 1 for x > 0.

    Parameters
    ----------
    i, j : int
        One of `HALF_MOMENTS`.
    rho : Expr

    Raises
    ------
    ValueError
        For other exponents.

    Examples
    --------
    >>> import sympy as sp
    >>> [half_gaussian_moment(i, j, sp.Integer(1)) for i, j in HALF_MOMENTS]
    [1/2, 1/2, 1/2, 3/2, 3/2]
    """
    root, rest = sp.sqrt(1 - rho**2), sp.pi - sp.acos(rho)
    table = {
        (0, 0): rest,
        (2, 0): rest + rho * root,
        (1, 1): root + rho * rest,
        (2, 2): 3 * rho * root + rest * (1 + 2 * rho**2),
        (3, 1): 3 * (rho * rest + root - root**3 / 3),
    }
    if (i, j) not in table:
        raise ValueError(f"half_gaussian_moment needs (i, j) among {HALF_MOMENTS}, got {(i, j)}.")
    return table[i, j] / (2 * sp.pi)


def price_steps(rho: Symbol) -> list[tuple[str, Expr, Expr]]:
    """Return (name, d/drho of the closed form, what Price's theorem says it is) and the values at rho = -1, where X_+ Y_+ = 0.

    Parameters
    ----------
    rho : Symbol

    Returns
    -------
    list of (str, Expr, Expr)
        Each pair is equal; together they prove the closed forms from Sheppard's formula.

    Notes
    -----
    For (2, 0), g' is a point mass: E 2 X_+ delta(Y) = 2 E[X_+ | Y = 0]/sqrt(2 pi) = sqrt(1-rho^2)/pi.
    """

    def moment(i: int, j: int) -> Expr:
        return half_gaussian_moment(i, j, rho)

    derivatives = {
        (1, 1): moment(0, 0),
        (2, 2): 4 * moment(1, 1),
        (3, 1): 3 * moment(2, 0),
        (2, 0): sp.sqrt(1 - rho**2) / sp.pi,
    }
    steps = [(f"dM{i}{j}/drho", sp.diff(moment(i, j), rho), value) for (i, j), value in derivatives.items()]
    return steps + [
        (f"M{i}{j}(-1)", half_gaussian_moment(i, j, sp.Integer(-1)), sp.Integer(0)) for i, j in HALF_MOMENTS
    ]


@cache
def product_moments() -> tuple[Mapping[str, Expr], tuple[Symbol, Symbol, Symbol]]:
    """Derive E phi phi', E (phi phi')^2, E phi^3 phi', E phi^4 (not normalised) and return them with (rho, s_+, s_-).

    With phi = s_+ X_+ - s_- X_-, the sign flips X_- = (-X)_+ turn each product into half-Gaussian moments at rho and -rho.
    """
    rho = sp.Symbol("rho", real=True)
    up, down = sp.symbols("s_+ s_-", real=True)

    def moment(i: int, j: int, power: tuple[int, int]) -> Expr:
        same = half_gaussian_moment(i, j, rho)
        opposite = half_gaussian_moment(i, j, -rho).subs(sp.acos(-rho), sp.pi - sp.acos(rho))
        a, b = power
        return (up ** (a + b) + (-down) ** (a + b)) * same + (up**a * (-down) ** b + (-down) ** a * up**b) * opposite

    return {
        "11": moment(1, 1, (1, 1)),
        "22": moment(2, 2, (2, 2)),
        "31": moment(3, 1, (3, 1)),
        "40": sp.Rational(3, 2) * (up**4 + down**4),
        "20": (up**2 + down**2) / 2,
    }, (rho, up, down)


def one_step_covariances(rho: Expr, delta: Expr, sign: int = 1) -> dict[str, Expr]:
    """Return n Cov of the entries of V', exactly at every n, for V^11 = V^22 = 1.

    Parameters
    ----------
    rho, delta : Expr
    sign : int
        Sign of s_+ s_- (1 unless the two slopes differ in sign).

    Returns
    -------
    dict
        Keys "11,11", "11,22", "12,12", "11,12".

    Examples
    --------
    Linear networks are Wishart:

    >>> import sympy as sp
    >>> r = sp.Symbol("rho")
    >>> [sp.expand(e) for e in one_step_covariances(r, sp.Integer(0)).values()]
    [2, 2*rho**2, rho**2 + 1, 2*rho]
    """
    root = sign * sp.sqrt(1 - delta**2)
    mean = mean_correlation(rho, 1 - root)
    fourth = (1 - delta**2) * (1 + 2 * rho**2) + 4 * delta**2 * half_gaussian_moment(2, 2, rho)
    third = 3 * rho * root + 2 * (1 + delta**2 - root) * half_gaussian_moment(3, 1, rho)
    return {
        "11,11": 2 + 3 * delta**2,
        "11,22": fourth - 1,
        "12,12": fourth - mean**2,
        "11,12": third - mean,
    }


def wishart_covariance(v11: Expr, v22: Expr, v12: Expr) -> dict[str, Expr]:
    """Return Sigma^{ab,cd} = V^ac V^bd + V^ad V^bc, the limit of n Cov(V'^ab, V'^cd), keys as `one_step_covariances`.

    Examples
    --------
    >>> import sympy as sp
    >>> wishart_covariance(*sp.symbols("A B C"))["12,12"]
    A*B + C**2
    """
    matrix = {("1", "1"): v11, ("2", "2"): v22, ("1", "2"): v12, ("2", "1"): v12}
    return {
        f"{a}{b},{c}{d}": matrix[a, c] * matrix[b, d] + matrix[a, d] * matrix[b, c]
        for a, b, c, d in (tuple(key) for key in ("1111", "1122", "1212", "1112"))
    }


def expected_determinant_factor(n: Expr) -> Expr:
    """Return E det V'/(E V'^11 E V'^22 - (E V'^12)^2) = 1 - 1/n, for two samples and any iid neurons."""
    return 1 - 1 / n


def angular_form(expression: Expr, rho: Symbol) -> Expr:
    """Return an expression in rho, sqrt(1-rho^2), arccos rho and pi as a rational function of (u, angle, p), rho = (1-u^2)/(1+u^2).

    The three are algebraically independent over Q, so the result is 0 exactly if the expression is.

    Examples
    --------
    >>> import sympy as sp
    >>> r = sp.Symbol("rho", real=True)
    >>> sp.cancel(angular_form(sp.diff(kernel_excess(r), r) + sp.acos(r) / sp.pi, r))
    0
    """
    u, root, angle, p = sp.symbols("u root angle p", positive=True)
    expression = sp.powdenest(expression).replace(
        lambda e: e.is_Pow and sp.expand(e.base - (1 - rho**2)) == 0, lambda e: root ** (2 * e.exp)
    )
    named = expression.subs({sp.acos(rho): angle, sp.pi: p})
    return named.subs({rho: (1 - u**2) / (1 + u**2), root: 2 * u / (1 + u**2)})
