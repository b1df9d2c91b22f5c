"""Kernel maps of an activation: centred (`kappa`), normalised (`rms`) and `raw`, their derivatives and iterates.

    raw(r)    = E s(U) s(V) = sum_k c_k^2 r^k          rms(r) = raw(r)/raw(1)
    kappa(r)  = (raw(r) - c_0^2)/Var[s]                kappa(0) = 0, kappa(1) = 1

(U, V) standard normal with correlation r. Arguments of a term: (activation, r, order of the derivative, iterate).
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import flint
import sympy as sp

from theory.activation.activation import Activation
from theory.enclosure.ball import ball_of
from theory.kernel_map.kernel_map import KernelMap
from theory.kernel_map.value import as_ball, raw_value, slope_activation
from theory.number import Number
from theory.statement.law import Law
from theory.statement.quantity import Quantity, Undecided, Undefined, register


class KernelTerm(Quantity):
    """A kernel map's value: (s, r, order, iterate); the identity if iterated 0 times."""

    form = "call"
    family = "kernel map"
    nargs = 4

    def __new__(cls, activation: Any, at: Any, order: Any = 0, iterate: Any = 1, **options: Any) -> Any:
        """Fill in: not differentiated, applied once."""
        return super().__new__(cls, activation, at, sp.sympify(order), sp.sympify(iterate), **options)

    @classmethod
    def eval(cls, *arguments: Any) -> Any:
        """Return r for the map iterated 0 times, and its derivatives."""
        _, at, order, iterate = arguments
        if iterate == 0:
            return {0: at, 1: sp.Integer(1)}.get(int(order), sp.Integer(0))
        return None

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative with respect to r."""
        activation, at, order, iterate = self.args
        if argindex != 2:
            raise ValueError(f"a kernel map is differentiated in its correlation only, got argument {argindex}.")
        return type(self)(activation, at, order + 1, iterate)

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:
        """Return a ball of the map (iterated, differentiated) of an Activation or a Law."""
        source, at, order, iterate = values
        if iterate < 0:
            raise Undefined(f"{self.word} applied {iterate} times")
        if order > 1 and iterate > 1:
            raise Undecided(f"no ball for the {order}th derivative of an iterate")
        slope = flint.arb(1)
        for _ in range(iterate - 1):
            if order == 1:
                slope *= as_ball(self._once(source, at, 1, digits))
            at = self._once(source, at, 0, digits)
            if isinstance(at, Fraction) and at.denominator.bit_length() > _LONGEST_FRACTION:
                at = as_ball(at)
        if iterate == 0:
            return as_ball(at) if order == 0 else flint.arb(int(order == 1))
        last = self._once(source, at, order, digits)
        return slope * (last if isinstance(last, flint.arb) else as_ball(last))

    def _once(self, source: Any, at: Any, order: int, digits: int) -> Any:
        """Return the map or a derivative at one correlation: exact fractions of a law stay exact."""
        if isinstance(at, flint.arb) and not abs(at) <= 1:
            if abs(at) > 1:
                raise Undefined(f"a correlation in [-1, 1] for {self.word}, not {at.str(5)}")
            at = at.intersection(flint.arb(0, 1))
        if not isinstance(at, flint.arb) and abs(at) > 1:
            raise Undefined(f"a correlation in [-1, 1] for {self.word}, not {at}")
        if (
            order == 0
            and not isinstance(at, flint.arb)
            and self.word != "raw"
            and (at == 1 or (at == 0 and self.word == "kappa"))
        ):
            return Fraction(at)
        if isinstance(source, Law):
            centred = self.word == "kappa"
            exact = not isinstance(at, flint.arb)
            value = source.value(Fraction(at), order, centred) if exact else source.ball(at, order, centred)
            return value if self.word != "raw" or source.factor == 1 else as_ball(value) * ball_of(source.factor**2)
        return _value(source, self.word, at, order, digits)

    @property
    def may_be_infinite(self) -> bool:
        """Whether a derivative at a correlation that may be 1 or -1 is meant."""
        return bool(self.args[2] != 0 and (abs(self.at) < 1) is not sp.true)

    @property
    def activation(self) -> sp.Symbol:
        """The activation's variable."""
        return self.args[0]

    @property
    def at(self) -> sp.Expr:
        """The correlation."""
        return self.args[1]

    @property
    def order(self) -> int:
        """How often the map is differentiated."""
        return int(self.args[2])

    @property
    def iterate(self) -> sp.Expr:
        """How often the map is applied."""
        return self.args[3]


_LONGEST_FRACTION = 256
"""Bits of a denominator beyond which an iterate goes on as a ball."""
_KINDS = {"kappa": "centred", "rms": "normalised", "raw": "raw"}


def _value(activation: Activation, word: str, at: Any, order: int, digits: int) -> flint.arb:
    """Return a ball of the map of an activation, or of a derivative (Price's theorem)."""
    kernel = KernelMap(_KINDS[word], activation)  # type: ignore[arg-type]
    if order == 0:
        return kernel.ball(at, digits)
    at_one = not isinstance(at, flint.arb) and at == 1
    if order == 1 and at_one:
        return _finite(kernel.slope_at_one, word, activation, 1, digits)
    if order == 2 and at_one:
        return _finite(kernel.curvature_at_one, word, activation, 2, digits)
    if not isinstance(at, flint.arb) and at == 0:
        return kernel.coefficient(order).ball(digits) * math.factorial(order)
    if order == 1:
        return kernel.derivative(at, digits)
    derived: Any = activation
    for _ in range(order):
        derived = slope_activation(derived)
        if not isinstance(derived, Activation):
            break
    if isinstance(derived, Activation):
        return raw_value(derived, as_ball(at), digits) / kernel.scale.ball(digits)
    raise Undecided(f"no ball for the derivative of order {order} of {word} of {activation}")


def _finite(number: Number, word: str, activation: Activation, order: int, digits: int) -> flint.arb:
    if not number.is_finite:
        raise Undefined(f"{word}{order * chr(39)}(1) that is finite (it is infinite for {activation})")
    return number.ball(digits)


@register
class Kappa(KernelTerm):
    """The centred kernel map."""

    word = "kappa"
    latex_name = r"\kappa"
    meaning = "centred kernel map: (E s(U) s(V) - c_0^2)/Var[s], what layer norm does to a correlation"
    example = "for every activation s, r in [0, 1]: kappa(r) <= r"
    facts = (
        "for every activation s: kappa(0) = 0",
        "for every activation s: kappa(1) = 1",
        "for every activation s, r in [0, 1]: kappa(r) >= 0",
        "for every activation s, r in [-1, 1]: |kappa(r)| <= |r|",
        "for every activation s, r in [0, 1): kappa'(r) >= 0",
    )


@register
class Rms(KernelTerm):
    """The normalised kernel map."""

    word = "rms"
    latex_name = r"\kappa_{\mathrm{RMS}}"
    meaning = "normalised kernel map: E s(U) s(V)/E s^2, what RMS norm does to a correlation"
    example = "for s = relu, r in [-1, 1]: rms(r) >= r"
    facts = (
        "for every activation s: rms(1) = 1",
        "for every activation s, r in [0, 1]: rms(r) >= 0",
        "for every activation s, r in [-1, 1]: |rms(r)| <= 1",
    )


@register
class Raw(KernelTerm):
    """The kernel map without normalisation."""

    word = "raw"
    latex_name = r"\kappa_{\mathrm{raw}}"
    meaning = "raw kernel map: E s(U) s(V)"
    example = "for every activation s, r in [-1, 1]: |raw(r)| <= raw(1)"
    facts = ("for every activation s, r in [0, 1]: raw(r) >= 0",)
