"""A card as one HTML page that stands by itself: no script, no network, native MathML, SVG drawn in; light, dark, print."""

from __future__ import annotations

import re

from markupsafe import Markup, escape
from sympy import Basic

from proofs_check.evidence.plot import Plot
from proofs_check.report.drawing import svg
from proofs_check.report.formula.mathml import mathml
from proofs_check.report.profile.card import ActivationCard

_WIDTH, _HEIGHT = 480.0, 320.0
"""Size of a plot in pixels."""
# a letter of its own with an index: κ_RMS, c_k, s_±, Σ_{k≥1}; powers: α^4, a^ℓ, δ^(3/2)
_INDEX = re.compile(r"(?<![A-Za-z])([A-Za-zΑ-ω]|[hH]e)_(?:\{([^}]*)\}|([A-Za-z]{1,3}(?![A-Za-z_])|[ℓ±]|\d+))")
_POWER = re.compile(r"\^(?:\(([^()]*)\)|([ℓ\w]+))")


def card_page(card: ActivationCard) -> str:
    """Return the page as HTML text; the same card gives the same bytes."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("proofs_check.report.profile", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"mathml": _mathml, "svg": _svg, "marked": marked}
    return environment.get_template("card.html.j2").render(
        card=card, subject=card.subject, activation=card.subject.activation
    )


def marked(text: str) -> Markup:
    """Return text as HTML with indices and powers of single letters raised and lowered.

    Examples
    --------
    >>> str(marked("κ_RMS < α^4, not cubic_coefficient"))
    'κ<sub>RMS</sub> &lt; α<sup>4</sup>, not cubic_coefficient'
    """
    lowered = _INDEX.sub(lambda m: f"{m[1]}<sub>{m[2] or m[3]}</sub>", str(escape(text)))
    return Markup(_POWER.sub(lambda m: f"<sup>{m[1] or m[2]}</sup>", lowered))


def _mathml(expression: Basic) -> Markup:
    return Markup(mathml(expression))


def _svg(plot: Plot) -> Markup:
    return Markup(svg(plot, width=_WIDTH, height=_HEIGHT))
