"""Sampled evidence beside the t-test and Maurer-Pontil's bound on the same samples: `python -m benchmarks.evidence_sampling`.

Cost of e-values, memory, the store; then false alarms and samples to refute, which count and do not depend on the machine.
"""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.row import Row, alone, cpu_seconds
from numerics.campaign.campaign import Campaign
from numerics.campaign.random_streams import stream
from numerics.campaign.result_store import ResultStore, encode
from numerics.statistics.betting import log_mean_exp
from numerics.statistics.e_value import MeanTest

UNIT = (0.0, 1.0)


def cost_per_sample() -> Iterator[Row]:
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
        nanoseconds = cpu_seconds(partial(test.tally, samples)) / n * 1e9
        yield Row(f"e-value of a sample, {name}", nanoseconds, most=500, unit="ns")


def peak_memory() -> Iterator[Row]:
    """In a process of its own, which has not allocated anything else."""
    n = 10_000_000
    script = (
        "from numerics.statistics.e_value import MeanTest\n"
        "from numerics.campaign.random_streams import stream\n"
        "import resource, sys, time\n"
        "rng, test = stream(0, 'memory'), MeanTest.equal(2 / 7, support=(0.0, 1.0), delta=0.001)\n"
        "start = time.process_time()\n"
        f"evidence = test.judge([test.tally(rng.beta(2, 5, 100_000) for _ in range({n} // 100_000))], 1e-8)\n"
        "unit = 1 if sys.platform == 'darwin' else 1024\n"
        "print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    note = f"{seconds:.1f} s with drawing"
    yield Row(
        "peak memory of a process that judges 1e7 samples",
        peak,
        "all samples at once",
        8e-6 * n,
        most=200,
        unit="MB",
        note=note,
    )


def tiny(rng: np.random.Generator) -> dict[str, float | NDArray[np.float64]]:
    return {"mean": rng.random(), "tally": rng.random(28)}


def store_speed() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        payload = encode(tiny(stream(0, "payload")))
        count = 20_000

        def fill() -> None:
            path = Path(folder) / f"{time.perf_counter_ns()}.sqlite"
            with ResultStore(path) as store:
                for index in range(count):
                    store.put("key", index, payload)

        rate = count / wall_seconds(fill)
        yield Row(
            "shards committed per second, wall time", rate, least=5000, unit="/s", note=f"{len(payload)} bytes each"
        )
        campaign, shards = Campaign("benchmark", "tiny", tiny), 10_000
        path = Path(folder) / "resume.sqlite"
        with ResultStore(path) as store:
            start = time.perf_counter()
            first = campaign.run(shards, store=store)
            run = time.perf_counter() - start

        def resume() -> None:
            with ResultStore(path) as store:
                again = campaign.run(shards, store=store)
            if any(a["mean"] != b["mean"] for a, b in zip(first, again, strict=True)):
                raise AssertionError("resumed results differ")

        what = f"resuming a finished run of {shards:,} empty shards, wall time"
        yield Row(what, wall_seconds(resume), "running it", run, most=3)


def wall_seconds(work: Callable[[], object]) -> float:
    """Least wall time of three calls: a store waits for the disk."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def t_test_alarms(samples: NDArray[np.float64], mean: float, alpha: float) -> int:
    """Alarms of the two-sided t-test, one look at all samples, per run."""
    from scipy.stats import t

    n = samples.shape[1]
    statistic = (samples.mean(axis=1) - mean) / (samples.std(axis=1, ddof=1) / math.sqrt(n))
    return int((np.abs(statistic) > t.isf(alpha / 2, n - 1)).sum())


def false_alarms() -> Iterator[Row]:
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
        for k, alpha in enumerate(alphas):
            yield Row(
                f"false alarms in {runs:,} runs, {name}, nominal {runs * alpha:.0f}",
                counts[0, k],
                "t-test, one look",
                counts[1, k],
                # three standard errors of a count
                most=runs * alpha + 3 * (runs * alpha) ** 0.5,
                unit="runs",
                note=f"2,000 samples, at {alpha:g}; the e-value looks {looks} times",
            )


def maurer_pontil_radius(variance: float, n: int, alpha: float) -> float:
    """Two-sided empirical Bernstein radius for samples in [0, 1] (Maurer and Pontil 2009, theorem 4)."""
    logarithm = math.log(4 / alpha)
    return math.sqrt(2 * variance * logarithm / n) + 7 * logarithm / (3 * (n - 1))


def samples_to_refute() -> Iterator[Row]:
    from scipy.stats import norm

    alpha, runs = 1e-8, 60
    laws: dict[str, tuple[Callable[..., NDArray[np.float64]], float, float]] = {
        "Beta(2,5)": (lambda g, n: g.beta(2, 5, n), 2 / 7, math.sqrt(10 / 392)),
        "Bernoulli(0.5)": (lambda g, n: (g.random(n) < 0.5) * 1.0, 0.5, 0.5),
    }
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
        for k, share in enumerate(("50", "90")):
            what = f"samples to refute, {name}, claim off by 0.05 sd, {share} % of runs"
            note = f"error probability {alpha:g}"
            yield Row(what, quantiles[k], "Maurer-Pontil, n fixed", fixed[k][0], unit="", note=note)
            yield Row(what, quantiles[k], "t-test, n fixed, no guarantee", fixed[k][1], unit="", note=note)


def rows() -> Iterator[Row]:
    yield from peak_memory()
    yield from cost_per_sample()
    yield from store_speed()
    yield from false_alarms()
    yield from samples_to_refute()


if __name__ == "__main__":
    alone("evidence_sampling", rows)
