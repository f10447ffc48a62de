"""The Runs page in Streamlit's own test runner: the table against the store's file, and all that can be asked."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import io
import itertools
import json
import math
import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
import torch
from conftest import STUDIO
from sklearn.metrics import confusion_matrix
from streamlit.testing.v1 import AppTest

from model.concise import make_model
from model.data import FashionData
from model.errors import StoreError
from model.export import whole_run
from model.keeping import keep
from model.kept import Kept
from model.live_run import LiveRun
from model.train import Hyperparameters, train
from model.trainer import Trainer
from pages.ui import resources, run_downloads, run_files, runs_again, runs_list, runs_view
from pages.ui.text import Text

ME = "me"
SETTINGS = Hyperparameters(lr=0.1, num_epochs=2, batch_size=100)


@dataclass
class Desk:
    """What the two components were given last, and what they are to ask when they are drawn next."""

    table: dict[str, Any] = field(default_factory=dict)
    compare: dict[str, Any] | None = None
    asks: list[list[dict[str, Any]]] = field(default_factory=list)
    turns: Any = field(default_factory=lambda: itertools.count(1))

    def draw_table(self, key: str, data: dict[str, Any], on_ask_change: Callable[[], None]) -> None:
        self.table = self.plain(data)
        if self.asks:
            st.session_state[key] = {"ask": self.asks.pop(0)}
            on_ask_change()
            st.rerun()

    def draw_compare(self, key: str, data: dict[str, Any], on_ask_change: Callable[[], None]) -> None:
        self.compare = self.plain(data)

    @staticmethod
    def plain(data: dict[str, Any]) -> dict[str, Any]:
        """As a browser gets it: JSON without NaN and infinity."""
        found: dict[str, Any] = json.loads(json.dumps(data, allow_nan=False))
        return found

    def ask(self, at: AppTest, **what: Any) -> AppTest:
        self.asks.append([{"turn": next(self.turns), **what}])
        self.compare = None
        at.run()
        assert not at.exception
        return at


@pytest.fixture
def desk(server: Trainer, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk()
    monkeypatch.setattr("pages.ui.runs_stage._component", desk.draw_table)
    monkeypatch.setattr("pages.ui.runs_compare._component", desk.draw_compare)
    runs_list._read.cache_clear()
    return desk


@pytest.fixture
def data(few_garments: FashionData) -> FashionData:
    return few_garments


def trained(data: FashionData, owner: str = ME, steps: int | None = None, **settings: Any) -> Kept:
    """A run that went to its end, or to a step, outside of the server."""
    run = LiveRun(owner, dataclasses.replace(SETTINGS, **settings), data, "full")
    last = steps or run.num_steps
    run.play(last)
    while run.step < last:
        run.advance(0.05)
    run.halt("finished" if run.exhausted else "paused")
    return keep(run)


def add(kept: Kept, name: str = "", **changes: Any) -> str:
    resources.keeper().runs.add(dataclasses.replace(kept, **changes), name=name)
    return str(changes.get("id", kept.id))


def many(kept: Kept, count: int) -> list[str]:
    """Runs of one second each, with different settings and results as the lists see them."""
    ids = []
    for i in range(count):
        settings = dataclasses.replace(SETTINGS, lr=0.001 * (1 + i * 7 % count))
        ids.append(add(kept, id=secrets.token_urlsafe(16), created=1000.0 + i, hyperparameters=settings))
    return ids


def visit(desk: Desk, query: dict[str, str] | None = None, owner: str = ME) -> AppTest:
    desk.table, desk.compare, desk.turns = {}, None, itertools.count(1)
    at = AppTest.from_file(STUDIO, default_timeout=60)
    at.session_state["owner"] = owner
    at.run()
    for name, value in (query or {}).items():
        at.query_params[name] = value
    at.switch_page("runs.py").run()
    assert not at.exception
    return at


def sql(tmp_path: Path, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(tmp_path / "runs.sqlite3") as connection:
        return connection.execute(statement).fetchall()


def shown(desk: Desk, what: str = "id") -> list[Any]:
    return [row[what] for row in desk.table["rows"]]


def drawn(desk: Desk) -> dict[str, Any] | None:
    return desk.compare


def param(at: AppTest, name: str) -> str | None:
    value = at.query_params.get(name)
    return value[0] if isinstance(value, list) else value


def test_without_a_run_there_is_a_way_to_train(desk: Desk) -> None:
    at = visit(desk)
    assert (desk.table["rows"], desk.table["total"], desk.table["opened"]) == ([], 0, None)
    desk.ask(at, go=["", "train"])
    assert at.button(key="train_main").label == "Train"


def test_the_rows_are_what_the_training_gave(desk: Desk, data: FashionData, tmp_path: Path) -> None:
    run_id = add(trained(data, lr=0.3, seed=5, implementation="concise"), name="Named")
    visit(desk)
    (row,) = desk.table["rows"]
    steps = list(train(make_model("concise", 5, 0.01), data, dataclasses.replace(SETTINGS, lr=0.3, seed=5)))
    ends = [step for step in steps if step.test_acc is not None]
    best = max(ends, key=lambda step: step.test_acc or 0)
    assert (row["test_acc"], row["best_acc"], row["best_epoch"]) == (ends[-1].test_acc, best.test_acc, best.epoch)
    assert row["train_loss"] == pytest.approx(ends[-1].train_loss)
    assert (row["lr"], row["num_epochs"], row["batch_size"], row["seed"], row["init_std"]) == ("0.3", 2, 100, 5, "0.01")
    assert (row["name"], row["implementation"], row["data"]) == ("Named", "Concise", "Garments")
    assert (row["state_word"], row["step"], row["steps"], row["number"]) == ("finished", 20, 20, 1)
    assert sql(tmp_path, "select id, seconds, created from runs") == [(run_id, row["seconds"], row["created"])]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("lr", "lr, number desc"),
        ("-lr", "lr desc, number desc"),
        ("-number", "number desc"),
        ("seconds", "seconds, number desc"),
    ],
)
def test_the_store_sorts_and_cuts_the_pages(
    desk: Desk, data: FashionData, tmp_path: Path, sort: str, order: str
) -> None:
    many(trained(data), 60)
    at = visit(desk)
    desk.ask(at, page=2)
    desk.ask(at, sort=sort)
    expected = [run_id for (run_id,) in sql(tmp_path, f"select id from runs order by {order}")]
    assert (desk.table["sort"], desk.table["start"], desk.table["total"]) == (sort, 0, 60)
    assert shown(desk) == expected[:25]
    desk.ask(at, page=3)
    assert (desk.table["start"], shown(desk)) == (50, expected[50:])
    assert (param(at, "runs_sort"), param(at, "runs_page")) == (sort, "3")


def test_a_page_that_there_is_no_more_is_the_last_one(desk: Desk, data: FashionData) -> None:
    many(trained(data), 30)
    visit(desk, {"runs_page": "77"})
    assert (desk.table["start"], len(desk.table["rows"])) == (25, 5)


def test_what_makes_no_sense_is_passed_over(desk: Desk, data: FashionData) -> None:
    run_id = add(trained(data))
    at = visit(desk, {"runs_sort": "owner", "runs_page": "-1", "runs_state": "x", "runs_chosen": "../..,<b>,"})
    assert shown(desk) == [run_id]
    for wrong in (
        {"sort": "owner; drop table runs"}, {"page": "x"}, {"choose": ["'", True]}, {"choose": 7}, {"open": "<b>"},
        {"name": [run_id]}, {"pin": [run_id, "yes"]}, {"delete": "all"}, {"go": [run_id, "secret"]},
        {"again": [run_id, "lr"]}, {"again": [run_id, "lr", 123.4]}, {"again": [run_id, "owner", "me"]},
        {"undo": True}, {"nothing": 1},
    ):  # fmt: skip
        desk.ask(at, **wrong)
    desk.asks.append([7, None, {"turn": "x"}, "y"])  # type: ignore[list-item]
    at.run()
    assert not at.exception
    assert (shown(desk), desk.table["chosen"], desk.table["opened"]) == ([run_id], [], None)
    assert desk.table["error"] is None


def test_the_table_is_narrowed_down(desk: Desk, data: FashionData) -> None:
    kept = trained(data)
    ids = many(kept, 30)
    named = add(kept, name="The 100% case", id=secrets.token_urlsafe(16))
    stopped = add(kept, id=secrets.token_urlsafe(16), state="stopped")
    at = visit(desk)
    desk.ask(at, page=2)
    at.text_input(key="runs_search").set_value("100%").run()
    assert (shown(desk), desk.table["start"], desk.table["filtered"]) == ([named], 0, True)
    assert param(at, "runs_search") == "100%"
    at.text_input(key="runs_search").set_value("7").run()
    assert shown(desk) == [ids[6]]
    at.text_input(key="runs_search").set_value("").run()
    at.selectbox(key="runs_state").set_value("stopped").run()
    assert shown(desk) == [stopped]
    at.selectbox(key="runs_data").set_value("fashion-mnist").run()
    assert (shown(desk), desk.table["total"]) == ([], 0)
    visit(desk, {"runs_state": "stopped"})
    assert shown(desk) == [stopped]


def test_eight_runs_can_be_chosen_and_keep_their_letters(desk: Desk, data: FashionData) -> None:
    ids = many(trained(data), 30)
    at = visit(desk)
    for run_id in ids[:9]:
        desk.ask(at, choose=[run_id, True])
    assert desk.table["chosen"] == ids[:8]
    desk.ask(at, sort="lr")
    desk.ask(at, page=2)
    desk.ask(at, choose=[ids[1], False])
    assert desk.table["chosen"] == [ids[0], "", *ids[2:8]]
    assert desk.compare
    assert [run["letter"] for run in desk.compare["runs"]] == list("ACDEFGH")
    desk.ask(at, choose=[ids[20], True])
    assert desk.table["chosen"][1] == ids[20]
    link = param(at, "runs_chosen")
    assert link
    at = visit(desk, {"runs_chosen": link}, owner="somebody else")
    assert desk.table["rows"] == []
    assert desk.compare
    assert [run["id"] for run in desk.compare["runs"]] == [ids[0], ids[20], *ids[2:8]]
    desk.ask(at, clear=True)
    assert (desk.table["chosen"], param(at, "runs_chosen")) == ([], None)
    assert drawn(desk) is None


def test_a_chosen_run_that_is_gone_is_said_and_let_go(desk: Desk, data: FashionData) -> None:
    here = add(trained(data))
    at = visit(desk, {"runs_chosen": f"{here},{secrets.token_urlsafe(16)}"})
    assert desk.table["chosen"] == [here]
    assert "There is no run" in desk.table["error"]
    desk.ask(at, sort="lr")
    assert desk.table["error"] is None


def test_a_run_is_named_noted_and_pinned(desk: Desk, data: FashionData, tmp_path: Path) -> None:
    run_id = add(trained(data))
    at = visit(desk)
    desk.ask(at, open=run_id)
    desk.ask(at, name=[run_id, "  Two\n lines  and 它 " + "x" * 100])
    desk.ask(at, note=[run_id, "A note\nof two lines "])
    desk.ask(at, pin=[run_id, True])
    ((name, note, pinned),) = sql(tmp_path, "select name, note, pinned from runs")
    assert (name, note, pinned) == (("Two lines and 它 " + "x" * 100)[:80], "A note\nof two lines", 1)
    opened = desk.table["opened"]
    assert (opened["name"], opened["note"], opened["pinned"], opened["mine"]) == (name, note, True, True)
    desk.ask(at, name=[run_id, " "])
    assert desk.table["opened"]["name"] == ""
    assert desk.table["opened"]["settings"] == "learning rate 0.1, 2 epochs, seed 0"


def test_the_details_say_all_there_is(desk: Desk, data: FashionData) -> None:
    kept = trained(data, steps=7)
    at = visit(desk, {"runs_open": add(kept)})
    opened = desk.table["opened"]
    assert (opened["checksum"], opened["versions"]) == (data.checksum, kept.versions)
    assert opened["end"] == "Paused at step 7 of 20; it can go on."
    assert opened["goes_on"]
    assert opened["best_acc"] is opened["test_acc"] is opened["train_loss"] is None
    desk.ask(at, open=None)
    assert desk.table["opened"] is None
    assert param(at, "runs_open") is None


def test_what_is_deleted_can_be_brought_back(desk: Desk, data: FashionData, tmp_path: Path) -> None:
    ids = many(trained(data), 5)
    at = visit(desk)
    for run_id in ids[:3]:
        desk.ask(at, choose=[run_id, True])
    desk.ask(at, open=ids[1])
    desk.ask(at, delete=ids[:2])
    assert (shown(desk), desk.table["deleted"]) == (ids[:1:-1], 2)
    assert (desk.table["chosen"], desk.table["opened"]) == (["", "", ids[2]], None)
    at.run()
    desk.ask(at, sort="lr")  # looking on does not take the way back away
    assert desk.table["deleted"] == 2
    desk.ask(at, undo=True)
    assert (sorted(shown(desk)), desk.table["deleted"]) == (sorted(ids), 0)
    assert (desk.table["chosen"], desk.table["opened"]["id"]) == (ids[:3], ids[1])
    desk.ask(at, delete=[ids[0]])
    desk.ask(at, pin=[ids[2], True])
    assert desk.table["deleted"] == 0
    assert sql(tmp_path, "select id from runs where deleted is not null") == [(ids[0],)]


def test_deleted_runs_are_found_and_brought_back_a_day_long(desk: Desk, data: FashionData, tmp_path: Path) -> None:
    ids = many(trained(data), 4)
    theirs = add(trained(data, owner="another", lr=0.7))
    resources.keeper().history.delete("another", [theirs])
    at = visit(desk)
    desk.ask(at, delete=[ids[2]])
    desk.ask(at, delete=[ids[0]])
    desk.ask(at, delete=[ids[3]])
    at = visit(desk)  # another visit, which knows of no deletion
    assert (desk.table["deleted"], desk.table["of_deleted"], shown(desk)) == (0, False, [ids[1]])
    at.selectbox(key="runs_state").set_value("deleted").run()
    assert (shown(desk), desk.table["total"], desk.table["of_deleted"]) == ([ids[3], ids[0], ids[2]], 3, True)
    when = dict(sql(tmp_path, "select id, deleted from runs"))
    assert shown(desk, "created") == [when[id_] for id_ in shown(desk)]
    assert (desk.table["columns"]["created"], param(at, "runs_state")) == ("Deleted", "deleted")
    desk.ask(at, sort="created")
    assert shown(desk) == [ids[2], ids[0], ids[3]]
    desk.ask(at, restore=[ids[0], ids[3]])
    assert (shown(desk), desk.table["error"]) == ([ids[2]], None)
    for wrong in ([theirs], [ids[2], theirs], "all", [7], []):
        desk.ask(at, restore=wrong)
        assert shown(desk) == [ids[2]]
    desk.ask(at, restore=[theirs])
    assert desk.table["error"].startswith("Not brought back")
    assert theirs not in json.dumps(desk.table)
    assert sql(tmp_path, f"select deleted is null from runs where id = '{theirs}'") == [(0,)]
    desk.ask(at, open=ids[2])
    assert (desk.table["opened"], "was deleted" in desk.table["error"]) == (None, True)
    at.selectbox(key="runs_state").set_value("any").run()
    assert sorted(shown(desk)) == sorted([ids[0], ids[1], ids[3]])
    visit(desk, {"runs_state": "deleted"}, owner="another")
    assert shown(desk) == [theirs]


def test_bringing_back_settles_an_undo(desk: Desk, data: FashionData) -> None:
    ids = many(trained(data), 2)
    at = visit(desk, {"runs_state": "deleted"})
    assert (desk.table["rows"], desk.table["filtered"]) == ([], False)
    desk.ask(at, delete=ids)
    assert (desk.table["deleted"], sorted(shown(desk))) == (2, sorted(ids))
    desk.ask(at, restore=[ids[1]])
    assert (desk.table["deleted"], shown(desk)) == (0, [ids[0]])


def test_a_shared_run_can_be_seen_and_copied_but_not_changed(desk: Desk, data: FashionData, tmp_path: Path) -> None:
    kept = trained(data, owner="its owner")
    run_id = add(kept, name="Theirs")
    resources.keeper().history.describe("its owner", run_id, note="private")
    at = visit(desk, {"run": run_id, "runs_chosen": f"{run_id},{add(trained(data, lr=1.0))}"})
    opened = desk.table["opened"]
    assert (opened["id"], opened["mine"], opened["name"], opened["note"]) == (run_id, False, "", "")
    assert desk.compare
    assert "Theirs" not in json.dumps([desk.table, desk.compare])
    for what in ({"name": [run_id, "Mine"]}, {"pin": [run_id, True]}, {"delete": [run_id]}, {"note": [run_id, "!"]}):
        desk.ask(at, **what)
        assert desk.table["error"].startswith("Not changed: only their owner")
    theirs = "select name, pinned, note, deleted from runs where owner = 'its owner'"
    assert sql(tmp_path, theirs) == [("Theirs", 0, "private", None)]
    desk.ask(at, copy=run_id)
    copy = desk.table["rows"][0]
    assert copy["id"] != run_id
    assert (desk.table["opened"]["id"], desk.table["opened"]["mine"]) == (copy["id"], True)
    assert (param(at, "run"), copy["name"]) == (copy["id"], "")
    again, _ = resources.keeper().runs.load(copy["id"])
    assert torch.equal(again.weights.W, kept.weights.W)
    assert (again.owner, again.epochs, again.confusions.keys()) == (ME, kept.epochs, kept.confusions.keys())


def test_an_interrupted_run_goes_on_from_the_table(
    desk: Desk, data: FashionData, server: Trainer, tmp_path: Path
) -> None:
    kept = trained(data, steps=7)
    run_id = add(kept, state="running")
    with sqlite3.connect(tmp_path / "runs.sqlite3") as connection:
        connection.execute("update runs set server = 'another that has ended'")
    at = visit(desk, {"runs_open": run_id})
    assert desk.table["rows"][0]["state_word"] == "interrupted"
    assert "as its server ended" in desk.table["opened"]["end"]
    desk.ask(at, resume=run_id)
    run = server.get(run_id)
    until = time.monotonic() + 60
    while not run.ended and time.monotonic() < until:
        time.sleep(0.01)
    whole = trained(data)
    assert torch.equal(run.weights.W, whole.weights.W)


def test_again_with_one_change(desk: Desk, data: FashionData, server: Trainer) -> None:
    run_id = add(trained(data, seed=3))
    at = visit(desk, {"runs_open": run_id})
    choices = {choice["name"]: choice for choice in desk.table["opened"]["again"]}
    assert set(choices) == {*asdict(SETTINGS), "data"}
    assert 0.1 not in [value for value, _ in choices["lr"]["values"]]
    assert choices["seed"]["typed"] == [0, 9999, 3]
    desk.ask(at, again=[run_id, "lr", 1])
    (run,) = server.runs(ME)
    assert asdict(run.hyperparameters) == asdict(SETTINGS) | {"seed": 3, "lr": 1.0}
    assert run.state in ("running", "finished")
    assert param(at, "run") == run.id
    assert (at.select_slider(key="train_lr").value, at.slider(key="train_num_epochs").value) == (1.0, 2)
    assert at.number_input(key="train_seed").value == 3
    assert at.selectbox(key="train_data").value == "garments"
    at.switch_page("runs.py").run()
    assert desk.table["chosen"] == [run_id, run.id]
    server.stop(run)


def test_again_offers_what_the_widgets_offer(data: FashionData, server: Trainer) -> None:
    odd = runs_list.of_run(LiveRun(ME, Hyperparameters(lr=0.07, num_epochs=200), data, "full"))
    assert 0.07 not in runs_again.offered(odd, "lr")
    assert runs_again.offered(odd, "num_epochs") == list(range(1, 51))
    assert runs_again.offered(odd, "data") == ["fashion-mnist"]
    assert runs_again.offered(odd, "implementation") == ["concise"]


def test_the_comparison_is_computed(desk: Desk, data: FashionData) -> None:
    kept = [trained(data, lr=0.1), trained(data, lr=1.0, batch_size=200), trained(data, lr=0.1, steps=5)]
    visit(desk, {"runs_chosen": ",".join(map(add, kept))})
    found = desk.compare
    assert found
    assert [(column["name"], column["values"]) for column in found["differing"]] == [
        ("Learning rate", ["0.1", "1", "0.1"]), ("Batch size", ["100", "200", "100"]),
    ]  # fmt: skip
    assert ["Data", "Garments"] in found["same"]
    W = torch.stack([run.weights.W for run in kept])
    for run, weights in zip(found["runs"], W, strict=True):
        levels = np.frombuffer(base64.b64decode(run["tiles"]), np.uint8).reshape(10, 784).astype(float)
        np.testing.assert_allclose((levels - 127) / 127 * run["limit"], weights, atol=run["limit"] / 254 + 1e-7)
        assert run["limit"] / 2 <= float(weights.abs().max()) <= run["limit"] <= found["limit"]
    assert found["limit"] / 2 <= float(W.abs().max()) <= found["limit"]
    for run, shown_run in zip(kept, found["runs"], strict=True):
        said = (data.test_images @ run.weights.W.T + run.weights.b).argmax(dim=1)
        expected = confusion_matrix(data.test_labels, said, labels=range(10))
        np.testing.assert_array_equal(np.reshape(shown_run["confusion"], (10, 10)), expected)
        assert [tuple(point) for point in shown_run["points"]] == run.epochs


def test_values_that_are_not_finite_are_none(desk: Desk, data: FashionData) -> None:
    kept = trained(data)
    odd = [kept.epochs[0]._replace(train_loss=math.nan), kept.epochs[1]._replace(train_loss=math.inf)]
    ids = [add(kept), add(kept, id=secrets.token_urlsafe(16), epochs=odd, checksum="0" * 64, confusions={})]
    visit(desk, {"runs_chosen": ",".join(ids), "runs_open": ids[1]})
    assert desk.compare
    broken = desk.compare["runs"][1]
    assert [point[1] for point in broken["points"]] == [None, None]
    assert broken["train_loss"] is None
    assert broken["confusion"] is None  # its test images are not those of this server


def test_a_message_is_done_once_and_none_is_lost(desk: Desk, data: FashionData) -> None:
    ids = many(trained(data), 3)
    at = visit(desk)
    message = [{"turn": 1, "choose": [ids[0], True]}, {"turn": 2, "sort": "lr"}, {"turn": 3, "choose": [ids[1], True]}]
    desk.asks = [message[:1], message, message]
    for _ in range(3):
        at.run()
    assert (desk.table["chosen"], desk.table["sort"], desk.table["turn"]) == (ids[:2], "lr", 3)


def test_while_the_store_fails_the_runs_in_memory_are_listed(
    desk: Desk, data: FashionData, server: Trainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = resources.keeper()
    keeper.close()

    def fails() -> Any:
        raise StoreError("store_readonly", where="a folder")

    monkeypatch.setattr(keeper, "_open", fails)
    keeper._runs = None
    runs = [server.create(ME, dataclasses.replace(SETTINGS, lr=lr), data, "full") for lr in (0.3, 0.1)]
    for run in runs:
        server.play(run)
    server.create("another", SETTINGS, data, "full")
    until = time.monotonic() + 60
    while not all(run.ended for run in runs) and time.monotonic() < until:
        time.sleep(0.01)
    at = visit(desk, {"runs_sort": "-lr", "runs_open": runs[1].id})
    assert shown(desk) == [runs[0].id, runs[1].id]
    assert desk.table["error"].startswith("Not saved: a folder cannot be written")
    assert desk.table["opened"]["number"] is None
    desk.ask(at, choose=[runs[0].id, True])
    desk.ask(at, choose=[runs[1].id, True])
    assert desk.compare
    desk.ask(at, name=[runs[0].id, "Name"])
    assert desk.table["error"].startswith("Not saved: a folder")
    at.selectbox(key="runs_state").set_value("paused").run()
    assert shown(desk) == []


def test_an_import_and_a_copy_are_kept_in_memory_while_the_store_is_locked(
    desk: Desk, data: FashionData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model.store.PATIENCE", 0.05)
    monkeypatch.setattr("model.opened.RETRY", 0.3)
    theirs = add(trained(data, owner="another"))
    content = whole_run(trained(data, lr=0.3, steps=7), Text("en"), "From a file", "a note")
    resources.keeper().runs.store.close()
    resources.keeper()._runs = None  # with another patience from here on
    at = visit(desk, {"run": theirs})
    with contextlib.closing(sqlite3.connect(tmp_path / "runs.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        desk.ask(at, copy=theirs)
        assert desk.table["error"].startswith("Not saved: another program has locked")
        assert (shown(desk), desk.table["opened"]["mine"]) == ([param(at, "run")], True)
        with monkeypatch.context() as page:
            page.setattr(st, "session_state", {"upload": io.BytesIO(content)})
            page.setattr(st, "query_params", {})
            run_files._take(ME, "upload")
            opened = st.session_state["runs_open"]
        desk.ask(at, open=opened)
        assert shown(desk, "name") == ["From a file", ""]
        assert [desk.table["opened"][name] for name in ("id", "note", "imported")] == [opened, "a note", True]
        other.execute("ROLLBACK")
    resources.keeper().save(at_once=True)
    assert sorted(sql(tmp_path, f"select name, imported, owner from runs where owner = '{ME}'")) == [
        ("", 0, ME), ("From a file", 1, ME),
    ]  # fmt: skip


@pytest.mark.parametrize("steps", [None, 7])
def test_a_run_whose_data_are_not_here_can_be_read_and_saved(
    desk: Desk, data: FashionData, server: Trainer, steps: int | None
) -> None:
    kept = trained(data, steps=steps)
    run_id = add(kept, data="fashion-mnist", checksum="0" * 64)
    at = visit(desk, {"runs_open": run_id, "runs_chosen": f"{run_id},{add(trained(data))}"})
    opened = desk.table["opened"]
    assert (opened["id"], opened["opens"], desk.table["error"]) == (run_id, False, None)
    beginning = "Paused at step 7 of 20" if steps else "Finished: step 20 of 20"
    assert opened["end"] == f"{beginning}. Its data are not on this server: here it can be read, compared and saved."
    assert desk.compare
    assert (desk.compare["runs"][0]["points"], len(desk.compare["runs"])) == ([list(p) for p in kept.epochs], 2)
    asked = run_downloads.Asked(run_downloads.kept_run(run_id), Text("en"), False)
    assert all(make(asked) for _, make in run_downloads.FILES.values())
    if steps:
        desk.ask(at, resume=run_id)
        assert desk.table["error"].startswith("train-images-idx3-ubyte.gz is not in")
        assert desk.table["opened"]["id"] == run_id
    desk.ask(at, copy=run_id)
    assert (desk.table["error"], desk.table["opened"]["opens"]) == (None, False)


def test_a_run_of_other_data_can_be_read_and_not_resumed(desk: Desk, data: FashionData) -> None:
    run_id = add(trained(data, steps=7), checksum="0" * 64)
    at = visit(desk, {"runs_open": run_id})
    assert (desk.table["opened"]["opens"], desk.table["error"]) == (False, None)
    desk.ask(at, resume=run_id)
    assert desk.table["error"].startswith("This run cannot go on here: garments on this server is not the data")
    assert desk.table["opened"]["id"] == run_id


def test_runs_not_saved_yet_stand_first(desk: Desk, data: FashionData, server: Trainer) -> None:
    saved = add(trained(data))
    resources.keeper().close()
    run = server.create(ME, SETTINGS, data, "slow")
    visit(desk)
    assert shown(desk) == [run.id, saved]
    assert shown(desk, "number") == [None, 1]
    assert desk.table["total"] == 2


def test_letters_do_not_outnumber_the_runs_that_can_be_chosen() -> None:
    assert len(runs_view.LETTERS) == len(set(runs_view.LETTERS)) == 8
