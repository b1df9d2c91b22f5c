"""What is printed reads back as the same sentence."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from theory.statement import digest, from_json, parse, text, to_json

_SPEC = importlib.util.spec_from_file_location("random_sentences", Path(__file__).with_name("random_sentences.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
random_sentences = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(random_sentences)
seeds = st.integers(0, 2**32)


@given(seeds)
@settings(max_examples=40)
def test_text_reads_back_as_the_sentence(seed):
    sentence = random_sentences.SentenceMaker(seed).sentence()
    assert parse(text(sentence)) == sentence


@given(seeds)
@settings(max_examples=8)
def test_json_reads_back_as_the_sentence_and_the_digest_names_it(seed):
    sentence = random_sentences.SentenceMaker(seed).sentence()
    back = from_json(to_json(sentence))
    assert back == sentence
    assert digest(back) == digest(sentence)
