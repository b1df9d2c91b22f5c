"""Bounds of variables become domains of the same values; a domain that is empty is seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.proof.domain import contains, folded
from theory.statement.parse import parse
from theory.statement.proposition import Relation
from theory.statement.value import holds


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("for r in [0, 1] with r >= 1/2: r <= 1", "for r in [1/2, 1]: r <= 1"),
        ("for r in [0, 1] with 1/2 > r: r <= 1", "for r in [0, 1/2): r <= 1"),
        ("for r in [0, 1] with r < 1, r <= 1: r <= 1", "for r in [0, 1): r <= 1"),
        ("for r in [0, 1] with r = 1/3: r <= 1", "for r = 1/3: r <= 1"),
        ("for n >= 1 with n < 5: n <= 4", "for n in 1..4: n <= 4"),
        ("for n >= 1 with n >= 5/2: n <= 4", "for n >= 3: n <= 4"),
        ("for r in [0, 1], t in [0, 1] with r <= t: r <= 1", "for r in [0, 1], t in [0, 1] with r <= t: r <= 1"),
        ("for r in [0, 1] with r != 1/2: r <= 1", "for r in [0, 1] with r != 1/2: r <= 1"),
    ],
)
def test_bounds_are_folded(line, expected):
    assert folded(parse(line)) == parse(expected)


@pytest.mark.parametrize("bounds", ["r > 1", "r < 0", "r > 1/2, r < 1/2", "r >= 1/2, r < 1/2", "r = 1/2, r = 1/3"])
def test_an_empty_domain_is_none(bounds):
    assert folded(parse(f"for r in [0, 1] with {bounds}: r = 7")) is None


OPS = st.sampled_from(["<", "<=", ">", ">=", "="])
EIGHTHS = st.integers(-4, 12).map(lambda k: f"({k}/8)")


@given(bounds=st.lists(st.tuples(OPS, EIGHTHS), min_size=1, max_size=3), value=st.integers(-4, 12))
def test_a_value_is_kept_exactly_if_it_meets_every_bound(bounds, value):
    sentence = parse("for r in [0, 1) with " + ", ".join(f"r {op} {end}" for op, end in bounds) + ": r = 7")
    symbol = sentence.binders[0].symbol
    number = (
        parse(f"for r = ({value}/8): r = 7").sort_of("r").low
        if value < 0
        else parse(f"for r in [({value}/8), 9]: r = 7").sort_of("r").low
    )
    meets = all(holds(h, {symbol: number}, 20) for h in sentence.hypotheses if isinstance(h, Relation))
    meets = meets and contains(sentence.sort_of("r"), number)
    left = folded(sentence)
    assert meets == (left is not None and contains(left.sort_of("r"), number))
