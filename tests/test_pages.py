"""The pages' logic in Streamlit's own test runner: controls, language, URL, watchers, and what goes wrong."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from functools import partialmethod
from pathlib import Path
from typing import Any

import pytest
from conftest import STUDIO
from streamlit.testing.v1 import AppTest

from model.data import FashionData
from model.download import Progress
from model.errors import DataError
from model.live_run import LiveRun
from model.pacing import SECONDS_PER_EPOCH
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import resources

pytestmark = pytest.mark.usefixtures("server", "unhurried")


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run at the pace that a page begins with outlasts every test, and a step is waited for on a busy machine too."""
    monkeypatch.setitem(SECONDS_PER_EPOCH, "slow", 3600.0)
    monkeypatch.setattr(Trainer, "one_step", partialmethod(Trainer.one_step, timeout=60.0))


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
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def words(at: AppTest) -> str:
    plain = " ".join(element.value for kind in (at.title, at.markdown, at.caption) for element in kind)
    stages = [json.loads(element.proto.json) for element in at.get("bidi_component") if element.proto.json]
    return " ".join([plain.replace("\\", ""), *(stage.get("error") or "" for stage in stages)])


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
    until(lambda: not run.busy)
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
    press(visit({"train_pace": "talk"}), "one_epoch")
    run = only_run(server)
    server.set_pace(run, "full")
    until(lambda: run.state == "paused")
    assert run.step == run.steps_per_epoch


def twice() -> None:
    """A page whose button is pressed again before it was drawn anew: the second press is what the first one's was."""
    from pages.ui import session
    from pages.ui.transport import Player

    player = Player(session.current())
    player.one_step()
    player.one_step()


def test_step_pressed_twice_at_once_takes_two_steps_of_one_run(server: Trainer) -> None:
    at = AppTest.from_function(twice, default_timeout=60).run()
    assert not at.exception
    assert only_run(server).step == 2
    assert at.query_params["run"] == only_run(server).id


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
    assert "There is no run gone here" in words(at)
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


@pytest.mark.parametrize("between", ["stop", "reset"])
def test_a_message_with_the_old_url_does_not_bring_the_old_run_back(server: Trainer, between: str) -> None:
    at = press(visit(), "main")
    first = only_run(server)
    press(at, between)
    press(at, "main")
    second = only_run(server)
    at.query_params["run"] = first.id  # what a message under way during the click still carries
    at.run()
    assert label(at) == "Pause"
    press(at, "main")
    assert state(second) == "paused"


def test_the_pace_of_a_run_survives_a_refresh(server: Trainer) -> None:
    at = visit(owner="me")
    at.button_group(key="train_pace").set_value("talk").run()
    press(at, "main")
    fresh = visit({"run": only_run(server).id}, owner="me")
    assert fresh.button_group(key="train_pace").value == "talk"


def test_the_data_chosen_are_in_the_url(real: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOFTMAX_STUDIO_DATA")
    at = visit({"train_data": "garments"})
    assert at.selectbox(key="train_data").value == "garments"


def test_without_any_data_the_page_says_so_and_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def damaged() -> FashionData:
        raise DataError("garments_damaged", path=tmp_path / "garments.npz")

    monkeypatch.setattr(resources, "_loaded", lambda loaded={}: loaded)
    monkeypatch.setattr(resources, "load_garments", damaged)
    at = visit()
    assert "garments.npz" in words(at)
    assert not enabled(at)["main"]
    at.switch_page("data.py").run()
    assert not at.exception
    assert "garments.npz" in words(at)


def test_an_error_from_the_url_is_shown_as_text_and_not_as_markdown() -> None:
    at = visit({"run": "![x](//example.org/x.png)"})
    assert "![x](//example.org/x.png)" in words(at)  # from the stage, which sets it as text
    for page in ("train.py", "data.py", "evaluate.py", "templates.py"):
        at.switch_page(page).run()
        assert not at.exception
        assert not any("![x](" in part.value for part in (*at.caption, *at.markdown))


class FakeDownload:
    """A download in a given state, that notes what is asked of it."""

    def __init__(self, state: str, error: DataError | None = None) -> None:
        self.now = Progress(state, 12_000_000, 30_900_000, error)  # type: ignore[arg-type]
        self.asked: list[str] = []

    def progress(self) -> Progress:
        return self.now

    def start(self) -> None:
        self.asked.append("start")
        self.now = dataclasses.replace(self.now, state="running", error=None)

    def cancel(self) -> None:
        self.asked.append("cancel")
        self.now = dataclasses.replace(self.now, state="cancelled")


def test_a_download_is_shown_cancelled_and_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    download = FakeDownload("running")
    monkeypatch.setattr(resources, "download", lambda: download)
    at = visit()
    assert "12.0 of 30.9 MB" in words(at)
    at.button(key="train_data_action").click().run()
    at.run()
    assert "The download was cancelled." in words(at)
    at.button(key="train_data_action").click().run()
    at.run()
    assert download.asked == ["cancel", "start"]
    assert "12.0 of 30.9 MB" in words(at)


def test_a_failed_download_is_one_plain_line_with_a_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    unreachable = DataError("download_unreachable", mirror="http://x/", reason="refused")
    monkeypatch.setattr(resources, "download", lambda: FakeDownload("failed", unreachable))
    at = visit()
    assert "No network. Training on Garments" in words(at)
    assert at.button(key="train_data_action").label == "Retry"
    assert enabled(at)["main"]


def test_data_that_have_arrived_are_used_with_one_click(real: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOFTMAX_STUDIO_DATA")
    monkeypatch.setattr(resources, "download", lambda: FakeDownload("done"))
    at = visit({"train_data": "garments"})
    assert "Fashion-MNIST is here" in words(at)
    at.button(key="train_data_action").click().run()
    at.run()
    assert at.selectbox(key="train_data").value == "fashion-mnist"
