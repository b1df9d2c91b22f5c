"""`haarmite judge SENTENCE`: one line of mathematics in, a verdict with its scope out. `haarmite words`: the vocabulary."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from proofs_check.commands.completion import activation_names
from proofs_check.commands.console import Json, fail, print_json

if TYPE_CHECKING:
    from proofs_check.judge.judgement import Judgement

Line = Annotated[
    str, typer.Argument(metavar="SENTENCE", help="For instance: for every activation s, r in [0, 1]: kappa(r) <= r")
]
Domain = Annotated[
    list[str] | None, typer.Option("--for", metavar="DOMAIN", help="A further domain: 'r in [0, 1]'; repeat for more.")
]
Named = Annotated[
    list[str] | None,
    typer.Option(
        "--activation",
        metavar="EXPR",
        help="Judge it of this activation; repeat for more.",
        autocompletion=activation_names,
    ),
]
Best = Annotated[str | None, typer.Option(metavar="NAME", help="Find the best value of this constant.")]
Digits = Annotated[int, typer.Option(min=5, max=200, help="Significant digits of the value a witness shows.")]
Seconds = Annotated[float, typer.Option(help="Time for the whole judgement.")]
Latex = Annotated[bool, typer.Option("--latex", help="Print the sentence in LaTeX as well.")]
Alone = Annotated[bool, typer.Option("--no-neighbours", help="Leave out the wrong variants the program makes.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress, only the verdict.")]


def judge(
    sentence: Line,
    domain: Domain = None,
    activation: Named = None,
    best: Best = None,
    digits: Digits = 6,
    seconds: Seconds = 10.0,
    latex: Latex = False,
    no_neighbours: Alone = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge a sentence: proved, certified, supported, refuted (with a witness) or inconclusive, and how sharp it is.

    Examples: haarmite judge "for every activation s, r in [0, 1]: kappa(r) <= r";
    haarmite judge "kappa(r) <= r^2" --for "r in [0, 1]" --activation relu; haarmite judge "for d >= 2: E_O(d)[O[1,1]^4] = 3/(d*(d+2))"
    """
    from proofs_check.judge.judge import judge as decide

    progress = _Progress(not (quiet or json) and sys.stderr.isatty())
    found: list[Judgement] = []
    try:
        names: list[str | None] = [*activation] if activation else [None]
        for name in names:
            found.append(
                decide(
                    sentence, domain=domain or [], activation=name, best=best, digits=digits, seconds=seconds,
                    neighbours=not no_neighbours, listen=progress,
                )
            )  # fmt: skip
    except (ValueError, TypeError) as error:
        progress.clear()
        fail(str(error))
    progress.clear()
    if json:
        documents = [one.to_json() for one in found]
        print_json(documents[0] if len(documents) == 1 else documents)
    else:
        for one in found:
            _print(one, latex)
    raise typer.Exit(_exit_code(found))


def words(json: Json = False) -> None:
    """List the vocabulary of sentences: notation, meaning and an example each.

    Examples: haarmite words; haarmite words --json
    """
    from theory.statement.quantity import REGISTRY
    from theory.statement.words.notation import notation

    documents = [
        {"family": w.family, "word": word, "notation": notation(w), "meaning": w.meaning, "example": w.example}
        for word, w in sorted(REGISTRY.items(), key=lambda entry: entry[1].family)
    ]
    if json:
        print_json({"schema": "haarmite-words/1", "words": documents})
        return
    family = ""
    for entry in documents:
        if entry["family"] != family:
            family = entry["family"]
            print(f"{family}")
        print(f"  {entry['notation']:24} {entry['meaning']}\n{'':27}{entry['example']}")


def _print(found: Judgement, latex: bool) -> None:
    from theory.statement.print_latex import latex as typeset
    from theory.statement.print_text import text

    print(text(found.sentence))
    if latex:
        print(typeset(found.sentence))
    print("\n".join(found.lines()))


def _exit_code(found: list[Judgement]) -> int:
    codes = {one.exit_code for one in found}
    return 1 if 1 in codes else max(codes)


class _Progress:
    """One line on standard error that is written over."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown

    def __call__(self, line: str) -> None:
        if self.shown:
            print(f"\r\033[K{line[:100]}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
