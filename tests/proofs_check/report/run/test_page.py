"""The page of a run, as a browser's parser sees it: whole, alone, with every answer a reader asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from proofs_check.evidence.verdict import Verdict
from proofs_check.report.run.page import NOT_MEANT, SHOWN_PLOTS, TEMPLATES, groups, page, scope
from proofs_check.report.run.recipe import Recipe
from proofs_check.run.run_report import RunReport
from proofs_check.run.runner import run
from proofs_check.run.selection import select_claims

VOID = {"meta", "link", "br", "input"}
RECIPE = Recipe((), ("--profile", "quick", "--seed", "0"))


class Page(HTMLParser):
    """Elements with attributes and text; fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("style", "script"):
            self.text += data

    def all(self, attribute: str) -> Iterator[str]:
        return (attributes[attribute] for _, attributes in self.elements if attribute in attributes)


@pytest.fixture(scope="module")
def mixed(mixed_run: RunReport) -> str:
    return page(mixed_run, RECIPE)


@pytest.fixture(scope="module")
def good(good_run: RunReport) -> str:
    return page(good_run, RECIPE)


def test_tags_match_and_identifiers_are_unique(mixed: str, good: str) -> None:
    for text in (mixed, good):
        identifiers = list(Page(text).all("id"))
        assert len(set(identifiers)) == len(identifiers)


def test_nothing_is_loaded_and_no_script_runs_but_our_own(mixed: str) -> None:
    parsed = Page(mixed)
    assert not {tag for tag, _ in parsed.elements} & {"iframe", "img", "object", "embed"}
    assert [attributes for tag, attributes in parsed.elements if tag == "script"] == [{}]
    assert mixed.split("<script>")[1].split("</script>")[0].strip() == (TEMPLATES / "page.js").read_text().strip()
    assert not [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")]
    assert all(
        link.startswith(("#", "data:,", "certificates/", "kernel/", "report.", "junit.xml"))
        for link in parsed.all("href")
    )
    assert not list(parsed.all("src"))
    assert "url(" not in mixed
    assert "@import" not in mixed


def test_every_link_within_the_page_has_its_target(mixed: str, good: str) -> None:
    for text in (mixed, good):
        parsed = Page(text)
        targets = set(parsed.all("id"))
        inner = {link[1:] for link in parsed.all("href") if link.startswith("#")}
        assert inner <= targets
        assert {name for names in parsed.all("aria-labelledby") for name in names.split()} <= targets


def test_headings_are_in_order(mixed: str) -> None:
    levels = [int(tag[1]) for tag, _ in Page(mixed).elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_hostile_text_is_text(mixed: str) -> None:
    assert "alert(1)" in Page(mixed).text
    assert mixed.count("<script>") == 1
    assert "False <b>claim</b>" in Page(mixed).text


def test_the_answers_stand_in_the_page(good: str, good_run: RunReport) -> None:
    text = " ".join(Page(good).text.split())
    claim = good_run.claims[0]
    for answer in (
        "What this run found: holds",
        "every claim positive, every mutant refuted",
        "probability at most 10−6 in total",
        "haarmite verify --profile quick --seed 0",
        "Author: A paper with <tags> & ampersands. 2026",
        "A square is nonnegative, x2 ≥ 0",
        "squares",
        "at x = 0",
        "3 of 3 refuted",
        "x = 0: 0 < 1",  # the witness of a mutant
        "False in print",
        "the paper, eq. (1)",
        "python-flint",
    ):
        assert answer in text
    certificates = [link for link in Page(good).all("href") if link.startswith("certificates/")]
    assert len(certificates) == sum(len(f.evidence.certificates) for f in claim.findings) > 0
    plots = [
        sum(len(f.evidence.plots) for f in claim.findings if f.task.check is check) for check in claim.claim.checks
    ]
    assert good.count("<svg") == sum(min(count, SHOWN_PLOTS) for count in plots) > 0
    assert all(f"{count - SHOWN_PLOTS} more" in text for count in plots if count > SHOWN_PLOTS)


def test_formulas_are_mathml_of_the_statement_and_of_each_mutant(good: str) -> None:
    errata, claims = good.split('id="filter"')
    assert len(re.findall(r"<math.*?</math>", errata)) == 2  # as printed, and true
    formulas = re.findall(r"<math.*?</math>", claims)
    assert len(formulas) == 3  # the statement and two mutants; the third has the formula of the statement
    for formula in formulas:
        ElementTree.fromstring(formula)
    assert "<mo>≥</mo><mn>1</mn>" in formulas[1]  # the shifted mutant shows what is wrong


def test_the_page_opens_with_what_is_false_in_print_then_what_holds_then_what_did_not_pass(
    good: str, mixed: str
) -> None:
    text = " ".join(Page(good).text.split())
    text = text[text.index("To the summary") :].split("What this run found", 1)[1]
    order = ["False in print", "as printed", "true", "Witness:", "Search", "How to read a verdict"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)
    assert good.index('class="printed"') < good.index('class="true"')
    text = " ".join(Page(mixed).text.split())
    assert text.index("did not pass") < text.index("What did not pass") < text.index("How to read a verdict")
    trouble = text[text.index("What did not pass") :]
    for word in ("refuted", "Witness", "mutants not refuted: m", "checks broke", "a proof would decide"):
        assert word in trouble
    assert "conjecture" in text


def test_a_conjecture_is_in_no_group_of_what_is_earned(mixed_run: RunReport) -> None:
    grouped = groups(mixed_run)
    assert grouped
    for verdict, claims in grouped:
        assert all(claim.verdict is verdict and not claim.claim.conjecture for claim in claims)
    assert any(report.claim.conjecture for report in mixed_run.claims)


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("A1", "everything the sentence speaks of"),
        ("A2", "n = 2, ..., 8"),
    ],
)
def test_the_scope_of_a_claim_is_said(claim: str, said: str) -> None:
    assert said in scope(run(select_claims([claim])).claims[0])


def test_each_verdict_says_what_it_does_not_mean(good: str) -> None:
    text = " ".join(Page(good).text.split())
    for verdict in Verdict:
        assert verdict.advice in text
        assert " ".join(NOT_MEANT[verdict].split()) in text


def test_a_claim_names_the_command_that_repeats_it() -> None:
    text = page(run(select_claims(["A1"]), seed=7), Recipe(("A1", "A2"), ("--seed", "7")))
    assert "haarmite verify A1 --seed 7" in text


def test_an_empty_run_and_one_on_own_cases_have_a_page() -> None:
    assert "0 claims" in " ".join(Page(page(run([]), RECIPE)).text.split())
    report = run(select_claims(["A1"]), cases=["not a Gram matrix"])
    assert "Not about the given cases" in page(report, RECIPE)


def test_unread_files_are_named(good_run: RunReport) -> None:
    text = page(replace(good_run, unread=(("claims.py:3", "no <statement>"),)), RECIPE)
    assert "no &lt;statement&gt;" in text
    assert "2: a claim could not be read" in text


def test_what_a_kernel_checked_is_marked_and_what_it_did_not_is_told(good_run: RunReport) -> None:
    from proofs_check.evidence.coq_outcome import KernelCheck

    checks = (
        KernelCheck(True, "T1.v", theorems=("t",), outside=("Mehler's formula",), text="Theorem t : True."),
        KernelCheck(False, "T2.v", reason="coqc <took> too long"),
    )
    claim = good_run.claims[0]
    first = replace(claim.findings[0], evidence=replace(claim.findings[0].evidence, kernel=checks))
    text = page(replace(good_run, claims=(replace(claim, findings=(first, *claim.findings[1:])),)), RECIPE)
    shown = " ".join(Page(text).text.split())
    assert text.count("kernel-checked</span>") == 1
    assert 'href="kernel/T1.v"' in text
    assert "beyond the kernel: Mehler's formula" in shown
    assert "not kernel-checked: coqc <took> too long" in shown
