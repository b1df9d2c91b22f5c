"""Formulas as MathML: well-formed, of MathML Core's elements, and saying what the expression says."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.report.formula.mathml import NAMESPACE, mathml

x, y, n, k, rho = sp.symbols("x y n k rho")
E, kappa, norm = sp.Function("E"), sp.Function("kappa"), sp.Function("norm")
A = sp.MatrixSymbol("A", 2, 2)

# https://www.w3.org/TR/mathml-core/, section 3: what browsers draw.
CORE = {
    "math",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "mrow",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
}


def tree(expression: sp.Basic) -> ElementTree.Element:
    return ElementTree.fromstring(mathml(expression))


def read(expression: sp.Basic) -> str:
    """Return the characters in reading order, without the invisible ones."""
    return "".join(tree(expression).itertext()).replace("\u2061", "").replace("\u2062", "")


def shape(element: ElementTree.Element) -> str:
    """Return structure and text: mfrac(a, b)."""
    tag = element.tag.split("}")[1]
    text = (element.text or "").strip("\u2061\u2062")
    parts = [shape(child) for child in element]
    parts = [part for part in parts if part]
    if tag in ("mi", "mn", "mo", "mtext"):
        return text
    if tag in ("mrow", "math"):
        return "".join(parts)
    return f"{tag}({', '.join(parts)})" if parts else ""


HARD = [
    (sp.Integral(sp.exp(-(x**2) / 2), (x, -sp.oo, sp.oo)), "munderover(∫, −∞, ∞)msup(e, −mfrac(msup(x, 2), 2))dx"),
    (sp.Sum(rho**k, (k, 1, sp.oo)), "munderover(∑, k=1, ∞)msup(ρ, k)"),
    (sp.Sum(rho**k, (k, 1, n), (n, 1, 2)), "munderover(∑, n=1, 2)munderover(∑, k=1, n)msup(ρ, k)"),
    (sp.Product(1 - x, (k, 1, n)), "munderover(∏, k=1, n)(1−x)"),
    (sp.Matrix([[1, rho], [rho, 1]]), "[mtable(mtr(mtd(1), mtd(ρ)), mtr(mtd(ρ), mtd(1)))]"),
    (
        sp.Piecewise((x, x > 0), (0, True)),
        "{mtable(mtr(mtd(x), mtd(if\u00a0, x>0)), mtr(mtd(0), mtd(otherwise)))",
    ),
    (sp.Le(kappa(rho), rho), "κ(ρ)≤ρ"),
    (sp.Lt(x, y), "x<y"),
    (sp.Ne(x, y), "x≠y"),
    (sp.And(x >= 0, x < 1), "0≤x<1"),
    (sp.And(x > 0, y > 0), "x>0∧y>0"),
    (sp.Or(x > 1, y > 1), "x>1∨y>1"),
    (sp.Implies(x > 1, y > 1), "x>1⇒y>1"),
    (sp.Derivative(kappa(rho), rho), "msup(κ, ′)(ρ)"),
    (sp.Derivative(kappa(rho), (rho, 2)), "msup(κ, ″)(ρ)"),
    (sp.Subs(sp.Derivative(kappa(rho), rho), rho, 1), "msup(κ, ′)(1)"),
    (E(norm(sp.Symbol("X_l")) ** 2), "𝔼[msup(‖msub(X, l)‖, 2)]"),
    (sp.Function("Var")(x), "Var[x]"),
    (sp.Symbol("beta_0"), "msub(β, 0)"),
    (sp.Symbol("V_0^star"), "msubsup(V, 0, ∗)"),
    (sp.Symbol("lambda_max"), "msub(λ, max)"),
    (sp.Symbol("c_plus"), "msub(c, +)"),
    (sp.Indexed("W", k, n), "msub(W, k,n)"),
    (sp.Abs(x), "|x|"),
    (n - 2 * k, "n−2k"),
    (-x - y, "−x−y"),
    (sp.sqrt(2) / (2 * sp.sqrt(sp.pi)), "mfrac(1, msqrt(2π))"),
    (sp.Rational(-3, 4) / x**2, "−mfrac(3, 4msup(x, 2))"),
    (sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi), "mfrac(msup(e, −mfrac(msup(x, 2), 2)), msqrt(2π))"),
    (rho ** (-k), "msup(ρ, −k)"),
    (sp.Mul(3, 2**k, evaluate=False), "3⋅msup(2, k)"),
    (sp.Sum(x, (k, 1, n)) / n, "mfrac(1, n)munderover(∑, k=1, n)x"),
    ((x + y) * x / 2, "mfrac(x(x+y), 2)"),
    (sp.Add(x, sp.Mul(-1, sp.Add(y, 1, evaluate=False), evaluate=False), evaluate=False), "x−(y+1)"),
    (sp.conjugate(x), "mover(x, ‾)"),
    (A.T * A, "msup(A, ⊤)A"),
    (sp.Trace(A), "tr(A)"),
    (sp.KroneckerDelta(k, n), "msub(δ, k,n)"),
    (sp.UnevaluatedExpr(sp.Rational(1, 2)), "mfrac(1, 2)"),
    (sp.Max(x, y), "max(x,y)"),
    (sp.binomial(n, k), "(mfrac(n, k))"),
    (sp.E, "e"),
    (sp.I, "i"),
    (sp.Symbol("log det X"), "log det X"),
    (sp.Contains(x, sp.Interval.Ropen(0, 1)), "x∈[0,1)"),
    (sp.Limit(x, x, 0), "munder(lim, x→0)x"),
]


@pytest.mark.parametrize(("expression", "expected"), HARD, ids=[sp.sstr(e)[:40] for e, _ in HARD])
def test_hard_cases_read_as_written(expression: sp.Basic, expected: str) -> None:
    assert shape(tree(expression)) == expected


@pytest.mark.parametrize("expression", [e for e, _ in HARD], ids=[sp.sstr(e)[:40] for e, _ in HARD])
def test_elements_are_those_that_browsers_draw(expression: sp.Basic) -> None:
    elements = list(tree(expression).iter())
    assert {element.tag.removeprefix(f"{{{NAMESPACE}}}") for element in elements} <= CORE
    assert "&" not in mathml(expression).replace("&lt;", "").replace("&gt;", "").replace("&amp;", "")


@pytest.mark.parametrize("expression", [sp.log(x), sp.erf(x), sp.gamma(x), sp.besseli(1, x), sp.hyper([x], [y], n), sp.true,
                                        sp.Q.positive(x), sp.Tuple(x, y), sp.FiniteSet(x, 1), sp.Float(0.5), sp.zoo, sp.nan,
                                        sp.Lambda(x, x**2), sp.Identity(2), sp.ZeroMatrix(2, 2), sp.Symbol("a<b&c")])  # fmt: skip
def test_anything_sympy_has_is_well_formed(expression: sp.Basic) -> None:
    assert read(expression)


def expressions() -> st.SearchStrategy[sp.Expr]:
    leaves = st.sampled_from([x, y, rho, sp.Symbol("beta_0"), sp.pi, sp.Integer(2), sp.Rational(-1, 3), sp.Integer(-1)])

    def grown(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
        return st.one_of(
            st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
            st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
            st.tuples(inner, st.sampled_from([-2, -1, sp.Rational(1, 2), sp.Rational(-1, 2), 2])).map(
                lambda p: p[0] ** p[1]
            ),
            inner.map(sp.exp),
            inner.map(kappa),
            inner.map(lambda e: sp.Abs(e, evaluate=False)),
        )

    return st.recursive(leaves, grown, max_leaves=6)


def value(element: ElementTree.Element, place: dict[str, sp.Expr]) -> sp.Expr:
    """Evaluate markup as a reader would: an independent reading of it, to compare with the expression."""
    tag = element.tag.split("}")[1]
    children = list(element)
    if tag == "mn":
        return sp.Integer(element.text)
    if tag == "mi":
        return place[element.text or ""]
    if tag == "mfrac":
        return value(children[0], place) / value(children[1], place)
    if tag == "msqrt":
        return sp.sqrt(value(children[0], place))
    if tag == "mroot":
        return value(children[0], place) ** (1 / value(children[1], place))
    if tag == "msub":
        return place["β0"]
    if tag == "msup":
        return value(children[0], place) ** value(children[1], place)
    if tag == "mrow" or tag == "math":
        return row_value(children, place)
    raise AssertionError(tag)


def row_value(children: list[ElementTree.Element], place: dict[str, sp.Expr]) -> sp.Expr:
    text = [(child.text or "") if child.tag.endswith("}mo") else "" for child in children]
    if text and text[0] in ("(", "|") and text[-1] in (")", "|") and len(children) == 3:
        inside = value(children[1], place)
        return sp.Abs(inside) if text[0] == "|" else inside
    if len(children) == 3 and text[1] == "\u2061":
        return 3 + 7 * value(children[2], place)  # what the reader takes kappa to be
    total, sign, factor = sp.Integer(0), 1, None
    for child, sign_text in zip(children, text, strict=True):
        if sign_text in ("+", "\u2212"):
            total += sign * factor if factor is not None else 0
            sign, factor = (1 if sign_text == "+" else -1), None
        elif sign_text in ("\u2062", "\u22c5") or child.tag.endswith("}mspace"):
            continue
        else:
            one = value(child, place)
            factor = one if factor is None else factor * one
    assert factor is not None
    return total + sign * factor


@settings(deadline=None, max_examples=60)
@given(expressions())
def test_reading_the_markup_gives_the_value_of_the_expression(expression: sp.Expr) -> None:
    nested = any(exponent.args[0].has(sp.exp) for exponent in expression.atoms(sp.exp))  # a tower's digits take minutes
    if nested or expression.has(sp.zoo, sp.nan, sp.oo, sp.I):
        return
    numbers = {
        x: sp.Rational(3, 7),
        y: sp.Rational(5, 11),
        rho: sp.Rational(2, 13),
        sp.Symbol("beta_0"): sp.Rational(17, 5),
    }
    place = {"x": numbers[x], "y": numbers[y], "ρ": numbers[rho], "β0": numbers[sp.Symbol("beta_0")], "π": sp.pi, "e": sp.E,
             "i": sp.I}  # fmt: skip
    expected = expression.replace(kappa, lambda argument: 3 + 7 * argument).subs(numbers).evalf(30)
    if expected.has(sp.zoo, sp.nan, sp.oo) or abs(expected) > 10**6 or abs(expected) < sp.Rational(1, 10**6):
        return
    found = sp.sympify(value(tree(expression), place)).evalf(30)
    assert abs(found - expected) <= abs(expected) * sp.Rational(1, 10**12)


def test_bad_input() -> None:
    with pytest.raises(TypeError, match="mathml needs a SymPy expression, got str"):
        mathml("x")  # type: ignore[arg-type]
