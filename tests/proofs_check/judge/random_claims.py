"""Random sentences about kernel maps with an evaluator of their own, in exact fractions: no SymPy, no balls.

A claim is kept as a sum of products; `text` writes it, `slack` evaluates it at a law and at values of the variables. A law is
a dict of degree -> weight (an activation sum sqrt(w_k) he_k). `counterexample` looks for a case at which the claim is false.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

Law = dict[int, Fraction]
Values = dict[str, Fraction]


@dataclass(frozen=True)
class Factor:
    """A text and its value at a law and values of the variables."""

    text: str
    value: Callable[[Law, Values], Fraction]


def _shares(law: Law, centred: bool) -> Law:
    if not centred:
        return law
    rest = 1 - law.get(0, Fraction(0))
    return {k: w / rest for k, w in law.items() if k}


def _map(word: str, order: int, at: Callable[[Values], Fraction]) -> Callable[[Law, Values], Fraction]:
    def value(law: Law, values: Values) -> Fraction:
        x, total = at(values), Fraction(0)
        for k, w in _shares(law, word == "kappa").items():
            falling = 1
            for i in range(order):
                falling *= k - i
            if falling:
                total += w * falling * x ** (k - order)
        return total

    return value


_PLACES: dict[str, Callable[[Values], Fraction]] = {
    "r": lambda v: v["r"], "t": lambda v: v["t"], "-r": lambda v: -v["r"], "r t": lambda v: v["r"] * v["t"],
    "r^2": lambda v: v["r"] ** 2, "(r+t)/2": lambda v: (v["r"] + v["t"]) / 2, "1": lambda _: Fraction(1),
    "0": lambda _: Fraction(0), "1/2": lambda _: Fraction(1, 2),
}  # fmt: skip


def _factor(rng: random.Random, variables: str) -> Factor:
    kind = rng.choice(["map", "map", "map", "slope", "variable", "share", "gap"])
    places = [p for p in _PLACES if all(c in variables or not c.isalpha() for c in p)]
    word = rng.choice(["kappa", "kappa", "rms"])
    if kind == "map":
        place = rng.choice(places)
        return Factor(f"{word}({place})", _map(word, 0, _PLACES[place]))
    if kind == "slope":
        place = rng.choice(["r", "0", "1", "1/2"])
        return Factor(f"{word}'({place})", _map(word, 1, _PLACES[place]))
    if kind == "variable":
        name = rng.choice(variables)
        return Factor(name, lambda _, v: v[name])
    if kind == "share":
        k = rng.choice([0, 1, 2, 3])
        letter, centred = rng.choice([("p", True), ("w", False)])
        k = k or (1 if centred else 0)
        return Factor(f"{letter}[{k}]", lambda law, _: _shares(law, centred).get(k, Fraction(0)))
    name = rng.choice(variables)
    return Factor(f"(1-{name})", lambda _, v: 1 - v[name])


@dataclass
class Claim:
    """``left op right`` for every activation of some classes (or one) and numbers in intervals."""

    rng: random.Random
    terms: list[tuple[Fraction, list[Factor], Factor | None]] = field(default_factory=list)
    op: str = "<="
    classes: tuple[str, ...] = ()
    named: Law | None = None
    domain: dict[str, tuple[Fraction, Fraction, bool, bool]] = field(default_factory=dict)
    hypothesis: tuple[str, str, Fraction] | None = None

    @property
    def text(self) -> str:
        """The sentence."""
        sides: dict[bool, list[str]] = {True: [], False: []}
        for coefficient, factors, divisor in self.terms:
            size = abs(coefficient)
            product = " * ".join([str(size), *(f.text for f in factors)])
            sides[coefficient > 0].append(f"{product}/{divisor.text}" if divisor else product)
        left, right = (" + ".join(sides[key]) or "0" for key in (True, False))
        return f"for {self._domain()}: {left} {self.op} {right}"

    def _domain(self) -> str:
        found = "every " + " ".join([*self.classes, "activation s"])
        if self.named is not None:
            found = f"s = {polynomial(self.named)}"
        for name, (low, high, low_open, high_open) in self.domain.items():
            found += f", {name} in {'(' if low_open else '['}{low}, {high}{')' if high_open else ']'}"
        if self.hypothesis:
            found += f" with {self.hypothesis[0]} {self.hypothesis[1]} {self.hypothesis[2]}"
        return found

    def holds(self, law: Law, values: Values) -> bool | None:
        """Whether the claim holds at a case, None if a divisor is 0 there or the hypothesis fails."""
        if self.hypothesis and not self._met(law):
            return None
        slack = Fraction(0)
        for coefficient, factors, divisor in self.terms:
            value = coefficient
            for factor in factors:
                value *= factor.value(law, values)
            if divisor is not None:
                bottom = divisor.value(law, values)
                if bottom == 0:
                    return None
                value /= bottom
            slack += value
        return {"<=": slack <= 0, "<": slack < 0, ">=": slack >= 0, ">": slack > 0, "=": slack == 0}[self.op]

    def _met(self, law: Law) -> bool:
        assert self.hypothesis is not None
        word, op, bound = self.hypothesis
        value = _map("kappa", 1, _PLACES["0" if word == "kappa'(0)" else "1"])(law, {})
        return value >= bound if op == ">=" else value <= bound

    def counterexample(self, tries: int) -> tuple[Law, Values] | None:
        """Return a case at which the claim is false, or None if none was found."""
        for _ in range(tries):
            law = self.named or random_law(self.rng, self.classes)
            values = {name: self._number(*ends) for name, ends in self.domain.items()}
            if self.holds(law, values) is False:
                return law, values
        return None

    def _number(self, low: Fraction, high: Fraction, low_open: bool, high_open: bool) -> Fraction:
        share = self.rng.choice(
            [Fraction(0), Fraction(1), Fraction(1, 2), Fraction(1, 1000), Fraction(999, 1000), Fraction(self.rng.randrange(1, 200), 200)]
        )  # fmt: skip
        if (share == 0 and low_open) or (share == 1 and high_open):
            share = Fraction(self.rng.randrange(1, 200), 200)
        return low + share * (high - low)


def polynomial(law: Law) -> str:
    """Return an activation with integer Hermite coefficients c_k^2 = w_k m, for laws whose weights are squares over m."""
    he = {0: "1", 1: "x", 2: "(x^2-1)/sqrt(2)", 3: "(x^3-3*x)/sqrt(6)", 4: "(x^4-6*x^2+3)/sqrt(24)"}
    return " + ".join(f"sqrt({w.numerator})/sqrt({w.denominator})*({he[k]})" for k, w in law.items())


def random_law(rng: random.Random, classes: tuple[str, ...] = (), most: int = 60) -> Law:
    """Return one to three atoms with random weights, of the classes."""
    while True:
        degrees = {
            rng.choice([0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 12, 25, most]) for _ in range(rng.choice([1, 2, 2, 3]))
        }
        if "odd" in classes:
            degrees = {k for k in degrees if k % 2}
        if "even" in classes:
            degrees = {k for k in degrees if k % 2 == 0}
        if "centred" in classes:
            degrees -= {0}
        if not degrees - {0} or ("nonlinear" in classes and max(degrees) < 2):
            continue
        weights = {k: Fraction(rng.choice([1, 1, 2, 3, 5, 20, 100])) for k in sorted(degrees)}
        total = sum(weights.values())
        return {k: w / total for k, w in weights.items()}


_TRUE_SHAPES = (
    ("kappa(r) <= r", [(1, "kappa(r)"), (-1, "r")]),
    ("slope", [(1, "alpha r"), (-1, "kappa(r)")]),
    ("chord", [(1, "kappa(r)"), (-1, "alpha r"), (-1, "(1-alpha) r^2")]),
    ("product", [(1, "kappa(r)kappa(t)"), (-1, "kappa(r t)")]),
    ("tangent", [(1, "1-kappa'(1)(1-r)"), (-1, "kappa(r)")]),
    ("rate", [(1, "kappa(r)/(1-kappa(r))"), (-1, "r/(1-r)/(2-alpha)")]),
)


def _piece(text: str) -> tuple[list[Factor], Factor | None]:
    kappa_r, kappa_t, kappa_rt = (_map("kappa", 0, _PLACES[p]) for p in ("r", "t", "r t"))
    alpha, slope = _map("kappa", 1, _PLACES["0"]), _map("kappa", 1, _PLACES["1"])
    known: dict[str, tuple[list[Factor], Factor | None]] = {
        "kappa(r)": ([Factor("kappa(r)", kappa_r)], None),
        "r": ([Factor("r", lambda _, v: v["r"])], None),
        "alpha r": ([Factor("alpha * r", lambda law, v: alpha(law, v) * v["r"])], None),
        "(1-alpha) r^2": ([Factor("(1-alpha) * r^2", lambda law, v: (1 - alpha(law, v)) * v["r"] ** 2)], None),
        "kappa(r)kappa(t)": ([Factor("kappa(r)", kappa_r), Factor("kappa(t)", kappa_t)], None),
        "kappa(r t)": ([Factor("kappa(r t)", kappa_rt)], None),
        "1-kappa'(1)(1-r)": ([Factor("(1-kappa'(1) * (1-r))", lambda law, v: 1 - slope(law, v) * (1 - v["r"]))], None),
        "kappa(r)/(1-kappa(r))": ([Factor("kappa(r)", kappa_r)], Factor("(1-kappa(r))", lambda law, v: 1 - kappa_r(law, v))),
        "r/(1-r)/(2-alpha)": ([Factor("r", lambda _, v: v["r"])], Factor("((1-r) * (2-alpha))", lambda law, v: (1 - v["r"]) * (2 - alpha(law, v)))),
    }  # fmt: skip
    return known[text]


def claim(seed: int) -> Claim:
    """Return a random claim: a theorem's shape with a constant moved, or a sum of products that holds at some drawn cases."""
    rng = random.Random(seed)
    for _ in range(8):
        found = _drawn(rng)
        if rng.random() < 0.15 or _seems_true(found):
            break
    return found


def _seems_true(found: Claim) -> bool:
    """Turn the relation so that the claim holds at drawn cases, if one way does."""
    turned = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
    for op in (found.op, turned[found.op]) if found.op in turned else ("=",):
        found.op = op
        if found.counterexample(25) is None:
            return True
    return False


def _drawn(rng: random.Random) -> Claim:
    found = Claim(rng, classes=rng.choice([(), (), (), ("odd",), ("even",), ("centred",), ("nonlinear",), ("centred", "nonlinear")]))  # fmt: skip
    variables = _shaped(found) if rng.random() < 0.4 else _sum(found)
    found.op = rng.choice(["<=", "<=", "<=", ">=", "<", ">", "="])
    for name in variables:
        low, high = rng.choice([(0, 1), (0, 1), (0, 1), (-1, 1), (Fraction(1, 2), 1), (0, Fraction(1, 2)), (-1, 0)])
        open_high = high == 1 and rng.random() < 0.5
        found.domain[name] = (Fraction(low), Fraction(high), rng.random() < 0.25, open_high)
    if rng.random() < 0.25:
        found.hypothesis = rng.choice(
            [("kappa'(0)", op, Fraction(k, 4)) for op in ("<=", ">=") for k in (1, 2, 3)]
            + [("kappa'(1)", "<=", 1 + Fraction(k, 4)) for k in (1, 2, 4)]
        )
    if rng.random() < 0.15:
        found.classes, found.hypothesis = (), None
        found.named = rng.choice(_NAMED)
    return found


_NAMED: tuple[Law, ...] = (
    {1: Fraction(1)}, {2: Fraction(1)}, {1: Fraction(1, 2), 2: Fraction(1, 2)}, {0: Fraction(1, 5), 1: Fraction(4, 5)},
    {1: Fraction(1, 3), 3: Fraction(2, 3)},
)  # fmt: skip


def _shaped(found: Claim) -> str:
    """Add the terms of a theorem, some constants moved by a tenth; return the variables."""
    rng = found.rng
    _, pieces = rng.choice(_TRUE_SHAPES)
    for sign, text in pieces:
        factors, divisor = _piece(text)
        moved = rng.choice([Fraction(1)] * 8 + [Fraction(11, 10), Fraction(9, 10)])
        found.terms.append((sign * moved, factors, divisor))
    return "rt" if any(text in ("kappa(r)kappa(t)", "kappa(r t)") for _, text in pieces) else "r"


def _sum(found: Claim) -> str:
    """Add a sum of products of random words; return the variables."""
    rng = found.rng
    variables = rng.choice(["r", "r", "rt"])
    for _ in range(rng.choice([1, 2, 2, 3])):
        coefficient = Fraction(rng.choice([1, 1, 1, -1, -1, 2, -2, 3]), rng.choice([1, 1, 2, 3]))
        divisor = None
        if rng.random() < 0.1:
            divisor = rng.choice([_piece("kappa(r)/(1-kappa(r))")[1], Factor("(1-r)", lambda _, v: 1 - v["r"])])
        found.terms.append((coefficient, [_factor(rng, variables) for _ in range(rng.choice([1, 1, 2]))], divisor))
    if rng.random() < 0.5:
        found.terms.append((Fraction(rng.choice([-1, 1, -2])), [], None))
    return variables
