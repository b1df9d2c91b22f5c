"""Haar expectations of entries and traces, and Weingarten functions, as exact functions of the dimension.

    E_O(d)[...]  E_U(d)[...]  E_Sp(d)[...]    Wg_O(2, 1; d)  Wg_U(...)  Wg_Sp(...)

The integrand is kept as canonical text, which `theory.haar` reads: ``O[1,1]**2*O[2,2]**2``, ``abs(U[1,1])**4``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import flint
import sympy as sp
from sympy.core.symbol import Str

from theory.haar.entry_expression import parse_entry_polynomial
from theory.haar.monomial import haar_moment
from theory.haar.rational_function import RationalFunction
from theory.haar.trace import trace_moment
from theory.haar.trace_expression import parse_trace_expression
from theory.haar.weingarten import weingarten
from theory.kernel_map.value import as_ball
from theory.statement.quantity import Quantity, Undecided, Undefined, register

GROUPS = {"O": "orthogonal", "U": "unitary", "Sp": "symplectic"}


@register
class HaarMean(Quantity):
    """E_group(d)[integrand]: arguments (group letter, dimension, integrand text)."""

    word = "E_O"
    form = "haar"
    family = "Haar"
    nargs = 3
    meaning = "mean over the Haar measure of O(d) (E_U, E_Sp likewise) of a polynomial in entries or traces"
    example = "for d >= 2: E_O(d)[O[1,1]^4] = 3/(d*(d+2))"

    def __new__(cls, group: Any, dimension: Any, integrand: Any, **options: Any) -> Any:
        """Keep the texts as SymPy strings."""
        group, integrand = (x if isinstance(x, Str) else Str(str(x)) for x in (group, integrand))
        return super().__new__(cls, group, dimension, integrand, **options)

    @property
    def group(self) -> str:
        """O, U or Sp."""
        return self.args[0].name

    @property
    def dimension(self) -> sp.Expr:
        """The size of the matrices."""
        return self.args[1]

    @property
    def integrand(self) -> str:
        """The text of what is averaged."""
        return self.args[2].name

    def exact(self, dimension: int | None) -> Fraction | RationalFunction:
        """Return the mean at an integer dimension, or as a rational function of it; see `least_dimension`."""
        if "tr(" in self.integrand:
            moment = trace_moment(parse_trace_expression(self.integrand, []), dimension, symmetric=[])
            if any(words for words, _ in moment.terms):
                raise Undecided(f"no number for {self.integrand} (traces of fixed matrices are left)")
            value: Any = moment.terms[0][1] if moment.terms else Fraction(0)
        else:
            value = haar_moment(self.integrand, dimension)
        if isinstance(value, sp.Expr):
            raise Undecided(f"no number for {self.integrand} (it has names)")
        return RationalFunction.constant(value) if dimension is None and isinstance(value, Fraction) else value

    @property
    def least_dimension(self) -> int:
        """The dimension from which on the rational function is the mean."""
        value = self.exact(None)
        return (value.least_dimension or 1) if isinstance(value, RationalFunction) else 1

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return the mean at an integer dimension."""
        dimension = values[1]
        try:
            return as_ball(self.exact(dimension))
        except Undecided:
            raise
        except ValueError as error:
            raise Undefined(f"a dimension at which {self.integrand} makes sense ({error})") from None


@register
class Weingarten(Quantity):
    """Wg_group(parts; d): arguments (group letter, text of the parts, dimension)."""

    word = "Wg_U"
    form = "function"
    family = "Haar"
    nargs = 3
    meaning = "Weingarten function of U(d) (Wg_O, Wg_Sp likewise) of a partition"
    example = "for d >= 2: Wg_U(1, 1; d) = 1/(d^2-1)"

    def __new__(cls, group: Any, parts: Any, dimension: Any, **options: Any) -> Any:
        """Keep the texts as SymPy strings."""
        group, parts = (x if isinstance(x, Str) else Str(str(x)) for x in (group, parts))
        return super().__new__(cls, group, parts, dimension, **options)

    def exact(self, dimension: int | None) -> Fraction | RationalFunction:
        """Return the value at an integer dimension, or as a rational function of it."""
        group, parts, _ = self.args
        return weingarten(GROUPS[group.name], tuple(int(p) for p in parts.name.split(",")), dimension)

    @property
    def least_dimension(self) -> int:
        """The dimension from which on the rational function is the value."""
        order = sum(int(p) for p in self.args[1].name.split(","))
        return order * (2 if self.args[0].name == "Sp" else 1)

    @property
    def dimension(self) -> sp.Expr:
        """The size of the matrices."""
        return self.args[2]

    def enclose(self, values: tuple[Any, ...], digits: int) -> flint.arb:  # noqa: ARG002
        """Return the value at an integer dimension."""
        return as_ball(self.exact(values[2]))


def check_integrand(text: str) -> None:
    """Raise ValueError unless `theory.haar` can read the text as entries or traces of one Haar matrix."""
    if "tr(" in text:
        parse_trace_expression(text, [])
    else:
        parse_entry_polynomial(text)
