"""The checker's relations of Weingarten functions: true tables pass, every tampered one falls, and they agree with pairings counted by hand."""

import hashlib
import json
from collections import Counter
from itertools import permutations

import pytest

from proofs_check.interval.checker.haar import neighbours, partitions
from proofs_check.interval.haar_certificate import moment_certificate, weingarten_certificate
from proofs_check.interval.recheck import recheck


def altered(text, change):
    """Return the document after a change, its digest made right again."""
    document = json.loads(text)
    del document["sha256"]
    change(document)
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")
    return json.dumps({**document, "sha256": hashlib.sha256(canonical).hexdigest()})


def cycle_type(permutation):
    seen, lengths = set(), []
    for start in range(len(permutation)):
        place, length = start, 0
        while place not in seen:
            seen.add(place)
            place, length = permutation[place], length + 1
        if length:
            lengths.append(length)
    return tuple(sorted(lengths, reverse=True))


@pytest.mark.parametrize("order", [2, 3, 4, 5])
def test_neighbours_are_what_transpositions_with_the_last_point_give(order):
    for permutation in permutations(range(order)):
        cycle, place = 1, permutation[-1]
        while place != order - 1:
            cycle, place = cycle + 1, permutation[place]
        direct = Counter()
        for i in range(order - 1):
            swapped = list(permutation)
            swapped[i], swapped[-1] = swapped[-1], swapped[i]
            direct[cycle_type(swapped)] += 1
        assert neighbours(cycle_type(permutation), cycle, False) == direct


def test_neighbours_of_pairings_are_two_for_every_other_pair():
    for order in range(1, 8):
        for mu in partitions(order, order):
            assert all(neighbours(mu, r, True).total() == 2 * (order - 1) for r in mu)


@pytest.mark.parametrize("dimension", [None, 12], ids=["symbolic", "integer"])
@pytest.mark.parametrize("group", ["orthogonal", "symplectic", "unitary"])
def test_every_class_of_order_four_has_a_certificate_and_loses_it_with_its_value(group, dimension):
    for mu in partitions(4, 4):
        text = weingarten_certificate(group, mu, dimension)
        assert recheck(text).accepted

        def moved(document):
            claim, where = document["claim"].split(" for ")
            document["claim"] = f"{claim} + 1/1000000 for {where}"

        assert "the tables give another value" in recheck(altered(text, moved)).reason


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("O[1,1]**4*O[1,2]**2", None),
        ("O[1,1]**2*O[2,2]**2", 2),
        ("(O[1,1]*O[2,2] - O[1,2]*O[2,1])**4", None),
        ("abs(U[1,1]*U[2,2] - U[1,2]*U[2,1])**2", None),
        ("U[1,1]*U[2,2]*conj(U[1,2])*conj(U[2,1])", 3),
        ("abs(U[1,1])**10/3 - 1/2", None),
        ("O[1,1]*O[1,2]", None),
    ],
    ids=str,
)
def test_moments_have_certificates(text, dimension):
    answer = recheck(moment_certificate(text, dimension))
    assert answer.accepted, answer.reason
    assert answer.relies_on == ()


def test_every_coefficient_of_the_tables_matters():
    text = weingarten_certificate("orthogonal", (2, 1))
    tables = json.loads(text)["tables"]
    for k, table in enumerate(tables):
        for j, numerator in enumerate(table["numerators"]):
            for i in range(len(numerator)):

                def change(document, k=k, j=j, i=i):
                    row = document["tables"][k]["numerators"][j]
                    row[i] = str(int(row[i]) + 1)

                assert not recheck(altered(text, change)).accepted


def _claim(new):
    return lambda document: document.update(claim=new)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_claim("E O[1,1]**4 = 3/(d*(d + 3)) for integers d >= 2"), "another value"),
        (_claim("E O[1,1]**4 = 3/(d*(d + 2)) for integers d >= 1"), "from the order on only"),
        (_claim("E O[1,1]**4 = 3/(d*(d + 2)) for d = 1"), "from the order on only"),
        (_claim("E O[1,3]**4 = 3/(d*(d + 2)) for integers d >= 2"), "from the order on only"),
        (_claim("E U[1,1]**4 = 3/(d*(d + 2)) for integers d >= 2"), "orders 1 to 0"),
        (_claim("E O[1,1]**4*U[1,1] = 0 for integers d >= 2"), "entries of O or U"),
        (_claim("E O[1,1]**4 = 3/(d - d) for integers d >= 2"), "divides by zero"),
        (_claim("E O[1,1]**4 = 3.0/(d*(d + 2)) for integers d >= 2"), "rational function of d"),
        (_claim("E O[1,1]**4 = __import__('os') for integers d >= 2"), "rational function of d"),
        (_claim("E O[1,1]**4 + f(O[1,1]) = 0 for integers d >= 2"), "polynomial in entries"),
        (_claim("E O[1,1]**4 = (((9**100)**100)**100)**100 for integers d >= 2"), "too large"),
        (_claim("E O[0,1]**4 = 0 for integers d >= 2"), "polynomial in entries"),
        (_claim("E O[1,1]**4 = 3/(d*(d + 2)) for d >= 2"), "neither"),
        (_claim("Wg(orthogonal; 1,2) = 0 for integers d >= 3"), "parts in order"),
        (_claim(7), "the claim needs to be text"),
        (_claim("E O[1,1]**4 # - 1 = 3/(d*(d + 2)) for integers d >= 2"), "printed in one line"),
        (_claim("E (((9**40)**40)**40)**40*O[1,1]**4 = 0 for integers d >= 2"), "coefficients are too large"),
        (lambda document: document["tables"].pop(), "orders 1 to 2"),
        (lambda document: document["tables"][1].update(denominator=[]), "denominator is zero"),
        (lambda document: document["tables"][1].update(denominator=["1/2"]), "integer"),
        (lambda document: document["tables"][1]["numerators"].pop(), "2 numerators"),
        (lambda document: document.update(more=1), "exactly the keys"),
    ],
    ids=[
        "value", "range", "size", "index", "unbalanced", "two_groups", "zero_divisor", "float", "call", "function", "tower",
        "index_zero", "no_range", "class", "no_text", "comment", "coefficients", "no_table", "no_denominator", "fraction", "no_numerator", "key",
    ],
)  # fmt: skip
def test_hostile_documents_are_refused(change, reason):
    answer = recheck(altered(moment_certificate("O[1,1]**4"), change))
    assert not answer.accepted
    assert reason in answer.reason
