"""The functions of the tape on intervals, by their names there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import elementary, special
from .intervals import Interval, join

_UNIT, _MINUS, _ZERO = Interval(1, 1, 0), Interval(-1, -1, 0), Interval(0, 0, 0)


def _sign(x: Interval) -> Interval:
    return _UNIT if x.lo > 0 else _MINUS if x.hi < 0 else join(_MINUS, _UNIT)


def _heaviside(x: Interval) -> Interval:
    return _UNIT if x.lo > 0 else _ZERO if x.hi < 0 else join(_ZERO, _UNIT)


INTERVAL_FUNCTIONS: dict[str, Callable[..., Interval]] = {
    "pi": elementary.pi,
    "sqrt": lambda x: x.square_root(),
    "exp": elementary.exp,
    "log": elementary.log,
    "sin": lambda x: elementary.sine_cosine(x)[0],
    "cos": lambda x: elementary.sine_cosine(x)[1],
    "tan": elementary.tan,
    "sinh": elementary.sinh,
    "cosh": elementary.cosh,
    "tanh": elementary.tanh,
    "asin": elementary.asin,
    "acos": lambda x: elementary.pi() / 2 - elementary.asin(x),
    "atan": elementary.atan,
    "asinh": elementary.asinh,
    "abs": Interval.absolute,
    "sign": _sign,
    "heaviside": _heaviside,
    "erf": special.erf,
    "erfc": special.erfc,
    "gamma": lambda x: elementary.exp(special.loggamma(x)),
    "loggamma": special.loggamma,
    "polygamma": special.polygamma,
    "lowergamma": special.lowergamma,
    "uppergamma": special.uppergamma,
}
"""Name on the tape -> function of an interval (and parameters); "pi" takes none."""


def apply(name: str, x: Any, *parameters: Any) -> Any:
    """Return a function's value: of an interval by the table, of anything else by its own method `apply`."""
    if isinstance(x, Interval):
        return INTERVAL_FUNCTIONS[name](x, *parameters)
    return x.apply(name, *parameters)
