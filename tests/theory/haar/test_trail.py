"""Trail counts against the sum over all pairs of pairings."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.haar.pairing import coset_type, pairings
from theory.haar.trail import trail_counts

J_SIGN = {True: 1, False: -1}


def brute_force(edges, group):
    """Sum over pairs of pairings; symplectic with the sign of the permutation that takes one reading to the other."""
    labels = [edge for edge, count in edges.items() for _ in range(count)]
    counts = Counter()

    def weight(pairing, side):
        total = 1
        for a, b in pairing:
            i, j = labels[a][side], labels[b][side]
            if j != (i if group == "orthogonal" else -i):
                return 0
            if group == "symplectic":
                total *= J_SIGN[i > 0]
        return total

    def sign(pairing):
        listed = [a for pair in pairing for a in pair]
        inversions = sum(a > b for n, a in enumerate(listed) for b in listed[n + 1 :])
        return (-1) ** inversions if group == "symplectic" else 1

    listed = list(pairings(range(len(labels))))
    for p in listed:
        row = weight(p, 0) * sign(p)
        if row:
            for q in listed:
                counts[coset_type(p, q)] += row * weight(q, 1) * sign(q)
    return {mu: f for mu, f in counts.items() if f}


labels = st.integers(1, 3)
plain_edges = st.dictionaries(st.tuples(labels, labels), st.integers(1, 2), min_size=1, max_size=3)
signed_edges = st.dictionaries(
    st.tuples(st.sampled_from([-2, -1, 1, 2]), st.sampled_from([-2, -1, 1, 2])),
    st.integers(1, 2),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(plain_edges, st.data())
def test_orthogonal_trails(edges, data):
    if sum(edges.values()) % 2 or sum(edges.values()) > 6:
        return
    assert trail_counts(edges, "orthogonal") == brute_force(edges, "orthogonal")


@settings(deadline=None, max_examples=100)
@given(signed_edges, st.sampled_from(["symplectic", "unitary"]))
def test_signed_trails(edges, group):
    if sum(edges.values()) % 2 or sum(edges.values()) > 6:
        return
    if group == "unitary":
        edges = {(i, abs(j) * (1 if i > 0 else -1)): count for (i, j), count in edges.items()}
    assert trail_counts(edges, group) == brute_force(edges, group)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_all_pairs_of_pairings_of_one_entry(order):
    """x^{2k}: (2k-1)!!^2 pairs in all."""
    double_factorial = len(list(pairings(range(2 * order))))
    assert sum(trail_counts({(1, 1): 2 * order}, "orthogonal").values()) == double_factorial**2


def test_too_many_states_are_refused(monkeypatch):
    monkeypatch.setattr("theory.haar.trail._MOST_TERMS", 1000)
    with pytest.raises(ValueError, match=r"over 1000 terms.*order=27 with 9 different entries"):
        trail_counts({(i, j): 6 for i in range(1, 4) for j in range(1, 4)}, "orthogonal")
