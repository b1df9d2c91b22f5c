"""The oracle "induction on depth": bounds |kappa^l(r)| <= B(l, |r|) for every activation and every depth.

Let B be a rational function of x = |r|, alpha = kappa'(0) and powers of terms in alpha with exponent l. The bound holds if

    B(0, x) = x,   B(l + 1, x) = B(1, B(l, x))                   (a semigroup)
    0 <= B(1, x) < 1 and B(1, .) does not decrease on [0, 1)       (so B(l, x) stays in [0, 1) and the order is kept)
    kappa(x) <= B(1, x) on [0, 1)                                   (one layer)

for |kappa^(l+1)(r)| = |kappa(kappa^l(r))| <= kappa(|kappa^l(r)|) <= B(1, |kappa^l(r)|) <= B(1, B(l, x)) = B(l + 1, x). The
inequalities of one layer go to the oracle of extreme laws, the semigroup law to algebra. Hypotheses are used in one layer.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from proofs_check.proof.extreme_laws import affirms as affirmed_by_laws
from theory.statement.proposition import Binder, Relation
from theory.statement.quantity import Quantity, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals
from theory.statement.words.kernel_map import Kappa

_X = Binder("x_", Reals(sp.Integer(0), sp.Integer(1), high_open=True))


def affirms(sentence: Sentence) -> bool:
    """Whether the bound is a semigroup in the depth whose one layer holds for every law."""
    found = _read(sentence)
    if found is None:
        return False
    bound, layer, activation = found
    x = _X.symbol
    one = unfolded(bound.xreplace({layer: sp.Integer(1)}))
    if not _same(bound.xreplace({layer: sp.Integer(0)}), x):
        return False
    if not _same(bound.xreplace({layer: layer + 1}), one.xreplace({x: bound})):
        return False
    value = Kappa(activation.symbol, x)
    needed = [
        Relation("<=", value, one),
        Relation("<", one, sp.Integer(1)),
        Relation(">=", one, sp.Integer(0)),
        Relation(">=", sp.diff(one, x), sp.Integer(0)),
    ]
    return all(_one_layer(sentence, activation, relation) for relation in needed)


def _one_layer(sentence: Sentence, activation: Binder, relation: Relation) -> bool:
    hypotheses = tuple(h for h in sentence.hypotheses if _is_about(h, activation))
    return affirmed_by_laws(Sentence((activation, _X), hypotheses, relation))


def _is_about(hypothesis: Any, activation: Binder) -> bool:
    return isinstance(hypothesis, Relation) and (hypothesis.lhs.free_symbols | hypothesis.rhs.free_symbols) <= {
        activation.symbol
    }


def _read(sentence: Sentence) -> tuple[sp.Expr, sp.Symbol, Binder] | None:
    """Return (B in x and l, l, the activation) of a sentence of this form."""
    body = sentence.body
    activations = sentence.binders_of(Activations)
    if not isinstance(body, Relation) or body.op != "<=" or len(activations) != 1 or len(sentence.binders) != 3:
        return None
    left = body.lhs.args[0] if isinstance(body.lhs, sp.Abs) else body.lhs
    if not isinstance(left, Kappa) or left.order != 0 or left.activation != activations[0].symbol:
        return None
    sorts = {b.symbol: b.sort for b in sentence.binders}
    place, layer = left.at, left.iterate
    domain, depth = sorts.get(place), sorts.get(layer)
    if not isinstance(domain, Reals) or not isinstance(depth, Naturals):
        return None
    # the open interval: at +-1 nothing is claimed here
    inside = (domain.low > -1 or (domain.low == -1 and domain.low_open)) and (
        domain.high < 1 or (domain.high == 1 and domain.high_open)
    )
    if not (domain.low.is_Rational and domain.high.is_Rational and inside):
        return None
    bound = unfolded(body.rhs).xreplace({sp.Abs(place): _X.symbol})
    if domain.low >= 0:
        bound = bound.xreplace({place: _X.symbol})
    if place in bound.free_symbols or any(w.has(place) or w.has(layer) for w in bound.atoms(Quantity)):
        return None
    return bound, layer, activations[0]


def _same(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether two terms agree, powers with the depth in the exponent being one indeterminate for each base."""
    difference = sp.powsimp(sp.expand_power_exp(left - right))
    difference = sp.together(sp.expand_power_exp(difference))
    change: dict[Any, sp.Expr] = {}
    for power in difference.atoms(sp.Pow):
        if power.exp.is_number:
            continue
        whole, rest = power.exp.as_independent(*power.exp.free_symbols, as_Add=True)
        if not whole.is_Integer:
            return False
        factor, variable = rest.as_coeff_Mul()
        if not factor.is_Integer:
            return False
        name = sp.Symbol(f"power[{sp.srepr(power.base)}, {variable}]", positive=True)
        change[power] = name**factor * power.base**whole
    numerator = sp.fraction(sp.together(difference.xreplace(change)))[0]
    return bool(sp.expand(numerator) == 0)
