"""Rules of initialisation: which standard deviation each gives a weight, as torch, JAX, Keras, timm and GPT-2 code have them.

A rule is about the standard deviation after any cut, whatever the family (normal, truncated, uniform) unless it names one. The rules are a
catalogue of what is done on purpose; what is done by mistake is `numerics.initialisation.deviation`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from numerics.initialisation.entry_law import FAMILIES, Family, cut_variance
from proofs_check.model.weight import Weight

RANDOM = ("linear", "conv", "attention", "recurrent_in", "recurrent_hidden")
"""Roles of weights that sum over inputs."""


COMMON = frozenset({"He", "torch default", "LeCun", "Xavier", "std 0.02"})
"""Rules that a whole class may follow by mistake only."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: its name and its standard deviation at a weight.

    Parameters
    ----------
    name : str
    std : callable
        Weight -> standard deviation after any cut; None where the rule says nothing.
    families : tuple of str
    by_fan : bool
        Whether it divides by the fan-in, so that mistakes of a fan can be made.
    """

    name: str
    std: Callable[[Weight], float | None]
    families: tuple[Family, ...] = FAMILIES
    by_fan: bool = False


def _fan_in(gain: float) -> Callable[[Weight], float | None]:
    return lambda w: gain / math.sqrt(w.fans.fan_in) if w.fans is not None and w.role in RANDOM else None


def _torch_default(w: Weight) -> float | None:
    """1/sqrt(3 fan_in); of a transposed convolution torch takes the other axis for the inputs."""
    if w.fans is None or w.role not in RANDOM:
        return None
    return 1 / math.sqrt(3 * (w.fans.fan_out if is_transposed(w) else w.fans.fan_in))


def is_transposed(w: Weight) -> bool:
    """Whether a weight is of a transposed convolution."""
    return w.layer.startswith("ConvTranspose")


def _fan_out(gain: float) -> Callable[[Weight], float | None]:
    """Fan-out of one group, on purpose in convolutions only."""
    return lambda w: gain / math.sqrt(w.fans.fan_out) if w.fans is not None and w.role == "conv" else None


def _fan_avg(gain: float) -> Callable[[Weight], float | None]:
    return lambda w: gain / math.sqrt(w.fans.of("fan_avg")) if w.fans is not None and w.role in RANDOM else None


def _fixed(std: float) -> Callable[[Weight], float | None]:
    return lambda w: std if w.role != "norm_gain" else None


def _embedding(w: Weight) -> float | None:
    return w.array.shape[-1] ** -0.5 if w.role == "embedding" else None


def _recurrent(w: Weight) -> float | None:
    return 1 / math.sqrt(3 * w.hidden) if w.hidden else None


def _gate_xavier(w: Weight) -> float | None:
    """Xavier of one gate, or of one of three packed projections."""
    if w.fans is None or not (w.hidden or w.role == "attention"):
        return None
    return math.sqrt(2 / (w.fans.fan_in + (w.hidden or w.fans.fan_out / 3)))


def _bias(w: Weight) -> float | None:
    return 1 / math.sqrt(3 * w.fans.fan_in) if w.role == "bias" and w.fans is not None else None


def _width(w: Weight) -> float | None:
    """The small init of N. Nguyen and J. Salazar: sqrt(2/(5 d))."""
    return math.sqrt(2 / (5 * w.fans.fan_in)) if w.fans is not None and w.role in ("linear", "attention") else None


_ROOT2 = math.sqrt(2)
RULES: tuple[Rule, ...] = (
    Rule("He", _fan_in(_ROOT2), by_fan=True),
    Rule("torch default", _torch_default, ("uniform",), by_fan=True),
    Rule("torch default", _recurrent, ("uniform",)),
    Rule("LeCun", _fan_in(1.0), by_fan=True),
    Rule("Xavier", _fan_avg(1.0)),
    Rule("Xavier of one gate", _gate_xavier),
    Rule("std 0.02", _fixed(0.02)),
    Rule("std 0.02 before the cut", _fixed(0.02 * math.sqrt(cut_variance(2.0))), ("truncated",)),
    Rule("He, fan_out", _fan_out(_ROOT2)),
    Rule("LeCun, fan_out", _fan_out(1.0)),
    Rule("Xavier, gain sqrt(2)", _fan_avg(_ROOT2)),
    Rule("Xavier, gain 5/3", _fan_avg(5 / 3)),
    Rule("gain 5/3, fan_in", _fan_in(5 / 3), by_fan=True),
    Rule("gain 3/4, fan_in", _fan_in(0.75), by_fan=True),
    Rule("He, leaky slope 0.2", _fan_in(math.sqrt(2 / 1.04)), by_fan=True),
    Rule("He, leaky slope 0.1", _fan_in(math.sqrt(2 / 1.01)), by_fan=True),
    Rule("small init sqrt(2/(5d))", _width),
    Rule("torch default", _bias, ("uniform",)),
    Rule("std 1", _fixed(1.0)),
    Rule("std 1/sqrt(d)", _embedding),
    Rule("std 0.01", _fixed(0.01)),
    Rule("std 0.001", _fixed(0.001)),
    Rule("bound 0.1", _fixed(0.1 / math.sqrt(3)), ("uniform",)),
    Rule("bound 0.05", _fixed(0.05 / math.sqrt(3)), ("uniform",)),
)
