"""Names of frameworks: the exact trees against the frameworks' own formulas, and torch itself where it is installed."""

import importlib.util
import math

import numpy as np
import pytest
from scipy.special import erf

from theory.activation import Activation
from theory.activation.frameworks import FAMILIES, NAMED, NOTES, SYNONYMS, key_of

X = np.array([-7.0, -3.2, -1.7, -1.0 / 3, -0.1, 0.0, 0.2, 0.7, 1.3, 2.9, 6.5])

FORMULAS = {
    "relu6": lambda x: np.clip(x, 0, 6),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "log_sigmoid": lambda x: -np.log1p(np.exp(-x)),
    "tanhshrink": lambda x: x - np.tanh(x),
    "softshrink": lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
    "hardshrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "squareplus": lambda x: (x + np.sqrt(x * x + 4)) / 2,
    "quick_gelu": lambda x: x / (1 + np.exp(-1.702 * x)),
    "laplace": lambda x: 0.5 * (1 + erf((x - 0.707107) / (0.282095 * math.sqrt(2)))),
    "sparse_plus": lambda x: np.where(x <= -1, 0, np.where(x < 1, (x + 1) ** 2 / 4, x)),
    "prelu(0.1)": lambda x: np.where(x > 0, x, 0.1 * x),
    "LeakyReLU(0.2)": lambda x: np.where(x > 0, x, 0.2 * x),
    "celu(2)": lambda x: np.where(x > 0, x, 2 * np.expm1(x / 2)),
    "softplus(x, 3)": lambda x: np.log1p(np.exp(3 * x)) / 3,
    "threshold(1/4, -2)": lambda x: np.where(x > 0.25, x, -2),
    "Hard-Swish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_tree_is_the_framework_formula(name):
    np.testing.assert_allclose(Activation.from_text(name)(X), FORMULAS[name](X), rtol=1e-12, atol=1e-14)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.slow
def test_torch_agrees():
    import torch

    modules = {
        "ReLU": (), "ReLU6": (), "ELU": (), "SELU": (), "CELU": (), "GELU": (), "SiLU": (), "Mish": (), "Softplus": (),
        "Softsign": (), "LogSigmoid": (), "Tanhshrink": (), "Softshrink": (), "Hardshrink": (), "Hardswish": (),
        "Hardsigmoid": (), "Hardtanh": (), "LeakyReLU": (), "PReLU": (), "Tanh": (), "Sigmoid": (), "Threshold": (0.5, 2.0),
    }  # fmt: skip
    for name, arguments in modules.items():
        module = getattr(torch.nn, name)(*arguments).double()
        text = f"{name}({', '.join(map(str, arguments))})" if arguments else name
        expected = module(torch.from_numpy(X)).detach().numpy()
        np.testing.assert_allclose(Activation.from_text(text)(X), expected, rtol=1e-6, atol=1e-8, err_msg=name)
    assert Activation.from_text("gelu_new")(X) == pytest.approx(
        torch.nn.GELU(approximate="tanh")(torch.from_numpy(X)).numpy(), rel=1e-9
    )


def test_every_name_is_an_activation_and_every_note_has_its_name():
    for name in (*NAMED, *SYNONYMS, *FAMILIES):
        assert Activation.from_text(name).text
    for name in NOTES:
        assert Activation.from_text(name).name == name


def test_one_function_is_one_object_under_all_its_names():
    assert Activation.from_text("Swish") == Activation.from_text("silu") == Activation.from_text("SiLU")
    assert Activation.from_text("celu(1)").expression == Activation.from_text("elu").expression
    assert key_of("gelu_pytorch_tanh") == key_of("GELU-PyTorch-tanh")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("x^2", r"write x\*\*2\.$"),
        ("relu(x)^2", r"write relu\(x\)\*\*2\.$"),
        ("prelu(1, 2)", "at most its parameters"),
        ("elu(x, x)", "parameters that are numbers"),
        ("elu(x, 1, 2)", "one to 2 arguments"),
        ("relu(x, 1)", "one argument"),
        ("celu(0)", "divisor other than 0"),
        ("softmax(x)", "listed functions"),
        ("gelu - 10 - sin", "known names"),
        ("threshold(1/0)", "division by 0"),
    ],
)
def test_bad_names(text, match):
    with pytest.raises(ValueError, match=match):
        Activation.from_text(text)
