"""Terms of LaTeX: each pair says in the sentence language what the formula says."""

import pytest

from theory.statement.latex_sentence import sentence_of_latex
from theory.statement.latex_token import LatexError
from theory.statement.parse import parse

X = r", \forall x \in [0, 1]"
RHO = r", \forall \rho \in [0, 1]"
TERMS = [
    (r"\frac12 x^2 + \sqrt{x} \leq 2" + X, "for x in [0, 1]: x^2/2 + sqrt(x) <= 2"),
    (r"\sqrt[3]{x+1} \leq 2" + X, "for x in [0, 1]: (x+1)^(1/3) <= 2"),
    (r"|1-|x|| \leq 1" + X, "for x in [0, 1]: |1-|x|| <= 1"),
    (r"\left|x - \lvert x \rvert\right| \leq 1" + X, "for x in [0, 1]: |x - |x|| <= 1"),
    (r"e^{-x} \geq 1 - x" + X, "for x in [0, 1]: exp(-x) >= 1 - x"),
    (r"\max\left\{x, \tfrac{1}{2}\right\} \leq 1" + X, "for x in [0, 1]: max(x, 1/2) <= 1"),
    (r"\sin^2 x + \cos^2(x) = 1" + X, "for x in [0, 1]: sin(x)^2 + cos(x)^2 = 1"),
    (r"\arccos(x) \leq \frac{\pi}{2}" + X, "for x in [0, 1]: acos(x) <= pi/2"),
    (r"\sum_{k=1}^{3} k x^k \leq 6" + X, "for x in [0, 1]: x + 2 x^2 + 3 x^3 <= 6"),
    (r"\kappa'(\rho) \geq \kappa^{\prime}(0)" + RHO, "for rho in [0, 1]: kappa'(rho) >= kappa'(0)"),
    (r"\kappa^{\circ 3}(\rho) \leq \rho" + RHO, "for rho in [0, 1]: kappa^3(rho) <= rho"),
    (r"\kappa(\kappa(\rho)) \leq \rho^2" + RHO, "for rho in [0, 1]: kappa(kappa(rho)) <= rho^2"),
    (r"\kappa(\rho) = \sum_{k=0}^\infty c_k^2 \rho^k" + RHO, "for rho in [0, 1]: kappa(rho) = raw(rho)"),
    (r"\sum_{k=2}^\infty c_k^2 \geq 0", "E[s^2] - c[0]^2 - c[1]^2 >= 0"),
    (r"\beta_0 = 2 - \frac{c_1^2}{\sum_{k=1}^{\infty} c_k^2}", "beta_0 = 2 - c[1]^2/(E[s^2] - c[0]^2)"),
    (r"\E\phi(X)^2 \geq \E[\phi(X)]", "E[s^2] >= E[s]"),
    (r"\operatorname{Var} \phi(X) \geq 0", "Var[s] >= 0"),
    (r"\mathbb{E}\phi(X)\phi(Y) \leq \E\phi(X)^2" + RHO, "for rho in [0, 1]: raw(rho) <= E[s^2]"),
    (r"\mathbb E_{O(d)}\left[O_{11}^2 O_{22}^2\right] \geq 0, d \geq 2", "for d >= 2: E_O(d)[O[1,1]^2 O[2,2]^2] >= 0"),
    (r"\lim_{d \to \infty} \frac{d}{d+1} = 1", "lim d -> oo: d/(d+1) = 1"),
]


@pytest.mark.parametrize(("formula", "line"), TERMS, ids=[formula for formula, _ in TERMS])
def test_says_the_same(formula: str, line: str) -> None:
    assert parse(sentence_of_latex(formula).text) == parse(line)


NORMALISED = [
    (r"\km(\rho) = \sum_{k=0}^\infty c_k^2 \rho^k" + RHO, "for rho in [0, 1]: rms(rho) = rms(rho)"),
    (r"\sum_{k=2}^\infty c_k^2 \rho^k \leq \rho^2" + RHO, "for rho in [0, 1]: rms(rho) - w[0] - w[1] rho <= rho^2"),
    (r"c_1^2 = \km'(0)", "w[1] = rms'(0)"),
    (r"\E\phi(X)^2 = 1", "1 = 1"),
]


@pytest.mark.parametrize(("formula", "line"), NORMALISED, ids=[formula for formula, _ in NORMALISED])
def test_forward_stable_activations_have_shares_for_squares(formula: str, line: str) -> None:
    assert parse(sentence_of_latex(formula, "rms").text) == parse(line)


REFUSED = [
    (r"\|x\| \leq 1", "kappa", 1, "norms of vectors"),
    (r"\langle x, y \rangle \leq 1", "kappa", 1, "no integral, product, inner product"),
    (r"x \leq \foo", "kappa", 8, "a word, letter or sign"),
    (r"\kappa \leq 1", "kappa", 1, "the argument of kappa in brackets"),
    (r"x' \leq 1", "kappa", 1, "a derivative of kappa only"),
    (r"x^* \leq 1", "kappa", 1, "a star on rho or beta only"),
    (r"\left( x \leq 1", "kappa", 6, "after this"),
    (r"\sum_{k=0}^\infty k x^k \leq 1", "kappa", 1, "a series of c_k"),
    (r"\sum_{k=0}^{99} x^k \leq 1", "kappa", 1, "at most 50 summands"),
    (r"\E x \leq 1", "kappa", 1, "the activation phi"),
    (r"\E\phi(X)^3 \leq 1", "kappa", 1, "E phi"),
    (r"c_1 \leq 1", "rms", 1, "c_k.2 only"),
    (r"\ell \in \mathbb{N}", "kappa", 10, "natural numbers begin at 0 or at 1"),
    (r"\text{surely } x \leq 1", "kappa", 1, "words such as"),
    (r"()", "kappa", 2, "something between brackets"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "kappa", "column", "match"), REFUSED, ids=[entry[0] for entry in REFUSED])
def test_refused_at_its_column(formula: str, kappa: str, column: int, match: str) -> None:
    with pytest.raises(LatexError, match=match) as caught:
        sentence_of_latex(formula, kappa)
    assert caught.value.position + 1 == column
