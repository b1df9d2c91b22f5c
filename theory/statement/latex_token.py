r"""Tokens of LaTeX mathematics: commands, letters, numbers, signs and words between formulas, each with its column.

Layout is dropped (sizes of brackets, spaces, labels); what separates formulas (``\quad``, ``&&``, ``\\``) is one sign, ``,``, where none stands.
Letters are single: ``ab`` is a product. What no reading is known for is left to the reader, who names its column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from theory.statement.token import LONGEST_TEXT, MOST_TOKENS

_PATTERN = re.compile(
    r"(?P<space>\s+|~|%[^\n]*)|(?P<command>\\[A-Za-z]+|\\.)|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)|(?P<letter>[A-Za-z])|(?P<sign>:=|<=|>=|!=|&+|.)",
    re.DOTALL,
)
_LAYOUT = frozenset(
    [
        r"\left",
        r"\right",
        r"\big",
        r"\Big",
        r"\bigg",
        r"\Bigg",
        r"\bigl",
        r"\bigr",
        r"\Bigl",
        r"\Bigr",
        r"\biggl",
        r"\biggr",
        r"\middle",
        r"\displaystyle",
        r"\textstyle",
        r"\limits",
        r"\nonumber",
        r"\notag",
        r"\,",
        r"\;",
        r"\:",
        r"\!",
        r"\/",
        r"\(",
        r"\)",
        r"\[",
        r"\]",
    ]
) | {"\\ "}
_WITH_ARGUMENT = frozenset([r"\label", r"\tag", r"\begin", r"\end", r"\eqref", r"\ref"])
_SEPARATORS = frozenset([r"\quad", r"\qquad", r"\\", r"\hspace", r"&&"])
_WORDS = frozenset([r"\text", r"\textrm", r"\textnormal", r"\mbox", r"\textit", r"\emph"])
_SPELLED = frozenset(
    [r"\mathrm", r"\operatorname", r"\mathbf", r"\mathcal", r"\mathbb", r"\mathsf", r"\bm", r"\boldsymbol"]
)
_SAME = {
    r"\km": r"\kappa", r"\leqslant": r"\leq", r"\le": r"\leq", r"\geqslant": r"\geq", r"\ge": r"\geq", r"\ne": r"\neq",
    r"\coloneqq": ":=", "<=": r"\leq", ">=": r"\geq", "!=": r"\neq", r"\lvert": "|", r"\rvert": "|", r"\vert": "|", r"\lbrace": r"\{", r"\rbrace": r"\}",
    r"\lbrack": "[", r"\rbrack": "]", r"\varphi": r"\phi", r"\varepsilon": r"\epsilon", r"\varrho": r"\rho",
    r"\dfrac": r"\frac", r"\tfrac": r"\frac", r"\prime": "'", r"\ast": "*", r"\star": "*", r"\E": r"\mathbb{E}",
    r"\lt": "<", r"\gt": ">", r"\rightarrow": r"\to", r"\Rightarrow": r"\implies", r"\Longrightarrow": r"\implies",
    r"\Leftrightarrow": r"\iff", r"\Longleftrightarrow": r"\iff", r"\wedge": r"\land", r"\vee": r"\lor",
    r"\colon": ":", r"\he": "he", r"\ln": r"\log",
}  # fmt: skip
"""Commands that mean another token; macros of the papers (``\\km``, ``\\E``, ``\\he``) among them."""


class LatexError(ValueError):
    """What cannot be read in a formula, in one line that names the column; `position` counts columns from 0."""

    def __init__(self, wish: str, text: str, position: int, remedy: str = "") -> None:
        near = text[position : position + 24].strip() or "the end"
        super().__init__(f"latex needs {wish}, got {near!r} at column {position + 1}{f'; {remedy}' if remedy else ''}.")
        self.text, self.position = text, position

    def caret(self) -> str:
        """Return the line of the formula, and under it a caret at the column."""
        return caret(self.text, self.position)


def caret(text: str, position: int) -> str:
    """Return the line of a text that holds a position, and under it a caret.

    Examples
    --------
    >>> print(caret("a + b", 2))
    a + b
      ^
    """
    begin = text.rfind("\n", 0, position) + 1
    line = text[begin:].split("\n", 1)[0]
    return f"{line}\n{' ' * (position - begin)}^"


@dataclass(frozen=True, slots=True)
class LatexToken:
    """A command, letter, number, sign, name, or words between formulas, and the column where it begins."""

    kind: str
    text: str
    start: int


def latex_tokens(text: str) -> list[LatexToken]:
    r"""Return the tokens of a formula, an end token last.

    Raises
    ------
    LatexError
        If the text is too long, or a command lacks its argument.

    Examples
    --------
    >>> [token.text for token in latex_tokens(r"\left|\rho\right| \le 1, \quad \ell \ge 1")]
    ['|', '\\rho', '|', '\\leq', '1', ',', '\\ell', '\\geq', '1', '']
    """
    if len(text) > LONGEST_TEXT:
        raise LatexError(f"at most {LONGEST_TEXT} characters", text, LONGEST_TEXT)
    found: list[LatexToken] = []
    position, formula = 0, "$" not in text
    if text.count("$") % 2:
        raise LatexError("dollars in pairs", text, text.rfind("$"))
    while position < len(text):
        if not formula:
            stop = text.find("$", position)
            stop = len(text) if stop < 0 else stop
            if text[position:stop].strip():
                found.append(LatexToken("words", text[position:stop], position))
            position, formula = stop + 1, True
            continue
        match = _PATTERN.match(text, position)
        assert match is not None  # the last alternative takes any character
        start, position = position, match.end()
        kind, piece = str(match.lastgroup), match[0]
        if piece == "$":
            formula = False
            continue
        if kind == "space" or piece in _LAYOUT or piece == "&":
            continue
        if piece in _WITH_ARGUMENT:
            _, position = _argument(text, position)
        elif piece in _WORDS:
            inside, position = _argument(text, position)
            found.append(LatexToken("words", inside, start))
        elif piece in _SPELLED:
            inside, position = _argument(text, position)
            found.append(LatexToken("name", inside.strip(), start))
        elif piece in _SEPARATORS or piece.startswith("&&"):
            found.append(LatexToken("separator", ",", start))
        else:
            same = _SAME.get(piece, piece)
            if same == r"\mathbb{E}":
                kind, same = "name", "E"
            elif same == "he":
                kind = "name"
            found.append(LatexToken("sign" if not same.startswith("\\") and kind == "command" else kind, same, start))
        if len(found) > MOST_TOKENS:
            raise LatexError(f"at most {MOST_TOKENS} tokens", text, start)
    return [*_separated(found), LatexToken("end", "", len(text))]


_JOINING = frozenset(
    [
        r"\leq",
        r"\geq",
        r"\neq",
        r"<",
        r">",
        r"=",
        r":=",
        r"+",
        r"-",
        r"\cdot",
        r"\times",
        r"/",
        r",",
        r"\in",
        r"\implies",
        r"\iff",
        r"\land",
        r"\lor",
        r"\to",
        r"^",
        r"_",
        r":",
        r"(",
        r"[",
        r"\{",
    ]
)


def _separated(found: list[LatexToken]) -> list[LatexToken]:
    """Return the tokens with separators as commas, where a formula ends before one and another begins after it."""
    kept: list[LatexToken] = []
    for index, token in enumerate(found):
        if token.kind != "separator":
            kept.append(token)
            continue
        after = next((t for t in found[index + 1 :] if t.kind != "separator"), None)
        ends = bool(kept) and kept[-1].text not in _JOINING and kept[-1].kind != "words"
        if ends and after is not None and (after.text not in _JOINING - {"(", "[", r"\{"} and after.text not in ")]}"):
            kept.append(LatexToken("sign", ",", token.start))
    return kept


def _argument(text: str, position: int) -> tuple[str, int]:
    """Return what is in the braces that follow, and where they end; a single letter needs none."""
    start = position + len(text[position:]) - len(text[position:].lstrip())
    if start < len(text) and text[start].isalpha():
        return text[start], start + 1
    if start >= len(text) or text[start] != "{":
        raise LatexError("braces after this command", text, min(start, len(text)))
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == "{") - (text[index] == "}")
        if depth == 0:
            return text[start + 1 : index], index + 1
    raise LatexError("the brace that closes this one", text, start)
