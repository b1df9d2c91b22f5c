"""An expression in 1-3 variables as a straight-line program (tape) that can be written down, compared and re-run.

A tape is a tuple of instructions; an instruction names its operands by their positions, so shared subexpressions
are computed once and the last instruction is the value. The text of a claim determines its tape completely: both the
prover here and the independent checker walk Python's syntax tree of the text, left operand first, and give equal
instructions one position. The rules, which `recheck.py` repeats in code of its own:

- ``["q", "1/3"]`` a rational (``-`` and ``/`` of rationals are folded), ``["pi"]``, ``["v", 0]`` a variable,
  ``E`` is ``exp(1)``;
- ``["add" | "sub" | "mul" | "div", i, j]``, ``["neg", i]``; ``max`` and ``min`` of several arguments fold to the left;
- ``x**n`` is ``["powi", i, n]``; ``x**(n/2)`` is ``powi`` of ``sqrt``; any other power is ``exp(exponent*log(base))``;
- a function of one argument is ``[name, i]``; ``polygamma(m, x)`` is ``["polygamma", i, m]`` and the incomplete
  gamma functions ``lowergamma(s, x)``, ``uppergamma(s, x)`` are ``[name, i, "s"]`` with a positive rational ``s``.

The functions are those that SymPy's own text knows (`FUNCTIONS`). Both the prover (`ball.py`) and the checker
(`checker/series.py`) have a natural enclosure and a Taylor series of every one of them, with these limits: abs, sign,
Heaviside, max and min have a series only where no kink lies in the cell; gamma, loggamma and polygamma need x > 0; the
incomplete gamma functions need x >= 0 (their series x > 0 unless s is an integer), and x <= 100 in the checker; exp,
sin and cos need arguments below 10^5 there. Text given by a person may also use ``Phi sigmoid softplus digamma step abs
max min``, which are rewritten at once.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

import sympy

from theory.syntax import exact_number, parse_syntax

Instruction: TypeAlias = tuple[str | int, ...]
Value = TypeVar("Value")

LONGEST_TEXT = 20_000
DEEPEST_TEXT = 200
LARGEST_EXPONENT = 1000
LARGEST_POLYGAMMA = 20

_NAMES = (
    "sqrt exp log sin cos tan sinh cosh tanh asin acos atan asinh Abs sign Heaviside "
    "erf erfc gamma loggamma polygamma lowergamma uppergamma Max Min"
)
# The name in the text -> the name on the tape.
FUNCTIONS: Mapping[str, str] = {name: name.lower() for name in _NAMES.split()}
_SPOKEN = {"abs": "Abs", "max": "Max", "min": "Min", "step": "Heaviside"}
_ARITHMETIC = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}


class UnknownFunctionError(ValueError):
    """A claim needs a function that tapes do not have: nothing can be said of it by intervals."""


@dataclass(frozen=True, slots=True)
class Tape:
    """A straight-line program ``instructions`` over ``variables``; its value is that of the last instruction."""

    instructions: tuple[Instruction, ...]
    variables: tuple[str, ...]

    def to_json(self) -> list[list[str | int]]:
        """Return the instructions as lists, ready for JSON."""
        return [list(instruction) for instruction in self.instructions]


def tape_of(expression: sympy.Expr | str, variables: Sequence[str]) -> Tape:
    """Return the tape of an expression, by way of its text.

    Parameters
    ----------
    expression : sympy.Expr or str
        A real expression in `variables`, of the functions in `FUNCTIONS`; text as SymPy prints it.
    variables : sequence of str
        The names of the variables, in the order of the coordinates of a box.

    Returns
    -------
    Tape

    Raises
    ------
    TypeError
        If `expression` is neither text nor a SymPy expression.
    ValueError
        If the text is not an expression, or holds a name, a function or an exponent that tapes do not know.

    Examples
    --------
    >>> tape_of("x**2/3 + x**2", ["x"]).to_json()
    [['v', 0], ['powi', 0, 2], ['q', '3'], ['div', 1, 2], ['add', 3, 1]]
    """
    if isinstance(expression, sympy.Expr):
        expression = sympy.sstr(expression)
    elif not isinstance(expression, str):
        raise TypeError(f"tape_of needs a SymPy expression or text, got {type(expression).__name__}.")
    builder = TapeBuilder(variables)
    builder.read(expression)
    return builder.tape()


def evaluate(
    tape: Tape,
    values: Sequence[Value],
    constant: Callable[[Fraction], Value],
    functions: Mapping[str, Callable[..., Any]],
) -> Value:
    """Return the tape's value with variables `values` in the arithmetic that `constant` and `functions` describe.

    Parameters
    ----------
    tape : Tape
    values : sequence, one per variable
    constant : callable
        Fraction -> a number of that arithmetic.
    functions : mapping of str to callable
        One for each instruction name on the tape except ``q`` and ``v``.

    Returns
    -------
    The value of the last instruction.

    Examples
    --------
    >>> import operator
    >>> evaluate(tape_of("x/2 + x", ["x"]), [Fraction(2)], Fraction, {"add": operator.add, "div": operator.truediv})
    Fraction(3, 1)
    """
    slots: list[Any] = []
    for name, *operands in tape.instructions:
        if name == "q":
            slots.append(constant(Fraction(operands[0])))
        elif name == "v":
            slots.append(values[int(operands[0])])
        else:
            slots.append(functions[str(name)](*_arguments(str(name), operands, slots)))
    return slots[-1]


def operand_count(name: str) -> int:
    """Return how many operands of the instruction `name` are positions (the rest are literals)."""
    if name in ("add", "sub", "mul", "div", "max", "min"):
        return 2
    return 0 if name in ("q", "v", "pi") else 1


def to_sympy(tape: Tape, symbols: Sequence[sympy.Symbol]) -> sympy.Expr:
    """Return the SymPy expression of a tape; `max` and `min` stay unevaluated, for SymPy compares their arguments.

    Examples
    --------
    >>> x = sympy.Symbol("x", real=True)
    >>> to_sympy(tape_of("1 - 2/(exp(2*x) + 1)", ["x"]), [x])
    1 - 2/(exp(2*x) + 1)
    """
    return evaluate(tape, list(symbols), lambda q: sympy.Rational(q.numerator, q.denominator), _SYMPY)


def _arguments(name: str, operands: Sequence[str | int], slots: Sequence[Any]) -> list[Any]:
    positions = operand_count(name)
    return [slots[int(i)] for i in operands[:positions]] + list(operands[positions:])


def _swapped(function: Callable[..., sympy.Expr]) -> Callable[..., sympy.Expr]:
    """SymPy puts the parameter first: lowergamma(s, x), polygamma(m, x)."""
    return lambda x, parameter: function(sympy.Rational(str(parameter)), x)


_SYMPY: dict[str, Callable[..., sympy.Expr]] = {
    tape_name: getattr(sympy, name) for name, tape_name in FUNCTIONS.items() if name not in ("Max", "Min")
} | {
    "pi": lambda: sympy.pi,
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "powi": lambda x, n: x**n,
    "max": lambda x, y: sympy.Max(x, y, evaluate=False),
    "min": lambda x, y: sympy.Min(x, y, evaluate=False),
    "polygamma": _swapped(sympy.polygamma),
    "lowergamma": _swapped(sympy.lowergamma),
    "uppergamma": _swapped(sympy.uppergamma),
}


class TapeBuilder:
    """Collects the instructions of one or several texts over the same variables, equal ones once."""

    def __init__(self, variables: Sequence[str]) -> None:
        self.variables = tuple(variables)
        self._positions: dict[Instruction, int] = {}

    def read(self, text: str) -> int:
        """Append the instructions of an expression's text and return the position of its value."""
        root = parse_syntax(text, what="claim", max_length=LONGEST_TEXT, max_depth=DEEPEST_TEXT)
        return self._walk(root, text)

    def put(self, *instruction: str | int) -> int:
        """Append one instruction, unless it is there already, and return its position."""
        return self._positions.setdefault(instruction, len(self._positions))

    def tape(self) -> Tape:
        """Return the tape so far: every instruction that was read, in order."""
        return Tape(tuple(self._positions), self.variables)

    def _walk(self, node: ast.expr, text: str) -> int:
        constant = _rational(node, text)
        if constant is not None:
            return self.put("q", str(constant))
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return self.put("neg", self._walk(node.operand, text))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd):
            return self._walk(node.operand, text)
        if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            left = self._walk(node.left, text)
            return self.put(_ARITHMETIC[type(node.op)], left, self._walk(node.right, text))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            return self._power(node, text)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
            return self._call(node.func.id, node.args, text)
        raise ValueError(f"tape_of needs + - * / ** and functions of real numbers, got {ast.unparse(node)!r}.")

    def _name(self, name: str) -> int:
        if name in self.variables:
            return self.put("v", self.variables.index(name))
        if name == "pi":
            return self.put("pi")
        if name == "E":
            return self.put("exp", self.put("q", "1"))
        raise ValueError(f"tape_of needs the variables {', '.join(self.variables)} (and pi, E) only, got {name!r}.")

    def _power(self, node: ast.BinOp, text: str) -> int:
        exponent = _rational(node.right, text)
        base = self._walk(node.left, text)
        if exponent is None:
            power = self._walk(node.right, text)
            return self.put("exp", self.put("mul", power, self.put("log", base)))
        if abs(exponent) > LARGEST_EXPONENT:
            raise ValueError(f"tape_of needs exponents of at most {LARGEST_EXPONENT} in size, got {exponent}.")
        if exponent.denominator == 1:
            return self.put("powi", base, int(exponent))
        if exponent.denominator == 2:
            return self.put("powi", self.put("sqrt", base), exponent.numerator)
        return self.put("exp", self.put("mul", self.put("q", str(exponent)), self.put("log", base)))

    def _call(self, name: str, arguments: list[ast.expr], text: str) -> int:
        name = _SPOKEN.get(name, name)
        if name in ("Max", "Min") and len(arguments) >= 2:
            position = self._walk(arguments[0], text)
            for argument in arguments[1:]:
                position = self.put(name.lower(), position, self._walk(argument, text))
            return position
        if name in ("polygamma", "lowergamma", "uppergamma") and len(arguments) == 2:
            parameter = _rational(arguments[0], text)
            _check_parameter(name, parameter)
            literal = int(parameter or 0) if name == "polygamma" else str(parameter)
            return self.put(name, self._walk(arguments[1], text), literal)
        if len(arguments) == 1 and not isinstance(arguments[0], ast.Starred):
            return self._unary(name, self._walk(arguments[0], text))
        kind = ValueError if name in FUNCTIONS else UnknownFunctionError
        raise kind(f"tape_of needs functions with their own number of arguments, got {name} of {len(arguments)}.")

    def _unary(self, name: str, x: int) -> int:
        one = ("q", "1")
        if name == "digamma":
            return self.put("polygamma", x, 0)
        if name == "sigmoid":
            return self.put("div", self.put(*one), self.put("add", self.put(*one), self.put("exp", self.put("neg", x))))
        if name == "softplus":
            return self.put("log", self.put("add", self.put(*one), self.put("exp", x)))
        if name == "Phi":
            scaled = self.put("div", x, self.put("sqrt", self.put("q", "2")))
            return self.put("div", self.put("add", self.put(*one), self.put("erf", scaled)), self.put("q", "2"))
        if name not in FUNCTIONS or name in ("Max", "Min", "polygamma", "lowergamma", "uppergamma"):
            known = ", ".join(sorted(FUNCTIONS))
            raise UnknownFunctionError(f"tape_of needs one of the functions {known}, got {name!r}.")
        return self.put(FUNCTIONS[name], x)


def _rational(node: ast.expr, text: str) -> Fraction | None:
    """Return the value of a literal built with signs and divisions, else None."""
    if isinstance(node, ast.Constant):
        return exact_number(node, text)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _rational(node.operand, text)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        numerator, denominator = _rational(node.left, text), _rational(node.right, text)
        if numerator is not None and denominator:
            return numerator / denominator
    return None


def _check_parameter(name: str, parameter: Fraction | None) -> None:
    if name == "polygamma":
        if parameter is None or parameter.denominator != 1 or not 0 <= parameter <= LARGEST_POLYGAMMA:
            raise ValueError(f"tape_of needs polygamma of an order 0..{LARGEST_POLYGAMMA}, got order {parameter}.")
    elif parameter is None or not 0 < parameter <= LARGEST_EXPONENT:
        raise ValueError(f"tape_of needs {name}(s, x) with a rational 0 < s <= {LARGEST_EXPONENT}, got s={parameter}.")


_LONGEST_PRINTED = 5_000
_PRINTED = {tape_name: name for name, tape_name in FUNCTIONS.items()}
_BETWEEN = {"add": " + ", "sub": " - ", "mul": "*", "div": "/"}


def tape_text(tape: Tape) -> str | None:
    """Return text whose tape does the same operations, spoken functions written out; None if it would be very long.

    Examples
    --------
    >>> tape_text(tape_of("softplus(x) - x/2", ["x"]))
    '(log((1 + exp(x))) - (x/2))'
    """
    texts: list[str] = []
    for name, *operands in tape.instructions:
        count = operand_count(str(name))
        inner = [texts[int(i)] for i in operands[:count]]
        if sum(map(len, inner)) > _LONGEST_PRINTED:
            return None
        if name == "q":
            texts.append(str(operands[0]) if str(operands[0]).isdigit() else f"({operands[0]})")
        elif name == "v":
            texts.append(tape.variables[int(operands[0])])
        elif name in _BETWEEN:
            texts.append(f"({inner[0]}{_BETWEEN[str(name)]}{inner[1]})")
        elif name in ("neg", "powi"):
            texts.append(f"(-{inner[0]})" if name == "neg" else f"({inner[0]}**{_exponent_text(int(operands[1]))})")
        elif name == "pi":
            texts.append("pi")
        else:
            parameters = ", ".join([*map(str, operands[count:]), *inner])  # polygamma(m, x), lowergamma(s, x)
            texts.append(f"{_PRINTED[str(name)]}({parameters})")
    return texts[-1]


def _exponent_text(n: int) -> str:
    return str(n) if n >= 0 else f"({n})"
