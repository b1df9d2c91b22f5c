"""`haarmite recheck`: what it shows, what it refuses, and files that are no certificates."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proofs_check.cli import app
from proofs_check.interval.prover import prove

RUNNER = CliRunner()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "line.json"
    proof = prove("x - tanh(x) >= 0 for x in [0, 3]").certificate
    assert proof is not None
    proof.serving(claim="A7", sentence="something [else]", case="relu", versions="none").write(path)
    return path


def test_it_says_what_was_proved_for_whom_and_on_what_trust(certificate):
    out = RUNNER.invoke(app, ["recheck", str(certificate)])
    assert out.exit_code == 0
    assert re.search(r"proves: \(?x - tanh\(x\)\)? >= 0 for x in \[0, 3\]", out.stdout)
    assert "serves: A7, relu: something [else]" in out.stdout
    assert "on trust: nothing but the checker" in out.stdout


def test_json_says_the_same(certificate):
    [entry] = json.loads(RUNNER.invoke(app, ["recheck", "--json", str(certificate)]).stdout)["certificates"]
    assert entry["accepted"]
    assert entry["proves"].endswith(">= 0 for x in [0, 3]")
    assert entry["serves"]["claim"] == "A7"
    assert entry["relies_on"] == []


@pytest.mark.parametrize(
    ("claim", "code", "words"),
    [
        ("A7", 1, "no certified check of A7 on relu proves this inequality"),
        ("A5", 1, "serves the claim A7, and A5 was asked"),
        ("A", 2, "needs one claim"),
        ("nothing", 2, "nothing"),
    ],
)
def test_a_claim_refuses_what_does_not_serve_it(certificate, claim, code, words):
    out = RUNNER.invoke(app, ["recheck", "--claim", claim, str(certificate)])
    assert out.exit_code == code
    assert words in out.output


HOSTILE: dict[str, bytes | int] = {
    "another schema": b'{"schema": "sarif/2.1.0", "runs": []}',
    "100 MB": 10**8,
    "nested a million deep": b"[" * 1_000_000,
    "nested objects": b'{"a":' * 300_000,
    "a key twice": b'{"schema": "haarmite-certificate/1", "schema": "haarmite-certificate/1"}',
    "NaN": b'{"schema": NaN}',
    "Infinity": b'{"schema": -Infinity}',
    "a huge integer": b'{"schema": ' + b"9" * 100_000 + b"}",
    "a huge exponent": b'{"schema": 1e999999999}',
    "digits of another script": '{"schema": "haarmite-certificate/1", "box": [["٠", "٣"]]}'.encode(),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"schema": 1}'.encode("utf-16"),
    "no text": bytes(range(256)) * 100,
    "empty": b"",
    "zeros": b"\x00" * 3_000_000,
    "numbers without end": b"[" + b"1," * 1_900_000 + b"1]",
    "long strings": b'{"claim": "' + b"x" * 3_900_000 + b'"}',
    "many keys": b"{" + b",".join(b'"%d": 0' % k for k in range(200_000)) + b"}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_certificate_is_refused_in_one_line(name, tmp_path):
    path = tmp_path / "hostile.json"
    content = HOSTILE[name]
    if isinstance(content, int):
        with path.open("wb") as file:
            file.write(b"[1, ")
            file.truncate(content)
    else:
        path.write_bytes(content)
    out = RUNNER.invoke(app, ["recheck", str(path)])
    assert out.exit_code == 1
    assert out.output.count("\n") == 1
    assert out.output.startswith("refused")
    assert len(out.output) < 400


def test_a_folder_and_a_missing_file_are_bad_usage(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        out = RUNNER.invoke(app, ["recheck", str(path)])
        assert out.exit_code == 2
        assert out.stderr.count("\n") == 1
