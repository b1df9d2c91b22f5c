"""``pytest --haarmite my_claims.py [more_claims.py ...]``: claims and their mutants as test items.

Each check of a claim on each pinned case is an item, and so is each mutant::

    my_claims.py::X1::certified[relu]                  fails if the check refutes the claim there, or breaks
    my_claims.py::X1::symbolic[every case]             a check that covers every case at once
    my_claims.py::X1::mutant[r^2 in place of r]        fails if the mutant survives the checks that must refute it, or if
                                                       an exact check of another rung finds it true
    my_claims.py::X1::hunt[drawn]                      with --haarmite-examples N: N drawn cases, shrunk
    my_claims.py::unread[line 12]                      fails: what could not be read in the file

Inconclusive evidence is neither a pass nor a failure: the item is skipped with the reason. Claims of the ledger are named by
id or paper, or all of them by ``ledger``; their items begin with ``ledger::``. Items have the markers ``haarmite`` and one of
``symbolic``, ``certified``, ``sampled``, ``mutant``, ``hunt``.

The samples of one pytest run refute anything true with probability at most `proofs_check.run.run_report.FALSE_ALARMS` (and as much
again for each hunt), split evenly over the values of ``--haarmite`` and then over their sampled items.

The fixture ``haarmite_init`` checks a torch model's initialisation in a test of one's own.

pytest loads this module at every start through an entry point, so nothing heavy is imported before the option is given.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from proofs_check.claim.claim import Claim, Mutant
    from proofs_check.model.model_check import ModelCheck
    from proofs_check.run.run_report import Finding, Task

MARKERS = {
    "haarmite": "a claim, judged by one of its checks",
    "symbolic": "evidence by exact algebra",
    "certified": "evidence by enclosures",
    "sampled": "evidence by samples",
    "mutant": "a wrong variant of a claim, which must be refuted",
    "hunt": "a search for a counterexample over drawn cases",
}


class ClaimFailureError(Exception):
    """A claim is refuted, a mutant survives, a check breaks or a file cannot be read; the text says which and how."""


@pytest.fixture
def haarmite_init() -> Callable[..., ModelCheck]:
    """Check a torch model's initialisation: ``haarmite_init(model)`` or ``haarmite_init(model, inputs)`` fails the test and says what is wrong, or returns the `ModelCheck`.

    Keyword arguments are those of `haarmite.check`: ``laws``, ``alpha``. A right model fails with probability at most 1e-6.
    """

    def judge(module: Any, inputs: Any = None, **options: Any) -> ModelCheck:
        from proofs_check.model.model_check import check

        found = check(module, inputs, **options)
        if not found.is_right:
            lines = [line for status, line in found.readings if status == "fault"]
            pytest.fail("\n".join((f"{found.model}: {found.summary}", *lines)), pytrace=False)
        return found

    return judge


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--haarmite`` and its companions."""
    group = parser.getgroup("haarmite", "claims about deep networks at initialisation")
    group.addoption(
        "--haarmite",
        action="append",
        default=[],
        metavar="FILE.py|ID|ledger",
        help="judge the claims of a file, one claim or paper of the ledger, or the whole ledger; may be repeated",
    )
    group.addoption("--haarmite-seed", type=int, default=0, metavar="N", help="root seed of every sample (default 0)")
    group.addoption(
        "--haarmite-profile", default="quick", metavar="NAME", help="how much to spend: quick (default), full or deep"
    )
    group.addoption(
        "--haarmite-examples",
        type=int,
        default=0,
        metavar="N",
        help="also hunt a counterexample among N drawn cases of each claim (default 0: none)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Check the options, and make the named files the arguments of the run unless others are given."""
    for name, text in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {text}")
    names = config.getoption("--haarmite")
    if not names:
        return
    names += [argument for argument in _further_files(config) if argument not in names]
    try:
        from proofs_check.evidence.trial import PROFILES
    except ImportError as error:
        raise pytest.UsageError(
            f"--haarmite needs haarmite and what it depends on: {error}; pip install haarmite"
        ) from None
    profile = config.getoption("--haarmite-profile")
    if profile not in PROFILES:
        raise pytest.UsageError(f"--haarmite-profile needs one of {', '.join(PROFILES)}, got {profile!r}")
    for option in ("--haarmite-seed", "--haarmite-examples"):
        if config.getoption(option) < 0:
            raise pytest.UsageError(f"{option} needs a number >= 0, got {config.getoption(option)}")
    files = [str(path) for path in _files(config)]
    _ledger_claims(config)  # a name that is none ends the run here, before anything is collected
    given = list(config.args) if config.args_source is pytest.Config.ArgsSource.ARGS else []
    config.args = given + [file for file in files if not any(_is_within(file, argument) for argument in given)]


def _further_files(config: pytest.Config) -> list[str]:
    """Return Python files that stand among the arguments and are no test files by their name: ``--haarmite a.py b.py``."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return []
    patterns = config.getini("python_files")
    named = [argument for argument in config.args if argument.partition("::")[0].endswith((".py", ".toml"))]
    return [name for name in named if not any(fnmatch(Path(name.partition("::")[0]).name, one) for one in patterns)]


def _ledger_claims(config: pytest.Config) -> list[Claim]:
    """Return the claims of the ledger among the values of ``--haarmite``."""
    names = [name for name in config.getoption("--haarmite") if not name.partition("::")[0].endswith((".py", ".toml"))]
    if not names:
        return []
    from proofs_check.run.selection import select_claims

    try:
        return select_claims([] if "ledger" in names else names, "--haarmite")
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def _files(config: pytest.Config) -> list[Path]:
    """Return the claim files among the values of ``--haarmite``."""
    names = [name.partition("::")[0] for name in config.getoption("--haarmite")]
    files = list(dict.fromkeys(Path(name) for name in names if name.endswith((".py", ".toml"))))
    for file in files:
        if not file.is_file():
            raise pytest.UsageError(f"--haarmite needs a file that exists, got {str(file)!r}")
    return files


def _is_within(file: str, argument: str) -> bool:
    """Whether an argument of the run already leads to a file: itself, an item of it, or a folder around it."""
    place = Path(argument.partition("::")[0]).resolve()
    return place in (Path(file).resolve(), *Path(file).resolve().parents)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a claim file by its claims, in place of its test functions."""
    if not parent.config.getoption("--haarmite"):
        return None
    if module_path.resolve() not in {file.resolve() for file in _files(parent.config)}:
        return None
    return ClaimFileCollector.from_parent(parent, path=module_path)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a file of sentences (TOML) by its claims."""
    if file_path.suffix != ".toml" or not parent.config.getoption("--haarmite"):
        return None
    if file_path.resolve() not in {file.resolve() for file in _files(parent.config)}:
        return None
    return ClaimFileCollector.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the ledger's claims, before other plugins select by keyword, marker or last failure."""
    claims = _ledger_claims(config)
    if not claims:
        return
    ledger = LedgerCollector.from_parent(session, name="ledger", nodeid="ledger")
    for node in _nodes(ledger, claims, {claim.id: claim.id for claim in claims}):
        items.extend(node.collect())


class LedgerCollector(pytest.Collector):
    """The parent of the ledger's claims."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Return nothing: `pytest_collection_modifyitems` adds the items."""
        return []


class ClaimFileCollector(pytest.File):
    """A file of claims."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield an item for each thing that could not be read, then the claims."""
        from proofs_check.run.claim_file import read_claim_file

        file = read_claim_file(_as_given(self.config, self.path))
        for trouble in file.troubles:
            line = trouble.where.rpartition(":")[2]
            name = f"unread[line {line}]" if line.isdigit() else "unread"
            yield UnreadItem.from_parent(self, name=name, what=str(trouble))
        wanted = _wanted(self.config, self.path)
        claims = [claim for claim in file.claims if not wanted or claim.id in wanted]
        yield from _nodes(self, claims, {claim.id: f"{file.name}::{claim.id}" for claim in claims})


def _as_given(config: pytest.Config, path: Path) -> Path:
    """Return a claim file's path as the user wrote it, for messages."""
    return next(file for file in _files(config) if file.resolve() == path.resolve())


def _wanted(config: pytest.Config, path: Path) -> set[str]:
    """Return the ids asked for of a file; none means all."""
    parts = [name.partition("::") for name in config.getoption("--haarmite")]
    ids = [
        wanted
        for name, _, wanted in parts
        if name.endswith((".py", ".toml")) and Path(name).resolve() == path.resolve()
    ]
    return set() if "" in ids else set(ids)


def _nodes(parent: pytest.Collector, claims: Sequence[Claim], targets: dict[str, str]) -> Iterator[ClaimCollector]:
    """Yield a collector for each claim; each sampled item gets an even share of the run's error probability."""
    from proofs_check.run.run_report import FALSE_ALARMS
    from proofs_check.run.runner import plan

    sampled = sum(task.check.rung.value == "sampled" for task in plan(claims))
    alpha = FALSE_ALARMS / max(sampled, 1) / len(parent.config.getoption("--haarmite"))
    for claim in claims:
        yield ClaimCollector.from_parent(parent, name=claim.id, claim=claim, target=targets[claim.id], alpha=alpha)


class ClaimCollector(pytest.Collector):
    """One claim; `target` names it on the command line."""

    def __init__(self, *, claim: Claim, target: str, alpha: float, **rest: Any) -> None:
        super().__init__(**rest)
        self.claim, self.target, self.alpha = claim, target, alpha

    def collect(self) -> Iterator[pytest.Item]:
        """Yield the items of the claim: checks by case, mutants, and a hunt if asked for."""
        from proofs_check.run.runner import audits, plan

        tasks, shared = plan([self.claim]), {"target": self.target, "alpha": self.alpha}
        for task in tasks:
            if task.mutant is None:
                yield CheckItem.from_parent(self, name=_check_name(task), task=task, **shared)
        for mutant in self.claim.mutants:
            own = [task for task in tasks if task.mutant is mutant]
            yield MutantItem.from_parent(
                self,
                name=f"mutant[{_plain(mutant.name)}]",
                mutant=mutant,
                tasks=own,
                audits=[task for task in audits(self.claim) if task.mutant is mutant],
                **shared,
            )
        if self.config.getoption("--haarmite-examples") and self.claim.cases is not None:
            yield HuntItem.from_parent(self, name="hunt[drawn]", claim=self.claim, target=self.target)


def _check_name(task: Task) -> str:
    """Return ``rung[case]``, with the check's name if the rung has several checks."""
    peers = [check for check in task.claim.checks if check.rung is task.check.rung and check.once == task.check.once]
    suffix = f":{task.check.name}" if len(peers) > 1 else ""
    return f"{task.check.rung}{suffix}[{_plain(task.label) or 'every case'}]"


def _plain(text: str) -> str:
    """Return a text that pytest does not take for a path of nodes."""
    return " ".join(text.replace("::", ":").split())


class _Item(pytest.Item):
    """What the items share: markers, and failures without a traceback."""

    def __init__(self, *, target: str = "", marks: Sequence[str] = (), **rest: Any) -> None:
        super().__init__(**rest)
        self.target = target
        for mark in ("haarmite", *marks):
            self.add_marker(mark)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the message alone for what this plugin reports, and pytest's own text for anything else."""
        if isinstance(excinfo.value, ClaimFailureError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return where the item comes from and what it is called."""
        return self.path, None, self.name

    def judge(self, task: Task, alpha: float) -> Finding:
        """Run one task as `verify` would."""
        from proofs_check.evidence.trial import PROFILES, Trial
        from proofs_check.run.runner import perform

        profile = PROFILES[self.config.getoption("--haarmite-profile")]
        return perform(task, Trial(profile, self.config.getoption("--haarmite-seed"), task.key, alpha))

    def reproduce(self, command: str = "verify", *options: str) -> str:
        """Return the lines that say how to get this result again."""
        seed, profile = (self.config.getoption(f"--haarmite-{name}") for name in ("seed", "profile"))
        words = ["haarmite", command, self.target, *options, "--seed", str(seed), "--profile", profile]
        return f"\nreproduce: {shlex.join(words)}\n       or: pytest {_selectors(self)}"


def _selectors(item: _Item) -> str:
    """Return the arguments by which pytest runs one item again."""
    source = item.target.partition("::")[0]
    if source.endswith((".py", ".toml")):
        return shlex.join(["--haarmite", source, item.nodeid])
    return shlex.join(["--haarmite", item.target, "-k", item.name.partition("[")[0].partition(":")[0]])


class CheckItem(_Item):
    """One check of a claim on one case."""

    def __init__(self, *, task: Task, alpha: float, **rest: Any) -> None:
        super().__init__(marks=[str(task.check.rung)], **rest)
        self.task, self.alpha = task, alpha

    def runtest(self) -> None:
        """Fail if the check refutes the claim or breaks; skip if it cannot tell."""
        finding = self.judge(self.task, self.alpha)
        claim, where = self.task.claim, f" on {self.task.label}" if self.task.label else ""
        if finding.error is not None:
            raise ClaimFailureError(f"{self.task.check.name} broke{where}: {finding.error}{self.reproduce()}")
        if finding.evidence.refutes:
            raise ClaimFailureError(
                f"{claim.id} is refuted{where}: {claim.title}\nwitness: {finding.evidence.witness}{self.reproduce()}"
            )
        if not finding.evidence.verdict.is_positive:
            pytest.skip(f"inconclusive: {finding.evidence.summary}")


class MutantItem(_Item):
    """A wrong variant of a claim, which the checks of one rung must refute."""

    def __init__(
        self, *, mutant: Mutant, tasks: Sequence[Task], audits: Sequence[Task], alpha: float, **rest: Any
    ) -> None:
        super().__init__(marks=["mutant", str(mutant.by)], **rest)
        self.mutant, self.tasks, self.audits, self.alpha = mutant, tasks, audits, alpha

    def runtest(self) -> None:
        """Fail if no check refutes the mutant, or if an exact check finds it true."""
        from proofs_check.run.run_report import ClaimReport

        findings = []
        for task in self.tasks:
            findings.append(self.judge(task, self.alpha))
            if findings[-1].evidence.refutes:
                break
        if any(finding.evidence.refutes for finding in findings):
            audited = tuple(self.judge(task, self.alpha) for task in self.audits)
            voids = ClaimReport(self.tasks[0].claim, (), tuple(findings), audited).voids
            if voids:
                names = ", ".join(void.task.check.name for void in voids)
                raise ClaimFailureError(f"mutant {self.mutant.name!r} is found true by {names}{self.reproduce()}")
            return
        said = [f"{f.task.check.name}: {f.error or f.evidence.summary}" for f in findings]
        raise ClaimFailureError(
            f"mutant {self.mutant.name!r} survives: no {self.mutant.by} check refutes it on "
            f"{self.mutant.on or 'every case'}\n" + "\n".join(said) + self.reproduce()
        )


class HuntItem(_Item):
    """A search for a counterexample over drawn cases."""

    def __init__(self, *, claim: Claim, **rest: Any) -> None:
        super().__init__(marks=["hunt"], **rest)
        self.claim = claim

    def runtest(self) -> None:
        """Fail if a drawn case refutes the claim, shrunk to the simplest, or if a check breaks on one."""
        from proofs_check.run.hunt import hunt

        option = self.config.getoption
        examples = option("--haarmite-examples")
        seed, profile = option("--haarmite-seed"), option("--haarmite-profile")
        found = hunt(self.claim, examples=examples, seed=seed, profile=profile)
        again = self.reproduce("hunt", "--examples", str(examples))
        if found.counterexample is not None:
            evidence = found.counterexample.best.evidence
            raise ClaimFailureError(
                f"{self.claim.id} is refuted: {self.claim.title}\ncase: {found.counterexample.label or 'none needed'}\n"
                f"witness: {evidence.witness} ({evidence.rung}){again}"
            )
        if found.broken:
            first = found.broken[0]
            raise ClaimFailureError(f"{first.task.check.name} broke on {first.task.label}: {first.error}{again}")


class UnreadItem(_Item):
    """Something in a claim file that could not be read."""

    def __init__(self, *, what: str, **rest: Any) -> None:
        super().__init__(**rest)
        self.what = what

    def runtest(self) -> None:
        """Fail, and say where and why."""
        raise ClaimFailureError(self.what)
