"""Source code of an activation, run by the library that it is written for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from theory.activation.activation import Activation
from theory.activation.parser import parse_expression
from theory.activation.source_code import source_code

TEXTS = (
    "gelu", "silu", "mish", "selu", "hardtanh", "step(x - 1)", "sign(x)*sqrt(abs(x))", "erfc(x)", "asinh(x) + atan(x)",
    "sin(x)**3", "exp(-x**2/2)", "log(2 + cosh(x))", "softplus(x) - pi", "x**3/(1 + x**2)", "cosh(x)/10 - sinh(x)/9",
)  # fmt: skip
X = np.linspace(-3, 3, 41)


def run(text: str, library: Any) -> Any:
    scope: dict[str, Any] = {}
    exec(source_code(Activation.from_text(text).expression, library, "own"), scope)
    return scope["own"]


@pytest.mark.parametrize("text", TEXTS)
def test_numpy_source_evaluates_to_the_activation(text: str) -> None:
    np.testing.assert_allclose(run(text, "numpy")(X), Activation.from_text(text)(X), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("text", TEXTS)
def test_torch_source_evaluates_to_the_activation(text: str) -> None:
    torch = pytest.importorskip("torch")
    found = run(text, "torch")(torch.tensor(X)).numpy()
    np.testing.assert_allclose(found, Activation.from_text(text)(X), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("text", TEXTS)
def test_jax_source_compiles_and_calls_what_numpy_calls(text: str) -> None:
    code = source_code(Activation.from_text(text).expression, "jax")
    compile(code, "jax", "exec")
    assert "jax.numpy as jnp" in code


@pytest.mark.parametrize(
    ("library", "name", "match"), [("mxnet", "f", "numpy, torch, jax"), ("numpy", "2f", "identifier")]
)
def test_bad_input(library: Any, name: str, match: str) -> None:
    with pytest.raises(ValueError, match=match):
        source_code(parse_expression("tanh(x)"), library, name)
