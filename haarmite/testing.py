r"""Assertions about initial weights, for test suites: ``haarmite.testing.he_normal(layer.weight)``.

Each function raises `AssertionError` with one line when the array is refuted as a draw of the law, and returns the evidence otherwise. A right
array is refuted with probability at most ``alpha`` (default 1e-6), at any size: the tests are exact or have a proved bound, so a suite does
not become flaky. What is found how surely is part of the evidence: `resolution()` is the error of the standard deviation that is found with probability
0.99.

>>> import numpy as np, haarmite
>>> rng = np.random.default_rng(0)
>>> evidence = haarmite.testing.he_normal(rng.standard_normal((256, 512)) * (2 / 512) ** 0.5)
>>> evidence.refuted, tuple(round(ratio, 2) for ratio in evidence.resolution())
(False, (0.99, 1.01))
>>> haarmite.testing.he_normal(rng.standard_normal((256, 512)) * (2 / 256) ** 0.5)  # doctest: +IGNORE_EXCEPTION_DETAIL
Traceback (most recent call last):
AssertionError: he_normal: fan-in and fan-out swapped ...

Arrays are anything `numpy.asarray` takes, and torch tensors. ``layout="torch"`` (the default) reads shapes as (out, in/groups, \*window), ``"jax"``
(also Keras, TensorFlow) as (\*window, in/groups, out). Tests of Haar measure look at square or rectangular matrices, one or a stack.

Within pytest the fixture ``haarmite_init`` checks a whole model.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from numerics.initialisation.deviation import Mistake, mistakes, name_mistake, scale_agrees
from numerics.initialisation.entry_law import CUT, FAMILIES, EntryLaw, cut_variance
from numerics.initialisation.entry_test import FALSE_ALARM, EntryEvidence, EntrySummary, judge_entries
from numerics.initialisation.fan import Fans, Layout, Mode, fans
from numerics.initialisation.haar_test import Group, HaarEvidence, judge_haar

__all__ = [
    "constant",
    "entries",
    "haar",
    "he_normal",
    "he_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "orthogonal",
    "torch_default",
    "truncated_normal",
    "uniform",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]


def he_normal(
    weight: Any,
    *,
    gain: float = math.sqrt(2),
    mode: Mode = "fan_in",
    truncated: bool = False,
    layout: Layout = "torch",
    groups: int = 1,
    transposed: bool = False,
    alpha: float = FALSE_ALARM,
) -> EntryEvidence:
    """Assert N(0, gain^2/fan) entries, gain sqrt(2): `kaiming_normal_`, `he_normal`.

    Parameters
    ----------
    weight : array_like or torch.Tensor, at least two axes
    gain : float, optional
        sqrt(2/(1 + a^2)) for a leaky relu of slope a.
    mode : {"fan_in", "fan_out", "fan_avg"}, optional
        Fans are those of one group.
    truncated : bool, optional
        Cut off at two standard deviations and rescaled to the same variance, as JAX and Keras do.
    layout : {"torch", "jax"}, optional
    groups : int, optional
        Groups of a convolution.
    transposed : bool, optional
        A transposed convolution of torch.
    alpha : float, optional
        Probability with which a right array may be refuted.

    Returns
    -------
    EntryEvidence

    Raises
    ------
    AssertionError
        When the entries are no such draws; one line says what they look like.
    TypeError
        When entries are no real numbers.
    ValueError
        When the array is empty or not finite, or a parameter is out of range.
    """
    return _fan_law(
        "he_normal", weight, "truncated" if truncated else "normal", gain, mode, layout, groups, transposed, alpha
    )


def he_uniform(
    weight: Any,
    *,
    gain: float = math.sqrt(2),
    mode: Mode = "fan_in",
    layout: Layout = "torch",
    groups: int = 1,
    transposed: bool = False,
    alpha: float = FALSE_ALARM,
) -> EntryEvidence:
    """Assert uniform entries of variance gain^2/fan, bound gain sqrt(3/fan); parameters as `he_normal`."""
    return _fan_law("he_uniform", weight, "uniform", gain, mode, layout, groups, transposed, alpha)


def xavier_normal(
    weight: Any,
    *,
    gain: float = 1.0,
    truncated: bool = False,
    layout: Layout = "torch",
    groups: int = 1,
    transposed: bool = False,
    alpha: float = FALSE_ALARM,
) -> EntryEvidence:
    """Assert N(0, 2 gain^2/(fan_in + fan_out)) entries; parameters as `he_normal`."""
    family = "truncated" if truncated else "normal"
    return _fan_law("xavier_normal", weight, family, gain, "fan_avg", layout, groups, transposed, alpha)


def xavier_uniform(
    weight: Any,
    *,
    gain: float = 1.0,
    layout: Layout = "torch",
    groups: int = 1,
    transposed: bool = False,
    alpha: float = FALSE_ALARM,
) -> EntryEvidence:
    """Assert uniform entries of variance 2 gain^2/(fan_in + fan_out); parameters as `he_normal`."""
    return _fan_law("xavier_uniform", weight, "uniform", gain, "fan_avg", layout, groups, transposed, alpha)


def lecun_normal(
    weight: Any,
    *,
    truncated: bool = False,
    layout: Layout = "torch",
    groups: int = 1,
    transposed: bool = False,
    alpha: float = FALSE_ALARM,
) -> EntryEvidence:
    """Assert N(0, 1/fan_in) entries; parameters as `he_normal`."""
    family = "truncated" if truncated else "normal"
    return _fan_law("lecun_normal", weight, family, 1.0, "fan_in", layout, groups, transposed, alpha)


def lecun_uniform(
    weight: Any,
    *,
    layout: Layout = "torch",
    groups: int = 1,
    transposed: bool = False,
    alpha: float = FALSE_ALARM,
) -> EntryEvidence:
    """Assert uniform entries of variance 1/fan_in; parameters as `he_normal`."""
    return _fan_law("lecun_uniform", weight, "uniform", 1.0, "fan_in", layout, groups, transposed, alpha)


def torch_default(
    weight: Any, *, groups: int = 1, transposed: bool = False, alpha: float = FALSE_ALARM
) -> EntryEvidence:
    """Assert U(-b, b), b = 1/sqrt(fan_in): the weights of `nn.Linear` and `nn.Conv`, of variance 1/(3 fan_in)."""
    return _fan_law("torch_default", weight, "uniform", 3**-0.5, "fan_in", "torch", groups, transposed, alpha)


def normal(weight: Any, std: float, *, mean: float = 0.0, alpha: float = FALSE_ALARM) -> EntryEvidence:
    """Assert N(mean, std^2) entries; raises as `he_normal`."""
    return _entries("normal", weight, EntryLaw("normal", std, mean), alpha, mistakes(std, f"N({mean:g}, {std:g}^2)"))


def uniform(weight: Any, low: float, high: float, *, alpha: float = FALSE_ALARM) -> EntryEvidence:
    """Assert U(low, high) entries; raises as `he_normal`."""
    if not low < high:
        raise ValueError(f"uniform needs low < high (an interval), got low={low!r}, high={high!r}.")
    law = EntryLaw("uniform", (high - low) / math.sqrt(12), (low + high) / 2)
    return _entries("uniform", weight, law, alpha, mistakes(law.std, f"U({low:g}, {high:g})"))


def truncated_normal(
    weight: Any, std: float, *, mean: float = 0.0, cut: float = CUT, corrected: bool = False, alpha: float = FALSE_ALARM
) -> EntryEvidence:
    """Assert N(mean, std^2) entries cut off at `cut` standard deviations; raises as `he_normal`.

    Parameters
    ----------
    weight : array_like or torch.Tensor
    std : float
        Before the cut, as in `trunc_normal_(w, 0, std, -2*std, 2*std)`; after it with ``corrected=True``, as in JAX's `variance_scaling`.
    mean, cut, corrected, alpha
        Note that `torch.nn.init.trunc_normal_(w, std=0.02)` cuts at the *numbers* -2 and 2, a hundred standard deviations: ``cut=2/std``.
    """
    spread = std if corrected else std * math.sqrt(cut_variance(cut))
    law = EntryLaw("truncated", spread, mean, cut)
    possible = mistakes(spread, f"N({mean:g}, {std:g}^2) cut at {cut:g} std", truncated=corrected)
    return _entries("truncated_normal", weight, law, alpha, possible)


def entries(weight: Any, law: EntryLaw, *, alpha: float = FALSE_ALARM) -> EntryEvidence:
    """Assert independent entries of an `EntryLaw`; raises as `he_normal`."""
    return _entries("entries", weight, law, alpha, ())


def orthogonal(weight: Any, gain: float = 1.0, *, alpha: float = FALSE_ALARM) -> HaarEvidence:
    """Assert gain times a Haar frame: orthonormal rows or columns of the matrix (first axis, all others), Haar-distributed.

    Raises
    ------
    AssertionError
        When rows or columns are not orthonormal, have another gain, or are no Haar draw.
    TypeError, ValueError
        As `haar`.
    """
    array = _array(weight)
    evidence = haar(array.reshape(len(array), -1) if array.ndim > 2 else array, alpha=alpha)
    if abs(evidence.gain / gain - 1) > 1e-4:
        raise AssertionError(f"orthogonal: the gain is {evidence.gain:.6g}, not {gain:g} (read off W^T W).")
    return evidence


def haar(matrices: Any, *, group: Group = "orthogonal", alpha: float = FALSE_ALARM) -> HaarEvidence:
    """Assert independent draws of Haar measure on O(d) or U(d), or of d x n frames: trace, entries, determinant, invariance.

    Parameters
    ----------
    matrices : array_like or torch.Tensor, shape (d, n) or (draws, d, n)
    group : {"orthogonal", "unitary"}, optional
    alpha : float, optional
        Probability with which Haar draws may be refuted.

    Returns
    -------
    HaarEvidence

    Raises
    ------
    AssertionError
        When they are no Haar draws; one line says what gave it away.
    TypeError, ValueError
        As `judge_haar`.

    Examples
    --------
    QR without the sign of R's diagonal:

    >>> q, r = np.linalg.qr(np.random.default_rng(0).standard_normal((128, 128)))
    >>> haar(q * np.sign(np.diag(r))).refuted
    False
    >>> haar(q)  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    AssertionError: haar: ... the diagonal of Q leans to one sign: QR without the sign of R's diagonal ...
    """
    evidence = judge_haar(_array(matrices), group=group, alpha=alpha)
    if not evidence.is_orthonormal:
        raise AssertionError(
            f"haar: rows and columns are not orthonormal (off by {evidence.defect:.3g} times the rounding allowed)."
        )
    if evidence.refuted:
        raise AssertionError(f"haar: {evidence.reading} ({_odds(evidence.worst.name, evidence.log_p, alpha)}).")
    return evidence


def zeros(weight: Any) -> None:
    """Assert that every entry is 0."""
    constant(weight, 0.0)


def constant(weight: Any, value: float) -> None:
    """Assert that every entry is one number.

    Raises
    ------
    AssertionError
        When one is not; the first such entry is named.
    """
    array = _array(weight)
    other = np.argwhere(array != np.asarray(value, dtype=array.dtype))
    if len(other):
        place = tuple(int(k) for k in other[0])
        raise AssertionError(f"constant: {len(other)} of {array.size} entries are not {value:g}, the first at {place}.")


def _fan_law(
    name: str,
    weight: Any,
    family: Any,
    gain: float,
    mode: Mode,
    layout: Layout,
    groups: int,
    transposed: bool,
    alpha: float,
) -> EntryEvidence:
    array = _array(weight)
    own = fans(array.shape, layout=layout, groups=groups, transposed=transposed)
    law = EntryLaw(family, gain / math.sqrt(own.of(mode)))
    what = f"{name} ({mode} {own.of(mode):g})"
    side = Fans(own.fan_out, own.fan_in) if mode == "fan_out" else own if mode == "fan_in" else None
    return _entries(name, array, law, alpha, mistakes(law.std, what, side, groups=groups, truncated=True))


def _entries(name: str, weight: Any, law: EntryLaw, alpha: float, possible: Iterable[Mistake]) -> EntryEvidence:
    array = _array(weight)
    evidence = judge_entries(array, law, alpha)
    if not evidence.refuted:
        return evidence
    summary = EntrySummary.of(array.astype(np.float64) - law.mean)
    mistake = None if scale_agrees(summary, law, 1e-3) else name_mistake(summary, law, possible, 1e-3)
    if mistake is not None:
        reading = mistake.text
    elif evidence.worst.name == "scale":
        reading = f"std is {evidence.ratio:.4g} of what it should be, {law.std:.4g}"
    else:
        others = (family for family in FAMILIES if not judge_entries(summary, summary.guess(family), 1e-3).refuted)
        like = next((f"; they look {family}" for family in others), "")
        reading = f"entries are no independent {law.family} draws of std {law.std:.4g}{like}"
    raise AssertionError(f"{name}: {reading} ({_odds(evidence.worst.name, evidence.log_p, alpha)}).")


def _odds(test: str, log_p: float, alpha: float) -> str:
    p = f"{math.exp(log_p):.1e}" if log_p > -700 else "below 1e-300"
    return f"{test}: probability {p} if right, alarm at {alpha:g}"


def _array(weight: Any) -> NDArray[Any]:
    """Return an array; tensors of torch by their own way out, narrow floats widened."""
    if hasattr(weight, "detach"):
        tensor = weight.detach().cpu()
        return np.asarray(tensor.float().numpy() if str(tensor.dtype) == "torch.bfloat16" else tensor.numpy())
    return np.asarray(weight)
