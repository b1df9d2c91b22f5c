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
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from proofs_check.kernel.outcome import KernelCheck
from proofs_check.kernel.source import LIBRARY, Source

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

_FORBIDDEN = re.compile(r"\b(Admitted|admit|Axiom|Axioms|Parameter|Parameters|Conjecture|Hypothesis|Variable|Context)\b")
_AXIOM = re.compile(r"^([A-Za-z_][\w.']*)\s*(?::|$)", re.MULTILINE)
_ERROR = re.compile(r'File "[^"]*", line (\d+), characters [\d-]+:\s*\n(Error:.*?)(?:\n\n|\Z)', re.DOTALL)


class CoqUnavailable(RuntimeError):
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
    CoqUnavailable
        If there is none, or it is older than 8.16.
    """
    path = shutil.which("coqc")
    if path is None:
        raise CoqUnavailable(f"the kernel check needs coqc, got none on the path; {INSTALL}.")
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CoqUnavailable(f"the kernel check needs a coqc that runs, got {path!r} ({error}); {INSTALL}.") from None
    found = re.search(r"version (\d+)\.(\d+)(\S*)", said)
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        got = said.splitlines()[0] if said else "no version"
        raise CoqUnavailable(f"the kernel check needs coqc 8.16 or newer, got {got!r}; {INSTALL}.")
    return Coq(path, f"{found[1]}.{found[2]}{found[3]}")


class Workshop:
    """A temporary folder in which the generic lemmas are compiled once and files are checked; use it in a `with`.

    Raises
    ------
    CoqUnavailable
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
                    raise CoqUnavailable(
                        f"the kernel check needs Coquelicot and Interval for coqc {self.coq.version}, got a failure in "
                        f"{name} ({_first_error(output)[1]}); {INSTALL}."
                    )
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def check(self, source: Source) -> KernelCheck:
        """Return what coqc says of a file; whatever goes wrong is said in its `reason`."""
        return self.check_text(source.name, source.text, tuple(t.name for t in source.theorems), source.outside)

    def check_text(
        self, name: str, text: str, theorems: tuple[str, ...] = (), outside: tuple[str, ...] = ()
    ) -> KernelCheck:
        """Return what coqc says of a text under this file name (a Coq identifier)."""
        file = f"{name}.v"
        (self.path / file).write_text(text, encoding="utf-8")
        started = time.perf_counter()
        code, output = self._compile(file, self.cpu_seconds)
        seconds = time.perf_counter() - started
        kept = (self.path / file).read_text(encoding="utf-8")
        reason, assumptions = _judge(code, output, kept, self.cpu_seconds)
        if not reason and kept != text:
            reason = "the file changed while it was checked"
        return KernelCheck(not reason, file, reason, theorems, assumptions, outside, seconds, kept)

    def _compile(self, file: str, cpu_seconds: int) -> tuple[int | None, str]:
        """Run coqc; the code is None if it ran out of wall time."""
        limits = f"ulimit -v {MEMORY // 1024}; ulimit -t {cpu_seconds}; exec \"$@\""
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


def _judge(code: int | None, output: str, text: str, cpu_seconds: int) -> tuple[str, tuple[str, ...]]:
    """Return why a file does not count as checked ("" if it does), and its assumptions."""
    if code is None or code in (-signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGXCPU):
        return f"no answer within {cpu_seconds} s", ()
    if code != 0:
        line, error = _first_error(output)
        where = f"{_theorem_at(text, line)}: " if line else ""
        return f"{where}{error}", ()
    if (word := _FORBIDDEN.search(_without_comments(text))) is not None:
        return f"the file holds {word[0]!r}", ()
    assumptions = parse_assumptions(output)
    if assumptions is None:
        return "coqc did not list the assumptions", ()
    strange = [a for a in assumptions if not is_allowed(a)]
    if strange:
        return f"it assumes {', '.join(strange)}", assumptions
    return "", assumptions


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
