"""An activation: an expression that is finite, square-integrable for the Gaussian and not constant, with what follows.

The object is the one every engine takes: exact pieces for the symbolic engine, balls with a proved growth bound for
the certified one, a vectorised function for sampling.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from typing import Literal

import flint
import mpmath
import numpy as np
import sympy as sp
from sympy import Expr

from theory.activation.catalogue import CATALOGUE, named_expression
from theory.activation.domain import GrowthBound, check_activation
from theory.activation.evaluation import ball_of_constant, to_ball, to_mpmath, to_numpy, to_sympy
from theory.activation.expression import Expression, X, number
from theory.activation.parser import parse_expression
from theory.activation.pieces import Piece, smooth_pieces
from theory.notebook import display_math


@dataclass(frozen=True)
class Activation:
    """A function s with E s(Z)^2 < oo for Z ~ N(0, 1), known as an expression tree.

    Parameters
    ----------
    name : str
        How reports call it.
    expression : Expression
        The tree in x.

    Raises
    ------
    ValueError
        If the expression is not finite on the real line, not square-integrable, or constant.

    Examples
    --------
    >>> Activation.from_text("max(x, 0) + 0.1*min(x, 0)").break_points
    (0,)
    >>> Activation.from_text("exp(x**2)")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    ValueError: activation needs to be square-integrable for the Gaussian ...
    """

    name: str
    expression: Expression
    growth: GrowthBound = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "growth", check_activation(self.expression))

    @classmethod
    def from_text(cls, text: str) -> Activation:
        """Return the activation with this name, or the one this text writes down.

        Raises
        ------
        TypeError
            If `text` is not a string.
        ValueError
            If the text is outside the grammar or writes no activation.
        """
        known = _named(text.strip()) if isinstance(text, str) else None
        return known if known is not None else cls(str(text).strip(), parse_expression(text))

    def __str__(self) -> str:
        return self.name

    def _repr_latex_(self) -> str:
        """Return s(x) = its formula, for notebooks."""
        return display_math(f"s(x) = {sp.latex(self.sympy)}")

    @property
    def text(self) -> str:
        """The expression as text the parser reads."""
        return str(self.expression)

    @cached_property
    def sympy(self) -> Expr:
        """The expression in SymPy, in the real symbol x."""
        return to_sympy(self.expression)

    @cached_property
    def pieces(self) -> tuple[Piece, ...] | None:
        """The smooth pieces between exact break points, or None where a break point is not exact."""
        return smooth_pieces(self.expression)

    @property
    def break_points(self) -> tuple[Expr, ...] | None:
        """The exact points where the pieces meet, ascending; empty for a smooth activation."""
        return None if self.pieces is None else tuple(piece.upper for piece in self.pieces[:-1])

    @cached_property
    def parity(self) -> Parity:
        """The symmetry under x -> -x where the tree or its polynomial pieces show it; None if neither does."""
        return _parity(self)

    @cached_property
    def is_affine(self) -> bool:
        """Whether s(x) = a + b x for all x: then kernel maps are linear and nothing contracts.

        A second difference that is certainly not 0 says no; otherwise SymPy must show that the derivative is constant.
        """
        second_differences = (
            [ball_of_constant(self.expression.replace(X, number(centre + k))) for k in (-1, 0, 1)]
            for centre in (Fraction(-5, 3), Fraction(1, 7), Fraction(9, 4))
        )
        if any(not (left - 2 * middle + right).contains(0) for left, middle, right in second_differences):
            return False
        if self.pieces is None or len(self.pieces) > 1:
            return False

        second = sp.diff(to_sympy(self.pieces[0].expression), sp.Symbol("x", real=True), 2)
        return bool(sp.simplify(second) == 0)

    @cached_property
    def _vectorised(self) -> Callable[[np.ndarray], np.ndarray]:
        return to_numpy(self.expression)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Return s(x) elementwise, in the float type of `x`."""
        return self._vectorised(x)

    def at(self, x: mpmath.mpf) -> mpmath.mpf:
        """Return s(x) at mpmath's current precision."""
        return to_mpmath(self.expression, x)

    def ball(self, z: flint.acb, analytic: bool = False) -> flint.acb:
        """Return an enclosure of s on a complex ball; see `theory.activation.evaluation.to_ball`."""
        return to_ball(self.expression, z, analytic)


_ODD = frozenset({"sign", "sin", "tan", "tanh", "sinh", "atan", "asinh", "erf"})
_EVEN = frozenset({"abs", "cos", "cosh"})
Parity = Literal["even", "odd"] | None


def _parity(activation: Activation) -> Parity:
    """Return the parity that the tree shows, else the one its polynomial pieces show."""
    structural = _structural_parity(activation.expression)
    if structural is not None:
        return structural
    mirrored = activation.expression.replace(X, -X)
    for sign, name in ((1, "even"), (-1, "odd")):
        if all(_agree(activation.expression, mirrored, sign, q) for q in (Fraction(3, 7), Fraction(11, 5))):
            return ("even" if name == "even" else "odd") if _pieces_mirror(activation.pieces, sign) else None
    return None


def _structural_parity(expression: Expression) -> Parity:
    parities: dict[Expression, Parity] = {}
    for node in expression.nodes():
        inner = [parities[o] for o in node.operands]
        if node.is_constant:
            parities[node] = "even"
        elif node.head == "x":
            parities[node] = "odd"
        elif None in inner:
            parities[node] = None
        elif node.head in {"multiply", "divide"}:
            parities[node] = "even" if inner[0] == inner[1] else "odd"
        elif node.head == "power" and node.value is not None and node.value.denominator == 1:
            parities[node] = "odd" if inner[0] == "odd" and node.value % 2 else "even"
        elif node.head in {"add", "subtract"}:
            parities[node] = inner[0] if inner[0] == inner[1] else None
        elif node.head == "negate" or node.head in _ODD:
            parities[node] = inner[0]
        else:
            parities[node] = "even" if node.head in _EVEN or all(p == "even" for p in inner) else None
    return parities[expression]


def _agree(expression: Expression, mirrored: Expression, sign: int, at: Fraction) -> bool:
    left, right = (ball_of_constant(e.replace(X, number(at))) for e in (expression, mirrored))
    return bool(left.overlaps(sign * right))


def _pieces_mirror(pieces: tuple[Piece, ...] | None, sign: int) -> bool:
    """Whether polynomial pieces are mirror images of each other, exactly."""
    if pieces is None or [(-p.upper, -p.lower) for p in reversed(pieces)] != [(p.lower, p.upper) for p in pieces]:
        return False
    x = sp.Symbol("x", real=True)
    for piece, mirror in zip(pieces, reversed(pieces), strict=True):
        difference = to_sympy(piece.expression, x) - sign * to_sympy(mirror.expression, x).subs(x, -x)
        if not difference.is_polynomial(x) or sp.expand(difference) != 0:
            return False
    return True


@cache
def _named(name: str) -> Activation | None:
    """Return the activation of this name, one object for all its names: what it has worked out is kept."""
    known = named_expression(name)
    if known is None:
        return None
    return Activation(*known) if known[0] == name else _named(known[0])


def catalogue(*names: str) -> tuple[Activation, ...]:
    """Return the named activations, or all of them (without the He_k) if no name is given.

    Raises
    ------
    ValueError
        If a name is not in the catalogue.
    """
    found = [_named(name.strip()) for name in names or tuple(CATALOGUE)]
    for name, activation in zip(names, found, strict=False):
        if activation is None:
            raise ValueError(f"catalogue needs names it holds ({', '.join(CATALOGUE)}, He_k), got {name!r}.")
    return tuple(activation for activation in found if activation is not None)
