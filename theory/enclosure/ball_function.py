"""Expression tree -> a function on complex balls, compiled once: constants folded, shared subtrees evaluated once.

`theory.activation.evaluation.to_ball` walks the tree at every call; quadratures call thousands of times, so they
compile first (measured at 60 digits: tanh 13 -> 2 microseconds a call, selu 640 -> 8).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import flint

from theory.activation.ball_operations import OPERATIONS, power
from theory.activation.evaluation import ball_of_constant
from theory.activation.expression import Expression
from theory.enclosure.effort import spend

BallFunction = Callable[["flint.acb", bool], "flint.acb"]


@cache
def ball_function(expression: Expression) -> BallFunction:
    """Return f(z, analytic): an enclosure of the expression on the complex ball z.

    Parameters
    ----------
    expression : Expression

    Returns
    -------
    Callable[[acb, bool], acb]
        With `analytic` set it returns a non-finite ball wherever the expression is not shown analytic on all of z.

    Examples
    --------
    >>> import flint
    >>> from theory.activation.parser import parse_expression
    >>> f = ball_function(parse_expression("x*sigmoid(x)"))
    >>> bool(f(flint.acb(0), False).real.contains(0)) and not f(flint.acb(0, flint.arb(3, 1)), True).is_finite()
    True
    """
    nodes = [node for node in expression.nodes() if not node.is_constant]
    constant_nodes = {o for node in nodes for o in node.operands if o.is_constant} or {expression}
    place: dict[Expression, int] = {node: k for k, node in enumerate([*constant_nodes, *nodes])}
    program = [
        (power(node.value) if node.value is not None else OPERATIONS[node.head], [place[o] for o in node.operands])
        for node in nodes
        if node.head != "x"
    ]
    x_first = [node for node in nodes if node.head == "x"] == nodes[:1]
    constants_at: dict[int, list[flint.acb]] = {}
    result = place[expression]

    def constants() -> list[flint.acb]:
        bits = flint.ctx.prec
        if bits not in constants_at:
            constants_at[bits] = [flint.acb(ball_of_constant(node)) for node in constant_nodes]
        return constants_at[bits]

    cost = (len(program) + 4) / 12

    def function(z: flint.acb, analytic: bool) -> flint.acb:
        spend(cost * (1 + flint.ctx.prec / 500))
        values = [*constants(), z] if nodes else constants()
        for operation, operands in program:
            values.append(operation(analytic, *[values[k] for k in operands]))
        return values[result]

    assert x_first or not nodes
    return function
