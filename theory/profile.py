"""Everything known about one activation, computed once: the object behind `derive`, `compare`, `table`, card and JSON.

A layer with RMS norm acts on correlations by the normalised kernel map, one with layer norm by the centred map. What the
theory says of a map through layers (fixed points, proved rate, depth law) is a `LayerMap`; a `Profile` has both, the
Hermite expansion, the edge of chaos and what the covariance SDE of the shaped activation does. Nothing is computed before it
is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from theory.activation.activation import Activation
from theory.activation.shaping import SmoothShape
from theory.covariance_sde.card import kink_slopes, sde_card
from theory.covariance_sde.norm_diffusion import NormDiffusion
from theory.enclosure.ball import check_digits
from theory.enclosure.effort import a_share, effort
from theory.kernel_map.correlation_map import fixes_zero, is_identity
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.notebook import html_table
from theory.number import Number
from theory.signal_propagation.depth_law import DepthLaw, depth_law
from theory.signal_propagation.fixed_point import FixedPoints, fixed_points
from theory.signal_propagation.mean_field import CriticalPoint, edge_of_chaos
from theory.signal_propagation.rate import Convergence, convergence

SCHEMA = 1
"""Version of the JSON of `Profile.to_json`."""
_EFFORT, _SHARE = 180_000.0, Fraction(1, 2)
"""The work that `Profile.to_json` may cost at 20 digits (some seconds), and the part of what is left for one quantity."""


@dataclass(frozen=True)
class LayerMap:
    """A kernel map with what repeated layers do to a correlation.

    Parameters
    ----------
    kernel : KernelMap
        Normalised or centred.
    twin : LayerMap or None
        The same map under another normalisation, whose work is shared.
    """

    kernel: KernelMap
    twin: LayerMap | None = None

    @cached_property
    def points(self) -> FixedPoints:
        """All fixed points."""
        return self.twin.points if self.twin else fixed_points(self.kernel)

    @cached_property
    def rate(self) -> Convergence | None:
        """The proved rate of convergence; None for the identity, or where the case is undecided."""
        return self.twin.rate if self.twin else convergence(self.kernel, self.points)

    @cached_property
    def depth_law(self) -> DepthLaw | None:
        """The power of depth by which 1 - rho_l decays where the slope at 1 is exactly 1."""
        return self.twin.depth_law if self.twin else depth_law(self.kernel)


@dataclass(frozen=True)
class Profile:
    """Everything known about one activation.

    Parameters
    ----------
    activation : Activation

    Examples
    --------
    >>> relu = derive("relu")
    >>> relu.layer_norm.kernel.nonlinearity_strength.decimal(8), relu.rms_norm.points.case
    ('1.2665289', 3)
    >>> relu.to_json(digits=5)["mean"]
    {'value': '0.39894', 'radius': '5e-6', 'method': 'exact', 'closed_form': 'sqrt(2)/(2*sqrt(pi))'}
    """

    activation: Activation

    @cached_property
    def hermite(self) -> HermiteExpansion:
        """The Hermite expansion, with mean, second moment and variance."""
        return HermiteExpansion(self.activation)

    @cached_property
    def raw(self) -> KernelMap:
        """The raw kernel map, rho -> E s(U) s(V)."""
        return KernelMap.raw(self.activation)

    @cached_property
    def rms_norm(self) -> LayerMap:
        """A layer with RMS norm: the normalised map."""
        return LayerMap(KernelMap.normalised(self.activation))

    @cached_property
    def layer_norm(self) -> LayerMap:
        """A layer with layer norm: the centred map, which is the normalised one where the mean is exactly 0."""
        return LayerMap(KernelMap.centred(self.activation), self.rms_norm if self.mean_is_zero else None)

    @cached_property
    def mean_is_zero(self) -> bool:
        """Whether the mean is exactly 0 (False also where that is undecided): RMS norm and layer norm do the same."""
        return fixes_zero(self.rms_norm.kernel) is True

    @property
    def is_linear(self) -> bool:
        """Whether layer norm leaves every correlation as it is."""
        return is_identity(self.layer_norm.kernel)

    @cached_property
    def edge_of_chaos(self) -> CriticalPoint | None:
        """Weight and bias variance of a critical plain network at q = 1; None for an activation that jumps."""
        try:
            return edge_of_chaos(self.activation, Fraction(1))
        except ValueError:
            return None

    @cached_property
    def norm_diffusion(self) -> NormDiffusion | None:
        """The diffusion of the squared norm, shaped with a = 1; None where no shaped limit exists."""
        if kink_slopes(self.activation) is not None:
            return NormDiffusion(0)
        try:
            return NormDiffusion(SmoothShape.of(self.activation).blow_up_rate)
        except ValueError:
            return None

    def to_json(self, digits: int = 20, terms: int = 9) -> dict[str, Any]:
        """Return all of it as JSON-able data; a quantity that cannot be had says why in its place.

        Parameters
        ----------
        digits : int
            Decimal digits, 1 to 10 000; each printed one is proved unless its number says ``numerical``.
        terms : int
            Number of Hermite coefficients.

        Returns
        -------
        dict
            ``slope_at_zero`` and ``slope_at_one`` are those of the raw map (c_1^2 and E s'^2); ``slopes`` has all three
            maps. ``fixed_points`` are the normalised map's, ``fixed_points_centred`` the centred one's, empty for the
            identity; ``dynamics`` holds the normalised map's case, proved rate, depth law, and what could not be decided.
            A number that cannot be had is ``{"value": None, "radius": None, "method": "open", "reason": why}``.

        Raises
        ------
        ValueError
            If `digits` is out of range.
        """
        check_digits(digits, "derive")
        with effort(_EFFORT * max(1.0, (digits / 20) ** 2)):
            return self._json(digits, terms)

    def _json(self, digits: int, terms: int) -> dict[str, Any]:
        hermite, rms, layer = self.hermite, self.rms_norm, self.layer_norm
        maps = (self.raw, rms.kernel, layer.kernel)

        def number(of: Callable[[], Number]) -> dict[str, Any]:
            return _number(of, digits)

        slopes = {
            kernel.kind: {
                "at_zero": number(lambda kernel=kernel: kernel.slope_at_zero),  # type: ignore[misc]
                "at_one": number(lambda kernel=kernel: kernel.slope_at_one),  # type: ignore[misc]
            }
            for kernel in maps
        }
        return {
            "schema": SCHEMA,
            "activation": {"name": self.activation.name, "expression": self.activation.text},
            "digits": digits,
            "hermite": [{"k": k, **number(lambda k=k: hermite.coefficient(k))} for k in range(terms)],  # type: ignore[misc]
            "mean": number(lambda: hermite.mean),
            "second_moment": number(lambda: hermite.second_moment),
            "kernel": {kernel.kind: _formula(kernel) for kernel in maps},
            "slope_at_zero": slopes["raw"]["at_zero"],
            "slope_at_one": slopes["raw"]["at_one"],
            "slopes": slopes,
            "nonlinearity_strength": number(lambda: layer.kernel.nonlinearity_strength),
            **_points("fixed_points", rms, digits),
            **_points("fixed_points_centred", layer, digits),
            "dynamics": _attempt(
                lambda: _dynamics(rms, digits), {"case": None, "convergence": None, "depth_law": None}
            ),
            "covariance_sde": sde_card(self.activation, digits=digits),
        }

    def _repr_html_(self) -> str:
        """Return what fits a few lines, for notebooks."""
        edge = self.edge_of_chaos
        rows: list[tuple[str, Callable[[], Number | None]]] = [
            ("mean E s", lambda: self.hermite.mean),
            ("second moment E s^2", lambda: self.hermite.second_moment),
            ("beta_0", lambda: self.layer_norm.kernel.nonlinearity_strength),
            ("slope at 1, RMS norm", lambda: self.rms_norm.kernel.slope_at_one),
            ("rho*, RMS norm", lambda: None if (p := self.rms_norm.points.attractor) is None else p.value),
            ("critical weight variance, q = 1", lambda: None if edge is None else edge.weight_variance),
        ]
        shown = [[name, _attempt(lambda of=of: {"value": str(of() or "-")}, {})["value"]] for name, of in rows]  # type: ignore[misc]
        return html_table(["", "value"], shown, f"{self.activation.name}: s(x) = {self.activation.text}")


def derive(text: str | Activation) -> Profile:
    """Return everything known about an activation: a catalogue name, or text such as ``x*Phi(x)``.

    Raises
    ------
    TypeError, ValueError
        If the text is no activation.

    Examples
    --------
    >>> derive("tanh").rms_norm.points.case
    1
    """
    return Profile(text if isinstance(text, Activation) else Activation.from_text(text))


def _attempt(build: Callable[[], dict[str, Any]], without: dict[str, Any]) -> dict[str, Any]:
    """Return what can be computed with half the work that is left, or what stands without it with the reason."""
    try:
        with a_share(_SHARE):
            return build()
    except ValueError as reason:
        return {**without, "reason": str(reason)}


def _formula(kernel: KernelMap) -> dict[str, str | None] | None:
    return None if kernel.expression is None else {"text": str(kernel.expression), "latex": kernel.latex}


def _points(key: str, layer: LayerMap, digits: int) -> dict[str, Any]:
    """Return the fixed points of a map under a key, each number by itself, and why there are none if that is so.

    None are listed for the identity, which fixes every correlation; its reason is None.
    """

    def listed() -> dict[str, Any]:
        points = () if layer.points.is_identity else layer.points.points
        shown = [
            {
                "value": _number(lambda point=point: point.value, digits),  # type: ignore[misc]
                "slope": _number(lambda point=point: point.slope, digits),  # type: ignore[misc]
                "stable": point.stable,
                "case": point.case,
            }
            for point in points
        ]
        return {key: shown, f"{key}_reason": None}

    found = _attempt(listed, {key: []})
    return found if "reason" not in found else {key: [], f"{key}_reason": found["reason"]}


def _number(of: Callable[[], Number], digits: int) -> dict[str, Any]:
    """Return a number as JSON-able data, or why it cannot be had."""
    return _attempt(lambda: dict(of().to_json(digits)), {"value": None, "radius": None, "method": "open"})


def _dynamics(layer: LayerMap, digits: int) -> dict[str, Any]:
    """Return what repeated layers do: the case, the proved rate with its constant, the depth law, and what is undecided."""
    return {
        "case": layer.points.case,
        "convergence": None if layer.rate is None else layer.rate.to_json(digits),
        "depth_law": None if layer.depth_law is None else layer.depth_law.to_json(digits),
        "undecided": list(layer.points.undecided),
    }
