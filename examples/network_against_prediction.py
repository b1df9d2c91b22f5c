"""A network simulated against its prediction: the correlation of two samples through layers of finite width.

A block is Gaussian weights, tanh, layer norm. Theory predicts the mean (kernel map, plus a correction of order 1/width) and
the spread over networks; networks are sampled exactly in law, without weight matrices.
"""

from __future__ import annotations

import numpy as np

from haarmite import Activation, CorrelationBand, KernelMap, correlation_band, gram_chain, layer_normalised_mlp

WIDTH, DEPTH, NETWORKS, START = 200, 12, 400, 0.9


def simulate(seed: int = 0) -> np.ndarray:
    """Return rho after each layer, shape (DEPTH, NETWORKS)."""
    network = layer_normalised_mlp(Activation.from_text("tanh"), WIDTH, DEPTH)
    gram = np.array([[1.0, START], [START, 1.0]])
    return np.array([g[:, 0, 1] for g in gram_chain(network, gram, np.random.default_rng(seed), repeats=NETWORKS)])


def predict() -> CorrelationBand:
    """Return mean and standard deviation of rho after 0, 1, ..., DEPTH layers."""
    return correlation_band(KernelMap.centred(Activation.from_text("tanh")), START, WIDTH, DEPTH)


def main() -> None:
    """Print prediction and samples, layer by layer."""
    rho, predicted = simulate(), predict()
    print("layer   predicted mean +- sd    sampled mean +- sd    (mean off by, in standard errors)")
    for layer in range(1, DEPTH + 1):
        mean, sd = rho[layer - 1].mean(), rho[layer - 1].std(ddof=1)
        off = (mean - predicted.mean[layer]) / (sd / np.sqrt(NETWORKS))
        print(
            f"{layer:5}   {predicted.mean[layer]:10.4f} +- {predicted.standard_deviation[layer]:.4f}"
            f"    {mean:8.4f} +- {sd:.4f}    {off:+.1f}"
        )


if __name__ == "__main__":
    main()
