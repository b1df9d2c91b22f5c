r"""The collapsed cluster is unstable: its relative spread grows by a factor above 1 per layer, and saturates near 3 pi/n.

Infinite width, recentring without rescaling. A small difference inside the cluster passes the recentring unchanged, and a
homogeneous activation with E s^2 = 1 keeps its mean square, because kappa'(1) = 1. The distance of cluster and odd sample
shrinks, by (1 + (n-1)^2 - 2(n-1) kappa(-1))/n^2 in the square. Hence

    rho = n^2/(n^2 - 2(n-1) kink) > 1,       for ReLU n^2/(1 + (n-1)^2),

is the growth of the squared spread relative to the scale: the reciprocal of 1 - kink * balance(0)/n^2. The spread stops
growing where the cubic term kappa-angle t(1 - kink t/(3 pi)) of the angle map cancels sqrt(rho):

    t* = 3 pi (1 - rho^(-1/2))/kink,         n t* -> 3 pi for every kink.

The fixed point itself (`family_fixed_point`) has n t -> 3 pi likewise; `scaled_balance` encloses its place for all large n
at once.

**With rescaling** no finite factor exists. A neuron sees the cluster at u + w_j, sum w_j = 0, and the odd sample at -(n-1) u;
its variance is (n-1) u^2 + |w|^2/n. With X = |w|^2/a a chi-square of n - 2 and Y = u^2/sigma^2 one of 1 degree of freedom,
independent, and q = a/(n (n-1) sigma^2), the mean squared distance of two cluster samples after the neuron's batch was
divided by its deviation is (2n/(n-2)) E[q X/(Y + q X)]. Relative to n^2/(n-1), the squared distance of a collapsed cluster
and its odd sample, and to the same quotient s = 2 q (n-1)/n before,

    growth = E[X/(Y + q X)]/(n-2) = 2F1(1, n/2; (n+1)/2; 1 - q)/(n-1),    q = s n/(2 (n-1)),

which tends to oo like s^(-1/2) as s -> 0, since E 1/Y = oo: neurons that see no difference between cluster and odd sample
magnify the cluster. ReLU keeps between a half and all of it, relative to the scale. Source: this project.
"""

from __future__ import annotations

from fractions import Fraction

import flint
import sympy as sp
from sympy import Expr

from theory.enclosure.ball import ball_of, bits_of, check_digits, working_bits
from theory.kernel_map.homogeneous import RELU, HomogeneousKernel
from theory.recentering.cluster_odd_family import check_batch_size


def spread_growth(batch_size: int, kernel: HomogeneousKernel = RELU) -> Fraction:
    """Return rho = n^2/(n^2 - 2(n-1) kink), the growth per layer of the squared spread of a collapsed cluster.

    Parameters
    ----------
    batch_size : int
        n >= 3.
    kernel : HomogeneousKernel

    Raises
    ------
    TypeError, ValueError
        If the batch size is no integer, or below 3.

    Examples
    --------
    >>> spread_growth(3), spread_growth(5)
    (Fraction(9, 5), Fraction(25, 17))
    """
    n = check_batch_size("spread_growth", batch_size, 3)
    return Fraction(n * n) / (n * n - 2 * (n - 1) * kernel.kink)


def saturation_angle(batch_size: int, kernel: HomogeneousKernel = RELU, digits: int = 30) -> flint.arb:
    """Return 3 pi (1 - rho^(-1/2))/kink in radians, the cluster's angle at which the cubic term stops its growth.

    Notes
    -----
    **Accuracy**: the formula as a ball. As an estimate of the cluster's true angle it has relative error O(1/n).
    """
    check_digits(digits, "saturation_angle")
    rho, kink = spread_growth(batch_size, kernel), kernel.kink
    with working_bits(bits_of(digits + 10)):
        root = flint.arb(flint.fmpq(rho.denominator, rho.numerator)).sqrt()
        return 3 * flint.arb.pi() * (1 - root) / ball_of(kink)


def rescaled_growth(batch_size: int, spread: Fraction, digits: int = 30) -> flint.arb:
    """Return a ball of the growth of the squared relative spread of a cluster in one recentred and rescaled layer.

    Parameters
    ----------
    batch_size : int
        n >= 3.
    spread : Fraction
        s in (0, 1/2]: mean squared distance inside the cluster over that to the odd sample, before the layer.
    digits : int

    Returns
    -------
    flint.arb
        2F1(1, n/2; (n+1)/2; 1 - q)/(n-1), before the activation.

    Raises
    ------
    TypeError, ValueError
        If the batch size is no integer, or below 3; if the spread is outside (0, 1/2].

    Examples
    --------
    For n = 3 it is 1/(sqrt(q) (1 + sqrt(q))), q = 3s/4:

    >>> rescaled_growth(3, Fraction(1, 12)).str(10, radius=False)  # q = 1/16
    '3.200000000'
    """
    n = check_batch_size("rescaled_growth", batch_size, 3)
    check_digits(digits, "rescaled_growth")
    if not 0 < spread <= Fraction(1, 2):
        raise ValueError(
            f"rescaled_growth needs 0 < spread <= 1/2 (beyond, no cluster is left), got spread={spread!r}."
        )
    q = Fraction(spread) * n / (2 * (n - 1))
    with working_bits(bits_of(digits + 10)):
        z = flint.acb(flint.arb(flint.fmpq(q.denominator - q.numerator, q.denominator)))
        value = z.hypgeom_2f1(flint.acb(1), flint.acb(flint.arb(n) / 2), flint.acb(flint.arb(n + 1) / 2))
        return value.real / (n - 1)


def scaled_balance_limit(place: Expr) -> Expr:
    """Return lim balance(place/n)/n = 2 - 2 sqrt(2) place/(3 pi), whose zero is the limit of n times the odd tilt.

    Examples
    --------
    >>> import sympy as sp
    >>> scaled_balance_limit(3 * sp.pi / sp.sqrt(2))
    0
    """
    return sp.expand(2 - 2 * sp.sqrt(2) * place / (3 * sp.pi))


def scaled_balance(place: flint.arb, inverse_size: flint.arb) -> flint.arb:
    """Return a ball of balance(place/n)/n for every 1/n of a ball that may hold 0.

    Parameters
    ----------
    place : flint.arb
        n times the tilt, positive.
    inverse_size : flint.arb
        1/n in [0, 1/7]; at 0 the limit.

    Notes
    -----
    **Accuracy**: the bend is enclosed by 2t/(3 pi) (1 - t^2/10) <= bend(t) <= 2t/(3 pi), from the alternating series of
    sin t - t cos t and 1 - cos t; so the ball is about (place/n)^3 wide.
    """
    e, pi = inverse_size, flint.arb.pi()
    tilt = place * e
    gain = 2 * (1 - e) * tilt.cos() * (tilt.sin() + (pi - tilt) * tilt.cos()) / pi
    squeeze = ((1 - e) / (2 * (1 - 2 * e))).sqrt()
    half = squeeze * place * tilt.sinc()  # sin(t/2)/e
    # asin(h e)/e lies between h and h/sqrt(1 - (h e)^2)
    angle = 2 * half.union(half / (1 - (half * e) ** 2).sqrt())
    bend = 2 * angle / (3 * pi) * (1 - (angle * e) ** 2 / 10).union(flint.arb(1))
    return gain - bend * (tilt.cos() ** 2 + (e * tilt.sin()) ** 2)
