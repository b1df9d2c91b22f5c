"""The card of activations of every kind: complete, true to theory, well-formed, and by itself."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import mpmath
import pytest

from proofs_check.report.profile.blocks import Quantity
from proofs_check.report.profile.card import ActivationCard, card_of
from proofs_check.report.profile.page import card_page, marked
from proofs_check.report.profile.subject import Subject
from theory.activation import Activation

KINDS = ("relu", "gelu", "sin", "x", "x**2", "exp(-x**2)", "step", "x + 1")
SECTIONS = ["activation", "hermite", "kernel", "fixed-points", "rates", "gap", "expect", "mean-field", "norm", "batch-norm", "sde", "provenance"]  # fmt: skip


@cache
def card(text: str, **sizes: Any) -> ActivationCard:
    return card_of(Subject(Activation.from_text(text), **({"width": 64, "depth": 4, "digits": 12} | sizes)))


def quantities(found: ActivationCard, anchor: str) -> dict[str, Quantity]:
    section = next(section for section in found.sections if section.anchor == anchor)
    return {row.name: row for block in section.blocks if block.kind == "quantities" for row in block.rows}  # type: ignore[union-attr]


def words(found: ActivationCard, anchor: str) -> str:
    section = next(section for section in found.sections if section.anchor == anchor)
    return " ".join(getattr(block, "text", "") + getattr(block, "reason", "") for block in section.blocks)


class Balanced(HTMLParser):
    VOID = frozenset({"meta", "link", "br", "hr", "img", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.anchors: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        named = dict(attrs)
        self.anchors |= {named["id"] or ""} if "id" in named else set()
        self.links |= {named["href"] or ""} if "href" in named else set()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("text", KINDS)
def test_every_kind_has_every_section_and_a_page_by_itself(text: str) -> None:
    found = card(text)
    assert [section.anchor for section in found.sections] == SECTIONS
    assert all(section.blocks for section in found.sections)
    page = card_page(found)
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    assert {link.removeprefix("#") for link in parser.links} <= parser.anchors  # links stay within the page
    assert "<script" not in page
    assert re.findall(r"""(?:src|href)=["'](?!#)""", page) == []
    for formula in re.findall(r"<math.*?</math>", page, flags=re.DOTALL):
        ElementTree.fromstring(formula)
    assert not re.search(r"\bnan\b|\bNone\b|Traceback|object at 0x", re.sub(r"<svg.*?</svg>|<style.*?</style>", "", page, flags=re.DOTALL))  # fmt: skip


def test_the_same_card_gives_the_same_page() -> None:
    assert card_page(card("x")) == card_page(card.__wrapped__("x"))


def test_relu_as_theory_has_it() -> None:
    found = card("relu")
    with mpmath.workdps(30):
        strength = mpmath.nstr(2 - mpmath.pi / (2 * (mpmath.pi - 1)), 12)
        law = mpmath.nstr(9 * mpmath.pi**2 / 2, 12)
    assert quantities(found, "rates")["β₀"].value == strength
    assert quantities(found, "gap")["lim ℓ²(1 − ρ_ℓ)"].value == law
    norm = quantities(found, "norm")
    assert (norm["λ"].value, norm["ν"].value, norm["χ₁"].value) == ("1", "5", "1")
    assert norm["sd log q"].value == "0.559"  # sqrt(5 * 4/64)
    assert "case 3" in words(found, "fixed-points")
    assert "never explodes" in {highlight.value for highlight in found.highlights}
    assert "kink" in words(found, "batch-norm")


def test_gelu_explodes_with_the_probability_of_the_gamma_law() -> None:
    found = card("gelu")
    # phi'' = 2 phi'(0)/phi... : b = 3 phi''^2/4 + phi''' with phi = 2 x Phi(x): phi'' = 4/sqrt(2 pi), phi''' = 0
    with mpmath.workdps(30):
        b = mpmath.mpf(3) / 4 * 16 / (2 * mpmath.pi)
        chance = mpmath.nstr(mpmath.gammainc(b + 1, 0, b, regularized=True), 12)
    assert quantities(found, "sde")["P(explosion)"].value == chance
    assert quantities(found, "sde")["P(explosion)"].method == "certified"


def test_an_odd_smooth_activation_gets_gains() -> None:
    found = card("sin", depth=60)
    assert quantities(found, "batch-norm")["t"].closed_form == pytest.importorskip("sympy").Rational(-1, 6)
    assert "Proposed: α_ℓ = (ℓ+1)^" in words(found, "batch-norm")
    assert quantities(found, "batch-norm")["d/(d+2)"].value == "0.969696969697"  # 64/66


def test_what_does_not_apply_says_why() -> None:
    assert "without jumps" in words(card("step"), "mean-field")
    assert "identity" in words(card("x"), "fixed-points")
    assert "affine" in words(card("x + 1"), "expect")
    assert "below 0" in words(card("exp(-x**2)"), "mean-field")


def test_claims_behind_the_sections_are_those_of_the_ledger() -> None:
    from proofs_check.ledger import ledger

    known = {claim.id for claim in ledger()}
    assert {name for section in card("x").sections for name in section.claims} <= known


def test_large_networks_are_predicted_not_sampled() -> None:
    text = card_page(card("step", width=10**6, depth=100))
    assert "No networks were sampled" in text


@pytest.mark.parametrize(
    ("size", "reason"), [({"width": 1}, "width in 2"), ({"depth": 0}, "depth in 1"), ({"batch": 1}, "batch in 2"), ({"digits": 0}, "digits"), ({"depth": 10**6}, "depth in 1")]
)  # fmt: skip
def test_sizes_out_of_range(size: dict[str, int], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        card("relu", **size)


def test_indices_and_powers_are_raised_but_names_are_not() -> None:
    assert str(marked("σ_w² + he_k + α^(3/2)")) == "σ<sub>w</sub>² + he<sub>k</sub> + α<sup>3/2</sup>"
    assert str(marked("numerics.batch_norm.gain_schedule & phi_s")) == "numerics.batch_norm.gain_schedule &amp; phi_s"
