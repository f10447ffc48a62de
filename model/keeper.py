"""The thread that saves the trainer's runs while they go on, and finds the kept ones again.

What a crash can take is what was trained since the last save: a running run is saved every second. Where the store
fails, runs go on in memory, ``problem`` says why, and it is tried again every few seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from weakref import WeakKeyDictionary, WeakSet

from model import journal
from model.arrivals import Arrivals
from model.data import FashionData
from model.described import Described, Values
from model.errors import RunError, StoreError
from model.haste import Haste
from model.keeping import keep, restored
from model.kept import Kept, Pace
from model.live_run import LiveRun
from model.opened import Opened
from model.pulse import Pulse
from model.runs import Saved
from model.store import Store, store_url
from model.train import Hyperparameters
from model.trainer import Trainer

EVERY, TICK = 1.0, 0.25
"""Seconds between two saves of a running run (one that has begun or halted is saved at once), and between two looks."""


class Keeper(Opened):
    """Keeps the runs of ``trainer``; ``data_set`` gives the data set of a name, or raises DataError.

    ``chores`` are done at each look, by the same thread, whether or not the store can be used.
    """

    def __init__(
        self,
        trainer: Trainer,
        data_set: Callable[[str], FashionData],
        open_store: Callable[[], Store] = lambda: Store(store_url()),
    ) -> None:
        super().__init__(open_store)
        self.trainer, self.data_set = trainer, data_set
        self.chores: list[Callable[[], None]] = []
        self.haste = Haste()
        self.described = Described(lambda: self.history, self._unsaved)
        self._arrivals = Arrivals(trainer, data_set, lambda: self.runs, self.described)
        self._had: WeakKeyDictionary[LiveRun, Saved] = WeakKeyDictionary()
        self._saved_at: WeakKeyDictionary[LiveRun, float] = WeakKeyDictionary()
        self._not_ours: WeakSet[LiveRun] = WeakSet()
        self._closing = threading.Event()
        self.pulse = Pulse()
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> Keeper:
        """Begin to save; the thread is a daemon."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Save all that there is, and end the thread."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        with suppress(StoreError):
            self.save(at_once=True)
        if self._runs:
            self._runs.store.close()

    def create(
        self, owner: str, settings: Hyperparameters, data: FashionData, pace: Pace = "slow", sweep: str | None = None
    ) -> LiveRun:
        """A new run before its first step, and in the store if that can be used: a crash at once finds it there."""
        if sweep is None:
            self.haste.run(owner)
        run = self.trainer.create(owner, settings, data, pace, sweep)
        if self.problem is None:
            try:
                with self._lock:
                    if run not in self._had:  # as what it is about to be, so that it shows as interrupted
                        self._had[run] = self.runs.add(replace(keep(run), state="running"))
                        self._saved_at[run] = time.monotonic()
            except StoreError as error:
                self._failed(error)
        return run

    def find(self, run_id: str) -> LiveRun:
        """The run with this id, from memory or from the store; RunError where there is none, DataError without data."""
        with suppress(RunError):
            return self.trainer.get(run_id)
        with self._lock:
            with suppress(RunError):
                return self.trainer.get(run_id)
            kept, had = self.runs.load(run_id)
            run = restored(kept, self.data_set(kept.data))
            run.saved, self._had[run] = run.version, had
            self._not_ours.add(run)
            self.trainer.adopt(run)
            return run

    def delete(self, owner: str, ids: Sequence[str]) -> None:
        """Take a person's runs out of sight; those that go on are paused, and can go on when they are brought back."""
        with self._lock:
            self.history.delete(owner, ids)
            for run_id in ids:
                with suppress(RunError):
                    run = self.trainer.get(run_id)
                    self.trainer.pause(run)
                    self._save(run)
                    self.trainer.forget(run)  # it ends here, not in the store
                    run.saved = run.version

    def describe(self, owner: str, run_id: str, **values: str | bool) -> None:
        """Change a run's name, note or pin; after a StoreError it waits until the store can be written."""
        with self._lock:
            self.described.add(owner, run_id, values)

    def add(self, kept: Kept, name: str = "", note: str = "", imported: bool = False) -> None:
        """Keep a run that comes from elsewhere: in memory until the store can be written; StoreError where it waits."""
        self.haste.run(kept.owner)
        values: Values = {"name": name, "note": note, "imported": imported}
        with self._lock:
            try:
                self._arrivals.add(kept, values)
            except StoreError as error:
                self._failed(error)
                if not self._arrivals.hold(kept, values):
                    raise

    def save(self, at_once: bool = False) -> None:
        """Save what has changed, running runs once every ``EVERY`` seconds; StoreError where it cannot be written."""
        now = time.monotonic()
        for run in reversed(self.trainer.runs()):  # the oldest first: they are numbered as they are saved
            due = at_once or run.state != "running" or now >= self._saved_at.get(run, 0.0) + EVERY
            if run.saved != run.version and due:
                self._save(run)
        try:
            with self._lock, suppress(RunError):
                self._arrivals.write()
                self.described.write()  # last: what is said of a run follows it
        except StoreError as error:
            self._failed(error)
            raise

    def _unsaved(self, owner: str, run_id: str) -> bool:
        with suppress(RunError):
            run = self.trainer.get(run_id)
            return run.owner == owner and run.saved < 0
        return False

    def _save(self, run: LiveRun) -> None:
        with self._lock:
            version = run.version
            if run.saved == version:  # somebody else was faster
                return
            try:
                self._had[run] = self._write(run)
            except StoreError as error:
                self._failed(error)
                raise
            run.saved, self._saved_at[run] = version, time.monotonic()
            self._works()
            if run.state != "running":  # not while it trains
                self._arrivals.make_room(run.id)

    def _write(self, run: LiveRun) -> Saved:
        had = self._had.get(run)
        if run in self._not_ours:
            self.runs.take(run.id)
            self._not_ours.discard(run)
        try:
            if had:
                return self.runs.save(keep(run), had)
        except RunError as error:
            if error.key == "run_taken":  # another server goes on with it: here it lives on in memory only
                return Saved()
        return self.runs.add(keep(run))

    def _work(self) -> None:
        while not self._closing.is_set():
            self.trainer.wait(TICK)
            self.pulse.beat()
            try:
                for chore in self.chores:
                    chore()
                if time.monotonic() >= self._retry_at:
                    self.save()
                    if self.problem and self.runs:  # it can be opened again, and nothing is left to be saved
                        self._works()
            except StoreError:
                continue  # said by ``problem``
            except Exception as error:
                journal.log.error("saving failed", exc_info=error)  # the next second tries again
                self._closing.wait(EVERY)
