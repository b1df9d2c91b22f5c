"""Moments of a Gaussian vector restricted to half-spaces, exactly, by Stein's identity.

Let X ~ N(mean, cov) in one or two dimensions and L_j jointly Gaussian with it. For a polynomial f

    E[(X_i - mean_i) f 1{L > 0}] = sum_k cov_ik E[d_k f 1{L > 0}]
                                   + sum_j cov(X_i, L_j) p_j(0) E[f prod_{l != j} 1{L_l > 0} | L_j = 0],

p_j the density of L_j: every step lowers the degree or removes a half-space and conditions, so the recursion ends in
orthant probabilities: 1, Phi(m/sqrt v), or a bivariate normal cdf. A factor exp(A X_i^2 + B X_i) tilts the law to another
Gaussian first. For two correlated inputs this is Price's theorem, integrated: the point masses that it meets are the
conditionings on L_j = 0.

Values are sums over `Atom`: exp(exponent)/sqrt(radicand)/(2 pi)^(pi_power/2) times an orthant probability, with exact
coefficients; nothing is integrated or simplified.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from theory.exact.field import Element, ExactField


class Atom(NamedTuple):
    """exp(exponent) radicand^(-1/2) (2 pi)^(-pi_power/2) P(L > 0).

    `orthant` describes the Gaussian L: () for no L, (m, v) for one with mean m and variance v, and (m1, v1, m2, v2, c)
    for two with covariance c.
    """

    exponent: Element
    radicand: Element
    pi_power: int
    orthant: tuple[Element, ...]


Combination = dict[Atom, Element]
"""A sum of atoms with their coefficients."""


def add_to(total: Combination, atom: Atom, coefficient: Element) -> None:
    """Add coefficient * atom to `total` in place."""
    coefficient = total[atom] + coefficient if atom in total else coefficient
    if coefficient:
        total[atom] = coefficient
    else:
        total.pop(atom, None)


class TruncatedGaussian:
    """The law of (X, L): moments of X over the event L > 0.

    Parameters
    ----------
    field : ExactField
    mean, half_mean : sequence of Element, shapes (n,) and (m,), n and m at most 2
        Means of X and L.
    cov, cross, half_cov : nested sequences of Element, shapes (n, n), (n, m) and (m, m)
        Covariances of X, of X with L, and of L.
    """

    def __init__(
        self,
        field: ExactField,
        mean: Sequence[Element],
        cov: Sequence[Sequence[Element]],
        half_mean: Sequence[Element],
        cross: Sequence[Sequence[Element]],
        half_cov: Sequence[Sequence[Element]],
    ) -> None:
        self.field, self.mean, self.cov = field, mean, cov
        self.half_mean, self.cross, self.half_cov = half_mean, cross, half_cov
        self._moments: dict[tuple[int, ...], Combination] = {}
        self._conditionals: dict[int, TruncatedGaussian] = {}

    def moment(self, powers: tuple[int, ...]) -> Combination:
        """Return E[prod X_i^powers_i 1{L > 0}]."""
        if powers not in self._moments:
            self._moments[powers] = self._by_stein(powers) if any(powers) else self._orthant_probability()
        return self._moments[powers]

    def _orthant_probability(self) -> Combination:
        field, m, v = self.field, self.half_mean, self.half_cov
        orthant: tuple[Element, ...] = ()
        if len(m) == 1:
            orthant = (m[0], v[0][0])
        elif len(m) == 2:
            orthant = (m[0], v[0][0], m[1], v[1][1], v[0][1])
        return {Atom(field.zero, field.one, 0, orthant): field.one}

    def _by_stein(self, powers: tuple[int, ...]) -> Combination:
        i = next(k for k, power in enumerate(powers) if power)
        lowered = _lowered(powers, i)
        total: Combination = {}
        self._accumulate(total, self.mean[i], self.moment(lowered))
        for k, power in enumerate(lowered):
            if power:
                self._accumulate(total, self.cov[i][k] * power, self.moment(_lowered(lowered, k)))
        for j, covariance in enumerate(self.cross[i]):
            if covariance:
                m, v = self.half_mean[j], self.half_cov[j][j]
                inner = self._given_zero(j).moment(lowered)
                for atom, coefficient in inner.items():
                    exponent = self.field.reduced(atom.exponent - m * m / (2 * v))
                    dense = Atom(exponent, atom.radicand * v, atom.pi_power + 1, atom.orthant)
                    add_to(total, dense, self.field.reduced(covariance * coefficient))
        return total

    def _accumulate(self, total: Combination, factor: Element, terms: Combination) -> None:
        if factor:
            for atom, coefficient in terms.items():
                add_to(total, atom, self.field.reduced(factor * coefficient))

    def _given_zero(self, j: int) -> TruncatedGaussian:
        """Return the law of X and the other half-spaces given L_j = 0."""
        if j not in self._conditionals:
            m, v = self.half_mean[j], self.half_cov[j][j]
            others = [i for i in range(len(self.half_mean)) if i != j]
            n = range(len(self.mean))
            reduced = self.field.reduced
            self._conditionals[j] = TruncatedGaussian(
                self.field,
                [reduced(self.mean[i] - self.cross[i][j] * m / v) for i in n],
                [[self.cov[i][k] - self.cross[i][j] * self.cross[k][j] / v for k in n] for i in n],
                [reduced(self.half_mean[i] - self.half_cov[i][j] * m / v) for i in others],
                [[self.cross[i][k] - self.cross[i][j] * self.half_cov[k][j] / v for k in others] for i in n],
                [[self.half_cov[i][k] - self.half_cov[i][j] * self.half_cov[k][j] / v for k in others] for i in others],
            )
        return self._conditionals[j]


class HalfSpaceOf(NamedTuple):
    """L = direction (X_coordinate - point) + sqrt(variance) N, N standard normal and independent."""

    coordinate: int
    direction: int
    point: Element
    variance: Element


class TiltedLaw:
    """X ~ N(mean, cov) under the weight exp(quadratic_i X_i^2 + linear_i X_i), over half-spaces.

    Parameters
    ----------
    field : ExactField
    mean, quadratic, linear : sequence of Element, shape (n,)
        n is 1 or 2; for n = 2 the mean is 0.
    cov : nested sequence of Element, shape (n, n)
    half_spaces : sequence of HalfSpaceOf
        At most two.

    Notes
    -----
    With M = 1 - 2 cov diag(quadratic): new covariance M^-1 cov, new mean M^-1 (mean + cov linear), and the factor
    det(M)^(-1/2) exp(linear.new_mean/2 + ..) left over; it is finite where M cov^-1 is positive definite.
    """

    def __init__(
        self,
        field: ExactField,
        mean: Sequence[Element],
        cov: Sequence[Sequence[Element]],
        quadratic: Sequence[Element],
        linear: Sequence[Element],
        half_spaces: Sequence[HalfSpaceOf],
    ) -> None:
        self._field = field
        self._exponent, self._determinant, mean, cov = _tilt(field, mean, cov, quadratic, linear)
        self._law = TruncatedGaussian(
            field,
            mean,
            cov,
            [h.direction * (mean[h.coordinate] - h.point) for h in half_spaces],
            [[h.direction * row[h.coordinate] for h in half_spaces] for row in cov],
            [
                [
                    a.direction * b.direction * cov[a.coordinate][b.coordinate] + (a.variance if i == j else field.zero)
                    for j, b in enumerate(half_spaces)
                ]
                for i, a in enumerate(half_spaces)
            ],
        )

    def moment(self, powers: tuple[int, ...]) -> Combination:
        """Return E[prod X_i^powers_i exp(quadratic_i X_i^2 + linear_i X_i) 1{L > 0}]."""
        total: Combination = {}
        for atom, coefficient in self._law.moment(powers).items():
            exponent = self._field.reduced(atom.exponent + self._exponent)
            add_to(total, Atom(exponent, atom.radicand * self._determinant, atom.pi_power, atom.orthant), coefficient)
        return total


def _tilt(
    field: ExactField,
    mean: Sequence[Element],
    cov: Sequence[Sequence[Element]],
    quadratic: Sequence[Element],
    linear: Sequence[Element],
) -> tuple[Element, Element, list[Element], list[list[Element]]]:
    """Return (exponent, determinant, new mean, new covariance) of the tilted law."""
    if len(mean) == 1:
        determinant = 1 - 2 * cov[0][0] * quadratic[0]
        variance = cov[0][0] / determinant
        precision_mean = mean[0] / cov[0][0] + linear[0]
        exponent = (variance * precision_mean**2 - mean[0] ** 2 / cov[0][0]) / 2
        return field.reduced(exponent), determinant, [field.reduced(variance * precision_mean)], [[variance]]
    (s11, s12), (_, s22) = cov
    m11, m12 = 1 - 2 * s11 * quadratic[0], -2 * s12 * quadratic[1]
    m21, m22 = -2 * s12 * quadratic[0], 1 - 2 * s22 * quadratic[1]
    determinant = m11 * m22 - m12 * m21
    new = [
        [(m22 * s11 - m12 * s12) / determinant, (m22 * s12 - m12 * s22) / determinant],
        [(m11 * s12 - m21 * s11) / determinant, (m11 * s22 - m21 * s12) / determinant],
    ]
    new_mean = [field.reduced(row[0] * linear[0] + row[1] * linear[1]) for row in new]
    exponent = (linear[0] * new_mean[0] + linear[1] * new_mean[1]) / 2
    return field.reduced(exponent), determinant, new_mean, new


def _lowered(powers: tuple[int, ...], index: int) -> tuple[int, ...]:
    return (*powers[:index], powers[index] - 1, *powers[index + 1 :])
