"""The command line `haarmite`; each command is a module of `proofs_check.commands`.

Exit codes: 0 every claim positive and every mutant refuted; 1 a claim refuted (for `recheck`: a certificate refused);
2 bad usage or input; 3 inconclusive, or a mutant survived; 130 interrupted. Text is for people and goes to standard
output, progress and errors to standard error; ``--json`` is for programs.
"""

from __future__ import annotations

import typer

from proofs_check.commands.claims import claims
from proofs_check.commands.derive import derive
from proofs_check.commands.doctor import doctor
from proofs_check.commands.haar import haar, weingarten
from proofs_check.commands.recheck import recheck
from proofs_check.commands.table import table
from proofs_check.commands.verify import verify

app = typer.Typer(
    name="haarmite",
    help="Derives, evaluates, samples and judges theory about deep networks at initialisation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (verify, claims, derive, table, recheck, doctor):
    app.command()(command)
for expression_command in (weingarten, haar):
    # A partition or an integrand may begin with a minus; the commands read it and say what is wrong in one line.
    app.command(context_settings={"ignore_unknown_options": True})(expression_command)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
