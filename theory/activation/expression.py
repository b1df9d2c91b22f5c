"""Expression trees in one real variable: the project's own form of an activation.

A tree is built from exact rationals, pi, E and the variable x by the operations of `ARITY`; it is small, immutable,
hashable and inert. SymPy objects, floats, mpmath numbers and balls are made from it later, per need
(`theory.activation.evaluation`), so hostile text can never reach a constructor that computes.

Conventions: ``step(0) = 1/2`` and ``sign(0) = 0``, so ``sign = 2 step - 1`` everywhere; ``Phi`` is the standard normal
distribution function; `power` carries its exact rational exponent in `value`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

ARITY: dict[str, int] = {
    "number": 0, "pi": 0, "E": 0, "x": 0,
    "add": 2, "subtract": 2, "multiply": 2, "divide": 2, "negate": 1, "power": 1,
    "max": 2, "min": 2, "abs": 1, "sign": 1, "step": 1,
    "exp": 1, "log": 1, "sqrt": 1, "sin": 1, "cos": 1, "tan": 1, "tanh": 1, "sinh": 1, "cosh": 1,
    "atan": 1, "asinh": 1, "erf": 1, "erfc": 1, "Phi": 1, "sigmoid": 1, "softplus": 1,
}  # fmt: skip
"""Every operation a tree may hold, with its number of operands."""

KINKED = frozenset({"max", "min", "abs", "sign", "step"})
"""Operations that are not analytic on the real line."""


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """One node: an operation with its operands; `value` is the number, or the exponent of a power.

    Examples
    --------
    >>> str(X * normal_cdf(X))
    'x*Phi(x)'
    """

    head: str
    operands: tuple[Expression, ...] = ()
    value: Fraction | None = None
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if ARITY.get(self.head) != len(self.operands):
            raise ValueError(
                f"Expression needs a known head with its operands, got {self.head!r}/{len(self.operands)}."
            )
        if (self.value is not None) != (self.head in {"number", "power"}):
            raise ValueError(f"Expression needs a value exactly on numbers and powers, got {self.head!r}.")
        # Trees are keys of every evaluation; hashing one anew each time would walk it to its leaves.
        object.__setattr__(self, "_hash", hash((self.head, self.operands, self.value)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Expression) or self._hash != other._hash:
            return False
        return (self.head, self.value, self.operands) == (other.head, other.value, other.operands)

    def __add__(self, other: Expression | int | Fraction) -> Expression:
        return _arithmetic("add", self, as_expression(other))

    def __radd__(self, other: int | Fraction) -> Expression:
        return as_expression(other) + self

    def __sub__(self, other: Expression | int | Fraction) -> Expression:
        return _arithmetic("subtract", self, as_expression(other))

    def __rsub__(self, other: int | Fraction) -> Expression:
        return as_expression(other) - self

    def __mul__(self, other: Expression | int | Fraction) -> Expression:
        return _arithmetic("multiply", self, as_expression(other))

    def __rmul__(self, other: int | Fraction) -> Expression:
        return as_expression(other) * self

    def __truediv__(self, other: Expression | int | Fraction) -> Expression:
        return _arithmetic("divide", self, as_expression(other))

    def __rtruediv__(self, other: int | Fraction) -> Expression:
        return as_expression(other) / self

    def __neg__(self) -> Expression:
        if self.head == "number" and self.value is not None:
            return number(-self.value)
        return self.operands[0] if self.head == "negate" else Expression("negate", (self,))

    def __pow__(self, exponent: int | Fraction) -> Expression:
        exponent = Fraction(exponent)
        if exponent == 1:
            return self
        if self.head == "number" and self.value is not None and exponent.denominator == 1 and abs(exponent) <= 64:
            if self.value == 0 and exponent < 0:
                raise ValueError("division needs a divisor other than 0, got a negative power of 0.")
            return number(self.value ** int(exponent))
        return Expression("power", (self,), exponent)

    def __str__(self) -> str:
        return _text(self, 0)

    def nodes(self) -> Iterator[Expression]:
        """Yield every distinct node, operands before the operations that use them."""
        seen: set[Expression] = set()
        stack = [(self, False)]
        while stack:
            node, expanded = stack.pop()
            if node in seen:
                continue
            if expanded:
                seen.add(node)
                yield node
            else:
                stack.append((node, True))
                stack.extend((operand, False) for operand in node.operands)

    @property
    def is_constant(self) -> bool:
        """Whether the variable does not occur."""
        return all(node.head != "x" for node in self.nodes())

    def replace(self, old: Expression, new: Expression) -> Expression:
        """Return the tree with every occurrence of `old` replaced by `new`."""
        if self == old:
            return new
        if not self.operands:
            return self
        return Expression(self.head, tuple(operand.replace(old, new) for operand in self.operands), self.value)


X = Expression("x")
PI = Expression("pi")
E = Expression("E")


def number(value: int | Fraction) -> Expression:
    """Return the exact rational as a tree.

    Examples
    --------
    >>> str(number(Fraction(1, 10)))
    '1/10'
    """
    return Expression("number", (), Fraction(value))


def as_expression(value: Expression | int | Fraction) -> Expression:
    """Return `value` itself, or a rational as a tree."""
    return value if isinstance(value, Expression) else number(value)


def _arithmetic(head: str, left: Expression, right: Expression) -> Expression:
    """Return the operation with rationals folded; nothing else is simplified."""
    if head == "divide" and right.value == 0 and right.head == "number":
        raise ValueError("division needs a divisor other than 0, got division by 0.")
    if left.head == right.head == "number" and left.value is not None and right.value is not None:
        folded = {
            "add": lambda a, b: a + b,
            "subtract": lambda a, b: a - b,
            "multiply": lambda a, b: a * b,
            "divide": lambda a, b: a / b,
        }[head](left.value, right.value)
        return number(folded)
    return Expression(head, (left, right))


def unary(head: str) -> Callable[[Expression], Expression]:
    """Return the constructor of a function of one argument."""
    """Return the constructor of a function of one argument."""
    return lambda argument: Expression(head, (argument,))


exp, log, sqrt, tanh, sigmoid, softplus = (unary(h) for h in ("exp", "log", "sqrt", "tanh", "sigmoid", "softplus"))
normal_cdf, erf, erfc, step, sign, absolute = (unary(h) for h in ("Phi", "erf", "erfc", "step", "sign", "abs"))


def maximum(left: Expression, right: Expression | int) -> Expression:
    """Return max(left, right)."""
    return Expression("max", (left, as_expression(right)))


def minimum(left: Expression, right: Expression | int) -> Expression:
    """Return min(left, right)."""
    return Expression("min", (left, as_expression(right)))


def relu(u: Expression) -> Expression:
    """Return max(u, 0)."""
    return maximum(u, 0)


def gelu(u: Expression) -> Expression:
    """Return u Phi(u), the exact GELU; its tanh approximation is `gelu_tanh` in the catalogue."""
    return u * normal_cdf(u)


def silu(u: Expression) -> Expression:
    """Return u sigmoid(u)."""
    return u * sigmoid(u)


def mish(u: Expression) -> Expression:
    """Return u tanh(softplus(u))."""
    return u * tanh(softplus(u))


def elu(u: Expression) -> Expression:
    """Return u for u > 0 and exp(u) - 1 otherwise."""
    return maximum(u, 0) + (exp(minimum(u, 0)) - 1)


def selu(u: Expression) -> Expression:
    """Return lambda (max(u, 0) + A (exp(min(u, 0)) - 1)), the constants solving E s(Z) = 0 and E s(Z)^2 = 1 exactly.

    With U = sqrt(e) Phi(-1): ``A = sqrt(2/pi)/(1 - sqrt(e) erfc(1/sqrt(2)))`` and
    ``lambda^-2 = 1/2 + A^2 (e^2 Phi(-2) - 2 sqrt(e) Phi(-1) + 1/2)`` (Klambauer et al. 2017 print 16 decimals of both).
    """
    a = sqrt(2 / PI) / (1 - sqrt(E) * erfc(1 / sqrt(number(2))))
    second_moment = number(Fraction(1, 2)) + a**2 * (
        E**2 * normal_cdf(number(-2)) - 2 * sqrt(E) * normal_cdf(number(-1)) + Fraction(1, 2)
    )
    return (maximum(u, 0) + a * (exp(minimum(u, 0)) - 1)) / sqrt(second_moment)


FUNCTIONS: dict[str, Callable[[Expression], Expression]] = {
    **{head: unary(head) for head, arity in ARITY.items() if arity == 1 and head not in {"negate", "power"}},
    "relu": relu, "gelu": gelu, "silu": silu, "mish": mish, "elu": elu, "selu": selu,
}  # fmt: skip
"""Functions of one argument by the name they have in text."""

_BINDING = {"add": 1, "subtract": 1, "multiply": 2, "divide": 2, "negate": 3, "power": 4}
_SIGN = {"add": " + ", "subtract": " - ", "multiply": "*", "divide": "/"}


def _text(node: Expression, outer: int) -> str:
    """Return text that the parser reads back to an equal tree; brackets only where the binding needs them."""
    own = _BINDING.get(node.head, 9)
    if node.head == "number" and node.value is not None:
        text, own = str(node.value), (3 if node.value < 0 else 2 if node.value.denominator > 1 else 9)
    elif node.head in _SIGN:
        left, right = node.operands
        text = _text(left, own) + _SIGN[node.head] + _text(right, own + 1)
    elif node.head == "negate":
        text = "-" + _text(node.operands[0], own + 1)
    elif node.head == "power" and node.value is not None:
        plain = node.value.denominator == 1 and node.value >= 0
        text = _text(node.operands[0], own + 1) + "**" + (str(node.value) if plain else f"({node.value})")
    elif node.operands:
        text = f"{node.head}({', '.join(_text(operand, 0) for operand in node.operands)})"
    else:
        text = node.head
    return f"({text})" if own < outer else text
