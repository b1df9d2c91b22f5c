r"""What a statement says, as formulas that a mathematician would typeset: SymPy relations built from the statement's own fields.

A statement class may have a method ``formula(self)``. It applies the statement's callables and constants to symbols, so that the
formula of a mutant differs from the true one where the mutant does, and shows what is wrong::

    @dataclass(frozen=True)
    class Contraction:
        rate: Callable[[Expr], Expr] = lambda alpha: 2 - alpha

        def formula(self) -> Formula:
            rho, alpha = symbols("rho alpha")
            kappa = function("kappa")(rho)
            bound = rho / (1 - rho) / self.rate(alpha)
            return at_most(kappa / (1 - kappa), bound), belongs(rho, Interval.Ropen(0, 1))

Conventions: several formulas are stated together (their conjunction), definitions and side conditions among them; "for all" is
left to the symbols. Equality in law is an equation of `law`, a limit a `sympy.Limit`. Nothing is evaluated: a false formula stays
as it stands, and the two sides of a true one do not cancel. Printers: SymPy's `pretty` and `latex`, and
`proofs_check.report.formula.mathml`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import sympy as sp
from sympy import Basic, Expr, Symbol
from sympy.core.parameters import distribute
from sympy.printing.pretty.stringpict import prettyForm

from proofs_check.claim.claim import Claim

Formula: TypeAlias = "Basic | tuple[Basic, ...]"
"""What a statement's `formula` returns."""


def formulas(statement: object) -> tuple[Basic, ...]:
    """Return the formulas of a statement, () if its class has no method `formula`.

    Parameters
    ----------
    statement : object
        The statement of a claim or of a mutant.

    Returns
    -------
    tuple of sympy.Basic
        Relations and logical combinations of them, without floating-point numbers.

    Raises
    ------
    TypeError
        If `formula` returns something else than a SymPy object or a tuple of them.

    Notes
    -----
    A factor before a sum is not multiplied out, where SymPy can do without: 1/(2 (1 - d)) stays so. That is its setting
    `distribute`, held for the time of the call; SymPy empties its caches with each change, so `claim_formulas` is quicker.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> rho = sp.Symbol("rho")
    >>> @dataclass
    ... class Contraction:
    ...     rate: int = 2
    ...     def formula(self):
    ...         return at_most(function("kappa")(rho), rho / (self.rate * (1 - rho)))
    >>> formulas(Contraction())
    (kappa(rho) <= rho/(2*(1 - rho)),)
    >>> formulas(Contraction(3)) == formulas(Contraction(2))
    False
    >>> formulas("a statement in words")
    ()
    """
    with distribute(False):
        return _read(statement)


def claim_formulas(claim: Claim) -> tuple[tuple[Basic, ...], ...]:
    """Return the formulas of a claim's statement, then those of each of its mutants, in their order.

    The same as `formulas` one by one, but SymPy's caches are emptied once instead of for each.

    Raises
    ------
    TypeError
        As `formulas`.
    """
    with distribute(False):
        return tuple(
            _read(statement) for statement in (claim.statement, *(mutant.statement for mutant in claim.mutants))
        )


def _read(statement: object) -> tuple[Basic, ...]:
    method = getattr(statement, "formula", None)
    if method is None:
        return ()
    try:
        found = method()
    except RecursionError:  # SymPy's absolute value of some sums does not end while `distribute` is off
        with distribute(True):
            found = method()
    found = found if isinstance(found, tuple) else (found,)
    for part in found:
        if not isinstance(part, sp.Basic):
            name = type(statement).__name__
            raise TypeError(
                f"formulas needs SymPy objects from {name}.formula (they are typeset), got {type(part).__name__}: {part!r}."
            )
    return found


def rational(number: Any) -> Expr:
    """Return an exact SymPy number: of a float the decimal number that is written, infinities as such.

    Parameters
    ----------
    number : int, Fraction, float or Expr

    Returns
    -------
    Expr

    Examples
    --------
    >>> from fractions import Fraction
    >>> rational(0.15), rational(Fraction(2, 3)), rational(float("-inf"))
    (3/20, 2/3, -oo)
    """
    if isinstance(number, float):
        return (
            sp.oo * (1 if number > 0 else -1) if number in (float("inf"), -float("inf")) else sp.Rational(str(number))
        )
    return sp.sympify(number)


def equal(left: Any, right: Any) -> Basic:
    """Return left = right, unevaluated.

    Examples
    --------
    >>> equal(2, 2)
    Eq(2, 2)
    """
    return sp.Eq(rational(left), rational(right), evaluate=False)


def at_most(left: Any, right: Any) -> Basic:
    """Return left <= right, unevaluated."""
    return sp.Le(rational(left), rational(right), evaluate=False)


def at_least(left: Any, right: Any) -> Basic:
    """Return left >= right, unevaluated."""
    return sp.Ge(rational(left), rational(right), evaluate=False)


def below(left: Any, right: Any) -> Basic:
    """Return left < right, unevaluated."""
    return sp.Lt(rational(left), rational(right), evaluate=False)


def above(left: Any, right: Any) -> Basic:
    """Return left > right, unevaluated."""
    return sp.Gt(rational(left), rational(right), evaluate=False)


def differs(left: Any, right: Any) -> Basic:
    """Return left != right, unevaluated."""
    return sp.Ne(rational(left), rational(right), evaluate=False)


def belongs(element: Any, region: Any) -> Basic:
    """Return element in region, unevaluated.

    Examples
    --------
    >>> belongs(sp.Symbol("rho"), sp.Interval.Ropen(0, 1))
    Contains(rho, Interval.Ropen(0, 1))
    """
    return sp.Contains(element, region, evaluate=False)


def implies(condition: Any, conclusion: Any) -> Basic:
    """Return condition => conclusion, unevaluated."""
    return sp.Implies(condition, conclusion, evaluate=False)


def exactly_if(left: Any, right: Any) -> Basic:
    """Return left <=> right, unevaluated."""
    return sp.Equivalent(left, right, evaluate=False)


def limit(expression: Any, variable: Symbol, end: Any = sp.oo) -> Expr:
    """Return the unevaluated limit of an expression as a variable tends to `end` (from above, if finite)."""
    return sp.Limit(rational(expression), variable, end)


def function(name: str) -> Any:
    """Return the undefined function of this name, a number also of matrices; MathML sets ``E``, ``Var``, ``P``, ``norm`` as operators."""
    return sp.Function(name, commutative=True)


def mean(expression: Any) -> Expr:
    """Return E(expression)."""
    return function("E")(expression)


def probability(event: Any) -> Expr:
    """Return P(event)."""
    return function("P")(event)


def law(variable: Any) -> Expr:
    """Return Law(variable); equality in distribution is an equation between two."""
    return function("Law")(variable)


def slope(name: str, place: Any, order: int = 1) -> Expr:
    """Return the derivative at a place of the undefined function of this name.

    Examples
    --------
    >>> slope("kappa", 1)
    Subs(Derivative(kappa(x), x), x, 1)
    """
    x = sp.Symbol("x")
    return sp.Subs(sp.Derivative(function(name)(x), x, order), x, place)


class Increment(sp.Function):
    r"""dX, the increment of a process or of time.

    Examples
    --------
    >>> rho, t = sp.symbols("rho t")
    >>> print(sp.latex(Increment(rho) / Increment(t)))
    \frac{\mathrm{d}\rho}{\mathrm{d}t}
    """

    nargs = 1

    def _latex(self, printer: Any) -> str:
        inner = printer._print(self.args[0])
        return rf"\mathrm{{d}}{inner}" if self.args[0].is_Symbol else rf"\mathrm{{d}}\left({inner}\right)"

    def _pretty(self, printer: Any) -> Any:
        inner = printer._print(self.args[0])
        return prettyForm(*(inner if self.args[0].is_Symbol else prettyForm(*inner.parens())).left("d"))

    def _mathml_presentation(self, printer: Any) -> Any:
        row = printer.dom.createElement("mrow")
        sign = printer.dom.createElement("mi")
        sign.setAttribute("mathvariant", "normal")
        sign.appendChild(printer.dom.createTextNode("d"))
        row.appendChild(sign)
        row.appendChild(printer._print(self.args[0]))
        return row


def series_of_kernel(rho: Expr, *, centred: bool) -> Expr:
    """Return sum_k c_k^2 rho^k / sum_k c_k^2, from k = 1 (the centred kernel map) or k = 0 (the RMS-normalised one)."""
    k, c = sp.Symbol("k", integer=True), sp.IndexedBase("c")
    first = 1 if centred else 0
    return sp.Sum(c[k] ** 2 * rho**k, (k, first, sp.oo)) / sp.Sum(c[k] ** 2, (k, first, sp.oo))


def centred_kernel_map() -> tuple[Basic, Basic]:
    """Return what kappa(rho) and its linear share alpha are, in the Hermite coefficients c_k of the activation."""
    rho, alpha, k, c = sp.Symbol("rho"), sp.Symbol("alpha"), sp.Symbol("k", integer=True), sp.IndexedBase("c")
    return (
        equal(function("kappa")(rho), series_of_kernel(rho, centred=True)),
        equal(alpha, c[1] ** 2 / sp.Sum(c[k] ** 2, (k, 1, sp.oo))),
    )


def normalised_map(*conditions: Basic) -> tuple[Basic, ...]:
    """Return what kappa is in Case 1 to 4, a power series with p_k >= 0 and kappa(1) = 1, after the conditions of the case."""
    rho, k, p = sp.Symbol("rho"), sp.Symbol("k", integer=True), sp.IndexedBase("p")
    kappa = function("kappa")
    return (
        *conditions,
        equal(kappa(rho), sp.Sum(p[k] * rho**k, (k, 0, sp.oo))),
        equal(kappa(1), 1),
        at_least(p[k], 0),
    )
