r"""The law of artanh rho_T in the linear SDE from rho_0 = 0: an explicit density, and the proof that it is that law.

artanh rho is the signed distance of a Brownian motion of the hyperbolic plane to a geodesic (H. McKean's heat kernel suggests
the density, J. Differential Geom. 4 (1970) 359-366; nothing of it is used). With
    G(r, t) = t^(-3/2) r e^(-r^2/2t),   W(r, y) = 4/sqrt(cosh r + cosh y) K((cosh r - cosh y)/(cosh r + cosh y)),
K the complete elliptic integral of the parameter m, the density at time t is
    p(y, t) = cosh(y) c(t) int_{|y|}^oo G(r, t) W(r, y) dr,   c(t) = sqrt2 (2 pi)^(-3/2) e^(-t/8).

Proof, every step an identity that `density_steps` hands out: G solves the heat equation; W solves W_rr - W/4 = W_yy +
tanh(y) W_y; on the diagonal D(y) = W(y, y) solves 2 D' + tanh(y) D = 0, which cancels what partial integration leaves at
r = |y|. So p solves the forward equation of dY = tanh(Y)/2 dt + dB. The same identities give I'' = I/4 for
I(r) = int_{-r}^r cosh(y) W dy and J'' = 25/4 J + 2 I with sinh^2 besides, hence mass 1 and E sinh^2 Y = (e^{3t} - 1)/3, which
tends to 0 with t: p starts from the point 0. That the forward equation has one such solution is cited.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy as sp
from sympy import Expr, Symbol

Steps = list[tuple[str, "Expr", "Expr"]]
"""(name, left, right): identities between rational functions, or of constants."""
Pair = tuple["Expr", "Expr"]
"""Factors of K and E."""


def elliptic_weight(a: Expr, b: Expr) -> Expr:
    """Return W = 4/sqrt(a + b) K((a - b)/(a + b)) for a = cosh r, b = cosh y.

    Examples
    --------
    >>> import sympy as sp
    >>> elliptic_weight(sp.Integer(2), sp.Integer(2))
    pi
    """
    return 4 / sp.sqrt(a + b) * sp.elliptic_k((a - b) / (a + b))


def weight_equation() -> tuple[Expr, Expr]:
    """Derive W_rr - W/4 - W_yy - tanh(y) W_y = (k K + e E)/sqrt(a + b) in a = cosh r, b = cosh y and return (k, e).

    Returns
    -------
    tuple of Expr
        Two rational functions that are 0: K and E are linearly independent over the algebraic functions.

    Notes
    -----
    d/dr = sinh r d/da, so W_rr = (a^2 - 1) W_aa + a W_a, and W_yy + tanh(y) W_y = (b^2 - 1) W_bb + (2b - 1/b) W_b.

    Examples
    --------
    >>> import sympy as sp
    >>> [sp.cancel(part) for part in weight_equation()]
    [0, 0]
    """
    a, b = sp.symbols("a b", positive=True)
    m, x = (a - b) / (a + b), sp.Symbol("x")
    rules = [sp.diff(f(x), x) for f in (sp.elliptic_k, sp.elliptic_e)]
    # K' = rates[0][0] K + rates[0][1] E and E' likewise
    rates = [[rule.expand().coeff(f(x)).subs(x, m) for f in (sp.elliptic_k, sp.elliptic_e)] for rule in rules]

    def slope(pair: Pair, by: Symbol) -> Pair:
        inner = sp.diff(m, by)
        mixed = [pair[0] * rates[0][j] + pair[1] * rates[1][j] for j in (0, 1)]
        # -1/(2(a + b)) from the root in front
        k, e = (
            sp.cancel(sp.diff(part, by) + new * inner - part / (2 * (a + b)))
            for part, new in zip(pair, mixed, strict=True)
        )
        return k, e

    w: Pair = (sp.Integer(4), sp.Integer(0))
    in_a, in_b = slope(w, a), slope(w, b)
    in_aa, in_bb = slope(in_a, a), slope(in_b, b)
    k, e = (
        (a**2 - 1) * in_aa[j] + a * in_a[j] - w[j] / 4 - (b**2 - 1) * in_bb[j] - (2 * b - 1 / b) * in_b[j]
        for j in (0, 1)
    )
    return k, e


def density_steps() -> Steps:
    """Return the identities that together show: p solves the forward equation, has mass 1, and starts from 0.

    Examples
    --------
    >>> import sympy as sp
    >>> {sp.cancel(left - right) for _, left, right in density_steps()}
    {0}
    """
    return [*_equation_steps(), *_moment_steps()]


def _equation_steps() -> Steps:
    """The heat equation of G, the equation of W, and the terms that partial integration leaves at r = y > 0."""
    r, t, h = sp.symbols("r t h", positive=True)  # h = cosh y; sinh^2 y = h^2 - 1
    log_g = sp.log(r) - sp.Rational(3, 2) * sp.log(t) - r**2 / (2 * t)
    slope = sp.diff(log_g, r)
    # D = W(y, y) = 4/sqrt(2h) K(0); d log D/dh, and D' = sinh(y) dD/dh, tanh = sinh/h
    log_d = sp.log(elliptic_weight(h, h))
    # boundary terms of p_t against p_yy/2, with X = W_r + W_y = D' on the diagonal:
    # (-G_r D + G W_r)/2 from G_rr, against (-G_r D - G X - G W_y - tanh G D)/2 from q_yy + tanh q_y
    d, g, g_slope, w_r, w_y, tanh = sp.symbols("D G G_r W_r W_y tanh")
    left, right = -g_slope * d + g * w_r, -g_slope * d - g * (w_r + w_y) - g * w_y - tanh * g * d
    return [
        ("G_t = G_rr/2", sp.diff(log_g, t), (slope**2 + sp.diff(slope, r)) / 2),
        *(
            (f"W_rr - W/4 = W_yy + tanh(y) W_y, factor of {name}", part, sp.Integer(0))
            for name, part in zip("KE", weight_equation(), strict=True)
        ),
        ("2 D' + tanh(y) D = 0 on the diagonal", 2 * sp.diff(log_d, h) + 1 / h, sp.Integer(0)),
        ("what is left at r = y is G (2 D' + tanh D)", left - right, g * (2 * (w_r + w_y) + tanh * d)),
        ("nothing is left at y = 0: G(0, t) = 0", sp.exp(log_g).subs(r, 0), sp.Integer(0)),
    ]


def _moment_steps() -> Steps:
    """Mass and E sinh^2, from linear equations for I(r), J(r) = int_{-r}^r cosh f W dy, f = 1 and sinh^2."""
    s, c, d, f, f1 = sp.symbols("sinh cosh D f f1", positive=True)  # f1 = f'
    slope = -s / c * d / 2  # D' on the diagonal, which is W_r + W_y there
    # (2 cosh f D)' + 2 cosh f (W_r + W_y) - 2 cosh f' D, from the ends r and -r of the integral and of partial integration
    ends = 2 * (s * f + c * f1) * d + 2 * c * f * slope + 2 * c * f * slope - 2 * c * f1 * d
    e = sp.Symbol("e", positive=True)  # e^(r/2): hyperbolic functions of r/2 and 5r/2 are rational in it
    half = sp.sqrt(2) * sp.pi
    mass = 4 * half * (e - 1 / e) / 2
    second = sp.Rational(4, 15) * half * (e**5 - e**-5) / 2 - mass / 3

    def rate(function: Expr, times: int) -> Expr:  # d/dr = (e/2) d/de
        for _ in range(times):
            function = sp.expand(e / 2 * sp.diff(function, e))
        return function

    weight_at_zero = elliptic_weight(sp.Integer(1), sp.Integer(1))
    return [
        ("(int cosh f W)'' = int cosh f W/4 + int (cosh f')' W: the ends cancel", ends, sp.Integer(0)),
        ("(cosh (sinh^2)')' = cosh (6 sinh^2 + 2)", _weighted_laplacian(), sp.Integer(0)),
        ("I'' = I/4 for I = 4 sqrt2 pi sinh(r/2)", rate(mass, 2), mass / 4),
        ("I(0) = 0", mass.subs(e, 1), sp.Integer(0)),
        ("I'(0) = 2 D(0)", rate(mass, 1).subs(e, 1), 2 * weight_at_zero),
        ("J'' = 25 J/4 + 2 I", rate(second, 2), sp.Rational(25, 4) * second + 2 * mass),
        ("J(0) = 0", second.subs(e, 1), sp.Integer(0)),
        ("J'(0) = 0", rate(second, 1).subs(e, 1), sp.Integer(0)),
        *_transform_steps(half),
    ]


def _transform_steps(half: Expr) -> Steps:
    """Integrate I and J against G: int_0^oo G sinh(lambda r) dr = lambda sqrt(pi/2) e^(lambda^2 t/2)."""
    t, lam, z = sp.symbols("t lambda z", positive=True)  # z = e^t
    # int r e^(-r^2/2t) sinh(lambda r) over r > 0 is half of that of r e^(-r^2/2t + lambda r) over the line
    line = sp.sqrt(2 * sp.pi * t) * sp.exp(lam**2 * t / 2)
    found = sp.diff(line, lam) / 2 * t ** sp.Rational(-3, 2) / sp.exp(lam**2 * t / 2)
    constant = sp.sqrt(2) * (2 * sp.pi) ** sp.Rational(-3, 2)

    def expectation(weights: dict[Expr, Expr]) -> Expr:  # of sum_k w_k sinh(k r), with c(t) = constant z^(-1/8)
        terms = (w * k * sp.sqrt(sp.pi / 2) * z ** ((k**2 - sp.Rational(1, 4)) / 2) for k, w in weights.items())
        return sp.expand(constant * sum(terms))

    low, high = sp.Rational(1, 2), sp.Rational(5, 2)
    return [
        ("int_0^oo G sinh(lambda r) dr", sp.powsimp(found), lam * sp.sqrt(sp.pi / 2)),
        ("mass 1", expectation({low: 4 * half}), sp.Integer(1)),
        (
            "E sinh^2 Y = (e^{3t} - 1)/3",
            expectation({high: 4 * half / 15, low: -4 * half / 3}),
            (z**3 - 1) / 3,
        ),
    ]


def _weighted_laplacian() -> Expr:
    """Return (cosh (sinh^2)')' - cosh (6 sinh^2 + 2) as a rational function of e^y."""
    e = sp.Symbol("e", positive=True)
    c, s = (e + 1 / e) / 2, (e - 1 / e) / 2

    def slope(f: Expr) -> Expr:
        return e * sp.diff(f, e)

    return slope(c * slope(s**2)) - c * (6 * s**2 + 2)


def forward_coefficients(drift: Expr, y: Symbol) -> tuple[Expr, Expr]:
    """Return what p = cosh(y) q turns the forward equation into: q_t = q_yy/2 + first q_y + zeroth q.

    Parameters
    ----------
    drift : Expr
        mu(y) of dY = mu dt + dB.
    y : Symbol

    Returns
    -------
    tuple of Expr
        (first, zeroth), which is (tanh(y)/2, 0) for mu = tanh(y)/2: then q is a density with respect to the area cosh(y) dy dx.

    Examples
    --------
    >>> import sympy as sp
    >>> y = sp.Symbol("y", real=True)
    >>> [sp.simplify(c) for c in forward_coefficients(sp.tanh(y) / 2, y)]
    [tanh(y)/2, 0]
    """
    c = sp.cosh(y)
    return (2 * sp.sinh(y) / 2 - drift * c) / c, (c / 2 - sp.diff(drift * c, y)) / c


def hyperbolic_density(y: Any, time: Any) -> Any:
    """Return the density of artanh rho_T at y for the linear SDE from rho_0 = 0, at mpmath's precision.

    Parameters
    ----------
    y : mpmath number or int
    time : mpmath number or int
        T > 0.

    Raises
    ------
    ValueError
        If T <= 0.

    Notes
    -----
    cosh(y) c(T) int_{|y|}^oo G(r, T) W(r, y) dr in the notation of the module.
    **Accuracy**: numerical quadrature, no proved error; the mass is 1 to about 15 digits at the default precision.

    Examples
    --------
    >>> import mpmath
    >>> mpmath.nstr(hyperbolic_density(mpmath.mpf(0), mpmath.mpf(1)), 8)
    '0.31554319'
    """
    if not time > 0:
        raise ValueError(f"hyperbolic_density needs time > 0 (at 0 the law is a point), got time={time!r}.")
    y, time = abs(mpmath.mpf(y)), mpmath.mpf(time)
    base = mpmath.cosh(y)

    def integrand(r: Any) -> Any:
        total = mpmath.cosh(r) + base
        # cosh r - cosh y as a product: no cancellation near r = y
        parameter = 2 * mpmath.sinh((r + y) / 2) * mpmath.sinh((r - y) / 2) / total
        return r * mpmath.exp(-(r**2) / (2 * time)) * 4 / mpmath.sqrt(total) * mpmath.ellipk(parameter)

    width = mpmath.sqrt(time)
    integral = mpmath.quad(integrand, [y, y + width, y + 3 * width, y + 8 * width, y + 20 * width])
    return base * mpmath.sqrt(2) * mpmath.exp(-time / 8) * (2 * mpmath.pi * time) ** mpmath.mpf(-1.5) * integral
