"""What a check is given beside the statement and the case: how much to spend, and where its samples are computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numerics.array_backend import shard_on_device
from numerics.campaign.campaign import Campaign
from numerics.campaign.executor import Executor
from numerics.campaign.result_store import ResultStore


@dataclass(frozen=True, slots=True)
class Profile:
    """How much a run may spend.

    Parameters
    ----------
    name : str
    shards : int
        Multiplier of every sampled check's budget.
    digits : int
        Decimal digits that certified figures are computed to.
    """

    name: str
    shards: int
    digits: int


PROFILES = {
    "quick": Profile("quick", 1, 30),
    "full": Profile("full", 10, 50),
    "deep": Profile("deep", 100, 50),
}
"""`quick` is for every day, `full` for a release, `deep` for a paper."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where samples are computed and kept: in this process and nowhere, unless an executor and a store are given.

    `device` is where network samplers keep their arrays (`numerics.array_backend.array_backend`); what a check draws with
    NumPy itself stays on the CPU.
    """

    executor: Executor | None = None
    store: ResultStore | None = None
    device: str = "cpu"


HERE = Workplace()
"""This process, and nothing kept."""


@dataclass(frozen=True)
class Trial:
    """The circumstances of one check.

    Parameters
    ----------
    profile : Profile
    seed : int
        Root seed of the run.
    key : tuple of str
        Claim, mutant ("" for the true statement), case, check.
    alpha : float
        Bound on the probability that this check's samples refute a true statement; its share of the run's budget.
    workplace : Workplace
    """

    profile: Profile
    seed: int
    key: tuple[str, ...]
    alpha: float
    workplace: Workplace = HERE

    def campaign(self, name: str, shard: Callable[..., Mapping[str, Any]], config: dict[str, Any]) -> Campaign:
        """Return the campaign of this check with this name.

        A claim's mutants see the random numbers of the true statement on the same case: common random numbers.

        Parameters
        ----------
        name : str
            Tells several campaigns of one check apart.
        shard : callable
            ``shard(rng, **config)`` at module level; returns a mapping of numbers and arrays.
        config : dict
            Plain data, functions at module level, or dataclasses of such.
        """
        claim, _, case, check = self.key
        if self.workplace.device != "cpu":
            config = {"device": self.workplace.device, "shard": shard, "config": config}
            shard = shard_on_device
        return Campaign(claim, "/".join((case, check, name)), shard, config, self.seed)
