"""Sums of atoms -> short SymPy expressions in one canonical form, by rules (no `simplify`).

Rules: radicands lose their square factors; Phi_2(0, 0; r) = 1/4 + asin(r)/(2 pi); Phi = (1 + erf)/2 with erf odd, and
1 - erf = erfc where a factor exp(..) stands before it; Phi_2(-h, -k; r) = 1 - Phi(h) - Phi(k) + Phi_2(h, k; r) where both
sides occur; conjugate pairs of complex exponentials become cos and sin, mirrored pairs of real ones cosh and sinh; what
stands before asin(r) and a constant alike is taken out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import sympy as sp

from theory.exact.bivariate_normal import BivariateNormalCDF
from theory.exact.field import Element, ExactField
from theory.exact.sign import sign_of
from theory.gaussian.truncated_moment import Atom, Combination

_ONE = sp.Integer(1)


class Radical(NamedTuple):
    """constant * prod sqrt(factor), every factor a squarefree polynomial that is positive on (-1, 1)."""

    constant: sp.Expr
    factors: tuple[Element, ...]


class _Key(NamedTuple):
    exponent: Element
    radical: Radical
    pi_power: int
    special: sp.Expr


_Terms = dict[_Key, Element]


def to_expression(field: ExactField, total: Combination, *, known_real: bool = True) -> sp.Expr:
    """Return the SymPy expression of a sum of atoms.

    Parameters
    ----------
    field : ExactField
        The field of the coefficients; its variable, if any, ranges over (-1, 1) or multiplies no radicand.
    total : Combination
    known_real : bool
        Whether the sum is real; imaginary parts are then dropped.

    Returns
    -------
    Expr
        Where half-spaces meet sin or cos it may show the imaginary unit inside conjugate pairs of erf.
    """
    writer = _Writer(field)
    terms: _Terms = defaultdict(lambda: field.zero)
    for atom, coefficient in total.items():
        for key, factor in writer.expanded(atom):
            terms[key] += factor * coefficient
    terms = {key: reduced for key, value in terms.items() if (reduced := field.reduced(value))}
    _merge_reflected(field, terms)
    if known_real and field.is_complex and all(not key.special.has(sp.I) for key in terms):
        return writer.sum_of(_real_terms(field, terms))
    return writer.sum_of(_hyperbolic_pairs(field, {(key, _ONE): coefficient for key, coefficient in terms.items()}))


class _Writer:
    """Turns atoms and coefficients into SymPy, remembering the radicals it has factored."""

    def __init__(self, field: ExactField) -> None:
        self.field = field
        self._radicals: dict[Element, tuple[Element, Radical]] = {}

    def expanded(self, atom: Atom) -> Iterator[tuple[_Key, Element]]:
        """Yield keys and factors that sum to the atom."""
        factor, radical = self.inverse_root(atom.radicand)
        for pi_power, special, rational in self._orthant(atom.orthant):
            yield _Key(atom.exponent, radical, atom.pi_power + pi_power, special), factor * self.field.convert(rational)

    def _orthant(self, orthant: tuple[Element, ...]) -> list[tuple[int, sp.Expr, sp.Rational]]:
        """Return (power of (2 pi)^(-1/2), special function, factor), summing to the orthant probability."""
        half = sp.Rational(1, 2)
        if not orthant:
            return [(0, _ONE, _ONE)]
        if len(orthant) == 2:
            return [(0, special, factor * half) for special, factor in self._one_plus_erf(orthant[0], orthant[1])]
        m1, v1, m2, v2, c = orthant
        if not c:
            return [
                (0, first * second, f * g / 4)
                for first, f in self._one_plus_erf(m1, v1)
                for second, g in self._one_plus_erf(m2, v2)
            ]
        r = self.quotient(c, v1 * v2)
        if not m1 and not m2:
            sign = -1 if r.could_extract_minus_sign() else 1
            angle = sp.asin(sign * r)
            if angle.has(sp.asin):
                return [(0, _ONE, half / 2), (2, angle, sp.Integer(sign))]
            return [(0, _ONE, half / 2 + sign * angle / (2 * sp.pi))]
        h, k = sorted((self.quotient(m1, v1), self.quotient(m2, v2)), key=sp.default_sort_key)
        return [(0, BivariateNormalCDF(h, k, r), _ONE)]

    def _one_plus_erf(self, mean: Element, variance: Element) -> list[tuple[sp.Expr, sp.Expr]]:
        """Return (special, factor) summing to 1 + erf(mean/sqrt(2 variance)) = 2 Phi(mean/sqrt variance)."""
        if not mean:
            return [(_ONE, _ONE)]
        if not variance:  # the half-space holds for certain, or never does
            positive = sign_of(self.field.expression(mean)) > 0
            return [(_ONE, sp.Integer(2))] if positive else []
        real, imaginary = self.field.real_and_imaginary(mean)
        if not real:  # erf(i y) = i erfi(y)
            return [(_ONE, _ONE), (sp.erfi(self.quotient(imaginary, 2 * variance)), sp.I)]
        sign = self.field.leading_sign(mean)
        factor, special = (sign * sp.erf(self.quotient(sign * mean, 2 * variance))).as_coeff_Mul()
        return [(_ONE, _ONE), (special, factor)]

    def inverse_root(self, radicand: Element) -> tuple[Element, Radical]:
        """Return (q, R) with radicand^(-1/2) = q R and R a squarefree radical."""
        if radicand not in self._radicals:
            self._radicals[radicand] = self._factored_root(radicand)
        return self._radicals[radicand]

    def _factored_root(self, radicand: Element) -> tuple[Element, Radical]:
        field = self.field
        if not field.depends_on_variable(radicand):
            root = sp.sqrt(1 / field.expression(radicand))
            rational, rest = root.as_coeff_Mul()
            return field.convert(rational), Radical(rest, ())
        constant, factors = field.factors(radicand)
        outside, inside = field.one, []
        for factor, multiplicity in factors:
            half = (multiplicity + 1) // 2  # f^-m = f^(-2 half) f^(2 half - m): exponent 0 or 1 stays inside
            if 2 * half - multiplicity == 1:
                inside.append(factor)
            outside = outside * (1 / factor**half if half >= 0 else factor**-half)
        rational, rest = sp.sqrt(1 / field.expression(constant)).as_coeff_Mul()
        return outside * field.convert(rational), Radical(rest, tuple(sorted(inside, key=str)))

    def quotient(self, numerator: Element, radicand: Element) -> sp.Expr:
        """Return numerator/sqrt(radicand), common factors cancelled."""
        factor, radical = self.inverse_root(radicand)
        return self.product(self.field.reduced(numerator * factor), radical)

    def product(self, coefficient: Element, radical: Radical, *others: sp.Expr) -> sp.Expr:
        """Return coefficient * radical * others; a factor that divides the denominator moves its root there."""
        field = self.field
        above, below = field.one, field.one
        for factor in radical.factors:
            if not coefficient.denom % factor.numer:
                coefficient, below = coefficient * factor, below * factor
            else:
                above = above * factor
        roots = [sp.sqrt(field.expression(above))] if above != field.one else []
        roots += [1 / sp.sqrt(field.expression(below))] if below != field.one else []
        return field.expression(coefficient, radical.constant, *roots, *others)

    def sum_of(self, terms: list[tuple[_Key, Element, sp.Expr]]) -> sp.Expr:
        """Return the sum of coefficient * radical * exp(exponent) * (2 pi)^(-n/2) * special * factor."""
        groups: dict[tuple[sp.Expr, Radical], dict[tuple[int, sp.Expr], Element]] = {}
        for key, coefficient, factor in terms:
            outer = sp.exp(self.field.expression(key.exponent)) * factor
            group = groups.setdefault((outer, key.radical), {})
            entry = (key.pi_power, key.special)
            group[entry] = group.get(entry, self.field.zero) + coefficient
        return _common_factor(sp.Add(*(self._written(*place, group) for place, group in groups.items())))

    def _written(self, outer: sp.Expr, radical: Radical, group: dict[tuple[int, sp.Expr], Element]) -> sp.Expr:
        """Return outer * radical * sum of coefficient * (2 pi)^(-n/2) * special, what all terms share before the sum."""
        if outer == 1:
            listed, shared = _join_constant_to_asin(self.field, group), 0
        else:
            listed = _join_to_erfc(group)
            shared = min((pi_power for pi_power, _, _ in listed), default=0)
        terms = [
            self.product(coefficient, radical, special, _root_of_two_pi(pi_power - shared))
            for pi_power, special, coefficient in listed
        ]
        return sp.Mul(*_taken_out(terms, outer != 1), outer, _root_of_two_pi(shared))


def _taken_out(terms: list[sp.Expr], content_too: bool) -> tuple[sp.Expr, sp.Expr]:
    """Return (rational content, sum) of terms."""
    contents = [term.as_coeff_Mul()[0] for term in terms]
    if not content_too or not all(c.is_Rational and c for c in contents) or len(terms) < 2:
        return _ONE, sp.Add(*terms)
    content = sp.Rational(sp.igcd(*(c.p for c in contents)), sp.ilcm(*(c.q for c in contents)))
    return content, sp.Add(*(term / content for term in terms))


def _root_of_two_pi(power: int) -> sp.Expr:
    return (2 * sp.pi) ** sp.Rational(-power, 2)


def _join_constant_to_asin(
    field: ExactField, group: dict[tuple[int, sp.Expr], Element]
) -> list[tuple[int, sp.Expr, Element]]:
    """Return the terms with c q + c asin(u)/(2 pi) joined to c (2 pi q + asin(u))/(2 pi), q a number."""
    remaining = {entry: coefficient for entry, coefficient in group.items() if coefficient}
    listed = []
    for (pi_power, special), coefficient in group.items():
        constant = remaining.get((pi_power - 2, _ONE))
        if isinstance(special, sp.asin) and constant and not field.depends_on_variable(constant / coefficient):
            del remaining[pi_power - 2, _ONE], remaining[pi_power, special]
            ratio = field.expression(constant / coefficient)
            listed.append((pi_power, special + 2 * sp.pi * ratio, coefficient))
    return [*((p, special, coefficient) for (p, special), coefficient in remaining.items()), *listed]


def _join_to_erfc(group: dict[tuple[int, sp.Expr], Element]) -> list[tuple[int, sp.Expr, Element]]:
    """Return the terms with c - c erf(u) joined to c erfc(u): no cancellation in the tail."""
    remaining = {entry: coefficient for entry, coefficient in group.items() if coefficient}
    erfs = [entry for entry in remaining if isinstance(entry[1], sp.erf)]
    if len(erfs) == 1:
        ((pi_power, function),) = erfs
        constant = remaining.get((pi_power, _ONE))
        if constant and constant == -remaining[erfs[0]]:
            del remaining[erfs[0]]
            remaining[pi_power, sp.erfc(function.args[0])] = remaining.pop((pi_power, _ONE))
    return [(pi_power, special, coefficient) for (pi_power, special), coefficient in remaining.items()]


def _common_factor(total: sp.Expr) -> sp.Expr:
    """Return the sum with 1/pi and the rational content taken out where every term has the factor 1/pi."""
    if not total.is_Add or any(term.as_powers_dict()[sp.pi] > -1 for term in total.args):
        return total
    content, inner = _taken_out([term * sp.pi for term in total.args], True)
    return sp.Mul(content, 1 / sp.pi, inner)


def _merge_reflected(field: ExactField, terms: _Terms) -> None:
    """Replace Phi_2(-h, -k; r) by Phi_2(h, k; r) + 1 - Phi(h) - Phi(k) where both occur, in place."""
    for key in [k for k in terms if isinstance(k.special, BivariateNormalCDF)]:
        h, k, r = key.special.args
        mirror = BivariateNormalCDF(*sorted((-h, -k), key=sp.default_sort_key), r)
        twin = key._replace(special=mirror)
        if twin == key or twin not in terms or key not in terms:
            continue
        coefficient = terms.pop(twin)
        half = field.convert(sp.Rational(1, 2))
        # 1 - Phi(h) - Phi(k) = -(erf(h/sqrt 2) + erf(k/sqrt 2))/2
        parts = [(key.special, field.one)]
        for u in (h, k):
            factor, special = sp.erf(u / sp.sqrt(2)).as_coeff_Mul()
            parts.append((special, -half * field.convert(factor)))
        for special, factor in parts:
            target = key._replace(special=special)
            terms[target] = terms.get(target, field.zero) + factor * coefficient
            if not terms[target]:
                del terms[target]


def _real_terms(field: ExactField, terms: _Terms) -> list[tuple[_Key, Element, sp.Expr]]:
    """Return the real part of a real sum: Re((u + iv) exp(a + ib)) = (u cos b - v sin b) exp(a), paired to cosh, sinh."""
    real: dict[tuple[_Key, sp.Expr], Element] = {}
    for key, coefficient in terms.items():
        a, b = field.real_and_imaginary(key.exponent)
        u, v = field.real_and_imaginary(coefficient)
        turned = key._replace(exponent=a)
        angle = field.expression(b)
        for part, function, sign in ((u, sp.cos(angle), 1), (v, sp.sin(angle), -1)):
            factor, oscillation = function.as_coeff_Mul()
            if part and function != 0:
                place = (turned, oscillation)
                real[place] = real.get(place, field.zero) + sign * part * field.convert(factor)
    return _hyperbolic_pairs(field, {place: value for place, value in real.items() if value})


def _hyperbolic_pairs(
    field: ExactField, real: dict[tuple[_Key, sp.Expr], Element]
) -> list[tuple[_Key, Element, sp.Expr]]:
    """Join C exp(e + o) +- C exp(e - o), o odd in the variable, to 2 C exp(e) cosh or sinh(o).

    Only where exp(e + o) stands before nothing else, and e and o stay finite on the domain: exp(-oo) sinh(oo) would
    hide a finite limit.
    """
    company = Counter((key.exponent, key.radical, oscillation) for key, oscillation in real)
    listed: list[tuple[_Key, Element, sp.Expr]] = []
    waiting = dict(real)
    while waiting:
        (key, oscillation), coefficient = waiting.popitem()
        reflected = field.mirrored(key.exponent)
        even, odd = (key.exponent + reflected) / 2, (key.exponent - reflected) / 2
        partner = key._replace(exponent=even - odd)
        alone = all(company[k.exponent, k.radical, oscillation] == 1 for k in (key, partner))
        value = waiting.get((partner, oscillation))
        if odd and alone and key.special == 1 and field.is_bounded(even, odd) and value in (coefficient, -coefficient):
            del waiting[partner, oscillation]
            function = (sp.cosh if value == coefficient else sp.sinh)(field.expression(odd))
            listed.append((key._replace(exponent=even), 2 * coefficient, function * oscillation))
        else:
            listed.append((key, coefficient, oscillation))
    return listed
