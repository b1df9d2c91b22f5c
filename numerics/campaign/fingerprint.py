r"""What determines a stored number: code, versions, machine type and configuration, reduced to one SHA-256.

A result may be used again only when everything that went into it is the same. The fingerprint covers the source of the
shard function and of its module, every source file of the packages ``theory`` and ``numerics``, the versions of Python
and of the numerical libraries, the machine type, and the configuration with exact floats. It does not see which
kernels a BLAS picks on the processor at hand (they round differently) nor a user's further modules; bits are promised
per machine type only.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import platform
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

_LIBRARIES = ("haarmite", "numpy", "scipy", "mpmath", "sympy", "python-flint")
_PACKAGES = ("theory", "numerics")


@cache
def environment() -> dict[str, str]:
    """Return versions, machine type and source digest of this process; computed once.

    Returns
    -------
    dict of str to str
        One entry each for Python, the machine, every numerical library ("absent" where it is not installed), and
        ``"sources"``, a digest of the source files of the exact and the sampling package.

    Examples
    --------
    >>> sorted(environment())
    ['haarmite', 'machine', 'mpmath', 'numpy', 'python', 'python-flint', 'scipy', 'sources', 'sympy']
    """
    found = {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "machine": f"{platform.system()} {platform.machine()}",
        "sources": _source_digest(),
    }
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def digest(description: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a description, in hexadecimal digits.

    Parameters
    ----------
    description : mapping
        Values as in :func:`canonical`.

    Returns
    -------
    str
        64 digits; the order of the entries does not matter.

    Raises
    ------
    TypeError
        When a value has no canonical form.

    Examples
    --------
    >>> digest({"width": 3, "gain": 0.5}) == digest({"gain": 0.5, "width": 3}) != digest({"gain": 0.5, "width": 3.0})
    True
    """
    return hashlib.sha256(json.dumps(canonical(description), sort_keys=True).encode()).hexdigest()


def canonical(value: Any) -> Any:
    """Return a value as JSON data from which it could be rebuilt exactly.

    Parameters
    ----------
    value : object
        None, bool, int, float, str, Fraction, a NumPy scalar or array of numbers, a list, tuple or mapping with text
        keys, a function without captured variables, or a dataclass of such.

    Returns
    -------
    object
        Plain data; floats keep every bit (``repr`` is exact), other types carry their name.

    Raises
    ------
    TypeError
        When a part is of another type, whose content a digest might miss.

    Examples
    --------
    >>> canonical({"p": Fraction(1, 3), "widths": (2, 3)})
    {'mapping': {'p': {'Fraction': '1/3'}, 'widths': {'tuple': [2, 3]}}}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Fraction):
        return {"Fraction": str(value)}
    if isinstance(value, list):
        return [canonical(part) for part in value]
    if isinstance(value, tuple):
        return {"tuple": [canonical(part) for part in value]}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return {"ndarray": [value.dtype.str, list(value.shape), content]}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {"mapping": {key: canonical(part) for key, part in value.items()}}
    if inspect.isfunction(value):
        return {"function": function_source(value)}
    if is_dataclass(value) and not isinstance(value, type):
        members = {field.name: canonical(getattr(value, field.name)) for field in fields(value)}
        return {f"{type(value).__module__}.{type(value).__qualname__}": members}
    raise TypeError(
        f"canonical needs numbers, text, arrays, lists, tuples, mappings with text keys, functions or dataclasses (a digest "
        f"must see all of a value), got {type(value).__module__}.{type(value).__qualname__}; pass its description instead."
    )


def function_source(function: Callable[..., Any]) -> list[str]:
    """Return name, source and module source of a function; its closure must be empty.

    Parameters
    ----------
    function : callable
        A function defined with ``def`` (or ``lambda``) at the top level of a module.

    Returns
    -------
    list of str
        Everything in them that can change what the function computes.

    Raises
    ------
    TypeError
        When it is no Python function, or captures variables: their values would not be part of the fingerprint.

    Examples
    --------
    >>> function_source(function_source)[0]
    'numerics.campaign.fingerprint.function_source'
    """
    if not inspect.isfunction(function):
        raise TypeError(f"function_source needs a function defined in Python (its source is hashed), got {function!r}.")
    if function.__closure__:
        raise TypeError(
            f"function_source needs a function without captured variables (they would escape the fingerprint), "
            f"got {function.__qualname__} capturing {', '.join(function.__code__.co_freevars)}; pass them as configuration."
        )
    try:
        source = inspect.getsource(function)
    except OSError:
        raise TypeError(
            f"function_source needs a function whose source can be read (it is hashed), "
            f"got {function.__module__}.{function.__qualname__}; define it in a file."
        ) from None
    # The helpers and constants that the function uses stand beside it.
    module = getattr(sys.modules.get(function.__module__), "__file__", None)
    beside = Path(module).read_text() if module and Path(module).is_file() else ""
    return [f"{function.__module__}.{function.__qualname__}", source, beside]


def _source_digest() -> str:
    total = hashlib.sha256()
    for package in _PACKAGES:
        spec = find_spec(package)
        for root in (spec.submodule_search_locations or []) if spec else []:
            for path in sorted(Path(root).rglob("*.py")):
                total.update(f"{package}/{path.relative_to(root).as_posix()}\n".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
