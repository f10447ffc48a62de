"""The thread that saves the trainer's runs while they go on, and finds the kept ones again.

What a crash can take is what was trained since the last save: a running run is saved every second. Where the store
fails, runs go on in memory, ``problem`` says why, and it is tried again every few seconds.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from weakref import WeakKeyDictionary, WeakSet

from model.data import FashionData
from model.described import Described
from model.errors import RunError, StoreError
from model.history import History
from model.keeping import keep, restored
from model.kept import Kept
from model.live_run import LiveRun
from model.runs import Runs, Saved, limits
from model.store import Store, store_url
from model.trainer import Trainer

FIRST, EVERY = 0.3, 1.0
"""Seconds until a running run is saved first, so that a short one is saved once, and between two saves."""

TICK = 0.25
RETRY = 5.0
"""Seconds between two looks, and until a store that failed is tried again."""

log = logging.getLogger("softmax_studio.keeper")


class Keeper:
    """Keeps the runs of ``trainer``; ``data_set`` gives the data set of a name, or raises DataError.

    ``chores`` are done at each look, by the same thread, whether or not the store can be used.
    """

    def __init__(
        self,
        trainer: Trainer,
        data_set: Callable[[str], FashionData],
        open_store: Callable[[], Store] = lambda: Store(store_url()),
    ) -> None:
        self.trainer, self.data_set, self._open = trainer, data_set, open_store
        self.server = secrets.token_urlsafe(16)
        self.problem: StoreError | None = None
        self.chores: list[Callable[[], None]] = []
        self.described = Described(lambda: self.history)
        self._runs: Runs | None = None
        self._had: WeakKeyDictionary[LiveRun, Saved] = WeakKeyDictionary()
        self._saved_at: WeakKeyDictionary[LiveRun, float] = WeakKeyDictionary()
        self._not_ours: WeakSet[LiveRun] = WeakSet()
        self._retry_at = 0.0
        self._shut = False
        self._lock = threading.RLock()
        self._closing = threading.Event()
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

    @property
    def runs(self) -> Runs:
        """The runs in the store, opened at first use; StoreError while it cannot be used."""
        with self._lock:
            if self.problem and self._shut and time.monotonic() < self._retry_at:
                raise self.problem
            if self._runs is None:
                try:
                    self._runs, self._shut = Runs(self._open(), self.server), False
                except StoreError as error:
                    self._shut = True  # where only writing fails, what is kept can be looked at meanwhile
                    self._failed(error)
                    raise
            return self._runs

    @property
    def history(self) -> History:
        """The lists over them; StoreError as ``runs``."""
        return History(self.runs)

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

    def add(self, kept: Kept, name: str = "", note: str = "", imported: bool = False) -> Saved:
        """Keep a run that comes from elsewhere, and take away the oldest where there are too many by now."""
        saved = self.runs.add(kept, name, note, imported)
        self.runs.prune(*limits(), [kept.id, *(run.id for run in self.trainer.live())])
        return saved

    def save(self, at_once: bool = False) -> None:
        """Save what has changed, running runs once every ``EVERY`` seconds; StoreError where it cannot be written."""
        now = time.monotonic()
        with self._lock, suppress(RunError):
            self.described.write()
        for run in reversed(self.trainer.runs()):  # the oldest first: they are numbered as they are saved
            if run.saved != run.version and (at_once or self._due(run, now)):
                self._save(run)

    def _due(self, run: LiveRun, now: float) -> bool:
        saved_at = self._saved_at.get(run)
        due = run.elapsed() >= FIRST if saved_at is None else now >= saved_at + EVERY
        return due or run.state != "running"

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
            run.saved, self._saved_at[run], self.problem = version, time.monotonic(), None

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
        return self.add(keep(run))

    def _failed(self, error: StoreError) -> None:
        if self.problem is None or self.problem.key != error.key:
            log.warning("%s", error)
        self.problem, self._retry_at = error, time.monotonic() + RETRY
        if self._runs:  # opened anew when it is tried again: the file may be another one by then
            self._runs.store.close()
            self._runs = None

    def _work(self) -> None:
        while not self._closing.is_set():
            self.trainer.wait(TICK)
            try:
                for chore in self.chores:
                    chore()
                if time.monotonic() >= self._retry_at:
                    self.save()
                    if self.problem and self.runs:  # it can be opened again, and nothing is left to be saved
                        self.problem = None
            except StoreError:
                continue  # said by ``problem``
            except Exception:
                log.exception("saving failed")  # the next second tries again
                self._closing.wait(EVERY)
