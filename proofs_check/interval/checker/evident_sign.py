"""The sign and the smoothness of an expression read off term by term, on a range that may be unbounded.

Signs: sums, products, quotients and powers of things of known sign. Smoothness: no divisor, logarithm, root or kink is met
at a place where it is not differentiable; a pole or a jump anywhere in the range is then excluded.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeAlias

# What is known of a number: >= 0, <= 0, != 0.
Known: TypeAlias = tuple[bool, bool, bool]
Tape: TypeAlias = Sequence[tuple[Any, ...]]
End: TypeAlias = Fraction | None


def evident_sign(tape: Tape, low: End, high: End) -> int:
    """1 if a tape in one variable is >= 0 term by term on [low, high] wherever it is defined, -1 if <= 0, else 0."""
    last = known_signs(tape, low, high)[-1]
    return 1 if last[0] else -1 if last[1] else 0


def roughness(tape: Tape, low: End, high: End) -> str:
    """The first function on a tape that is not evidently differentiable on the whole of [low, high]; "" if all are."""
    known = known_signs(tape, low, high)
    for name, *operands in tape:
        if name in _EVERYWHERE:
            continue
        x = known[operands[-1]] if name == "div" else known[operands[0]]
        positive = x[0] and x[2]
        nonzero = name in ("div", "abs", "sign", "heaviside") or (name == "powi" and operands[1] < 0)
        if name == "powi" and operands[1] >= 0:
            continue
        if not (x[2] if nonzero else positive and name in _ON_POSITIVE):
            return str(name)
    return ""


_EVERYWHERE = frozenset(
    [
        "q",
        "v",
        "pi",
        "add",
        "sub",
        "mul",
        "neg",
        "exp",
        "sin",
        "cos",
        "sinh",
        "cosh",
        "tanh",
        "atan",
        "asinh",
        "erf",
        "erfc",
    ]
)
_ON_POSITIVE = frozenset(["log", "sqrt", "gamma", "loggamma", "polygamma", "lowergamma", "uppergamma"])


def known_signs(tape: Tape, low: End, high: End) -> list[Known]:
    """What is known at each position: (>= 0, <= 0, != 0)."""
    known: list[Known] = []
    for name, *operands in tape:
        x = known[operands[0]] if operands and name not in ("q", "v") else (False, False, False)
        if name == "q":
            value = Fraction(operands[0])
            known.append((value >= 0, value <= 0, value != 0))
        elif name == "v":
            known.append(_sign_between(low, high))
        elif name in ("pi", "exp", "cosh"):
            known.append((True, False, True))
        elif name in ("sinh", "tanh", "atan", "asinh", "erf"):
            known.append(x)
        elif name == "neg":
            known.append((x[1], x[0], x[2]))
        elif name in ("mul", "div"):
            known.append(_product(x, known[operands[1]], name == "div"))
        elif name in ("add", "sub"):
            known.append(_sum(tape, name, operands, known, low, high))
        elif name == "powi":
            known.append(_power_sign(x, operands[1]))
        elif name == "sqrt":
            known.append((True, False, x[2]) if x[0] else (False, False, False))
        else:
            known.append((False, False, False))
    return known


def _sign_between(low: End, high: End) -> Known:
    above, below = low is not None and low >= 0, high is not None and high <= 0
    return above, below, (low is not None and low > 0) or (high is not None and high < 0)


def _product(x: Known, y: Known, quotient: bool) -> Known:
    if quotient and not y[2]:
        return False, False, False
    return (x[0] and y[0]) or (x[1] and y[1]), (x[0] and y[1]) or (x[1] and y[0]), x[2] and y[2]


def _sum(
    tape: Tape,
    name: str,
    operands: list[int],
    known: list[Known],
    low: End,
    high: End,
) -> Known:
    first, second = tape[operands[0]], tape[operands[1]]
    if first[0] == "v" and second[0] == "q":
        # x - c is the distance from c, whatever the sign of x.
        shift = Fraction(second[1]) if name == "add" else -Fraction(second[1])
        return _sign_between(None if low is None else low + shift, None if high is None else high + shift)
    if first[0] == "q" and second[0] == "v":  # c + x, c - x
        shift = Fraction(first[1]) if name == "add" else -Fraction(first[1])
        ends = _sign_between(None if low is None else low + shift, None if high is None else high + shift)
        return ends if name == "add" else (ends[1], ends[0], ends[2])
    if first[0] == "sqrt" and second[0] == "q":
        root = _root_beside(tape, first[1], Fraction(second[1]) * (-1 if name == "add" else 1), low, high)
        if root is not None:
            return root
    x, y = known[operands[0]], known[operands[1]]
    if name == "sub":
        y = (y[1], y[0], y[2])
    return x[0] and y[0], x[1] and y[1], ((x[0] and y[0]) or (x[1] and y[1])) and (x[2] or y[2])


def _root_beside(tape: Tape, under: int, c: Fraction, low: End, high: End) -> Known | None:
    """What is known of sqrt(t) - c, c >= 0, t the variable with a shift: it has the sign of t - c^2."""
    shift = _shift(tape, under)
    if c < 0 or shift is None:
        return None
    shift -= c * c
    return _sign_between(None if low is None else low + shift, None if high is None else high + shift)


def _shift(tape: Tape, position: int) -> Fraction | None:
    """q if a position holds the one variable plus q, else None."""
    name, *operands = tape[position]
    if name == "v":
        return Fraction(0)
    if name in ("add", "sub") and tape[operands[1]][0] == "q":
        before, own = _shift(tape, operands[0]), Fraction(tape[operands[1]][1])
        return None if before is None else before + (own if name == "add" else -own)
    return None


def _power_sign(x: Known, n: int) -> Known:
    if n < 0 and not x[2]:
        return False, False, False
    return (True, False, x[2]) if n % 2 == 0 else x
