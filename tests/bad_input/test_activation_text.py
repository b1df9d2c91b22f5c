"""Hostile and mistaken activation texts: each is refused with a clear line, at once, and nothing is executed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from theory.activation import Activation

HOSTILE = [
    # names and attributes
    ("y", "known names"),
    ("X", "known names"),
    ("foo(x)", "listed functions"),
    ("reluu(x)", "did you mean 'relu'"),
    ("x.__class__", "got"),
    ("().__class__.__base__.__subclasses__()", "got"),
    ("sin.__globals__", "got"),
    ("(1).real", "got"),
    ("x.real", "got"),
    ("__import__(x)", "listed functions"),
    ("__builtins__", "known names"),
    ("eval(x)", "listed functions"),
    ("exec(x)", "listed functions"),
    ("open(x)", "listed functions"),
    ("getattr(x,x)", "listed functions"),
    ("print(x)", "listed functions"),
    ("breakpoint()", "listed functions"),
    ("exit()", "listed functions"),
    ("globals()", "listed functions"),
    ("vars()", "listed functions"),
    # calls that are not by a listed name
    ("(sin)(cos)(x)", "by name"),
    ("sin(x)(x)", "by name"),
    ("x(x)", "listed functions"),
    ("pi(x)", "listed functions"),
    ("sin()", "one argument"),
    ("sin(x,x)", "one argument"),
    ("max(x)", "two or more"),
    ("max()", "two or more"),
    ("sin(*x)", "got"),
    ("max(*[x,x])", "got"),
    ("sin(**x)", "got"),
    # syntax that is no arithmetic
    ("lambda: x", "got ':'"),
    ("lambda x: x", "got ':'"),
    ("[x for x in x]", "got"),
    ("[x]", "got"),
    ("(x, x)", "got"),
    ("x[0]", "got"),
    ("x if x else x", "got"),
    ("x and x", "got"),
    ("not x", "got"),
    ("x or 1", "got"),
    ("x < 1", "got '<'"),
    ("x == 1", "got '='"),
    ("x := 1", "got ':'"),
    ("x = 1", "got '='"),
    ("x @ x", "got '@'"),
    ("x % 2", "got '%'"),
    ("x // 2", "got"),
    ("x << 2", "got '<'"),
    ("x | 1", "got"),
    ("~x", "got '~'"),
    ("'x'", "got"),
    ('"x"', "got"),
    ("f'{x}'", "got"),
    ("b'x'", "got"),
    ("None", "known names|got"),
    ("True", "got"),
    ("False", "got"),
    ("...", "got"),
    ("1j", "integers or decimals"),
    ("x*2j", "integers or decimals"),
    ("0x10", "got"),
    ("await x", "expression|got"),
    ("yield x", "expression|got"),
    ("x; x", "got ';'"),
    ("x\nx", "got"),
    ("x\x00", "got"),
    ("x\\", "got"),
    ("χ", "got"),
    ("x**２", "got"),
    ("import os", "expression"),
    ("x #", "got '#'"),
    ("{x}", "got '{'"),
    ("x +", "expression"),
    ("(x", "expression"),
    ("x)", "expression"),
    ("", "needs an expression"),
    ("   ", "needs an expression"),
    # resource exhaustion
    ("9**9**9", "exponents"),
    ("x**x", "rational exponent"),
    ("x**2**3", "without powers"),
    ("2**9999", "exponents"),
    ("x**65", "at most 64"),
    ("x**1000000000", "at most 64"),
    ("x**(10**9)", "without powers|at most 64"),
    ("(x+1)**65", "at most 64"),
    ("x**-65", "at most 64"),
    ("((x+1)**64+1)**64", "nominal degree"),
    ("(((((x+1)**64+1)**64+1)**64+1)**64+1)**64", "nominal degree"),
    ("9**64*9**64*x", "size at most 1e6"),
    ("tanh(9**64)*x", "size at most 1e6"),
    ("erf(9**20)*x", "size at most 1e6"),
    ("exp(64)**64*x", "size at most 1e6"),
    ("exp(exp(exp(exp(exp(100)))))", "size at most 1e6|nested"),
    ("exp(exp(exp(x)))", "nested"),
    ("sinh(cosh(exp(x)))", "nested"),
    ("1e400*x", "decimal exponent"),
    ("1e9999999*x", "decimal exponent"),
    ("1e-9999999*x", "decimal exponent"),
    ("10000001*x", "size at most 1e6"),
    ("1" * 61 + "*x", "characters"),
    ("9" * 499, "characters"),
    ("x" + "+x" * 300, "500 characters"),
    ("(" * 60 + "x" + ")" * 60, "nesting"),
    ("sin(" * 51 + "x" + ")" * 51, "nesting"),
    ("-" * 60 + "x", "nesting"),
    ("- " * 60 + "x", "nesting"),
    ("[" * 200 + "]" * 200, "nesting"),
    # not finite on the real line
    ("log(x)", "at x = 0"),
    ("1/x", "at x = 0"),
    ("1/(x-2)", "at x = 2"),
    ("x/(x**2-2)", "near x = -1.41421"),
    ("x**-1", "at x = 0"),
    ("x**0.5", "at x = 0"),
    ("sqrt(x)", "at x = 0"),
    ("sqrt(x-3)", "at x = 3"),
    ("log(x**2)", "at x = 0"),
    ("1/sin(x)", "finite"),
    ("tan(x)", "pole"),
    ("1/(exp(x)-1)", "near x = 0.00"),
    ("1/0", "division by 0"),
    ("0**-1", "negative power of 0"),
    ("x/(1-1)", "division by 0"),
    ("log(0)*x", "finite real"),
    ("sqrt(-1)*x", "finite real"),
    # not square-integrable
    ("exp(x**2)", "square-integrable"),
    ("exp(x**2/4)", "square-integrable"),
    ("exp(x**4)", "square-integrable"),
    ("cosh(x**2)", "square-integrable"),
    ("exp(exp(x))", "square-integrable"),
    # constant
    ("3", "two different values"),
    ("pi", "two different values"),
    ("x-x", "two different values"),
    ("0*x+1", "two different values"),
    ("sin(x)**2+cos(x)**2", "two different values"),
    ("max(1,2)", "two different values"),
]


@pytest.mark.parametrize(("text", "reason"), HOSTILE, ids=[repr(t)[:40] for t, _ in HOSTILE])
def test_refused_with_one_clear_line(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as caught:
        Activation.from_text(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("value", [None, 3, 1.5, b"x", ["x"]])
def test_not_a_text(value: object) -> None:
    with pytest.raises(TypeError, match="needs text"):
        Activation.from_text(value)  # type: ignore[arg-type]


def test_there_are_at_least_eighty_hostile_texts() -> None:
    assert len(HOSTILE) >= 80


def test_all_of_them_together_use_little_processor_time() -> None:
    """A child with one processor second per text: one that blew up would be killed by the limit."""
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (60, 60));"
        "from theory.activation import Activation\n"
        "import sys\n"
        f"for text in {[t for t, _ in HOSTILE]!r}:\n"
        "    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime\n"
        "    try:\n"
        "        Activation.from_text(text)\n"
        "        sys.exit('accepted ' + text)\n"
        "    except ValueError:\n"
        "        pass\n"
        "    spent = resource.getrusage(resource.RUSAGE_SELF).ru_utime - before\n"
        "    if spent > 1: sys.exit(f'{spent} s on {text}')\n"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert child.returncode == 0, child.stderr


LEGAL = [
    "max(x,0)+0.1*min(x,0)",
    "1e-3*x",
    "0.5*x*(1+tanh(sqrt(2/pi)*(x+0.044715*x**3)))",
    "x*sigmoid(x)",
    "max(x,0)**2",
    "abs(x-1)",
    "E**(-x**2)",
    "2**x",
    "step(x-1/3)",
    "max(x, 0, 1)",
    "x/(1+abs(x))",
    "1/(x**2+x+1)",
    "log(1+exp(x))",
    "x/exp(x)",
    "+x",
    "1_000*x",
]


@pytest.mark.parametrize("text", LEGAL)
def test_legal_texts_are_accepted_and_survive_printing(text: str) -> None:
    activation = Activation.from_text(text)
    assert Activation.from_text(activation.text).expression == activation.expression
