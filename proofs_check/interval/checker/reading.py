"""Reading a certificate that may be hostile: every number exact, every size bounded, every refusal in words."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import Any

LARGEST_DOCUMENT = 4_000_000
_RATIONAL = re.compile(r"-?[0-9]{1,400}(/[0-9]{1,400})?")


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The document is not a proof of its claim; the message says why."""


class Budget:
    """Interval operations spent, against a limit; a document that needs more is refused."""

    def __init__(self, limit: int) -> None:
        self.spent, self.limit = 0, limit

    def spend(self, operations: int) -> None:
        """Count operations about to be done.

        Raises
        ------
        Refused
            If they exceed the limit.
        """
        self.spent += operations
        need(self.spent <= self.limit, f"the check needs more than {self.limit} interval operations")


def read_document(text: Any) -> dict[str, Any]:
    """Return the JSON object in a text."""
    if not isinstance(text, str):
        raise Refused("a certificate needs to be text")
    if len(text) > LARGEST_DOCUMENT:
        raise Refused(f"a certificate needs at most {LARGEST_DOCUMENT} characters")
    if not text.isascii():
        raise Refused("a certificate needs to be ASCII text")
    try:
        document = json.loads(
            text, parse_float=_no_float, parse_constant=_no_float, parse_int=_short_int, object_pairs_hook=_distinct
        )
    except (ValueError, RecursionError) as error:
        raise Refused(f"the document is not JSON ({type(error).__name__})") from None
    if not isinstance(document, dict):
        raise Refused("a certificate needs to be a JSON object")
    return document


def _no_float(literal: str) -> Any:
    raise Refused(f"a certificate holds no floats, got {literal[:30]}")


def _short_int(literal: str) -> int:
    if len(literal) > 12:
        raise Refused("integers in a certificate need at most 12 digits")
    return int(literal)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise Refused("a key occurs twice")
    return entries


def need(condition: object, reason: str) -> None:
    """Refuse unless a condition holds."""
    if not condition:
        raise Refused(reason)


def need_keys(entries: Any, required: str, what: str) -> None:
    """Refuse unless an entry is an object with exactly these keys (in one string)."""
    need(isinstance(entries, dict), f"{what} needs to be an object")
    wanted = set(required.split())
    need(
        set(entries) == wanted, f"{what} needs exactly the keys {sorted(wanted)}, got {sorted(map(str, entries))[:12]}"
    )


def integer(value: Any, low: int, high: int, what: str) -> int:
    """Return an integer in low..high; a truth value is none."""
    need(type(value) is int and low <= value <= high, f"{what} needs to be an integer in {low}..{high}")
    return int(value)


def fraction(value: Any, what: str) -> Fraction:
    """Return the rational that a text such as ``-1/3`` denotes."""
    need(
        isinstance(value, str) and _RATIONAL.fullmatch(value),
        f"{what} needs to be a rational as text, got {value!r:.60}",
    )
    numerator, _, denominator = value.partition("/")
    need(not denominator or int(denominator), f"{what} has denominator zero")
    return Fraction(int(numerator), int(denominator or 1))


def entries_of(value: Any, longest: int, what: str) -> list[Any]:
    """Return a list of bounded length."""
    need(isinstance(value, list) and len(value) <= longest, f"{what} needs to be a list of at most {longest} entries")
    return list(value)
