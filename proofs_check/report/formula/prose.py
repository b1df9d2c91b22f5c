"""Formulas within sentences: titles, captions and witnesses are typed in ASCII, and read as a mathematician writes them.

``beta_0^-l <= 1/2`` becomes letters, raised and lowered signs: Greek names, powers, indices, primes, roots, bars, relations,
minus signs, powers of ten. Words stay words, and what stands between backticks stays as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from markupsafe import Markup

__all__ = ["svg_prose", "typeset"]

_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]
_LETTERS = dict(zip(_GREEK, "αβγδεζηθικλμνξπρστυφχψω", strict=True)) | dict(
    zip((name.capitalize() for name in _GREEK), "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΠΡΣΤΥΦΧΨΩ", strict=True)
)
_NAME = "|".join(sorted(_LETTERS, key=len, reverse=True))
_SIGNS = (
    ("&lt;=&gt;", "⇔"), ("&lt;=", "≤"), ("&gt;=", "≥"), ("!=", "≠"), ("-&gt;", "→"), ("=&gt;", "⇒"), ("+/-", "±"),
    ("+-", "±"), ("...", "…"),
)  # fmt: skip
_TURN = 50
"""Most brackets that one text may hold around roots, bars and exponents; a text has a handful."""


def typeset(text: str) -> Markup:
    """Return text as markup, its ASCII formulas as letters and signs; everything else is escaped.

    Parameters
    ----------
    text : str

    Returns
    -------
    Markup
        With ``<sub>``, ``<sup>`` and ``<code>``, no other element.

    Examples
    --------
    >>> print(typeset("gamma_0 beta_0^-l <= 1/(2n) and kappa'(rho*) = x**(n - 1)"))
    γ<sub>0</sub> β<sub>0</sub><sup>−l</sup> ≤ 1/(2n) and κ′(ρ<sup>∗</sup>) = x<sup>n − 1</sup>
    >>> print(typeset("at most 2.7e-09 of `x**2`, in one-step claims"))
    at most 2.7 × 10<sup>−9</sup> of <code>x**2</code>, in one-step claims
    """
    parts = re.split(r"``?([^`]+)``?", text)
    done = [f"<code>{html.escape(part)}</code>" if k % 2 else _formulas(part) for k, part in enumerate(parts)]
    return Markup("".join(done))  # every part is escaped above


def svg_prose(text: str) -> str:
    """Return `typeset` text for the inside of an SVG ``<text>``, which knows no raised letters but spans that are moved.

    Examples
    --------
    >>> svg_prose("x^2")
    'x<tspan dy="-.45em" font-size="75%">2</tspan><tspan dy=".34em">\u200b</tspan>'
    """
    moved = {"sup": ("-.45em", ".34em"), "sub": (".3em", "-.23em")}

    def span(found: re.Match[str]) -> str:
        there, back = moved[found[1]]
        return f'<tspan dy="{there}" font-size="75%">{found[2]}</tspan><tspan dy="{back}">\u200b</tspan>'

    flat = re.sub(r"</?code>", "", str(typeset(text)))
    return re.sub(r"<(sup|sub)>(.*?)</\1>", span, flat)


def _formulas(text: str) -> str:
    shown = html.escape(text, quote=False)
    shown = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)e([+-]?\d+)\b", _power_of_ten, shown)
    for typed, sign in _SIGNS:
        shown = shown.replace(typed, sign)
    shown = _bracketed(shown, r"\bsqrt\(", lambda inner: f"√({inner})" if len(inner) > 1 else f"√{inner}")
    shown = _bracketed(shown, r"\babs\(", lambda inner: f"|{inner}|")
    shown = re.sub(r"\b([A-Z])\[(\d+, ?\d+)\]", r"\1<sub>\2</sub>", shown)
    shown = re.sub(rf"(?<![A-Za-z])({_NAME})(?![A-Za-z])(?! method)", lambda found: _LETTERS[found[1]], shown)
    shown = re.sub(r"\bsqrt(?=\d)", "√", shown)
    shown = re.sub(r"\bsum_(?=[A-Za-z{])", "∑_", shown)
    shown = re.sub(r"(?<![A-Za-z])oo(?![A-Za-z])", "∞", shown)
    shown = re.sub(
        r"(?<![A-Za-z])([A-Za-zΑ-ω∑]{1,2})_(?:[{(]([^}(){]*)[})]|([A-Za-z0-9Α-ω]+|[+-](?=[\s)])))", _index, shown
    )
    shown = re.sub(r"(?<![A-Za-z])([ρβτ])\*(?=[\s),.;:'|^\]]|$)", r"\1<sup>∗</sup>", shown)
    shown = re.sub(r"(?<=[Α-ω>])'''|(?<=\b[A-Za-z])'''(?=\()", "‴", shown)
    shown = re.sub(r"(?<=[Α-ω>])''|(?<=\b[A-Za-z])''(?=\()", "″", shown)
    shown = re.sub(r"(?<=[Α-ω])'|(?<=\b[A-Za-z])'(?=[\s(),.;\]|]|$)", "′", shown)
    shown = _bracketed(shown, r"(?<=[\w)>\]|′∗])(?:\^|\*\*)\(", lambda inner: f"<sup>{inner}</sup>")
    shown = re.sub(r"(?<=[\w)>\]|′∗])(?:\^|\*\*)(-?[A-Za-z0-9.Α-ω]*[A-Za-z0-9Α-ω]′?)", r"<sup>\1</sup>", shown)
    shown = re.sub(r"(?<=[\w)>\]])\*(?=[\w(√|])", "·", shown)
    return _minus(shown)


def _minus(shown: str) -> str:
    """Return the text with minus signs where a hyphen stands between operands or before one; hyphens of words stay."""
    before, single = r"(?<=[\s(\[=,|/≤≥>])", r"[A-Za-zΑ-ω](?![A-Za-z])"
    shown = re.sub(rf"(?:(?<= )-(?= )|{before}-(?=[\d(√∞]|{single})|^-(?=[\d(√∞]|{single}))", "−", shown)
    shown = re.sub(rf"(?<![A-Za-z])([A-Za-zΑ-ω)>|∗])-(?=[\d(|√]|{single})", r"\1−", shown)
    shown = re.sub(rf"(?<=\d)-(?=[(|√]|{single})", "−", shown)
    return re.sub(r"(?<=[)>∗])-(?=[\dΑ-ω(|√])", "−", shown)


def _index(found: re.Match[str]) -> str:
    low = found[2] if found[2] is not None else found[3]
    return f"{found[1]}<sub>{'±' if low == 'pm' else low}</sub>"


def _power_of_ten(found: re.Match[str]) -> str:
    exponent = int(found[2])
    factor = "" if found[1] == "1" else f"{found[1]} × "
    return f"{factor}10<sup>{str(exponent).replace('-', '−')}</sup>"


def _bracketed(text: str, opening: str, shown: Callable[[str], str]) -> str:
    """Return the text with each balanced bracket behind `opening` in another form; one that never closes stays."""
    start = 0
    for _ in range(_TURN):
        found = re.compile(opening).search(text, start)
        if found is None:
            break
        depth, end = 1, found.end()
        while end < len(text) and depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        if depth:
            start = found.end()
            continue
        text = text[: found.start()] + shown(text[found.end() : end - 1]) + text[end:]
        start = found.start()
    return text
