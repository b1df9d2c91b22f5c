"""Judging what a user names: claims by id, paper or file, on her activations and batch, where she wants it computed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from numerics.array_backend import array_backend
from numerics.batch_file import BatchFile, open_batch
from numerics.campaign.executor import DaskExecutor, choose_executor
from numerics.campaign.result_store import ResultStore
from proofs_check.claim.claim import Claim, Mutant
from proofs_check.evidence.trial import PROFILES, Workplace
from proofs_check.run.claim_file import Trouble
from proofs_check.run.hunt import Hunt
from proofs_check.run.hunt import hunt as search
from proofs_check.run.run_report import Finding, RunReport, Task
from proofs_check.run.runner import plan, run
from proofs_check.run.selection import select, user_cases
from proofs_check.run.workers import can_fork


@dataclass(frozen=True)
class Watcher:
    """Who is told how a run goes on: how many tasks there are, which one starts, what it found."""

    planned: Callable[[int], None] = lambda _: None
    started: Callable[[Task], None] = lambda _: None
    found: Callable[[Finding], None] = lambda _: None


class NothingToJudgeError(ValueError):
    """No claim could be read of the files that were named; its `troubles` say why."""

    def __init__(self, purpose: str, troubles: Sequence[Trouble]) -> None:
        super().__init__(f"{purpose} needs a claim it can read, got {'; '.join(map(str, troubles))}.")
        self.troubles = tuple(troubles)


@dataclass(frozen=True)
class Verification:
    """What a user wants judged, checked: claims, her own cases, how much to spend, and what could not be read."""

    claims: tuple[Claim, ...]
    cases: Sequence[Any] | None
    profile: str
    seed: int
    troubles: tuple[Trouble, ...] = ()
    batch: BatchFile | None = None

    @classmethod
    def of(
        cls,
        names: Sequence[str] = (),
        activations: Sequence[str] = (),
        inputs: str | None = None,
        profile: str = "quick",
        seed: int = 0,
        key: str | None = None,
        strict: bool = False,
    ) -> Verification:
        """Return the request, before any work starts; parameters and errors as `verify`."""
        if profile not in PROFILES:
            raise ValueError(f"verify needs a profile of {', '.join(PROFILES)}, got {profile!r}.")
        selection = select(names)
        batch = None if inputs is None else open_batch(inputs, key, strict=strict)
        name = "" if inputs is None else Path(inputs).name
        claims, cases = selection.claims, user_cases(activations, batch, name)
        if claims and cases is not None and not any(c.why_not(case) is None for c in claims for case in cases):
            reasons = sorted({f"{claim.id}: {claim.why_not(case)}" for claim in claims for case in cases})
            raise ValueError(f"verify needs a claim that covers the given cases, got {'; '.join(reasons)}.")
        return cls(claims, cases, profile, seed, selection.troubles, batch)

    def run(
        self,
        jobs: int = 1,
        scheduler: str | None = None,
        device: str = "cpu",
        store: str | None = None,
        watcher: Watcher | None = None,
    ) -> RunReport:
        """Judge the claims; parameters and errors as `verify`."""
        watcher = watcher or Watcher()
        if not self.claims:
            raise NothingToJudgeError("verify", self.troubles)
        watcher.planned(len(plan(self.claims, self.cases)))
        whole_claims = jobs > 1 and len(self.claims) > 1 and scheduler is None and store is None and can_fork()
        with ExitStack() as stack:
            if scheduler is None and device != "cpu":
                array_backend(device)
            executor = choose_executor(1 if whole_claims else jobs, scheduler)
            if isinstance(executor, DaskExecutor):
                stack.enter_context(executor)
                executor.check_device(device)
            results = stack.enter_context(ResultStore(store)) if store is not None else None
            report = run(
                self.claims,
                cases=self.cases,
                profile=self.profile,
                seed=self.seed,
                workplace=Workplace(executor, results, device),
                processes=jobs if whole_claims else 1,
                on_start=watcher.started,
                on_finding=watcher.found,
            )
        unread = tuple((trouble.where, trouble.what) for trouble in self.troubles)
        return replace(report, unread=unread, damaged=tuple(results.damaged) if results is not None else ())


def verify(
    *names: str,
    activations: Sequence[str] = (),
    inputs: str | None = None,
    profile: str = "quick",
    seed: int = 0,
    jobs: int = 1,
    scheduler: str | None = None,
    device: str = "cpu",
    store: str | None = None,
) -> RunReport:
    """Judge claims by every rung, and their mutants by the same checks.

    Parameters
    ----------
    names : str
        Ids, papers, ``FILE.py`` or ``FILE.py::ID``; the whole ledger if none.
    activations : sequence of str
        Judge claims about activations on these.
    inputs : str or None
        A file with a batch, rows are samples: judge claims about Gram matrices on it.
    profile : {"quick", "full", "deep"}
        How much to spend.
    seed : int
        Root of every random stream.
    jobs, scheduler, device, store
        Processes that judge claims (that draw samples, of a single claim or with a store), address of a Dask cluster, where
        networks are computed, file that keeps samples.

    Returns
    -------
    RunReport
        ``unread`` names what could not be read of a claim file; a table in a notebook.

    Raises
    ------
    ValueError
        If a name, profile, activation, file or device is not what it should be, no claim could be read, or none covers
        the cases given.
    numerics.campaign.executor.ExecutorError, numerics.campaign.result_store.StoreError
        If the workers or the file of samples fail.

    Examples
    --------
    >>> verify("A2").verdict
    'holds'
    """
    return Verification.of(names, activations, inputs, profile, seed).run(jobs, scheduler, device, store)


def hunt(target: str | Claim, *, mutant: str | None = None, **options: Any) -> Hunt:
    """Search a counterexample to one claim; options as `proofs_check.run.hunt.hunt`.

    Parameters
    ----------
    target : str or Claim
        ``ID`` or ``FILE.py::ID``.
    mutant : str or None
        The name of a wrong variant, to be hunted instead.

    Raises
    ------
    ValueError
        If it is not one claim, or the claim has no such mutant.

    Examples
    --------
    >>> hunt("A7", mutant="rate 1/alpha", examples=20, patience=5).counterexample is not None
    True
    """
    claim = target if isinstance(target, Claim) else one_claim(target)[0]
    return search(claim, mutant=None if mutant is None else mutant_of(claim, mutant), **options)


def one_claim(target: str) -> tuple[Claim, tuple[Trouble, ...]]:
    """Return the claim that was named, and what else could not be read of its file."""
    selection = select([target], "hunt")
    if not selection.claims:
        raise NothingToJudgeError("hunt", selection.troubles)
    if len(selection.claims) > 1:
        names = ", ".join(claim.id for claim in selection.claims[:12])
        raise ValueError(
            f"hunt needs one claim, got {target!r} with {len(selection.claims)} ({names}); name it as FILE.py::ID or ID."
        )
    return selection.claims[0], selection.troubles


def mutant_of(claim: Claim, name: str) -> Mutant:
    """Return the wrong variant of this name."""
    mutants = {mutant.name: mutant for mutant in claim.mutants}
    if name not in mutants:
        raise ValueError(f"hunt needs a mutant of {claim.id} ({', '.join(map(repr, mutants))}), got {name!r}.")
    return mutants[name]
