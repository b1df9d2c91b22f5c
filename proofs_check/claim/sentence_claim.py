"""A claim that is a sentence: what is shown, checked, and made wrong on purpose comes from its text, and the judge finds the evidence.

    claim = sentence_claim("A7", "After layer norm one layer divides ...",
        "for every activation s, r in [0, 1): kappa(r)/(1-kappa(r)) <= r/(1-r)/(2-kappa'(0))",
        paper=ISOMETRY, remarks=__doc__, cases={"s": ACTIVATIONS},
        wrong=[Wrong("kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)", "rate 1/alpha"), ...])

A claim may say several sentences, each a part with a name; it is as firm as its least firm part. Its word is what the judge
earns. A check that an author adds to it (`Claim.for_all`, `Claim.sampled` ...) is an *extra route*: it judges the true sentence only, can
refute it, and says *checked* or *supported* at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any

import sympy as sp

from proofs_check.claim import formula as shape
from proofs_check.claim.claim import CERTIFIED, SAMPLED, SYMBOLIC, Check, Claim, Mutant, Paper
from proofs_check.claim.sentence_formula import implication, sentence_formulas
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict
from proofs_check.interval.certificate import Certificate
from proofs_check.judge.cases import cases as instances
from proofs_check.judge.cases import why_not_of_class
from proofs_check.judge.instances import look
from proofs_check.judge.judge import judge
from proofs_check.judge.judgement import Judgement
from theory.activation.activation import Activation
from theory.statement.law import Law
from theory.statement.parse import parse
from theory.statement.print_text import domain_text, text
from theory.statement.quantity import Undecided, Undefined
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Networks, Reals
from theory.statement.value import holds

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SECONDS = {"quick": 10.0, "full": 60.0, "deep": 600.0}
LOOKS = {"quick": (2, 0.1), "full": (30, 5.0), "deep": (200, 60.0)}
"""Choices of the other variables at which an instance of a proved sentence is looked at by balls, and seconds for them."""
_LONGEST_TEXT = 400
"""Characters of a drawn activation; a polynomial of degree 40 is longer than an activation's text may be."""
_WORDS = {"proved": Verdict.PROVED, "certified": Verdict.CERTIFIED, "supported": Verdict.SUPPORTED}
_RUNGS = {"proved": Rung.SYMBOLIC, "certified": Rung.CERTIFIED, "supported": Rung.SAMPLED}


@dataclass(frozen=True)
class Stated:
    """A statement that is a sentence, or several, each the part of a name; kept as text, and read when it is asked for."""

    written: tuple[tuple[str, str], ...]

    @cached_property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """The sentences by their names, as they are printed."""
        return tuple((name, text(parse(line))) for name, line in self.written)

    @classmethod
    def of(cls, line: str) -> Stated:
        """Return the statement of one sentence."""
        return cls((("", line),))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts; none for one sentence."""
        return tuple(name for name, _ in self.written if name)

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences."""
        return tuple(line for _, line in self.parts)

    def line(self, part: str) -> str:
        """Return the sentence of a part."""
        return dict(self.parts)[part]

    def formula(self) -> shape.Formula:
        """Return claims, hypotheses and domains, for display; of several sentences an implication for each."""
        if len(self.written) == 1:
            return sentence_formulas(parse(self.lines[0]))
        return tuple(implication(parse(line)) for line in self.lines)

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class Place:
    """A case of a sentence: values of some of its variables, as text."""

    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return ", ".join(f"{name} = {value}" for name, value in self.values) or "as stated"

    def of(self, sentence: Sentence) -> Sentence:
        """Return the sentence at this case."""
        values = self.within(sentence).values
        return sentence.pinned(
            {n: v if isinstance(sentence.sort_of(n), Activations) else sp.Rational(v) for n, v in values}
        )

    def within(self, sentence: Sentence) -> Place:
        """Return the values of variables that the sentence has and leaves open."""
        named = {b.name for b in sentence.binders if isinstance(b.sort, Activations) and b.sort.pinned is not None}
        open_ = {binder.name for binder in sentence.binders} - named
        return Place(tuple((n, v) for n, v in self.values if n in open_))


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong variant of a claim's sentence, which has to fall.

    Parameters
    ----------
    line : str
        A whole sentence, or what is claimed of the true one's domains.
    name : str
        What is wrong; the line itself if empty.
    erratum : str or None
        Where it stands in print.
    part : str
        The part of the statement that it replaces, of one that has parts.
    """

    line: str
    name: str = ""
    erratum: str | None = None
    part: str = ""


@dataclass(frozen=True)
class Judged:
    """The check that asks the judge for one part of the statement: by a rung over all, or at a case."""

    rung: Rung
    part: str = ""
    at_cases: bool = False

    @property
    def __name__(self) -> str:
        """The name of the check in reports."""
        return "at_the_case" if self.at_cases else _NAMES[self.rung]

    @property
    def says(self) -> str:
        """What the check does, in the words of reports."""
        return _AT_CASES if self.at_cases else _DOES[self.rung]

    def __call__(self, statement: Stated, case: Any, trial: Trial) -> Evidence:
        """Return what the judge says of the part."""
        line = statement.line(self.part)
        if self.at_cases:
            return _at_the_case(line, case, trial)
        return _evidence(_judged(line, SECONDS[trial.profile.name]), self.rung)


_NAMES = {SYMBOLIC: "theorem", CERTIFIED: "enclosure", SAMPLED: "samples"}
_DOES = {
    SYMBOLIC: "A proof of exactly this sentence by the rules of the kernel.",
    CERTIFIED: "Enclosures over the whole domain of the sentence.",
    SAMPLED: "Networks drawn as the sentence names them.",
}
_AT_CASES = "The sentence with some of its variables at their values."


def sentence_claim(
    id: str,
    title: str,
    says: str | Mapping[str, str],
    *,
    paper: Paper,
    wrong: Sequence[Wrong | str],
    cases: Mapping[str, Sequence[str]] | None = None,
    remarks: str = "",
    conjecture: bool = False,
) -> Claim:
    """Return the claim that a sentence makes, or several under the names of the parts.

    Parameters
    ----------
    id, title : str
    says : str, or mapping of part to str
    paper : Paper
    wrong : sequence of Wrong or str
        Variants that have to be refuted.
    cases : mapping of variable to texts
        Cases to be judged apart from the whole sentence.
    remarks : str
        Proof, source, and what else a reader wants.

    Raises
    ------
    ValueError
        If a text is no sentence, or a case is none of its variables' values.
    """
    parts = {"": says} if isinstance(says, str) else dict(says)
    sentences = {part: parse(line) for part, line in parts.items()}
    places = [Place(((name, str(value)),)) for name, values in (cases or {}).items() for value in values]
    names = {binder.name for sentence in sentences.values() for binder in sentence.binders}
    for place in places:
        if place.values[0][0] not in names:
            raise ValueError(f"cases need variables of the sentence, got {place.values[0][0]!r}")
        _ = [place.of(sentence) for sentence in sentences.values()]
    statement = Stated(tuple((part, text(sentence)) for part, sentence in sentences.items()))
    networks = {part for part, sentence in sentences.items() if sentence.binders_of(Networks)}
    first = next(iter(sentences.values()))
    speaks_of_activations = any(_free_activations(sentence) for sentence in sentences.values())
    claim = Claim(
        id=id,
        title=title,
        paper=paper,
        statement=statement,
        pinned=places or [Place()],
        mutants=[_mutant(entry, statement, sentences, networks) for entry in wrong],
        cases=lambda: drawn(first),
        covers=lambda case: why_not(statement, case),
        conjecture=conjecture,
        parts=statement.names,
        kinds=(Place, Activation) if speaks_of_activations else (Place,),
        remarks=remarks,
    )
    for part in sentences:
        if part in networks:
            claim.for_all(SAMPLED, part=part)(Judged(SAMPLED, part))
            continue
        claim.for_all(SYMBOLIC, part=part)(Judged(SYMBOLIC, part))
        claim.for_all(CERTIFIED, part=part)(Judged(CERTIFIED, part))
        if any(place.within(sentences[part]).values for place in places) or _free_activations(sentences[part]):
            claim.on_cases(CERTIFIED, part=part)(Judged(CERTIFIED, part, at_cases=True))
    return claim


def _mutant(entry: Wrong | str, stated: Stated, sentences: Mapping[str, Sentence], networks: set[str]) -> Mutant:
    entry = entry if isinstance(entry, Wrong) else Wrong(entry)
    if entry.part not in sentences:
        raise ValueError(f"a wrong variant needs a part of the statement, got part={entry.part!r}")
    line = in_scope(entry.line, sentences[entry.part])
    lines = tuple((part, line if part == entry.part else true) for part, true in stated.written)
    by = SAMPLED if entry.part in networks else CERTIFIED
    name = entry.name or text(parse(line))  # variants of the ledger have names, and are read when they are judged
    return Mutant(name, Stated(lines), on="", by=by, erratum=entry.erratum, part=entry.part)


def in_scope(line: str, sentence: Sentence) -> str:
    """Return a wrong claim as a whole sentence: with the domains of the true one unless it has its own."""
    if line.lstrip().startswith(("for ", "network", "lim ")):
        return line
    return domain_text(sentence) + line


def judges_its_sentence(check: Check, claim: Claim, statement: object) -> bool:
    """Return whether a check judges a sentence that its claim shows, with no code of an author between."""
    own = type(statement) is Stated and type(check.function) is Judged
    return own and check.part == check.function.part and tuple(claim.parts) == statement.names  # type: ignore[attr-defined]


def is_extra_route(check: Check, claim: Claim) -> bool:
    """Return whether a check was added by an author to a claim that is a sentence."""
    return type(claim.statement) is Stated and type(check.function) is not Judged


def why_not(statement: Stated, case: Any) -> str | None:
    """Return why no sentence of a statement speaks of a case, or None."""
    if not isinstance(case, Activation):
        return None
    reasons = [_why_not(parse(line), case) for line in statement.lines]
    return None if None in reasons else reasons[0]


def _why_not(sentence: Sentence, activation: Activation) -> str | None:
    """Return why a sentence does not speak of an activation, or None if it does."""
    free = _free_activations(sentence)
    if not free:
        return "it is about other activations"
    binder = sentence.binders_of(Activations)[0]
    assert isinstance(binder.sort, Activations)
    reason = why_not_of_class(activation, binder.sort.classes)
    if reason is not None:
        return reason
    for hypothesis in sentence.hypotheses:
        try:
            met = holds(hypothesis, {binder.symbol: activation}, 30)
        except (Undecided, Undefined, KeyError):
            met = None
        if met is False:
            return "it does not meet the hypothesis"
    return None


def _free_activations(sentence: Sentence) -> tuple[str, ...]:
    return tuple(b.name for b in sentence.binders if isinstance(b.sort, Activations) and b.sort.pinned is None)


def _at_the_case(line: str, case: Any, trial: Trial) -> Evidence:
    """Return what the judge says of a sentence at a case; an instance of a proved one is looked at by balls besides."""
    sentence = parse(line)
    place = Place(tuple((n, case.text) for n in _free_activations(sentence))) if isinstance(case, Activation) else case
    place = place.within(sentence)
    if not place.values:
        return _silent("no case of it is named; the sentence is judged whole")
    for name in _free_activations(sentence):
        value = dict(place.values).get(name)
        reason = _why_not(sentence, Activation.from_text(value)) if value is not None else None
        if reason is not None:
            return _silent(reason)
    seconds = SECONDS[trial.profile.name]
    try:
        pinned = place.of(sentence)
        whole = _judged(line, seconds)
        if whole.verdict != "proved":
            return _evidence(_judged(text(pinned), seconds / 2), CERTIFIED, everything=True)
        witness = look(pinned, *LOOKS[trial.profile.name])
    except ValueError as error:
        return _silent(str(error))
    if witness is not None:
        return Evidence(Verdict.REFUTED, CERTIFIED, f"an instance, {witness.by}", witness=str(witness))
    return Evidence(Verdict.CERTIFIED, CERTIFIED, "an instance of the proved sentence; balls at simple values agree")


def _silent(reason: str) -> Evidence:
    return Evidence(Verdict.INCONCLUSIVE, CERTIFIED, reason, silent=True)


@lru_cache(maxsize=1024)
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
        sharpness = Figure("sharp", "equality is attained") if found.sharp.startswith("equality at ") else None
        certificates = tuple(Certificate(c) for c in found.certificates)
        return Evidence(word, rung, summary, sharpness=sharpness, certificates=certificates)
    if found.verdict in _RUNGS:
        return Evidence(Verdict.INCONCLUSIVE, rung, f"the sentence is {found.verdict} by another rung", silent=True)
    return Evidence(Verdict.INCONCLUSIVE, rung, "; ".join(found.tried) or summary)


def own_sentence_only(evidence: Evidence, check: Check, claim: Claim) -> Evidence:
    """Return the evidence of an extra route with the word it may say: nothing but its code ties it to the sentence."""
    exact = evidence.verdict in (Verdict.PROVED, Verdict.CERTIFIED)
    return replace(evidence, verdict=Verdict.CHECKED) if exact and is_extra_route(check, claim) else evidence


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
            ends = (Fraction(int(sort.low.p), int(sort.low.q)), Fraction(int(sort.high.p), int(sort.high.q)))
            left_out = [end for end, out in zip(ends, (sort.low_open, sort.high_open), strict=True) if out]
            numbers = st.fractions(*ends, max_denominator=100).filter(partial(_is_none_of, left_out))
            parts[binder.name] = numbers.map(str)
        elif isinstance(sort, Activations) and sort.pinned is None:
            found = {str(v.polynomial) for case in instances(sentence, 1) for v in case.values() if isinstance(v, Law)}
            short = [line for line in found if len(line) <= _LONGEST_TEXT]
            parts[binder.name] = st.sampled_from(sorted(short, key=len) or ["x"])
    return st.fixed_dictionaries(parts).map(lambda values: Place(tuple(values.items())))


def _is_none_of(left_out: Sequence[Fraction], value: Fraction) -> bool:
    return value not in left_out
