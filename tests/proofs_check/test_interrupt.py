"""Ctrl-C: a run leaves a store it resumes from, and a hunt says what it found so far."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLOW = """
from dataclasses import dataclass
import time
from hypothesis import strategies as st
from proofs_check import SAMPLED, SYMBOLIC, Claim, MeanTest, Mutant, Paper, exact_evidence, judge_mean

@dataclass(frozen=True)
class Mean:
    value: float = 0.5

slow = Claim("S1", "fair", Paper("X", "mine"), Mean(), [1], [Mutant("unfair", Mean(0.9), "1", SAMPLED)],
             cases=lambda: st.integers(1, 10**9))

def flips(rng, size):
    time.sleep({pause})
    return rng.integers(0, 2, size).astype(float)

@slow.sampled
def by_flips(statement, case, trial):
    test = MeanTest.equal(statement.value, support=(0.0, 1.0), delta=0.02)
    return judge_mean(trial, test, flips, {{"size": 2000}}, shards=200, what="mean")

small = Claim("S2", "below 1000", Paper("X", "mine"), Mean(), [1], [Mutant("m", Mean(0), "1", SYMBOLIC)],
              cases=lambda: st.integers(1, 10**9))

@small.symbolic
def below(statement, case, trial):
    time.sleep(0.05)
    if case >= 1000:
        open({flag!r}, "w").close()
    return exact_evidence(case < 1000, "below", f"{{case}} >= 1000")
"""


def written(folder: Path, pause: float) -> Path:
    file = folder / "slow.py"
    file.write_text(SLOW.format(pause=pause, flag=str(folder / "flag")))
    return file


def interrupted(arguments: list[str], ready: Path) -> tuple[int, str, str]:
    """Start haarmite, send it SIGINT some time after a file is there, and return its exit code and texts."""
    command = [sys.executable, "-m", "proofs_check.cli", *arguments]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    waiting = time.monotonic() + 60
    while not ready.exists() and child.poll() is None and time.monotonic() < waiting:
        time.sleep(0.05)
    time.sleep(0.5)
    os.kill(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=60)
    return child.returncode, out, err


@pytest.mark.slow
@pytest.mark.fault
def test_an_interrupted_run_resumes_from_its_store_to_the_same_report(tmp_path: Path) -> None:
    file, store = written(tmp_path, 0.05), tmp_path / "shards.sqlite"
    arguments = ["verify", f"{file}::S1", "--json", "--store", str(store)]
    code, out, err = interrupted(arguments, store)
    assert (code, out) == (130, "")
    assert err == f"haarmite: interrupted; the same command resumes from {store}\n"
    command = [sys.executable, "-m", "proofs_check.cli"]
    resumed = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False, timeout=120)
    fresh = subprocess.run([*command, *arguments[:3]], capture_output=True, text=True, check=False, timeout=120)
    figures = [json.loads(run.stdout)["claims"][0]["evidence"][0]["figures"] for run in (resumed, fresh)]
    assert figures[0] == figures[1]


@pytest.mark.slow
@pytest.mark.fault
def test_an_interrupted_hunt_shows_the_simplest_case_so_far(tmp_path: Path) -> None:
    file = written(tmp_path, 0)
    code, out, _ = interrupted(["hunt", f"{file}::S2", "--json"], tmp_path / "flag")
    assert code == 1
    found = json.loads(out)
    assert found["found"]
    assert int(found["counterexample"]["case"]) >= 1000


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the processor time of another process")
def test_a_long_call_of_c_code_is_stopped_at_once() -> None:
    command = [sys.executable, "-m", "proofs_check.cli", "derive", "x*tanh(softplus(x))", "--digits", "3000"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        while child.poll() is None and _cpu_seconds(child.pid) < 4:
            time.sleep(0.2)
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=30) == -signal.SIGINT  # minutes of work are left
    finally:
        child.kill()
        child.communicate()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
