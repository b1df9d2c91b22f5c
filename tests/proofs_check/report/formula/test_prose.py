"""ASCII formulas within sentences: what is mathematics is typeset, what is a word, a code or a hostile tag stays."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proofs_check.ledger import ledger
from proofs_check.report.formula.prose import svg_prose, typeset


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("the delta method", "the delta method"),
        ("beta_0^-l", "β<sub>0</sub><sup>−l</sup>"),
        ("x^2/2", "x<sup>2</sup>/2"),
        ("2^(1-d)", "2<sup>1−d</sup>"),
        ("((d-1)(d+2))^(l/2)", "((d−1)(d+2))<sup>l/2</sup>"),
        ("kappa'(rho*) < 1", "κ′(ρ<sup>∗</sup>) &lt; 1"),
        ("phi'''(0)", "φ‴(0)"),
        ("c_pm n^-p", "c<sub>±</sub> n<sup>−p</sup>"),
        ("abs(O[1,1])**4", "|O<sub>1,1</sub>|<sup>4</sup>"),
        ("s(-x) = -x", "s(−x) = −x"),
        ("sum_{k>=1} p_k", "∑<sub>k≥1</sub> p<sub>k</sub>"),
        ("2.70e-09 +- 1e-3", "2.70 × 10<sup>−9</sup> ± 10<sup>−3</sup>"),
        ("sqrt(1 - x^2) -> oo", "√(1 − x<sup>2</sup>) → ∞"),
        ("sqrt(1 - x", "sqrt(1 − x"),
        ("a one-step e-value, in let's say x's", "a one-step e-value, in let's say x's"),
        ("`x**2 <= 1` and x**2 <= 1", "<code>x**2 &lt;= 1</code> and x<sup>2</sup> ≤ 1"),
        ("<b>x^2</b>", "&lt;b&gt;x<sup>2</sup>&lt;/b&gt;"),
    ],
)
def test_what_is_typed_is_typeset(typed: str, shown: str) -> None:
    assert typeset(typed) == shown


def test_no_title_of_the_ledger_shows_ascii_mathematics() -> None:
    for claim in ledger():
        text = re.sub(r"<[^>]*>", "", typeset(claim.title))
        assert not re.search(r"\^|\*|_|<=|>=|->|!=|\b(?:rho|kappa|beta|gamma|alpha|sqrt)\b", unescape(text)), claim.id


@given(st.text(alphabet="ab<>&_^*(){}[]'`-+=|/ 0123.erhosqrtpi", max_size=40))
def test_any_text_gives_known_elements_only_and_ends_what_it_opens(text: str) -> None:
    for markup in (str(typeset(text)), svg_prose(text)):
        tags = re.findall(r"<(/?)([a-z]+)[^<>]*>", markup)
        assert {name for _, name in tags} <= {"sub", "sup", "code", "tspan"}
        assert sum(1 if not close else -1 for close, _ in tags) == 0
        assert not re.search(r"&(?!(?:lt|gt|amp|quot|#x27);)", markup)
