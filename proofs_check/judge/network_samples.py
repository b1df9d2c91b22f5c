"""A sentence about the mean of a network's random quantity, judged by samples of the network it names.

``E[X] <= t``, ``>=`` or ``=`` with X made of layers' words and t of exact values at layer 0. Draws are independent networks
in the law of the sentence; the test is a martingale with false-alarm probability 10^-6, so it may be looked at after every
shard. Support needs a bounded X: an unbounded one (a gap, a norm) is truncated and the scope says where.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from numerics.network.gram_chain import gram_chain, isometry_gap
from numerics.network.layer import Elementwise, GaussianLinear, HaarLinear, Layer
from numerics.network.network import Network
from numerics.network.normalisation import BatchNorm, LayerNorm, Recentre
from numerics.statistics.e_value import MeanTest
from proofs_check.judge.outcome import Open, Outcome, Supported, Witness
from proofs_check.judge.strategy import Clock
from theory.activation.activation import Activation
from theory.statement.json_form import digest
from theory.statement.print_text import TermPrinter
from theory.statement.proposition import Relation
from theory.statement.sentence import Sentence
from theory.statement.sort import Networks

from theory.statement.words.network import Expectation, LayerCorrelation, LayerGap, LayerNorm as LayerSquare  # isort: skip

ALPHA = 1e-6
_SHARD = 50
_MOST_SHARDS = 200
_BLOCKS: dict[str, Callable[[], Layer]] = {
    "gauss": GaussianLinear, "linear": GaussianLinear, "orthogonal": HaarLinear, "haar": HaarLinear,
    "layernorm": LayerNorm, "rmsnorm": lambda: LayerNorm(centred=False), "batchnorm": BatchNorm,
    "rescale": lambda: BatchNorm(centred=False), "centre": Recentre, "recentre": Recentre,
}  # fmt: skip
_SUPPORT = {LayerGap: (0.0, np.inf), LayerCorrelation: (-1.0, 1.0), LayerSquare: (0.0, np.inf)}
_WORDS = tuple(_SUPPORT)


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
    """Return what samples of the sentence's network say of a claim about a mean."""
    if len(sentence.binders) != 1 or not isinstance(sentence.binders[0].sort, Networks):
        return None
    sort = sentence.binders[0].sort
    claim = _linear(sentence.body)
    if claim is None:
        return Open("reading the claim", "one mean E[X] compared with numbers and values at layer 0")
    op, factor, inner, offset = claim
    start = _start(sort)
    bound = -float(_at_start(offset, start)) / float(factor)
    op = (
        {"<": "<=", ">": ">="}.get(op, op) if factor > 0 else {"<": ">=", "<=": ">=", ">": "<=", ">=": "<="}.get(op, op)
    )
    words = sorted(inner.atoms(*_WORDS), key=str)
    support = _SUPPORT[type(inner)] if isinstance(inner, _WORDS) else (-np.inf, np.inf)
    if op == "!=":
        return Open("samples cannot tell a mean from one number")
    return _Samples(sentence, sort, op, bound, inner, words, support).judged(clock)


def _linear(body: Any) -> tuple[str, sp.Expr, sp.Expr, sp.Expr] | None:
    """Return (op, a, X, c) of a claim a E[X] + c op 0."""
    if not isinstance(body, Relation):
        return None
    slack = sp.expand(body.lhs - body.rhs)
    means = slack.atoms(Expectation)
    if len(means) != 1:
        return None
    mean = means.pop()
    factor = slack.coeff(mean)
    offset = sp.expand(slack - factor * mean)
    later = [w for w in offset.atoms(*_WORDS) if w.args[1] != 0]
    if not factor.is_Rational or factor == 0 or later or offset.has(Expectation):
        return None
    return body.op, factor, mean.args[0], offset


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
    def __init__(
        self, sentence: Sentence, sort: Networks, op: str, bound: float, inner: Any, words: list[Any], support: Any
    ) -> None:
        self.sentence, self.sort, self.op, self.bound = sentence, sort, op, bound
        self.inner, self.words, self.support = inner, words, support
        self.function = sp.lambdify(words, inner, "numpy")
        self.shown = TermPrinter({b.name: b for b in sentence.binders})(inner)

    def judged(self, clock: Clock) -> Outcome:
        rng = np.random.default_rng(int(digest(self.sentence), 16))
        try:
            network = built(self.sort)
            first = self._draw(network, rng)
        except ValueError as error:
            return Open(f"building the network ({error})")
        low, high = self.support
        cap = high if np.isfinite(high) else 4 * float(np.quantile(first, 0.98)) + 2 * abs(self.bound)
        delta = 0.02 * max(abs(self.bound), float(first.std()), 1e-6)
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
                        f"drawing {count} networks: E[min({self.shown}, {cap:.3g})] is {found.estimate:.4g}, not {self.op} "
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
        wanted = {int(w.args[1]) for w in self.words}
        start = _start(self.sort)
        grams = {0: np.broadcast_to(start, (_SHARD, *start.shape))}
        for layer, gram in enumerate(gram_chain(network, start, rng, repeats=_SHARD), start=1):
            if layer in wanted:
                grams[layer] = gram
            if layer >= max(wanted):
                break
        return np.asarray(self.function(*(_measured(w, grams[int(w.args[1])]) for w in self.words)), dtype=float)

    def _refuted(self, count: int, evidence: Any) -> Witness:
        value = f"E[{self.shown}] is {evidence.estimate:.5g} +- {evidence.standard_error:.2g}, not {self.op} {self.bound:.5g}"
        return Witness((), value, f"{count} networks, error probability {ALPHA:g}")

    def _supported(self, count: int, evidence: Any, cap: float, delta: float) -> Supported:
        truncated = "" if np.isfinite(self.support[1]) else f", {self.shown} truncated at {cap:.3g}"
        return Supported(
            f"the network of the sentence, to within {delta:.2g}{truncated}",
            f"{count} networks: E[{self.shown}] is {evidence.estimate:.5g} +- {evidence.standard_error:.2g}, claimed {self.op} "
            f"{self.bound:.5g}; error probability {ALPHA:g}",
        )
