"""What changed between two runs: every entry of two `report.json` that differs, apart from seconds.

python -m benchmarks.compare_reports before/report.json after/report.json

Prints one line per difference (claim, where, before, after) and a summary; exit code 0 if nothing but times differ, else 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SKIPPED = {"seconds", "version"}


def differences(before: Any, after: Any, where: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Yield (place, before, after) for every leaf that differs; lists of named entries are matched by their names."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys((*before, *after)):
            if key not in SKIPPED:
                yield from differences(before.get(key), after.get(key), f"{where}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and (names := _named(before)) and _named(after):
        other = dict(zip(_named(after), after, strict=True))
        own = dict(zip(names, before, strict=True))
        for name in dict.fromkeys((*own, *other)):
            yield from differences(own.get(name), other.get(name), f"{where}/{name}")
    elif before != after:
        yield where, before, after


def _named(entries: list[Any]) -> list[str]:
    """Return what tells the entries of a list apart; nothing if they are not entries or not told apart."""
    keys = [
        " ".join(
            str(entry.get(key)) for key in ("id", "claim", "check", "case", "name", "printed", "title") if key in entry
        )
        for entry in entries
        if isinstance(entry, dict)
    ]
    return keys if len(set(keys)) == len(entries) else []


def main(arguments: list[str]) -> int:
    """Print the differences of two reports."""
    before, after = (json.loads(Path(name).read_text()) for name in arguments)
    found = list(differences(before, after))
    for where, old, new in found:
        print(f"{where}\n    {_short(old)}\n    {_short(new)}")
    print(f"{len(found)} differences")
    return 1 if found else 0


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 300 else text[:297] + "..."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
