r"""One layer of relu without shaping at finite width n: E rho' and E rho'^2 as double integrals, to any accuracy.

rho' = C/sqrt(A B) with A, B, C sums over n iid neurons (X, Y) of relu(X)^2, relu(Y)^2 and their product. From
1/sqrt(A) = int_0^oo e^{-sA} ds/sqrt(pi s) and 1/A = int_0^oo e^{-sA} ds,
    E rho'   = (n/pi) int int K_1 M^(n-1) ds dt/sqrt(s t),
    E rho'^2 = int int [n K_2 M^(n-1) + n (n-1) K_1^2 M^(n-2)] ds dt,
    M = E e^{-s X_+^2 - t Y_+^2},  K_j = E (X_+ Y_+)^j e^{-s X_+^2 - t Y_+^2}.
In each quadrant the weight is Gaussian, so M and K_j are half-Gaussian moments of a tilted pair (W. Sheppard; see
`theory.covariance_sde.shaped_relu`). With s = exp(a - e^-a)/n the integrand decays doubly exponentially on the left and is
analytic about the line: the trapezoid rule converges geometrically (H. Takahasi, M. Mori, Publ. RIMS 9 (1974) 721-741).

Convention: u = 1 - rho is the gap. A layer all of whose neurons are dead for one input counts as rho' = 0 (probability 2^(1-n)).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import mpmath


@cache
def gap_ratio_moments(gap: Fraction, width: int, digits: int = 10) -> tuple[Any, Any]:
    """Return (E u'/u, Var u'/u) after one relu layer of finite width, u = 1 - rho = gap, as mpmath numbers.

    Parameters
    ----------
    gap : Fraction
        In (0, 2).
    width : int
        n, at least 40: for fewer neurons dead layers spoil the convergence.
    digits : int
        Correct digits aimed at.

    Returns
    -------
    tuple of mpmath.mpf

    Raises
    ------
    ValueError
        If gap or width is out of range.

    Notes
    -----
    **Accuracy**: quadrature without a proved error; step and reach are chosen so that the errors of step, about
    exp(-pi^2/h), and of reach are below gap^2 10^-digits, where 2^-n allows. Tested by two accuracies and by sampling.

    Examples
    --------
    Without noise (n to infinity) the ratio is (1 - K)/u; at n = 100 it is larger by almost 2/n:

    >>> import mpmath
    >>> mean, variance = gap_ratio_moments(Fraction(1, 10_000), 100)
    >>> mpmath.nstr(mean, 4), mpmath.nstr(variance, 2)
    ('1.018', '0.09')
    """
    if not 0 < gap < 2:
        raise ValueError(f"gap_ratio_moments needs 0 < gap < 2 (gap = 1 - rho), got gap={gap!r}.")
    if isinstance(width, bool) or not isinstance(width, int) or width < 40:
        raise ValueError(
            f"gap_ratio_moments needs an integer width >= 40 (dead layers must be rare), got width={width!r}."
        )
    exact = Fraction(gap)
    small = -2 * min(0.0, float(mpmath.log10(mpmath.mpf(exact.numerator) / exact.denominator)))
    with mpmath.workdps(int(digits + small) + 15):
        u = mpmath.mpf(exact.numerator) / exact.denominator
        first, second = _correlation_moments(u, width, digits + small + 2)
        mean = (1 - first) / u
        variance = (1 - 2 * first + second) / u**2 - mean**2
        return +mean, +variance


def _correlation_moments(u: Any, n: int, digits: float) -> tuple[Any, Any]:
    """Return (E rho', E rho'^2) by the trapezoid rule in a and b, s = exp(a - e^-a)/n and t likewise."""
    decay = mpmath.mpf(digits) * mpmath.log(10)
    step = mpmath.pi**2 / decay
    left, right = -mpmath.log(2 * decay), mpmath.log(400 * n)
    places = [left + k * step for k in range(int((right - left) / step) + 1)]
    # ds = s (1 + e^-a) da
    nodes = [(s, step * s * (1 + mpmath.exp(-a))) for a in places for s in [mpmath.exp(a - mpmath.exp(-a)) / n]]
    single = [_one_sided(u, s) for s, _ in nodes]
    both_dead = (mpmath.pi - _angle(u)) / (2 * mpmath.pi)
    first, second = mpmath.mpf(0), mpmath.mpf(0)
    for i, (s, v) in enumerate(nodes):
        for j, (t, w) in enumerate(nodes[: i + 1]):
            alive, k1, k2 = _both_alive(u, s, t)
            m = alive + single[i] + single[j] + both_dead
            weight = v * w * (1 if i == j else 2) * n * m ** (n - 2)
            first += weight * k1 * m / mpmath.sqrt(s * t)
            second += weight * (k2 * m + (n - 1) * k1**2)
    return first / mpmath.pi, second


def _angle(u: Any) -> Any:
    """Return arccos(1 - u) without cancellation."""
    return 2 * mpmath.asin(mpmath.sqrt(u / 2))


def _one_sided(u: Any, s: Any) -> Any:
    """Return E e^{-s X^2} over X > 0 > Y."""
    rest = u * (2 - u)  # 1 - rho^2
    angle = mpmath.atan2(mpmath.sqrt(rest * (1 + 2 * s)), 1 - u)
    return angle / (2 * mpmath.pi * mpmath.sqrt(1 + 2 * s))


def _both_alive(u: Any, s: Any, t: Any) -> tuple[Any, Any, Any]:
    """Return E (X Y)^j e^{-s X^2 - t Y^2} over X, Y > 0 for j = 0, 1, 2."""
    rho, rest = 1 - u, u * (2 - u)
    determinant = (1 + 2 * s) * (1 + 2 * t) - 4 * rho**2 * s * t
    p, q = 1 + 2 * t * rest, 1 + 2 * s * rest  # variances of the tilted pair times the determinant
    product = mpmath.sqrt(p * q)
    r = rho / product
    sine = mpmath.sqrt(rest * (1 + 2 * s + 2 * t + 4 * s * t * rest)) / product
    obtuse = mpmath.pi - mpmath.atan2(sine, r)
    scale = product / determinant
    front = 1 / (2 * mpmath.pi * mpmath.sqrt(determinant))
    k1 = front * scale * (sine + r * obtuse)
    k2 = front * scale**2 * (3 * r * sine + obtuse * (1 + 2 * r**2))
    return front * obtuse, k1, k2
