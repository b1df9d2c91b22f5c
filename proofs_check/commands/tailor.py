"""`haarmite tailor`: scale and shift an activation to a target of DKS or TAT, certified, and print it as text or source code."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import typer

from proofs_check.commands.completion import activation_names
from proofs_check.commands.console import Json, console, fail, print_json
from proofs_check.commands.parameters import Let, with_parameters

FORMATS = ("text", "sympy", "numpy", "torch", "jax")

Text = Annotated[
    str, typer.Argument(metavar="ACT", help="An activation: name or text.", autocompletion=activation_names)
]
Target = Annotated[
    str, typer.Option(help="dks: Q(1) = Q'(1) = 1, C(0) = 0, C'(1) = zeta. tat: C(0) = eta of leaky relus. unit.")
]
Zeta = Annotated[str | None, typer.Option(help="For dks: C'(1) of the whole network; 1.5 if not given.")]
Eta = Annotated[str | None, typer.Option(help="For tat: C(0) of the whole network; 0.9 if not given.")]
Depth = Annotated[int, typer.Option(help="Layers of a plain network, 1 to 10000.")]
Digits = Annotated[int, typer.Option(min=1, max=60, help="Decimal digits of the parameters.")]
Format = Annotated[str, typer.Option("--format", help="text, sympy, numpy, torch or jax.")]


def tailor(
    activation: Text,
    target: Target = "dks",
    zeta: Zeta = None,
    eta: Eta = None,
    depth: Depth = 1,
    digits: Digits = 15,
    format: Format = "text",
    let: Let = None,
    json: Json = False,
) -> None:
    """Scale and shift an activation to a target: gamma (s(alpha x + beta) + delta), certified to be the only one in a box.

    Examples: haarmite tailor tanh --depth 50; haarmite tailor leaky_relu --target tat --depth 50 --format torch
    """
    try:
        if format not in FORMATS:
            raise ValueError(f"tailor needs a format of {', '.join(FORMATS)}, got {format!r}.")
        from theory.activation.evaluation import to_sympy
        from theory.activation.source_code import source_code
        from theory.signal_propagation.tailor import tailor as tailored

        [activation] = with_parameters([activation], let, "tailor")
        found = tailored(activation, target.lower(), zeta=_exact("zeta", zeta), eta=_exact("eta", eta), depth=depth)
        entry = found.to_json(digits)
        if format == "sympy":
            code = f"{to_sympy(found.tree)}\n"
        elif format != "text":
            code = source_code(found.tree, format)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        fail(str(error))
    if json:
        print_json(entry)
        return
    if format != "text":
        typer.echo(code, nl=False)
        return
    out = console()
    out.print(f"{found.activation}: {found.target}", markup=False)
    for name, value in found.parameters.items():
        out.print(f"  {name:6} {value.decimal(digits)}  ({value.method})", markup=False)
    for name, (low, high) in found.box.items():
        out.print(f"  the only one with {name} in [{float(low):.9g}, {float(high):.9g}]", markup=False)
    out.print(f"  {found.why}", markup=False)


def _exact(name: str, text: str | None) -> Fraction | None:
    try:
        return None if text is None else Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"tailor needs an exact number such as 1.5 or 3/2, got {name}={text!r}.") from None
