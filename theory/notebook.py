r"""How results show themselves in a notebook: formulas as LaTeX, tables as HTML.

A notebook asks an object for ``_repr_latex_`` or ``_repr_html_``; those methods, defined on the objects themselves, call
what is here. Nothing heavy is imported for it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.enclosure.ball import Number

DIGITS = 12
"""Digits shown of a number without closed form."""


def display_math(formula: str) -> str:
    r"""Return LaTeX as a displayed formula.

    Examples
    --------
    >>> print(display_math(r"\beta_0"))
    $\displaystyle \beta_0$
    """
    return rf"$\displaystyle {formula}$"


def number_latex(number: Number, digits: int = DIGITS) -> str:
    r"""Return a number as LaTeX: its closed form, or its decimals with their error; "numerical" ones with an ellipsis.

    Examples
    --------
    >>> import sympy as sp
    >>> from theory.enclosure.ball import Number
    >>> print(number_latex(Number.of(sp.Rational(1, 3))))
    \frac{1}{3}
    >>> print(number_latex(Number.certified(lambda digits: Number.of(sp.pi).ball(digits)), 5))
    3.1416 \pm 5 \cdot 10^{-5}
    """
    if number.exact is not None:
        import sympy as sp

        return sp.latex(number.exact)
    radius = number.radius(digits)
    value = _scientific(number.decimal(digits))
    if radius is None:
        return rf"{value}\ldots"
    return value if radius == "0" else rf"{value} \pm {_scientific(radius)}"


def _scientific(text: str) -> str:
    """Write the exponent of a decimal text as a power of ten."""
    figure, _, exponent = text.partition("e")
    return rf"{figure} \cdot 10^{{{int(exponent)}}}" if exponent else figure


def html_table(header: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """Return text cells as an HTML table.

    Examples
    --------
    >>> html_table(["a"], [["x < 1"]])
    '<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>x &lt; 1</td></tr></tbody></table>'
    """

    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    body = "".join(line(row, "td") for row in rows)
    return f"<table>{title}<thead>{line(header, 'th')}</thead><tbody>{body}</tbody></table>"
