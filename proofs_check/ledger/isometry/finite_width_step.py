"""A27, A28. One layer at width d: the correlation becomes kappa(rho) + b/d on average, with variance v/d.

Given the state X, the neurons of the next layer are iid: their pre-activations are N(0, X X^T/d). So each neuron's
product of centred activations has mean kappa(rho) exactly, at every width; the correlation after layer norm, a sample
correlation of d neurons, has the delta-method bias b/d and variance v/d. Three sampled tests: the mean of that
correlation at d = 100, its law at d = 400, and the neurons of whole networks, layer after layer.
Source: this project. Sample sizes keep the noise above the O(d^-2) remainder, so the true statement is not refuted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from numerics.network.normalisation import LayerNorm
from numerics.network.weight_action import gaussian_columns
from numerics.statistics.e_value import MeanTest
from proofs_check import strategies
from proofs_check.claim.claim import SAMPLED, SYMBOLIC, Claim, Mutant
from proofs_check.claim.formula import (
    Formula,
    centred_kernel_map,
    equal,
    function,
    limit,
    mean,
    rational,
    series_of_kernel,
)
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.sampled import judge_law, judge_mean
from proofs_check.evidence.symbolic import Derivation, cannot_say
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger.activation_cases import draw_pairs, fourth_moment, nonlinear
from proofs_check.ledger.papers import ISOMETRY
from theory.activation import Activation, catalogue
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.finite_width import (
    MixedMoments,
    correlation_by_delta_method,
    mixed_moments,
    symbolic_moments,
)

RHO = Fraction(1, 2)
Kernel = Callable[[np.ndarray, KernelMap], np.ndarray]


def kernel(rho: np.ndarray, of: KernelMap) -> np.ndarray:
    """Return the centred kernel map."""
    return of.float64(rho)


def two_term_kernel(rho: np.ndarray, of: KernelMap) -> np.ndarray:
    """Return alpha rho + (1 - alpha) rho^2, the majorant of the centred kernel map."""
    alpha = float(of.slope_at_zero.ball(20))
    return alpha * rho + (1 - alpha) * rho**2


def uncentred_kernel(rho: np.ndarray, of: KernelMap) -> np.ndarray:
    """Return the RMS-normalised kernel map, which keeps the mean."""
    return KernelMap.normalised(of.activation).float64(rho)


@dataclass(frozen=True)
class FiniteWidthStep:
    """Mean kernel(rho) + bias/d and variance variance/d of the correlation after one layer of width d."""

    kernel: Kernel = kernel
    bias: Callable[[MixedMoments], Any] = lambda m: m.kappa * (3 * m.mu40 + m.mu22) / 4 - m.mu31
    variance: Callable[[MixedMoments], Any] = lambda m: (
        m.mu22 + m.kappa**2 * (m.mu40 + m.mu22) / 2 - 2 * m.kappa * m.mu31
    )

    def formula(self) -> Formula:
        """Return bias and variance of the sample correlation to leading order in 1/d, and the exact mean of one neuron.

        S and T are the activations of two samples at one neuron, centred and of variance 1; mu_ij = E S^i T^j.
        """
        rho, d, first, second, alpha = sp.symbols("rho d S T alpha")
        maps: dict[Kernel, sp.Expr] = {
            kernel: function("kappa")(rho),
            two_term_kernel: alpha * rho + (1 - alpha) * rho**2,
            uncentred_kernel: series_of_kernel(rho, centred=False),
        }
        stated = maps[self.kernel]
        kappa, mu31, mu22, mu40 = sp.symbols("kappa mu_31 mu_22 mu_40")
        moments = MixedMoments(kappa, mu31, mu22, mu40)
        after = sp.Symbol("rho_1")
        return (
            equal(mean(first * second), stated),
            equal(limit(d * (mean(after) - stated), d), rational(self.bias(moments))),
            equal(limit(d * function("Var")(after), d), rational(self.variance(moments))),
            equal(kappa, function("kappa")(rho)),
            *(equal(moment, mean(first**i * second**j)) for moment, i, j in ((mu31, 3, 1), (mu22, 2, 2), (mu40, 4, 0))),
            *centred_kernel_map(),
        )


def _normal_variance(m: MixedMoments) -> Any:
    """Return (1 - kappa^2)^2, the variance for a normal pair."""
    return (1 - m.kappa**2) ** 2


NEURON, CORRELATION = PARTS = (
    "the mean of one neuron",
    "bias and variance of the correlation",
)
claim = Claim(
    id="A27",
    title="At width d one layer moves a correlation to kappa(rho) + b/d on average, with variance v/d",
    paper=ISOMETRY,
    statement=FiniteWidthStep(),
    parts=PARTS,
    pinned=catalogue("relu", "tanh", "sin", "sigmoid"),
    cases=strategies.activations,
    covers=nonlinear,
    mutants=[
        Mutant("bias dropped", FiniteWidthStep(bias=lambda m: 0 * m.kappa), on="relu", by=SAMPLED, part=CORRELATION),
        Mutant(
            "bias dropped, by algebra",
            FiniteWidthStep(bias=lambda m: 0 * m.kappa),
            on="",
            by=SYMBOLIC,
            part=CORRELATION,
        ),
        Mutant(
            "variance of a normal pair",
            FiniteWidthStep(variance=_normal_variance),
            on="relu",
            by=SAMPLED,
            part=CORRELATION,
        ),
        Mutant("two-term kernel, tanh", FiniteWidthStep(kernel=two_term_kernel), on="tanh", by=SAMPLED, part=NEURON),
        Mutant("two-term kernel, sin", FiniteWidthStep(kernel=two_term_kernel), on="sin", by=SAMPLED, part=NEURON),
        Mutant(
            "two-term kernel, sigmoid", FiniteWidthStep(kernel=two_term_kernel), on="sigmoid", by=SAMPLED, part=NEURON
        ),
        Mutant("uncentred kernel", FiniteWidthStep(kernel=uncentred_kernel), on="relu", by=SAMPLED, part=NEURON),
    ],
)


@claim.for_all(SYMBOLIC, part=CORRELATION)
def by_the_delta_method(statement: FiniteWidthStep, _: None, __: Trial) -> Evidence:
    """Derive bias and variance of a sample correlation from its five sample means, and compare."""
    bias, variance = correlation_by_delta_method()
    moments = symbolic_moments()
    proof = Derivation().uses("delta method: a smooth function of sample means, with remainder O(d^-2)")
    proof.equal("bias", statement.bias(moments), bias, is_statement=True)
    proof.equal("variance", statement.variance(moments), variance, is_statement=True)
    return proof.evidence("second-order Taylor expansion of the sample correlation")


@claim.sampled
def mean_at_width_100(statement: FiniteWidthStep, activation: Activation, trial: Trial) -> Evidence:
    """Test E r' = kernel(1/2) + bias/100; r' lies in [-1, 1], so betting needs nothing else."""
    width = 100
    expected, _ = _prediction(statement, activation, width)
    test = MeanTest.equal(expected, support=(-1.0, 1.0), delta=0.0018)
    config = {"expression": activation.text, "rho": float(RHO), "width": width, "size": 2_000}
    return judge_mean(trial, test, sample_correlations, config, shards=150, what="correlation after a layer of 100")


@claim.sampled
def law_at_width_400(statement: FiniteWidthStep, activation: Activation, trial: Trial) -> Evidence:
    """Compare (r' - mean)/sd with the normal law; the budget's resolution stays above the O(d^-1/2) skewness."""
    from scipy.special import ndtr

    width = 400
    expected, deviation = _prediction(statement, activation, width)
    config = {"expression": activation.text, "rho": float(RHO), "width": width, "size": 1_000}

    def standard(samples: np.ndarray) -> np.ndarray:
        return (samples - expected) / deviation

    return judge_law(trial, sample_correlations, config, standard, ndtr, shards=10, delta=0.08, what="law at width 400")


@claim.on_cases(SAMPLED, part=NEURON)
def neurons_along_a_network(statement: FiniteWidthStep, activation: Activation, trial: Trial) -> Evidence:
    """Test that products of centred activations exceed kernel(rho_l) by 0 on average, at every layer of networks."""
    fourth = fourth_moment(activation)
    if fourth is None:
        return cannot_say(Rung.SAMPLED, "no bound on E s^4, so samples have no known variance")
    centred = KernelMap.centred(activation)
    spread = fourth / float(centred.hermite.variance.ball(20)) ** 2
    test = MeanTest.equal(0.0, variance=spread, delta=0.02 * float(np.sqrt(spread)))
    config = {"expression": activation.text, "kernel": statement.kernel, "width": 300, "depth": 6, "networks": 10}
    return judge_mean(trial, test, neuron_residuals, config, shards=20, what="neuron products - kernel(rho), 6 layers")


def _prediction(statement: FiniteWidthStep, activation: Activation, width: int) -> tuple[float, float]:
    moments = mixed_moments(activation, RHO)
    mean = float(statement.kernel(np.array([float(RHO)]), KernelMap.centred(activation))[0])
    bias, variance = float(statement.bias(moments)), float(statement.variance(moments))
    return mean + bias / width, float(np.sqrt(variance / width))


def sample_correlations(rng: np.random.Generator, expression: str, rho: float, width: int, size: int) -> np.ndarray:
    """Return `size` sample correlations, each of `width` iid pairs (s(U), s(V)), corr(U, V) = rho."""
    s, t = draw_pairs(rng, expression, rho, (size, width))
    s = s - s.mean(axis=1, keepdims=True)
    t = t - t.mean(axis=1, keepdims=True)
    return np.sum(s * t, axis=1) / np.sqrt(np.sum(s * s, axis=1) * np.sum(t * t, axis=1))


def neuron_residuals(
    rng: np.random.Generator,
    expression: str,
    kernel: Callable[[np.ndarray, KernelMap], np.ndarray],
    width: int,
    depth: int,
    networks: int,
) -> np.ndarray:
    """Return S T - kernel(rho) at every neuron and layer of layer-normalised networks on two samples.

    S and T are the activations of the two samples at one neuron, centred and scaled by their exact moments; rho is the
    correlation the layer was given. Ordered by layer, so each entry has mean 0 given all before it.
    """
    centred = KernelMap.centred(Activation.from_text(expression))
    mean, scale = float(centred.hermite.mean.ball(20)), float(centred.hermite.variance.ball(20)) ** 0.5
    gram = np.broadcast_to(np.array([[1.0, 0.8], [0.8, 1.0]]), (networks, 2, 2))
    residuals = []
    for _ in range(depth):
        state = centred.activation(gaussian_columns(gram, width, rng))
        standard = (state - mean) / scale
        residuals.append(standard[:, 0] * standard[:, 1] - kernel(gram[:, 0, 1], centred)[:, None])
        state = LayerNorm().apply(state, width, rng)
        gram = state @ state.swapaxes(-1, -2) / width
    return np.concatenate([r.ravel() for r in residuals])
