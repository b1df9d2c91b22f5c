"""A campaign's numbers depend on its address and configuration, not on how they were computed."""

from __future__ import annotations

import math
import os
import threading

import numpy as np
import pytest

from numerics.campaign.campaign import Campaign, ShardError, ShardTask
from numerics.campaign.executor import ExecutorError, ProcessExecutor
from numerics.campaign.fingerprint import environment
from numerics.campaign.random_streams import stream
from numerics.campaign.result_store import ResultStore
from numerics.statistics.e_value import MeanTest

OFFSET = 0.0  # a global of the shard's module, which a worker must get too


def draw(rng, n):
    return {"mean": rng.standard_normal(n).mean() + OFFSET, "path": rng.random(3)}


def surroundings(rng):
    threads = [int(os.environ[f"{name}_NUM_THREADS"]) for name in ("OPENBLAS", "OMP", "MKL")]
    watched = any(thread.name == "end-with-parent" for thread in threading.enumerate())
    return {"process": os.getpid(), "threads": threads, "watched": int(watched), "draw": rng.random()}


def faulty(rng, bad):
    x = rng.random()
    if bad == "raise" and x < 0.3:
        raise ZeroDivisionError("no such kernel")
    return {"x": math.nan if bad == "nan" and x < 0.3 else x}


def toss(rng, test, bias):
    return {"tally": test.tally((rng.random(500) < bias) * 1.0)}


def bits(results):
    return [{name: np.asarray(value).tobytes() for name, value in result.items()} for result in results]


class Reversed:
    """An executor that answers in the wrong order."""

    def __init__(self):
        self.computed = []

    def map(self, task, indices):
        for index in reversed(list(indices)):
            self.computed.append(index)
            yield index, task(index)


def test_a_shard_is_its_stream_and_nothing_else():
    results = Campaign("A", "c", draw, {"n": 10}, root_seed=3).run(4)
    for index, result in enumerate(results):
        rng = stream(3, "A", "c", index)
        assert result["mean"] == rng.standard_normal(10).mean()
        assert (result["path"] == rng.random(3)).all()


def test_executor_store_and_interruption_change_no_bit(tmp_path):
    campaign = Campaign("A", "c", draw, {"n": 10})
    plain = bits(campaign.run(9))
    assert bits(campaign.run(9, executor=Reversed())) == plain
    assert bits(campaign.run(9, executor=ProcessExecutor(2))) == plain
    with ResultStore(tmp_path / "r.sqlite") as store:
        campaign.run(4, store=store, executor=Reversed())
    with ResultStore(tmp_path / "r.sqlite") as store:
        rest = Reversed()
        assert bits(campaign.run(9, store=store, executor=rest)) == plain
        assert sorted(rest.computed) == [4, 5, 6, 7, 8]
        assert bits(campaign.run(9, store=store, executor=None)) == plain
        assert bits(campaign.run(2, store=store)) == plain[:2]


def test_workers_are_other_processes_with_one_blas_thread(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    results = Campaign("A", "c", surroundings).run(6, executor=ProcessExecutor(2))
    assert all((result["threads"] == 1).all() for result in results)
    assert all(result["watched"] for result in results)
    assert os.getpid() not in {result["process"] for result in results}
    assert [result["draw"] for result in results] == [stream(0, "A", "c", index).random() for index in range(6)]


@pytest.mark.parametrize(
    "other",
    [
        Campaign("B", "c", draw, {"n": 10}),
        Campaign("A", "d", draw, {"n": 10}),
        Campaign("A", "c", draw, {"n": 11}),
        Campaign("A", "c", draw, {"n": 10.0}),
        Campaign("A", "c", draw, {"n": 10}, root_seed=1),
        Campaign("A", "c", faulty, {"n": 10}),
    ],
)
def test_every_part_of_a_campaign_is_in_its_key(other):
    campaign = Campaign("A", "c", draw, {"n": 10})
    assert campaign.key == Campaign("A", "c", draw, {"n": 10}).key
    assert campaign.key != other.key


def test_progress_counts_up_to_the_total(tmp_path):
    seen = []
    campaign = Campaign("A", "c", draw, {"n": 2})
    with ResultStore(tmp_path / "r.sqlite") as store:
        campaign.run(2, store=store)
        campaign.run(5, store=store, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 5), (3, 5), (4, 5), (5, 5)]


@pytest.mark.fault
@pytest.mark.parametrize(
    ("bad", "message"), [("raise", "ZeroDivisionError: no such kernel"), ("nan", "got nan in 'x'")]
)
@pytest.mark.parametrize("executor", [None, ProcessExecutor(2)])
def test_a_shard_that_fails_is_named_and_the_others_are_kept(tmp_path, bad, message, executor):
    good = [index for index in range(12) if stream(5, "A7", "relu", index).random() >= 0.3]
    first_bad = min(set(range(12)) - set(good))
    assert 0 < 12 - len(good) < 10
    campaign = Campaign("A7", "relu", faulty, {"bad": bad}, root_seed=5)
    with ResultStore(tmp_path / "r.sqlite") as store:
        with pytest.raises(ShardError, match=message) as caught:
            campaign.run(12, store=store, executor=executor)
        text = str(caught.value)
        assert f"shard {first_bad} (and {11 - len(good)} more) of claim 'A7', case 'relu', root_seed=5" in text
        assert "Traceback" in caught.value.__notes__[0]
        assert list(store.load(campaign.key)) == good


@pytest.mark.fault
def test_a_shard_function_that_always_fails_is_not_called_for_ever():
    calls = Reversed()
    with pytest.raises(ShardError, match=r"TypeError: .* in shard 990 \(and 9 more\)"):
        Campaign("A", "c", draw, {"m": 1}).run(1000, executor=calls)
    assert len(calls.computed) == 10


def test_an_interrupted_run_keeps_what_it_has(tmp_path):
    def interrupt(done, total):
        if done == 3:
            raise KeyboardInterrupt

    campaign = Campaign("A", "c", draw, {"n": 2})
    with ResultStore(tmp_path / "r.sqlite") as store, pytest.raises(KeyboardInterrupt):
        campaign.run(10, store=store, on_progress=interrupt)
    with ResultStore(tmp_path / "r.sqlite") as store:
        assert list(store.load(campaign.key)) == [0, 1, 2]


FAIR = MeanTest.equal(0.5, support=(0.0, 1.0), delta=0.05)


def judge(shards):
    return FAIR.judge([shard["tally"] for shard in shards], 1e-6, budget=20_000)


@pytest.mark.parametrize(("bias", "verdict"), [(0.6, "refuted"), (0.5, "supported"), (0.53, "inconclusive")])
def test_a_sequential_run_stops_where_the_full_one_decides(bias, verdict):
    campaign = Campaign("coin", str(bias), toss, {"test": FAIR, "bias": bias})
    at_most = 40 if verdict != "inconclusive" else 4
    whole = judge(campaign.run(at_most))
    assert whole.verdict == verdict
    for first in (1, 3, 40):
        computed = Reversed()
        assert campaign.run_until(judge, at_most, first=first, executor=computed) == whole
        assert whole.shards <= len(computed.computed) <= max(first, whole.shards * 1.25 + 1)


def test_a_sequential_run_resumes(tmp_path):
    campaign = Campaign("coin", "fair", toss, {"test": FAIR, "bias": 0.5})
    with ResultStore(tmp_path / "r.sqlite") as store:
        first = campaign.run_until(judge, 40, store=store)
        nothing = Reversed()
        assert campaign.run_until(judge, 40, store=store, executor=nothing) == first
        assert nothing.computed == []


def test_a_worker_that_joined_with_other_versions_does_no_work():
    task = ShardTask(Campaign("A", "c", draw, {"n": 2}))
    assert isinstance(task(0), bytes)
    task._environment = environment() | {"numpy": "1.26.4"}
    with pytest.raises(ExecutorError, match=r"a worker runs other versions"):
        task(0)


def nested():
    width = 3

    def shard(rng):
        return {"x": width}

    return shard


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Campaign(7, "c", draw), TypeError, r"text for claim .* got claim=7"),
        (lambda: Campaign("A", "c", np.mean), TypeError, r"function"),
        (lambda: Campaign("A", "c", nested()), TypeError, r"capturing width"),
        (lambda: Campaign("A", "c", draw, {"x": object()}), TypeError, r"pass its description instead"),
        (lambda: Campaign("A", "c", draw, root_seed=-1), ValueError, r"root_seed >= 0"),
        (lambda: Campaign("A", "c", draw).run(-1), ValueError, r"shards >= 0 .* got shards=-1"),
        (lambda: Campaign("A", "c", draw).run(1.0), TypeError, r"integer for shards"),
        (lambda: Campaign("A", "c", draw).run_until(judge, 0), ValueError, r"at_most >= 1"),
        (lambda: Campaign("A", "c", draw).run_until(judge, 1, first=0), ValueError, r"first >= 1"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_finished_run_is_not_even_shown_to_the_executor(tmp_path):
    class Unreachable:
        def map(self, task, indices):
            raise AssertionError(task, indices)

    campaign = Campaign("A", "c", draw, {"n": 2})
    with ResultStore(tmp_path / "r.sqlite") as store:
        campaign.run(3, store=store)
        assert len(campaign.run(3, store=store, executor=Unreachable())) == 3
        assert campaign.run(0, executor=Unreachable()) == []
