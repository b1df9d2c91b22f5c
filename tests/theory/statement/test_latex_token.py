"""Tokens of LaTeX: layout is dropped, separators become commas, letters are single; what has no end is refused."""

import pytest

from theory.statement.latex_token import LatexError, caret, latex_tokens


def texts(formula: str) -> list[str]:
    return [token.text for token in latex_tokens(formula)[:-1]]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"ab", ["a", "b"]),
        (r"\left( x \right)\,", ["(", "x", ")"]),
        (r"a &\le b \\ &= c", ["a", r"\leq", "b", "=", "c"]),
        (r"a \le b && c \ge d", ["a", r"\leq", "b", ",", "c", r"\geq", "d"]),
        (r"a \le b, \quad c = d \label{x}", ["a", r"\leq", "b", ",", "c", "=", "d"]),
        (r"\E \he_2", ["E", "he", "_", "2"]),
        (r"12.5x", ["12.5", "x"]),
        (r"If $a=b$ then $c$", ["If ", "a", "=", "b", " then ", "c"]),
        (r"$a=b$.", ["a", "=", "b", "."]),
        (r"$$a$$ and $b$", ["a", " and ", "b"]),
    ],
)
def test_tokens(formula: str, expected: list[str]) -> None:
    assert texts(formula) == expected


@pytest.mark.parametrize(
    ("formula", "match"),
    [
        (r"\text{for", r"the brace that closes this one, got '\{for' at column 6"),
        (r"\text", r"braces after this command, got 'the end' at column 6"),
        ("a $b", r"dollars in pairs, got '\$b' at column 3"),
        ("x" * 5000, "at most 4000 characters"),
        ("x+" * 1000, "at most 1500 tokens"),
    ],
)
def test_refused(formula: str, match: str) -> None:
    with pytest.raises(LatexError, match=match):
        latex_tokens(formula)


def test_caret_of_a_later_line() -> None:
    assert caret("first\nsecond one", 13) == "second one\n       ^"
