"""Textbook theorems a proof may assume, each a sentence of the language with its reference.

The list is reviewed by people: a sentence enters it with a reference that states it, and never because a proof needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from theory.statement.parse import parse
from theory.statement.sentence import Sentence


@dataclass(frozen=True)
class Textbook:
    """A named theorem: its sentence and where it is proved."""

    name: str
    line: str
    reference: str

    @cached_property
    def sentence(self) -> Sentence:
        """What the theorem states."""
        return parse(self.line)


TEXTBOOK: Mapping[str, Textbook] = MappingProxyType(
    {
        found.name: found
        for found in (
            Textbook(
                "kernel maps have nonnegative coefficients",
                "for every activation s, r in [0, 1]: kappa(r) >= 0",
                "Daniely, Frostig, Singer, NeurIPS 2016, Lemma 11: kappa is a power series with coefficients c_k^2/Var[s]",
            ),
            Textbook(
                "kernel maps are increasing on [0, 1]",
                "for every activation s, r in [0, 1], t in [0, 1] with r <= t: kappa(r) <= kappa(t)",
                "Daniely, Frostig, Singer, NeurIPS 2016, Lemma 11: nonnegative coefficients",
            ),
            Textbook(
                "kernel maps are dominated on [-1, 0]",
                "for every activation s, r in [-1, 1]: |kappa(r)| <= kappa(|r|)",
                "Daniely, Frostig, Singer, NeurIPS 2016, Lemma 11: nonnegative coefficients",
            ),
            Textbook(
                "kernel maps are dominated on [-1, 0], normalised",
                "for every activation s, r in [-1, 1]: |rms(r)| <= rms(|r|)",
                "Daniely, Frostig, Singer, NeurIPS 2016, Lemma 11: nonnegative coefficients",
            ),
            Textbook(
                "shares of the degrees are a law",
                "for every activation s, k >= 0: w[k] >= 0 and w[k] <= 1 and p[k] >= 0 and p[k] <= 1",
                "Daniely, Frostig, Singer, NeurIPS 2016, Lemma 11: Parseval, sum_k c_k^2 = E s(Z)^2",
            ),
            Textbook(
                "the attractor is a fixed point",
                "for every activation s: rms(rho*) = rho*",
                "definition of rho*; Joudaki, Daneshmand, Bach, NeurIPS 2023, section 4 (rms is convex on [0, 1], rms(1) = 1)",
            ),
            Textbook(
                "the exponential lies above its tangent",
                "for x in (-oo, oo): exp(x) >= 1 + x",
                "Hardy, Littlewood, Polya, Inequalities, 1934, section 4.2 (convexity of the exponential)",
            ),
            Textbook(
                "Hadamard's inequality",
                "for n >= 1, every Gram matrix G of size n: det G <= 1",
                "Horn, Johnson, Matrix Analysis, 2nd ed., theorem 7.8.1",
            ),
        )
    }
)
"""The theorems that may be assumed, by name."""
