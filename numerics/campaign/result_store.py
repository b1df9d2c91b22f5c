r"""Results of shards on disk: one SQLite file, one writer, floats kept bit for bit.

A shard is a row ``(campaign, index, payload, checksum)``; a campaign is a row with its key (:mod:`numerics.campaign.fingerprint`) and a
readable description. Rows are written in batches, each one transaction of a write-ahead log: whoever is killed, at any
moment, leaves a sound file that lacks at most the last batch, and that batch is computed again with the same bits.

Only one process may have the file open; the lock is the operating system's and goes with the process, however it ends.

The checksum is of the campaign's key, the index and the payload. A shard that does not agree with its own (a flipped bit, on
disk or on the way) is not handed out but named in `ResultStore.damaged`; whoever asked computes it again, with the same bits.

Payload: one line of JSON ``[[name, shape], ...]``, then the IEEE 754 doubles of all entries, little-endian.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

SCHEMA_VERSION = 2
"""Version of the tables and of the payload; a file of another version is refused, never rewritten."""

_APPLICATION_ID = int.from_bytes(b"haar")
_BATCH = 512  # rows a commit; at 20 us a row and 100 us a commit more would gain nothing
_SECONDS = 0.2  # slow shards are committed at least this often

_SCHEMA = f"""
CREATE TABLE campaign(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, description TEXT NOT NULL);
CREATE TABLE shard(campaign INTEGER NOT NULL REFERENCES campaign(id), number INTEGER NOT NULL, payload BLOB NOT NULL,
                   checksum BLOB NOT NULL, PRIMARY KEY(campaign, number)) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""

ShardResult = dict[str, float | NDArray[np.float64]]
"""Named numbers and arrays that one shard computed; arrays are read-only."""


class StoreError(RuntimeError):
    """The result file cannot be used or written; what was committed before is intact."""


class ResultStore:
    """A file of shard results, open for one process.

    Parameters
    ----------
    path : str or path
        The file; made when it does not exist, together with two companions (``-wal``) while it is open.

    Raises
    ------
    StoreError
        When it cannot be opened, belongs to another program or schema version, or is open in another process.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, ResultStore(Path(folder) / "results.sqlite") as store:
    ...     store.put("key", 0, encode({"mean": 0.1}))
    ...     store.commit()
    ...     decode(store.load("key")[0])
    {'mean': 0.1}
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.damaged: list[str] = []
        self._pending: list[tuple[int, int, bytes, bytes]] = []
        self._campaigns: dict[str, int] = {}
        self._last_commit = time.monotonic()
        with self._explained("open"):
            self._connection = sqlite3.connect(self.path, timeout=1.0, isolation_level=None)
        try:
            with self._explained("open"):
                self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.commit()
        finally:
            self.close()

    def load(self, key: str, start: int = 0, stop: int | None = None) -> dict[int, bytes]:
        """Return the committed payloads of a campaign that agree with their checksums; the others are named in `damaged`.

        Parameters
        ----------
        key : str
            Its key.
        start, stop : int, optional
            Range of shard indices, ``start <= index < stop``; to the end by default.

        Returns
        -------
        dict of int to bytes
            By index, in increasing order; damaged shards are missing.

        Raises
        ------
        StoreError
            When the file cannot be read.
        """
        query = (
            "SELECT number, payload, shard.checksum FROM shard JOIN campaign ON campaign.id = shard.campaign "
            "WHERE key = ? AND number >= ? AND number < ? ORDER BY number"
        )
        with self._explained("read"):
            rows = self._connection.execute(query, (key, start, 2**62 if stop is None else stop)).fetchall()
        sound = {number: payload for number, payload, checksum in rows if _checksum(key, number, payload) == checksum}
        self.damaged += [
            f"shard {number} of campaign {key[:12]} in {str(self.path)!r} is damaged (its checksum disagrees); it is drawn again"
            for number, *_ in rows
            if number not in sound
        ]
        return sound

    def put(self, key: str, index: int, payload: bytes, description: Mapping[str, Any] | None = None) -> None:
        """Add a shard to the batch, and commit the batch when it is full or old.

        Parameters
        ----------
        key : str
            Key of the campaign.
        index : int
            Number of the shard.
        payload : bytes
            Its result, from :func:`encode`.
        description : mapping, optional
            JSON data about the campaign for human readers, kept when its first shard is put.

        Raises
        ------
        StoreError
            When the batch cannot be written; it is forgotten, what was committed before stays.
        """
        if key not in self._campaigns:
            self._campaigns[key] = self._campaign(key, json.dumps(description or {}))
        self._pending.append((self._campaigns[key], index, payload, _checksum(key, index, payload)))
        if len(self._pending) >= _BATCH or time.monotonic() - self._last_commit > _SECONDS:
            self.commit()

    def commit(self) -> None:
        """Write the batch as one transaction.

        Raises
        ------
        StoreError
            When it cannot be written; the batch is forgotten, what was committed before stays.
        """
        batch, self._pending = self._pending, []
        if batch:
            with self._explained("write"), self._transaction():
                self._connection.executemany("INSERT OR REPLACE INTO shard VALUES (?, ?, ?, ?)", batch)
        self._last_commit = time.monotonic()

    def close(self) -> None:
        """Close the file and free its lock; a batch that was not committed is dropped."""
        self._connection.close()

    def _campaign(self, key: str, description: str) -> int:
        with self._explained("write"), self._transaction():
            self._connection.execute(
                "INSERT OR IGNORE INTO campaign(key, description) VALUES (?, ?)", (key, description)
            )
            (number,) = self._connection.execute("SELECT id FROM campaign WHERE key = ?", (key,)).fetchone()
        return int(number)

    def _prepare(self) -> None:
        execute = self._connection.execute
        # Exclusive locking turns "open in another process" into an error at once, and needs no shared memory.
        execute("PRAGMA locking_mode = EXCLUSIVE")
        (application,) = execute("PRAGMA application_id").fetchone()
        (version,) = execute("PRAGMA user_version").fetchone()
        (tables,) = execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if application != _APPLICATION_ID and (tables or application or version):
            raise StoreError(
                f"ResultStore needs a result file of this program, got {str(self.path)!r} of another; choose another file."
            )
        if tables and version != SCHEMA_VERSION:
            raise StoreError(
                f"ResultStore needs a result file of schema version {SCHEMA_VERSION} (numbers of another are read differently), "
                f"got version {version} in {str(self.path)!r}; use the haarmite that wrote it, or choose another file."
            )
        execute("PRAGMA journal_mode = WAL")
        # A commit survives the death of the process; after a power cut the file is sound but may lack the last
        # commits.
        execute("PRAGMA synchronous = NORMAL")
        with self._transaction():
            # Takes the lock now: in WAL mode reading alone would not.
            if not tables:
                for statement in _SCHEMA.split(";"):
                    execute(statement)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # SQLite has rolled back by itself after some errors.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        """Turn what SQLite reports into a message that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            text = str(error)
            if "locked" in text:
                advice = "another run has it open; wait for that run, or choose another file"
            elif "full" in text or "disk I/O" in text:
                advice = "free some space and start again: what was committed is intact, the rest is computed again"
            elif "not a database" in text or "malformed" in text:
                advice = "it is no sound result file; move it away"
            else:
                advice = "check that its folder exists and may be written"
            raise StoreError(f"ResultStore cannot {action} {str(self.path)!r}: {text}; {advice}.") from error


def _checksum(key: str, index: int, payload: Any) -> bytes:
    """Return the checksum of a shard; a payload that is no longer bytes has one that no shard has."""
    content = payload if isinstance(payload, bytes) else repr(payload).encode()
    return hashlib.blake2b(f"{key}\n{index}\n".encode() + content, digest_size=16).digest()


def encode(result: Mapping[str, ArrayLike]) -> bytes:
    """Return a shard result as bytes, every float64 bit for bit.

    Parameters
    ----------
    result : mapping of str to float, or array_like of float64
        Named real numbers and arrays; integers up to ``2**53`` are exact as floats and allowed.

    Returns
    -------
    bytes
        The payload.

    Raises
    ------
    TypeError
        When it is no mapping with text keys, or an entry holds other than real numbers.
    ValueError
        When a number is NaN or infinite, or an integer beyond ``2**53``.

    Examples
    --------
    >>> decode(encode({"mean": 1 / 3, "sums": [1.0, 2.0]}))["mean"] == 1 / 3
    True
    """
    if not isinstance(result, Mapping) or not all(isinstance(name, str) for name in result):
        raise TypeError(
            f"encode needs a mapping from names to numbers (one entry per quantity), got {type(result).__name__}."
        )
    header, parts = [], []
    for name, value in result.items():
        array = _exact_floats(name, value)
        header.append([name, list(array.shape)])
        parts.append(array.astype("<f8").tobytes())
    return json.dumps(header).encode() + b"\n" + b"".join(parts)


def decode(payload: bytes) -> ShardResult:
    """Return what :func:`encode` was given, scalars as ``float`` and the rest as read-only float64 arrays.

    Parameters
    ----------
    payload : bytes
        From ``encode``.

    Returns
    -------
    dict of str to float or numpy.ndarray
        In the original order.

    Raises
    ------
    StoreError
        When the payload is damaged.

    Examples
    --------
    >>> decode(encode({"n": 3, "pair": [0.5, 2.0]}))
    {'n': 3.0, 'pair': array([0.5, 2. ])}
    """
    try:
        line, _, body = payload.partition(b"\n")
        header = [(str(name), tuple(map(int, shape))) for name, shape in json.loads(line)]
        numbers = np.frombuffer(body, dtype="<f8")
        if not line.startswith(b"[") or numbers.size != sum(math.prod(shape) for _, shape in header):
            raise ValueError("wrong length")
    except (ValueError, TypeError) as error:
        raise StoreError(
            f"decode needs an intact payload, got {len(payload)} damaged bytes; move the result file away."
        ) from error
    result: ShardResult = {}
    position = 0
    for name, shape in header:
        size = math.prod(shape)
        entry = numbers[position : position + size].reshape(shape)
        result[name] = entry if shape else float(entry)
        position += size
    return result


def _exact_floats(name: str, value: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise TypeError(f"encode needs real numbers of at most 64 bits (stored as float64), got {name}={value!r}.")
    if array.dtype.kind in "iu" and array.size and max(abs(int(array.min())), abs(int(array.max()))) > 2**53:
        raise ValueError(
            f"encode needs integers up to 2**53 (larger ones are not exact as float64), got {name}={value!r}."
        )
    floats = array.astype(np.float64)
    if not np.isfinite(floats).all():
        bad = floats[~np.isfinite(floats)][0]
        raise ValueError(
            f"encode needs finite numbers (NaN and infinity are no results), got {float(bad)!r} in {name!r}."
        )
    return floats
