"""What a run found: tasks, findings, the verdict of each claim and of the whole, and how they show themselves in a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from proofs_check.claim.claim import Check, Claim, Mutant
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.trial import Profile
from proofs_check.evidence.verdict import Rung, Verdict, strongest, weakest
from theory.notebook import axes_for, html_table
from theory.tables.data_frame import data_frame

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes


FALSE_ALARMS = 1e-6
"""Bound on the probability that a run's samples refute anything that is true."""


@dataclass(frozen=True, slots=True)
class Task:
    """One check of one statement (the true one, or a mutant's) on one case, or on all of them at once."""

    claim: Claim
    check: Check
    case: Any
    mutant: Mutant | None = None

    @property
    def label(self) -> str:
        """The case's label; empty for a check that covers every case."""
        return "" if self.check.once else str(self.case)

    @property
    def key(self) -> tuple[str, ...]:
        """The address of the task, and of its random streams."""
        return (self.claim.id, self.mutant.name if self.mutant else "", self.label, self.check.name)

    @property
    def is_audit(self) -> bool:
        """Whether a check is tried on a mutant that it need not refute, but must not find true."""
        mutant, check = self.mutant, self.check
        return mutant is not None and not (check.rung is mutant.by and check.once == (not mutant.on))


@dataclass(frozen=True, slots=True)
class Finding:
    """A task with the evidence it produced, the time it took, and the error if its check broke."""

    task: Task
    evidence: Evidence
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PartReport:
    """How firm one part of a statement is, and of what; `scope` is empty if of everything that the statement speaks of."""

    part: str
    verdict: Verdict
    scope: str = ""


@dataclass(frozen=True)
class ClaimReport:
    """What a run found of one claim.

    `audits` are exact checks tried on the mutants that they need not refute; what finds a mutant true voids the claim.
    """

    claim: Claim
    findings: tuple[Finding, ...]
    mutant_findings: tuple[Finding, ...]
    audits: tuple[Finding, ...] = ()

    @property
    def by_case(self) -> dict[str, list[Finding]]:
        """Findings on the true statement by case label; "" holds those that cover every case."""
        grouped: dict[str, list[Finding]] = {}
        for finding in self.findings:
            grouped.setdefault(finding.task.label, []).append(finding)
        return grouped

    @property
    def verdict(self) -> Verdict:
        """Refuted if any check refutes; inconclusive if the claim is void; else as firm as its least firm part."""
        if any(finding.evidence.refutes for finding in self.findings):
            return Verdict.REFUTED
        if self.voids:
            return Verdict.INCONCLUSIVE
        verdict = weakest([part.verdict for part in self.parts])
        exact = verdict in (Verdict.PROVED, Verdict.CERTIFIED)
        return Verdict.SUPPORTED if self.claim.conjecture and exact else verdict

    @property
    def word(self) -> str:
        """The verdict, with its scope where it is proved only of instances: "proved for 9 named cases"."""
        verdict = self.verdict
        scopes = dict.fromkeys(part.scope for part in self.parts if part.verdict is verdict and part.scope)
        return f"{verdict} for {'; '.join(scopes)}" if verdict is Verdict.PROVED and scopes else str(verdict)

    @property
    def parts(self) -> tuple[PartReport, ...]:
        """How firm each part of the statement is: the strongest of its rungs, each as firm as its least firm check.

        Rungs are routes to the same sentence, so one suffices. Within a rung every check must hold: those that cover
        every case, or on every case those that judge cases.
        """
        return tuple(self._part(part) for part in (self.claim.parts or ("",)))

    def _part(self, part: str) -> PartReport:
        own = [f for f in self.findings if f.task.check.covers(part) and not f.evidence.silent]
        once = [finding for finding in own if finding.task.check.once]
        labels = dict.fromkeys(finding.task.label for finding in own if not finding.task.check.once)
        universal, single = (
            _by_routes(once),
            weakest([_by_routes([f for f in own if f.task.label == n]) for n in labels]),
        )
        if strongest([universal, single]) is universal and universal.is_positive:
            scopes = {f.task.check.scope for f in once if f.evidence.verdict is universal and f.task.check.scope}
            return PartReport(part, universal, "; ".join(sorted(scopes)))
        return PartReport(part, strongest([universal, single]), f"{len(labels)} named case{'s' * (len(labels) != 1)}")

    @property
    def voids(self) -> list[Finding]:
        """The exact findings that a mutant is true, one for each mutant and rung all of whose checks say so.

        Such a rung cannot tell the claim from a false statement: what it says of the claim is worth nothing.
        """
        groups: dict[tuple[int, Rung, bool], list[Finding]] = {}
        for finding in (*self.mutant_findings, *self.audits):
            check, mutant = finding.task.check, finding.task.mutant
            if mutant is not None and check.covers(mutant.part):
                groups.setdefault((id(mutant), check.rung, check.once), []).append(finding)
        return [
            found[0]
            for (_, rung, __), found in groups.items()
            if rung is not Rung.SAMPLED and all(f.evidence.verdict.is_positive for f in found)
        ]

    def by_rung(self, rung: Rung) -> tuple[Verdict, int, int] | None:
        """Return a rung's verdict, on how many of its findings it is positive, and how many say something.

        Refuted if any finding refutes, else the weakest positive verdict, else inconclusive; None without a check, or if all
        of them are silent.
        """
        own = [f.evidence for f in self.findings if f.task.check.rung is rung]
        verdicts = [evidence.verdict for evidence in own if not evidence.silent]
        if not verdicts:
            return None
        positive = [verdict for verdict in verdicts if verdict.is_positive]
        verdict = Verdict.REFUTED if Verdict.REFUTED in verdicts else weakest(positive)
        return verdict, len(positive), len(verdicts)

    def refuting(self, mutant: Mutant) -> Finding | None:
        """Return the finding by which the named rung refuted a mutant, or None if it survived."""
        found = (f for f in self.mutant_findings if f.task.mutant is mutant and not f.task.is_audit)
        return next((f for f in found if f.evidence.refutes), None)

    @property
    def survivors(self) -> list[Mutant]:
        """The mutants that their rung did not refute."""
        return [mutant for mutant in self.claim.mutants if self.refuting(mutant) is None]

    @property
    def errors(self) -> list[Finding]:
        """Findings whose check broke; that one cannot read a mutant which it need not refute is no trouble."""
        return [f for f in (*self.findings, *self.mutant_findings) if f.error is not None]

    @property
    def passes(self) -> bool:
        """Whether the claim is positive (or an undecided conjecture), every mutant is refuted and no check broke."""
        positive = self.verdict.is_positive or (self.claim.conjecture and self.verdict is Verdict.INCONCLUSIVE)
        return positive and not self.survivors and not self.errors

    def _repr_html_(self) -> str:
        """Return the claim's row, for notebooks."""
        return claims_html([self])


@dataclass(frozen=True)
class RunReport:
    """What a run found, and under which circumstances.

    `not_covered` holds (claim, case, reason) where a claim does not speak of a user's case; `unread` holds (place, what)
    for what could not be read in a user's claim file, `damaged` the stored shards that had to be drawn again. A run that was
    interrupted holds the claims it had judged in whole.
    """

    claims: tuple[ClaimReport, ...]
    profile: Profile
    seed: int
    alpha: float
    seconds: float
    cases: tuple[str, ...] = ()
    not_covered: tuple[tuple[str, str, str], ...] = ()
    false_alarms: float = FALSE_ALARMS
    unread: tuple[tuple[str, str], ...] = ()
    damaged: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def verdict(self) -> str:
        """Return "refuted", "inconclusive" or "holds", of the claims that could be read and were judged."""
        if any(report.verdict is Verdict.REFUTED for report in self.claims):
            return "refuted"
        return "holds" if all(report.passes for report in self.claims) else "inconclusive"

    def to_frame(self) -> pandas.DataFrame:
        """Return every finding as a row of a pandas data frame; see `proofs_check.report.run.notebook`."""
        return findings_frame(self)

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw how many claims of each paper have which word, and return the axes (matplotlib, optional).

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        axes = axes_for(axes, "RunReport.plot")
        papers = list(dict.fromkeys(report.claim.paper.key for report in self.claims))
        words = list(dict.fromkeys(str(report.verdict) for report in self.claims))
        left = dict.fromkeys(papers, 0)
        for word in words:
            counts = [sum(str(r.verdict) == word and r.claim.paper.key == key for r in self.claims) for key in papers]
            axes.barh(papers, counts, left=list(left.values()), label=word)
            left = {key: start + count for (key, start), count in zip(left.items(), counts, strict=True)}
        axes.set(xlabel="claims", ylabel="paper")
        axes.legend()
        return axes

    def _repr_html_(self) -> str:
        """Return the table of claims, for notebooks."""
        return run_html(self)

    @property
    def exit_code(self) -> int:
        """0: it holds; 1: refuted; 2: a claim could not be read; 3: inconclusive, or a mutant survived; 130: interrupted."""
        if self.interrupted:
            return 130
        return 2 if self.unread else {"holds": 0, "refuted": 1, "inconclusive": 3}[self.verdict]


def _by_routes(findings: Sequence[Finding]) -> Verdict:
    """Return the strongest of the rungs, each as firm as its least firm check: one rung suffices, a check of it does not."""
    rungs = [[f.evidence.verdict for f in findings if f.task.check.rung is rung] for rung in Rung]
    return strongest([weakest(verdicts) for verdicts in rungs if verdicts])


FINDING_COLUMNS = (
    "claim", "title", "paper", "mutant", "case", "check", "rung", "verdict", "summary", "witness",
    "error_probability", "samples", "cells", "seconds",
)  # fmt: skip
"""Columns of `findings_frame`; ``mutant`` is empty for the true statement."""


def claims_html(reports: Sequence[ClaimReport], caption: str = "") -> str:
    """Return one row per claim: verdict, verdict by rung, mutants refuted of all."""
    header = ["claim", "title", "verdict", *(str(rung) for rung in Rung), "mutants"]
    return html_table(header, [_claim_row(report) for report in reports], caption)


def run_html(report: RunReport) -> str:
    """Return the table of a run, and under which circumstances it ran."""
    circumstances = f"{report.verdict}; profile {report.profile.name}, seed {report.seed}, {report.seconds:.1f} s"
    return claims_html(report.claims, circumstances)


def findings_frame(report: RunReport) -> pandas.DataFrame:
    """Return one row for every check of every statement on every case, mutants included.

    Raises
    ------
    ImportError
        If pandas is not installed; it is no dependency.
    """
    found = [f for claim in report.claims for f in (*claim.findings, *claim.mutant_findings)]
    return data_frame(FINDING_COLUMNS, [_finding_row(finding) for finding in found], "RunReport.to_frame")


def _claim_row(report: ClaimReport) -> list[str]:
    rungs = [report.by_rung(rung) for rung in Rung]
    shown = ["–" if found is None else f"{found[0]} {found[1]}/{found[2]}" for found in rungs]
    refuted = len(report.claim.mutants) - len(report.survivors)
    return [report.claim.id, report.claim.title, str(report.verdict), *shown, f"{refuted}/{len(report.claim.mutants)}"]


def _finding_row(finding: Finding) -> list[Any]:
    task, evidence = finding.task, finding.evidence
    return [
        task.claim.id,
        task.claim.title,
        task.claim.paper.key,
        "" if task.mutant is None else task.mutant.name,
        task.label,
        task.check.name,
        str(evidence.rung),
        str(evidence.verdict),
        evidence.summary,
        evidence.witness,
        evidence.error_probability,
        evidence.samples,
        evidence.cells,
        finding.seconds,
    ]
