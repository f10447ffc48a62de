"""The driver of the sweeps: the cells of a grid are trained one after the other, at full speed.

It works on the keeper's thread, whether or not the store can be used. A run that is paused, by its owner or to make
room for other runs of theirs, is waited for: the sweep goes on when the run does. What a cell comes to, diverged or
failed, never ends the sweep.
"""

from __future__ import annotations

import time
from contextlib import suppress

from model.errors import BadSetting, RunError, StudioError
from model.kept import GOES_ON
from model.known_sweeps import KnownSweeps
from model.live_run import LiveRun
from model.opened import RETRY
from model.sweep import Grid
from model.sweeps import Sweep, Sweeps, cell_of, to_train


class Sweeper(KnownSweeps):
    """All sweeps of this server; ``tend`` is to be called again and again."""

    def begin(self, owner: str, grid: Grid) -> Sweep:
        """Train a grid; BadSetting or DataError if that cannot be, RunError while another one is under way."""
        data = self.keeper.data_set(grid.data)
        if grid.batch_sizes[-1] > len(data.train_labels):
            raise BadSetting("batch_over_data", value=grid.batch_sizes[-1], limit=f"{len(data.train_labels):,}")
        if self.running(owner):
            raise RunError("sweep_running")
        self.keeper.haste.sweep(owner)
        sweep = Sweep(owner, grid)
        sweep.ahead = [(settings, None) for settings in grid.cells()]
        with self._lock:
            self._run(sweep)
        return sweep

    def stop(self, owner: str, sweep_id: str) -> None:
        """Stop the run under way and begin no other."""
        sweep = self.get(owner, sweep_id)
        with self._lock:
            if sweep.state == "running":
                sweep.ahead, sweep.problem = [], None
                self._become(sweep, "stopped")
        with suppress(RunError):  # there may be none
            self.trainer.stop(self.trainer.get(sweep.now or ""))

    def go_on(self, owner: str, sweep_id: str) -> None:
        """Train what has not been trained to its end: what was halted is gone on with, what was stopped begins anew."""
        sweep = self.get(owner, sweep_id)
        with self._lock:
            if sweep.state == "running":  # it waits for its own run
                if sweep.now:
                    self.trainer.play(self.keeper.find(sweep.now))
                return
            todo = [cell for cell in self.cells(sweep) if to_train(cell)]
            sweep.ahead = [(cell.settings, cell.run if cell.state in GOES_ON else None) for cell in todo]
            self._run(sweep)

    def delete(self, owner: str, sweep_id: str) -> None:
        """Take a sweep out of sight with all its runs; ``undelete`` brings both back."""
        self.stop(owner, sweep_id)
        sweep = self.get(owner, sweep_id)
        self.keeper.save(at_once=True)  # what is not in the store could not come back from there
        if ids := [cell.run for cell in self.cells(sweep) if cell.run]:
            self.keeper.delete(owner, ids)
        with self._lock:
            self._become(sweep, "deleted")

    def undelete(self, owner: str, sweep_id: str) -> None:
        """Bring a deleted sweep back, and the runs that went with it."""
        sweep = self.get(owner, sweep_id)
        if sweep.state == "deleted":
            if ids := Sweeps(self.keeper.runs).gone(sweep):
                self.keeper.history.undelete(owner, ids)
            with self._lock:
                whole = not any(map(to_train, self.cells(sweep)))
                self._become(sweep, "finished" if whole else "stopped")

    def tend(self) -> None:
        """Begin what comes next wherever a run has ended."""
        with self._lock:
            for sweep in [sweep for sweep in self._here.values() if sweep.state == "running"]:
                if time.monotonic() < self._retry_at.get(sweep.id, 0.0):
                    continue
                try:
                    self._tend(sweep)
                    sweep.problem = None
                except StudioError as error:
                    sweep.problem, self._retry_at[sweep.id] = error, time.monotonic() + RETRY
        self._save()

    def _tend(self, sweep: Sweep) -> None:
        run = self._under_way(sweep)
        if run and not run.ended:
            if run.state == "running":
                run.seen = time.monotonic()  # the sweep watches it
            return
        if run:
            sweep.known[run.hyperparameters] = cell_of(run)
            self._curves[run.id] = list(run.epochs)
        if sweep.ahead:
            run = self._next(sweep)
            sweep.now = run.id if run else None
        else:
            self._become(sweep, "finished")

    def _under_way(self, sweep: Sweep) -> LiveRun | None:
        try:
            return self.keeper.find(sweep.now) if sweep.now else None
        except RunError:  # it was deleted: its cell stays empty
            return None

    def _next(self, sweep: Sweep) -> LiveRun | None:
        settings, halted = sweep.ahead[0]
        if halted:
            try:
                run = self.keeper.find(halted)
            except RunError:  # deleted meanwhile, or of other data by now
                sweep.ahead.pop(0)
                return None
            self.trainer.set_pace(run, "full")
        else:
            data = self.keeper.data_set(sweep.grid.data)
            run = self.keeper.create(sweep.owner, settings, data, "full", sweep=sweep.id)
        self.trainer.play(run)
        sweep.ahead.pop(0)
        return run

    def _run(self, sweep: Sweep) -> None:
        if self.running(sweep.owner):
            raise RunError("sweep_running")
        sweep.now = None
        self._become(sweep, "running")
