"""The house: imports go one way between packages, and form no circle between files or rooms."""

from __future__ import annotations

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("house_picture", ROOT / "docs" / "house_picture.py")
assert SPEC is not None
assert SPEC.loader is not None
picture = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(picture)
ORDER = {package: place for place, package in enumerate(picture.PACKAGES)}


def test_packages_import_to_the_left_only() -> None:
    for room, others in picture.rooms().items():
        for other in others:
            assert ORDER[other.split("/")[0]] <= ORDER[room.split("/")[0]], f"{room} imports {other}"


def test_no_room_imports_one_that_imports_it() -> None:
    rooms = picture.rooms()
    circles = [room for room in rooms if room in picture._below(room, rooms)]
    assert circles == []


def test_every_room_of_the_picture_is_named_on_the_page() -> None:
    page = (ROOT / "docs" / "house.md").read_text()
    missing = [room for room in picture.rooms() if (ROOT / room).is_dir() and f"`{room}/`" not in page]
    assert missing == []


def test_the_picture_holds_every_room() -> None:
    rooms = picture.rooms()
    drawn = picture.svg(rooms)
    assert all(f">{room.split('/')[1]}</text>" in drawn for room in rooms)
