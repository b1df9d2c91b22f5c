"""Kernel maps of an activation: centred (`kappa`), normalised (`rms`) and `raw`, their derivatives and iterates.

    raw(r)    = E s(U) s(V) = sum_k c_k^2 r^k          rms(r) = raw(r)/raw(1)
    kappa(r)  = (raw(r) - c_0^2)/Var[s]                kappa(0) = 0, kappa(1) = 1

(U, V) standard normal with correlation r. Arguments of a term: (activation, r, order of the derivative, iterate).
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from theory.statement.quantity import Quantity, register


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
