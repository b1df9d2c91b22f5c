"""Activation text -> expression tree, by a whitelist walk over Python's syntax tree.

Grammar: one variable ``x``; exact integers and decimals (``0.1`` is 1/10); ``pi`` and ``E``; ``+ - * / **``; the
functions of `theory.activation.expression.FUNCTIONS` and of the catalogue, with their parameters (``leaky_relu(x, 0.2)``),
and ``max``, ``min`` of two or more arguments; bars, Greek letters and raised digits as `theory.activation.spelling` reads them. Whatever is not on the list is refused by name. Exponents are rational literals of size at most 64, except for ``c**u`` with a positive
constant c, which is read as ``exp(u*log(c))``.
"""

from __future__ import annotations

import ast
import difflib
from fractions import Fraction

from theory.activation.catalogue import function_named, known_names
from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import FUNCTIONS, PI, E, Expression, X, exp, log, maximum, minimum, number
from theory.activation.frameworks import Family
from theory.activation.spelling import plain
from theory.syntax import exact_number, parse_syntax, shown

LARGEST_EXPONENT = 64
LARGEST_CONSTANT = 10**6
_DEEPEST_EXPONENTIAL = 2
_NAMES = {"x": X, "pi": PI, "E": E}
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}


def parse_expression(text: str) -> Expression:
    """Return the tree of an activation's text.

    Parameters
    ----------
    text : str
        At most 500 characters, nesting at most 50, for example ``"max(x,0) + 0.1*min(x,0)"``.

    Returns
    -------
    Expression
        The tree as written, rationals folded; whether it is an activation at all (finite, square-integrable, not
        constant) is judged by `theory.activation.activation.Activation`.

    Raises
    ------
    TypeError
        If `text` is not a string.
    ValueError
        If anything outside the grammar occurs; the message names it.

    Examples
    --------
    >>> str(parse_expression("max(x, 0) + 0.1*min(x, 0)"))
    'max(x, 0) + 1/10*min(x, 0)'
    """
    if isinstance(text, str) and "^" in text:
        raise ValueError(
            f"activation needs ** for a power (^ is exclusive or in Python), got {shown(text)}; "
            f"write {shown(text.replace('^', '**')).strip(chr(39))}."
        )
    text = plain(text) if isinstance(text, str) else text
    root = parse_syntax(text, what="activation")
    expression = _Reader(text).read(root)
    _check_size(expression, text)
    return expression


class _Reader:
    """Walks the syntax tree of one text; holds the text because literals are read from it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self, node: ast.expr) -> Expression:
        if isinstance(node, ast.Constant):
            return number(exact_number(node, self.text))
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            operand = self.read(node.operand)
            return -operand if isinstance(node.op, ast.USub) else operand
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            return self._binary(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        raise ValueError(
            f"activation needs only numbers, x, + - * / ** and listed functions, got {self._source(node)}."
        )

    def _name(self, node: ast.Name) -> Expression:
        if node.id in _NAMES:
            return _NAMES[node.id]
        if len(node.id) == 1:
            hint = f"; a parameter needs a number, as with --let {node.id}=2"
        else:
            hint = _suggestion(node.id, [*_NAMES, *known_names(), "max", "min"])
        raise ValueError(f"activation needs known names (the variable is x), got {node.id!r}{hint}.")

    def _binary(self, node: ast.BinOp) -> Expression:
        if isinstance(node.op, ast.Pow):
            return self._power(node)
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        return left * right if isinstance(node.op, ast.Mult) else left / right

    def _power(self, node: ast.BinOp) -> Expression:
        base = self.read(node.left)
        exponent = self.read(node.right)
        holds_power = any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow) for n in ast.walk(node.right))
        if holds_power and exponent.is_constant:
            raise ValueError(f"activation needs exponents without powers in them, got {self._source(node)}.")
        if exponent.head == "number" and exponent.value is not None:
            if abs(exponent.value) > LARGEST_EXPONENT:
                raise ValueError(
                    f"activation needs exponents of size at most {LARGEST_EXPONENT}, got {exponent.value}."
                )
            if exponent.value.denominator > LARGEST_EXPONENT:
                raise ValueError(f"activation needs simple rational exponents, got {exponent.value}.")
            return base**exponent.value
        if base == E:
            return exp(exponent)
        if base.head == "number" and base.value is not None and base.value > 0:
            return exp(exponent * log(base))
        raise ValueError(
            f"activation needs a rational exponent, or a positive constant as base, got {self._source(node)}."
        )

    def _call(self, node: ast.Call) -> Expression:
        if not isinstance(node.func, ast.Name):
            raise ValueError(f"activation needs calls of listed functions by name, got {self._source(node)}.")
        name = node.func.id
        if node.keywords or any(isinstance(a, ast.Starred) for a in node.args):
            raise ValueError(f"activation needs plain arguments, got {self._source(node)}.")
        if name in {"max", "min"}:
            if len(node.args) < 2:
                raise ValueError(f"{name} needs two or more arguments, got {len(node.args)}.")
            arguments = [self.read(a) for a in node.args]
            result = arguments[0]
            for argument in arguments[1:]:
                result = maximum(result, argument) if name == "max" else minimum(result, argument)
            return result
        if name in FUNCTIONS and len(node.args) == 1:
            return FUNCTIONS[name](self.read(node.args[0]))
        function = function_named(name) or FUNCTIONS.get(name)
        if function is None:
            raise ValueError(
                f"activation needs listed functions, got {name!r}{_suggestion(name, [*known_names(), 'max', 'min'])}."
            )
        most = 1 + len(function.parameters) if isinstance(function, Family) else 1
        if not 1 <= len(node.args) <= most:
            allowed = "one argument" if most == 1 else f"one to {most} arguments"
            raise ValueError(f"{name} needs {allowed}, got {len(node.args)}.")
        argument, *parameters = (self.read(a) for a in node.args)
        if not all(parameter.is_constant for parameter in parameters):
            raise ValueError(f"{name} needs parameters that are numbers, got {self._source(node)}.")
        return function(argument, *parameters)

    def _source(self, node: ast.expr) -> str:
        return shown(ast.get_source_segment(self.text.strip(), node) or type(node).__name__)


def _suggestion(name: str, known: list[str]) -> str:
    spelled = {other.lower(): other for other in known}
    close = difflib.get_close_matches(name.lower(), spelled, n=1, cutoff=0.6)
    return f"; did you mean {spelled[close[0]]!r}" if close else ""


def _is_capped(node: Expression) -> bool:
    return (
        node.head == "exp" and node.operands[0].head == "min" and any(o.is_constant for o in node.operands[0].operands)
    )


def _check_size(expression: Expression, text: str) -> None:
    """Refuse trees whose evaluation could blow up: nested powers, towers of exp, huge constants."""
    degree: dict[Expression, Fraction] = {}
    tower: dict[Expression, int] = {}
    for node in expression.nodes():
        degree[node] = _nominal_degree(node, degree)
        if degree[node] > LARGEST_EXPONENT:
            raise ValueError(
                f"activation needs a nominal degree of at most {LARGEST_EXPONENT}, got more in {shown(text)}."
            )
        # exp(min(u, 1)), as in elu, is bounded whatever u is: no tower grows through it
        inner = 0 if _is_capped(node) else max((tower[o] for o in node.operands), default=0)
        tower[node] = inner + (node.head in {"exp", "sinh", "cosh"})
        if tower[node] > _DEEPEST_EXPONENTIAL:
            raise ValueError(
                f"activation needs exponentials nested at most {_DEEPEST_EXPONENTIAL} deep, got {shown(text)}."
            )
        if all(o.is_constant for o in node.operands) and node.head != "x":
            value = ball_of_constant(node)
            if not value.is_finite():
                raise ValueError(f"activation needs constants that are finite real numbers, got {shown(str(node))}.")
            if not abs(value) <= LARGEST_CONSTANT:
                raise ValueError(f"activation needs constants of size at most 1e6, got {shown(str(node))}.")


def _nominal_degree(node: Expression, degree: dict[Expression, Fraction]) -> Fraction:
    operands = [degree[o] for o in node.operands]
    if node.head == "x":
        return Fraction(1)
    if node.head == "power" and node.value is not None:
        return abs(node.value) * operands[0]
    if node.head in {"multiply", "divide"}:
        return operands[0] + operands[1]
    return max(operands, default=Fraction(0))
