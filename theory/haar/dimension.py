"""The group and its dimension, as every function of this folder takes them.

**Convention.** The dimension d is the *size of the matrices*: O(d), U(d), and Sp(2n) with d = 2n (so d is even there, and
S is unitary with S J S^T = J, J = [[0, I], [-I, 0]]). `None` stands for a symbolic dimension. Whatever means the same
integer (`2`, `numpy.int64(2)`, `sympy.Integer(2)`) becomes one Python int here, before any cache is asked.
"""

from __future__ import annotations

from fractions import Fraction
from numbers import Rational as RationalNumber
from operator import index
from typing import Any, Literal, cast, get_args

__all__ = ["Group", "checked_dimension", "checked_group", "checked_integer", "exact_rational"]

Group = Literal["orthogonal", "symplectic", "unitary"]


_ALIASES = {"O": "orthogonal", "U": "unitary", "Sp": "symplectic"}


def checked_group(group: str, *, function: str) -> Group:
    """Return the group's name, checked to be 'orthogonal', 'symplectic' or 'unitary'; O, U, Sp stand for them.

    Raises
    ------
    ValueError
        For any other name.
    """
    group = _ALIASES.get(group, group) if isinstance(group, str) else group
    if group not in get_args(Group):
        raise ValueError(f"{function} needs a group out of orthogonal, symplectic, unitary, got group={group!r}.")
    return cast(Group, group)


def checked_integer(value: Any, *, function: str, name: str, least: int) -> int:
    """Return `value` as a Python int >= `least`.

    Raises
    ------
    TypeError
        If `value` is not an integer (floats and booleans are not).
    ValueError
        If it is below `least`.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{function} needs an integer {name}, got {name}={value!r}.")
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{function} needs an integer {name}, got {name}={value!r}.") from None
    if number < least:
        raise ValueError(f"{function} needs {name} >= {least}, got {name}={number}.")
    return number


def checked_dimension(dimension: Any, group: Group, *, function: str) -> int | None:
    """Return the dimension as a Python int >= 1 (even for the symplectic group), or None for a symbolic one.

    Raises
    ------
    TypeError
        If the dimension is neither None nor an integer.
    ValueError
        If it is below 1, or odd for the symplectic group.

    Examples
    --------
    >>> from sympy import Integer
    >>> checked_dimension(Integer(4), "symplectic", function="f")
    4
    """
    if dimension is None:
        return None
    try:
        d = checked_integer(dimension, function=function, name="dimension", least=1)
    except TypeError:
        raise TypeError(
            f"{function} needs a positive integer dimension or None (None is the symbolic dimension d; substitute an "
            f"expression afterwards with .as_sympy(expression)), got dimension={dimension!r}."
        ) from None
    if group == "symplectic" and d % 2:
        raise ValueError(
            f"{function} needs an even dimension (the symplectic group Sp(2n) has matrices of size d = 2n), "
            f"got dimension={d}."
        )
    return d


def exact_rational(value: Any, *, function: str, name: str) -> Fraction:
    """Return an int, Fraction, NumPy integer or SymPy Rational as a Fraction.

    Raises
    ------
    TypeError
        For anything else; a float is not exact.
    """
    if not isinstance(value, bool):
        if isinstance(value, RationalNumber):
            return Fraction(int(value.numerator), int(value.denominator))
        if getattr(value, "is_Rational", False):
            return Fraction(int(value.p), int(value.q))
    raise TypeError(f"{function} needs exact rational {name} (write Fraction(1, 3), not 0.333), got {name}={value!r}.")
