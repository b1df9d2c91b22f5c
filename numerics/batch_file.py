"""Read a batch of samples from a file: arrays, tensors and tables of text, checked before anything runs.

Rows are samples, columns are features.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from numerics.batch_text import Table, read_table

FORMATS = (".npy", ".npz", ".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".pt")

_UNREADABLE = (ValueError, OSError, EOFError, MemoryError, RuntimeError, BadZipFile, zlib.error, csv.Error)
"""What truncated, damaged, encrypted and lying files raise."""


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A batch as a file holds it: the samples that have a direction of their own, and what was set aside.

    Parameters
    ----------
    samples : ndarray, shape (n, d), float64
    rows : ndarray of int, shape (n,)
        The row of each sample in the file, counted from 1.
    zero : tuple of int
        Rows of zeros only: they have no direction.
    equal : tuple of (int, int)
        (first, later) rows that are equal; the later ones are set aside.
    header : tuple of str
        Names of the columns, if the file has them.
    notes : tuple of str
        What was read otherwise than as it stands.
    """

    samples: np.ndarray
    rows: np.ndarray
    zero: tuple[int, ...] = ()
    equal: tuple[tuple[int, int], ...] = ()
    header: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_batch(path: str | Path, key: str | None = None) -> np.ndarray:
    """Return the batch in a file.

    Parameters
    ----------
    path : str or Path
        ``.npy`` (one array), ``.npz``, ``.csv`` or ``.tsv`` (numbers, an optional header line; also ``.gz``), ``.parquet`` (with
        pandas), ``.pt`` (a tensor; with torch).
    key : str or None
        The array of an ``.npz`` file that holds several.

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
    return open_batch(path, key, strict=True).samples


def open_batch(path: str | Path, key: str | None = None, *, strict: bool = False) -> BatchFile:
    """Return the batch in a file, zero rows and duplicates set aside and named.

    Parameters
    ----------
    path, key
        As for `read_batch`.
    strict : bool
        Refuse zero rows and duplicates.

    Raises
    ------
    ValueError
        As `read_batch`, but for zero rows and duplicates (unless `strict`), as long as two samples are left.
    """
    file = Path(path)
    if not file.name.endswith(FORMATS):
        raise ValueError(f"read_batch needs a file ending in {', '.join(FORMATS)}, got {file.name!r}.")
    if not file.is_file():
        raise ValueError(f"read_batch needs an existing file, got {str(path)!r}.")
    if file.stat().st_size == 0:
        raise ValueError(f"read_batch needs a file that is not empty, got {file.name!r}.")
    if key is not None and file.suffix != ".npz":
        raise ValueError(f"read_batch needs an npz file with a key, got key={key!r} for {file.name!r}.")
    table = _load(file, key)
    batch = _numeric(table.values, file.name)
    _check_finite(batch, file.name)
    zero = ~batch.any(axis=1)
    _, first, inverse = np.unique(batch + 0.0, axis=0, return_index=True, return_inverse=True)
    origin = first[inverse.ravel()]
    repeated = (origin != np.arange(len(batch))) & ~zero
    kept = np.flatnonzero(~zero & ~repeated)
    equal = tuple((int(origin[row]) + 1, int(row) + 1) for row in np.flatnonzero(repeated))
    zeros = tuple((np.flatnonzero(zero) + 1).tolist())
    if strict and zeros:
        raise ValueError(
            f"read_batch needs samples with a direction, got only zeros in rows {_listed(zeros)} of {file.name!r}."
        )
    if strict and equal:
        raise ValueError(f"read_batch needs distinct samples, got equal rows {_pairs(equal)} in {file.name!r}.")
    if len(kept) < 2:
        why = [f"only zeros in rows {_listed(zeros)}"] if zeros else []
        why += [f"equal rows {_pairs(equal)}"] if equal else []
        raise ValueError(
            f"read_batch needs two distinct samples with a direction, got {len(kept)} among {len(batch)} rows of "
            f"{file.name!r} ({', '.join(why)})."
        )
    return BatchFile(batch[kept], kept + 1, zeros, equal, table.header, table.notes)


def _load(file: Path, key: str | None) -> Table:
    try:
        if file.name.endswith((".csv", ".tsv", ".gz")):
            return read_table(file)
        if file.suffix == ".parquet":
            return _load_parquet(file)
        if file.suffix == ".pt":
            return Table(_load_tensor(file))
        loaded = np.load(file, allow_pickle=False)
    except _UNREADABLE as error:
        raise _unreadable(file, error) from None
    if isinstance(loaded, np.ndarray):
        return Table(loaded)
    with loaded:
        names = loaded.files
        if key is None and len(names) != 1:
            raise ValueError(
                f"read_batch needs exactly one array in an npz file, got {names} in {file.name!r}; --key names one."
            )
        if key is not None and key not in names:
            raise ValueError(f"read_batch needs a key of {file.name!r} ({', '.join(names)}), got key={key!r}.")
        try:
            return Table(np.asarray(loaded[names[0] if key is None else key]))
        except _UNREADABLE as error:
            raise _unreadable(file, error) from None


def _unreadable(file: Path, error: BaseException) -> ValueError:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return ValueError(f"read_batch needs numbers it can read, got {file.name!r} ({reason}).")


def _load_parquet(file: Path) -> Table:
    try:
        import pandas as pd

        frame = pd.read_parquet(file)
    except ImportError as error:
        raise ValueError(f"a parquet file needs pandas and pyarrow: {str(error).splitlines()[0]}") from None
    return Table(frame.to_numpy(), tuple(map(str, frame.columns)))


def _load_tensor(file: Path) -> np.ndarray:
    try:
        import torch
    except ImportError:
        raise ValueError("a pt file needs torch, which is not installed") from None
    try:
        loaded = torch.load(file, map_location="cpu", weights_only=True)  # tensors only: nothing in it is run
    except Exception as error:  # torch raises whatever its readers raise
        raise ValueError(str(error)) from None
    if not isinstance(loaded, torch.Tensor):
        raise ValueError(f"it holds {type(loaded).__name__}, not one tensor")
    return np.asarray(loaded.detach().to(torch.float64) if loaded.is_floating_point() else loaded.detach())


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


def _check_finite(batch: np.ndarray, name: str) -> None:
    bad = ~np.isfinite(batch).all(axis=1)
    if bad.any():
        rows = _listed((np.flatnonzero(bad) + 1).tolist())
        raise ValueError(f"read_batch needs finite entries, got nan or infinity in rows {rows} of {name!r}.")


def _listed(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:10])) + (", ..." if len(rows) > 10 else "")


def _pairs(equal: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{first} = {later}" for first, later in equal[:10]) + (", ..." if len(equal) > 10 else "")
