"""Activations side by side: strength, slopes, fixed point, rate, depth, edge of chaos and covariance SDE, as one table.

The words are those of `theory.tables.rates` and of the activation card. Two normalisations appear: *RMS* divides a layer by
its root mean square (normalised kernel map), *layer norm* removes the mean as well (centred kernel map).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from theory.activation.activation import Activation
from theory.enclosure.ball import check_digits
from theory.number import Number
from theory.profile import LayerMap, Profile
from theory.signal_propagation.depth_to_reach import depth_to_reach
from theory.tables.table import Cell, Column, RateTable

GAP = Fraction(1, 1000)
"""The distance to rho* that depths are given for, from a correlation of 1/2."""

COLUMNS = (
    Column("activation", "activation", "activation"),
    Column("nonlinearity_strength", "beta_0", r"$\beta_0$"),
    Column("slope_at_zero", "slope at 0", r"$\kappa_{\mathrm{LN}}'(0)$"),
    Column("slope_at_one", "slope at 1", r"$\kappa_{\mathrm{RMS}}'(1)$"),
    Column("case", "case", "case"),
    Column("attractor", "rho*", r"$\rho^*$"),
    Column("rate", "rate", r"$\kappa_{\mathrm{RMS}}'(\rho^*)$"),
    Column("layers_layer_norm", "layers LN", r"$\ell_{\mathrm{LN}}$"),
    Column("layers_rms", "layers RMS", r"$\ell_{\mathrm{RMS}}$"),
    Column("critical_weight_variance", "sigma_w^2", r"$\sigma_w^2$"),
    Column("critical_bias_variance", "sigma_b^2", r"$\sigma_b^2$"),
    Column("b", "SDE b", "$b$"),
    Column("norm", "SDE norm", "norm"),
)
"""Keys, headings and LaTeX headings; `MEANING` says what they are."""

MEANING = {
    "activation": "name or text",
    "nonlinearity_strength": "beta_0 = 2 - c_1^2/Var s: layer norm divides |rho|/(1-|rho|) by at least this",
    "slope_at_zero": "slope at 0 of the centred map, alpha = c_1^2/Var s",
    "slope_at_one": "slope at 1 of the normalised map, chi_1",
    "case": "1: 0 attracts; 2: 1 attracts geometrically; 3: 1 attracts algebraically; 4: rho* in (0, 1)",
    "attractor": "correlation that attracts (-1, 1) under RMS normalisation",
    "rate": "slope of the normalised map at rho*: the factor of one layer near it (1: algebraic decay)",
    "layers_layer_norm": "layers from rho = 1/2 to |rho| <= 1/1000 with layer norm (double precision)",
    "layers_rms": "layers from rho = 1/2 to |rho - rho*| <= 1/1000 with RMS normalisation (double precision)",
    "critical_weight_variance": "sigma_w^2 at the edge of chaos of a plain network with variance q = 1",
    "critical_bias_variance": "sigma_b^2 there; negative: no plain network is critical at q = 1",
    "b": "b of dV = b V(V-1) dt + sqrt(2) V dB, shaped with a = 1",
    "norm": "what becomes of the squared norm in the covariance SDE",
}


def comparison_table(activations: Sequence[Activation], digits: int = 6, sort: str | None = None) -> RateTable:
    """Return one row per activation.

    Parameters
    ----------
    activations : sequence of Activation
        At least one.
    digits : int
        1 to 10 000.
    sort : str or None
        Key or heading of a column, ascending; a minus in front: descending. Rows without a value come last.

    Raises
    ------
    ValueError
        If there is no activation, `digits` is out of range or no column is called `sort`.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> table = comparison_table(catalogue("relu", "tanh", "square"), sort="beta_0")
    >>> [(row[0], row[1].decimal(6), row[4]) for row in table.rows]
    [('tanh', '1.06953', 1), ('relu', '1.26653', 3), ('square', '2', 4)]
    """
    if not activations:
        raise ValueError("comparison_table needs at least one activation, got none.")
    check_digits(digits, "comparison_table")
    column, sign = _sort_column(sort)
    table = RateTable(
        "comparison", COLUMNS, tuple(_row(Profile(activation), digits) for activation in activations), digits
    )
    return table if column is None else replace(table, rows=_sorted(table.rows, column, sign))


def compare(*activations: str | Activation, digits: int = 6, sort: str | None = None) -> RateTable:
    """Return `comparison_table` of catalogue names, texts or activations.

    Examples
    --------
    >>> [row[0] for row in compare("relu", "tanh", sort="-beta_0").rows]
    ['relu', 'tanh']
    """
    found = [a if isinstance(a, Activation) else Activation.from_text(a) for a in activations]
    return comparison_table(found, digits, sort)


def _row(profile: Profile, digits: int) -> tuple[Cell, ...]:
    rms, layer = profile.rms_norm, profile.layer_norm
    attractor, edge = rms.points.attractor, profile.edge_of_chaos
    diffusion = profile.norm_diffusion
    layers = _layers(rms)
    return (
        profile.activation.name,
        _settled(layer.kernel.nonlinearity_strength, digits),
        _settled(layer.kernel.slope_at_zero, digits),
        _settled(rms.kernel.slope_at_one, digits),
        "identity" if rms.points.is_identity else rms.points.case,
        None if attractor is None else _settled(attractor.value, digits),
        None if attractor is None else _settled(attractor.slope, digits),
        layers if profile.mean_is_zero else _layers(layer),
        layers,
        _settled(None if edge is None else edge.weight_variance, digits),
        _settled(None if edge is None else edge.bias_variance, digits),
        None if diffusion is None else Number.of(diffusion.b),
        "no shaped limit" if diffusion is None else diffusion.long_time,
    )


def _settled(number: Number | None, digits: int) -> Number | None:
    """Return a number whose digits converge, else None (kinks that are not known exactly)."""
    try:
        if number is not None:
            number.decimal(digits)
    except ValueError:
        return None
    return number


def _layers(layer: LayerMap) -> int | None:
    """Return the layers to `GAP`; none for a map without double precision (kinks that are not known exactly)."""
    try:
        return depth_to_reach(layer.kernel, GAP, points=layer.points)
    except ValueError:
        return None


def _sort_column(sort: str | None) -> tuple[int | None, int]:
    if sort is None:
        return None, 1
    name, sign = (sort[1:], -1) if sort.startswith("-") else (sort, 1)
    for index, column in enumerate(COLUMNS):
        if name in (column.key, column.heading):
            return index, sign
    names = ", ".join(column.key for column in COLUMNS)
    raise ValueError(f"comparison_table needs a column of {names} to sort by, got sort={sort!r}.")


def _sorted(rows: Sequence[tuple[Cell, ...]], column: int, sign: int) -> tuple[tuple[Cell, ...], ...]:
    """Sort by numbers, then by text, then what is missing; equal rows keep their order."""

    def key(row: tuple[Cell, ...]) -> tuple[int, Any]:
        cell = row[column]
        if cell is None:
            return 2, 0
        if isinstance(cell, str):
            return 1, tuple(sign * ord(character) for character in cell)
        return 0, sign * (cell.value(20) if isinstance(cell, Number) else cell)

    return tuple(sorted(rows, key=key))
