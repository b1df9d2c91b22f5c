"""The oracle "interval certificate": an inequality on a box that the independent checker accepts for this very sentence.

Goal and box are built from the sentence; the certificate is only believed if the checker, which derives every bound again,
says that it has checked that goal.
"""

from __future__ import annotations

import sympy as sp

from proofs_check.interval.recheck import recheck
from proofs_check.interval.statement import Statement, parse_statement, statement_of
from theory.statement.proposition import Relation
from theory.statement.sentence import Sentence
from theory.statement.sort import Naturals, Reals


def affirms(sentence: Sentence, certificate: str) -> bool:
    """Whether the checker accepts the certificate for the sentence's goal on the sentence's box."""
    goal = goal_of(sentence)
    if goal is None:
        return False
    answer = recheck(certificate)
    if not answer.accepted or answer.relies_on:
        return False
    checked = parse_statement(answer.claim)  # the checker prints brackets of its own: programs are compared, not texts
    return (checked.tape(), checked.box, checked.strict) == (goal.tape(), goal.box, goal.strict)


def goal_of(sentence: Sentence) -> Statement | None:
    """Return the slack's inequality on the closed box of the variables that occur, or None if it has no such form.

    Examples
    --------
    >>> from theory.statement.parse import parse
    >>> goal_of(parse("for x in [-1, 2], y in [0, oo): exp(x) >= 1 + x")).text
    '-x + exp(x) - 1 >= 0 for x in [-1, 2]'
    """
    claim = sentence.body
    if not isinstance(claim, Relation) or claim.op in ("=", "!="):
        return None
    slack = claim.slack
    domain = {}
    for binder in sentence.binders:
        if binder.symbol not in slack.free_symbols:
            continue
        sort = binder.sort
        if isinstance(sort, Naturals):
            domain[binder.symbol] = (sp.Integer(sort.least), sp.oo if sort.most is None else sp.Integer(sort.most))
        elif isinstance(sort, Reals):
            domain[binder.symbol] = (sort.low, sort.high)
        else:
            return None
    relation = sp.StrictGreaterThan if claim.strict else sp.GreaterThan
    try:
        return statement_of(relation(slack, 0, evaluate=False), domain)
    except (TypeError, ValueError):
        return None
