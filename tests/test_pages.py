"""The pages' logic in Streamlit's own test runner: controls, language, URL, watchers, and what goes wrong."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from model.data import FashionData
from model.live_run import LiveRun
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import resources

STUDIO = str(Path(__file__).resolve().parent.parent / "pages" / "studio.py")


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch, few: FashionData, tmp_path: Path) -> Iterator[Trainer]:
    """A server without Fashion-MNIST whose Garments are few, and a download that goes nowhere."""
    trainer, data = Trainer(), dataclasses.replace(few, name="garments")
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(tmp_path))
    monkeypatch.setattr(resources, "trainer", lambda: trainer)
    monkeypatch.setattr(resources, "_loaded", lambda loaded={"garments": data}: loaded)
    resources.one_of_each.cache_clear()
    resources.download.cache_clear()
    yield trainer
    trainer.close()
    resources.download.cache_clear()
    resources.one_of_each.cache_clear()


def visit(query: dict[str, str] | None = None, locale: str = "en-US", **session: Any) -> AppTest:
    at = AppTest.from_file(STUDIO, default_timeout=60)
    at.context["locale"] = locale
    for name, value in (query or {}).items():
        at.query_params[name] = value
    for name, value in session.items():
        at.session_state[name] = value
    at.run()
    assert not at.exception
    return at


def press(at: AppTest, name: str) -> AppTest:
    at.button(key=f"train_{name}").click().run()
    assert not at.exception
    return at


def state(run: LiveRun) -> str:
    return run.state


def enabled(at: AppTest) -> dict[str, bool]:
    return {n: not at.button(key=f"train_{n}").disabled for n in ("main", "step", "one_epoch", "stop", "reset")}


def label(at: AppTest) -> str:
    return at.button(key="train_main").label


def only_run(trainer: Trainer) -> LiveRun:
    (run,) = trainer.live()
    return run


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def words(at: AppTest) -> str:
    return " ".join(element.value for kind in (at.title, at.markdown, at.caption) for element in kind)


def test_the_first_visit_offers_train_and_nothing_to_stop() -> None:
    at = visit()
    assert label(at) == "Train"
    assert enabled(at) == {"main": True, "step": True, "one_epoch": True, "stop": False, "reset": False}
    assert "run" not in at.query_params


def test_train_pause_resume_stop_reset(server: Trainer) -> None:
    at = press(visit(), "main")
    run = only_run(server)
    assert at.query_params["run"] == run.id
    assert state(run) == "running"
    assert label(at) == "Pause"
    assert enabled(at) == {"main": True, "step": False, "one_epoch": False, "stop": True, "reset": True}
    press(at, "main")
    assert state(run) == "paused"
    assert label(at) == "Resume"
    assert all(enabled(at).values())
    step = run.step
    press(at, "step")
    assert run.step == step + 1
    press(at, "main")
    assert state(run) == "running"
    press(at, "stop")
    assert state(run) == "stopped"
    assert label(at) == "Train"
    assert enabled(at) == {"main": True, "step": False, "one_epoch": False, "stop": False, "reset": True}
    press(at, "reset")
    assert "run" not in at.query_params
    assert enabled(at)["step"]


def test_step_before_the_first_run_begins_one(server: Trainer) -> None:
    at = press(visit(), "step")
    assert (only_run(server).step, only_run(server).state) == (1, "paused")
    assert label(at) == "Resume"


def test_one_epoch_before_the_first_run_begins_one(server: Trainer) -> None:
    press(visit(), "one_epoch")
    run = only_run(server)
    until(lambda: run.state == "paused")
    assert run.step == run.steps_per_epoch


def test_a_slider_moved_during_a_run_is_for_the_next_one(server: Trainer) -> None:
    at = press(visit(), "main")
    run = only_run(server)
    at.select_slider(key="train_lr").set_value(3.0).run()
    at.slider(key="train_num_epochs").set_value(20).run()
    assert run.hyperparameters == Hyperparameters()
    assert state(run) == "running"
    assert "These settings apply to the next run." in words(at)
    press(at, "stop")
    press(at, "main")
    assert only_run(server).hyperparameters == Hyperparameters(lr=3.0, num_epochs=20)


def test_the_books_settings_are_one_button(server: Trainer) -> None:
    at = visit()
    at.select_slider(key="train_lr").set_value(5.0).run()
    at.slider(key="train_num_epochs").set_value(3).run()
    at.number_input(key="train_seed").set_value(7).run()
    at.select_slider(key="train_batch_size").set_value(32).run()
    at.select_slider(key="train_init_std").set_value(1.0).run()
    press(at, "book")
    press(at, "main")
    assert only_run(server).hyperparameters == Hyperparameters()


def test_settings_come_from_the_url(server: Trainer) -> None:
    at = visit({"train_lr": "0.5", "train_num_epochs": "3", "train_implementation": "concise", "train_seed": "4"})
    press(at, "main")
    assert only_run(server).hyperparameters == Hyperparameters(0.5, 3, seed=4, implementation="concise")


def test_nonsense_in_the_url_is_ignored(server: Trainer) -> None:
    nonsense = {"train_lr": "much", "train_num_epochs": "-3", "train_seed": "1e99", "lang": "xx", "projector": "maybe"}
    press(visit(nonsense), "main")
    assert only_run(server).hyperparameters == Hyperparameters()


def test_a_refresh_finds_the_run_still_going(server: Trainer) -> None:
    at = press(visit(owner="me"), "main")
    run = only_run(server)
    fresh = visit({"run": run.id}, owner="me")
    assert label(fresh) == "Pause"
    press(fresh, "main")
    assert state(run) == "paused"
    assert not at.exception


def test_another_person_watches_and_cannot_touch(server: Trainer) -> None:
    press(visit(owner="me"), "main")
    run = only_run(server)
    other = visit({"run": run.id}, owner="someone else")
    assert label(other) == "Train"
    assert enabled(other) == {"main": True, "step": False, "one_epoch": False, "stop": False, "reset": True}
    assert "someone else controls" in words(other)
    other.button_group(key="train_pace").set_value("full").run()
    assert run.pace == "slow"
    press(other, "reset")
    assert state(run) == "running"
    assert "run" not in other.query_params


def test_a_watchers_train_begins_a_run_of_his_own(server: Trainer) -> None:
    press(visit(owner="me"), "main")
    first = only_run(server)
    other = press(visit({"run": first.id}, owner="someone else"), "main")
    assert first.state == "running"
    assert {run.owner for run in server.live()} == {"me", "someone else"}
    assert other.query_params["run"] != first.id


def test_another_page_and_back_finds_the_run(server: Trainer) -> None:
    at = press(visit(), "main")
    at.switch_page("data.py").run()
    assert not at.exception
    assert "Data" in [title.value for title in at.title]
    assert at.query_params["run"] == only_run(server).id
    at.switch_page("train.py").run()
    assert label(at) == "Pause"


def test_a_run_that_is_not_there_is_said_in_a_sentence() -> None:
    at = visit({"run": "gone"})
    assert "The run gone is no longer in memory" in words(at)
    assert "run" not in at.query_params
    assert label(at) == "Train"


def test_the_pace_is_the_runs_pace(server: Trainer) -> None:
    at = visit()
    at.button_group(key="train_pace").set_value("talk").run()
    press(at, "main")
    run = only_run(server)
    assert run.pace == "talk"
    at.button_group(key="train_pace").set_value("full").run()
    assert str(run.pace) == "full"
    until(lambda: run.ended)
    at.run()
    assert label(at) == "Train"


def test_a_batch_larger_than_the_data_is_said_in_a_sentence(server: Trainer) -> None:
    at = visit()
    at.select_slider(key="train_batch_size").set_value(4096).run()
    press(at, "main")
    assert "The batch size 4096 is larger than the data's 1,000" in words(at)
    assert server.live() == []
    assert label(at) == "Train"


def test_the_language_follows_the_browser_and_can_be_switched() -> None:
    at = visit(locale="zh-CN")
    assert label(at) == "训练"
    at.button(key="studio_language").click().run()
    assert label(at) == "Train"
    assert at.query_params["lang"] == "en"
    assert label(visit({"lang": "zh"})) == "训练"


def test_the_projector_is_in_the_url_and_can_be_left() -> None:
    at = visit({"projector": "1"})
    at.button(key="studio_leave").click().run()
    assert "projector" not in at.query_params
    at.button(key="studio_projector").click().run()
    assert at.query_params["projector"] == "1"


def test_data_that_are_not_there_are_said_and_garments_train(server: Trainer) -> None:
    at = visit()
    assert at.selectbox(key="train_data").value == "garments"
    assert "not on this machine" in words(at)
    at.selectbox(key="train_data").set_value("fashion-mnist").run()
    assert "choose Garments" in words(at)
    assert not enabled(at)["main"]
    at.selectbox(key="train_data").set_value("garments").run()
    press(at, "main")
    assert only_run(server).data.name == "garments"


def test_damaged_data_are_named(tmp_path: Path) -> None:
    raw = tmp_path / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        (raw / f"{name}-ubyte.gz").write_bytes(b"half a file")
    at = visit()
    assert at.selectbox(key="train_data").value == "garments"
    assert "train-images-idx3-ubyte.gz (11 bytes) is not the published file" in words(at)
    assert label(at) == "Train"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("page", ["train.py", "data.py"])
def test_every_page_runs_in_every_language(page: str, language: str) -> None:
    at = visit({"lang": language})
    at.switch_page(page).run()
    assert not at.exception
    assert at.title
