"""Programs that the fault tests start and kill: a campaign on any executor, and a Dask cluster that kills its own workers."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import time
from contextlib import ExitStack

from numerics.campaign.campaign import Campaign
from numerics.campaign.executor import ProcessExecutor, SerialExecutor
from numerics.campaign.result_store import ResultStore


def walk(rng, steps, seconds):
    """A random walk that takes its time."""
    time.sleep(seconds)
    path = rng.standard_normal(steps).cumsum()
    return {"end": path[-1], "path": path}


def run_campaign(store: str, where: str, shards: int, seconds: float) -> None:
    """Run the campaign and print the digest of its results, bit by bit."""
    campaign = Campaign("walk", "fault", walk, {"steps": 5, "seconds": seconds}, root_seed=1)
    with ExitStack() as stack:
        if where.startswith("tcp"):
            from numerics.campaign.executor import DaskExecutor

            executor = stack.enter_context(DaskExecutor(where))
        else:
            executor = SerialExecutor() if where == "serial" else ProcessExecutor(int(where))
        opened = stack.enter_context(ResultStore(store)) if store != "none" else None
        seen = []

        def announce(done: int, total: int) -> None:
            seen.append(done)
            if len(seen) == 2:
                print("working", flush=True)

        print("started", flush=True)
        results = campaign.run(shards, executor=executor, store=opened, on_progress=announce)
    bits = hashlib.sha256(b"".join(result["path"].tobytes() for result in results))
    print(len(results), bits.hexdigest(), flush=True)


def run_cluster(workers: int) -> None:
    """Print the address of a cluster; kill the worker of each number read from standard input."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        for line in sys.stdin:
            nanny = list(cluster.workers.values())[int(line) % workers]
            pid = nanny.pid
            if pid:
                os.kill(pid, signal.SIGKILL)
            print(pid or 0, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "cluster":
        run_cluster(int(sys.argv[2]))
    else:
        run_campaign(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
