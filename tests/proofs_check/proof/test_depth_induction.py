"""Bounds at every depth: semigroups whose one layer holds are affirmed, others never."""

from __future__ import annotations

import pytest

from proofs_check.proof.depth_induction import affirms
from theory.statement import parse

_BOUND = "|kappa^l(r)| <= |r| b/(1-|r|+|r| b)"


@pytest.mark.parametrize(
    ("line", "true"),
    [
        (f"for every activation s, l >= 0, r in (-1, 1): {_BOUND}, b = (2-kappa'(0))^-l", True),
        ("for every activation s, l >= 1, r in (0, 1): kappa^l(r) <= r", True),
        (f"for every odd activation s with kappa'(0) >= 1/2, l >= 0, r in (-1, 1): {_BOUND}, b = kappa'(0)^l", True),
        (f"for every odd activation s with kappa'(0) >= 1/4, l >= 0, r in (-1, 1): {_BOUND}, b = kappa'(0)^l", False),
        (f"for every activation s, l >= 0, r in (-1, 1): {_BOUND}, b = (2.1-kappa'(0))^-l", False),
        ("for every activation s, l >= 0, r in (0, 1): kappa^l(r) <= r/2", False),
        ("for every activation s, l >= 0, r in (0, 1): kappa^l(r) <= r^(l+1)", False),
        ("for every activation s, l >= 0, r in (-1, 1): kappa^l(r) <= r", False),
        ("for every activation s, l >= 0, r in (0, 1): kappa^l(r) <= r + l", False),
    ],
)
def test_a_semigroup_whose_one_layer_holds_is_affirmed(line, true):
    assert affirms(parse(line)) is true
