"""Pictures of evidence: what they show is what the check saw."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
import sympy as sp
from flint import arb

from numerics.statistics.distribution_test import distance_radius
from numerics.statistics.e_value import MeanTest
from proofs_check.claim.claim import SAMPLED, Claim, Mutant, Paper
from proofs_check.evidence.certified import from_monotone, from_proof
from proofs_check.evidence.evidence import Evidence
from proofs_check.evidence.plot import Mark, Plot
from proofs_check.evidence.sampled import judge_law, judge_mean
from proofs_check.evidence.slack_plot import decay_plot, law_plot, slack_plot
from proofs_check.evidence.trial import Trial
from proofs_check.interval.contraction import prove_kernel_contraction
from proofs_check.interval.prover import prove, prove_nonnegative
from proofs_check.run.run_report import RunReport
from proofs_check.run.runner import run


def test_slack_is_the_difference_of_both_sides_and_zeros_are_marked() -> None:
    plot = slack_plot("x**2 <= x for x in [0, 1]")
    assert plot is not None
    slack, zeros, level = plot.series
    assert slack.y == pytest.approx([x - x**2 for x in slack.x], abs=1e-6)
    assert (zeros.mark, zeros.x) == (Mark.POINTS, (0.0, 1.0))
    assert (level.x, level.y, level.is_reference) == ((0.0, 1.0), (0.0, 0.0), True)


def test_slack_of_several_variables_is_the_least_over_the_others() -> None:
    plot = slack_plot("x + y**2 >= 0 for x in [0, 1], y in [-1, 1]")
    assert plot is not None
    assert plot.series[0].y == pytest.approx(plot.series[0].x, abs=1e-6)  # least at y = 0, a point of the grid
    assert "least over y" in plot.caption


@pytest.mark.parametrize("claim", ["exp(x) >= x for x in [0, oo]", "log(x) <= 0 for x in [-2, -1]"])
def test_no_picture_of_an_unbounded_domain_or_of_no_values(claim: str) -> None:
    assert slack_plot(claim) is None


def test_a_long_inequality_is_not_repeated_in_the_caption() -> None:
    plot = slack_plot("+".join(["x**2"] * 40) + " >= 0 for x in [0, 1]")
    assert plot is not None
    assert len(plot.caption) < 200


def test_certified_evidence_shows_slack_in_the_variable_of_the_claim() -> None:
    rho = sp.Symbol("rho")
    arc_cosine = (sp.sqrt(1 - rho**2) + (sp.pi - sp.acos(rho)) * rho) / sp.pi
    evidence = from_proof(prove(sp.Ge(arc_cosine, rho), {rho: (-1, 1)}), "arc-cosine kernel")
    (plot,) = evidence.plots
    assert plot.x_label == "rho"  # though the proof went through rho = cos(pi t)
    expected = [(math.sqrt(1 - x * x) + (math.pi - math.acos(x)) * x) / math.pi - x for x in plot.series[0].x]
    assert plot.series[0].y == pytest.approx(expected, abs=2e-6)


def test_refuting_evidence_shows_where_the_slack_is_negative() -> None:
    x = sp.Symbol("x")
    (plot,) = from_proof(prove_nonnegative(x**2 - x, {x: (0, 2)}), "wrong").plots
    assert min(plot.series[0].y) < 0 < max(plot.series[0].y)


def test_kernel_evidence_shows_the_contraction_of_its_coefficients() -> None:
    half = [arb(1) / 2, arb(1) / 4, arb(1) / 4]
    (plot,) = from_monotone(prove_kernel_contraction(half, "3/2"), "three terms").plots

    def slack(r: float) -> float:
        kappa_over_r = 1 / 2 + r / 4 + r**2 / 4
        gap_over = 1 + r / 2 + r**2 / 4  # (1 - kappa)/(1 - r), by division
        return gap_over - 1.5 * kappa_over_r

    assert plot.series[0].y == pytest.approx([slack(x) for x in plot.series[0].x], abs=1e-6)


@dataclass(frozen=True)
class Mean:
    value: float = 0.5


def coins(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.integers(0, 2, size).astype(float)


def uniforms(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.random(size)


def sampled_run(value: float) -> RunReport:
    claim = Claim("T1", "Coins are fair", Paper("T", "t"), Mean(value), [100], [Mutant("m", Mean(0.9), "100", SAMPLED)])

    @claim.sampled
    def by_coins(statement: Mean, case: int, trial: Trial) -> Evidence:
        test = MeanTest.equal(statement.value, support=(0.0, 1.0), delta=0.05)
        return judge_mean(trial, test, coins, {"size": case}, shards=200, what="mean")

    @claim.sampled
    def by_law(statement: Mean, case: int, trial: Trial) -> Evidence:
        return judge_law(
            trial,
            uniforms,
            {"size": case},
            lambda x: x,
            lambda x: x ** (0.5 / statement.value),
            shards=40,
            delta=0.1,
            what="u",
        )

    return run([claim])


def test_a_running_mean_ends_at_the_estimate_and_is_marked_where_it_was_decided() -> None:
    evidence = sampled_run(0.5).claims[0].findings[0].evidence
    (plot,) = evidence.plots
    mean, claimed, decided = plot.series
    assert (claimed.y, claimed.low, claimed.high) == ((0.5, 0.5), (0.45, 0.45), (0.55, 0.55))
    assert decided.label == "supported here"
    assert decided.x == (evidence.samples,)
    assert decided.y[0] == pytest.approx(float(evidence.figures[0].value), rel=1e-5)
    place = mean.x.index(evidence.samples)
    assert mean.y[place] == pytest.approx(decided.y[0], rel=1e-5)
    # Hoeffding for one sample size, and what it costs at most that the band holds at all of them: both of a coin, in [0, 1]
    assert mean.low is not None
    width = mean.y[-1] - mean.low[-1]
    assert evidence.error_probability is not None
    fixed = math.sqrt(math.log(2 / evidence.error_probability) / (2 * mean.x[-1]))
    assert fixed < width < 1.2 * fixed


def test_a_refuted_mean_lies_outside_its_claim() -> None:
    (plot,) = sampled_run(0.6).claims[0].findings[0].evidence.plots
    assert plot.series[-1].label == "refuted here"
    assert plot.series[0].high is not None
    assert plot.series[0].high[-1] < 0.6


def test_a_law_is_shown_with_its_band() -> None:
    evidence = sampled_run(0.5).claims[0].findings[1].evidence
    (plot,) = evidence.plots
    empirical, law = plot.series
    assert (empirical.mark, law.is_reference) == (Mark.STEPS, True)
    assert law.y == pytest.approx(law.x, abs=1e-6)  # the uniform law
    assert empirical.low is not None
    assert empirical.high is not None
    radius = distance_radius(evidence.error_probability, (4000,))
    inner = [y - low for y, low in zip(empirical.y, empirical.low, strict=True) if low > 0]
    assert inner == pytest.approx([radius] * len(inner), abs=2e-6)


def test_decay_shows_distances_and_bounds_that_are_positive() -> None:
    paths = {
        "first": [(layer, 2.0**-layer, 2.0 ** (1 - layer)) for layer in range(1, 200)],
        "vanished": [(1, 0.5, 1.0), (2, 0.0, 0.5)],
        "second": [(1, 0.5, 1.0), (2, 0.25, 0.5)],
    }
    plot = decay_plot(paths, "d")
    assert plot is not None
    assert plot.log_y
    assert [series.label for series in plot.series] == ["first", "bound, first", "second", "bound, second"]
    first, bound = plot.series[:2]
    assert len(first.x) <= 100
    assert (first.x[0], first.x[-1]) == (1, 199)
    assert bound.y == pytest.approx([2 * y for y in first.y], rel=1e-5)
    assert decay_plot({"point": [(1, 0.5, 1.0)]}, "d") is None


def test_plots_are_light() -> None:
    for finding in sampled_run(0.5).claims[0].findings:
        assert all(len(series.x) <= 100 for plot in finding.evidence.plots for series in plot.series)
    many = law_plot(np.random.default_rng(0).random(100_000), lambda x: x, 0.01, "u")
    assert isinstance(many, Plot)
    assert len(many.series[0].x) <= 100


def test_samples_that_are_all_equal_have_no_picture() -> None:
    assert law_plot(np.zeros(100), lambda x: (x >= 0).astype(float), 0.1, "constant") is None
