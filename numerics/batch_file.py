"""Read a batch of samples from a file: NumPy arrays and comma-separated text, checked before anything runs.

Rows are samples, columns are features.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

FORMATS = (".npy", ".npz", ".csv")


def read_batch(path: str | Path) -> np.ndarray:
    """Return the batch in a file.

    Parameters
    ----------
    path : str or Path
        ``.npy`` (one array), ``.npz`` (exactly one array), ``.csv`` (numbers, an optional header line).

    Returns
    -------
    ndarray, shape (n, d), float64
        n >= 2 distinct samples, none of them zero; every entry finite.

    Raises
    ------
    ValueError
        If the file is missing, empty, of another format, not numeric, not two-dimensional, or holds nan, infinity,
        fewer than two samples, zero samples or duplicates (the message names the rows, counted from 1).
    """
    file = Path(path)
    if file.suffix not in FORMATS:
        raise ValueError(f"read_batch needs a file ending in {', '.join(FORMATS)}, got {file.name!r}.")
    if not file.is_file():
        raise ValueError(f"read_batch needs an existing file, got {str(path)!r}.")
    if file.stat().st_size == 0:
        raise ValueError(f"read_batch needs a file that is not empty, got {file.name!r}.")
    batch = _numeric(_load(file), file.name)
    _check_rows(batch, file.name)
    return batch


def _load(file: Path) -> np.ndarray:
    try:
        if file.suffix == ".csv":
            return _load_text(file)
        loaded = np.load(file, allow_pickle=False)
    except (ValueError, OSError, EOFError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"read_batch needs numbers it can read, got {file.name!r} ({reason}).") from None
    if isinstance(loaded, np.ndarray):
        return loaded
    with loaded:
        names = loaded.files
        if len(names) != 1:
            raise ValueError(f"read_batch needs exactly one array in an npz file, got {names} in {file.name!r}.")
        try:
            return np.asarray(loaded[names[0]])
        except ValueError as error:
            raise ValueError(f"read_batch needs numbers it can read, got {file.name!r} ({error}).") from None


def _load_text(file: Path) -> np.ndarray:
    lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    if not lines:
        raise ValueError("no lines")
    header = 1 if not _is_number(lines[0].split(",")[0]) else 0
    rows = []
    for number, line in enumerate(lines[header:], start=header + 1):
        fields = line.split(",")
        if not all(map(_is_number, fields)):
            bad = next(field for field in fields if not _is_number(field))
            raise ValueError(f"line {number} holds {bad.strip()!r}, which is no number")
        rounded = next((field for field in fields if _is_rounded_integer(field)), None)
        if rounded is not None:
            raise ValueError(f"line {number} holds the integer {rounded.strip()}, which double precision would change")
        rows.append([float(field) for field in fields])
    widths = {len(row) for row in rows}
    if len(widths) > 1:
        raise ValueError(f"lines have different numbers of fields: {sorted(widths)}")
    return np.array(rows)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text  # Python reads 1_0 as 10; in data it is a slip


def _is_rounded_integer(text: str) -> bool:
    """Whether a number is written as an integer (of 400 digits at most) that no double equals; decimals are always rounded."""
    digits = text.strip().lstrip("+-")
    value = float(text)
    return digits.isdecimal() and len(digits) <= 400 and np.isfinite(value) and int(text) != int(value)


def _numeric(array: np.ndarray, name: str) -> np.ndarray:
    if array.dtype.kind not in "iuf":
        raise ValueError(f"read_batch needs real numbers, got an array of {array.dtype} in {name!r}.")
    if array.ndim != 2:
        raise ValueError(f"read_batch needs two dimensions (samples, features), got shape {array.shape} in {name!r}.")
    batch = np.ascontiguousarray(array, dtype=np.float64)
    if array.dtype.kind in "iu":
        _check_exact(array, batch, name)
    if batch.shape[0] < 2 or batch.shape[1] < 1:
        raise ValueError(f"read_batch needs two samples or more (correlations are of pairs), got shape {batch.shape}.")
    return batch


def _check_exact(integers: np.ndarray, batch: np.ndarray, name: str) -> None:
    """Refuse integers beyond 2^53 that change as doubles: distinct samples would become equal, angles others."""
    for row, column in np.argwhere(np.abs(batch) >= 2.0**53).tolist():
        if int(integers[row, column]) != int(batch[row, column]):
            raise ValueError(
                f"read_batch needs integers that double precision holds exactly (all up to 2^53), got "
                f"{int(integers[row, column])} in row {row + 1} of {name!r}; scale the data, or store what is meant."
            )


def _check_rows(batch: np.ndarray, name: str) -> None:
    def rows(mask: Any) -> str:
        numbers = (np.flatnonzero(mask) + 1).tolist()
        return ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")

    bad = ~np.isfinite(batch).all(axis=1)
    if bad.any():
        raise ValueError(f"read_batch needs finite entries, got nan or infinity in rows {rows(bad)} of {name!r}.")
    zero = ~batch.any(axis=1)
    if zero.any():
        raise ValueError(f"read_batch needs samples with a direction, got only zeros in rows {rows(zero)} of {name!r}.")
    _, first, inverse = np.unique(batch + 0.0, axis=0, return_index=True, return_inverse=True)
    repeated = first[inverse.ravel()] != np.arange(len(batch))
    if repeated.any():
        pairs = [f"{first[inverse.ravel()[i]] + 1} = {i + 1}" for i in np.flatnonzero(repeated)[:10]]
        raise ValueError(f"read_batch needs distinct samples, got equal rows {', '.join(pairs)} in {name!r}.")
