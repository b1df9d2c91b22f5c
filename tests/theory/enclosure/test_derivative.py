from __future__ import annotations

import mpmath
import pytest

from theory.activation.activation import Activation
from theory.activation.catalogue import CATALOGUE
from theory.activation.evaluation import to_mpmath
from theory.activation.parser import parse_expression
from theory.enclosure.derivative import derivative

MORE = [
    "atan(x)*tan(sin(x)/2)",
    "asinh(x)*cosh(x/3) + sinh(x/4)",
    "log(1 + x**2)",
    "Phi(2*x) - erfc(x)",
    "(1 + x**2)**(1/3)",
    "x/sqrt(1 + x**2)",
    "min(x, x**2)",
    "abs(tanh(x) - 1/4)",
    "1/(2 + sin(x))",
]


@pytest.mark.parametrize("text", [*sorted(CATALOGUE), *MORE])
@pytest.mark.parametrize("place", ["0.3", "-1.7"])
def test_agrees_with_central_differences(text: str, place: str) -> None:
    expression = CATALOGUE.get(text) or parse_expression(text)
    slope = derivative(expression)
    with mpmath.workdps(60):
        x, h = mpmath.mpf(place), mpmath.mpf(10) ** -20
        difference = (to_mpmath(expression, x + h) - to_mpmath(expression, x - h)) / (2 * h)
        # h^2 s'''/6 and rounding 1e-60/h: both below 1e-35 for these
        assert abs(difference - to_mpmath(slope, x)) < mpmath.mpf(10) ** -35


def test_second_derivative_of_relu_is_zero_off_the_kink() -> None:
    second = derivative(derivative(Activation.from_text("relu").expression))
    assert str(second) == "0"
