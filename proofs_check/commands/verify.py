"""`haarmite verify`: judge claims, and their mutants by the same checks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from proofs_check.runner import RunReport
    from proofs_check.trial import Workplace

Names = Annotated[list[str] | None, typer.Argument(metavar="[ID|PAPER]...", help="Claims or papers; all if none.")]
Activations = Annotated[
    list[str] | None, typer.Option("--activation", "-a", metavar="EXPR", help="Judge claims on your own activation.")
]
Inputs = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Judge claims on your own batch (.npy, .npz, .csv; rows are samples)."),
]
Budget = Annotated[str, typer.Option(help="How much to spend: quick, full or deep.")]
Seed = Annotated[int, typer.Option(min=0, help="Root seed of every random stream.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, help="Processes that draw samples.")]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Draw samples on a Dask cluster, for example tcp://host:8786.")
]
Store = Annotated[str | None, typer.Option(metavar="FILE", help="Keep samples here; a killed run resumes from it.")]
Report = Annotated[str | None, typer.Option(metavar="DIR", help="Write report.json and certificates here.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="One line per check and mutant: figures, samples, cells.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the outcome.")]


def verify(
    names: Names = None,
    activation: Activations = None,
    inputs: Inputs = None,
    profile: Budget = "quick",
    seed: Seed = 0,
    jobs: Jobs = 1,
    scheduler: Scheduler = None,
    store: Store = None,
    report: Report = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge claims by every rung, and their mutants by the same checks.

    Examples: haarmite verify; haarmite verify A7 --activation "max(x,0) + 0.1*min(x,0)"; haarmite verify --inputs batch.npy
    """
    claims, cases = _selected(names or [], activation or [], inputs, profile)
    silent = quiet or json or not sys.stderr.isatty()
    outcome = _at_workplace(lambda place: _run(claims, cases, profile, seed, place, silent), jobs, scheduler, store)
    _present(outcome, report, json, verbose)
    raise typer.Exit(outcome.exit_code)


def _selected(names: list[str], activations: list[str], inputs: str | None, profile: str) -> tuple[Any, Any]:
    """Return claims and a user's cases, or leave with a clear line before any work starts."""
    from proofs_check.selection import select_claims, user_cases
    from proofs_check.trial import PROFILES

    try:
        if profile not in PROFILES:
            raise ValueError(f"verify needs a profile of {', '.join(PROFILES)}, got {profile!r}.")
        claims = select_claims(names)
        cases = user_cases(activations, inputs)
        if cases is not None and not any(claim.why_not(case) is None for claim in claims for case in cases):
            reasons = sorted({f"{claim.id}: {claim.why_not(case)}" for claim in claims for case in cases})
            raise ValueError(f"verify needs a claim that covers the given cases, got {'; '.join(reasons)}.")
    except (ValueError, TypeError) as error:
        fail(str(error))
    return claims, cases


def _at_workplace(
    judge: Callable[[Workplace], RunReport], jobs: int, scheduler: str | None, store: str | None
) -> RunReport:
    """Run with the executor and the store that were asked for; their troubles, and Ctrl-C, end it with a clear line."""
    from contextlib import ExitStack

    from numerics.executor import DaskExecutor, ExecutorError, choose_executor
    from numerics.result_store import ResultStore, StoreError
    from proofs_check.trial import Workplace

    with ExitStack() as stack:
        try:
            executor = choose_executor(jobs, scheduler)
            if isinstance(executor, DaskExecutor):
                stack.enter_context(executor)
            results = stack.enter_context(ResultStore(store)) if store is not None else None
            return judge(Workplace(executor, results))
        except (ExecutorError, StoreError, ValueError) as error:
            fail(str(error))
        except KeyboardInterrupt:
            hint = f"the same command resumes from {store}" if store else "--store FILE would keep what was drawn"
            print(f"haarmite: interrupted; {hint}", file=sys.stderr)
            raise typer.Exit(130) from None


def _run(claims: Any, cases: Any, profile: str, seed: int, workplace: Workplace, silent: bool) -> RunReport:
    """Run claims with a progress line on standard error: what runs, how many are done, rate and time left."""
    from proofs_check.runner import plan, run

    if silent:
        return run(claims, cases=cases, profile=profile, seed=seed, workplace=workplace)
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<34}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=len(plan(claims, cases)), rate="")

        def start(task: Any) -> None:
            progress.update(bar, description=" ".join(part for part in task.key[:3] if part)[:34])

        def advance(_: Any) -> None:
            progress.advance(bar)
            speed = progress.tasks[0].speed
            progress.update(bar, rate=f"{speed:.1f}/s" if speed else "")

        return run(
            claims, cases=cases, profile=profile, seed=seed, workplace=workplace, on_start=start, on_finding=advance
        )


def _present(outcome: RunReport, report: str | None, json: bool, verbose: bool) -> None:
    """Print the outcome, and write it where asked."""
    from pathlib import Path

    from proofs_check.report.document import document, write_report
    from proofs_check.report.terminal import print_report

    if json:
        print_json(document(outcome))
    else:
        print_report(outcome, console(), verbose=verbose)
    if report is None:
        return
    try:
        target = write_report(outcome, Path(report))
    except ValueError as error:
        fail(str(error))
    if not json:
        console().print(f"[dim]written[/] {target}")
