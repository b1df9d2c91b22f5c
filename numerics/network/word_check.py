"""Every prediction of a word, judged by networks of finite width that are drawn for it.

Four bounded statistics of each network, so that their e-values need no assumption: the cosine of the first two rows, and
x/(x + prediction), in [0, 1] and 1/2 where x meets its prediction, for norm, tangent kernel and Jacobian of the first row.
Where rows mix (batch norm, convolution, attention, pooling), norm and correlation only. A prediction is a limit, and a network of width n over M layers with weights lies off it by O(M/n): the tests grant
``granted`` = 2 M/n and say so; a width that would have to be granted more than 0.2 is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.network.network import Network
from numerics.network.word_layers import empirical_kernels, sampled_kernel, word_network
from numerics.statistics.e_value import MeanEvidence, MeanTest
from theory.network.propagation import Field
from theory.network.word import Word, keeps_rows_apart

__all__ = ["FALSE_ALARM", "Checked", "check_word"]

FALSE_ALARM = 1e-6
"""Bound on the probability that any test of one call refutes a true prediction (with its granted bias)."""

_LARGEST_GRANT = 0.2


@dataclass(frozen=True, slots=True)
class Checked:
    """What samples say of one prediction.

    Parameters
    ----------
    name : str
        "norm", "correlation", "tangent kernel" or "jacobian".
    predicted : float
    sampled : float
        The mean over networks of the quantity itself (for information; the test uses a bounded function of it).
    standard_error : float
    granted : float
        Finite-width bias granted, in the unit of the bounded statistic.
    evidence : MeanEvidence
    """

    name: str
    predicted: float
    sampled: float
    standard_error: float
    granted: float
    evidence: MeanEvidence

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "quantity": self.name,
            "predicted": self.predicted,
            "sampled": self.sampled,
            "standard_error": self.standard_error,
            "granted": self.granted,
            "verdict": self.evidence.verdict,
            "networks": self.evidence.samples,
            "log_e": self.evidence.log_e,
            "alpha": self.evidence.alpha,
        }


def check_word(
    word: Word,
    field: Field,
    batch: np.ndarray,
    depth: int,
    width: int,
    rng: np.random.Generator,
    *,
    positions: int = 1,
    networks: int = 512,
    shards: int = 8,
) -> list[Checked]:
    """Return the verdicts on the predictions `field` of a word on a batch.

    Parameters
    ----------
    word : Word
    field : Field
        From `numerics.network.float_arithmetic.network_field`, of the same batch and depth.
    batch : ndarray, shape (rows, fan_in)
        Rows are samples, or samples times positions.
    depth, width, positions : int
    rng : numpy.random.Generator
    networks, shards : int
        The most networks drawn, and in how many parts; the tests stop at the first part that decides all of them.

    Raises
    ------
    ValueError
        If the width is too small for the limit.
    """
    granted = 2 * word.linear_layers(depth) / width
    if granted > _LARGEST_GRANT:
        needed = int(np.ceil(2 * word.linear_layers(depth) / _LARGEST_GRANT))
        raise ValueError(
            f"check needs a width of at least {needed} at this depth (predictions are limits), got {width}."
        )
    apart = keeps_rows_apart(word)
    truths = _predictions(field, apart)
    tests = {name: _test(name, value, granted) for name, value in truths.items()}
    network = word_network(word, width, depth, positions)
    tallies: dict[str, list[np.ndarray]] = {name: [] for name in tests}
    drawn: dict[str, list[np.ndarray]] = {name: [] for name in tests}
    judged: dict[str, MeanEvidence] = {}
    for _ in range(shards):
        sampled = _draw(network, batch, rng, max(1, networks // shards), apart)
        for name, test in tests.items():
            values = sampled[name]
            drawn[name].append(values)
            bounded = values if name == "correlation" else values / (values + truths[name])
            tallies[name].append(test.tally(bounded))
            judged[name] = test.judge(tallies[name], FALSE_ALARM / len(tests))
        if all(evidence.verdict != "inconclusive" for evidence in judged.values()):
            break
    return [_checked(name, truths[name], np.concatenate(drawn[name]), granted, judged[name]) for name in tests]


def _predictions(field: Field, apart: bool) -> dict[str, float]:
    kernel, tangent, jacobian = (field.pairs.matrix(v) for v in (field.kernel, field.tangent, field.jacobian))
    found = {"norm": float(kernel[0, 0])}
    if len(kernel) > 1:
        found["correlation"] = float(kernel[0, 1] / np.sqrt(kernel[0, 0] * kernel[1, 1]))
    if apart and tangent[0, 0] > 0:
        found["tangent kernel"] = float(tangent[0, 0])
    if apart and jacobian[0, 0] > 0:
        found["jacobian"] = float(jacobian[0, 0])
    return found


def _test(name: str, value: float, granted: float) -> MeanTest:
    if name == "correlation":
        low, high = max(-1.0, value - granted), min(1.0, value + granted)
        return MeanTest(low, high, support=(-1.0 - 1e-9, 1.0 + 1e-9), delta=0.1)
    return MeanTest(0.5 - granted, 0.5 + granted, support=(0.0, 1.0), delta=0.1)


def _draw(
    network: Network, batch: np.ndarray, rng: np.random.Generator, repeats: int, apart: bool
) -> dict[str, np.ndarray]:
    found = {}
    if apart:
        kernel, tangent, jacobian = empirical_kernels(network, batch, rng, repeats)
        found = {"tangent kernel": tangent[:, 0, 0], "jacobian": jacobian[:, 0, 0]}
    else:
        kernel = sampled_kernel(network, batch, rng, repeats)
    found["norm"] = kernel[:, 0, 0]
    if kernel.shape[-1] > 1:
        found["correlation"] = kernel[:, 0, 1] / np.sqrt(kernel[:, 0, 0] * kernel[:, 1, 1])
    return found


def _checked(name: str, truth: float, values: np.ndarray, granted: float, evidence: MeanEvidence) -> Checked:
    error = float(values.std() / np.sqrt(len(values)))
    return Checked(name, truth, float(values.mean()), error, granted, evidence)
