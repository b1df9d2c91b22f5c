"""A strategy: a function from a sentence to an outcome, within a slice of time.

    def strategy(sentence: Sentence, clock: Clock) -> Outcome | None

None means that the strategy has nothing to say of such a sentence. A strategy looks at `clock.expired` where it loops
and says by `clock.report` what it is doing: that is the progress a person sees, and what is told when time is up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from proofs_check.judge.outcome import Outcome
from theory.statement.sentence import Sentence


@dataclass(slots=True)
class Clock:
    """Time that is left, digits asked for, and who listens to progress."""

    seconds: float
    digits: int = 6
    listen: Callable[[str], None] = field(default=lambda _: None, repr=False)
    doing: str = ""
    notes: dict[str, Any] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.seconds - (time.monotonic() - self.started)

    @property
    def expired(self) -> bool:
        """Whether the slice is used up."""
        return self.left <= 0

    def report(self, doing: str) -> None:
        """Say what is being done."""
        self.doing = doing
        self.listen(doing)

    def slice(self, share: float, most: float = float("inf")) -> Clock:
        """Return a clock with a share of what is left; notes are common to all slices."""
        return Clock(max(0.0, min(self.left * share, most)), self.digits, self.listen, notes=self.notes)


StrategyFunction: TypeAlias = Callable[[Sentence, Clock], Outcome | None]


@dataclass(frozen=True, slots=True)
class Strategy:
    """A named strategy and the share of the remaining time it may use."""

    name: str
    run: StrategyFunction
    share: float = 0.5
