"""The pytest plugin: readable items, failures that say witness and command, selection, workers, and errors before any work."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

from proofs_check import pytest_plugin
from proofs_check.ledger import ledger

pytest_plugins = ["pytester"]

ledger()  # imported here once: pytester forgets modules that a run within this process imports

# Installed as an entry point, the plugin is there already, and pytest refuses to load a plugin twice.
LOAD = (
    [] if importlib.metadata.entry_points(group="pytest11", name="haarmite") else ["-p", "proofs_check.pytest_plugin"]
)

CLAIMS = '''
from dataclasses import dataclass
from hypothesis import strategies as st
from proofs_check import CERTIFIED, SYMBOLIC, Claim, Mutant, Paper, cannot_say, exact_evidence

MINE = Paper("X", "mine")

@dataclass(frozen=True)
class Square:
    """n^2 + shift is a square."""
    shift: int = 0

def make(id, shift, mutant_on="3"):
    return Claim(id=id, title="squares are squares", paper=MINE, statement=Square(shift), pinned=[2, 3],
                 cases=lambda: st.integers(0, 9), mutants=[Mutant("plus 7: off", Square(7), mutant_on, SYMBOLIC)])

def judge(statement, n, trial):
    from math import isqrt
    m = n * n + statement.shift
    return exact_evidence(isqrt(m) ** 2 == m, "a square", f"{m} is none")

def open_question(statement, n, trial):
    return cannot_say(CERTIFIED, "nobody knows")

true = make("Y1", 0, mutant_on="2")
true.symbolic(judge)
true.certified(open_question)
false = make("Y2", 5)
false.symbolic(judge)
'''


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(mine=CLAIMS)
    return lambda *arguments: pytester.runpytest_inprocess("-p", "no:cacheprovider", *LOAD, *arguments)


def test_items_have_readable_ids(run) -> None:
    result = run("--haarmite", "mine.py", "--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        "mine.py::Y1::symbolic[2]",
        "mine.py::Y1::symbolic[3]",
        "mine.py::Y1::certified[2]",
        "mine.py::Y1::certified[3]",
        "mine.py::Y1::mutant[plus 7: off]",
        "mine.py::Y2::symbolic[2]",
        "mine.py::Y2::symbolic[3]",
        "mine.py::Y2::mutant[plus 7: off]",
    ]


def test_a_refutation_shows_witness_and_command_and_no_traceback(run) -> None:
    # 2^2 + 5 = 9 is a square, 3^2 + 5 = 14 is none; 2^2 + 7 = 11 is none, 3^2 + 7 = 16 is one: that mutant survives.
    result = run("--haarmite", "mine.py")
    result.assert_outcomes(passed=4, failed=2, skipped=2)
    text = result.stdout.str()
    assert "Y2 is refuted on 3: squares are squares" in text
    assert "witness: 14 is none" in text
    assert "reproduce: haarmite verify mine.py::Y2 --seed 0" in text
    assert "pytest --haarmite mine.py 'mine.py::Y2::symbolic[3]'" in text
    assert "mutant 'plus 7: off' survives: no symbolic check refutes it on 3" in text
    assert "Traceback" not in text
    assert "runner.py" not in text


def test_inconclusive_is_skipped_with_its_reason(run) -> None:
    run("--haarmite", "mine.py", "-rs").stdout.fnmatch_lines(["SKIPPED*inconclusive: nobody knows"])


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        (["mine.py::Y2::symbolic[3]"], {"failed": 1}),
        (["mine.py::Y2"], {"passed": 1, "failed": 2}),
        (["-k", "Y1 and symbolic"], {"passed": 3, "deselected": 5}),  # the mutant is for the symbolic rung
        (["-m", "mutant"], {"passed": 1, "failed": 1, "deselected": 6}),
        (["-m", "certified"], {"skipped": 2, "deselected": 6}),
        (["-x"], {"passed": 4, "failed": 1, "skipped": 2}),
        (["--strict-markers", "-k", "Y1"], {"passed": 3, "skipped": 2, "deselected": 3}),
    ],
)
def test_items_are_selected_in_pytests_own_ways(run, arguments: list[str], outcome: dict[str, int]) -> None:
    run("--haarmite", "mine.py", *arguments).assert_outcomes(**outcome)


def test_one_claim_of_a_file(run) -> None:
    run("--haarmite", "mine.py::Y1").assert_outcomes(passed=3, skipped=2)


def test_test_functions_elsewhere_run_beside_the_claims(run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_other(): pass")
    run("--haarmite", "mine.py::Y1", "test_other.py").assert_outcomes(passed=4, skipped=2)
    run("--haarmite", "mine.py::Y1").assert_outcomes(passed=3, skipped=2)
    run().assert_outcomes(passed=1)


def test_drawn_cases_are_hunted_and_shrunk(run) -> None:
    result = run("--haarmite", "mine.py", "--haarmite-examples", "30", "-m", "hunt")
    result.assert_outcomes(passed=1, failed=1, deselected=8)
    # n^2 + 5 is no square for n = 0: 5
    result.stdout.fnmatch_lines(["case: 0", "witness: 5 is none (symbolic)", "reproduce: haarmite hunt mine.py::Y2 *"])


def test_claims_of_the_ledger(run) -> None:
    result = run("--haarmite", "A2", "--haarmite", "mine.py::Y1", "-v")
    claim = next(claim for claim in ledger() if claim.id == "A2")
    checks = sum(1 if check.once else len(claim.pinned) for check in claim.checks)
    result.assert_outcomes(passed=checks + len(claim.mutants) + 3, skipped=2)
    result.stdout.fnmatch_lines([f"ledger::A2::mutant?{claim.mutants[0].name}? PASSED*"])


def test_what_cannot_be_read_fails_and_the_rest_runs(run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(mine=CLAIMS + "\nimport nowhere_to_be_found\n")
    result = run("--haarmite", "mine.py")
    result.assert_outcomes(passed=4, failed=3, skipped=2)
    line = len(CLAIMS.strip().splitlines()) + 2
    result.stdout.fnmatch_lines([f"mine.py:{line}: No module named 'nowhere_to_be_found'; install it*"])
    pytester.makepyfile(mine="def f(:\n")
    run("--haarmite", "mine.py").assert_outcomes(failed=1)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--haarmite", "absent.py"], "needs a file that exists, got 'absent.py'"),
        (["--haarmite", "A77"], "needs claim ids or paper keys of the ledger*got 'A77'; did you mean"),
        (["--haarmite", "mine.py", "--haarmite-profile", "fast"], "needs one of quick, full, deep, got 'fast'"),
        (["--haarmite", "mine.py", "--haarmite-examples", "-1"], "needs a number >= 0, got -1"),
    ],
)
def test_bad_options_end_the_run_in_one_line(run, arguments: list[str], reason: str) -> None:
    result = run(*arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{reason}*"])


def test_a_missing_dependency_is_named(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "proofs_check.evidence.trial", None)  # as if it could not be imported
    result = run("--haarmite", "mine.py")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --haarmite needs haarmite and what it depends on*pip install haarmite"])


def test_loading_the_plugin_loads_nothing_heavy() -> None:
    program = (
        "import sys, pytest; before = set(sys.modules); import proofs_check.pytest_plugin\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "sys.exit(', '.join(new & {'sympy', 'mpmath', 'numpy', 'scipy', 'flint', 'hypothesis', 'rich', 'typer'}) or 0)"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr


@pytest.mark.slow
def test_workers_share_the_items(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(mine=CLAIMS)
    result = pytester.runpytest_subprocess(*LOAD, "--haarmite", "mine.py", "-n", "1", timeout=120)
    result.assert_outcomes(passed=4, failed=2, skipped=2)
    result.stdout.fnmatch_lines(["FAILED mine.py::Y2::symbolic[[]3[]] - Y2 is refuted on 3*"])


def test_markers_are_described() -> None:
    assert set(pytest_plugin.MARKERS) == {"haarmite", "symbolic", "certified", "sampled", "mutant", "hunt"}


def test_further_files_behind_the_option_are_claim_files_too(run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(more=CLAIMS.replace("Y1", "H1").replace("Y2", "H2"))
    result = run("--haarmite", "mine.py", "more.py", "--collect-only", "-q")
    items = [line for line in result.outlines if "::" in line]
    assert {line.partition("::")[0] for line in items} == {"mine.py", "more.py"}
    assert "more.py::H2::symbolic[3]" in items


BLIND = """
lemma = make("K9", 0, mutant_on="2")
lemma.symbolic(judge)

@lemma.certified
def reads_nothing(statement, n, trial):
    from proofs_check import from_slack
    import flint
    return from_slack(flint.arb(1), "one is positive", str(n))
"""


def test_a_mutant_that_another_rung_finds_true_fails(run, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(blind=CLAIMS + BLIND)
    result = run("--haarmite", "blind.py", "-m", "mutant", "blind.py::K9")
    assert "mutant 'plus 7: off' is found true by reads_nothing" in result.stdout.str()
