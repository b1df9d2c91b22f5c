"""Signs of rational functions on boxes, exactly: the algebra that the kernel's two algebraic rules rest on.

A polynomial whose coefficients have one sign once the box is mapped to a cone (Bernstein coefficients on a bounded
interval) has that sign on the box. The converse fails, so the answer may be "not decided".
"""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy as sp

from theory.enclosure.ball import ball_of
from theory.statement.sentence import Sentence
from theory.statement.sort import Naturals, Reals

NO_SIGN = 2
_NONPOSITIVE = 10
_MOST_MONOMIALS = 5000


def is_zero(term: sp.Expr) -> bool:
    """Whether a term is 0 in the field of rational functions over its variables, words and irrational constants."""
    numerator = sp.fraction(sp.together(term))[0]
    return sp.expand(numerator) == 0


def refused_divisor(term: sp.Expr, sentence: Sentence) -> str | None:
    """Return what algebra would need of a term, or None if its powers are whole and its divisors of one sign."""
    for power in term.atoms(sp.Pow):
        if not power.exp.is_Integer:
            return f"integer powers, got {power}"
        if power.exp.is_negative and not power.base.is_Number and sign(power.base, sentence) not in (1, -1):
            return f"divisors of one sign on the domain, got {power.base}"
    return None


def sign(term: sp.Expr, sentence: Sentence) -> int:
    """Return 1 or -1 (positive, negative on the whole domain), 0 (nonnegative), or NO_SIGN (not decided)."""
    numerator, denominator = sp.fraction(sp.together(term))
    top, bottom = _polynomial_sign(numerator, sentence), _polynomial_sign(denominator, sentence)
    if abs(bottom) != 1:
        return NO_SIGN
    if abs(top) == 1:
        return top * bottom
    if top == NO_SIGN:
        return NO_SIGN
    # top is +0 (nonnegative) or, as 10, nonpositive
    return 0 if (top == 0) == (bottom == 1) else NO_SIGN


def _polynomial_sign(term: sp.Expr, sentence: Sentence) -> int:
    symbols = sorted(term.free_symbols, key=str)
    sorts = {binder.symbol: binder.sort for binder in sentence.binders}
    if not symbols:
        return _number_sign(sp.expand(term))
    ranges = [found for s in symbols if (found := _ends(sorts[s])) is not None]
    if len(ranges) < len(symbols):
        return NO_SIGN
    answers = set()
    for choice in product(*(_half_lines(ends) for ends in ranges)):
        answers.add(_cone_sign(term, symbols, choice))
    if answers <= {0, 1}:
        return min(answers)
    if answers <= {-1, _NONPOSITIVE}:
        return -1 if answers == {-1} else _NONPOSITIVE
    return NO_SIGN


def _half_lines(ends: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return the range, or for the whole line its two closed halves."""
    zero = sp.Integer(0)
    return [(zero, None, False, True), (None, zero, True, False)] if ends[:2] == (None, None) else [ends]


def _ends(sort: Any) -> tuple[Any, Any, bool, bool] | None:
    """Return (low, high, low open, high open), None for no end; None unless the ends are rational."""
    if isinstance(sort, Naturals):
        return sp.Integer(sort.least), None if sort.most is None else sp.Integer(sort.most), False, False
    if isinstance(sort, Reals) and not (sort.low.free_symbols | sort.high.free_symbols):
        low = None if sort.low == -sp.oo else sort.low
        high = None if sort.high == sp.oo else sort.high
        if all(end is None or end.is_Rational for end in (low, high)):
            return low, high, sort.low_open, sort.high_open
    return None


def _cone_sign(term: sp.Expr, symbols: list[sp.Symbol], ranges: tuple[Any, ...]) -> int:
    """Return the sign of a polynomial whose variables are mapped to u, v >= 0; faces u = 0 and v = 0 are the ends."""
    pairs = [sp.symbols(f"u{i} v{i}", nonnegative=True) for i in range(len(symbols))]
    try:
        polynomial = sp.Poly(term, *symbols)
    except sp.PolynomialError:
        return NO_SIGN
    if polynomial.is_zero:
        return 0
    mapped = sp.Integer(0)
    degrees = [polynomial.degree(s) for s in symbols]
    for powers, coefficient in polynomial.terms():
        piece = coefficient
        for power, degree, (u, v), (low, high, *_) in zip(powers, degrees, pairs, ranges, strict=True):
            total = u + v if low is not None and high is not None else sp.Integer(1)
            value = low * u + high * v if total != 1 else (low + v if low is not None else high - v)
            piece *= value**power * total ** (degree - power)
        mapped += piece
    flat = [x for pair in pairs for x in pair]
    terms = sp.Poly(mapped, *flat).terms()
    if len(terms) > _MOST_MONOMIALS:
        return NO_SIGN
    signs = [(powers, _number_sign(coefficient)) for powers, coefficient in terms]
    live = {sign for _, sign in signs if sign != 0}
    if len(live) > 1 or NO_SIGN in live:
        return NO_SIGN
    sign = live.pop() if live else 0
    strict = all(
        any(_survives(powers, face) and s != 0 for powers, s in signs) for face in product(*map(_faces, ranges))
    )
    return sign if strict else (0 if sign >= 0 else _NONPOSITIVE)


def _faces(ends: tuple[Any, ...]) -> list[str]:
    """Return the faces of a range that belong to it: the inside, and each closed end."""
    low, high, low_open, high_open = ends
    if low is not None and low == high:
        return ["low"]
    found = ["inside"]
    if low is not None and not low_open:
        found.append("low")
    if high is not None and not high_open:
        found.append("low" if low is None else "high")
    return found


def _survives(powers: tuple[int, ...], face: tuple[str, ...]) -> bool:
    """Whether a monomial in (u_0, v_0, u_1, ...) is not 0 on a face: v = 0 at 'low', u = 0 at 'high'."""
    return all(
        not (at == "low" and powers[2 * i + 1]) and not (at == "high" and powers[2 * i]) for i, at in enumerate(face)
    )


def _number_sign(value: sp.Expr) -> int:
    """Return the sign of a constant, by exact arithmetic or a ball."""
    if value.is_Rational:
        return int(sp.sign(value))
    if value.free_symbols or value.atoms(sp.Function) - value.atoms(sp.exp, sp.log):
        return NO_SIGN
    ball = ball_of(value)
    return 1 if ball > 0 else -1 if ball < 0 else NO_SIGN
