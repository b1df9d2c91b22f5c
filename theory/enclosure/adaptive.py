"""Arb's adaptive Gauss-Legendre integral, made to stop: at an interrupt, at an error in the integrand, or at a limit.

`acb.integral` goes on evaluating when its integrand raises (python-flint hands the error over only at the end), and at
thousands of digits its rules have thousands of nodes, each rule minutes without a word. Here an integrand that has raised
answers nan at once from then on, rules are short and evaluations are limited, so that all of it ends within a second.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import flint

_LARGEST_DEGREE, _MOST_EVALUATIONS = 400, 300_000


def adaptive_integral(
    function: Callable[[flint.acb, bool], flint.acb], left: Any, right: Any, **tolerance: Any
) -> flint.acb:
    """Return a ball of the integral of an analytic function from left to right; what the function raises is raised.

    Examples
    --------
    >>> adaptive_integral(lambda z, analytic: z * z, 0, 3).real.contains(9)
    True
    >>> adaptive_integral(lambda z, analytic: z / [][0], 0, 3)
    Traceback (most recent call last):
    ...
    IndexError: list index out of range
    """
    raised: list[BaseException] = []
    nothing = flint.acb("nan")

    def guarded(z: flint.acb, analytic: bool) -> flint.acb:
        if raised:
            return nothing
        try:
            return function(z, analytic)
        except BaseException as error:
            raised.append(error)
            return nothing

    bits = flint.ctx.prec
    limit = min(1000 * bits + bits**2, _MOST_EVALUATIONS)
    value = flint.acb.integral(guarded, left, right, deg_limit=_LARGEST_DEGREE, eval_limit=limit, **tolerance)
    if raised:
        raise raised[0]
    return value
