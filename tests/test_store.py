"""The store: whose runs are whose, what lists say, what is pruned, and each way in which a store can fail."""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from pathlib import Path

import pytest
import torch
from sqlalchemy import URL, create_engine, event, inspect, make_url, select

from model import tables
from model.data import FashionData
from model.errors import RunError, StoreError, StudioError
from model.history import History, Query
from model.keeping import keep
from model.kept import Kept
from model.live_run import LiveRun
from model.runs import Runs
from model.store import Store, store_url
from model.tables import MIGRATIONS
from model.train import Hyperparameters

SETTINGS = Hyperparameters(num_epochs=2, batch_size=100)  # 10 steps an epoch on `few`


@pytest.fixture
def url(tmp_path: Path) -> URL:
    return URL.create("sqlite", database=str(tmp_path / "a folder" / "runs.sqlite3"))


@pytest.fixture
def runs(url: URL) -> Runs:
    return Runs(Store(url), "here")


def path_of(url: URL) -> Path:
    assert url.database
    return Path(url.database)


def trained(few: FashionData, owner: str = "me", steps: int = 20, **settings: float) -> Kept:
    run = LiveRun(owner, dataclasses.replace(SETTINGS, **settings), few, "full")  # type: ignore[arg-type]
    run.play(steps)
    while run.step < steps:
        run.advance(1.0)
    run.halt("finished" if steps == 20 else "paused")
    return keep(run)


def ids(history: History, owner: str = "me", **query: object) -> list[str]:
    return [summary.id for summary in history.listing(owner, Query(**query))[0]]  # type: ignore[arg-type]


def test_a_run_comes_back_whole(runs: Runs, few: FashionData) -> None:
    kept = trained(few)
    saved = runs.add(kept)
    found, had = runs.load(kept.id)
    assert had == saved
    same = [f.name for f in dataclasses.fields(Kept) if f.name not in ("weights", "snapshots", "confusions")]
    assert {name: getattr(found, name) for name in same} == {name: getattr(kept, name) for name in same}
    assert torch.equal(found.weights.W, kept.weights.W)
    assert all(map(torch.equal, found.snapshots[-1][1:], kept.snapshots[-1][1:]))
    assert found.confusions.keys() == kept.confusions.keys() == {10, 20}
    assert found.versions["torch"] == torch.__version__


def test_a_list_says_what_the_run_says(runs: Runs, few: FashionData) -> None:
    kept = trained(few)
    runs.add(kept, name="My run", note="a note")
    (summary,), total = History(runs).listing("me")
    best = max(kept.epochs, key=lambda point: point.test_acc)
    assert (total, summary.number, summary.name, summary.note, summary.state) == (1, 1, "My run", "a note", "finished")
    assert summary.hyperparameters == kept.hyperparameters
    assert (summary.step, summary.num_steps, summary.seconds) == (20, 20, kept.seconds)
    assert (summary.train_loss, summary.test_acc) == (kept.epochs[-1].train_loss, kept.epochs[-1].test_acc)
    assert (summary.best_acc, summary.best_epoch) == (best.test_acc, best.epoch)
    assert summary == History(runs).summary(kept.id)


def test_only_the_owner_lists_and_changes_a_run(runs: Runs, few: FashionData) -> None:
    kept, history = trained(few), History(runs)
    runs.add(kept)
    assert history.listing("somebody else") == ([], 0)
    with pytest.raises(RunError, match="only their owner can change"):
        history.describe("somebody else", kept.id, name="mine")
    with pytest.raises(RunError, match="only their owner can change"):
        history.delete("somebody else", [kept.id])
    with pytest.raises(RunError, match="only their owner can change"):
        history.describe("me", "no such id", name="mine")
    assert history.summary(kept.id).name == ""
    assert runs.load(kept.id)[0].id == kept.id  # who has the id may see it


def test_of_several_runs_all_are_changed_or_none(runs: Runs, few: FashionData) -> None:
    mine, other, history = trained(few), trained(few, "somebody else"), History(runs)
    runs.add(mine)
    runs.add(other)
    with pytest.raises(RunError):
        history.delete("me", [mine.id, other.id])
    assert ids(history) == [mine.id]


def test_a_deleted_run_says_so_and_can_come_back(runs: Runs, few: FashionData) -> None:
    kept, history = trained(few), History(runs)
    runs.add(kept)
    history.delete("me", [kept.id])
    assert history.listing("me") == ([], 0)
    with pytest.raises(RunError, match="was deleted by its owner"):
        runs.load(kept.id)
    history.undelete("me", [kept.id])
    assert ids(history) == [kept.id]
    assert runs.load(kept.id)[0].epochs == kept.epochs


def test_deleted_runs_are_listed_for_a_day(runs: Runs, few: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(runs)
    kept = [trained(few, lr=lr) for lr in (0.3, 0.1, 0.2)]
    other = trained(few, "somebody else")
    for each in (*kept, other):
        runs.add(each, name=f"run {each.hyperparameters.lr}")
    a, b, c = (each.id for each in kept)
    assert ids(history, deleted=True) == []
    for run_id in (b, a):
        history.delete("me", [run_id])
    history.delete("somebody else", [other.id])
    assert (ids(history), ids(history, deleted=True, sort="created")) == ([c], [a, b])  # the last deletion first
    assert ids(history, deleted=True, sort="created", descending=False) == [b, a]
    assert ids(history, deleted=True, sort="lr") == [a, b]
    assert ids(history, deleted=True, search="0.1") == [b]
    assert ids(history, "somebody else", deleted=True) == [other.id]
    with pytest.raises(RunError):
        history.undelete("somebody else", [a, other.id])
    assert ids(history, deleted=True, sort="created") == [a, b]
    history.undelete("me", [b])
    assert (sorted(ids(history)), ids(history, deleted=True)) == (sorted([b, c]), [a])
    monkeypatch.setattr("model.history.DELETED_FOR", 0.0)
    assert ids(history, deleted=True) == []  # gone for good, though nothing has pruned it yet


def test_lists_are_searched_sorted_and_paged(runs: Runs, few: FashionData) -> None:
    history = History(runs)
    kept = [trained(few, lr=lr, steps=steps) for lr, steps in ((0.5, 20), (0.1, 20), (0.3, 5))]
    for i, each in enumerate(kept):
        runs.add(each, name=f"run 100% no. {i}", note="slow" if i == 1 else "")
    a, b, c = (each.id for each in kept)
    assert ids(history, sort="lr", descending=False) == [b, c, a]
    assert ids(history, sort="lr", start=1, count=1) == [c]
    assert ids(history, sort="test_acc")[-1] == c  # what is not known comes last, whichever way
    assert ids(history, sort="test_acc", descending=False)[-1] == c
    assert ids(history, sort="'; drop table runs; --") == [c, b, a]  # the newest first
    assert ids(history, search="NO. 1") == [b]
    assert ids(history, search="slow") == [b]
    assert ids(history, search="100%") == [c, b, a]
    assert ids(history, search="1%0") == []  # no pattern
    assert ids(history, search="2") == [c, b]  # in a name, or as a number
    assert ids(history, state="paused") == [c]
    assert ids(history, data="garments") == []
    assert history.listing("me", Query(count=2))[1] == 3


def test_what_another_server_left_running_was_interrupted(runs: Runs, few: FashionData) -> None:
    kept = dataclasses.replace(trained(few, steps=5), state="running")
    runs.add(kept)
    later = Runs(runs.store, "another start")
    assert [runs.load(kept.id)[0].state, later.load(kept.id)[0].state] == ["running", "interrupted"]
    assert ids(History(later), state="interrupted") == ids(History(runs), state="running") == [kept.id]
    assert ids(History(later), state="running") == ids(History(runs), state="interrupted") == []


def test_a_run_left_after_its_last_step_has_finished(runs: Runs, few: FashionData) -> None:
    kept = dataclasses.replace(trained(few), state="running")
    runs.add(kept)
    later = Runs(runs.store, "another start")
    assert later.load(kept.id)[0].state == History(later).summary(kept.id).state == "finished"


def test_names_and_notes_are_cut_at_their_limits(runs: Runs, few: FashionData) -> None:
    kept = trained(few)
    runs.add(kept)
    History(runs).describe("me", kept.id, name="x" * 500, note="y" * 5000, pinned=True)
    summary = History(runs).summary(kept.id)
    assert (len(summary.name), len(summary.note), summary.pinned) == (80, 2000, True)


def test_the_oldest_are_pruned_but_neither_pinned_nor_running_ones(runs: Runs, few: FashionData) -> None:
    history = History(runs)
    kept = [dataclasses.replace(trained(few), created=float(i)) for i in range(6)]
    kept[1] = dataclasses.replace(kept[1], state="running")
    for each in kept:
        runs.add(each)
    history.describe("me", kept[0].id, pinned=True)
    assert runs.prune(6, 10**9) == 0
    assert runs.prune(4, 10**9, spared=[kept[2].id]) == 2
    left = [kept[i].id for i in (5, 2, 1, 0)]
    assert ids(history) == left
    with runs.store.read() as connection:
        size = connection.execute(select(tables.runs.c.bytes)).scalars().first() or 0
        stored = connection.execute(select(tables.pieces.c.run)).scalars().all()
    assert set(stored) == set(left)
    assert runs.prune(10, 3 * size + size // 2) == 1  # by their bytes
    assert ids(history) == [kept[i].id for i in (5, 1, 0)]


def test_deleted_runs_go_first_and_after_a_day(runs: Runs, few: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    history, kept = History(runs), [trained(few) for _ in range(3)]
    for each in kept:
        runs.add(each)
    history.delete("me", [kept[2].id])
    assert runs.prune(2, 10**9) == 1
    assert ids(history) == [kept[1].id, kept[0].id]
    history.delete("me", [kept[0].id])
    assert runs.prune(10, 10**9) == 0
    monkeypatch.setattr("model.runs.DELETED_FOR", 0.0)
    time.sleep(0.01)
    assert runs.prune(10, 10**9) == 1
    with pytest.raises(RunError, match="There is no run"):
        history.summary(kept[0].id)


def test_the_address_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(tmp_path))
    monkeypatch.delenv("SOFTMAX_STUDIO_DB", raising=False)
    assert store_url() == URL.create("sqlite", database=str(tmp_path / "studio.sqlite3"))
    monkeypatch.setenv("SOFTMAX_STUDIO_DB", "postgresql://me:secret@host/db")
    assert store_url() == make_url("postgresql://me:secret@host/db")
    monkeypatch.setenv("SOFTMAX_STUDIO_DB", "nonsense")
    with pytest.raises(StoreError, match="nonsense is no address of a database"):
        store_url()


def test_an_older_store_is_migrated_and_keeps_its_runs(url: URL, few: FashionData) -> None:
    path_of(url).parent.mkdir()
    kept = trained(few)
    engine = create_engine(url)
    with engine.begin() as connection:
        MIGRATIONS[0](connection)
        connection.execute(tables.schema.insert().values(version=1))
    assert tables.sweeps.name not in inspect(engine).get_table_names()
    values = Runs(Store(URL.create("sqlite")), "here")._values(kept, 1)
    described = {"owner": "me", "number": 1, "name": "old", "note": "", "pinned": False, "imported": False}
    with engine.begin() as connection:
        connection.execute(tables.runs.insert().values(id=kept.id, **described, **values))
    engine.dispose()
    runs = Runs(Store(url), "here")
    assert History(runs).summary(kept.id).name == "old"
    assert tables.sweeps.name in inspect(runs.store.engine).get_table_names()
    with runs.store.read() as connection:
        assert connection.execute(select(tables.schema.c.version)).scalars().all() == [len(MIGRATIONS)]


def test_a_newer_store_is_refused_and_left_as_it_is(runs: Runs, url: URL) -> None:
    with runs.store.write() as connection:
        connection.execute(tables.schema.update().values(version=99))
    with pytest.raises(StoreError, match=r"has version 99 and this app reads up to \d+; update the app"):
        Store(url)
    with runs.store.read() as connection:
        assert connection.execute(select(tables.schema.c.version)).scalar_one() == 99


@pytest.mark.parametrize("content", [b"no database at all " * 300, b"SQLite format 3\0" + bytes(range(256)) * 40])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(url: URL, content: bytes) -> None:
    path_of(url).parent.mkdir()
    path_of(url).write_bytes(content)
    with pytest.raises(StoreError, match="is damaged or no database; move the file away"):
        Store(url)
    assert path_of(url).read_bytes() == content


def test_a_store_that_is_damaged_within_says_so(runs: Runs, url: URL, few: FashionData) -> None:
    for _ in range(3):
        runs.add(trained(few))
    with runs.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    runs.store.close()
    content = bytearray(path_of(url).read_bytes())
    content[4096 * 2 :] = b"\xa5" * (len(content) - 4096 * 2)
    path_of(url).write_bytes(content)
    with pytest.raises(StoreError, match="is damaged or no database"):
        History(Runs(Store(url), "here")).listing("me")


def test_a_locked_store_says_so(runs: Runs, url: URL, few: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.store.PATIENCE", 0.05)
    impatient = Runs(Store(url), "here")
    other = sqlite3.connect(path_of(url), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another program has locked"):
        impatient.add(trained(few))
    assert History(impatient).listing("me") == ([], 0)  # it can be read all the same
    other.execute("ROLLBACK")
    other.close()
    impatient.add(trained(few))


def test_a_full_disk_says_so_and_leaves_the_store_whole(runs: Runs, few: FashionData) -> None:
    first = trained(few)
    runs.add(first)

    def no_more(connection: sqlite3.Connection, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 1}")  # SQLite's own answer to a disk without room

    runs.store.close()
    event.listen(runs.store.engine, "connect", no_more)
    with pytest.raises(StoreError, match=r"the disk that holds .* is full; free some space"):
        runs.add(trained(few))
    assert ids(History(runs)) == [first.id]
    runs.store.close()
    event.remove(runs.store.engine, "connect", no_more)
    runs.add(trained(few))


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    for url in (tmp_path / "file" / "runs.sqlite3", Path("/proc/nowhere/runs.sqlite3")):
        with pytest.raises(StoreError, match="cannot be written; give the server the right"):
            Store(URL.create("sqlite", database=str(url)))


def test_a_store_that_may_only_be_read_says_so(runs: Runs, url: URL, few: FashionData) -> None:
    kept = trained(few)
    runs.add(kept)

    def only_read(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA query_only = ON")  # SQLITE_READONLY also for who may write everything

    runs.store.close()
    event.listen(runs.store.engine, "connect", only_read)
    assert ids(History(runs)) == [kept.id]
    with pytest.raises(StoreError, match="cannot be written"):
        runs.add(trained(few))


def test_a_driver_that_is_not_installed_is_named() -> None:
    for address in ("mysql+mysqldb://me:secret@host/db", "nodatabase://host/db"):
        with pytest.raises(StoreError) as told:
            Store(make_url(address))
        assert "secret" not in str(told.value)


def test_every_fault_of_a_store_is_one_sentence_in_each_language() -> None:
    values = {"where": "w", "url": "u", "driver": "d", "version": 3, "limit": 2, "reason": "r", "id": "i", "data": "d"}
    for key in ("store_full", "store_readonly", "store_locked", "store_corrupt", "store_newer", "store_failed"):
        error: StudioError = StoreError(key, **values)
        assert error.say("en").count(". ") == 0
        assert error.say("zh") != error.say("en")
