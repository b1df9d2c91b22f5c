"""Executors yield every index once, on whatever processes, and say clearly why they cannot."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from numerics.campaign.executor import (
    DaskExecutor,
    ExecutorError,
    ProcessExecutor,
    SerialExecutor,
    _resubmitting,
    check_environments,
    choose_executor,
)
from numerics.campaign.fingerprint import environment


def square(index: int) -> int:
    return index * index


def test_serial_keeps_the_order():
    assert list(SerialExecutor().map(square, [3, 1, 2])) == [(3, 9), (1, 1), (2, 4)]


def test_processes_return_every_index_once():
    executor = ProcessExecutor(2)
    # abs is picklable by name everywhere; a test module is not
    assert dict(executor.map(abs, [-3, 5, -1])) == {-3: 3, 5: 5, -1: 1}
    assert list(executor.map(abs, [])) == []


class WorkerDiedError(Exception):
    pass


def test_missing_shards_are_handed_out_again_until_all_are_done():
    attempts = []

    def start(missing):
        attempts.append(list(missing))
        for index in missing[:2]:
            yield index, -index
        if len(missing) > 2:
            raise WorkerDiedError

    assert dict(_resubmitting(start, range(5), (WorkerDiedError,))) == {k: -k for k in range(5)}
    assert attempts == [[0, 1, 2, 3, 4], [4, 2, 3], [3]]  # half of what is left goes to the end of the queue


def test_a_deadly_shard_lets_the_others_go_first():
    attempts, done = [], {}

    def start(missing):
        attempts.append(missing)
        for index in missing:
            if index == 0:
                raise WorkerDiedError
            yield index, index

    def collect():
        for index, result in _resubmitting(start, range(1000), (WorkerDiedError,)):
            done[index] = result

    with pytest.raises(ExecutorError, match=r"\(shards 0; WorkerDiedError\)"):
        collect()
    assert len(done) == 999
    assert len(attempts) < 20


def test_a_shard_that_always_kills_its_worker_ends_the_run_but_progress_resets_the_count():
    calls = []

    def start(missing):
        calls.append(len(missing))
        if len(calls) == 4:
            yield missing[0], None
        raise WorkerDiedError

    with pytest.raises(
        ExecutorError, match=r"5 deaths in a row .* \(shards 8, 9; WorkerDiedError\); look for exhausted memory"
    ):
        list(_resubmitting(start, [7, 8, 9], (WorkerDiedError,)))
    assert len(calls) == 4 + 5


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: ProcessExecutor(0), ValueError, r"jobs >= 1 .* got jobs=0"),
        (lambda: ProcessExecutor(2.0), TypeError, r"integer number of jobs .* got jobs=2\.0"),
        (lambda: choose_executor(True), TypeError, r"got jobs=True"),
        (
            lambda: choose_executor(scheduler="somewhere:8786"),
            ExecutorError,
            r"such as tcp://host:8786, got address='some",
        ),
        (lambda: DaskExecutor("foo://host:1"), ExecutorError, r"got address='foo://host:1' .*unknown address scheme"),
        (lambda: DaskExecutor("tcp://host"), ExecutorError, r"missing port"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_scheduler_that_is_not_there():
    with socket.socket() as probe:  # a port that was free a moment ago
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(ExecutorError, match=rf"answers within 0\.5 s, got address='tcp://127\.0\.0\.1:{port}'"):
        DaskExecutor(f"tcp://127.0.0.1:{port}", timeout=0.5)


def test_a_server_that_accepts_and_stays_silent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        accepted = []
        thread = threading.Thread(target=lambda: accepted.append(server.accept()[0]))
        thread.start()
        with pytest.raises(ExecutorError, match=r"answers within 0\.5 s"):
            DaskExecutor(f"tcp://127.0.0.1:{server.getsockname()[1]}", timeout=0.5)
        thread.join()
        accepted[0].close()


def test_workers_of_another_version_are_named_before_any_work():
    other = environment() | {"haarmite": "0.0.9", "numpy": "1.26.4"}
    with pytest.raises(ExecutorError, match=r"worker tcp://b:1 with .*numpy 1\.26\.4 there.*; install the same"):
        check_environments({"tcp://a:1": environment(), "tcp://b:1": other})


def test_a_device_that_a_worker_lacks_is_named():
    class Cluster:
        """Runs what a client is asked to run on a worker without such a device."""

        def run(self, function, *arguments):
            return {"tcp://a:1": function(*arguments)}

    executor = object.__new__(DaskExecutor)
    executor._client = Cluster()
    executor.check_device("cpu")
    with pytest.raises(ExecutorError, match=r"workers that have the device: .* got device='cuda:4096'"):
        executor.check_device("cuda:4096")


def test_workers_do_not_import_from_the_working_folder(tmp_path):
    """A user's own random.py, signal.py or types.py beside her data must not kill the workers."""
    for name in ("random", "types"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('not the standard library')\n")
    program = (
        "from numerics.campaign.executor import ProcessExecutor; print(sorted(ProcessExecutor(2).map(abs, [-1, 2])))"
    )
    root = str(Path(__file__).parents[3])
    environment = {**os.environ, "PYTHONPATH": root}
    environment.pop("PYTHONSAFEPATH", None)
    run = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=60
    )
    assert run.stdout.strip() == "[(-1, 1), (2, 2)]", run.stderr[-400:]
