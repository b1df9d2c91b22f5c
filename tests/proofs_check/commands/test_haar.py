"""`haarmite weingarten` and `haarmite haar`: JSON, text, one-line errors, late imports."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import typer
from sympy import Symbol, cancel, parse_expr
from typer.testing import CliRunner

from proofs_check.commands.haar import haar, weingarten
from proofs_check.interval.recheck import recheck
from theory.haar.weingarten import weingarten as weingarten_function

app = typer.Typer(pretty_exceptions_enable=False)
for command in (weingarten, haar):
    # As the program registers them: a leading minus may belong to an integrand or to a wrong partition.
    app.command(context_settings={"ignore_unknown_options": True})(command)
runner = CliRunner()
d = Symbol("d")


def run(*arguments: str) -> tuple[int, str, str]:
    outcome = runner.invoke(app, list(arguments))
    return outcome.exit_code, outcome.stdout, outcome.stderr


def document(*arguments: str) -> Any:
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    return json.loads(out)


def function(entry: Any) -> Any:
    return parse_expr(entry["numerator"]) / parse_expr(entry["denominator"])


# B. Collins, P. Sniady (2006), section 5.2; B. Collins, S. Matsumoto (2009), section 6; symplectic by the reflection d -> -d.
PUBLISHED = [
    ("unitary", "1,1", 1 / (d**2 - 1)),
    ("unitary", "2,1", -1 / ((d**2 - 1) * (d**2 - 4))),
    ("unitary", "1,2", -1 / ((d**2 - 1) * (d**2 - 4))),
    ("orthogonal", "1,1", (d + 1) / (d * (d + 2) * (d - 1))),
    ("orthogonal", "2", -1 / (d * (d + 2) * (d - 1))),
    ("symplectic", "2", 1 / (d * (d - 2) * (d + 1))),
]


@pytest.mark.parametrize(("group", "partition", "expected"), PUBLISHED)
def test_one_class_as_json(group: str, partition: str, expected: Any) -> None:
    entry = document("weingarten", group, partition)
    assert {"schema", "group", "partition", "order", "dimension", "numerator", "denominator"} <= set(entry)
    assert cancel(function(entry) - expected) == 0
    assert cancel(parse_expr(entry["text"]) - expected) == 0
    assert entry["dimension"] is None
    for pole in entry["poles"]:
        assert (1 / expected).subs(d, pole["dimension"]) == 0


def test_an_integer_dimension_below_the_order_is_the_pseudo_inverse() -> None:
    # the rational functions are finite there, 1/30 and -85/1152; the pseudo-inverse of the Gram matrix has these
    assert document("weingarten", "unitary", "2,1,1", "--dimension", "2")["value"] == "1/180"
    assert document("weingarten", "orthogonal", "1,1,1,1", "--dimension", "2")["value"] == "11/1152"
    _, out, _ = run("weingarten", "unitary", "2,1,1", "--dimension", "2")
    assert "= 1/180" in out
    assert "pseudo-inverse" in out


@pytest.mark.parametrize("group", ["unitary", "orthogonal", "symplectic"])
def test_a_whole_order(group: str) -> None:
    table = document("weingarten", group, "--order", "4")["table"]
    assert [tuple(entry["partition"]) for entry in table] == [(4,), (3, 1), (2, 2), (2, 1, 1), (1, 1, 1, 1)]
    for entry in table:
        assert cancel(function(entry) - weingarten_function(group, entry["partition"]).as_sympy()) == 0
    values = document("weingarten", group, "--order", "4", "--dimension", "2")["table"]
    for entry in values:
        assert Fraction(entry["value"]) == weingarten_function(group, entry["partition"], 2)
    code, out, _ = run("weingarten", group, "--order", "4")
    assert code == 0
    assert all(entry["text"] in out for entry in table)


def test_the_expansion_in_one_over_d() -> None:
    # 1/(d^2 - 1) = d^-2 + d^-4 + d^-6 + ...
    entry = document("weingarten", "unitary", "1,1", "--expansion", "5")
    assert entry["expansion"] == {"power": -2, "coefficients": ["1", "0", "1", "0", "1"]}
    assert entry["leading"] == {"power": -2, "coefficient": "1"}
    _, out, _ = run("weingarten", "unitary", "1,1", "--expansion", "5")
    assert "d**-2 + d**-4 + d**-6 + O(d**-7)" in out
    assert "poles          -1, 1" in out


def test_moments_of_entries() -> None:
    # (2a-1)!! over d (d+2) (d+4), and 1/(d (d+1)) sums of a complex sphere
    entry = document("haar", "O[1,1]**4*O[1,2]**2")
    assert cancel(function(entry) - 3 / (d * (d + 2) * (d + 4))) == 0
    assert document("haar", "O[1,1]**4*O[1,2]**2", "--dimension", "3")["value"] == "1/35"
    assert document("haar", "abs(U[1,1])**6", "--dimension", "2")["value"] == "1/4"
    assert document("haar", "O[1,1]*O[2,2]", "--dimension", "2")["value"] == "0"
    minus = document("haar", "-a*O[1,1]**2")
    assert cancel(function(minus) + Symbol("a") / d) == 0
    _, out, _ = run("haar", "O[1,1]**2*O[2,2]**2")
    assert "= (d + 1)/((d - 1)*d*(d + 2))" in out
    assert "integer d >= 2" in out


def test_moments_of_traces() -> None:
    # Diaconis and Shahshahani: E |tr U|^4 = 2 for d >= 2, and 1 on U(1)
    entry = document("haar", "tr(U)**2*tr(U.H)**2")
    assert (entry["numerator"], entry["denominator"], entry["least_dimension"]) == ("2", "1", 2)
    assert document("haar", "tr(U)**2*tr(U.H)**2", "--dimension", "1")["value"] == "1"
    assert document("haar", "tr(U)")["numerator"] == "0"
    (term,) = document("haar", "tr(O*A*O.T*B)")["terms"]
    assert (term["traces"], term["numerator"], term["denominator"]) == (["tr(A)", "tr(B)"], "1", "d")
    loose = document("haar", "tr(O*A*O.T*B)**2")["terms"]
    tight = document("haar", "tr(O*A*O.T*B)**2", "--symmetric", "A", "--symmetric", "B")["terms"]
    assert len(tight) == 4 < len(loose)
    _, out, _ = run("haar", "tr(O*A*O.T*B)", "--expansion", "2")
    assert "+ (1/d)*tr(A)*tr(B)  = d**-1 + O(d**-3)" in out


BAD = [
    (("weingarten", "special", "2"), "group out of orthogonal, symplectic, unitary"),
    (("weingarten", "unitary"), "one class such as 3,1,1"),
    (("weingarten", "unitary", "2", "--order", "2"), "one class such as 3,1,1"),
    (("weingarten", "unitary", "2,0"), "positive integers"),
    (("weingarten", "unitary", "-1,3"), "positive integers"),
    (("weingarten", "unitary", ""), "positive integers"),
    (("weingarten", "unitary", "2,,1"), "positive integers"),
    (("weingarten", "unitary", "2.5"), "positive integers"),
    (("weingarten", "unitary", "(2,1)"), "positive integers"),
    (("weingarten", "unitary", "x" * 500), "xxx..."),
    (("weingarten", "unitary", "1000001"), "order of at most 1000"),
    (("weingarten", "unitary", "9" * 900), "order of at most 1000"),
    (("weingarten", "orthogonal", "1000"), "smaller order"),
    (("weingarten", "unitary", "--order", "100"), "smaller order"),
    (("weingarten", "unitary", "--order", "0"), "order >= 1"),
    (("weingarten", "unitary", "--order", "two"), "order needs to be an integer"),
    (("weingarten", "unitary", "2", "--dimension", "0"), "dimension >= 1"),
    (("weingarten", "unitary", "2", "--dimension", "-3"), "dimension >= 1"),
    (("weingarten", "unitary", "2", "--dimension", "2.5"), "dimension needs to be an integer"),
    (("weingarten", "unitary", "2", "--dimension", "2*d"), "dimension needs to be an integer"),
    (("weingarten", "unitary", "2", "--dimension", "9" * 5000), "dimension needs to be an integer"),
    (("weingarten", "symplectic", "2", "--dimension", "3"), "even dimension"),
    (("weingarten", "unitary", "2", "--expansion", "0"), "1 to 10000"),
    (("weingarten", "unitary", "2", "--expansion", "3", "--dimension", "4"), "symbolic d"),
    (("haar", "O[0,1]"), "index >= 1"),
    (("haar", "O[-1,1]**2"), "indices"),
    (("haar", "O[1,3]**2", "--dimension", "2"), "indices from 1 to the dimension 2"),
    (("haar", "O[1,1]**2", "--dimension", "0"), "dimension >= 1"),
    (("haar", "O[1,1]**2", "--dimension", "two"), "dimension needs to be an integer"),
    (("haar", "S[1,1]*S[2,2]", "--dimension", "3"), "even dimension"),
    (("haar", "O[1,1]*U[1,1]"), "one group only"),
    (("haar", "Q[1,1]"), "entries of O, U or S"),
    (("haar", "d**2"), "at least one entry"),
    (("haar", ""), "Haar moment needs"),
    (("haar", "O[1,1"), "Haar moment needs"),
    (("haar", "O[1,1]**-2"), "exponents"),
    (("haar", "O[1,1]**99999"), "at most 2000"),
    (("haar", "O[1,1]" * 4000), "at most 20000 characters"),
    (("haar", "exit()"), "at least one entry"),
    (("haar", "O.__class__[1,1]"), "needs"),
    (("haar", "O[1,1]**2", "--symmetric", "A"), "--symmetric"),
    (("haar", "a*O[1,1]**2", "--expansion", "3"), "rational coefficients"),
    (("haar", "tr(A)"), "Haar matrix O or U"),
    (("haar", "tr(O*S)"), "symplectic matrices alone"),
    (("haar", "O[1,1]**2", "--let", "A=symmetric"), "--let"),
    (("haar", "log(O[1,1])"), "modulus of one entry"),
    (("haar", "logdet(O, 3, 2)"), "rows <= columns"),
    (("haar", "hciz(1, 2, 3)"), "mean needs"),
    (("haar", "entropy(m, n)", "--expansion", "3"), "a polynomial"),
    (("haar", "abs(O[1,1])", "--digits", "many"), "digits needs to be an integer"),
    (("haar", "tr(O*A)", "--let", "A"), "NAME = KIND"),
    (("haar", "tr(O*A)", "--let", "A = round"), "a kind out of"),
    (("haar", "tr(O*A)+O[1,1]"), "tr(...)"),
    (("haar", "tr(O*A)**40"), "pairings, the limit is 200000"),
    (("haar", "tr(O", "--dimension", "2"), "trace expression needs"),
    (("haar", "tr(O*O.T)", "--symmetric", "O"), "fixed matrices as symmetric"),
]


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (("tr(U*P*U.H*Q)", "--let", "P=projector(m)", "--let", "Q=projector(n)"), "m*n/d"),
        (("abs(tr(U))**4",), "2"),
        (("tr(U*V*U.H*V.H)/d",), "d**-2"),
        (("tr((G*G.T)**2)", "--let", "G = normal(m,n)"), "m*n*(m + n + 1)"),
    ],
)
def test_several_matrices_and_declarations(arguments: tuple[str, ...], value: str) -> None:
    assert cancel(parse_expr(document("haar", *arguments)["text"]) - parse_expr(value)) == 0


@pytest.mark.parametrize(
    ("arguments", "text", "start"),
    [
        (("abs(O[1,1])", "--dimension", "2"), "2/pi", "0.63661977236758134308"),  # the mean of |cos|
        (("log(abs(U[1,1]))", "--dimension", "3"), "-3/4", "-0.75"),
        (("logdet(U, 2, 4)", "--dimension", "4"), "0", "0"),
        (("entropy(2, 2)",), "1/3", "0.3333333333"),
        (("entropy(O)", "--dimension", "2"), "-1 + 2*log(2)", "0.386294361119890618834"[:20]),  # Gibbs on the circle
        (("hciz(1, 0, 1, 0)",), "-1 + E", "1.718281828459045"),
        (("modulus(1, -1)",), "1/2", "0.5"),
    ],
)
def test_means_that_are_no_polynomials(arguments: tuple[str, ...], text: str, start: str) -> None:
    found = document("haar", *arguments)
    assert (found["text"], found["method"]) == (text, "exact")
    assert found["value"].startswith(start)
    assert f"= {text}" in run("haar", *arguments)[1]


def direct_moment(depth: int) -> Fraction:
    """Return E tr (J J^T)^2 at d = 2 by the turn t of every layer: E cos^2 2t = 1/2 for rows of O(2), masks summed one by one."""
    # With S = J J^T, trace s and |deviator|^2 = v: D O S O^T D keeps the moments of (s^2, v) up to a linear map.
    square, deviator = Fraction(4), Fraction(0)  # E s^2 and E v of the identity, v = (s11 - s22)^2 + 4 s12^2
    for _ in range(depth):
        # after a uniform turn E s11^2 = E s22^2 = (s^2 + v/2)/4; masks: both 2 (1/4), one 2 (1/2), none (1/4)
        one = (square + deviator / 2) / 4
        square, deviator = square + 2 * one, deviator + 2 * one
    return (square + deviator) / 2


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_jacobians_at_width_two_agree_with_turns_and_masks(depth: int) -> None:
    assert Fraction(document("haar", f"jacobian(O, 2, relu, {depth})", "--dimension", "2")["text"]) == direct_moment(
        depth
    )
    symbolic = parse_expr(document("haar", "jacobian(O, 2, relu)")["text"])
    assert symbolic.subs({"d": 2, "L": depth}) == direct_moment(depth)


def test_a_symbolic_jacobian_says_where_it_holds() -> None:
    assert document("haar", "jacobian(U, 3, relu(1/10), 2)")["least_dimension"] == 3


def test_a_gaussian_layer_of_width_one() -> None:
    # at d = 1 it is E D^4 E g^4 = 2 * 3
    assert document("haar", "jacobian(G, 2, relu, 1)", "--dimension", "1")["text"] == "6"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("jacobian(O, 0, relu)", "power that is an integer >= 1"),
        ("jacobian(O, k, relu)", "power that is an integer >= 1"),
        ("jacobian(O, 9, relu)", "power of at most 8"),
        ("jacobian(O, 2, tanh)", "relu or relu"),
        ("jacobian(O, 2, relu(a))", "slope that is a rational"),
        ("jacobian(O, 2, relu, 1/2)", "depth that is an integer"),
        ("jacobian(O, 2, relu, 0)", "depth that is an integer"),
        ("jacobian(O, 2, relu, 201)", "depth of at most 200"),
        ("jacobian(S, 2, relu)", "mean needs"),
    ],
    ids=["power", "name", "order", "activation", "slope", "depth", "no_depth", "deep", "group"],
)
def test_jacobians_that_are_not_read(text: str, reason: str) -> None:
    code, out, err = run("haar", text)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert reason in err


def test_a_special_group_holds_above_the_degree() -> None:
    assert document("haar", "SU[1,1]*SU[2,2]*SU[3,3]")["least_dimension"] == 4
    assert document("haar", "SU[1,1]*SU[2,2]*SU[3,3]", "--dimension", "3")["value"] == "1/6"


@pytest.mark.parametrize("json_option", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize(("arguments", "reason"), BAD)
def test_bad_input_is_one_line_with_exit_code_two(
    arguments: tuple[str, ...], reason: str, json_option: tuple[str, ...]
) -> None:
    code, out, err = run(*arguments, *json_option)
    assert code == 2
    assert out == ""
    assert err.startswith("haarmite: ")
    assert err.count("\n") == 1
    assert reason in err
    assert len(err) < 800


def test_importing_the_commands_loads_nothing_heavy() -> None:
    program = (
        "import sys; import proofs_check.commands.haar\n"
        "sys.exit(', '.join({'sympy', 'mpmath', 'numpy', 'scipy', 'flint'} & set(sys.modules)) or 0)"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert child.returncode == 0, f"imports {child.stderr}"


@pytest.mark.parametrize(
    "arguments",
    [("weingarten", "symplectic", "2,1"), ("haar", "abs(U[1,1]*U[2,2])**2", "--dimension", "3")],
    ids=["class", "moment"],
)
def test_a_certificate_is_written_that_the_checker_accepts(arguments: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    assert run(*arguments, "--certificate", str(file))[0] == 0
    assert recheck(file.read_text()).accepted


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("haar", "tr(O*A*O.T*B)"), "entries of O or U"),
        (("haar", "abs(O[1,1])"), "entries of O or U"),
        (("haar", "O[1,1]**14"), "the checker can follow"),
        (("haar", "COE[1,1]*conj(COE[1,1])"), "entries of O or U"),
        (("weingarten", "unitary", "--order", "3"), "one class"),
        (("weingarten", "unitary", "2,1", "--dimension", "2"), "needs d >= 3"),
    ],
    ids=["trace", "closed_form", "work", "ensemble", "table", "below_order"],
)
def test_what_has_no_certificate_leaves_no_file(arguments: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    code, out, err = run(*arguments, "--certificate", str(file))
    assert (code, out, err.count("\n"), file.exists()) == (2, "", 1, False)
    assert reason in err


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("entropy(m, n)", "m <= n"),  # Page's formula is that of the smaller system
        ("logdet(O, 2, q)", "2 <= q <= d"),
        ("logdet(G, 2, n)", "2 <= n"),
        ("logdet(U, 2, 3)", "integer d >= 3"),  # there is no such corner below
        ("abs(O[1,1])**s", "s > -1"),  # infinite from there
        ("abs(U[1,1])**s", "s > -2"),
    ],
)
def test_a_closed_form_says_for_which_names_it_holds(text: str, valid: str) -> None:
    found = CliRunner().invoke(app, ["haar", text])
    assert found.exit_code == 0
    assert f"valid for      {valid}\n" in found.stdout
