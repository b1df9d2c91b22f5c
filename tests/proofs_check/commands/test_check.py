"""`haarmite check`: exit codes, JSON, table, the pytest fixture, and bad input as one line."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import re
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from proofs_check.cli import app

pytest_plugins = ["pytester"]
TORCH = importlib.util.find_spec("torch") is not None
needs_torch = pytest.mark.skipif(not TORCH, reason="torch is not installed")
if TORCH:
    import torch  # once, in this process: pytester forgets modules that a run within it imports

MODELS = """
import torch
from torch import nn

def right():
    return nn.Sequential(nn.Linear(64, 96), nn.ReLU(), nn.Linear(96, 10))

def wrong():
    model = right()
    nn.init.zeros_(model[0].weight)
    return model

instance = right()

class Lazy(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.LazyLinear(4)

def meta(): return nn.Linear(3, 4, device="meta")
def empty(): return nn.ReLU()
def no_entries():
    model = nn.Linear(3, 4)
    model.weight = nn.Parameter(torch.empty(0, 4))
    return model
def nan():
    model = right()
    model[0].weight.data[1, 2] = float("nan")
    return model
def fails(): raise RuntimeError("no such\\ndata set")
def leaves(): raise SystemExit(3)
def other(): return [1]
def whole_numbers():
    model = nn.Linear(3, 4)
    model.weight = nn.Parameter(torch.zeros(4, 3, dtype=torch.int8), requires_grad=False)
    return model
def complex_numbers(): return nn.Linear(3, 4, dtype=torch.complex64)
"""


@pytest.fixture
def models(tmp_path):
    file = tmp_path / "models_of_a_user.py"
    file.write_text(MODELS)
    yield str(file)
    sys.modules.pop("models_of_a_user", None)


def command(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, ["check", *arguments], env={"COLUMNS": "160"})
    return found.exit_code, found.stdout, found.stderr


@needs_torch
@pytest.mark.parametrize("name", ["right", "instance"])
def test_right_model(models, name):
    code, out, _ = command(f"{models}:{name}")
    assert code == 0
    assert "no fault in 4 parameters" in out
    assert "torch default" in out


@needs_torch
def test_wrong_model(models):
    code, out, _ = command(f"{models}:wrong", "--json")
    found = json.loads(out)
    assert code == 1
    assert (found["schema"], found["verdict"], found["faults"], found["alpha"]) == (1, "fault", 1, 1e-6)
    first = found["parameters"][0]
    assert (first["name"], first["status"], first["mistake"], first["family"]) == (
        "0.weight",
        "fault",
        "zeros",
        "zeros",
    )
    assert "zero-initialised" in command(f"{models}:wrong")[1]


@needs_torch
def test_declared(models):
    assert command(f"{models}:wrong", "--law", "0.weight=zeros")[0] == 0
    assert command(f"{models}:right", "--law", "lecun_uniform")[0] == 1


@needs_torch
def test_layers_and_page(models, tmp_path):
    page = tmp_path / "init.html"
    code, out, _ = command(f"{models}:right", "--inputs", "4,64", "--report", str(page))
    assert code == 0
    assert "relu" in out
    assert "<svg" in page.read_text()
    found = json.loads(command(f"{models}:right", "--inputs", "4,64", "--json")[1])
    assert [layer["function"] for layer in found["layers"]] == ["linear", "relu", "linear"]
    first = found["layers"][0]
    assert first["low"] < first["mean_square"] < first["high"]
    assert command(f"{models}:right", "--report", str(page))[0] == 2


@needs_torch
def test_inputs_from_files(models, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 64), dtype=np.float32))
    torch.save(torch.ones(2, 64), tmp_path / "x.pt")
    torch.save({"x": 1}, tmp_path / "other.pt")
    for name in ("x.npy", "x.pt"):
        assert command(f"{models}:right", "--inputs", str(tmp_path / name))[0] == 0
    code, _, error = command(f"{models}:right", "--inputs", str(tmp_path / "other.pt"))
    assert code == 2
    assert "needs a tensor" in error


BAD = {
    "inputs": (["{}:right", "--inputs", "3,5"], r"could not run Sequential on inputs of shape \(3, 5\)"),
    "no inputs": (["{}:right", "--inputs", "3,0"], "got '3,0'"),
    "words": (["{}:right", "--inputs", "three"], "got 'three'"),
    "no vocabulary": (["{}:right", "--inputs", "tokens:2,3"], "an embedding in the model for tokens"),
    "no such inputs": (["{}:right", "--inputs", "nowhere.npy"], "could not read the inputs 'nowhere.npy'"),
    "folder": (["{}:right", "--report", "nowhere/page.html"], "existing folder for its report"),
    "lazy": (["{}:Lazy"], "lazy layer.weight; call the model once"),
    "meta": (["{}:meta"], "device meta; build the model on the CPU"),
    "empty": (["{}:empty"], "got ReLU, one without any"),
    "no entries": (["{}:no_entries"], r"shape \(0, 4\)"),
    "nan": (["{}:nan"], "1 NaN or infinite of 6144 in 0.weight"),
    "fails": (["{}:fails"], "RuntimeError: no such data set"),
    "leaves": (["{}:leaves"], "SystemExit: 3"),
    "no module": (["{}:other"], "torch.nn.Module from .* got list"),
    "integers": (["{}:whole_numbers"], "weight of torch.int8; check it before quantising"),
    "complex": (["{}:complex_numbers"], "weight of torch.complex64"),
    "no name": (["{}:nothing"], "AttributeError"),
    "no file": (["no_such_file.py:make"], "a file that exists, got 'no_such_file.py'"),
    "no colon": (["right"], "needs FILE.py:NAME"),
    "law": (["{}:right", "--law", "gauss"], "got 'gauss'"),
    "number": (["{}:right", "--law", "normal(two)"], "got 'two'"),
    "root": (["{}:right", "--law", "normal(sqrt(-2))"], r"finite number, got 'sqrt\(-2\)'"),
    "no size": (["{}:right", "--law", "normal(0)"], "positive size"),
    "option": (["{}:right", "--law", "he_normal(fan)"], "fan_in, fan_out, fan_avg"),
    "arguments": (["{}:right", "--law", "zeros(1)"], "0 number in the law zeros"),
    "no fan": (["{}:right", "--law", "*=any", "--law", "nowhere.toml"], "TOML file of laws, got 'nowhere.toml'"),
    "alpha": (["{}:right", "--alpha", "1.5"], "alpha=1.5"),
}


@needs_torch
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_exit_code_2(models, name):
    arguments, match = BAD[name]
    code, out, error = command(*(argument.format(models) for argument in arguments))
    assert (code, out) == (2, "")
    assert error.count("\n") == 1
    assert re.search(match, error), error


def test_without_torch_it_says_how_to_install(models, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    code, out, error = command(f"{models}:right")
    assert (code, out) == (2, "")
    assert error == "haarmite: check needs torch (it reads the model), got none; pip install 'haarmite[torch]'.\n"


@needs_torch
def test_fixture_fails_with_what_is_wrong(pytester, models):
    pytester.makepyfile(
        f"""
        import sys
        sys.path.insert(0, {models.rpartition("/")[0]!r})
        import models_of_a_user as models
        def test_right(haarmite_init):
            assert haarmite_init(models.right(), alpha=1e-9).alpha == 1e-9
        def test_wrong(haarmite_init):
            haarmite_init(models.wrong())
        def test_meant(haarmite_init):
            haarmite_init(models.wrong(), laws={{"0.weight": "zeros"}})
        """
    )
    load = (
        []
        if importlib.metadata.entry_points(group="pytest11", name="haarmite")
        else ["-p", "proofs_check.pytest_plugin"]
    )
    outcome = pytester.runpytest_inprocess("-p", "no:cacheprovider", *load)
    outcome.assert_outcomes(passed=2, failed=1)
    outcome.stdout.fnmatch_lines(["*1 of 4 parameters wrong (zeros)*", "0.weight: zero-initialised*"])
