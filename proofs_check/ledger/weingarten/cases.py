"""The cases that claims about Haar matrices are judged on, and the strategies that draw more of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from theory.haar.dimension import Group
from theory.haar.partition import Partition

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

GROUPS: tuple[Group, ...] = ("orthogonal", "symplectic", "unitary")


@dataclass(frozen=True)
class GroupOrder:
    """All classes of one order k of one group, at symbolic d."""

    group: Group
    order: int

    def __str__(self) -> str:
        return f"{self.group} k={self.order}"


@dataclass(frozen=True)
class BelowOrder:
    """All classes of one order k at one integer d below it, where the Gram matrix is singular."""

    group: Group
    order: int
    dimension: int

    def __str__(self) -> str:
        return f"{self.group} k={self.order} d={self.dimension}"


@dataclass(frozen=True)
class RowExponents:
    """E prod_i |W_1i|^{2 a_i} or E prod_i (W Lambda W*)_ii^{a_i}: a group and exponents a_1 >= a_2 >= ... >= 1."""

    group: Group
    exponents: Partition

    def __str__(self) -> str:
        return f"{self.group} {','.join(map(str, self.exponents))}"


@dataclass(frozen=True)
class Monomial:
    """A monomial in the entries of one Haar matrix, as text, and a dimension or None for symbolic d."""

    text: str
    dimension: int | None = None

    def __str__(self) -> str:
        return self.text if self.dimension is None else f"{self.text} d={self.dimension}"


@dataclass(frozen=True)
class HaarLaw:
    """The Haar measure of one group at one integer dimension."""

    group: Group
    dimension: int

    def __str__(self) -> str:
        return f"{self.group} d={self.dimension}"


def orders(*numbers: int) -> tuple[GroupOrder, ...]:
    """Return the cases of these orders, for every group."""
    return tuple(GroupOrder(group, number) for group in GROUPS for number in numbers)


def below_orders(largest: int) -> tuple[BelowOrder, ...]:
    """Return every (k, d) with a singular Gram matrix and k <= largest; a symplectic one is singular for n < k, d = 2n."""
    return tuple(
        BelowOrder(group, order, size * (2 if group == "symplectic" else 1))
        for group in GROUPS
        for order in range(2, largest + 1)
        for size in range(1, order)
    )


def draw_orders(largest: int) -> SearchStrategy[GroupOrder]:
    """Return a strategy for groups with orders up to `largest`."""
    from hypothesis import strategies as st

    return st.builds(GroupOrder, st.sampled_from(GROUPS), st.integers(1, largest))


def draw_below_orders(largest: int) -> SearchStrategy[BelowOrder]:
    """Return a strategy for singular Gram matrices of order up to `largest`."""
    from hypothesis import strategies as st

    return st.sampled_from(below_orders(largest))


def draw_exponents(groups: tuple[Group, ...], largest: int, rows: int) -> SearchStrategy[RowExponents]:
    """Return a strategy for at most `rows` exponents of sum at most `largest`."""
    from hypothesis import strategies as st

    parts = st.lists(st.integers(1, largest), min_size=1, max_size=rows).filter(lambda a: sum(a) <= largest)
    return st.builds(RowExponents, st.sampled_from(groups), parts.map(lambda a: tuple(sorted(a, reverse=True))))


def draw_monomials(rows: int, pairs: int) -> SearchStrategy[Monomial]:
    """Return a strategy for monomials of degree at most 2 * pairs on a rows x rows corner, symbolic d."""
    from hypothesis import strategies as st

    index = st.integers(1, rows)
    entry = st.tuples(index, index)

    def text(letter: str, entries: list[tuple[int, int]], columns: list[int]) -> str:
        # Every row index occurs twice, and every column index of `columns` too: most such moments are not zero.
        plain = [f"{letter}[{i},{j}]" for i, j in entries]
        partners = [(i, columns[position % len(columns)]) for position, (i, _) in enumerate(entries)]
        other = [f"conj({letter}[{i},{j}])" if letter != "O" else f"{letter}[{i},{j}]" for i, j in partners]
        return "*".join([*plain, *other])

    entries = st.lists(entry, min_size=1, max_size=pairs)
    permuted = entries.flatmap(lambda e: st.tuples(st.just(e), st.permutations([j for _, j in e])))
    return st.builds(lambda letter, pair: Monomial(text(letter, *pair)), st.sampled_from("OSU"), permuted)
