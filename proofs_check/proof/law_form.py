"""A sentence about every activation as inequalities between polynomials in functionals of a law on the naturals.

    rms(r)   = sum_k w_k r^k,  k >= 0        w_k = c_k^2/E[s^2]     a law, and every law occurs
    kappa(r) = sum_k p_k r^k,  k >= 1        p_k = w_k/(1 - w_0)    likewise
    rms      = z + (1 - z) g((r - z)/(1 - z)) for a fixed point z < 1 of rms, g again sum_k g_k r^k over k >= 1

The last line holds since the Taylor coefficients of rms at z are nonnegative: what is known of kappa at 0 is known of rms
at its attractor. Real variables are mapped to [0, 1] or [0, oo), an interval about 0 is cut there, and |a| stands for both
a and -a, one of which it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import flint
import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from proofs_check.proof.polynomial_sign import Side, is_nonnegative
from theory.statement.proposition import And, Proposition, Relation, terms
from theory.statement.quantity import Quantity, unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Reals
from theory.statement.words.activation import CentredShare, Coefficient, NormalisedShare, SecondMoment
from theory.statement.words.attractor import Attractor, AttractorSlope
from theory.statement.words.kernel_map import Kappa, KernelTerm, Raw, Rms

_MOST_CASES = 32
_FIXED, _SCALE = sp.Symbol("x_fixed"), sp.Symbol("x_scale")


class NotALaw(ValueError):  # noqa: N818
    """A sentence that the reduction to laws does not cover: one line that says why."""


@dataclass(frozen=True)
class Functional:
    """``p -> sum_k p_k k(k-1)...(k-order+1) at^(k-order)``; for at = 0 that is order! p_order."""

    at: Any
    order: int


@dataclass(frozen=True)
class Goal:
    """``term/product(over) >= 0`` (> 0 if `strict`), polynomials in box variables and functionals."""

    term: sp.Expr
    strict: bool
    over: tuple[sp.Expr, ...] = ()


@dataclass(frozen=True)
class LawProblem:
    """One piece of a sentence: a box, functionals of a law, and what has to be nonnegative.

    Attributes
    ----------
    box : mapping of name to Side
    functionals : mapping of SymPy symbol to Functional
    goals : tuple of Goal
        Each for every law.
    divisors : tuple of SymPy polynomials
        Each of one strict sign for every law.
    hypotheses : tuple of SymPy polynomials
        Nonnegative by a hypothesis of the sentence; linear in the functionals.
    least, parity : int, int or None
        The support: degrees from `least` on, all odd (1) or all even (0).
    exempt : frozenset of int
        No law is supported on these degrees alone.
    absent : frozenset of int
        Degrees of weight 0 by a hypothesis of the sentence.
    """

    context: Any
    box: Mapping[str, Side]
    functionals: Mapping[sp.Symbol, Functional]
    goals: tuple[Goal, ...]
    divisors: tuple[sp.Expr, ...]
    hypotheses: tuple[sp.Expr, ...]
    least: int
    parity: int | None
    exempt: frozenset[int]
    absent: frozenset[int] = frozenset()


@dataclass
class _Reader:
    """Turns terms into rational functions of box variables and functionals on one piece of the domain."""

    sentence: Sentence
    classes: tuple[str, ...]
    box: dict[str, Side]
    values: dict[sp.Basic, sp.Expr]
    attracted: bool
    both: bool
    context: Any = None
    functionals: dict[tuple[str, int], tuple[sp.Symbol, Functional]] = field(default_factory=dict)
    nested: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.context = flint.fmpq_mpoly_ctx.get(tuple(self.box), flint.Ordering.lex)

    @property
    def with_mean(self) -> bool:
        return self.both and not {"odd", "centred"} & set(self.classes)

    def rational(self, term: sp.Expr) -> sp.Expr:
        """Return the term in box variables and functionals."""
        term = unfolded(term)
        term = term.xreplace(dict.fromkeys(term.atoms(Attractor), _FIXED)).xreplace(self.values)
        term = term.replace(
            lambda e: e.is_Pow and isinstance(e.base, Coefficient) and e.exp.is_Integer and e.exp % 2 == 0,
            lambda e: (_SCALE * NormalisedShare(*e.base.args)) ** (e.exp / 2),
        )
        for _ in range(6):
            found = [part for part in term.atoms(Quantity) if not any(a.atoms(Quantity) for a in part.args[1:])]
            if not found:
                return term
            term = term.xreplace({part: self._word(part) for part in found})
        raise NotALaw(f"maps nested deeper than this rule follows: {term}")

    def _word(self, part: Quantity) -> sp.Expr:
        if isinstance(part, SecondMoment):
            return _SCALE
        if isinstance(part, CentredShare | NormalisedShare):
            degree = part.args[1]
            if not degree.is_Integer or degree < 0 or self.attracted:
                raise NotALaw(f"a share of a degree that is not a number: {part}")
            centred = isinstance(part, CentredShare)
            if degree == 0 and (centred or not self.with_mean):
                return sp.S.Zero
            share = self._functional(sp.S.Zero, int(degree)) / sp.factorial(degree)
            return share / (1 - self._mean()) if centred and self.with_mean else share
        if not isinstance(part, KernelTerm) or part.iterate != 1 or part.args[2].free_symbols:
            raise NotALaw(f"a word that is no functional of the law: {part}")
        return self._map(part)

    def _map(self, part: KernelTerm) -> sp.Expr:
        at, order = part.at, part.order
        if self.attracted:
            if not isinstance(part, Rms):
                raise NotALaw("the attractor beside a map that is not rms")
            moved = sp.cancel((at - _FIXED) / (1 - _FIXED))
            inner = self._functional(moved, order)
            return _FIXED + (1 - _FIXED) * inner if order == 0 else (1 - _FIXED) ** (1 - order) * inner
        value = self._functional(at, order)
        if isinstance(part, Raw):
            return _SCALE * value
        if isinstance(part, Kappa) and self.with_mean:
            return ((value - self._mean()) if order == 0 else value) / (1 - self._mean())
        return value

    def _mean(self) -> sp.Expr:
        return self._functional(sp.S.Zero, 0)

    def _functional(self, at: sp.Expr, order: int) -> sp.Expr:
        at = sp.cancel(at)
        inner = at.free_symbols & {symbol for symbol, _ in self.functionals.values()}
        if inner:
            at = sp.cancel(at.xreplace({symbol: self._inner(symbol) for symbol in inner}))
        place = self.polynomial(at)
        key = (str(place), order)
        if key not in self.functionals:
            self._check_range(place)
            if place == 0 and order == 0 and not self.with_mean:
                return sp.S.Zero
            if place == 1 and order == 0:
                return sp.S.One
            self.functionals[key] = (sp.Symbol(f"F{len(self.functionals)}"), Functional(place, order))
        return self.functionals[key][0]

    def _inner(self, symbol: sp.Symbol) -> sp.Expr:
        """Return a box variable's expression for the value of a map that stands inside another."""
        if symbol not in self.nested:
            place = next(f for s, f in self.functionals.values() if s == symbol)
            if place.order or not is_nonnegative(place.at, self.box):
                raise NotALaw("a map nested in another at a negative correlation, or a derivative nested")
            name = f"x_inner{len(self.nested)}"
            if name not in self.box:
                raise NotALaw("more than two maps nested in others")
            bound = sp.S.One if self.with_mean or self.attracted else _back(place.at)
            self.nested[symbol] = sp.Symbol(name) * bound
        return self.nested[symbol]

    def polynomial(self, term: sp.Expr) -> Any:
        """Return a SymPy polynomial in the box as one over the rationals."""
        names = list(self.box)
        try:
            poly = sp.Poly(term, *(sp.Symbol(n) for n in names), domain=sp.QQ)
        except BasePolynomialError as error:
            raise NotALaw(f"a term that is no polynomial with rational coefficients: {term}") from error
        return self.context.from_dict(
            {m: flint.fmpq(int(c.p), int(c.q)) for m, c in zip(poly.monoms(), poly.coeffs(), strict=True)}
        )

    def _check_range(self, place: Any) -> None:
        if not (is_nonnegative(1 - place, self.box) and is_nonnegative(1 + place, self.box)):
            raise NotALaw("a correlation that is not shown to lie in [-1, 1]")
        if not (is_nonnegative(place, self.box) or is_nonnegative(-place, self.box)):
            raise NotALaw("a correlation whose sign changes")

    def without_moduli(self, term: sp.Expr) -> list[sp.Expr]:
        """Return the terms with a or -a for each |a|, a or b for each max and min: the term is one of them."""
        for part in sorted(term.atoms(sp.Abs, sp.Max, sp.Min), key=sp.count_ops):
            choices = (part.args[0], -part.args[0]) if isinstance(part, sp.Abs) else part.args
            if isinstance(part, sp.Abs):
                choices = self._known_sign(part.args[0]) or choices
            return [t for choice in choices for t in self.without_moduli(term.xreplace({part: choice}))]
        return [term]

    def _known_sign(self, term: sp.Expr) -> tuple[sp.Expr, ...]:
        try:
            place = self.polynomial(sp.cancel(term))
        except NotALaw:
            return ()
        return (term,) if is_nonnegative(place, self.box) else (-term,) if is_nonnegative(-place, self.box) else ()


def _back(polynomial: Any) -> sp.Expr:
    names = [sp.Symbol(n) for n in polynomial.context().names()]
    total = sp.S.Zero
    for powers, value in polynomial.to_dict().items():
        total += sp.Rational(int(value.p), int(value.q)) * sp.prod(
            n ** int(e) for n, e in zip(names, powers, strict=True)
        )
    return total


def problems(sentence: Sentence) -> Iterator[LawProblem]:
    """Yield the pieces of a sentence; all of them together are the sentence.

    Raises
    ------
    NotALaw
        If the sentence is not of this kind.
    """
    activations = [b.sort for b in sentence.binders if isinstance(b.sort, Activations)]
    domains = [b.sort for b in sentence.binders if isinstance(b.sort, Reals)]
    if len(activations) != 1 or len(domains) + 1 != len(sentence.binders):
        raise NotALaw("other variables than one activation and real numbers")
    classes = activations[0].classes
    words = {type(part) for term in sentence.terms for part in unfolded(term).atoms(Quantity)}
    words |= {type(p) for d in domains for end in (d.low, d.high) for p in end.atoms(Quantity)}
    attracted = bool(words & {Attractor, AttractorSlope})
    if attracted and not _attractor_below_one(sentence):
        raise NotALaw("an attractor that may be 1 (say 'with rho* < 1')")
    both = bool(words & {Rms, Raw, NormalisedShare, Coefficient, SecondMoment}) and not attracted
    for box, values in _pieces(sentence, attracted):
        yield _problem(_Reader(sentence, classes, box, values, attracted, both))


def _attractor_below_one(sentence: Sentence) -> bool:
    for h in sentence.hypotheses:
        if isinstance(h, Relation) and isinstance(h.lhs, Attractor) and h.op == "<" and h.rhs == 1:
            return True
    return any(
        isinstance(b.sort, Reals)
        and isinstance(b.sort.low, Attractor)
        and b.sort.high == 1
        and (b.sort.high_open or b.sort.low_open)
        for b in sentence.binders
    )


def _pieces(sentence: Sentence, attracted: bool) -> Iterator[tuple[dict[str, Side], dict[sp.Basic, sp.Expr]]]:
    """Yield boxes with the values of the real variables in them; their union is the domain."""
    start: dict[str, Side] = {_SCALE.name: Side("ray", low_open=True), "x_inner0": Side(), "x_inner1": Side()}
    if attracted:
        start[_FIXED.name] = Side("unit", high_open=True)
    found: list[tuple[dict[str, Side], dict[sp.Basic, sp.Expr]]] = [(start, {})]
    for binder in sentence.binders:
        if isinstance(binder.sort, Reals):
            found = [
                ({**box, f"x_{binder.name}": side}, {**values, binder.symbol: value})
                for box, values in found
                for side, value in _parts(binder.sort, sp.Symbol(f"x_{binder.name}"), values)
            ]
    if len(found) > _MOST_CASES:
        raise NotALaw("a domain in too many pieces")
    yield from found


def _parts(sort: Reals, x: sp.Symbol, values: Mapping[sp.Basic, sp.Expr]) -> list[tuple[Side, sp.Expr]]:
    low, high = (
        end.xreplace(dict.fromkeys(end.atoms(Attractor), _FIXED)).xreplace(dict(values))
        for end in (sort.low, sort.high)
    )
    if low.has(Quantity) or high.has(Quantity):
        raise NotALaw("a domain whose end is a word")
    if low.is_negative and high.is_positive:
        negative = (
            Side("ray", False) if low == -sp.oo else Side("unit", False, sort.low_open),
            -x if low == -sp.oo else low * x,
        )
        positive = (
            Side("ray", False) if high == sp.oo else Side("unit", False, sort.high_open),
            x if high == sp.oo else high * x,
        )
        return [positive, negative]
    if high == sp.oo:
        return [(Side("ray", sort.low_open), low + x)]
    if low == -sp.oo:
        return [(Side("ray", sort.high_open), high - x)]
    if high.is_nonpositive and low.is_negative:  # from the end next to 0, so that -x is a correlation
        return [(Side("unit", sort.high_open, sort.low_open), high + (low - high) * x)]
    return [(Side("unit", sort.low_open, sort.high_open), sp.expand(low + (high - low) * x))]


def _problem(reader: _Reader) -> LawProblem:
    goals: list[Goal] = []
    divisors: dict[sp.Expr, None] = dict.fromkeys(_divided_by(reader))
    for slack, strict in _slacks(reader.sentence.body):
        for term in reader.without_moduli(reader.rational(slack)):
            top, parts = _cleared(term)
            divisors.update(dict.fromkeys(p for p, _ in parts))
            goals.append(Goal(top, strict, tuple(p for p, e in parts if e % 2)))
    hypotheses, absent = [], set()
    for h in reader.sentence.hypotheses:
        if isinstance(h, Relation) and h.op != "!=":
            degree = _absent_degree(reader, h)
            if degree is not None:
                absent.add(degree)
                continue
            try:
                top, parts = _cleared(reader.rational(h.slack))
            except NotALaw:
                continue
            if not parts:
                hypotheses.append(top)
                if h.op == "=":
                    hypotheses.append(-top)
    classes = set(reader.classes)
    parity = 1 if "odd" in classes else 0 if "even" in classes else None
    least = 0 if reader.with_mean else 1
    exempt = frozenset({0} if least == 0 else ()) | (frozenset({0, 1}) if "nonlinear" in classes else frozenset())
    kept = dict(reader.functionals.values())
    if reader.nested:
        goals = [Goal(sp.expand(g.term.xreplace(reader.nested)), g.strict, g.over) for g in goals]
        if any(d.free_symbols & set(reader.nested) for d in divisors):
            raise NotALaw("a divisor with a map that stands inside another")
    return LawProblem(
        reader.context, reader.box, kept, tuple(goals), tuple(divisors), tuple(hypotheses), least,
        None if reader.attracted else parity, frozenset() if reader.attracted else exempt, frozenset(absent),
    )  # fmt: skip


def _absent_degree(reader: _Reader, hypothesis: Relation) -> int | None:
    """Return the degree k of a hypothesis ``w[k] = 0``, in any of the forms w[k], p[k], c[k], alpha, beta_0 = 2, or None."""
    term = unfolded(hypothesis.lhs - hypothesis.rhs)
    if hypothesis.op != "=" or reader.attracted:
        return None
    rest = term.as_coeff_Mul()[1]
    try:
        top = _cleared(reader.rational(rest**2 if isinstance(rest, Coefficient) else term))[0]
    except NotALaw:
        return None
    word = (top / _SCALE if top.has(_SCALE) else top).as_coeff_Mul()[1]
    functional = dict(reader.functionals.values()).get(word)
    return functional.order if functional is not None and functional.at == 0 else None


def _divided_by(reader: _Reader) -> Iterator[sp.Expr]:
    """Yield the factors of every divisor as it was written: adding fractions may cancel one that vanishes somewhere."""
    powers = {p for term in terms(reader.sentence.body) for p in unfolded(term).atoms(sp.Pow)}
    for power in sorted(powers, key=sp.default_sort_key):
        if power.exp.is_nonnegative is not True and power.base.free_symbols:
            for base in reader.without_moduli(reader.rational(power.base)):
                yield from (part for part, _ in _cleared(1 / base)[1])


def _slacks(body: Proposition) -> Iterator[tuple[sp.Expr, bool]]:
    """Yield (what is >= 0, strict) for each relation of a conjunction."""
    if isinstance(body, And):
        for part in body.parts:
            yield from _slacks(part)
    elif isinstance(body, Relation) and body.op == "=":
        yield from ((body.lhs - body.rhs, False), (body.rhs - body.lhs, False))
    elif isinstance(body, Relation) and body.op != "!=":
        yield body.slack, body.strict
    else:
        raise NotALaw("a claim that is no conjunction of inequalities")


def _cleared(term: sp.Expr) -> tuple[sp.Expr, list[tuple[sp.Expr, int]]]:
    """Return (numerator, factors of the denominator with exponents) of a rational function."""
    top, bottom = sp.fraction(sp.together(term))
    if not (top.is_polynomial() and bottom.is_polynomial()):
        raise NotALaw("a claim that is no rational function of its words")
    content, parts = sp.factor_list(bottom)
    return sp.expand(top * sp.sign(content)), [(part, int(e)) for part, e in parts if part.free_symbols]
