"""The field in which Gaussian integrals are carried out: rational functions over Q in one variable and opaque constants.

Irrational constants (sqrt(2), pi, erfc(1/sqrt(2)), a root of a polynomial, ..) are generators, so sums and products
have one canonical form that needs no `simplify`; they become themselves again on the way back to SymPy. The imaginary
unit is a generator as well, reduced by J^2 = -1; variances are real, so J never enters a denominator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import flint
import sympy as sp

from theory.exact.ball_evaluation import ball_of_expression, integer_power

Element = Any
"""An element of the field: `flint.fmpq` (or its Python stand-in) or SymPy's `FracElement`."""


class ExactField:
    """Q(variable, constants, J), with conversion from and to SymPy.

    Parameters
    ----------
    constants : iterable of Expr
        Every constant that will be converted.
    variable : Symbol or None
        The variable of the rational functions; None for a field of constants.
    opaque_divisors : bool
        Whether a sum that is divided by is a generator, which keeps results as short as the constants were written;
        otherwise it is taken apart, which decides equality of rational functions of the rest.

    Examples
    --------
    >>> rho = sp.Symbol("rho", real=True)
    >>> field = ExactField([sp.sqrt(2)], rho)
    >>> root = field.convert(sp.sqrt(2))
    >>> field.expression((1 - field.variable**2) * root * root)
    2 - 2*rho**2
    """

    def __init__(
        self, constants: Iterable[sp.Expr], variable: sp.Symbol | None = None, *, opaque_divisors: bool = True
    ) -> None:
        atoms = dict.fromkeys(atom for c in constants for atom in _atoms(sp.sympify(c), opaque_divisors))
        self._symbols = {atom: sp.Dummy(f"g{i}") for i, atom in enumerate(atoms)}
        self._constants = {symbol: atom for atom, symbol in self._symbols.items()}
        generators = [*([] if variable is None else [variable]), *self._symbols.values()]
        self._generators = generators
        self._domain = sp.QQ.frac_field(*generators) if generators else sp.QQ
        self.zero, self.one = self._domain.zero, self._domain.one
        self.has_variable = variable is not None
        self.variable = self._domain.from_sympy(variable) if variable is not None else None
        self._squares = dict(self._known_squares())
        imaginary = self._symbols.get(sp.I)
        self._imaginary = None if imaginary is None else generators.index(imaginary)
        self._balls: tuple[int, list[Any]] | None = None

    @property
    def is_complex(self) -> bool:
        """Whether the imaginary unit is a generator."""
        return self._imaginary is not None

    def convert(self, constant: sp.Expr) -> Element:
        """Return the element equal to a constant built from the constants given at the start."""
        constant = sp.sympify(constant)
        if constant.is_Rational:
            return self._domain.from_sympy(constant)
        if constant.is_Add:
            return sum((self.convert(a) for a in constant.args), self.zero)
        if constant.is_Mul:
            product = self.one
            for argument in constant.args:
                product = product * self.convert(argument)
            return product
        base, exponent = _root_and_exponent(constant)
        opaque = base in self._symbols or exponent == 1
        element = self._domain.from_sympy(self._symbols[base]) if opaque else self.convert(base)
        return element**exponent if exponent >= 0 else 1 / element**-exponent

    def expression(self, element: Element, *factors: sp.Expr) -> sp.Expr:
        """Return element * prod factors in SymPy: content taken out, denominators squarefree-factored, positive at 0."""
        if not self._generators:
            return sp.Mul(self._domain.to_sympy(element), *factors)
        above, below = element.numer, element.denom
        if self.has_variable and _constant_part(below) < 0:
            above, below = -above, -below
        content, body = self._content_and_body(above)
        divisor = self._expanded_or_squared(below)
        return sp.Mul(content, *factors, body, 1 / divisor)

    def _content_and_body(self, polynomial: Any) -> tuple[sp.Rational, sp.Expr]:
        if not polynomial:
            return sp.Integer(0), sp.Integer(0)
        content, primitive = polynomial.primitive()
        if all(c < 0 for c in primitive.values()):
            content, primitive = -content, -primitive
        if len(primitive) == 3 and self.has_variable and primitive.degree(0) == 2:
            sign = 1 if primitive.LC > 0 else -1
            _, factors = primitive.sqf_list()
            if len(factors) == 1 and factors[0][1] == 2 and sign * primitive == factors[0][0] ** 2:
                return sp.sympify(sign * content), self._substituted(factors[0][0]) ** 2
        return sp.sympify(content), self._substituted(primitive)

    def _expanded_or_squared(self, polynomial: Any) -> sp.Expr:
        """Return the polynomial, its repeated factors as powers."""
        if not self.has_variable or polynomial.degree(0) < 2:
            return self._substituted(polynomial)
        _, factors = polynomial.sqf_list()
        if all(multiplicity == 1 for _, multiplicity in factors):
            return self._substituted(polynomial)
        primitives = [(f.primitive()[1], m) for f, m in factors]
        oriented = [(-f if _constant_part(f) < 0 else f, m) for f, m in primitives]
        rest = polynomial
        for factor, multiplicity in oriented:
            rest = rest.exquo(factor**multiplicity)
        return sp.Mul(self._substituted(rest), *(self._substituted(f) ** m for f, m in oriented))

    def _substituted(self, polynomial: Any) -> sp.Expr:
        return polynomial.as_expr().xreplace(self._constants)

    def ball(self, element: Element) -> Any:
        """Return an Arb ball of a constant element, complex if the imaginary unit occurs, at the current precision."""
        if not self._generators:
            return flint.arb(flint.fmpq(int(element.numerator), int(element.denominator)))
        if self._balls is None or self._balls[0] != flint.ctx.prec:
            self._balls = (flint.ctx.prec, [ball_of_expression(self._constants[g]) for g in self._generators])
        numerator, denominator = (_polynomial_ball(p, self._balls[1]) for p in (element.numer, element.denom))
        return numerator / denominator

    def leading_sign(self, element: Element) -> int:
        """Return the sign of the leading coefficient of the numerator: -1 for exactly one of u and -u."""
        if not self._generators:
            return -1 if element < 0 else 1
        return -1 if element.numer.LC < 0 else 1

    def _known_squares(self) -> Iterator[tuple[int, Element]]:
        """Yield (index, square) for the generators whose square is known: J, roots of rationals, and cos^2 = 1 - sin^2."""
        for atom, symbol in self._symbols.items():
            if (atom**2).is_Rational:
                yield self._generators.index(symbol), self._domain.from_sympy(atom**2)
            elif isinstance(atom, sp.cos) and sp.sin(atom.args[0]) in self._symbols:
                sine = self._domain.from_sympy(self._symbols[sp.sin(atom.args[0])])
                yield self._generators.index(symbol), 1 - sine**2

    def reduced(self, element: Element) -> Element:
        """Return the element with J^2 = -1, g^2 = n for square roots g of rationals, and cos^2 = 1 - sin^2 applied."""
        if not self._squares:
            return element
        return self._without_squares(element.numer) / self._without_squares(element.denom)

    def _without_squares(self, polynomial: Any) -> Element:
        ring, total = polynomial.ring, self.zero
        linear: dict[Element, dict[tuple[int, ...], Any]] = {}
        for monomial, coefficient in polynomial.terms():
            exponents, factor = list(monomial), self.one
            for index, square in self._squares.items():
                exponents[index], halves = exponents[index] % 2, exponents[index] // 2
                factor = factor * square**halves if halves else factor
            terms = linear.setdefault(factor, {})
            key = tuple(exponents)
            terms[key] = terms.get(key, ring.domain.zero) + coefficient
        for factor, terms in linear.items():
            reduced = ring.from_dict({m: c for m, c in terms.items() if c})
            total = total + factor * self._domain.field.new(reduced, ring.one)
        return total

    def real_and_imaginary(self, element: Element) -> tuple[Element, Element]:
        """Return (u, v), free of J, with element = u + J v; the denominator must be free of J."""
        if self._imaginary is None:
            return element, self.zero
        ring = element.numer.ring
        parts = [{}, {}]  # type: list[dict[tuple[int, ...], Any]]
        for monomial, coefficient in element.numer.terms():
            degree = monomial[self._imaginary]
            rest = (*monomial[: self._imaginary], 0, *monomial[self._imaginary + 1 :])
            sign = -1 if degree % 4 in (2, 3) else 1
            part = parts[degree % 2]
            part[rest] = part.get(rest, ring.domain.zero) + sign * coefficient
        denominator = self._domain.field.new(element.denom, ring.one)
        real, imaginary = (self._domain.field.new(ring.from_dict(part), ring.one) / denominator for part in parts)
        return real, imaginary

    def depends_on_variable(self, element: Element) -> bool:
        """Whether the variable occurs in the element."""
        return self.has_variable and (element.numer.degree(0) > 0 or element.denom.degree(0) > 0)

    def mirrored(self, element: Element) -> Element:
        """Return the element with the variable negated."""
        if not self.depends_on_variable(element):
            return element
        ring = element.numer.ring
        numerator, denominator = (
            ring.from_dict({m: (-c if m[0] % 2 else c) for m, c in polynomial.terms()})
            for polynomial in (element.numer, element.denom)
        )
        return self._domain.field.new(numerator, denominator)

    def is_bounded(self, even: Element, odd: Element) -> bool:
        """Whether `even` does not grow with the variable and neither has a pole at 1."""
        if not self.has_variable:
            return True
        grows = even.numer.degree(0) > even.denom.degree(0)
        return not grows and all(e.denom.evaluate(0, 1) != 0 for e in (even, odd))

    def factors(self, element: Element) -> tuple[Element, list[tuple[Element, int]]]:
        """Return (c, [(f, multiplicity)]) with element = c prod f^m, each f a polynomial with the variable in it.

        Every f is positive at 0 (or at 3/10 if it vanishes there): for polynomials without a zero in (-1, 1) positive.
        """
        constant = self.one
        found: list[tuple[Element, int]] = []
        for polynomial, outer in ((element.numer, 1), (element.denom, -1)):
            content, listed = polynomial.factor_list()
            constant = constant * self._domain.convert(content) ** outer
            for factor, multiplicity in listed:
                lifted = self._domain.field.new(factor, factor.ring.one)
                if factor.degree(0) <= 0:
                    constant = constant * lifted ** (outer * multiplicity)
                    continue
                if self._is_negative(lifted):
                    lifted = -lifted
                    constant = constant * (-1) ** multiplicity
                found.append((lifted, outer * multiplicity))
        return constant, found

    def _is_negative(self, element: Element) -> bool:
        return (self._sign_at(element, sp.Integer(0)) or self._sign_at(element, sp.Rational(3, 10))) < 0

    def _sign_at(self, element: Element, point: sp.Rational) -> int:
        """Return the sign at a point by balls; 0 where 2048 bits do not tell it from 0."""
        value = self.expression(element).subs(self._generators[0], point)
        for bits in (128, 2048):
            with flint.ctx.workprec(bits):
                ball = ball_of_expression(value)
            if not ball.contains(0):
                return 1 if ball > 0 else -1
        return 0


def _constant_part(polynomial: Any) -> Any:
    """Return the coefficient of the lowest power of the variable, of the first term with it."""
    lowest = min(monomial[0] for monomial in polynomial)
    return next(c for monomial, c in polynomial.terms() if monomial[0] == lowest)


def _polynomial_ball(polynomial: Any, values: list[Any]) -> Any:
    total = flint.arb(0)
    for monomial, coefficient in polynomial.terms():
        product = flint.arb(flint.fmpq(int(coefficient.numerator), int(coefficient.denominator)))
        for value, exponent in zip(values, monomial, strict=True):
            if exponent:
                product = product * integer_power(value, exponent)
        total = total + product
    return total


def _atoms(constant: sp.Expr, opaque_divisors: bool) -> Iterator[sp.Expr]:
    """Yield the opaque constants of which `constant` is a rational function."""
    if constant.is_Rational:
        return
    if constant.is_Add or constant.is_Mul:
        for argument in constant.args:
            yield from _atoms(argument, opaque_divisors)
        return
    base, exponent = _root_and_exponent(constant)
    taken_apart = exponent > 0 or not opaque_divisors or base.has(sp.I)  # an opaque generator is taken to be real
    if base.is_Mul or (base.is_Add and taken_apart):
        yield from _atoms(base, opaque_divisors)
    else:
        yield base


def equals_zero(constant: sp.Expr) -> bool:
    """Whether a constant is 0 as a rational function of its roots, exponentials and erf values; False if not shown.

    Examples
    --------
    >>> equals_zero(1 / (1 + sp.sqrt(2) * sp.pi) - sp.pi / (sp.pi + sp.sqrt(2) * sp.pi**2))
    True
    """
    plain = constant.xreplace({f: 1 - sp.erf(f.args[0]) for f in constant.atoms(sp.erfc)})
    field = ExactField([plain], opaque_divisors=False)
    return not field.reduced(field.convert(plain))


def _root_and_exponent(constant: sp.Expr) -> tuple[sp.Expr, int]:
    """Return (g, n) with constant = g^n and n an integer, the root taken out of rational powers: 2^(-3/2) = sqrt(2)^-3."""
    if isinstance(constant, sp.exp) and constant.args[0].is_Rational:
        return sp.exp(sp.Rational(1, constant.args[0].q)), int(constant.args[0].p)
    if constant.is_Pow and constant.exp.is_Rational:
        return (sp.Pow(constant.base, sp.Rational(1, constant.exp.q)), int(constant.exp.p))
    return constant, 1
