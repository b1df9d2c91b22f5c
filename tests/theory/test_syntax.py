from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory.syntax import exact_number, parse_syntax, shown


@given(st.integers(-(10**12), 10**12), st.integers(0, 12))
def test_decimals_are_read_exactly(mantissa: int, places: int) -> None:
    text = f"{abs(mantissa)}e-{places}"
    node = parse_syntax(text, what="number")
    assert exact_number(node, text) == Fraction(abs(mantissa), 10**places)  # type: ignore[arg-type]


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused_with_a_value_error(text: str) -> None:
    refusal = ""
    try:
        parse_syntax(text, what="text")
    except ValueError as error:
        refusal = str(error)
    assert refusal == "" or refusal.startswith("text needs")


def test_depth_counts_nested_operations() -> None:
    parse_syntax("sin(" * 10 + "x" + ")" * 10, what="text", max_depth=11)
    with pytest.raises(ValueError, match="nesting of at most 9"):
        parse_syntax("x" + "+x" * 20, what="text", max_depth=9)


def test_long_texts_are_shortened_in_messages() -> None:
    assert len(shown("x" * 1000)) < 80
