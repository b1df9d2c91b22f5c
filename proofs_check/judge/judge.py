"""Judging a sentence: instances first, then the strategies in order, then its neighbours; one clock over all.

    judge("for every activation s, r in [0, 1]: kappa(r) <= r")

A conjunction without a strategy of its own is judged part by part. The word of the verdict is that of the outcome's kind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import sympy as sp

from proofs_check.judge.best_constant import best_constant
from proofs_check.judge.cases import shown
from proofs_check.judge.closed_maps import by_closed_maps
from proofs_check.judge.dimension import every_dimension
from proofs_check.judge.elementary import by_algebra, by_balls, by_closed_forms, on_a_box, recognise
from proofs_check.judge.given_activation import on_cells
from proofs_check.judge.gram import every_size, small_gram
from proofs_check.judge.instances import IllDefined, Survey, refute
from proofs_check.judge.judgement import Judgement
from proofs_check.judge.laws import every_law
from proofs_check.judge.neighbours import judged_neighbours
from proofs_check.judge.network_samples import sampled_network
from proofs_check.judge.outcome import Certified, Open, Outcome, Proved, Supported, Witness
from proofs_check.judge.strategy import Clock, Strategy
from proofs_check.judge.time_limit import OutOfTime, within
from proofs_check.proof import kernel
from proofs_check.proof.domain import folded
from theory.statement.definedness import lost_between_sides, wish
from theory.statement.parse import parse_question
from theory.statement.print_text import domain_text
from theory.statement.proposition import And, Not, Proposition, Relation, free_symbols
from theory.statement.sentence import Sentence
from theory.statement.sort import Constants, Networks

STRATEGIES: tuple[Strategy, ...] = (
    Strategy("textbook theorems", recognise),
    Strategy("algebra", by_algebra),
    Strategy("every law", every_law),
    Strategy("every dimension", every_dimension),
    Strategy("closed forms", by_closed_forms),
    Strategy("balls", by_balls),
    Strategy("closed maps", by_closed_maps),
    Strategy("a given activation", on_cells),
    Strategy("branch and bound", on_a_box),
    Strategy("Gram matrices", every_size),
    Strategy("small Gram matrices", small_gram),
    Strategy("network samples", sampled_network, 0.9),
)
"""The strategies in the order they are asked; the first that answers decides."""

REFUTER_SHARE, SHORT_SEARCH, LONG_SEARCH = 0.3, 0.4, 2.0
"""Instances are tried for a short time before the strategies, and for longer where none of them decides."""

_VACUOUS = (
    "sentence needs hypotheses that can be met (it is vacuous: of nothing everything holds), got some that cannot."
)

GRACE = 0.5
"""Seconds beyond its slice after which a strategy is stopped from outside."""


def judge(
    line: str | Sentence,
    *,
    domain: Sequence[str] = (),
    activation: str | None = None,
    best: str | None = None,
    digits: int = 6,
    seconds: float = 10.0,
    neighbours: bool = True,
    listen: Callable[[str], None] | None = None,
) -> Judgement:
    """Return the verdict on a sentence, with its scope and what it rests on.

    Parameters
    ----------
    line : str or Sentence
        Text as `theory.statement.parse` reads it.
    domain : sequence of str
        Further domains, such as ``r in [0, 1]``.
    activation : str or None
        The activation the sentence is about, in place of every activation.
    best : str or None
        Name of a constant whose best value is asked for.
    digits : int
        Significant digits of the value that a witness shows.
    seconds : float
        Time for the whole judgement; a strategy that runs out says what it was doing.
    neighbours : bool
        Whether wrong variants of the sentence are made and judged as well.
    listen : callable or None
        Called with a line of progress.

    Returns
    -------
    Judgement

    Raises
    ------
    ValueError
        If the text is no sentence, or the sentence is not defined on its domain or vacuous.

    Examples
    --------
    >>> found = judge("for d >= 2: E_O(d)[O[1,1]^4] = 3/(d*(d+2))", neighbours=False)
    >>> found.verdict, found.oracles
    ('proved', ('Haar moments',))
    >>> judge("for x in [0, 1]: x <= x^2").witness["at"]
    {'x': '1/2'}
    """
    if not seconds > 0:
        raise ValueError(f"judge needs seconds > 0, got seconds={seconds!r}.")
    if isinstance(line, Sentence):
        sentence, asked = line, best
    else:
        question = parse_question(line, domain, activation, best)
        sentence, asked = question.sentence, question.best
    clock = Clock(seconds, digits, listen or (lambda _: None))
    if asked is not None:
        return best_constant(
            sentence,
            asked,
            lambda other, part: decide(other, part, []),
            lambda other, found: _judgement(other, found, [], clock),
            clock,
        )
    tried: list[str] = []
    outcome = decide(sentence, clock.slice(0.75 if neighbours else 1.0), tried)
    _check_not_vacuous(sentence, outcome, clock)
    found = _judgement(sentence, outcome, tried, clock)
    if neighbours and not isinstance(outcome, Open | Supported | Witness):
        found = judged_neighbours(found, lambda other, slice_: decide(other, slice_, []), clock)
    return found


def decide(sentence: Sentence, clock: Clock, tried: list[str]) -> Outcome:
    """Return the first outcome that decides: a witness, else what a strategy proves, certifies or supports."""
    left = folded(sentence)
    if left is None:
        raise IllDefined(_VACUOUS)
    found = _decided(left, clock, tried)
    if isinstance(found, Proved) and left != sentence:
        return replace(found, theorem=kernel.bounded(found.theorem, sentence))
    return found


def _decided(sentence: Sentence, clock: Clock, tried: list[str]) -> Outcome:
    """Return the outcome of a sentence whose bounds of variables are its domains."""
    clock.notes.pop("survey", None)
    cancelled = lost_between_sides(sentence.body, sentence.binders)
    if cancelled is not None:
        return Open(
            "reading the claim", f"a domain on which {wish(cancelled, sentence.binders)} (it cancels between the sides)"
        )
    witness_is_possible = not any(isinstance(binder.sort, Networks) for binder in sentence.binders)
    if witness_is_possible:
        witness = _refuted(sentence, clock.slice(REFUTER_SHARE, SHORT_SEARCH))
        if witness is not None:
            return witness
    first = len(tried)
    for strategy in STRATEGIES:
        if clock.expired:
            tried.append(f"{strategy.name}: no time was left")
            break
        outcome = _ran(strategy, sentence, clock.slice(strategy.share))
        if isinstance(outcome, Open):
            tried.append(
                f"{strategy.name}: {outcome.doing}" + (f" (would help: {outcome.helps})" if outcome.helps else "")
            )
        elif outcome is not None:
            return outcome
    if isinstance(sentence.body, And):
        return _part_by_part(sentence, sentence.body, clock, tried)
    if witness_is_possible and not clock.expired:
        witness = _refuted(sentence, clock.slice(0.5, LONG_SEARCH))
        if witness is not None:
            del tried[first:]
            return witness
    return Open("every strategy that knows such sentences", "more seconds, a smaller domain, or a named activation")


def _ran(strategy: Strategy, sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return the strategy's outcome; one that does not look at its clock is stopped a little after its time."""
    try:
        return within(clock.left + GRACE, lambda: strategy.run(sentence, clock))
    except OutOfTime:
        return Open(f"stopped while {clock.doing or 'reading the claim'}", "more seconds, or a simpler claim")
    except IllDefined:
        raise
    except (
        ValueError,
        TypeError,
        ArithmeticError,
        MemoryError,
    ) as error:  # what a library refuses is no fault of the sentence
        return Open(
            f"{clock.doing or 'reading the claim'} ({str(error).splitlines()[0].rstrip('.')})", "a simpler claim"
        )


def _refuted(sentence: Sentence, clock: Clock) -> Witness | None:
    try:
        return within(clock.left + GRACE, lambda: refute(sentence, clock))
    except OutOfTime:
        return None


def _part_by_part(sentence: Sentence, body: And, clock: Clock, tried: list[str]) -> Outcome:
    """Return the outcome of a conjunction from those of its parts."""
    found: list[Outcome] = []
    for index, part in enumerate(body.parts):
        share = 1 / (len(body.parts) - index)
        outcome = decide(sentence.replace_body(part), clock.slice(share), tried)
        if isinstance(outcome, Witness | Open):
            return outcome
        found.append(outcome)
    certificates = tuple(c for o in found if isinstance(o, Proved | Certified) for c in o.certificates)
    by = "; ".join(dict.fromkeys(o.by for o in found if not isinstance(o, Open)))
    theorems = [o.theorem for o in found if isinstance(o, Proved)]
    if len(theorems) == len(found):
        return Proved(kernel.conjunction(*theorems), by, certificates=certificates)
    if any(isinstance(o, Supported) for o in found):
        return Supported(_scope(sentence), by)
    return Certified(_scope(sentence), by, certificates)


def _scope(sentence: Sentence) -> str:
    """Return what the verdict covers: the domains of the sentence."""
    plain = tuple(b for b in sentence.binders if not isinstance(b.sort, Networks | Constants))
    if not plain:
        return "as it stands"
    known = {b.symbol for b in plain}
    kept = tuple(h for h in sentence.hypotheses if free_symbols(h) <= known)
    return domain_text(Sentence(plain, kept, Relation("=", sp.S.Zero, sp.S.Zero))).removesuffix(": ")


def _judgement(sentence: Sentence, outcome: Outcome, tried: list[str], clock: Clock) -> Judgement:
    seconds = clock.seconds - clock.left
    scope = _scope(sentence)
    match outcome:
        case Witness(at, value, by, simplest):
            return Judgement(
                sentence,
                "refuted",
                scope,
                by,
                witness={"at": dict(at), "value": value},
                simplest=simplest,
                seconds=seconds,
            )
        case Proved(theorem, by, sharp, certificates):
            return Judgement(
                sentence, outcome.verdict, scope, by, tuple(sorted(theorem.assumptions)), tuple(sorted(theorem.oracles)),
                sharp=sharp or _sharp(clock), certificates=certificates, seconds=seconds,
            )  # fmt: skip
        case Certified(covers, by, certificates, trusts, sharp):
            return Judgement(
                sentence, "certified", covers, by, oracles=trusts, sharp=sharp or _sharp(clock),
                certificates=certificates, seconds=seconds,
            )  # fmt: skip
        case Supported(covers, by):
            return Judgement(sentence, "supported", covers, by, seconds=seconds)
    lines = tuple(tried) or (outcome.doing,)
    helps = f"what would help: {outcome.helps}" if outcome.helps else ""
    return Judgement(sentence, "inconclusive", scope, helps, tried=lines, seconds=seconds)


def _sharp(clock: Clock) -> str:
    survey = clock.notes.get("survey")
    if not isinstance(survey, Survey) or not survey.equalities:
        return ""
    case = survey.equalities[-1]
    return "equality at " + ", ".join(f"{symbol} = {shown(value)}" for symbol, value in case.items())


def _check_not_vacuous(sentence: Sentence, outcome: Outcome, clock: Clock) -> None:
    """Refuse a sentence whose hypotheses are proved to fail; of such a sentence everything holds."""
    survey = clock.notes.get("survey")
    if not sentence.hypotheses or isinstance(outcome, Witness) or (isinstance(survey, Survey) and survey.met):
        return
    for index, hypothesis in enumerate(sentence.hypotheses):
        others = sentence.hypotheses[:index]
        other = Sentence(sentence.binders, others, _opposite(hypothesis))
        found = decide(other, Clock(min(2.0, max(0.5, clock.left)), clock.digits), [])
        if isinstance(found, Proved):
            raise IllDefined(_VACUOUS)
    if not isinstance(outcome, Open):
        raise IllDefined(
            "sentence needs hypotheses that some case meets, got none among the cases tried; it may be vacuous."
        )


def _opposite(proposition: Proposition) -> Proposition:
    return proposition.negated if isinstance(proposition, Relation) else Not(proposition)
