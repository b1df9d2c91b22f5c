"""The written proof: a JSON document with exact numbers only, and a digest over its canonical form.

Every number is an integer or a rational as text; there are no floats, so nothing is lost between machines. What the
document says:

======================  ==============================================================================================
``schema``              ``"haarmite-certificate/1"``, or ``"haarmite-certificate/2"`` with ``serves``
``serves``              which claim of a ledger this serves: ``claim, sentence, case, versions``
``kind``                ``"cells"`` (one variable), ``"tree"`` (bisection tree), ``"derivative_sign"``, ``"kernel"``,
                        ``"number"`` (no variable), or an argument (`checker/arguments.py`)
``claim``               the inequality and its box as text (`statement.py`); the checker builds the tape from it anew
``variables``, ``box``  names, and ``[low, high]`` as text, ``"-oo"`` and ``"oo"`` allowed for ``derivative_sign``
``tape``                the slack as a straight-line program (`tape.py`)
``zeros``, ``corners``  places where the slack vanishes: ``variable, at, order, why`` and ``at, zero, why``
``cells``               ``lo, hi, method`` (and ``order``, ``zero``), in increasing order
``tree``                in preorder ``{"split": i}`` (halve variable i; lower half first) or a leaf's ``method``
``activation``          of a kernel's certificate, optional: whose map it is, as text in x
``original``            null, or the claim before the change of variable: ``claim, variable, by``
``sha256``              of the document without this entry: keys sorted, no spaces, ASCII
======================  ==============================================================================================

Bounds are not stored: the checker derives every one of them again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs_check.interval.cell_bound import Cell, Method
from proofs_check.interval.checker.document import BOUND_SCHEMA, SCHEMA
from proofs_check.interval.checker.hermite import KNOWN
from proofs_check.interval.statement import Statement
from proofs_check.interval.substitution import Substitution
from proofs_check.interval.zeros import Corner, FaceZero


@dataclass(frozen=True, slots=True)
class Certificate:
    """A proof as JSON text; equal proofs have equal text.

    Examples
    --------
    >>> certificate = Certificate.of({"schema": SCHEMA, "kind": "cells"})
    >>> certificate.document["sha256"] == digest(certificate.document)
    True
    """

    text: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Certificate:
        """Return the certificate of a document, with its digest put in."""
        entries = {**document, "sha256": digest(document)}
        lines = (f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=True)}" for key, value in entries.items())
        return cls("{\n" + ",\n".join(lines) + "\n}\n")

    @classmethod
    def read(cls, path: str | Path) -> Certificate:
        """Return the certificate in a file; nothing is checked here (that is `recheck`)."""
        return cls(Path(path).read_text(encoding="ascii"))

    @property
    def document(self) -> dict[str, Any]:
        """A fresh copy of the document."""
        return dict(json.loads(self.text))

    @property
    def digest(self) -> str:
        """The sha256 that the document states."""
        return str(self.document["sha256"])

    def serving(self, **binding: str) -> Certificate:
        """Return the same proof, saying which claim of a ledger it serves: ``claim, sentence, case, versions`` as text."""
        return Certificate.of({**self.document, "schema": BOUND_SCHEMA, "serves": binding})

    def write(self, path: str | Path) -> None:
        """Write the text to a file."""
        Path(path).write_text(self.text, encoding="ascii")


def digest(document: Mapping[str, Any]) -> str:
    """Return the sha256 of a document's canonical form, its own digest left out."""
    body = {key: value for key, value in document.items() if key != "sha256"}
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def proposition(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a document proves, without how: the claim before any change of variable; of a kernel's, map, rate and range.

    The map is its activation where the checker derives the coefficients, else the coefficients as they are stated.

    Examples
    --------
    >>> proposition({"kind": "cells", "claim": "t >= 0 for t in [0, 1]", "original": None})
    ('t >= 0 for t in [0, 1]',)
    """
    if document["kind"] == "kernel":
        activation = document.get("activation")
        kernel = activation if activation in KNOWN else [activation, document["coefficients"]]
        return document["claim"], json.dumps(kernel), json.dumps(document["rate"]), json.dumps(document["box"])
    original = document["original"]
    return (document["claim"] if original is None else original["claim"],)


def heading(kind: str, statement: Statement, substitution: Substitution | None, original: Statement) -> dict[str, Any]:
    """Return the entries that every kind of certificate of a statement has."""
    return {
        "schema": SCHEMA,
        "kind": kind,
        "claim": statement.text,
        "variables": list(statement.variables),
        "box": [
            ["-oo" if low is None else str(low), "oo" if high is None else str(high)] for low, high in statement.box
        ],
        "tape": statement.tape().to_json(),
        "original": None
        if substitution is None
        else {"claim": original.text, "variable": substitution.variable.name, "by": str(substitution.by)},
    }


def zeros_entry(zeros: Sequence[FaceZero]) -> list[dict[str, str | int]]:
    """Return face zeros for JSON."""
    return [{"variable": z.variable, "at": str(z.at), "order": z.order, "why": z.why} for z in zeros]


def corners_entry(corners: Sequence[Corner]) -> list[dict[str, Any]]:
    """Return corners for JSON."""
    return [{"at": [str(x) for x in corner.at], "zero": corner.zero, "why": corner.why} for corner in corners]


def cells_entry(leaves: Mapping[Cell, Method]) -> list[dict[str, str | int]]:
    """Return the cells of one variable for JSON, in increasing order."""
    ordered = sorted(leaves.items(), key=lambda leaf: leaf[0])
    return [{"lo": str(cell[0][0]), "hi": str(cell[0][1]), **method} for cell, method in ordered]


def tree_entry(root: Cell, splits: Mapping[Cell, int], leaves: Mapping[Cell, Method]) -> list[dict[str, str | int]]:
    """Return the bisection tree below a root for JSON, in preorder."""
    nodes: list[dict[str, str | int]] = []
    stack = [root]
    while stack:
        cell = stack.pop()
        if cell in splits:
            nodes.append({"split": splits[cell]})
            stack.extend(reversed(halves(cell, splits[cell])))
        else:
            nodes.append(dict(leaves[cell]))
    return nodes


def halves(cell: Cell, variable: int) -> tuple[Cell, Cell]:
    """Return the lower and the upper half of a cell."""
    low, high = cell[variable]
    middle = (low + high) / 2
    before, after = cell[:variable], cell[variable + 1 :]
    return (*before, (low, middle), *after), (*before, (middle, high), *after)
