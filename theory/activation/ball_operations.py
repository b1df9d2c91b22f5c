"""Operations of an expression on complex balls: enclosures, with the `analytic` flag of `acb.integral`.

When the flag is set, an operation that is not analytic on the whole ball returns nan: without it an integral gets a
confidently wrong enclosure (Johansson, "Numerical integration in arbitrary-precision ball arithmetic", 2018, section 3).
Off the real axis a kinked operation is its analytic continuation from either side.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint


def power(exponent: Fraction) -> Callable[..., Any]:
    """Return base -> base^exponent; a fractional power on the real line knows its base to be nonnegative."""
    if exponent.denominator == 1:
        whole = int(exponent)
        return lambda _, base: base**whole
    ratio = flint.fmpq(exponent.numerator, exponent.denominator)

    def root(analytic: bool, base: flint.acb) -> flint.acb:
        if base.imag == 0 and not analytic:  # the base is known to be >= 0 on the line: the power is monotone there
            low, high = (end.nonnegative_part() for end in (base.real.lower(), base.real.upper()))
            return flint.acb((low**ratio).union(high**ratio)) if exponent > 0 else flint.acb(base.real**ratio)
        return base.pow(flint.acb(ratio), analytic)

    return root


def _square_root(analytic: bool, u: flint.acb) -> flint.acb:
    """Return the root; on the real line the argument is known to be >= 0, so only that part of a ball counts."""
    return flint.acb(u.real.nonnegative_part().sqrt()) if u.imag == 0 and not analytic else u.sqrt(analytic)


def _logarithm(analytic: bool, u: flint.acb) -> flint.acb:
    return u.log(analytic) if u.imag != 0 or analytic or u.real > 0 else flint.acb("nan")


def _arctangent(analytic: bool, u: flint.acb) -> flint.acb:
    """Return atan; its cuts are the imaginary axis beyond +-i."""
    return u.atan() if _off_imaginary_cuts(analytic, u) else flint.acb("nan")


def _inverse_sinh(analytic: bool, u: flint.acb) -> flint.acb:
    """Return asinh; its cuts are the imaginary axis beyond +-i."""
    if not _off_imaginary_cuts(analytic, u):
        return flint.acb("nan")
    return -(-u).asinh() if u.real > 0 else u.asinh()  # Arb's is nan on wide balls to the right of 0, not to the left


def _off_imaginary_cuts(analytic: bool, u: flint.acb) -> bool:
    return not analytic or bool(abs(u.imag) < 1) or bool(u.real > 0) or bool(u.real < 0)


def _softplus(analytic: bool, u: flint.acb) -> flint.acb:
    """Return log(1 + exp(u)), for Re u > 0 as u + log(1 + exp(-u)) so that a wide ball does not overflow.

    The two forms are one analytic function on {Re u < 0} and {|Im u| < pi} together; beyond, around the branch point
    i pi, they differ by 2 pi i, and neighbouring balls evaluated by different forms would hide a jump.
    """
    if analytic and not u.real < 0 and not abs(u.imag) < flint.arb.pi():
        return flint.acb("nan")
    if u.real > 0:
        return u + (1 + (-u).exp()).log(analytic)
    return (1 + u.exp()).log(analytic)


def _normal_cdf(_: bool, u: flint.acb) -> flint.acb:
    half = flint.acb(flint.fmpq(1, 2))
    return (-u * half.sqrt()).erfc() * half


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda _, a, b: a + b,
    "subtract": lambda _, a, b: a - b,
    "multiply": lambda _, a, b: a * b,
    "divide": lambda _, a, b: a / b,
    "negate": lambda _, a: -a,
    "max": lambda analytic, a, b: a.real_max(b, analytic),
    "min": lambda analytic, a, b: a.real_min(b, analytic),
    "abs": lambda analytic, u: u.real_abs(analytic),
    "sign": lambda analytic, u: u.real_sgn(analytic),
    "step": lambda analytic, u: u.real_heaviside(analytic),
    "sqrt": _square_root,
    "log": _logarithm,
    "exp": lambda _, u: u.exp(),
    "sin": lambda _, u: u.sin(),
    "cos": lambda _, u: u.cos(),
    "tan": lambda _, u: u.tan(),
    "tanh": lambda _, u: u.tanh(),
    "sinh": lambda _, u: u.sinh(),
    "cosh": lambda _, u: u.cosh(),
    "atan": _arctangent,
    "asinh": _inverse_sinh,
    "erf": lambda _, u: u.erf(),
    "erfc": lambda _, u: u.erfc(),
    "Phi": _normal_cdf,
    "sigmoid": lambda _, u: (1 + (u / 2).tanh()) / 2,
    "softplus": _softplus,
}
"""``operation(analytic, *operands)``; roots on the real line know their argument to be nonnegative there."""
