"""Means, variances and probabilities of a network's quantities, judged by samples of the network the sentence names."""

from __future__ import annotations

import pytest

from proofs_check.judge.judge import judge
from theory.statement import parse, text
from theory.statement.token import SentenceError

_SMALL = "network relu, layernorm; width 50, depth 3; "
_WIDE = "network relu, layernorm; width 200, depth 5; "


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        # one layer at width d moves rho by kappa(rho) - rho = 0.36 - 0.5 at rho = 1/2: E rho_3 lies below E rho_1
        (_SMALL + "E[rho_3] <= E[rho_1]", "supported"),
        (_SMALL + "E[rho_3] >= E[rho_1] + 1/100", "refuted"),
        (_WIDE + "P[gap_5 <= gap_0] >= 9/10", "supported"),
        (_WIDE + "P[gap_5 <= gap_0] <= 1/2", "refuted"),
        (_SMALL + "P[rho_3 > 99/100] <= 0", "supported"),
        (_SMALL + "1 <= P[rho_3 > 1/4]", "refuted"),
        # a correlation at width 50 spreads by about 1/sqrt(50) a layer
        (_SMALL + "Var[rho_3] <= 1/10", "supported"),
        (_SMALL + "Var[rho_3] <= 1/1000", "refuted"),
        (_SMALL + "E[rho_3^2] <= 1/2", "supported"),
        (_SMALL + "E[rho_3]/2 + P[rho_3 > 0]/3 <= 9/10", "certified"),  # by their ranges
        (_SMALL + "E[rho_1] + E[rho_3] = 3", "refuted"),
        (_SMALL + "E[rho_3] != 1/10", "inconclusive"),
        (_SMALL + "E[rho_3] Var[rho_3] <= 1", "inconclusive"),  # not linear in means
    ],
)  # fmt: skip
def test_samples_say_what_they_can(line, verdict):
    assert judge(line, neighbours=False).verdict == verdict
    assert parse(text(parse(line))) == parse(line)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (_SMALL + "P[rho_3] <= 0", "a relation < <= > >= in P"),
        (_SMALL + "P[1 > 1/2] <= 0", "a random quantity of a network in P"),
        (_SMALL + "P[rho_3 > 1/2 <= 0", r"needs '\]'"),
    ],
)
def test_a_probability_is_of_a_relation(line, message):
    with pytest.raises(SentenceError, match=message):
        parse(line)
