"""Scales of residual branches: exact numbers that may depend on the depth L and on the place l of the block, 1 <= l <= L.

    text          branch scale                skip scale     source
    1/sqrt(L)     L^(-1/2)                    1              Hayou et al., Stable ResNet, AISTATS 2021
    deepnorm      ((8 L)^(-1/4))^m            (2 L)^(1/4)    Wang et al., DeepNet, 2022 (encoder; L sublayers count as L)
    fixup         0                           1              Zhang et al., Fixup, ICLR 2019 (last layer of a branch is 0)
    rezero        0                           1              Bachlechner et al., ReZero, UAI 2021; De, Smith, SkipInit, 2020

m is the number of linear layers of the branch: DeepNorm multiplies the deviation of each of them. Fixup also multiplies the
other m - 1 layers by L^(-1/(2m-2)), which a branch whose last layer is 0 does not show at initialisation.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

import sympy as sp
from sympy import Expr

from theory.syntax import exact_number, parse_syntax, shown

DEPTH, PLACE = sp.symbols("L l", positive=True, integer=True)
"""L, how often the enclosing block is repeated, and l = 1, ..., L, which repetition it is."""

NAMED = ("deepnorm", "fixup", "rezero", "skipinit")
"""Residual scalings that are known by name."""


@dataclass(frozen=True, slots=True)
class Scale:
    """An exact real number, or an expression in L and l.

    Parameters
    ----------
    expression : sympy.Expr
        In the symbols `DEPTH` and `PLACE`.

    Examples
    --------
    >>> Scale.from_text("1/sqrt(2*L)").at(8, 1)
    1/4
    >>> str(Scale.from_text("l/L"))
    'l/L'
    """

    expression: Expr

    @classmethod
    def of(cls, value: object) -> Scale:
        """Return a scale from a scale, a number or text.

        Raises
        ------
        ValueError
            As `from_text`; if the value is a float, whose binary digits are hardly meant.
        """
        if isinstance(value, Scale):
            return value
        if isinstance(value, str):
            return cls.from_text(value)
        if isinstance(value, float):
            raise ValueError(f"Scale needs an exact number (an int, a Fraction or text), got {value!r}.")
        return cls(sp.sympify(value))

    @classmethod
    def from_text(cls, text: str) -> Scale:
        """Read numbers, L, l, + - * / ** and sqrt; nothing is evaluated as code.

        Raises
        ------
        ValueError
            If anything else occurs; the message names it.
        """
        return cls(_read(parse_syntax(text, what="scale", max_length=120, max_depth=20), text))

    def at(self, depth: int, place: int) -> Expr:
        """Return the number at L = depth, l = place.

        Raises
        ------
        ValueError
            If it is no finite real number there.
        """
        value = self.expression.subs({DEPTH: depth, PLACE: place})
        if not (value.is_real and value.is_finite):
            raise ValueError(f"Scale needs a finite real number, got {self} = {value} at L={depth}, l={place}.")
        return value

    def __str__(self) -> str:
        return str(self.expression).replace(" ", "")


_OPERATORS = {ast.Add: "__add__", ast.Sub: "__sub__", ast.Mult: "__mul__", ast.Div: "__truediv__", ast.Pow: "__pow__"}
_LARGEST_POWER = 8


def _read(node: ast.expr, text: str) -> Expr:
    if isinstance(node, ast.Constant):
        return sp.Rational(exact_number(node, text))
    if isinstance(node, ast.Name) and node.id in ("L", "l"):
        return DEPTH if node.id == "L" else PLACE
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_read(node.operand, text)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        left, right = _read(node.left, text), _read(node.right, text)
        if isinstance(node.op, ast.Pow) and not (right.is_Rational and abs(right) <= _LARGEST_POWER):
            raise ValueError(f"scale needs rational exponents of size at most {_LARGEST_POWER}, got {shown(text)}.")
        if isinstance(node.op, ast.Div) and right == 0:
            raise ValueError(f"scale needs divisors other than 0, got {shown(text)}.")
        return getattr(left, _OPERATORS[type(node.op)])(right)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "sqrt"
        and len(node.args) == 1
    ):
        return sp.sqrt(_read(node.args[0], text))
    raise ValueError(f"scale needs numbers, L, l, + - * / ** and sqrt only, got {shown(text)}.")
