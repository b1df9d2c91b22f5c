"""Tables of rates, Hermite coefficients and fixed points for any list of activations, to any number of digits.

Cells hold numbers with their errors (`theory.number.Number`) until they are written: every printed digit is
proved, or the row says ``numerical``, and nothing passes through a float. JSON keeps the error of each number; CSV,
Markdown and LaTeX (booktabs) print decimals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from theory.activation.activation import Activation
from theory.enclosure.ball import check_digits
from theory.profile import Profile
from theory.signal_propagation.gain import Gains
from theory.tables.table import Cell, Column, RateTable


def rate_table(kind: str, activations: Sequence[Activation], digits: int = 20, terms: int = 9) -> RateTable:
    """Return a table of one kind.

    Parameters
    ----------
    kind : {"rates", "gains", "hermite", "fixed-points"}
        rates: nonlinearity strength, slopes, and case, attractor and proved rate of the RMS-normalised map. gains: of weights. hermite: c_0,
        ..., c_{terms-1}. fixed-points: all of them, of the normalised and the centred map.
    activations : sequence of Activation
    digits : int
        1 to 10 000.
    terms : int
        Number of Hermite coefficients.

    Raises
    ------
    ValueError
        If the kind is not known, there is no activation, `digits` or `terms` is out of range, or an enclosure does not
        converge.

    Examples
    --------
    >>> from theory.activation import catalogue
    >>> print(rate_table("fixed-points", catalogue("square"), 8).to_markdown())
    | activation | map | rho* | slope | stable | case | method |
    | --- | --- | --- | --- | --- | --- | --- |
    | square | normalised | 0.5 | 0.66666667 | yes | 4 | exact |
    | square | normalised | 1 | 1.3333333 | no | 4 | exact |
    | square | centred | 0 | 0 | yes | 1 | exact |
    | square | centred | 1 | 2 | no | 1 | exact |
    <BLANKLINE>
    """
    if kind not in _KINDS:
        raise ValueError(f"rate_table needs a kind of {', '.join(_KINDS)}, got kind={kind!r}.")
    if not activations:
        raise ValueError("rate_table needs at least one activation, got none.")
    if isinstance(terms, bool) or not isinstance(terms, int) or terms < 1:
        raise ValueError(f"rate_table needs at least one term, got terms={terms!r}.")
    check_digits(digits, "rate_table")
    columns, rows = _KINDS[kind]
    return RateTable(kind, columns, tuple(row for a in activations for row in rows(Profile(a), terms)), digits)


def _rates(profile: Profile, _: int) -> Iterator[tuple[Cell, ...]]:
    rms, layer = profile.rms_norm, profile.layer_norm
    yield (
        profile.activation.name,
        layer.kernel.nonlinearity_strength,
        layer.kernel.slope_at_zero,
        layer.kernel.slope_at_one,
        rms.kernel.slope_at_one,
        "identity" if rms.points.is_identity else rms.points.case,
        None if rms.rate is None else rms.rate.limit,
        None if rms.rate is None else rms.rate.constant,
    )


def _gains(profile: Profile, _: int) -> Iterator[tuple[Cell, ...]]:
    found = Gains(profile.activation)
    yield profile.activation.name, found.forward_rms, found.forward_std, found.backward, found.tangent_at_zero


def _hermite(profile: Profile, terms: int) -> Iterator[tuple[Cell, ...]]:
    for k in range(terms):
        yield profile.activation.name, k, profile.hermite.coefficient(k)


def _fixed_points(profile: Profile, _: int) -> Iterator[tuple[Cell, ...]]:
    for layer in (profile.rms_norm, profile.layer_norm):
        for point in layer.points.points:
            case = "identity" if layer.points.is_identity else point.case
            yield profile.activation.name, layer.kernel.kind, point.value, point.slope, point.stable, case


_NAME = Column("activation", "activation", "activation")
_RATES = (
    _NAME,
    Column("nonlinearity_strength", "beta_0", r"$\beta_0$"),
    Column("alpha", "alpha", r"$\alpha$"),
    Column("slope_at_one_centred", "slope at 1, centred", r"$\kappa_{\mathrm{LN}}'(1)$"),
    Column("slope_at_one_normalised", "slope at 1, normalised", r"$\kappa_{\mathrm{RMS}}'(1)$"),
    Column("case", "case", "case"),
    Column("attractor", "rho*", r"$\rho^*$"),
    Column("constant", "proved constant", "constant"),
)
_GAINS = (
    _NAME,
    Column("forward_rms", "forward RMS", r"$1/\sqrt{E s^2}$"),
    Column("forward_std", "forward std", r"$1/\sqrt{\mathrm{Var}\, s}$"),
    Column("backward", "backward", r"$1/\sqrt{E s'^2}$"),
    Column("tangent_at_zero", "tangent at 0", r"$1/|s'(0)|$"),
)
_HERMITE = (_NAME, Column("k", "k", "$k$"), Column("coefficient", "c_k", "$c_k$"))
_FIXED_POINTS = (
    _NAME,
    Column("map", "map", "map"),
    Column("value", "rho*", r"$\rho^*$"),
    Column("slope", "slope", r"$\kappa'(\rho^*)$"),
    Column("stable", "stable", "stable"),
    Column("case", "case", "case"),
)
_Rows = Callable[[Profile, int], Iterator[tuple[Cell, ...]]]
_KINDS: dict[str, tuple[tuple[Column, ...], _Rows]] = {
    "rates": (_RATES, _rates),
    "gains": (_GAINS, _gains),
    "hermite": (_HERMITE, _hermite),
    "fixed-points": (_FIXED_POINTS, _fixed_points),
}
