"""Claim files in TOML: one table a claim, one line of mathematics each; nothing in them is run.

[K1]
title  = "A layer never raises a positive correlation"
claim  = "for every activation s, r in [0, 1]: kappa(r) <= r"
cases  = { s = ["relu", "tanh"] }      # optional: judged besides the whole sentence
wrong  = ["kappa(r) <= r^2"]           # optional: must be refuted; otherwise the program makes wrong variants itself
source = "Lemma 2 of my manuscript"    # optional
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofs_check.claim.claim import Claim, Paper
from proofs_check.claim.sentence_claim import in_scope, sentence_claim
from proofs_check.judge.judge import judge
from proofs_check.judge.neighbours import variants
from theory.statement.parse import parse
from theory.statement.print_text import text
from theory.statement.sentence import Sentence

KEYS = ("title", "claim", "cases", "wrong", "source")
_MADE, _LOOKED_AT = 3, 12


def read_sentences(path: Path) -> tuple[list[tuple[Claim, int]], list[tuple[int, str]]]:
    """Return the claims of a TOML file with their lines, and what could not be read, by line.

    Raises
    ------
    ValueError
        If the file is no TOML.
    OSError
        If it cannot be read.
    """
    source = path.read_text(encoding="utf-8")
    tables = tomllib.loads(source)
    claims: list[tuple[Claim, int]] = []
    troubles: list[tuple[int, str]] = []
    for name, table in tables.items():
        line = _line_of(source, name)
        try:
            claims.append((_claim(name, table), line))
        except (ValueError, TypeError) as error:
            troubles.append((line, f"{name}: {error}"))
    return claims, troubles


def _claim(name: str, table: Any) -> Claim:
    if not isinstance(table, Mapping):
        raise ValueError(f'a claim needs a table [{name}] with a line claim = "...", got {name} = {table!r}')
    unknown = [key for key in table if key not in KEYS]
    if unknown or not isinstance(table.get("claim"), str):
        got = f"the key {unknown[0]!r}" if unknown else "no claim"
        raise ValueError(f'a claim needs claim = "..." as text and besides {", ".join(KEYS)}, got {got}')
    sentence = parse(table["claim"])
    title, source = table.get("title", table["claim"]), table.get("source", "")
    cases, wrong = table.get("cases", {}), table.get("wrong", [])
    if not (isinstance(title, str) and isinstance(source, str)):
        raise ValueError("title and source need to be text")
    if not isinstance(cases, Mapping) or not all(isinstance(values, list) for values in cases.values()):
        raise ValueError(f'cases need the form {{ s = ["relu", "tanh"] }}, got {cases!r}')
    if not isinstance(wrong, list) or not all(isinstance(entry, str) for entry in wrong):
        raise ValueError(f"wrong needs a list of claims as text, got {wrong!r}")
    lines = [in_scope(entry, sentence) for entry in wrong] or _made(sentence)
    paper = Paper(f"{name} source" if source else "own", source or "a claim of one's own")
    return sentence_claim(name, title, text(sentence), paper=paper, wrong=lines, cases=cases)


def _made(sentence: Sentence) -> list[str]:
    """Return wrong variants that fall, made by the program."""
    found = []
    for _, other in list(variants(sentence))[:_LOOKED_AT]:
        try:
            refuted = judge(other, seconds=1.0, neighbours=False).verdict == "refuted"
        except ValueError:
            continue
        if refuted:
            found.append(text(other))
        if len(found) == _MADE:
            break
    if not found:
        raise ValueError(
            'no neighbour of the claim was refuted: it is vacuous or not checkable; write wrong = ["..."] with a claim that '
            "has to fall"
        )
    return found


def _line_of(source: str, name: str) -> int:
    for number, line in enumerate(source.splitlines(), start=1):
        if re.match(rf"\s*\[\s*[\"']?{re.escape(name)}[\"']?\s*\]|\s*[\"']?{re.escape(name)}[\"']?\s*=", line):
            return number
    return 1
