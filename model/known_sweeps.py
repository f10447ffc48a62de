"""The sweeps of all persons: those under way, from memory, and all others from the store."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from model.errors import RunError, StoreError, StudioError
from model.keeper import Keeper
from model.kept import EpochPoint
from model.opened import RETRY
from model.sweep import Cell
from model.sweeps import Sweep, Sweeps, SweepState, cell_of

MOST_CURVES = 2000
"""Curves of kept runs that are remembered, as they are asked for once a second."""


class KnownSweeps:
    """What is known of sweeps, whether or not the store can be used; from any thread."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper, self.trainer = keeper, keeper.trainer
        self._here: dict[str, Sweep] = {}
        self._unsaved: dict[str, Sweep] = {}
        self._retry_at: dict[str, float] = {}
        self._curves: dict[str, list[EpochPoint]] = {}
        self._lock = threading.RLock()

    def get(self, owner: str, sweep_id: str) -> Sweep:
        """The person's sweep with this id, deleted or not; RunError where there is none."""
        found = next((sweep for sweep in self._all(owner) if sweep.id == sweep_id), None)
        if found is None:
            raise RunError("sweep_gone", id=sweep_id[:32])
        return found

    def find(self, sweep_id: str) -> Sweep:
        """A sweep to look at, whosever it is; RunError where there is none, StoreError while that cannot be said."""
        with self._lock:
            found = self._here.get(sweep_id)
        if found is None:
            found = Sweeps(self.keeper.runs).find(sweep_id)
            if found and found.state == "running":
                found.state = "interrupted"
        if found is None or found.state == "deleted":
            raise RunError("sweep_gone", id=sweep_id[:32])
        return found

    def listing(self, owner: str) -> list[Sweep]:
        """The person's sweeps, the newest first."""
        return [sweep for sweep in reversed(self._all(owner)) if sweep.state != "deleted"]

    def running(self, owner: str) -> Sweep | None:
        """The person's sweep that is under way."""
        with self._lock:
            mine = (sweep for sweep in self._here.values() if sweep.owner == owner and sweep.state == "running")
            return next(mine, None)

    def cells(self, sweep: Sweep) -> list[Cell]:
        """The grid's cells as they stand, in its order."""
        known = dict(sweep.known)
        with suppress(StoreError):  # then what is in memory, and what was last seen
            known = Sweeps(self.keeper.runs).cells(sweep)
        for run in reversed(self.trainer.runs(sweep.owner)):
            if run.sweep == sweep.id:
                known[run.hyperparameters] = cell_of(run)
        sweep.known = known
        return [known.get(settings, Cell(settings)) for settings in sweep.grid.cells()]

    def curve(self, run_id: str) -> list[EpochPoint]:
        """The points at the epochs' ends of a run; none where it cannot be had."""
        with suppress(RunError):
            return list(self.trainer.get(run_id).epochs)
        if run_id not in self._curves:
            try:
                self._curves[run_id] = Sweeps(self.keeper.runs).curve(run_id)
            except StudioError:
                return []
            if len(self._curves) > MOST_CURVES:
                self._curves.pop(next(iter(self._curves)))
        return self._curves[run_id]

    def _become(self, sweep: Sweep, state: SweepState) -> None:
        sweep.state = state
        self._here[sweep.id] = self._unsaved[sweep.id] = sweep

    def _all(self, owner: str) -> list[Sweep]:
        kept = []
        with suppress(StoreError):
            kept = Sweeps(self.keeper.runs).listing(owner)
        with self._lock:
            here = {sweep.id: sweep for sweep in self._here.values() if sweep.owner == owner}
        for sweep in kept:
            if sweep.state == "running":
                sweep.state = "interrupted"  # unless it is here
        every = {sweep.id: sweep for sweep in kept} | here
        for number, sweep in enumerate(sorted(every.values(), key=lambda sweep: sweep.created), start=1):
            sweep.number = number
        return sorted(every.values(), key=lambda sweep: sweep.created)

    def _save(self) -> None:
        if time.monotonic() < self._retry_at.get("", 0.0):
            return
        for sweep in list(self._unsaved.values()):
            state = sweep.state
            try:
                Sweeps(self.keeper.runs).save(sweep)
            except StoreError:  # said by the keeper
                self._retry_at[""] = time.monotonic() + RETRY
                return
            with self._lock:
                if sweep.state == state:
                    self._unsaved.pop(sweep.id, None)
                    if state != "running":  # from now on the store has it
                        self._here.pop(sweep.id, None)
                        self._retry_at.pop(sweep.id, None)
