"""Exponential sums ``sum_j a_j(x) n^e b_j(x)^n >= 0`` for all integers n >= 0 and all x of a box, with a plan to be checked.

A sum is a polynomial in the variables x of a box, in indices n_i, and in symbols U for the powers ``b(x)^n_i``. Three
inferences are made, each exact:

sign      no index is left: the polynomial's sign on the box
relax     the U lie in [0, 1] and the n_i in [0, oo): the polynomial's sign there
descend   S(0) >= 0 and S(n + 1) >= y S(n) for a y >= 0 (1, or a product of the b): then S(n) >= 0 for all n
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import flint

from proofs_check.proof.polynomial_sign import Side, is_nonnegative

Polynomial: TypeAlias = flint.fmpq_mpoly
_RELAXED_BOXES = 12
DEADLINE: ContextVar[float] = ContextVar("DEADLINE", default=math.inf)
"""When searches give up (`time.monotonic`); a plan that was found before does not depend on it."""
_UNIT, _RAY = Side(), Side("ray")


@dataclass(frozen=True)
class SumRing:
    """The variables of exponential sums: a box, indices, and a symbol for each base at each index.

    Parameters
    ----------
    box : mapping of name to Side
    indices : tuple of str
    bases : mapping of name to polynomial in the box, with values in [0, 1]
    """

    box: Mapping[str, Side]
    indices: tuple[str, ...]
    bases: Mapping[str, Polynomial]
    context: Any = field(init=False)
    gens: Mapping[str, Polynomial] = field(init=False)
    powers: Mapping[str, tuple[str, Polynomial]] = field(init=False)

    def __post_init__(self) -> None:
        symbols = {f"{base}__{index}": (base, index) for index in self.indices for base in self.bases}
        names = (*self.box, *self.indices, *symbols)
        context = flint.fmpq_mpoly_ctx.get(names, flint.Ordering.lex)
        gens = dict(zip(names, context.gens(), strict=True))
        lifted = {base: lift(value, context) for base, value in self.bases.items()}
        object.__setattr__(self, "context", context)
        object.__setattr__(self, "gens", gens)
        object.__setattr__(self, "powers", {s: (index, lifted[base]) for s, (base, index) in symbols.items()})

    @property
    def relaxed_box(self) -> dict[str, Side]:
        """The box with every index on the ray and every power in [0, 1]."""
        return {**self.box, **dict.fromkeys(self.indices, _RAY), **dict.fromkeys(self.powers, _UNIT)}

    def at_start(self, polynomial: Polynomial, index: str) -> Polynomial:
        """Return the sum at index 0."""
        values = {index: 0, **{s: 1 for s, (i, _) in self.powers.items() if i == index}}
        return polynomial.subs(values)

    def shifted(self, polynomial: Polynomial, index: str) -> Polynomial:
        """Return the sum at the next index."""
        moved = []
        for name, gen in self.gens.items():
            if name == index:
                moved.append(gen + 1)
            elif name in self.powers and self.powers[name][0] == index:
                moved.append(gen * self.powers[name][1])
            else:
                moved.append(gen)
        return polynomial.compose(*moved, ctx=self.context)

    def modes(self, polynomial: Polynomial, index: str) -> dict[tuple[int, ...], int]:
        """Return, for each product of powers at this index that occurs, the highest power of the index beside it."""
        names = list(self.gens)
        at = names.index(index)
        mine = [names.index(s) for s, (i, _) in self.powers.items() if i == index]
        found: dict[tuple[int, ...], int] = {}
        for powers in polynomial.monoms():
            mode = tuple(int(powers[i]) for i in mine)
            found[mode] = max(found.get(mode, 0), int(powers[at]))
        return found

    def multiplier(self, mode: tuple[int, ...], index: str) -> Polynomial:
        """Return the base of a mode: the product of the bases to these exponents."""
        bases = [base for _, (i, base) in self.powers.items() if i == index]
        product = self.context.constant(1)
        for base, exponent in zip(bases, mode, strict=True):
            product *= base**exponent
        return product

    def used(self, polynomial: Polynomial) -> tuple[str, ...]:
        """Return the indices that a sum depends on."""
        degrees = dict(zip(self.gens, polynomial.degrees(), strict=True))
        alive = {self.powers[s][0] for s in self.powers if degrees[s] > 0} if not polynomial.is_zero() else set()
        return tuple(i for i in self.indices if not polynomial.is_zero() and (degrees[i] > 0 or i in alive))


@dataclass(frozen=True, slots=True)
class Plan:
    """How a sum is shown to be nonnegative: the inference and, for a descent, its index, mode and two parts."""

    rule: str
    index: str = ""
    mode: tuple[int, ...] = ()
    base: Plan | None = None
    step: Plan | None = None

    @property
    def size(self) -> int:
        """The number of inferences."""
        return 1 + sum(part.size for part in (self.base, self.step) if part is not None)


def lift(polynomial: Polynomial, context: Any) -> Polynomial:
    """Return the polynomial in a larger ring that has all its generators by name."""
    names = list(context.names())
    places = [names.index(name) for name in polynomial.context().names()]
    terms = {}
    for powers, value in polynomial.to_dict().items():
        moved = [0] * len(names)
        for place, power in zip(places, powers, strict=True):
            moved[place] = int(power)
        terms[tuple(moved)] = value
    return context.from_dict(terms)


def holds(ring: SumRing, polynomial: Polynomial, plan: Plan, *, strict: bool = False) -> bool:
    """Return whether the plan proves that the sum is >= 0 (> 0 if `strict`) for all indices and on the whole box."""
    if plan.rule == "sign":
        return not ring.used(polynomial) and is_nonnegative(polynomial, ring.box, strict=strict)
    if plan.rule == "relax":
        return is_nonnegative(polynomial, ring.relaxed_box, strict=strict, boxes=_RELAXED_BOXES)
    if plan.rule != "descend" or plan.base is None or plan.step is None or plan.index not in ring.indices:
        return False
    if any(exponent < 0 for exponent in plan.mode):
        return False
    factor = ring.multiplier(plan.mode, plan.index)
    if not is_nonnegative(factor, ring.box):
        return False
    step = ring.shifted(polynomial, plan.index) - factor * polynomial
    base = ring.at_start(polynomial, plan.index)
    if not strict:
        return holds(ring, base, plan.base) and holds(ring, step, plan.step)
    return holds(ring, base, plan.base, strict=True) and (
        holds(ring, step, plan.step, strict=True)
        or (is_nonnegative(factor, ring.box, strict=True) and holds(ring, step, plan.step))
    )


def search(ring: SumRing, polynomial: Polynomial, *, strict: bool = False, depth: int = 7) -> Plan | None:
    """Return a plan that `holds` accepts, or None."""
    return _Search(ring).plan(polynomial, strict, depth)


class _Search:
    def __init__(self, ring: SumRing) -> None:
        self.ring = ring
        self.failed: set[tuple[str, bool]] = set()
        self.points = list(_probes(ring))
        self.left = 80

    def plan(self, polynomial: Polynomial, strict: bool, depth: int) -> Plan | None:
        ring = self.ring
        used = ring.used(polynomial)
        if not used:
            return Plan("sign") if is_nonnegative(polynomial, ring.box, strict=strict) else None
        key = (str(polynomial), strict)
        self.left -= 1
        if key in self.failed or depth == 0 or self.left < 0 or time.monotonic() > DEADLINE.get():
            return None
        if any(polynomial(*point) < 0 for point in self.points):
            return None
        if is_nonnegative(polynomial, ring.relaxed_box, strict=strict, boxes=_RELAXED_BOXES):
            return Plan("relax")
        for index in used:
            for mode in self._candidates(polynomial, index):
                found = self._descent(polynomial, index, mode, strict, depth)
                if found is not None:
                    return found
        self.failed.add(key)
        return None

    def _candidates(self, polynomial: Polynomial, index: str) -> list[tuple[int, ...]]:
        modes = self.ring.modes(polynomial, index)
        return sorted(modes, key=lambda mode: (sum(mode), mode))

    def _descent(
        self, polynomial: Polynomial, index: str, mode: tuple[int, ...], strict: bool, depth: int
    ) -> Plan | None:
        ring = self.ring
        factor = ring.multiplier(mode, index)
        step = ring.shifted(polynomial, index) - factor * polynomial
        base = self.plan(ring.at_start(polynomial, index), strict, depth)
        if base is None:
            return None
        strict_step = strict and not is_nonnegative(factor, ring.box, strict=True)
        rest = self.plan(step, strict_step, depth - 1)
        return None if rest is None else Plan("descend", index, mode, base, rest)


def _probes(ring: SumRing) -> Iterator[list[flint.fmpq]]:
    """Yield exact points (x, n, powers) of the set of a sum, to see early that it takes negative values."""
    fractions = [flint.fmpq(*f) for f in ((1, 2), (9, 10), (1, 10), (2, 3), (99, 100), (1, 3), (1, 50))]
    for turn in range(21):
        values: dict[str, flint.fmpq] = {}
        for place, (name, side) in enumerate(ring.box.items()):
            fraction = fractions[(turn * (place + 1) + place * 3) % len(fractions)]
            values[name] = fraction / (1 - fraction) if side.kind == "ray" else fraction
        for place, index in enumerate(ring.indices):
            values[index] = flint.fmpq((turn * (2 * place + 1) + place) % 5 * (1 if turn < 12 else 3))
        point = [values.get(name, flint.fmpq(0)) for name in ring.gens]
        for symbol, (index, base) in ring.powers.items():
            values[symbol] = base(*point) ** int(values[index])
        yield [values[name] for name in ring.gens]
