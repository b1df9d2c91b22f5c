"""Neighbours of a sentence: wrong variants that the program makes itself. How many fall says how sharp the sentence is.

Each constant moved by a tenth and a hundredth, the larger side made smaller, the relation reversed or made strict, each
term dropped, each exponent moved, each domain widened, each hypothesis and class of activations dropped. A neighbour that is proved may be a better theorem: it is shown first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import sympy as sp

from proofs_check.judge.instances import IllDefined
from proofs_check.judge.judgement import Judgement, Neighbour
from proofs_check.judge.outcome import Outcome, Witness
from proofs_check.judge.strategy import Clock
from theory.statement.print_text import TermPrinter, proposition_text, text
from theory.statement.proposition import MIRRORED, And, Binder, Proposition, Relation
from theory.statement.quantity import Quantity
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Networks, Reals, Sort

MOST = 12
_CLAIMS_FIRST = 4
_SECONDS = 0.6
_STRICT = {"<=": "<", ">=": ">"}
_TENTH, _HUNDREDTH = sp.Rational(11, 10), sp.Rational(101, 100)


def judged_neighbours(found: Judgement, decide: Callable[[Sentence, Clock], Outcome], clock: Clock) -> Judgement:
    """Return the judgement with its neighbours judged within the time that is left."""
    if any(isinstance(binder.sort, Networks) for binder in found.sentence.binders):
        return found
    seen: list[Neighbour] = []
    for change, sentence in variants(found.sentence):
        if clock.expired or len(seen) >= MOST:
            break
        clock.report(f"neighbour: {change}")
        part = clock.slice(1.0, _SECONDS)
        part.notes = {}
        try:
            outcome = decide(sentence, part)
        except IllDefined:
            continue
        where = ", ".join(f"{n} = {v}" for n, v in outcome.at) if isinstance(outcome, Witness) else ""
        seen.append(Neighbour(change, text(sentence), outcome.verdict, where))
    order = {"proved": 0, "certified": 1, "refuted": 2}
    seen.sort(key=lambda n: order.get(n.verdict, 3))
    notes = found.notes
    if seen and not any(n.verdict == "refuted" for n in seen):
        notes = (*notes, "no neighbour was refuted: the sentence may be vacuous or not checkable")
    return replace(found, neighbours=tuple(seen), notes=notes, seconds=clock.seconds - clock.left)


def variants(sentence: Sentence) -> Iterator[tuple[str, Sentence]]:
    """Yield (what was changed, the changed sentence).

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> [change for change, _ in variants(parse("for x in [0, 1]: x^2 <= 2*x"))][:4]
    ['<= -> <', '<= -> >=', '2 -> 11/5', '2 -> 9/5']
    """
    known = {sentence}
    claims, domains = _other_claims(sentence), _other_domains(sentence)
    for change, changed in itertools.chain(itertools.islice(claims, _CLAIMS_FIRST), domains, claims):
        if changed not in known:
            known.add(changed)
            yield change, changed


def _other_domains(sentence: Sentence) -> Iterator[tuple[str, Sentence]]:
    """Yield the sentence on wider domains: without a hypothesis or a class, with an open end closed or an end moved out."""
    for hypothesis in sentence.hypotheses:
        rest = tuple(h for h in sentence.hypotheses if h != hypothesis)
        printer = TermPrinter({b.name: b for b in sentence.binders})
        yield f"without {proposition_text(hypothesis, printer)}", Sentence(sentence.binders, rest, sentence.body)
    for binder in sentence.binders:
        for change, sort in _wider(binder):
            binders = tuple(Binder(b.name, sort) if b == binder else b for b in sentence.binders)
            yield change, Sentence(binders, sentence.hypotheses, sentence.body)


def _wider(binder: Binder) -> Iterator[tuple[str, Sort]]:
    name, sort = binder.name, binder.sort
    if isinstance(sort, Activations) and sort.pinned is None:
        for left_out in sort.classes:
            yield f"{name} not {left_out}", Activations(tuple(c for c in sort.classes if c != left_out))
    elif isinstance(sort, Naturals) and sort.least > 0:
        yield f"{name} >= {sort.least - 1}", Naturals(sort.least - 1, sort.most)
    elif isinstance(sort, Reals) and sort.low.is_Rational and sort.high.is_Rational:
        step = (sort.high - sort.low) / 10
        if sort.low_open or sort.high_open:
            closed = Reals(sort.low, sort.high)
            yield f"{name} in {closed}", closed
        for wider in (
            Reals(sort.low - step, sort.high, False, sort.high_open),
            Reals(sort.low, sort.high + step, sort.low_open),
        ):
            yield f"{name} in {wider}", wider


def _other_claims(sentence: Sentence) -> Iterator[tuple[str, Sentence]]:
    """Yield the sentence with another claim on the same domain."""
    parts = sentence.body.parts if isinstance(sentence.body, And) else (sentence.body,)
    for index, part in enumerate(parts):
        if not isinstance(part, Relation):
            continue
        for change, other in _of_relation(part, TermPrinter({b.name: b for b in sentence.binders})):
            body: Proposition = other
            if isinstance(sentence.body, And):
                body = And((*parts[:index], other, *parts[index + 1 :]))
            yield change, sentence.replace_body(body)


def _of_relation(claim: Relation, printer: TermPrinter) -> Iterator[tuple[str, Relation]]:
    if claim.op in _STRICT:
        yield f"{claim.op} -> {_STRICT[claim.op]}", Relation(_STRICT[claim.op], claim.lhs, claim.rhs)
    if claim.op not in ("=", "!="):
        yield f"{claim.op} -> {MIRRORED[claim.op]}", Relation(MIRRORED[claim.op], claim.lhs, claim.rhs)
    for constant in sorted(_constants(claim), key=lambda c: (abs(c), c), reverse=True):
        for factor in (_TENTH, 2 - _TENTH, _HUNDREDTH, 2 - _HUNDREDTH):
            moved = constant * factor
            yield f"{constant} -> {moved}", _replaced(claim, {constant: moved})
    larger = "rhs" if claim.op in ("<", "<=", "=") else "lhs"
    side = getattr(claim, larger)
    for factor in (2 - _TENTH, 2 - _HUNDREDTH):
        if side != 0:
            other = (claim.lhs, factor * side) if larger == "rhs" else (factor * side, claim.rhs)
            yield f"{printer(side)} -> {factor} of it", Relation(claim.op, *other)
    for term in sp.Add.make_args(side):
        if side.is_Add:
            rest = side - term
            other = (claim.lhs, rest) if larger == "rhs" else (rest, claim.rhs)
            yield f"without {printer(term)}", Relation(claim.op, *other)
    for power in sorted(side.atoms(sp.Pow), key=str):
        if power.exp.is_Integer and power.exp > 1:
            moved = sp.Pow(power.base, power.exp + 1)
            yield f"{printer(power)} -> {printer(moved)}", _replaced(claim, {power: moved})


def _constants(claim: Relation) -> set[sp.Rational]:
    """Return the constants of a relation that stand outside its words and exponents, but for 0 and units."""
    return {q for side in (claim.lhs, claim.rhs) for q in _factors(side) if q not in (-1, 0, 1)}


def _factors(term: sp.Expr) -> Iterator[sp.Rational]:
    if isinstance(term, sp.Rational):
        yield term
    elif term.is_Pow:
        yield from _factors(term.base)
    elif not isinstance(term, Quantity):
        for argument in term.args:
            yield from _factors(argument)


def _replaced(claim: Relation, change: dict[sp.Expr, sp.Expr]) -> Relation:
    return Relation(claim.op, _with(claim.lhs, change), _with(claim.rhs, change))


def _with(term: sp.Expr, change: dict[sp.Expr, sp.Expr]) -> sp.Expr:
    """Return the term with pieces replaced outside its words and exponents."""
    if term in change:
        return change[term]
    if isinstance(term, Quantity) or not term.args:
        return term
    if term.is_Pow:
        return sp.Pow(_with(term.base, change), term.exp)
    return term.func(*(_with(argument, change) for argument in term.args))
