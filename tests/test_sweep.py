"""Sweeps: each cell is the run that it would be alone, and whatever comes between leaves the rest in order."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import URL

from model.concise import make_model
from model.data import FashionData
from model.errors import BadSetting, RunError, StoreError
from model.keeper import Keeper
from model.kept import GOES_ON, State
from model.limits import LIVE_EACH
from model.live_run import LiveRun
from model.store import Store
from model.sweep import MOST_CELLS, Cell, Grid, best_of, lesson, seconds_per_epoch
from model.sweeper import Sweeper
from model.sweeps import Sweep
from model.train import Hyperparameters, train
from model.trainer import Trainer

BASE = Hyperparameters(num_epochs=2, seed=3)
GRID = Grid(BASE, "few", (0.1, 0.01), (100, 50), (0.01, 0.0))
LONG = Grid(dataclasses.replace(BASE, num_epochs=1000), "few", (0.1,), (10,), (0.01,))
"""One cell that no test waits for."""


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to this"
        time.sleep(0.005)


@pytest.fixture
def url(tmp_path: Path) -> URL:
    return URL.create("sqlite", database=str(tmp_path / "runs.sqlite3"))


@pytest.fixture
def servers(url: URL, few: FashionData) -> Iterator[Callable[..., Sweeper]]:
    """Makes one server after another on the same store."""
    made: list[Keeper] = []

    def server(store: Callable[[], Store] = lambda: Store(url)) -> Sweeper:
        keeper = Keeper(Trainer(), lambda name: few, store)
        sweeper = Sweeper(keeper)
        keeper.chores.append(sweeper.tend)
        made.append(keeper.start())
        return sweeper

    yield server
    for keeper in made:
        keeper.close()
        keeper.trainer.close()


def end(sweeper: Sweeper) -> None:
    keeper = sweeper.keeper
    keeper.close()
    keeper.trainer.close()


def states(sweeper: Sweeper, sweep: Sweep) -> list[State | None]:
    return [cell.state for cell in sweeper.cells(sweep)]


def under_way(sweeper: Sweeper, sweep: Sweep) -> LiveRun:
    """The sweep's run, once it has made a step."""
    until(lambda: sweep.now and sweeper.trainer.get(sweep.now).step)
    return sweeper.trainer.get(sweep.now or "")


def now_of(sweeper: Sweeper, sweep_id: str, owner: str = "me") -> str:
    return sweeper.get(owner, sweep_id).state


rates = st.lists(st.sampled_from([1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0, 10.0]), min_size=1, max_size=5)
sizes = st.lists(st.sampled_from([1, 16, 64, 256, 1024]), min_size=1, max_size=4)
stds = st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.1, 1.0]), min_size=1, max_size=3)


@given(rates, sizes, stds)
def test_a_grid_has_every_combination_once_in_order(lrs: list[float], batches: list[int], spreads: list[float]) -> None:
    grid = Grid(BASE, "few", tuple(lrs), tuple(batches), tuple(spreads))
    cells = grid.cells()
    assert len(cells) == len(set(cells)) == len(grid) == len(set(lrs)) * len(set(batches)) * len(set(spreads))
    keys = [(cell.init_std, cell.batch_size, cell.lr) for cell in cells]
    assert keys == sorted(keys)
    assert {key[1:] for key in keys} == {(b, lr) for b in batches for lr in lrs}
    assert all(dataclasses.replace(cell, lr=0.1, batch_size=256, init_std=0.01) == BASE for cell in cells)
    assert Grid.from_json(grid.to_json()) == grid


def test_a_grid_that_cannot_be_is_refused_in_a_sentence() -> None:
    for values, key in (
        (((), (256,), (0.01,)), "sweep_empty"),
        (((0.1,), (256,), ()), "sweep_empty"),
        (((float("nan"),), (256,), (0.01,)), "bad_setting"),
        (((0.1,), (0,), (0.01,)), "bad_setting"),
        (((0.1,), (2.5,), (0.01,)), "not_whole"),
        ((tuple(i / 100 for i in range(1, MOST_CELLS + 2)), (256,), (0.01,)), "sweep_large"),
    ):
        with pytest.raises(BadSetting) as caught:
            Grid(BASE, "few", *values)
        assert caught.value.key == key
        assert str(caught.value)
    assert len(Grid(BASE, "few", tuple(i / 100 for i in range(1, MOST_CELLS + 1)), (256,), (0.01,))) == MOST_CELLS


def test_each_cell_is_the_run_that_it_would_be_alone(servers: Callable[..., Sweeper], few: FashionData) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", GRID)
    until(lambda: sweep.state == "finished")
    cells = sweeper.cells(sweep)
    assert [cell.settings for cell in cells] == GRID.cells()
    created = []
    for cell in cells:
        run = sweeper.keeper.find(cell.run or "")
        model = make_model(run.hyperparameters.implementation, run.hyperparameters.seed, run.hyperparameters.init_std)
        steps = list(train(model, few, cell.settings))
        assert torch.equal(run.weights.W, model.W)
        assert torch.equal(run.weights.b, model.b)
        alone = [(step.epoch, step.train_loss, step.train_acc, step.test_acc) for step in steps if step.test_acc]
        assert list(map(tuple, run.epochs)) == alone == list(map(tuple, sweeper.curve(run.id)))
        assert (cell.state, cell.step, cell.result) == ("finished", len(steps), steps[-1].test_acc)
        assert (run.sweep, run.owner, run.pace) == (sweep.id, "me", "full")
        created.append(run.created)
    assert created == sorted(created)


def test_a_sweep_is_there_after_a_restart(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", GRID)
    until(lambda: sweep.state == "finished")
    cells = sweeper.cells(sweep)
    end(sweeper)
    later = servers()
    (found,) = later.listing("me")
    assert (found.id, found.grid, found.state, found.number) == (sweep.id, GRID, "finished", 1)
    assert later.cells(found) == cells
    assert [later.curve(cell.run or "") for cell in cells] == [sweeper.curve(cell.run or "") for cell in cells]
    assert later.listing("somebody else") == []


def test_what_is_asked_of_other_peoples_sweeps_is_refused(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", GRID)
    for ask in (sweeper.stop, sweeper.go_on, sweeper.delete, sweeper.undelete, sweeper.get):
        with pytest.raises(RunError) as caught:
            ask("somebody else", sweep.id)
        assert caught.value.key == "sweep_gone"
    until(lambda: sweep.state == "finished")


def test_who_has_a_sweeps_id_finds_it(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", LONG)
    run = under_way(sweeper, sweep)
    assert sweeper.find(sweep.id) is sweep
    until(lambda: run.saved >= 0)
    until(lambda: not sweeper._unsaved)
    end(sweeper)
    later = servers()
    found = later.find(sweep.id)
    assert (found.owner, found.grid, found.state, found.number) == ("me", LONG, "interrupted", 0)
    assert [cell.run for cell in later.cells(found)] == [run.id]


def test_a_sweep_that_was_deleted_or_never_was_is_not_found(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", GRID)
    until(lambda: sweep.state == "finished")
    sweeper.delete("me", sweep.id)
    until(lambda: not sweeper._unsaved)
    for sweep_id in (sweep.id, "never", ""):
        with pytest.raises(RunError) as caught:
            sweeper.find(sweep_id)
        assert caught.value.key == "sweep_gone"


def test_a_sweeps_id_cannot_be_guessed() -> None:
    ids = {Sweep("me", GRID).id for _ in range(1000)}
    assert len(ids) == 1000
    assert min(map(len, ids)) >= 22  # 128 bits at 6 a character


def test_a_person_has_one_sweep_under_way(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    mine, other = sweeper.begin("me", LONG), sweeper.begin("somebody else", LONG)
    with pytest.raises(RunError) as caught:
        sweeper.begin("me", GRID)
    assert caught.value.key == "sweep_running"
    assert sweeper.running("me") is mine
    sweeper.stop("somebody else", other.id)
    assert sweeper.running("somebody else") is None
    sweeper.stop("me", mine.id)
    second = sweeper.begin("me", GRID)
    until(lambda: second.state == "finished")
    assert [(sweep.id, sweep.number) for sweep in sweeper.listing("me")] == [(second.id, 2), (mine.id, 1)]


def test_what_cannot_be_trained_is_not_begun(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    with pytest.raises(BadSetting) as caught:
        sweeper.begin("me", dataclasses.replace(GRID, batch_sizes=(10, 1001)))
    assert caught.value.key == "batch_over_data"
    assert sweeper.listing("me") == []


def test_a_sweep_that_is_stopped_goes_on(servers: Callable[..., Sweeper]) -> None:
    grid = dataclasses.replace(LONG, lrs=(0.01, 0.1))
    sweeper = servers()
    sweep = sweeper.begin("me", grid)
    run = under_way(sweeper, sweep)
    sweeper.stop("me", sweep.id)
    assert states(sweeper, sweep) == ["stopped", None]
    until(lambda: now_of(sweeper, sweep.id) == "stopped")
    sweeper.go_on("me", sweep.id)
    again = under_way(sweeper, sweeper.get("me", sweep.id))
    assert again.id != run.id, "what was stopped begins anew"
    assert again.hyperparameters == run.hyperparameters
    assert states(sweeper, sweep) == ["running", None]
    sweeper.stop("me", sweep.id)


def test_a_sweep_waits_for_its_run_that_is_paused(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", dataclasses.replace(LONG, lrs=(0.01, 0.1)))
    run = under_way(sweeper, sweep)
    sweeper.trainer.pause(run)
    time.sleep(0.6)
    assert (sweep.state, run.state, states(sweeper, sweep)) == ("running", "paused", ["paused", None])
    sweeper.go_on("me", sweep.id)
    assert run.state == "running"
    sweeper.trainer.stop(run)  # by its owner, on its own page: the next one begins
    until(lambda: sweep.now != run.id)
    assert states(sweeper, sweep) == ["stopped", "running"]
    sweeper.stop("me", sweep.id)


def test_a_sweep_waits_for_its_run_that_made_room_for_others(servers: Callable[..., Sweeper], few: FashionData) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", LONG)
    run = under_way(sweeper, sweep)
    for _ in range(LIVE_EACH):
        sweeper.trainer.play(sweeper.trainer.create("me", LONG.cells()[0], few, "talk"))
    assert run.state == "paused"
    assert sweep.state == "running"
    sweeper.go_on("me", sweep.id)
    until(lambda: run.state == "running")
    sweeper.stop("me", sweep.id)
    assert run.ended


def test_a_running_sweep_is_watched(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", LONG)
    run = under_way(sweeper, sweep)
    run.seen -= 100
    until(lambda: time.monotonic() - run.seen < 1)
    sweeper.stop("me", sweep.id)


def test_an_interrupted_sweep_goes_on_to_the_uninterrupted_result(
    servers: Callable[..., Sweeper], few: FashionData
) -> None:
    grid = Grid(dataclasses.replace(BASE, num_epochs=60), "few", (0.05, 0.1, 0.2), (10,), (0.01,))
    first = servers()
    sweep = first.begin("me", grid)
    until(lambda: first.cells(sweep)[1].step)
    end(first)
    second = servers()
    (found,) = second.listing("me")
    assert found.state == "interrupted"
    before = second.cells(found)
    assert [cell.state for cell in before[::2]] == ["finished", None]
    assert before[1].state in ("interrupted", "finished")
    assert second.running("me") is None
    second.go_on("me", sweep.id)
    until(lambda: now_of(second, sweep.id) == "finished")
    after = second.cells(second.get("me", sweep.id))
    assert [cell.run for cell in after[:2]] == [cell.run for cell in before[:2]]
    for cell in after:
        model = make_model("scratch", cell.settings.seed, cell.settings.init_std)
        for _ in train(model, few, cell.settings):
            pass
        assert torch.equal(second.keeper.find(cell.run or "").weights.W, model.W)


def test_a_deleted_run_leaves_its_cell_empty_until_the_sweep_goes_on(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", GRID)
    until(lambda: sweep.state == "finished")
    runs = [cell.run or "" for cell in sweeper.cells(sweep)]
    until(lambda: all(sweeper.trainer.get(run).saved >= 0 for run in runs))
    sweeper.keeper.delete("me", [runs[2]])
    sweep = sweeper.get("me", sweep.id)
    assert [cell.run for cell in sweeper.cells(sweep)] == [*runs[:2], None, *runs[3:]]
    sweeper.go_on("me", sweep.id)
    until(lambda: now_of(sweeper, sweep.id) == "finished")
    after = [cell.run for cell in sweeper.cells(sweep)]
    assert after[2] not in (None, runs[2])
    assert after[:2] + after[3:] == runs[:2] + runs[3:]


def test_a_run_deleted_under_way_does_not_hold_up_the_sweep(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", dataclasses.replace(LONG, lrs=(0.01, 0.1)))
    run = under_way(sweeper, sweep)
    until(lambda: run.saved >= 0)
    sweeper.keeper.delete("me", [run.id])
    until(lambda: sweep.now not in (None, run.id))
    assert states(sweeper, sweep) == [None, "running"]
    sweeper.stop("me", sweep.id)


def test_a_sweep_is_deleted_with_its_runs_and_comes_back_with_them(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    kept = sweeper.begin("me", GRID)
    until(lambda: kept.state == "finished")
    sweep = sweeper.begin("me", LONG)
    run = under_way(sweeper, sweep)
    sweeper.delete("me", sweep.id)
    assert [found.id for found in sweeper.listing("me")] == [kept.id]
    assert sweeper.keeper.history.listing("me")[1] == len(GRID)
    with pytest.raises(RunError):
        sweeper.keeper.find(run.id)
    sweeper.undelete("me", sweep.id)
    assert [(found.id, found.number, found.state) for found in sweeper.listing("me")] == [
        (sweep.id, 2, "stopped"), (kept.id, 1, "finished"),
    ]  # fmt: skip
    assert sweeper.cells(sweeper.get("me", sweep.id))[0].run == run.id


def test_a_run_deleted_before_its_sweep_stays_deleted(servers: Callable[..., Sweeper]) -> None:
    sweeper = servers()
    sweep = sweeper.begin("me", GRID)
    until(lambda: sweep.state == "finished")
    sweeper.keeper.save(at_once=True)
    runs = [cell.run or "" for cell in sweeper.cells(sweep)]
    sweeper.keeper.delete("me", runs[:1])
    sweeper.delete("me", sweep.id)
    sweeper.undelete("me", sweep.id)
    assert [cell.run for cell in sweeper.cells(sweep)] == [None, *runs[1:]]
    assert now_of(sweeper, sweep.id) == "stopped"


def test_a_cell_that_fails_or_diverges_does_not_end_the_sweep(
    servers: Callable[..., Sweeper], monkeypatch: pytest.MonkeyPatch
) -> None:
    sweeper = servers()
    advance = LiveRun.advance

    def faulty(run: LiveRun, seconds: float) -> int:
        if run.hyperparameters.lr == 0.2:
            raise ZeroDivisionError
        if run.hyperparameters.lr == 0.3:
            run.model.W.fill_(float("inf"))
        return advance(run, seconds)

    monkeypatch.setattr(LiveRun, "advance", faulty)
    sweep = sweeper.begin("me", Grid(BASE, "few", (0.1, 0.2, 0.3, 0.4), (100,), (0.01,)))
    until(lambda: sweep.state == "finished")
    assert states(sweeper, sweep) == ["finished", "failed", "diverged", "finished"]
    assert [cell.overshot for cell in sweeper.cells(sweep)] == [False, False, True, False]
    sweeper.go_on("me", sweep.id)  # there is nothing to do
    until(lambda: now_of(sweeper, sweep.id) == "finished")
    assert states(sweeper, sweep) == ["finished", "failed", "diverged", "finished"]


def test_a_sweep_works_in_memory_while_the_store_fails(servers: Callable[..., Sweeper], url: URL) -> None:
    broken = True

    def store() -> Store:
        if broken:
            raise StoreError("store_full", where="here")
        return Store(url)

    sweeper = servers(store)
    sweep = sweeper.begin("me", GRID)
    until(lambda: sweep.state == "finished")
    assert [found.id for found in sweeper.listing("me")] == [sweep.id]
    cells = sweeper.cells(sweep)
    assert [cell.state for cell in cells] == ["finished"] * len(GRID)
    assert all(len(sweeper.curve(cell.run or "")) == 2 for cell in cells)
    broken = False
    until(lambda: not sweeper._unsaved)
    sweeper.keeper.save(at_once=True)
    end(sweeper)
    later = servers()
    (found,) = later.listing("me")
    assert (found.state, later.cells(found)) == ("finished", cells)


def test_a_finished_cell_is_gone_on_with_by_nobody() -> None:
    assert {state for state in GOES_ON if Cell(BASE, "id", state).result is not None} == set()


accuracies = st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=4, max_size=4)


@given(accuracies, st.lists(st.booleans(), min_size=4, max_size=4))
def test_the_lesson_is_what_the_numbers_say(results: list[float | None], overshot: list[bool]) -> None:
    grid = Grid(BASE, "few", (0.01, 0.1, 1.0, 10.0), (256,), (0.01,))
    cells = [
        Cell(settings, str(i), "stopped" if acc is None else "finished", overshot=off, test_acc=acc)
        for i, (settings, acc, off) in enumerate(zip(grid.cells(), results, overshot, strict=True))
    ]
    known = [acc for acc in results if acc is not None]
    best = best_of(cells)
    assert (best and best.test_acc) == (max(known) if known else None)
    said = lesson(grid, cells)
    assert (said is None) == (len(known) < 2)
    if said:
        i = cells.index(said.best)
        assert said.best.test_acc == max(known)
        assert said.axis == "lr"
        assert said.at_end == {0: "lower", 3: "upper"}.get(i)
        assert said.lower == (cells[i - 1] if i and results[i - 1] is not None else None)
        assert said.upper == (cells[i + 1] if i < 3 and results[i + 1] is not None else None)
        assert said.overshot == [cell.settings.lr for cell in cells if cell.overshot]


def test_the_time_of_an_epoch_is_measured(few: FashionData) -> None:
    for batch_size in (10, 100, 1000):
        assert 0 < seconds_per_epoch(dataclasses.replace(BASE, batch_size=batch_size), few) < 30
    with pytest.raises(BadSetting):
        seconds_per_epoch(dataclasses.replace(BASE, batch_size=1001), few)
