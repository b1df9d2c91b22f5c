"""A store returns the bits it was given, refuses files that are not its own, and survives what stops it."""

from __future__ import annotations

import math
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.campaign.campaign import Campaign
from numerics.campaign.result_store import SCHEMA_VERSION, ResultStore, StoreError, decode, encode

FINITE = st.floats(allow_nan=False, allow_infinity=False)
PAYLOAD = encode({"x": np.zeros(100)})


@settings(deadline=None, max_examples=100)
@given(
    result=st.dictionaries(
        st.text(max_size=4), st.one_of(FINITE, st.lists(FINITE, max_size=4), st.integers(-(2**53), 2**53)), max_size=4
    )
)
def test_decoding_restores_every_bit(result):
    restored = decode(encode(result))
    assert list(restored) == list(result)
    for name, value in result.items():
        entry = restored[name]
        assert np.asarray(entry).tobytes() == np.asarray(value, dtype=float).tobytes()  # tells 0.0 from -0.0
        assert isinstance(entry, float) == (not isinstance(value, list))


def test_arrays_keep_their_shape_and_are_read_only():
    entry = decode(encode({"a": np.arange(6).reshape(1, 2, 3)}))["a"]
    assert (entry.shape, entry.flags.writeable) == ((1, 2, 3), False)
    assert decode(encode({"a": np.asfortranarray(np.arange(6.0).reshape(2, 3))}))["a"][1, 0] == 3.0


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        ({"x": math.nan}, ValueError, r"finite numbers .* got nan in 'x'"),
        ({"x": [0.0, -math.inf]}, ValueError, r"got -inf in 'x'"),
        ({"x": 2**53 + 1}, ValueError, r"integers up to 2\*\*53"),
        ({"x": "1"}, TypeError, r"real numbers .* got x='1'"),
        ({"x": 1j}, TypeError, r"got x=1j"),
        ({"x": True}, TypeError, r"got x=True"),
        ({"x": None}, TypeError, r"got x=None"),
        ({"x": np.zeros(2, dtype=np.longdouble)}, TypeError, r"at most 64 bits"),
        ({1: 2.0}, TypeError, r"mapping from names"),
        ([1.0], TypeError, r"got list"),
    ],
)
def test_results_that_are_refused(result, error, message):
    with pytest.raises(error, match=message):
        encode(result)


@pytest.mark.parametrize("damaged", [b"", b"{}", PAYLOAD[:-1], PAYLOAD + b"8 bytes.", b"[[1]]\n", b"\xff\n"])
def test_a_damaged_payload_is_refused(damaged):
    with pytest.raises(StoreError, match=r"intact payload"):
        decode(damaged)


def test_what_was_put_is_there_after_closing(tmp_path):
    path = tmp_path / "r.sqlite"
    with ResultStore(path) as store:
        for index in (3, 1, 2000):
            store.put("one", index, encode({"x": index}), {"claim": "A7"})
        store.put("two", 1, encode({"x": -1}))
    with ResultStore(path) as store:
        assert {index: decode(payload) for index, payload in store.load("one").items()} == {
            1: {"x": 1.0},
            3: {"x": 3.0},
            2000: {"x": 2000.0},
        }
        assert list(store.load("one", 2, 2000)) == [3]
        assert store.load("three") == {}
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT description FROM campaign").fetchall() == [('{"claim": "A7"}',), ("{}",)]
    connection.close()


def test_a_store_in_use_is_refused_and_free_after_a_kill(tmp_path):
    path = tmp_path / "r.sqlite"
    program = (
        "import sys, time; from numerics.campaign.result_store import ResultStore; store = ResultStore(sys.argv[1]); "
        "store.put('k', 0, b''); store.commit(); print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(StoreError, match=r"locked; another run has it open"):
            ResultStore(path)
        other.kill()
    with ResultStore(path) as store:
        assert list(store.load("k")) == [0]


def test_two_stores_on_one_file_in_one_process(tmp_path):
    with ResultStore(tmp_path / "r.sqlite"), pytest.raises(StoreError, match=r"another run has it open"):
        ResultStore(tmp_path / "r.sqlite")


def test_another_schema_version_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "r.sqlite"
    ResultStore(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=rf"schema version {SCHEMA_VERSION} .* got version {SCHEMA_VERSION + 1}"):
        ResultStore(path)
    assert path.read_bytes() == before


def test_files_of_others_are_refused_and_left_alone(tmp_path):
    foreign = tmp_path / "foreign.sqlite"
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE t(x)")
    connection.commit()
    connection.close()
    text = tmp_path / "text"
    text.write_text("not a database " * 100)
    for path, message in (
        (foreign, r"of another; choose another file"),
        (text, r"not a database; it is no sound result"),
    ):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=message):
            ResultStore(path)
        assert path.read_bytes() == before
    with pytest.raises(StoreError, match=r"cannot open .* check that its folder exists"):
        ResultStore(tmp_path / "no" / "folder.sqlite")
    with pytest.raises(StoreError, match=r"cannot open"):
        ResultStore(tmp_path)


@pytest.mark.fault
def test_a_full_disk_loses_only_the_batch(tmp_path):
    path = tmp_path / "r.sqlite"
    store = ResultStore(path)
    for index in range(20):
        store.put("k", index, PAYLOAD)
    store.commit()
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages + 3}")  # SQLite's own way to run out of space
    for index in range(20, 120):
        store._pending.append((1, index, PAYLOAD, b""))
    with pytest.raises(StoreError, match=r"cannot write .* full; free some space"):
        store.commit()
    assert list(store.load("k")) == list(range(20))
    store._connection.execute(f"PRAGMA max_page_count = {pages + 1000}")
    store.put("k", 20, PAYLOAD)
    store.commit()
    assert list(store.load("k")) == list(range(21))
    store.close()


WRITER = """
import resource, signal, sys
from numerics.campaign.result_store import ResultStore, StoreError, encode
import numpy as np
store = ResultStore(sys.argv[1])
store.put("k", 0, encode({"x": np.zeros(1000)})); store.commit()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    for index in range(1, 100):
        store.put("k", index, encode({"x": np.zeros(1000)})); store.commit()
except StoreError as error:
    print(index, error)
"""


@pytest.mark.fault
@pytest.mark.skipif(not hasattr(os, "fork"), reason="file size limits are POSIX")
def test_a_file_that_may_not_grow_keeps_what_was_committed(tmp_path):
    path = tmp_path / "r.sqlite"
    run = subprocess.run(
        [sys.executable, "-c", WRITER, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    written, message = run.stdout.split(" ", 1)
    assert "free some space and start again" in message
    with ResultStore(path) as store:
        assert list(store.load("k")) == list(range(int(written)))
        assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path):
    folder = Path(tmp_path / "locked")
    folder.mkdir(mode=0o500)
    with pytest.raises(StoreError, match=r"check that its folder exists and may be written"):
        ResultStore(folder / "r.sqlite")


@pytest.mark.parametrize("place", ["payload", "checksum", "number"])
def test_a_flipped_bit_is_named_and_its_shard_is_missing(tmp_path, place):
    path = tmp_path / "r.sqlite"
    with ResultStore(path) as store:
        for index in range(4):
            store.put("k", index, encode({"x": np.arange(3.0) + index}))
    connection = sqlite3.connect(path)
    if place == "number":
        connection.execute("UPDATE shard SET number = 9 WHERE number = 2")
    else:
        (value,) = connection.execute(f"SELECT {place} FROM shard WHERE number = 2").fetchone()
        flipped = value[:-1] + bytes([value[-1] ^ 0x40])
        connection.execute(f"UPDATE shard SET {place} = ? WHERE number = 2", (flipped,))
    connection.commit()
    connection.close()
    with ResultStore(path) as store:
        assert list(store.load("k")) == [0, 1, 3]
        (named,) = store.damaged
        assert f"shard {9 if place == 'number' else 2} of campaign k in" in named
        assert "drawn again" in named


def test_a_damaged_shard_is_drawn_again_with_the_same_bits(tmp_path):
    path = tmp_path / "r.sqlite"
    campaign = Campaign("T", "case", uniform_mean, {"size": 5}, 0)
    with ResultStore(path) as store:
        first = campaign.run(6, store=store)
    connection = sqlite3.connect(path)
    (value,) = connection.execute("SELECT payload FROM shard WHERE number = 3").fetchone()
    connection.execute("UPDATE shard SET payload = ? WHERE number = 3", (value[:-1] + bytes([value[-1] ^ 1]),))
    connection.commit()
    connection.close()
    with ResultStore(path) as store:
        assert campaign.run(6, store=store) == first
        assert len(store.damaged) == 1
    with ResultStore(path) as store:
        assert campaign.run(6, store=store) == first
        assert store.damaged == []


def uniform_mean(rng, size):
    return {"mean": float(rng.random(size).mean())}
