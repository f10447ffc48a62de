"""Runs that last: what is saved is the run, and what goes on from it is the uninterrupted run, to the bit."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from sqlalchemy import URL

from model.concise import make_model
from model.data import FashionData
from model.errors import RunError, StoreError
from model.history import Query
from model.keeper import Keeper
from model.keeping import copied, keep, restored
from model.live_run import LiveRun
from model.runs import Runs, Saved
from model.store import Store
from model.train import Hyperparameters, train
from model.trainer import Trainer

SETTINGS = Hyperparameters(num_epochs=3, batch_size=50)  # 20 steps an epoch on `few`


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came to this"
        time.sleep(0.005)


@pytest.fixture
def url(tmp_path: Path) -> URL:
    return URL.create("sqlite", database=str(tmp_path / "runs.sqlite3"))


@pytest.fixture
def servers(url: URL, few: FashionData) -> Iterator[Callable[[], Keeper]]:
    """Makes one server after another on the same store."""
    made: list[Keeper] = []

    def server() -> Keeper:
        made.append(Keeper(Trainer(), lambda name: few, lambda: Store(url)).start())
        return made[-1]

    yield server
    for keeper in made:
        keeper.close()
        keeper.trainer.close()


def advance(run: LiveRun, step: int) -> None:
    """Bring a run that no trainer has to this step."""
    run.play(step)
    while run.step < step:
        assert run.advance(1.0)


def train_to_the_end(keeper: Keeper, run: LiveRun) -> None:
    keeper.trainer.play(run)
    until(lambda: run.ended)


def assert_same(one: LiveRun, other: LiveRun) -> None:
    """Everything that can be seen of two runs is equal, to the last bit."""
    assert torch.equal(one.weights.W, other.weights.W)
    assert torch.equal(one.weights.b, other.weights.b)
    assert (one.epochs, one.trace, one.step, one.state) == (other.epochs, other.trace, other.step, other.state)
    assert one.hyperparameters == other.hyperparameters
    for a, b in itertools.zip_longest(one.film.snapshots, other.film.snapshots):
        assert a.step == b.step
        assert all(map(torch.equal, a[1:], b[1:]))
    for a, b in zip(one.film.frames().confusions, other.film.frames().confusions, strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("implementation", ["scratch", "concise"])
@pytest.mark.parametrize("left_at", [1, 19, 20, 21, 33, 59])
def test_a_run_that_was_interrupted_ends_as_if_it_had_not_been(
    servers: Callable[[], Keeper], few: FashionData, implementation: str, left_at: int
) -> None:
    settings = dataclasses.replace(SETTINGS, implementation=implementation)
    first, second = servers(), servers()
    run = LiveRun("me", settings, few, "full")
    advance(run, left_at)
    first.runs.add(keep(run))
    found = second.find(run.id)
    assert (found.state, found.step) == ("interrupted", left_at)
    assert torch.equal(found.weights.W, run.weights.W)
    train_to_the_end(second, found)
    whole = first.trainer.create("me", settings, few, "full")
    train_to_the_end(first, whole)
    assert_same(found, whole)
    model = make_model(implementation, 0, 0.01)
    list(train(model, few, settings))
    assert torch.equal(found.weights.W, model.W)


def test_what_is_saved_bit_by_bit_is_the_run(servers: Callable[[], Keeper], few: FashionData, url: URL) -> None:
    run, runs = LiveRun("me", SETTINGS, few, "full"), servers().runs
    saved = runs.add(keep(run))
    for step in range(1, 60, 7):
        advance(run, step)
        saved = runs.save(keep(run), saved)
    kept, found = Runs(Store(url), "another").load(run.id)
    assert found == saved
    assert saved.pieces == 10
    run.state = "interrupted"
    assert_same(restored(kept, few), run)


def test_an_ended_run_is_one_piece(servers: Callable[[], Keeper], few: FashionData) -> None:
    keeper = servers()
    run = keeper.trainer.create("me", SETTINGS, few, "full")
    train_to_the_end(keeper, run)
    until(lambda: run.saved == run.version)
    kept, saved = keeper.runs.load(run.id)
    assert (saved.pieces, kept.state) == (1, "finished")
    assert_same(restored(kept, few), run)


def test_a_running_run_is_saved_while_it_goes_on(servers: Callable[[], Keeper], few: FashionData) -> None:
    first = servers()
    run = first.trainer.create("me", Hyperparameters(num_epochs=1000, batch_size=50), few, "slow")
    first.trainer.play(run)
    until(lambda: run.step >= 30)
    second = servers()
    found = second.find(run.id)
    assert found.state == "interrupted"
    assert 0 < found.step <= run.step
    first.trainer.stop(run)


def test_what_is_taken_in_makes_room_for_itself(
    servers: Callable[[], Keeper], few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_KEEP_RUNS", "2")
    keeper, run = servers(), LiveRun("me", SETTINGS, few, "full")
    copies = [copied(keep(run), "me") for _ in range(4)]
    for i, copy in enumerate(copies):
        keeper.add(dataclasses.replace(copy, created=time.time() - i))  # even one that is older than all others
        assert keeper.runs.load(copy.id)
    found, total = keeper.history.listing("me", Query())
    assert (total, {summary.id for summary in found} & {copies[0].id, copies[3].id}) == (
        2,
        {copies[0].id, copies[3].id},
    )


def test_a_run_is_kept_before_its_first_step(few: FashionData, url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.store.PATIENCE", 0.05)
    keeper = Keeper(Trainer(), lambda name: few, lambda: Store(url))  # and nobody comes to save it
    run = keeper.create("me", SETTINGS, few, "full")
    kept, _ = Runs(Store(url), "another").load(run.id)
    assert (kept.state, kept.progress.step) == ("interrupted", 0)
    assert torch.equal(kept.weights.W, run.weights.W)
    assert url.database
    with contextlib.closing(sqlite3.connect(url.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        late = keeper.create("me", SETTINGS, few, "full")
        assert keeper.problem
        assert keeper.problem.key == "store_locked"
    keeper.close()
    assert Runs(Store(url), "another").load(late.id)


def test_a_run_that_ends_makes_room_for_itself(
    servers: Callable[[], Keeper], few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_KEEP_RUNS", "2")
    keeper = servers()
    runs = [keeper.trainer.create("me", SETTINGS, few, "full") for _ in range(3)]
    for run in runs:
        train_to_the_end(keeper, run)
        until(lambda run=run: run.saved == run.version)  # type: ignore[misc]
    until(lambda: {found.id for found in keeper.history.listing("me")[0]} == {run.id for run in runs[1:]})


def test_a_diverged_run_comes_back_as_it_ended(servers: Callable[[], Keeper], few: FashionData) -> None:
    first, second = servers(), servers()
    run = first.trainer.create("me", dataclasses.replace(SETTINGS, init_std=1e-30), few, "full")
    run.model.W[0, 0] = float("inf")
    train_to_the_end(first, run)
    assert run.state == "diverged"
    until(lambda: run.saved == run.version)
    found = second.find(run.id)
    assert (found.state, found.step, found.ended) == ("diverged", 1, True)


def test_only_other_data_stop_an_interrupted_run(few: FashionData) -> None:
    run = LiveRun("me", SETTINGS, few, "full")
    kept = keep(run)
    other = dataclasses.replace(few, train_labels=few.train_labels.flip(0))
    assert restored(kept, few).state == "paused"
    with pytest.raises(RunError, match="not the data that it was trained on"):
        restored(kept, other)
    assert restored(dataclasses.replace(kept, state="finished"), other).ended


def test_a_run_that_another_server_took_over_is_not_saved_over(servers: Callable[[], Keeper], few: FashionData) -> None:
    first, second = servers(), servers()
    run = first.trainer.create("me", SETTINGS, few, "slow")
    first.trainer.one_step(run)
    first.save(at_once=True)
    train_to_the_end(second, second.find(run.id))
    second.save(at_once=True)
    first.trainer.one_step(run)
    first.save(at_once=True)
    assert second.runs.load(run.id)[0].state == "finished"


def test_a_run_that_is_found_while_others_are_saved_is_saved_as_itself(
    servers: Callable[[], Keeper], few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = LiveRun("me", SETTINGS, few, "full")
    servers().runs.add(keep(run))
    keeper = servers()
    found: list[LiveRun] = []
    runs = keeper.trainer.runs

    def found_meanwhile() -> list[LiveRun]:
        before = runs()
        if not found:
            found.append(keeper.find(run.id))
        return before

    monkeypatch.setattr(keeper.trainer, "runs", found_meanwhile)
    keeper.save()
    train_to_the_end(keeper, found[0])
    keeper.save(at_once=True)
    assert keeper.problem is None
    assert keeper.runs.load(run.id)[0].state == "finished"


def test_a_store_that_is_begun_anew_gets_what_is_in_memory(
    servers: Callable[[], Keeper], few: FashionData, url: URL
) -> None:
    keeper = servers()
    run = keeper.trainer.create("me", SETTINGS, few, "full")
    train_to_the_end(keeper, run)
    keeper.save(at_once=True)
    assert url.database
    keeper.runs.store.close()
    for path in Path(url.database).parent.iterdir():
        path.unlink()
    keeper._runs = None
    run.version += 1
    keeper.save(at_once=True)
    assert keeper.runs.load(run.id)[1] == Saved(1, keep(run).counts, keeper._had[run].bytes)


def test_what_fails_is_said_and_tried_again(tmp_path: Path, few: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.opened.RETRY", 0.05)
    path = tmp_path / "runs.sqlite3"
    path.write_bytes(b"this is no database" * 1000)
    keeper = Keeper(Trainer(), lambda name: few, lambda: Store(URL.create("sqlite", database=str(path)))).start()
    run = keeper.trainer.create("me", SETTINGS, few, "full")
    train_to_the_end(keeper, run)  # the training is not disturbed
    until(lambda: keeper.problem)
    with pytest.raises(StoreError, match=r"is damaged or no database; move the file away"):
        keeper.save(at_once=True)
    path.unlink()
    until(lambda: keeper.problem is None)
    until(lambda: run.saved == run.version)
    assert keeper.runs.load(run.id)[0].state == "finished"
    keeper.close()
    keeper.trainer.close()


def test_a_store_that_can_be_used_again_is_said_where_nothing_is_left_to_save(
    tmp_path: Path, few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.opened.RETRY", 0.05)
    path = tmp_path / "runs.sqlite3"
    path.write_bytes(b"this is no database" * 1000)
    keeper = Keeper(Trainer(), lambda name: few, lambda: Store(URL.create("sqlite", database=str(path)))).start()
    with pytest.raises(StoreError):
        keeper.history.listing("me")
    path.unlink()
    until(lambda: keeper.problem is None)
    keeper.close()
    keeper.trainer.close()


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_run_that_is_deleted_on_its_way_can_go_on_when_it_is_brought_back(
    servers: Callable[[], Keeper], few: FashionData, goes_on: bool
) -> None:
    keeper, whole = servers(), LiveRun("me", SETTINGS, few, "full")
    advance(whole, whole.num_steps)
    run = keeper.trainer.create("me", SETTINGS, few, "talk")
    keeper.trainer.one_step(run)
    if goes_on:
        keeper.trainer.play(run)
    until(lambda: run.saved >= 0)
    keeper.delete("me", [run.id])
    assert run.ended  # who still looks at it sees no further step
    with pytest.raises(RunError, match="deleted"):
        keeper.find(run.id)
    time.sleep(0.5)
    keeper.history.undelete("me", [run.id])
    found = keeper.find(run.id)
    assert (found.state, found.step >= 1) == ("paused", True)
    keeper.trainer.set_pace(found, "full")
    train_to_the_end(keeper, found)
    assert torch.equal(found.weights.W, whole.weights.W)


def test_what_is_kept_can_be_looked_at_while_another_program_writes(
    servers: Callable[[], Keeper], few: FashionData, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.store.PATIENCE", 0.05)
    monkeypatch.setattr("model.opened.RETRY", 0.5)
    keeper = servers()
    first = keeper.trainer.create("me", SETTINGS, few, "full")
    train_to_the_end(keeper, first)
    until(lambda: first.saved == first.version)
    with contextlib.closing(sqlite3.connect(str(url.database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        train_to_the_end(keeper, keeper.trainer.create("me", SETTINGS, few, "full"))
        until(lambda: keeper.problem)
        for _ in range(20):
            assert [summary.id for summary in keeper.history.listing("me")[0]] == [first.id]
            time.sleep(0.03)
        assert keeper.problem
        other.execute("ROLLBACK")
    until(lambda: keeper.problem is None)
    assert keeper.history.listing("me")[1] == 2


def test_a_name_given_while_the_store_fails_is_kept_until_it_can_be_written(
    servers: Callable[[], Keeper], few: FashionData, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.store.PATIENCE", 0.05)
    run, keeper = LiveRun("me", SETTINGS, few, "full"), servers()
    keeper.runs.add(keep(run))
    assert url.database
    other = sqlite3.connect(url.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="has locked"):
        keeper.describe("me", run.id, name="the best")
    with pytest.raises(StoreError, match="has locked"):
        keeper.describe("me", run.id, note="of all")
    assert keeper.described.waiting == {("me", run.id): {"name": "the best", "note": "of all"}}
    other.execute("ROLLBACK")
    other.close()
    until(lambda: not keeper.described.waiting)
    summary = keeper.history.summary(run.id)
    assert (summary.name, summary.note) == ("the best", "of all")
    with pytest.raises(RunError, match="only their owner"):
        keeper.describe("somebody else", run.id, name="mine")
    assert keeper.described.waiting == {}


@contextlib.contextmanager
def locked(url: URL, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another program writes; nobody waits long for it."""
    monkeypatch.setattr("model.store.PATIENCE", 0.05)
    monkeypatch.setattr("model.opened.RETRY", 0.2)
    Store(url).close()  # it is there, with its tables
    assert url.database
    with contextlib.closing(sqlite3.connect(url.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def test_a_run_taken_in_while_the_store_is_locked_lives_until_it_can_be_written(
    servers: Callable[[], Keeper], few: FashionData, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, keeper = LiveRun("another", SETTINGS, few, "full"), servers()
    advance(run, 25)
    copy = copied(keep(run), "me")
    keeper._closing.set()
    keeper._thread.join()
    with locked(url, monkeypatch):
        keeper.add(copy, name="a name", note="a note", imported=True)
        assert keeper.problem
        assert keeper.history.listing("me") == ([], 0)
        found = keeper.find(copy.id)
        assert (found.owner, found.step, found.state, found.saved) == ("me", 25, "paused", -1)
        with pytest.raises(StoreError, match="has locked"):
            keeper.describe("me", copy.id, name="another name")
        with pytest.raises(StoreError, match="has locked"):
            keeper.save(at_once=True)
    keeper.save(at_once=True)
    (summary,), _ = keeper.history.listing("me")
    assert (summary.name, summary.note, summary.imported, summary.number) == ("another name", "a note", True, 1)
    assert_same(restored(keeper.runs.load(copy.id)[0], few), restored(copy, few))
    train_to_the_end(keeper, found)
    keeper.save(at_once=True)
    assert keeper.runs.load(copy.id)[0].state == "finished"


def test_a_run_taken_in_whose_data_are_elsewhere_waits_for_the_store(
    servers: Callable[[], Keeper], few: FashionData, url: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = dataclasses.replace(few, train_labels=few.train_labels.flip(0))
    run, keeper = LiveRun("me", SETTINGS, other, "full"), servers()
    advance(run, 25)
    kept = keep(run)
    with locked(url, monkeypatch):
        with pytest.raises(StoreError, match="has locked"):
            keeper.add(kept, name="of other data")
        time.sleep(0.3)
    until(lambda: keeper.history.listing("me")[1] == 1)
    assert keeper.history.summary(kept.id).name == "of other data"
    assert keeper.runs.load(kept.id)[0].checksum == other.checksum
    with pytest.raises(RunError, match="not the data"):
        keeper.find(kept.id)


def test_a_name_given_to_a_run_that_is_not_saved_yet_is_kept(servers: Callable[[], Keeper], few: FashionData) -> None:
    keeper, run = servers(), LiveRun("me", SETTINGS, few, "full")
    keeper._closing.set()
    keeper._thread.join()
    keeper.trainer.adopt(run)
    keeper.describe("me", run.id, name="the first")
    with pytest.raises(RunError, match="only their owner"):
        keeper.describe("somebody else", run.id, name="mine")
    keeper.save(at_once=True)
    assert (keeper.described.waiting, keeper.history.summary(run.id).name) == ({}, "the first")


def test_what_is_kept_is_read_while_a_write_waits(servers: Callable[[], Keeper], few: FashionData) -> None:
    keeper, run = servers(), LiveRun("me", SETTINGS, few, "full")
    keeper.runs.add(keep(run))
    with keeper._lock, ThreadPoolExecutor() as others:  # as who waits for the store holds it
        assert others.submit(lambda: keeper.history.listing("me")[1]).result(timeout=5) == 1
