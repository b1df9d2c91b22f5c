r"""How results show themselves in a notebook: formulas as LaTeX, tables as HTML.

A notebook asks an object for ``_repr_latex_`` or ``_repr_html_``; those methods, defined on the objects themselves, call
what is here. Nothing heavy is imported for it.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def axes_for(axes: Axes | None, caller: str) -> Axes:
    """Return the axes to draw on: those given, else new ones of matplotlib, which is optional.

    Raises
    ------
    ImportError
        If matplotlib is not installed; the message says how to.
    """
    if axes is not None:
        return axes
    try:
        from matplotlib import pyplot
    except ImportError:
        raise ImportError(f"{caller} needs matplotlib; pip install matplotlib.") from None
    return pyplot.subplots()[1]


def display_math(formula: str) -> str:
    r"""Return LaTeX as a displayed formula.

    Examples
    --------
    >>> print(display_math(r"\beta_0"))
    $\displaystyle \beta_0$
    """
    return rf"$\displaystyle {formula}$"


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
