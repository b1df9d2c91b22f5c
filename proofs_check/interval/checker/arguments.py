"""Certificates that are arguments: an identity, a higher derivative, both sides of an inequality exponentiated, a domain in parts.

- *identity*: slack = sum of weights >= 0 times products of factors; an even positive power needs no sign, every other factor
  has a certificate of >= 0 (> 0 where it divides) on the same box;
- *derivatives*: f, ..., f^(n-1) are >= 0 at one end (in the direction away from it) and f^(n) has an evident sign;
- *exponential*: exp(slack) = left/right, one of them evidently positive, and left >= right has a certificate on the same box;
- *parts*: the interval is cut, and each part has a certificate of the same inequality.

All equalities are exact (`exact.py`, formally, variables that are >= 0 on their range taken as positive: what is continuous and
equal inside the box is equal on it). So everything in them has to be defined on the whole box, and nothing may jump: the first is
checked by intervals on a bounded box and term by term on an unbounded one, the second by the names on the tape.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from .evident_sign import Known, evident_sign, known_signs, roughness
from .exact import Exact, Field
from .exact_proofs import everywhere
from .forms import Forms
from .intervals import NoBound
from .polynomial import ONE
from .reading import Budget, Refused, entries_of, fraction, integer, need, need_keys
from .series import Series, coefficient, run
from .statement import Claim

ARGUMENTS = {
    "identity": "terms",
    "derivatives": "end order derivative why",
    "exponential": "left right proof",
    "parts": "parts",
}
"""The kinds, with the keys that each has beside those of every certificate."""
HIGHEST_DERIVATIVE = 8
_DEEPEST_BISECTION = 10
_ALWAYS = frozenset(["q", "v", "pi", "add", "sub", "mul", "neg", "exp", "sin", "cos", "sinh", "cosh", "tanh", "asinh"]) | {
    "atan", "erf", "erfc", "abs", "max", "min"
}  # fmt: skip

Sub = Callable[[Any], list[str]]
"""Checks a whole certificate inside this one; returns what it relies on."""


def check_argument(document: dict[str, Any], claim: Claim, budget: Budget, sub: Sub) -> list[str]:
    """Return what the acceptance of an argument relies on.

    Raises
    ------
    Refused
        If it does not prove the claim.
    """
    need(document["original"] is None, "an argument is about the claim itself, not one after a change of variable")
    try:
        return _CHECKS[document["kind"]](document, claim, budget, sub)
    except NoBound as undecided:
        raise Refused(f"exact algebra does not decide it ({undecided})") from None


def _same_box(claim: Claim) -> str:
    ends = (f"[{'-oo' if a is None else a}, {'oo' if b is None else b}]" for a, b in claim.box)
    return ", ".join(f"{name} in {interval}" for name, interval in zip(claim.variables, ends, strict=True))


def _need_proof_of(document: Any, text: str, claim: Claim, sub: Sub) -> list[str]:
    """Check a certificate, and that it is one of this inequality on the claim's box, or on that of the variables it has."""
    relies_on = sub(document)
    got, ends = Claim(document["claim"]), dict(zip(claim.variables, claim.box, strict=True))
    known = all(ends.get(name) == own for name, own in zip(got.variables, got.box, strict=True))
    need(document["original"] is None and known, f"a certificate inside is not one of {text[:80]!r}")
    wanted = Claim(f"{text} for {_same_box(got)}")
    need((got.tape, got.strict) == (wanted.tape, wanted.strict), f"a certificate inside is not one of {text[:80]!r}")
    return relies_on


def _text(value: Any, what: str) -> str:
    need(isinstance(value, str) and len(value) <= 20_000, f"{what} needs to be text")
    return str(value)


def _field(claim: Claim, budget: Budget) -> Field:
    """A formal field inside the claim's box."""
    inside = [(Fraction(1) if low is not None and low >= 0 else None, None) for low, _ in claim.box]
    return Field(inside, formal=True, budget=budget)


def _value(claim: Claim, field: Field) -> Exact:
    """A claim's slack in a field."""
    variables = [field.variable(i) for i in range(len(claim.box))]
    return field.rational(Fraction(0)) + run(claim.tape, variables, field.rational, field.pi)


def _expression(text: str, claim: Claim) -> Claim:
    """An expression in the claim's variables, as the slack of a claim of its own."""
    return Claim(f"{text} >= 0 for {_same_box(claim)}")


def _identity(document: dict[str, Any], claim: Claim, budget: Budget, sub: Sub) -> list[str]:
    need(not claim.strict, "an identity of this kind proves >= only")
    need_continuous(claim, budget)
    relies_on: list[str] = []
    field = _field(claim, budget)
    total = -_value(claim, field)
    for entry in entries_of(document["terms"], 64, "terms"):
        need_keys(entry, "weight factors", "a term")
        weight = fraction(entry["weight"], "a weight")
        need(weight >= 0, "a weight is negative")
        product = field.rational(weight)
        for factor in entries_of(entry["factors"], 16, "factors"):
            need_keys(factor, "factor power proof", "a factor")
            text, power = _text(factor["factor"], "a factor"), integer(factor["power"], -24, 24, "a power")
            stated = _expression(text, claim)
            need_continuous(stated, budget)
            product = product * _value(stated, field).power(power)
            if factor["proof"] is None:
                need(power > 0 and power % 2 == 0, "a factor without a certificate needs an even positive power")
            else:
                relies_on += _need_proof_of(factor["proof"], f"{text} {'>' if power < 0 else '>='} 0", claim, sub)
        total = total + product
    need(total.is_zero, "the terms do not add up to the slack")
    return relies_on


def _derivatives(document: dict[str, Any], claim: Claim, budget: Budget, _: Sub) -> list[str]:
    need(len(claim.box) == 1 and not claim.strict, "the sign of a derivative proves >= in one variable")
    low, high = claim.box[0]
    order = integer(document["order"], 0, HIGHEST_DERIVATIVE, "an order")
    need(document["end"] in ("low", "high"), "the end needs to be low or high")
    _text(document["why"], "the reason")
    direction = 1 if document["end"] == "low" else -1
    end = low if direction > 0 else high
    need(end is not None, "the end at which the slack starts is infinite")
    assert end is not None
    stated = _expression(_text(document["derivative"], "the derivative"), claim)
    if order == 0:
        need_continuous(claim, budget)
    else:
        rough = roughness(claim.tape, low, high)
        need(not rough, f"the slack is not evidently smooth on its closed interval ({rough} may have a pole or jump)")
    # its sign is read off wherever it is defined, and formally exp(log y) is y: so it has to be defined everywhere
    need_continuous(stated, budget)
    need(evident_sign(stated.tape, low, high) == direction**order, "the sign of the stated derivative is not evident")
    field = _field(claim, budget)
    slope = _series(claim, field, field.variable(0), order)[order] * math.factorial(order)
    need((slope - _value(stated, field)).is_zero, "the stated derivative is not that of the slack")
    if order:
        at_end = Field([(end, end)], budget=budget)
        for k, start in enumerate(_series(claim, at_end, at_end.rational(end), order - 1)):
            outward = start * direction**k
            above = outward.range is not None and outward.range.lo >= 0
            need(outward.is_zero or above, f"derivative {k} of the slack is negative where it starts, or not decided")
    return []


def _series(claim: Claim, field: Field, at: Exact, order: int) -> list[Exact]:
    """Taylor coefficients 0..order of a claim's slack in its one variable."""
    result = run(claim.tape, [Series(1, order, [at, 1])], field.rational, field.pi)
    return [field.rational(Fraction(0)) + coefficient(result, k) for k in range(order + 1)]


def _exponential(document: dict[str, Any], claim: Claim, budget: Budget, sub: Sub) -> list[str]:
    need(not claim.strict, "an exponentiated inequality proves >= only")
    left, right = _text(document["left"], "the left side"), _text(document["right"], "the right side")
    relies_on = _need_proof_of(document["proof"], f"{left} >= {right}", claim, sub)
    field = _field(claim, budget)
    sides = [_expression(side, claim) for side in (left, right)]
    for expression in (claim, *sides):
        need_continuous(expression, budget)
    above, below = (_value(side, field) for side in sides)
    # One side evidently positive is enough: exp(slack) is, so the other has the same sign. A variable whose logarithm
    # the slack holds is positive, for the slack is defined.
    logged = {claim.tape[i[1]][1] for i in claim.tape if i[0] == "log" and claim.tape[i[1]][0] == "v"}
    evident = any(_is_evidently_positive(side, field, logged) for side in (above, below))
    need(evident, "neither side is evidently positive")
    raised = _value(claim, field).apply("exp") * below
    need((raised - above).is_zero, "the sides do not have the quotient exp(slack)")
    return relies_on


def _is_evidently_positive(x: Exact, field: Field, positive: set[int]) -> bool:
    """Whether a value is a sum of positive multiples of products of things that are never 0."""

    def never_zero(number: int) -> bool:
        generator = field.generators[number]
        return generator.positive and (generator.name != "v" or generator.argument in positive)

    return (
        x.den is ONE
        and bool(x.num)
        and all(c > 0 and all(never_zero(number) for number, _ in monomial) for monomial, c in x.num.items())
    )


def _parts(document: dict[str, Any], claim: Claim, _: Budget, sub: Sub) -> list[str]:
    need(len(claim.box) == 1, "a domain in parts needs one variable")
    relies_on: list[str] = []
    reached = claim.box[0][0]
    parts = entries_of(document["parts"], 16, "parts")
    for number_of_part, entry in enumerate(parts):
        relies_on += sub(entry)
        part = Claim(entry["claim"])
        need(
            entry["original"] is None
            and (part.tape, part.strict, part.variables) == (claim.tape, claim.strict, claim.variables),
            "a part is about another inequality",
        )
        low, high = part.box[0]
        need(low == reached and (number_of_part == 0 or low is not None), "the parts do not meet")
        reached = high
        need(high is not None or number_of_part == len(parts) - 1, "the parts do not meet")
    need(parts and reached == claim.box[0][1], "the parts do not reach the end of the interval")
    return relies_on


_CHECKS: dict[str, Callable[[dict[str, Any], Claim, Budget, Sub], list[str]]] = {
    "identity": _identity,
    "derivatives": _derivatives,
    "exponential": _exponential,
    "parts": _parts,
}


def need_continuous(claim: Claim, budget: Budget) -> None:
    """Refuse unless the slack has a value on the whole box and no function on its tape jumps."""
    why = "an expression is not seen to have a value on the whole box"
    need(not any(name in ("sign", "heaviside") for name, *_ in claim.tape), "an expression may jump")
    if all(name in _ALWAYS or (name == "powi" and operands[1] >= 0) for name, *operands in claim.tape):
        return
    box = [(low, high) for low, high in claim.box if low is not None and high is not None]
    forms = Forms(claim, budget)
    if len(box) == len(claim.box):
        try:
            everywhere(box, lambda part: forms.natural(part) is not None, _DEEPEST_BISECTION)
        except NoBound:
            raise Refused(why) from None
        return
    need(len(claim.box) == 1, why)
    known = known_signs(claim.tape, *claim.box[0])
    need(all(_is_defined(instruction, known) for instruction in claim.tape), why)


def _is_defined(instruction: tuple[Any, ...], known: list[Known]) -> bool:
    """Whether an operation is evidently defined on the interval."""
    name, *operands = instruction
    if name in _ALWAYS:
        return True
    if name == "div":
        return known[operands[1]][2]
    if name == "powi":
        return bool(operands[1] >= 0 or known[operands[0]][2])
    if name == "log":
        return known[operands[0]][0] and known[operands[0]][2]
    return name == "sqrt" and known[operands[0]][0]
