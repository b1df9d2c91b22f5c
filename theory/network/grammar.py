"""Text -> word, by recursive descent; nothing is ever evaluated.

    word   = block { "|" block }
    block  = atom [ "*" ( INTEGER | "L" ) ]
    atom   = "(" word ")"  |  NAME [ "(" arguments ")" ]

`residual(SCALE [, skip=SCALE] : word)`, `residual(word)` and `residual(deepnorm : word)` (see `theory.network.scale`); norms take
a word, `layernorm(gauss | gelu)` is `gauss | gelu | layernorm`; `act(x*Phi(x))` reads any activation. Other names are looked up
among the activations, and what is unknown is refused with the nearest block.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from fractions import Fraction

import sympy as sp

from theory.activation.activation import Activation
from theory.activation.catalogue import function_named
from theory.activation.expression import FUNCTIONS
from theory.network.block import (
    ATTENTIONS,
    LAWS,
    NORMS,
    Act,
    Attention,
    Bias,
    Block,
    Conv,
    Dropout,
    Gain,
    Glu,
    Linear,
    MeanPool,
    Norm,
    Repeat,
    Residual,
)
from theory.network.scale import DEPTH, NAMED, Scale
from theory.network.word import Word, has_weights
from theory.syntax import shown

MAX_LENGTH, MAX_NESTING, MAX_REPEAT = 1000, 20, 10_000

BLOCKS = (
    *LAWS,
    *NORMS,
    "bias",
    "act",
    "gain",
    "residual",
    "glu",
    "dropout",
    "conv",
    "attention",
    "meanpool",
)
"""The names of blocks; beside them every activation of the catalogue is one."""


def parse_word(text: str) -> Word:
    """Return the word of a text.

    Parameters
    ----------
    text : str
        At most 1000 characters, brackets nested at most 20 deep.

    Raises
    ------
    TypeError
        If `text` is not a string.
    ValueError
        If it is no word, does not type, or a parameter is out of range; the message names the place.

    Examples
    --------
    >>> str(parse_word("layernorm(gauss | gelu)"))
    'gauss | gelu | layernorm'
    >>> str(parse_word("(gauss(2)|relu)*3 | gauss"))
    '(gauss(2) | relu) * 3 | gauss'
    """
    if not isinstance(text, str):
        raise TypeError(f"parse_word needs text (a network as a word over blocks), got {type(text).__name__}.")
    if not text.strip():
        raise ValueError(f"network needs at least one block, got {text!r}.")
    if len(text) > MAX_LENGTH:
        raise ValueError(f"network needs at most {MAX_LENGTH} characters, got {len(text)}.")
    return _word(text, 0)


def _word(text: str, depth: int) -> Word:
    if depth > MAX_NESTING:
        raise ValueError(f"network needs brackets nested at most {MAX_NESTING} deep, got more.")
    blocks: list[Block] = []
    for part in _split(text, "|"):
        if not part.strip():
            raise ValueError(f"network needs a block on both sides of |, got {shown(text.strip())}.")
        blocks += _block(part.strip(), depth)
    return Word(tuple(blocks))


def _block(text: str, depth: int) -> list[Block]:
    *front, last = _split(text, "*")
    if not front:
        return _atom(text, depth)
    count = last.strip()
    if count != "L" and not re.fullmatch(r"\d{1,6}", count):
        raise ValueError(f"network needs `* L` or `* NUMBER` behind a block, got {shown(text)}.")
    if count != "L" and not 1 <= int(count) <= MAX_REPEAT:
        raise ValueError(f"repeat needs a count in 1..{MAX_REPEAT}, got {count}.")
    body = Word(tuple(_block("*".join(front).strip(), depth)))
    return [Repeat(body, None if count == "L" else int(count))]


def _atom(text: str, depth: int) -> list[Block]:
    if text.startswith("("):
        return list(_word(_inside(text, 0), depth + 1).blocks)
    found = re.match(r"[A-Za-z_]\w*", text)
    if found is None:
        raise ValueError(f"network needs the name of a block, got {shown(text)}.")
    name, rest = found[0], text[found.end() :].strip()
    if rest and not rest.startswith("("):
        raise ValueError(f"network needs | between blocks, got {shown(text)}.")
    argument = _inside(rest, 0) if rest else None
    if name in NORMS:
        inner = () if argument is None else _word(argument, depth + 1).blocks
        return [*inner, Norm(name)]
    if name == "residual":
        return [_residual(argument, depth)]
    if name in _READERS:
        return [_READERS[name](name, _arguments(argument))]
    return [_activation_block(name, argument)]


def _activation_block(name: str, argument: str | None) -> Act:
    if name == "act" or argument is not None:
        if name != "act" and function_named(name) is None:
            raise ValueError(_unknown(name))
        read = Activation.from_text(argument or "" if name == "act" else f"{name}(x,{argument})")
        return Act(Activation.from_text(read.text))  # one text for one activation, however it was written
    if function_named(name) is None and name not in FUNCTIONS:
        raise ValueError(_unknown(name))
    return Act(Activation.from_text(name))


def _unknown(name: str) -> str:
    known = [*BLOCKS, "relu", "gelu", "tanh", "silu", "selu", "elu", "erf", "sin", "sigmoid", "leaky_relu", "identity"]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return f"network needs blocks or activations it knows, got {name!r}; the nearest is {near[0]!r}."


def _residual(argument: str | None, depth: int) -> Residual:
    if argument is None:
        raise ValueError("residual needs a branch, as in residual(1/sqrt(L): gauss | relu | gauss), got none.")
    *front, body = _split(argument, ":")
    if len(front) > 1:
        raise ValueError(f"residual needs one colon at most, got {shown(argument)}.")
    branch = _word(body, depth + 1)
    head = front[0].strip() if front else "1"
    if head in NAMED:
        return named_residual(head, branch)
    scale, skip = "", "1"
    for part in _split(head, ","):
        key, equals, value = part.partition("=")
        if equals and key.strip() != "skip":
            raise ValueError(f"residual needs a scale and skip=..., got {shown(part.strip())}.")
        scale, skip = (scale, value) if equals else (part, skip)
    close = difflib.get_close_matches(head, NAMED, n=1, cutoff=0.7)
    if close:
        raise ValueError(f"residual needs a scale it knows, got {head!r}; the nearest is {close[0]!r}.")
    return Residual(branch, Scale.from_text(scale.strip() or "1"), Scale.from_text(skip.strip()))


def named_residual(name: str, branch: Word) -> Residual:
    """Return the residual block of a scaling known by name (`theory.network.scale`)."""
    if not has_weights(branch):
        return Residual(branch, Scale.of(1), Scale.of(1))  # refused by the word, with the reason
    if name != "deepnorm":
        return Residual(branch, Scale.of(0), Scale.of(1), name)
    layers = sum(isinstance(block, Linear) for block in branch.elements())
    quarter = sp.Rational(1, 4)
    return Residual(branch, Scale((8 * DEPTH) ** (-layers * quarter)), Scale((2 * DEPTH) ** quarter), name)


Arguments = tuple[list[str], dict[str, str]]


def _linear(name: str, arguments: Arguments) -> Block:
    positional, named = arguments
    _only(name, positional, 1, named, "ratio")
    variance = _fraction(name, positional[0]) if positional else Fraction(1)
    return Linear(name, variance, _fraction(name, named.get("ratio", "1")))


def _bias(name: str, arguments: Arguments) -> Block:
    return Bias(_fraction(name, _single(name, arguments)))


def _gain(name: str, arguments: Arguments) -> Block:
    return Gain(Scale.from_text(_single(name, arguments)))


def _dropout(name: str, arguments: Arguments) -> Block:
    return Dropout(_fraction(name, _single(name, arguments)))


def _glu(name: str, arguments: Arguments) -> Block:
    positional, named = arguments
    _only(name, positional, 2, named)
    if not positional or (len(positional) == 2 and positional[1] not in ("shared", "independent")):
        raise ValueError(f"glu needs an activation and perhaps `shared`, got {', '.join(positional) or 'nothing'}.")
    return Glu(_atom_activation(positional[0]), positional[1:] == ["shared"])


def _atom_activation(text: str) -> Activation:
    found = _atom(text, 0)[0]
    if not isinstance(found, Act):
        raise ValueError(f"glu needs an activation, got {shown(text)}.")
    return found.activation


def _conv(name: str, arguments: Arguments) -> Block:
    positional, named = arguments
    _only(name, positional, 2, named)
    if not positional or not positional[0].isdigit() or (len(positional) == 2 and positional[1] != "delta"):
        raise ValueError(f"conv needs a size and perhaps `delta`, as in conv(3, delta), got {', '.join(positional)!r}.")
    return Conv(int(positional[0]), positional[1:] == ["delta"])


def _attention(name: str, arguments: Arguments) -> Block:
    kind = _single(name, arguments)
    if kind not in ATTENTIONS:
        near = difflib.get_close_matches(kind, ATTENTIONS, n=1, cutoff=0.0)[0]
        raise ValueError(f"attention needs a kind of {', '.join(ATTENTIONS)}, got {kind!r}; the nearest is {near!r}.")
    return Attention(kind)


def _meanpool(name: str, arguments: Arguments) -> Block:
    _only(name, arguments[0], 0, arguments[1])
    return MeanPool()


_READERS: dict[str, Callable[[str, Arguments], Block]] = {
    **dict.fromkeys(LAWS, _linear),
    "bias": _bias,
    "gain": _gain,
    "dropout": _dropout,
    "glu": _glu,
    "conv": _conv,
    "attention": _attention,
    "meanpool": _meanpool,
}


def _arguments(text: str | None) -> Arguments:
    positional: list[str] = []
    named: dict[str, str] = {}
    for part in [] if text is None or not text.strip() else _split(text, ","):
        key, equals, value = part.partition("=")
        if equals:
            named[key.strip()] = value.strip()
        else:
            positional.append(part.strip())
    return positional, named


def _only(name: str, positional: list[str], most: int, named: dict[str, str], *keys: str) -> None:
    if len(positional) > most or set(named) - set(keys):
        allowed = f"at most {most} argument{'s' * (most != 1)}" + "".join(f" and {key}=" for key in keys)
        given = ", ".join([*positional, *(f"{key}={value}" for key, value in named.items())])
        raise ValueError(f"{name} needs {allowed}, got {shown(given)}.")


def _single(name: str, arguments: Arguments) -> str:
    positional, named = arguments
    _only(name, positional, 1, named)
    if len(positional) != 1:
        raise ValueError(f"{name} needs one argument, got none.")
    return positional[0]


def _fraction(name: str, text: str) -> Fraction:
    value = Scale.from_text(text).expression
    if not value.is_Rational:
        raise ValueError(f"{name} needs a rational number, got {shown(text)}.")
    return Fraction(int(value.p), int(value.q))


def _inside(text: str, start: int) -> str:
    """Return what stands between the bracket at `start` and its partner, which must end the text."""
    depth = 0
    for index in range(start, len(text)):
        depth += (text[index] == "(") - (text[index] == ")")
        if depth == 0:
            if text[index + 1 :].strip():
                raise ValueError(f"network needs | or * behind a bracket, got {shown(text)}.")
            return text[start + 1 : index]
    raise ValueError(f"network needs every bracket closed, got {shown(text)}.")


def _split(text: str, mark: str) -> list[str]:
    """Split at a mark that stands outside of all brackets (a doubled * is a power and no mark)."""
    parts, depth, start, index = [], 0, 0, 0
    while index < len(text):
        character = text[index]
        depth += (character == "(") - (character == ")")
        if depth < 0:
            raise ValueError(f"network needs every bracket opened, got {shown(text)}.")
        if mark == "*" and text.startswith("**", index):
            index += 1
        elif character == mark and depth == 0:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    if depth:
        raise ValueError(f"network needs every bracket closed, got {shown(text)}.")
    return [*parts, text[start:]]
