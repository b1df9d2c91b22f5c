"""Sampled evidence: cost of e-values, memory, store, and what the t-test and Maurer-Pontil's bound do on the same
samples.

Run ``python -m benchmarks.evidence_sampling``. Everything is measured in one process, one thing after the other; times
are the best of some repetitions, comparisons count alarms and samples and do not depend on the machine.
"""

from __future__ import annotations

import math
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numerics.betting import log_mean_exp
from numerics.campaign import Campaign
from numerics.e_value import MeanTest
from numerics.random_streams import stream
from numerics.result_store import ResultStore, encode

UNIT = (0.0, 1.0)


def best_of(repetitions: int, work: Callable[[], object]) -> float:
    """Least wall time of some calls, in seconds."""
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def cost_per_sample() -> None:
    n = 1_000_000
    rng = stream(0, "cost")
    beta, lognormal = rng.beta(2, 5, n), rng.lognormal(0, 1, n)
    variance = math.expm1(1) * math.e
    cases = {
        "bounded, two-sided": (MeanTest.equal(2 / 7, support=UNIT), beta),
        "bounded, two-sided, with support": (MeanTest.equal(2 / 7, support=UNIT, delta=0.01), beta),
        "non-negative, one-sided": (MeanTest.at_most(math.exp(0.5), support=(0.0, math.inf)), lognormal),
        "known variance, two-sided": (MeanTest.equal(math.exp(0.5), variance=variance), lognormal),
        "known variance, two-sided, with support": (
            MeanTest.equal(math.exp(0.5), variance=variance, delta=0.1),
            lognormal,
        ),
    }
    for name, (test, samples) in cases.items():
        seconds = best_of(3, partial(test.tally, samples))
        print(f"  {name:42s} {seconds / n * 1e9:6.0f} ns/sample  (target <= 500)")


def peak_memory() -> None:
    n, chunk = 10_000_000, 100_000
    rng = stream(0, "memory")
    test = MeanTest.equal(2 / 7, support=UNIT, delta=0.001)

    def chunks() -> Iterator[NDArray[np.float64]]:
        for _ in range(n // chunk):
            yield rng.beta(2, 5, chunk)

    start = time.perf_counter()
    evidence = test.judge([test.tally(chunks())], 1e-8)
    seconds = time.perf_counter() - start
    unit = 1024 if sys.platform != "darwin" else 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    print(
        f"  1e7 samples: {evidence.verdict}, {seconds:.1f} s with drawing; peak of this process {peak:.0f} MB (target < 200)"
    )


def tiny(rng: np.random.Generator) -> dict[str, float | NDArray[np.float64]]:
    return {"mean": rng.random(), "tally": rng.random(28)}


def store_speed() -> None:
    with tempfile.TemporaryDirectory() as folder:
        payload = encode(tiny(stream(0, "payload")))
        count = 20_000

        def fill() -> None:
            path = Path(folder) / f"{time.perf_counter_ns()}.sqlite"
            with ResultStore(path) as store:
                for index in range(count):
                    store.put("key", index, payload)

        seconds = best_of(3, fill)
        print(f"  {count / seconds:,.0f} shards committed per second, {len(payload)} bytes each (target >= 5,000)")
        campaign, shards = Campaign("benchmark", "tiny", tiny), 10_000
        path = Path(folder) / "resume.sqlite"
        with ResultStore(path) as store:
            start = time.perf_counter()
            first = campaign.run(shards, store=store)
            print(f"  a run of {shards:,} empty shards in this process: {time.perf_counter() - start:.2f} s")

        def resume() -> None:
            with ResultStore(path) as store:
                again = campaign.run(shards, store=store)
            if any(a["mean"] != b["mean"] for a, b in zip(first, again, strict=True)):
                raise AssertionError("resumed results differ")

        print(f"  resuming it when finished: {best_of(3, resume):.2f} s (target <= 3)")


def t_test_alarms(samples: NDArray[np.float64], mean: float, alpha: float) -> int:
    """Alarms of the two-sided t-test, one look at all samples, per run."""
    from scipy.stats import t

    n = samples.shape[1]
    statistic = (samples.mean(axis=1) - mean) / (samples.std(axis=1, ddof=1) / math.sqrt(n))
    return int((np.abs(statistic) > t.isf(alpha / 2, n - 1)).sum())


def false_alarms() -> None:
    runs, looks, step = 10_000, 20, 100
    laws: dict[str, tuple[Callable[..., NDArray[np.float64]], MeanTest, float]] = {
        "Beta(2,5)": (lambda g, s: g.beta(2, 5, s), MeanTest.equal(2 / 7, support=UNIT), 2 / 7),
        "Bernoulli(0.01)": (lambda g, s: (g.random(s) < 0.01) * 1.0, MeanTest.equal(0.01, support=UNIT), 0.01),
    }
    for sigma in (1.0, 2.0):
        mean = math.exp(sigma**2 / 2)
        laws[f"lognormal({sigma:.0f})"] = (
            lambda g, s, sigma=sigma: g.lognormal(0, sigma, s),
            MeanTest.at_most(mean, support=(0.0, math.inf)),
            mean,
        )
    alphas = (0.05, 0.01, 0.001)
    print(f"  {'law':18s}{'e-value, 20 looks':>24s}{'t-test, 1 look':>24s}")
    for name, (draw, test, mean) in laws.items():
        counts = np.zeros((2, len(alphas)), dtype=int)
        for group in range(10):
            samples = draw(stream(0, "alarms", name, group), (runs // 10, looks * step))
            parts = samples.reshape(-1, looks, step)
            capitals = []
            for bet in test.refuting():
                gains = (parts - bet.centre) * (1 if bet.upward else -1)
                capitals += [np.log1p(stake * gains).sum(axis=2).cumsum(axis=1) for stake in bet.stakes]
            best = log_mean_exp(np.moveaxis(np.array(capitals), 0, -1)).max(axis=1)
            for k, alpha in enumerate(alphas):
                counts[0, k] += int((best >= -math.log(alpha)).sum())
                counts[1, k] += t_test_alarms(samples, mean, alpha)
        columns = ["".join(f"{count:8d}" for count in row) for row in counts]
        print(f"  {name:18s}{columns[0]}{columns[1]}")
    print(f"  {'nominal':18s}{''.join(f'{runs * alpha:8.0f}' for alpha in alphas) * 2}")


def maurer_pontil_radius(variance: float, n: int, alpha: float) -> float:
    """Two-sided empirical Bernstein radius for samples in [0, 1] (Maurer and Pontil 2009, theorem 4)."""
    logarithm = math.log(4 / alpha)
    return math.sqrt(2 * variance * logarithm / n) + 7 * logarithm / (3 * (n - 1))


def samples_to_refute() -> None:
    from scipy.stats import norm

    alpha, runs = 1e-8, 60
    laws: dict[str, tuple[Callable[..., NDArray[np.float64]], float, float]] = {
        "Beta(2,5)": (lambda g, n: g.beta(2, 5, n), 2 / 7, math.sqrt(10 / 392)),
        "Bernoulli(0.5)": (lambda g, n: (g.random(n) < 0.5) * 1.0, 0.5, 0.5),
    }
    print(
        f"  {'law, claim off by 0.05 sd':28s}{'e-value':>18s}{'Maurer-Pontil':>18s}{'t-test':>18s}   (50 % / 90 % of runs)"
    )
    for name, (draw, mean, sd) in laws.items():
        deviation, shard = 0.05 * sd, 500
        test = MeanTest.equal(mean - deviation, support=UNIT)
        used = []
        for run in range(runs):
            rng = stream(0, "power", name, run)
            evidence = test.judge([test.tally(draw(rng, shard)) for _ in range(100)], alpha)
            used.append(evidence.samples if evidence.verdict == "refuted" else math.inf)
        fixed = []
        for z in (0.0, float(norm.ppf(0.9))):
            # fixed-n tests: the least n whose radius, and z standard errors, fit into the deviation
            rival = next(
                n
                for n in range(100, 10**6, 100)
                if maurer_pontil_radius(sd**2, n, alpha) + z * sd / n**0.5 <= deviation
            )
            fixed.append((rival, math.ceil(((norm.isf(alpha / 2) + z) * sd / deviation) ** 2)))
        quantiles = np.quantile(used, [0.5, 0.9], method="higher")
        cells = [f"{quantiles[0]:,.0f} / {quantiles[1]:,.0f}"]
        cells += [f"{fixed[0][k]:,} / {fixed[1][k]:,}" for k in (0, 1)]
        print(f"  {name:28s}" + "".join(f"{cell:>18s}" for cell in cells))


def main() -> None:
    for title, part in (
        ("Peak memory", peak_memory),  # first: the process has not allocated anything else yet
        ("e-value cost", cost_per_sample),
        ("Result store", store_speed),
        ("False alarms in 10,000 runs of 2,000 samples at 0.05, 0.01, 0.001", false_alarms),
        ("Samples to refute at error probability 1e-8", samples_to_refute),
    ):
        print(f"{title}:")
        part()


if __name__ == "__main__":
    main()
