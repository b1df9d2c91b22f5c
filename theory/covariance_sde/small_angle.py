r"""One layer of relu of width n at a vanishing angle, exactly: sin^2 theta'/sin^2 theta has the law of chi^2_{K-1}/chi^2_K, K ~ Bin(n, 1/2).

Two inputs at a small angle switch the same K units on. There the first is a Gaussian vector a of R^K (of known signs, and its length is independent
of its direction), the difference an independent Gaussian vector times the angle; the new sine is the part of it across a over |a|. A layer with K < 2
makes the outputs parallel (or zero), so K >= 2 is a condition, of probability 1 - (n+1)/2^n. With psi the digamma function,

    -E ln = E[psi(K/2) - psi((K-1)/2)] = 2/n + 8/n^2 + O(n^-3),    Var ln = E[psi'(K/2) + psi'((K-1)/2)] + Var[psi(K/2) - psi((K-1)/2)] = 8/n + ...

E ln = -2/n and Var ln = 8/n leave E(u'/u) - 1 the drift -2/n + 8/(2n) = +2/n: the +2q of the unshaped limit (`theory.covariance_sde.unshaped`).

References
----------
1. C. Jakub, M. Nica, JMLR 25 (239), 2024, arXiv 2302.09712, approximate the mean by ln((n+5)/(n-1)) - 10 n/(n+5)^2 + 6 n/(n-1)^2 (read second-hand).
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

import flint

from theory.enclosure.ball import ball_of, bits_of, working_bits

LARGEST_WIDTH = 10_000


def log_sine_moments(width: int, digits: int = 30) -> tuple[flint.arb, flint.arb]:
    """Return balls of (-E ln, Var ln) of sin^2 theta'/sin^2 theta for one relu layer at a vanishing angle, given K >= 2.

    Parameters
    ----------
    width : int
        n from 2 to 10 000.
    digits : int
        Digits of the balls.

    Raises
    ------
    ValueError
        If `width` is out of range.

    Examples
    --------
    >>> mean, variance = log_sine_moments(20)
    >>> mean.str(5, radius=False), log_sine_moments(100)[0].str(5, radius=False)
    ('0.12770', '0.020843')
    """
    _check(width)
    with working_bits(bits_of(digits + 15) + width.bit_length()):
        mean = square = spread = flint.arb(0)
        for active in range(2, width + 1):
            weight = ball_of(Fraction(comb(width, active), 2**width - width - 1))
            upper, lower = ball_of(Fraction(active, 2)), ball_of(Fraction(active - 1, 2))
            step = upper.digamma() - lower.digamma()
            mean += weight * step
            square += weight * step**2
            spread += weight * (_trigamma(upper) + _trigamma(lower))
        return mean, spread + square - mean**2


def log_sine_mean_by_sums(width: int, digits: int = 30) -> flint.arb:
    """Return -E ln by another route: psi at halves of integers by harmonic sums, ln 2 their only transcendental.

    psi(m) = -gamma + sum_{j<m} 1/j and psi(m + 1/2) = -gamma - 2 ln 2 + sum_{j<=m} 2/(2j-1).

    Examples
    --------
    >>> log_sine_mean_by_sums(20).overlaps(log_sine_moments(20)[0])
    True
    """
    _check(width)
    rational, logarithms = Fraction(0), 0
    total = 2**width - width - 1
    harmonic = [Fraction(0)]  # psi(k/2) + gamma, up to 2 ln 2 for odd k, at k = 1, 2, ...
    for k in range(1, width + 1):
        harmonic.append(Fraction(0) if k < 3 else harmonic[k - 2] + Fraction(2, k - 2))
    for active in range(2, width + 1):
        rational += comb(width, active) * (harmonic[active] - harmonic[active - 1])
        logarithms += comb(width, active) * (1 if active % 2 == 0 else -1)
    with working_bits(bits_of(digits + 15) + 4 * width):
        return ball_of(rational / total) + 2 * ball_of(Fraction(logarithms, total)) * flint.arb(2).log()


def published_mean(width: int) -> flint.arb:
    """Return the approximation of -E ln of [1], 2/n + 100/n^2 + ...

    Examples
    --------
    >>> published_mean(20).str(5, radius=False)
    '0.28685'
    """
    _check(width)
    with working_bits(bits_of(40)):
        ratio, first, second = (
            ball_of(x)
            for x in (
                Fraction(width + 5, width - 1),
                Fraction(10 * width, (width + 5) ** 2),
                Fraction(6 * width, (width - 1) ** 2),
            )
        )
        return ratio.log() - first + second


def _trigamma(x: flint.arb) -> flint.arb:
    """psi'(x) is the Hurwitz zeta function at 2."""
    return flint.arb(2).zeta(x)


def _check(width: int) -> None:
    if isinstance(width, bool) or not isinstance(width, int) or not 2 <= width <= LARGEST_WIDTH:
        raise ValueError(
            f"small angle needs a width from 2 to {LARGEST_WIDTH} (K >= 2 units have to be active), got width={width!r}."
        )
