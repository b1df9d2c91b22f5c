"""The smallest expected decrease of the isometry gap, given the gap: g_d(phi), attained by one small eigenvalue.

At a fixed product of eigenvalues -E log Q is smallest at lambda = (eps, b, ..., b), b = (d - eps)/(d-1) (equal variable theorem
[1], fixed sum and product: with f = -log(1 + 2tx) the function f'(1/x) = -2t + 4 t^2/(x + 2t) is convex). So eps in (0, 1] is
the coordinate in which everything is explicit:

    phi(eps) = -(log eps + (d-1) log b)/d,      g_d(phi(eps)) = -E log Q on (eps, b, ..., b),                            (1)
    g_d >= delta^2/((d-1)(d+2)),  delta = 1 - eps,      g_d(oo) = log((d-1)/d) - psi((d-1)/2) + psi(d/2).                (2)

References
----------
[1] V. Cirtoaje, The equal variable method, J. Inequal. Pure Appl. Math. 8(1), 2007, article 15.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint

from theory.batch_norm.contraction import checked_width
from theory.batch_norm.one_step import isometry_gap
from theory.enclosure.ball import ball_of, bits_of, is_accurate, working_bits
from theory.haar.dimension import exact_rational
from theory.haar.sphere_integral import expected_log
from theory.number import Number

__all__ = [
    "elementary_decrease",
    "limiting_decrease",
    "small_spike",
    "small_spike_at_gap",
    "small_spike_gap",
    "worst_decrease",
]


def small_spike(width: Any, eps: Any) -> tuple[Fraction, ...]:
    """Return the spectrum (b, ..., b, eps), b = (d - eps)/(d - 1): one small eigenvalue.

    Parameters
    ----------
    width : int
        d >= 2.
    eps : rational number
        In [0, 1].

    Returns
    -------
    tuple of Fraction, length d
        Of trace d.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2, or eps is not exact or outside [0, 1].

    Examples
    --------
    >>> [str(value) for value in small_spike(3, Fraction(1, 2))]
    ['5/4', '5/4', '1/2']
    """
    d = checked_width(width, "small_spike")
    small = exact_rational(eps, function="small_spike", name="eps")
    if not 0 <= small <= 1:
        raise ValueError(f"small_spike needs eps in [0, 1] (the smallest eigenvalue at trace d), got eps={small}.")
    return (*((d - small) / (d - 1),) * (d - 1), small)


def small_spike_gap(width: Any, eps: Any) -> Number:
    """Return phi(eps) = -(log eps + (d-1) log b)/d, equation (1) of the module.

    Raises
    ------
    TypeError, ValueError
        As `small_spike`; also for eps = 0.
    """
    return isometry_gap(small_spike(width, eps))


def worst_decrease(width: Any, eps: Any) -> Number:
    """Return g_d(phi(eps)) = -E log Q on the spectrum with one small eigenvalue eps.

    Parameters
    ----------
    width : int
        d >= 2.
    eps : rational number
        In [0, 1]; 0 is the limit phi -> oo, 1 gives 0.

    Returns
    -------
    Number
        The smallest -E[phi_next - phi] of all spectra with the gap phi(eps), in nats.

    Raises
    ------
    TypeError, ValueError
        As `small_spike`.

    Examples
    --------
    >>> worst_decrease(2, 0).decimal(10), worst_decrease(10, 0).decimal(7)
    ('0.6931471806', '0.0118862')
    """
    return Number.combine(lambda value: -value, expected_log(small_spike(width, eps)))


def elementary_decrease(width: Any, eps: Any) -> Fraction:
    """Return (1 - eps)^2/((d-1)(d+2)), a lower bound of `worst_decrease` with an elementary proof.

    Raises
    ------
    TypeError, ValueError
        As `small_spike`.

    Examples
    --------
    >>> elementary_decrease(4, 0)
    Fraction(1, 18)
    """
    d = len(small_spike(width, eps))
    return (1 - Fraction(eps)) ** 2 / ((d - 1) * (d + 2))


def limiting_decrease(width: Any) -> Number:
    """Return g_d(oo) = log((d-1)/d) - psi((d-1)/2) + psi(d/2), in closed form.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2.

    Examples
    --------
    >>> limiting_decrease(4).decimal(10)
    '0.0986122887'
    """
    d = checked_width(width, "limiting_decrease")

    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits) + 40):
            upper, lower = ball_of(Fraction(d, 2)), ball_of(Fraction(d - 1, 2))
            return ball_of(Fraction(d - 1, d)).log() - lower.digamma() + upper.digamma()

    return Number.certified(enclose)


def small_spike_at_gap(width: Any, gap: flint.arb, digits: int = 20) -> tuple[Fraction, Fraction]:
    """Return rational (low, high) between which the eps with phi(eps) = gap lies, proved by signs.

    Parameters
    ----------
    width : int
        d >= 2.
    gap : flint.arb
        A ball of phi > 0.
    digits : int
        high - low is at most about 10^-digits times eps, as far as the ball of the gap allows.

    Returns
    -------
    tuple of Fraction
        The gap decreases in eps: phi(low) >= gap >= phi(high). `high` may be 1.

    Raises
    ------
    TypeError, ValueError
        If the width is no integer >= 2, or the ball is not finite and positive.

    Examples
    --------
    >>> low, high = small_spike_at_gap(5, small_spike_gap(5, Fraction(1, 7)).ball(30))
    >>> bool(low < Fraction(1, 7) < high and high - low < Fraction(1, 10**18))
    True
    """
    d = checked_width(width, "small_spike_at_gap")
    if not (gap.is_finite() and gap > 0):
        raise ValueError(f"small_spike_at_gap needs a finite positive gap, got gap={gap}.")
    with working_bits(bits_of(digits) + 40):
        # phi <= -log(eps)/d - ((d-1)/d) log 1, so eps >= exp(-d phi) (b/1)^-(d-1); start from the exponent of two below it
        exponent = int((gap * d / ball_of(2).log()).upper().ceil().unique_fmpz()) + 2 * d
        low, high = Fraction(1, 2**exponent), Fraction(1)
        steps = exponent.bit_length() + bits_of(digits)
        for step in range(steps):
            geometric = step < exponent.bit_length() + 2
            middle = _between(low, high, geometric=geometric)
            difference = _gap_ball(d, middle) - gap
            if difference > 0:
                low = middle
            elif difference < 0:
                high = middle
            else:
                break
        return low, high


def _between(low: Fraction, high: Fraction, *, geometric: bool) -> Fraction:
    """Return a point between, halving the exponent of two (while the ends are far apart) or the interval."""
    if geometric and high > 4 * low:
        bits = (low.denominator // low.numerator).bit_length() + (high.denominator // high.numerator).bit_length()
        return Fraction(1, 2 ** (bits // 2))
    return (low + high) / 2


def _gap_ball(d: int, eps: Fraction) -> flint.arb:
    """Return a ball of phi(eps); near eps = 1, where it is about delta^2, the two logarithms cancel, so precision is added."""
    own = flint.ctx.prec
    for extra in (0, own, 4 * own):
        with working_bits(own + extra):
            ball = -(ball_of(eps).log() + (d - 1) * ball_of((d - eps) / (d - 1)).log()) / d
        if not ball.contains(0) and is_accurate(ball / abs(ball).lower(), own // 4):
            break
    return ball
