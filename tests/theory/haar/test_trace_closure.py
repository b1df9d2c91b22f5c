from itertools import product

import pytest

from theory.haar import trace_closure
from theory.haar.trace_closure import closures
from theory.haar.trace_expression import parse_trace_expression


def words_of(text):
    ((words, _),) = parse_trace_expression(text).terms
    return words


@pytest.mark.parametrize(
    "text", ["tr(O*A)**4", "tr(O*A*O.T*B)**2", "tr(O*A*O*A)*tr(O*B)**2", "tr(U*A*U.H*B)**3", "tr(U*A*U*A*U.H*U.H)"]
)
def test_orbits_have_the_weight_of_all_pairings(text, monkeypatch):
    """With and without the symmetry of the traces: the same counts."""
    group = "orthogonal" if "O" in text else "unitary"
    reduced = closures(group, words_of(text), frozenset())
    monkeypatch.setattr(trace_closure, "_symmetries", lambda _: iter(()))
    assert reduced == closures(group, words_of(text), frozenset())


@pytest.mark.parametrize(("text", "pairs"), [("tr(O)**6", 15**2), ("tr(O**6)", 15**2), ("tr(U)**3*tr(U.H)**3", 36)])
def test_every_pair_of_pairings_is_counted(text, pairs):
    group = "orthogonal" if "O" in text else "unitary"
    assert sum(closures(group, words_of(text), frozenset()).values()) == pairs


def test_loops_without_letters_count_index_choices():
    """tr(O^2): the pairing contributes sum over indices of delta_{ik} delta_{kj}..., by brute force at d = 2."""
    (((traces, mu), count),) = closures("orthogonal", words_of("tr(O**2)"), frozenset()).items()
    brute = sum(i == k for i, k in product(range(2), repeat=2))  # O_ik O_ki: rows i = k and columns k = i
    assert (mu, count) == ((1,), 1)
    assert 2 ** len(traces) == brute


def test_unbalanced_words_have_no_pairing():
    assert closures("unitary", words_of("tr(U*A)"), frozenset()) == {}
    assert closures("orthogonal", words_of("tr(O*A)"), frozenset()) == {}


@pytest.mark.parametrize(
    "text", ["tr(O*A*O*B*O*C*O*E*O*F*O*G*O*H*O*K*O*L*O*M*O*N*O*P)", "tr(O)**40", "tr(U)**9*tr(U.H)**9"]
)
def test_too_many_pairings_are_refused(text):
    with pytest.raises(ValueError, match="pairs of pairings up to symmetry"):
        closures("orthogonal" if "O" in text else "unitary", words_of(text), frozenset())
