"""Text -> Python syntax tree, without ever evaluating anything.

The grammars of this project (activations, entries of Haar matrices) are whitelist walks over Python's own syntax
tree. This module holds what all of them need first: bounds on the length, the nesting and the literals of hostile
text, checked *before* the text reaches `ast.parse`, whose own limits are the interpreter's stack and memory.
"""

from __future__ import annotations

import ast
import string
import warnings
from fractions import Fraction

_ALLOWED_CHARACTERS = frozenset(string.ascii_letters + string.digits + "+-*/()[],._ ")
_LONGEST_NUMBER = 60


def parse_syntax(
    text: str, *, what: str, max_length: int = 500, max_depth: int = 50, max_tree_depth: int | None = None
) -> ast.expr:
    """Return the syntax tree of one expression; no name is looked up and nothing is computed.

    Parameters
    ----------
    text : str
        One expression on one line, in ASCII.
    what : str
        The noun for error messages ("activation", "Haar monomial").
    max_length, max_depth : int
        Characters, and nesting of brackets and of the syntax tree, that are accepted.
    max_tree_depth : int, optional
        Another bound for the tree: a sum of n terms is a tree of depth n.

    Returns
    -------
    ast.expr
        The root of the tree; `column offsets` are those of `text`, so literals can be read exactly from it.

    Raises
    ------
    TypeError
        If `text` is not a string.
    ValueError
        If `text` is empty, too long, too deep, holds a character outside letters, digits and ``+-*/()[],._``, or is
        not an expression.

    Examples
    --------
    >>> ast.dump(parse_syntax("x + 1", what="activation"))
    "BinOp(left=Name(id='x', ctx=Load()), op=Add(), right=Constant(value=1))"
    """
    if not isinstance(text, str):
        raise TypeError(f"parse_syntax needs text (the {what} as a string), got {type(text).__name__}.")
    _check_characters(text, what, max_length)
    _check_nesting(text, what, max_depth)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "perhaps you missed a comma": the refusal below says it better
            root = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else "too deep or too long"
        raise ValueError(f"{what} needs to be one expression ({reason}), got {shown(text)}.") from None
    depth = _depth(root)
    most = max_depth if max_tree_depth is None else max_tree_depth
    if depth > most:
        raise ValueError(f"{what} needs nesting of at most {most}, got depth {depth} in {shown(text)}.")
    return root


def exact_number(node: ast.Constant, text: str) -> Fraction:
    """Return the literal as an exact rational, read from the source text: ``0.1`` is 1/10, not a binary float.

    Raises
    ------
    ValueError
        If the literal is not an integer or a decimal, or has more than 60 characters.

    Examples
    --------
    >>> text = "0.1"
    >>> exact_number(parse_syntax(text, what="number"), text)
    Fraction(1, 10)
    """
    literal = text.strip()[node.col_offset : node.end_col_offset]
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise ValueError(f"numbers need to be integers or decimals, got {shown(literal)}.")
    if len(literal) > _LONGEST_NUMBER or not set(literal) <= set(string.digits + ".eE+-_"):
        raise ValueError(f"numbers need at most {_LONGEST_NUMBER} decimal characters, got {shown(literal)}.")
    mantissa, _, exponent = literal.lower().replace("_", "").partition("e")
    if exponent and abs(int(exponent)) > 99:
        raise ValueError(f"numbers need a decimal exponent of at most 99, got {shown(literal)}.")
    return Fraction(mantissa) * Fraction(10) ** int(exponent or 0)


def shown(text: str, limit: int = 60) -> str:
    """Return the text quoted for an error message, shortened in the middle."""
    return repr(text) if len(text) <= limit else repr(text[: limit // 2]) + "..." + repr(text[-limit // 4 :])


def _check_characters(text: str, what: str, max_length: int) -> None:
    if not text.strip():
        raise ValueError(f"{what} needs an expression, got {text!r}.")
    if len(text) > max_length:
        raise ValueError(f"{what} needs at most {max_length} characters, got {len(text)}.")
    for position, character in enumerate(text):
        if character not in _ALLOWED_CHARACTERS:
            raise ValueError(
                f"{what} needs letters, digits and + - * / ( ) [ ] , . only, got {character!r} at position {position}."
            )


def _check_nesting(text: str, what: str, max_depth: int) -> None:
    """Bound brackets and runs of signs before `ast.parse` recurses on them."""
    depth = deepest = signs = 0
    for character in text:
        if character in "([":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]":
            depth -= 1
        signs = signs + 1 if character in "+-" else (signs if character == " " else 0)
        deepest = max(deepest, signs)
        if deepest > max_depth:
            raise ValueError(f"{what} needs nesting of at most {max_depth}, got more in {shown(text)}.")


def _depth(root: ast.AST) -> int:
    deepest, stack = 0, [(root, 1)]
    while stack:
        node, level = stack.pop()
        deepest = max(deepest, level)
        stack.extend((child, level + 1) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return deepest
