"""When a run's next step is due at its pace, and how fast it goes."""

from __future__ import annotations

import time
from collections import deque

from model.kept import Pace

SECONDS_PER_EPOCH: dict[Pace, float] = {"talk": 10.0, "slow": 1.0, "full": 0.0}

MOST_OWED = 0.2
"""Seconds' worth of steps that a slow machine owes at most."""

WINDOW = 40
"""Slices over which the speed is averaged."""


class Pacing:
    """The steps that a pace allows, counted from the moment it began; with ``haste``, so many times as many."""

    def __init__(self, pace: Pace, steps_per_epoch: int) -> None:
        self.pace: Pace = pace
        self.steps_per_epoch = steps_per_epoch
        self.haste = 1.0
        self._since = (time.monotonic(), 0)
        self._lately: deque[tuple[float, int]] = deque(maxlen=WINDOW)

    def begin(self, pace: Pace, step: int) -> None:
        """Go on at this pace from ``step`` on."""
        self.pace = pace
        self._since = (time.monotonic(), step)
        self._lately.clear()

    def owe_one_step(self, step: int) -> None:
        """Let the step after ``step`` be due at once, whatever the pace."""
        self._since = (time.monotonic() - SECONDS_PER_EPOCH[self.pace] / self.haste / self.steps_per_epoch, step)

    def steps_due(self, step: int, now: float, until: int) -> int:
        """The step that should be done at ``now``, where ``step`` is; at most ``until``."""
        seconds = SECONDS_PER_EPOCH[self.pace] / self.haste
        if not seconds:
            return until
        since, begun = self._since
        per_second = self.steps_per_epoch / seconds
        due = begun + int((now - since) * per_second)
        most = max(1, int(MOST_OWED * per_second))
        if due - step > most:
            self._since = (now - most / per_second, step)
            due = step + most
        return min(due, until)

    def next_due(self, step: int, now: float) -> float:
        """Seconds until the pace allows the step after ``step``."""
        seconds = SECONDS_PER_EPOCH[self.pace] / self.haste
        since, begun = self._since
        return max(0.0, since + (step + 1 - begun) * seconds / self.steps_per_epoch - now)

    def note(self, step: int) -> None:
        """A slice has ended at ``step``."""
        self._lately.append((time.monotonic(), step))

    def rate(self) -> float | None:
        """Steps a second, lately; None where it is not known yet."""
        lately = list(self._lately)  # another thread may clear it
        if len(lately) < 2:
            return None
        (since, before), (now, after) = lately[0], lately[-1]
        return (after - before) / max(now - since, 1e-9)
