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
LatexIn = Annotated[
    bool,
    typer.Option("--latex-in", help="Read the sentence as LaTeX, as papers print it; a sentence with a backslash is."),
]
Kappa = Annotated[
    str,
    typer.Option(
        metavar="MAP",
        help="What \\kappa of a formula means: kappa (centred), rms (kappa(1) = 1, c_k^2 the shares) or raw.",
    ),
]
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
    latex_in: LatexIn = False,
    kappa: Kappa = "kappa",
    no_neighbours: Alone = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge a sentence: proved, certified, supported, refuted (with a witness) or inconclusive, and how sharp it is.

    Examples: haarmite judge "for every activation s, r in [0, 1]: kappa(r) <= r";
    haarmite judge "kappa(r) <= r^2" --for "r in [0, 1]" --activation relu; haarmite judge "for d >= 2: E_O(d)[O[1,1]^4] = 3/(d*(d+2))";
    haarmite judge "|\\rho_\\ell - 1| \\le \\alpha^\\ell |\\rho_0 - 1|, \\alpha := \\kappa'(1)" --kappa rms --for "l >= 0, rho0 in (-1, 1)"
    """
    from proofs_check.judge.judge import judge as decide

    if latex_in or "\\" in sentence:
        sentence, domain = _from_latex(sentence, domain or [], kappa, best)
    elif kappa != "kappa":
        fail(f"judge needs --latex-in with --kappa (a sentence names its maps), got kappa={kappa!r}.")
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


def _from_latex(formula: str, domain: list[str], kappa: str, best: str | None) -> tuple[str, list[str]]:
    """Return the sentence of a formula and its domains, or show with a caret what cannot be read."""
    from theory.statement.latex_sentence import sentence_of_latex
    from theory.statement.latex_token import LatexError
    from theory.statement.parse import parse_question
    from theory.statement.token import SentenceError

    try:
        extra = [sentence_of_latex(text, kappa, domain=True).text if "\\" in text else text for text in domain]
        read = sentence_of_latex(formula, kappa)
        try:
            parse_question(read.text, extra, None, best)
        except SentenceError as error:
            if any(_is_text_of(error, text) for text in extra):
                raise
            raise read.placed(error) from error
    except LatexError as error:
        print(f"haarmite: {error}\n{error.caret()}", file=sys.stderr)
        raise typer.Exit(2) from error
    except (ValueError, TypeError) as error:
        fail(str(error))
    return read.text, extra


def _is_text_of(error: Exception, text: str) -> bool:
    """Whether an error speaks of a domain that was given apart."""
    from theory.statement.parse import parse
    from theory.statement.token import SentenceError

    try:
        parse(f"for {text}: 0 <= 1")
    except SentenceError as own:
        return str(own).partition(", got ")[0] == str(error).partition(", got ")[0]
    return False


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
