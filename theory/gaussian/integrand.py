"""Normal forms ready for exact integration: every shape's numbers as elements of one field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sympy as sp

from theory.exact.field import Element, ExactField
from theory.gaussian.shape import NormalForm
from theory.gaussian.truncated_moment import Combination, HalfSpaceOf, TiltedLaw, add_to


class Term(NamedTuple):
    """(sum_p weights_p x^p) exp(quadratic x^2 + linear x) times half-spaces (direction, point, variance)."""

    weights: list[Element]
    quadratic: Element
    linear: Element
    half_spaces: tuple[tuple[int, Element, Element], ...]


def common_factor(form: NormalForm) -> tuple[sp.Expr, NormalForm]:
    """Return (c, form/c), c the irrational factor that all weights share: results are written as c, or c^2, times a sum."""
    powers = [weight.as_coeff_Mul()[1].as_powers_dict() for weight in form.values()]
    shared = [
        base**exponent
        for base, exponent in (powers[0].items() if powers else ())
        if base.is_positive
        and not (base**exponent).is_Rational
        and all(other.get(base, 0) == exponent for other in powers[1:])
    ]
    factor = sp.Mul(*shared)
    return factor, {shape: weight / factor for shape, weight in form.items()}


def field_of(form: NormalForm, variable: sp.Symbol | None = None) -> ExactField:
    """Return a field that holds every number of the form."""
    constants: list[sp.Expr] = []
    for shape, weight in form.items():
        constants += [weight, shape.quadratic, shape.linear, shape.frequency]
        constants += [sp.I] if shape.frequency != 0 else []
        constants += [number for h in shape.half_spaces for number in (h.point, h.variance)]
    return ExactField(constants, variable)


def terms_of(form: NormalForm, field: ExactField) -> list[Term]:
    """Return the form with its numbers converted; shapes that differ by a power of x are one term."""
    groups: dict[tuple[Element, ...], dict[int, Element]] = {}
    for shape, weight in form.items():
        convert = field.convert
        linear = convert(shape.linear)
        if shape.frequency != 0:
            linear = linear + convert(sp.I) * convert(shape.frequency)
        half_spaces = tuple((h.direction, convert(h.point), convert(h.variance)) for h in shape.half_spaces)
        base = (convert(shape.quadratic), linear, half_spaces)
        groups.setdefault(base, {})[shape.power] = field.reduced(convert(weight))
    return [
        Term([weights.get(p, field.zero) for p in range(max(weights) + 1)], *base) for base, weights in groups.items()
    ]


def univariate_expectation(field: ExactField, terms: Iterable[Term], mean: Element) -> Combination:
    """Return E s(Z + mean) as a sum of atoms; every term has at most two half-spaces."""
    total: Combination = {}
    for term in terms:
        halves = [HalfSpaceOf(0, *half) for half in term.half_spaces]
        law = TiltedLaw(field, [mean], [[field.one]], [term.quadratic], [term.linear], halves)
        for power, weight in enumerate(term.weights):
            if weight:
                _add_scaled(field, total, weight, law.moment((power,)))
    return total


def bivariate_expectation(field: ExactField, terms: Sequence[Term]) -> Combination:
    """Return E s(U) s(V), the field's variable their correlation; every term has at most one half-space."""
    total: Combination = {}
    for i, left in enumerate(terms):
        for j, right in enumerate(terms[i:]):
            law = _joint_law(field, left, right)
            for p, v in enumerate(left.weights):
                for q, w in enumerate(right.weights):
                    if v and w and (j or p <= q):
                        twice = 1 if j == 0 and p == q else 2
                        _add_scaled(field, total, field.reduced(twice * v * w), law.moment((p, q)))
    return total


def _joint_law(field: ExactField, left: Term, right: Term) -> TiltedLaw:
    rho, one, zero = field.variable, field.one, field.zero
    halves = [HalfSpaceOf(i, *half) for i, term in enumerate((left, right)) for half in term.half_spaces]
    quadratic, linear = [left.quadratic, right.quadratic], [left.linear, right.linear]
    return TiltedLaw(field, [zero, zero], [[one, rho], [rho, one]], quadratic, linear, halves)


def _add_scaled(field: ExactField, total: Combination, weight: Element, terms: Combination) -> None:
    for atom, coefficient in terms.items():
        add_to(total, atom, field.reduced(weight * coefficient))


def is_real_orthant(field: ExactField, total: Combination) -> bool:
    """Whether every bivariate normal cdf in the sum has real arguments; complex ones have no evaluation here."""
    return all(
        not field.real_and_imaginary(mean)[1]
        for atom in total
        if len(atom.orthant) == 5
        for mean in (atom.orthant[0], atom.orthant[2])
    )
