"""A sentence about means of a network's random quantities, judged by samples of the network it names.

``E[X] <= t``, ``>=`` or ``=`` with X made of layers' words and t of exact values at layer 0; ``Var[X]`` and ``P[X <= t]``
likewise, and sums of multiples of all three. Draws are independent networks
in the law of the sentence; the test is a martingale with false-alarm probability 10^-6, so it may be looked at after every
shard. Support needs a bounded X: an unbounded one (a gap, a norm) is truncated and the scope says where.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from numerics.network.gram_chain import gram_chain, isometry_gap
from numerics.network.layer import Elementwise, GaussianLinear, HaarLinear, Layer
from numerics.network.network import Network
from numerics.network.normalisation import BatchNorm, LayerNorm, Recentre
from numerics.statistics.e_value import MeanTest
from proofs_check.judge.outcome import Certified, Open, Outcome, Supported, Witness
from proofs_check.judge.strategy import Clock
from theory.activation.activation import Activation
from theory.statement.json_form import digest
from theory.statement.print_text import TermPrinter
from theory.statement.proposition import Relation
from theory.statement.sentence import Sentence
from theory.statement.sort import Networks

from theory.statement.words.network import Expectation, Probability, RandomVariance  # isort: skip
from theory.statement.words.network import LayerCorrelation, LayerGap, LayerNorm as LayerSquare  # isort: skip

ALPHA = 1e-6
_SHARD = 50
_EDGE = 1e-6
"""How far inside its range a mean is tested that is claimed to be at the end of it."""
_MOST_SHARDS = 200
_BLOCKS: dict[str, Callable[[], Layer]] = {
    "gauss": GaussianLinear, "linear": GaussianLinear, "orthogonal": HaarLinear, "haar": HaarLinear,
    "layernorm": LayerNorm, "rmsnorm": lambda: LayerNorm(centred=False), "batchnorm": BatchNorm,
    "rescale": lambda: BatchNorm(centred=False), "centre": Recentre, "recentre": Recentre,
}  # fmt: skip
_SUPPORT = {LayerGap: (0.0, np.inf), LayerCorrelation: (-1.0, 1.0), LayerSquare: (0.0, np.inf)}
_WORDS = tuple(_SUPPORT)
_MEANS = (Expectation, RandomVariance, Probability)
_COMPARE: dict[str, Any] = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}


def built(sort: Networks) -> Network:
    """Return the network of a sentence; a Gaussian layer goes first where no linear layer is named.

    Examples
    --------
    >>> built(Networks(("relu", "layernorm"), 200, 20)).block[0]
    GaussianLinear(full=False)
    """
    layers = [_BLOCKS[b]() if b in _BLOCKS else Elementwise(Activation.from_text(b)) for b in sort.blocks]
    if not any(isinstance(layer, GaussianLinear | HaarLinear) for layer in layers):
        layers.insert(0, GaussianLinear())
    return Network(tuple(layers), sort.width, sort.depth)


def sampled_network(sentence: Sentence, clock: Clock) -> Outcome | None:
    """Return what samples of the sentence's network say of a claim about means, variances or probabilities."""
    if len(sentence.binders) != 1 or not isinstance(sentence.binders[0].sort, Networks):
        return None
    sort = sentence.binders[0].sort
    claim = _linear(sentence.body)
    if claim is None or sentence.hypotheses:
        return Open(
            "reading the claim", "E[X], Var[X] or P[X <= t], or a sum of multiples of them, compared with numbers and values at layer 0"
        )  # fmt: skip
    if claim.op == "!=":
        return Open("samples cannot tell a mean from one number")
    return _Samples(sentence, sort, claim, -float(_at_start(claim.offset, _start(sort)))).judged(clock)


@dataclass(frozen=True)
class _Claim:
    """``sum_i a_i M_i + offset op 0`` for means M_i = E X, Var X or P[..]: a claim about one mean E[sum_i a_i Y_i].

    Var X is the mean of (X - X')^2/2 over two independent networks, P[..] that of an indicator.
    """

    op: str
    parts: tuple[tuple[sp.Rational, Any], ...]
    offset: sp.Expr

    @property
    def words(self) -> list[Any]:
        """The random quantities of layers that have to be drawn."""
        return sorted(set().union(*(mean.atoms(*_WORDS) for _, mean in self.parts)), key=str)

    @property
    def support(self) -> tuple[float, float]:
        """An interval that holds sum_i a_i Y_i for certain."""
        ends = [_scaled(float(a), _support(mean)) for a, mean in self.parts]
        return sum(low for low, _ in ends), sum(high for _, high in ends)


def _support(mean: Any) -> tuple[float, float]:
    if isinstance(mean, Probability):
        return 0.0, 1.0
    low, high = _range(mean.args[0])
    return (low, high) if isinstance(mean, Expectation) else (0.0, (high - low) ** 2 / 2)


def _scaled(factor: float, ends: tuple[float, float]) -> tuple[float, float]:
    low, high = sorted(factor * end for end in ends)
    return low, high


def _range(term: sp.Expr) -> tuple[float, float]:
    """Return an interval that holds a term of layers' words: sums, products and whole powers of them."""
    if isinstance(term, _WORDS):
        return _SUPPORT[type(term)]
    if term.is_number:
        return float(term), float(term)
    if term.is_Add:
        ends = [_range(part) for part in term.args]
        return sum(low for low, _ in ends), sum(high for _, high in ends)
    if term.is_Pow and term.exp.is_Integer and term.exp > 0:
        low, high = _range(term.base)
        values = [low ** int(term.exp), high ** int(term.exp)] + ([0.0] if low < 0 < high else [])
        return min(values), max(values)
    if isinstance(term, sp.Abs):
        low, high = _range(term.args[0])
        return (max(low, 0.0) if high >= 0 else -high), max(abs(low), abs(high))
    if term.is_Mul:
        factor, rest = term.as_coeff_Mul()
        if factor != 1:
            return _scaled(float(factor), _range(rest))
        low, high = 1.0, 1.0
        for part in term.args:
            values = [0.0 if 0.0 in (x, y) else x * y for x in (low, high) for y in _range(part)]
            low, high = min(values), max(values)
        return low, high
    return -np.inf, np.inf


def _linear(body: Any) -> _Claim | None:
    """Return a claim that is linear in means with rational factors."""
    if not isinstance(body, Relation):
        return None
    slack = sp.expand(body.lhs - body.rhs)
    means = sorted(slack.atoms(Expectation, RandomVariance, Probability), key=str)
    parts = tuple((slack.coeff(mean), mean) for mean in means)
    offset = sp.expand(slack - sum(a * mean for a, mean in parts))
    later = [w for w in offset.atoms(*_WORDS) if w.args[1] != 0]
    nested = any(mean.args[0].has(Expectation, RandomVariance, Probability) for mean in means)
    if not parts or any(not a.is_Rational or a == 0 for a, _ in parts) or later or nested or offset.has(*_MEANS):
        return None
    if len(parts) == 1 and parts[0][0] < 0:
        op = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(body.op, body.op)
        parts, offset, body = ((-parts[0][0], parts[0][1]),), -offset, Relation(op, body.lhs, body.rhs)
    factor = parts[0][0] if len(parts) == 1 else sp.Integer(1)
    parts = tuple((a / factor, mean) for a, mean in parts)
    return _Claim({"<": "<=", ">": ">="}.get(body.op, body.op), parts, offset / factor)


def _start(sort: Networks) -> np.ndarray:
    rho = float(sort.correlation)
    return np.full((sort.batch, sort.batch), rho) + (1 - rho) * np.eye(sort.batch)


def _at_start(offset: sp.Expr, gram: np.ndarray) -> float:
    values = {w: sp.Float(float(_measured(w, gram[None])[0]), 17) for w in offset.atoms(*_WORDS)}
    return float(offset.xreplace(values))


def _measured(word: Any, grams: np.ndarray) -> np.ndarray:
    """Return a word's value for stacked Gram matrices."""
    if isinstance(word, LayerGap):
        return isometry_gap(grams)
    if isinstance(word, LayerSquare):
        return grams[:, 0, 0]
    return np.clip(grams[:, 0, 1] / np.sqrt(grams[:, 0, 0] * grams[:, 1, 1]), -1, 1)


class _Samples:
    def __init__(self, sentence: Sentence, sort: Networks, claim: _Claim, bound: float) -> None:
        self.sentence, self.sort, self.claim, self.op, self.bound = sentence, sort, claim, claim.op, bound
        self.words, self.support = claim.words, claim.support
        self.functions = [(float(a), mean, *_functions(self.words, mean)) for a, mean in claim.parts]
        printer = TermPrinter({b.name: b for b in sentence.binders})
        self.shown = printer(sum((a * mean for a, mean in claim.parts), sp.Integer(0)))
        self.inner = printer(claim.parts[0][1].args[0]) if len(claim.parts) == 1 else self.shown

    def judged(self, clock: Clock) -> Outcome:
        rng = np.random.default_rng(int(digest(self.sentence), 16))
        try:
            network = built(self.sort)
            first = self._draw(network, rng)
        except ValueError as error:
            return Open(f"building the network ({error})")
        low, high = self.support
        margin = 1e-9 * max(abs(self.bound), 1.0)
        if (self.op == "<=" and high < self.bound - margin) or (self.op == ">=" and low > self.bound + margin):
            return Certified(
                "the network of the sentence", f"{self.inner} lies in [{low:g}, {high:g}], whatever the weights are"
            )
        if (self.op != ">=" and low > self.bound + margin) or (self.op != "<=" and high < self.bound - margin):
            return Witness((), f"{self.inner} lies in [{low:g}, {high:g}], not {self.op} {self.bound:g}", "whatever the weights are")  # fmt: skip
        if self.op == ">=" and abs(high - self.bound) <= margin:
            self.bound = high - _EDGE * (high - low)  # a weaker claim: what refutes it refutes the claim
        elif self.op == "<=" and abs(low - self.bound) <= margin:
            self.bound = low + _EDGE * (high - low)
        cap = high if np.isfinite(high) else 4 * float(np.quantile(first, 0.98)) + 2 * abs(self.bound)
        least = 0.5 if all(isinstance(mean, Probability) for _, mean in self.claim.parts) else 1e-6
        delta = 0.02 * max(abs(self.bound), float(first.std()), least)
        try:
            exact = self._test(self.support, None)
            support = self._test((low, cap), delta) if np.isfinite(low) else None
        except ValueError as error:
            return Open(f"setting up a test ({error})", "a quantity with known support: gap, rho or norm of one layer")
        against: list[Any] = []
        favour: list[Any] = []
        count = 0
        for shard in range(_MOST_SHARDS):
            if clock.expired:
                break
            values = self._draw(network, rng)
            count += values.size
            clock.report(f"{count} networks drawn, mean {values.mean():.4g}")
            if exact is not None:
                against.append(exact.tally(values))
                if exact.judge(against, ALPHA / 2).verdict == "refuted":
                    return self._refuted(count, exact.judge(against, ALPHA / 2))
            if support is not None:
                favour.append(support.tally(np.minimum(values, cap)))
                found = support.judge(favour, ALPHA / 2)
                if shard and found.verdict == "supported":
                    return self._supported(count, found, cap, delta)
                if found.verdict == "refuted" and exact is None:
                    return Open(
                        f"drawing {count} networks: E[min({self.inner}, {cap:.3g})] is {found.estimate:.4g}, not {self.op} "
                        f"{self.bound:.4g}, but samples cannot bound the mean of an unbounded quantity from above",
                        "a claim about a bounded quantity such as rho_l",
                    )
        return Open(f"drawing networks: {count} did not decide", "more seconds")

    def _test(self, support: tuple[float, float], delta: float | None) -> MeanTest | None:
        lower = self.bound if self.op in (">=", "=") else -np.inf
        upper = self.bound if self.op in ("<=", "=") else np.inf
        unbounded = delta is None and (
            (self.op != ">=" and support[0] == -np.inf) or (self.op != "<=" and support[1] == np.inf)
        )
        if unbounded:
            return None
        return MeanTest(float(lower), float(upper), support, None, delta)

    def _draw(self, network: Network, rng: np.random.Generator) -> np.ndarray:
        first = self._layers(network, rng)
        second = (
            self._layers(network, rng)
            if any(isinstance(mean, RandomVariance) for _, mean, *_ in self.functions)
            else first
        )
        total = np.zeros(_SHARD)
        for factor, mean, left, right in self.functions:
            if isinstance(mean, RandomVariance):
                value = (left(*first) - left(*second)) ** 2 / 2
            elif isinstance(mean, Probability):
                value = _COMPARE[mean.relation](left(*first), right(*first)).astype(float)
            else:
                value = left(*first)
            total = total + factor * value
        return total

    def _layers(self, network: Network, rng: np.random.Generator) -> list[np.ndarray]:
        """Return the random quantities of one shard of independent networks."""
        wanted = {int(w.args[1]) for w in self.words}
        start = _start(self.sort)
        grams = {0: np.broadcast_to(start, (_SHARD, *start.shape))}
        for layer, gram in enumerate(gram_chain(network, start, rng, repeats=_SHARD), start=1):
            if layer in wanted:
                grams[layer] = gram
            if layer >= max(wanted):
                break
        return [np.asarray(_measured(w, grams[int(w.args[1])]), dtype=float) for w in self.words]

    def _refuted(self, count: int, evidence: Any) -> Witness:
        value = (
            f"{self.shown} is {evidence.estimate:.5g} +- {evidence.standard_error:.2g}, not {self.op} {self.bound:.5g}"
        )
        return Witness((), value, f"{count} networks, error probability {ALPHA:g}")

    def _supported(self, count: int, evidence: Any, cap: float, delta: float) -> Supported:
        truncated = "" if np.isfinite(self.support[1]) else f", {self.inner} truncated at {cap:.3g}"
        return Supported(
            f"the network of the sentence, to within {delta:.2g}{truncated}",
            f"{count} networks: {self.shown} is {evidence.estimate:.5g} +- {evidence.standard_error:.2g}, claimed {self.op} "
            f"{self.bound:.5g}; error probability {ALPHA:g}",
        )


def _functions(words: list[Any], mean: Any) -> tuple[Callable[..., np.ndarray], Callable[..., np.ndarray]]:
    """Return the term averaged (the two sides, for a probability) as functions of arrays of the words."""
    sides = mean.args[:2] if isinstance(mean, Probability) else (mean.args[0], sp.Integer(0))

    def function(term: sp.Expr) -> Callable[..., np.ndarray]:
        found = sp.lambdify(words, term, "numpy")
        return lambda *values: np.broadcast_to(np.asarray(found(*values), dtype=float), (_SHARD,))

    return function(sides[0]), function(sides[1])
