"""Means that are no polynomials, by their text: logarithms, moduli, determinants, entropies, purities, HCIZ.

The forms::

    log(abs(O[1,1])**2)   log(abs(U[1,1]))   abs(O[1,1])   abs(U[1,1])**(2*t)
    logdet(O, p, q)   logdet(U, p, q)   corners of Haar matrices        logdet(G, p, q)   logdet(Z, p, q)   of normal entries
    entropy(m, n)   entanglement of a random state      entropy(U)   entropy(O)   of the squared entries of a row
    jacobian(W, k, relu)   jacobian(W, k, relu(1/10), L)   E tr (J J*)^k of J = D_L W_L ... D_1 W_1, D^2 = 2 or 0 by fair coins;
                                                            W = O, U, or G, Z Gaussian of E|W_ij|^2 = 1/d
    purity(m, n)   purity(m, n, k)      modulus(a1, a2, ...)   E|<psi|A|psi>|      hciz(a1, ..., ad, b1, ..., bd)

The closed forms are those of `theory.haar.log_moment` and `theory.haar.jacobian`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import Any

from sympy import Expr, Integer, Rational, Symbol

from theory.haar.dimension import checked_dimension
from theory.haar.jacobian import jacobian_moment, relu_mask
from theory.haar.log_moment import (
    corner_log_determinant,
    entropy_of_a_row,
    entry_log,
    entry_modulus,
    hciz,
    modulus_of_an_observable,
    page_entropy,
    purity,
    wishart_log_determinant,
)
from theory.haar.rational_function import RationalFunction
from theory.syntax import exact_number, parse_syntax

__all__ = ["condition", "is_named_mean", "least_dimension", "named_mean"]

_START = re.compile(
    r"\s*(log|logdet|jacobian|entropy|purity|modulus|hciz)\s*\(|\s*abs\s*\(\s*[OU]\s*\[[0-9, ]*\]\s*\)\s*(\*\*\s*(.*))?$"
)
_GROUPS = {"O": "orthogonal", "U": "unitary"}
_FIELDS = {"G": "real", "Z": "complex"}
_LARGEST_POWER = 8
_LARGEST_DEPTH = 200
_LAYERS = {"O": "orthogonal", "U": "unitary", "G": "orthogonal", "Z": "unitary"}


def is_named_mean(text: str) -> bool:
    """Return whether the text is one of the forms of the module and not a polynomial in entries.

    Examples
    --------
    >>> [is_named_mean(text) for text in ("abs(O[1,1])", "abs(O[1,1])**4", "abs(U[1,1])**(2*t)", "entropy(m, n)")]
    [True, False, True, True]
    """
    match = _START.match(text)
    if match is None:
        return False
    if match[1]:
        return True
    power = (match[3] or "1").strip()
    return not (power.isdigit() and int(power) % 2 == 0) and not re.search(r"[\]]|abs|conj", power)


def least_dimension(text: str) -> int:
    """Return the least integer d at which the symbolic form of a mean holds: k for jacobian(W, k, ...), q for a corner, else 1.

    Examples
    --------
    >>> least_dimension("jacobian(O, 3, relu)"), least_dimension("logdet(O, 2, 4)"), least_dimension("entropy(O)")
    (3, 4, 1)
    """
    match parse_syntax(text, what="mean"):
        case ast.Call(func=ast.Name(id="jacobian"), args=[_, ast.Constant(value=int() as power), *_]):
            return power
        case ast.Call(func=ast.Name(id="logdet"), args=[ast.Name(id=name), _, q], keywords=[]) if name in _GROUPS:
            columns = _value(q, text)
            return int(columns) if columns.is_Integer else 1
    return 1


def condition(text: str) -> str:
    """Return what the names in a text must obey for the closed form to hold; "" for nothing but being natural numbers.

    Examples
    --------
    >>> condition("entropy(m, n)"), condition("abs(U[1,1])**(2*t)"), condition("abs(O[1,1])"), condition("purity(m, n)")
    ('m <= n', '2*t > -2', '', '')
    """
    root = parse_syntax(text, what="mean")
    match root:
        case ast.Call(func=ast.Name(id="entropy"), args=[m, n], keywords=[]):
            small, large = _value(m, text), _value(n, text)
            return f"{small} <= {large}" if (large - small).free_symbols else ""
        case ast.Call(func=ast.Name(id="logdet"), args=[ast.Name(id=name), p, q], keywords=[]):
            rows, columns = _value(p, text), _value(q, text)
            corner = " <= d" if name in _GROUPS else ""
            return f"{rows} <= {columns}{corner}" if (columns - rows).free_symbols else ""
        case ast.Call(func=ast.Name(id="abs")) | ast.BinOp(op=ast.Pow()):
            group, power = _modulus(root, text)
            return f"{power} > {-1 if group == 'orthogonal' else -2}" if power.free_symbols else ""
    return ""


def named_mean(text: str, dimension: Any = None) -> Expr:
    """Return the mean in closed form.

    Parameters
    ----------
    text : str
        One of the forms of the module.
    dimension : int, optional
        d; None is the symbol.

    Returns
    -------
    Expr
        In d and the names of the text; `theory.haar.log_moment.value_of` has its digits if there is no name.

    Raises
    ------
    TypeError, ValueError
        Another text, or sizes out of range.

    Examples
    --------
    >>> named_mean("abs(O[1,1])", 2), named_mean("purity(m, n)"), named_mean("log(abs(U[1,1])**2)", 3)
    (2/pi, (m + n)/(m*n + 1), -3/2)
    """
    root = parse_syntax(text, what="mean")
    d = checked_dimension(dimension, "unitary", function="named_mean")
    match root:
        case ast.Call(func=ast.Name(id="log"), args=[argument], keywords=[]):
            group, power = _modulus(argument, text)
            return entry_log(group, d) * power / 2
        case ast.Call(func=ast.Name(id="logdet"), args=[ast.Name(id=name), p, q], keywords=[]) if name in _GROUPS:
            return corner_log_determinant(_GROUPS[name], _value(p, text), _value(q, text), d)
        case ast.Call(func=ast.Name(id="logdet"), args=[ast.Name(id=name), p, q], keywords=[]) if name in _FIELDS:
            return wishart_log_determinant(_FIELDS[name], _value(p, text), _value(q, text))
        case ast.Call(func=ast.Name(id="entropy"), args=[ast.Name(id=name)], keywords=[]) if name in _GROUPS:
            return entropy_of_a_row(_GROUPS[name], d)
        case ast.Call(func=ast.Name(id="entropy"), args=[m, n], keywords=[]):
            return page_entropy(_value(m, text), _value(n, text))
        case ast.Call(func=ast.Name(id="purity"), args=[m, n, *k], keywords=[]) if len(k) <= 1:
            return purity(_value(m, text), _value(n, text), *(_value(x, text) for x in k))
        case ast.Call(func=ast.Name(id="modulus"), args=[_, *_] as values, keywords=[]):
            result = modulus_of_an_observable([_value(x, text) for x in values])
            return Rational(result.numerator, result.denominator)
        case ast.Call(func=ast.Name(id="hciz"), args=[_, *_] as values, keywords=[]) if len(values) % 2 == 0:
            half = len(values) // 2
            return hciz([_value(x, text) for x in values[:half]], [_value(x, text) for x in values[half:]])
        case ast.Call(func=ast.Name(id="jacobian"), args=[ast.Name(id=name), power, mask, *depth], keywords=[]) if (
            name in _LAYERS and len(depth) <= 1
        ):
            return _jacobian(name, _value(power, text), _slope(mask, text), [_value(x, text) for x in depth], d)
        case ast.Call(func=ast.Name(id="abs")) | ast.BinOp(op=ast.Pow()):
            return entry_modulus(*_modulus(root, text), d)
    raise ValueError(
        "mean needs log(abs(O[1,1])**2), abs(O[1,1])**s, logdet(O, p, q), entropy(m, n), purity(m, n), modulus(a, b, ...), "
        f"jacobian(O, k, relu) or hciz(...), got {text!r}."
    )


def _jacobian(name: str, power: Expr, slope: Expr, depth: Sequence[Expr], dimension: int | None) -> Expr:
    """Return E tr (J J*)^k, at the depth L or symbolic in it."""
    if not power.is_Integer or power < 1:
        raise ValueError(f"jacobian needs a power that is an integer >= 1, got power={str(power)!r}.")
    if not slope.is_Rational:
        raise ValueError(f"jacobian needs a slope that is a rational number, got slope={str(slope)!r}.")
    if power > _LARGEST_POWER:
        raise ValueError(f"jacobian needs a power of at most {_LARGEST_POWER}, got power={str(power)[:20]}.")
    mask = relu_mask(int(power), slope=slope)
    moment = jacobian_moment(int(power), mask, group=_LAYERS[name], gaussian=name in _FIELDS, dimension=dimension)
    if not depth:
        return moment.as_sympy()
    (layers,) = depth
    if layers.is_Number and not (layers.is_Integer and layers >= 1):
        raise ValueError(f"jacobian needs a depth that is an integer >= 1 or a name, got depth={str(layers)!r}.")
    if layers.is_Integer:
        if layers > _LARGEST_DEPTH:
            raise ValueError(
                f"jacobian needs a depth of at most {_LARGEST_DEPTH} or a name, got depth={str(layers)[:20]}."
            )
        value = moment.at(int(layers))
        return value.as_sympy() if isinstance(value, RationalFunction) else Rational(value.numerator, value.denominator)
    return moment.as_sympy(layers)


def _slope(node: ast.expr, text: str) -> Expr:
    """Read relu, or relu(slope) of the leaky one."""
    match node:
        case ast.Name(id="relu"):
            return Integer(0)
        case ast.Call(func=ast.Name(id="relu"), args=[slope], keywords=[]):
            return _value(slope, text)
    raise ValueError(f"jacobian needs relu or relu(slope) as its diagonals, got {text!r}.")


def _modulus(node: ast.expr, text: str) -> tuple[str, Expr]:
    """Read abs(W[i,j])**s as the group and s."""
    inner, power = node, Integer(1)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        inner, power = node.left, _value(node.right, text)
    match inner:
        case ast.Call(
            func=ast.Name(id="abs"),
            args=[ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=[i, j]))],
            keywords=[],
        ) if name in _GROUPS:
            if all(isinstance(x, ast.Constant) and isinstance(x.value, int) and x.value >= 1 for x in (i, j)):
                return _GROUPS[name], power
    raise ValueError(f"mean needs the modulus of one entry such as abs(O[1,1])**2, got {text!r}.")


def _value(node: ast.expr, text: str) -> Expr:
    """Read a number or a name, with + - * /."""
    match node:
        case ast.Constant():
            number = exact_number(node, text)
            return Rational(number.numerator, number.denominator)
        case ast.Name(id=name):
            return Symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, text)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _value(left, text) + _value(right, text)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _value(left, text) - _value(right, text)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _value(left, text) * _value(right, text)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            if (below := _value(right, text)) == 0:
                raise ValueError(f"mean needs divisors that are not zero, got {text!r}.")
            return _value(left, text) / below
    raise ValueError(f"mean needs numbers and names in its arguments, got {text!r}.")
