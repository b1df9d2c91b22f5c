"""The oracle "extreme laws": a sentence holds for every activation since it holds at the extreme laws.

A goal is a polynomial of degree d in linear functionals of a law p, made homogeneous by sum_k p_k = 1. Its polar form on d
laws e_1, ..., e_d being nonnegative for all choices of extreme laws, the goal is a sum of nonnegative terms for
p = sum_i t_i e_i, the multinomial expansion. Extreme laws are point masses; under one hypothesis h(p) >= 0 they are the
point masses that meet it, and mixtures |h(k)| delta_j + h(j) delta_k of two that are on different sides of it. Degrees
from some K on are one family, whose polar forms are exponential sums in the degree (`exponential_sum.py`).

A derivative at 1 may be infinite: the goal is of degree one in it with a nonnegative factor, so that it is +oo there, or
the factor vanishes on the law's support and the rest is the limit of the goal along cut-off laws.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import flint
import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from proofs_check.proof import attractor_cases, pinned_slope
from proofs_check.proof.exponential_sum import DEADLINE, Polynomial, SumRing, lift, search
from proofs_check.proof.law_form import Functional, Goal, LawProblem, NotALaw, problems
from proofs_check.proof.polynomial_sign import is_nonnegative
from theory.statement.proposition import Binder, Relation
from theory.statement.quantity import unfolded
from theory.statement.sentence import Sentence
from theory.statement.sort import Reals
from theory.statement.words.attractor import BestContraction
from theory.statement.words.kernel_map import Kappa

_MOST_DEGREE = 3
_LATER_STARTS = 3
_SECONDS = 3.0
"""After which a search for plans ends; the sentences of the literature take a tenth of it."""


@dataclass(frozen=True, slots=True)
class Atoms:
    """The degree `start`, or the degrees start, start + step, ... if `step` is not 0."""

    start: int
    step: int = 0


@dataclass(frozen=True, slots=True)
class Extreme:
    """A point mass at `atom`, or its mixture with `partner` on which the hypothesis is an equality."""

    atom: Atoms
    partner: Atoms | None = None

    @property
    def families(self) -> tuple[Atoms, ...]:
        """The atoms that stand for infinitely many degrees."""
        return tuple(a for a in (self.atom, self.partner) if a is not None and a.step)

    def only_on(self, degrees: frozenset[int]) -> bool:
        """Whether the law is supported on these degrees."""
        return all(a.step == 0 and a.start in degrees for a in (self.atom, self.partner) if a is not None)


def affirms(sentence: Sentence) -> bool:
    """Return whether the sentence is derived for every law: by polar forms, with the slope at 0 pinned, or by cases of the attractor.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> affirms(parse("for every activation s, r in [0, 1], t in [0, 1]: kappa(r) kappa(t) <= kappa(r t)"))
    True
    >>> affirms(parse("for every activation s, r in [0, 1], t in [0, 1]: kappa(r) kappa(t) >= kappa(r t)"))
    False
    """
    return _affirmed(sentence) or _by_cases(sentence) or _best_contraction(sentence)


def _affirmed(sentence: Sentence) -> bool:
    return by_polar_forms(sentence) or _by_pinned_slope(sentence)


def _by_cases(sentence: Sentence) -> bool:
    """Return whether each case of the attractor is derived."""
    found = attractor_cases.cases(sentence)
    return found is not None and all(_affirmed(case) for case in found)


def _best_contraction(sentence: Sentence) -> bool:
    """Return whether a claim ``beta* >= T`` is derived from what it says: kappa/(1-kappa) <= r/(1-r)/T on (0, 1), and T > 0."""
    body = sentence.body
    if not isinstance(body, Relation) or len(sentence.binders) != 1:
        return False
    claim = body if isinstance(body.lhs, BestContraction) else body.mirrored
    if claim.op != ">=" or not isinstance(claim.lhs, BestContraction) or unfolded(claim.rhs).has(BestContraction):
        return False
    place = Binder("r_", Reals(sp.Integer(0), sp.Integer(1), True, True))
    kappa = Kappa(sentence.binders[0].symbol, place.symbol)
    bound = place.symbol / (1 - place.symbol) / claim.rhs
    said = Sentence((*sentence.binders, place), sentence.hypotheses, Relation("<=", kappa / (1 - kappa), bound))
    positive = sentence.replace_body(Relation(">", claim.rhs, sp.Integer(0)))
    return affirms(positive) and affirms(said)


def by_polar_forms(sentence: Sentence) -> bool:
    """Return whether some hypothesis (or none), and some start of the family of high degrees, give a proof."""
    token = DEADLINE.set(time.monotonic() + _SECONDS)
    try:
        for hypothesis in range(-1, 2 * len(sentence.hypotheses)):
            for later in range(_LATER_STARTS):
                if _proved_with(sentence, later, hypothesis):
                    return True
                if time.monotonic() > DEADLINE.get():
                    return False
    finally:
        DEADLINE.reset(token)
    return False


def _proved_with(sentence: Sentence, later: int, hypothesis: int) -> bool:
    try:
        return all(LawProof(problem, later, hypothesis).holds for problem in problems(sentence))
    except NotALaw:
        return False


def _by_pinned_slope(sentence: Sentence) -> bool:
    try:
        return pinned_slope.affirms(sentence)
    except (ValueError, BasePolynomialError):  # a term of another kind than it reads
        return False


@dataclass
class LawProof:
    """The proof of one piece, with its hints; `holds` carries it out."""

    problem: LawProblem
    later: int = 0
    """How far above the least possible degree the family of high degrees starts."""
    hypothesis: int = -1
    """Which hypothesis restricts the laws, -1 for none."""
    signs: dict[sp.Expr, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.hypothesis >= len(self.problem.hypotheses):
            raise NotALaw("no such hypothesis")

    @property
    def holds(self) -> bool:
        """Whether every divisor has one strict sign and every goal is derived."""
        for divisor in self.problem.divisors:
            sign = self._sign(divisor)
            if sign == 0:
                return False
            self.signs[divisor] = sign
        return all(self._goal(goal) for goal in self.problem.goals)

    def _sign(self, divisor: sp.Expr) -> int:
        return next((sign for sign in (1, -1) if self.is_positive(sign * divisor, strict=True)), 0)

    def _goal(self, goal: Goal) -> bool:
        sign = math.prod(self.signs[part] for part in goal.over)
        return self.is_positive(sign * goal.term, strict=goal.strict)

    def is_positive(self, term: sp.Expr, *, strict: bool) -> bool:
        """Return whether the polynomial is >= 0 (> 0) for every law on the box."""
        form = _Form.of(term, self.problem)
        if form.degree > _MOST_DEGREE:
            raise NotALaw(f"a claim of degree {form.degree} in the map")
        if form.degree == 0:
            if () not in form.terms:
                return not strict
            return is_nonnegative(form.terms[()], self.problem.box, strict=strict)
        for factor in self._unbounded(form):
            if not self.is_positive(factor, strict=False):
                return False
        polar = _Polar(form, self.problem)
        laws = self.extremes
        for chosen in itertools.combinations_with_replacement(laws, form.degree):
            if not polar.is_positive(chosen, self.weights, strict=False):
                return False
        return not strict or all(
            polar.is_positive((law,) * form.degree, self.weights, strict=True, diagonal=True)
            for law in laws
            if not law.only_on(self.problem.exempt)
        )

    def _unbounded(self, form: _Form) -> Iterator[sp.Expr]:
        """Yield the factors of the functionals that can be infinite; refuse products of them."""
        infinite = [s for s, f in self.problem.functionals.items() if f.order and not self._below_one(f)]
        for symbol in infinite:
            expression = sp.Poly(form.expression, symbol)
            if expression.degree() > 1 or any(expression.coeff_monomial(symbol).has(s) for s in infinite):
                raise NotALaw("a product of slopes at one, which may be infinite")
            if expression.degree() == 1 and not self._bounded_by_hypothesis(symbol, infinite):
                yield expression.coeff_monomial(symbol)

    def _bounded_by_hypothesis(self, symbol: sp.Symbol, infinite: list[sp.Symbol]) -> bool:
        """Whether the hypothesis is ``a - b symbol >= 0`` with a number b > 0 and no other functional that can be infinite."""
        if self.hypothesis < 0:
            return False
        terms = sp.Poly(self.problem.hypotheses[self.hypothesis], *self.problem.functionals)
        factor = terms.coeff_monomial(symbol)
        others = any(self.problem.hypotheses[self.hypothesis].has(s) for s in infinite if s != symbol)
        return bool(factor.is_negative) and terms.total_degree() == 1 and not others

    def _below_one(self, functional: Functional) -> bool:
        box = self.problem.box
        return is_nonnegative(1 - functional.at, box, strict=True) and is_nonnegative(
            1 + functional.at, box, strict=True
        )

    @cached_property
    def atoms(self) -> list[Atoms]:
        """The degrees below K one by one, and the families from K on."""
        problem = self.problem
        zero_orders = [f.order + 1 for f in problem.functionals.values() if f.at == 0]
        orders = [f.order for f in problem.functionals.values()]
        start = max([1, problem.least, *zero_orders, *orders, *(k + 1 for k in problem.absent)]) + self.later
        signed = any(not is_nonnegative(f.at, problem.box) for f in problem.functionals.values())
        step = 1 if problem.parity is None and not signed else 2
        below = [k for k in range(problem.least, start) if k not in problem.absent]
        low = [Atoms(k) for k in below if problem.parity in (None, k % 2)]
        tails = [Atoms(k, step) for k in range(start, start + step) if problem.parity in (None, k % 2)]
        return low + tails

    @cached_property
    def extremes(self) -> list[Extreme]:
        """The extreme laws under the hypothesis chosen."""
        points = [Extreme(atom) for atom in self.atoms]
        if self.hypothesis < 0:
            return points
        form = self.weights
        assert form is not None
        polar = _Polar(form, self.problem)
        above = [p for p in points if polar.is_positive((p,), None, strict=False)]
        below = [p for p in points if p not in above]
        negated = _Polar(_Form.of(-form.expression, self.problem), self.problem)
        # strictly: a point mass at which the hypothesis is an equality would be an extreme law of its own
        if not above or not all(negated.is_positive((p,), None, strict=True) for p in below):
            raise NotALaw("a hypothesis that is not of one sign at a degree")
        # an equality everywhere at `a`: its mixtures with others of that kind are `a` itself
        level = [a for a in above if negated.is_positive((a,), None, strict=False)]
        mixed = [Extreme(b.atom, a.atom) for b in below for a in above if a not in level]
        found = above + mixed
        if not all(polar.mass_is_positive(law, form) for law in mixed):
            raise NotALaw("a hypothesis that may vanish at two degrees at once")
        return found

    @cached_property
    def weights(self) -> _Form | None:
        """The hypothesis as a linear form, or None."""
        if self.hypothesis < 0:
            return None
        form = _Form.of(self.problem.hypotheses[self.hypothesis], self.problem)
        if form.degree != 1:
            raise NotALaw("a hypothesis that is not linear in the map")
        return form


@dataclass(frozen=True)
class _Form:
    """A polynomial in functionals: for each product of functionals, its coefficient on the box."""

    expression: sp.Expr
    degree: int
    terms: dict[tuple[sp.Symbol, ...], Polynomial]

    @classmethod
    def of(cls, expression: sp.Expr, problem: LawProblem) -> _Form:
        symbols = list(problem.functionals)
        names = [sp.Symbol(name) for name in problem.box]
        try:
            poly = sp.Poly(expression, *symbols, *names, domain=sp.QQ)
        except BasePolynomialError as error:
            raise NotALaw(f"a term that is no polynomial with rational coefficients: {expression}") from error
        gathered: dict[tuple[sp.Symbol, ...], dict[tuple[int, ...], flint.fmpq]] = {}
        for powers, value in zip(poly.monoms(), poly.coeffs(), strict=True):
            if value == 0:
                continue
            word = tuple(s for s, e in zip(symbols, powers, strict=False) for _ in range(e))
            gathered.setdefault(word, {})[powers[len(symbols) :]] = flint.fmpq(int(value.p), int(value.q))
        terms = {word: problem.context.from_dict(found) for word, found in gathered.items()}
        return cls(expression, max((len(word) for word in terms), default=0), terms)


class _Polar:
    """The polar form of a homogenised form on extreme laws, as exponential sums."""

    def __init__(self, form: _Form, problem: LawProblem) -> None:
        self.form, self.problem = form, problem
        self.powers = {s: _powers(f, problem) for s, f in problem.functionals.items()}
        self.bases = {n: b for parts in self.powers.values() for n, (b, _) in parts.items()}

    def is_positive(
        self, laws: Sequence[Extreme], weights: _Form | None, *, strict: bool, diagonal: bool = False
    ) -> bool:
        """Return whether the polar form on the laws is >= 0 (> 0); equal laws are the very same law if `diagonal`."""
        slots, names, steps = self._slots(laws, diagonal)
        for step in steps:
            ring = SumRing(self.problem.box, names, {n: b**step for n, b in self.bases.items()})
            value = self._value(ring, slots, weights)
            if search(ring, value, strict=strict) is None:
                return False
        return True

    def mass_is_positive(self, law: Extreme, weights: _Form) -> bool:
        """Return whether the unnormalised mixture has positive mass everywhere."""
        slots, names, steps = self._slots((law,), True)
        ring = SumRing(self.problem.box, names, {n: b ** steps[0] for n, b in self.bases.items()})
        return search(ring, _Slot(self, ring, slots[0], weights).mass, strict=True) is not None

    def _slots(self, laws: Sequence[Extreme], diagonal: bool) -> tuple[list[list[_Place]], tuple[str, ...], list[int]]:
        """Return for each law its atoms with their indices; equal families are put in increasing order."""
        slots: list[list[_Place]] = []
        names: list[str] = []
        before: dict[Extreme, list[_Place]] = {}
        steps = {a.step for law in laws for a in law.families} or {1}
        if len(steps) > 1:
            raise NotALaw("families of several steps")
        for law in laws:
            if diagonal and law in before:
                slots.append(before[law])
                continue
            ordered = len(law.families) == 1
            places = []
            for atom in (law.atom, law.partner):
                if atom is None:
                    continue
                indices: tuple[str, ...] = ()
                if atom.step:
                    names.append(f"n{len(names)}")
                    former = [p for p in before.get(law, []) if p.atom == atom] if ordered else []
                    indices = (*(former[0].indices if former else ()), names[-1])
                places.append(_Place(atom, indices))
            before[law] = places
            slots.append(places)
        return slots, tuple(names), list(steps)

    def _value(self, ring: SumRing, slots: list[list[_Place]], weights: _Form | None) -> Polynomial:
        found = [_Slot(self, ring, places, weights) for places in slots]
        degree = len(found)
        total = ring.context.constant(0)
        for word, coefficient in self.form.terms.items():
            padded = (*word, *[None] * (degree - len(word)))
            inner = ring.context.constant(0)
            for order in itertools.permutations(range(degree)):
                product = ring.context.constant(1)
                for symbol, place in zip(padded, order, strict=True):
                    product *= found[place].mass if symbol is None else found[place].value(symbol)
                inner += product
            total += lift(coefficient, ring.context) * inner
        return total / math.factorial(degree)

    def functional(self, ring: SumRing, symbol: sp.Symbol, place: _Place) -> Polynomial:
        """Return the functional at a degree: k(k-1)... at^(k-order)."""
        functional, atom = self.problem.functionals[symbol], place.atom
        constant = ring.context.constant
        degree = constant(atom.start)
        for index in place.indices:
            degree += atom.step * ring.gens[index]
        falling = constant(1)
        for j in range(functional.order):
            falling *= degree - j
        if atom.step == 0 and atom.start < functional.order:
            return constant(0)
        left = atom.start - functional.order
        if functional.at == 0:
            return falling if left == 0 and not atom.step else constant(0)
        parts = self.powers[symbol]
        value = falling * lift(functional.at, ring.context) ** left
        for name, (_, exponent) in parts.items():
            for index in place.indices:
                value *= ring.gens[f"{name}__{index}"] ** exponent
        return value


@dataclass(frozen=True, slots=True)
class _Place:
    atom: Atoms
    indices: tuple[str, ...]


class _Slot:
    """One extreme law in a polar form: its mass and the values of the functionals, both unnormalised."""

    def __init__(self, polar: _Polar, ring: SumRing, places: list[_Place], weights: _Form | None) -> None:
        self.polar, self.ring, self.places = polar, ring, places
        one = ring.context.constant(1)
        self.shares = [one]
        if len(places) == 2 and weights is not None:
            at = [self._hypothesis(weights, place) for place in places]
            self.shares = [at[1], -at[0]]

    def _hypothesis(self, weights: _Form, place: _Place) -> Polynomial:
        total = self.ring.context.constant(0)
        for word, coefficient in weights.terms.items():
            value = self.polar.functional(self.ring, word[0], place) if word else self.ring.context.constant(1)
            total += lift(coefficient, self.ring.context) * value
        return total

    @property
    def mass(self) -> Polynomial:
        """The sum of the shares."""
        return sum(self.shares, self.ring.context.constant(0))

    def value(self, symbol: sp.Symbol) -> Polynomial:
        """The functional at the law."""
        total = self.ring.context.constant(0)
        for share, place in zip(self.shares, self.places, strict=True):
            total += share * self.polar.functional(self.ring, symbol, place)
        return total


def _powers(functional: Functional, problem: LawProblem) -> dict[str, tuple[Any, int]]:
    """Return name -> (base in [0, 1], exponent): |at| as a product of bases, its factors where each is in [0, 1]."""
    at = functional.at
    if at == 0 or at == 1 or at == -1:
        return {}
    size = at if is_nonnegative(at, problem.box) else -at
    content, factors = size.factor()
    found: dict[str, tuple[Any, int]] = {}
    for factor, exponent in factors:
        part = factor if is_nonnegative(factor, problem.box) else -factor
        if not (is_nonnegative(part, problem.box) and is_nonnegative(1 - part, problem.box)):
            found = {}
            break
        found[_name(part)] = (part, int(exponent))
    content = abs(content)
    if not found or content > 1:
        return {_name(size): (size, 1)}
    if content != 1:
        constant = problem.context.constant(content)
        found[_name(constant)] = (constant, 1)
    return found


def _name(polynomial: Any) -> str:
    return f"b{polynomial!s}"
