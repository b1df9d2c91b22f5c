"""Whole statements as papers print them; what the program prints in LaTeX is read back as the same sentence."""

import pytest

from theory.statement.latex_sentence import sentence_of_latex
from theory.statement.parse import parse, parse_question
from theory.statement.print_latex import latex
from theory.statement.quantity import REGISTRY
from theory.statement.token import SentenceError

START = ("l >= 0", "rho0 in (-1, 1)")
PRINTED = {
    "Theorem 1, Case 1": (
        r"If $\km(0)=0$ then $\frac{|\rho_\ell|}{1-|\rho_\ell|} \le \frac{|\rho_0|}{1-|\rho_0|} \alpha^\ell$, where $\alpha:=\frac{1}{2-\km'(0)}$.",
        "for every activation s with rms(0) = 0: |rms^l(rho0)|/(1-|rms^l(rho0)|) <= (|rho0|/(1-|rho0|)) (2-rms'(0))^-l",
    ),
    "Theorem 1, Case 2": (
        r"|\rho_\ell-1| \le |\rho_0-1| \alpha ^\ell, && \alpha := \km'(1).",
        "|rms^l(rho0) - 1| <= |rho0 - 1| rms'(1)^l",
    ),
    "Theorem 1, Case 3": (
        r"|\rho_\ell-1| \le \frac{|\rho_0-1|}{\ell\alpha|\rho_0-1|+1}, && \alpha = 1-\km(0)-\km'(0).",
        "|rms^l(rho0) - 1| <= |rho0 - 1|/(l a |rho0 - 1| + 1), a = 1 - rms(0) - rms'(0)",
    ),
    "Theorem 1, Case 4": (
        r"&|\rho_\ell-\rho^*| \le \frac{|\rho_0-\rho^*|}{1-|\rho_0|}\alpha^\ell \\ &\alpha = \max\left\{1-\km(0),\km'(\rho^*),\frac{1-\rho^*}{2-\km'(\rho^*)}\right\},",
        "|rms^l(rho0) - rho*| <= (|rho0 - rho*|/(1-|rho0|)) a^l, a = max(1-rms(0), rms'(rho*), (1-rho*)/(2-rms'(rho*)))",
    ),
    "Proposition 1": (r"&\rho_{\ell+1} = \km(\rho_\ell),", "rms^(l+1)(rho0) = rms(rms^l(rho0))"),
    "README of [A], beta_0": (
        r"$\beta_0 = \frac{c_1^2}{\Sigma_{k=1}^{\infty}c_k^2}$".replace("Sigma", "sum"),
        "beta_0 = w[1]/(1 - w[0])",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_statements_as_printed(name: str) -> None:
    formula, line = PRINTED[name]
    domain = START if "rho_" in formula else ()
    assert parse_question(sentence_of_latex(formula, "rms").text, domain) == parse_question(line, domain)


EXAMPLES = sorted(
    w.example for word, w in REGISTRY.items() if not any(part in w.example for part in ("network", "gap", "eig", "Wg"))
)


@pytest.mark.parametrize("line", EXAMPLES, ids=EXAMPLES)
def test_what_is_printed_is_read_back(line: str) -> None:
    sentence = parse(line)
    assert parse(sentence_of_latex(latex(sentence)).text) == sentence


def test_an_error_of_the_grammar_is_shown_in_the_formula() -> None:
    formula = r"\kappa(\rho) \le \theta, \quad \rho \in [0, 1]"
    read = sentence_of_latex(formula)
    with pytest.raises(SentenceError) as caught:
        parse(read.text)
    error = read.placed(caught.value)
    assert formula[error.position :].startswith(r"\theta")
    assert error.caret().splitlines()[1].index("^") == formula.index(r"\theta")


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((1,), TypeError, "needs text, got int"),
        (("x", "k"), ValueError, "needs a kernel map of kappa, rms, raw, got kappa='k'"),
    ],
)
def test_bad_input(arguments: tuple[object, ...], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        sentence_of_latex(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("formula", [r"\rho \in [0, 1]", r"\text{if } \kappa(0) = 0"])
def test_a_sentence_claims_something(formula: str) -> None:
    with pytest.raises(ValueError, match="a claim besides domains and hypotheses"):
        sentence_of_latex(formula)
