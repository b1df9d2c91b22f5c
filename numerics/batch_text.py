"""Tables of numbers in text: comma, semicolon or tab between fields, quotes, decimal commas, gzip; nothing dropped or invented.

The first line is a header only if no field of it is a number. One exception is known by its shape: pandas writes an empty first
field, its column numbers, and its row numbers in the first column; both are left out, and said to be.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Table", "read_table"]


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of a text file, and how it was read.

    Parameters
    ----------
    values : ndarray, shape (n, d)
    header : tuple of str
        Names of the columns; empty if the first line holds numbers.
    notes : tuple of str
        What was read otherwise than as it stands.
    """

    values: np.ndarray
    header: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_table(file: Path) -> Table:
    """Return the numbers of a text file.

    Parameters
    ----------
    file : Path
        UTF-8, with or without byte-order mark; gzip if its name ends in ``.gz``.

    Raises
    ------
    ValueError
        If it holds no line, a field that is no number, lines of different lengths, or integers that double precision would change.
    """
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", encoding="utf-8-sig", newline="") as stream:
        text = stream.read()
    numbered = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not numbered:
        raise ValueError("no lines")
    separator = next((sign for sign in ";\t" if all(sign in line for _, line in numbered[:2])), ",")
    rows = [
        (n, [f.strip() for f in fields]) for n, line in numbered for fields in csv.reader([line], delimiter=separator)
    ]
    notes: list[str] = []
    if separator == ";" and any("," in field for _, row in rows for field in row):
        rows = [(number, [_with_point(field) for field in row]) for number, row in rows]
        notes.append("commas read as decimal points")
    header: tuple[str, ...] = ()
    if _is_pandas(rows):
        rows = [(number, row[1:]) for number, row in rows[1:]]
        notes.append("row numbers in the first column, and column numbers in the first line, left out (pandas)")
    elif not any(map(is_number, rows[0][1])):
        header, rows = tuple(rows[0][1]), rows[1:]
    if not rows:
        raise ValueError("no line of numbers")
    _check(rows)
    return Table(np.array([[float(field) for field in row] for _, row in rows]), header, tuple(notes))


def is_number(text: str) -> bool:
    """Return whether a field is a number; 1_0 is a slip in data, though Python reads it."""
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _with_point(field: str) -> str:
    return field.replace(",", ".") if field.count(",") == 1 and "." not in field else field


def _is_pandas(rows: list[tuple[int, list[str]]]) -> bool:
    (_, first), *rest = rows
    return (
        len(first) > 1
        and first[0] == ""
        and first[1:] == [str(k) for k in range(len(first) - 1)]
        and [row[0] for _, row in rest] == [str(k) for k in range(len(rest))]
    )


def _check(rows: list[tuple[int, list[str]]]) -> None:
    for number, row in rows:
        bad = next((field for field in row if not is_number(field)), None)
        if bad is not None:
            remedy = ""
            if number == rows[0][0] and any(map(is_number, row)):
                remedy = "; a header has no number in any field"
            raise ValueError(f"line {number} holds {bad!r}, which is no number{remedy}")
        rounded = next((field for field in row if _is_rounded_integer(field)), None)
        if rounded is not None:
            raise ValueError(f"line {number} holds the integer {rounded}, which double precision would change")
    widths = {len(row) for _, row in rows}
    if len(widths) > 1:
        raise ValueError(f"lines have different numbers of fields: {sorted(widths)}")


def _is_rounded_integer(text: str) -> bool:
    """Whether a number is written as an integer (of 400 digits at most) that no double equals; decimals are always rounded."""
    digits = text.lstrip("+-")
    value = float(text)
    return digits.isdecimal() and len(digits) <= 400 and bool(np.isfinite(value)) and int(text) != int(value)
