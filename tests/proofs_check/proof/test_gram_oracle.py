"""The facts about Gram matrices: true sentences are derived and hold of matrices drawn, false and foreign ones are not derived."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.judge.judge import judge
from proofs_check.proof.gram_oracle import affirms
from proofs_check.strategies.gram import unit_gram_matrices
from theory.statement.law import Law
from theory.statement.parse import parse
from theory.statement.sort import Activations, GramMatrices
from theory.statement.value import holds

ANY = "for every activation s, n >= 1, every Gram matrix G of size n"
TRUE = [
    "for n >= 1, every Gram matrix G of size n: tr G = n",
    "for n >= 1, every Gram matrix G of size n: 0 <= det G and det G <= 1 - maxcorr(G)^2",
    "for n >= 1, every Gram matrix G of size n: mineig(G) >= 1 - (n-1) maxcorr(G)",
    "for n >= 1, every Gram matrix G of size n: mineig(G) <= 1 - maxcorr(G)",
    "for n >= 2, every Gram matrix G of size n: maxeig(G) >= 1 + maxcorr(G)",
    "for n >= 1, every Gram matrix G of size n: maxeig(G) <= n",
    "for n >= 2, every Gram matrix G of size n with maxcorr(G) <= 1/4: maxeig(G) <= 1 + (n-1)/4",
    "for every Gram matrix G of size 3: G[1,2] <= maxcorr(G)",
    "for every Gram matrix G of size 3: 0 <= isometry(G) and isometry(G) <= 1",
    "for every Gram matrix G of size 3: gap(G) >= 0",
    f"{ANY}: tr(rms(G)) = n",
    f"{ANY}: det(kappa(G)) >= det G",
    f"{ANY}: det(rms(G)) <= 1 - maxcorr(rms(G))^2",
    f"{ANY}: mineig(kappa(G)) >= mineig(G)",
    f"{ANY}: maxeig(kappa(G)) <= maxeig(G)",
    f"{ANY}: maxcorr(kappa(G)) <= maxcorr(G)",
    f"{ANY}: isometry(kappa(G)) >= isometry(G)",
    "for every activation s, l >= 0, every Gram matrix G of size 4: gap(kappa^l(G)) <= gap(G)",
    "for s = tanh, every Gram matrix G of size 3: det(kappa(G)) >= det G",
]
FALSE = [
    "for n >= 1, every Gram matrix G of size n: det G >= 1 - maxcorr(G)^2",
    "for n >= 1, every Gram matrix G of size n: det G > 0",
    "for n >= 2, every Gram matrix G of size n: mineig(G) >= 1 - maxcorr(G)",
    "for n >= 1, every Gram matrix G of size n: maxeig(G) > 1",
    "for every Gram matrix G of size 3: G[1,2] >= 0",
    "for every Gram matrix G of size 3: maxcorr(G) <= 1/2",
    "for every Gram matrix G of size 3: gap(G) <= 5",
    "for every Gram matrix G of size 3 with maxcorr(G) <= 1/2: mineig(G) >= 1/100",
    f"{ANY}: det(kappa(G)) > det G",
    f"{ANY}: det(rms(G)) >= det G",
    f"{ANY}: mineig(rms(G)) >= mineig(G)",
    f"{ANY}: maxeig(rms(G)) <= maxeig(G)",
    f"{ANY}: maxcorr(rms(G)) <= maxcorr(G)",
    f"{ANY}: gap(rms(G)) <= gap(G)",
    f"{ANY}: gap(kappa(G)) <= gap(G)/2",
    f"{ANY}: isometry(kappa(G)) <= isometry(G)",
]


def _parts(line):
    sentence = parse(line)
    return [sentence.replace_body(part) for part in getattr(sentence.body, "parts", (sentence.body,))]


@pytest.mark.parametrize("line", TRUE)
def test_facts_are_derived(line):
    assert all(affirms(part) for part in _parts(line))


@pytest.mark.parametrize("line", FALSE)
def test_false_sentences_are_not_derived(line):
    assert not affirms(parse(line))


@pytest.mark.parametrize("line", FALSE)
def test_false_sentences_fall(line):
    assert judge(line, neighbours=False).verdict == "refuted"


@pytest.mark.parametrize(
    "line",
    [
        "for every activation s, every Gram matrix G of size 3: det(kappa(kappa(G))) >= det G",
        "for every Gram matrix G of size 2, every Gram matrix H of size 2: det G >= 0",
        "for every Gram matrix G of size 3 with det G >= 1/2: mineig(G) >= 0",
        "for every Gram matrix G of size 3, x in [0, 1]: gap(G) + x >= x",
        "for every Gram matrix G of size 3: gap(G) - gap(G) >= 0",
    ],
)
def test_what_the_facts_do_not_speak_of_is_not_derived(line):
    try:
        sentence = parse(line)
    except ValueError:
        return
    assert not affirms(sentence)


@given(
    gram=unit_gram_matrices(4), weights=st.lists(st.integers(0, 5), min_size=2, max_size=5).filter(lambda w: sum(w[1:]))
)
@settings(max_examples=25)
def test_facts_hold_of_matrices_and_maps_drawn(gram, weights):
    law = Law.of(dict(enumerate(weights)))
    for line in TRUE:
        sentence = parse(line)
        values = {}
        for binder in sentence.binders:
            if isinstance(binder.sort, GramMatrices):
                values[binder.symbol] = gram
            elif isinstance(binder.sort, Activations):
                values[binder.symbol] = law
            else:
                values[binder.symbol] = gram.size if binder.name == "n" else 2
        if "size 3" in line or "size 4" in line or "= tanh" in line or sentence.hypotheses:
            continue
        assert holds(sentence.body, values, 20) is not False, line
