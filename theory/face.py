"""A package's public face: names that are imported from where they are defined when first used, so that `import` stays cheap."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_face(package: str, homes: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a package that offers these names.

    Parameters
    ----------
    package
        Dotted name of the package (its `__name__`).
    homes
        Public name -> dotted name of the module that defines it.

    Returns
    -------
    tuple
        ``__getattr__`` imports a name's module on first use and keeps the object; it raises AttributeError for
        other names. ``__dir__`` lists the public names beside what is loaded.
    """

    def find(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home = import_module(homes[name])
        try:
            value = getattr(home, name)
        except AttributeError:  # a package of that name, which nothing has imported yet
            value = import_module(f"{homes[name]}.{name}")
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return find, names
