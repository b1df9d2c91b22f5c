"""Whatever changes a result changes the digest, and nothing else does."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from types import FunctionType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.campaign.fingerprint import canonical, digest, environment, function_source

PLAIN = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=6,
)


@dataclass(frozen=True)
class Claim:
    rate: float


@dataclass(frozen=True)
class Mutant:
    rate: float


def same(first: object, second: object) -> bool:
    """Equality that tells 1 from 1.0 and True, and 0.0 from -0.0."""
    return repr(first) == repr(second)


@settings(deadline=None, max_examples=200)
@given(
    first=st.dictionaries(st.text(max_size=3), PLAIN, max_size=3),
    second=st.dictionaries(st.text(max_size=3), PLAIN, max_size=3),
)
def test_digests_agree_exactly_when_values_do(first, second):
    ordered = [dict(sorted(value.items())) for value in (first, second)]
    if same(*ordered):
        assert digest(first) == digest(second)
    elif first != second:
        assert digest(first) != digest(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        (0.1, math.nextafter(0.1, 1)),
        ([1, 2], (1, 2)),
        (Fraction(1, 3), "1/3"),
        (Fraction(1, 3), {"Fraction": "1/3"}),
        (Claim(0.5), Mutant(0.5)),
        (Claim(0.5), Claim(0.25)),
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2), np.zeros(2, dtype=np.float32)),
        (np.zeros(2), np.array([0.0, 1e-300])),
        ("1", 1),
    ],
)
def test_values_that_differ_a_little(first, second):
    assert digest({"x": first}) != digest({"x": second})


def test_order_of_entries_and_memory_layout_do_not_matter():
    matrix = np.arange(6.0).reshape(2, 3)
    assert digest({"a": 1, "b": matrix}) == digest({"b": np.asfortranarray(matrix), "a": 1})
    assert digest({"x": np.float64(0.5)}) == digest({"x": 0.5})


def test_another_process_finds_the_same_environment():
    program = "from numerics.campaign.fingerprint import digest, environment; print(digest(environment()))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert len(run.stdout.strip()) == 64
    assert environment()["numpy"] == np.__version__


def test_the_source_of_a_function_is_part_of_it():
    name, *sources = function_source(same)
    assert name.endswith("test_fingerprint.same")
    assert any("tells 1 from 1.0" in source for source in sources)


def captured(rate: float):
    def shard(rng):
        return {"rate": rate}

    return shard


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: canonical({1: 2}), r"got builtins\.dict"),
        (lambda: canonical({"x": object()}), r"got builtins\.object; pass its description"),
        (lambda: canonical(np.array(["a"])), r"got numpy\.ndarray"),
        (lambda: canonical({1, 2}), r"got builtins\.set"),
        (lambda: function_source(len), r"defined in Python .* got <built-in function len>"),
        (lambda: function_source(captured(0.5)), r"without captured variables .* capturing rate"),
        (lambda: function_source(FunctionType(same.__code__.replace(co_filename="<text>"), {})), r"source can be read"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(TypeError, match=message):
        call()
