"""Every word: its example is a sentence, and what is said of it holds at a case."""

from __future__ import annotations

from fractions import Fraction

import pytest

from theory.enclosure.ball import ball_of, working_bits
from theory.isometry.gram_matrix import GramMatrix
from theory.statement import parse, text
from theory.statement.print_latex import latex
from theory.statement.quantity import REGISTRY, Quantity, register
from theory.statement.value import enclose
from theory.statement.words.notation import notation


@pytest.mark.parametrize("word", REGISTRY.values(), ids=REGISTRY.keys())
def test_the_example_is_a_sentence_that_reads_back(word):
    sentence = parse(word.example)
    assert parse(text(sentence)) == sentence
    assert latex(sentence)
    assert notation(word)
    assert word.meaning
    assert word.family


@pytest.mark.parametrize("line", [fact for word in REGISTRY.values() for fact in word.facts])
def test_facts_are_sentences(line):
    assert parse(line).body


def test_a_word_is_registered_once():
    class Other(Quantity):
        word = "kappa"
        form = "call"
        meaning = "something else"

    with pytest.raises(ValueError, match="register needs a new word, got 'kappa'"):
        register(Other)


def test_eigenvalues_that_doubles_do_not_tell_apart_are_ordered():
    e = Fraction(1, 10**30)
    gram = GramMatrix("close", ((Fraction(1), e), (e, Fraction(1))))
    for line, exact in (("mineig(G) = 1", 1 - e), ("maxeig(G) = 1", 1 + e)):
        sentence = parse(f"for every Gram matrix G of size 2: {line}")
        with working_bits(300):
            ball = enclose(sentence.body.lhs, {sentence.binders[0].symbol: gram}, 50)
            assert ball.contains(ball_of(exact))
            assert not ball.contains(ball_of(2 - exact))
