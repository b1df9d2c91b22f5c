"""Random sentences over the whole grammar, from a seed: a generator by hand, for nested strategies of terms are slow."""

from __future__ import annotations

import random

import sympy as sp

from theory.statement.proposition import (
    RELATIONS,
    And,
    Asymptotic,
    Binder,
    Exists,
    ForAll,
    Iff,
    Implies,
    LawEquality,
    Limit,
    Not,
    Or,
    Proposition,
    Relation,
)
from theory.statement.sentence import Sentence
from theory.statement.sort import Activations, GramMatrices, Naturals, Networks, Reals
from theory.statement.words import activation, attractor, gram, haar, kernel_map, network

BINDERS = (
    Binder("s", Activations(("odd",))),
    Binder("f", Activations((), "x*Phi(x)")),
    Binder("r", Reals(sp.Integer(0), sp.Integer(1), high_open=True)),
    Binder("t", Reals(sp.Integer(-1), sp.Symbol("r", real=True))),
    Binder("x", Reals()),
    Binder("l", Naturals(1)),
    Binder("d", Naturals(2, 9)),
    Binder("G", GramMatrices(sp.Integer(3))),
)
NETWORK = Binder("network", Networks(("relu", "layernorm"), 200, 20))
_SYMBOL = {binder.name: binder.symbol for binder in (*BINDERS, NETWORK)}
_OF_MATRIX = (gram.Determinant, gram.Trace, gram.Isometry, gram.Gap, gram.LargestCorrelation, gram.LeastEigenvalue)
_OF_ACTIVATION = (
    activation.Alpha, activation.NonlinearityStrength, activation.Mean, activation.SecondMoment, activation.Variance,
    attractor.Attractor, attractor.AttractorSlope, attractor.BestContraction,
)  # fmt: skip
_OF_DEGREE = (activation.Coefficient, activation.CentredShare, activation.NormalisedShare)
_FUNCTIONS = (sp.exp, sp.tanh, sp.erf, sp.Abs, sp.sqrt, sp.log, sp.cos, sp.atan, sp.gamma)


class SentenceMaker:
    """Makes one sentence; every choice comes from `random.Random(seed)`."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pick = self.random.choice
        activations = self.pick((("s",), ("s", "f"), ()))
        binders = tuple(b for b in BINDERS if b.name in activations or b.name not in ("s", "f"))
        self.binders = (NETWORK, *binders) if self.random.random() < 0.3 else binders
        self.activations = [_SYMBOL[name] for name in activations]

    def sentence(self) -> Sentence:
        """A closed sentence, with a hypothesis or without."""
        body = self.proposition(2)
        if isinstance(body, And):  # commas and `and` at the top are one conjunction
            body = Not(body)
        hypotheses = (self.proposition(1),) if self.random.random() < 0.5 else ()
        return Sentence(self.binders, hypotheses, body)

    def proposition(self, depth: int) -> Proposition:
        """A proposition with quantifiers and limits inside."""
        if depth == 0 or self.random.random() < 0.3:
            return self._claim()
        few = tuple(self.proposition(depth - 1) for _ in range(self.pick((2, 3))))
        y = Binder(f"y{depth}", Reals(sp.Integer(0), sp.Integer(1)))
        inside = And((Relation("<=", y.symbol, self.term(1)), few[0]))
        return self.pick(
            (
                And(few),
                Or(few),
                Not(few[0]),
                Implies(few[0], few[1]),
                Iff(few[0], few[1]),
                ForAll((y,), (), inside),
                Exists((y,), (Relation("<", y.symbol, _SYMBOL["x"]),), inside),
            )
        )

    def _claim(self) -> Proposition:
        left, right = self.term(3), self.term(2)
        layer = Binder("m", Naturals(1))
        return self.pick(
            (
                *(Relation(op, left, right) for op in RELATIONS),
                Limit(layer, sp.oo, left + 1 / layer.symbol, right),
                Asymptotic(layer, sp.oo, right / layer.symbol, left),
                LawEquality(left, "normal", (right, sp.Integer(1))),
            )
        )

    def term(self, depth: int) -> sp.Expr:
        """A real term; one the grammar refuses (a division by 0, an imaginary root) is drawn again."""
        while True:
            found = self._draw(depth)
            if not found.has(sp.I, sp.zoo, sp.nan, sp.oo, sp.re, sp.im, sp.arg) and found == _rebuilt(found):
                return found

    def _draw(self, depth: int) -> sp.Expr:
        if depth == 0 or self.random.random() < 0.2:
            return self._leaf()
        one, two, three = (self._draw(depth - 1) for _ in range(3))
        match self.random.randrange(8):
            case 0:
                return one + two + three
            case 1:
                return one * two * three
            case 2:
                return one / two if two.is_zero is not True else one
            case 3:
                return one - two
            case 4:
                return sp.Pow(one, self.pick((2, -1, -3, sp.Rational(1, 3), _SYMBOL["l"], -_SYMBOL["l"])))
            case 5:
                return one / (two * three) if (two * three).is_zero is not True else one
            case _:
                return self.pick(_FUNCTIONS)(one)

    def _leaf(self) -> sp.Expr:
        match self.random.randrange(4):
            case 0:
                return sp.Rational(self.random.randint(-9, 9), self.random.randint(1, 12))
            case 1:
                return _SYMBOL[self.pick(("r", "t", "x", "l", "d"))]
            case 2:
                return sp.pi
            case _:
                return self._word()

    def _word(self) -> sp.Expr:
        pick, natural = self.pick, _SYMBOL["l"]
        found = [
            pick(_OF_MATRIX)(self._matrix()),
            gram.Entry(_SYMBOL["G"], pick((1, 2, 3)), pick((1, 2, 3))),
            haar.HaarMean("O", _SYMBOL["d"], pick(("O[1,1]**4", "O[1,1]**2*O[2,2]**2", "tr(O)**2"))),
            haar.Weingarten("U", pick(("2,1", "1,1")), _SYMBOL["d"]),
        ]
        if self.activations:
            at = pick((_SYMBOL["r"], sp.Integer(0), sp.Rational(1, 3), _SYMBOL["r"] ** 2))
            iterate = pick((sp.Integer(1), sp.Integer(2), natural, natural + 1))
            kind = pick((kernel_map.Kappa, kernel_map.Rms, kernel_map.Raw))
            found += [kind(pick(self.activations), at, pick((0, 1, 2)), iterate)] * 2
            found.append(pick(_OF_ACTIVATION)(pick(self.activations)))
            found.append(pick(_OF_DEGREE)(pick(self.activations), pick((sp.Integer(0), sp.Integer(3), natural))))
        if NETWORK in self.binders:
            kind = pick((network.LayerGap, network.LayerCorrelation, network.LayerNorm))
            layer = kind(_SYMBOL["network"], pick((sp.Integer(20), natural)))
            found += [layer, network.Expectation(layer), network.RandomVariance(layer)]
            found.append(network.Probability(layer, self.pick((layer**2, sp.Rational(1, 3))), self.pick(("<", ">="))))
        return pick(found)

    def _matrix(self) -> sp.Expr:
        if not self.activations or self.random.random() < 0.5:
            return _SYMBOL["G"]
        return gram.GramMap(self.pick(("kappa", "rms")), self.pick(self.activations), _SYMBOL["G"], self.pick((1, 2)))


def _rebuilt(term: sp.Expr) -> sp.Expr:
    """The term made anew from its leaves; SymPy leaves a few terms, as |(|x|)| in a product, that it would simplify."""
    return term.func(*(_rebuilt(argument) for argument in term.args)) if term.args else term
