"""The judgement of a sentence: the verdict that was earned, its scope, what it rests on, and what was tried."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import Any

from theory.statement.json_form import digest
from theory.statement.print_text import text
from theory.statement.sentence import Sentence

SCHEMA = "haarmite-judgement/1"
EXIT_CODES = {"proved": 0, "certified": 0, "supported": 0, "refuted": 1, "inconclusive": 3}


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A wrong variant of the sentence that the program made, and what became of it."""

    change: str
    sentence: str
    verdict: str
    witness: str = ""


@dataclass(frozen=True)
class Judgement:
    """What is known of a sentence.

    Attributes
    ----------
    verdict : str
        proved, certified, supported, refuted or inconclusive.
    scope : str
        All of what the word covers: every quantifier, or the named cases.
    assumes, oracles : tuple of str
        Textbook theorems and engines the verdict rests on.
    witness : dict or None
        ``{"at": {name: text}, "value": text}``.
    tried : tuple of str
        For an open sentence: what each strategy was doing, and what would help.
    """

    sentence: Sentence
    verdict: str
    scope: str
    by: str
    assumes: tuple[str, ...] = ()
    oracles: tuple[str, ...] = ()
    witness: dict[str, Any] | None = None
    simplest: str = ""
    sharp: str = ""
    neighbours: tuple[Neighbour, ...] = ()
    best: dict[str, Any] | None = None
    tried: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """0 for a positive verdict, 1 for a refuted sentence, 3 for an open one."""
        return EXIT_CODES[self.verdict]

    def to_json(self) -> dict[str, Any]:
        """Return the document that `haarmite judge --json` prints."""
        return {
            "schema": SCHEMA,
            "sentence": text(self.sentence),
            "digest": digest(self.sentence),
            "verdict": self.verdict,
            "scope": self.scope,
            "by": self.by,
            "assumes": list(self.assumes),
            "oracles": list(self.oracles),
            "witness": self.witness,
            "sharp": self.sharp,
            "neighbours": [
                {"change": n.change, "sentence": n.sentence, "verdict": n.verdict, "witness": n.witness}
                for n in self.neighbours
            ],
            "best": self.best,
            "tried": list(self.tried),
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
        }

    def lines(self) -> list[str]:
        """Return the judgement as lines of text for a person."""
        found = [f"{self.verdict:14}{self._first()}"]
        if self.simplest:
            found.append(f"{'':14}simplest activation that refutes it: {self.simplest}")
        if self.sharp:
            found.append(f"{'':14}sharp: {self.sharp}")
        if self.assumes:
            found.append(f"{'':14}assumes: {'; '.join(self.assumes)}")
        if self.oracles:
            found.append(f"{'':14}rests on: {', '.join(self.oracles)}")
        if self.best:
            found.append(f"{'':14}best {self.best.get('name', 'constant')}: {self.best.get('text', self.best)}")
        found += [f"{'':14}{line}" for line in self._neighbour_lines()]
        found += [f"{'':14}{note}" for note in self.notes]
        found += [f"{'':14}tried: {line}" for line in self.tried]
        return found

    def _first(self) -> str:
        if self.witness is not None:
            where = ", ".join(f"{name} = {value}" for name, value in self.witness["at"].items())
            return f"{where}{': ' if where else ''}{self.witness['value']}  ({self.by})"
        return self.scope + (f" ({self.by})" if self.by else "")

    def _neighbour_lines(self) -> list[str]:
        groups: dict[str, list[Neighbour]] = {}
        for neighbour in self.neighbours:
            groups.setdefault(neighbour.verdict, []).append(neighbour)
        found = []
        for verdict in ("proved", "certified", "supported", "refuted", "inconclusive"):
            if verdict in groups:
                word = "open" if verdict == "inconclusive" else verdict
                listed = "; ".join(n.change + (f" at {n.witness}" if n.witness else "") for n in groups[verdict])
                found.append(f"neighbours {word}: {listed}")
        return found

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        colour = {"refuted": "#b00020", "inconclusive": "#8a6d00"}.get(self.verdict, "#00695c")
        rows = "<br>".join(html.escape(line.strip()) for line in self.lines()[1:])
        first = html.escape(self._first())
        return (
            f"<div><code>{html.escape(text(self.sentence))}</code><br>"
            f"<b style='color:{colour}'>{self.verdict}</b> {first}<br><small>{rows}</small></div>"
        )
