"""Random claims against an evaluator of their own: what is proved has no counterexample, what is refuted has the one shown."""

from __future__ import annotations

import importlib.util
import re
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from proofs_check.judge.judge import judge

_SPEC = importlib.util.spec_from_file_location("random_claims", Path(__file__).with_name("random_claims.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
random_claims = importlib.util.module_from_spec(_SPEC)
sys.modules["random_claims"] = random_claims
_SPEC.loader.exec_module(random_claims)


@pytest.mark.parametrize("seed", range(16))
def test_no_verdict_is_wrong(seed):
    claim = random_claims.claim(seed)
    try:
        found = judge(claim.text, neighbours=False, seconds=3)
    except ValueError:  # not defined on its domain, or vacuous
        return
    if found.verdict in ("proved", "certified"):
        assert claim.counterexample(100) is None, claim.text
    if found.verdict == "refuted":
        at = found.witness["at"]
        law = claim.named or _law(at["s"])
        values = {name: Fraction(at[name]) for name in claim.domain}
        assert claim.holds(law, values) is False, claim.text


def _law(shown):
    """The law that a witness shows as ``sqrt(1/2) he_1 + sqrt(1/2) he_2 = ...``."""
    terms = re.findall(r"(?:sqrt\(([\d/]+)\) )?he_(\d+)", shown.partition(" = ")[0])
    return {int(degree): Fraction(weight or 1) for weight, degree in terms}
