"""Where an expression changes sign: all its real zeros, exactly, and its sign between them.

Zeros of polynomials with rational coefficients are real algebraic numbers. Other expressions are led back to them by
what has the same sign: tanh u, sinh u, asinh u, atan u, erf u have that of u; exp u - c that of u - log c; products and quotients
the product of their factors' signs, so exp(x) - 1 or x*erf(x) have exact zeros too. What none of this reaches, as
sin x - 1/2 or x - cos x, has none here.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import sympy as sp

from theory.activation.evaluation import to_sympy
from theory.activation.expression import Expression, X, number
from theory.exact.sign import ascending, rational_between, sign_of


class NoExactZerosError(Exception):
    """The zeros of an expression are not known exactly."""


_SAME_SIGN = frozenset({"tanh", "sinh", "asinh", "atan", "erf"})
_POSITIVE = frozenset({"exp", "cosh", "sigmoid", "softplus", "Phi", "erfc"})
_SHIFTED = frozenset({"exp", "sigmoid", "softplus", "Phi", "erf", "tanh", "atan", "sinh", "asinh", "log", "sqrt"})


def real_zeros(expression: Expression) -> list[sp.Expr]:
    """Return the distinct real zeros, ascending; none for a constant.

    Raises
    ------
    NoExactZerosError
        If they are not known exactly.

    Examples
    --------
    >>> from theory.activation.parser import parse_expression
    >>> real_zeros(parse_expression("(exp(x) - 2)*erf(x + 1)"))
    [-1, log(2)]
    """
    zeros: list[sp.Expr] = []
    for factor in _factors(expression):
        zeros += [zero for zero in _zeros_of_factor(factor) if zero not in zeros]
    return ascending(zeros)


def sign_between(expression: Expression, lower: sp.Expr, upper: sp.Expr) -> int:
    """Return the sign of an expression without zeros in (lower, upper), from its value at a rational inside."""
    if expression.is_constant:
        return sign_of(to_sympy(expression))
    place = rational_between(lower, upper)
    return sign_of(to_sympy(expression.replace(X, number(Fraction(int(place.p), int(place.q))))))


def _factors(expression: Expression) -> list[Expression]:
    """Return expressions whose zeros together are those of the expression; divisors have none where it is defined."""
    if expression.is_constant or expression.head in _POSITIVE:
        return []
    if expression.head == "multiply":
        return [f for operand in expression.operands for f in _factors(operand)]
    if expression.head in {"negate", "divide"} | _SAME_SIGN:
        return _factors(expression.operands[0])
    if expression.head == "power" and expression.value is not None:
        return _factors(expression.operands[0]) if expression.value > 0 else []
    if expression.head in {"sqrt", "abs", "sign"}:
        return _factors(expression.operands[0])
    return [expression]


def _zeros_of_factor(factor: Expression) -> list[sp.Expr]:
    polynomial = _polynomial(factor)
    if polynomial is not None:
        return _polynomial_zeros(polynomial)
    moved = _without_outer_function(factor)
    if moved is None:
        raise NoExactZerosError("the argument is no polynomial, and nothing of the same sign is")
    return real_zeros(moved[0]) if moved[1] else []


def _polynomial(factor: Expression) -> sp.Poly | None:
    x = sp.Symbol("x", real=True)
    form = to_sympy(factor, x)
    return sp.Poly(form, x) if form.is_polynomial(x) else None


def _polynomial_zeros(polynomial: sp.Poly) -> list[sp.Expr]:
    if polynomial.degree() == 1:
        slope, offset = polynomial.all_coeffs()
        return [sp.simplify(-offset / slope)]
    if polynomial.domain not in (sp.ZZ, sp.QQ):
        raise NoExactZerosError("the argument has irrational coefficients")
    return list(dict.fromkeys(sp.real_roots(polynomial)))


def _without_outer_function(factor: Expression) -> tuple[Expression, bool] | None:
    """Return (u - f^-1(c), True) for a f(u) + b, with f increasing and c = -b/a in its range; (.., False) where c is not.

    None if the expression has another form.
    """
    form = _scaled_function(factor)
    if form is None:
        return None
    function, scale, offset = form
    u, c = function.operands[0], sp.simplify(-offset / scale)
    inverse = _inverse(function.head, c)
    if inverse is None:
        return u, False
    value = _tree_of(inverse)
    return None if value is None else (u - value, True)


def _scaled_function(factor: Expression) -> tuple[Expression, sp.Expr, sp.Expr] | None:
    """Return (f(u), a, b) with factor = a f(u) + b for constants a, b."""
    head, operands = factor.head, factor.operands
    if head in _SHIFTED:
        return factor, sp.Integer(1), sp.Integer(0)
    if head == "negate":
        inner = _scaled_function(operands[0])
        return None if inner is None else (inner[0], -inner[1], -inner[2])
    if head in {"add", "subtract"}:
        flip = -1 if head == "subtract" else 1
        for k in (0, 1):
            if operands[1 - k].is_constant and (inner := _scaled_function(operands[k])) is not None:
                own, other = (1, flip) if k == 0 else (flip, 1)
                return inner[0], own * inner[1], own * inner[2] + other * to_sympy(operands[1 - k])
    if head == "multiply" or (head == "divide" and operands[1].is_constant):
        for k in (0, 1):
            if operands[1 - k].is_constant and (inner := _scaled_function(operands[k])) is not None:
                c = to_sympy(operands[1 - k])
                c = 1 / c if head == "divide" else c
                return inner[0], c * inner[1], c * inner[2]
    return None


def _inverse(head: str, c: sp.Expr) -> sp.Expr | None:
    """Return f^-1(c), or None if f never takes the value c."""
    if head in {"exp", "softplus", "sigmoid", "Phi"} and sign_of(c) <= 0:
        return None
    if head in {"sigmoid", "Phi"} and sign_of(1 - c) <= 0:
        return None
    if head in {"tanh", "erf"} and (sign_of(1 - c) <= 0 or sign_of(1 + c) <= 0):
        return None
    if head == "atan" and (sign_of(sp.pi / 2 - c) <= 0 or sign_of(sp.pi / 2 + c) <= 0):
        return None
    if head == "sqrt" and sign_of(c) < 0:
        return None
    if c == 0 and head in _SAME_SIGN:
        return sp.Integer(0)
    half = sp.Rational(1, 2)
    inverses: dict[str, Callable[[], sp.Expr | None]] = {
        "exp": lambda: sp.log(c),
        "log": lambda: sp.exp(c),
        "sqrt": lambda: c**2,
        "softplus": lambda: sp.log(sp.exp(c) - 1),
        "sigmoid": lambda: sp.log(c / (1 - c)),
        "tanh": lambda: sp.log((1 + c) / (1 - c)) / 2,
        "sinh": lambda: sp.log(c + sp.sqrt(1 + c**2)),
        "asinh": lambda: (sp.exp(c) - sp.exp(-c)) / 2,
        "atan": lambda: sp.tan(c),
        "Phi": lambda: sp.Integer(0) if c == half else None,
    }
    value = inverses[head]() if head in inverses else None
    if value is None:
        raise NoExactZerosError(f"{head} takes the value {c} at no place with a closed form")
    return sp.simplify(value)


def _tree_of(value: sp.Expr) -> Expression | None:
    """Return an exact constant as a tree, or None for one that trees have no words for."""
    if value.is_Rational:
        return number(Fraction(int(value.p), int(value.q)))
    if value in (sp.pi, sp.E):
        return Expression("pi" if value == sp.pi else "E")
    if value.is_Add or value.is_Mul:
        parts = [_tree_of(argument) for argument in value.args]
        if any(part is None for part in parts):
            return None
        total = parts[0]
        for part in parts[1:]:
            total = total + part if value.is_Add else total * part  # type: ignore[operator]
        return total
    if value.is_Pow and value.exp.is_Rational:
        base = _tree_of(value.base)
        return None if base is None else base ** Fraction(int(value.exp.p), int(value.exp.q))
    head = {sp.exp: "exp", sp.log: "log", sp.tan: "tan"}.get(value.func)
    inner = _tree_of(value.args[0]) if head else None
    return Expression(head, (inner,)) if head and inner is not None else None
