"""The checker accepts proofs, refuses every tampering and whatever is hostile, and stands alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs_check.interval import recheck as module
from proofs_check.interval.certificate import Certificate
from proofs_check.interval.checker.intervals import WORK
from proofs_check.interval.prover import prove, prove_nonnegative
from proofs_check.interval.recheck import main, recheck
from proofs_check.interval.statement import parse_statement

x, t, rho = sympy.symbols("x t rho")
Document = dict[str, Any]


@pytest.fixture(scope="module")
def proved() -> dict[str, Certificate]:
    kernel = (sympy.sqrt(1 - rho**2) + (sympy.pi - sympy.acos(rho)) * rho) / sympy.pi
    claims = {
        "line": (x - sympy.tanh(x), {x: (0, 3)}),
        "kernel": (kernel - rho, {rho: (-1, 1)}),
        "plane": (t * (sympy.exp(t) * x + t), {x: (0, 1), t: (0, 1)}),
        "strict": (sympy.exp(x) - x - sympy.Rational(99, 100), {x: (-1, 1)}),
    }
    return {name: prove_nonnegative(*claim).certificate for name, claim in claims.items()}


def _at(*path: str | int) -> Callable[[Document, Any], None]:
    """Return a function that replaces the entry at a path."""

    def put(document: Document, value: Any) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return put


def _retold(claim: str) -> Callable[[Document], None]:
    """Another claim with its own right tape and box, under the old cells: only the bounds can refuse it."""

    def change(document: Document) -> None:
        statement = parse_statement(claim)
        document["claim"], document["tape"] = claim, statement.tape().to_json()
        document["variables"] = list(statement.variables)
        document["box"] = [[str(a), str(b)] for a, b in statement.box]

    return change


def _put(*path_and_value: Any) -> Callable[[Document], None]:
    return lambda document: _at(*path_and_value[:-1])(document, path_and_value[-1])


def _drop(*path: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        del place[path[-1]]

    return change


def _gap(document: Document) -> None:
    document["cells"][2]["lo"] = "17/32"


def _overlap(document: Document) -> None:
    document["cells"][2]["lo"] = document["cells"][1]["lo"]


def _reverse_cell(document: Document) -> None:
    cell = document["cells"][1]
    cell["lo"], cell["hi"] = cell["hi"], cell["lo"]


def _swap_cells(document: Document) -> None:
    document["cells"][1], document["cells"][2] = document["cells"][2], document["cells"][1]


def _twice(document: Document) -> None:
    document["cells"].insert(1, document["cells"][1])


# name -> (certificate, change, a part of the reason); the digest is made right again after each change
TAMPERINGS: dict[str, tuple[str, Callable[[Document], None], str]] = {
    "first cell removed": ("line", _drop("cells", 0), "do not meet"),
    "middle cell removed": ("line", _drop("cells", 3), "do not meet"),
    "last cell removed": ("line", _drop("cells", -1), "the cells end at"),
    "all cells removed": ("line", _put("cells", []), "the cells end at"),
    "end moved": ("line", _put("cells", 0, "hi", "1/8"), "do not meet"),
    "gap": ("line", _gap, "do not meet"),
    "overlap": ("line", _overlap, "do not meet"),
    "cell twice": ("line", _twice, "do not meet"),
    "cell reversed": ("line", _reverse_cell, "do not meet"),
    "cells swapped": ("line", _swap_cells, "do not meet"),
    "domain of the text enlarged": ("line", _put("claim", "x - tanh(x) >= 0 for x in [0, 4]"), "box is not"),
    "box enlarged": ("line", _put("box", [["0", "4"]]), "box is not"),
    "box reversed": ("line", _put("box", [["3", "0"]]), "box is not"),
    "domain enlarged everywhere": ("line", _retold("x - tanh(x) >= 0 for x in [0, 4]"), "the cells end at"),
    "domain enlarged to the left": ("line", _retold("x - tanh(x) >= 0 for x in [-1, 3]"), "do not meet"),
    "constant of the text changed": ("line", _put("claim", "x - 2*tanh(x) >= 0 for x in [0, 3]"), "tape is not"),
    "constant of claim and tape changed": ("line", _retold("x - 2*tanh(x) >= 0 for x in [0, 3]"), "not the order"),
    "small constant added": ("line", _retold("x - tanh(x) - 1/100000 >= 0 for x in [0, 3]"), "not the order"),
    "scaled late": ("line", _retold("x - tanh(x) - x**3/4 >= 0 for x in [0, 3]"), "no non-negative bound"),
    "relation reversed": ("line", _retold("x - tanh(x) <= 0 for x in [0, 3]"), "no non-negative bound"),
    "relation made strict": ("line", _retold("x - tanh(x) > 0 for x in [0, 3]"), "strict claim cannot have zeros"),
    "order of the zero raised": ("line", _put("zeros", 0, "order", 4), "not the order 4"),
    "order of the zero lowered": ("line", _put("zeros", 0, "order", 2), "not the order 2"),
    "order of the zero negative": ("line", _put("zeros", 0, "order", -3), "integer in 1..12"),
    "order of the zero zero": ("line", _put("zeros", 0, "order", 0), "integer in 1..12"),
    "order true": ("line", _put("zeros", 0, "order", True), "integer in 1..12"),
    "zero moved": ("line", _put("zeros", 0, "at", "1/1000"), "not the order"),
    "zero outside the box": ("line", _put("zeros", 0, "at", "-1"), "outside the box"),
    "zero of another variable": ("line", _put("zeros", 0, "variable", 1), "a zero's variable"),
    "zero removed": ("line", _put("zeros", []), "a zero needs to be an integer"),
    "tape operation changed": ("line", _put("tape", 1, ["sinh", 0]), "tape is not"),
    "tape operand changed": ("line", _put("tape", 2, ["sub", 1, 0]), "tape is not"),
    "tape with an unknown operation": ("line", lambda d: d["tape"].append(["system", 0]), "tape is not"),
    "tape empty": ("line", _put("tape", []), "tape is not"),
    "variable renamed": ("line", _put("variables", ["y"]), "variables are not"),
    "variable added": ("line", _put("variables", ["x", "y"]), "variables are not"),
    "method zero made natural": ("line", lambda d: _put("cells", 0, _cell(d, 0, method="natural"))(d), "no non-negative"),
    "method taylor made zero": ("line", lambda d: _put("cells", 7, _cell(d, 7, method="zero", zero=0, order=3))(d), ""),
    "method unknown": ("line", _put("cells", 1, "method", "trust me"), "method of a cell is unknown"),
    "method of the plane on a line": ("line", _put("cells", 0, "method", "edge"), "exactly the keys"),
    "Taylor order of a cell below the zero's": ("line", _put("cells", 0, "order", 2), "below that of its zero"),
    "Taylor order huge": ("line", _put("cells", 1, "order", 10**9), "integer in"),
    "field added to a cell": ("line", _put("cells", 1, "bound", "1"), "exactly the keys"),
    "float for a rational": ("line", _put("cells", 1, "lo", 0.375), "holds no floats"),
    "decimal text for a rational": ("line", _put("cells", 1, "lo", "0.375"), "rational as text"),
    "nan": ("line", _put("cells", 1, "lo", "nan"), "rational as text"),
    "inf": ("line", _put("cells", -1, "hi", "inf"), "rational as text"),
    "NaN literal": ("line", _put("cells", 1, "lo", float("nan")), "holds no floats"),
    "denominator zero": ("line", _put("cells", 1, "lo", "3/0"), "denominator zero"),
    "huge rational": ("line", _put("cells", 1, "lo", "1" * 5000), "rational as text"),
    "huge integer": ("line", _put("zeros", 0, "order", 10**30), "12 digits"),
    "schema unknown": ("line", _put("schema", "haarmite-certificate/3"), "schema"),
    "schema a number": ("line", _put("schema", 1), "schema"),
    "kind unknown": ("line", _put("kind", "oracle"), "kind"),
    "kind a list": ("line", _put("kind", ["cells"]), "kind"),
    "kind changed to a tree": ("line", _put("kind", "tree"), "exactly the keys"),
    "key missing": ("line", _drop("zeros"), "exactly the keys"),
    "key added": ("line", _put("trusted", True), "exactly the keys"),
    "cells an object": ("line", _put("cells", {}), "list"),
    "cell a number": ("line", _put("cells", 1, 7), "lo, hi and method"),
    "claim a list": ("line", _put("claim", ["x"]), "text"),
    "claim with code": ("line", _put("claim", "__import__('os').getcwd() >= 0 for x in [0, 3]"), "holds"),
    "claim with an attribute": ("line", _put("claim", "x.real >= 0 for x in [0, 3]"), "more than arithmetic"),
    "claim with a huge exponent": ("line", _put("claim", "x**99999999 >= 0 for x in [0, 3]"), "exponent above"),
    "claim with a tower": ("line", _put("claim", "9**9**9**9 >= 0 for x in [0, 3]"), "tape is not"),
    "claim nested deep": ("line", _put("claim", "(" * 5000 + "x" + ")" * 5000 + " >= 0 for x in [0, 3]"), "too deep"),
    "claim of many terms": ("line", _put("claim", "x" + "+x" * 9000 + " >= 0 for x in [0, 3]"), ""),
    "claim of many signs": ("line", _put("claim", "-" * 9000 + "x >= 0 for x in [0, 3]"), "too deep"),
    "claim without a domain": ("line", _put("claim", "x - tanh(x) >= 0"), "form"),
    "claim of four variables": ("line", _put("claim", "x >= 0 for x in [0, 3]" + "".join(f", {c} in [0, 1]" for c in "abc")), ""),
    "original changed": ("kernel", _put("original", "claim", "acos(rho) >= 1 for rho in [-1, 1]"), "differ after the change"),
    "original's domain enlarged": (
        "kernel",
        lambda d: _put("original", "claim", d["original"]["claim"].replace("[-1, 1]", "[-2, 1]"))(d),
        "does not reach the ends",
    ),
    "substitution changed": ("kernel", _put("original", "by", "cos(2*pi*t)"), "does not reach the ends"),
    "substitution with a jump": ("kernel", _put("original", "by", "-sign(t - 1/2)"), "jumps"),
    "substitution with a pole": ("kernel", _put("original", "by", "1/(t - 1/2)"), "no value"),
    "substitution an injection": ("kernel", _put("original", "by", "t >= 0 for t in [0, 1], s"), ""),
    "substituted variable unknown": ("kernel", _put("original", "variable", "sigma"), "lacks the variable"),
    "tree cut": ("plane", _drop("tree", -1), "before its cells cover"),
    "tree grown": ("plane", lambda d: d["tree"].append({"method": "natural"}), "beyond its last leaf"),
    "tree split out of range": ("plane", _put("tree", 0, "split", 2), "a split needs"),
    "tree with one split less": ("plane", _drop("tree", 0), "beyond its last leaf"),
    "tree made of splits": ("plane", _put("tree", [{"split": 0}] * 20_000), "too deep"),
    "leaf at the zero changed": ("plane", lambda d: _put("tree", _leaf(d, "corner"), {"method": "mean_value"})(d), "no non"),
    "corner moved": ("plane", _put("corners", 0, "at", ["1", "0"]), "does not vanish"),
    "corner inside": ("plane", _put("corners", 0, "at", ["1/2", "0"]), "not a vertex"),
    "corner of another zero": ("plane", _put("corners", 0, "zero", 5), "a corner's zero"),
    "corner removed": ("plane", _put("corners", []), "a corner needs"),
    "two variables in cells": ("plane", lambda d: d.update(kind="cells", cells=[]) or d.pop("tree"), "one variable"),
}  # fmt: skip


def _cell(document: Document, index: int, **method: Any) -> Document:
    return {key: document["cells"][index][key] for key in ("lo", "hi")} | method


def _leaf(document: Document, method: str) -> int:
    return next(i for i, node in enumerate(document["tree"]) if node.get("method") == method)


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_refused_with_a_reason(name, proved):
    which, change, reason = TAMPERINGS[name]
    document = proved[which].document
    change(document)
    answer = recheck(Certificate.of(document).text)
    assert not answer.accepted
    assert reason in answer.reason
    assert "broke off" not in answer.reason


@pytest.mark.parametrize("which", ["line", "kernel", "plane", "strict"])
def test_the_untouched_certificates_are_accepted(which, proved):
    answer = recheck(proved[which].text)
    assert answer.accepted, answer.reason
    assert answer.cells >= 1


@pytest.mark.parametrize("name", ["end moved", "order of the zero raised", "variable renamed"])
def test_without_a_new_digest_the_digest_refuses(name, proved):
    which, change, _ = TAMPERINGS[name]
    document = proved[which].document
    change(document)
    assert recheck(json.dumps(document)).reason == "the digest does not match"
    document = proved[which].document | {"sha256": "0" * 64}
    assert recheck(json.dumps(document)).reason == "the digest does not match"


def test_harmless_changes_are_accepted_with_more_work(proved):
    document = proved["line"].document
    document["cells"][4:6] = [{**document["cells"][4], "hi": document["cells"][5]["hi"]}]
    assert recheck(Certificate.of(document).text).accepted
    document = proved["line"].document
    document["cells"][1:] = [_cell(document, i, method="natural") for i in range(1, len(document["cells"]))]
    answer = recheck(Certificate.of(document).text)
    assert answer.accepted
    assert answer.cells > len(document["cells"])


def test_zeros_and_changes_of_variable_are_derived_and_not_trusted(proved):
    for certificate in proved.values():
        assert recheck(certificate.text).relies_on == ()
    assert recheck(proved["kernel"].text).claim.endswith("for rho in [-1, 1]")


HOSTILE = [
    "", "null", "[]", "7", '"text"', "{", "\x00", "{}", "NaN", "[" * 100_000, '{"a":' * 100_000, "1" * 100_000,
    '{"schema": 1e400}', '{"schema": -Infinity}', '{"schema": "haarmite-certificate/1"}',
    '{"schema": "haarmite-certificate/1", "schema": "haarmite-certificate/1"}', "\ud800", '"\\ud800"',
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_refused_without_a_traceback(text):
    answer = recheck(text)
    assert not answer.accepted
    assert answer.reason


@pytest.mark.parametrize("thing", [None, 7, b"{}", {}])
def test_what_is_not_text_is_refused(thing):
    assert recheck(thing).reason == "a certificate needs to be text"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "0", "1/2", "x", "zero", "-oo"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["lo", "at", "order"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_any_value_put_anywhere_is_refused_or_harmless(data, proved):
    """Random surgery on a certificate: an answer always, and acceptance only of the claim that was proved."""
    certificate = proved[data.draw(st.sampled_from(["line", "plane"]))]
    document = certificate.document
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(json_values)
        break
    answer = recheck(Certificate.of(document).text, work_limit=300_000)
    assert "broke off" not in answer.reason
    if answer.accepted:
        assert answer.claim == certificate.document["claim"]


def test_work_is_bounded(proved):
    answer = recheck(proved["line"].text, work_limit=1000)
    assert answer.reason == "the check needs more than 1000 interval operations"


def test_the_precision_of_the_caller_is_kept(proved):
    before = WORK.bits
    recheck(proved["line"].text)
    recheck("{")
    assert WORK.bits == before


def test_the_checker_loads_nothing_of_the_prover(proved, tmp_path):
    """In a fresh interpreter, as a file on its own: the standard library, no other module of the project."""
    file = tmp_path / "certificate.json"
    proved["plane"].write(file)
    source = Path(module.__file__)
    program = (
        "import runpy, sys\n"
        f"sys.argv = ['recheck.py', {str(file)!r}]\n"
        "try:\n"
        f"    runpy.run_path({str(source)!r}, run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    code = end.code\n"
        "print(code, sorted({name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))"
    )
    command = [
        sys.executable,
        "-S",
        "-c",
        f"import sys; sys.path[:0] = {[str(source.parent)]!r}\n{program}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60, check=True)
    last = done.stdout.splitlines()[-1]
    assert last.startswith("0 "), done.stdout
    loaded = set(json.loads(last[2:].replace("'", '"')))
    assert loaded == {"checker", "__main__"}


def test_as_a_module_it_loads_only_its_own_folder():
    program = (
        "import proofs_check.interval.recheck, sys\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('sympy', 'flint', 'numpy', 'scipy', 'theory', 'numerics', 'proofs_check')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = json.loads(done.stdout.replace("'", '"'))
    rest = {m for m in loaded if not m.startswith("proofs_check.interval.checker")}
    packages = {"proofs_check", "proofs_check.interval", "theory", "theory.face"}  # hold names and load nothing
    assert rest == packages | {"proofs_check.interval.recheck"}


def test_the_command_names_each_file(proved, tmp_path, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    proved["line"].write(good)
    document = proved["line"].document
    document["cells"].pop()
    Certificate.of(document).write(bad)
    assert main([str(good)]) == 0
    assert "accepted: x - tanh(x) >= 0" in capsys.readouterr().out
    assert main([str(good), str(bad)]) == 1
    assert "REFUSED" in capsys.readouterr().out
    assert main([str(tmp_path / "none.json")]) == 2
    assert main([]) == 2


LOGARITHM = "x*log(x) + exp(-1) >= 0 for x in [1/10, 5]"


@pytest.mark.parametrize(
    "claim",
    [
        LOGARITHM,
        "x**x >= exp(-exp(-1)) for x in [1/100, 2]",
        "log(x)/x <= exp(-1) for x in [1/10, 20]",
        "exp(x) + exp(y) >= 2 + x + y for x in [-1, 1], y in [-1, 1]",
        "exp(x**2) + cosh(y) - 2 >= x**2 + y**2/2 for x in [-1, 1], y in [-2, 1]",
        "x - log(x) + exp(y) - y >= 2 for x in [1/4, 3], y in [-1, 1]",
        "asin(x) + acos(x) <= pi/2 for x in [-1, 1]",
        "sin(x)**2 + cos(x)**2 <= 1 for x in [0, 7]",
    ],
)
def test_zeros_at_powers_of_e_and_of_single_variables_are_certified(claim):
    assert recheck(prove(claim).certificate.text).accepted


@pytest.mark.parametrize(
    "claim",
    [
        "x*log(x) + exp(-1) >= 1/10**9 for x in [1/10, 5]",
        "exp(x) + exp(y) >= 2 + x + y + 1/10**9 for x in [-1, 1], y in [-1, 1]",
        "asin(x) + acos(x) <= pi/2 - 1/10**12 for x in [-1, 1]",
        "sin(x)**2 + cos(x)**2 <= 1 - 1/10**12 for x in [0, 7]",
    ],
)
def test_near_misses_of_them_are_refuted(claim):
    assert prove(claim).verdict == "refuted"


@pytest.mark.parametrize(
    ("key", "old", "new", "reason"),
    [
        ("claim", "[1/10", "[1/100", "does not reach the ends"),
        ("claim", "5]", "6]", "does not reach the ends"),
        ("by", "exp(t)", "exp(t) + 1/100", "does not reach the ends"),
        ("by", "exp(t)", "exp(2*t)", "differ after the change"),
    ],
)
def test_a_change_by_the_exponential_has_to_reach_the_ends_and_keep_the_slack(key, old, new, reason):
    document = prove(LOGARITHM).certificate.document
    document["original"][key] = document["original"][key].replace(old, new)
    answer = recheck(Certificate.of({k: v for k, v in document.items() if k != "sha256"}).text)
    assert not answer.accepted
    assert reason in answer.reason


def test_a_certificate_inside_has_to_be_of_the_same_range():
    document = prove("exp(x) + exp(y) >= 2 + x + y for x in [-1, 1], y in [-1, 1]").certificate.document
    inside = prove("-x + exp(x) - 1 >= 0 for x in [-1/2, 1]").certificate.document
    document["terms"][0]["factors"][0]["proof"] = inside
    answer = recheck(Certificate.of({k: v for k, v in document.items() if k != "sha256"}).text)
    assert (answer.accepted, "a certificate inside is not one of" in answer.reason) == (False, True)
