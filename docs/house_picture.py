"""Draws the house from its imports: packages as columns, rooms as boxes, each room above everything it imports.

python docs/house_picture.py FILE.svg      # `make docs` does it for the page "The house"

A room is a folder of a package, or a file that stands in the package itself. A line goes from a room down to one that it imports,
unless another room between them says so already; between packages imports go to the left only. The packages' faces (`__init__.py`, `haarmite/`) import everything by name and are left out.
"""

from __future__ import annotations

import ast
import html
import sys
from collections import defaultdict
from pathlib import Path

PACKAGES = ("theory", "numerics", "proofs_check")
ROOT = Path(__file__).resolve().parents[1]
WIDTH, HEIGHT, GAP, FLOOR = 150, 34, 14, 78
COLOURS = {"theory": "#0072b2", "numerics": "#009e73", "proofs_check": "#d55e00"}


def rooms() -> dict[str, set[str]]:
    """Return room -> rooms it imports; a room is ``package/folder`` or ``package/file``."""
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.name != "__init__.py"
    }
    found: dict[str, set[str]] = {_room(module): set() for module in modules}
    for module, path in modules.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                for name in (node.module, *(f"{node.module}.{alias.name}" for alias in node.names)):
                    room = _room(name)
                    if "." in name and room in found and room != _room(module):
                        found[_room(module)].add(room)
    return found


def _room(module: str) -> str:
    return "/".join(module.split(".")[:2])


def floors(found: dict[str, set[str]]) -> dict[str, int]:
    """Return on which floor of its package a room stands: above every room of the package that it imports.

    Rooms that import one another stand on one floor.
    """
    level = dict.fromkeys(found, 0)
    for _ in found:
        for room, others in found.items():
            below = [level[o] for o in others if o.split("/")[0] == room.split("/")[0] and room not in found[o]]
            level[room] = max([level[room], *(height + 1 for height in below)])
    return level


def svg(found: dict[str, set[str]]) -> str:
    """Return the picture: one column a package, theory on the left, floors upwards."""
    level, places, columns, left = floors(found), {}, [], 20
    tallest = max(level.values()) + 1
    bottom = 60 + tallest * FLOOR
    for package in PACKAGES:
        by_floor: dict[int, list[str]] = defaultdict(list)
        for room in sorted(found):
            if room.startswith(package + "/"):
                by_floor[level[room]].append(room)
        widest = max(map(len, by_floor.values()))
        for height, row in by_floor.items():
            start = left + (widest - len(row)) * (WIDTH + GAP) / 2
            for k, room in enumerate(row):
                places[room] = (start + k * (WIDTH + GAP), bottom - (height + 1) * FLOOR)
        columns.append((package, left, widest * (WIDTH + GAP)))
        left += widest * (WIDTH + GAP) + 60
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left} {bottom + 20}" font-family="sans-serif" font-size="13">'
    ]
    lines.append('<rect width="100%" height="100%" fill="white"/>')
    names = " ← ".join(PACKAGES)
    lines.append(
        f'<text x="{left / 2}" y="{bottom + 10}" text-anchor="middle">imports between packages: {names}</text>'
    )
    for package, start, width in columns:
        lines.append(
            f'<text x="{start + width / 2}" y="30" text-anchor="middle" font-size="18" font-weight="bold">{package}</text>'
        )
    for room, others in sorted(found.items()):
        x, y = places[room]
        for other in sorted(_nearest(room, others, found)):
            to_x, to_y = places[other]
            colour = COLOURS[other.split("/")[0]]
            lines.append(
                f'<path d="M{x + WIDTH / 2} {y + HEIGHT} C{x + WIDTH / 2} {y + HEIGHT + 30} {to_x + WIDTH / 2} {to_y - 30} '
                f'{to_x + WIDTH / 2} {to_y}" fill="none" stroke="{colour}" stroke-opacity="0.6"/>'
            )
    for room, (x, y) in places.items():
        colour = COLOURS[room.split("/")[0]]
        label = html.escape(room.split("/")[1])
        lines.append(
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="5" fill="white" stroke="{colour}" stroke-width="1.5"/>'
        )
        lines.append(f'<text x="{x + WIDTH / 2}" y="{y + 22}" text-anchor="middle">{label}</text>')
    return "\n".join([*lines, "</svg>", ""])


def _nearest(room: str, others: set[str], found: dict[str, set[str]]) -> set[str]:
    """Return the imported rooms of the same package that are reached through no other."""
    near = {other for other in others if other.split("/")[0] == room.split("/")[0]}
    return {o for o in near if not any(o in _below(between, found) for between in near - {o})}


def _below(room: str, found: dict[str, set[str]]) -> set[str]:
    """Return every room that a room imports, directly or not."""
    seen, waiting = set(), [room]
    while waiting:
        new = found[waiting.pop()] - seen
        seen |= new
        waiting += new
    return seen


def draw(target: Path) -> None:
    """Write the picture of the house as it stands."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(svg(rooms()), encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
