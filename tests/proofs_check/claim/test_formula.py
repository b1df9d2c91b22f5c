"""Every statement of the ledger is typeset from its own fields: mutants look different, nothing is a float, and what is shown is true."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

import mpmath
import pytest
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.parameters import global_parameters
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean, BooleanAtom

from proofs_check.claim.claim import Claim
from proofs_check.claim.formula import at_least, at_most, claim_formulas, equal, formulas, function, rational
from proofs_check.ledger import ledger
from proofs_check.report.formula.formula_text import formula_text
from proofs_check.report.formula.mathml import mathml
from theory.activation import Activation
from theory.batch_norm.one_step import isometry_gap, one_step_change
from theory.batch_norm.worst_spectrum import small_spike_gap, worst_decrease
from theory.covariance_sde.log_norm import mean_log
from theory.haar.monomial import haar_moment
from theory.haar.rational_function import RationalFunction
from theory.kernel_map.kernel_map import KernelMap

WITHOUT_FORMULA: dict[str, str] = {}
"""Claims that no formula expresses, with the reason."""

ALIKE: dict[tuple[str, str], str] = {}
"""Mutants whose formulas are those of the claim, with the reason."""


@cache
def all_formulas(claim_id: str) -> tuple[tuple[sp.Basic, ...], ...]:
    return claim_formulas(claim_of(claim_id))


def claim_of(claim_id: str) -> Claim:
    return next(claim for claim in ledger() if claim.id == claim_id)


IDS = [claim.id for claim in ledger()]


@pytest.mark.parametrize("claim_id", IDS)
def test_a_claim_has_formulas_and_each_mutant_others(claim_id: str) -> None:
    stated, *others = all_formulas(claim_id)
    assert bool(stated) != (claim_id in WITHOUT_FORMULA)
    for mutant, other in zip(claim_of(claim_id).mutants, others, strict=True):
        assert (set(other) == set(stated)) == ((claim_id, mutant.name) in ALIKE or not stated), mutant.name


@pytest.mark.parametrize("claim_id", IDS)
def test_formulas_are_exact_statements_that_nothing_has_decided(claim_id: str) -> None:
    for formula in {formula for found in all_formulas(claim_id) for formula in found}:
        assert isinstance(formula, Boolean), formula
        assert not decided(formula), formula
        assert not formula.has(sp.Float, sp.nan, sp.zoo), formula


def decided(formula: Any) -> bool:
    """Whether SymPy evaluated a part of a formula to true or false (the flags of an interval apart)."""
    return isinstance(formula, BooleanAtom) or any(
        decided(part) for part in formula.args if not isinstance(part, sp.Interval)
    )


def test_true_formulas_render_everywhere() -> None:
    for claim_id in IDS:
        for formula in all_formulas(claim_id)[0]:
            assert sp.latex(formula)
            assert formula_text(formula)
            assert mathml(formula).startswith("<math")


@pytest.mark.slow
def test_formulas_of_mutants_render_everywhere() -> None:
    for claim_id in IDS:
        stated, *others = all_formulas(claim_id)
        for formula in {formula for found in others for formula in found} - set(stated):
            assert sp.latex(formula)
            assert formula_text(formula)
            assert mathml(formula).startswith("<math")


def test_formulas_of_a_claim_are_those_of_its_statements_one_by_one() -> None:
    claim = claim_of("A5")
    assert all_formulas("A5") == tuple(map(formulas, (claim.statement, *(m.statement for m in claim.mutants))))


@dataclass(frozen=True)
class _Statement:
    build: Callable[[], Any]

    def formula(self) -> Any:
        return self.build()


def test_one_formula_is_a_tuple_of_one_and_factors_are_not_multiplied_out() -> None:
    d = sp.Symbol("d")
    (formula,) = formulas(_Statement(lambda: at_most(1 / (2 * (1 - d)), 3)))
    assert str(formula) == "1/(2*(1 - d)) <= 3"
    assert global_parameters.distribute is True


def test_a_statement_in_words_has_no_formula() -> None:
    assert formulas("in words") == ()
    assert formulas(None) == ()


@pytest.mark.parametrize("wrong", ["x <= 1", 1, None, (equal(1, 2), "and so on"), [equal(1, 2)]])
def test_what_is_no_formula_is_refused(wrong: Any) -> None:
    with pytest.raises(TypeError, match=r"formulas needs SymPy objects from _Statement\.formula"):
        formulas(_Statement(lambda: wrong))
    assert global_parameters.distribute is True


def test_an_absolute_value_that_sympy_cannot_build_undistributed() -> None:
    a, b, c, power = *sp.symbols("a b c"), sp.Symbol("d") / sp.Symbol("d")
    (formula,) = formulas(_Statement(lambda: at_least(power ** (a - 1 - b), c)))
    assert formula == at_least(1, c)


def test_floats_are_read_as_the_decimals_they_are_written_as() -> None:
    assert [rational(x) for x in (0.1, Fraction(1, 3), 2, float("inf"), -float("inf"))] == [
        sp.Rational(1, 10),
        sp.Rational(1, 3),
        2,
        sp.oo,
        -sp.oo,
    ]


# What is shown must be true: a world gives meaning to symbols, functions and sequences; every formula that it decides is checked.

TOLERANCE = sp.Float(10, 40) ** -20
"""Both sides are computed to 30 digits and more."""


@dataclass(frozen=True)
class World:
    numbers: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    sequences: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    def value(self, expression: Any) -> Any:
        """Return a number, or None if the world does not say what something is."""
        known = self.functions
        expression = expression.replace(
            lambda e: isinstance(e, AppliedUndef) and e.func.__name__ in known,
            lambda e: sp.sympify(known[e.func.__name__](*e.args)),
        )
        bound = {
            variable for e in expression.atoms(sp.Sum, sp.Product, sp.Subs) for variable in getattr(e, "variables", ())
        }
        names = {s: sp.sympify(self.numbers[s.name]) for s in expression.free_symbols if s.name in self.numbers}
        expression = expression.doit().xreplace({s: number for s, number in names.items() if s not in bound}).doit()
        sequences = self.sequences
        expression = expression.replace(
            lambda e: (
                isinstance(e, sp.Indexed) and e.base.label.name in sequences and all(i.is_Integer for i in e.indices)
            ),
            lambda e: sp.sympify(sequences[e.base.label.name](*(int(i) for i in e.indices))),
        )
        number = sp.N(expression.doit(), 40)
        return number if (number.is_number and number.is_comparable) or number in (sp.oo, -sp.oo) else None

    def judge(self, formula: Any) -> bool | None:
        """Return whether a formula holds in this world, None if it does not decide it."""
        if isinstance(formula, Relational):
            left, right = self.value(formula.lhs), self.value(formula.rhs)
            if left is None or right is None:
                return None
            slack = left - right if isinstance(formula, sp.Ge | sp.Gt) else right - left
            scale = TOLERANCE * (1 + abs(left) + abs(right))
            if isinstance(formula, sp.Eq | sp.Ne):
                return bool((abs(slack) <= scale) == isinstance(formula, sp.Eq))
            return bool(slack > scale) if isinstance(formula, sp.Lt | sp.Gt) else bool(slack >= -scale)
        if isinstance(formula, sp.Contains):
            element = self.value(formula.args[0])
            return None if element is None else bool(formula.args[1].subs(self.numbers).contains(element))
        parts = [self.judge(part) for part in formula.args]
        if isinstance(formula, sp.Implies):
            return True if parts[0] is False or parts[1] is True else (None if None in parts else False)
        if None in parts:
            return None
        return (
            all(parts)
            if isinstance(formula, sp.And)
            else len(set(parts)) == 1
            if isinstance(formula, sp.Equivalent)
            else None
        )


def check(claim_id: str, world: World, least: int, *wrong: str) -> None:
    """Assert that no formula of the claim fails in a world, that `least` of them hold, and that of each mutant one fails."""
    stated, *others = all_formulas(claim_id)
    judged = {formula: world.judge(formula) for formula in stated}
    assert [formula for formula, holds in judged.items() if holds is False] == []
    assert sum(holds is True for holds in judged.values()) >= least, judged
    names = [mutant.name for mutant in claim_of(claim_id).mutants]
    for name in wrong:
        assert False in [world.judge(formula) for formula in others[names.index(name)]], name


def polynomial(*coefficients: Any) -> tuple[Callable[[Any], Any], Callable[[int], Any]]:
    """Return kappa = sum p_k r^k, and p."""
    p = [sp.Rational(str(c)) for c in coefficients]
    return lambda r: sum(c * r**k for k, c in enumerate(p)), lambda k: p[k] if k < len(p) else sp.Integer(0)


def path(kappa: Callable[[Any], Any], start: Any) -> Callable[[int], Any]:
    """Return l -> rho_l, in 200 digits."""

    @cache
    def rho(depth: int) -> Any:
        return sp.sympify(start) if depth == 0 else sp.N(kappa(rho(depth - 1)), 200)

    return rho


def kernel_world(kappa: Any, p: Any, start: Any, depth: int, **numbers: Any) -> World:
    return World({"l": depth, "k": 2, **numbers}, {"kappa": kappa}, {"rho": path(kappa, start), "p": p})


def equicorrelated(n: int, r: Any) -> Any:
    return (1 - r) ** (n - 1) * (1 + (n - 1) * r)


@pytest.mark.parametrize(("n", "r"), [(3, "1/4"), (100, "79/9900"), (100, "81/9900")])
def test_gap_bounds(n: int, r: str) -> None:
    """The equicorrelated matrix -r attains A4, so the gap at +r, and half of A5, are too little; det = (1-r)^(n-1)(1+(n-1)r)."""
    size = sp.Rational(r)
    gap = -sp.log(equicorrelated(n, -size)) / n
    entries = {"G": lambda i, j: sp.Integer(1) if i == j else -size}
    functions = {"gap": lambda _: gap, "det": lambda _: equicorrelated(n, -size)}
    numbers = {"n": n, "r": size, "d": (n - 1) * size, "gamma": size / (1 - size), "i": 1, "j": 2}
    check("A4", World(numbers, functions, entries), 4, "the equicorrelated value at +r")
    if n == 3:
        check("A5", World(numbers, functions, entries), 5, "factor 1/(1-d) dropped")
    wrong = {"79/9900": ["half of gamma"], "81/9900": ["share 81/100, too much for n = 100"]}
    check("A6", World(numbers, functions, entries), 5, *wrong.get(r, []))


@pytest.mark.parametrize("rho", ["1/100", "1/2"])
def test_one_layer_of_relu(rho: str) -> None:
    """kappa of relu is known in closed form, alpha = (1/4)/(1/2 - 1/(2 pi)); at 1/2 a layer contracts by less than 1/alpha."""
    kernel = KernelMap.centred(Activation.from_text("relu"))
    alpha = sp.Rational(1, 4) / (sp.Rational(1, 2) - 1 / (2 * sp.pi))
    numbers = {"rho": sp.Rational(rho), "alpha": alpha}
    world = World(numbers, {"kappa": lambda r: kernel.expression.subs(kernel.symbol, r)})
    check("A7", world, 3, *(["rate 1/alpha", "rate 2"] if rho == "1/2" else []))


@pytest.mark.parametrize("depth", [1, 4])
def test_rates_of_the_cases(depth: int) -> None:
    """Iterate quadratic kernels: the rates hold at every layer, and too fast ones do not."""
    kappa, p = polynomial("2/5", 0, "3/5")
    star = {"rho^*": sp.Rational(2, 3), "q": sp.Rational(4, 5), "a": sp.Rational(5, 6), "k": 2}
    check("A21", World({**star, "l": depth}, {"kappa": kappa}, {"rho": path(kappa, "999/1000"), "p": p}), 10)


def test_the_printed_rate_of_case_four_fails_at_layer_124() -> None:
    kappa, p = polynomial("2/5", 0, "3/5")
    numbers = {"l": 124, "rho^*": sp.Rational(2, 3), "q": sp.Rational(4, 5)}
    rho = path(kappa, 1 - sp.Rational(1, 10**12))
    for rate, wrong in ((sp.Rational(5, 6), ()), (sp.Rational(4, 5), ("a as printed",))):
        world = World({**numbers, "a": rate}, {"kappa": kappa}, {"rho": rho, "p": p})
        judged = [world.judge(formula) for formula in all_formulas("A21")[0]]
        assert (False in judged) == bool(wrong)  # a = 4/5 contradicts both a = max(..) and the bound
    first = all_formulas("A21")[0][0]
    assert World({**numbers, "a": sp.Rational(4, 5)}, {"kappa": kappa}, {"rho": rho, "p": p}).judge(first) is False


@pytest.mark.parametrize("r", ["1/2", "99/100"])
def test_determinants_after_a_layer(r: str) -> None:
    """n = 2 and kappa = (r + r^2)/2: both determinants are 1 - r^2."""
    size = sp.Rational(r)
    before, after = 1 - size**2, 1 - ((size + size**2) / 2) ** 2
    det = {sp.Symbol("G"): before}
    functions = {
        "det": lambda m: det.get(m, after),
        "W": lambda m: 1 / det.get(m, after) - 1,
        "gap": lambda m: -sp.log(det.get(m, after)) / 2,
    }
    numbers = {"alpha": sp.Rational(1, 2), "G": sp.Symbol("G"), "u": 1 - before}
    check("A12", World(numbers, functions), 4, "the gap at least halves")
    check("A13", World(numbers, functions), 3, *(["factor alpha"] if r == "99/100" else []))


def test_weingarten_functions_of_order_two_invert_the_gram_matrix() -> None:
    """[[d^2, d], [d, d^2]] for U(d); for O(d) with three pairings the row is (d^2, d, d)."""
    for index, holds in ((0, True), (3, False)):  # the claim; the transposed Young diagram
        found = {str(f.lhs): f.rhs for f in all_formulas("W1")[index] if "Wg" in str(f.lhs)}
        d = sp.Symbol("d")
        unitary = sp.simplify(d**2 * found["Wg^U(d)(1, 1)"] + d * found["Wg^U(d)(2)"])
        orthogonal = sp.simplify(d**2 * found["Wg^O(d)(1, 1)"] + 2 * d * found["Wg^O(d)(2)"])
        assert (unitary == orthogonal == 1) == holds


@pytest.mark.parametrize(
    ("text", "letter", "exponents"),
    [("O[1,1]**2*O[1,2]**2", "O", (1, 1)), ("abs(U[1,1])**4*abs(U[1,2])**2", "U", (2, 1))],
)
def test_moments_of_a_row(text: str, letter: str, exponents: tuple[int, ...]) -> None:
    moment = haar_moment(text, 5)
    world = World({"d": 5, "m": 2, "k": sum(exponents)}, {}, {"a": lambda j: exponents[j - 1]})
    for index, holds in ((0, True), (1, False)):  # the claim; d^2 for d(d+2)
        formula = next(f for f in all_formulas("W4")[index] if f.lhs.has(sp.IndexedBase(letter)))
        assert (world.value(formula.rhs) == sp.N(sp.Rational(str(moment)), 40)) == holds


def test_moments_of_entries() -> None:
    formula = next(f for f in all_formulas("W5")[0] if str(f.lhs).startswith("E(O[1, 1]**2"))
    moment = haar_moment("O[1,1]**2*O[2,2]**2")
    assert isinstance(moment, RationalFunction)
    assert sp.simplify(formula.rhs - moment.as_sympy(sp.Symbol("d", integer=True))) == 0


SPECTRA = [
    [Fraction(k, 4) for k in (2, 3, 4, 7)],
    [Fraction(11, 2), *[Fraction(1, 2)] * 9],
    [Fraction(29, 20), *[Fraction(19, 20)] * 9],
]


@pytest.mark.parametrize("spectrum", SPECTRA, ids=["generic", "one large", "nearly isometric"])
def test_one_step_of_batch_norm(spectrum: Sequence[Fraction]) -> None:
    """The change of the gap by an enclosed integral; the wrong variants fail on the spectra the claims name."""
    d, change = len(spectrum), sp.Float(one_step_change(tuple(spectrum)).decimal(30), 30)
    eigenvalue = lambda k: spectrum[k - 1]  # noqa: E731
    spread = lambda j: sum((value - 1) ** j for value in spectrum)  # noqa: E731
    numbers = {"d": d, "v": spread(2) / (d * (d + 2)), "j": 3}
    world = World(numbers, {"E": lambda _: -change}, {"s": spread, "lambda": eigenvalue})
    wrong = (
        {4: [], 10: ["Taylor constant 1", "printed lemma 2 d times stronger"]}[d]
        if spectrum is not SPECTRA[2]
        else ["half the skewness"]
    )
    check("B3", world, 5, *wrong)
    start = sp.Float(isometry_gap(tuple(spectrum)).decimal(30), 30)
    law = World({"d": d, "phi_0": start}, {"E": lambda _: change}, {"lambda": eigenvalue})
    stated = all_formulas("B2")[1][0]  # -Var/2
    assert law.judge(stated) is False


def test_depth_scale_on_the_worst_spectrum() -> None:
    for width, eps in ((50, Fraction(1, 10**30)), (2, Fraction(9999, 10000))):
        start, decrease = (sp.Float(f(width, eps).decimal(30), 30) for f in (small_spike_gap, worst_decrease))
        world = World({"d": width, "l": 1, "phi_0": start}, {"E": lambda _, value=start - decrease: value})
        check("B7", world, 3, *(["K/2", "0.93 K"] if width == 50 else []))
        check("B7c", world, 2, *(["C = 0.36"] if width == 2 else []))


@pytest.mark.parametrize(
    ("width", "wrong"), [(34, "from width 34 on"), (35, "from width 36 on"), (10, "at every width")]
)
def test_notebook_constant(width: int, wrong: str) -> None:
    check("B8", World({"d": width}), 2, wrong)


@pytest.mark.parametrize(("width", "angle"), [(2, "1/4"), (3, "1/2"), (4, "9/10")])
def test_rank_of_two_samples(width: int, angle: str) -> None:
    """Count the patterns of rows: each sees both with p, none with p, or one of them with 1/2 - p."""
    from itertools import product

    p = (1 - sp.Rational(angle)) / 2
    law = {(1, 1): p, (0, 0): p, (1, 0): sp.Rational(1, 2) - p, (0, 1): sp.Rational(1, 2) - p}
    full = sp.Integer(0)
    for rows in product(law, repeat=width):
        seen = [row for row in rows if row != (0, 0)]
        alone = any(row != (1, 1) for row in seen)
        if all(any(row[i] for row in seen) for i in (0, 1)) and (alone or len(seen) >= 2):
            full += sp.prod(law[row] for row in rows)
    world = World({"d": width, "t": sp.Rational(angle) * sp.pi}, {"P": lambda _: full})
    check("C6b", world, 2, "full rank almost surely", "only zero features counted")


@pytest.mark.parametrize(("delta", "n"), [("0", 5), ("1", 10), ("1/10", 100)])
def test_log_norms_at_finite_width(delta: str, n: int) -> None:
    """E log R of a linear layer is digamma(n/2) - log(n/2); of shaped relu Frullani's integral, to O(n^-2)."""
    exact = sp.Float(mean_log(sp.Rational(delta), n).decimal(30), 30)
    if delta == "0":
        assert abs(exact - (sp.digamma(sp.Rational(n, 2)) - sp.log(sp.Rational(n, 2))).evalf(30)) < 1e-25
        check("D8", World({"n": n, "R": 1}, {"E": lambda _: exact}), 1, "E log V_d = -T")
    expansion = next(f for f in all_formulas("D6")[0] if f.rhs.has(function("O")))
    world = World({"n": n, "delta": sp.Rational(delta)}, {"O": lambda _: 0})
    assert abs(n * exact - world.value(expansion.rhs)) < 40 / sp.Integer(n) ** 2


@pytest.mark.parametrize(("b", "start"), [("3", "1"), ("1/2", "2")])
def test_explosion(b: str, start: str) -> None:
    """The probability is the normalised integral of v^b e^(-b v); the scale density solves its equation at every v."""
    rate, place = mpmath.mpf(sp.Rational(b)), mpmath.mpf(sp.Rational(start))
    with mpmath.workdps(30):
        density = lambda v: v**rate * mpmath.exp(-rate * v)  # noqa: E731
        share = mpmath.quad(density, [0, place]) / mpmath.quad(density, [0, place, 10, mpmath.inf])
    first = next(f for f in all_formulas("D16")[0] if str(f.lhs).startswith("P("))
    numbers = {"b": sp.Rational(b), "V_0": sp.Rational(start)}
    assert abs(World(numbers).value(first.rhs) - sp.Float(share, 30)) < 1e-20
    for index, holds in ((0, True), (4, False)):  # the claim; v^(b+1) e^(-b v)
        scale = next(f.rhs for f in all_formulas("D15")[index] if isinstance(f, sp.Eq) and str(f.lhs) == "s(v)")
        equation = next(f for f in all_formulas("D15")[index] if f.has(sp.Derivative))
        v = next(s for s in scale.free_symbols if s.name == "v")
        left = World({}, {"s": lambda _, scale=scale: scale}).functions["s"](v)
        residual = equation.lhs.replace(lambda e: isinstance(e, AppliedUndef), lambda _, left=left: left).doit()
        at = {v: sp.Rational(7, 3), **{s: sp.Rational(b) for s in scale.free_symbols if s.name == "b"}}
        assert (abs(sp.N(residual.subs(at), 30)) < 1e-20) == holds
