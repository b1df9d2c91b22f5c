r"""The symmetric fixed point: n exchangeable samples, the attractor of small batches and of batch normalisation proper.

Recentred exchangeable samples have correlation -e, e = 1/(n-1). One layer turns it into c = kappa(-e), and

    1 - standard = e (1 - (sqrt(1 - e^2) + arccos e)/pi) kink/(1 - c)         n - 1 times
    pairs = (1 - kink (pi - arccos e)/pi) (1 + e)/(1 - c)                      n(n-3)/2 times

are the eigenvalues of a layer there, relative to the scale. The first bracket increases in e from 1/2 - 1/pi > 0, and
kink <= 1 keeps both eigenvalues above 0: the symmetric point is linearly stable for **every** n >= 3 and every leaky ReLU
with kink at most 1. 1 - standard is about 0.267/n for ReLU.

Rescaling every neuron's batch to unit variance keeps the fixed point, as a rescaled Gaussian vector of n - 1 isotropic
components is still isotropic, and multiplies both eigenvalues by (n-1)/(n+1): a traceless change A of the covariance
changes the density by the factor 1 + u.Au/2, which a Gaussian integral of degree 2 weighs with E r^4/2 and the direction
alone with E r^2/2, relative to E r^2 and 1; that is (m+2)/2 and m/2 with m = n - 1. Source: this project.
"""

from __future__ import annotations

from fractions import Fraction

import flint
import sympy as sp
from sympy import Expr

from theory.enclosure.ball import bits_of, working_bits
from theory.exact.ball_evaluation import ball_evaluate
from theory.kernel_map.homogeneous import RELU, HomogeneousKernel
from theory.number import Number
from theory.recentering.cluster_odd_family import check_batch_size


def symmetric_cosine(batch_size: int, kernel: HomogeneousKernel = RELU) -> Number:
    """Return kappa(-1/(n-1)), the cosine of any two samples after the activation.

    Parameters
    ----------
    batch_size : int
        n >= 2.

    Examples
    --------
    >>> symmetric_cosine(2).decimal(5), symmetric_cosine(3).decimal(12)
    ('0', '0.108997781044')
    """
    n = check_batch_size("symmetric_cosine", batch_size, 2)

    def enclose(digits: int) -> flint.arb:
        with working_bits(bits_of(digits + 10)):
            return kernel.value((flint.arb(-1) / (n - 1)).acos())

    return Number.of(kernel.at_opposite) if n == 2 else Number.certified(enclose)


def symmetric_eigenvalues(
    batch_size: int, kernel: HomogeneousKernel = RELU, *, rescaled: bool = False
) -> tuple[Number, Number | None]:
    """Return (standard, pairs), the eigenvalues of a layer at the symmetric point relative to the scale.

    Parameters
    ----------
    batch_size : int
        n >= 3.
    kernel : HomogeneousKernel
    rescaled : bool
        With rescaling, both are multiplied by (n-1)/(n+1).

    Returns
    -------
    tuple of Number
        n - 1 and n(n-3)/2 times; the second is None for n = 3.

    Examples
    --------
    >>> [number.decimal(5) for number in symmetric_eigenvalues(5)]
    ['0.91458', '0.65830']
    >>> [number.decimal(5) for number in symmetric_eigenvalues(5, rescaled=True)]
    ['0.60972', '0.43887']
    """
    n = check_batch_size("symmetric_eigenvalues", batch_size, 3)
    factor = rescaling_factor(n) if rescaled else Fraction(1)

    def certified(formula: Expr) -> Number:
        def enclose(digits: int) -> flint.arb:
            with working_bits(bits_of(digits + 12)):
                return ball_evaluate(sp.Rational(factor.numerator, factor.denominator) * formula, {})

        return Number.certified(enclose)

    inverse, kink = sp.Rational(1, n - 1), sp.Rational(kernel.kink.numerator, kernel.kink.denominator)
    standard, pairs = symmetric_formulas(inverse, kink, sp.sqrt(1 - inverse**2), sp.pi / 2 + sp.asin(inverse))
    return certified(standard), certified(pairs) if n > 3 else None


def symmetric_formulas(inverse: Expr, kink: Expr, root: Expr, angle: Expr) -> tuple[Expr, Expr]:
    """Return (standard, pairs) in e = 1/(n-1), the kink, root = sqrt(1 - e^2) and angle = arccos(-e): rational in them.

    Examples
    --------
    The linear activation keeps every Gram matrix:

    >>> import sympy as sp
    >>> symmetric_formulas(sp.Rational(1, 4), sp.Integer(0), sp.Symbol("s"), sp.Symbol("a"))
    (1, 1)
    """
    cosine = -inverse + kink * (root + angle * inverse) / sp.pi
    standard = 1 - inverse * kink * (1 - (root + sp.pi - angle) / sp.pi) / (1 - cosine)
    return standard, (1 - kink * angle / sp.pi) * (1 + inverse) / (1 - cosine)


def rescaling_factor(batch_size: int) -> Fraction:
    """Return (n-1)/(n+1), by which rescaling multiplies every eigenvalue at the symmetric point.

    Examples
    --------
    >>> rescaling_factor(5)
    Fraction(2, 3)
    """
    n = check_batch_size("rescaling_factor", batch_size, 2)
    return Fraction(n - 1, n + 1)
