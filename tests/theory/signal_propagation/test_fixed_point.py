from __future__ import annotations

from fractions import Fraction

import flint
import mpmath
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from theory.activation.activation import Activation
from theory.activation.catalogue import hermite_polynomial
from theory.activation.expression import FUNCTIONS, X, number
from theory.activation.expression import sqrt as root
from theory.enclosure.ball import working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.signal_propagation.fixed_point import FixedPoints, fixed_points


def of(text: str) -> FixedPoints:
    return fixed_points(KernelMap.normalised(Activation.from_text(text)))


def polynomial_kernel(*coefficients: Fraction) -> KernelMap:
    """The normalised map sum_k p_k rho^k, from s = sum_k sqrt(p_k) he_k."""
    tree = sum(
        (root(number(p)) * (hermite_polynomial(k) if k else number(1)) for k, p in enumerate(coefficients) if p),
        number(0),
    )
    return KernelMap.normalised(Activation("kernel", tree))


@pytest.mark.parametrize(
    ("coefficients", "star", "slope"),
    [  # (kappa - r)/(r - 1) factored by hand
        (("2/5", "0", "3/5"), "2/3", "4/5"),
        (("1/3", "0", "2/3"), "1/2", "2/3"),
        (("1/10", "1/5", "7/10"), "1/7", "2/5"),
        (("3/8", "0", "1/8", "1/2"), None, None),
    ],
)
def test_rational_kernels(coefficients: tuple[str, ...], star: str | None, slope: str | None) -> None:
    found = fixed_points(polynomial_kernel(*map(Fraction, coefficients)))
    assert found.case == 4
    assert not found.undecided
    first, last = found.points
    assert str(last.value) == "1"
    assert last.stable is False
    assert first.stable is True
    if star is not None:
        assert (str(first.value), str(first.slope)) == (star, slope)
    else:  # 3/8 - r + r^2/8 + r^3/2 = (r - 1)(r^2/2 + 5 r/8 - 3/8): r = (-5 + sqrt(73))/8
        assert sp.simplify(first.value.exact - (sp.sqrt(73) - 5) / 8) == 0


CLOSED = {  # kappa/kappa(1), written down from the literature, not from the engine
    "gelu": lambda r: (
        (r * (mpmath.mpf(1) / 4 + mpmath.asin(r / 2) / (2 * mpmath.pi)) + 1 / (2 * mpmath.pi * mpmath.sqrt(4 - r**2)))
        / (mpmath.mpf(1) / 3 + 1 / (2 * mpmath.pi * mpmath.sqrt(3)))
    ),
    "step": lambda r: (mpmath.mpf(1) / 4 + mpmath.asin(r) / (2 * mpmath.pi)) * 2,
    "relu2": lambda r: (
        (3 * r * mpmath.sqrt(1 - r**2) + (mpmath.pi / 2 + mpmath.asin(r)) * (1 + 2 * r**2)) / (3 * mpmath.pi)
    ),
    "exp(2*x)": lambda r: mpmath.exp(4 * (r - 1)),
}


@pytest.mark.parametrize("text", CLOSED)
def test_interior_points_by_findroot_on_published_kernels(text: str) -> None:
    found = of(text)
    point = found.points[0]
    with mpmath.workdps(45):
        reference = mpmath.findroot(
            lambda r: CLOSED[text](r) - r, (mpmath.mpf("0.01"), mpmath.mpf("0.9")), solver="anderson"
        )
        slope = mpmath.diff(CLOSED[text], reference)
        assert abs(point.value.value(40) - reference) < mpmath.mpf(10) ** -39
        assert abs(point.slope.value(25) - slope) < mpmath.mpf(10) ** -20  # mpmath's difference quotient
    assert found.case == 4


@pytest.mark.parametrize("text", ["silu", "mish", "tanh(x) + 1/5"])
def test_interior_points_without_closed_form(text: str) -> None:
    """Another route: the float64 map of Chebyshev panels, iterated; and 30 against 60 digits."""
    import numpy as np

    kernel = KernelMap.normalised(Activation.from_text(text))
    point = fixed_points(kernel).points[0]
    rho = np.array([0.5])
    for _ in range(600):
        rho = kernel.float64(rho)
    assert abs(float(point.value.ball(20)) - rho[0]) < 1e-13
    assert point.value.ball(30).overlaps(point.value.ball(60))
    assert point.slope.ball(20).overlaps(kernel.derivative(point.value.ball(40), 20))


@pytest.mark.parametrize(
    ("text", "case", "values"),
    [
        ("relu", 3, ["1"]),
        ("leaky_relu", 3, ["1"]),
        ("max(x, 0) + sqrt(2)*min(x, 0)", 3, ["1"]),
        ("abs", 3, ["1"]),
        ("exp", 3, ["1"]),
        ("exp(x/2)", 2, ["1"]),
        ("cos", 2, ["1"]),
        ("x + 1", 2, ["1"]),
        ("sigmoid", 2, ["1"]),
        ("tanh", 1, ["-1", "0", "1"]),
        ("sign", 1, ["-1", "0", "1"]),
        ("sigmoid(x) - 1/2", 1, ["-1", "0", "1"]),  # odd, though the tree does not show it
        ("step - 1/2", 1, ["-1", "0", "1"]),
        ("selu", 1, ["0", "1"]),  # mean 0 by its constants, not odd
        ("max(x, 0) - 1/sqrt(2*pi)", 1, ["0", "1"]),
    ],
)
def test_cases_and_exact_points(text: str, case: int, values: list[str]) -> None:
    found = of(text.replace("step", "step(x)") if text.startswith("step -") else text)
    assert found.case == case
    assert [str(point.value) for point in found.points] == values
    assert found.undecided == ()
    assert [point.stable for point in found.points].count(True) == 1


def test_the_printed_case_of_relu_comes_from_a_cut_series() -> None:
    """The first 25 terms, scaled to sum 1, give the slope 0.949 that is printed as 0.95; the whole series gives 1."""
    kernel = KernelMap.normalised(Activation.from_text("relu"))
    powers = [float(p) for p in kernel.coefficients(400, 20)]
    cut = {n: sum(k * p for k, p in enumerate(powers[:n])) / sum(powers[:n]) for n in (25, 100, 400)}
    assert round(cut[25], 2) == 0.95
    # p_k ~ C k^(-5/2)/2 on even k only: sum k p_k lacks about K^(-1/2), so four times the terms halve the error
    errors = [1 - cut[n] for n in (25, 100, 400)]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.02)
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.02)
    assert str(kernel.slope_at_one) == "1"


@pytest.mark.parametrize("text", ["relu", "sigmoid", "hardsigmoid", "step", "mish"])
def test_layer_norm_is_case_one(text: str) -> None:
    found = fixed_points(KernelMap.centred(Activation.from_text(text)))
    assert found.case == 1
    assert found.attractor is not None
    assert str(found.attractor.value) == "0"
    assert (str(found.points[0].value) == "-1") == (text in ("sigmoid", "hardsigmoid", "step"))


def test_identity_fixes_everything() -> None:
    found = fixed_points(KernelMap.centred(Activation.from_text("3*x + 1")))
    assert found.is_identity
    assert found.case is None
    assert found.attractor is None


def test_close_to_a_tangent() -> None:
    """Slope at 1 only 2e-6 above 1: the crossing is at 1 - 4.4e-11, and still isolated."""
    found = of("max(x, 0) + 0.001*x**2")
    star = found.points[0].value.ball(30)
    assert 0 < 1 - star < 1e-10
    assert found.points[0].slope.ball(20) < 1


def test_a_mean_that_only_looks_like_zero_stays_undecided() -> None:
    """softplus minus its mean to 70 digits is not 0, but no ball of 60 digits can tell."""
    mean = KernelMap.normalised(Activation.from_text("softplus")).hermite.mean.value(75)
    with mpmath.workdps(75):
        shift = Fraction(int(mpmath.floor(mean * mpmath.mpf(10) ** 70)), 10**70)
    found = fixed_points(KernelMap.normalised(Activation("shifted", FUNCTIONS["softplus"](X) - shift)))
    assert found.case is None
    assert found.undecided == ("whether the mean of the activation is exactly 0",)
    assert found.points[0].value.ball(30).contains(0)


def test_json_of_a_point() -> None:
    record = of("square").to_json(12)[0]
    assert record == {
        "value": {"value": "0.5", "radius": "0", "method": "exact", "closed_form": "1/2"},
        "slope": {"value": "0.666666666667", "radius": "5e-13", "method": "exact", "closed_form": "2/3"},
        "stable": True,
        "case": 4,
    }


def test_raw_maps_are_refused() -> None:
    with pytest.raises(ValueError, match=r"fixed_points needs a normalised or centred map .*, got kind='raw'"):
        fixed_points(KernelMap.raw(Activation.from_text("relu")))


@given(st.lists(st.integers(0, 6), min_size=3, max_size=5).filter(lambda w: any(w[2:])))
@settings(deadline=None, max_examples=20)
def test_every_root_of_a_polynomial_kernel_is_found(weights: list[int]) -> None:
    """Second route: SymPy's real roots of kappa(r) - r on [-1, 1]."""
    powers = [Fraction(w, sum(weights)) for w in weights]
    found = fixed_points(polynomial_kernel(*powers))
    r = sp.Symbol("r")
    difference = sp.Poly(sum(sp.Rational(p.numerator, p.denominator) * r**k for k, p in enumerate(powers)) - r, r)
    expected = sorted({sp.N(z, 30) for z in sp.real_roots(difference) if -1 <= z <= 1})
    assert found.undecided == ()
    assert len(found.points) == len(expected)
    with working_bits(120):
        for point, value in zip(found.points, expected, strict=True):
            assert abs(point.value.ball(25) - flint.arb(str(value))) < flint.arb("1e-24")
