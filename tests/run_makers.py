"""Runs to be kept, written and read in tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conftest import NOWHERE
from server import serve
from sqlalchemy import URL

from model.data import FashionData
from model.keeping import keep
from model.kept import Kept, State
from model.live_run import LiveRun
from model.runs import Runs
from model.store import Store
from model.sweep import Grid
from model.sweeps import Sweep, Sweeps
from model.train import Hyperparameters

EPOCH = 235


def trained(data: FashionData, steps: int | None = None, state: State = "stopped", **settings: float | str) -> Kept:
    """A run of so many steps, or of all it has, and how it ended; by default two epochs of ten steps on ``few``."""
    run = LiveRun("me", Hyperparameters(**{"num_epochs": 2, "batch_size": 100, **settings}), data, "full")  # type: ignore[arg-type]
    until = run.num_steps if steps is None else steps
    run.play(until)
    while run.step < until and not run.exhausted:
        run.advance(1.0)
    ended: State = "finished" if run.step == run.num_steps else state
    run.halt("diverged" if run.last and run.last.diverged else ended)
    return keep(run)


def diverged(data: FashionData) -> Kept:
    """A run that diverged in its second step, which no settings within the limits do on these data."""
    run = LiveRun("me", Hyperparameters(num_epochs=2, batch_size=100), data, "full")
    run.play(1)
    run.advance(1.0)
    run.model.W[3, 100] = 3e38  # the next logits overflow
    run.play(20)
    while not run.exhausted:
        run.advance(1.0)
    run.halt("diverged")
    return keep(run)


@contextmanager
def served(store: str, folder: Path) -> Iterator[str]:
    """A server of such runs with no data but what the app carries; a traceback in its log fails the tests."""
    log = folder / "server.log"
    places = {"SOFTMAX_STUDIO_DB": f"sqlite:///{store}", "SOFTMAX_STUDIO_DATA": str(folder / "data")}
    with serve(log, **NOWHERE, **places) as url:
        yield url
    assert "Traceback" not in log.read_text()


def a_persons_runs(data: FashionData, path: Path, owner: str) -> dict[str, str]:
    """Keep three runs in a new store at ``path``; the ids of them and of the sweep that two of them are."""
    store = Store(URL.create("sqlite", database=str(path)))
    runs = Runs(store, "another server")
    base = Hyperparameters(num_epochs=1)
    sweep = Sweep(owner, Grid(base, "garments", (0.1, 10.0), (base.batch_size,), (base.init_std,)), "finished")
    Sweeps(runs).save(sweep)

    def add(kept: Kept, of: Sweep | None = None) -> str:
        runs.add(dataclasses.replace(kept, owner=owner, sweep=of.id if of else None))
        return kept.id

    finished, exploded = (add(trained(data, **vars(settings)), sweep) for settings in sweep.grid.cells())
    paused = add(trained(data, EPOCH, "paused", batch_size=base.batch_size))
    store.close()
    return {"finished": finished, "exploded": exploded, "paused": paused, "sweep": sweep.id, "store": str(path)}
