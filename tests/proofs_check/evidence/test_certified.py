from __future__ import annotations

import flint
import pytest
import sympy as sp

from proofs_check.evidence.certified import from_slack
from proofs_check.evidence.verdict import Verdict


@pytest.mark.parametrize("slack", [sp.Float(0.1), 0.1, sp.Rational(1, 3), True])
def test_only_a_ball_certifies(slack: object) -> None:
    with pytest.raises(TypeError, match="needs a ball"):
        from_slack(slack, "what", "where")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("slack", "verdict"),
    [
        (flint.arb(1, 0.5), Verdict.CERTIFIED),
        (flint.arb(-1, 0.5), Verdict.REFUTED),
        (flint.arb(0, 0.5), Verdict.INCONCLUSIVE),
    ],
)
def test_a_ball_says_true_false_or_neither(slack: flint.arb, verdict: Verdict) -> None:
    assert from_slack(slack, "what", "where").verdict is verdict
