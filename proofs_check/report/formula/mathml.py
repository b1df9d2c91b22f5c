"""SymPy expressions as presentation MathML that reads like a textbook and is well-formed XML.

SymPy's own printer is the base; this one repairs what reads badly in a page:

===============================  =====================================================================================
SymPy prints                     here
===============================  =====================================================================================
``Function("kappa")`` a word     the letter, with the subscripts and primes of a symbol; known operators upright
``Piecewise`` as text            a brace and a table
``-2k + n``                      a positive term first, terms otherwise as they stand
``1/e^(x^2/2)``                  ``e^(-x^2/2)``
``sqrt(2)/(2 sqrt(pi))``         ``1/sqrt(2 pi)``
double-struck d and e            upright d, e
HTML entities, a bare ``<``      characters, escaped
limits beside an integral        below and above it (with STIX they run into the sign)
``menclose`` (not MathML Core)   an accent
===============================  =====================================================================================

Expectations and other operators of probability are written as functions: ``Function("E")(x)`` is set as E[x], likewise
``Var``, ``Cov``, ``P`` (P(..)), and ``Function("norm")(x)`` as ||x||.

References: MathML Core (W3C); SymPy's ``MathMLPresentationPrinter``.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.mathml import MathMLPresentationPrinter
from sympy.printing.precedence import PRECEDENCE, precedence_traditional
from sympy.printing.pretty.pretty_symbology import greek_unicode

from proofs_check.report.formula.formula_shape import chain_of, fraction_of, primes_of, starts_with_digit

_FENCES = frozenset("()[]{}|‖⌊⌋⌈⌉\u2061")
NAMESPACE = "http://www.w3.org/1998/Math/MathML"

# Characters of SymPy's entities that are set otherwise than by Unicode's character of that name.
_UPRIGHT = {"&dd;": "d", "&ExponentialE;": "e", "&ImaginaryI;": "i", "-": "\N{MINUS SIGN}"}
_TIMES, _APPLY, _DOT = "\N{INVISIBLE TIMES}", "\N{FUNCTION APPLICATION}", "\N{DOT OPERATOR}"
_SUBSCRIPTS = {"star": "\N{ASTERISK OPERATOR}", "oo": "\N{INFINITY}", "infty": "\N{INFINITY}", "plus": "+", "minus": "\N{MINUS SIGN}"}  # fmt: skip
_OPERATORS = {"E": "\U0001d53c", "P": "\N{DOUBLE-STRUCK CAPITAL P}"}
_IN_BRACKETS = frozenset({"E", "Var", "Cov"})
_LARGE = (sympy.Integral, sympy.Sum, sympy.Product, sympy.Limit, sympy.Piecewise)

Node = Any  # xml.dom.minidom nodes; SymPy's printer carries no types


def mathml(expression: sympy.Basic, *, block: bool = True) -> str:
    """Return an expression as one ``<math>`` element.

    Parameters
    ----------
    expression : sympy.Basic
        An expression, a relation, a logical combination of such, a matrix, a set.
    block : bool
        Set as a displayed formula rather than within a line.

    Returns
    -------
    str
        Well-formed XML; also valid inside HTML.

    Raises
    ------
    TypeError
        If `expression` is not a SymPy object.

    Examples
    --------
    >>> print(mathml(sympy.Le(sympy.Symbol("beta_0"), 2, evaluate=False), block=False))
    <math xmlns="http://www.w3.org/1998/Math/MathML"><msub><mi>β</mi><mn>0</mn></msub><mo>≤</mo><mn>2</mn></math>
    """
    if not isinstance(expression, sympy.Basic | sympy.MatrixBase):
        raise TypeError(f"mathml needs a SymPy expression, got {type(expression).__name__}.")
    body = TextbookPrinter({"order": "none"}).doprint(expression, bare=True)
    display = ' display="block"' if block else ""
    return f'<math xmlns="{NAMESPACE}"{display}>{body}</math>'


def _is_plain_row(node: Node) -> bool:
    """Whether a row inside a row changes nothing: no bracket that would stretch, no function, no operator at its ends."""
    if node.tagName != "mrow" or node.attributes.length or not node.childNodes:
        return False
    ends = (node.firstChild.tagName, node.lastChild.tagName)
    return "mo" not in ends and not any(map(_is_fence, node.childNodes))


def _is_fence(node: Node) -> bool:
    return bool(node.tagName == "mo" and node.firstChild.data in _FENCES)


class TextbookPrinter(MathMLPresentationPrinter):
    """SymPy's presentation printer with the repairs that the module lists."""

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        from xml.dom.minidom import Document

        super().__init__(settings)
        # SymPy writes text raw so that its entities survive; characters need no such thing, and "<" must be escaped.
        create = Document().createTextNode
        self.dom.createTextNode = lambda data: create(_characters(data))

    def doprint(self, expr: sympy.Basic, *, bare: bool = False) -> str:
        """Return the markup of an expression, without the enclosing ``<math>``; `bare`: nor a row around all of it."""
        node = self._print(expr)
        nodes = node.childNodes if bare and node.tagName == "mrow" and not node.attributes.length else [node]
        return "".join(str(part.toxml()) for part in nodes)

    def emptyPrinter(self, expr: Any) -> Node:
        """Set what no rule knows as plain text."""
        return self._leaf("mtext", str(expr))

    # -- building blocks

    def _leaf(self, tag: str, text: str, **attributes: str) -> Node:
        node = self.dom.createElement(tag)
        node.appendChild(self.dom.createTextNode(text))
        for name, value in attributes.items():
            node.setAttribute(name, value)
        return node

    def _element(self, tag: str, *children: Node, **attributes: str) -> Node:
        node = self.dom.createElement(tag)
        flat = tag == "mrow" and not any(map(_is_fence, children))
        for child in children:
            for part in list(child.childNodes) if flat and _is_plain_row(child) else [child]:
                node.appendChild(part)
        for name, value in attributes.items():
            node.setAttribute(name, value)
        return node

    def _row(self, *children: Node) -> Node:
        return children[0] if len(children) == 1 else self._element("mrow", *children)

    def _mo(self, text: str, **attributes: str) -> Node:
        return self._leaf("mo", text, **attributes)

    def _joined(self, nodes: Sequence[Node], separator: str) -> list[Node]:
        joined = list(nodes[:1])
        for node in nodes[1:]:
            joined += [self._mo(separator), node]
        return joined

    def _fenced(self, left: str, right: str, *arguments: Any) -> Node:
        inner = self._joined([self._print(argument) for argument in arguments], ",")
        # around one letter a stretched bracket is wider than its own height asks for
        size = {"stretchy": "false"} if all(argument.is_Atom for argument in arguments) else {}
        return self._element("mrow", self._mo(left, **size), *inner, self._mo(right, **size))

    # -- names

    def _name(self, name: str, *, operator: bool = False) -> Node:
        """Set a name with its subscripts and superscripts; Greek by name, words upright."""
        if " " in name:
            return self._leaf("mtext", name)
        base, above, below = self._split_super_sub(name)
        core = self._leaf("mi", _OPERATORS[base] if operator and base in _OPERATORS else _letter(base))
        low = self._row(*self._joined([self._index(text) for text in below], ",")) if below else None
        high = self._row(*self._joined([self._index(text) for text in above], ",")) if above else None
        if low is not None and high is not None:
            return self._element("msubsup", core, low, high)
        if low is not None:
            return self._element("msub", core, low)
        return core if high is None else self._element("msup", core, high)

    def _index(self, text: str) -> Node:
        shown = _SUBSCRIPTS.get(text, _letter(text))
        return self._leaf("mn" if text.isdigit() else "mo" if text in _SUBSCRIPTS else "mi", shown)

    def _print_Symbol(self, sym: sympy.Symbol, style: str = "plain") -> Node:  # noqa: ARG002  (SymPy's signature)
        return self._name(sym.name)

    _print_MatrixSymbol = _print_Symbol  # noqa: N815  (SymPy finds rules by these names)
    _print_RandomSymbol = _print_Symbol  # noqa: N815
    _print_Dummy = _print_Symbol  # noqa: N815

    def _print_Str(self, expr: Any) -> Node:
        return self._leaf("mtext", str(expr))

    def _print_Indexed(self, e: sympy.Indexed) -> Node:
        indices = self._joined([self._print(index) for index in e.indices], ",")
        return self._element("msub", self._print(e.base), self._row(*indices))

    # -- functions

    def _print_Function(self, e: Any) -> Node:
        name = e.func.__name__
        if name in ("norm", "Norm") and len(e.args) == 1:
            return self._fenced("\N{DOUBLE VERTICAL LINE}", "\N{DOUBLE VERTICAL LINE}", *e.args)
        head = self._name(name, operator=True) if isinstance(e, AppliedUndef) else self._known_function(e)
        return self._applied(head, name, e.args)

    def _known_function(self, e: Any) -> Node:
        tag = {"log": "log", "sign": "sgn", "loggamma": "log\N{NO-BREAK SPACE}Γ"}.get(e.func.__name__)
        return self._leaf("mi", tag or self.mathml_tag(e))

    def _applied(self, head: Node, name: str, arguments: Sequence[Any]) -> Node:
        left, right = "[]" if name.split("_")[0] in _IN_BRACKETS else "()"
        return self._element("mrow", head, self._mo(_APPLY), self._fenced(left, right, *arguments))

    def _print_Max(self, e: Any) -> Node:
        return self._applied(self._leaf("mi", "max"), "max", e.args)

    def _print_Min(self, e: Any) -> Node:
        return self._applied(self._leaf("mi", "min"), "min", e.args)

    def _print_Trace(self, e: Any) -> Node:
        return self._applied(self._leaf("mi", "tr"), "tr", e.args)

    def _print_Heaviside(self, e: Any) -> Node:
        return self._applied(self._leaf("mi", "Θ"), "Heaviside", e.args[:1])

    def _print_KroneckerDelta(self, e: Any) -> Node:
        return self._element(
            "msub", self._leaf("mi", "δ"), self._row(*self._joined(list(map(self._print, e.args)), ","))
        )

    def _print_Mod(self, e: Any) -> Node:
        left, right = (self.parenthesize(argument, PRECEDENCE["Mul"]) for argument in e.args)
        return self._element("mrow", left, self._mo("mod", lspace="0.3em", rspace="0.3em"), right)

    def _print_polygamma(self, e: Any) -> Node:
        order = self._fenced("(", ")", e.args[0])
        psi = self._leaf("mi", "ψ")
        return self._applied(psi if e.args[0] == 0 else self._element("msup", psi, order), "polygamma", e.args[1:])

    def _print_UnevaluatedExpr(self, expr: Any) -> Node:
        return self._print(expr.args[0])

    def _print_conjugate(self, expr: Any) -> Node:
        return self._element("mover", self._print(expr.args[0]), self._mo("\N{OVERLINE}"), accent="true")

    def _print_Derivative(self, expr: sympy.Derivative) -> Node:
        primes = primes_of(expr)
        if primes is None:
            return super()._print_Derivative(expr)
        return self._primed(expr.expr, primes, expr.expr.args)

    def _print_Subs(self, expr: sympy.Subs) -> Node:
        inner = expr.expr
        if isinstance(inner, sympy.Derivative) and (primes := primes_of(inner)) and inner.expr.args == expr.variables:
            return self._primed(inner.expr, primes, expr.point)
        places = [
            self._row(self._print(old), self._mo("="), self._print(new))
            for old, new in zip(expr.variables, expr.point, strict=True)
        ]
        return self._element(
            "msub", self._row(self._print(inner), self._mo("|")), self._row(*self._joined(places, ","))
        )

    def _primed(self, function: Any, primes: int, arguments: Sequence[Any]) -> Node:
        marks = {1: "\N{PRIME}", 2: "\N{DOUBLE PRIME}", 3: "\N{TRIPLE PRIME}"}[primes]
        head = self._element("msup", self._name(function.func.__name__, operator=True), self._mo(marks))
        return self._applied(head, "", arguments)

    # -- sums, products, powers

    def _print_Add(self, expr: sympy.Add, order: str | None = None) -> Node:  # noqa: ARG002  (SymPy's signature)
        terms = list(expr.args)
        first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
        terms.remove(first)
        nodes = [self._term(first)]
        for term in terms:
            negative = term.could_extract_minus_sign()
            nodes += [self._mo("-" if negative else "+"), self._term(-term if negative else term)]
        return self._element("mrow", *nodes)

    def _term(self, term: Any) -> Node:
        """Set a term of a sum; one that starts with a minus, or is itself a sum, in parentheses."""
        return self.parenthesize(term, PRECEDENCE["Add"])

    def _print_Mul(self, expr: sympy.Mul) -> Node:
        sign, above, below = fraction_of(expr)
        # a sum beside a short fraction, but a sum over a sum within one
        short = below and not any(factor.has(*_LARGE) for factor in below)
        outside = [factor for factor in above if isinstance(factor, _LARGE)] if short else []
        above = [factor for factor in above if factor not in outside]
        nodes = [self._mo("-")] if sign < 0 else []
        if below:
            nodes.append(self._element("mfrac", self._product(above), self._product(below)))
            nodes += [self._mo(_TIMES), self._product(outside)] if outside else []
        else:
            nodes.append(self._product(above))
        return self._row(*nodes)

    def _product(self, factors: Sequence[Any]) -> Node:
        """Set factors side by side; a dot where two numbers would run together."""
        if not factors:
            return self._leaf("mn", "1")
        if len(factors) == 1:
            return self._print(factors[0])
        nodes: list[Node] = []
        factors = sorted(factors, key=lambda factor: isinstance(factor, _LARGE))  # an integral or a sum comes last
        for place, factor in enumerate(factors):
            last = place == len(factors) - 1
            if place:
                nodes.append(self._mo(_DOT if starts_with_digit(factor) else _TIMES))
                if isinstance(factor, sympy.Function | sympy.Max | sympy.Min) and len(factor.func.__name__) > 2:
                    nodes.append(self._element("mspace", width="0.17em"))
            nodes.append(self.parenthesize(factor, PRECEDENCE["Mul"], strict=last and isinstance(factor, _LARGE)))
        return self._element("mrow", *nodes)

    def _print_Pow(self, e: sympy.Pow) -> Node:
        if e.exp.is_Rational and e.exp.is_negative:
            return self._print_Mul(e)
        return super()._print_Pow(e)

    # -- large operators

    def _print_Integral(self, expr: sympy.Integral) -> Node:
        nodes: list[Node] = []
        for limits in reversed(expr.limits):
            nodes.append(self._limited("\N{INTEGRAL}", [self._print(limit) for limit in limits[1:]]))
        nodes.append(self.parenthesize(expr.function, PRECEDENCE["Add"]))
        for limits in expr.limits:
            space = self._element("mspace", width="0.17em")
            nodes += [space, self._leaf("mi", "d", mathvariant="normal"), self._print(limits[0])]
        return self._element("mrow", *nodes)

    def _limited(self, sign: str, ends: Sequence[Node]) -> Node:
        operator = self._mo(sign, movablelimits="false")
        if len(ends) == 2:
            return self._element("munderover", operator, *ends)
        return self._element("mover", operator, *ends) if ends else operator

    def _print_Sum(self, e: sympy.Sum) -> Node:
        return self._over_range("\N{N-ARY SUMMATION}", e)

    def _print_Product(self, e: sympy.Product) -> Node:
        return self._over_range("\N{N-ARY PRODUCT}", e)

    def _over_range(self, sign: str, e: Any) -> Node:
        nodes: list[Node] = []
        for variable, *ends in reversed(e.limits):
            if not ends:
                nodes.append(self._element("munder", self._mo(sign, movablelimits="false"), self._print(variable)))
                continue
            start = self._element("mrow", self._print(variable), self._mo("="), self._print(ends[0]))
            nodes.append(self._limited(sign, [start, self._print(ends[1])]))
        return self._element("mrow", *nodes, self.parenthesize(e.function, precedence_traditional(e), strict=True))

    # -- logic

    def _print_Piecewise(self, expr: sympy.Piecewise) -> Node:
        rows = []
        for value, condition in expr.args:
            words = self._leaf("mtext", "otherwise") if condition == sympy.true else self._print(condition)
            when = [] if condition == sympy.true else [self._leaf("mtext", "if\N{NO-BREAK SPACE}")]
            cells = self._element("mtd", self._print(value)), self._element("mtd", *when, words)
            rows.append(self._element("mtr", *cells))
        table = self._element("mtable", *rows, columnalign="left left")
        return self._element("mrow", self._mo("{"), table)

    def _print_And(self, expr: sympy.And) -> Node:
        chain = chain_of(expr)
        if chain is None:
            return super()._print_And(expr)
        low, first, middle, second, high = chain
        return self._element(
            "mrow", self._print(low), self._mo(first), self._print(middle), self._mo(second), self._print(high)
        )

    def _print_Transpose(self, expr: Any) -> Node:
        return self._element("msup", self.parenthesize(expr.arg, PRECEDENCE["Pow"]), self._mo("\N{DOWN TACK}"))


def _characters(data: str) -> str:
    return html.unescape(_UPRIGHT.get(data, data))


def _letter(name: str) -> str:
    # SymPy's table knows "lamda"; a person writes "lambda"
    return str(greek_unicode.get({"lambda": "lamda", "Lambda": "Lamda"}.get(name, name), name))
