"""The map of correlations that one repetition of a word makes, where it is one of the maps whose fixed points are proved.

Recognised are repetitions of one block over a single activation and Gaussian or Haar layers, with a norm that fixes the
variance or a positively homogeneous activation, and residual sums of such a branch with constant scales:

    layer norm straight behind the activation      the centred kernel map
    any other norm, or s(c x) = c s(x)             the normalised kernel map
    residual(s, skip=a: branch) over that          (a^2 rho + s^2 g kappa)/(a^2 + s^2 g), g the branch's factor of the variance

For pre-norm residuals (`residual(s: rmsnorm | ...)`) the variance grows without end and no map repeats; the recursion of
`theory.network.propagation` still gives every depth.
"""

from __future__ import annotations

from fractions import Fraction

from theory.kernel_map.correlation_map import CorrelationMap, MixedMap
from theory.kernel_map.kernel_map import KernelMap
from theory.network.block import Act, Block, Gain, Linear, Norm, Repeat, Residual
from theory.network.word import Word
from theory.number import Number
from theory.signal_propagation.mean_field import homogeneous_slope


def repeated_map(word: Word) -> CorrelationMap | None:
    """Return rho -> the correlation after one repetition of the word's repeated part, or None where it is not recognised.

    Examples
    --------
    >>> from theory.network.grammar import parse_word
    >>> from theory.signal_propagation.fixed_point import fixed_points
    >>> fixed_points(repeated_map(parse_word("layernorm(gauss | tanh)"))).case
    1
    >>> repeated_map(parse_word("residual(rmsnorm | gauss | relu | gauss)")) is None
    True
    """
    repeats = [block for block in word.network().blocks if isinstance(block, Repeat)]
    if len(repeats) != 1:
        return None
    return _map_of(repeats[0].body.blocks)


def _map_of(blocks: tuple[Block, ...]) -> CorrelationMap | None:
    residuals = [block for block in blocks if isinstance(block, Residual)]
    if len(residuals) == 1:
        others = [block for block in blocks if not isinstance(block, Residual)]
        fixed = all(isinstance(block, Norm) and block.kind == "rmsnorm" for block in others)
        return _residual_map(residuals[0], normed=bool(others)) if fixed else None
    if residuals or not all(isinstance(block, Act | Linear | Gain | Norm) for block in blocks):
        return None
    acts = [k for k, block in enumerate(blocks) if isinstance(block, Act)]
    norms = [block for block in blocks if isinstance(block, Norm)]
    if len(acts) != 1 or any(norm.kind == "batchnorm" for norm in norms) or not _linear_in(blocks):
        return None
    activation = blocks[acts[0]].activation  # type: ignore[attr-defined]
    homogeneous = homogeneous_slope(activation) is not None
    if not norms and not homogeneous:
        return None
    turned = blocks[acts[0] + 1 :] + blocks[: acts[0]]  # what follows the activation, round the repetition
    until = next(k for k, block in enumerate(turned) if isinstance(block, Linear))
    if any(isinstance(block, Norm) and block.kind == "layernorm" for block in turned[:until]):
        return None if _unfixed(turned, homogeneous) else KernelMap.centred(activation)
    return None if _unfixed(turned, homogeneous) else KernelMap.normalised(activation)


def _linear_in(blocks: tuple[Block, ...]) -> bool:
    return any(isinstance(block, Linear) for block in blocks)


def _unfixed(turned: tuple[Block, ...], homogeneous: bool) -> bool:
    """Whether something behind the last norm moves the variance away from 1 in front of the activation."""
    if homogeneous:
        return False
    last = max((k for k, block in enumerate(turned) if isinstance(block, Norm)), default=-1)
    return any(
        isinstance(block, Gain) or (isinstance(block, Linear) and block.variance != 1) for block in turned[last + 1 :]
    )


def _residual_map(block: Residual, *, normed: bool) -> CorrelationMap | None:
    inner = _map_of(block.branch.blocks)
    scales = (block.scale.expression**2, block.skip.expression**2)
    if not isinstance(inner, KernelMap) or not all(scale.is_Rational for scale in scales):
        return None
    factor = _variance_factor(block.branch, inner)
    if factor is None or not isinstance(block.branch.blocks[-1], Linear) or scales[1] == 0:
        return None
    del normed  # a norm behind the sum changes no correlation: the branch is homogeneous
    branch, skip = (Fraction(int(scale.p), int(scale.q)) for scale in scales)
    total = branch * factor + skip
    return MixedMap.of(inner, linear=skip / total) if branch else None


def _variance_factor(branch: Word, inner: KernelMap) -> Fraction | None:
    """Return g with K_branch = g kappa K, for a branch without norm over a homogeneous activation; it must be rational."""
    moment: Number | None = homogeneous_slope(inner.activation)
    if moment is None or moment.exact is None or not moment.exact.is_Rational:
        return None
    factor = Fraction(int(moment.exact.p), int(moment.exact.q))
    for block in branch.blocks:
        if isinstance(block, Norm):
            return None
        if isinstance(block, Linear):
            factor *= block.variance
        if isinstance(block, Gain):
            if not (block.factor.expression**2).is_Rational:
                return None
            square = block.factor.expression**2
            factor *= Fraction(int(square.p), int(square.q))
    return factor
