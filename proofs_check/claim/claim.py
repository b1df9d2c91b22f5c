"""A claim: what is stated, on which cases, by which checks, and the wrong variants those checks must catch.

The statement is data and an argument of every check, so the same checks run on the true statement and on its mutants.
A claim without a mutant cannot be told from one whose checks cannot fail, and is not accepted.

A claim file holds one `Claim` and its checks::

    claim = Claim(id="A7", title=..., statement=Contraction(), pinned=catalogue("relu", "tanh"),
                  mutants=[Mutant("rate 1/alpha", Contraction(rate=...), on="relu", by=CERTIFIED)], ...)

    @claim.for_all(SYMBOLIC)                       # a proof for every case at once; `case` is None
    def majorised_by_two_terms(statement, case, trial): ...

    @claim.certified
    def on_the_whole_interval(statement, activation, trial): ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CheckFunction = Callable[[Any, Any, "Trial"], Evidence]

SYMBOLIC, CERTIFIED, SAMPLED = Rung.SYMBOLIC, Rung.CERTIFIED, Rung.SAMPLED


_KINDS = {"Activation": "activations", "GramMatrix": "Gram matrices"}
"""What the cases that a user can give are called."""


def _check_kind(value: Any, kind: type, need: str) -> None:
    if not isinstance(value, kind):
        raise TypeError(f"{need}, got {value!r}.")


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a claim comes from.

    Parameters
    ----------
    key : str
        Short name used on the command line ("A", "B", ...).
    citation : str
        Authors, title, venue and year.
    bibtex : str
        The entries for a bibliography.
    restated : bool
        Whether its wording was not at hand: its claims state what it shows in other words, with no theorem's number.
    """

    key: str
    citation: str
    bibtex: str = ""
    restated: bool = False

    def __post_init__(self) -> None:
        _check_kind(self.key, str, "Paper needs a key that is text")
        _check_kind(self.citation, str, f"Paper {self.key} needs a citation that is text")
        _check_kind(self.bibtex, str, f"Paper {self.key} needs BibTeX that is text")


@dataclass(frozen=True, slots=True)
class Check:
    """One way to judge a statement: its rung, its function, and what it covers.

    Parameters
    ----------
    once : bool
        Whether it covers every case at once.
    part : str
        The part of the statement that it shows; empty for the whole of it.
    scope : str
        The instances for which a check that covers every case shows it ("n, k <= 4"); empty for all of them.
    """

    name: str
    rung: Rung
    function: CheckFunction
    once: bool = False
    part: str = ""
    scope: str = ""

    def covers(self, part: str) -> bool:
        """Whether the check speaks of a part of the statement: its own, or every one."""
        return self.part in ("", part)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A deliberately wrong variant of the statement that the rung `by` must refute on the case `on`.

    Parameters
    ----------
    name : str
        What is wrong with it.
    statement : object
        The wrong statement.
    on : str
        The label of a pinned case; the empty string for checks that cover every case at once.
    by : Rung
        The rung that must refute it.
    erratum : str or None
        If the wrong statement stands in print: where. The report then lists it with its witness.
    part : str
        The part of the statement that is wrong in it, of a claim that has several; a check of another part may find
        nothing wrong.

    Raises
    ------
    TypeError
        If the name or the case's label is no text, or `by` is no rung.
    """

    name: str
    statement: Any
    on: str
    by: Rung
    erratum: str | None = None
    part: str = ""

    def __post_init__(self) -> None:
        _check_kind(self.name, str, "Mutant needs a name that is text")
        _check_kind(self.on, str, f"Mutant {self.name!r} needs the label of a case as text")
        _check_kind(
            self.by, Rung, f"Mutant {self.name!r} needs by=SYMBOLIC, CERTIFIED or SAMPLED (the rung that refutes it)"
        )


@dataclass(frozen=True)
class Claim:
    """A statement with its cases, checks and mutants.

    Parameters
    ----------
    id, title : str
        The title is a sentence that is true or false.
    paper : Paper
    statement : object
        A frozen dataclass with the formulas and constants of the statement.
    pinned : sequence
        The cases `verify` runs, each with a distinct label (`str(case)`).
    mutants : sequence of Mutant
        At least one.
    cases : callable or None
        Returns the hypothesis strategy that property tests draw from; called late, so that a run need not load hypothesis.
    covers : callable or None
        ``covers(case)`` is None if the statement speaks of this case, else the reason why not.
    conjecture : bool
        At most supported; inconclusive does not fail a run.
    parts : sequence of str
        The parts of a statement that says several things, each of which needs a check that shows it: the claim is as firm
        as its least firm part. Every mutant then names the part that is wrong in it. Empty for a statement of one part.
    kinds : tuple of type
        What the statement can be judged on; the type of its pinned cases if empty.
    remarks : str
        Proof, source and what else a reader wants; the docstring of the module with the checks if empty.

    Raises
    ------
    ValueError
        If there is no mutant, two cases share a label, a mutant names a case that is not pinned, or a mutant or
        a check names no part of a statement that has parts.
    TypeError
        If title, paper, pinned cases, mutants, `cases` or `covers` are of another kind than stated above.
    """

    id: str
    title: str
    paper: Paper
    statement: Any
    pinned: Sequence[Any]
    mutants: Sequence[Mutant]
    cases: Callable[[], SearchStrategy[Any]] | None = None
    covers: Callable[[Any], str | None] | None = None
    conjecture: bool = False
    parts: Sequence[str] = ()
    kinds: tuple[type, ...] = ()
    remarks: str = ""
    checks: list[Check] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._check_kinds()
        labels = [str(case) for case in self.pinned]
        if len(set(labels)) < len(labels) or not labels:
            raise ValueError(f"Claim {self.id} needs pinned cases with distinct labels, got {labels}.")
        if not self.mutants:
            raise ValueError(
                f"Claim {self.id} needs a mutant (a check that was never seen to fail proves little), got none."
            )
        for mutant in self.mutants:
            if mutant.on and mutant.on not in labels:
                raise ValueError(f"Mutant {mutant.name!r} of {self.id} needs a pinned case, got on={mutant.on!r}.")
            self._check_part(mutant.part, f"Mutant {mutant.name!r} of {self.id}", needed=bool(self.parts))

    def _check_part(self, part: str, who: str, *, needed: bool) -> None:
        if part not in self.parts and (part or needed):
            names = ", ".join(map(repr, self.parts)) or "none: the statement is one"
            raise ValueError(f"{who} needs a part of the statement ({names}), got part={part!r}.")

    def _check_kinds(self) -> None:
        """Refuse what only a report, long after the run, would trip over."""
        who = f"Claim {self.id} needs"
        _check_kind(self.title, str, f"{who} a title that is text")
        _check_kind(self.paper, Paper, f"{who} paper=Paper(key, citation)")
        for name, values in (("pinned cases", self.pinned), ("mutants", self.mutants)):
            _check_kind(values, Sequence, f"{who} its {name} in a list")
            if isinstance(values, str):
                raise TypeError(f"{who} its {name} in a list, got {values!r}.")
        for mutant in self.mutants:
            _check_kind(mutant, Mutant, f"{who} mutants made by Mutant(...)")
        for name, value in (("cases", self.cases), ("covers", self.covers)):
            if value is not None and not callable(value):
                raise TypeError(f"{who} a function for {name}, got {value!r}.")

    def symbolic(self, function: CheckFunction) -> CheckFunction:
        """Register a check of the symbolic rung on one case, of the whole statement (decorator)."""
        return self._register(Rung.SYMBOLIC, function)

    def certified(self, function: CheckFunction) -> CheckFunction:
        """Register a check of the certified rung on one case, of the whole statement (decorator)."""
        return self._register(Rung.CERTIFIED, function)

    def sampled(self, function: CheckFunction) -> CheckFunction:
        """Register a check of the sampled rung on one case, of the whole statement (decorator)."""
        return self._register(Rung.SAMPLED, function)

    def on_cases(self, rung: Rung, *, part: str) -> Callable[[CheckFunction], CheckFunction]:
        """Register a check of one part of the statement on one case (decorator).

        Raises
        ------
        TypeError, ValueError
            If `rung` is none, or `part` is none of the statement's.
        """
        _check_kind(rung, Rung, f"Claim {self.id} needs on_cases(SYMBOLIC, ...), (CERTIFIED, ...) or (SAMPLED, ...)")
        return lambda function: self._register(rung, function, part=part)

    def for_all(self, rung: Rung, *, part: str = "", scope: str = "") -> Callable[[CheckFunction], CheckFunction]:
        """Register a check that covers every case at once; it is called with None as its case (decorator).

        Parameters
        ----------
        rung : Rung
        part, scope : str
            What it shows, if less than the whole statement for every instance; see `Check`.

        Raises
        ------
        TypeError, ValueError
            If `rung` is none, for example where the decorator is written without its argument, or `part` is none of the
            statement's.
        """
        _check_kind(rung, Rung, f"Claim {self.id} needs for_all(SYMBOLIC), for_all(CERTIFIED) or for_all(SAMPLED)")
        return lambda function: self._register(rung, function, once=True, part=part, scope=scope)

    def _register(
        self, rung: Rung, function: CheckFunction, *, once: bool = False, part: str = "", scope: str = ""
    ) -> CheckFunction:
        self._check_part(part, f"check {function.__name__} of {self.id}", needed=False)
        self.checks.append(Check(function.__name__, rung, function, once, part, scope))
        return function

    @property
    def words(self) -> str:
        """The statement in words: its sentences, a line each, else the docstring of its class."""
        lines = getattr(self.statement, "lines", None)
        return "\n".join(lines) if lines else inspect.cleandoc(type(self.statement).__doc__ or "")

    @property
    def explanation(self) -> str:
        """The remarks, else the docstring of the module that holds the checks, without the claim's id; empty if there is none."""
        sources = [getattr(check.function, "__globals__", {}).get("__doc__") for check in self.checks]
        found = inspect.cleandoc(self.remarks or next((source for source in sources if source), ""))
        return found.removeprefix(f"{self.id}.").lstrip()

    def case(self, label: str) -> Any:
        """Return the pinned case with this label."""
        return next(case for case in self.pinned if str(case) == label)

    def why_not(self, case: Any) -> str | None:
        """Return why the statement does not speak of a case, or None if it does."""
        if not isinstance(case, self.kinds or type(self.pinned[0])):
            kind = type(self.pinned[0]).__name__
            return f"it is about {_KINDS.get(kind, kind)}"
        return None if self.covers is None else self.covers(case)
