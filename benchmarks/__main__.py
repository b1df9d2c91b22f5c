"""Runs every benchmark one after another: `python -m benchmarks`, or those named: `python -m benchmarks weingarten`."""

from __future__ import annotations

import pkgutil
import runpy
import sys

import benchmarks

names = sorted(m.name for m in pkgutil.iter_modules(benchmarks.__path__) if not m.name.startswith("_"))
wanted = sys.argv[1:] or names
unknown = sorted(set(wanted) - set(names))
if unknown:
    sys.exit(f"benchmarks needs names of {', '.join(names)}, got {', '.join(unknown)}")
sys.argv = sys.argv[:1]
for name in wanted:
    print(f"\n== {name}", flush=True)
    runpy.run_module(f"benchmarks.{name}", run_name="__main__")
