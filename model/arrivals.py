"""Runs that come from elsewhere, a file or a copy, on their way into the store."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from model.data import FashionData
from model.described import Described, Values
from model.errors import DataError, StoreError
from model.keeping import restored
from model.kept import Kept
from model.runs import Runs, limits
from model.trainer import Trainer


class Arrivals:
    """Takes runs in. What the store cannot take lives in memory, and is saved as what was trained here is."""

    def __init__(
        self, trainer: Trainer, data_set: Callable[[str], FashionData], runs: Callable[[], Runs], described: Described
    ) -> None:
        self._trainer, self._data_set, self._runs, self._described = trainer, data_set, runs, described
        self._late: list[tuple[Kept, Values]] = []

    def add(self, kept: Kept, values: Values) -> None:
        """Write a run with its name and note; StoreError if that cannot be."""
        self._runs().add(kept, **values)  # type: ignore[arg-type]
        self.make_room(kept.id)

    def make_room(self, run_id: str) -> None:
        """Take away the oldest runs where there are too many by now, but not this one."""
        with suppress(StoreError):  # what was written is there: they are taken away the next time
            self._runs().prune(*limits(), [run_id, *(run.id for run in self._trainer.live())])

    def hold(self, kept: Kept, values: Values) -> bool:
        """Have a run in memory until it can be written; False where its data are not here, so that it can only wait."""
        with suppress(DataError):
            data = self._data_set(kept.data)
            if data.checksum == kept.checksum:
                self._described.waiting[kept.owner, kept.id] = values
                self._trainer.adopt(restored(kept, data))
                return True
        self._late.append((kept, values))
        return False

    def write(self) -> None:
        """Write what could only wait; StoreError where it goes on waiting."""
        while self._late:
            self.add(*self._late[0])
            self._late.pop(0)
