"""A claim that is a sentence: no check is written by hand, the judge finds the evidence, wrong sentences are its mutants.

Checks of such a claim: `theorem` (proved by the kernel, or refuted), `enclosure` (certified), `samples` (a network's
sentence), and `at_the_case` on the cases that a user names or a hunt draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy as sp

from proofs_check.claim import formula as shape
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Check, Claim, Mutant, Paper
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.certificate import Certificate
from proofs_check.judge.cases import cases as instances
from proofs_check.judge.judge import judge
from proofs_check.judge.judgement import Judgement
from theory.statement.law import Law
from theory.statement.parse import parse
from theory.statement.print_text import text
from theory.statement.proposition import Proposition, Relation, conjuncts
from theory.statement.quantity import Quantity
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Networks, Reals
from theory.statement.words.kernel_map import KernelTerm

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SECONDS = {"quick": 10.0, "full": 60.0, "deep": 600.0}
_SHAPES = {
    "=": shape.equal, "!=": shape.differs, "<=": shape.at_most, ">=": shape.at_least, "<": shape.below, ">": shape.above,
}  # fmt: skip
_WORDS = {"proved": Verdict.PROVED, "certified": Verdict.CERTIFIED, "supported": Verdict.SUPPORTED}
_RUNGS = {"proved": Rung.SYMBOLIC, "certified": Rung.CERTIFIED, "supported": Rung.SAMPLED}


@dataclass(frozen=True)
class Stated:
    """A statement that is a sentence, kept as its text."""

    line: str

    @property
    def sentence(self) -> Sentence:
        """The sentence."""
        return parse(self.line)

    def formula(self) -> shape.Formula:
        """Return the relations of the claim for display; none if a word in them has no sign of its own there."""
        found = [_shown(part) for part in conjuncts(self.sentence.body)]
        return () if None in found else tuple(found)

    def __str__(self) -> str:
        return self.line


@dataclass(frozen=True)
class Place:
    """A case of a sentence: values of some of its variables, as text."""

    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value}" for name, value in self.values) or "as stated"

    def of(self, sentence: Sentence) -> Sentence:
        """Return the sentence at this case."""
        return sentence.pinned(
            {n: v if isinstance(sentence.sort_of(n), Activations) else sp.Rational(v) for n, v in self.values}
        )


def sentence_claim(
    id: str, title: str, line: str, wrong: Sequence[str], cases: Mapping[str, Sequence[str]], source: str
) -> Claim:
    """Return the claim that a sentence makes.

    Parameters
    ----------
    id, title, source : str
    line : str
        The sentence.
    wrong : sequence of str
        Whole sentences that have to be refuted.
    cases : mapping of variable to texts
        Cases to be judged apart from the whole sentence.

    Raises
    ------
    ValueError
        If the text is no sentence, or a case is none of its variables' values.
    """
    sentence = parse(line)
    places = [Place(((name, str(value)),)) for name, values in cases.items() for value in values]
    for place in places:
        if place.values[0][0] not in [binder.name for binder in sentence.binders]:
            raise ValueError(f"cases need variables of the sentence, got {place.values[0][0]!r}")
        place.of(sentence)
    is_network = bool(sentence.binders_of(Networks))
    by = SAMPLED if is_network else CERTIFIED
    mutants = [Mutant(text(parse(other)), Stated(text(parse(other))), on="", by=by) for other in wrong]
    claim = Claim(
        id=id,
        title=title,
        paper=Paper(f"{id} source" if source else "own", source or "a claim of one's own"),
        statement=Stated(text(sentence)),
        pinned=places or [Place()],
        mutants=mutants,
        cases=lambda: drawn(sentence),
    )
    if is_network:
        claim.for_all(SAMPLED)(samples)
        return claim
    claim.for_all(SYMBOLIC)(theorem)
    claim.for_all(CERTIFIED)(enclosure)
    claim.certified(at_the_case)
    return claim


def theorem(statement: Stated, _: None, trial: Trial) -> Evidence:
    """A proof of exactly this sentence by the rules of the kernel."""
    return _evidence(_judged(statement.line, SECONDS[trial.profile.name]), SYMBOLIC)


def enclosure(statement: Stated, _: None, trial: Trial) -> Evidence:
    """Enclosures over the whole domain of the sentence."""
    return _evidence(_judged(statement.line, SECONDS[trial.profile.name]), CERTIFIED)


def samples(statement: Stated, _: None, trial: Trial) -> Evidence:
    """Networks drawn as the sentence names them."""
    return _evidence(_judged(statement.line, SECONDS[trial.profile.name]), SAMPLED)


def at_the_case(statement: Stated, case: Place, trial: Trial) -> Evidence:
    """The sentence with some of its variables at their values."""
    if not case.values:
        return Evidence(Verdict.INCONCLUSIVE, CERTIFIED, "no case is named; the sentence is judged whole", silent=True)
    try:
        sentence = case.of(statement.sentence)
    except ValueError as error:
        return Evidence(Verdict.INCONCLUSIVE, CERTIFIED, str(error), silent=True)
    return _evidence(_judged(text(sentence), SECONDS[trial.profile.name] / 2), CERTIFIED, everything=True)


def judges_its_sentence(check: Check, statement: object) -> bool:
    """Return whether a check judges exactly the sentence that its claim states, with no code of an author between."""
    return type(statement) is Stated and check.function in (theorem, enclosure, samples, at_the_case)


@lru_cache(maxsize=256)
def _judged(line: str, seconds: float) -> Judgement:
    return judge(line, seconds=seconds, neighbours=False)


def _evidence(found: Judgement, rung: Rung, everything: bool = False) -> Evidence:
    """Return what a rung says: the verdict if it is this rung's (or stronger, at a case), a refutation from any."""
    if found.witness is not None:
        where = ", ".join(f"{n} = {v}" for n, v in found.witness["at"].items())
        witness = f"{where}: {found.witness['value']}" if where else str(found.witness["value"])
        return Evidence(Verdict.REFUTED, rung, f"an instance, {found.by}", witness=witness)
    rests = [*(f"assumes {name}" for name in found.assumes), *(f"rests on {name}" for name in found.oracles)]
    summary = "; ".join([f"{found.scope} ({found.by})" if found.by else found.scope, *rests])
    own = found.verdict in _RUNGS and (_RUNGS[found.verdict] is rung or (everything and found.verdict == "proved"))
    if own:
        word = _WORDS[found.verdict] if _RUNGS[found.verdict] is rung else Verdict.CERTIFIED
        return Evidence(word, rung, summary, certificates=tuple(Certificate(c) for c in found.certificates))
    if found.verdict in _RUNGS:
        return Evidence(Verdict.INCONCLUSIVE, rung, f"the sentence is {found.verdict} by another rung", silent=True)
    return Evidence(Verdict.INCONCLUSIVE, rung, "; ".join(found.tried) or summary)


def drawn(sentence: Sentence) -> SearchStrategy[Place]:
    """Return a hypothesis strategy of cases that give every variable of the sentence a value."""
    from hypothesis import strategies as st

    parts: dict[str, Any] = {}
    for binder in sentence.binders:
        sort = binder.sort
        if isinstance(sort, Naturals):
            parts[binder.name] = st.integers(sort.least, sort.most if sort.most is not None else sort.least + 50).map(
                str
            )
        elif isinstance(sort, Reals) and sort.low.is_Rational and sort.high.is_Rational:
            ends = (float(sort.low), float(sort.high))
            parts[binder.name] = st.fractions(*map(sp.nsimplify, ends), max_denominator=100).map(str)
        elif isinstance(sort, Activations) and sort.pinned is None:
            found = {str(v.polynomial) for case in instances(sentence, 1) for v in case.values() if isinstance(v, Law)}
            parts[binder.name] = st.sampled_from(sorted(found, key=len) or ["x"])
    return st.fixed_dictionaries(parts).map(lambda values: Place(tuple(values.items())))


def _shown(part: Proposition) -> Any:
    """Return a relation as an unevaluated formula; None if it holds other words than maps and Greek numbers."""
    if not isinstance(part, Relation):
        return None
    change: dict[Any, Any] = {}
    for word in part.lhs.atoms(Quantity) | part.rhs.atoms(Quantity):
        if isinstance(word, KernelTerm) and word.iterate == 1 and not word.at.has(Quantity):
            plain = word.order == 0
            change[word] = shape.function(word.word)(word.at) if plain else shape.slope(word.word, word.at, word.order)
        elif word.word in ("alpha", "beta_0", "q"):
            change[word] = sp.Symbol(word.word)
        else:
            return None
    return _SHAPES[part.op](part.lhs.xreplace(change), part.rhs.xreplace(change))
