"""The best value of a constant in a sentence: the least or the largest one with which it holds, as an interval.

Values are judged like any other sentence, simple fractions first: one that is refuted bounds the constant on one side, one
that is proved or certified on the other. Where the sentence is an equality at a case that feels the constant, the constant is
exact: any better one fails there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from proofs_check.judge.instances import IllDefined, Survey
from proofs_check.judge.judgement import Judgement
from proofs_check.judge.outcome import Open, Outcome, Witness
from proofs_check.judge.strategy import Clock
from theory.statement.proposition import Relation, conjuncts
from theory.statement.quantity import Undecided, Undefined
from theory.statement.sentence import Sentence
from theory.statement.value import Case, enclose

_STARTS = tuple(Fraction(n) for n in (0, 1, 2, -1, 4, -2, 10, -10, 100, -100))
_NARROW = Fraction(1, 10**5)
_SECONDS = 1.2

Decide = Callable[[Sentence, Clock], Outcome]


@dataclass
class _Search:
    """What is known: the closest value that holds and the closest that fails, and what was found there."""

    sentence: Sentence
    name: str
    decide: Decide
    clock: Clock
    holds: Fraction | None = None
    fails: Fraction | None = None
    at_holds: Outcome | None = None
    at_fails: Witness | None = None
    exact: str = ""

    def look_at(self, value: Fraction) -> bool | None:
        """Judge one value; keep it if it is the closest of its kind. Returns None if it stays open."""
        self.clock.report(f"{self.name} = {value}")
        part = self.clock.slice(1.0, _SECONDS)
        part.notes = {}
        try:
            found = self.decide(
                self.sentence.pinned({self.name: sp.Rational(value.numerator, value.denominator)}), part
            )
        except IllDefined:
            return None
        if isinstance(found, Witness):
            self.fails, self.at_fails = value, found
            return False
        if isinstance(found, Open):
            return None
        self.holds, self.at_holds = value, found
        survey = part.notes.get("survey")
        if isinstance(survey, Survey):
            self.exact = self._sharp_at(survey, value)
        return True

    def _sharp_at(self, survey: Survey, value: Fraction) -> str:
        """Return a case at which the claim is an equality and moves with the constant ("" if none was seen)."""
        for case in reversed(survey.equalities):
            if self._feels(case, value):
                return ", ".join(f"{symbol} = {found}" for symbol, found in case.items())
        return ""

    def _feels(self, case: Case, value: Fraction) -> bool:
        for part in conjuncts(self.sentence.body):
            if not isinstance(part, Relation):
                continue
            constant = sp.Symbol(self.name, real=True)
            slope = sp.diff(part.slack, constant)
            try:
                whole = {**case, constant: value}
                here, moved = enclose(part.slack, whole), enclose(slope, whole)
            except (Undefined, Undecided):
                continue
            if here == 0 and not moved.contains(0):
                return True
        return False


def best_constant(
    sentence: Sentence, name: str, decide: Decide, judged: Callable[..., Judgement], clock: Clock
) -> Judgement:
    """Return the judgement of the sentence at the best value found, with the interval in ``best``.

    Parameters
    ----------
    sentence : Sentence
        With the constant among its binders.
    name : str
    decide : callable
        ``decide(sentence, clock)`` judges one sentence.
    judged : callable
        ``judged(sentence, outcome)`` makes its judgement.
    clock : Clock
    """
    search = _Search(sentence, name, decide, clock)
    for value in _STARTS:
        search.look_at(value)
        if clock.expired or search.exact or (search.holds is not None and search.fails is not None):
            break
    while not clock.expired and not search.exact and search.holds is not None and search.fails is not None:
        if abs(search.holds - search.fails) <= _NARROW or not _narrowed(search):
            break
    if search.holds is None or search.at_holds is None:
        return judged(
            sentence, Open(f"looking for a value of {name} with which the claim holds", "a domain with its ends")
        )
    at_end = sentence.pinned({name: sp.Rational(search.holds.numerator, search.holds.denominator)})
    found = judged(at_end, search.at_holds)
    document = _document(search)
    if not search.exact and search.fails is not None:
        document |= _guess(search)
    return replace(found, best=document, seconds=clock.seconds - clock.left)


def _guess(search: _Search) -> dict[str, str]:
    """Return a closed form between the ends with which the claim holds: a guess at the best constant, and said to be one."""
    assert search.holds is not None
    assert search.fails is not None
    low, high = sorted((search.holds, search.fails))
    for candidate in _closed_forms(low, high):
        if search.clock.expired:
            break
        try:
            outcome = search.decide(search.sentence.pinned({search.name: candidate}), search.clock.slice(1.0, _SECONDS))
        except (IllDefined, ValueError):
            continue
        if not isinstance(outcome, Witness | Open):
            text = (
                f"{_document(search)['text']}; a guess: {search.name} = {candidate}, with which it is {outcome.verdict}"
            )
            return {"guess": str(candidate), "text": text}
    return {}


def _closed_forms(low: Fraction, high: Fraction) -> Iterator[sp.Expr]:
    """Yield small multiples of pi, 1/pi, roots and logarithms in an interval."""
    for base in (1 / sp.pi, sp.pi, sp.sqrt(2), sp.sqrt(3), 1 / sp.pi**2, sp.log(2), sp.exp(-1)):
        for denominator in range(1, 13):
            for numerator in range(1, 25):
                value = sp.Rational(numerator, denominator) * base
                if low < value.n(30) < high:
                    yield value
                    break


def _narrowed(search: _Search) -> bool:
    """Look at a simple fraction between the ends; False if it stays open on both sides of the middle."""
    assert search.holds is not None
    assert search.fails is not None
    low, high = sorted((search.holds, search.fails))
    third = (high - low) / 3
    for left, right in ((low + third, high - third), (low + third / 4, low + third), (high - third, high - third / 4)):
        if search.look_at(simplest_between(left, right)) is not None:
            return True
        if search.clock.expired:
            return False
    return False


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """Return the fraction with the least denominator in [low, high].

    Examples
    --------
    >>> simplest_between(Fraction(2, 3), Fraction(4, 3)), simplest_between(Fraction(3, 10), Fraction(2, 5))
    (Fraction(1, 1), Fraction(1, 3))
    """
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest_between(-high, -low)
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    floor = low.numerator // low.denominator
    return floor + 1 / simplest_between(1 / (high - floor), 1 / (low - floor))


def _document(search: _Search) -> dict[str, str]:
    assert search.holds is not None
    least = search.fails is None or search.fails < search.holds
    kind = "least" if least else "largest"
    found = {"name": search.name, "kind": kind, "holds": str(search.holds), "fails": str(search.fails)}
    if search.exact:
        return {**found, "value": str(search.holds), "at": search.exact, "text": f"{search.name} = {search.holds}, equality at {search.exact}"}  # fmt: skip
    witness = f" (fails at {search.at_fails})" if search.at_fails is not None else ""
    bounds = sorted((search.holds, search.fails)) if search.fails is not None else [search.holds]
    interval = f"the {kind} {search.name} is in [{', '.join(str(float(b)) for b in bounds)}]"
    return {**found, "value": "", "text": interval + witness}
