"""Words: chains of blocks, left to right in the order in which a batch meets them; what types and what does not.

A word types if every residual branch has a linear layer of its own (else skip and branch are not independent) and returns
to the width it took, and if what is repeated returns to its width. `gauss | gelu` composes, `word * 12` repeats, `* L` leaves
the count to the depth asked. Networks without an explicit repetition are repeated as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from theory.network.block import Attention, Block, Conv, Gain, Glu, Linear, MeanPool, Norm, Repeat, Residual
from theory.network.scale import DEPTH, Scale

LARGEST = 100_000
"""Blocks that a word may unfold to."""


@dataclass(frozen=True, slots=True)
class Word:
    """A chain of blocks.

    Parameters
    ----------
    blocks : tuple of Block
        At least one.

    Raises
    ------
    TypeError
        If something in it is no block.
    ValueError
        If it is empty or does not type.

    Examples
    --------
    >>> from theory.network.grammar import parse_word
    >>> word = parse_word("residual(1/sqrt(L): rmsnorm | gauss | relu | gauss) * L")
    >>> str(word), word.linear_layers(depth=10)
    ('residual(1/sqrt(L): rmsnorm | gauss | relu | gauss) * L', 20)
    """

    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ValueError("Word needs at least one block, got none.")
        for block in self.blocks:
            if not isinstance(block, Block):
                raise TypeError(f"Word needs blocks (theory.network.block), got {block!r}.")
            _check(block)

    def __or__(self, other: Word | Block) -> Word:
        return Word(self.blocks + as_word(other).blocks)

    def __mul__(self, count: int) -> Word:
        return Word((Repeat(self, count),))

    def __str__(self) -> str:
        return " | ".join(map(str, self.blocks))

    @property
    def ratio(self) -> Fraction:
        """The last width over the first."""
        total = Fraction(1)
        for block in self.blocks:
            total *= block.ratio if isinstance(block, Linear) else 1
        return total

    @property
    def uses_depth(self) -> bool:
        """Whether a repetition or a scale outside of every fixed repetition waits for the depth L."""
        return any(_waits(block) for block in self.blocks)

    def network(self) -> Word:
        """Return the word with its depth written out: itself if it has a `* L`, else itself repeated L times."""
        return self if any(_repeats(block) for block in self.blocks) else Word((Repeat(self, None),))

    def unfolded(self, depth: int) -> Iterator[Block]:
        """Yield the primitive blocks of the network of this depth, scales as numbers; residual branches unfolded too.

        Raises
        ------
        ValueError
            If depth is below 1, or the word unfolds to more than 100 000 blocks.
        """
        check_depth(depth)
        for count, block in enumerate(_unfold(self.network().blocks, depth, depth, 1)):
            if count >= LARGEST:
                raise ValueError(f"network needs at most {LARGEST} blocks, got more at depth={depth}.")
            yield block

    def elements(self) -> Iterator[Block]:
        """Yield every block once, those inside residuals and repetitions included."""
        for block in self.blocks:
            yield block
            if isinstance(block, Residual):
                yield from block.branch.elements()
            if isinstance(block, Repeat):
                yield from block.body.elements()

    def linear_layers(self, depth: int) -> int:
        """Return how many layers with weights the network of this depth has."""
        return sum(_weights(block) for block in self.unfolded(depth))


def as_word(value: Word | Block) -> Word:
    """Return a word as it is, a block as the word of it alone."""
    return value if isinstance(value, Word) else Word((value,))


def check_depth(depth: int) -> int:
    """Return a depth that is an integer and at least 1, else raise ValueError."""
    if isinstance(depth, bool) or not isinstance(depth, int) or depth < 1:
        raise ValueError(f"network needs depth >= 1 (a network has layers), got depth={depth!r}.")
    return depth


def has_weights(word: Word) -> bool:
    """Whether a linear layer, a convolution or a gated unit occurs in a word."""
    return any(isinstance(block, Linear | Conv | Glu) for block in word.elements())


def _check(block: Block) -> None:
    if isinstance(block, Residual):
        if not has_weights(block.branch):
            raise ValueError(
                "residual needs a branch with weights of its own (else skip and branch are not independent), "
                f"got {block.branch}."
            )
        if block.branch.ratio != 1:
            raise ValueError(
                f"residual needs a branch that returns to its width (the sum adds entry by entry), got width times "
                f"{block.branch.ratio} in {block.branch}."
            )
    if isinstance(block, Repeat) and block.body.ratio != 1:
        raise ValueError(f"repeat needs a word that returns to its width, got width times {block.body.ratio}.")


def _waits(block: Block) -> bool:
    if isinstance(block, Repeat):
        return block.count is None or block.body.uses_depth
    if isinstance(block, Residual):
        scales = block.scale.expression.free_symbols | block.skip.expression.free_symbols
        return DEPTH in scales or block.branch.uses_depth
    return isinstance(block, Gain) and DEPTH in block.factor.expression.free_symbols


def _repeats(block: Block) -> bool:
    return isinstance(block, Repeat) and (block.count is None or any(_repeats(b) for b in block.body.blocks))


def _unfold(blocks: tuple[Block, ...], depth: int, total: int, place: int) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Repeat):
            times = depth if block.count is None else block.count
            for index in range(1, times + 1):
                yield from _unfold(block.body.blocks, depth, times, index)
        elif isinstance(block, Residual):
            branch = Word(tuple(_unfold(block.branch.blocks, depth, total, place)))
            scale, skip = (Scale(s.at(total, place)) for s in (block.scale, block.skip))
            yield Residual(branch, scale, skip)
        elif isinstance(block, Gain):
            yield Gain(Scale(block.factor.at(total, place)))
        else:
            yield block


def _weights(block: Block) -> int:
    if isinstance(block, Residual):
        return sum(_weights(inner) for inner in block.branch.blocks)
    if isinstance(block, Glu):
        return 1 if block.shared else 2
    return int(isinstance(block, Linear | Conv))


def keeps_rows_apart(word: Word) -> bool:
    """Whether every block acts on rows one by one: no batch norm, and nothing that mixes positions."""
    return not any(
        isinstance(block, Attention | MeanPool)
        or (isinstance(block, Conv) and block.size > 1 and not block.delta)
        or (isinstance(block, Norm) and block.kind == "batchnorm")
        for block in word.elements()
    )
