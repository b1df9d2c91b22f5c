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
        ("for every activation s, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= rms'(1)^l (1-r)", False),  # a slope above 1 leaves [-1, 1]
        ("for every activation s with rms'(1) < 1, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= rms'(1)^l (1-r)", True),  # A17
        ("for every activation s with rms'(1) <= 1, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= (1-r)/(1+(1-w[0]-w[1]) l (1-r))", True),  # A18
        ("for every activation s with rms'(1) = 1, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= (1-r)/(1+(1-w[0]-w[1]) l (1-r))", True),
        ("for every activation s with rms'(1) = 1, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= (1-r)/(1+(1-w[0]) l (1-r))", False),
        ("for every activation s, l >= 0, r in (-1, 1): |kappa^l(r)|/(1-|kappa^l(r)|) <= (2-kappa'(0))^-l |r|/(1-|r|)", True),  # A16
        ("for every activation s, l >= 0, r in (-1, 1): |kappa^l(r)|/(1-|kappa^l(r)|) <= (2-kappa'(0))^(-l-1) |r|/(1-|r|)", False),
        ("for every activation s with rho* < 1, l >= 0, r in [rho*, 1): (rms^l(r)-rho*)/(1-rms^l(r)) <= (2-q)^-l (r-rho*)/(1-r)", True),  # A20
        ("for every activation s with rho* < 1, l >= 0, r in [rho*, 1): (rms^l(r)-rho*)/(1-rms^l(r)) <= q^l (r-rho*)/(1-r)", False),
        ("for every activation s, l >= 0, r in [0, 1]: kappa^l(r) <= r", True),
        ("for every activation s, l >= 0, r in [0, 1]: kappa^l(r) >= 0", True),
        ("for every activation s, l >= 0, r in [0, 1]: kappa^l(r) >= kappa'(0)^l r", True),
        ("for every activation s, l >= 0, r in [-1, 1]: kappa^l(r) >= kappa'(0)^l r", False),
        ("for every activation s, l >= 0, r in [-1, 1]: rms^l(r) >= -1", True),
        ("for every activation s, l >= 0, r in [0, 1]: kappa^l(r) <= (r l - 7 r)/(l - 7)", False),  # no bound at l = 7
        ("for every activation s, l >= 0, r in [0, 1]: kappa^l(r) <= (r^2 - 3/7 r)/(r - 3/7)", False),  # nor at r = 3/7
        ("for every activation s, l >= 0, r in [0, 1]: 1/kappa^l(r) >= 1/r", False),  # nor at r = 0
        ("for every activation s, l >= 0, r in [0, 1): kappa^l(r) < r + 1/10", False),  # strict: not of this kind
        (f"for every activation s, l >= 0, r in (-1, 1): {_BOUND}, b = (2.1-kappa'(0))^-l", False),
        ("for every activation s, l >= 0, r in (0, 1): kappa^l(r) <= r/2", False),
        ("for every activation s, l >= 0, r in (0, 1): kappa^l(r) <= r^(l+1)", False),
        ("for every activation s, l >= 0, r in (-1, 1): kappa^l(r) <= r", False),
        ("for every activation s, l >= 0, r in (0, 1): kappa^l(r) <= r + l", False),
    ],
)  # fmt: skip
def test_a_semigroup_whose_one_layer_holds_is_affirmed(line, true):
    assert affirms(parse(line)) is true
