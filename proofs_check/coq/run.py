"""coqc on generated files: in a temporary folder, under limits of time and memory, with its assumptions recorded.

A file counts as checked only if coqc ended with 0 on exactly the text that is kept and if ``Print Assumptions`` listed
nothing beyond `ALLOWED`: the axioms of Coq's real numbers and the specifications of its machine integers and floats.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

from proofs_check.coq.source import LIBRARY, Source, Written, question
from proofs_check.evidence.coq_outcome import KernelCheck

OLDEST = (8, 16)
LEMMAS = ("algebra.v", "lemmas.v")
CPU_SECONDS = 60
"""Limit of one file; wall time may be five times that on a busy machine."""
MEMORY = 4 * 2**30
INSTALL = "apt-get install coq libcoq-interval (Debian 12 or newer; known to work: coq 8.16 with libcoq-interval 4.6)"

ALLOWED = (
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
    "PrimInt63.",
    "Uint63.",
    "PrimFloat.",
    "FloatAxioms.",
)
"""Axioms by full name, and modules of primitive types by prefix (with a final dot)."""

_FORBIDDEN = re.compile(
    r"\b(Admitted|admit|Axiom|Axioms|Parameter|Parameters|Conjecture|Hypothesis|Variable|Context)\b"
)
_AXIOM = re.compile(r"^([A-Za-z_][\w.']*)\s*(?::|$)", re.MULTILINE)
_ERROR = re.compile(r'File "[^"]*", line (\d+), characters [\d-]+:\s*\n(Error:.*?)(?:\n\n|\Z)', re.DOTALL)


class CoqUnavailableError(RuntimeError):
    """coqc, or a library it needs, is missing or too old; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class Coq:
    """The proof assistant that was found."""

    path: str
    version: str


def find_coq() -> Coq:
    """Return coqc and its version.

    Raises
    ------
    CoqUnavailableError
        If there is none, or it is older than 8.16.
    """
    path = shutil.which("coqc")
    if path is None:
        raise CoqUnavailableError(f"the kernel check needs coqc, got none on the path; {INSTALL}.")
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CoqUnavailableError(
            f"the kernel check needs a coqc that runs, got {path!r} ({error}); {INSTALL}."
        ) from None
    found = re.search(r"version (\d+)\.(\d+)(\S*)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        got = said.splitlines()[0] if said else "no version"
        raise CoqUnavailableError(f"the kernel check needs coqc 8.16 or newer, got {got!r}; {INSTALL}.")
    return Coq(path, f"{found[1]}.{found[2]}{found[3]}")


class Workshop:
    """A temporary folder in which the generic lemmas are compiled once and files are checked; use it in a `with`.

    Raises
    ------
    CoqUnavailableError
        On entry, if coqc is missing or too old, or the lemmas do not compile with what is installed.
    """

    def __init__(self, *, cpu_seconds: int = CPU_SECONDS) -> None:
        self.cpu_seconds = cpu_seconds
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Workshop:
        self.coq = find_coq()
        self._folder = tempfile.TemporaryDirectory(prefix="haarmite-coq-")
        self.path = Path(self._folder.name)
        try:
            for name in LEMMAS:
                shutil.copy(Path(__file__).parent / name, self.path / name)
                code, output = self._compile(name, 4 * CPU_SECONDS)
                if code != 0:
                    raise CoqUnavailableError(
                        f"the kernel check needs Coquelicot and Interval for coqc {self.coq.version}, got a failure in "
                        f"{name} ({_first_error(output)[1]}); {INSTALL}."
                    )
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def check(self, source: Source | Written) -> KernelCheck:
        """Return what coqc says of one file; whatever goes wrong is said in its `reason`."""
        return self.check_all([source])[0]

    def check_all(
        self,
        sources: Sequence[Source | Written],
        *,
        jobs: int = 1,
        on_check: Callable[[KernelCheck], None] | None = None,
    ) -> list[KernelCheck]:
        """Return what coqc says of files, compiled one by one and asked for their assumptions together.

        ``Print Assumptions`` walks through all of Interval and costs more than most proofs: it is asked once for the
        files that share their lemmas, and what it lists is a bound for each of them. If something is listed that is not
        allowed, every file is asked on its own.
        """

        def compiled(source: Source | Written) -> KernelCheck:
            check = self._compiled(source)
            if on_check is not None:
                on_check(check)
            return check

        with ThreadPoolExecutor(jobs) as pool:
            checks = list(pool.map(compiled, sources))
        for lemmas in dict.fromkeys(source.lemmas for source in sources):
            group = [k for k, source in enumerate(sources) if source.lemmas == lemmas and not checks[k].reason]
            for k, check in zip(group, self._judged([checks[k] for k in group], lemmas), strict=True):
                checks[k] = check
        return checks

    def refusal(self, source: Source | Written) -> str:
        """Return why coqc does not accept a file, "" if it does; its assumptions are not asked for, so this checks nothing."""
        return self._compiled(source).reason

    def _compiled(self, source: Source | Written) -> KernelCheck:
        """Return the answer to one file with its assumptions still open: not checked yet, but without a reason why not."""
        file, text = f"{source.name}.v", source.text
        (self.path / file).write_text(text, encoding="utf-8")
        started = time.perf_counter()
        code, output = self._compile(file, self.cpu_seconds)
        seconds = time.perf_counter() - started
        kept = (self.path / file).read_text(encoding="utf-8")
        reason = _refusal(code, output, kept, self.cpu_seconds)
        if not reason and kept != text:
            reason = "the file changed while it was checked"
        theorems = tuple(theorem.name for theorem in source.theorems)
        return KernelCheck(False, file, reason, theorems, (), source.outside, seconds, kept)

    def _judged(self, checks: Sequence[KernelCheck], lemmas: str) -> list[KernelCheck]:
        """Return compiled files with their assumptions judged, together or else one by one."""
        if not checks:
            return []
        listed = self._assumptions([check.file.removesuffix(".v") for check in checks], f"assumptions_{lemmas}")
        strange = None if listed is None else [name for name in listed if not is_allowed(name)]
        if strange == [] and listed is not None:
            return [replace(check, checked=True, assumptions=listed) for check in checks]
        if len(checks) > 1:
            return [self._judged([check], f"{lemmas}_of_{check.file.removesuffix('.v')}")[0] for check in checks]
        reason = "coqc did not list the assumptions" if strange is None else f"it assumes {', '.join(strange)}"
        return [replace(checks[0], reason=reason, assumptions=listed or ())]

    def _assumptions(self, names: Sequence[str], file: str) -> tuple[str, ...] | None:
        (self.path / f"{file}.v").write_text(question(names), encoding="utf-8")
        code, output = self._compile(f"{file}.v", 4 * CPU_SECONDS)
        return parse_assumptions(output) if code == 0 else None

    def _compile(self, file: str, cpu_seconds: int) -> tuple[int | None, str]:
        """Run coqc; the code is None if it ran out of wall time."""
        limits = f'ulimit -v {MEMORY // 1024}; ulimit -t {cpu_seconds}; exec "$@"'
        command = ["sh", "-c", limits, "sh", self.coq.path, "-q", "-w", "none", "-Q", ".", LIBRARY, file]
        process = subprocess.Popen(
            command, cwd=self.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        try:
            output, _ = process.communicate(timeout=5 * cpu_seconds)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                return None, ""
            raise
        return process.returncode, output


def _refusal(code: int | None, output: str, text: str, cpu_seconds: int) -> str:
    """Return why a file was not accepted, in one line; "" if it was."""
    if code is None or code in (-signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGXCPU, 128 + signal.SIGKILL):
        return f"no answer within {cpu_seconds} s"
    if code != 0:
        line, error = _first_error(output)
        return f"{_theorem_at(text, line)}: {error}" if line else error
    if (word := _FORBIDDEN.search(_without_comments(text))) is not None:
        return f"the file holds {word[0]!r}"
    return ""


def parse_assumptions(output: str) -> tuple[str, ...] | None:
    """Return the axioms that ``Print Assumptions`` listed, sorted; None if it printed nothing.

    Examples
    --------
    >>> parse_assumptions("Axioms:\\nClassical_Prop.classic : forall P : Prop, P \\\\/ ~ P\\n")
    ('Classical_Prop.classic',)
    >>> parse_assumptions("Closed under the global context\\n")
    ()
    """
    if "Closed under the global context" in output:
        return ()
    _, found, listed = output.rpartition("Axioms:\n")
    return tuple(sorted(_AXIOM.findall(listed))) if found else None


def is_allowed(axiom: str) -> bool:
    """Return whether an axiom is one of Coq's reals, machine integers and floats."""
    return any(axiom == entry or (entry.endswith(".") and axiom.startswith(entry)) for entry in ALLOWED)


def _first_error(output: str) -> tuple[int, str]:
    found = _ERROR.search(output)
    if found is None:
        return 0, " ".join(output.split())[-200:] or "coqc failed without a word"
    return int(found[1]), " ".join(found[2].split())[:200]


def _theorem_at(text: str, line: int) -> str:
    """Return the name of the theorem or lemma in which a line lies."""
    names = re.findall(r"^(?:Theorem|Lemma|Definition) (\S+)", "\n".join(text.splitlines()[:line]), re.MULTILINE)
    return str(names[-1]) if names else f"line {line}"


def _without_comments(text: str) -> str:
    previous = None
    while previous != text:
        previous, text = text, re.sub(r"\(\*(?:(?!\(\*|\*\)).)*\*\)", " ", text, flags=re.DOTALL)
    return text
