"""Sentences of the design read as they stand; what is wrong is refused with its column and a remedy."""

from __future__ import annotations

import pytest
import sympy as sp

from theory.statement import SentenceError, parse, parse_question, text
from theory.statement.proposition import And, Asymptotic, Limit, Relation
from theory.statement.sort import Activations, GramMatrices, Naturals, Networks, Reals
from theory.statement.words.attractor import Attractor
from theory.statement.words.haar import HaarMean
from theory.statement.words.kernel_map import Kappa

S, R = sp.Symbol("s"), sp.Symbol("r", real=True)
L, D = sp.Symbol("l", integer=True), sp.Symbol("d", integer=True)
KAPPA, SLOPE = Kappa(S, R), Kappa(S, 0, 1)


def test_a_bound_with_hypothesis_and_class():
    found = parse(
        "for every odd activation s with kappa'(0) >= 1/2, r in [0, 1): kappa(r)/(1-kappa(r)) <= kappa'(0) r/(1-r)"
    )
    assert found.sort_of("s") == Activations(("odd",))
    assert found.sort_of("r") == Reals(0, 1, high_open=True)
    assert found.hypotheses == (Relation(">=", SLOPE, sp.Rational(1, 2)),)
    assert found.body == Relation("<=", KAPPA / (1 - KAPPA), SLOPE * R / (1 - R))


def test_a_free_name_with_an_equation_is_a_definition():
    found = parse(
        "for every activation s, l >= 0, r in (-1, 1): |kappa^l(r)| <= |r| b/(1-|r|+|r| b), b = (2-kappa'(0))^-l"
    )
    b = (2 - SLOPE) ** -L
    assert found.sort_of("l") == Naturals(0)
    assert found.body == Relation("<=", sp.Abs(Kappa(S, R, 0, L)), sp.Abs(R) * b / (1 - sp.Abs(R) + sp.Abs(R) * b))


def test_commas_and_membership_are_a_conjunction():
    star = Attractor(S)
    found = parse("for s = gelu: rms(rho*) = rho*, rho* in (0.76, 0.77)")
    assert isinstance(found.body, And)
    assert found.body.parts[1:] == (Relation(">", star, sp.Rational(19, 25)), Relation("<", star, sp.Rational(77, 100)))


def test_haar_means_gram_matrices_and_networks():
    haar = parse("for d >= 2: E_O(d)[O[1,1]^2 O[2,2]^2] = (d+1)/((d-1) d (d+2))")
    assert haar.body == Relation("=", HaarMean("O", D, "O[1,1]**2*O[2,2]**2"), (D + 1) / ((D - 1) * D * (D + 2)))
    assert parse("for every Gram matrix G of size 3: gap(G) >= 0").sort_of("G") == GramMatrices(3)
    network = (
        "network: gauss, relu, layernorm; width 200; depth 20; inputs equicorrelated 0.5, n = 10; E[gap_20] <= gap_0"
    )
    assert parse(network).sort_of("network") == Networks(("gauss", "relu", "layernorm"), 200, 20, 10, sp.Rational(1, 2))


def test_limits_and_asymptotics_bind_their_variable():
    assert isinstance(parse("lim r in [0, 1) -> 1: (1-kappa(r))/(1-r) = kappa'(1)").body, Limit)
    found = parse("for s = gelu, r in [0, 1): 1 - kappa^l(r) ~ q^l as l -> oo")
    assert isinstance(found.body, Asymptotic)
    assert "l" not in [binder.name for binder in found.binders]


def test_domains_may_follow_and_the_activation_may_be_given_apart():
    question = parse_question("best C: kappa(r) <= C r for s = gelu, r in [0, 1]")
    assert (question.best, [b.name for b in question.sentence.binders]) == ("C", ["C", "s", "r"])
    apart = parse_question("kappa(r) <= r^2", domain=["r in [0, 1]"], activation="relu").sentence
    assert apart == parse("for s = relu, r in [0, 1]: kappa(r) <= r^2")


@pytest.mark.parametrize(
    "line",
    ["for r in (0, 1]: r^2/r = r", "for d >= 2: (d-1)/(d-1)*d = d", "for r in [0, 1): (1-r)^2/(1-r) = 1 - r",
     "for every activation s: Var[s]/Var[s] = 1", "for x in [0, 1], l >= 0: x*x^l = x^(l+1)"],
)  # fmt: skip
def test_what_is_not_0_on_the_domain_may_cancel(line):
    assert parse(line).body.op == "="


@pytest.mark.parametrize(
    ("line", "names", "count"),
    [
        ("for every activation s with kappa'(0) >= 1/2, kappa'(1) <= 3/2, r in [0, 1]: kappa(r) >= r/2", "s r", 2),
        ("for r in [0, 1], t in [0, 1] with r <= t, t <= 1/2: r <= 1/2", "r t", 2),
        ("for r in [0, 1], with r >= 1/2: r <= 1", "r", 1),
        ("for every activation s with kappa'(0) >= 1/2, 0 <= x <= 1: kappa(x) <= x", "s x", 1),
        ("for every activation s with kappa'(0) >= 1/2, l >= 1, x in [0, 1]: kappa^l(x) <= x", "s l x", 1),
        ("for every activation s with kappa'(0) >= 1/2, |c[1]| <= 1, 0 <= E[s], r, t in [0, 1]: kappa(r t) <= r", "s r t", 3),
    ],
)  # fmt: skip
def test_hypotheses_follow_one_another(line, names, count):
    found = parse(line)
    assert ([b.name for b in found.binders], len(found.hypotheses)) == (names.split(), count)
    assert parse(text(found)) == found


def test_a_relation_of_a_bound_number_is_a_hypothesis_without_with():
    found = parse("for every activation s, r in [0, 1], t in [0, 1], r <= t: kappa(r) <= kappa(t)")
    assert found.hypotheses == (Relation("<=", R, sp.Symbol("t", real=True)),)
    assert found == parse("for every activation s, r in [0, 1], t in [0, 1] with r <= t: kappa(r) <= kappa(t)")


def test_numbers_of_an_activation_are_hypotheses_after_a_comma():
    found = parse("for every activation s with w[0] = 0, alpha <= 1/2, r in [0, 1]: kappa(r) <= r")
    assert len(found.hypotheses) == 2
    assert [binder.name for binder in found.binders] == ["s", "r"]


def test_the_line_has_a_name_and_bars_are_read_in_haar_means():
    assert parse("for x in R: x^2 >= 0").sort_of("x") == Reals()
    mean = parse("for d >= 2: E_U(d)[2 |U[1,1]|^2 |U[2,2]|^2] = 2/(d^2-1)").body.lhs
    assert mean == HaarMean("U", D, "2*abs(U[1,1])**2*abs(U[2,2])**2")


def test_two_activations_are_told_apart():
    line = "for every activation s, every activation f, r in [0, 1]: kappa[s](r) <= kappa[f](r)"
    assert text(parse(line)) == line


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("", "needs a claim"),
        ("kappa(r) <= r", r"the name 'r' is free\), got 'r\) <= r' at column 7; bound are: s; give it a domain"),
        ("for r in [0, 1]: kapa(r) <= r", r"at column 18; did you mean kappa"),
        ("for r in [1, 0]: r <= 1", r"a domain that is not empty .* at column 10"),
        ("for r in [0, 0): r <= 1", "a domain that is not empty"),
        ("for l in 5..2: l <= 1", "a domain that is not empty"),
        ("for every od activation s: kappa(1) = 1", "did you mean odd"),
        ("for s = tahn, r in [0, 1]: kappa(r) <= r", "an activation after s = .*tahn.* at column 9"),
        ("for r in [0, 1]: r", "a relation"),
        ("for r in [0, 1]: r <= 1 )", r"the end of the sentence here, got '\)' at column 25"),
        ("for r in [0, 1]: ((r <= 1)", r"needs '\)'"),
        ("for r in [0, 1]: r/0 <= 1", "a divisor that is not 0, got '0 <= 1' at column 20"),
        ("for r in [0, 1]: sqrt(-1) <= r", "real terms"),
        ("for r in [0, 1]: 1/r kappa(r) <= 1", "a/b c can mean two things"),
        ("for r in [0, 1]: __import__('os') = 1", "letters, digits and the signs"),
        ("for r in [0, 1]: r.real <= 1", "letters, digits and the signs"),
        ("for r in [0, 1]: 9^9^9 <= r", "powers of numbers of at most 6000 digits|exponents of at most 1000"),
        ("for r in [0, 1]: gamma(10^20) <= r", "arguments of gamma of at most 1000"),
        ("for r in [0, 1]: " + "(" * 61 + "r" + ")" * 61 + " <= 1", "at most 60 nested brackets"),
        ("for r in [0, 1]: " + "r+" * 2100 + "r <= 1", "at most 4000 characters"),
        ("for r in [0, 1]: " + "-" * 1600 + "r <= 1", "1500 tokens"),
        ("for G in [0, 1]: gap(G) <= 1", "a Gram matrix"),
        ("for every Gram matrix G of size 3: G <= 1", "a number .G is a Gram matrix"),
        ("for every Gram matrix G of size 0: det G <= 1", "a size of at least 1"),
        ("for every activation s, r in [0, 1], r in [0, 1]: kappa(r) <= r", "each name bound once"),
        ("for every activation s, every activation f, r in [0, 1]: kappa(r) <= r", "the activation in brackets"),
        ("for every activation s: E[s^3] = 0", r"needs E\[s\], E\[s\^2\] or Var\[s\]"),
        ("for x >= 1/2: x >= 0", "a natural number as the least value"),
        ("network relu; width 20; E[gap_3] <= 1", "the depth of the network"),
        ("network relu; width 20, depth 2; E[gap_3] <= 1", "a layer up to the depth 2"),
        ("for d >= 2: E_O(d)[O[1,1]^] = 1", "a polynomial in entries or traces"),
        ("for r in [0, 1]: kappa^r(r) <= 1", "how often the map is applied"),
        ("for pi in [0, 1]: pi <= 1", "a name for the variable"),
        ("for r in [0, 1] r <= 1", "'=>'|a colon|':' and the claim"),
        (
            "for r in [0, 1]: r/r = 1",
            "needs r not 0 .it cancels, and nothing is claimed where it fails., got 'r/r = 1' at",
        ),
        ("for every activation s, r in [0, 1]: kappa(r)^2/kappa(r) <= r", r"needs kappa\(r\) not 0 .it cancels"),
        ("for x in [-1, 1]: sqrt(x)^2 = x", "needs x not negative"),
        ("for x in [-1, 1]: exp(log(x)) = x", "needs x not (0|negative)"),
        ("for every activation s: kappa'(1) - kappa'(1) = 0", r"needs kappa'\(1\) finite"),
        ("for every activation s: kappa'(1) < oo", r"needs kappa'\(1\) finite .it cancels between two sides"),
        ("for x in [0, 1]: 1/(x-3/7)^2 <= 1/(x-3/7)^2 + x", r"needs 7\*x - 3 not 0 .it cancels between two sides"),
        ("for every odd even activation s, r in [0, 1]: kappa(r) <= r^5", "classes that some activation has"),
        ("for odd s = abs, r in [0, 1]: kappa(r) <= r", "an activation that is odd .abs is even"),
        ("f ~ g", "the name 'f' is free|as l -> oo"),
    ],
)
def test_bad_input_is_one_line_that_names_the_column(line, message):
    with pytest.raises(SentenceError, match=message) as caught:
        parse(line)
    assert "\n" not in str(caught.value)


def test_only_text_is_read():
    with pytest.raises(TypeError, match="parse_question needs text, got int"):
        parse(3)


def test_an_instance_leaves_variables_alone_that_are_bound_inside():
    sentence = parse("for r in [0, 1): lim r -> 1: kappa(r) = 1")
    assert parse("lim r in [0, 1) -> 1: kappa(r) = 1").body == sentence.pinned({"r": sp.Rational(1, 2)}).body
