"""`haarmite gain`: which gain an activation needs, as factor, standard deviation and variance of the weights."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any

import typer

from proofs_check.commands.completion import activation_names
from proofs_check.commands.console import Json, console, fail, print_json, stoppable
from proofs_check.commands.estimate import announce
from proofs_check.commands.parameters import Let, with_parameters

Texts = Annotated[
    list[str],
    typer.Argument(
        metavar="ACT...", help='Activations: names, or text such as "x*Phi(x)".', autocompletion=activation_names
    ),
]
Digits = Annotated[int, typer.Option(help="Decimal digits of every number, 1 to 10000.")]
FanIn = Annotated[int | None, typer.Option(min=1, help="Fan-in of the layer before division by groups.")]
FanOut = Annotated[int | None, typer.Option(min=1, help="Fan-out of the layer before division by groups.")]
Groups = Annotated[int, typer.Option(min=1, help="Groups of a convolution: they divide both fans.")]
From = Annotated[
    str, typer.Option("--from", metavar='"N(MEAN, VARIANCE)"', help="The law of a pre-activation; exact numbers.")
]
Pair = Annotated[
    str | None,
    typer.Option(
        "--pair",
        metavar='"MEAN1, MEAN2; C11, C12, C22"',
        help="Print E s(X) s(Y) of a normal pair instead; exact numbers.",
    ),
]

MEANING = {
    "forward_rms": "1/sqrt(E s^2): the next pre-activation has mean square 1",
    "forward_std": "1/sqrt(Var s): the same where the mean is removed",
    "backward": "1/sqrt(E s'^2): squared gradients keep their mean size",
    "tangent_at_zero": "1/rms s'(0+-): tiny signals keep their size",
    "critical": "both at once without biases: V(q) = q and chi_1 = 1",
}


def gain(
    activations: Texts,
    digits: Digits = 20,
    fan_in: FanIn = None,
    fan_out: FanOut = None,
    groups: Groups = 1,
    law: From = "N(0, 1)",
    pair: Pair = None,
    let: Let = None,
    json: Json = False,
) -> None:
    """Which gain for an activation: forward, backward, critical; each as gain, standard deviation and variance.

    Examples: haarmite gain gelu; haarmite gain relu tanh selu --fan-in 512; haarmite gain silu --fan-in 1152 --groups 8;
    haarmite gain gelu --from "N(0.3, 2)" --digits 30; haarmite gain relu --pair "1/3, -1/2; 2, 1/2, 3"
    """
    from theory.signal_propagation.gain import gains

    try:
        activations = with_parameters(activations, let, "gain")
        if pair is not None:
            _print_pairs(activations, pair, digits, json)
            return
        mean, variance = _law(law)
        fans = [None if fan is None else Fraction(fan, groups) for fan in (fan_in, fan_out)]
        if groups != 1 and fans == [None, None]:
            raise ValueError(
                f"gain needs --fan-in or --fan-out with --groups (groups divide a fan), got groups={groups}."
            )
        with stoppable():
            announce(lambda few: [gains(text, mean, variance).to_json(few, *fans) for text in activations], digits)
            found = [gains(text, mean, variance).to_json(digits, *fans) for text in activations]
    except (ValueError, TypeError) as error:
        fail(str(error))
    if json:
        print_json(found[0] if len(found) == 1 else {"schema": 1, "activations": found})
        return
    for entry in found:
        _print(entry)


def _print_pairs(activations: list[str], pair: str, digits: int, json: bool) -> None:
    from theory.kernel_map.pair import pair_expectation

    parts = [part.split(",") for part in pair.split(";")]
    if [len(part) for part in parts] != [2, 3]:
        raise ValueError(f'gain needs a pair such as "1/3, -1/2; 2, 1/2, 3" (two means; C11, C12, C22), got {pair!r}.')
    (m, n), (a, b, d) = ([text.strip() for text in part] for part in parts)
    found = [(text, pair_expectation(text, (m, n), ((a, b), (b, d))).to_json(digits)) for text in activations]
    if json:
        print_json({"schema": 1, "mean": [m, n], "covariance": [[a, b], [b, d]], "pairs": dict(found)})
        return
    for text, value in found:
        console().print(f"{text}: E s(X) s(Y) = {value['value']}  ({_error(value)})", markup=False, highlight=False)


def _law(text: str) -> tuple[Fraction, Fraction]:
    """Return mean and variance of ``N(mean, variance)``."""
    number = r"\s*([+-]?\d+(?:\.\d*)?(?:/\d+)?|[+-]?\.\d+)\s*"
    match = re.fullmatch(rf"\s*N\({number},{number}\)\s*", text, re.ASCII)
    if match is None or len(text) > 200:
        raise ValueError(
            f'gain needs a normal law with exact numbers such as "N(0.3, 2)" (mean, variance), got {text!r}.'
        )
    try:
        return Fraction(match[1]), Fraction(match[2])
    except (ValueError, ZeroDivisionError):
        raise ValueError(f'gain needs exact numbers in "N(mean, variance)", got {text!r}.') from None


def _print(entry: dict[str, Any]) -> None:
    from rich.markup import escape

    out = console()
    name, text = entry["activation"]["name"], entry["activation"]["expression"]
    law = entry["input"]
    out.print(f"[bold]{escape(name)}[/]  s(x) = {escape(text)}, pre-activations N({law['mean']}, {law['variance']})")
    for kind, found in entry["gains"].items():
        title = kind.replace("_", " ")
        if found is None:
            out.print(f"  {title:16} none")
            continue
        closed = f" = {found['gain']['closed_form']}" if "closed_form" in found["gain"] else ""
        out.print(f"  {title:16} gain {found['gain']['value']}{escape(closed)}  ({_error(found['gain'])})")
        out.print(f"  {'':16} variance {found['variance']['value']}" + (_at(found) if "q" in found else ""))
        if "std" in found:
            out.print(f"  {'':16} weights: std {found['std']['value']}, variance {found['weight_variance']['value']}")
        out.print(f"  {'':16} [dim]{escape(MEANING[kind])}[/]")
    out.print(f"  fixed variances of the forward RMS gain without biases, all of them up to {entry['complete_up_to']}:")
    for point in entry["variance_fixed_points"]:
        stable = {True: "attracts", False: "repels", None: "slope 1"}[point["stable"]]
        q = "every q" if point["q"] == "every" else f"q = {point['q']['value']}"
        out.print(f"    {q}  slope {point['slope']['value']}  chi_1 {point['chi']['value']}  {stable}")
    for low, high in entry["undecided"]:
        out.print(f"    [yellow]undecided[/] between {float(Fraction(low)):.6g} and {float(Fraction(high)):.6g}")


def _at(found: dict[str, Any]) -> str:
    return ", at every variance q" if found["q"] is None else f", at q = {found['q']['value']}"


def _error(number: dict[str, Any]) -> str:
    return (
        number["method"] if number["radius"] in (None, "0") else f"{number['method']}, error at most {number['radius']}"
    )
