r"""What width n adds to the limit of the squared norm at order 1/n: explosion probability and stationary mean of networks.

One layer of width n acts on smooth f of V as  n E[f(V') - f(V)] = L f + (1/n) G f + O(n^-2),  L f = d f' + V^2 f'',
    G f = d_1 f' + (s_1 + d^2)/2 f'' + (8 V^3 + 6 V^2 d)/6 f''' + V^4/2 f'''',
with the drift d = b V (V-1), its 1/n correction d_1, and n Var V' = 2 V^2 + s_1/n (`theory.covariance_sde.smooth`); the third
and fourth moments of a step are those of a mean of n squared Gaussians to leading order.

- Explosion, b > 0: with u = P(b+1, bv), L u = 0, the probability at width n is u + w/n + O(n^-2), L w = -G u, w = 0 at both
  ends. Since u' is the Gamma(b+1, b) density gamma and G u = gamma P with a polynomial P, w' = gamma (h - E h), h' = -P/v^2.
- Stationary law, b < -1: L(log v)/b = v - E V, so E V at width n is 1 + 1/b - E G(log V)/(n b) + O(n^-2).

Convention: the expansion is formal in 1/n, for activations whose Taylor polynomial at 0 decides; no bound of O(n^-2) is proved.
Reference: the perturbation of a generator, S. Ethier, T. Kurtz, "Markov Processes", section 1.6 and chapter 4.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import flint
import sympy as sp
from sympy import Expr, Symbol

from theory.activation.shaping import SmoothShape
from theory.covariance_sde.norm_diffusion import NormDiffusion, positive_number
from theory.covariance_sde.smooth import drift_series, symbols, variance_series
from theory.enclosure.ball import ball_of
from theory.number import Number


@cache
def variable() -> Symbol:
    """Return the symbol v, the squared norm."""
    return sp.Symbol("v", positive=True)


def layer_correction(first: Expr, shape: SmoothShape) -> Expr:
    """Return G f from f', the 1/n term of n E[f(V') - f(V)], in the symbol `variable`.

    Parameters
    ----------
    first : Expr
        f'(v).
    shape : SmoothShape
        With derivatives up to the fifth, phi''(0), ..., phi^(5)(0).

    Raises
    ------
    ValueError
        If the shape holds fewer than four derivatives (d_1 contains phi^(5)).

    Examples
    --------
    The linear network has E V' = V and E V'^2 = (1 + 2/n) V^2 without further terms:

    >>> import sympy as sp
    >>> from theory.activation.shaping import SmoothShape
    >>> v = variable()
    >>> [layer_correction(sp.diff(v**k, v), SmoothShape((0, 0, 0, 0))) for k in (1, 2)]
    [0, 0]
    >>> layer_correction(3 * v**2, SmoothShape((0, 0, 0, 0)))  # E V'^3 = (1 + 6/n + 8/n^2) V^3
    8*v**3
    """
    v = variable()
    drift, correction, spread = _step(shape)
    derivatives = [first, *(sp.diff(first, v, k) for k in (1, 2, 3))]
    weights = (correction, (spread + drift**2) / 2, (8 * v**3 + 6 * v**2 * drift) / 6, v**4 / 2)
    return sp.expand(sum(w * f for w, f in zip(weights, derivatives, strict=True)))


def _step(shape: SmoothShape) -> tuple[Expr, Expr, Expr]:
    """Return (d, d_1, s_1) of one sample."""
    if len(shape.derivatives) < 4:
        raise ValueError(
            "layer_correction needs phi''(0), ..., phi^(5)(0) (the 1/n term holds them all), got "
            f"{len(shape.derivatives)} derivatives; use SmoothShape.of(activation, scale, order=5)."
        )
    big_a, big_b, big_c, a, *f = symbols()
    known = dict(zip((a, *f), (shape.scale, *shape.derivatives[:4]), strict=True))
    names = {big_a: variable(), big_b: variable(), big_c: variable()}
    limit, _, correction = drift_series(1)
    return tuple(e.subs(known).subs(names).expand() for e in (limit, correction, variance_series()[2]))


def explosion_potential(shape: SmoothShape) -> tuple[Expr, Expr]:
    """Derive (P, h) of the 1/n term of the explosion probability: G u = gamma P and h' = -P/v^2.

    Raises
    ------
    ValueError
        If b <= 0, or derivatives are missing.

    Examples
    --------
    >>> from theory.activation.shaping import SmoothShape
    >>> explosion_potential(SmoothShape((0, 1, 0, 0)))[1]
    9*v**2/8 - 17*v/6 + 11*log(v)/12
    """
    if not shape.explodes:
        raise ValueError(
            f"explosion_potential needs b > 0 (else nothing explodes), got b={shape.blow_up_rate!s} from {shape!r}."
        )
    v, b = variable(), shape.blow_up_rate
    # gamma is v^b e^(-bv) up to a constant, so gamma'/gamma = b/v - b, and every derivative is gamma times a polynomial in 1/v
    density = v**b * sp.exp(-b * v)
    polynomial = sp.expand(sp.powsimp(sp.expand(layer_correction(density, shape) / density)))
    slope = sp.expand(-polynomial / v**2)
    return polynomial, sp.expand(sp.integrate(slope, v))


def explosion_correction(shape: SmoothShape, start: Any = 1) -> Number:
    """Return w(V_0), n times what width n adds to the explosion probability P(b+1, b V_0), to leading order.

    Parameters
    ----------
    shape : SmoothShape
        With b > 0 and derivatives up to the fifth.
    start : int, Fraction or exact SymPy number
        V_0 > 0.

    Returns
    -------
    Number
        Certified enclosure of w.

    Raises
    ------
    ValueError
        If b <= 0, start <= 0 or derivatives are missing.

    Examples
    --------
    x + x^3/6 at a^2 = 1/3 (b = 3): networks explode less often than their limit.

    >>> import sympy as sp
    >>> from theory.activation.shaping import SmoothShape
    >>> explosion_correction(SmoothShape((0, 1, 0, 0), 1 / sp.sqrt(3))).decimal(6)
    '-1.59563'
    """
    start = positive_number("explosion_correction", "start", start)
    coefficients = _terms(explosion_potential(shape)[1])
    return Number.converging(lambda: _mass_below(coefficients, shape.blow_up_rate, start))


def _terms(potential: Expr) -> tuple[dict[int, Expr], Expr]:
    """Return the polynomial part of h by powers and the coefficient of log v."""
    v = variable()
    logarithm = potential.coeff(sp.log(v))
    polynomial = sp.Poly(sp.expand(potential - logarithm * sp.log(v)), v)
    return {power: c for (power,), c in polynomial.terms()}, logarithm


def _mass_below(terms: tuple[dict[int, Expr], Expr], b: Expr, start: Expr) -> flint.arb:
    """Return int_0^start gamma (h - E h) dv, gamma the density Gamma(b+1, b)."""
    polynomial, logarithm = terms
    rate, shape, x = ball_of(b), ball_of(b + 1), ball_of(b * start)
    total = flint.arb(0)
    for power, coefficient in polynomial.items():
        # int_0^start gamma v^k = E v^k P(b+1+k, b start)
        moment = shape.rising(power) / rate**power
        below = x.gamma_lower(shape + power, regularized=1) - x.gamma_lower(shape, regularized=1)
        total += ball_of(coefficient) * moment * below
    if logarithm != 0:
        mean_log = shape.digamma() - rate.log()
        total += ball_of(logarithm) * (_log_below(shape, x, rate) - mean_log * x.gamma_lower(shape, regularized=1))
    return total


def _log_below(shape: flint.arb, x: flint.arb, rate: flint.arb) -> flint.arb:
    """Return int_0^(x/rate) gamma log v dv = P(shape, x) log(x/rate) - int_0^x P(shape, t) dt/t.

    P(s, t) = t^s sum_k (-t)^k/(k! (s+k)) / Gamma(s), so the last integral is t^s sum_k (-t)^k/(k! (s+k)^2) / Gamma(s): an
    alternating entire series, summed until its terms, decreasing from k > t on, are below the working precision.
    """
    series, term, k = flint.arb(0), flint.arb(1), 0
    while True:
        piece = term / (shape + k) ** 2
        series += piece
        k += 1
        term *= -x / k
        if k > x and abs(term) < flint.arb(2) ** (-flint.ctx.prec - 20):
            series += flint.arb(0, 1) * abs(term).upper()
            break
    integral = (shape * x.log()).exp() / shape.gamma() * series
    return x.gamma_lower(shape, regularized=1) * (x / rate).log() - integral


def stationary_mean_correction(shape: SmoothShape) -> Expr:
    """Return n times what width n adds to the stationary mean 1 + 1/b, to leading order, exactly.

    Parameters
    ----------
    shape : SmoothShape
        With b < -1 and derivatives up to the fifth.

    Returns
    -------
    Expr
        -E G(log V)/b under Gamma(-b-1, -b).

    Raises
    ------
    ValueError
        If b >= -1 (no stationary law) or derivatives are missing.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> from theory.activation.shaping import SmoothShape
    >>> import sympy as sp
    >>> stationary_mean_correction(SmoothShape.of(catalogue("tanh")[0], 1 / sp.sqrt(2), order=5))
    1/2
    """
    v, b = variable(), shape.blow_up_rate
    law = NormDiffusion(b).stationary
    if law is None:
        raise ValueError(f"stationary_mean_correction needs b < -1 (else no stationary law), got b={b!s}.")
    image = sp.Poly(layer_correction(1 / v, shape), v)
    mean = sum(c * sp.rf(law.shape, k) / law.rate**k for (k,), c in image.terms())
    return sp.simplify(sp.expand(-mean / b))
