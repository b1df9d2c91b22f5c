"""The profile of an activation as text on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def print_profile(card: dict[str, Any], console: Console, *, latex: bool = False) -> None:
    """Print `Profile.to_json` as text; formulas in LaTeX if asked."""
    from rich.markup import escape

    def line(name: str, entry: dict[str, Any]) -> None:
        if entry["value"] is None:
            console.print(f"  {name:14} [yellow]not available[/]: {escape(entry['reason'])}")
            return
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
            missing = card[f"{key}_reason"] or ""
            console.print(f"  {escape(missing) or 'every correlation: the map is the identity'}")
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
    for question in dynamics.get("undecided", ()):
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
