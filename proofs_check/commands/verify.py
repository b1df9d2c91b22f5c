"""`haarmite verify`: judge claims, and their mutants by the same checks."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.completion import activation_names, claim_names
from proofs_check.commands.console import Json, console, fail, print_json
from proofs_check.commands.kernel_check import Kernel, ask_kernel, print_kernel, with_kernel

if TYPE_CHECKING:
    from pathlib import Path

    from rich.progress import Progress

    from proofs_check.report.run.recipe import Recipe
    from proofs_check.run.run_report import RunReport
    from proofs_check.run.verification import Verification, Watcher

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[ID|PAPER|FILE.py[::ID]]...",
        help="Claims, papers, or files with claims of your own; the whole ledger if none.",
        autocompletion=claim_names,
    ),
]
Activations = Annotated[
    list[str] | None,
    typer.Option(
        "--activation",
        "-a",
        metavar="EXPR",
        help="Judge claims on your own activation.",
        autocompletion=activation_names,
    ),
]
Inputs = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Describe your own batch, and judge claims on it (.npy, .npz, .csv, .tsv, .parquet, .pt; rows are samples).",
    ),
]
Key = Annotated[str | None, typer.Option(metavar="NAME", help="The array of an .npz file that holds several.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a batch with zero rows or duplicates.")]
Budget = Annotated[str, typer.Option(help="How much to spend: quick, full or deep.")]
Seed = Annotated[int, typer.Option(min=0, help="Root seed of every random stream.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, help="Processes: they judge claims, or draw the samples of one. Default: all cores."
    ),
]
Scheduler = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Draw samples on a Dask cluster, for example tcp://host:8786.")
]
Device = Annotated[
    str, typer.Option(metavar="DEVICE", help="Where random networks are computed: cpu (NumPy), cuda, or torch:cpu.")
]
Store = Annotated[str | None, typer.Option(metavar="FILE", help="Keep samples here; a killed run resumes from it.")]
Report = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="Write the report here: index.html, report.json, report.md, junit.xml, certificates. "
        "A report that is there stays; the new one goes beside it, named by the time.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a report that is in the folder.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="One line per check and mutant: figures, samples, cells.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the outcome.")]


def verify(
    names: Names = None,
    activation: Activations = None,
    inputs: Inputs = None,
    key: Key = None,
    strict: Strict = False,
    profile: Budget = "quick",
    seed: Seed = 0,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    device: Device = "cpu",
    store: Store = None,
    report: Report = None,
    force: Force = False,
    kernel: Kernel = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge claims by every rung, and their mutants by the same checks.

    Examples: haarmite verify; haarmite verify A7 B; haarmite verify A7 --activation "max(x,0) + 0.1*min(x,0)";
    haarmite verify --inputs batch.npy; haarmite verify my_claims.py my_claims.py::X1 --report out;
    haarmite verify --profile full --jobs 2 --store samples.sqlite
    """
    for library in ("OPENBLAS", "MKL", "OMP"):  # processes share the cores out; read when NumPy is imported, below
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    from numerics.campaign.executor import available_cores

    ask_kernel(kernel)
    request = _checked(names or [], activation or [], inputs, profile, seed, key, strict)
    if request.batch is not None and not json:
        from proofs_check.report.batch import batch_lines

        for line in batch_lines(request.batch, activation or []):
            console().print(line, markup=False, highlight=False)
    folder = _folder(report, force)
    recipe = _recipe(names or [], activation or [], inputs, profile, seed, key)
    silent = quiet or json or not sys.stderr.isatty()
    jobs = jobs or (available_cores() if len(request.claims) > 1 and store is None else 1)
    outcome = _judged(request, {"jobs": jobs, "scheduler": scheduler, "device": device, "store": store}, silent)
    for damage in outcome.damaged:
        print(f"haarmite: {damage}", file=sys.stderr)
    if outcome.interrupted:
        print(f"haarmite: interrupted; {_resume(store)}; {len(outcome.claims)} claims were judged", file=sys.stderr)
    else:
        outcome = with_kernel(outcome, kernel, jobs, silent)
    _present(outcome, folder, recipe, json, verbose)
    if kernel is not None and not json and not outcome.interrupted:
        print_kernel(outcome)
    raise typer.Exit(outcome.exit_code)


def _checked(
    names: list[str], activations: list[str], inputs: str | None, profile: str, seed: int, key: str | None, strict: bool
) -> Verification:
    """Return what is asked for, or leave with a clear line before any work starts.

    A claim file with errors costs the claims concerned: they are named on standard error, and the others are judged.
    """
    from proofs_check.run.verification import Verification

    try:
        request = Verification.of(names, activations, inputs, profile, seed, key, strict)
    except (ValueError, TypeError) as error:
        fail(str(error))
    for trouble in request.troubles:
        print(f"haarmite: {trouble}", file=sys.stderr)
    if not request.claims:
        raise typer.Exit(2)
    return request


def _judged(request: Verification, where: dict[str, Any], silent: bool) -> RunReport:
    """Run with progress on standard error; troubles, and Ctrl-C, end it with a clear line."""
    from numerics.campaign.executor import ExecutorError
    from numerics.campaign.result_store import StoreError

    try:
        if silent:
            return request.run(**where)
        with _progress() as progress:
            return request.run(**where, watcher=_shown_on(progress))
    except (ExecutorError, StoreError, ValueError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        print(f"haarmite: interrupted; {_resume(where['store'])}", file=sys.stderr)
        raise typer.Exit(130) from None


def _resume(store: str | None) -> str:
    return f"the same command resumes from {store}" if store else "--store FILE would keep what was drawn"


def _progress() -> Progress:
    """Return a progress line on standard error: what runs, how many are done, rate and time left."""
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
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _shown_on(progress: Progress) -> Watcher:
    from proofs_check.run.verification import Watcher

    bar = progress.add_task("", total=None, rate="")

    def start(task: Any) -> None:
        progress.update(bar, description=" ".join(part for part in task.key[:3] if part)[:34])

    def advance(_: Any) -> None:
        progress.advance(bar)
        speed = progress.tasks[0].speed
        progress.update(bar, rate=f"{speed:.1f}/s" if speed else "")

    return Watcher(lambda count: progress.update(bar, total=count), start, advance)


def _folder(report: str | None, force: bool) -> Path | None:
    """Return the folder for the report, tried before any work starts; None if no report is asked for."""
    if report is None:
        return None
    if not report:
        fail("verify needs a folder for the report, got --report=''; name one, such as report.")
    from pathlib import Path

    from proofs_check.report.run.folder import prepare_folder

    try:
        folder = prepare_folder(Path(report), force=force)
    except ValueError as error:
        fail(str(error))
    if folder != Path(report):
        print(f"haarmite: {report} holds a report; writing to {folder} (--force overwrites)", file=sys.stderr)
    return folder


def _recipe(
    names: list[str], activations: list[str], inputs: str | None, profile: str, seed: int, key: str | None
) -> Recipe:
    """Return how to repeat the run: everything its outcome depends on, and nothing else."""
    from proofs_check.report.run.recipe import Recipe

    cases = [part for text in activations for part in ("--activation", text)]
    cases += ["--inputs", inputs] if inputs is not None else []
    cases += ["--key", key] if key is not None else []
    return Recipe(tuple(names), (*cases, "--profile", profile, "--seed", str(seed)))


def _present(outcome: RunReport, folder: Path | None, recipe: Recipe, json: bool, verbose: bool) -> None:
    """Print the outcome, and write it where asked."""
    from proofs_check.report.run.document import document
    from proofs_check.report.run.folder import write_report
    from proofs_check.report.run.terminal import print_report

    target, trouble = None, ""
    try:  # before anything is printed: a full disk or a closed pipe behind standard output must not cost the report
        target = None if folder is None else write_report(outcome, folder, recipe)
    except ValueError as error:
        trouble = str(error)
    if json:
        print_json(document(outcome))
    else:
        print_report(outcome, console(), verbose=verbose)
        if target is not None:
            console().print(f"[dim]written[/] {target}")
    if trouble:
        fail(trouble)
