"""Lines of a benchmark say rightly what is met; peers that are not there leave their figures out; the table is Markdown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

row = pytest.importorskip("benchmarks.row", reason="the benchmarks are not part of an installation")
peers = pytest.importorskip("benchmarks.peers")

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("entries", "met"),
    [
        ({"ours": 1.0}, None),
        ({"ours": 1.0, "theirs": 30.0, "ratio": 25}, True),
        ({"ours": 1.0, "theirs": 24.9, "ratio": 25}, False),
        ({"ours": 1.0, "theirs": None, "ratio": 25}, None),
        ({"ours": 1.0, "theirs": 30.0, "ratio": 25, "stopped": True}, True),
        ({"ours": 1.0, "theirs": 20.0, "ratio": 25, "stopped": True}, None),
        ({"ours": 1.1, "most": 1.1}, True),
        ({"ours": 1.2, "most": 1.1}, False),
        ({"ours": 1.2, "most": 1.1, "theirs": None, "ratio": 25}, False),
        ({"ours": 4000.0, "least": 5000.0}, False),
        ({"ours": 1.0, "theirs": 30.0, "ratio": 25, "most": 0.5}, False),
    ],
)
def test_what_is_met(entries: dict[str, float], met: bool | None) -> None:
    assert row.Row("work", **entries).met is met


def test_cells_of_a_line() -> None:
    cells = row.Row("work", 0.0123, "torch", 1.5, ratio=100, note="scaled").cells()
    assert cells == ["work", "12.3 ms", "torch", "1.5 s", "122x", ">= 100x", "met", "scaled"]
    stopped = row.Row("work", 2e-3, "haarpy", 20.0, ratio=5000, stopped=True).cells()
    assert stopped[3:7] == ["> 20 s", "> 1e+04x", ">= 5000x", "met"]
    alone = row.Row("peak", 123.1, most=200, unit="MB").cells()
    assert alone[1:7] == ["123.1 MB", "-", "-", "-", "<= 200 MB", "met"]


def test_works_take_turns() -> None:
    calls: list[str] = []
    best = row.in_turns(lambda: calls.append("ours"), lambda: calls.append("theirs"), calls=3)
    assert calls == ["ours", "theirs"] * 3
    assert len(best) == 2
    assert all(seconds >= 0 for seconds in best)


def test_a_peer_that_is_not_there_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "ROOT", tmp_path)
    monkeypatch.delenv("HAARMITE_PEERS", raising=False)
    monkeypatch.setitem(peers.PEERS, "absent", peers.Peer("no-such-peer", "no_such_peer", ".venv-bench", ()))
    assert peers.peer_module("absent") is None
    assert peers.version("absent") is None
    assert "absent cannot be imported here" in capsys.readouterr().err


def test_a_peer_is_found_in_a_named_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    number = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = tmp_path / "other" / "lib" / number / "site-packages"
    (packages / "somepeer_of_a_test").mkdir(parents=True)
    (packages / "somepeer_of_a_test" / "__init__.py").write_text("ANSWER = 42\n")
    monkeypatch.setenv("HAARMITE_PEERS", str(tmp_path / "other"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setitem(peers.PEERS, "some", peers.Peer("some", "somepeer_of_a_test", ".none", ()))
    assert peers.path_of("some") == str(packages)
    assert peers.peer_module("some").ANSWER == 42
    assert sys.path[-1] == str(packages)  # behind our own


def test_the_table_of_a_run(tmp_path: Path) -> None:
    """A name that is unknown is refused; a run of rows becomes a table with the machine above it."""
    program = [sys.executable, "-m", "benchmarks", "nonsense"]
    found = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert found.returncode == 2
    assert "got nonsense" in found.stderr
    main = pytest.importorskip("benchmarks.__main__")
    lines = main.section("demo", [row.Row("a|b", 0.5, "peer", 1.0, ratio=2)], "", 0)
    assert lines[-1] == "| a\\|b | 500 ms | peer | 1 s | 2x | >= 2x | met |  |"
    assert main.section("demo", [], "printed\n", 1)[-3:] == ["```", "printed", "```"]
    assert "Ended with status 1" in "\n".join(main.section("demo", [], "", 1))
    assert any(line.startswith("Date: ") for line in main.machine())
