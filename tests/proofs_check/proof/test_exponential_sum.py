"""Exponential sums: plans are found for known inequalities, and a plan for another sum is refused."""

from __future__ import annotations

import flint
import pytest

from proofs_check.proof.exponential_sum import Plan, SumRing, holds, search
from proofs_check.proof.polynomial_sign import Side

BOX = flint.fmpq_mpoly_ctx.get(("r", "t"), flint.Ordering.lex)
R, T = BOX.gens()
RING = SumRing({"r": Side(), "t": Side()}, ("n",), {"a": R, "b": T, "m": (R + T) / 2})
r, t, n = (RING.gens[name] for name in ("r", "t", "n"))
a, b, m = (RING.gens[f"{name}__n"] for name in ("a", "b", "m"))


@pytest.mark.parametrize(
    "polynomial",
    [
        r**2 * a + t**2 * b - 2 * ((r + t) / 2) ** 2 * m,  # the power mean inequality
        (n + 2) * (1 - r) - (1 - r**2 * a),  # Bernoulli
        r * t - r * a * t * b,
    ],
)
def test_a_known_inequality_has_a_plan(polynomial: flint.fmpq_mpoly) -> None:
    plan = search(RING, polynomial)
    assert plan is not None
    assert holds(RING, polynomial, plan)
    assert not holds(RING, -polynomial, plan)


@pytest.mark.parametrize("polynomial", [a - b, r * a - t, 1 - (n + 1) * a])
def test_a_sum_that_is_negative_somewhere_has_none(polynomial: flint.fmpq_mpoly) -> None:
    assert search(RING, polynomial) is None


@pytest.mark.parametrize("plan", [Plan("sign"), Plan("relax"), Plan("descend"), Plan("magic")])
def test_a_plan_is_checked_not_believed(plan: Plan) -> None:
    assert not holds(RING, a - b, plan)


def test_strict_needs_a_strict_start() -> None:
    assert search(RING, 1 - r * a, strict=True) is None  # 0 at r = 1
    assert search(RING, 2 - r * a, strict=True) is not None
