"""A user's claim file: what is read, what is refused and in which words, and that one bad claim silences no other."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app
from proofs_check.ledger import ledger
from proofs_check.run.claim_file import is_claim_file, read_claim_file
from proofs_check.run.selection import select

HEAD = '''
from __future__ import annotations
from dataclasses import dataclass
from proofs_check import CERTIFIED, SAMPLED, SYMBOLIC, Claim, Evidence, MeanTest, Mutant, Paper, Trial, cannot_say, exact_evidence, judge_mean

MINE = Paper("X", "mine")

@dataclass(frozen=True)
class Square:
    """n^2 + shift is a square."""
    shift: int = 0

def make(id, shift=0, mutants=None):
    return Claim(id=id, title="t", paper=MINE, statement=Square(shift), pinned=[2, 3],
                 mutants=mutants or [Mutant("plus one", Square(1), "2", SYMBOLIC)])

def judge(statement: Square, n: int, trial: Trial) -> Evidence:
    from math import isqrt
    m = n * n + statement.shift
    return exact_evidence(isqrt(m) ** 2 == m, "a square", f"{m} is none")
'''
GOOD = HEAD + '\ngood = make("Y1")\ngood.symbolic(judge)\n'


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def verify(*names: str) -> tuple[int, str, str]:
    outcome = CliRunner().invoke(app, ["verify", *names])
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_a_file_is_judged_like_the_ledger(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD)
    code, out, err = verify(str(file), "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert [(c["id"], c["verdict"]) for c in report["claims"]] == [("Y1", "checked")]
    assert report["unread"] == []


def test_a_file_and_claims_of_the_ledger_together_and_one_claim_alone(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD + '\nclaims = [make("Y2"), make("Y3")]\nfor c in claims:\n    c.symbolic(judge)\n')
    names = [str(file), "A2", f"{file}::Y3"]
    assert [claim.id for claim in select(names).claims] == ["A2", "Y1", "Y2", "Y3"]
    assert [claim.id for claim in select([f"{file}::Y3"]).claims] == ["Y3"]
    with pytest.raises(ValueError, match=r"\(Y1, Y2, Y3\), got 'Y33'; did you mean 'Y3'"):
        select([f"{file}::Y33"])


def test_the_module_finds_its_neighbours_and_its_name_stays_the_same(tmp_path: Path) -> None:
    (tmp_path / "neighbour_of_mine.py").write_text("SHIFT = 0\n")
    text = HEAD + '\nfrom neighbour_of_mine import SHIFT\ngood = make("Y1", SHIFT)\ngood.symbolic(judge)\n'
    file = written(tmp_path, text)
    first, second = read_claim_file(file), read_claim_file(file)
    assert not first.troubles
    assert type(first.claims[0].statement).__module__ == type(second.claims[0].statement).__module__ in sys.modules


def test_claims_imported_from_the_ledger_are_not_the_files_own(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD + "\nfrom proofs_check.ledger.isometry.layer_contraction import claim as a7\n")
    assert [claim.id for claim in read_claim_file(file).claims] == ["Y1"]


def test_a_name_that_is_used_again_loses_no_claim(tmp_path: Path) -> None:
    again = GOOD + '\ngood = make("Y2")\ngood.symbolic(judge)\n'
    assert [claim.id for claim in read_claim_file(written(tmp_path, again)).claims] == ["Y1", "Y2"]


ERRORS = [
    ("import nowhere_to_be_found", "import nowhere", "No module named 'nowhere_to_be_found'; install it"),
    ("from . import helper", "from . import", "import modules beside it by plain name"),
    ('bad = Claim(id="Z1", title="t", paper=MINE, pinned=[1], mutants=[])', "bad =", "needs 'statement', and that is missing"),
    ('bad = Claim("Z1", "t", MINE, Square(), [1], [])', "bad =", "Z1 needs a mutant"),
    ('bad = Claim("Z1", "t", MINE, None, [2], [Mutant("m", None, "2", SYMBOLIC)])\nbad.symbolic(judge)', "bad =", "has no statement"),
    ('bad = make("Z1", mutants=[Mutant("m", Square(), "7", SYMBOLIC)])', "return Claim(", "needs a pinned case, got on='7'"),
    ('bad = make("Z1")', "bad =", "claim Z1 has no check"),
    ('bad = make("Z1", mutants=[Mutant("m", Square(2), "2", SAMPLED)])\nbad.symbolic(judge)', "bad =", "there is no sampled check"),
    ('bad = make("Z1", mutants=[Mutant("m", Square(2), "", SYMBOLIC)])\nbad.symbolic(judge)', "bad =", "covers every case"),
    ('bad = make("Y1")\nbad.symbolic(judge)', "bad =", "claim Y1 again (first in line"),
    ('bad = make("A7")\nbad.symbolic(judge)', "bad =", "belongs to the ledger"),
    ('bad = make("Z 1")\nbad.symbolic(judge)', "bad =", "needs an id of letters"),
    ("claims = [1]", "", "`claims` lists claims, got 1"),
    ("x = 1 / 0", "x =", "ZeroDivisionError"),
    ("raise SystemExit(3)", "raise", "ends the program"),
    ("return 3", "return 3", "'return' outside function"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "at", "reason"), ERRORS, ids=[reason for _, _, reason in ERRORS])
def test_an_error_is_named_with_its_line_and_the_other_claims_stay(
    tmp_path: Path, lines: str, at: str, reason: str
) -> None:
    text = GOOD + "\n" + lines + '\nlast = make("Y9")\nlast.symbolic(judge)\n'
    file = written(tmp_path, text)
    found = read_claim_file(file)
    assert [claim.id for claim in found.claims] == ["Y1", "Y9"]
    assert len(found.troubles) == 1, found.troubles
    assert reason in found.troubles[0].what
    assert found.troubles[0].where == (f"{file}:{line_of(text, at)}" if at else str(file))


def test_what_fails_only_because_of_an_error_above_is_not_reported_again(tmp_path: Path) -> None:
    lines = "\nimport nowhere_to_be_found as nn\nSCALE = nn.scale()\nbad = make('Z1', SCALE)\n@bad.symbolic\ndef f(*_): ...\n"
    found = read_claim_file(written(tmp_path, GOOD + lines))
    assert len(found.troubles) == 1
    assert [claim.id for claim in found.claims] == ["Y1"]


def test_a_check_of_a_claim_that_failed_is_not_given_to_an_earlier_claim_of_that_name(tmp_path: Path) -> None:
    text = GOOD + '\ngood = Claim(id="Z1")\n@good.symbolic\ndef other(*_):\n    raise AssertionError\n'
    found = read_claim_file(written(tmp_path, text))
    assert [check.name for check in found.claims[0].checks] == ["judge"]
    assert len(found.troubles) == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("broken.py", "def f(:\n    pass\n", "broken.py:1: syntax error"),
        ("empty.py", "", "no claim at module level"),
        ("nul.py", "a = 1\0", "null bytes"),
        ("notes.txt", "a = 1", "its name ends in .py"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(tmp_path: Path, name: str, content: str, reason: str) -> None:
    good, bad = written(tmp_path, GOOD), written(tmp_path, content, name)
    code, out, err = verify(str(bad))
    assert (code, out) == (2, "")
    assert reason in err
    assert err.count("\n") == 1
    code, out, err = verify(str(bad), str(good))  # the other file runs
    assert code == 2
    assert "Y1" in out
    assert "1 places in claim files could not be read" in out
    assert reason in err


def test_a_folder_and_a_missing_file(tmp_path: Path) -> None:
    assert "is a folder" in verify(str(tmp_path))[2]
    assert "no such file" in verify(str(tmp_path / "absent.py"))[2]
    assert verify(str(tmp_path / "absent.py"))[0] == 2


def test_two_files_with_one_id(tmp_path: Path) -> None:
    files = [written(tmp_path, GOOD, name) for name in ("one.py", "two.py")]
    chosen = select([str(file) for file in files])
    assert len(chosen.claims) == 1
    assert "claim Y1 is in another file too" in chosen.troubles[0].what


def test_the_worst_of_the_codes(tmp_path: Path) -> None:
    false = '\nbad = make("Z1", 1, [Mutant("plus two", Square(2), "2", SYMBOLIC)])\nbad.symbolic(judge)\n'
    assert verify(str(written(tmp_path, GOOD + false)))[0] == 1
    assert verify(str(written(tmp_path, GOOD + false + "\n1/0\n")))[0] == 2


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("return None", "needs to return Evidence, got None"),
        ("return True", "needs to return Evidence, got True"),
        ("return cannot_say(CERTIFIED, 'x')", "needs to return symbolic evidence, got certified"),
        ("return 1 / 0", "ZeroDivisionError: division by zero"),
        ("return [][n]", "IndexError"),
    ],
)
def test_a_check_that_breaks_is_named_with_file_and_line_and_the_others_go_on(
    tmp_path: Path, body: str, reason: str
) -> None:
    text = GOOD + f'\nbad = make("Z1")\n\ndef wrong(statement, n, trial):\n    {body}\n\nbad.symbolic(wrong)\n'
    code, out, _ = verify(str(written(tmp_path, text)))
    assert code == 3
    assert reason in out
    assert out.count("broke Z1") == 1
    line = line_of(text, body if "ZeroDiv" in reason or "Index" in reason else "def wrong")
    assert f"mine.py:{line}" in out


def test_an_error_from_deep_inside_names_the_users_line_first(tmp_path: Path) -> None:
    body = "\ndef deep(statement, n, trial):\n    import fractions\n    return fractions.Fraction('x')\n"
    text = GOOD + body + '\nbad = make("Z1")\nbad.symbolic(deep)\n'
    out = verify(str(written(tmp_path, text)))[1]
    assert f"(mine.py:{line_of(text, 'Fraction(')}, raised in fractions.py:" in out


def test_claim_files_are_told_from_ids() -> None:
    names = {claim.id for claim in ledger()} | {claim.paper.key for claim in ledger()}
    assert not any(is_claim_file(name) for name in names)
    assert all(is_claim_file(name) for name in ("a.py", "a.py::X", "dir/a", "./x"))


COINS = """
import numpy as np

def coins(rng, size):
    return flipped(rng.integers(0, 2, size))

def flipped(values):
    return 1.0 - values

fair = Claim("F1", "fair", MINE, Square(0), [100], [Mutant("unfair", Square(1), "100", SAMPLED)])

@fair.sampled
def by_coins(statement, n, trial):
    test = MeanTest.equal(0.5 + 0.2 * statement.shift, support=(0.0, 1.0), delta=0.05)
    return judge_mean(trial, test, coins, {"size": n}, shards=400, what="mean")
"""


@pytest.mark.slow
def test_worker_processes_run_functions_of_the_file(tmp_path: Path) -> None:
    file = str(written(tmp_path, HEAD + COINS))
    found = []
    for jobs in ("1", "2"):
        code, out, err = verify(file, "--json", "--jobs", jobs)
        assert (code, err) == (0, "")
        found.append(json.loads(out)["claims"][0]["evidence"][0]["figures"])
    assert found[0] == found[1]


def test_a_store_knows_the_samples_of_a_file_again(tmp_path: Path) -> None:
    file, store = written(tmp_path, HEAD + COINS), tmp_path / "s.sqlite"
    found = []
    for _ in range(2):
        code, out, err = verify(str(file), "--json", "--store", str(store))
        assert (code, err) == (0, "")
        with closing(sqlite3.connect(store)) as connection:
            campaigns = connection.execute("SELECT count(*) FROM campaign").fetchone()[0]
            shards = connection.execute("SELECT count(*) FROM shard").fetchone()[0]
        found.append((json.loads(out)["claims"][0]["evidence"][0]["figures"], campaigns, shards))
    assert found[0] == found[1]
    assert found[0][2] > 0


WRONG_KINDS = [
    ("paper='mine'", "needs paper=Paper(key, citation), got 'mine'"),
    ("title=3", "needs a title that is text, got 3"),
    ("pinned='relu'", "needs its pinned cases in a list, got 'relu'"),
    ("pinned=2", "needs its pinned cases in a list, got 2"),
    ("mutants=Mutant('m', Square(1), '2', SYMBOLIC)", "needs its mutants in a list"),
    ("mutants=['m']", "needs mutants made by Mutant(...), got 'm'"),
    ("mutants=[Mutant('m', Square(1), '2', 'symbolic')]", "Mutant 'm' needs by=SYMBOLIC, CERTIFIED or SAMPLED"),
    ("mutants=[Mutant('m', Square(1), 2, SYMBOLIC)]", "Mutant 'm' needs the label of a case as text, got 2"),
    ("cases=[1, 2]", "needs a function for cases, got [1, 2]"),
    ("paper=Paper(1, 'c')", "Paper needs a key that is text, got 1"),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG_KINDS)
def test_an_argument_of_the_wrong_kind_is_named_with_its_line(tmp_path: Path, wrong: str, message: str) -> None:
    right = {"title": "'t'", "paper": "MINE", "pinned": "[2]", "mutants": "[Mutant('m', Square(1), '2', SYMBOLIC)]"}
    name, _, value = wrong.partition("=")
    arguments = ", ".join(f"{key}={text}" for key, text in (right | {name: value}).items())
    text = HEAD + f"\nmine = Claim(id='K1', statement=Square(), {arguments})\nmine.symbolic(judge)\n"
    (trouble,) = read_claim_file(written(tmp_path, text)).troubles
    assert message in trouble.what
    assert trouble.where.endswith(f":{line_of(text, 'mine = Claim')}")


def test_for_all_without_a_rung_is_named(tmp_path: Path) -> None:
    text = HEAD + "\nmine = make('K1')\n\n@mine.for_all\ndef proof(statement, _, trial): ...\n"
    troubles = read_claim_file(written(tmp_path, text)).troubles
    assert any("Claim K1 needs for_all(SYMBOLIC)" in trouble.what for trouble in troubles)
