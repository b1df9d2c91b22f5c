"""How `make docs` builds the pages: MyST Markdown for the guide, the API reference from the docstrings."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from pathlib import Path
from typing import Any

project = "haarmite"
author = "the haarmite authors"
version = release = importlib.metadata.version("haarmite")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
]
exclude_patterns = ["_build", "README.md"]
templates_path = ["_templates"]
smartquotes = False  # an apostrophe is a prime
html_theme = "furo"
html_title = f"haarmite {version}"
html_static_path: list[str] = []

myst_enable_extensions = ["deflist", "attrs_inline"]
myst_heading_anchors = 3

# Two classes may share a short name (a claim, and the claim of a certificate): the signature then links to the first.
suppress_warnings = ["ref.python"]

autosummary_generate = True
autodoc_default_options = {
    "members": True,
    "show-inheritance": True,
    "member-order": "bysource",
    "ignore-module-all": True,
}
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False

# Docstrings are written to be read in a terminal: |rho|, x* and X_ are mathematics there, not markup.
LITERAL = re.compile(r"(``.+?``|`[^`]+`)")
MARKUP = re.compile(r"(?<!\\)([|*]|(?<=\w)_(?!\w))")
EXAMPLE = re.compile(r"^\s*(>>>|\.\.\. )")


def escape_mathematics(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Escape reStructuredText's own signs outside literals and examples."""
    if what == "module":
        lines[:] = separate_blocks(lines)
    elif what in ("property", "attribute"):
        lines.insert(0, "")  # else napoleon takes the words before a colon for a type
    in_example = in_literal = False
    margin = 0
    for number, line in enumerate(lines):
        if EXAMPLE.match(line):
            in_example = True
        elif not line.strip():
            in_example = False
        indent = len(line) - len(line.lstrip())
        if in_literal and line.strip() and indent <= margin:
            in_literal = False
        if not (in_example or in_literal):
            parts = LITERAL.split(line)
            lines[number] = "".join(
                part if index % 2 else MARKUP.sub(r"\\\1", part) for index, part in enumerate(parts)
            )
        if line.rstrip().endswith("::"):
            in_literal, margin = True, indent


def separate_blocks(lines: list[str]) -> list[str]:
    """Put blank lines around the formulas and between the references that module docstrings indent without them."""
    separated: list[str] = []
    for line in lines:
        before = separated[-1] if separated else ""
        formula_begins = line.startswith("    ") and before and not before.startswith((" ", "-", "[", "..", ">>>"))
        formula_ends = before.startswith("    ") and line and not line.startswith(" ")
        list_begins = line.startswith("- ") and not before.startswith((" ", "- "))
        if before and (formula_begins or formula_ends or list_begins or line.startswith("[")):
            separated.append("")
        separated.append(line)
    return separated


def shallow_navigation(app: Any, pagename: str, templatename: str, context: dict[str, Any], doctree: Any) -> None:
    """Keep the side bar to two levels: the whole tree on each of some hundred pages took most of the build."""
    if toctree := context.get("toctree"):
        context["toctree"] = lambda **options: toctree(**options | {"maxdepth": 2})


def setup(app: Any) -> None:
    """Connect the escape before napoleon reads the sections, the navigation before the theme asks for it."""
    app.connect("html-page-context", shallow_navigation, priority=100)
    spec = importlib.util.spec_from_file_location("house_picture", Path(__file__).with_name("house_picture.py"))
    assert spec is not None
    assert spec.loader is not None
    picture = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(picture)
    picture.draw(Path(__file__).parent / "api" / "house.svg")
    app.connect("autodoc-process-docstring", escape_mathematics, priority=100)
