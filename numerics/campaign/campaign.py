r"""Campaigns: many shards of one random experiment, resumable, bit for bit the same however they are computed.

A campaign is a claim, a case of it, a shard function and its configuration. Shard ``index`` calls

    shard(stream(root_seed, claim, case, index), **config)  ->  {name: number or array}

and depends on nothing else. Results are handed back in the order of the index, whatever executor computed them, and
are read from the store where they are present: a run that was killed goes on, a finished one is read. The store knows
them by a key that covers all that determines them (:mod:`numerics.campaign.fingerprint`) and not their number, so asking for
more shards extends what is there.

A shard that raises, or returns a number that is not finite, does not stop the others; the error that names claim,
case, index and seed comes when they are done and stored, or after ten such shards.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from numerics.campaign.executor import Executor, ExecutorError, SerialExecutor
from numerics.campaign.fingerprint import canonical, digest, environment, function_source
from numerics.campaign.random_streams import check_root_seed, stream
from numerics.campaign.result_store import ResultStore, ShardResult, decode, encode

Shard = Callable[..., Mapping[str, Any]]
"""``shard(rng, **config)``: a function at the top level of a module, without captured variables."""

_FAILURES = 10  # A mistake in the shard function should not be repeated ten thousand times.


class ShardError(RuntimeError):
    """A shard raised or returned a number that is not finite; the message names it and says how to repeat it."""


class Judged(Protocol):
    """Anything with a verdict."""

    @property
    def verdict(self) -> str:
        """``"inconclusive"`` asks for more shards."""
        ...


J = TypeVar("J", bound=Judged)


@dataclass(frozen=True, slots=True)
class ShardFailure:
    """What went wrong in a shard.

    Parameters
    ----------
    summary : str
        Type and message of the exception, one line.
    trace : str
        The traceback from the worker.
    """

    summary: str
    trace: str


@dataclass(frozen=True, slots=True, eq=False)
class Campaign:
    """Shards of a random experiment, addressed by (claim, case, index).

    Parameters
    ----------
    claim, case : str
        Their names; part of the address of every stream.
    shard : callable
        ``shard(rng, **config)`` returning a mapping of finite real numbers and float64 arrays. It must draw from
        ``rng`` alone, and it may be called in another process.
    config : mapping of str to data
        Its keyword arguments: plain data, arrays, or dataclasses of such. Sent along with every shard, so keep it
        small.
    root_seed : int, optional
        The seed of the whole run. Campaigns of one claim and case share their streams, whatever their configuration:
        common random numbers make mutants comparable.

    Raises
    ------
    TypeError, ValueError
        When the shard function or the configuration cannot be fingerprinted, or the seed is not a non-negative
        integer.

    Examples
    --------
    The area under a parabola, in three shards of a thousand points:

    >>> def parabola(rng, points):
    ...     return {"area": (rng.random(points) ** 2).mean()}
    >>> campaign = Campaign("parabola", "unit interval", parabola, {"points": 1000})
    >>> shards = campaign.run(3)
    >>> abs(sum(shard["area"] for shard in shards) / 3 - 1 / 3) < 0.05
    True
    >>> shards == campaign.run(3)
    True
    """

    claim: str
    case: str
    shard: Shard
    config: Mapping[str, Any] = field(default_factory=dict)
    root_seed: int = 0

    def __post_init__(self) -> None:
        for name, value in (("claim", self.claim), ("case", self.case)):
            if not isinstance(value, str):
                raise TypeError(f"Campaign needs text for {name} (it addresses the streams), got {name}={value!r}.")
        check_root_seed("Campaign", self.root_seed)
        object.__setattr__(self, "config", MappingProxyType(dict(self.config)))
        object.__setattr__(self, "key", digest(self.description | {"source": function_source(self.shard)}))

    key: str = field(init=False, repr=False, compare=False, default="")
    """SHA-256 of everything that determines the results."""

    @property
    def description(self) -> dict[str, Any]:
        """What the store tells human readers: names, shard function, configuration, seed, versions."""
        return {
            "claim": self.claim,
            "case": self.case,
            "shard": f"{self.shard.__module__}.{self.shard.__qualname__}",
            "config": canonical(dict(self.config)),
            "root_seed": self.root_seed,
            "environment": environment(),
        }

    def run(
        self,
        shards: int,
        *,
        executor: Executor | None = None,
        store: ResultStore | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> list[ShardResult]:
        """Return the results of shards ``0 ... shards - 1``, computing those that the store does not have.

        Parameters
        ----------
        shards : int
            Their number, at least 0.
        executor : Executor, optional
            Where to compute; by default in this process.
        store : ResultStore, optional
            Where to keep them; by default nowhere.
        on_progress : callable, optional
            Called in this process as ``on_progress(done, shards)``, at the start and after every shard.

        Returns
        -------
        list of dict
            In the order of the index; bits do not depend on executor, store, or interruptions.

        Raises
        ------
        ShardError
            When a shard failed; all others are in the store.
        ExecutorError
            When the workers cannot do their work; what they finished is in the store.
        StoreError
            When the store cannot be read or written; what was committed is intact.
        """
        _check_count("Campaign.run", "shards", shards, least=0)
        return self._extend([], shards, shards, executor, store, on_progress)

    def run_until(
        self,
        judge: Callable[[list[ShardResult]], J],
        at_most: int,
        *,
        first: int = 8,
        executor: Executor | None = None,
        store: ResultStore | None = None,
        on_progress: Callable[[int, int], None] | None = None,
    ) -> J:
        """Compute shards until a judgement of them is conclusive, or their number is exhausted.

        Parameters
        ----------
        judge : callable
            From the results so far, in the order of the index, to an object with a ``verdict``; anything but
            ``"inconclusive"`` stops. It should decide at the first shard boundary that allows it, as
            :meth:`numerics.statistics.e_value.MeanTest.judge` does; then the outcome does not depend on ``first``.
        at_most : int
            Largest number of shards.
        first : int, optional
            Shards before the first judgement; later ones come each time the number has grown by a quarter.
        executor, store, on_progress : optional
            As for ``run``; progress counts towards ``at_most``.

        Returns
        -------
        object
            The last judgement.

        Raises
        ------
        ShardError, ExecutorError, StoreError
            As ``run``.

        Examples
        --------
        >>> from numerics.statistics.e_value import MeanTest
        >>> coin = MeanTest.equal(0.5, support=(0.0, 1.0))
        >>> def toss(rng, test, bias):
        ...     return {"heads": test.tally(rng.random(1000) < bias)}
        >>> def judge(shards):
        ...     return coin.judge([shard["heads"] for shard in shards], alpha=1e-6)
        >>> Campaign("coin", "loaded", toss, {"test": coin, "bias": 0.6}).run_until(judge, 100).verdict
        'refuted'
        """
        _check_count("Campaign.run_until", "at_most", at_most, least=1)
        _check_count("Campaign.run_until", "first", first, least=1)
        results: list[ShardResult] = []
        while True:
            goal = min(at_most, max(first, len(results) + max(1, len(results) // 4)))
            results = self._extend(results, goal, at_most, executor, store, on_progress)
            judgement = judge(results)
            if judgement.verdict != "inconclusive" or goal == at_most:
                return judgement

    def _extend(
        self,
        results: list[ShardResult],
        goal: int,
        total: int,
        executor: Executor | None,
        store: ResultStore | None,
        on_progress: Callable[[int, int], None] | None,
    ) -> list[ShardResult]:
        """Return ``results`` lengthened to ``goal`` shards."""
        start = len(results)
        payloads = store.load(self.key, start, goal) if store is not None else {}
        missing = [index for index in range(start, goal) if index not in payloads]
        report = on_progress or _silent
        report(start + len(payloads), total)
        description = self.description
        failures: dict[int, ShardFailure] = {}
        try:
            for index, outcome in (executor or SerialExecutor()).map(ShardTask(self), missing) if missing else ():
                if isinstance(outcome, ShardFailure):
                    failures[index] = outcome
                    if len(failures) == _FAILURES:
                        break
                    continue
                payloads[index] = outcome
                if store is not None:
                    store.put(self.key, index, outcome, description)
                report(start + len(payloads), total)
        finally:
            if store is not None:
                store.commit()
        if failures:
            raise self._error(failures)
        return results + [decode(payloads[index]) for index in range(start, goal)]

    def _error(self, failures: Mapping[int, ShardFailure]) -> ShardError:
        index, failure = min(failures.items())
        others = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
        error = ShardError(
            f"Campaign.run needs shards that return finite numbers, got {failure.summary} in shard {index}{others} of claim "
            f"{self.claim!r}, case {self.case!r}, root_seed={self.root_seed}; the others are kept. To repeat it: "
            f"shard(stream({self.root_seed}, {self.claim!r}, {self.case!r}, {index}), **config)."
        )
        error.add_note(failure.trace)
        return error


class ShardTask:
    """The work of one shard as a picklable callable: index to payload, or to a failure.

    Parameters
    ----------
    campaign : Campaign
        Whose shards these are.
    """

    def __init__(self, campaign: Campaign) -> None:
        self._address = (campaign.root_seed, campaign.claim, campaign.case)
        self._shard = campaign.shard
        self._config = dict(campaign.config)
        self._environment = environment()
        self._payload: bytes | None = None

    def __call__(self, index: int) -> bytes | ShardFailure:
        """Compute a shard.

        Parameters
        ----------
        index : int
            Its number.

        Returns
        -------
        bytes or ShardFailure
            The encoded result, or what its code raised.
        """
        if environment() != self._environment:
            # A worker that joined a cluster later was not seen by the check at the start.
            raise ExecutorError(
                "a worker runs other versions than the process that sent it work; install the same there."
            )
        try:
            return encode(self._shard(stream(*self._address, index), **self._config))
        except Exception as error:
            # Anything may go wrong in a shard; it must not cost the others.
            return ShardFailure(f"{type(error).__name__}: {error}", traceback.format_exc())

    def __reduce__(self) -> tuple[Callable[[bytes], ShardTask], tuple[bytes]]:
        if self._payload is None:  # pickled once per campaign, not once per shard
            self._payload = _pickled(self)
        return _unpickled, (self._payload,)


def _pickled(task: ShardTask) -> bytes:
    """Pickle a task such that a process that has only haarmite installed can run it."""
    import cloudpickle

    module = sys.modules.get(task._shard.__module__)
    # A user's file, or a test, has no name by which a worker could import it: its code travels along. A module that is
    # registered already (a claim file) stays so.
    foreign = (
        module is not None
        and module.__name__.split(".")[0] not in {"theory", "numerics", "proofs_check", "__main__"}
        and module.__name__ not in cloudpickle.list_registry_pickle_by_value()
    )
    if foreign:
        cloudpickle.register_pickle_by_value(module)
    try:
        payload: bytes = cloudpickle.dumps(task.__dict__)
    finally:
        if foreign:
            cloudpickle.unregister_pickle_by_value(module)
    return payload


@lru_cache(maxsize=16)
def _unpickled(payload: bytes) -> ShardTask:
    """Rebuild a task; a worker does so once per campaign, not once per shard."""
    import cloudpickle

    task = ShardTask.__new__(ShardTask)
    task.__dict__.update(cloudpickle.loads(payload))
    return task


def _silent(done: int, total: int) -> None:
    """Report no progress."""


def _check_count(function: str, name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{function} needs an integer for {name} (shards are counted), got {name}={value!r}.")
    if value < least:
        raise ValueError(f"{function} needs {name} >= {least} (shards are counted), got {name}={value!r}.")
