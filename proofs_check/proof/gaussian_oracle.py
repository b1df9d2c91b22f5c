"""The oracle "Gaussian moments": equalities between closed forms of a named activation's numbers and kernel maps.

Coefficients, moments and closed kernel maps are those of `theory.gaussian`, which derives them exactly and checks each
against a ball. Both sides are compared in the field of rational functions of what is left.

A homogeneous activation is a x + b |x|, so its rms is a mean of those of x and |x|, with weights a^2 and b^2, and its kappa
likewise: an equality that is affine in one of the maps holds for all of them if it holds for these two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sympy as sp

from proofs_check.proof.algebra import is_zero, sign
from theory.activation.activation import Activation
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.statement.proposition import Binder, Relation
from theory.statement.quantity import Quantity, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations
from theory.statement.words.activation import CentredShare, Coefficient, NormalisedShare, SecondMoment
from theory.statement.words.kernel_map import Kappa, KernelTerm, Rms

_MOST_COMPOSED = 4
_KINDS = {"kappa": "centred", "rms": "normalised", "raw": "raw"}


def affirms(sentence: Sentence) -> bool:
    """Whether both sides of an equality are the same closed form."""
    claim = sentence.body
    if not isinstance(claim, Relation) or claim.op != "=":
        return False
    mixed = [b for b in sentence.binders if isinstance(b.sort, Activations) and b.sort.pinned is None]
    if mixed:
        ends = (
            [sentence.pinned({mixed[0].name: end}) for end in ("x", "abs(x)")] if _is_mixture(sentence, mixed) else []
        )
        return bool(ends) and all(affirms(end) for end in ends)
    named = {
        b.symbol: Activation.from_text(b.sort.pinned)
        for b in sentence.binders
        if isinstance(b.sort, Activations) and b.sort.pinned is not None
    }
    difference = unfolded(claim.lhs - claim.rhs)
    change: dict[Any, Any] = {}
    for word in difference.atoms(Quantity):
        value = closed_form(word, named)
        if value is None:
            return False
        change[word] = value
    if not all(_is_defined(base.xreplace(change), sentence) for base in _divisors(claim)):
        return False
    closed = difference.xreplace(change).replace(sp.acos, lambda x: sp.pi / 2 - sp.asin(x))
    closed = closed.rewrite([sp.sinh, sp.cosh, sp.tanh], sp.exp)
    return bool(change) and is_zero(sp.expand(closed))


def _is_mixture(sentence: Sentence, binders: Sequence[Binder]) -> bool:
    """Whether a claim is about one homogeneous activation, without hypotheses, and affine in one of its maps."""
    assert isinstance(sentence.body, Relation)
    slack = unfolded(sentence.body.lhs - sentence.body.rhs)
    words = slack.atoms(Quantity)
    kinds = {type(word) for word in words}
    if len(binders) != 1 or sentence.hypotheses or len(kinds) != 1 or not kinds <= {Kappa, Rms}:
        return False
    sort = binders[0].sort
    assert isinstance(sort, Activations)
    if sort.classes != ("homogeneous",) or any(word.iterate != 1 or word.at.has(Quantity) for word in words):
        return False
    symbols = {word: sp.Dummy() for word in words}
    replaced = slack.xreplace(symbols)
    return all(sp.diff(replaced, a, b) == 0 for a in symbols.values() for b in symbols.values())


def _divisors(claim: Relation) -> Iterator[sp.Expr]:
    """Yield the divisors of both sides as they were written: adding fractions may cancel one that vanishes somewhere."""
    for side in (claim.lhs, claim.rhs):
        for power in unfolded(side).atoms(sp.Pow):
            if power.exp.is_nonnegative is not True and power.base.free_symbols:
                yield power.base


def _is_defined(base: sp.Expr, sentence: Sentence) -> bool:
    """Whether a divisor in closed form is a number that is not 0, or a polynomial of one strict sign on the domain."""
    if not base.free_symbols:
        return bool(base.is_nonzero)
    return sign(base, sentence) in (1, -1)


def closed_form(word: Any, named: dict[Any, Activation]) -> sp.Expr | None:
    """Return the closed form of a word of named activations, or None."""
    activation = named.get(word.args[0]) if word.args else None
    if activation is None:
        return None
    if isinstance(word, SecondMoment):
        return HermiteExpansion(activation).second_moment.exact
    if isinstance(word, Coefficient | CentredShare | NormalisedShare) and word.args[1].is_Integer:
        degree = int(word.args[1])
        if isinstance(word, Coefficient):
            return HermiteExpansion(activation).coefficient(degree).exact
        kernel = KernelMap.centred(activation) if isinstance(word, CentredShare) else KernelMap.normalised(activation)
        return kernel.coefficient(degree).exact
    if isinstance(word, KernelTerm) and word.iterate.is_Integer and not word.at.has(Quantity):
        return _map(word, KernelMap(_KINDS[word.word], activation))  # type: ignore[arg-type]
    return None


def _map(word: KernelTerm, kernel: KernelMap) -> sp.Expr | None:
    """Return the closed form of a map, iterated or differentiated, at a correlation; at 0 and 1 a number that is exact."""
    if word.order and word.iterate != 1:
        return None
    if word.at == 0 and word.order:
        exact = kernel.coefficient(word.order).exact
        return None if exact is None else exact * sp.factorial(word.order)
    if word.at == 1 and word.order == 1:
        slope = kernel.slope_at_one
        return slope.exact if slope.is_finite else None
    closed = kernel.expression
    if closed is None or word.iterate > _MOST_COMPOSED:
        return None
    value = word.at
    for _ in range(int(word.iterate)):
        value = closed.diff(kernel.symbol, word.order).xreplace({kernel.symbol: value})
    return None if value.has(sp.zoo, sp.nan) else value
