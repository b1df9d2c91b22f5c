"""What is false in print: wrong variants of claims that stand in a paper or its code, with place, correction, witness and command.

A mutant with an erratum says where it stands: "PLACE: what is wrong". Several mutants of one place are one erratum. The
open conjectures of the ledger belong beside them: what was tried there, and how far the evidence reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sympy import Basic

from proofs_check.claim.claim import Claim, Mutant, Paper
from proofs_check.claim.formula import formulas
from proofs_check.evidence.trial import PROFILES, Trial
from proofs_check.run.run_report import FALSE_ALARMS, ClaimReport, Finding
from proofs_check.run.runner import perform, plan, run

__all__ = ["Erratum", "by_paper", "conjectures", "errata_in", "errata_of"]


@dataclass(frozen=True, slots=True)
class Erratum:
    """A statement that stands in print and is false.

    Parameters
    ----------
    place, remark : str
        Where it stands, and what is wrong with it.
    variants : tuple of (Claim, Mutant)
        The true statements and their wrong variants.
    refutations : tuple of Finding
        What refutes the variants; empty until they were judged.
    """

    place: str
    remark: str
    variants: tuple[tuple[Claim, Mutant], ...]
    refutations: tuple[Finding, ...] = ()

    @property
    def paper(self) -> Paper:
        """The paper of the first claim."""
        return self.variants[0][0].paper

    @property
    def claims(self) -> tuple[str, ...]:
        """The ids of the claims, each once."""
        return tuple(dict.fromkeys(claim.id for claim, _ in self.variants))

    @property
    def command(self) -> str:
        """The command that shows it."""
        return f"haarmite errata {' '.join(self.claims)}"

    @property
    def witnesses(self) -> tuple[str, ...]:
        """What a reader can check by hand, each once."""
        found = (finding.evidence.witness for finding in self.refutations)
        return tuple(dict.fromkeys(witness for witness in found if witness is not None))

    @property
    def formulas(self) -> tuple[tuple[Basic, ...], tuple[Basic, ...]]:
        """The formulas as printed, and those of the true statement in their place."""
        claim, mutant = self.variants[0]
        printed, true = formulas(mutant.statement), formulas(claim.statement)
        return tuple(f for f in printed if f not in true), tuple(f for f in true if f not in printed)

    def judged(self, profile: str = "quick", seed: int = 0) -> Erratum:
        """Return it with the refutations of its variants, by the rungs that must refute them.

        Raises
        ------
        ValueError
            If the profile is not known.
        """
        if profile not in PROFILES:
            raise ValueError(f"Erratum needs a profile of {', '.join(PROFILES)}, got profile={profile!r}.")
        tasks = [
            task
            for claim, mutant in self.variants
            for task in plan([replace(claim, mutants=[mutant])])
            if task.mutant is mutant
        ]
        trials = (Trial(PROFILES[profile], seed, task.key, FALSE_ALARMS / len(tasks)) for task in tasks)
        found = [perform(task, trial) for task, trial in zip(tasks, trials, strict=True)]
        return replace(self, refutations=tuple(finding for finding in found if finding.evidence.refutes))

    def to_json(self) -> dict[str, Any]:
        """Return {"paper", "place", "remark", "claims", "printed", "true", "witnesses", "command"}."""
        from sympy import latex

        printed, true = ([{"text": str(f), "latex": latex(f)} for f in side] for side in self.formulas)
        return {
            "paper": self.paper.key,
            "place": self.place,
            "remark": self.remark,
            "claims": list(self.claims),
            "printed": printed,
            "true": true,
            "witnesses": list(self.witnesses),
            "command": self.command,
        }


def errata_of(claims: Sequence[Claim]) -> tuple[Erratum, ...]:
    """Return the errata of some claims, in the order of the claims, one for each place."""
    found: dict[tuple[str, str], list[tuple[Claim, Mutant]]] = {}
    for claim in claims:
        for mutant in claim.mutants:
            if mutant.erratum:
                found.setdefault((claim.paper.key, mutant.erratum), []).append((claim, mutant))
    return tuple(Erratum(*_divided(text), tuple(variants)) for (_, text), variants in found.items())


def errata_in(reports: Sequence[ClaimReport]) -> tuple[Erratum, ...]:
    """Return the errata that a run refuted, with their refutations."""
    refuting = {
        (report.claim.id, mutant.name): finding
        for report in reports
        for mutant in report.claim.mutants
        if (finding := report.refuting(mutant)) is not None
    }
    found = []
    for erratum in errata_of([report.claim for report in reports]):
        keys = [(claim.id, mutant.name) for claim, mutant in erratum.variants]
        found.append(replace(erratum, refutations=tuple(refuting[key] for key in keys if key in refuting)))
    return tuple(erratum for erratum in found if erratum.witnesses)


def by_paper(errata: Sequence[Erratum]) -> Iterator[tuple[Paper, list[Erratum]]]:
    """Yield each paper with its errata, in the order of the papers' keys."""
    for _, group in groupby(sorted(errata, key=lambda erratum: erratum.paper.key), key=lambda e: e.paper.key):
        together = list(group)
        yield together[0].paper, together


def conjectures(claims: Sequence[Claim], profile: str = "quick", seed: int = 0) -> tuple[ClaimReport, ...]:
    """Return the open conjectures among some claims, judged: the samples and searches, and how far they reach."""
    return run([claim for claim in claims if claim.conjecture], profile=profile, seed=seed).claims


def _divided(text: str) -> tuple[str, str]:
    """Return (place, what is wrong) of an erratum's text."""
    place, _, remark = text.partition(": ")
    return place, remark
