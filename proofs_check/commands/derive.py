"""`haarmite derive`: everything known about one activation."""

from __future__ import annotations

from typing import Annotated

import typer

from proofs_check.commands.console import Json, console, fail, print_json

Text = Annotated[
    str, typer.Argument(metavar="EXPR", help='An activation: a catalogue name, or text such as "x*Phi(x)".')
]
Digits = Annotated[int, typer.Option(help="Decimal digits of every number, 1 to 10000.")]
Terms = Annotated[int, typer.Option(min=1, max=1000, help="Hermite coefficients c_0 .. c_(terms-1).")]
Latex = Annotated[bool, typer.Option("--latex", help="Print formulas in LaTeX.")]


def derive(expression: Text, digits: Digits = 20, terms: Terms = 9, latex: Latex = False, json: Json = False) -> None:
    """Everything known about one activation: Hermite coefficients, kernel maps, slopes, fixed points, nonlinearity.

    Examples: haarmite derive gelu --digits 50; haarmite derive "max(x,0)**2" --json
    """
    from proofs_check.report.activation_card import activation_card, print_card
    from theory.activation import Activation

    try:
        card = activation_card(Activation.from_text(expression), digits, terms)
    except (ValueError, TypeError) as error:
        fail(str(error))
    if json:
        print_json(card)
    else:
        print_card(card, console(), latex=latex)
