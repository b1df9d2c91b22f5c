"""The oracle "Haar moments": claims about rational functions of a dimension and Haar means, decided exactly.

Each mean is derived by Weingarten calculus: as a rational function of d from its least valid dimension on, and as a
number at every smaller dimension of the domain.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from proofs_check.proof.algebra import is_zero, refused_divisor, sign
from theory.haar.rational_function import RationalFunction
from theory.statement.proposition import Asymptotic, Binder, Limit, Proposition, Relation, map_terms
from theory.statement.quantity import Undecided
from theory.statement.sentence import Sentence
from theory.statement.sort import Naturals
from theory.statement.words.haar import HaarMean, Weingarten

_MOST_SMALL = 40


def affirms(sentence: Sentence) -> bool:
    """Whether the claim follows from the exact means, for every value of the domain."""
    body = sentence.body
    if isinstance(body, Limit | Asymptotic):
        return _limit_holds(body)
    if not isinstance(body, Relation):
        return False
    words = sorted(body.lhs.atoms(HaarMean, Weingarten) | body.rhs.atoms(HaarMean, Weingarten), key=str)
    dimensions = {word.dimension for word in words}
    if len(dimensions) > 1:
        return False
    dimension = dimensions.pop() if dimensions else None
    if dimension is None or dimension.is_Integer:
        return _follows(sentence.replace_body(_replaced(body, int(dimension) if dimension is not None else None)))
    factor, variable = dimension.as_coeff_Mul()
    sort = sentence.sort_of(variable.name)
    if not isinstance(sort, Naturals) or (factor % 2 and any(word.args[0].name == "Sp" for word in words)):
        return False
    least = max(sort.least, *(-(-word.least_dimension // int(factor)) for word in words))
    if least - sort.least > _MOST_SMALL:
        return False
    for value in range(sort.least, min(least, (sort.most or least) + 1)):
        pinned = sentence.pinned({variable.name: value})
        if not affirms(pinned):
            return False
    if sort.most is not None and sort.most < least:
        return True
    rest = tuple(Binder(b.name, Naturals(least, sort.most)) if b.name == variable.name else b for b in sentence.binders)
    return _follows(Sentence(rest, sentence.hypotheses, _replaced(body, None)))


def _replaced(body: Any, dimension: int | None) -> Any:
    """Return the proposition with every mean replaced by its exact value."""

    def change(term: sp.Expr) -> sp.Expr:
        return term.xreplace({w: _value(w, dimension) for w in term.atoms(HaarMean, Weingarten)})

    return map_terms(body, change)


def _value(word: Any, dimension: int | None) -> sp.Expr:
    value: Fraction | RationalFunction = word.exact(dimension)
    if isinstance(value, RationalFunction):
        return value.as_sympy(word.dimension)
    return sp.Rational(value.numerator, value.denominator)


def _follows(sentence: Sentence) -> bool:
    """Whether a relation between rational functions holds on the domain."""
    claim: Proposition = sentence.body
    if not isinstance(claim, Relation):
        return False
    if any(refused_divisor(side, sentence) is not None for side in (claim.lhs, claim.rhs)):
        return False
    if claim.op == "=":
        return is_zero(claim.lhs - claim.rhs)
    found = sign(claim.slack, sentence)
    return found in {"!=": (1, -1), "<": (1,), ">": (1,)}.get(claim.op, (0, 1))


def _limit_holds(body: Limit | Asymptotic) -> bool:
    """Whether a limit of a rational function as its natural variable tends to infinity is the claimed one."""
    found = limit_of(body)
    wanted = body.value if isinstance(body, Limit) else sp.Integer(1)
    if found is None or wanted.free_symbols:
        return False
    return bool(found == wanted) or (bool(found.is_finite) and is_zero(found - wanted))


def limit_of(body: Limit | Asymptotic) -> sp.Expr | None:
    """Return the limit (of the ratio, for ``~``) of a rational function of one natural variable, or None for others.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> limit_of(parse("lim d -> oo: d^2 * E_O(d)[O[1,1]^4] = 3").body)
    3
    """
    variable = body.binder.symbol
    if body.point != sp.oo or not isinstance(body.binder.sort, Naturals):
        return None
    try:
        body = _replaced(body, None)
    except Undecided:
        return None
    term = body.term if isinstance(body, Limit) else body.lhs / body.rhs
    if term.free_symbols - {variable} or term.has(sp.Function):
        return None
    top, bottom = sp.fraction(sp.cancel(sp.together(term)))
    try:
        top, bottom = sp.Poly(top, variable), sp.Poly(bottom, variable)
    except sp.PolynomialError:
        return None
    ratio = top.LC() / bottom.LC()
    if top.degree() < bottom.degree():
        return sp.Integer(0)
    if top.degree() > bottom.degree():
        return sp.oo if ratio.is_positive else -sp.oo
    return ratio
