"""Residual blocks in the mean field: what a skip connection does to the kernel map, its fixed points and its rate.

The block is y = sqrt(1 - t^2) f(x) + t V x, f a layer with normalised or centred kernel map kappa and V an independent
linear layer: independent parts add up, so

    kappa_res(rho) = (1 - t^2) kappa(rho) + t^2 rho.

kappa_res - rho = (1 - t^2)(kappa - rho): the same fixed points and, as slopes move towards 1 without crossing it, the
same case; the nonlinearity strength becomes 1 + (1 - t^2)(beta_0 - 1).

With the identity as the skip (V = I, f(x) = s(W x)) the two parts are correlated: a sample x of mean entry m has, in the
infinite-width limit, the extra inner product t sqrt(1 - t^2) c_0 (m + m'), c_0 = E s.

References
----------
1. A. Joudaki, H. Daneshmand, F. Bach, NeurIPS 2023; the statements here are derived in the ledger's claim A23.
"""

from __future__ import annotations

from fractions import Fraction

import flint
import sympy as sp

from theory.enclosure.ball import bits_of, working_bits
from theory.kernel_map.correlation_map import MixedMap
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number


def residual_map(kernel: KernelMap, skip: Fraction) -> MixedMap:
    """Return (1 - t^2) kappa + t^2 rho, the map of a block with an independent linear skip of strength t.

    Parameters
    ----------
    kernel : KernelMap
        Normalised or centred.
    skip : Fraction
        t in [0, 1).

    Raises
    ------
    ValueError
        If the map is raw or t is outside [0, 1).

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> from theory.signal_propagation.fixed_point import fixed_points
    >>> from theory.kernel_map.kernel_map import KernelMap
    >>> square = KernelMap.normalised(Activation.from_text("square"))
    >>> [str(p.value) for p in fixed_points(residual_map(square, Fraction(3, 5))).points]  # those of the square itself
    ['1/2', '1']
    """
    if kernel.kind == "raw":
        raise ValueError("residual_map needs a normalised or centred map (value 1 at rho = 1), got kind='raw'.")
    return MixedMap.of(kernel, linear=_check_skip(skip) ** 2)


def residual_strength(kernel: KernelMap, skip: Fraction) -> Number:
    """Return 1 + (1 - t^2)(beta_0 - 1), the nonlinearity strength of the block.

    Raises
    ------
    ValueError
        If t is outside [0, 1).
    """
    share = 1 - _check_skip(skip) ** 2
    return Number.combine(lambda beta, s: 1 + s * (beta - 1), kernel.nonlinearity_strength, Number.of(share))


def identity_skip_cross_term(kernel: KernelMap, skip: Fraction, means: tuple[Fraction, Fraction]) -> Number:
    """Return t sqrt(1 - t^2) c_0 (m + m')/sqrt(scale), the inner product that an identity skip adds.

    Parameters
    ----------
    kernel : KernelMap
        The layer's; a centred one has no mean left, and the term is 0.
    skip : Fraction
        t in [0, 1).
    means : pair of Fraction
        Mean entries m, m' of the two samples.

    Raises
    ------
    ValueError
        If t is outside [0, 1).

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> from theory.kernel_map.kernel_map import KernelMap
    >>> relu = KernelMap.normalised(Activation.from_text("relu"))
    >>> identity_skip_cross_term(relu, Fraction(3, 5), (Fraction(2, 5), Fraction(2, 5))).decimal(6)  # 48/125/sqrt(pi)
    '0.216649'
    """
    t = _check_skip(skip)
    if kernel.kind == "centred":
        return Number.of(0)
    factor = Number.of(sp.sqrt(sp.Rational((1 - t**2).numerator, (1 - t**2).denominator)))
    total = Number.of(t * (Fraction(means[0]) + Fraction(means[1])))
    root = square_root(kernel.scale)
    return Number.combine(lambda c, f, m, r: c * f * m / r, kernel.hermite.mean, factor, total, root)


def square_root(number: Number) -> Number:
    """Return the root of a positive number, exact where it is."""
    if number.exact is not None:
        return Number.of(sp.sqrt(number.exact))

    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits + 10)):
            return number.ball(2 * digits + 10).sqrt()  # half of the digits survive where the number is small

    return Number.certified(enclose)


def _check_skip(skip: Fraction) -> Fraction:
    skip = Fraction(skip)
    if not 0 <= skip < 1:
        raise ValueError(f"residual_map needs a skip strength in [0, 1) (1 leaves no layer), got skip={skip}.")
    return skip
