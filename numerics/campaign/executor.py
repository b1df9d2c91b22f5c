r"""Where shards are computed: in this process, on the cores of this machine, or on a Dask cluster; the results are the
same.

An executor maps a task over indices and yields results as they come, in any order. Whoever asks puts them in order, so
no number depends on the executor. A worker that dies costs the shards it and its pool had in hand; they are handed out
again, and only when the same shards fell five times in a row without any result in between does the run stop.

Worker processes use one BLAS thread each, set before they import NumPy: the cores are shared out by processes already.
They end when the process that started them ends, however that happened: a thread in each looks twice a second whether
its parent is still the same. (Linux could send a signal instead, but it goes out when the *thread* that forked the
worker ends, and joblib forks from threads of its own.)

joblib and distributed are imported on first use; they take 0.3 to 0.7 seconds.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from numerics.array_backend import array_backend
from numerics.campaign.fingerprint import environment

T = TypeVar("T")

_FRUITLESS_ATTEMPTS = 5
_IN_HAND = 64  # about how many shards a pool has accepted and not finished


class ExecutorError(RuntimeError):
    """The workers cannot be reached, do not run the same program, or keep dying."""


class Executor(Protocol):
    """What a campaign asks of an executor."""

    def map(self, task: Callable[[int], T], indices: Sequence[int]) -> Iterator[tuple[int, T]]:
        """Yield ``(index, task(index))`` once for each index, in any order.

        Parameters
        ----------
        task : callable
            Picklable; an exception in it ends the map.
        indices : sequence of int
            All different.

        Yields
        ------
        tuple
            Index and result, as soon as there is one.
        """
        ...


class SerialExecutor:
    """Computes every shard in this process, in order.

    Examples
    --------
    >>> list(SerialExecutor().map(abs, [-2, 3]))
    [(-2, 2), (3, 3)]
    """

    def map(self, task: Callable[[int], T], indices: Sequence[int]) -> Iterator[tuple[int, T]]:
        """Yield ``(index, task(index))`` in the order of the indices; see :class:`Executor`."""
        for index in indices:
            yield index, task(index)


class ProcessExecutor:
    """Computes shards in worker processes on this machine (joblib's loky).

    Parameters
    ----------
    jobs : int, optional
        Number of processes, at least 1; by default the cores this process may use.

    Raises
    ------
    TypeError, ValueError
        When ``jobs`` is no positive integer.

    Examples
    --------
    >>> ProcessExecutor(2).jobs
    2
    """

    def __init__(self, jobs: int | None = None) -> None:
        self.jobs = _checked_jobs("ProcessExecutor", available_cores() if jobs is None else jobs)

    def map(self, task: Callable[[int], T], indices: Sequence[int]) -> Iterator[tuple[int, T]]:
        """Yield results as workers finish them; see :class:`Executor`.

        Raises
        ------
        ExecutorError
            When workers died five times in a row without finishing a shard.
        """
        from joblib import Parallel, delayed, parallel_config
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        def start(missing: Sequence[int]) -> Iterator[tuple[int, T]]:
            # Parallel itself takes these settings too, and ignores the number of threads.
            settings = {"initializer": end_with_parent, "initargs": (os.getpid(),)}
            with parallel_config(backend="loky", inner_max_num_threads=1, **settings):
                parallel = Parallel(
                    n_jobs=self.jobs,
                    return_as="generator_unordered",
                    batch_size=1,  # a worker that dies takes its batch along
                    pre_dispatch=4 * self.jobs,
                )
            return parallel(delayed(_numbered)(task, index) for index in missing)

        if self.jobs == 1:
            # loky would compute in this very process, and a shard that dies would take the run along.
            yield from SerialExecutor().map(task, indices)
        else:
            # A worker starts with `python -m`, which would import from the working folder first: a `random.py` there kills it.
            os.environ.setdefault("PYTHONSAFEPATH", "1")
            yield from _resubmitting(start, indices, (TerminatedWorkerError,))


class DaskExecutor:
    """Computes shards on a Dask cluster, through joblib's Dask back end.

    Parameters
    ----------
    address : str
        Address of the scheduler, such as ``tcp://host:8786``.
    timeout : float, optional
        Seconds to wait for the scheduler, and again for a first worker.

    Raises
    ------
    ExecutorError
        When distributed is not installed, the scheduler does not answer or has no worker in time, or a worker runs
        another version of Python, of a library, or of haarmite: its bits would differ.

    Examples
    --------
    >>> try:
    ...     DaskExecutor("localhost:8786")
    ... except ExecutorError as error:
    ...     print(str(error)[:56])
    DaskExecutor needs a scheduler address such as tcp://hos
    """

    def __init__(self, address: str, timeout: float = 10.0) -> None:
        self.address = address
        if "://" not in address:
            raise ExecutorError(
                f"DaskExecutor needs a scheduler address such as tcp://host:8786, got address={address!r}."
            )
        try:
            from distributed import Client
        except ImportError as error:
            raise ExecutorError(
                f"DaskExecutor needs the package distributed (it speaks to the scheduler), got {error}; "
                f'install "haarmite[cluster]".'
            ) from error
        try:
            _probe(address, timeout)
            self._client = Client(address, timeout=timeout, set_as_default=False)
        except Exception as error:  # a server of another kind may make the client stumble anywhere
            raise ExecutorError(
                f"DaskExecutor needs a scheduler that answers within {timeout:g} s, got address={address!r} "
                f"({type(error).__name__}: {error}); check that it runs and may be reached."
            ) from error
        try:
            self._check_workers(timeout)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Disconnect; the cluster stays as it is."""
        self._client.close()

    def check_device(self, device: str) -> None:
        """Raise unless every worker that is there can compute on a device.

        Parameters
        ----------
        device : str
            As for `numerics.array_backend.array_backend`.

        Raises
        ------
        ExecutorError
            Saying what a worker lacks.
        """
        try:
            self._client.run(array_backend, device)
        except (TypeError, ValueError) as error:
            raise ExecutorError(f"DaskExecutor needs workers that have the device: {error}") from error

    def map(self, task: Callable[[int], T], indices: Sequence[int]) -> Iterator[tuple[int, T]]:
        """Yield results as workers finish them; see :class:`Executor`.

        Raises
        ------
        ExecutorError
            When workers died five times in a row without finishing a shard, or the scheduler went away.
        """
        from distributed import KilledWorker, as_completed

        def start(missing: Sequence[int]) -> Iterator[tuple[int, T]]:
            if self._client.status != "running":  # after a lost connection; it would wait for workers in vain
                raise ConnectionError("the connection is closed")
            futures = self._client.map(partial(_numbered, task), missing, pure=False)
            try:
                for future in as_completed(futures, loop=self._client.loop):
                    yield future.result()
            finally:  # who asks for no more results wants no more shards
                self._client.cancel(futures)

        try:
            yield from _resubmitting(start, indices, (KilledWorker, CancelledError))
        except OSError as error:  # of the connection: those of a shard come back as its result
            raise ExecutorError(
                f"map needs the scheduler at {self.address} until the end, got {type(error).__name__}: {error}; "
                f"start again when it is back."
            ) from error

    def _check_workers(self, timeout: float) -> None:
        try:
            self._client.wait_for_workers(1, timeout=timeout)
            found = self._client.run(environment)
        except TimeoutError as error:
            raise ExecutorError(
                f"DaskExecutor needs a worker at {self.address} within {timeout:g} s, got none; start one."
            ) from error
        except Exception as error:  # whatever a worker raises while it imports this program
            raise ExecutorError(
                f"DaskExecutor needs workers that can run haarmite, got {type(error).__name__}: {error}; install it there."
            ) from error
        check_environments(found)


def check_environments(found: dict[str, dict[str, str]]) -> None:
    """Raise unless every worker runs the same code and versions as this process.

    Parameters
    ----------
    found : dict of str to dict
        What :func:`numerics.campaign.fingerprint.environment` returned, by address of the worker.

    Raises
    ------
    ExecutorError
        Naming the first worker that differs, and in what.

    Examples
    --------
    >>> check_environments({"tcp://10.0.0.2:4000": environment()})
    """
    here = environment()
    for worker, there in found.items():
        different = [
            f"{name} {there.get(name, 'absent')} there, {here[name]} here"
            for name in here
            if there.get(name) != here[name]
        ]
        if different:
            raise ExecutorError(
                f"DaskExecutor needs workers that run what this process runs (their bits would differ), "
                f"got worker {worker} with {'; '.join(different)}; install the same versions there."
            )


def choose_executor(jobs: int = 1, scheduler: str | None = None) -> SerialExecutor | ProcessExecutor | DaskExecutor:
    """Return the executor for a number of local processes, or for a scheduler's address.

    Parameters
    ----------
    jobs : int, optional
        1 computes in this process.
    scheduler : str, optional
        Address of a Dask scheduler; ``jobs`` is then the cluster's business.

    Returns
    -------
    SerialExecutor, ProcessExecutor or DaskExecutor
        Ready to map.

    Raises
    ------
    TypeError, ValueError
        When ``jobs`` is no positive integer.
    ExecutorError
        As :class:`DaskExecutor`.

    Examples
    --------
    >>> type(choose_executor(1)).__name__, type(choose_executor(4)).__name__
    ('SerialExecutor', 'ProcessExecutor')
    """
    if scheduler is not None:
        return DaskExecutor(scheduler)
    return SerialExecutor() if _checked_jobs("choose_executor", jobs) == 1 else ProcessExecutor(jobs)


def available_cores() -> int:
    """Return the number of cores this process may use.

    Returns
    -------
    int
        At least 1; respects the affinity mask where there is one.

    Examples
    --------
    >>> available_cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def end_with_parent(parent: int) -> None:
    """Start a thread that ends this process as soon as its parent is no longer ``parent``.

    Parameters
    ----------
    parent : int
        Process id of the parent; a worker that was orphaned before it got here ends at once.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)  # nobody is left to report to

    threading.Thread(target=watch, name="end-with-parent", daemon=True).start()


def _probe(address: str, timeout: float) -> None:
    """Raise unless a Dask scheduler answers in time.

    A ``Client`` would not do: towards a server that accepts and stays silent it waits for ever, and one that was given
    up goes on trying until the interpreter has waited for it at exit.
    """
    from distributed import rpc

    async def ask() -> str:
        async with rpc(address, timeout=timeout) as remote:
            identity = await remote.identity()
        return str(identity.get("type"))

    def answer() -> str:
        return asyncio.run(asyncio.wait_for(ask(), timeout))

    with ThreadPoolExecutor(1) as thread:  # the caller may have an event loop of its own
        kind = thread.submit(answer).result()
    if kind != "Scheduler":
        raise ValueError(f"there answers a {kind}")


def _resubmitting(
    start: Callable[[Sequence[int]], Iterator[tuple[int, T]]],
    indices: Sequence[int],
    deaths: tuple[type[BaseException], ...],
) -> Iterator[tuple[int, T]]:
    """Collect what workers finish; when one dies, start again with what is missing."""
    queue = list(indices)
    missing = set(queue)
    fruitless = 0
    while missing:
        before = len(missing)
        try:
            for index, result in start(queue):
                missing.remove(index)
                yield index, result
        except deaths as error:
            queue = [index for index in queue if index in missing]
            # Whichever shard killed the worker was in hand, so near the front: let the others go first.
            front = min(_IN_HAND, (len(queue) + 1) // 2)
            queue = queue[front:] + queue[:front]
            fruitless = fruitless + 1 if len(missing) == before else 0
            if fruitless >= _FRUITLESS_ATTEMPTS:
                some = ", ".join(map(str, sorted(missing)[:5]))
                raise ExecutorError(
                    f"map needs workers that live long enough for a shard, got {fruitless} deaths in a row without a result "
                    f"(shards {some}{', ...' if len(missing) > 5 else ''}; {type(error).__name__}); "
                    f"look for exhausted memory, or run with one job to see the shard fail."
                ) from error


def _numbered(task: Callable[[int], Any], index: int) -> tuple[int, Any]:
    return index, task(index)


def _checked_jobs(function: str, jobs: object) -> int:
    if isinstance(jobs, bool) or not isinstance(jobs, int):
        raise TypeError(f"{function} needs an integer number of jobs (processes), got jobs={jobs!r}.")
    if jobs < 1:
        raise ValueError(f"{function} needs jobs >= 1 (someone must compute), got jobs={jobs!r}.")
    return jobs
