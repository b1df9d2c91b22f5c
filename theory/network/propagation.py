r"""What a batch becomes in a wide network: kernel, mean, tangent kernel and Jacobian norm, block by block.

At infinite width the features of a state are iid copies of one random function of the inputs. Kept are

    kernel    K_ab = E x_a x_b              mean  m_a = E x_a
    tangent   Theta_ab, the tangent kernel of one feature
    jacobian  J_ab = E <D x_a, D x_b> per feature, D the derivative along one perturbation common to all rows

J_aa is the factor of squared gradients where rows do not mix.

Blocks act as

    linear      K -> v K,                       Theta -> v Theta + v K          J -> v J         (m -> 0, Gaussian)
    bias        K -> K + v                      Theta -> Theta + v
    activation  K -> E s(u_a) s(u_b),  Theta -> Theta E s'(u_a) s'(u_b),  J likewise,  u ~ N(0, K):  only of a Gaussian state
    gain, norms K -> K/(r_a r_b), Theta and J alike;  layer norm first K -> K - m_a m_b  (r_a^2 the new diagonal)
    residual    K -> skip^2 K + s^2 K_branch + skip s (m_a m'_b + m'_a m_b),    Theta -> skip^2 Theta + s^2 Theta_branch
    glu         K -> K E s(u_a) s(u_b),         Theta -> Theta_V E s s + K E s' s' Theta_W
    dropout     K_aa -> K_aa/(1 - p), and so for Theta and J: masks of different samples are independent

on pairs of (sample, position) for words with convolutions, which average K over the diagonal shifts of their window.
Both parameterisations: "ntk" (weights sqrt(v/fan_in) times N(0, 1) parameters) as above; "standard" (the weights are the
parameters): a linear layer adds (its fan-in over the width) K instead of v K, biases add nothing, and Theta is per width.

The recursion is written once, for arrays of doubles or of balls (`Arithmetic`).

References
----------
1. J. Lee et al., ICLR 2018; A. Matthews et al., ICLR 2018 (kernels). 2. A. Jacot, F. Gabriel, C. Hongler, NeurIPS 2018
   (tangent kernel). 3. G. Yang, "Tensor programs II", 2020 (why every block that is a fixed function of Gaussians may join).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
from sympy import Expr

from theory.activation.activation import Activation
from theory.activation.expression import X
from theory.network.block import Act, Attention, Bias, Block, Conv, Dropout, Gain, Glu, Linear, MeanPool, Norm, Residual
from theory.network.word import Word

Array = np.ndarray
Parameterisation = Literal["ntk", "standard"]


class NoLawError(ValueError):
    """A word has no law at infinite width that this recursion knows; samples have one all the same."""


@dataclass(frozen=True)
class Pairs:
    """The pairs a <= b of the rows of a batch: n samples times `positions`, sample by sample."""

    samples: int
    positions: int = 1

    @property
    def rows(self) -> int:
        """Samples times positions."""
        return self.samples * self.positions

    @cached_property
    def ends(self) -> tuple[Array, Array]:
        """The two rows of every pair."""
        return np.triu_indices(self.rows)

    @cached_property
    def diagonal(self) -> Array:
        """Where the pairs (a, a) stand."""
        return np.flatnonzero(self.ends[0] == self.ends[1])

    def matrix(self, values: Array) -> Array:
        """Return the symmetric matrix of values on pairs, shape (..., rows, rows)."""
        full = np.empty((*values.shape[:-1], self.rows, self.rows), dtype=values.dtype)
        i, j = self.ends
        full[..., i, j] = values
        full[..., j, i] = values
        return full

    def vector(self, matrix: Array) -> Array:
        """Return the values on pairs of a symmetric matrix."""
        return matrix[..., self.ends[0], self.ends[1]]


class Arithmetic(Protocol):
    """Numbers the recursion is carried out in."""

    def number(self, value: Expr) -> Any:
        """Return an exact number in this arithmetic."""
        ...

    def root(self, values: Array) -> Array:
        """Return square roots, entry by entry."""
        ...

    def zeros(self, shape: tuple[int, ...]) -> Array:
        """Return an array of zeros."""
        ...

    def activation(self, activation: Activation, kernel: Array, pairs: Pairs) -> tuple[Array, Array, Array]:
        """Return E s(u_a) s(u_b) and E s'(u_a) s'(u_b) on pairs and E s(u_a) on rows, u ~ N(0, kernel)."""
        ...

    def batch_norm(self, kernel: Array, pairs: Pairs) -> Array:
        """Return the kernel after batch norm of a Gaussian state."""
        ...


@dataclass(frozen=True)
class Field:
    """A batch in a wide network.

    Parameters
    ----------
    pairs : Pairs
    kernel : ndarray, shape (pairs,)
    tangents : ndarray, shape (2, pairs)
        The tangent kernel and the Jacobian product.
    mean : ndarray, shape (rows,)
    gaussian : bool
        Whether the features are Gaussian of mean 0, which activations need.
    fan : Fraction or number
        Width over the first width.
    """

    pairs: Pairs
    kernel: Array
    tangents: Array
    mean: Array
    gaussian: bool = False
    fan: Any = 1

    @property
    def variances(self) -> Array:
        """K_aa on rows."""
        return self.kernel[self.pairs.diagonal]

    @property
    def tangent(self) -> Array:
        """Theta on pairs."""
        return self.tangents[0]

    @property
    def jacobian(self) -> Array:
        """J on pairs."""
        return self.tangents[1]

    def correlations(self, arithmetic: Arithmetic) -> Array:
        """Return K_ab/sqrt(K_aa K_bb) on pairs."""
        return _over_roots(self.kernel, arithmetic.root(self.variances), self.pairs)


def start_field(gram: Array, arithmetic: Arithmetic, positions: int = 1, means: Array | None = None) -> Field:
    """Return the field of inputs with X X^T/fan_in = `gram` and these mean entries (0 where none are given).

    Entries are numbers of the arithmetic. Means matter to layer norms and skips that see the inputs themselves.
    """
    rows = len(gram)
    if rows == 0 or rows % positions:
        raise ValueError(
            f"network needs whole samples (rows of all positions), got {rows} rows, positions={positions}."
        )
    pairs = Pairs(rows // positions, positions)
    kernel = pairs.vector(gram)
    zero = arithmetic.zeros((1, len(kernel)))
    mean = arithmetic.zeros((rows,)) if means is None else means
    if mean.shape != (rows,):
        raise ValueError(f"network needs one mean per row of the batch, got {mean.shape} for {rows} rows.")
    return Field(pairs, kernel, np.concatenate([zero, zero + 1]), mean)


def propagate(
    word: Word, start: Field, depth: int, arithmetic: Arithmetic, parameterisation: Parameterisation = "ntk"
) -> Field:
    """Return the field after the network of a word.

    Parameters
    ----------
    word : Word
    start : Field
        From `start_field`.
    depth : int
        L of the word.
    arithmetic : Arithmetic
    parameterisation : {"ntk", "standard"}

    Raises
    ------
    NoLawError
        If some block has no law here: an activation of a state that is not Gaussian, or softmax attention.
    ValueError
        If depth is below 1.
    """
    field = start
    for block in word.unfolded(depth):
        field = step(block, field, arithmetic, parameterisation)
    return field


def step(block: Block, field: Field, arithmetic: Arithmetic, parameterisation: Parameterisation = "ntk") -> Field:
    """Return the field after one primitive block (scales are numbers)."""
    if isinstance(block, Linear):
        return _linear(block, field, arithmetic, parameterisation)
    if isinstance(block, Bias):
        return _bias(block, field, arithmetic, parameterisation)
    if isinstance(block, Act):
        return _activation(block.activation, field, arithmetic)
    if isinstance(block, Gain):
        factor = arithmetic.number(block.factor.expression)
        square = factor * factor
        return replace(field, kernel=field.kernel * square, tangents=field.tangents * square, mean=field.mean * factor)
    if isinstance(block, Norm):
        return _norm(block, field, arithmetic)
    if isinstance(block, Residual):
        return _residual(block, field, arithmetic, parameterisation)
    if isinstance(block, Glu):
        return _glu(block, field, arithmetic, parameterisation)
    if isinstance(block, Dropout):
        return _dropout(block, field, arithmetic)
    return _mixing(block, field, arithmetic, parameterisation)


def _linear(block: Linear, field: Field, arithmetic: Arithmetic, parameterisation: Parameterisation) -> Field:
    v = arithmetic.number(block.variance)
    own = v if parameterisation == "ntk" else arithmetic.number(field.fan)
    kernel, tangents = (field.kernel, field.tangents) if block.variance == 1 else (field.kernel * v, field.tangents * v)
    tangents = np.stack([tangents[0] + field.kernel * own, tangents[1]])
    return replace(
        field,
        kernel=kernel,
        tangents=tangents,
        mean=arithmetic.zeros(field.mean.shape),
        gaussian=True,
        fan=field.fan * block.ratio,
    )


def _bias(block: Bias, field: Field, arithmetic: Arithmetic, parameterisation: Parameterisation) -> Field:
    v = arithmetic.number(block.variance)
    tangent = field.tangent + v if parameterisation == "ntk" else field.tangent
    return replace(field, kernel=field.kernel + v, tangents=np.stack([tangent, field.jacobian]))


def _activation(activation: Activation, field: Field, arithmetic: Arithmetic) -> Field:
    if not field.gaussian:
        raise NoLawError(
            f"network needs a Gaussian state in front of {activation.name} (a linear layer or a norm after one), "
            "got one that is not; only samples speak of this word."
        )
    value, slope, mean = arithmetic.activation(activation, field.kernel, field.pairs)
    return replace(field, kernel=value, tangents=field.tangents * slope, mean=mean, gaussian=False)


def _norm(block: Norm, field: Field, arithmetic: Arithmetic) -> Field:
    if block.kind == "batchnorm":
        if not field.gaussian:
            raise NoLawError("network needs a Gaussian state in front of batchnorm, got one that is not.")
        kernel = arithmetic.batch_norm(field.kernel, field.pairs)
        unknown = field.tangents * float("nan")  # batch norm couples samples: no tangent kernel of this form
        return replace(field, kernel=kernel, tangents=unknown, gaussian=False)
    kernel, mean = field.kernel, field.mean
    i, j = field.pairs.ends
    if block.kind == "layernorm" and not field.gaussian:
        kernel, mean = kernel - mean[i] * mean[j], arithmetic.zeros(mean.shape)
    roots = arithmetic.root(kernel[field.pairs.diagonal])
    tangents = np.stack([_over_roots(part, roots, field.pairs, unit=False) for part in field.tangents])
    return replace(field, kernel=_over_roots(kernel, roots, field.pairs), tangents=tangents, mean=mean / roots)


def _over_roots(values: Array, roots: Array, pairs: Pairs, *, unit: bool = True) -> Array:
    """Return values/(r_a r_b); the diagonal of a kernel becomes 1 exactly."""
    i, j = pairs.ends
    result = values / (roots[i] * roots[j])
    if unit:
        result[pairs.diagonal] = roots[0] * 0 + 1 if values.dtype == np.float64 else type(roots[0])(1)
    return result


def _residual(block: Residual, field: Field, arithmetic: Arithmetic, parameterisation: Parameterisation) -> Field:
    branch = field
    for inner in block.branch.blocks:
        branch = step(inner, branch, arithmetic, parameterisation)
    scale, skip = (arithmetic.number(s.expression) for s in (block.scale, block.skip))
    kernel = field.kernel * (skip * skip) + branch.kernel * (scale * scale)
    i, j = field.pairs.ends
    if not (field.gaussian or branch.gaussian):
        kernel = kernel + (field.mean[i] * branch.mean[j] + branch.mean[i] * field.mean[j]) * (skip * scale)
    return replace(
        field,
        kernel=kernel,
        tangents=field.tangents * (skip * skip) + branch.tangents * (scale * scale),
        mean=field.mean * skip + branch.mean * scale,
        gaussian=field.gaussian and branch.gaussian,
    )


def _glu(block: Glu, field: Field, arithmetic: Arithmetic, parameterisation: Parameterisation) -> Field:
    gate = _linear(Linear(), field, arithmetic, parameterisation)
    if block.shared:
        product = Activation(f"x*({block.activation.name})", X * block.activation.expression)
        return _activation(product, gate, arithmetic)
    value, slope, _ = arithmetic.activation(block.activation, gate.kernel, field.pairs)
    tangents = gate.tangents * value + gate.tangents * (gate.kernel * slope)
    return replace(gate, kernel=gate.kernel * value, tangents=tangents, gaussian=False)


def _dropout(block: Dropout, field: Field, arithmetic: Arithmetic) -> Field:
    factor = arithmetic.number(1 / (1 - block.rate))
    kernel, tangents = field.kernel.copy(), field.tangents.copy()
    at = field.pairs.diagonal
    kernel[at] = kernel[at] * factor
    tangents[:, at] = tangents[:, at] * factor
    return replace(field, kernel=kernel, tangents=tangents, gaussian=False)


def _mixing(block: Block, field: Field, arithmetic: Arithmetic, parameterisation: Parameterisation) -> Field:
    """Convolution, attention and pooling: means of the matrices over positions."""
    pairs = field.pairs
    if isinstance(block, Attention) and block.kind == "softmax":
        raise NoLawError(
            "network needs scores that vanish for a law (attention(uniform) or attention(shaped)), got softmax."
        )
    if isinstance(block, Attention) and block.kind == "shaped":
        return field  # identity plus softmax minus uniform, and these two agree in the limit
    stacked = np.concatenate([field.kernel[None], field.tangents])
    blocks = pairs.matrix(stacked).reshape(3, pairs.samples, pairs.positions, pairs.samples, pairs.positions)
    if isinstance(block, Conv):
        half = 0 if block.delta else block.size // 2
        shifts = range(-half, half + 1)
        mixed = sum(np.roll(blocks, (shift, shift), axis=(2, 4)) for shift in shifts) / (2 * half + 1)
        mixed = pairs.vector(np.asarray(mixed).reshape(3, pairs.rows, pairs.rows))
        return _linear(Linear(), replace(field, kernel=mixed[0], tangents=mixed[1:]), arithmetic, parameterisation)
    mean = blocks.sum(axis=(2, 4)) / pairs.positions**2
    if isinstance(block, MeanPool):
        pooled = Pairs(pairs.samples)
        values = pooled.vector(mean)
        means = field.mean.reshape(pairs.samples, pairs.positions).sum(axis=1) / pairs.positions
        return replace(field, pairs=pooled, kernel=values[0], tangents=values[1:], mean=means)
    spread = np.repeat(np.repeat(mean, pairs.positions, axis=1), pairs.positions, axis=2)
    values = pairs.vector(spread)
    means = field.mean.reshape(pairs.samples, pairs.positions).sum(axis=1) / pairs.positions
    return replace(field, kernel=values[0], tangents=values[1:], mean=np.repeat(means, pairs.positions))
