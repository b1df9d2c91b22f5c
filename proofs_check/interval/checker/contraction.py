"""The contraction of a kernel map from the ends of cells: b(u) >= rate*a(v) on cells [u, v].

a = k/r and b = (1-k)/(1-r) increase, so their ends decide. b = sum_j T_j u^j with the tails T_j = 1 - p_1 - ... - p_j >= 0, cut
after the last known coefficient; a <= sum_j p_j v^(j-1) + T_K v^K.

Of a known activation (`hermite.py`) the coefficients are derived here, and those in the document have to agree with them; of any
other map they are taken on trust, which the answer says. That p_j = c_j^2/Var s(Z) >= 0 and that they sum to 1 is Mehler's formula.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .hermite import KNOWN, kernel_coefficients
from .intervals import Interval, interval, point
from .reading import Budget, entries_of, fraction, need, need_keys

KERNEL_CLAIM = (
    "(1 - k(r))/(1 - r) >= rate*k(r)/r for r in [low, high], k(r) = sum_j p_j*r**j, p_j >= 0, sum_j p_j = 1, j >= 1"
)
_DEEPEST_BISECTION = 8
_MOST_DERIVED = 200


class KernelContraction:
    """The statement of a kernel certificate and the bounds of its cells."""

    def __init__(self, document: dict[str, Any], budget: Budget) -> None:
        keys = "schema kind claim coefficients rate box cells sha256"
        need_keys(document, keys + (" activation" if "activation" in document else ""), "a kernel certificate")
        need(document["claim"] == KERNEL_CLAIM, "the claim of a kernel certificate is not the one it proves")
        self.budget, self.cells = budget, 0
        self.coefficients = [_ball(entry) for entry in entries_of(document["coefficients"], 5000, "coefficients")]
        self.rate = _ball(document["rate"])
        need(
            self.coefficients and all(p.hi >= 0 for p in self.coefficients), "the coefficients need to be non-negative"
        )
        need(self.rate.lo >= 0, "the rate needs to be non-negative")
        self.activation = document.get("activation")
        need(
            self.activation is None or (isinstance(self.activation, str) and len(self.activation) <= 500),
            "the activation needs to be text",
        )
        need(self.activation is None or self.activation.isprintable(), "the activation needs text that can be printed")
        self.relies_on = [
            f"the coefficients p_1, p_2, ... of the kernel map{f' of {self.activation}' if self.activation else ''} lie in the "
            "balls, are non-negative and sum to 1"
        ]
        if self.activation in KNOWN:
            self._derive(str(self.activation))

    def _derive(self, activation: str) -> None:
        """Put the checker's own coefficients for the document's."""
        count = len(self.coefficients)
        need(count <= _MOST_DERIVED, f"at most {_MOST_DERIVED} coefficients are derived, got {count}")
        self.budget.spend(3000 * count)
        derived = kernel_coefficients(activation, count)
        for j, (own, stated) in enumerate(zip(derived, self.coefficients, strict=True), start=1):
            need((own - stated).has_zero, f"coefficient {j} is not that of the kernel map of {activation}")
        self.coefficients, self.relies_on = list(derived), []

    def sentence(self, document: dict[str, Any]) -> str:
        """The claim with its map, rate and range written in."""
        low, high = document["box"]
        middle, radius = document["rate"]
        rate = middle if radius == "0" else f"every rate within {radius} of {middle}"
        of = f"; k the centred, normalised kernel map of {self.activation}" if self.activation else ""
        return f"{KERNEL_CLAIM}; low = {low}, high = {high}, rate = {rate}{of}"

    def check(self, document: dict[str, Any]) -> list[str]:
        """Refuse unless the cells cover the box exactly and hold; return what this relies on."""
        box = entries_of(document["box"], 2, "the box")
        need(len(box) == 2, "the box needs two ends")
        low, high = (fraction(end, "the box") for end in box)
        need(0 <= low < high <= 1, "the box needs to lie in [0, 1]")
        reached = low
        for entry in entries_of(document["cells"], 100_000, "cells"):
            need_keys(entry, "lo hi", "a cell")
            u, v = fraction(entry["lo"], "a cell's end"), fraction(entry["hi"], "a cell's end")
            need(u == reached and u < v, "the cells do not meet, or one is reversed")
            reached = v
            need(self._holds(u, v, 0), f"b(u) >= rate*a(v) fails on [{u}, {v}]")
        need(reached == high, "the cells do not reach the end of the box")
        return self.relies_on

    def _holds(self, u: Fraction, v: Fraction, depth: int) -> bool:
        self.cells += 1
        self.budget.spend(6 * len(self.coefficients))
        left, right = point(u), point(v)
        b, a = Interval(0, 0, 0), Interval(0, 0, 0)
        tail, low_power, high_power = point(1), point(1), point(1)
        for ball in self.coefficients:
            b += tail.lower() * low_power if tail.lo > 0 else 0
            a += ball.upper() * high_power
            tail, low_power, high_power = tail - ball, low_power * left, high_power * right
        need(tail.hi >= 0, "the coefficients sum to more than 1")
        b += tail.lower() * low_power if tail.lo > 0 else 0
        a += tail.upper() * high_power
        if (b - self.rate * a).lo >= 0:
            return True
        if depth == _DEEPEST_BISECTION:
            return False
        middle = (u + v) / 2
        return all(self._holds(*ends, depth + 1) for ends in ((u, middle), (middle, v)))


def _ball(entry: Any) -> Any:
    pair = entries_of(entry, 2, "a ball")
    need(len(pair) == 2, "a ball needs a midpoint and a radius")
    middle, radius = (fraction(part, "a ball") for part in pair)
    need(radius >= 0, "a ball needs a radius >= 0")
    return interval(middle - radius, middle + radius)
