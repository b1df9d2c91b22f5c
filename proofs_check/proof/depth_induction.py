"""The oracle "induction on depth": bounds of an iterate, phi(f^l(r)) <= B(l, r), for every activation and every depth.

f is kappa or rms, J an interval that f maps into itself, phi a rational function with a derivative of one strict sign on J
(r, 1 - r, r/(1 - r), (r - rho*)/(1 - r)). Write G for the function with G(phi(x)) = B(1, x). The bound holds for every l if

    phi(x) <= B(0, x)                                   on J           (the start)
    B(l + 1, x) = G(B(l, x))                                            (a semigroup)
    phi(f(x)) <= B(1, x)                                on J           (one layer)
    G does not decrease on phi(J), and maps it into itself              (the order is kept)

for B(l, x) = G^l(B(0, x)) and phi(f^(l+1)(r)) <= B(1, f^l(r)) = G(phi(f^l(r))) <= G(B(l, r)) = B(l + 1, r); likewise with >= .
B(0, x) = phi(x), or lies in phi(J) too. An absolute value |f^l(r)| is first replaced by f^l(|r|), which it does not
exceed. What is claimed on J goes to the oracle of extreme laws, the semigroup law to algebra.

Two iterates compare like one layer: f(x) <= x on J gives f^a(r) = f^(a-b)(f^b(r)) <= f^b(r) for a >= b.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from proofs_check.proof.algebra import sign
from proofs_check.proof.extreme_laws import affirms as affirmed_by_laws
from theory.statement.proposition import Binder, Relation, free_symbols
from theory.statement.quantity import Quantity, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals
from theory.statement.words.attractor import Attractor
from theory.statement.words.kernel_map import Kappa, KernelTerm, Rms

_NAME = "x_"
_X = sp.Symbol(_NAME, real=True)


@dataclass(frozen=True)
class _Bound:
    """``phi(map^l(x)) op bound(l, x)`` on an interval, for a sentence's activation and layer."""

    sentence: Sentence
    activation: Binder
    layer: sp.Symbol
    least: int
    word: type[KernelTerm]
    domain: Reals
    phi: sp.Expr
    op: str
    bound: sp.Expr

    def at(self, depth: sp.Expr) -> sp.Expr:
        """Return the bound at a depth."""
        return unfolded(self.bound.xreplace({self.layer: depth}))

    def holds(self, relation: Relation) -> bool:
        """Whether a relation in x holds on the interval, for every activation that meets the hypotheses."""
        whole = Sentence((self.activation, Binder(_NAME, self.domain)), self._about_activation(), relation)
        slack = unfolded(relation.slack)
        if not slack.atoms(Quantity) and slack.free_symbols <= {_X} and not self.domain.is_set_by_words:
            found = sign(slack, whole)
            return found == 1 or (found == 0 and not relation.strict)
        return affirmed_by_laws(whole)

    def _about_activation(self) -> tuple[Any, ...]:
        return tuple(
            h
            for h in self.sentence.hypotheses
            if isinstance(h, Relation) and (h.lhs.free_symbols | h.rhs.free_symbols) <= {self.activation.symbol}
        )


def affirms(sentence: Sentence) -> bool:
    """Whether the bound is a semigroup in the depth whose one layer holds for every law.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> affirms(parse("for every activation s, l >= 0, r in [0, 1): kappa^l(r) <= r"))
    True
    """
    return any(_affirmed(bound) for bound in _read(sentence)) or _iterates_compare(sentence)


def _iterates_compare(sentence: Sentence) -> bool:
    """Whether the claim compares f^a(r) with f^b(r), a >= b, as one layer compares f(x) with x on an interval it keeps."""
    body, activations, places = sentence.body, sentence.binders_of(Activations), sentence.binders_of(Reals)
    layers = sentence.binders_of(Naturals)
    if not isinstance(body, Relation) or body.op not in ("<=", ">=") or len(activations) != 1 or len(places) != 1:
        return False
    if len(layers) + 2 != len(sentence.binders):
        return False
    left, right = (_iterate(side, places[0].symbol) for side in (body.lhs, body.rhs))
    if left is None or right is None or left[0] != right[0]:
        return False
    word, activation = left[0]
    op, more = body.op, left[1] - right[1]
    if not _is_natural(more, layers):
        op, more = body.mirrored.op, -more
    assert isinstance(places[0].sort, Reals)
    domain = _invariant(places[0].sort, word(activation, places[0].symbol))
    if domain is None or not all(_is_natural(depth, layers) for depth in (more, left[1], right[1])):
        return False
    known = {activations[0].symbol}
    hypotheses = tuple(h for h in sentence.hypotheses if free_symbols(h) <= known)
    layer = Relation(op, word(activation, _X), _X)
    return affirmed_by_laws(Sentence((activations[0], Binder(_NAME, domain)), hypotheses, layer))


def _iterate(side: sp.Expr, place: sp.Symbol) -> tuple[tuple[type[KernelTerm], sp.Symbol], sp.Expr] | None:
    """Return ((map, activation), depth) of a term f^depth(place), the place itself being no map and None."""
    if not isinstance(side, Kappa | Rms) or side.order != 0 or side.at != place:
        return None
    return (type(side), side.activation), side.iterate


def _is_natural(depth: sp.Expr, layers: Sequence[Binder]) -> bool:
    """Whether a depth is an affine function of the layers with natural values: whole coefficients of at least 0, and so at the least ones."""
    symbols = {binder.symbol: binder.sort for binder in layers}
    if not depth.free_symbols <= set(symbols):
        return False
    try:
        terms = sp.Poly(depth, *(list(symbols) or [_X]))
    except sp.PolynomialError:
        return False
    least = depth.xreplace({s: sp.Integer(sort.least) for s, sort in symbols.items()})  # type: ignore[union-attr]
    whole = all(c.is_Integer and (c >= 0 or sum(powers) == 0) for powers, c in terms.terms())
    return bool(terms.total_degree() <= 1 and whole and least.is_Integer and least >= 0)


def _affirmed(found: _Bound) -> bool:
    one, start = found.at(sp.Integer(1)), found.at(sp.Integer(0))
    inverse = _inverse(found.phi)
    if inverse is None or not _is_defined(found):
        return False
    place, value = inverse
    after = one.xreplace({_X: place.xreplace({value: unfolded(found.bound)})})
    if not _same(found.at(found.layer + 1), after):
        return False
    slope = sp.diff(found.phi, _X)
    rising = next((s for s in (1, -1) if found.holds(Relation(">", s * slope, sp.Integer(0)))), None)
    if rising is None:
        return False
    needed = [
        Relation(found.op, found.phi.xreplace({_X: found.word(found.activation.symbol, _X)}), one),
        Relation(">=", rising * sp.diff(one, _X), sp.Integer(0)),
        *_stays(found, one, rising),
    ]
    if not _same(start, found.phi):
        needed += [Relation(found.op, found.phi, start), *_stays(found, start, rising)]
    return all(found.holds(relation) for relation in needed)


def _is_defined(found: _Bound) -> bool:
    """Whether the divisors of the bound that change with the depth are positive at every depth, on the interval.

    They are read as polynomials in l with nonnegative coefficients, or as u + v p with p = b^l, 0 <= b <= 1.
    """
    layer = found.layer
    divisors = {
        p.base
        for p in sp.expand_power_exp(unfolded(found.bound)).atoms(sp.Pow)
        if p.exp.is_nonnegative is not True and not p.exp.has(layer) and p.base.has(layer)
    }
    return all(_is_positive(found, sp.expand(base)) for base in divisors)


def _is_positive(found: _Bound, divisor: sp.Expr) -> bool:
    zero, one = sp.Integer(0), sp.Integer(1)
    powers = {p for p in divisor.atoms(sp.Pow) if p.exp.has(found.layer)}
    if len(powers) > 1:
        return False
    share = sp.Symbol("p_", nonnegative=True)
    if powers:
        (power,) = powers
        factor = power.exp.coeff(found.layer)
        base = power.base**factor
        if power.exp != factor * found.layer or not factor.is_Integer:
            return False
        if not (found.holds(Relation(">=", base, zero)) and found.holds(Relation("<=", base, one))):
            return False
        divisor = sp.expand(divisor.xreplace({power: share}))
    variable = share if powers else found.layer
    try:
        terms = sp.Poly(divisor, variable)
    except sp.PolynomialError:
        return False
    if terms.has(found.layer) and powers:
        return False
    low, rest = terms.nth(0), [terms.nth(k) for k in range(1, terms.degree() + 1)]
    if powers:
        return len(rest) <= 1 and all(found.holds(Relation(">", low + v, zero)) for v in (zero, *rest))
    return found.holds(Relation(">", low, zero)) and all(found.holds(Relation(">=", v, zero)) for v in rest)


def _stays(found: _Bound, value: sp.Expr, rising: int) -> Iterator[Relation]:
    """Yield what says that a value lies in phi(J): between phi at the ends of J, where phi is finite."""
    for end, is_low, is_open in (
        (found.domain.low, rising > 0, found.domain.low_open),
        (found.domain.high, rising < 0, found.domain.high_open),
    ):
        bottom = sp.fraction(sp.together(found.phi))[1].xreplace({_X: end})
        if sp.expand(bottom) == 0:
            continue  # a pole: no bound on this side
        op = (">" if is_low else "<") + ("" if is_open else "=")
        yield Relation(op, value, found.phi.xreplace({_X: end}))


def _inverse(phi: sp.Expr) -> tuple[sp.Expr, sp.Symbol] | None:
    """Return (x as a function of z, z) with phi(x) = z for a Moebius function, or None for others."""
    value = sp.Symbol("z_", real=True)
    top, bottom = sp.fraction(sp.together(phi))
    try:
        equation = sp.Poly(top - value * bottom, _X)
    except sp.PolynomialError:
        return None
    if equation.degree() != 1:
        return None
    return -equation.nth(0) / equation.nth(1), value


def _read(sentence: Sentence) -> Iterator[_Bound]:
    """Yield the readings of a sentence as a bound of an iterate."""
    body = sentence.body
    activations, layers = sentence.binders_of(Activations), sentence.binders_of(Naturals)
    places = sentence.binders_of(Reals)
    if not isinstance(body, Relation) or body.op in ("=", "!="):
        return
    if len(activations) != 1 or len(layers) != 1 or len(places) != 1 or len(sentence.binders) != 3:
        return
    layer, place = layers[0], places[0]
    iterates = {w for w in (body.lhs + body.rhs).atoms(KernelTerm) if w.has(layer.symbol)}
    if len(iterates) != 1:
        return
    (iterate,) = iterates
    sort = place.sort
    assert isinstance(sort, Reals)
    if (
        iterate.order != 0
        or not isinstance(iterate, Kappa | Rms)
        or iterate.iterate != layer.symbol
        or iterate.at != place.symbol
        or iterate.activation != activations[0].symbol
    ):
        return
    for relation in (body, body.mirrored):
        yield from _sides(sentence, activations[0], layer, relation, iterate, place.symbol, sort)


def _sides(
    sentence: Sentence, activation: Binder, layer: Binder, claim: Relation, iterate: Any, place: sp.Symbol, sort: Reals
) -> Iterator[_Bound]:
    """Yield the reading with the iterate on the left, its absolute value taken off where the domain is about 0."""
    left, right, op = claim.lhs, claim.rhs, claim.op
    if claim.strict:
        return
    folded = left.has(sp.Abs(iterate)) and not left.xreplace({sp.Abs(iterate): _X}).has(iterate)
    if folded:
        if op != "<=" or sort.is_set_by_words:
            return
        left = left.xreplace({sp.Abs(iterate): _X})
        high = max(abs(sort.low), abs(sort.high))
        is_open = all(o for e, o in ((sort.low, sort.low_open), (sort.high, sort.high_open)) if abs(e) == high)
        sort = Reals(sp.Integer(0), high, False, is_open)
        right = right.xreplace({sp.Abs(place): _X})
        if claim.rhs.xreplace({sp.Abs(place): _X}).has(place) and sentence.binders_of(Reals)[0].sort.low < 0:  # type: ignore[union-attr]
            return
    left, right = left.xreplace({iterate: _X}), right.xreplace({place: _X})
    domain = _invariant(sort, iterate)
    if domain is None or left.has(place) or left.has(layer.symbol) or left.has(sp.Abs):
        return
    if domain.low.is_nonnegative:
        right = right.xreplace({sp.Abs(_X): _X})
    if right.has(sp.Abs) or any(w.has(_X) or w.has(layer.symbol) for w in (left + right).atoms(Quantity)):
        return
    if folded and not _rises(left):
        return
    sort_of_layer = layer.sort
    assert isinstance(sort_of_layer, Naturals)
    yield _Bound(
        sentence, activation, layer.symbol, sort_of_layer.least, type(iterate), domain, unfolded(left), op, right
    )


def _rises(phi: sp.Expr) -> bool:
    """Whether phi is one of those that increase on [0, 1): x, or a multiple of x/(1 - x)."""
    return any(sp.cancel(phi - form) == 0 for form in (_X, _X / (1 - _X)))


def _invariant(sort: Reals, iterate: Any) -> Reals | None:
    """Return the interval about the domain that the map maps into itself, with the domain's own ends where they are +-1."""
    if sort.low == Attractor(iterate.activation) and isinstance(iterate, Rms):
        return sort if sort.high == 1 and not sort.low_open else None
    if not (sort.low.is_Rational and sort.high.is_Rational) or sort.low < -1 or sort.high > 1:
        return None
    low = sp.Integer(0 if sort.low >= 0 else -1)
    open_high = sort.high < 1 or sort.high_open
    open_low = low == -1 and open_high and (sort.low > -1 or sort.low_open)
    return Reals(low, sp.Integer(1), open_low, open_high and (low == 0 or open_low))


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
