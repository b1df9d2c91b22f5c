"""The oracle "extreme laws": sentences about every activation that are affine in its law once p_1 is fixed.

kappa(r) = sum_k p_k r^k with p any law on {1, 2, ...}. With alpha = p_1 fixed, the rest of the mass is (1 - alpha) q, q a law
on {2, 3, ...} ({3, 5, ...} for odd activations), and every functional is alpha times its value at degree 1 plus (1 - alpha)
times its mean under q. A slack that is affine in these means is the mean under q of its values at single degrees, so it is
nonnegative for every law if it is at every degree k: polynomials in alpha and the variables for k up to a bound, and beyond it
r^k = r^K U with U in [0, 1] (in [-1, 1] where r may be negative) and k = K + n, n >= 0, as free variables.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

from proofs_check.proof.algebra import sign
from theory.statement.proposition import And, Binder, Proposition, Relation, conjuncts, terms
from theory.statement.quantity import Quantity, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals
from theory.statement.words.activation import CentredShare, Coefficient, NormalisedShare, SecondMoment
from theory.statement.words.kernel_map import Kappa, Raw, Rms

_TAIL = 8
_DEEPEST = 5
_ALPHA = sp.Symbol("alpha_", real=True)
_MEAN, _SCALE = sp.Symbol("w_0_", real=True), sp.Symbol("scale_", real=True)
_MORE = sp.Symbol("n_", integer=True)


class _Outside(ValueError):  # noqa: N818 - the sentence is of another kind, which is an answer
    pass


@dataclass(frozen=True)
class _Degree:
    """A degree at which functionals are evaluated: a number, or every one from K + shift on."""

    number: int | None
    shift: int = 0

    def value(self, at: sp.Expr, order: int, rest: _Rest) -> sp.Expr:
        """Return the derivative of this order of r^k at r = at."""
        if at == 0:
            return sp.Integer(math.factorial(order)) if self.number == order else sp.Integer(0)
        k = sp.Integer(self.number) if self.number is not None else _TAIL + self.shift + (rest.more() if order else 0)
        falling = sp.prod([k - i for i in range(order)])
        if at == 1:
            return falling
        if self.number is not None:
            return falling * at ** (self.number - order) if self.number >= order else sp.Integer(0)
        return falling * at ** (_TAIL + self.shift - order) * rest.power(at)


class _Rest:
    """The free variables of the tail: n = k - K (even, if so), and at^n for each correlation."""

    def __init__(self, ends: dict[Any, Any], even: bool) -> None:
        self.ends, self.even = ends, even
        self.binders: list[Binder] = []
        self.powers: dict[sp.Expr, sp.Expr] = {}

    def more(self) -> sp.Symbol:
        """Return n, a natural number."""
        if not any(b.symbol == _MORE for b in self.binders):
            self.binders.append(Binder(_MORE.name, Naturals(0)))
        return _MORE

    def power(self, at: sp.Expr) -> sp.Expr:
        """Return at^n: in [0, 1], or in [-1, 1] where the correlation may be negative and n odd."""
        if at not in self.powers:
            sort = self.ends.get(at)
            negative = bool(sort.low < 0) if isinstance(sort, Reals) else bool(at < 0)
            low = sp.Integer(-1 if negative and not self.even else 0)
            binder = Binder(f"U_{len(self.binders)}_", Reals(low, sp.Integer(1)))
            self.binders.append(binder)
            self.powers[at] = binder.symbol
        return self.powers[at]


def affirms(sentence: Sentence) -> bool:
    """Whether the sentence follows for every law, degree by degree."""
    try:
        return _is_defined(sentence) and all(
            _holds(piece, relation)
            for part in conjuncts(sentence.body)
            for piece, relation in _without_moduli(sentence, part)
        )
    except _Outside:
        return False


def _is_defined(sentence: Sentence) -> bool:
    """Whether every divisor has one strict sign as it was written: adding fractions may cancel one that vanishes somewhere."""
    powers = {p for term in terms(sentence.body) for p in unfolded(term).atoms(sp.Pow)}
    bases = {p.base for p in powers if p.exp.is_nonnegative is not True and p.base.free_symbols}

    def is_positive(base: sp.Expr) -> bool:
        claim = Relation(">", base, sp.Integer(0))
        return all(_holds(piece, relation) for piece, relation in _without_moduli(sentence, claim))

    return all(is_positive(base) or is_positive(-base) for base in bases)


def _without_moduli(sentence: Sentence, claim: Proposition) -> Iterator[tuple[Sentence, Proposition]]:
    """Yield pieces without absolute values: domains cut at 0 for |r|, two relations for |t| <= b."""
    if not isinstance(claim, Relation):
        yield sentence, claim
        return
    for symbol in {m.args[0] for m in (claim.lhs + claim.rhs).atoms(sp.Abs) if m.args[0].is_Symbol}:
        sort = sentence.sort_of(symbol.name)
        if not isinstance(sort, Reals):
            raise _Outside("an absolute value of no real variable")
        for part, value in _halves_at_zero(sort, symbol):
            binders = tuple(Binder(b.name, part) if b.symbol == symbol else b for b in sentence.binders)
            moved = Relation(claim.op, *(side.xreplace({sp.Abs(symbol): value}) for side in (claim.lhs, claim.rhs)))
            yield from _without_moduli(Sentence(binders, sentence.hypotheses, moved), moved)
        return
    if claim.op in (">", ">="):
        claim = claim.mirrored
    if isinstance(claim.lhs, sp.Abs) and not claim.rhs.has(sp.Abs):
        for sign_ in (1, -1):
            yield from _without_moduli(sentence, Relation(claim.op, sign_ * claim.lhs.args[0], claim.rhs))
        return
    yield sentence, claim


def _halves_at_zero(sort: Reals, symbol: sp.Symbol) -> Iterator[tuple[Reals, sp.Expr]]:
    zero = sp.Integer(0)
    if sort.high >= 0:
        inside = sort.low < 0
        yield Reals(zero if inside else sort.low, sort.high, False if inside else sort.low_open, sort.high_open), symbol
    if sort.low < 0:
        inside = sort.high > 0
        yield (
            Reals(sort.low, zero if inside else sort.high, sort.low_open, False if inside else sort.high_open),
            -symbol,
        )


def _by_shares(term: sp.Expr, activation: sp.Symbol) -> sp.Expr:
    """Return the term with rms, raw and the moments in kappa, the mean's share w_0 and the scale E s^2."""
    term = unfolded(term).replace(
        lambda e: e.is_Pow and isinstance(e.base, Coefficient) and e.exp == 2,
        lambda e: _SCALE * NormalisedShare(*e.base.args),
    )
    change: dict[Any, sp.Expr] = {}
    for word in term.atoms(Quantity):
        if isinstance(word, Rms | Raw) and word.iterate == 1:
            value = (1 - _MEAN) * Kappa(activation, word.at, word.order) + (_MEAN if word.order == 0 else 0)
            change[word] = value * (_SCALE if isinstance(word, Raw) else 1)
        elif isinstance(word, SecondMoment):
            change[word] = _SCALE
        elif isinstance(word, NormalisedShare) and word.args[1].is_Integer:
            degree = word.args[1]
            change[word] = _MEAN if degree == 0 else (1 - _MEAN) * CentredShare(activation, degree)
    return term.xreplace(change)


def _holds(sentence: Sentence, claim: Proposition) -> bool:
    if isinstance(claim, And) or not isinstance(claim, Relation) or claim.op == "!=":
        return False
    if claim.op == "=":
        return all(_holds(sentence, Relation(op, claim.lhs, claim.rhs)) for op in ("<=", ">="))
    known = sentence.binders_of(Activations)
    others = tuple(b for b in sentence.binders if b not in known)
    if len(known) != 1 or any(not isinstance(b.sort, Reals) or b.sort.is_set_by_words for b in others):
        return False
    classes = known[0].sort.classes  # type: ignore[union-attr]
    mean = Reals(sp.Integer(0), sp.Integer(0 if {"odd", "centred"} & set(classes) else 1), high_open=True)
    mean = Reals(mean.low, mean.high) if mean.is_point else mean
    scale = Reals(sp.Integer(0), low_open=True)
    slack = _by_shares(claim.slack, known[0].symbol)
    box = (*others, Binder(_ALPHA.name, _alpha_range(sentence, classes)))
    box += tuple(Binder(s.name, r) for s, r in ((_MEAN, mean), (_SCALE, scale)) if s in slack.free_symbols)
    top, bottom = sp.fraction(sp.together(slack))
    if any(p.exp.is_Rational is not True for p in (top * bottom).atoms(sp.Pow)):
        return False
    words = sorted((top * bottom).atoms(Quantity), key=sp.default_sort_key)
    means = {word: sp.Dummy(real=True) for word in words if not _is_alpha(word)}
    change = {word: means.get(word, _ALPHA) for word in words}
    numerator = top.xreplace(change)
    content, parts = sp.factor_list(bottom.xreplace(change))
    whole = sp.expand(numerator * sp.sign(content))
    for factor, exponent in parts:
        if not factor.free_symbols:
            whole *= sp.sign(factor) ** exponent
            continue
        orientation = next((s for s in (1, -1) if _for_every_law(s * factor, True, means, box, classes)), None)
        if orientation is None:
            return False
        whole *= orientation**exponent
    return _for_every_law(whole, claim.strict, means, box, classes)


def _is_alpha(word: Any) -> bool:
    if isinstance(word, Kappa):
        return bool(word.order == 1 and word.iterate == 1 and word.at == 0)
    return isinstance(word, CentredShare) and word.args[1] == 1


def _alpha_range(sentence: Sentence, classes: tuple[str, ...]) -> Reals:
    """Return the interval of alpha that classes and hypotheses leave; hypotheses of other kinds are not used."""
    low, high, low_open, high_open = sp.Integer(0), sp.Integer(1), False, "nonlinear" in classes
    if "even" in classes:
        return Reals(low, low)
    for hypothesis in sentence.hypotheses:
        if not isinstance(hypothesis, Relation):
            continue
        slack = sp.expand(unfolded(hypothesis.slack))
        words = slack.atoms(Quantity)
        if not all(_is_alpha(w) for w in words) or not words or hypothesis.op == "!=":
            continue
        slack = slack.xreplace(dict.fromkeys(words, _ALPHA))
        factor = slack.coeff(_ALPHA)
        offset = sp.expand(slack - factor * _ALPHA)
        if not (factor.is_Rational and offset.is_Rational and factor != 0):
            continue
        end = -offset / factor
        if (factor > 0 or hypothesis.op == "=") and end >= low:
            low, low_open = end, hypothesis.strict and hypothesis.op != "="
        if (factor < 0 or hypothesis.op == "=") and end <= high:
            high, high_open = end, (hypothesis.strict and hypothesis.op != "=") or (high_open and end == 1)
    if low > high or (low == high and (low_open or high_open)):
        raise _Outside("no slope is left")
    return Reals(low, high, low_open, high_open)


def _for_every_law(
    term: sp.Expr, strict: bool, means: dict[Any, sp.Symbol], box: tuple[Binder, ...], classes: tuple[str, ...]
) -> bool:
    """Whether a polynomial that is affine in the means is nonnegative (positive) for every law on the box."""
    term = sp.expand(term)
    used = [symbol for symbol in means.values() if symbol in term.free_symbols]
    if used and sp.Poly(term, *used).total_degree() > 1:
        return False
    ends = {binder.symbol: binder.sort for binder in box}

    def at(degree: _Degree, rest: _Rest) -> sp.Expr:
        values = {}
        for word, symbol in means.items():
            if symbol in used:
                first, other = _values(word, degree, ends, rest)
                values[symbol] = _ALPHA * first + (1 - _ALPHA) * other
        return term.xreplace(values)

    def holds(value: sp.Expr, strictly: bool, rest: _Rest) -> bool:
        return _is_nonnegative(value, strictly, (*box, *rest.binders), _DEEPEST)

    if not used:
        return holds(term, strict, _Rest(ends, False))
    odd, even = "odd" in classes, "even" in classes
    step = 2 if odd or even else 1
    for number in range(3 if odd else 2, _TAIL, step):
        rest = _Rest(ends, False)
        if not holds(at(_Degree(number), rest), strict, rest):
            return False
    rest = _Rest(ends, even)
    if holds(at(_Degree(None), rest), strict, rest):
        return True
    # degree by degree: it holds at the first one of the tail and does not fall from one to the next
    first = _TAIL + int(odd)
    rest = _Rest(ends, odd or even)
    rise = at(_Degree(None, int(odd) + step), rest) - at(_Degree(None, int(odd)), rest)
    return holds(at(_Degree(first), rest), strict, rest) and holds(rise, False, rest)


def _values(word: Any, degree: _Degree, ends: dict[Any, Any], rest: _Rest) -> tuple[sp.Expr, sp.Expr]:
    """Return a functional's value at degree 1 and at the degree."""
    if isinstance(word, CentredShare) and word.args[1].is_Integer and 1 < word.args[1] < _TAIL:
        return sp.Integer(0), sp.Integer(int(degree.number == word.args[1]))
    if not isinstance(word, Kappa) or word.iterate != 1 or word.order >= _TAIL:
        raise _Outside(f"a word that is no functional of the law here: {word}")
    at, sort = word.at, ends.get(word.at)
    inside = isinstance(sort, Reals) and _is_inside(sort)
    if not inside and not (at.is_Rational and abs(at) <= 1):
        raise _Outside("a correlation that is no variable in [-1, 1]")
    first = {0: at, 1: sp.Integer(1)}.get(word.order, sp.Integer(0))
    return first, degree.value(at, word.order, rest)


def _is_inside(sort: Reals) -> bool:
    """Whether an interval with rational ends lies in [-1, 1]."""
    return bool(sort.low.is_Rational and sort.high.is_Rational and sort.low >= -1 and sort.high <= 1)


def _is_nonnegative(term: sp.Expr, strict: bool, box: tuple[Binder, ...], depth: int) -> bool:
    """Whether a polynomial has this sign on the box: factor by factor, halving the box where that does not tell."""
    body = Relation(">=", sp.Integer(0), sp.Integer(0))
    sentence = Sentence(box, (), body)
    fixed = {b.symbol: b.sort.low for b in box if isinstance(b.sort, Reals) and b.sort.is_point}
    content, factors = sp.factor_list(sp.expand(term.xreplace(fixed)))
    if content == 0:
        return not strict
    total = 1 if content.is_positive else -1
    for factor, exponent in factors:
        found = sign(factor, sentence)
        found = found if found in (0, 1, -1) else (-3 if sign(-factor, sentence) == 0 else 2)
        if exponent % 2 == 0 and not strict:
            continue
        if found == 2 or (strict and found not in (1, -1)):
            return depth > 0 and _halved(term, strict, box, depth)
        total *= (1 if found in (0, 1) else -1) ** exponent
    return bool(total > 0)


def _halved(term: sp.Expr, strict: bool, box: tuple[Binder, ...], depth: int) -> bool:
    widths = [
        (b.sort.high - b.sort.low, i)
        for i, b in enumerate(box)
        if isinstance(b.sort, Reals) and b.symbol in term.free_symbols
    ]
    if not widths or not all(w.is_finite for w, _ in widths):
        return False
    width, index = max(widths)
    if width == 0:
        return False
    sort = box[index].sort
    assert isinstance(sort, Reals)
    middle = (sort.low + sort.high) / 2
    halves = (Reals(sort.low, middle, sort.low_open), Reals(middle, sort.high, False, sort.high_open))
    return all(
        _is_nonnegative(term, strict, (*box[:index], Binder(box[index].name, half), *box[index + 1 :]), depth - 1)
        for half in halves
    )
