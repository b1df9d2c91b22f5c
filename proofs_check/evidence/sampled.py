"""The sampled rung: e-values decide, never a t-test; what is stated is stated with its error probability and power.

A check draws shards through its `Trial`, reduces each to a tally of a `numerics.statistics.e_value.MeanTest`, and stops at the
first shard boundary that decides: the e-value is valid there, and at every other.
"""

from __future__ import annotations

import math
import pickle
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from numerics.statistics.e_value import MeanEvidence, MeanTest
from numerics.statistics.fairness import FALSE_ALARM, fair_law_samples, limit_law_test
from proofs_check.evidence.evidence import Evidence, Figure
from proofs_check.evidence.plot import Plot
from proofs_check.evidence.slack_plot import law_plot, running_mean_plot
from proofs_check.evidence.trial import Trial
from proofs_check.evidence.verdict import Rung, Verdict

MOST_PLOTS = 6
"""Plots that joint evidence keeps: a check of thirty layers shows the first ones, its figures name them all."""

_KEPT: OrderedDict[bytes, np.ndarray] = OrderedDict()
_MOST_KEPT, _LARGEST_KEPT = 64, 50_000  # arrays of doubles: at most 26 MB

_VERDICTS = {
    "refuted": Verdict.REFUTED,
    "supported": Verdict.SUPPORTED,
    "inconclusive": Verdict.INCONCLUSIVE,
}


def judge_mean(
    trial: Trial,
    test: MeanTest,
    draw: Callable[..., np.ndarray],
    config: dict[str, Any],
    *,
    shards: int,
    what: str,
    share: float = 1.0,
) -> Evidence:
    """Return what samples say of a mean.

    Parameters
    ----------
    trial : Trial
    test : MeanTest
        The claimed mean, what theory knows of the samples, and the width delta of "supported". A mean that holds in a limit
        only is claimed as an interval that contains its finite-size bias (`numerics.covariance_sde.finite_size`).
    draw : callable
        ``draw(rng, **config)`` returns one shard of samples, a float64 array; a function at module level.
    config : dict
    shards : int
        The budget at profile quick, in shards.
    what : str
        The mean in words.
    share : float
        The part of the trial's error probability this test may use (a check with two tests gives each 1/2).

    Returns
    -------
    Evidence
        Figures: the estimate with its standard error, the claim, the width of support, and the smallest deviation that
        the whole budget refutes with 90 % power.
    """
    total = shards * trial.profile.shards
    campaign = trial.campaign(what, _tally, {"test": test, "draw": draw, "config": config})
    tallies: list[np.ndarray] = []

    def judge(results: list[dict[str, Any]]) -> MeanEvidence:
        tallies[:] = (result["tally"] for result in results)
        return test.judge(tallies, trial.alpha * share, budget=int(tallies[0][0]) * total)

    place = trial.workplace
    found = campaign.run_until(judge, total, executor=place.executor, store=place.store)
    return _evidence(found, test, what, running_mean_plot(tallies, test, found, what))


def judge_law(
    trial: Trial,
    draw: Callable[..., np.ndarray],
    config: dict[str, Any],
    standardise: Callable[[np.ndarray], np.ndarray],
    distribution_function: Callable[[np.ndarray], np.ndarray],
    *,
    shards: int,
    delta: float,
    what: str,
    bias: float = 0.0,
) -> Evidence:
    """Return what samples say of a law, by the Dvoretzky-Kiefer-Wolfowitz bound on sup |F_n - F|.

    Parameters
    ----------
    trial : Trial
        The sample size is fixed beforehand: all shards are drawn, at every profile the same number, because a law that
        holds only in a limit would be refuted by enough samples.
    draw, config, shards, what
        As for `judge_mean`.
    standardise : callable
        From a draw to the variable whose law is claimed.
    distribution_function : callable
        The claimed law.
    delta : float
        Kolmogorov distance within which the law is to be supported.
    bias : float
        For a law that holds in a limit only: how far the samples' law may lie from it (`numerics.covariance_sde.finite_size`). The test
        refutes beyond the noise and the bias together, so that its error probability holds at every sample size.
    """
    place = trial.workplace
    campaign = trial.campaign(what, _samples, {"draw": draw, "config": config})
    results = campaign.run(shards, executor=place.executor, store=place.store)
    samples = np.concatenate([result["samples"] for result in results])
    standardised = standardise(samples)
    found = limit_law_test(standardised, distribution_function, trial.alpha, bias=bias, delta=delta)
    plot = law_plot(standardised, distribution_function, found.radius, what)
    verdict = _VERDICTS[found.verdict]
    figures = (
        Figure(f"{what}: sup |F_n - F|", f"{found.distance:.4g}", f"{found.radius:.3g}"),
        Figure("refutes with 90 % power a distance of", f"{found.resolution:.3g}"),
        *_granted(bias, trial.alpha),
    )
    witness = None
    if verdict is Verdict.REFUTED:
        witness = f"{what}: sup |F_n - F| = {found.distance:.4g} at {found.where:.4g}, log p <= {found.log_p:.1f}"
    return Evidence(
        verdict,
        Rung.SAMPLED,
        f"{what}: distance {found.distance:.3g} over {samples.size} samples",
        figures=figures,
        sharpness=Figure("supported within", f"{delta:.3g}") if verdict is Verdict.SUPPORTED else None,
        witness=witness,
        error_probability=found.alpha,
        samples=samples.size,
        plots=() if plot is None else (plot,),
    )


def _granted(bias: float, alpha: float) -> tuple[Figure, ...]:
    """Return the bias that a test of a limit grants, and the samples up to which a test without it would be fair."""
    if not bias > 0 or alpha >= FALSE_ALARM:
        return ()
    fair = fair_law_samples(bias, alpha)
    return (Figure("finite-size bias granted", f"{bias:.3g}"), Figure("fair without it up to", f"{fair} samples"))


def _tally(
    rng: np.random.Generator, test: MeanTest, draw: Callable[..., np.ndarray], config: dict[str, Any]
) -> dict[str, np.ndarray]:
    return {"tally": test.tally(_drawn(rng, draw, config))}


def _samples(
    rng: np.random.Generator, draw: Callable[..., np.ndarray], config: dict[str, Any]
) -> dict[str, np.ndarray]:
    return {"samples": _drawn(rng, draw, config)}


def _drawn(rng: np.random.Generator, draw: Callable[..., np.ndarray], config: dict[str, Any]) -> np.ndarray:
    """Return draw(rng, **config), remembered: a claim's mutants are judged on the random numbers of the true statement."""
    try:
        key = pickle.dumps((draw, config, rng.bit_generator.state))
    except (pickle.PicklingError, AttributeError, TypeError):  # a function of a user's own file, in a worker process
        return np.asarray(draw(rng, **config))
    if key in _KEPT:
        _KEPT.move_to_end(key)
        return _KEPT[key]
    samples = np.asarray(draw(rng, **config))
    if samples.size <= _LARGEST_KEPT:
        samples.flags.writeable = False
        _KEPT[key] = samples
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.popitem(last=False)
    return samples


def _fortune(log_e: float) -> str:
    """Return what an e-value says in words: what became of a stake on the claim being false."""
    return f"{'grew to' if log_e > 0 else 'shrank to'} {_times(log_e)} its stake"


def _times(log_e: float) -> str:
    """Return an e-value, whose logarithm may be beyond any double, as a multiple of the stake."""
    power = math.floor(log_e / math.log(10)) if math.isfinite(log_e) else 0
    if -3 <= power < 4:
        return f"{math.exp(log_e):.2g} times"
    return f"{math.exp(log_e - power * math.log(10)):.1f}e{power:+03d} times"


def _evidence(found: MeanEvidence, test: MeanTest, what: str, plot: Plot | None) -> Evidence:
    verdict = _VERDICTS[found.verdict]
    claimed = _claimed(test)
    figures = (
        Figure(what, f"{found.estimate:.6g}", f"{found.standard_error:.2g}"),
        Figure("claimed", claimed),
        Figure("a bet against it", f"{_fortune(found.log_e)}; refuted from {_times(found.log_threshold)} on"),
        Figure("refutes with 90 % power", f"{found.resolution:.3g}"),
    )
    sharpness = (
        Figure("supported within", f"{found.delta:.3g}") if found.delta and verdict is Verdict.SUPPORTED else None
    )
    witness = None
    if verdict is Verdict.REFUTED:
        witness = (
            f"{what}: {found.estimate:.6g} +- {found.standard_error:.2g} over {found.samples} samples, claimed {claimed}; "
            f"a bet against the claim {_fortune(found.log_e)}, refuted from {_times(found.log_threshold)} on"
        )
    summary = {
        Verdict.REFUTED: f"{what}: samples contradict the claim",
        Verdict.SUPPORTED: f"{what}: within {found.delta or 0:.3g} of the claim",
        Verdict.INCONCLUSIVE: f"{what}: {found.samples} samples do not decide; more of them would",
    }[verdict]
    return Evidence(
        verdict,
        Rung.SAMPLED,
        summary,
        figures=figures,
        sharpness=sharpness,
        witness=witness,
        error_probability=found.alpha,
        samples=found.samples,
        plots=() if plot is None else (plot,),
    )


def _claimed(test: MeanTest) -> str:
    if test.lower == test.upper:
        return f"= {test.upper:.6g}"
    if math.isinf(test.lower):
        return f"<= {test.upper:.6g}"
    return f">= {test.lower:.6g}" if math.isinf(test.upper) else f"in [{test.lower:.6g}, {test.upper:.6g}]"


def all_of(parts: list[Evidence]) -> Evidence:
    """Return the evidence of several sampled tests of one statement: refuted by any, supported by all.

    The error probabilities add; figures and samples are those of all parts.
    """
    refuting = next((part for part in parts if part.refutes), None)
    weakest = refuting or next((p for p in parts if p.verdict is Verdict.INCONCLUSIVE), parts[0])
    return Evidence(
        weakest.verdict,
        Rung.SAMPLED,
        weakest.summary if weakest.verdict is not Verdict.SUPPORTED else "; ".join(p.summary for p in parts),
        figures=tuple(figure for part in parts for figure in part.figures),
        sharpness=parts[0].sharpness,
        witness=weakest.witness,
        error_probability=sum(part.error_probability for part in parts),
        samples=sum(part.samples for part in parts),
        plots=tuple(plot for part in parts for plot in part.plots)[:MOST_PLOTS],
    )
