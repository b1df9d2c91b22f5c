"""What an activation card is made of: sections of prose, formulas, numbers with their errors, tables, plots, commands.

Blocks are data; `proofs_check.report.profile.page` turns them into a page. Text is plain text (mathematical letters as
Unicode); formulas are SymPy expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import sympy as sp
from sympy import Basic, Expr

from proofs_check.evidence.plot import Plot
from theory.number import Number

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number as the card shows it.

    Parameters
    ----------
    name, meaning : str
        Its symbol, and what it is in words.
    value, error : str
        Decimal text, and the bound on its error ("exact", "± 5·10⁻²¹", "not proved").
    method : str
        exact, certified, numerical, sampled, leading order, or open.
    closed_form : Basic or None
    """

    name: str
    meaning: str
    value: str
    error: str
    method: str
    closed_form: Basic | None = None

    @classmethod
    def of(cls, name: str, meaning: str, number: Number | None, digits: int, *, missing: str = "") -> Quantity:
        """Return a `Number` with the digits that are proved, or why there is none.

        Parameters
        ----------
        name, meaning : str
        number : Number or None
        digits : int
        missing : str
            Why there is no number, for None.

        Examples
        --------
        >>> import sympy as sp
        >>> shown = Quantity.of("a", "a third", Number.of(sp.Rational(1, 3)), 5)
        >>> shown.value, shown.error, shown.method, shown.closed_form
        ('0.33333', '± 5·10⁻⁶', 'exact', 1/3)
        """
        if number is None:
            return cls(name, meaning, "–", missing, "open")
        try:
            record = number.to_json(digits)
        except ValueError as reason:
            return cls(name, meaning, "–", plain_reason(reason), "open")
        value = str(record["value"]).replace("-oo", "−∞").replace("oo", "∞").replace("-", "−")
        told = number.exact is None or str(number.exact) == record["value"] or not number.is_finite
        return cls(
            name, meaning, value, _error(record["radius"]), number.method, None if told else tidied(number.exact)
        )

    @classmethod
    def leading(cls, name: str, meaning: str, value: float) -> Quantity:
        """Return the first term of an expansion in 1/width, rounded."""
        return cls(name, meaning, short(value), "in 1/width", "leading order")


@lru_cache(maxsize=512)
def tidied(expression: Expr) -> Expr:
    """Return the shortest of a few forms of an expression: as it is, over one denominator, cancelled.

    Examples
    --------
    >>> import sympy as sp
    >>> tidied(1 / (4 * (sp.Rational(1, 2) - 1 / (2 * sp.pi))))
    pi/(-2 + 2*pi)
    """
    joined = sp.together(expression)
    forms = [expression, joined, sp.factor_terms(joined)]
    if expression.count_ops() < 60:
        forms += [sp.radsimp(joined), sp.factor(sp.cancel(joined))]
    return min(forms, key=lambda form: (_has_nested_fraction(form), form.count_ops(), len(str(form))))


def _has_nested_fraction(expression: Expr) -> bool:
    """Whether a sum below a fraction bar holds a fraction itself."""
    below = [power.base for power in expression.atoms(sp.Pow) if power.exp.is_negative and power.base.is_Add]
    return any(sp.denom(sp.together(term)) != 1 for base in below for term in base.args)


def _error(radius: str | None) -> str:
    if radius is None:
        return "not proved"
    if radius == "0":
        return "exact"
    figure, exponent = radius.split("e")
    return f"± {figure}·10{exponent.translate(_SUPERSCRIPTS)}"


def short(value: float, figures: int = 4) -> str:
    """Return a double with a few significant figures, powers of ten as such.

    Examples
    --------
    >>> short(0.0000123456), short(-12.5), short(1e300 * 10)
    ('1.235·10⁻⁵', '−12.5', '1·10³⁰¹')
    """
    text = f"{value:.{figures}g}"
    if "e" in text:
        figure, exponent = text.split("e")
        text = f"{figure}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    return text.replace("inf", "∞").replace("-", "−")


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    kind: ClassVar[str] = "prose"
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """Why something does not apply, in one line."""

    kind: ClassVar[str] = "missing"
    reason: str


@dataclass(frozen=True, slots=True)
class Formula:
    """label = expression, or what to say where no closed form is known."""

    kind: ClassVar[str] = "formula"
    label: str
    expression: Basic | None
    otherwise: str = "no closed form is known here; values are certified by balls"


@dataclass(frozen=True, slots=True)
class Quantities:
    """A list of numbers."""

    kind: ClassVar[str] = "quantities"
    rows: Sequence[Quantity]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; a cell is text or a quantity (then its error is shown below it)."""

    kind: ClassVar[str] = "grid"
    header: Sequence[str]
    rows: Sequence[Sequence[str | Quantity]]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Plots side by side where the page is wide enough."""

    kind: ClassVar[str] = "pictures"
    plots: Sequence[Plot]


@dataclass(frozen=True, slots=True)
class Commands:
    """Lines to type."""

    kind: ClassVar[str] = "commands"
    lines: Sequence[str]


Block = Prose | Missing | Formula | Quantities | Grid | Pictures | Commands


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of the card, with the claims of the ledger that vouch for it.

    Parameters
    ----------
    anchor, title : str
    blocks : sequence of Block
    claims : sequence of str
        Ids.
    """

    anchor: str
    title: str
    blocks: Sequence[Block]
    claims: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Highlight:
    """One line of the summary at the top: what, how much, and what that means."""

    label: str
    value: str
    note: str


def attempt(build: Callable[[], Sequence[Block]]) -> Sequence[Block]:
    """Return the blocks, or one line with the reason why they cannot be had.

    Examples
    --------
    >>> def build():
    ...     raise ValueError("edge_of_chaos needs an activation without jumps, got 'step'.")
    >>> attempt(build)
    (Missing(reason="Not available: it needs an activation without jumps, got 'step'."),)
    """
    try:
        return tuple(build())
    except (ValueError, ArithmeticError) as reason:
        return (Missing(f"Not available: {plain_reason(reason)}"),)


def plain_reason(reason: Exception) -> str:
    """Return an error's text without the name of the function that raised it.

    Examples
    --------
    >>> plain_reason(ValueError("edge_of_chaos needs an activation without jumps, got 'step'."))
    "it needs an activation without jumps, got 'step'."
    """
    return re.sub(r"^[\w.]+ needs ", "it needs ", str(reason))
