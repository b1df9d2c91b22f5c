"""Sums over nodes of weight times he_k(node), for all k at once, in balls; and bounds of he_k off the real line.

Conventions: he_k = He_k/sqrt(k!) orthonormal for N(0, 1). With weights u(x) for x > 0 and v(x) = u(-x) folded to
even and odd parts, ``He_{k+2}(x) = (x^2 - 2k - 1) He_k(x) - k(k-1) He_{k-2}(x)`` runs the even and the odd
chain apart, with the weight inside the chain: no product per term is left but two.

References
----------
1. Cramer's inequality |he_k(x)| <= 1.0865 exp(x^2/4) [DLMF 18.14.9 for He_k / sqrt(k!)].
2. E|he_k(X + iy)|^2 = L_k(-y^2), Laguerre: he_k(x + t) = sum_m sqrt(C(k,m)/m!) t^m he_{k-m}(x).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log, sqrt

import flint

_MOST_MEMORY = 1_000_000_000


def hermite_sums(
    nodes: Sequence[flint.arb], even: Sequence[flint.arb] | None, odd: Sequence[flint.arb] | None, count: int
) -> list[flint.arb]:
    """Return sum_j w_j he_k(x_j) for k < count, w = `even` for even k and `odd` for odd k (None: exactly 0).

    Examples
    --------
    >>> import flint
    >>> [s.str(5) for s in hermite_sums([flint.arb(2)], [flint.arb(1)], [flint.arb(1)], 4)]
    ['1.0000', '2.0000', '[2.1213 +/- 2.04e-5]', '[0.81650 +/- 3.42e-6]']
    """
    squares = [x * x for x in nodes]
    sums = [flint.arb(0)] * count
    for start, weights in ((0, even), (1, odd)):
        if weights is None or start >= count:
            continue
        before = [flint.arb(0)] * len(nodes)
        now = list(weights) if start == 0 else [w * x for w, x in zip(weights, nodes, strict=True)]
        for k in range(start, count, 2):
            sums[k] = sum(now, flint.arb(0))
            shift, factor = flint.arb(2 * k + 1), flint.arb(k * (k - 1))
            before, now = now, [(y - shift) * b - factor * a for y, b, a in zip(squares, now, before, strict=True)]
    factorial = flint.arb(1)
    for k in range(count):
        factorial = factorial * k if k else factorial
        sums[k] = sums[k] / factorial.sqrt()
    return sums


def check_memory(nodes: int, bits: int, digits: int) -> None:
    """Refuse a sum whose balls would not fit: some eight lists of that many balls of that many bits.

    Raises
    ------
    ValueError
        If that is more than 1 GB.
    """
    size = 8 * nodes * (bits / 8 + 100)
    if size > _MOST_MEMORY:
        raise ValueError(
            f"hermite_sums needs at most {_MOST_MEMORY / 1e9:.0f} GB, got about {size / 1e9:.1f} GB for {nodes} nodes of {bits} "
            f"bits at digits={digits}; ask for fewer digits."
        )


def guard_bits(count: int, length: int) -> int:
    """Return the bits that the chain loses for k < count and nodes up to `length`.

    Rounding errors grow like He_k(ix), about exp(x sqrt(k)), against weights exp(-x^2/2).
    """
    root = sqrt(count)
    exponent = count / 2 if root <= length else length * root - length**2 / 2
    return ceil(exponent / log(2)) + count.bit_length() * 2 + 16


def laguerre(degree: int, height: flint.arb) -> flint.arb:
    """Return L_k(-y^2) = E|he_k(X + iy)|^2, increasing in y and in k."""
    term = total = flint.arb(1)
    for m in range(degree):  # sum_m C(k, m) y^(2m)/m!: all terms positive, so a few bits do
        term = term * height * height * (degree - m) / (m + 1) ** 2
        total += term
    return total


def hermite_bound(degree: int, height: flint.arb) -> flint.arb:
    """Return B with |he_j(x + iy)| <= B exp(x^2/4) for j <= degree, |y| <= height: Cramer, then Cauchy-Schwarz."""
    return flint.arb("1.0865").upper() * ((degree + 1) * laguerre(degree, height)).sqrt()
