"""Verdicts on sentences: the word that is earned, its scope, a witness that a reader can check."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from proofs_check.judge.cases import laws
from proofs_check.judge.judge import judge
from proofs_check.judge.neighbours import variants
from proofs_check.judge.outcome import Proved
from theory.statement import parse
from theory.statement.law import Law


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("for s = gelu: rms(rho*) = rho*, rho* in (0.76, 0.77)", "certified"),
        ("for s = gelu: rho* in (0.77, 0.78)", "refuted"),
        ("for d >= 2: E_O(d)[O[1,1]^2 O[2,2]^2] = (d+1)/((d-1) d (d+2))", "proved"),
        ("for d >= 2: E_O(d)[O[1,1]^2 O[2,2]^2] = d/((d-1) d (d+2))", "refuted"),
        ("for d >= 1: E_U(d)[abs(U[1,1])^4] = 2/(d*(d+1))", "proved"),
        ("for d >= 3: E_O(d)[O[1,1]^4] <= 3/d^2", "proved"),
        ("lim d -> oo: d^2 * E_O(d)[O[1,1]^4] = 3", "proved"),
        ("lim d -> oo: d^2 * E_O(d)[O[1,1]^4] = 2", "refuted"),
        ("for every Gram matrix G of size 3 with maxcorr(G) <= 1/4: gap(G) <= 2 maxcorr(G)^2", "certified"),
        ("for every Gram matrix G of size 3 with maxcorr(G) <= 1/4: gap(G) <= maxcorr(G)^2", "refuted"),
        ("network relu, layernorm; width 200, depth 20; E[gap_20] <= gap_0", "supported"),
        ("network relu, layernorm; width 50, depth 3; E[rho_3] <= 1/10", "refuted"),
        ("for x in [-1, 2], y in [0, oo): exp(x) >= 1 + x", "certified"),
        ("for x in [0, 1]: sin(x) <= x and cos(x) <= 1", "certified"),
        ("for x in [0, 1]: x^2 <= x", "proved"),
        ("for x in [0, 1]: x^2 < x", "refuted"),
        ("for every activation s, r in [0, 1]: kappa(r) <= r^2", "refuted"),
        ("for every odd activation s with kappa'(0) >= 1/4, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)", "refuted"),
        ("for every activation s, r in [0, 1]: kappa(r) >= 0", "proved"),
        ("for every activation s: E[s] >= 0", "refuted"),  # minus a constant mean
        ("for every activation s: c[1]^2 <= 1", "refuted"),  # 3 x
        ("for every activation s: raw(1) <= 2", "refuted"),
        ("for every activation s: Var[s] >= 1", "refuted"),
        ("for s = relu: E[s^2] = 1/2, Var[s] = 1/2 - 1/(2 pi), c[1] = 1/2", "proved"),
        ("for s = relu, r in [-1, 1]: rms(r) = (sqrt(1-r^2) + r*(pi - acos(r)))/pi", "proved"),
        ("for s = relu, r in [-1, 1]: rms(r) = (sqrt(1-r^2) + r*(pi + acos(r)))/pi", "refuted"),
        ("for s = relu, r in [-1, 1]: rms(r) >= r", "proved"),
        ("for s = silu, r in [0, 1]: rms(r) >= r^2", "certified"),
        ("for s = tanh, r in [0, 1]: kappa(r) >= 9/10 r", "certified"),
        ("for s = tanh, r in [0, 1]: kappa(r) >= 19/20 r", "refuted"),
        ("for every activation s, r in [0, 1]: kappa(r) <= r", "proved"),
        ("for every activation s with rho* < 1, r in [rho*, 1): (rms(r)-rho*)/(1-rms(r)) <= (r-rho*)/(1-r)/(2-q)", "proved"),
        ("for every activation s with rho* < 1, r in [rho*, 1): (rms(r)-rho*)/(1-rms(r)) <= q (r-rho*)/(1-r)", "refuted"),
        ("for s = relu, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= (1-r)/(1+(1-w[0]-w[1]) l (1-r))", "proved"),
        ("for s = tanh, l >= 0, r in [-1, 1]: 1 - rms^l(r) <= (1-r)/(1+(1-w[0]-w[1]) l (1-r))", "refuted"),
        ("for s = gelu, r in [rho*, 1): (rms(r)-rho*)/(1-rms(r)) <= (r-rho*)/(1-r)/(2-q)", "proved"),
        ("for s = silu, r in [0, 1], t in [0, 1/2]: rms(r) >= r^2 t", "certified"),
        ("for s = silu, r in [0, 1], t in [0, 1/2]: rms(r) > 1 - t", "refuted"),
        ("for s = tanh, r in [0, 1]: kappa(r) >= r kappa'(0)", "proved"),
        ("for every activation s, l >= 0, r in (-1, 1): |kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = (2-kappa'(0))^-l", "proved"),
        ("for every activation s, l >= 0, r in (0, 1): kappa^l(r) <= r/2", "refuted"),
        ("for s = gelu, r in [0, 1]: kappa(r) <= r", "proved"),
        ("for s = gelu, r in [0, 1]: kappa(r) <= 99/100 r", "refuted"),
        ("for n >= 1: E_Sp(2 n)[S[1,1] conj(S[1,1])] = 1/(2 n)", "proved"),
        ("for every Gram matrix G of size 3: det G <= 1", "proved"),
    ],
)  # fmt: skip
def test_the_verdict_is_the_one_that_is_earned(line, verdict):
    found = judge(line, neighbours=False)
    assert found.verdict == verdict, found
    assert (found.witness is not None) == (verdict == "refuted")
    assert found.exit_code == {"refuted": 1}.get(verdict, 0)


def test_a_witness_names_values_and_what_fails():
    found = judge("kappa(r) <= r^2", domain=["r in [0, 1]"], activation="relu", neighbours=False)
    assert found.witness == {"at": {"s": "relu", "r": "1/2"}, "value": "kappa(r) - r^2 = 0.176422..."}


def test_a_witness_shows_as_many_digits_as_asked():
    # relu: kappa(1/2) - 1/4 with (sqrt(1-r^2) + r (pi - acos r))/pi = rms and kappa = (rms - 1/pi)/(1 - 1/pi)
    rms = (mpmath.sqrt(3) / 2 + mpmath.mpf(1) / 2 * (mpmath.pi - mpmath.acos(0.5))) / mpmath.pi
    expected = (rms - 1 / mpmath.pi) / (1 - 1 / mpmath.pi) - mpmath.mpf(1) / 4
    found = judge("for s = relu, r in [0, 1]: kappa(r) <= r^2", digits=12)
    assert found.witness["value"] == f"kappa(r) - r^2 = {mpmath.nstr(expected, 12)}..."


def test_neighbours_show_how_sharp_a_sentence_is():
    found = judge("for d >= 2: E_O(d)[O[1,1]^4] = 3/(d*(d+2))")
    assert {n.change: n.verdict for n in found.neighbours if n.verdict != "refuted"} == {"d >= 1": "proved"}
    assert found.to_json()["neighbours"][0].keys() == {"change", "sentence", "verdict", "witness"}


def test_neighbours_have_wider_domains_and_fewer_hypotheses():
    line = "for every odd activation s with kappa'(0) >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)"
    found = {n.change: n.verdict for n in judge(line).neighbours}
    # for r < 0 the bound follows from kappa(|r|) >= kappa'(0) |r|; the other two are the theorem's own conditions
    assert found["r in [-1/10, 1)"] == "proved"
    assert found["s not odd"] == found["without kappa'(0) >= 1/2"] == "refuted"


def test_a_claim_none_of_whose_neighbours_falls_is_called_uncheckable():
    found = judge("for x in [0, 1]: x <= x + 1000")
    assert "vacuous or not checkable" in " ".join(found.notes) or any(n.verdict == "refuted" for n in found.neighbours)


def test_what_is_proved_carries_its_oracle_and_what_it_assumes():
    found = judge("for every odd activation s, r in [0, 1/2]: kappa(r) >= 0", neighbours=False)
    assert (found.verdict, found.assumes) == ("proved", ("kernel maps have nonnegative coefficients",))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("for every activation s with kappa'(0) >= 2, r in [0, 1]: kappa(r) <= 0", "hypotheses that can be met"),
        ("for x in [0, 1] with x >= 2: x <= 1/2", "hypotheses that can be met .it is vacuous"),
        ("for x in [0, 2]: x/(x-1) <= 3", r"a divisor x - 1 that is not 0, got x = 1"),
        ("for s = step: kappa'(1) >= 1", r"kappa'\(1\) that is finite .it is infinite for step"),
        ("for x in [-1, 1]: log(x) <= 1", "a logarithm of x > 0"),
    ],
)
def test_a_sentence_without_meaning_is_refused_with_the_place(line, message):
    with pytest.raises(ValueError, match=message) as caught:
        judge(line, neighbours=False)
    assert "\n" not in str(caught.value)


def test_time_is_bounded_and_needs_to_be_some():
    with pytest.raises(ValueError, match="judge needs seconds > 0"):
        judge("for x in [0, 1]: x <= 1", seconds=0)


def test_only_theorems_are_proved():
    with pytest.raises(TypeError, match="a theorem of the kernel"):
        Proved("for x in [0, 1]: x <= 2", "my word")


def test_no_variant_is_the_sentence_itself():
    for line in ("for x in [0, 1]: x^2 <= 2*x + 1", "for r in [0, 1]: kappa(r) <= r"):
        sentence = parse(line)
        found = [other for _, other in variants(sentence)]
        assert sentence not in found
        assert len(found) == len(set(found)) > 3


def test_laws_are_kernel_maps():
    for law in laws((Fraction(1, 2),)):
        assert law.value(Fraction(1)) == 1
        assert 0 <= law.value(Fraction(1, 2)) <= Fraction(1, 2)


def test_a_law_is_the_map_of_its_polynomial():
    law = Law.of({1: Fraction(1, 5), 3: Fraction(4, 5)})
    x = next(iter(law.polynomial.free_symbols))
    # E s(Z)^2 of a x + b x^3 is a^2 + 6 a b + 15 b^2
    a, b = law.polynomial.coeff(x, 1), law.polynomial.coeff(x, 3)
    assert (a**2 + 6 * a * b + 15 * b**2).expand() == 1


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("for every activation s with w[0] = 0, w[1] = 0: rms'(1) >= 2", "proved"),
        ("for every activation s with w[1] = 0: rms'(1) >= 2", "refuted"),
        ("for every activation s with c[1] = 0, c[2] = 0, r in [0, 1]: kappa(r) <= r^3", "proved"),
        ("for every activation s with c[1] = 0, c[2] = 0, r in [0, 1]: kappa(r) <= r^4", "refuted"),
        ("for every odd activation s with alpha = 0, r in [0, 1]: rms(r) <= r^3", "proved"),
        ("for every activation s with c[0] = 0, alpha <= 1/2, r in [0, 1]: kappa(r) <= r/2 + r^2/2", "proved"),
        ("for every activation s with w[0] = 0, w[2] = 0, r in [0, 1]: rms(r) <= w[1] r + (1 - w[1]) r^4", "refuted"),
    ],
)
def test_shares_that_vanish_by_hypothesis_leave_the_other_degrees(line, verdict):
    assert judge(line, neighbours=False).verdict == verdict


@pytest.mark.parametrize(
    "line",
    [
        "for s = sin, r in [-1, 1]: rms(r) = sinh(r)/sinh(1)",
        "for s = cos, r in [-1, 1]: kappa(r) = (cosh(r) - 1)/(cosh(1) - 1)",
    ],
)
def test_hyperbolic_closed_forms_are_compared(line):
    assert judge(line, neighbours=False).verdict == "proved"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("for every activation s: rho* >= 0 and rho* <= 1", "proved"),
        ("for every activation s: q <= 1", "proved"),
        ("for every activation s: q < 1", "refuted"),
        ("for every activation s: q <= rms'(1)", "proved"),
        ("for every activation s: q = rms'(1)", "refuted"),
        ("for every activation s with rms'(1) <= 1: rho* = 1", "proved"),
        ("for every activation s with rms'(1) > 1: rho* < 1", "proved"),
        ("for every activation s with rms'(1) > 1: rho* = 0", "refuted"),
        ("for every centred activation s with rms'(1) > 1: rho* = 0", "proved"),
        ("for every activation s with E[s] = 0, rms'(1) > 1: q = w[1]", "proved"),
        ("for every activation s, r in [rho*, 1]: rms(r) - rho* >= q (r - rho*)", "proved"),
        ("for every activation s, r in [rho*, 1]: rms(r) - rho* <= q (r - rho*)", "refuted"),
    ],
)
def test_the_attractor_is_met_by_cases(line, verdict):
    assert judge(line, neighbours=False).verdict == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("for every activation s, l >= 1, r in [0, 1]: kappa^l(r) <= kappa(r)", "proved"),
        ("for every activation s, l >= 1, r in [-1, 1]: kappa^l(r) <= kappa(r)", "refuted"),
        ("for every activation s, l >= 0, m >= 0, r in [0, 1]: kappa^(l+m)(r) <= kappa^l(r)", "proved"),
        ("for every activation s, l >= 1, r in [0, 1]: kappa^l(r) <= kappa^2(r)", "refuted"),
        ("for every activation s, l >= 1, r in [0, 1]: rms^(l+1)(r) >= rms^l(r)", "refuted"),
        ("for every activation s with rms'(1) <= 1, l >= 1, r in [0, 1]: rms^(l+1)(r) >= rms^l(r)", "proved"),
        ("for every activation s, l >= 0, r in [rho*, 1]: rms^(l+1)(r) <= rms^l(r)", "proved"),
    ],
)
def test_iterates_are_compared(line, verdict):
    assert judge(line, neighbours=False).verdict == verdict


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("for s = relu, r in [-1, 1]: rms(r) > 0", "-1"),
        ("for s = relu, r in [-1, 1]: rms(r) != 0", "-1"),
        ("for s = relu, r in [0, 1]: rms(r) > 1/pi", "0"),
        ("for s = sin, r in [0, 1]: rms(r) < 1", "1"),
    ],
)
def test_a_strict_claim_falls_where_both_sides_are_exactly_equal(line, at):
    found = judge(line, neighbours=False)
    assert (found.verdict, found.witness["at"]["r"]) == ("refuted", at)


@pytest.mark.parametrize(
    "line",
    [
        "for every activation s with alpha <= 1/2, alpha >= 3/4: w[0] = 0",
        "for r in [0, 1] with r > 1/2, r < 1/4: r = 7",
        "for n >= 3, n <= 2: n = 7",
    ],
)
def test_hypotheses_that_exclude_one_another_are_vacuous(line):
    with pytest.raises(ValueError, match="vacuous"):
        judge(line, neighbours=False)


@pytest.mark.parametrize("line", ["for n in 1..5: n^2 <= 24", "for n in 1..300: n != 177"])
def test_a_range_of_naturals_is_gone_through(line):
    assert judge(line, neighbours=False).verdict == "refuted"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("for every activation s: beta* >= beta_0", "proved"),
        ("for every activation s: beta* = beta_0", "refuted"),
        ("for every even activation s: beta* >= 2", "proved"),
        ("for every even activation s: beta* >= 21/10", "refuted"),
        ("for every activation s with alpha <= 1/2: beta* >= 3/2", "proved"),
        ("for every activation s with alpha <= 1/2: beta* >= 8/5", "refuted"),
        ("for s = relu: beta* = beta_0", "refuted"),
    ],
)
def test_the_best_contraction_is_what_it_says(line, verdict):
    assert judge(line, neighbours=False).verdict == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("for every activation s, k >= 1: w[k] <= 1", "proved"),
        ("for every activation s, k >= 1: 1 >= p[k]", "proved"),
        ("for every activation s, k >= 0: w[k] > 0", "refuted"),
        ("for every activation s, r in [-1, 1]: rms(|r|) >= |rms(r)|", "proved"),
    ],
)
def test_a_part_of_a_textbook_theorem_is_recognised(line, verdict):
    assert judge(line, neighbours=False).verdict == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("for every homogeneous activation s: rms'(1) = 1", "proved"),
        ("for every homogeneous activation s: rms'(1) = 1/2", "refuted"),
        ("for every homogeneous activation s: rms(0) = 2/pi", "refuted"),
        ("for every homogeneous activation s, r in [0, 1]: rms(r)^2 = r^2", "refuted"),
        ("for every homogeneous activation s, r in [-1, 1]: rms(r) >= r", "proved"),
        ("for every homogeneous activation s, l >= 1, r in [0, 1]: rms^l(r) >= r", "proved"),
        ("for every homogeneous activation s: rho* = 1", "proved"),
    ],
)
def test_homogeneous_activations_are_mixtures_of_two(line, verdict):
    assert judge(line, neighbours=False).verdict == verdict


def test_a_small_gram_matrix_that_breaks_the_claim_is_shown():
    found = judge("for every Gram matrix G of size 3 with maxcorr(G) <= 1/3: det G >= 20/27", neighbours=False)
    assert found.verdict == "refuted"
    assert (
        judge("for every Gram matrix G of size 3 with maxcorr(G) <= 1/3: det G >= 16/27", neighbours=False).verdict
        == "certified"
    )


def test_a_domain_that_ends_at_a_variable_is_read_by_every_strategy():
    line = "for every activation s, r in [0, 1], t in [0, r]: kappa(r) - kappa(t) <= kappa'(1) (r - t)"
    assert judge(line, neighbours=False).verdict == "proved"
