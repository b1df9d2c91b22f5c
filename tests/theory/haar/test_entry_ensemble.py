"""SO, SU, permutation matrices and COE: epsilon tensors, finite averages, traces and published moments."""

from fractions import Fraction
from itertools import permutations, product
from math import factorial, prod

import pytest
from sympy import Symbol, simplify

from theory.haar.monomial import haar_moment
from theory.haar.trace import trace_moment


def sign(p):
    return prod(-1 for i in range(len(p)) for j in range(i) if p[j] > p[i])


@pytest.mark.parametrize("name", ["SO", "SU"])
@pytest.mark.parametrize("d", [2, 3, 4])
def test_degree_d_is_a_product_of_epsilon_tensors(name, d):
    """E prod_i W_{p(i) q(i)} = eps_p eps_q / d! (SU for every d; SO(2) has other terms too)."""
    for q in permutations(range(d)):
        text = "*".join(f"{name}[{i + 1},{q[i] + 1}]" for i in range(d))
        expected = Fraction(sign(q), factorial(d))
        if name == "SO" and d in (2, 4):
            expected += haar_moment(text.replace("SO", "O"), d)
        assert haar_moment(text, d) == expected


@pytest.mark.parametrize("name", ["SO", "SU"])
@pytest.mark.parametrize("d", [2, 3])
def test_the_determinant_is_one_inside_every_mean(name, d):
    det = "+".join(
        f"({sign(p)})*" + "*".join(f"{name}[{i + 1},{p[i] + 1}]" for i in range(d)) for p in permutations(range(d))
    )
    assert haar_moment(f"({det})", d) == 1
    assert haar_moment(f"({det})**2", d) == 1
    for text in (f"abs({name}[1,1])**2", f"abs({name}[1,1]*{name}[2,2])**2", f"{name}[1,1]*{name}[2,2]"):
        assert haar_moment(f"({det})*({text})", d) == haar_moment(text, d)


def test_rotations_by_their_angles():
    """SO(2): cos and sin of a uniform angle; SO(3): <R_zz^n> is the mean of x^n on [-1, 1], E tr R = 0, (tr R)^3 = 1."""
    assert haar_moment("SO[1,1]*SO[2,2]", 2) == Fraction(1, 2)
    assert haar_moment("SO[1,2]*SO[2,1]", 2) == Fraction(-1, 2)
    assert [haar_moment(f"SO[3,3]**{n}", 3) for n in (1, 2, 3, 4)] == [0, Fraction(1, 3), 0, Fraction(1, 5)]
    assert haar_moment("(SO[1,1]+SO[2,2]+SO[3,3])**3", 3) == 1
    assert haar_moment("(SU[1,1]+SU[2,2])**4", 2) == 2  # SU(2): Catalan


def test_symbolic_special_moments_hold_above_the_degree():
    moment = haar_moment("SO[1,1]*SO[2,2]*SO[3,3]")
    assert moment == 0
    assert moment.least_dimension == 4
    assert moment(3) == Fraction(1, 6)


@pytest.mark.parametrize(
    "text", ["P[1,1]*P[2,3]", "P[1,1]**3", "P[1,1]*P[1,2]", "CP[1,1]**2", "CP[1,1]*CP[2,2]*CP[1,2]"]
)
def test_permutation_matrices_against_all_permutations(text):
    for d in (3, 4):
        total = Fraction(0)
        for p in permutations(range(d)):
            value = Fraction(1)
            for factor in text.split("*"):
                if not factor:
                    continue
                if factor.isdigit():
                    value = value ** int(factor)
                    continue
                i, j = (int(x) - 1 for x in factor[factor.index("[") + 1 : -1].split(","))
                value *= Fraction(p[i] == j) - (Fraction(1, d) if factor.startswith("CP") else 0)
            total += value
        assert haar_moment(text, d) == total / factorial(d)
        symbolic = haar_moment(text)
        found = symbolic(d) if callable(symbolic) and not hasattr(symbolic, "subs") else symbolic.subs(Symbol("d"), d)
        assert found == total / factorial(d)


@pytest.mark.parametrize(
    "text",
    [
        "abs(COE[1,1])**2",
        "abs(COE[1,2])**2",
        "abs(COE[1,1])**4",
        "abs(COE[1,2])**4",
        "COE[1,1]*COE[2,2]*conj(COE[1,2])**2",
    ],
)
def test_circular_orthogonal_ensemble_against_unitary_entries(text):
    """V_ab = sum_j U_aj U_bj at d = 1, 2."""
    for d in (1, 2):
        if "2" in text.replace("**2", "") and d == 1:
            continue
        expanded = text
        for a, b in product((1, 2), repeat=2):
            entry = "+".join(f"U[{a},{j}]*U[{b},{j}]" for j in range(1, d + 1))
            expanded = expanded.replace(f"COE[{a},{b}]", f"({entry})")
        assert haar_moment(text, d) == haar_moment(expanded, d)
        assert haar_moment(text)(d) == haar_moment(expanded, d)


def test_published_moments_of_the_circular_orthogonal_ensemble():
    """Matsumoto 2012: E|V_11|^2 = 2/(d+1), E|V_12|^2 = 1/(d+1); symmetric entries; unit rows; traces."""
    d = Symbol("d")
    assert simplify(haar_moment("abs(COE[1,1])**2").as_sympy() - 2 / (d + 1)) == 0
    assert haar_moment("COE[1,2]*conj(COE[2,1])") == haar_moment("abs(COE[1,2])**2")
    assert haar_moment("abs(COE[1,1])**2+abs(COE[1,2])**2+abs(COE[1,3])**2", 3) == 1
    state = {"E": "state", "F": "state", "tr(E*E.T)": 1, "tr(E*F)": 0, "tr(E*F.T)": 0}
    assert trace_moment("tr(COE*E*COE.H*E)", let=state) == haar_moment("abs(COE[1,1])**2")
    assert trace_moment("tr(COE*E*COE.H*E)**2", let=state) == haar_moment("abs(COE[1,1])**4")
