from __future__ import annotations

from fractions import Fraction

import flint
import pytest

from theory.enclosure.ball import working_bits
from theory.kernel_map.homogeneous import RELU, HomogeneousKernel
from theory.recentering.cluster_growth import saturation_angle, scaled_balance, spread_growth
from theory.recentering.cluster_odd_family import ClusterOddFamily
from theory.recentering.family_fixed_point import family_fixed_points
from theory.recentering.gram_recursion import mean_field_layer, recentred
from theory.recentering.linearisation import spectrum_at

# Runs of the recursion in double precision on whole Gram matrices, 450-1000 layers from a tight cluster (project notes).
# The angle of n = 64 is an exact 8.1805 to its digits, the others to 1e-4 degrees.
RUNS = {
    7: ("61.3729", "3.8493", "0.06563"),
    8: ("54.6502", "5.1047", "0.04288"),
    10: ("45.1996", "7.4120", "0.02244"),
    16: ("30.0016", "13.8961", "0.006013"),
    32: ("15.8760", "30.3848", "0.0008398"),
    64: ("8.1805", "62.6737", "0.0001119"),
    256: ("2.0930", "254.9146", "0.000001839"),
}


@pytest.mark.parametrize("n", RUNS)
def test_the_odd_point_is_where_runs_of_the_recursion_end(n: int) -> None:
    point = family_fixed_points(n)[0]
    assert point.kind == "cluster and odd"
    with working_bits(120):
        tilt = point.tilt.ball(25)
        family = point.family
        found = (
            family.cluster_angle(tilt, RELU) * 180 / flint.arb.pi(),
            family.norm_ratio(tilt),
            family.odd_cosine(tilt, RELU),
        )
        for value, text in zip(found, RUNS[n], strict=True):
            places = len(text.split(".")[1])
            assert abs(value - flint.arb(text)) < flint.arb(10) ** -places  # printed digits, rounded or cut


@pytest.mark.parametrize("n", [*range(3, 16), 31, 100, 256])
def test_count_and_order(n: int) -> None:
    kinds = [point.kind for point in family_fixed_points(n)]
    assert kinds == (["symmetric"] if n < 7 else ["cluster and odd", "saddle", "symmetric"])
    tilts = [point.tilt.value(20) for point in family_fixed_points(n)]
    assert tilts == sorted(tilts)


@pytest.mark.parametrize("n", [3, 6, 7, 9, 20])
@pytest.mark.parametrize("kernel", [RELU, HomogeneousKernel.leaky(Fraction(1, 2)), HomogeneousKernel(Fraction(2))])
def test_every_fixed_point_is_one_of_the_whole_recursion(n: int, kernel: HomogeneousKernel) -> None:
    for point in family_fixed_points(n):
        with working_bits(200):
            gram = _gram(n, point.tilt.ball(50))
            after = recentred(mean_field_layer(gram, kernel))
            growth = after[0, 0] / gram[0, 0]
            worst = max(
                (abs(after[i, j] - growth * gram[i, j]) for i in range(n) for j in range(n)), key=lambda b: b.upper()
            )
            assert worst < 1e-20  # half the digits go where cosines are near 1


def test_two_precisions_agree_and_digits_are_delivered() -> None:
    tilt = family_fixed_points(12)[0].tilt
    assert tilt.ball(30).overlaps(tilt.ball(200))
    assert tilt.ball(200).rad() < flint.arb("1e-200")


@pytest.mark.parametrize("n", [3, 8, 40])
def test_balance_slope_is_the_difference_quotient(n: int) -> None:
    family = ClusterOddFamily(n)
    with working_bits(300):
        x, h = flint.arb("0.7").mid(), flint.arb(10) ** -20
        quotient = (family.balance((x + h).mid()) - family.balance((x - h).mid())) / (2 * h)
        assert abs(quotient - family.balance_slope(x)) < n**2 * 1e-18


def test_a_cell_holds_the_balance_inside() -> None:
    family = ClusterOddFamily(11)
    with working_bits(100):
        cell = flint.arb("0.6").union(flint.arb("0.65"))
        for text in ("0.6", "0.61", "0.63", "0.65"):
            assert family.balance(cell).overlaps(family.balance(flint.arb(text)))
            assert family.balance_slope(cell).overlaps(family.balance_slope(flint.arb(text)))


@pytest.mark.parametrize("n", [70, 200, 10**6])
def test_scaled_balance_holds_the_balance(n: int) -> None:
    with working_bits(200):
        place = flint.arb(5)
        exact = ClusterOddFamily(n).balance(place / n) / n
        assert scaled_balance(place, flint.arb(1) / n).overlaps(exact)
        assert scaled_balance(place, flint.arb(0).union(flint.arb(1) / n)).overlaps(exact)


def test_growth_of_the_runs_and_saturation() -> None:
    # kernel map started at angle 1e-4 (project notes); it misses rho by its cubic term
    for n, seen in {3: 1.79993, 5: 1.47054, 10: 1.21947, 30: 1.06885}.items():
        assert 0 < float(spread_growth(n)) - seen < 1e-4
    with working_bits(100):
        for n in (100, 10_000):
            assert abs(n * saturation_angle(n) - 3 * flint.arb.pi()) < flint.arb(10) / n


def _gram(n: int, tilt: flint.arb) -> flint.arb_mat:
    m = n - 1
    alpha = tilt.tan() ** 2 / (n * (n - 2))
    v = [1] * m + [-m]
    return flint.arb_mat(
        [
            [
                flint.arb(v[i] * v[j]) / (m * n)
                + (alpha * ((i == j) - flint.arb(1) / m) if i < m and j < m else flint.arb(0))
                for j in range(n)
            ]
            for i in range(n)
        ]
    )


@pytest.mark.parametrize("size", [2, 1, 0])
def test_refuses_small_batches(size: int) -> None:
    with pytest.raises(ValueError, match="batch_size >= 3"):
        family_fixed_points(size)


def test_refuses_no_integer() -> None:
    with pytest.raises(TypeError, match="integer batch size"):
        family_fixed_points(7.0)  # type: ignore[arg-type]


@pytest.mark.slow
def test_every_batch_size_to_256() -> None:
    for n in range(3, 257):
        points = family_fixed_points(n)
        found = [(point.kind, spectrum_at(point, digits=15).is_stable) for point in points]
        three = [("cluster and odd", True), ("saddle", False), ("symmetric", True)]
        assert found == (three[2:] if n < 7 else three), n
