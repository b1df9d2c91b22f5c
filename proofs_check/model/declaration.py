"""Laws that a user declares for parameters: ``he_normal``, ``normal(0.02/sqrt(2L))``, ``head.*=zeros``, a TOML file of such lines.

| text | entries |
|---|---|
| ``he_normal``, ``he_uniform``, ``xavier_normal``, ``xavier_uniform``, ``lecun_normal``, ``lecun_uniform`` | by fan; options ``fan_in``, ``fan_out``, ``fan_avg``, ``gain=5/3``, ``truncated`` |
| ``torch_default`` | U(-1/sqrt(fan_in), 1/sqrt(fan_in)) |
| ``normal(std)``, ``uniform(bound)``, ``truncated(std)`` | N(0, std^2); U(-bound, bound); N(0, std^2) cut at two std |
| ``orthogonal(gain)`` | a Haar frame |
| ``zeros``, ``ones``, ``constant(c)`` | one number |
| ``gpt2`` | N(0, 0.02^2), ends of residual branches 0.02/sqrt(2L), biases 0, gains of norms 1 |
| ``any`` | not judged |

Numbers are decimals, fractions and square roots, joined by ``*`` and ``/``; ``2L`` is the number of residual branches. A line without pattern is meant for
every weight that sums over inputs; patterns are those of shells (``blocks.*.weight``), the last that matches counts.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from numerics.initialisation.entry_law import EntryLaw, Family, cut_variance
from proofs_check.model.rule import RANDOM
from proofs_check.model.weight import Weight


@dataclass(frozen=True, slots=True)
class Target:
    """What is declared of one weight: entries of a law, an orthogonal matrix of a gain, or one number.

    Parameters
    ----------
    text : str
        As declared.
    entries : EntryLaw or None
    gain : float or None
        Of an orthogonal matrix.
    constant : float or None
    is_scaled : bool
        Whether the standard deviation was divided by sqrt(2L).
    """

    text: str
    entries: EntryLaw | None = None
    gain: float | None = None
    constant: float | None = None
    is_scaled: bool = False


Law = Callable[[Weight, int], Target | None]
_SCALES = {"he": math.sqrt(2), "xavier": 1.0, "lecun": 1.0}
_NAMES = (
    *(f"{scale}_{family}" for scale in _SCALES for family in ("normal", "uniform")),
    *("torch_default", "normal", "uniform", "truncated", "orthogonal", "zeros", "ones", "constant", "gpt2", "any"),
)


def read_laws(declared: str | Path | Mapping[str, str] | Sequence[str] | None) -> list[tuple[str, Law]]:
    """Return (pattern, law) pairs of a declaration.

    Parameters
    ----------
    declared : str, Path, mapping, sequence of str or None
        A law, ``PATTERN=LAW``, several of them, pattern -> law, or a TOML file with such a table (``[laws]``, or at the top).

    Raises
    ------
    ValueError
        When a law cannot be read, or the file is none.

    Examples
    --------
    >>> [pattern for pattern, _ in read_laws(["he_normal", "head.weight=zeros"])]
    ['', 'head.weight']
    """
    if declared is None:
        return []
    if isinstance(declared, Mapping):
        return [(pattern, read_law(text)) for pattern, text in declared.items()]
    lines = [declared] if isinstance(declared, (str, Path)) else list(declared)
    found = []
    for line in lines:
        if str(line).endswith(".toml"):
            found += read_laws(_table(Path(line)))
            continue
        pattern, equals, text = _split(str(line))
        found.append((pattern, read_law(text)) if equals else ("", read_law(str(line))))
    return found


def _split(line: str) -> tuple[str, str, str]:
    """Return pattern, sign and law of ``PATTERN=LAW``; an equals sign within parentheses belongs to the law."""
    place = line.find("=")
    return ("", "", line) if place < 0 or "(" in line[:place] else (line[:place].strip(), "=", line[place + 1 :])


def _table(path: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"check needs a TOML file of laws, got {str(path)!r} ({error}).") from None
    table = found.get("laws", found)
    if not isinstance(table, dict) or not all(isinstance(text, str) for text in table.values()):
        raise ValueError(f"check needs lines 'pattern' = 'law' in {str(path)!r}, got other values.")
    return table


def declared_law(weight: Weight, laws: Iterable[tuple[str, Law]], ends: int) -> Target | None:
    """Return what is declared of a weight: the last pattern that matches; None if none does."""
    found: Law | None = None
    for pattern, law in laws:
        if fnmatchcase(weight.name, pattern) if pattern else weight.role in RANDOM:
            found = law
    return None if found is None else found(weight, ends)


def read_law(text: str) -> Law:
    """Return the law that a text names.

    Raises
    ------
    ValueError
        When it names none; the names there are follow.
    """
    match = re.fullmatch(r"\s*([a-z0-9_]+)\s*(?:\((.*)\))?\s*", text, re.ASCII | re.DOTALL)
    if match is None or match[1] not in _NAMES:
        raise ValueError(f"check needs a law among {', '.join(_NAMES)}, got {text!r}.")
    name, words = match[1], [word.strip() for word in _arguments(match[2] or "")]
    scale, _, family = name.partition("_")
    if scale in _SCALES:
        return _by_fan(text, scale, family, words)
    if name == "gpt2":
        return _gpt2
    if name == "any":
        return lambda weight, _: None if weight is None else Target(text)
    if name == "torch_default":
        return lambda weight, _: Target(text, EntryLaw("uniform", 1 / math.sqrt(3 * _fan(weight, "fan_in", text))))
    wanted = 0 if name in ("zeros", "ones") else 1
    if name == "orthogonal" and not words:
        words = ["1"]
    if len(words) != wanted:
        raise ValueError(f"check needs {wanted} number in the law {name}, got {text!r}.")
    return _by_number(text, name, words)


def _by_number(text: str, name: str, words: list[str]) -> Law:
    value = {"zeros": "0", "ones": "1"}.get(name) or words[0]
    number(value, 2, text)  # read once now, so that what is wrong is said before any work

    def law(_: Weight, ends: int) -> Target:
        size = number(value, ends, text)
        if name == "orthogonal":
            return Target(text, gain=size)
        if name in ("zeros", "ones", "constant"):
            return Target(text, constant=size)
        if size <= 0:
            raise ValueError(f"check needs a positive size in the law, got {text!r}.")
        family: Family = {"normal": "normal", "uniform": "uniform"}.get(name, "truncated")  # type: ignore[assignment]
        factor = {"normal": 1.0, "uniform": 3**-0.5}.get(name, math.sqrt(cut_variance(2.0)))
        return Target(text, EntryLaw(family, size * factor), is_scaled="2L" in value)

    return law


def _by_fan(text: str, scale: str, family: str, words: list[str]) -> Law:
    mode, gain, truncated = ("fan_avg" if scale == "xavier" else "fan_in"), _SCALES[scale], False
    for word in words:
        if word in ("fan_in", "fan_out", "fan_avg"):
            mode = word
        elif word == "truncated" and family == "normal":
            truncated = True
        elif word.startswith("gain="):
            gain = number(word[5:], 0, text)
        else:
            raise ValueError(f"check needs fan_in, fan_out, fan_avg, gain=NUMBER or truncated in a law, got {text!r}.")
    if gain <= 0:
        raise ValueError(f"check needs a positive gain, got {text!r}.")
    kind: Family = "truncated" if truncated else "uniform" if family == "uniform" else "normal"
    return lambda weight, _: Target(text, EntryLaw(kind, gain / math.sqrt(_fan(weight, mode, text))))


def _gpt2(weight: Weight, ends: int) -> Target:
    if weight.role == "bias":
        return Target("gpt2: zeros", constant=0.0)
    if weight.role == "norm_gain":
        return Target("gpt2: ones", constant=1.0)
    if weight.ends_branch:
        return Target("gpt2: normal(0.02/sqrt(2L))", EntryLaw("normal", 0.02 / math.sqrt(max(ends, 1))), is_scaled=True)
    return Target("gpt2: normal(0.02)", EntryLaw("normal", 0.02))


def _fan(weight: Weight, mode: str, text: str) -> float:
    if weight.fans is None:
        raise ValueError(f"check needs a weight with fans for the law {text!r}, got {weight.name} ({weight.role}).")
    return weight.fans.of(mode)  # type: ignore[arg-type]


def _arguments(text: str) -> list[str]:
    return [word for word in re.split(r",(?![^()]*\))", text) if word.strip()]


def number(text: str, ends: int, law: str) -> float:
    """Return decimals and square roots joined by ``*`` and ``/``; ``2L`` is the number of residual branches.

    Examples
    --------
    >>> number("0.02/sqrt(2L)", 16, "normal(0.02/sqrt(2L))")
    0.005
    """
    value, sign = 1.0, "*"
    parts = re.split(r"([*/])", text.replace(" ", ""))
    for place, part in enumerate(parts):
        if place % 2:
            sign = part
            continue
        match = re.fullmatch(r"(sqrt\()?(2L|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?(1)\))", part, re.ASCII)
        if match is None:
            raise ValueError(
                f"check needs a number such as 0.02, 5/3, sqrt(2) or 0.02/sqrt(2L), got {part!r} in {law!r}."
            )
        one = float(max(ends, 1)) if match[2] == "2L" else float(match[2])
        if (match[1] and one < 0) or (sign == "/" and one == 0) or not math.isfinite(one):
            raise ValueError(f"check needs a finite number, got {text!r} in {law!r}.")
        one = math.sqrt(one) if match[1] else one
        value = value * one if sign == "*" else value / one
    return value
