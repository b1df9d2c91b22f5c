"""Blocks: the vocabulary of networks at initialisation. A block is data; what it does is said elsewhere.

    text                         what it does to a batch                                       read by
    gauss, gauss(2, ratio=4)     iid N(0, variance/fan_in) weights; the width times `ratio`    `Linear`
    haar, uniform, rademacher    Haar orthogonal, uniform, or +-1 weights of the same variance `Linear`
    bias(1/10)                   adds N(0, variance), the same for the whole batch             `Bias`
    relu, gelu, act(x*Phi(x))    an activation, entry by entry                                 `Act`
    gain(2)                      multiplies by a number                                        `Gain`
    layernorm, rmsnorm           norms over features; batchnorm over the batch                 `Norm`
    residual(1/sqrt(L): ...)     adds scale * branch(x) to skip * x                            `Residual`
    glu(silu), glu(silu, shared) s(W x) * (V x), V independent of W, or V = W                  `Glu`
    dropout(1/10)                keeps entries with probability 9/10, over 9/10                `Dropout`
    conv(3), conv(3, delta)      circular convolution over positions; delta-orthogonal         `Conv`
    attention(uniform)           rows of positions mixed by softmax scores                     `Attention`
    meanpool                     the mean over positions                                       `MeanPool`

**Norms** have no parameters and no epsilon. **Attention** mixes values with the weights of one head of large width; its
value and output matrices are written out as `gauss`. `uniform`: scores over the width, so that they vanish; `shaped`: the
identity plus softmax minus uniform, with scores that vanish; `softmax`: scores over the root of the width, which stay random.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from theory.activation.activation import Activation
from theory.network.scale import Scale

if TYPE_CHECKING:
    from theory.network.word import Word

LAWS = ("gauss", "haar", "uniform", "rademacher")
"""Laws of weights: the word of a linear block."""

NORMS = ("layernorm", "rmsnorm", "batchnorm")
ATTENTIONS = ("uniform", "softmax", "shaped")


class Block:
    """What a word is made of; `str` prints the text that is read back as the same block."""

    __slots__ = ()


def _positive(block: str, name: str, value: Fraction, why: str) -> None:
    if not value > 0:
        raise ValueError(f"{block} needs {name} > 0 ({why}), got {name}={value}.")


@dataclass(frozen=True, slots=True)
class Linear(Block):
    """Weights of a law with variance `variance`/fan_in, from width w to width `ratio` w.

    Raises
    ------
    ValueError
        If the law is unknown, variance or ratio is not positive, or a Haar matrix is not square.
    """

    law: str = "gauss"
    variance: Fraction = Fraction(1)
    ratio: Fraction = Fraction(1)

    def __post_init__(self) -> None:
        if self.law not in LAWS:
            raise ValueError(f"Linear needs a law of {', '.join(LAWS)}, got law={self.law!r}.")
        _positive(self.law, "variance", self.variance, "it is the variance of a weight times the fan-in")
        _positive(self.law, "ratio", self.ratio, "it multiplies the width")
        if self.law == "haar" and self.ratio != 1:
            raise ValueError(f"haar needs ratio=1 (a rotation keeps the dimension), got ratio={self.ratio}.")

    def __str__(self) -> str:
        given = [str(self.variance)] if self.variance != 1 else []
        given += [f"ratio={self.ratio}"] if self.ratio != 1 else []
        return self.law + (f"({', '.join(given)})" if given else "")


@dataclass(frozen=True, slots=True)
class Bias(Block):
    """A Gaussian bias of this variance, one per feature, the same for all samples."""

    variance: Fraction

    def __post_init__(self) -> None:
        _positive("bias", "variance", self.variance, "leave the bias out for 0")

    def __str__(self) -> str:
        return f"bias({self.variance})"


@dataclass(frozen=True, slots=True)
class Act(Block):
    """An activation, applied to every entry."""

    activation: Activation

    def __str__(self) -> str:
        name = self.activation.name
        return name if name.isidentifier() else f"act({self.activation.text})"


@dataclass(frozen=True, slots=True)
class Gain(Block):
    """Multiplication by an exact number, which may depend on depth and place."""

    factor: Scale

    def __str__(self) -> str:
        return f"gain({self.factor})"


@dataclass(frozen=True, slots=True)
class Norm(Block):
    """Layer norm or RMS norm over the features of a sample, batch norm over the batch; no parameters, no epsilon."""

    kind: str

    def __post_init__(self) -> None:
        if self.kind not in NORMS:
            raise ValueError(f"Norm needs a kind of {', '.join(NORMS)}, got kind={self.kind!r}.")

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Residual(Block):
    """skip * x + scale * branch(x); `name` is the scaling the two scales stand for, where it has one."""

    branch: Word
    scale: Scale
    skip: Scale
    name: str = ""

    def __str__(self) -> str:
        if self.name:
            return f"residual({self.name}: {self.branch})"
        skip = "" if self.skip.expression == 1 else f", skip={self.skip}"
        plain = not skip and self.scale.expression == 1
        return f"residual({self.branch})" if plain else f"residual({self.scale}{skip}: {self.branch})"


@dataclass(frozen=True, slots=True)
class Glu(Block):
    """s(W x) * (V x), entry by entry; with a shared gate V = W, so that u -> u s(u) is applied to W x."""

    activation: Activation
    shared: bool = False

    def __str__(self) -> str:
        return f"glu({Act(self.activation)}{', shared' if self.shared else ''})"


@dataclass(frozen=True, slots=True)
class Dropout(Block):
    """Entries are kept with probability 1 - rate and then divided by it, independently for every sample."""

    rate: Fraction

    def __post_init__(self) -> None:
        if not 0 <= self.rate < 1:
            raise ValueError(f"dropout needs a rate in [0, 1) (a probability; 1 keeps nothing), got rate={self.rate}.")

    def __str__(self) -> str:
        return f"dropout({self.rate})"


@dataclass(frozen=True, slots=True)
class Conv(Block):
    """Circular convolution over positions, `size` taps of equal variance; `delta`: one tap, a Haar matrix.

    Raises
    ------
    ValueError
        If the size is not odd and positive.
    """

    size: int
    delta: bool = False

    def __post_init__(self) -> None:
        if self.size < 1 or self.size % 2 == 0:
            raise ValueError(f"conv needs an odd positive size (taps on both sides of one), got size={self.size}.")

    def __str__(self) -> str:
        return f"conv({self.size}{', delta' if self.delta else ''})"


@dataclass(frozen=True, slots=True)
class Attention(Block):
    """Mixing of positions by the softmax of scores at initialisation."""

    kind: str

    def __post_init__(self) -> None:
        if self.kind not in ATTENTIONS:
            raise ValueError(f"attention needs a kind of {', '.join(ATTENTIONS)}, got kind={self.kind!r}.")

    def __str__(self) -> str:
        return f"attention({self.kind})"


@dataclass(frozen=True, slots=True)
class MeanPool(Block):
    """The mean over positions: afterwards a sample has one position."""

    def __str__(self) -> str:
        return "meanpool"


@dataclass(frozen=True, slots=True)
class Repeat(Block):
    """A word, `count` times over with fresh weights; None stands for the depth L."""

    body: Word
    count: int | None = field(default=None)
    bare: ClassVar[tuple[type, ...]] = (Residual, Act, Linear)

    def __post_init__(self) -> None:
        if self.count is not None and (isinstance(self.count, bool) or self.count < 1):
            raise ValueError(f"repeat needs a count >= 1 (a network has layers), got count={self.count!r}.")

    def __str__(self) -> str:
        body = str(self.body)
        single = len(self.body.blocks) == 1 and isinstance(self.body.blocks[0], self.bare)
        return f"{body if single else f'({body})'} * {'L' if self.count is None else self.count}"
