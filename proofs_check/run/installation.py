"""What this installation is made of, and what is missing for full speed or full trust."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from typing import Any

import numpy as np
from sympy.external.gmpy import GROUND_TYPES

PACKAGES = (
    "haarmite",
    "sympy",
    "mpmath",
    "numpy",
    "python-flint",
    "scipy",
    "joblib",
    "cloudpickle",
    "hypothesis",
    "pytest",
    "typer",
    "rich",
    "jinja2",
)


def examine() -> dict[str, Any]:
    """Return ``{"schema", "facts": {name: text}, "problems": [text]}``; no problem means everything is in place."""
    facts: dict[str, str] = {"python": platform.python_version(), "system": f"{platform.system()} {platform.machine()}"}
    problems: list[str] = []
    for name in PACKAGES:
        try:
            facts[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            facts[name] = "missing"
            problems.append(f"{name} is not installed: pip install {name}")

    facts["sympy ground types"] = GROUND_TYPES
    if GROUND_TYPES != "flint":
        problems.append(
            f"SymPy computes with {GROUND_TYPES} numbers, not flint (it accepts only listed versions of python-flint): "
            "exact algebra is up to ten times slower"
        )
    facts["cores"] = str(os.cpu_count())
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        facts[variable] = os.environ.get(variable, "not set")
    facts["BLAS"] = _blas()
    facts["dask.distributed"] = _optional("distributed", "pip install 'haarmite[cluster]' for --scheduler")
    facts["torch"] = _optional("torch", "pip install 'haarmite[torch]' for check")
    facts["pandas"] = _optional("pandas", "pip install pandas for to_frame()")
    facts["matplotlib"] = _optional("matplotlib", "pip install matplotlib for plot()")
    facts["coqc"] = shutil.which("coqc") or "not installed (optional: Debian packages coq, libcoq-interval)"
    return {"schema": 1, "facts": facts, "problems": problems}


def _blas() -> str:
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return f"{blas.get('name')} {blas.get('version')}"


def _optional(package: str, remedy: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return f"not installed (optional: {remedy})"
