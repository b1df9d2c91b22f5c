"""Formulas as two-dimensional text for a terminal: SymPy's pretty printer, with rho*, p_0 and kappa'(1) as a person writes them."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import pretty_symbol, pretty_use_unicode


def formula_text(formula: sympy.Basic) -> str:
    """Return a formula as lines of Unicode text, never wrapped.

    Examples
    --------
    >>> star, p = sympy.symbols("rho^* p_0")
    >>> print(formula_text(sympy.Le(star, sympy.Max(p, sympy.Rational(1, 2)))))
    ρ* ≤ max(1/2, p₀)
    >>> x, rho, depth = sympy.symbols("x rho l")
    >>> print(formula_text(sympy.Subs(sympy.Function("kappa")(x).diff(x), x, sympy.IndexedBase("rho")[depth + 1])))
    κ′(ρₗ₊₁)
    """
    before = pretty_use_unicode(True)
    try:
        drawn = _Printer({"use_unicode": True, "wrap_line": False}).doprint(formula)
    finally:
        pretty_use_unicode(before)
    return "\n".join(line.rstrip() for line in drawn.splitlines())


class _Printer(PrettyPrinter):
    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        terms = list(super()._as_ordered_terms(expr, order))
        first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
        return [first, *(term for term in terms if term is not first)]

    def _print_Symbol(self, e: Any, bold_name: bool = False) -> Any:
        if e.name.endswith("^*"):
            return self._print_basestring(pretty_symbol(e.name[:-2]) + "*")
        return super()._print_Symbol(e, bold_name)

    def _print_Indexed(self, e: Any) -> Any:
        # p_0 and rho_(l+1) as subscripts, where Unicode has the characters
        index = ",".join(str(part).replace(" ", "") for part in e.indices)
        written = pretty_symbol(f"{e.base.label}_{index}")
        return super()._print_basestring(written) if "_" not in written else self.emptyPrinter(e)

    def _print_Subs(self, e: Any) -> Any:
        inner = e.expr
        if (
            isinstance(inner, sympy.Derivative)
            and isinstance(inner.expr, AppliedUndef)
            and inner.expr.args == e.variables
        ):
            primes = "prime" * len(inner.variables)
            return self._helper_print_function(None, e.point, func_name=inner.expr.func.__name__ + primes)
        return super()._print_Subs(e)

    def _print_Max(self, e: Any) -> Any:
        return self._helper_print_function(e.func, e.args, func_name="max")

    def _print_Min(self, e: Any) -> Any:
        return self._helper_print_function(e.func, e.args, func_name="min")
