"""A search for a counterexample: hypothesis draws cases of a claim, shrinks what is refuted, and every rung judges the rest.

The search goes from cheap and decisive to dear: first the checks that cover every case at once; then the symbolic and the
certified checks on drawn cases; only if they find nothing, and for a tenth as many cases, the sampled ones. A counterexample
is shrunk by the checks that found it and then judged by every check, so that its witness is an exact value or a ball wherever
a rung can give one, and samples alone only where none can.

Samples judge any number of drawn cases: the j-th sampled test of a hunt gets the share 6/(pi^2 j^2) of `FALSE_ALARMS`, and
the shares sum to 1. So a hunt's samples refute anything true with at most that probability, however long it runs.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from proofs_check.claim.claim import Check, Claim, Mutant
from proofs_check.evidence.symbolic import cannot_say
from proofs_check.evidence.trial import PROFILES, Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.run.patience import within
from proofs_check.run.run_report import FALSE_ALARMS, Finding, Task
from proofs_check.run.runner import perform

ERRORS_KEPT = 5
"""Broken checks that a hunt names; it counts them all."""


@dataclass(frozen=True)
class Counterexample:
    """A case on which a statement fails, as simple as the search could make it.

    Parameters
    ----------
    case : object
        None for a refutation that needs no case.
    findings : tuple of Finding
        Every check on this case, the refuting ones first, strongest rung first.
    """

    case: Any
    findings: tuple[Finding, ...]

    @property
    def label(self) -> str:
        """The case as text; empty for a refutation that needs no case."""
        return "" if self.case is None else str(self.case)

    @property
    def best(self) -> Finding:
        """The refuting finding of the strongest rung."""
        return self.findings[0]

    @property
    def is_exact(self) -> bool:
        """Whether the witness is an exact value or a ball, and not samples alone."""
        return self.best.evidence.rung is not Rung.SAMPLED


@dataclass(frozen=True)
class Hunt:
    """What a hunt found.

    Parameters
    ----------
    claim : Claim
    mutant : Mutant or None
        The variant that was hunted instead of the claim itself.
    counterexample : Counterexample or None
    tried : int
        Distinct cases that at least one check judged, shrinking included.
    broken : tuple of Finding
        The first checks that raised, and on which case.
    breaks : int
        How often a check raised.
    slow : int
        How often a check was stopped on a case because it took longer than the patience.
    examples, seed : int
        How many cases were asked for, and the seed of the search and of the samples.
    seconds : float
    stopped : str
        Why it ended early: "time", "interrupted", or "".
    """

    claim: Claim
    mutant: Mutant | None
    counterexample: Counterexample | None
    tried: int
    broken: tuple[Finding, ...]
    breaks: int
    slow: int
    examples: int
    seed: int
    seconds: float
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """1: a counterexample; 3: none, but a check broke; 0: none; 130: none, and interrupted."""
        if self.counterexample is not None:
            return 1
        return 130 if self.stopped == "interrupted" else 3 if self.breaks else 0


def hunt(
    claim: Claim,
    *,
    mutant: Mutant | None = None,
    examples: int = 200,
    seconds: float | None = None,
    patience: float | None = None,
    seed: int = 0,
    profile: str = "quick",
    on_case: Callable[[int, bool], None] | None = None,
) -> Hunt:
    """Search a case on which a claim fails, and shrink it to the simplest one.

    Parameters
    ----------
    claim : Claim
        With a strategy `cases`.
    mutant : Mutant or None
        Hunt this wrong variant instead.
    examples : int
        Cases to draw; at least 1. Shrinking tries more.
    seconds : float or None
        End after about this long; what was found by then is reported.
    patience : float or None
        Stop a check that takes longer than this on one case, and go on with the next. Like `seconds`, it takes effect
        between two checks only where a process has no interval timer to itself (other threads, Windows).
    seed : int
        Seed of the search and root of the samples' streams: the same seed finds the same case, unless time ended a check
        or the search.
    profile : {"quick", "full", "deep"}
        Budget of one check on one case.
    on_case : callable or None
        ``on_case(tried, found)`` after each case, for progress.

    Returns
    -------
    Hunt

    Raises
    ------
    ValueError
        If the claim has no strategy, or a number is out of range.
    ExecutorError, StoreError
        As in `proofs_check.run.runner.perform`.

    Examples
    --------
    >>> from proofs_check.ledger import ledger
    >>> claim = next(claim for claim in ledger() if claim.id == "A1")
    >>> hunt(claim, examples=5).counterexample is None
    True
    """
    if claim.cases is None:
        raise ValueError(
            f"hunt needs a claim with a strategy (`cases=`, a function that returns a hypothesis strategy), "
            f"got {claim.id} with none; proofs_check.strategies has some."
        )
    if profile not in PROFILES:
        raise ValueError(f"hunt needs a profile of {', '.join(PROFILES)}, got profile={profile!r}.")
    if examples < 1:
        raise ValueError(f"hunt needs examples >= 1, got examples={examples!r}.")
    for name, limit in (("seconds", seconds), ("patience", patience)):
        if limit is not None and not 0 < limit < math.inf:
            raise ValueError(f"hunt needs a positive time, got {name}={limit!r}.")
    search = _Search(claim, mutant, seed, profile, seconds, patience, on_case or (lambda *_: None))
    found, stopped = _searched(search, examples)
    return Hunt(
        claim,
        mutant,
        found,
        search.tried,
        tuple(search.broken),
        search.breaks,
        search.slow,
        examples,
        seed,
        time.monotonic() - search.started,
        stopped,
    )


class _StopError(BaseException):
    """Time is up. No `Exception`: hypothesis would take that for a failure of the case."""


class _CounterexampleError(Exception):
    """How a refuted case is told to hypothesis."""


@dataclass
class _Search:
    """The state of one hunt: what was judged already, and the simplest counterexample so far."""

    claim: Claim
    mutant: Mutant | None
    seed: int
    profile: str
    seconds: float | None
    patience: float | None
    on_case: Callable[[int, bool], None]
    started: float = field(default_factory=time.monotonic)
    judged: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    cases: set[tuple[str, str]] = field(default_factory=set)
    broken: list[Finding] = field(default_factory=list)
    breaks: int = 0
    slow: int = 0
    sampled: int = 0
    deadline: float = math.inf
    simplest: Any = None
    has_found: bool = False

    @property
    def tried(self) -> int:
        return len(self.cases)

    def allow(self, share: float) -> None:
        """Set the time at which the search stops: this share of the seconds asked for."""
        self.deadline = math.inf if self.seconds is None else self.started + share * self.seconds

    def judge(self, check: Check, case: Any) -> Finding:
        """Run a check on a case, once: hypothesis asks for the same case again while it shrinks."""
        address = (check.name, str(case), repr(case))
        if address not in self.judged:
            remaining = self.deadline - time.monotonic()
            if remaining <= 0:
                raise _StopError
            task = Task(self.claim, check, case, self.mutant)
            alpha = FALSE_ALARMS
            if check.rung is Rung.SAMPLED:
                self.sampled += 1
                alpha *= 6 / (math.pi * self.sampled) ** 2
            trial = Trial(PROFILES[self.profile], self.seed, task.key, alpha)
            limit = remaining if self.patience is None else min(remaining, self.patience)
            finding = within(limit, lambda: perform(task, trial))
            if finding is None and limit == remaining:
                raise _StopError
            if finding is None:
                self.slow += 1
                gave_up = cannot_say(check.rung, f"stopped after {limit:g} s on this case")
                finding = Finding(task, gave_up, limit)
            if finding.error is not None:
                self.breaks += 1
                self.broken += [finding] if len(self.broken) < ERRORS_KEPT else []
            self.judged[address] = finding
        return self.judged[address]

    def refuted(self, checks: Sequence[Check], case: Any) -> bool:
        """Return whether one of the checks refutes the statement on a case; keep the case if so."""
        found = any(self.judge(check, case).evidence.refutes for check in checks)
        self.cases.add((str(case), repr(case)))
        if found:
            # While hypothesis shrinks it tries only simpler cases than the best so far: the last one is the simplest.
            self.simplest, self.has_found = case, True
        self.on_case(self.tried, self.has_found)
        return found

    def counterexample(self, case: Any, checks: Sequence[Check]) -> Counterexample:
        """Judge a refuted case by every check, and put the strongest refutation first."""
        findings = [self.judge(check, case) for check in checks]
        order = list(Rung)
        findings.sort(key=lambda f: (not f.evidence.refutes, order.index(f.task.check.rung)))
        return Counterexample(case, tuple(findings))


def _searched(search: _Search, examples: int) -> tuple[Counterexample | None, str]:
    """Go from cheap to dear checks; return the counterexample, and why the search ended early."""
    once = [check for check in search.claim.checks if check.once]
    single = [check for check in search.claim.checks if not check.once]
    exact = [check for check in single if check.rung is not Rung.SAMPLED]
    sampled = [check for check in single if check.rung is Rung.SAMPLED]
    # A mutant that names a case is false on cases; the proof for all of them would only say so without one.
    about_all = search.mutant is None or not search.mutant.on
    if about_all and any(search.judge(check, None).evidence.refutes for check in once):
        return search.counterexample(None, once), ""
    stopped = ""
    for checks, count, share in ((exact, examples, 2 / 3 if sampled else 1), (sampled, max(examples // 10, 1), 1)):
        try:
            search.allow(share)
            if checks and stopped != "interrupted":
                _draw(search, checks, count)
        except _StopError:
            stopped = "time"
        except KeyboardInterrupt:
            stopped = "interrupted"
        if search.has_found:
            search.deadline = math.inf  # the verdict on what was found is part of the answer
            judging = single if stopped != "interrupted" else _already(search, single)
            return search.counterexample(search.simplest, judging), stopped
    return None, stopped


def _already(search: _Search, checks: Sequence[Check]) -> list[Check]:
    """Return the checks that judged the simplest case before the search was stopped."""
    case = search.simplest
    return [check for check in checks if (check.name, str(case), repr(case)) in search.judged]


def _draw(search: _Search, checks: Sequence[Check], examples: int) -> None:
    """Let hypothesis draw cases, and shrink if the checks refute one."""
    from hypothesis import HealthCheck, Phase, assume, given, settings
    from hypothesis import seed as seeded
    from hypothesis.errors import HypothesisWarning, Unsatisfiable

    assert search.claim.cases is not None  # `hunt` asked

    @seeded(search.seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(search.claim.cases())
    def judged(case: Any) -> None:
        assume(search.claim.why_not(case) is None)
        if search.refuted(checks, case):
            raise _CounterexampleError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", HypothesisWarning)
            judged()
    except _CounterexampleError:
        return
    except Unsatisfiable:
        raise ValueError(
            f"hunt needs cases that the claim covers, got none from the strategy of {search.claim.id}."
        ) from None
