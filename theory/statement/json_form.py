"""A sentence as canonical JSON, and its digest: the name under which files and certificates know it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from theory.statement.parse import parse_question
from theory.statement.print_text import TermPrinter, binder_text, proposition_text, text
from theory.statement.sentence import Sentence
from theory.statement.sort import Constants, Networks

SCHEMA = 1


def to_json(sentence: Sentence) -> dict[str, Any]:
    """Return the sentence as a document: its text, its domains, hypotheses and claim.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> to_json(parse("for r in [0, 1]: r^2 <= r"))["text"]
    'for r in [0, 1]: r^2 <= r'
    """
    printer = TermPrinter({binder.name: binder for binder in sentence.binders})
    return {
        "schema": SCHEMA,
        "text": text(sentence),
        "domains": [binder_text(b, printer) for b in sentence.binders if not isinstance(b.sort, Constants | Networks)],
        "hypotheses": [proposition_text(h, printer) for h in sentence.hypotheses],
        "claim": proposition_text(sentence.body, printer),
    }


def from_json(document: dict[str, Any]) -> Sentence:
    """Return the sentence of a document that `to_json` made.

    Raises
    ------
    ValueError
        If the document has no text of this schema, or its parts do not belong to its text.
    """
    if not isinstance(document, dict) or document.get("schema") != SCHEMA or not isinstance(document.get("text"), str):
        raise ValueError(f"from_json needs a document of schema {SCHEMA} with a text, got {str(document)[:60]!r}.")
    sentence = parse_question(document["text"]).sentence
    if to_json(sentence) != document:
        raise ValueError("from_json needs a document whose parts belong to its text, got others.")
    return sentence


def digest(sentence: Sentence) -> str:
    """Return 16 hexadecimal digits that name the sentence.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> digest(parse("for r in [0,1]: r^2<=r")) == digest(parse("for r in [0, 1]: r**2 <= r"))
    True
    """
    canonical = json.dumps(to_json(sentence), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
