"""The oracle "extreme laws": sentences about every activation that are affine in its law once p_1 is fixed.

kappa(r) = sum_k p_k r^k with p any law on {1, 2, ...}. With alpha = p_1 fixed, the rest of the mass is (1 - alpha) q, q a law
on {2, 3, ...} ({3, 5, ...} for odd activations), and every functional is alpha times its value at degree 1 plus (1 - alpha)
times its mean under q. A slack that is affine in these means is the mean under q of its values at single degrees, so it is
nonnegative for every law if it is at every degree k: polynomials in alpha and the variables for k up to a bound, and beyond it
r^k = r^K U with U in [0, 1] (in [-1, 1] where r may be negative) and k = K + n, n >= 0, as free variables.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

from proofs_check.proof.algebra import sign
from theory.statement.proposition import And, Binder, Proposition, Relation, conjuncts
from theory.statement.quantity import Quantity, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals
from theory.statement.words.activation import CentredShare
from theory.statement.words.kernel_map import Kappa

_TAIL = 8
_DEEPEST = 5
_ALPHA = sp.Symbol("alpha_", real=True)
_MORE = sp.Symbol("n_", integer=True)


class _Outside(ValueError):  # noqa: N818 - the sentence is of another kind, which is an answer
    pass


@dataclass(frozen=True)
class _Degree:
    """A degree at which functionals are evaluated: a number, or every one from the bound on."""

    number: int | None
    even: bool

    def power(self, at: sp.Expr, may_be_negative: bool, extra: list[Binder]) -> sp.Expr:
        """Return at^k."""
        if self.number is not None:
            return at**self.number
        if at in (0, 1):
            return at
        binder = Binder(
            f"U_{len(extra)}_", Reals(sp.Integer(-1 if may_be_negative and not self.even else 0), sp.Integer(1))
        )
        extra.append(binder)
        return at**_TAIL * binder.symbol


def affirms(sentence: Sentence) -> bool:
    """Whether the sentence follows for every law, degree by degree."""
    try:
        return all(_holds(sentence, part) for part in conjuncts(sentence.body))
    except _Outside:
        return False


def _holds(sentence: Sentence, claim: Proposition) -> bool:
    if isinstance(claim, And) or not isinstance(claim, Relation) or claim.op in ("=", "!="):
        return False
    known = sentence.binders_of(Activations)
    others = tuple(b for b in sentence.binders if b not in known)
    if len(known) != 1 or any(not isinstance(b.sort, Reals) for b in others):
        return False
    classes = known[0].sort.classes  # type: ignore[union-attr]
    box = (*others, Binder(_ALPHA.name, _alpha_range(sentence, classes)))
    top, bottom = sp.fraction(sp.together(unfolded(claim.slack)))
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
    for degree in _degrees(classes, bool(used)):
        extra: list[Binder] = []
        values = {}
        powers: dict[sp.Expr, sp.Expr] = {}
        for word, symbol in means.items():
            if symbol in used:
                first, other = _values(word, degree, ends, extra, powers)
                values[symbol] = _ALPHA * first + (1 - _ALPHA) * other
        if not _is_nonnegative(term.xreplace(values), strict, (*box, *extra), _DEEPEST):
            return False
    return True


def _degrees(classes: tuple[str, ...], matters: bool) -> Iterator[_Degree]:
    if not matters:
        yield _Degree(2, False)
        return
    odd, even = "odd" in classes, "even" in classes
    step = 2 if odd or even else 1
    yield from (_Degree(k, even) for k in range(3 if odd else 2, _TAIL, step))
    yield _Degree(None, even)


def _values(
    word: Any, degree: _Degree, ends: dict[Any, Any], extra: list[Binder], powers: dict[sp.Expr, sp.Expr]
) -> tuple[sp.Expr, sp.Expr]:
    """Return a functional's value at degree 1 and at the degree."""
    if isinstance(word, CentredShare) and word.args[1].is_Integer and 1 < word.args[1] < _TAIL:
        return sp.Integer(0), sp.Integer(int(degree.number == word.args[1]))
    if not isinstance(word, Kappa) or word.iterate != 1:
        raise _Outside(f"a word that is no functional of the law here: {word}")
    at, sort = word.at, ends.get(word.at)
    inside = isinstance(sort, Reals) and bool(sort.low >= -1) and bool(sort.high <= 1)
    if not inside and not (at.is_Rational and abs(at) <= 1):
        raise _Outside("a correlation that is no variable in [-1, 1]")
    negative = bool(sort.low < 0) if isinstance(sort, Reals) else bool(at < 0)
    if word.order == 0:
        if at not in powers:
            powers[at] = degree.power(at, negative, extra)
        return at, powers[at]
    if word.order == 1 and at == 1:
        if degree.number is None and not any(b.symbol == _MORE for b in extra):
            extra.append(Binder(_MORE.name, Naturals(0)))
        return sp.Integer(1), sp.Integer(degree.number) if degree.number is not None else _TAIL + _MORE
    raise _Outside("a derivative inside the interval")


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
