"""Objects in notebooks and data frames: LaTeX that a parser accepts, tables that are escaped, pandas only if asked for."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import sympy as sp

import theory
from theory.activation import Activation, catalogue
from theory.haar.weingarten import weingarten
from theory.kernel_map.hermite import HermiteExpansion
from theory.kernel_map.kernel_map import KernelMap
from theory.notebook import html_table
from theory.number import Number
from theory.signal_propagation.depth_law import depth_law
from theory.signal_propagation.fixed_point import fixed_points
from theory.signal_propagation.rate import convergence
from theory.tables.comparison import comparison_table

NAMES = ("relu", "tanh", "gelu", "square", "step", "x + 1", "exp(-x**2)")


def shown(name: str) -> list[Any]:
    activation = Activation.from_text(name)
    kernel, centred = KernelMap.normalised(activation), KernelMap.centred(activation)
    objects = [activation, kernel, centred, KernelMap.raw(activation), HermiteExpansion(activation)]
    objects += [kernel.slope_at_zero, kernel.slope_at_one, convergence(kernel), depth_law(kernel)]
    return [found for found in objects if found is not None]


@pytest.mark.parametrize("name", NAMES)
def test_latex_is_well_formed(name: str) -> None:
    from matplotlib.mathtext import MathTextParser

    parser = MathTextParser("path")
    for found in shown(name):
        text = found._repr_latex_()
        assert text.startswith(r"$\displaystyle ")
        assert text.endswith("$")
        parser.parse("$" + text.removeprefix(r"$\displaystyle "))  # raises for what is not TeX


def test_latex_says_what_the_object_says() -> None:
    relu = Activation.from_text("relu")
    assert r"\frac{1}{2} - \frac{1}{\pi}" in convergence(KernelMap.normalised(relu))._repr_latex_()  # type: ignore[union-attr]
    assert weingarten("orthogonal", (1,))._repr_latex_() == r"$\displaystyle \frac{1}{d}$"
    assert Number.of(sp.oo)._repr_latex_() == r"$\displaystyle \infty$"
    assert HermiteExpansion(Activation.from_text("x + 1"))._repr_latex_().endswith(r"\mathrm{he}_{1}$")  # it ends


def test_tables_are_escaped_html() -> None:
    assert html_table(["<"], [["a & b"]], "1 < 2").count("&lt;") == 2
    assert "a &amp; b" in html_table(["<"], [["a & b"]])
    points = fixed_points(KernelMap.normalised(Activation.from_text("square")))
    assert "<td>0.5</td><td>0.666666666667</td><td>attracts</td>" in points._repr_html_()
    table = comparison_table([Activation.from_text("max(x, 0)")])
    assert table._repr_html_().count("<tr>") == 2


def test_a_table_as_data_frame() -> None:
    pytest.importorskip("pandas")
    frame = comparison_table(catalogue("relu", "step")).to_frame()
    assert list(frame["activation"]) == ["relu", "step"]
    assert frame["slope_at_one"].to_list() == [1.0, float("inf")]
    # pi/(2 (pi - 1)), the nearest double
    assert frame["slope_at_zero"][0] == float(sp.N(sp.pi / (2 * (sp.pi - 1)), 30))
    assert frame["critical_weight_variance"].isna().to_list() == [False, True]


def test_without_pandas_the_message_is_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"RateTable\.to_frame needs pandas .*pip install pandas"):
        comparison_table(catalogue("identity")).to_frame()


@pytest.mark.parametrize("package", ["theory", "numerics"])
def test_short_names_are_found_late(package: str) -> None:
    program = (
        f"import sys, {package} as p\n"
        "heavy = {'sympy', 'numpy', 'flint', 'scipy', 'mpmath'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "assert set(p.__all__) <= set(dir(p))\n"
        "[getattr(p, name) for name in p.__all__]\n"
    )
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert child.returncode == 0, child.stderr


def test_modules_need_no_import_statement_and_typos_are_told() -> None:
    assert theory.signal_propagation.rate.convergence is convergence
    with pytest.raises(AttributeError, match="no attribute 'kernel_mop'"):
        theory.kernel_mop  # noqa: B018


def test_a_kernel_map_draws_itself_beside_the_identity():
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    axes = KernelMap.normalised(Activation.from_text("x**2")).plot()
    identity, curve = axes.get_lines()
    rho = curve.get_xdata()
    assert (identity.get_ydata() == rho).all()
    assert abs(curve.get_ydata() - (1 + 2 * rho**2) / 3).max() < 1e-15
    assert axes.get_xlabel() == "correlation before the layer"
    assert KernelMap.centred(Activation.from_text("x**2")).plot(axes) is axes
    pyplot.close("all")
