"""Refuting a sentence by an instance: balls at simple cases, then downhill on the slack from the closest ones.

An instance refutes where its hypotheses certainly hold and its claim certainly fails. A term that is certainly not
defined at an instance (a division by 0) is a fault of the sentence, raised as `IllDefined`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from proofs_check.judge.cases import cases, cases_of, end, shown
from proofs_check.judge.outcome import Witness
from proofs_check.judge.strategy import Clock
from proofs_check.proof import gaussian_oracle
from theory.activation.activation import Activation
from theory.enclosure.ball import bits_of, working_bits
from theory.isometry.gram_matrix import GramMatrix
from theory.statement.law import Law
from theory.statement.print_text import TermPrinter, proposition_text
from theory.statement.proposition import And, Exists, ForAll, Proposition, Relation, conjuncts
from theory.statement.quantity import Undecided, Undefined
from theory.statement.sentence import Sentence
from theory.statement.sort import Reals
from theory.statement.value import Case, enclose, holds

_LADDER = (15, 40)
_CLOSEST = 4


class IllDefined(ValueError):  # noqa: N818
    """A sentence whose terms are not defined on its whole domain: one line that says where."""


@dataclass
class Survey:
    """What the instances showed: how many met the hypotheses, where the claim is an equality, which came closest."""

    met: int = 0
    seen: int = 0
    equalities: list[Case] = field(default_factory=list)
    closest: list[tuple[float, Case]] = field(default_factory=list)
    digits: int = 6


def refute(sentence: Sentence, clock: Clock) -> Witness | None:
    """Return a witness against the sentence, or None; what was seen is left in ``clock.notes['survey']``.

    Raises
    ------
    IllDefined
        If a term is certainly not defined at an instance that meets the hypotheses.
    """
    survey = clock.notes.setdefault("survey", Survey(digits=clock.digits))
    clock.report("trying instances by balls")
    found = _scan(sentence, cases(sentence), clock, survey)
    if found is None and not clock.expired and survey.closest:
        clock.report("going downhill on the slack")
        found = _downhill(sentence, clock, survey)
    return found


def look(sentence: Sentence, most: int, seconds: float) -> Witness | None:
    """Return a witness against the sentence among its first `most` cases, or None; it stops after some seconds.

    Raises
    ------
    IllDefined
        As `refute`.
    """
    return _scan(sentence, itertools.islice(cases(sentence), most), Clock(seconds), Survey())


def _scan(sentence: Sentence, instances: Iterable[Case], clock: Clock, survey: Survey) -> Witness | None:
    for case in instances:
        if clock.expired:
            break
        found = _try(sentence, case, survey)
        if found is not None:
            return found
    return None


def _try(sentence: Sentence, case: Case, survey: Survey) -> Witness | None:
    survey.seen += 1
    try:
        if not all(_certain(h, case) is True for h in sentence.hypotheses):
            return None
    except Undefined:
        return None
    survey.met += 1
    try:
        verdict = _certain(sentence.body, case)
    except Undefined as error:
        raise IllDefined(f"sentence needs {_named(str(error))}, got {_place(sentence, case)}.") from None
    if verdict is False:
        return witness(sentence, case, survey.digits)
    if verdict is None:
        found = _equal_sides(sentence, case)
        if found is not None:
            return found
    _remember(sentence, case, survey)
    return None


def _equal_sides(sentence: Sentence, case: Case) -> Witness | None:
    """Return the witness of a strict claim whose sides have one closed form at a case, which balls cannot show."""
    if not all(isinstance(case[b.symbol], Fraction | int | Activation) for b in sentence.binders):
        return None
    numbers = {
        b.name: sp.Rational(case[b.symbol]) for b in sentence.binders if not isinstance(case[b.symbol], Activation)
    }
    for part in conjuncts(sentence.body):
        if isinstance(part, Relation) and part.op in ("<", ">", "!="):
            at = Sentence(sentence.binders, (), Relation("=", part.lhs, part.rhs)).pinned(numbers)
            if gaussian_oracle.affirms(at):
                printer = TermPrinter({b.name: b for b in sentence.binders})
                where = tuple((b.name, shown(case[b.symbol])) for b in sentence.binders)
                return Witness(where, f"{printer(part.lhs)} = {printer(part.rhs)}", "exact")
    return None


def _certain(proposition: Proposition, case: Case) -> bool | None:
    for digits in _LADDER:
        found = holds_quantified(proposition, case, digits)
        if found is not None:
            return found
    return None


def holds_quantified(proposition: Proposition, case: Case, digits: int) -> bool | None:
    """Return what `holds` says; a nested quantifier is looked at by instances (one that fails, one that holds)."""
    if isinstance(proposition, ForAll | Exists):
        wanted = not isinstance(proposition, ForAll)
        for whole in itertools.islice(cases_of(proposition.binders, case, most=40), 200):
            met = all(holds(h, whole, digits) is True for h in proposition.hypotheses)
            if met and holds_quantified(proposition.body, whole, digits) is wanted:
                return wanted
        return None
    if isinstance(proposition, And):
        found = [holds_quantified(part, case, digits) for part in proposition.parts]
        return False if False in found else (None if None in found else True)
    return holds(proposition, case, digits)


def witness(sentence: Sentence, case: Case, digits: int = 6) -> Witness:
    """Return the witness of a case at which the claim fails: its values and the part that fails."""
    at = tuple((b.name, shown(case[b.symbol])) for b in sentence.binders if b.symbol in case)
    printer = TermPrinter({b.name: b for b in sentence.binders})
    for part in conjuncts(sentence.body):
        if _certain(part, case) is False:
            if isinstance(part, Relation):
                with working_bits(bits_of(digits + 24)):
                    gap = enclose(part.lhs, case, digits + 24) - enclose(part.rhs, case, digits + 24)
                label = (
                    f"{printer(part.lhs)} - ({printer(part.rhs)})"
                    if part.rhs.is_Add
                    else f"{printer(part.lhs)} - {printer(part.rhs)}"
                )
                if part.rhs == 0:
                    label = printer(part.lhs)
                return Witness(at, f"{label} = {_decimal(gap, digits)}")
            return Witness(at, f"{proposition_text(part, printer)} fails")
    return Witness(at, "the claim fails")


def _decimal(ball: Any, digits: int) -> str:
    if not ball.is_finite():
        return str(ball)
    text: str = ball.str(digits, radius=False)
    short = text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    return short if ball.is_exact() else f"{text}..."


def _named(wish: str) -> str:
    """Return the wish in the words of the language."""
    return wish.replace("**", "^")


def _place(sentence: Sentence, case: Case) -> str:
    return ", ".join(f"{b.name} = {shown(case[b.symbol])}" for b in sentence.binders if b.symbol in case) or "none"


# --- downhill ---------------------------------------------------------------------------------------------------------


def _remember(sentence: Sentence, case: Case, survey: Survey) -> None:
    gap = slack(sentence, case)
    if gap is None:
        return
    if gap == 0:
        survey.equalities.append(case)
        return
    survey.closest.append((gap, case))
    if len(survey.closest) > 8 * _CLOSEST:
        survey.closest.sort(key=lambda entry: entry[0])
        del survey.closest[_CLOSEST:]


def slack(sentence: Sentence, case: Case) -> float | None:
    """Return the least relative slack of the relations of the claim, as a double, to steer the search."""
    found = []
    for part in conjuncts(sentence.body):
        if not isinstance(part, Relation) or part.op in ("=", "!="):
            continue
        try:
            left, right = float(enclose(part.lhs, case, 15).mid()), float(enclose(part.rhs, case, 15).mid())
        except (Undefined, Undecided):
            continue
        gap = right - left if part.op in ("<", "<=") else left - right
        found.append(gap / (abs(left) + abs(right) + 1e-9))
    return min(found, default=None)


def _downhill(sentence: Sentence, clock: Clock, survey: Survey) -> Witness | None:
    survey.closest.sort(key=lambda entry: entry[0])
    for gap, case in survey.closest[:_CLOSEST]:
        best, value, step = case, gap, Fraction(1, 8)
        while step > Fraction(1, 2**12) and not clock.expired:
            for other in _neighbours(sentence, best, step):
                if clock.expired or not _inside(sentence, other):
                    continue
                found = _try(sentence, other, survey)
                if found is not None:
                    return found
                near = slack(sentence, other)
                if near is not None and near < value:
                    best, value = other, near
                    break
            else:
                step /= 2
    return None


def _neighbours(sentence: Sentence, case: Case, step: Fraction) -> Iterable[Case]:
    for binder in sentence.binders:
        value = case[binder.symbol]
        if isinstance(value, Fraction) and isinstance(binder.sort, Reals):
            width = _width(binder.sort, case)
            for sign in (1, -1):
                yield {**case, binder.symbol: value + sign * step * width}
        elif isinstance(value, Law) and len(value.weights) == 2:
            (one, weight), (two, _) = value.weights
            for sign in (1, -1):
                moved = weight + sign * step
                if 0 < moved < 1:
                    yield {**case, binder.symbol: Law.of({one: moved, two: 1 - moved})}


def _width(sort: Reals, case: Case) -> Fraction:
    low, high = end(sort.low, case), end(sort.high, case, 1)
    return high - low if low is not None and high is not None else Fraction(1)


def _inside(sentence: Sentence, case: Case) -> bool:
    for binder in sentence.binders:
        sort, value = binder.sort, case[binder.symbol]
        if isinstance(sort, Reals) and not isinstance(value, Law | GramMatrix):
            low, high = end(sort.low, case), end(sort.high, case, 1)
            if low is not None and (value < low or (sort.low_open and value == low)):
                return False
            if high is not None and (value > high or (sort.high_open and value == high)):
                return False
    return True
