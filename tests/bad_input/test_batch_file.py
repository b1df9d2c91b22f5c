"""Batches that cannot be judged: each is refused with a line that names the file's fault and the rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from numerics.batch_file import open_batch, read_batch


def save(name: str, array: np.ndarray) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        np.save(folder / name, array)
        return folder / name

    return write


def text(content: str | bytes, name: str = "batch.csv") -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        file = folder / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


def archive(**arrays: np.ndarray) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        np.savez(folder / "batch.npz", **arrays)
        return folder / "batch.npz"

    return write


BAD: list[tuple[Callable[[Path], Path], str]] = [
    (lambda folder: folder / "missing.npy", "existing file"),
    (lambda folder: folder, "ending in"),
    (text("1,2\n3,4\n", "batch.txt"), "ending in"),
    (text("", "batch.npy"), "not empty"),
    (text(""), "not empty"),
    (text("\n\n"), "no lines"),
    (text(b"\x00\x01\x02rubbish", "batch.npy"), "can read"),
    (text(b"\x00\x01\x02rubbish", "batch.npz"), "can read"),
    (text(b"\xff\xfe\x00\x01"), "can read"),
    (text("a,b\n1,2\nx,4\n"), "line 3 holds 'x'"),
    (text("1,2\n3\n"), "different numbers of fields"),
    (text("1,2\n3,\n"), "no number"),
    (text("1,2\nnan,4\n"), "rows 2"),
    (save("b.npy", np.array([["a", "b"], ["c", "d"]])), "real numbers"),
    (save("b.npy", np.array([[1j, 0], [0, 1]])), "real numbers"),
    (save("b.npy", np.array([[True, False], [False, True]])), "real numbers"),
    (save("b.npy", np.arange(5.0)), "two dimensions"),
    (save("b.npy", np.ones((2, 2, 2))), "two dimensions"),
    (save("b.npy", np.float64(3.0)), "two dimensions"),
    (save("b.npy", np.ones((1, 4))), "two samples"),
    (save("b.npy", np.ones((0, 4))), "two samples"),
    (save("b.npy", np.ones((3, 0))), "two samples"),
    (save("b.npy", np.array([[1.0, np.nan], [2.0, 1.0], [np.inf, 0.0]])), "rows 1, 3"),
    (save("b.npy", np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0], [0.0, -0.0]])), "rows 2, 4"),
    (save("b.npy", np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])), "1 = 3"),
    (save("b.npy", np.array([[1.0, 0.0], [1.0, -0.0]])), "1 = 2"),
    (archive(a=np.eye(2), b=np.eye(2)), "exactly one array"),
    (archive(), "exactly one array"),
    (text("1,NA,3\n4,5,6\n"), "line 1 holds 'NA', which is no number; a header"),
    (text("1D-3,2\n4,5\n"), "line 1 holds '1D-3'"),
    (text("$1,2\n4,5\n"), r"line 1 holds '\$1'"),
    (text(b"\x1f\x8b broken", "batch.csv.gz"), "can read"),
    (text(b"no tensor", "batch.pt"), "can read"),
]


@pytest.mark.parametrize(("make", "reason"), BAD)
def test_refused_with_one_clear_line(make: Callable[[Path], Path], reason: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        read_batch(make(tmp_path))
    assert "\n" not in str(caught.value)


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    np.save(tmp_path / "b.npy", np.array([{"a": 1}, {"b": 2}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="can read"):
        read_batch(tmp_path / "b.npy")


GOOD = [
    save("b.npy", np.array([[1, 2], [3, 4]])),
    save("b.npy", np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)),
    archive(batch=np.array([[1.0, 2.0], [3.0, 4.0]])),
    text("1,2\n3,4\n"),
    text("height,width\n1,2\n\n3,4\n"),
    text("\ufeff1, 2\r\n3, 4\r\n"),
    text("1;2\n3;4\n"),
    text("a;b\n1,0;2,0\n3,0;4,0\n"),
    text("1\t2\n3\t4\n", "batch.tsv"),
    text('"height","width"\n"1","2"\n"3","4"\n'),
    text(",0,1\n0,1,2\n1,3,4\n"),
    text(gzip.compress(b"1,2\n3,4\n"), "batch.csv.gz"),
]


@pytest.mark.parametrize("make", GOOD)
def test_accepted(make: Callable[[Path], Path], tmp_path: Path) -> None:
    batch = read_batch(make(tmp_path))
    assert batch.dtype == np.float64
    assert np.array_equal(batch, [[1, 2], [3, 4]])


BEYOND = 2**53 + 1


@pytest.mark.parametrize("suffix", ["npy", "npz", "csv"])
@pytest.mark.parametrize("value", [BEYOND, -BEYOND, 2**62 + 1], ids=["above", "below", "far"])
def test_integers_are_read_exactly_or_refused(suffix, value, tmp_path):
    rows, file = np.array([[1, 2], [3, value]], dtype=np.int64), tmp_path / f"batch.{suffix}"
    for number, exact in ((value, False), (value - 1, (value - 1) % 2 == 0)):
        rows[1, 1] = number
        if suffix == "csv":
            file.write_text("\n".join(",".join(map(str, row)) for row in rows.tolist()))
        elif suffix == "npy":
            np.save(file, rows)
        else:
            np.savez(file, rows)
        if exact:
            assert [[int(x) for x in row] for row in read_batch(file).tolist()] == rows.tolist()
        else:
            with pytest.raises(ValueError, match=f"got .*{number}|holds the integer {number}"):
                read_batch(file)


def test_unsigned_integers_beyond_the_signed_ones_are_read_exactly_or_refused(tmp_path):
    file = tmp_path / "batch.npy"
    np.save(file, np.array([[1, 2], [3, 2**64 - 1]], dtype=np.uint64))
    with pytest.raises(ValueError, match=f"got {2**64 - 1} in row 2"):
        read_batch(file)
    np.save(file, np.array([[1, 2], [3, 2**63]], dtype=np.uint64))
    assert read_batch(file)[1, 1] == 2.0**63


def test_a_key_names_the_array(tmp_path: Path) -> None:
    file = archive(a=np.eye(2), b=np.eye(3))(tmp_path)
    assert read_batch(file, key="b").shape == (3, 3)
    with pytest.raises(ValueError, match=r"needs a key of 'batch.npz' \(a, b\), got key='c'"):
        read_batch(file, key="c")
    with pytest.raises(ValueError, match="npz file with a key"):
        read_batch(save("b.npy", np.eye(2))(tmp_path), key="a")


def test_zero_rows_and_duplicates_are_set_aside_and_named(tmp_path: Path) -> None:
    rows = np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0], [1.0, 2.0], [0.0, -0.0], [1.0, 2.0]])
    found = open_batch(save("b.npy", rows)(tmp_path))
    assert found.zero == (2, 5)
    assert found.equal == ((1, 4), (1, 6))
    assert found.rows.tolist() == [1, 3]
    assert found.samples.tolist() == [[1, 2], [3, 4]]


def test_how_a_table_was_read_is_said(tmp_path: Path) -> None:
    assert open_batch(text("height,width\n1,2\n3,4\n")(tmp_path)).header == ("height", "width")
    assert "pandas" in open_batch(text(",0,1\n0,1,2\n1,3,4\n")(tmp_path)).notes[0]
    assert "decimal" in open_batch(text("1,5;2\n3;4\n")(tmp_path)).notes[0]
    assert open_batch(text("0,1\n1,0\n")(tmp_path)).samples.tolist() == [[0, 1], [1, 0]]
