"""The example scripts run, and what they print is true."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import mpmath
import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def load(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_own_activation(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    module = load("own_activation")
    found = module.report("max(x, 0)")
    assert found["case"].startswith("3:")
    assert int(found["layers to within 1/1000 of rho*, taken"]) < int(found["layers to within 1/1000 of rho*, proved"])
    monkeypatch.setattr(sys, "argv", ["own_activation.py"])
    module.main()
    assert "max(x, 0) + 1/10*min(x, 0)" in capsys.readouterr().out


def test_rates_in_fifty_digits() -> None:
    rows = load("rates_in_fifty_digits").rates().to_json()["rows"]
    with mpmath.workdps(60):
        strength = next(row["nonlinearity_strength"]["value"] for row in rows if row["activation"] == "relu")
        assert abs(mpmath.mpf(strength) - (2 - mpmath.pi / (2 * (mpmath.pi - 1)))) < mpmath.mpf("1e-49")
        # sin: c_1^2/Var = e^-1/((1 - e^-2)/2) = 1/sinh 1
        strength = next(row["nonlinearity_strength"]["value"] for row in rows if row["activation"] == "sin")
        assert abs(mpmath.mpf(strength) - (2 - 1 / mpmath.sinh(1))) < mpmath.mpf("1e-49")


def test_weingarten_moments() -> None:
    module = load("weingarten_moments")
    found = module.corrections()
    # on the sphere: E x1^4 = 3/(d(d+2)), Cov(x1^2, x2^2) = 1/(d(d+2)) - 1/d^2
    assert found["E O11^4"](5) == Fraction(3, 35)
    assert found["Cov(O11^2, O12^2)"](5) == Fraction(1, 35) - Fraction(1, 25)
    assert all(module.row_is_a_unit_vector(d) for d in (2, 3, 10))


def test_network_against_prediction() -> None:
    module = load("network_against_prediction")
    rho, predicted = module.simulate(seed=1), module.predict()
    error = rho[-1].std(ddof=1) / np.sqrt(module.NETWORKS)
    # five standard errors, and a tenth of the spread for what is beyond 1/width
    assert abs(rho[-1].mean() - predicted.mean[-1]) < 5 * error + 0.1 * predicted.standard_deviation[-1]


@pytest.mark.parametrize("name", ["rates_in_fifty_digits", "weingarten_moments", "network_against_prediction"])
def test_every_script_prints(name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [f"{name}.py"])
    load(name).main()
    assert capsys.readouterr().out.count("\n") >= 6


def test_a_script_runs_by_itself() -> None:
    command = [sys.executable, str(EXAMPLES / "weingarten_moments.py")]
    child = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert child.returncode == 0, child.stderr
    assert "in dimensions 2..6: True" in child.stdout


def test_the_folder_lists_what_it_holds() -> None:
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb", ".csv")}
    assert all(f"`{name}`" in text for name in files), files


def test_the_notebook_is_stored_without_outputs() -> None:
    notebook = json.loads((EXAMPLES / "notebook.ipynb").read_text(encoding="utf-8"))
    assert notebook["nbformat"] == 4
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
