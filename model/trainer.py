"""The scheduler: one thread that advances every live run of the server in turn.

Runs take slices of about 20 ms, round robin, with a short rest between rounds so that the pages' own threads get the
interpreter. The thread knows nothing of Streamlit; the pages call ``Trainer``'s methods from theirs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict

from model.data import FashionData
from model.errors import RunError
from model.live_run import LiveRun, Pace, State
from model.train import Hyperparameters

SLICE = 0.020
REST = 0.0002
LONGEST_SLEEP = 0.5
KEPT = 20
"""Runs that stay in memory after they end; the one that ended first goes first."""

LIVE_EACH = 4
LIVE_IN_ALL = 200
"""Live runs a person may have, and the server."""

UNWATCHED_PAUSE = 5 * 60.0
UNWATCHED_STOP = 60 * 60.0
"""Seconds without a viewer after which a run is paused, and after which it is ended to free its place."""

log = logging.getLogger("softmax_studio.trainer")


class Trainer:
    """All runs of this server. ``close`` ends the thread; it is a daemon and starts with the first run."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, LiveRun] = OrderedDict()
        self._ended: OrderedDict[str, LiveRun] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    # What the pages call.

    def create(self, owner: str, hyperparameters: Hyperparameters, data: FashionData, pace: Pace = "slow") -> LiveRun:
        """A new run, paused before its first step. Over ``LIVE_EACH`` the owner's oldest is stopped."""
        run = LiveRun(owner, hyperparameters, data, pace)
        with self._changed:
            mine = [other for other in self._runs.values() if other.owner == owner]
            for other in mine[: max(0, len(mine) - LIVE_EACH + 1)]:
                self._end(other, "stopped")
            if len(self._runs) >= LIVE_IN_ALL:
                raise RunError("too_many_runs", limit=LIVE_IN_ALL)
            self._runs[run.id] = run
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="trainer", daemon=True)
                self._thread.start()
        return run

    def get(self, run_id: str) -> LiveRun:
        """The run with this id, or RunError."""
        run = self._runs.get(run_id) or self._ended.get(run_id)
        if run is None:
            raise RunError("run_gone", id=run_id[:32])
        return run

    def runs_of(self, owner: str) -> list[LiveRun]:
        """A person's runs that are still in memory, the newest first."""
        with self._changed:
            runs = [*self._ended.values(), *self._runs.values()]
        return sorted((run for run in runs if run.owner == owner), key=lambda run: run.created, reverse=True)

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
            run.owe_one_step()
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
        return list(self._runs.values())

    def close(self) -> None:
        """End the thread; runs stay as they are."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    # What the thread does.

    def _play(self, run: LiveRun, until: int) -> None:
        with self._changed:
            if not run.ended:
                run.play(until)
                self._changed.notify_all()

    def _end(self, run: LiveRun, state: State) -> None:
        self._ended[run.id] = run
        self._runs.pop(run.id, None)
        while len(self._ended) > KEPT:
            self._ended.popitem(last=False)
        run.halt(state)  # last: who sees that a run has ended finds it among the ended
        run.film.settle()

    def _work(self) -> None:
        while not self._closing:
            running = [run for run in self.live() if run.state == "running"]
            taken = sum(self._advance(run, len(running)) for run in running)
            self._tend()
            if taken:
                time.sleep(REST)
                continue
            now = time.monotonic()
            pause = min((max(run.next_due(now), run.rest_until - now) for run in running), default=LONGEST_SLEEP)
            with self._changed:
                if not self._closing and not any(run.state == "running" and run not in running for run in self.live()):
                    self._changed.wait(min(max(pause, 0.002), LONGEST_SLEEP))

    def _advance(self, run: LiveRun, runs: int) -> int:
        began = time.monotonic()
        if began < run.rest_until:
            return 0
        try:
            taken = run.advance(SLICE)
        except Exception:
            # One run's fault must not end everyone's training; it is logged whole and shown as failed.
            log.exception("run failed")
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
                elif unwatched > UNWATCHED_STOP and not run.ended:
                    self._end(run, "stopped")
