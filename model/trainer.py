"""The scheduler: one thread that advances every live run of the server in turn.

Runs take slices of about 20 ms, round robin, with a short rest between rounds so that the pages' own threads get the
interpreter. The thread knows nothing of Streamlit; the pages call ``Trainer``'s methods from theirs.
"""

from __future__ import annotations

import threading
import time

from model import journal
from model.data import FashionData
from model.kept import Pace, State
from model.live_run import LiveRun
from model.pulse import Pulse
from model.roster import Roster
from model.train import Hyperparameters

SLICE = 0.020
REST = 0.0002
LONGEST_SLEEP = 0.5
UNWATCHED_PAUSE = 5 * 60.0
UNWATCHED_REST = 60 * 60.0
"""Seconds without a viewer after which a run is paused, and after which it gives up its place, to go on when asked."""


class Trainer:
    """All runs of this server. ``close`` ends the thread; it is a daemon and starts with the first run."""

    def __init__(self) -> None:
        self._roster = Roster()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self.pulse = Pulse()

    def create(
        self, owner: str, settings: Hyperparameters, data: FashionData, pace: Pace = "slow", sweep: str | None = None
    ) -> LiveRun:
        """A new run, paused before its first step."""
        run = LiveRun(owner, settings, data, pace, sweep)
        with self._changed:
            self._make_live(run)
        return run

    def get(self, run_id: str) -> LiveRun:
        """The run with this id, or RunError."""
        return self._roster.get(run_id)

    def runs(self, owner: str | None = None) -> list[LiveRun]:
        """All runs in memory, or those of one person, the newest first."""
        with self._changed:
            return [run for run in self._roster.all() if owner in (None, run.owner)]

    def adopt(self, run: LiveRun) -> None:
        """Have a run in memory that was kept elsewhere; it goes on when it is played."""
        with self._changed:
            self._roster.rest(run)

    def forget(self, run: LiveRun) -> None:
        """Have a run in memory no longer; one that goes on is stopped."""
        self.stop(run)
        with self._changed:
            self._roster.forget(run)

    def wait(self, seconds: float) -> None:
        """Until a run changes its state, but no longer than this."""
        with self._changed:
            self._changed.wait(seconds)

    def play(self, run: LiveRun) -> None:
        """Train to the end."""
        self._play(run, run.num_steps)

    def one_epoch(self, run: LiveRun) -> None:
        """Train to the end of the present epoch, then pause."""
        self._play(run, (run.step // run.steps_per_epoch + 1) * run.steps_per_epoch)

    def one_step(self, run: LiveRun, timeout: float = 2.0) -> None:
        """Train one batch, then pause; waits until it is done."""
        with self._changed:
            self._play(run, run.step + 1)
            run.pacing.owe_one_step(run.step)
            self._changed.wait_for(lambda: run.state != "running", timeout)

    def pause(self, run: LiveRun) -> None:
        """Take no further step for now."""
        with self._changed:
            if run.state == "running":
                run.halt("paused")
                self._changed.notify_all()

    def stop(self, run: LiveRun) -> None:
        """End the run here; what it has learned stays."""
        with self._changed:
            if not run.ended:
                self._end(run, "stopped")
                self._changed.notify_all()

    def set_pace(self, run: LiveRun, pace: Pace) -> None:
        """Go on at another pace."""
        with self._changed:
            run.set_pace(pace)
            self._changed.notify_all()

    def live(self) -> list[LiveRun]:
        """The runs that have not ended."""
        return self._roster.live()

    def close(self, timeout: float | None = None) -> None:
        """End the thread; runs stay as they are. A step that hangs is waited for so many seconds."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)

    def _play(self, run: LiveRun, until: int) -> None:
        with self._changed:
            if not run.ended:
                self._make_live(run)
                journal.plays(run)
                run.play(until)
                self._changed.notify_all()

    def _make_live(self, run: LiveRun) -> None:
        self._roster.wake(run)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)
            self._thread.start()

    def _end(self, run: LiveRun, state: State) -> None:
        self._roster.rest(run)
        run.halt(state)  # last: who sees that a run has ended finds it among the ended
        run.film.settle()
        journal.ended(run)

    def _work(self) -> None:
        while not self._closing:
            self.pulse.beat()
            running = [run for run in self.live() if run.state == "running"]
            taken = sum(self._advance(run, len(running)) for run in running)
            self._tend()
            if taken:
                time.sleep(REST)
                continue
            now = time.monotonic()
            waits = (max(run.pacing.next_due(run.step, now), run.rest_until - now) for run in running)
            pause = min(waits, default=LONGEST_SLEEP)
            with self._changed:
                if not self._closing and not any(run.state == "running" and run not in running for run in self.live()):
                    self._changed.wait(min(max(pause, 0.002), LONGEST_SLEEP))

    def _advance(self, run: LiveRun, runs: int) -> int:
        began = time.monotonic()
        if self._closing or began < run.rest_until:
            return 0
        try:
            taken = run.advance(SLICE)
        except Exception as error:
            # One run's fault must not end everyone's training; it is logged whole and shown as failed.
            journal.failed(error)
            with self._changed:
                if not run.ended:
                    self._end(run, "failed")
                self._changed.notify_all()
            return 0
        # One step may take longer than a slice, as on 60,000 images at once: then the others go first for as long.
        over = time.monotonic() - began - 2 * SLICE
        if over > 0:
            run.rest_until = time.monotonic() + over * (runs - 1)
        if taken and (run.exhausted or run.step >= run.until):
            with self._changed:
                self._settle(run)
                self._changed.notify_all()
        return taken

    def _settle(self, run: LiveRun) -> None:
        if run.ended:
            return
        if run.last and run.last.diverged:
            self._end(run, "diverged")
        elif run.exhausted:
            self._end(run, "finished")
        elif run.state == "running":
            run.halt("paused")

    def _tend(self) -> None:
        now = time.monotonic()
        for run in self.live():
            unwatched = now - run.seen
            if unwatched <= UNWATCHED_PAUSE:
                continue
            with self._changed:
                if run.state == "running":
                    run.unwatched = True  # first: whoever sees the pause finds why
                    run.halt("paused")
                elif unwatched > UNWATCHED_REST and not run.ended:
                    self._roster.rest(run)
