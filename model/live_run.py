"""One live run: its settings, its place in the training, and the curves measured so far.

A run belongs to the server, not to the page that started it. Only the trainer's thread calls ``advance``; everything
a viewer reads is replaced or appended whole, so that reading needs no lock; ``busy`` says that a step is under way.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import NamedTuple

from model.concise import make_model
from model.data import FashionData
from model.film import Film
from model.kept import GOES_ON, Counts, EpochPoint, Pace, State, TracePoint, versions
from model.pacing import Pacing
from model.snapshots import Weights, snapshot_steps
from model.train import START, Hyperparameters, Progress, Step, num_batches, train

TRACE_IN_ALL, TRACE_LEAST, TRACE_MOST = 1000, 12, 40
"""On the thin lines between the book's points: about so many a run, but so many an epoch at least and at most."""


class Moment(NamedTuple):
    """How far all parts of a run had come after the same step: what is saved belongs together."""

    progress: Progress
    weights: Weights
    counts: Counts


class LiveRun:
    """A run that the trainer advances and any number of viewers watch.

    ``version`` counts its changes; ``saved`` is the version that the store has.
    """

    def __init__(
        self, owner: str, hyperparameters: Hyperparameters, data: FashionData, pace: Pace, sweep: str | None = None
    ) -> None:
        self.id = secrets.token_urlsafe(16)
        self.owner = owner
        self.hyperparameters = hyperparameters
        self.data = data
        self.sweep = sweep
        self.versions = versions()
        self.model = make_model(hyperparameters.implementation, hyperparameters.seed, hyperparameters.init_std)
        self.steps: Iterator[Step] = train(self.model, data, hyperparameters)
        self.steps_per_epoch = num_batches(len(data.train_labels), hyperparameters.batch_size)
        self.num_steps = self.steps_per_epoch * hyperparameters.num_epochs
        self.pacing = Pacing(pace, self.steps_per_epoch)
        points = min(TRACE_MOST, max(TRACE_LEAST, TRACE_IN_ALL // hyperparameters.num_epochs))
        self.trace_every = max(1, self.steps_per_epoch // points)
        self.state: State = "paused"
        self.until = 0
        self.last: Step | None = None
        self.epochs: list[EpochPoint] = []
        self.trace: list[TracePoint] = []
        self.diverging_since: int | None = None
        self.weights = self._weights_now()
        self.film = Film(data, snapshot_steps(self.steps_per_epoch, hyperparameters.num_epochs))
        self.film.take(self.weights)
        self.moment = self.moment_now()
        self.seconds = 0.0
        self.created = time.time()
        self.seen = time.monotonic()
        self.unwatched = False
        self.busy = False
        self.rest_until = 0.0
        self.version = 0
        self.saved = -1
        self._resumed_at: float | None = None

    @property
    def pace(self) -> Pace:
        """How fast it goes."""
        return self.pacing.pace

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
        return self.state not in GOES_ON

    def set_pace(self, pace: Pace) -> None:
        """Go on at another pace from here."""
        self.pacing.begin(pace, self.step)
        self.version += 1

    def play(self, until: int) -> None:
        """Run until ``until`` steps are done."""
        self.until = until
        self.unwatched = False
        self.state = "running"
        self._resumed_at = time.monotonic()
        self.set_pace(self.pace)

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

    def advance(self, seconds: float) -> int:
        """Take the steps that are due, for at most about ``seconds``; returns how many were taken."""
        self.busy = True
        try:
            return self._advance(seconds)
        finally:
            self.busy = False

    def _advance(self, seconds: float) -> int:
        began, before = time.monotonic(), self.step
        due = self.pacing.steps_due(before, began, self.until)
        while self.state == "running" and self.step < due and time.monotonic() < began + seconds:
            self._record(next(self.steps))
            if self.exhausted:
                break
        if self.step > before:
            self.pacing.note(self.step)
            self.weights = self._weights_now()
            self.moment = self.moment_now()
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

    def moment_now(self) -> Moment:
        """How far it has come; to be asked where no step is under way."""
        counts = Counts(len(self.epochs), len(self.trace), self.film.count)
        return Moment(self.last.progress if self.last else START, self.weights, counts)

    def rate(self) -> float:
        """Training images a second, lately; 0 where it is not known yet."""
        images = len(self.data.train_labels) / self.steps_per_epoch
        lately = self.pacing.rate() if self.state == "running" else None
        if lately is None:
            return self.step * images / self.seconds if self.seconds else 0.0
        return lately * images

    def seconds_left(self) -> float | None:
        """Seconds until the run's last step at the present speed; None where it is not known yet."""
        images = (self.num_steps - self.step) * len(self.data.train_labels) / self.steps_per_epoch
        return images / rate if (rate := self.rate()) else None
