"""What a check is given: campaigns know the device they are drawn on, and stored samples are not shared between devices."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.array_backend import array_backend, current_backend
from numerics.campaign.result_store import ResultStore
from proofs_check.evidence.trial import PROFILES, Trial, Workplace

KEY = ("A1", "", "case", "check")


def where(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """A shard that says on which back end samplers would compute."""
    return {"samples": rng.random(count), "elsewhere": np.array([float(current_backend().library != "numpy")])}


def trial(device: str) -> Trial:
    return Trial(PROFILES["quick"], 0, KEY, 1e-6, Workplace(device=device))


def test_the_cpu_needs_no_wrapping() -> None:
    campaign = trial("cpu").campaign("mean", where, {"count": 2})
    assert campaign.shard is where
    assert campaign.run(1)[0]["elsewhere"] == 0
    assert campaign.key == Trial(PROFILES["quick"], 0, KEY, 1e-6).campaign("mean", where, {"count": 2}).key


def test_devices_have_keys_of_their_own() -> None:
    keys = {trial(device).campaign("mean", where, {"count": 2}).key for device in ("cpu", "cuda", "torch:cpu")}
    assert len(keys) == 3
    assert len({trial("cuda").campaign("mean", where, {"count": count}).key for count in (2, 3)}) == 2


def test_a_shard_is_drawn_on_its_device(tmp_path) -> None:  # type: ignore[no-untyped-def]
    try:
        array_backend("torch:cpu")
    except ValueError as error:
        pytest.skip(str(error))
    with ResultStore(tmp_path / "samples.sqlite") as store:
        for device, expected in (("cpu", 0), ("torch:cpu", 1)):
            (found,) = trial(device).campaign("mean", where, {"count": 2}).run(1, store=store)
            assert found["elsewhere"] == expected
    assert current_backend().library == "numpy"
