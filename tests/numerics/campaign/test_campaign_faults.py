"""kill -9 at random moments: of the run, of its workers, of a cluster's workers. Nothing is lost, no bit changes.

The programs run on a copy of the packages, so that the keys of their results do not change when somebody edits a source file
while the tests run. Random moments come from fixed seeds; what they hit still depends on the machine, what must hold does not.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from numerics.campaign.executor import ExecutorError, ProcessExecutor

pytestmark = [
    pytest.mark.fault,
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds worker processes in /proc"),
]

ROOT = Path(__file__).parents[3]
DRIVER = Path(__file__).with_name("driver.py")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    copy = tmp_path_factory.mktemp("packages")
    for package in ("theory", "numerics"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))
    clean = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    return clean | {"PYTHONPATH": str(copy)}


def program(environment, *arguments):
    return subprocess.Popen(
        [sys.executable, str(DRIVER), *map(str, arguments)],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(process) -> str:
    """The last line of a program that must end well."""
    out, error = process.communicate(timeout=120)
    assert process.returncode == 0, error
    return out.splitlines()[-1]


def undisturbed(environment, shards) -> str:
    return finished(program(environment, "none", "serial", shards, 0))


def processes() -> dict[int, tuple[int, int, str]]:
    """All living processes: id to parent, session and command line."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_text()
            except OSError:  # it has just ended
                continue
            if fields[0] != "Z":
                found[int(entry.name)] = (int(fields[1]), int(fields[3]), command)
    return found


def check_store(path) -> int:
    """Number of shards in a sound store."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").fetchone()[0]
        return connection.execute("SELECT count(*) FROM shard").fetchone()[0] if tables else 0


# Shards enough that the run cannot finish before its last kill.
@pytest.mark.parametrize(("where", "kills", "longest", "shards"), [("serial", 6, 0.4, 450), ("2", 4, 0.6, 750)])
def test_a_run_killed_again_and_again_resumes_to_the_same_bits(environment, tmp_path, where, kills, longest, shards):
    path, moments = tmp_path / "r.sqlite", random.Random(where)
    kept = [0]
    for kill in range(kills):
        process = program(environment, path, where, shards, 0.005)
        assert process.stdout.readline() == "started\n"
        if kill % 2:  # every other kill hits a run that is at work, the rest may hit one that starts
            assert process.stdout.readline() == "working\n"
        time.sleep(moments.uniform(0, longest))
        assert process.poll() is None
        process.kill()
        process.communicate(timeout=30)  # ends when the last worker has closed its end of the pipes
        kept.append(check_store(path))
        assert kept[-1] >= kept[-2]
    assert 0 < kept[-1] < shards
    # nobody outlives the run, workers that were still starting included
    deadline = time.monotonic() + 20
    while orphans := [pid for pid, (_, session, _) in processes().items() if session == process.pid]:
        assert time.monotonic() < deadline, orphans
        time.sleep(0.1)
    assert finished(program(environment, path, where, shards, 0.005)) == undisturbed(environment, shards)
    assert check_store(path) == shards


def wait_for_growth(path, size) -> int:
    """Wait until a write-ahead log is larger than it was: another batch was committed."""
    deadline = time.monotonic() + 30
    while path.stat().st_size <= size:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return path.stat().st_size


@contextmanager
def cluster(environment, workers):
    process = program(environment, "cluster", workers)
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.stderr.close()


def test_killed_workers_of_this_machine_cost_only_their_shards(environment, tmp_path):
    shards, kills, moments = 800, 6, random.Random(1)
    path = tmp_path / "r.sqlite"
    process = program(environment, path, 2, shards, 0.01)
    process.stdout.readline()
    killed, seen = 0, 0
    while killed < kills:
        if killed % 2:  # every other kill hits workers that are at work, the rest may hit them while they start
            seen = wait_for_growth(path.with_name("r.sqlite-wal"), seen)
        time.sleep(moments.uniform(0, 0.5))
        assert process.poll() is None, process.communicate()[1]
        workers = [
            pid
            for pid, (parent, _, command) in processes().items()
            if parent == process.pid and "loky" in command and "resource_tracker" not in command
        ]
        if workers:
            os.kill(moments.choice(sorted(workers)), signal.SIGKILL)
            killed += 1
    assert finished(process) == undisturbed(environment, shards)
    assert check_store(path) == shards


def test_killed_workers_of_a_cluster_cost_only_their_shards(environment, tmp_path):
    shards, kills, moments = 400, 4, random.Random(2)
    path = tmp_path / "r.sqlite"
    with cluster(environment, 2) as (nannies, address):
        process = program(environment, path, address, shards, 0.01)
        process.stdout.readline()
        killed = 0
        while killed < kills:
            time.sleep(moments.uniform(0.1, 0.8))
            assert process.poll() is None, process.communicate()[1]
            nannies.stdin.write(f"{moments.randrange(2)}\n")
            nannies.stdin.flush()
            killed += int(nannies.stdout.readline()) > 0
        assert finished(process) == undisturbed(environment, shards)
    assert check_store(path) == shards


def test_a_scheduler_that_goes_away_ends_the_run_with_a_message(environment, tmp_path):
    path = tmp_path / "r.sqlite"
    with cluster(environment, 1) as (scheduler, address):
        process = program(environment, path, address, 2000, 0.01)
        process.stdout.readline()
        time.sleep(2)
        os.killpg(scheduler.pid, signal.SIGKILL)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ExecutorError: map needs the scheduler" in error
    assert 0 < check_store(path) < 2000


def test_workers_of_another_version_are_refused_before_any_work(environment, tmp_path):
    edited = tmp_path / "edited"
    shutil.copytree(environment["PYTHONPATH"], edited)
    source = edited / "numerics" / "statistics" / "moments.py"
    source.write_text(source.read_text() + "# edited")
    path = tmp_path / "r.sqlite"
    with cluster(environment | {"PYTHONPATH": str(edited)}, 1) as (_, address):
        process = program(environment, path, address, 10, 0.01)
        out, error = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert "ExecutorError: DaskExecutor needs workers that run what this process runs" in error
    assert not path.exists()


def die(index):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_shard_that_kills_every_worker_ends_the_run_with_a_message():
    with pytest.raises(
        ExecutorError, match=r"5 deaths in a row without a result \(shards 0, 1; TerminatedWorkerError\)"
    ):
        list(ProcessExecutor(2).map(_by_value(die), [0, 1]))


def _by_value(function):
    import cloudpickle

    module = sys.modules[function.__module__]
    cloudpickle.register_pickle_by_value(module)
    try:
        return _Pickled(cloudpickle.dumps(function))
    finally:
        cloudpickle.unregister_pickle_by_value(module)


class _Pickled:
    """A function that travels as bytes, because workers cannot import a test module."""

    def __init__(self, payload):
        self.payload = payload

    def __call__(self, index):
        import cloudpickle

        return cloudpickle.loads(self.payload)(index)

    def __reduce__(self):
        import cloudpickle

        return cloudpickle.loads, (self.payload,)
