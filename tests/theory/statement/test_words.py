"""Every word: its example is a sentence, and what is said of it holds at a case."""

from __future__ import annotations

import pytest

from theory.statement import parse, text
from theory.statement.print_latex import latex
from theory.statement.quantity import REGISTRY, Quantity, register
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
