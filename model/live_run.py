"""One live run: its settings, its place in the training, and the curves measured so far.

A run belongs to the server, not to the page that started it. Only the trainer's thread calls ``advance``; everything
a viewer reads is replaced or appended whole, so that reading needs no lock; ``busy`` says that a step is under way.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Iterator
from typing import Literal, NamedTuple

from model.concise import make_model
from model.data import FashionData
from model.film import run_film
from model.snapshots import Weights
from model.train import Hyperparameters, Step, num_batches, train

State = Literal["running", "paused", "finished", "stopped", "diverged", "failed"]
Pace = Literal["talk", "slow", "full"]

SECONDS_PER_EPOCH: dict[Pace, float] = {"talk": 10.0, "slow": 1.0, "full": 0.0}
TRACE_IN_ALL, TRACE_LEAST, TRACE_MOST = 1000, 12, 40
"""On the thin lines between the book's points: about so many a run, but so many an epoch at least and at most."""

RATE_WINDOW = 40
"""Slices over which the speed is averaged."""


class EpochPoint(NamedTuple):
    """The book's point at an epoch's end."""

    epoch: int
    train_loss: float
    train_acc: float
    test_acc: float


class TracePoint(NamedTuple):
    """The running averages within an epoch; ``x`` is in epochs since the start."""

    x: float
    train_loss: float
    train_acc: float


class LiveRun:
    """A run that the trainer advances and any number of viewers watch."""

    def __init__(self, owner: str, hyperparameters: Hyperparameters, data: FashionData, pace: Pace) -> None:
        self.id = secrets.token_urlsafe(16)
        self.owner = owner
        self.hyperparameters = hyperparameters
        self.data = data
        self.pace: Pace = pace
        self.model = make_model(hyperparameters.implementation, hyperparameters.seed, hyperparameters.init_std)
        self.steps: Iterator[Step] = train(self.model, data, hyperparameters)
        self.steps_per_epoch = num_batches(len(data.train_labels), hyperparameters.batch_size)
        self.num_steps = self.steps_per_epoch * hyperparameters.num_epochs
        points = min(TRACE_MOST, max(TRACE_LEAST, TRACE_IN_ALL // hyperparameters.num_epochs))
        self.trace_every = max(1, self.steps_per_epoch // points)
        self.state: State = "paused"
        self.until = 0
        self.last: Step | None = None
        self.epochs: list[EpochPoint] = []
        self.trace: list[TracePoint] = []
        self.diverging_since: int | None = None
        self.weights = self._weights_now()
        self.film = run_film(data, self.steps_per_epoch, hyperparameters.num_epochs, self.weights)
        self.seconds = 0.0
        self.created = self.seen = time.monotonic()
        self.unwatched = False
        self.busy = False
        self.rest_until = 0.0
        self.version = 0
        self._debt_from = (time.monotonic(), 0)
        self._resumed_at: float | None = None
        self._rates: deque[tuple[float, int]] = deque(maxlen=RATE_WINDOW)

    @property
    def step(self) -> int:
        """Steps done so far."""
        return self.last.step if self.last else 0

    @property
    def exhausted(self) -> bool:
        """Whether the training itself has no further step."""
        return self.step >= self.num_steps or (self.last is not None and self.last.diverged)

    @property
    def ended(self) -> bool:
        """Whether no further step can come."""
        return self.state not in ("running", "paused")

    def set_pace(self, pace: Pace) -> None:
        """Go on at another pace from here."""
        self.pace = pace
        self._debt_from = (time.monotonic(), self.step)
        self._rates.clear()
        self.version += 1

    def play(self, until: int) -> None:
        """Run until ``until`` steps are done."""
        self.until = until
        self.unwatched = False
        self.state = "running"
        self._resumed_at = time.monotonic()
        self.set_pace(self.pace)

    def owe_one_step(self) -> None:
        """Let the next step be due at once, whatever the pace."""
        self._debt_from = (time.monotonic() - SECONDS_PER_EPOCH[self.pace] / self.steps_per_epoch, self.step)

    def halt(self, state: State) -> None:
        """Leave the running state for another one."""
        self.seconds = self.elapsed()
        self._resumed_at = None
        self.state = state
        self.version += 1

    def elapsed(self) -> float:
        """Seconds spent running so far."""
        resumed_at = self._resumed_at  # read once: another thread may halt the run meanwhile
        return self.seconds + (time.monotonic() - resumed_at if resumed_at is not None else 0.0)

    def steps_due(self, now: float) -> int:
        """How many steps the pace allows at ``now``; a slow machine owes at most a fifth of a second of them."""
        seconds = SECONDS_PER_EPOCH[self.pace]
        if not seconds:
            return self.until
        since, step = self._debt_from
        per_second = self.steps_per_epoch / seconds
        due = step + int((now - since) * per_second)
        most = max(1, int(0.2 * per_second))
        if due - self.step > most:
            self._debt_from = (now - most / per_second, self.step)
            due = self.step + most
        return min(due, self.until)

    def next_due(self, now: float) -> float:
        """Seconds until the pace allows another step."""
        seconds = SECONDS_PER_EPOCH[self.pace]
        since, step = self._debt_from
        return max(0.0, since + (self.step + 1 - step) * seconds / self.steps_per_epoch - now)

    def advance(self, seconds: float) -> int:
        """Take the steps that are due, for at most about ``seconds``; returns how many were taken."""
        self.busy = True
        try:
            return self._advance(seconds)
        finally:
            self.busy = False

    def _advance(self, seconds: float) -> int:
        deadline = time.monotonic() + seconds
        due, before = self.steps_due(time.monotonic()), self.step
        while self.state == "running" and self.step < due and time.monotonic() < deadline:
            self._record(next(self.steps))
            if self.exhausted:
                break
        if self.step > before:
            self._rates.append((time.monotonic(), self.step))
            self.weights = self._weights_now()
            self.version += 1
        return self.step - before

    def _record(self, step: Step) -> None:
        self.last = step
        within = (step.step - 1) % self.steps_per_epoch + 1  # batches of this epoch
        if step.diverging and self.diverging_since is None:
            self.diverging_since = step.step
        # An epoch's first average is one batch's: noise. Only the run's first shows where it came from.
        if within % self.trace_every == 0 or within == self.steps_per_epoch or step.step == 1:
            x = step.epoch - 1 + within / self.steps_per_epoch
            self.trace.append(TracePoint(x, step.train_loss, step.train_acc))
        if step.test_acc is not None:
            self.epochs.append(EpochPoint(step.epoch, step.train_loss, step.train_acc, step.test_acc))
        if step.step == self.film.due and not step.diverged:
            self.film.take(self._weights_now(), step.confusion)

    def _weights_now(self) -> Weights:
        undone = self.last is not None and self.last.diverged  # the model holds what it was before that step
        return Weights(self.step - undone, self.model.W.clone(), self.model.b.clone())

    def rate(self) -> float:
        """Training images a second, lately; 0 where it is not known yet."""
        lately = list(self._rates)  # another thread may clear it
        if len(lately) < 2 or self.state != "running":
            images = self.step * len(self.data.train_labels) / self.steps_per_epoch
            return images / self.seconds if self.seconds else 0.0
        (since, before), (now, after) = lately[0], lately[-1]
        return (after - before) * len(self.data.train_labels) / self.steps_per_epoch / max(now - since, 1e-9)

    def seconds_left(self) -> float | None:
        """Seconds until the run's last step at the present speed; None where it is not known yet."""
        images = (self.num_steps - self.step) * len(self.data.train_labels) / self.steps_per_epoch
        return images / rate if (rate := self.rate()) else None
