"""The claim's text -> straight-line program and box, by a whitelist walk over Python's syntax tree.

Written apart from the prover's own reader: that both make the same tape of the same text is what ties a certificate to
its claim. Equal instructions share a position, left operands come first, and the last instruction is the slack,
which the claim says is >= 0 (> 0 if strict).
"""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from typing import Any

from .reading import Refused, fraction, need

LARGEST_EXPONENT = 1000
_NAMES = "sqrt exp log sin cos tan sinh cosh tanh asin acos atan asinh Abs sign Heaviside erf erfc gamma loggamma"
_ONE_ARGUMENT = {name: name.lower() for name in _NAMES.split()}
_OPERATORS: dict[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}


class Claim:
    """left relation right for x in [a, b], ...: the tape of the slack, the variables, the box; closed: of numbers alone."""

    def __init__(self, text: Any, *, closed: bool = False) -> None:
        need(isinstance(text, str) and len(text) <= 50_000, "the claim needs to be text of at most 50000 characters")
        need(text.isprintable(), "the claim needs to be text that can be printed in one line")
        sides, separator, domain = text.partition(" for ")
        match = re.fullmatch(r"([^<>=]+)(>=|>|<=|<)([^<>=]+)", sides)
        form = "left >= right" if closed else "left >= right for x in [a, b]"
        need(bool(separator) is not closed and match, f"the claim needs the form {form!r}")
        assert match is not None
        self.strict = match[2] in (">", "<")
        self.variables: list[str] = []
        self.box: list[tuple[Fraction | None, Fraction | None]] = []
        for piece in [] if closed else re.split(r"(?<=\]),", domain):
            self._range(piece)
        need(closed or 1 <= len(self.variables) <= 3, "the claim needs 1 to 3 variables")
        self._positions: dict[tuple[Any, ...], int] = {}
        left = self.read(match[1])
        if match[3].strip() != "0":
            right = self.read(match[3])
            self._put("sub", *((left, right) if match[2][0] == ">" else (right, left)))
        elif match[2][0] == "<":
            self._put("neg", left)
        self.tape: list[tuple[Any, ...]] = list(self._positions)

    def _range(self, piece: str) -> None:
        match = re.fullmatch(r"\s*([A-Za-z_]\w*) in \[([^\[\],]+),([^\[\],]+)\]\s*", piece, re.ASCII)
        need(match, f"a range needs the form 'x in [a, b]', got {piece[:60]!r}")
        assert match is not None
        low = None if match[2].strip() == "-oo" else fraction(match[2].strip(), "the claim's range")
        high = None if match[3].strip() == "oo" else fraction(match[3].strip(), "the claim's range")
        need(low is None or high is None or low < high, f"the range of {match[1]} is empty")
        need(match[1] not in self.variables and match[1] not in ("pi", "E"), f"the name {match[1]} is taken")
        self.variables.append(match[1])
        self.box.append((low, high))

    def read(self, text: str) -> int:
        """Append an expression's instructions; return the position of its value."""
        depth = 0
        for character in text:
            depth += (character == "(") - (character == ")")
            need(
                depth <= 200 and character.isascii() and (character.isalnum() or character in "_+-*/(),. "),
                f"the claim holds {character!r}, or is nested too deep",
            )
        need("-" * 50 not in text.replace(" ", "") and len(text) <= 20_000, "the claim is nested too deep or too long")
        try:
            root = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise Refused("the claim is not an expression") from None
        need(all(isinstance(n, _NODES) for n in ast.walk(root)), "the claim holds more than arithmetic and functions")
        return self._walk(root)

    def _put(self, *instruction: Any) -> int:
        return self._positions.setdefault(instruction, len(self._positions))

    def _walk(self, node: ast.expr) -> int:
        constant = _constant(node)
        if constant is not None:
            return self._put("q", str(constant))
        if isinstance(node, ast.Name):
            if node.id in self.variables:
                return self._put("v", self.variables.index(node.id))
            need(node.id in ("pi", "E"), f"the claim holds the unknown name {node.id!r}")
            return self._put("pi") if node.id == "pi" else self._put("exp", self._put("q", "1"))
        if isinstance(node, ast.UnaryOp):
            inner = self._walk(node.operand)
            return self._put("neg", inner) if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp):
            left = self._walk(node.left)
            if isinstance(node.op, ast.Pow):
                return self._power(left, node.right)
            return self._put(_OPERATORS[type(node.op)], left, self._walk(node.right))
        assert isinstance(node, ast.Call)
        return self._call(node)

    def _power(self, base: int, exponent: ast.expr) -> int:
        value = _constant(exponent)
        if value is None:
            power = self._walk(exponent)
            return self._put("exp", self._put("mul", power, self._put("log", base)))
        need(abs(value) <= LARGEST_EXPONENT, f"the claim holds an exponent above {LARGEST_EXPONENT}")
        if value.denominator == 1:
            return self._put("powi", base, int(value))
        if value.denominator == 2:
            return self._put("powi", self._put("sqrt", base), value.numerator)
        return self._put("exp", self._put("mul", self._put("q", str(value)), self._put("log", base)))

    def _call(self, node: ast.Call) -> int:
        need(isinstance(node.func, ast.Name) and not node.keywords, "the claim calls something that has no name")
        name, arguments = node.func.id, node.args  # type: ignore[attr-defined]
        if name in ("Max", "Min") and len(arguments) >= 2:
            position = self._walk(arguments[0])
            for argument in arguments[1:]:
                position = self._put(name.lower(), position, self._walk(argument))
            return position
        if name in ("polygamma", "lowergamma", "uppergamma") and len(arguments) == 2:
            parameter = _constant(arguments[0])
            need(parameter is not None and abs(parameter) <= LARGEST_EXPONENT, f"{name} needs a rational parameter")
            assert parameter is not None
            if name == "polygamma":
                need(parameter.denominator == 1 and 0 <= parameter <= 20, "polygamma needs an order in 0..20")
                return self._put(name, self._walk(arguments[1]), int(parameter))
            need(parameter > 0, f"{name} needs a positive parameter")
            return self._put(name, self._walk(arguments[1]), str(parameter))
        need(name in _ONE_ARGUMENT and len(arguments) == 1, f"the claim calls the unknown function {name!r}")
        return self._put(_ONE_ARGUMENT[name], self._walk(arguments[0]))


_NODES = (
    ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd,
)  # fmt: skip


def _constant(node: ast.expr) -> Fraction | None:
    """The value of an integer with signs and divisions, else None."""
    if isinstance(node, ast.Constant):
        need(
            type(node.value) is int and abs(node.value) < 10**60, "the claim's numbers need to be integers of 60 digits"
        )
        return Fraction(int(node.value))  # type: ignore[arg-type]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        numerator, denominator = _constant(node.left), _constant(node.right)
        if numerator is not None and denominator:
            return numerator / denominator
    return None
