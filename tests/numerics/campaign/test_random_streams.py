"""Streams: addresses decide, and nothing else does."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.campaign.random_streams import stream

KEYS = st.lists(st.one_of(st.integers(-(2**70), 2**70), st.text(max_size=5)), max_size=4).map(tuple)


def bits(seed: int, *key: int | str) -> bytes:
    return stream(seed, *key).bytes(16)


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**200), first=KEYS, second=KEYS)
def test_two_streams_agree_exactly_when_their_keys_do(seed, first, second):
    assert (bits(seed, *first) == bits(seed, *second)) == (first == second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((2**32,), (0, 1)),  # SeedSequence alone would merge these two
        ((1,), ("1",)),
        (("a", "b"), ("ab",)),
        (("a", "b"), ('a", "b',)),
        ((), (0,)),
        ((0,), (0, 0)),
    ],
)
def test_keys_that_a_careless_encoding_would_merge(first, second):
    assert bits(0, *first) != bits(0, *second)


def test_root_seeds_differ_also_beyond_one_hundred_and_twenty_eight_bits():
    seeds = [0, 1, 2**32, 2**64, 2**128, 2**128 + 1, 2**160]
    assert len({bits(seed, "x") for seed in seeds}) == len(seeds)


def test_another_process_with_another_hash_salt_sees_the_same_bits():
    program = "from numerics.campaign.random_streams import stream; print(stream(11, 'A7', 'relu', 5).bytes(16).hex())"
    command = [sys.executable, "-c", program]
    seen = {
        subprocess.run(command, env={"PYTHONHASHSEED": salt}, capture_output=True, check=True, timeout=60).stdout
        for salt in ("1", "2")
    }
    assert seen == {bits(11, "A7", "relu", 5).hex().encode() + b"\n"}


def test_neighbouring_streams_are_uncorrelated():
    # 64 streams give 2016 correlations of n pairs, standard error 1/sqrt(n); a false alarm of 1e-9 for all.
    count, n = 64, 4096
    samples = np.array([stream(3, "s", index).standard_normal(n) for index in range(count)])
    samples -= samples.mean(axis=1, keepdims=True)
    correlations = np.corrcoef(samples)[np.triu_indices(count, 1)]
    pairs = count * (count - 1) / 2
    assert abs(correlations).max() < math.sqrt(2 * math.log(2 * pairs / 1e-9) / n)
    # their squares sum to a chi-square of that many degrees of freedom (mean `pairs`, variance 2 pairs)
    assert abs((correlations**2).sum() * n - pairs) < 6.2 * math.sqrt(2 * pairs)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((-1,), ValueError, r"root_seed >= 0 .* got root_seed=-1"),
        ((1.5,), TypeError, r"integer seed .* got root_seed=1\.5"),
        ((True,), TypeError, r"got root_seed=True"),
        ((0, 1.5), TypeError, r"integers and text .* got part=1\.5"),
        ((0, False), TypeError, r"got part=False"),
        ((0, None), TypeError, r"got part=None"),
    ],
)
def test_bad_input(arguments, error, message):
    with pytest.raises(error, match=message):
        stream(*arguments)
