r"""The error budget of a run: which test may raise how likely a false alarm, all of them together at most 1e-6.

By the union bound the tests of a run raise any false alarm with probability at most the sum of their ``alpha``,
however they depend on one another. The budget is split before the first sample is drawn, over the names of all tests,
and the split is part of the record. A share can be split again, claim by claim and then case by case.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class ErrorBudget:
    """Shares of a total error probability: ``sum(alpha) <= total``.

    Parameters
    ----------
    shares : mapping of str to float
        The error probability of each test, positive.
    total : float, optional
        What they may add up to.

    Raises
    ------
    ValueError
        When there is no test, a share is not a probability, or the shares exceed the total.
    """

    shares: Mapping[str, float]
    total: float = 1e-6

    def __post_init__(self) -> None:
        check_probability("ErrorBudget", "total", self.total)
        if not self.shares:
            raise ValueError("ErrorBudget needs at least one test (a budget of none is no statement), got shares={}.")
        for name, share in self.shares.items():
            check_probability("ErrorBudget", f"shares[{name!r}]", share)
        if math.fsum(self.shares.values()) > self.total:
            raise ValueError(
                f"ErrorBudget needs shares that add up to at most the total (union bound), "
                f"got a sum of {math.fsum(self.shares.values())!r} for total={self.total!r}."
            )
        object.__setattr__(self, "shares", MappingProxyType(dict(self.shares)))

    @classmethod
    def split(cls, tests: Iterable[str] | Mapping[str, float], total: float = 1e-6) -> ErrorBudget:
        """Return the budget that gives every test the same share, or shares in proportion to given weights.

        Parameters
        ----------
        tests : iterable of str, or mapping of str to float
            Names of the tests, all different; with a mapping, their positive weights.
        total : float, optional
            The sum of the shares.

        Returns
        -------
        ErrorBudget
            Shares rounded down, so that their sum does not exceed the total.

        Raises
        ------
        ValueError
            When a name comes twice, a weight is not positive and finite, or the total is no probability.

        Examples
        --------
        >>> budget = ErrorBudget.split(["A1", "A2"], total=1e-6)
        >>> abs(budget.alpha("A1") - 5e-7) < 1e-20
        True
        >>> sum(budget.part("A1", ["relu", "tanh"]).shares.values()) <= budget.alpha("A1")
        True
        """
        check_probability("ErrorBudget.split", "total", total)
        names = list(tests)
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(
                f"ErrorBudget.split needs names that differ (each test has its share), got {twice!r} twice."
            )
        weights = dict(tests) if isinstance(tests, Mapping) else dict.fromkeys(names, 1.0)
        if not all(0 < weight < math.inf for weight in weights.values()):
            raise ValueError(
                f"ErrorBudget.split needs positive finite weights (shares of a probability), got {weights!r}."
            )
        whole = math.fsum(weights.values())
        # Rounded down by more than three operations can round up.
        shares = {name: (1 - 2**-50) * total * weight / whole for name, weight in weights.items()}
        return cls(shares, total)

    def record(self) -> dict[str, float | dict[str, float]]:
        """Return the split as plain data for a report.

        Returns
        -------
        dict
            ``{"total": ..., "shares": {test: alpha}}``.

        Examples
        --------
        >>> ErrorBudget({"A1": 1e-7}).record()
        {'total': 1e-06, 'shares': {'A1': 1e-07}}
        """
        return {"total": self.total, "shares": dict(self.shares)}

    def alpha(self, test: str) -> float:
        """Return the error probability of a test.

        Parameters
        ----------
        test : str
            Its name.

        Returns
        -------
        float
            Its share.

        Raises
        ------
        KeyError
            When the budget does not know the test; no test may run on a share of its own making.
        """
        if test not in self.shares:
            raise KeyError(f"ErrorBudget.alpha needs a test of this budget (its shares are fixed), got test={test!r}.")
        return self.shares[test]

    def part(self, test: str, tests: Iterable[str] | Mapping[str, float]) -> ErrorBudget:
        """Return the budget that splits the share of one test further.

        Parameters
        ----------
        test : str
            A test of this budget.
        tests : iterable of str, or mapping of str to float
            Its parts, as for ``split``.

        Returns
        -------
        ErrorBudget
            With ``total == self.alpha(test)``.

        Raises
        ------
        KeyError
            When the budget does not know the test.
        ValueError
            As ``split``.
        """
        return ErrorBudget.split(tests, self.alpha(test))


def check_probability(function: str, name: str, value: float) -> None:
    """Raise unless a number lies strictly between 0 and 1.

    Parameters
    ----------
    function, name : str
        Names for the message.
    value : float
        What should be a probability.

    Raises
    ------
    ValueError
        When it is none.
    """
    if not 0 < value < 1:
        raise ValueError(f"{function} needs 0 < {name} < 1 (it is a probability), got {name}={value!r}.")
