"""Break points of an activation, exactly, and its smooth pieces between them.

A kinked operation (max, min, abs, sign, step) switches branch where its argument changes sign. When the zeros of every such
argument are known exactly (`sign_change.py`), so are the break points, and each piece is a tree without kinks. Other
arguments, as in ``max(x, cos(x))``, have no exact break points here, and those with infinitely many, as in ``abs(sin(x))``,
only on a bounded interval (`periodic_pieces.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import sympy
import sympy as sp

from theory.activation.expression import KINKED, Expression, number
from theory.activation.sign_change import NoExactZerosError, real_zeros, sign_between
from theory.exact.sign import UndecidedSignError, is_less


@dataclass(frozen=True, slots=True)
class Piece:
    """The tree without kinks that an activation equals on the open interval (lower, upper)."""

    lower: sympy.Expr
    upper: sympy.Expr
    expression: Expression


def smooth_pieces(expression: Expression) -> tuple[Piece, ...] | None:
    """Return the smooth pieces from -oo to oo, or None if some break point is not exact.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    tuple of Piece or None
        Contiguous, neighbours different; one piece for a smooth activation.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> [(p.lower, p.upper, str(p.expression)) for p in smooth_pieces(parse_expression("max(x, 0)"))]
    [(-oo, 0, '0'), (0, oo, 'x')]
    """
    try:
        return tuple(_merged(_split(expression, -sp.oo, sp.oo)))
    except (NoExactZerosError, UndecidedSignError):
        return None


def break_points(expression: Expression) -> tuple[sympy.Expr, ...] | None:
    """Return the exact points where the smooth pieces meet, ascending, or None if some is not exact."""
    pieces = smooth_pieces(expression)
    return None if pieces is None else tuple(piece.upper for piece in pieces[:-1])


def _split(expression: Expression, lower: sympy.Expr, upper: sympy.Expr) -> list[Piece]:
    """Return the pieces of `expression` on (lower, upper), resolving one innermost kinked operation at a time."""
    kinked = next((node for node in expression.nodes() if node.head in KINKED), None)  # operands come first
    if kinked is None:
        return [Piece(lower, upper, expression)]
    argument = kinked.operands[0]
    if len(kinked.operands) == 2:
        argument = argument - kinked.operands[1]
    inner = [zero for zero in real_zeros(argument) if is_less(lower, zero) and is_less(zero, upper)]
    ends = [lower, *inner, upper]
    pieces = []
    for left, right in pairwise(ends):
        branch = _branch(kinked, sign_between(argument, left, right))
        pieces += _split(_folded(expression.replace(kinked, branch)), left, right)
    return pieces


def _branch(kinked: Expression, argument_sign: int) -> Expression:
    """Return what a kinked operation equals where its argument (or difference) has this sign."""
    first = kinked.operands[0]
    second = kinked.operands[-1]
    return {
        "max": first if argument_sign >= 0 else second,
        "min": second if argument_sign >= 0 else first,
        "abs": first if argument_sign >= 0 else -first,
        "sign": number(argument_sign),
        "step": number(argument_sign + 1) / 2,
    }[kinked.head]


def _folded(expression: Expression) -> Expression:
    """Return the tree with zeros, ones and rational sums folded away, as branches leave many of them."""
    zero, one = number(0), number(1)
    values: dict[Expression, Expression] = {}
    for node in expression.nodes():
        operands = tuple(values[o] for o in node.operands)
        result = Expression(node.head, operands, node.value)
        if node.head == "add":
            result = (
                operands[1]
                if operands[0] == zero
                else operands[0]
                if operands[1] == zero
                else operands[0] + operands[1]
            )
        elif node.head == "subtract":
            result = (
                -operands[1]
                if operands[0] == zero
                else operands[0]
                if operands[1] == zero
                else operands[0] - operands[1]
            )
        elif node.head == "multiply":
            result = _product(operands[0], operands[1], zero, one)
        elif node.head == "divide" and operands[0] == zero:
            result = zero
        elif node.head == "negate":
            result = -operands[0]
        elif node.head == "exp" and operands[0] == zero:
            result = one
        elif node.head == "power" and node.value is not None and operands[0] in (zero, one) and node.value > 0:
            result = operands[0]
        values[node] = result
    return values[expression]


def _product(left: Expression, right: Expression, zero: Expression, one: Expression) -> Expression:
    if zero in (left, right):
        return zero
    if left == one:
        return right
    return left if right == one else left * right


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Join neighbours with the same tree: a kink that cancels is no break point."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].expression == piece.expression:
            merged[-1] = Piece(merged[-1].lower, piece.upper, piece.expression)
        else:
            merged.append(piece)
    return merged
