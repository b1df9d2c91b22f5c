"""Figures of the gains' claims by a second route: mpmath's quadrature of the functions as frameworks define them."""

from __future__ import annotations

import mpmath
import pytest
from mpmath import mp

from proofs_check.ledger.gains.forward_gammas import PRINTED, TRUE
from proofs_check.run.verification import verify

FUNCTIONS = {
    "celu": lambda x: x if x > 0 else mp.expm1(x),
    "gelu": lambda x: x * mp.ncdf(x),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "log_sigmoid": lambda x: -mp.log1p(mp.exp(-x)),
    "relu6": lambda x: min(max(x, 0), 6),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "tanh": mp.tanh,
}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_gammas_are_those_of_quadrature_and_printed_ones_are_not(name: str) -> None:
    function = FUNCTIONS[name]
    with mpmath.workdps(18):
        places = [-12, -6, -2, 0, 2, 6, 12]
        mean = mp.quad(lambda x: function(x) * mp.npdf(x), places)
        square = mp.quad(lambda x: function(x) ** 2 * mp.npdf(x), places)
        gain = 1 / mp.sqrt(square - mean**2)
        assert abs(gain - mp.mpf(TRUE[name])) < 1e-13
        assert abs(gain - mp.mpf(PRINTED[name])) > 5e-5


def test_parts_keep_their_own_evidence_when_claims_are_judged_side_by_side() -> None:
    alone, together = verify("G5"), verify("G5", "G7", jobs=2)
    (first,) = alone.claims
    assert [str(part.verdict) for part in first.parts] == ["proved", "certified"]
    assert [str(part.verdict) for part in together.claims[0].parts] == ["proved", "certified"]
    assert [str(part.verdict) for part in together.claims[1].parts] == ["certified", "certified"]
