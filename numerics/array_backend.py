"""Where arrays live: NumPy, or torch on a device where it is installed.

The layers use only functions that NumPy 2 and torch spell alike, nearly all of them of the array API standard [1]
(``mean`` with ``axis`` and ``keepdims``, ``sqrt``, ``where``, ``linalg.cholesky``, ``linalg.qr``, ...); they find them in
the module their argument belongs to. So a library is chosen once, where the batch and the random numbers come from.

**Streams.** Each back end draws on its own device, from a generator seeded by the named stream that NumPy would have
used: one address gives one sequence per back end, and the same verdicts, not the same numbers, across them.

**Default.** Samplers that are given no back end take `current_backend`: NumPy, unless a run asked for another device
(``haarmite verify --device cuda``), which `computing_on` sets for the duration of a shard, in the process that draws it.

References
----------
[1] Consortium for Python Data API Standards, Python array API standard, version 2023.12.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np

__all__ = [
    "NUMPY",
    "Array",
    "ArrayBackend",
    "NormalSource",
    "array_backend",
    "array_namespace",
    "available_devices",
    "computing_on",
    "current_backend",
    "shard_on_device",
    "to_host",
]

Array: TypeAlias = Any
"""An array of NumPy or torch."""

Library = Literal["numpy", "torch"]


class NormalSource(Protocol):
    """What random layers ask for: `numpy.random.Generator`, or `TorchNormals`."""

    def standard_normal(self, size: Any, dtype: Any = ..., /) -> Array:
        """Return independent N(0, 1) numbers."""
        ...


def array_namespace(array: Array) -> ModuleType:
    """Return the module whose functions take this array.

    Examples
    --------
    >>> array_namespace(np.zeros(2)).__name__
    'numpy'
    """
    return np if isinstance(array, np.ndarray) else sys.modules[type(array).__module__.split(".")[0]]


def to_host(array: Array) -> np.ndarray:
    """Return the array as NumPy's, copied from its device where it is on one."""
    return array if isinstance(array, np.ndarray) else np.asarray(array.cpu().numpy())


@dataclass(frozen=True, slots=True)
class ArrayBackend:
    """A library and a device of it; made by `array_backend`.

    Parameters
    ----------
    library : {"numpy", "torch"}
    device : str
        As the library writes it: ``cpu``, ``cuda``, ``cuda:1``, ``mps``.
    """

    library: Library
    device: str

    def asarray(self, array: np.ndarray, dtype: str) -> Array:
        """Return a copy on the device; `dtype` is ``"float64"`` or ``"float32"``."""
        host = np.asarray(array, dtype=dtype)
        if self.library == "numpy":
            return host
        return importlib.import_module("torch").asarray(host, device=self.device, copy=True)

    def normals(self, rng: np.random.Generator) -> NormalSource:
        """Return the source of normal numbers that belongs to a stream; NumPy's is the generator itself."""
        if self.library == "numpy":
            return rng
        seed = int(rng.integers(2**63 - 1))
        return TorchNormals(importlib.import_module("torch").Generator(device=self.device).manual_seed(seed))


@dataclass(frozen=True, slots=True)
class TorchNormals:
    """N(0, 1) numbers of a torch generator, on its device."""

    generator: Any

    def standard_normal(self, size: tuple[int, ...], dtype: Any = None) -> Array:
        """Return a tensor of this shape."""
        torch = importlib.import_module("torch")
        return torch.randn(size, generator=self.generator, device=self.generator.device, dtype=dtype)


NUMPY = ArrayBackend("numpy", "cpu")
"""The back end that is always there."""

_CURRENT: ContextVar[ArrayBackend] = ContextVar("backend", default=NUMPY)


def current_backend() -> ArrayBackend:
    """Return the back end of samplers that are given none.

    Examples
    --------
    >>> current_backend().library
    'numpy'
    """
    return _CURRENT.get()


@contextmanager
def computing_on(device: str) -> Iterator[ArrayBackend]:
    """Let samplers that are given no back end compute on a device, in this thread, until the block ends.

    Raises
    ------
    TypeError, ValueError
        As `array_backend`.

    Examples
    --------
    >>> with computing_on("cpu") as backend:
    ...     backend is current_backend()
    True
    """
    token = _CURRENT.set(array_backend(device))
    try:
        yield _CURRENT.get()
    finally:
        _CURRENT.reset(token)


def shard_on_device(
    rng: np.random.Generator, device: str, shard: Callable[..., Mapping[str, Any]], config: dict[str, Any]
) -> Mapping[str, Any]:
    """Return the result of a campaign's shard function with its samplers on a device.

    A shard function itself: the device is part of the campaign's configuration, and stored numbers of one device are never
    taken for those of another.
    """
    with computing_on(device):
        return shard(rng, **config)


def available_devices() -> tuple[str, ...]:
    """Return the devices that `array_backend` would accept here, by their shortest names.

    Examples
    --------
    >>> available_devices()[0]
    'cpu'
    """
    kinds = {"torch:cpu": "cpu", "mps": "mps", "cuda": "cuda"}
    return ("cpu", *(device for device, kind in kinds.items() if _trouble(kind, 0) is None))


def array_backend(device: str = "cpu") -> ArrayBackend:
    """Return the back end for a device, checked to be there.

    Parameters
    ----------
    device : str
        ``cpu`` is NumPy; ``torch:cpu``, ``cuda``, ``cuda:1``, ``torch:cuda:1`` and ``mps`` are torch. Only the first two
        are run by this project's tests.

    Returns
    -------
    ArrayBackend

    Raises
    ------
    TypeError
        If `device` is no text.
    ValueError
        If it is none of these, torch is not installed, or the device is not there.

    Examples
    --------
    >>> array_backend().library
    'numpy'
    """
    if not isinstance(device, str):
        raise TypeError(f"array_backend needs a device as text, got device={device!r}.")
    if device in ("cpu", "numpy", "numpy:cpu"):
        return NUMPY
    place = device.removeprefix("torch:") if device != "torch" else "cuda"
    kind, _, number = place.partition(":")
    if (kind not in ("cpu", "cuda", "mps")) or (number and not number.isdecimal()):
        raise ValueError(
            f"array_backend needs a device such as 'cpu', 'cuda', 'cuda:1', 'mps' or 'torch:cpu', got device={device!r}."
        )
    trouble = _trouble(kind, int(number or 0))
    if trouble is None:
        return ArrayBackend("torch", place)
    raise ValueError(
        f"array_backend needs a device that is there, got device={device!r} (torch: {trouble}); "
        f"there is {', '.join(available_devices())}."
    )


def _trouble(kind: str, number: int) -> str | None:
    """Say why torch cannot compute on a device, or return None."""
    try:
        torch = importlib.import_module("torch")
    except ImportError as error:
        return f"cannot be imported ({error})"
    if kind == "cpu":
        return None
    if kind == "mps":
        return None if torch.backends.mps.is_available() else "sees no such device"
    count = torch.cuda.device_count()
    return None if number < count else f"sees {count} CUDA devices"
