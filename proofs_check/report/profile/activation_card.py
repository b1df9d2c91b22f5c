"""Everything known about one activation, as JSON-able data and as text."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from theory.activation import Activation
from theory.covariance_sde.card import sde_card
from theory.kernel_map.correlation_map import is_identity
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.depth_law import depth_law
from theory.signal_propagation.fixed_point import fixed_points
from theory.signal_propagation.rate import convergence

if TYPE_CHECKING:
    from rich.console import Console


def activation_card(activation: Activation, digits: int, terms: int) -> dict[str, Any]:
    """Return the expansion, moments, kernel maps, slopes and nonlinearity strength of an activation.

    Parameters
    ----------
    activation : Activation
    digits : int
        Decimal digits, 1 to 10 000; each printed one is proved unless its number says ``numerical``.
    terms : int
        Number of Hermite coefficients.

    Returns
    -------
    dict
        ``slope_at_zero`` and ``slope_at_one`` are those of the raw map (c_1^2 and E s'^2); ``slopes`` has all three maps.
        ``fixed_points`` are the normalised map's, ``fixed_points_centred`` the centred one's, empty for the identity;
        ``dynamics`` holds the normalised map's case, proved rate, depth law, and what could not be decided.

    Raises
    ------
    ValueError
        If `digits` is out of range or an enclosure does not converge.
    """
    expansion = HermiteExpansion(activation)
    raw, centred = KernelMap.raw(activation), KernelMap.centred(activation)
    normalised = KernelMap.normalised(activation)
    return {
        "schema": 1,
        "activation": {"name": activation.name, "expression": activation.text},
        "digits": digits,
        "hermite": [{"k": k, **expansion.coefficient(k).to_json(digits)} for k in range(terms)],
        "mean": expansion.mean.to_json(digits),
        "second_moment": expansion.second_moment.to_json(digits),
        "kernel": {kernel.kind: _formula(kernel) for kernel in (raw, normalised, centred)},
        "slope_at_zero": raw.slope_at_zero.to_json(digits),
        "slope_at_one": raw.slope_at_one.to_json(digits),
        "slopes": {
            kernel.kind: {
                "at_zero": kernel.slope_at_zero.to_json(digits),
                "at_one": kernel.slope_at_one.to_json(digits),
            }
            for kernel in (raw, normalised, centred)
        },
        "nonlinearity_strength": centred.nonlinearity_strength.to_json(digits),
        "fixed_points": _fixed_points(normalised, digits),
        "fixed_points_centred": _fixed_points(centred, digits),
        "dynamics": _dynamics(normalised, digits),
        "covariance_sde": sde_card(activation, digits=digits),
    }


def _fixed_points(kernel: KernelMap, digits: int) -> list[dict[str, Any]]:
    """Return the fixed points of a map; none are listed for the identity, which fixes every correlation."""
    return [] if is_identity(kernel) else fixed_points(kernel).to_json(digits)


def _dynamics(kernel: KernelMap, digits: int) -> dict[str, Any]:
    """Return what repeated layers do: the case, the proved rate with its constant, the depth law, and what is undecided."""
    points = fixed_points(kernel)
    rate = convergence(kernel, points)
    law = depth_law(kernel)
    return {
        "case": points.case,
        "convergence": None if rate is None else rate.to_json(digits),
        "depth_law": None if law is None else law.to_json(digits),
        "undecided": list(points.undecided),
    }


def _formula(kernel: Any) -> dict[str, str] | None:
    if kernel.expression is None:
        return None
    return {"text": str(kernel.expression), "latex": kernel.latex}


def print_card(card: dict[str, Any], console: Console, *, latex: bool = False) -> None:
    """Print a card as text; formulas in LaTeX if asked."""
    from rich.markup import escape

    def line(name: str, entry: dict[str, Any]) -> None:
        closed = f"  = {entry['closed_form']}" if "closed_form" in entry else f"  ({entry['method']})"
        console.print(f"  {name:14} {entry['value']}{escape(closed)}")

    console.print(f"[bold]{escape(card['activation']['name'])}[/]  s(x) = {escape(card['activation']['expression'])}")
    console.print("[bold]Hermite coefficients[/]  c_k = E s(Z) he_k(Z), he_k orthonormal")
    for entry in card["hermite"]:
        line(f"c_{entry['k']}", entry)
    console.print("[bold]moments[/]")
    line("E s", card["mean"])
    line("E s^2", card["second_moment"])
    console.print("[bold]kernel maps[/]  rho -> E s(U) s(V), corr(U, V) = rho; normalised: RMS; centred: layer norm")
    for kind, formula in card["kernel"].items():
        text = "no closed form known here" if formula is None else formula["latex" if latex else "text"]
        console.print(f"  {kind:14} {escape(text)}")
        line("  slope at 0", card["slopes"][kind]["at_zero"])
        line("  slope at 1", card["slopes"][kind]["at_one"])
    console.print(
        "[bold]nonlinearity strength[/]  beta_0 = 2 - c_1^2/Var s: a layer divides |rho|/(1-|rho|) by at least this"
    )
    line("beta_0", card["nonlinearity_strength"])
    for key, kind in (("fixed_points", "normalised"), ("fixed_points_centred", "centred")):
        console.print(f"[bold]fixed points[/]  of the {kind} map on [-1, 1], all of them")
        if not card[key]:
            console.print("  every correlation: the map is the identity")
        for point in card[key]:
            line("rho*", point["value"])
            line("  slope", point["slope"])
            stable = {True: "attracts", False: "repels", None: "undecided"}[point["stable"]]
            case = "" if point["case"] is None else f", case {point['case']}"
            console.print(f"    {stable}{case}")
    dynamics = card["dynamics"]
    if dynamics["convergence"] is not None:
        console.print("[bold]through layers[/]  of the normalised map, proved for every depth")
        console.print(f"  {escape(dynamics['convergence']['statement'])}")
        line("constant", dynamics["convergence"]["constant"])
    if dynamics["depth_law"] is not None:
        console.print(f"  l^{dynamics['depth_law']['power']} (1 - rho_l) tends to")
        line("  constant", dynamics["depth_law"]["constant"])
    for question in dynamics["undecided"]:
        console.print(f"  [yellow]undecided[/] {escape(question)}")
    _print_sde(card["covariance_sde"], console, line)


def _print_sde(sde: dict[str, Any], console: Console, line: Callable[[str, dict[str, Any]], None]) -> None:
    """Print the covariance SDE of the shaped activation: its coefficients, and what becomes of a norm."""
    from rich.markup import escape

    console.print("[bold]covariance SDE[/]  of the shaped activation, width and depth to infinity together")
    if not sde["applies"]:
        console.print(f"  does not apply: {escape(sde['reason'])}")
        return
    for name, formula in sde["limit"].items():
        console.print(f"  {name.replace('_', ' '):18} {escape(str(formula))}")
    if sde.get("explosion", {}).get("possible"):
        line("P(explosion)", sde["explosion"]["probability_from_one"])
    if sde.get("stationary"):
        line("stationary mean", sde["stationary"]["mean"])
