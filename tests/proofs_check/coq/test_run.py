"""coqc under limits: what counts as checked, and what never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from proofs_check.coq.run import (
    ALLOWED,
    CoqUnavailableError,
    Workshop,
    _first_error,
    find_coq,
    is_allowed,
    parse_assumptions,
)
from proofs_check.coq.source import LIBRARY, Source, Theorem, Written, comment

HEAD = f"From {LIBRARY} Require Import algebra.\nOpen Scope R_scope.\n"
TAIL = "\nDefinition every_theorem := (t, I).\n"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("Theorem t :\n  1 = 2 :> R.\nProof.\nAdmitted.", "it assumes t"),
        ("Axiom false : False.\nTheorem t :\n  1 = 2 :> R.\nProof.\ndestruct false.\nQed.", "the file holds 'Axiom'"),
        ("Theorem t :\n  1 = 2 :> R.\nProof.\nlra.\nQed.", "t: Error:"),
        ("Theorem t :\n  1 = 1 :> R.\nProof.\nreflexivity.\nQed. Fail", "Error"),
    ],
)
def test_false_theorems_never_pass(workshop: Workshop, body: str, reason: str) -> None:
    check = workshop.check(Written("never", HEAD + body + TAIL, "algebra"))
    assert not check.checked
    assert reason in check.reason or "holds 'Admitted'" in check.reason


def test_an_axiom_in_other_words_is_caught_by_its_assumption(workshop: Workshop) -> None:
    body = "Lemma hidden : False.\nProof. Admitted (* *).\nTheorem t :\n  1 = 2 :> R.\nProof.\ndestruct hidden.\nQed."
    assert not workshop.check(Written("hidden_axiom", HEAD + body + TAIL, "algebra")).checked
    section = "Section S.\nLet wrong := 1 = 2 :> R.\nVariables (w : wrong).\nEnd S.\nDeclare Module Type_of_lies.\n"
    assert not workshop.check(Written("module_axiom", HEAD + section + body + TAIL, "algebra")).checked


def test_one_bad_file_does_not_spoil_the_others(workshop: Workshop) -> None:
    good = Written("good_one", HEAD + "Theorem t :\n  1 = 1 :> R.\nProof.\nlra.\nQed." + TAIL, "algebra")
    lying = Written("lying_one", HEAD + "Declare Module Nothing : Equality.\n" + TAIL, "algebra")
    checks = workshop.check_all([good, lying])
    assert [check.checked for check in checks] == [True, False]


def test_time_runs_out_by_name() -> None:
    try:
        find_coq()
    except CoqUnavailableError as error:
        pytest.skip(str(error))
    with Workshop() as workshop:
        workshop.cpu_seconds = 1
        loop = "Ltac loop := idtac; loop.\nTheorem t :\n  1 = 1 :> R.\nProof.\nloop.\nQed."
        check = workshop.check(Written("loops", HEAD + loop + TAIL, "algebra"))
    assert (check.checked, check.reason) == (False, "no answer within 1 s")


def test_what_is_kept_is_what_was_checked(workshop: Workshop) -> None:
    theorem = Theorem("kept", "1 is 1", "  1 = 1 :> R", "  lra.")
    source = Source("kept_file", "heading", "algebra", (theorem,))
    check = workshop.check(source)
    assert check.checked
    assert check.text == source.text == (workshop.path / "kept_file.v").read_text()
    assert "Theorem kept :\n  1 = 1 :> R.\nProof.\n  lra.\nQed." in check.text


def test_comments_cannot_end_early(workshop: Workshop) -> None:
    words = 'a *) Axiom false : False. (* "unterminated'
    source = Source("commented", words, "algebra", (Theorem("t", words, "  1 = 1 :> R", "  lra."),))
    assert workshop.check(source).checked
    assert "*)" not in comment(words)[:-2]


def test_coqc_missing_is_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        CoqUnavailableError, match=r"needs coqc, got none on the path; apt-get install coq libcoq-interval"
    ):
        find_coq()


@pytest.mark.parametrize("version", ["The Coq Proof Assistant, version 8.15.2", "", "The Rocq Prover"])
def test_another_version_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    fake = tmp_path / "coqc"
    fake.write_text(f"#!/bin/sh\necho '{version}'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(CoqUnavailableError, match=r"needs coqc 8\.16 or newer, got"):
        find_coq()


def test_missing_libraries_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "coqc"
    fake.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo "The Coq Proof Assistant, version 8.16.1" && exit 0\n'
        "echo 'File \"./lemmas.v\", line 9, characters 0-2:'; echo 'Error: Cannot find a physical path for Interval.'; exit 1\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(CoqUnavailableError, match=r"needs Coquelicot and Interval for coqc 8.16.1"), Workshop():
        pass


def test_assumptions_are_read() -> None:
    output = "noise\nAxioms:\nUint63.sub_spec\n  : forall x y,\n    x = y\nPrimInt63.int : Set\nmine : False\n"
    assert parse_assumptions(output) == ("PrimInt63.int", "Uint63.sub_spec", "mine")
    assert parse_assumptions("nothing") is None


@pytest.mark.parametrize(
    ("axiom", "allowed"),
    [
        ("PrimInt63.int", True),
        ("ClassicalDedekindReals.sig_not_dec", True),
        ("mine", False),
        ("Classical_Prop.classicc", False),
        ("PrimInt63", False),
    ],
)
def test_the_whitelist(axiom: str, allowed: bool) -> None:
    assert is_allowed(axiom) is allowed
    assert all(name.split(".")[0] for name in ALLOWED)


def test_errors_are_one_line() -> None:
    assert _first_error('File "./a.v", line 7, characters 1-2:\nError: No\n applicable tactic.\n\n') == (
        7,
        "Error: No applicable tactic.",
    )
