"""Claims from a user's own file: every `Claim` that its module level makes, and what could not be read, by file and line.

The file runs as Python from its path, under a module name of its own that stays the same from run to run (a store knows
samples by it, and worker processes get the module by value). It runs statement by statement: one that raises is reported,
what it would have bound is taken away, and the others go on, so that one bad claim does not silence its neighbours.
Statements that then fail only because of a name that is missing since are not reported again.

Modules beside the file can be imported by plain name: its folder is appended to `sys.path`.
"""

from __future__ import annotations
import __future__

import ast
import hashlib
import importlib.util
import linecache
import re
import sys
import tomllib
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from proofs_check.claim.claim import Claim
from proofs_check.ledger import headers, is_of_the_ledger
from proofs_check.ledger.papers import KEYS


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in a claim file that could not be read.

    Parameters
    ----------
    where : str
        ``FILE:LINE``, or the file alone.
    what : str
        What is wrong, and what to do.
    """

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class ClaimFile:
    """What a file holds: its claims in the order they were made, and what could not be read."""

    path: Path
    claims: tuple[Claim, ...]
    troubles: tuple[Trouble, ...]

    @property
    def name(self) -> str:
        """The path as it was given."""
        return str(self.path)


def is_claim_file(name: str) -> bool:
    """Return whether a name on the command line means a file rather than a claim or a paper.

    Examples
    --------
    >>> is_claim_file("mine.py::X1"), is_claim_file("claims/"), is_claim_file("A'")
    (True, True, False)
    """
    path = name.partition("::")[0]
    return path.endswith((".py", ".toml")) or "/" in path or "\\" in path or Path(path).exists()


def read_claim_file(path: Path) -> ClaimFile:
    """Run a file and return its claims; what is wrong with it is returned, not raised.

    Parameters
    ----------
    path : Path
        A Python file, or sentences in TOML (`proofs_check.run.sentence_file`).

    Returns
    -------
    ClaimFile
        Claims with a complete definition and distinct ids; a trouble for everything else, in the order of the lines.
    """
    if path.suffix == ".toml" and path.is_file():
        return _sentences(path)
    try:
        tree = _parsed(path)
    except _UnreadableError as error:
        return ClaimFile(path, (), (Trouble(*error.args),))
    run = _Run(path, _module_of(path))
    run.execute(tree)
    claims, troubles = _complete(run)
    if not claims and not troubles:
        what = "no claim at module level; write `claim = Claim(...)`, or a list `claims` (`haarmite new claims.toml` writes a file to begin with)"
        troubles = [Trouble(str(path), what)]
    return ClaimFile(path, tuple(claims), tuple(sorted(troubles, key=_line)))


def _sentences(path: Path) -> ClaimFile:
    """Return the claims of a TOML file."""
    from proofs_check.run.sentence_file import (
        read_sentences,  # the judge: a fifth of a second that no Python file needs
    )

    try:
        found, wrong = read_sentences(path)
    except tomllib.TOMLDecodeError as error:
        return ClaimFile(path, (), (Trouble(str(path), f"is no TOML: {error}"),))
    except (OSError, UnicodeDecodeError) as error:
        return ClaimFile(path, (), (Trouble(str(path), f"cannot be read ({error})"),))
    troubles = [Trouble(f"{path}:{line}", what) for line, what in wrong]
    claims = []
    for claim, line in found:
        reason = _incomplete(claim)
        if reason is None:
            claims.append(claim)
        else:
            troubles.append(Trouble(f"{path}:{line}", reason))
    if not claims and not troubles:
        troubles = [Trouble(str(path), 'no claim; write a table [ID] with a line claim = "..."')]
    return ClaimFile(path, tuple(claims), tuple(sorted(troubles, key=_line)))


class _UnreadableError(Exception):
    """The file as a whole cannot be read; the arguments are those of a `Trouble`."""


def _parsed(path: Path) -> ast.Module:
    name = str(path)
    if path.is_dir():
        raise _UnreadableError(
            name, "is a folder; name the claim files in it, for example " + str(path / "my_claims.py")
        )
    if not path.exists():
        raise _UnreadableError(name, "no such file")
    if path.suffix != ".py":
        raise _UnreadableError(name, "a claim file is Python or TOML and its name ends in .py or .toml")
    try:
        return ast.parse(path.read_bytes(), filename=name)
    except OSError as error:
        raise _UnreadableError(name, f"cannot be read ({error.strerror})") from None
    except SyntaxError as error:
        text = f" in `{error.text.strip()}`" if error.text else ""
        raise _UnreadableError(f"{name}:{error.lineno or 1}", f"syntax error: {error.msg}{text}") from None
    except ValueError as error:  # a null byte
        raise _UnreadableError(name, f"is no Python source ({error})") from None


def _module_of(path: Path) -> ModuleType:
    """Return a fresh, registered module for a file, with a name that depends on the path alone."""
    import cloudpickle

    place = path.resolve()
    stem = re.sub(r"\W", "_", path.stem)
    name = f"haarmite_claims_{stem}_{hashlib.sha256(str(place).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, place)
    assert spec is not None  # the suffix is .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up by name
    cloudpickle.register_pickle_by_value(module)  # workers cannot import it by that name
    if str(place.parent) not in sys.path:
        sys.path.append(str(place.parent))
    linecache.checkcache(str(place))
    return module


@dataclass
class _Run:
    """One execution of a file, statement by statement."""

    path: Path
    module: ModuleType
    claims: dict[int, tuple[Claim, int]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)

    def execute(self, tree: ast.Module) -> None:
        flags = _future_flags(tree)
        self.module.__doc__ = ast.get_docstring(tree)
        for statement in tree.body:
            code = self._compiled(statement, flags)
            if code is not None:
                self._run(statement, code)
        listed = self.module.__dict__.get("claims")
        for entry in listed if isinstance(listed, (list, tuple)) else ():
            if not isinstance(entry, Claim):
                self.troubles.append(Trouble(str(self.path), f"`claims` lists claims, got {_shortened(entry)} in it"))

    def _compiled(self, statement: ast.stmt, flags: int) -> CodeType | None:
        module = ast.Module([statement], [])
        try:
            return compile(module, str(self.path.resolve()), "exec", flags=flags, dont_inherit=True)
        except SyntaxError as error:  # what only the compiler sees: `return` outside a function
            self._add(error.lineno or statement.lineno, f"syntax error: {error.msg}")
            return None

    def _run(self, statement: ast.stmt, code: CodeType) -> None:
        """Execute one statement; report what it raises, and take away what it would have bound."""
        bound = set(_bound_names(statement))
        try:
            exec(code, self.module.__dict__)  # the user's own program, run on the user's own request
            self.missing -= bound
            self._collect(statement)
        except (Exception, SystemExit) as error:
            self._collect(statement)  # a loop may have made some claims before it failed
            for name in bound:
                self.module.__dict__.pop(name, None)
            consequence = isinstance(error, NameError) and error.name in self.missing
            self.missing |= bound
            if not consequence:
                self._add(self._line_of(error, statement), _explained(error))

    def _line_of(self, error: BaseException, statement: ast.stmt) -> int:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame.lineno for frame in frames if frame.filename == str(self.path.resolve())]
        return own[-1] or statement.lineno if own else statement.lineno

    def _collect(self, statement: ast.stmt) -> None:
        """Keep the claims that stand in the module now: a later statement may use their name again."""
        values = list(self.module.__dict__.values())
        listed = self.module.__dict__.get("claims")
        for claim in (*values, *(listed if isinstance(listed, (list, tuple)) else ())):
            if isinstance(claim, Claim) and id(claim) not in self.claims and not is_of_the_ledger(claim):
                self.claims[id(claim)] = (claim, _line_of_claim(statement, claim))

    def _add(self, line: int, what: str) -> None:
        self.troubles.append(Trouble(f"{self.path}:{line}", what))


def _future_flags(tree: ast.Module) -> int:
    """Return the compiler flags of the file's `from __future__ import ...` lines: each statement is compiled alone."""
    names = [
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    ]
    return sum(getattr(__future__, name).compiler_flag for name in names if hasattr(__future__, name))


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names a module-level statement binds in the module; not those inside functions or comprehensions."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
        return
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield (alias.asname or alias.name).partition(".")[0]
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.stmt) and node is not statement:
            yield from _bound_names(node)


def _line_of_claim(statement: ast.stmt, claim: Claim) -> int:
    """Return the line of the call that made a claim if the statement shows it, else the statement's own."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Call):
            arguments = [keyword.value for keyword in node.keywords if keyword.arg == "id"] or node.args[:1]
            if any(isinstance(part, ast.Constant) and part.value == claim.id for part in arguments):
                return node.lineno
    return statement.lineno


def _explained(error: BaseException) -> str:
    """Return what a statement raised, in one line, with a remedy where there is one."""
    text = " ".join(str(error).split()) or type(error).__name__
    absent = re.search(r"Claim\.__init__\(\) missing \d+ required .*?: (.*)", text)
    if absent is not None:
        return f"Claim needs {absent[1]}, and that is missing (`haarmite new claims.toml` writes a file to begin with)"
    if isinstance(error, ModuleNotFoundError):
        return f"{text}; install it, or put it beside the file"
    if isinstance(error, ImportError) and "relative import" in text:
        return "relative import: a claim file is no part of a package; import modules beside it by plain name"
    if isinstance(error, SystemExit):
        return "the file ends the program (SystemExit); put that under `if __name__ == '__main__':`"
    if isinstance(error, SyntaxError):  # of a module that it imports
        return f"syntax error in {error.filename}:{error.lineno}: {error.msg}"
    if isinstance(error, (ValueError, TypeError)) and text.startswith(("Claim ", "Mutant ", "Paper ")):
        return text
    return f"{type(error).__name__}: {text}"


def _complete(run: _Run) -> tuple[list[Claim], list[Trouble]]:
    """Return the claims that can be judged, and a trouble for each that cannot."""
    kept: dict[str, tuple[Claim, int]] = {}
    troubles = list(run.troubles)
    for claim, line in run.claims.values():
        reason = _incomplete(claim)
        if claim.id in kept:
            reason = f"claim {claim.id} again (first in line {kept[claim.id][1]}); every claim needs an id of its own"
        if reason is None:
            kept[claim.id] = (claim, line)
        else:
            troubles.append(Trouble(f"{run.path}:{line}", reason))
    return [claim for claim, _ in kept.values()], troubles


def _incomplete(claim: Claim) -> str | None:
    """Return why a claim cannot be judged as it stands in its file, or None."""
    if not isinstance(claim.id, str) or not claim.id or any(sign in claim.id for sign in "[]: \n"):
        return f"a claim needs an id of letters, digits, dots or dashes, got {claim.id!r}"
    if claim.id in headers() or claim.id in KEYS:
        return f"the id {claim.id} belongs to the ledger; choose another (haarmite claims lists them)"
    if claim.statement is None:
        return f"claim {claim.id} has no statement; give it a frozen dataclass that holds what is claimed"
    if not claim.checks:
        return f"claim {claim.id} has no check; write one under @NAME.symbolic, .certified, .sampled or .for_all(RUNG)"
    for mutant in claim.mutants:
        if not any(check.rung is mutant.by and check.once == (not mutant.on) for check in claim.checks):
            what = f"on the case {mutant.on!r}" if mutant.on else "that covers every case (for_all)"
            return f"mutant {mutant.name!r} of {claim.id} can never be refuted: there is no {mutant.by} check {what}"
    return None


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _line(trouble: Trouble) -> int:
    line = trouble.where.rpartition(":")[2]
    return int(line) if line.isdigit() else 0
