"""The peers: libraries that the benchmarks run beside this one, each set in a virtual environment of its own.

    python -m benchmarks.peers

makes `.venv-bench` (torch for the CPU, haarpy) and `.venv-bench-jax` (neural-tangents with the last jax it works with)
beside the project and says which peers cannot be installed; the benchmarks then leave their figures out. A benchmark makes a
peer importable by putting that environment's packages *behind* its own on the path: both compute in one process, with the
same NumPy. ``HAARMITE_PEERS`` may name other environments, separated as in ``PATH``; they are looked at first.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import subprocess
import sys
import types
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

__all__ = ["PEERS", "Peer", "install", "peer_module"]

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Peer:
    """A library to compare with.

    Parameters
    ----------
    package, module : str
        Its names for pip and for `import`.
    environment : str
        Folder beside the project.
    requirements : tuple of tuple of str
        What pip is asked for, one call each.
    """

    package: str
    module: str
    environment: str
    requirements: tuple[tuple[str, ...], ...]


PEERS = {
    "torch": Peer(
        "torch",
        "torch",
        ".venv-bench",
        # the index with the builds without CUDA, which take a tenth of the room; other systems find theirs on PyPI
        (("--extra-index-url", "https://download.pytorch.org/whl/cpu", "torch==2.13.0"),),
    ),
    "haarpy": Peer("haarpy", "haarpy", ".venv-bench", (("haarpy==0.1.1",),)),
    "neural-tangents": Peer(
        "neural-tangents",
        "neural_tangents",
        ".venv-bench-jax",
        # Its own requirements pull TensorFlow, which no kernel needs, and a jax that it does not import with.
        (
            ("jax==0.5.3", "jaxlib==0.5.3", "frozendict", "typing_extensions"),
            ("--no-deps", "neural-tangents==0.6.5"),
        ),
    ),
}


def install(peer: Peer) -> str | None:
    """Install a peer where it is missing; return why it cannot be, or None."""
    folder = ROOT / peer.environment
    python = folder / "bin" / "python"
    try:
        if not python.exists():
            subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True, text=True)
        if _site_packages(folder) is not None and _version(peer, folder) is not None:
            return None
        for requirement in peer.requirements:
            command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirement]
            subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
    except subprocess.TimeoutExpired:
        return "pip did not finish within 15 minutes"
    except subprocess.CalledProcessError as error:
        return (error.stderr or error.stdout or str(error)).strip().splitlines()[-1]
    return None


def peer_module(name: str) -> Any:
    """Return a peer's module, or None where it cannot be imported, which is said on standard error."""
    peer = PEERS[name]
    if name == "neural-tangents":  # its `experimental` part imports TensorFlow, which no kernel needs
        sys.modules.setdefault("neural_tangents.experimental", types.ModuleType("neural_tangents.experimental"))
    if importlib.util.find_spec(peer.module) is None:
        for folder in _environments(peer):
            packages = _site_packages(folder)
            if packages is not None and (packages / peer.module).is_dir():
                sys.path.append(str(packages))
                importlib.invalidate_caches()
                break
    try:
        return importlib.import_module(peer.module)
    except ImportError as error:
        print(f"{name} cannot be imported here ({error}): no figures for it", file=sys.stderr)
        return None


def version(name: str) -> str | None:
    """Return a peer's version where a benchmark would find it, or None."""
    peer = PEERS[name]
    try:
        return metadata.version(peer.package)
    except metadata.PackageNotFoundError:
        found = (_version(peer, folder) for folder in _environments(peer))
        return next((number for number in found if number is not None), None)


def path_of(name: str) -> str:
    """Return the folder whose packages hold a peer, for a child process; "" where there is none or it needs none."""
    peer = PEERS[name]
    for folder in _environments(peer):
        packages = _site_packages(folder)
        if packages is not None and (packages / peer.module).is_dir():
            return str(packages)
    return ""


def _environments(peer: Peer) -> list[Path]:
    named = [Path(part) for part in os.environ.get("HAARMITE_PEERS", "").split(os.pathsep) if part]
    return [*named, ROOT / peer.environment]


def _site_packages(folder: Path) -> Path | None:
    """Return the packages of an environment of this Python's version."""
    packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    return packages if packages.is_dir() else None


def _version(peer: Peer, folder: Path) -> str | None:
    packages = _site_packages(folder)
    if packages is None:
        return None
    return next((found.version for found in metadata.distributions(name=peer.package, path=[str(packages)])), None)


def main() -> None:
    """Install what is missing; a peer that cannot be installed is reported, not an error."""
    for name, peer in PEERS.items():
        known = version(name)
        trouble = None if known is not None else install(peer)
        if trouble is not None:
            print(f"benchmarks: {name} cannot be installed here ({trouble}); its figures are left out")
        elif known is None:
            print(f"benchmarks: installed {name} {version(name)} into {peer.environment}")


if __name__ == "__main__":
    main()
