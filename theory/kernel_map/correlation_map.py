"""Maps of correlations rho -> sum_k p_k rho^k, p_k >= 0, sum 1: what they must tell, and what can be decided of them.

A layer with mean-field correlation map kappa is known through its balls; whether a number *equals* 0 or 1 no ball can
tell. `compare` decides inequality by balls and equality by a closed form that SymPy reduces to 0; the predicates on
maps add what symmetry of the activation proves. Each is three-valued: None means undecided, never "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import flint
import sympy as sp
from sympy import Expr, Symbol

from theory.activation.activation import Activation
from theory.activation.evaluation import to_sympy
from theory.enclosure.ball import bits_of, working_bits
from theory.exact.field import equals_zero
from theory.kernel_map.kernel_map import KernelMap
from theory.kernel_map.value import as_ball
from theory.number import Number

_LARGEST_EXPONENT = 1000


class CorrelationMap(Protocol):
    """What a map of correlations must tell: a power series with coefficients p_k >= 0 of sum 1."""

    @property
    def symbol(self) -> Symbol:
        """The correlation of `expression`."""
        ...

    @property
    def expression(self) -> Expr | None:
        """The closed form, or None."""
        ...

    @property
    def slope_at_zero(self) -> Number:
        """p_1."""
        ...

    @property
    def slope_at_one(self) -> Number:
        """sum_k k p_k, infinite if it diverges."""
        ...

    def coefficient(self, degree: int) -> Number:
        """Return p_k."""
        ...

    def coefficients(self, count: int, digits: int) -> list[flint.arb]:
        """Return balls of p_0, ..., p_{count-1}."""
        ...

    def ball(self, rho: Any, digits: int = 30) -> flint.arb:
        """Return an enclosure of the map at a correlation."""
        ...

    def derivative(self, rho: Any, digits: int = 30) -> flint.arb:
        """Return an enclosure of its slope."""
        ...


@dataclass(frozen=True)
class MixedMap:
    """The map weight kappa(rho) + linear rho + constant, with nonnegative parts of sum 1.

    Parameters
    ----------
    kernel : KernelMap
        Normalised or centred.
    weight, linear, constant : Number
        ``weight`` = 1 - linear - constant.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> half = MixedMap.of(KernelMap.normalised(Activation.from_text("square")), linear=Fraction(1, 2))
    >>> half.coefficient(1).exact, half.slope_at_one.exact, half.ball(1).contains(1)
    (1/2, 7/6, True)
    """

    kernel: KernelMap
    weight: Number
    linear: Number
    constant: Number

    @classmethod
    def of(
        cls, kernel: KernelMap, *, linear: Number | Fraction = Fraction(0), constant: Number | Fraction = Fraction(0)
    ) -> MixedMap:
        """Return the mixture with these parts; the kernel map has the rest."""
        parts = [part if isinstance(part, Number) else Number.of(part) for part in (linear, constant)]
        return cls(kernel, Number.combine(lambda a, b: 1 - a - b, *parts), *parts)

    @property
    def symbol(self) -> Symbol:
        """The correlation of `expression`."""
        return self.kernel.symbol

    @property
    def expression(self) -> Expr | None:
        """The closed form, or None."""
        inner, parts = self.kernel.expression, (self.weight.exact, self.linear.exact, self.constant.exact)
        if inner is None or any(part is None for part in parts):
            return None
        return parts[0] * inner + parts[1] * self.symbol + parts[2]

    @property
    def slope_at_zero(self) -> Number:
        """weight p_1 + linear."""
        return self.coefficient(1)

    @property
    def slope_at_one(self) -> Number:
        """weight kappa'(1) + linear."""
        inner = self.kernel.slope_at_one
        return Number.combine(_mixed_slope, inner, self.weight, self.linear) if inner.is_finite else inner

    def coefficient(self, degree: int) -> Number:
        """Return the coefficient of rho^degree."""
        added = {0: self.constant, 1: self.linear}.get(degree, Number.of(0))
        return Number.combine(_mixed_slope, self.kernel.coefficient(degree), self.weight, added)

    def coefficients(self, count: int, digits: int) -> list[flint.arb]:
        """Return balls of the first coefficients."""
        inner = self.kernel.coefficients(count, digits)
        with working_bits(bits_of(digits + 6)):
            mixed = [self.weight.ball(digits + 6) * power for power in inner]
            for k, part in enumerate((self.constant, self.linear)[:count]):
                mixed[k] += part.ball(digits + 6)
        return mixed

    def ball(self, rho: Any, digits: int = 30) -> flint.arb:
        """Return an enclosure of the map at a correlation."""
        inner = self.kernel.ball(rho, digits + 2)
        with working_bits(bits_of(digits + 6)):
            weight, linear, constant = (n.ball(digits + 6) for n in (self.weight, self.linear, self.constant))
            return weight * inner + linear * as_ball(rho) + constant

    def derivative(self, rho: Any, digits: int = 30) -> flint.arb:
        """Return an enclosure of the slope at a correlation."""
        inner = self.kernel.derivative(rho, digits + 2)
        with working_bits(bits_of(digits + 6)):
            return self.weight.ball(digits + 6) * inner + self.linear.ball(digits + 6)


def _mixed_slope(inner: Any, weight: Any, added: Any) -> Any:
    return weight * inner + added


def compare(number: Number, value: int) -> int | None:
    """Return -1, 0 or 1 for a number below, equal to or above an integer, None if undecided.

    Balls decide inequality; equality needs a closed form whose difference SymPy simplifies to 0.

    Examples
    --------
    >>> import sympy as sp
    >>> compare(Number.of(sp.sqrt(2) ** 2), 2), compare(Number.of(sp.pi), 4), compare(Number.of(sp.oo), 1)
    (0, -1, 1)
    """
    if not number.is_finite:
        return 1 if number.exact is not None and number.exact.is_extended_positive else -1
    if number.exact is not None and number.exact.is_Rational:
        return int(bool(number.exact > value)) - int(bool(number.exact < value))
    for digits in (15, 60):
        ball = number.ball(digits)
        if ball < value:
            return -1
        if ball > value:
            return 1
    return 0 if number.exact is not None and _is_zero(number.exact - value) else None


def _is_zero(expression: Expr) -> bool:
    if equals_zero(expression):
        return True
    if any(e.args[0].is_Rational and abs(e.args[0]) > _LARGEST_EXPONENT for e in expression.atoms(sp.exp)):
        return False  # SymPy's simplify does not come back from exp(-10^10)
    return bool(sp.simplify(expression.rewrite(sp.exp)) == 0 or sp.simplify(expression) == 0)


def is_identity(kernel: CorrelationMap) -> bool:
    """Whether kappa(rho) = rho: a map of an affine activation, without its constant.

    Examples
    --------
    >>> from theory.activation.activation import Activation
    >>> is_identity(KernelMap.centred(Activation.from_text("2*x + 1")))
    True
    """
    if isinstance(kernel, KernelMap):
        return kernel.activation.is_affine and fixes_zero(kernel) is True
    return compare(kernel.slope_at_zero, 1) == 0


def fixes_zero(kernel: CorrelationMap) -> bool | None:
    """Return whether p_0 = 0; None if undecided.

    For a kernel map p_0 is the squared mean of the activation (0 for a centred map). A mean without closed form is 0
    if s is odd, which SymPy is asked to show where the tree does not.
    """
    if isinstance(kernel, KernelMap):
        if kernel.kind == "centred" or kernel.activation.parity == "odd":
            return True
        side = compare(kernel.hermite.mean, 0)
        if side is None and _symmetric_part_vanishes(kernel.activation, order=0):
            return True
        return None if side is None else side == 0
    if isinstance(kernel, MixedMap) and compare(kernel.constant, 0) == 0:
        return fixes_zero(kernel.kernel)
    side = compare(kernel.coefficient(0), 0)
    return None if side is None else side == 0


def is_odd(kernel: CorrelationMap) -> bool | None:
    """Return whether kappa is odd, which is kappa(-1) = -1; None if undecided.

    A centred map is odd if s(x) + s(-x) is constant, as for the sigmoid.
    """
    if isinstance(kernel, MixedMap) and compare(kernel.constant, 0) == 0:
        return is_odd(kernel.kernel)
    if isinstance(kernel, KernelMap) and kernel.activation.parity == "odd":
        return True
    for digits in (15, 60):
        if kernel.ball(-1, digits) > -1:
            return False
    if isinstance(kernel, KernelMap):
        order = 1 if kernel.kind == "centred" else 0
        return True if _symmetric_part_vanishes(kernel.activation, order) else None
    if kernel.expression is None:
        return None
    flipped = kernel.expression.subs(kernel.symbol, -kernel.symbol)
    return True if _is_zero(kernel.expression + flipped) else None


def _symmetric_part_vanishes(activation: Activation, order: int) -> bool:
    """Whether SymPy shows that s(x) + s(-x) is 0 (order 0) or constant (order 1). True is a proof, False is not."""
    if activation.pieces is None:
        return False
    x = sp.Symbol("x", real=True)
    pieces = activation.pieces
    if [-p.upper for p in pieces[:-1]] != [p.lower for p in reversed(pieces[1:])]:
        return False
    sums = [
        to_sympy(piece.expression, x) + to_sympy(mirror.expression, x).subs(x, -x)
        for piece, mirror in zip(pieces, reversed(pieces), strict=True)
    ]
    # one constant for all pieces; single points do not count
    return all(
        _is_zero(sp.diff(total, x, order)) and (order == 0 or _is_zero((total - sums[0]).subs(x, 1))) for total in sums
    )
