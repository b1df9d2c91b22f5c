"""Sampled mutants fall with probability at least 1 - 1e-9 at their budget: the narrowest of the ledger, computed.

For a mean: after B shards the log fortune of one stake exceeds its threshold by z standard deviations of the sum, z >= 6 (a normal
tail of 1e-9), growth and deviation per shard estimated from all shards. For a law: samples whose law lies at distance D from
the stated one miss it with probability at most 2 exp(-2 n (D - r - bias)^2) (Dvoretzky, Kiefer, Wolfowitz; Massart), r the
radius of the test; D is the distance seen over the whole budget.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import proofs_check.evidence.sampled as rung
from numerics.campaign.campaign import Campaign
from numerics.statistics.betting import GRID
from proofs_check.evidence.trial import PROFILES, Trial
from proofs_check.evidence.verdict import Rung
from proofs_check.ledger import ledger
from proofs_check.run.run_report import FALSE_ALARMS
from proofs_check.run.runner import perform, plan

NARROWEST = [
    ("B4", "0.7 at every width, sampled"),
    ("D4", "mu doubled, networks"),
    ("D5", "variance T, layers"),
    ("D11", "the full Laplacian, networks"),
    ("D11", "half the time"),
    ("D17", "mean 1 + 1/(2b), networks"),
    ("D20", "rho -> 1, networks"),
    ("D23", "time halved"),
]
MISS = 1e-9
ALPHA = FALSE_ALARMS / 600
"""At most the share of one test in a run of the whole ledger."""


@pytest.fixture
def misses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The probability to miss, of every sampled test that runs: each computes its whole budget."""
    found: list[float] = []
    limit_law_test = rung.limit_law_test

    def whole_budget(self: Campaign, judge: Any, at_most: int, **_: Any) -> Any:
        results = self.run(at_most)
        stakes = GRID * len(self.config["test"].refuting())
        growth = np.array([result["tally"][4 : 4 + stakes] for result in results])
        threshold = math.log(stakes / ALPHA)
        spread = growth.std(axis=0, ddof=1) * math.sqrt(at_most) + 1e-12
        z = float(((at_most * growth.mean(axis=0) - threshold) / spread).max())
        found.append(0.5 * math.erfc(z / math.sqrt(2)))
        return judge(results)

    def law(samples: np.ndarray, law: Any, alpha: float, *, bias: float = 0.0, **options: Any) -> Any:
        evidence = limit_law_test(samples, law, alpha, bias=bias, **options)
        margin = evidence.distance - evidence.radius - bias
        found.append(min(1.0, 2 * math.exp(-2 * samples.size * margin**2)) if margin > 0 else 1.0)
        return evidence

    monkeypatch.setattr(Campaign, "run_until", whole_budget)
    monkeypatch.setattr(rung, "limit_law_test", law)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("identifier", "name"), NARROWEST)
def test_a_mutant_survives_less_than_once_in_a_thousand_million_runs(
    identifier: str, name: str, misses: list[float]
) -> None:
    claim = next(claim for claim in ledger() if claim.id == identifier)
    for task in plan([claim]):
        if task.mutant is not None and task.mutant.name == name and task.check.rung is Rung.SAMPLED:
            perform(task, Trial(PROFILES["quick"], 3, task.key, ALPHA))
    assert min(misses) <= MISS
