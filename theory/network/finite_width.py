r"""Corrections of order 1/n to a plain network h -> W s(h) + b of width n, in closed recursions of Gaussian moments.

Given the layers before, the pre-activations of layer l + 1 are Gaussian of variance K = sigma_w^2 |s(h_l)|^2/n + sigma_b^2. It has
variance V_l/n and mean q_l + k_l/n: from V_0 = k_0 = 0, with F(q) = E s(sqrt(q) Z)^2,

    V_{l+1} = sigma_w^4 Var s(h)^2 + chi^2 V_l,    k_{l+1} = chi k_l + (sigma_w^2/2) F''(q_l) V_l,    chi = sigma_w^2 F'(q_l),

the four-point vertex at one input. (The sample mean of h^2 over n neurons fluctuates by 2 q^2/n more.)
At criticality, chi = 1, V_l grows like l: the ladder l/n. For s(c x) = c s(x) and the same width everywhere all orders are
known: K_l is a product of l independent factors with E = 1 and n Var = E s^4/(E s^2)^2 - 1 =: strength, so that

    E K_l^2/(E K_l)^2 = (1 + strength/n)^l,      log K_l ~ N(-strength l/(2n), strength l/n)     (relu: strength = 5).

References
----------
1. S. Yaida, MSML 2020 (1910.00019); D. Roberts, S. Yaida, B. Hanin, 2106.10165, chapters 4 and 5 (vertex).
2. B. Hanin, M. Nica, Comm. Math. Phys. 376 (2020) (log-normal law).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import flint

from theory.activation.activation import Activation
from theory.activation.expression import X
from theory.enclosure.ball import ball_of, working_bits
from theory.enclosure.quadrature import Integrand, expectation
from theory.network.word import check_depth
from theory.signal_propagation.mean_field import scaled


@dataclass(frozen=True, slots=True)
class LayerCorrection:
    """After l layers: K_l = q + mean/n in mean, of variance vertex/n, up to O(1/n^2).

    Parameters
    ----------
    variance, mean, vertex : flint.arb
    """

    variance: flint.arb
    mean: flint.arb
    vertex: flint.arb


@dataclass(frozen=True, slots=True)
class LayerMoments:
    """E s^2, E s^4 and the first two derivatives of E s(sqrt(q) Z)^2 in q, at one q."""

    second: flint.arb
    fourth: flint.arb
    slope: flint.arb
    curvature: flint.arb


def layer_moments(activation: Activation, deviation: Fraction, digits: int = 20) -> LayerMoments:
    """Return the moments of one layer at q = deviation^2, by F' = E s^2 (Z^2 - 1)/(2q), F'' = E s^2 (Z^4 - 6 Z^2 + 3)/(4 q^2).

    Raises
    ------
    ValueError
        If the deviation is not positive or s^4 is not integrable.

    Examples
    --------
    >>> relu = layer_moments(Activation.from_text("relu"), Fraction(2))
    >>> relu.slope.contains(flint.fmpq(1, 2)), relu.curvature.contains(0), relu.fourth.contains(24)
    (True, True, True)
    """
    if deviation <= 0:
        raise ValueError(f"layer_moments needs a positive deviation (it divides by q), got deviation={deviation}.")
    tree = scaled(activation, deviation).expression
    square = tree * tree
    weights = {"second": square, "fourth": square * square}
    found = {name: expectation(Integrand.of_expression(e), digits + 6) for name, e in weights.items()}
    first = expectation(Integrand.of_expression(square * (X**2 - 1)), digits + 6)
    second = expectation(Integrand.of_expression(square * (X**4 - 6 * X**2 + 3)), digits + 6)
    with working_bits(4 * digits + 60):
        q = ball_of(deviation) ** 2
        return LayerMoments(found["second"], found["fourth"], first / (2 * q), second / (4 * q * q))


def finite_width_corrections(
    activation: Activation, weight_variance: Fraction, bias_variance: Fraction, variance: Fraction, depth: int
) -> list[LayerCorrection]:
    """Return the corrections after l = 1, ..., L layers, from pre-activations of variance `variance` exactly.

    Parameters
    ----------
    activation : Activation
        Such that s^4 is integrable.
    weight_variance, bias_variance : Fraction
        sigma_w^2 > 0 and sigma_b^2 >= 0.
    variance : Fraction
        q_0 of the Gaussian pre-activations of the first layer, positive.
    depth : int

    Returns
    -------
    list of LayerCorrection
        Of sigma_w^2 |s(h_l)|^2/n + sigma_b^2, the variance of the next pre-activations given the layers so far. Balls of
        about 12 digits: deviations are rounded to rationals within 1e-14.

    Raises
    ------
    ValueError
        If depth is below 1 or a variance is out of range.

    Examples
    --------
    At He variance a relu network keeps q and has V_l = 5 l, without any correction of the mean:

    >>> last = finite_width_corrections(Activation.from_text("relu"), Fraction(2), Fraction(0), Fraction(1), 3)[-1]
    >>> round(float(last.variance.mid()), 9), round(float(last.vertex.mid()), 9), abs(last.mean) < 1e-9
    (1.0, 15.0, True)
    """
    check_depth(depth)
    if weight_variance <= 0 or bias_variance < 0 or variance <= 0:
        raise ValueError(
            "finite_width_corrections needs weight_variance > 0, bias_variance >= 0 and variance > 0, "
            f"got {weight_variance}, {bias_variance} and {variance}."
        )
    with working_bits(160):
        return _recursion(activation, (weight_variance, bias_variance, variance), depth)


def _recursion(
    activation: Activation, variances: tuple[Fraction, Fraction, Fraction], depth: int
) -> list[LayerCorrection]:
    w, b, q = map(ball_of, variances)
    vertex, mean, corrections = flint.arb(0), flint.arb(0), []
    for _ in range(depth):
        deviation = Fraction(int((q.sqrt() * 10**15).mid().floor().unique_fmpz()), 10**15)
        m = layer_moments(activation, deviation, 16)
        chi = w * m.slope
        mean = chi * mean + w * m.curvature * vertex / 2
        vertex = w**2 * (m.fourth - m.second**2) + chi**2 * vertex
        q = w * m.second + b
        corrections.append(LayerCorrection(q, mean, vertex))
    return corrections
