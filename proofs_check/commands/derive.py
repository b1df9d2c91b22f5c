"""`haarmite derive`: everything known about one activation, as text, as JSON, or as a page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from proofs_check.commands.completion import activation_names
from proofs_check.commands.console import Json, console, fail, print_json, stoppable
from proofs_check.commands.estimate import announce
from proofs_check.commands.parameters import Let, with_parameters

if TYPE_CHECKING:
    from proofs_check.report.profile.subject import Subject

Text = Annotated[
    str,
    typer.Argument(
        metavar="EXPR",
        help='An activation: a catalogue name, or text such as "x*Phi(x)".',
        autocompletion=activation_names,
    ),
]
Digits = Annotated[int, typer.Option(help="Decimal digits of every number, 1 to 10000.")]
Terms = Annotated[int, typer.Option(min=1, max=1000, help="Hermite coefficients c_0 .. c_(terms-1).")]
Latex = Annotated[bool, typer.Option("--latex", help="Print formulas in LaTeX.")]
Report = Annotated[str | None, typer.Option(metavar="FILE", help="Write a card here: one HTML page with plots.")]
Width = Annotated[int | None, typer.Option(help="For the card: units of a layer.  [default: 256]")]
Depth = Annotated[int | None, typer.Option(help="For the card: layers.  [default: 32]")]
Batch = Annotated[int | None, typer.Option(help="For the card: samples of a batch.  [default: 8]")]
Force = Annotated[bool, typer.Option("--force", help="Overwrite an existing card.")]


def derive(
    expression: Text,
    let: Let = None,
    digits: Digits = 20,
    terms: Terms = 9,
    latex: Latex = False,
    report: Report = None,
    width: Width = None,
    depth: Depth = None,
    batch: Batch = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Everything known about one activation: Hermite coefficients, kernel maps, slopes, fixed points, nonlinearity.

    An activation is a catalogue name or text in x, exact numbers, pi, E, + - * / ** and the functions max min abs sign
    step relu exp log sqrt sin cos tan tanh sinh cosh atan asinh erf erfc Phi sigmoid softplus gelu silu mish elu selu.

    Examples: haarmite derive gelu --digits 50; haarmite derive "tanh(a*x)" --let a=3/2 --json;
    haarmite derive tanh --report tanh.html --width 512 --depth 100 --batch 32
    """
    sizes = {name: size for name, size in (("width", width), ("depth", depth), ("batch", batch)) if size is not None}
    try:
        [expression] = with_parameters([expression], let, "derive")
        if report is None:
            if sizes or force:
                named = ", ".join(f"--{name}" for name in (*sizes, *(("force",) if force else ())))
                raise ValueError(f"derive needs --report FILE with {named} (they are about the card), got none.")
        else:
            _write_card(expression, digits, terms, report, sizes, force)
            if not json:
                return
        from proofs_check.report.profile.terminal import print_profile
        from theory.profile import derive as profile_of

        with stoppable():
            announce(lambda few: profile_of(expression).to_json(few, terms), digits)
            card = profile_of(expression).to_json(digits, terms)
    except (ValueError, TypeError) as error:
        fail(str(error))
    if json:
        print_json(card)
    else:
        print_profile(card, console(), latex=latex)


def _write_card(expression: str, digits: int, terms: int, report: str, sizes: dict[str, int], force: bool) -> None:
    """Check the place, compute the card and write it; says so on standard error, where progress goes."""
    from proofs_check.report.run.page_file import check_page_file, write_page

    target = check_page_file(report, force=force, caller="derive")
    subject = _subject(expression, digits, terms, sizes)
    from proofs_check.report.profile.card import card_of
    from proofs_check.report.profile.page import card_page

    with stoppable():
        page = card_page(card_of(subject))
    write_page(page, target, caller="derive")
    print(f"haarmite: wrote {target}", file=sys.stderr)


def _subject(expression: str, digits: int, terms: int, sizes: dict[str, int]) -> Subject:
    from proofs_check.report.profile.subject import Subject
    from theory.activation import Activation

    return Subject(Activation.from_text(expression), digits, terms, **sizes)
