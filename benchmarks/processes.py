"""Two processes on two cores beside one, and the cost of handing out a shard: `python -m benchmarks.processes`.

Wall times, for once: the two ways take turns in rounds, each on the same shards, and the least time of each counts; other users
of the machine still show, so the lines name the load. One campaign of 30 s and more of work: shards of 0.4 s of layer-normalised
networks. A Dask cluster is measured where ``HAARMITE_SCHEDULER`` names its scheduler.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np

from benchmarks.row import Row, alone
from numerics.campaign.executor import (
    DaskExecutor,
    Executor,
    ProcessExecutor,
    SerialExecutor,
    available_cores,
    choose_executor,
)
from numerics.campaign.random_streams import stream
from numerics.network.gram_chain import gram_chain, isometry_gap
from numerics.network.network import layer_normalised_mlp
from theory.activation import catalogue

SHARDS, ROUNDS, NETWORKS = 80, 2, 60


def shard(index: int) -> tuple[float, np.ndarray]:
    """Return the CPU time of a shard, and the gaps of its networks."""
    (relu,) = catalogue("relu")
    start = time.process_time()
    gaps = [
        isometry_gap(gram)
        for _ in range(NETWORKS // 10)  # ten at a time stay in the processor's cache
        for gram in gram_chain(
            layer_normalised_mlp(relu, 1000, 30), 0.6 * np.eye(10) + 0.4, stream(2, "shard", index), repeats=10
        )
    ]
    return time.process_time() - start, np.stack(gaps)


def run(executor: Executor) -> tuple[float, float, float, dict[int, np.ndarray]]:
    """Return wall time, CPU time of all shards, CPU time of this process and the results of a campaign."""
    wall, own = time.perf_counter(), time.process_time()
    found = dict(executor.map(shard, range(SHARDS)))
    wall, own = time.perf_counter() - wall, time.process_time() - own
    inside = sum(seconds for seconds, _ in found.values())
    return wall, inside, own, {index: gaps for index, (_, gaps) in found.items()}


def rows() -> Iterator[Row]:
    others: dict[str, Executor] = {"--jobs 2": ProcessExecutor(2)}
    if "HAARMITE_SCHEDULER" in os.environ:
        others["--scheduler"] = choose_executor(scheduler=os.environ["HAARMITE_SCHEDULER"])
    serial = SerialExecutor()
    for executor in others.values():
        list(executor.map(shard, range(4)))  # workers start and import
    load = os.getloadavg()[0]
    rounds = [{name: run(executor) for name, executor in [("serial", serial), *others.items()]} for _ in range(ROUNDS)]
    least = {name: min((found[name] for found in rounds), key=lambda one: one[0]) for name in rounds[0]}
    for name, executor in others.items():
        wall, inside, own, results = least[name]
        same = all(np.array_equal(results[index], least["serial"][3][index]) for index in range(SHARDS))
        yield Row(
            f"campaign of {SHARDS} shards, {name}, wall time on {available_cores()} cores",
            wall,
            "one process, wall time",
            least["serial"][0],
            ratio=1.7 if name == "--jobs 2" else None,
            note=f"load before {load:.1f}; cores at work {inside / wall:.2f}; same bits: {'yes' if same else 'NO'}",
        )
        yield Row(f"calling process, CPU per shard, {name}", own / SHARDS, note=f"of shards of {inside / SHARDS:.2f} s")
        if isinstance(executor, DaskExecutor):
            executor.close()


if __name__ == "__main__":
    alone("processes", rows)
