from __future__ import annotations

from fractions import Fraction

import flint
import pytest

from theory.activation.activation import Activation
from theory.enclosure.ball import ball_of, working_bits
from theory.kernel_map.kernel_map import KernelMap
from theory.number import Number
from theory.signal_propagation.rate import Convergence, convergence


def of(text: str) -> tuple[KernelMap, Convergence]:
    kernel = KernelMap.normalised(Activation.from_text(text))
    found = convergence(kernel)
    assert found is not None
    return kernel, found


@pytest.mark.parametrize(
    ("text", "case", "constant"),
    [
        ("cube", 1, "5/7"),  # kappa = (9 r + 6 r^3)/15: 1/(2 - 3/5)
        ("gaussian", 2, "4/5"),  # kappa ~ (9 - 4 r^2)^(-1/2): slope 4/5 at 1
        ("abs", 3, "1 - 2/pi"),
        ("square", 4, "3/4"),  # max(2/3, 1/(2 - 2/3))
        ("sqrt(2/5) + sqrt(3/5)*(x**2 - 1)/sqrt(2)", 4, "5/6"),
    ],
)
def test_constants_by_hand(text: str, case: int, constant: str) -> None:
    import sympy as sp

    _, found = of(text)
    assert found.case == case
    expected = Number.of(1 - 2 / sp.pi) if "pi" in constant else Number.of(Fraction(constant))
    assert found.constant.ball(30).overlaps(expected.ball(30))


@pytest.mark.parametrize("text", ["cube", "sin", "gaussian", "cos", "relu", "exp", "square", "gelu", "step"])
@pytest.mark.parametrize("start", [Fraction(-4, 5), Fraction(1, 10), 1 - Fraction(1, 10**9)])
def test_bound_holds_along_trajectories(text: str, start: Fraction) -> None:
    kernel, found = of(text)
    with working_bits(250):
        rho = ball_of(start)
        for layer in range(1, 60):
            rho = kernel.ball(rho, 60)
            distance = abs(rho - found.limit.ball(50))
            if distance.lower() < flint.arb(10) ** -40:
                break
            assert distance <= found.bound(layer, start, 50)


@pytest.mark.parametrize("text", ["tanh", "cos", "relu", "gelu"])
@pytest.mark.parametrize("distance", [Fraction(1, 100), Fraction(1, 10**30)])
def test_depth_is_the_least_that_the_bound_proves(text: str, distance: Fraction) -> None:
    _, found = of(text)
    start = 1 - Fraction(1, 10**3)
    depth = found.depth_to_reach(distance, start)
    with working_bits(400):
        goal = ball_of(distance)
    if found.case in (2, 3) and 1 - start <= distance:
        assert depth == 0
    else:
        assert found.bound(depth, start, 110) <= goal < found.bound(depth - 1, start, 110)


def test_depth_grows_like_log_of_the_distance_but_in_case_three_like_its_inverse() -> None:
    geometric, algebraic = (of(text)[1] for text in ("tanh", "relu"))
    start = Fraction(1, 2)
    first, second = (geometric.depth_to_reach(Fraction(1, 10**k), start) for k in (20, 40))
    assert abs(second - 2 * first) <= first // 10 + 2
    assert algebraic.depth_to_reach(Fraction(1, 10**9), start) == pytest.approx(
        1000 * algebraic.depth_to_reach(Fraction(1, 10**6), start), rel=1e-4
    )


def test_identity_has_no_rate() -> None:
    assert convergence(KernelMap.centred(Activation.from_text("x + 1"))) is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda c: c.bound(-1, Fraction(1, 2)), "needs a depth of at least 0, got depth=-1"),
        (lambda c: c.bound(3, Fraction(1)), r"needs a start in \(-1, 1\) .*, got start=1"),
        (lambda c: c.bound(3, Fraction(-2)), "got start=-2"),
        (lambda c: c.depth_to_reach(Fraction(0), Fraction(1, 2)), "needs a positive distance"),
    ],
)
def test_bad_input(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(of("tanh")[1])
