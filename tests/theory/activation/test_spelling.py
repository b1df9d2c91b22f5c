"""How people write activations: what has one meaning is read, what has several is refused with the remedy."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.activation.parser import parse_expression
from theory.activation.spelling import plain, with_values


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("x*Φ(x)", "x*Phi(x)"),
        ("|x|", "abs(x)"),
        ("||x| - 1|*|x|", "abs(abs(x) - 1)*abs(x)"),
        ("max(|x|, 1)", "max(abs(x), 1)"),
        ("2·|x - 1|/|-3|", "2*abs(x - 1)/abs(-3)"),
        ("x³ − 3×x", "x**3 - 3*x"),
        ("sin(π*x)", "sin(pi*x)"),
    ],
)
def test_signs_of_one_meaning_are_read(written: str, read: str) -> None:
    assert parse_expression(written) == parse_expression(read)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("σ(x)", "write sigmoid"),
        ("sigma(x)", "write sigmoid"),
        ("|x", "bars in pairs"),
        ("x|", "bars in pairs"),
        ("swissh", "did you mean 'swish'"),
        ("Swish2(x)", "did you mean 'swish'"),
        ("tanh(a*x)", "--let a=2"),
        ("x^2", r"write x\*\*2"),
        ("ψ(x)", "got 'ψ'"),
    ],
)
def test_the_rest_is_refused_with_the_remedy(text: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        Activation.from_text(text)


@pytest.mark.parametrize(
    ("text", "values", "match"),
    [
        ("tanh(x)", {"a": "2"}, "got 'a'"),
        ("tanh(x)", {"x": "2"}, "got 'x'"),
        ("tanh(x)", {"": "2"}, "got ''"),
    ],
)
def test_values_are_for_parameters_that_are_there(text: str, values: dict[str, str], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        with_values(text, values)


def test_a_value_replaces_the_whole_name_only() -> None:
    assert with_values("a*tanh(a*x) + abs(x)", {"a": "1/2"}) == "(1/2)*tanh((1/2)*x) + abs(x)"


@given(st.text(alphabet="x|+-*/() 12,", max_size=30))
def test_bars_become_balanced_calls_or_are_refused(text: str) -> None:
    pairs, rest = divmod(text.count("|"), 2)
    if rest:
        with pytest.raises(ValueError, match="bars in pairs"):
            plain(text)
        return
    with suppress(ValueError):  # as in "x||x": the first closes nothing
        read = plain(text)
        assert "|" not in read
        assert read.count("abs(") == pairs
