"""A store that is opened at its first use, and tried again where it fails."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

from model import journal
from model.errors import StoreError
from model.history import History
from model.runs import Runs
from model.store import Store

RETRY = 5.0
"""Seconds until a store that failed is tried again."""


class Opened:
    """The runs in a store and the lists over them; ``problem`` says why it cannot be used, where it cannot."""

    def __init__(self, open_store: Callable[[], Store]) -> None:
        self._open = open_store
        self.server = secrets.token_urlsafe(16)
        self.problem: StoreError | None = None
        self._runs: Runs | None = None
        self._retry_at = 0.0
        self._shut = False
        self._lock = threading.RLock()

    @property
    def runs(self) -> Runs:
        """The runs in the store, opened at first use; StoreError while it cannot be used."""
        if runs := self._runs:  # without the lock: who only reads does not wait for who waits to write
            return runs
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

    def _failed(self, error: StoreError) -> None:
        if self.problem is None or self.problem.key != error.key:
            journal.store_failed(error)
        self.problem, self._retry_at = error, time.monotonic() + RETRY
        if self._runs:  # opened anew when it is tried again: the file may be another one by then
            self._runs.store.close()
            self._runs = None

    def _works(self) -> None:
        if self.problem:
            self.problem = None
            journal.store_works()
