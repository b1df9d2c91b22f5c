"""Only rules make theorems, and every rule refuses a wrong use."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest
import sympy as sp

from proofs_check.proof import kernel
from proofs_check.proof.kernel import ProofError, Theorem, is_theorem
from theory.statement import parse, text
from theory.statement.proposition import Binder, Relation
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, Naturals, Reals

X = sp.Symbol("x", real=True)
SQUARE = parse("for x in [0, 1]: x^2 <= x")


def square() -> Theorem:
    return kernel.sign_of_polynomial(SQUARE)


# --- forging -----------------------------------------------------------------------------------------------------------


def _bare() -> object:
    return object.__new__(Theorem)


FORGERIES = {
    "the constructor": lambda: Theorem(parse("for x in [0, 1]: x > 2"), "algebra"),
    "Theorem.__new__": lambda: Theorem.__new__(Theorem),
    "a subclass": lambda: type("Mine", (Theorem,), {}),
    "dataclasses.replace": lambda: dataclasses.replace(square(), conclusion=parse("for x in [0, 1]: x > 2")),
    "pickle": lambda: pickle.loads(pickle.dumps(square())),
    "an attribute": lambda: setattr(square(), "conclusion", parse("for x in [0, 1]: x > 2")),
    "object.__setattr__": lambda: object.__setattr__(square(), "conclusion", parse("for x in [0, 1]: x > 2")),
    "the private function": lambda: kernel._derive(parse("for x in [0, 1]: x > 2"), "algebra"),
    "a rule of one's own": lambda: kernel._rule("mine")(lambda: kernel._derive(SQUARE, "mine")),
    "a premise that is no theorem": lambda: kernel.weakened(_bare(), "<="),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
def test_no_ordinary_road_forges_a_theorem(forge):
    with pytest.raises((ProofError, AttributeError, TypeError)):
        forge()


def test_an_object_made_past_the_constructor_is_no_theorem():
    bare = _bare()
    assert not is_theorem(bare)
    with pytest.raises(ProofError, match="theorems that rules made"):
        _ = bare.conclusion


def test_a_copy_is_the_theorem_itself():
    theorem = square()
    assert copy.copy(theorem) is theorem
    assert copy.deepcopy(theorem) is theorem
    assert is_theorem(theorem)


# --- what rules infer -------------------------------------------------------------------------------------------------------


def test_a_proof_keeps_what_it_rests_on():
    assumed = kernel.textbook("the exponential lies above its tangent")
    part = kernel.restricted(assumed, "x", Reals(0, 1))
    half = kernel.instance(part, "x", sp.Rational(1, 2))
    assert half.assumptions == {"the exponential lies above its tangent"}
    assert (half.rule, half.premises) == ("instance", (part,))


def test_case_split_and_transitivity_and_generalisation():
    low = kernel.sign_of_polynomial(parse("for x in [0, 1/2]: x^2 <= x"))
    high = kernel.sign_of_polynomial(parse("for x in [1/2, 1]: x^2 <= x"))
    whole = kernel.case_split(low, high, "x")
    assert whole.conclusion == SQUARE
    cube = kernel.sign_of_polynomial(parse("for x in [0, 1]: x^3 <= x^2"))
    chain = kernel.chained(cube, whole)
    assert text(chain.conclusion) == "for x in [0, 1]: x^3 <= x"
    more = kernel.generalised(chain, Binder("y", Reals(0, 1)), 1)
    assert text(more.conclusion) == "for x in [0, 1], y in [0, 1]: x^3 <= x"


def test_bounds_of_variables_are_domains():
    theorem = kernel.bounded(square(), parse("for x in [-1, 2] with x >= 0, x <= 1: x^2 <= x"))
    assert (theorem.rule, theorem.premises[0].conclusion) == ("bound as a domain", SQUARE)


def test_induction_from_base_and_step():
    line = "for l >= 2: l^2 >= 2*l"
    base = kernel.sign_of_polynomial(parse("4 >= 4"))
    claim = kernel.sign_of_polynomial(parse("for l >= 2: (l + 1)^2 >= 2*l + 2"))
    step = kernel.implication(kernel.supposed(kernel.rearranged(claim, _at_next(line)), parse(line).body))
    whole = kernel.induction(base, step, "l")
    assert whole.conclusion == parse(line)
    with pytest.raises(ProofError, match="its base at the least value"):
        kernel.induction(kernel.sign_of_polynomial(parse("9 >= 6")), step, "l")


def _at_next(line: str) -> Relation:
    variable = sp.Symbol("l", integer=True)
    body = parse(line).body
    assert isinstance(body, Relation)
    return Relation(body.op, body.lhs.xreplace({variable: variable + 1}), body.rhs.xreplace({variable: variable + 1}))


def test_the_haar_oracle_looks_at_small_dimensions_apart():
    # 3/(d(d+2)) at every d >= 1; the mean of O11^2 O22^2 has no meaning at d = 1
    assert kernel.by_oracle("Haar moments", parse("for d >= 1: E_O(d)[O[1,1]^4] = 3/(d*(d+2))"))
    assert kernel.by_oracle("Haar moments", parse("lim d -> oo: d^2 * E_O(d)[O[1,1]^4] = 3"))
    with pytest.raises((ProofError, ValueError)):
        kernel.by_oracle("Haar moments", parse("for d >= 1: E_O(d)[O[1,1]^2 O[2,2]^2] = (d+1)/((d-1) d (d+2))"))


def _growing() -> tuple[Theorem, Theorem]:
    """Return base and step of l^2 >= 2 l for l >= 2, with a variable beside l whose domain grows with it."""
    claim = kernel.sign_of_polynomial(parse("for l >= 2: (l + 1)^2 >= 2*l + 2"))
    line = parse("for l >= 2: l^2 >= 2*l")
    step = kernel.implication(kernel.supposed(kernel.rearranged(claim, _at_next("for l >= 2: l^2 >= 2*l")), line.body))
    base = kernel.sign_of_polynomial(parse("4 >= 4"))
    layer = line.binders[0].symbol
    return (
        kernel.generalised(base, Binder("y", Reals(0, 2)), 0),
        kernel.generalised(step, Binder("y", Reals(sp.Integer(0), layer)), 1),
    )


WRONG = {
    "equality of different sides": lambda: kernel.equality(parse("for x in [0, 1]: x + 1 = x")),
    "equality over a divisor that vanishes": lambda: kernel.equality(
        parse("for x in [0, 1]: (x^2 - 1)/(x - 1) = x + 1")
    ),
    "equality for an inequality": lambda: kernel.equality(SQUARE),
    "a sign that is wrong": lambda: kernel.sign_of_polynomial(parse("for x in [0, 2]: x^2 <= x")),
    "a strict sign at a zero": lambda: kernel.sign_of_polynomial(parse("for x in [0, 1]: x^2 < x")),
    "a strict square on the line": lambda: kernel.sign_of_polynomial(parse("for x in (-oo, oo): x^2 > 0")),
    "a pole in the domain": lambda: kernel.sign_of_polynomial(parse("for d >= 1: 1/(d - 1) <= 1")),
    "weakening to the other side": lambda: kernel.weakened(square(), ">"),
    "rearranging to another slack": lambda: kernel.rearranged(square(), Relation("<=", 2 * X**2, X)),
    "definition of another word": lambda: kernel.by_definition(square(), parse("for x in [0, 1]: x^3 <= x")),
    "conjunction over two domains": lambda: kernel.conjunction(
        square(), kernel.sign_of_polynomial(parse("for x in [0, 2]: x >= 0"))
    ),
    "a part that is not there": lambda: kernel.conjunct(square(), 1),
    "modus ponens without implication": lambda: kernel.modus_ponens(square(), square()),
    "an implication without hypothesis": lambda: kernel.implication(square()),
    "induction without a step": lambda: kernel.induction(square(), square(), "x"),
    "a hypothesis that was not met": lambda: kernel.discharged(square(), square()),
    "a bound variable bound again": lambda: kernel.generalised(square(), Binder("x", Reals(0, 1)), 0),
    "an instance outside the domain": lambda: kernel.instance(square(), "x", 2),
    "a larger domain": lambda: kernel.restricted(square(), "x", Reals(0, 2)),
    "a larger class": lambda: kernel.restricted(
        kernel.restricted(kernel.textbook("kernel maps have nonnegative coefficients"), "s", Activations(("odd",))),
        "s",
        Activations(),
    ),
    "a bound that leaves more": lambda: kernel.bounded(square(), parse("for x in [0, 2] with x <= 3/2: x^2 <= x")),
    "a bound of another claim": lambda: kernel.bounded(square(), parse("for x in [0, 2] with x <= 1: x^3 <= x")),
    "a bound that is no number": lambda: kernel.bounded(
        square(), parse("for y in [0, 1], x in [0, 1] with x <= y: x^2 <= x")
    ),
    "cases with a gap": lambda: kernel.case_split(
        kernel.sign_of_polynomial(parse("for x in [0, 1/4]: x^2 <= x")),
        kernel.sign_of_polynomial(parse("for x in [1/2, 1]: x^2 <= x")),
        "x",
    ),
    "naturals left out between two parts": lambda: kernel.case_split(
        kernel.sign_of_polynomial(parse("for d in 5..10: d >= 1")),
        kernel.sign_of_polynomial(parse("for d in 2..3: d >= 1")),
        "d",
    ),
    "induction over a growing domain": lambda: kernel.induction(*_growing(), "l"),
    "a slack that is infinite": lambda: kernel.sign_of_polynomial(
        Sentence((Binder("x", Reals(0, 1)),), (), Relation("<", X, sp.oo))
    ),
    "a divisor that cancels between the sides": lambda: kernel.sign_of_polynomial(
        Sentence((Binder("x", Reals(0, 1)),), (), Relation("<=", 1 / (3 * X - 1) ** 2, 1 / (3 * X - 1) ** 2 + X))
    ),
    "transitivity without a middle": lambda: kernel.chained(square(), square()),
    "substitution by an inequality": lambda: kernel.substituted(square(), square()),
    "a textbook theorem that is not listed": lambda: kernel.textbook("Riemann hypothesis"),
    "an engine that is not listed": lambda: kernel.by_oracle("my engine", SQUARE),
    "a false claim to the Haar engine": lambda: kernel.by_oracle(
        "Haar moments", parse("for d >= 2: E_O(d)[O[1,1]^4] = 3/d^2")
    ),
    "a false claim to balls": lambda: kernel.by_oracle("balls", parse("for s = relu: rms'(0) > 1")),
    "a certificate of another claim": lambda: kernel.by_oracle("interval certificate", SQUARE, {"certificate": "{}"}),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_every_rule_refuses_a_wrong_use(wrong):
    with pytest.raises(ValueError, match=r"\S"):
        wrong()


def test_every_rule_names_its_lemma_or_says_that_it_is_not_exported():
    assert set(kernel.COQ) == set(kernel.RULES)
    assert all(
        (rule.__doc__ and "Infer" in rule.__doc__) or name in ("textbook", "oracle")
        for name, rule in kernel.RULES.items()
    )


def test_naturals_split_without_a_gap():
    low = kernel.sign_of_polynomial(parse("for d in 2..4: 1/d <= 1/2"))
    high = kernel.sign_of_polynomial(parse("for d >= 5: 1/d <= 1/2"))
    assert kernel.case_split(low, high, "d").conclusion.sort_of("d") == Naturals(2)
