"""The smallest slack away from the zeros."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
import sympy

from proofs_check.interval.infimum import STRIP, infimum_away_from_zeros
from proofs_check.interval.tape import tape_of
from proofs_check.interval.zeros import FaceZero, Slack

x, y = sympy.symbols("x y", real=True)


def slack_of(expression, *ranges):
    symbols = (x, y)[: len(ranges)]
    box = tuple((Fraction(a), Fraction(b)) for a, b in ranges)
    return Slack(expression, symbols, tape_of(expression, [s.name for s in symbols]), box)


@pytest.mark.parametrize(
    ("expression", "ranges", "minimum", "place"),
    [
        ((x - 1) ** 2 + 1, [(0, 3)], 1, (1,)),
        (x * sympy.log(x), [("1/16", 1)], -mpmath.exp(-1), (mpmath.exp(-1),)),
        (sympy.exp(x) - x, [(-1, 2)], 1, (0,)),
        (x**2 - x * y + y**2 - x, [(-1, 1), (-1, 1)], mpmath.mpf(-1) / 3, (mpmath.mpf(2) / 3, mpmath.mpf(1) / 3)),
    ],
)
def test_known_minima_are_enclosed(expression, ranges, minimum, place):
    infimum = infimum_away_from_zeros(slack_of(expression, *ranges), (), max_cells=600)
    assert float(infimum.lower) <= minimum <= float(infimum.upper) + 1e-15
    assert float(infimum.upper - infimum.lower) < 0.05
    assert all(abs(float(a) - b) < 0.2 for a, b in zip(infimum.at, place, strict=True))


def test_a_strip_beside_the_zero_is_left_out():
    """x - tanh(x) increases, so its minimum away from 0 is at the strip's edge."""
    zero = FaceZero(0, Fraction(0), 3, "")
    infimum = infimum_away_from_zeros(slack_of(x - sympy.tanh(x), (0, 3)), [zero])
    edge = float(3 * STRIP)
    assert float(infimum.lower) <= edge - mpmath.tanh(edge) <= float(infimum.upper)
    assert infimum.excluded == ("|x| < 3/16",)
    interior = infimum_away_from_zeros(slack_of((x - 1) ** 2, (0, 2)), [FaceZero(0, Fraction(1), 2, "")])
    assert float(interior.lower) <= 1 / 64 <= float(interior.upper)


def test_no_finite_value_no_infimum():
    assert infimum_away_from_zeros(slack_of(sympy.log(x), (-2, -1)), ()) is None
