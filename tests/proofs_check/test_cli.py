"""The command line as a user meets it: exit codes, one-line errors, JSON, late imports."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

runner = CliRunner()


def haarmite(*arguments: str) -> tuple[int, str, str]:
    outcome = runner.invoke(app, list(arguments))
    return outcome.exit_code, outcome.stdout, outcome.stderr


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from proofs_check.cli import main; sys.argv = ['haarmite', '--help']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'sympy', 'mpmath', 'numpy', 'scipy', 'flint', 'joblib', 'hypothesis', 'distributed', 'matplotlib', 'pytest'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert child.returncode == 0, f"--help imports {child.stderr}"
    assert "verify" in child.stdout


def test_verify_as_json_has_the_documented_entries() -> None:
    code, out, err = haarmite("verify", "A1", "A7", "--json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    assert {"schema", "seed", "verdict", "claims", "errata", "false_alarm_probability"} <= set(report)
    assert [claim["id"] for claim in report["claims"]] == ["A1", "A7"]
    for claim in report["claims"]:
        assert {"id", "title", "paper", "verdict", "evidence", "mutants"} <= set(claim)
        assert claim["verdict"] == "proved"
        for evidence in claim["evidence"]:
            assert {"rung", "verdict", "figures", "witness", "certificate"} <= set(evidence)
        assert all(mutant["refuted"] for mutant in claim["mutants"])
        assert claim["mutants"]
    assert report["errata"][0]["claim"] == "A7"


def test_verify_writes_a_report_whose_certificates_are_accepted(tmp_path: Path) -> None:
    code, out, _ = haarmite("verify", "A7", "--report", str(tmp_path / "r"))
    assert code == 0
    assert "A7" in out
    report = json.loads((tmp_path / "r" / "report.json").read_text())
    paths = [e["certificate"] for c in report["claims"] for e in c["evidence"] if e["certificate"]]
    assert len(paths) >= 5
    code, out, _ = haarmite("recheck", *(str(tmp_path / "r" / path) for path in paths))
    assert code == 0
    assert out.count("accepted") == len(paths)


def test_recheck_refuses_a_tampered_certificate(tmp_path: Path) -> None:
    haarmite("verify", "A7", "--report", str(tmp_path))
    file = next((tmp_path / "certificates").glob("*relu*.json"))
    file.write_text(file.read_text().replace('"lo": "0"', '"lo": "1/64"', 1))
    code, out, _ = haarmite("recheck", str(file))
    assert code == 1
    assert "refused" in out


def test_verify_on_an_own_activation() -> None:
    code, out, _ = haarmite("verify", "A", "--activation", "max(x,0)+0.1*min(x,0)", "--json")
    assert code == 0
    report = json.loads(out)
    assert {claim["id"] for claim in report["claims"]} >= {"A7", "A10", "A27"}
    cases = {e["case"] for claim in report["claims"] for e in claim["evidence"]}
    assert cases == {"", "max(x,0)+0.1*min(x,0)"}


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
def test_verify_on_an_own_batch(tmp_path: Path, suffix: str) -> None:
    batch = np.random.default_rng(0).standard_normal((4, 400))
    file = tmp_path / f"batch{suffix}"
    np.save(file, batch) if suffix == ".npy" else np.savetxt(file, batch, delimiter=",")
    code, out, _ = haarmite("verify", "--inputs", str(file), "--json")
    assert code == 0
    report = json.loads(out)
    assert {claim["id"] for claim in report["claims"]} >= {"A1", "A2", "A3", "A4"}
    assert report["cases"] == [file.name]


def test_a_claim_that_does_not_speak_of_the_batch_is_named_with_the_reason(tmp_path: Path) -> None:
    np.save(tmp_path / "close.npy", np.array([[1.0, 0.0], [1.0, 0.01], [0.0, 1.0]]))
    code, out, _ = haarmite("verify", "--inputs", str(tmp_path / "close.npy"), "--json")
    assert code == 0
    reasons = {entry["claim"]: entry["reason"] for entry in json.loads(out)["not_covered"]}
    assert "not below 1" in reasons["A4"]
    assert "singular" in reasons["A2"]
    assert reasons["A7"] == "it is about activations"


BAD = [
    (("verify", "A99"), "did you mean"),
    (("verify", "nothing-like-it"), "claim ids or paper keys"),
    (("verify", "--profile", "fast"), "profile of quick, full, deep"),
    (("verify", "--activation", "log(x)"), "at x = 0"),
    (("verify", "--activation", "foo(x)"), "listed functions"),
    (("verify", "A1", "--activation", "tanh"), "claim that covers"),
    (("verify", "A7", "--activation", "2*x"), "claim that covers"),
    (("verify", "--inputs", "missing.npy"), "existing file"),
    (("derive", "exp(x**2)"), "square-integrable"),
    (("derive", "tanh", "--digits", "0"), "digits"),
    (("derive", "tanh", "--digits", "10001"), "digits"),
    (("recheck", "missing.json"), "can read"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD)
def test_bad_input_is_one_line_with_exit_code_two_and_nothing_written(
    arguments: tuple[str, ...], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = ("--report", "out") if arguments[0] == "verify" else ()
    code, out, err = haarmite(*arguments, *options)
    assert code == 2
    assert reason in err
    assert err.count("\n") == 1
    assert out == ""
    assert list(tmp_path.iterdir()) == []


def test_a_report_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    code, _, err = haarmite("verify", "A1", "--report", str(tmp_path / "file"))
    assert code == 2
    assert "folder it can write" in err


def test_derive_as_json_has_the_documented_entries() -> None:
    code, out, _ = haarmite("derive", "relu", "--digits", "30", "--json")
    assert code == 0
    card = json.loads(out)
    assert {"activation", "hermite", "mean", "second_moment", "kernel", "slope_at_zero", "slope_at_one", "nonlinearity_strength"} <= set(card)  # fmt: skip
    # 2 - pi/(2(pi - 1)), by mpmath
    import mpmath

    with mpmath.workdps(40):
        assert card["nonlinearity_strength"]["value"] == mpmath.nstr(2 - mpmath.pi / (2 * (mpmath.pi - 1)), 30)
    assert card["kernel"]["raw"]["latex"]
    assert [(p["value"]["value"], p["stable"], p["case"]) for p in card["fixed_points"]] == [("1", True, 3)]
    assert card["dynamics"]["depth_law"]["power"] == 2
    with mpmath.workdps(40):  # l^2 (1 - rho_l) -> 9 pi^2/2
        assert card["dynamics"]["depth_law"]["constant"]["value"] == mpmath.nstr(9 * mpmath.pi**2 / 2, 30)
    assert (card["slope_at_zero"]["closed_form"], card["slope_at_one"]["closed_form"]) == ("1/4", "1/2")
    assert card["hermite"][1]["closed_form"] == "1/2"


def test_derive_without_closed_form_is_certified() -> None:
    _, out, _ = haarmite("derive", "tanh", "--json", "--terms", "2", "--digits", "25")
    card = json.loads(out)
    assert card["kernel"]["raw"] is None
    assert card["second_moment"]["method"] == "certified"
    # E tanh(Z)^2 = 0.394294490397841174416..., two independent quadratures agree on these digits
    assert card["second_moment"]["value"].startswith("0.39429449039784117441")


def test_claims_lists_every_claim() -> None:
    code, out, _ = haarmite("claims", "--json")
    assert code == 0
    claims = json.loads(out)["claims"]
    assert {"A1", "A2", "A3", "A4", "A7", "A10", "A27"} <= {claim["id"] for claim in claims}
    assert all(claim["mutants"] and claim["statement"] for claim in claims)
    assert haarmite("claims")[0] == 0


def test_doctor_finds_the_flint_ground_types() -> None:
    code, out, _ = haarmite("doctor", "--json")
    findings = json.loads(out)
    assert findings["facts"]["sympy ground types"] == "flint"
    assert code == (3 if findings["problems"] else 0)


def test_help_of_derive_names_every_function_that_text_may_use() -> None:
    from theory.activation.expression import FUNCTIONS

    code, out, _ = haarmite("derive", "--help")
    assert code == 0
    assert {*FUNCTIONS, "max", "min"} <= set(re.findall(r"\w+", out))
