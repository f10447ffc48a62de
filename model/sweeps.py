"""The sweeps that are kept, and what has become of their cells."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Literal, cast

from sqlalchemy import func, insert, select, update

from model.errors import StudioError
from model.kept import EpochPoint
from model.live_run import LiveRun
from model.runs import Runs, hyperparameters_of
from model.sweep import Cell, Grid
from model.tables import runs, sweeps
from model.train import Hyperparameters

SweepState = Literal["running", "interrupted", "stopped", "finished", "deleted"]
"""A sweep that is running in the store and not in this process was interrupted."""


@dataclass(eq=False)
class Sweep:
    """Runs that were asked for together.

    ``id`` cannot be guessed: who has it may look. ``number`` counts a person's sweeps from 1. While it runs: ``ahead``
    are the cells that are still to be trained, each with the run to go on with, if there is one; ``now`` is the run
    under way; ``problem`` is what holds it up; ``known`` are the cells as they were last seen.
    """

    owner: str
    grid: Grid
    state: SweepState = "running"
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    created: float = field(default_factory=time.time)
    number: int = 0
    ahead: list[tuple[Hyperparameters, str | None]] = field(default_factory=list)
    now: str | None = None
    problem: StudioError | None = None
    known: dict[Hyperparameters, Cell] = field(default_factory=dict)


class Sweeps:
    """The sweeps in a store, beside its runs."""

    def __init__(self, kept: Runs) -> None:
        self._runs, self._store = kept, kept.store

    def save(self, sweep: Sweep) -> None:
        """Keep a sweep, or how it stands now."""
        with self._store.write() as connection:
            changed = update(sweeps).where(sweeps.c.id == sweep.id).values(state=sweep.state)
            if not connection.execute(changed).rowcount:
                values = {"id": sweep.id, "owner": sweep.owner, "created": sweep.created, "state": sweep.state}
                connection.execute(insert(sweeps).values(grid=sweep.grid.to_json(), **values))

    def listing(self, owner: str) -> list[Sweep]:
        """All of a person's sweeps, the oldest first, the deleted ones too: these still count."""
        wanted = select(sweeps).where(sweeps.c.owner == owner).order_by(sweeps.c.created, sweeps.c.id)
        with self._store.read() as connection:
            rows = list(connection.execute(wanted))
        return [
            Sweep(owner, Grid.from_json(row.grid), cast(SweepState, row.state), row.id, row.created, i)
            for i, row in enumerate(rows, start=1)
        ]

    def find(self, sweep_id: str) -> Sweep | None:
        """The sweep with this id, whosever it is; without its number, which is its owner's affair."""
        with self._store.read() as connection:
            row = connection.execute(select(sweeps).where(sweeps.c.id == sweep_id)).one_or_none()
        if row is None:
            return None
        return Sweep(row.owner, Grid.from_json(row.grid), cast(SweepState, row.state), row.id, row.created)

    def cells(self, sweep: Sweep) -> dict[Hyperparameters, Cell]:
        """The runs of a sweep that are kept, the newest of each cell; those that were deleted are not among them."""
        wanted = (runs.c.sweep == sweep.id, runs.c.owner == sweep.owner, runs.c.deleted.is_(None))
        with self._store.read() as connection:
            rows = list(connection.execute(select(runs).where(*wanted).order_by(runs.c.created, runs.c.number)))
        cells = {}
        for row in rows:
            settings, state = hyperparameters_of(row), self._runs.state_of(row)
            overshot = state == "diverged" or row.diverging_since is not None
            numbers = (row.step, row.num_steps, row.seconds, overshot, row.test_acc)
            cells[settings] = Cell(settings, row.id, state, *numbers)
        return cells

    def gone(self, sweep: Sweep) -> list[str]:
        """The runs of a sweep that were deleted together at last, and can still be brought back."""
        mine = (runs.c.sweep == sweep.id, runs.c.owner == sweep.owner, runs.c.deleted.is_not(None))
        last = select(func.max(runs.c.deleted)).where(*mine).scalar_subquery()
        with self._store.read() as connection:
            return list(connection.execute(select(runs.c.id).where(*mine, runs.c.deleted == last)).scalars())

    def curve(self, run_id: str) -> list[EpochPoint]:
        """A kept run's points at its epochs' ends."""
        return self._runs.load(run_id)[0].epochs


def cell_of(run: LiveRun) -> Cell:
    """The cell of a run in memory."""
    state = run.state
    end = run.epochs[-1].test_acc if run.epochs else None
    overshot = state == "diverged" or run.diverging_since is not None
    return Cell(run.hyperparameters, run.id, state, run.step, run.num_steps, run.elapsed(), overshot, end)


def to_train(cell: Cell) -> bool:
    """Whether a sweep that goes on has something to do here: nothing was trained, or not to its end."""
    return cell.state not in ("finished", "diverged", "failed")
