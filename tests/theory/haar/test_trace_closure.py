from itertools import product

import pytest

from theory.haar import trace_closure
from theory.haar.trace_closure import closures
from theory.haar.trace_expression import parse_trace_expression


def closed(text):
    """The closures of one product of traces, its words as they stand."""
    expression = parse_trace_expression(text)
    ((words, _),) = expression.terms
    name = "O" if "O" in text else "U"
    return closures(expression.group, words, name, expression.algebra)


@pytest.mark.parametrize(
    "text", ["tr(O*A)**4", "tr(O*A*O.T*B)**2", "tr(O*A*O*A)*tr(O*B)**2", "tr(U*A*U.H*B)**3", "tr(U*A*U*A*U.H*U.H)"]
)
def test_orbits_have_the_weight_of_all_pairings(text, monkeypatch):
    """With and without the symmetry of the traces: the same counts."""
    reduced = closed(text)
    monkeypatch.setattr(trace_closure, "_symmetries", lambda *_: iter(()))
    assert reduced == closed(text)


@pytest.mark.parametrize(("text", "pairs"), [("tr(O)**6", 15**2), ("tr(O**6)", 15**2), ("tr(U)**3*tr(U.H)**3", 36)])
def test_every_pair_of_pairings_is_counted(text, pairs):
    assert sum(closed(text).values()) == pairs


def test_loops_without_letters_count_index_choices():
    """tr(O^2): the pairing contributes sum over indices of delta_{ik} delta_{kj}..., by brute force at d = 2."""
    (((traces, mu), count),) = closed("tr(O**2)").items()
    brute = sum(i == k for i, k in product(range(2), repeat=2))  # O_ik O_ki: rows i = k and columns k = i
    assert (mu, count) == ((1,), 1)
    assert 2 ** len(traces) == brute


def test_unbalanced_words_have_no_pairing():
    assert closed("tr(U*A)") == {}
    assert closed("tr(O*A)") == {}


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        (
            "tr(O*A*O*B*O*C*O*E*O*F*O*H*O*J*O*K*O*L*O*M*O*N*O*P)",
            "pairs of pairings up to symmetry, the limit is 1200000",
        ),
        ("tr(O*A)**40", "pairings, the limit is 200000"),
        ("tr(U*A)**9*tr(U.H)**9", "3.63e\\+05 pairings, the limit is 200000"),
    ],
)
def test_too_many_pairings_are_refused_by_the_limit_that_was_hit(text, limit):
    with pytest.raises(ValueError, match=limit):
        closed(text)
