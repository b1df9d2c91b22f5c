"""`haarmite hunt`: search a counterexample, shrink it, and certify its witness."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from proofs_check.commands.completion import claim_names
from proofs_check.commands.console import Json, console, fail, print_json

if TYPE_CHECKING:
    from proofs_check.claim.claim import Claim, Mutant
    from proofs_check.run.hunt import Hunt

Target = Annotated[
    str,
    typer.Argument(
        metavar="FILE.py::ID|ID", help="One claim, of your own file or of the ledger.", autocompletion=claim_names
    ),
]
Wrong = Annotated[str | None, typer.Option("--mutant", metavar="NAME", help="Hunt this wrong variant of the claim.")]
Examples = Annotated[int, typer.Option(min=1, help="Cases to draw; shrinking tries more.")]
Seconds = Annotated[
    float, typer.Option(help="End after about this long, a tenth of it on one case at most, and say what was found.")
]
Seed = Annotated[int, typer.Option(min=0, help="Seed of the search, and root of the samples' streams.")]
Budget = Annotated[str, typer.Option(help="How much one check may spend on one case: quick, full or deep.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the outcome.")]

MEANING = {
    "symbolic": "an exact computation contradicts the statement",
    "certified": "an enclosure contradicts the statement",
    "sampled": "samples alone contradict the statement; no check gives an exact value or a ball on this case",
}
"""What a refutation rests on, by rung."""


def hunt(
    target: Target,
    mutant: Wrong = None,
    examples: Examples = 200,
    seconds: Seconds = 60.0,
    seed: Seed = 0,
    profile: Budget = "quick",
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Search a counterexample to one claim over its strategy of cases, shrunk to the simplest and certified.

    Examples: haarmite hunt my_claims.py::X1; haarmite hunt A7 --examples 1000 --seconds 600 --seed 1;
    haarmite hunt A7 --mutant "rate 1/alpha"
    """
    claim, variant = _named(target, mutant)
    options = {"examples": examples, "seconds": seconds, "seed": seed, "profile": profile}
    options["patience"] = seconds / 10
    found = _hunted(claim, variant, options, quiet or json or not sys.stderr.isatty())
    again = _command(target, mutant, options)
    if json:
        print_json(document(found, again))
    else:
        _print(found, target, again)
    raise typer.Exit(found.exit_code)


def _named(target: str, mutant: str | None) -> tuple[Claim, Mutant | None]:
    """Return the claim and the wrong variant that were named, or leave with a clear line."""
    from proofs_check.run.verification import NothingToJudgeError, mutant_of, one_claim

    try:
        claim, troubles = one_claim(target)
        for trouble in troubles:
            print(f"haarmite: {trouble}", file=sys.stderr)
        return claim, None if mutant is None else mutant_of(claim, mutant)
    except NothingToJudgeError as error:
        for trouble in error.troubles:
            print(f"haarmite: {trouble}", file=sys.stderr)
        raise typer.Exit(2) from None
    except ValueError as error:
        fail(str(error))


def _hunted(claim: Claim, variant: Mutant | None, options: dict[str, Any], silent: bool) -> Hunt:
    """Hunt with a line of progress on standard error."""
    from proofs_check.run.hunt import hunt as search

    try:
        if silent:
            return search(claim, mutant=variant, **options)
        from rich.console import Console

        with Console(stderr=True).status(f"{claim.id}: drawing cases") as status:

            def show(tried: int, found: bool) -> None:
                doing = "refuted; looking for a simpler one" if found else "none refuted"
                status.update(f"{claim.id}: {tried} cases, {doing}")

            return search(claim, mutant=variant, on_case=show, **options)
    except ValueError as error:
        fail(str(error))


def _command(target: str, mutant: str | None, options: dict[str, Any]) -> str:
    """Return the command line that does this hunt again."""
    words = ["haarmite", "hunt", target, *(["--mutant", mutant] if mutant is not None else [])]
    words += [f"--examples={options['examples']}", f"--seconds={options['seconds']:g}", f"--seed={options['seed']}"]
    words += [f"--profile={options['profile']}"] if options["profile"] != "quick" else []
    return shlex.join(words)


def document(found: Hunt, again: str) -> dict[str, Any]:
    """Return a hunt as JSON-able data; `case` is empty for a refutation that needs no case.

    Returns
    -------
    dict
        ``schema, claim, title, mutant, found, counterexample`` (``case, rung, exact, witness, findings``, or None),
        ``tried, examples, seed, stopped, broken, breaks, slow, exit_code, reproduce, seconds``.
    """
    example = found.counterexample
    return {
        "schema": 1,
        "claim": found.claim.id,
        "title": found.claim.title,
        "mutant": None if found.mutant is None else found.mutant.name,
        "found": example is not None,
        "counterexample": None
        if example is None
        else {
            "case": example.label,
            "rung": str(example.best.evidence.rung),
            "exact": example.is_exact,
            "witness": example.best.evidence.witness,
            "findings": [
                {
                    "check": finding.task.check.name,
                    "rung": str(finding.evidence.rung),
                    "verdict": str(finding.evidence.verdict),
                    "summary": finding.evidence.summary,
                    "witness": finding.evidence.witness,
                    "figures": [{"name": f.name, "value": f.value, "error": f.error} for f in finding.evidence.figures],
                    "error": finding.error,
                }
                for finding in example.findings
            ],
        },
        "tried": found.tried,
        "examples": found.examples,
        "seed": found.seed,
        "stopped": found.stopped,
        "broken": [{"case": f.task.label, "check": f.task.check.name, "error": f.error} for f in found.broken],
        "breaks": found.breaks,
        "slow": found.slow,
        "exit_code": found.exit_code,
        "reproduce": again,
        "seconds": found.seconds,
    }


def _print(found: Hunt, target: str, again: str) -> None:
    from rich.markup import escape

    screen = console()
    what = f"{found.claim.id} {found.claim.title}" + (f" [mutant: {found.mutant.name}]" if found.mutant else "")
    if found.counterexample is None:
        screen.print(f"[bold]no counterexample[/] to {escape(what)}")
        screen.print(f"  {_extent(found)}; this is no proof")
    else:
        _print_counterexample(found, target, what)
        screen.print(f"  searched   {_extent(found)}")
    if found.breaks:
        first = found.broken[0]
        where = f"{first.task.check.name} on {first.task.label or 'every case'}"
        times = "once" if found.breaks == 1 else f"{found.breaks} times"
        screen.print(f"  [red]broke[/]      {times}, first {escape(where)}: {escape(first.error or '')}")
    if found.slow:
        screen.print(
            f"  too slow   {found.slow} checks were stopped on their case; a longer --seconds gives them more time"
        )
    screen.print(f"  reproduce  {escape(again)}")


def _print_counterexample(found: Hunt, target: str, what: str) -> None:
    from rich.markup import escape

    screen, example = console(), found.counterexample
    assert example is not None  # the caller looked
    evidence = example.best.evidence
    screen.print(f"[bold red]refuted[/] {escape(what)}")
    screen.print(f"  case       {escape(example.label or 'none needed: the check covers every case at once')}")
    screen.print(f"  violation  {escape(evidence.witness or '')}")
    screen.print(f"  rests on   {MEANING[str(evidence.rung)]} ({example.best.task.check.name}, {evidence.rung})")
    if evidence.error_probability:
        screen.print(f"             error probability at most {evidence.error_probability:.1g}")
    for finding in example.findings[1:]:
        says = finding.evidence.witness or finding.evidence.summary
        name, verdict = finding.task.check.name, finding.evidence.verdict
        screen.print(f"  also       {name}: {verdict}, {escape(says)}")
    if found.mutant is None and type(example.case).__name__ == "Activation":
        screen.print(f"  judge it   haarmite verify {escape(shlex.join([target, '--activation', example.label]))}")


def _extent(found: Hunt) -> str:
    ended = {"": "", "time": ", ended by the time limit", "interrupted": ", interrupted"}[found.stopped]
    counted = "1 case" if found.tried == 1 else f"{found.tried} cases"
    return f"{counted} tried (seed {found.seed}, {found.seconds:.1f} s{ended})"
