"""What a wrong standard deviation looks like: the usual mistakes, each with the value it makes.

A mistake is a claimed value put through a rule (a fan of the whole convolution in place of one group's, a variance handed over as
standard deviation, ...). It is named when the entries agree with the mistaken value and not with the claimed one; when several agree,
the first in the order of `mistakes`, from those that need most coincidence to those that need least.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from numerics.initialisation.entry_law import EntryLaw, cut_variance, log_tail_squares
from numerics.initialisation.entry_test import EntrySummary
from numerics.initialisation.fan import Fans


@dataclass(frozen=True, slots=True)
class Mistake:
    """One way to get a standard deviation wrong.

    Parameters
    ----------
    key : str
        Short name, stable: ``grouped_fan``, ``swapped_fans``, ``uncorrected_cut``, ``variance_as_std``, ``std_as_variance``,
        ``residual_scale``, ``std_as_bound``, ``gain``.
    std : float
        The standard deviation it makes.
    text : str
        What it looks like, for people.
    """

    key: str
    std: float
    text: str


def mistakes(
    std: float, what: str, fans: Fans | None = None, *, groups: int = 1, truncated: bool = False, branches: int = 0
) -> Iterator[Mistake]:
    """Yield the mistakes that change a standard deviation.

    Parameters
    ----------
    std : float
        The right one.
    what : str
        Its name, such as "He".
    fans : Fans, optional
        Of one group; without them no mistake of a fan is named.
    groups : int, optional
    truncated : bool, optional
        Whether the entries are cut off, so that a missing correction is possible.
    branches : int, optional
        Residual branches 2L that the right value is scaled for; 0: it is not.

    Examples
    --------
    >>> [m.key for m in mistakes(0.1, "He", Fans(144, 288), groups=4)][:2]
    ['grouped_fan', 'swapped_fans']
    """
    if groups > 1:
        yield Mistake(
            "grouped_fan", std / math.sqrt(groups), f"variance is 1/{groups} (1/groups) of {what}: the ungrouped fan-in"
        )
    if branches > 1:
        root = f"1/sqrt({branches}) (1/sqrt(2L))"
        yield Mistake(
            "residual_scale",
            std * math.sqrt(branches),
            f"{root} not applied: std of a layer that ends no residual branch",
        )
        yield Mistake(
            "residual_scale",
            std * math.sqrt(2),
            f"1/sqrt({branches // 2}) in place of {root}: one branch a block counted",
        )
        yield Mistake("residual_scale", std / math.sqrt(branches), f"{root} applied twice")
    if fans is not None and fans.fan_in != fans.fan_out:
        swapped = std * math.sqrt(fans.fan_in / fans.fan_out)
        yield Mistake(
            "swapped_fans",
            swapped,
            f"fan-in and fan-out swapped: variance is {fans.fan_in:g}/{fans.fan_out:g} of {what}",
        )
        if groups > 1:
            both = swapped / math.sqrt(groups)
            yield Mistake("grouped_fan", both, f"fan-out of all {groups} groups in place of the fan-in of one")
    if truncated:
        short = math.sqrt(cut_variance(2.0))
        yield Mistake(
            "uncorrected_cut",
            std * short,
            f"std is 0.8796 of {what}: cut at two standard deviations without the correction",
        )
    yield Mistake(
        "variance_as_std",
        std * std,
        f"std is {std * std:.3g}, the variance of {what}: variance passed where std was meant",
    )
    if std < 1:
        yield Mistake(
            "std_as_variance",
            math.sqrt(std),
            f"variance is {std:.3g}, the std of {what}: std passed where variance was meant",
        )
    yield Mistake("std_as_bound", std / math.sqrt(3), f"variance is 1/3 of {what}: std taken as bound of a uniform law")
    yield Mistake("gain", std / math.sqrt(2), f"variance is half of {what}: the gain sqrt(2) not applied")
    yield Mistake("gain", std * math.sqrt(2), f"variance is twice that of {what}: a gain sqrt(2) too many")


def name_mistake(found: EntrySummary, law: EntryLaw, possible: Iterable[Mistake], alpha: float) -> Mistake | None:
    """Return the first mistake whose standard deviation the entries agree with, at error probability alpha; None if none does."""
    return next((mistake for mistake in possible if scale_agrees(found, replace(law, std=mistake.std), alpha)), None)


def scale_agrees(found: EntrySummary, law: EntryLaw, alpha: float) -> bool:
    """Return whether the mean square of the entries is not refuted under a law, two-sided, at error probability alpha."""
    slack = 1 + 4 * found.unit if found.unit > 1e-6 else 1.0
    square = found.square / found.size / law.std**2
    least = min(
        log_tail_squares(law, found.size, square / slack, above=True),
        log_tail_squares(law, found.size, square * slack, above=False),
    )
    return least + math.log(2) > math.log(alpha)


def log_p_same_scale(one: EntrySummary, other: EntrySummary, law: EntryLaw, ratio: float = 1.0) -> float:
    """Return (a bound of) the logarithm of a p-value of: both are draws of one law, `one` at `ratio` times the deviation.

    For every a, P(S_1/S_2 >= r) <= P(S_1 >= a) + P(S_2 <= a/r), S the mean squares of standardised entries; the least sum over a
    grid of a decreases with r, so it is a p-value; likewise for small ratios.

    Parameters
    ----------
    one, other : EntrySummary
    law : EntryLaw
        Its family counts, its size does not.
    ratio : float, optional

    Examples
    --------
    >>> draw = lambda seed, std: EntrySummary.of(np.random.default_rng(seed).normal(0, std, 4000))
    >>> same, double = (log_p_same_scale(draw(1, std), draw(2, 1), EntryLaw("normal", 1.0)) for std in (1, 2))
    >>> same > -5, double < -200
    (True, True)
    """
    quotient = one.square / one.size / (other.square / other.size) / ratio**2
    first, second, r = (one, other, quotient) if quotient >= 1 else (other, one, 1 / quotient)
    slack = 1 + 8 * max(one.unit, other.unit) if max(one.unit, other.unit) > 1e-6 else 1.0
    r = max(r / slack, 1.0)
    sums = (
        np.logaddexp(
            log_tail_squares(law, first.size, a, above=True), log_tail_squares(law, second.size, a / r, above=False)
        )
        for a in np.geomspace(1, r, 33)
    )
    return min(0.0, float(min(sums)) + math.log(2))
