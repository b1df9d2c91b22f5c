"""An inequality from an identity: slack = sum of weights times products of even powers and of factors of known sign.

(x - y)^2 is not negative, and no cell is needed to see it; cells never close along the line x = y. Two ways lead to an identity:

- *factors*: the slack, over one denominator, is factored over the rationals in generators x^(1/L) and exp(m/L) (so that
  (x + y)/2 - sqrt(x y) is (sqrt x - sqrt y)^2/2); even powers need nothing, every other factor is proved one-signed
  on the box by `prove`, a denominator strictly; 1 - tanh^2 is 1/cosh^2 first, 1 - sin^2 is cos^2;
- *squares*: a polynomial of degree 2 in the generators is v^T Q v for one symmetric matrix Q, v = (1, generators), and
  Q = L D L^T in rationals, with D >= 0, writes it as a sum of squares;
- *single variables*: a sum of functions of one variable each is the sum of these less their least values, each of which
  is proved where it is attained at a rational place (exp x + exp y >= 2 + x + y).

The certificate holds the terms; that they add up to the slack is exact algebra, which the checker does by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import sympy
from sympy.polys.polyerrors import PolynomialError

from proofs_check.interval.ball import Program, arithmetic, hull
from proofs_check.interval.certificate import halves
from proofs_check.interval.evident import is_continuous
from proofs_check.interval.statement import Box, Statement
from proofs_check.interval.tape import Tape, tape_of

_LARGEST = 80  # operations
LARGEST_POWER = 24
_DEEPEST = 8
_GRID = 64
"""Places at which the least value of a function of one variable is looked for."""


@dataclass(frozen=True, slots=True)
class Factor:
    """``text ** power``; ``proof`` is the certificate of ``text >= 0`` (``> 0`` below a fraction line), None for a square."""

    text: str
    power: int
    proof: dict[str, Any] | None = None

    def entry(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return {"factor": self.text, "power": self.power, "proof": self.proof}


@dataclass(frozen=True, slots=True)
class Term:
    """``weight`` times the product of factors, weight >= 0."""

    weight: Fraction
    factors: tuple[Factor, ...]

    def entry(self) -> dict[str, Any]:
        """Return the fields for JSON."""
        return {"weight": str(self.weight), "factors": [factor.entry() for factor in self.factors]}


Judge = Callable[[Statement], dict[str, Any] | None]
"""A statement -> the document of a certificate of it, or None."""


def prove_by_identity(statement: Statement, judge: Judge) -> tuple[Term, ...] | None:
    """Return terms that add up to the slack and are evidently or provably >= 0 on the box; None says nothing.

    Parameters
    ----------
    statement : Statement
        Not strict.
    judge : callable
        Proves the factors that are no squares.

    Examples
    --------
    >>> from proofs_check.interval.statement import parse_statement
    >>> claim = parse_statement("(x + y)/2 >= sqrt(x*y) for x in [0, 1], y in [0, 1]")
    >>> [(str(term.weight), [(f.text, f.power) for f in term.factors]) for term in prove_by_identity(claim, lambda _: None)]
    [('1/2', [('sqrt(x) - sqrt(y)', 2)])]
    """
    if statement.strict or statement.slack().count_ops() > _LARGEST or not has_value(statement.tape(), statement.box):
        return None
    if statement.slack() == 0:
        return ()
    terms = None
    for generators in _writings(statement):
        numerator, denominator = sympy.fraction(sympy.together(generators.slack))
        try:
            terms = _product(numerator, denominator, generators, statement, judge)
        except PolynomialError:
            continue
        if terms is not None:
            break
    terms = _single_variables(statement, judge) if terms is None else terms
    factors = [factor.text for term in terms or () for factor in term.factors if factor.proof is None]
    return terms if all(has_value(tape_of(text, statement.variables), statement.box) for text in factors) else None


def _single_variables(statement: Statement, judge: Judge) -> tuple[Term, ...] | None:
    """Return f_i(x_i) - min f_i for each variable, and the rational rest, of a slack that is a sum of such functions."""
    slack = sympy.expand(statement.slack())
    rest, terms = sympy.Integer(0), []
    parts: dict[sympy.Symbol, sympy.Expr] = {}
    for term in sympy.Add.make_args(slack):
        if len(term.free_symbols) > 1:
            return None
        if term.free_symbols:
            [symbol] = term.free_symbols
            parts[symbol] = parts.get(symbol, sympy.Integer(0)) + term
        else:
            rest += term
    if len(parts) < 2:
        return None
    for name, ends in zip(statement.variables, statement.box, strict=True):
        symbol = sympy.Symbol(name, real=True)
        function = parts.get(symbol)
        if function is None:
            continue
        place = _least_at(function, symbol, ends)
        if place is None:
            return None
        least = function.subs(symbol, place)
        rest += least
        stated = Statement(sympy.sstr(function - least), ">=", "0", (name,), (ends,))
        document = judge(stated)
        if document is None:
            return None
        terms.append(Term(Fraction(1), (Factor(stated.left, 1, document),)))
    rest = sympy.expand(rest)
    if not rest.is_Rational or rest < 0:
        return None
    return (*terms, *([Term(Fraction(int(rest.p), int(rest.q)), ())] if rest else []))


def _least_at(function: sympy.Expr, symbol: sympy.Symbol, ends: Any) -> sympy.Rational | None:
    """Return a simple rational at which a function of one variable seems to be least on a bounded interval, or None."""
    low, high = ends
    if low is None or high is None:
        return None
    numeric = sympy.lambdify(symbol, function, "mpmath")
    places = [low + (high - low) * Fraction(k, _GRID) for k in range(_GRID + 1)]
    try:
        values = [(float(numeric(float(x))), x) for x in places]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    _, near = min(values)
    step = (high - low) / _GRID
    simple = {Fraction(near).limit_denominator(n) for n in range(1, _GRID)} | {low, high}
    inside = [x for x in simple if low <= x <= high and abs(x - near) <= step]
    best = min(inside, key=lambda x: (round(float(numeric(float(x))), 13), x.denominator), default=None)
    return None if best is None else sympy.Rational(best.numerator, best.denominator)


def has_value(tape: Tape, box: Box) -> bool:
    """Whether a tape is seen to have a value on the whole box: by balls, halved a few times, or term by term.

    Examples
    --------
    >>> has_value(tape_of("sqrt(x)", ["x"]), ((Fraction(-1), Fraction(1)),))
    False
    """
    if is_continuous(tape, box):
        return True
    cells = [(tuple((low, high) for low, high in box if low is not None and high is not None), 0)]
    if len(cells[0][0]) < len(box):
        return False
    with arithmetic(64):
        program = Program(tape)
        while cells:
            cell, depth = cells.pop()
            if program([hull(*ends) for ends in cell]).is_finite():
                continue
            if depth >= _DEEPEST:
                return False
            widest = max(range(len(cell)), key=lambda i: cell[i][1] - cell[i][0])
            cells += [(half, depth + 1) for half in halves(cell, widest)]
    return True


def _writings(statement: Statement) -> Iterator[_Generators]:
    """Yield the slack as it is, and by cos^2 + sin^2 = 1 and cosh^2 - sinh^2 = 1 where it holds the square of one of them."""
    slack = statement.slack()
    yield _Generators(statement, slack)
    squares = (power.base for power in slack.atoms(sympy.Pow) if power.exp == 2)
    if any(
        isinstance(base, sympy.sin | sympy.cos | sympy.tan | sympy.sinh | sympy.cosh | sympy.tanh) for base in squares
    ):
        yield _Generators(statement, sympy.trigsimp(slack))


class _Generators:
    """The slack with a symbol for each x^(1/L) and exp(m/L), and back again."""

    def __init__(self, statement: Statement, slack: sympy.Expr) -> None:
        signed = {
            sympy.Symbol(name, real=True): sympy.Symbol(name, nonnegative=True)
            for name, (low, _) in zip(statement.variables, statement.box, strict=True)
            if low is not None and low >= 0
        }
        self.back = {new: old for old, new in signed.items()}
        expression = sympy.expand(slack.xreplace(signed), power_exp=True, mul=False, multinomial=False)
        self.meaning: dict[sympy.Symbol, sympy.Expr] = {}
        roots = [p for p in expression.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer]
        replacements: dict[sympy.Expr, tuple[sympy.Symbol, int]] = {}
        for base in sorted({p.base for p in roots if p.base.is_Symbol}, key=str):
            replacements[base] = self._new(base, lcm(*(p.exp.q for p in roots if p.base == base)))
        exponents = [e.args[0].as_coeff_Mul() for e in expression.atoms(sympy.exp)]
        for base in sorted({m for _, m in exponents if m != 1}, key=str):
            denominators = [int(c.q) for c, m in exponents if m == base and c.is_Rational]
            replacements[sympy.exp(base)] = self._new(sympy.exp(base), lcm(*denominators))
        self.slack = expression.replace(
            lambda e: isinstance(e, sympy.exp | sympy.Pow | sympy.Symbol), lambda e: _replaced(e, replacements)
        )

    def _new(self, base: sympy.Expr, root: int) -> tuple[sympy.Symbol, int]:
        symbol = sympy.Symbol(f"g__{len(self.meaning)}", nonnegative=True)
        self.meaning[symbol] = base ** sympy.Rational(1, root)
        return symbol, root

    def text(self, expression: sympy.Expr) -> str:
        """Return the text of an expression in the generators, in the variables."""
        return sympy.sstr(expression.xreplace(self.meaning).xreplace(self.back))


def _replaced(e: sympy.Expr, replacements: dict[sympy.Expr, tuple[sympy.Symbol, int]]) -> sympy.Expr:
    if isinstance(e, sympy.exp):
        coefficient, inner = e.args[0].as_coeff_Mul()
        base, exponent = sympy.exp(inner), coefficient
    else:
        base, exponent = e.as_base_exp()
    if base not in replacements or not exponent.is_Rational:
        return e
    symbol, root = replacements[base]
    return symbol ** (exponent * root)


def _product(
    numerator: sympy.Expr, denominator: sympy.Expr, generators: _Generators, statement: Statement, judge: Judge
) -> tuple[Term, ...] | None:
    """Return the terms of numerator/denominator from its factors."""
    weight, above = sympy.factor_list(numerator)
    divisor, below = sympy.factor_list(denominator)
    weight = weight / divisor
    if not weight.is_Rational or weight == 0 or (len(above) < 2 and all(p == 1 for _, p in above) and not below):
        return _squares(numerator / denominator, generators)
    sign, factors, sums = (1 if weight > 0 else -1), [], [(Term(Fraction(1), ()))]
    for factor, power in (*above, *((f, -p) for f, p in below)):
        if abs(power) > LARGEST_POWER:
            return None
        if power % 2 == 0 and power > 0:
            factors.append(Factor(generators.text(factor), int(power)))
            continue
        inverse = f"1/({generators.text(factor)})"
        if power % 2 == 0 and is_continuous(tape_of(inverse, statement.variables), statement.box):
            factors.append(Factor(inverse, -int(power)))  # a square all the same
            continue
        side, squares = next(((s, q) for s in (1, -1) if (q := _squares(s * factor, generators))), (0, None))
        if squares is not None and power == 1:
            sums = [_times(a, b) for a in sums for b in squares]
        else:
            side, proof = _one_signed(factor, power < 0, generators, statement, judge)
            if proof is None:
                return None
            factors.append(Factor(generators.text(side * factor), int(power), proof))
        sign *= side ** (power % 2)
    if sign < 0:
        return None
    whole = Term(Fraction(abs(int(weight.p)), int(weight.q)), tuple(factors))
    return tuple(_times(whole, term) for term in sums)


def _times(a: Term, b: Term) -> Term:
    return Term(a.weight * b.weight, (*a.factors, *b.factors))


def _one_signed(
    factor: sympy.Expr, strictly: bool, generators: _Generators, statement: Statement, judge: Judge
) -> tuple[int, dict[str, Any] | None]:
    """Return (side, certificate) of side * factor >= 0 (> 0) on the box, or (0, None)."""
    relation = ">" if strictly else ">="
    for side in (1, -1):
        stated = Statement(generators.text(side * factor), relation, "0", statement.variables, statement.box)
        document = judge(stated)
        if document is not None:
            return side, document
    return 0, None


def _squares(expression: sympy.Expr, generators: _Generators) -> tuple[Term, ...] | None:
    """Return a polynomial of degree 2 as a sum of squares, by L D L^T of its matrix; None if it is none."""
    symbols = sorted(expression.free_symbols, key=str)
    if not symbols or not expression.is_polynomial(*symbols):
        return None
    polynomial = sympy.Poly(expression, *symbols)
    if polynomial.total_degree() != 2 or polynomial.domain not in (sympy.ZZ, sympy.QQ):
        return None
    basis: list[sympy.Expr] = [*symbols, sympy.Integer(1)]
    size = len(basis)
    matrix = [[Fraction(0)] * size for _ in range(size)]
    for monomial, coefficient in polynomial.terms():
        places = [i for i, power in enumerate(monomial) for _ in range(power)]
        i, j = (*places, size - 1, size - 1)[:2]
        matrix[i][j] += Fraction(int(coefficient.p), int(coefficient.q)) / 2
        matrix[j][i] += Fraction(int(coefficient.p), int(coefficient.q)) / 2
    terms = []
    for k in range(size):
        pivot = matrix[k][k]
        if pivot < 0 or (pivot == 0 and any(matrix[k][j] for j in range(k, size))):
            return None
        if pivot == 0:
            continue
        row = [matrix[k][j] / pivot for j in range(size)]
        weighted = zip(row[k:], basis[k:], strict=True)
        form = sympy.Add(*(sympy.Rational(c.numerator, c.denominator) * b for c, b in weighted))
        terms.append(Term(pivot, (Factor(generators.text(form), 2),)))
        for i in range(k + 1, size):
            for j in range(k + 1, size):
                matrix[i][j] -= pivot * row[i] * row[j]
    return tuple(terms)
