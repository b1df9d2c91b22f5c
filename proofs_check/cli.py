"""The command line `haarmite`; each command is a module of `proofs_check.commands`.

Exit codes: 0 every claim positive and every mutant refuted; 1 a claim refuted (for `recheck`: a certificate refused);
2 bad usage or input; 3 inconclusive, or a mutant survived; 130 interrupted. Text is for people and goes to standard
output, progress and errors to standard error; ``--json`` is for programs.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any

import typer

from proofs_check.commands.check import check
from proofs_check.commands.claims import claims
from proofs_check.commands.compare import compare
from proofs_check.commands.derive import derive
from proofs_check.commands.doctor import doctor
from proofs_check.commands.errata import errata
from proofs_check.commands.gain import gain
from proofs_check.commands.haar import haar, weingarten
from proofs_check.commands.hunt import hunt
from proofs_check.commands.judge import judge, words
from proofs_check.commands.network import network
from proofs_check.commands.new import new
from proofs_check.commands.prove import prove
from proofs_check.commands.recheck import recheck
from proofs_check.commands.table import table
from proofs_check.commands.tailor import tailor
from proofs_check.commands.usage import OneLineUsage
from proofs_check.commands.verify import verify

EXIT_CODES = (
    "0: every claim positive and every mutant refuted (`hunt`: no counterexample; `recheck`: all accepted)",
    "1: a claim refuted (`hunt`: a counterexample; `recheck`: a certificate refused; `check`: a fault found)",
    "2: bad usage or input, or a claim file that could not be read in full",
    "3: inconclusive, a mutant survived, or a check broke (`doctor`: something is missing)",
    "130: interrupted; with --store the same command resumes",
)
"""What a command's exit code means."""


def paragraphs(title: str, lines: tuple[str, ...]) -> str:
    """Return lines that the help keeps apart, under a title."""
    return "\n\n".join((title, *lines))


def register(app: typer.Typer, command: Callable[..., Any], **settings: Any) -> None:
    """Add a command; what follows "Examples:" in its docstring, divided by semicolons before the next "haarmite", stands below its help, one a line."""
    text, _, examples = inspect.cleandoc(command.__doc__ or "").partition("Examples:")
    lines = tuple(" ".join(line.split()) for line in re.split(r";(?=\s*haarmite )", examples) if line.strip())
    app.command(help=text.strip(), epilog=paragraphs("Examples:", lines) if lines else None, **settings)(command)


app = typer.Typer(
    name="haarmite",
    cls=OneLineUsage,
    help="Derives, evaluates, samples and judges theory about deep networks at initialisation.",
    epilog=paragraphs("Exit codes:", EXIT_CODES),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(asked: bool) -> None:
    if asked:
        import importlib.metadata

        print(f"haarmite {importlib.metadata.version('haarmite')}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that belong to no command."""


for command in (
    words,
    new,
    verify,
    hunt,
    claims,
    errata,
    derive,
    gain,
    tailor,
    check,
    compare,
    network,
    table,
    recheck,
    doctor,
):
    register(app, command)
for expression_command in (judge, prove, weingarten, haar):
    # A sentence, a partition or an integrand may begin with a minus; the commands read it and say what is wrong in one line.
    register(app, expression_command, context_settings={"ignore_unknown_options": True})


def main() -> None:
    """Run the command line."""
    app(prog_name="haarmite")


if __name__ == "__main__":
    main()
