"""The optimum and the sketch as a person is shown them: beside their own runs, and with a real run begun."""

from __future__ import annotations

import asyncio
import base64
import functools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from conftest import PATIENCE
from starlette.requests import Request

from model.data import FashionData
from model.errors import BadSetting, DataError, RunError, StoreError
from model.ideas import linear_models, optimum, predict
from model.live_run import LiveRun
from model.optimum import find_optimum, load_optimum, optimum_file, save_optimum
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import idea_optimum, idea_predict, resources
from pages.ui.owner import owner_of
from pages.ui.text import LANGUAGES, Text

COOKIE = "a-person-in-the-tests"
ME = owner_of(COOKIE)
PLACE = {"path": optimum_file("garments"), "data": "garments"}


@pytest.fixture(scope="module")
def kept(few: FashionData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The optimum on few images."""
    path = tmp_path_factory.mktemp("optimum") / "few"
    save_optimum(path, find_optimum(few, 1e-3, (60, 60)))
    return path


@pytest.fixture(autouse=True)
def _few(server: Trainer, kept: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in (optimum, idea_optimum):
        monkeypatch.setattr(module, "load_optimum", functools.partial(load_optimum, path=kept))
    caches = (optimum._known, linear_models.book_run, idea_optimum.book_model, idea_optimum._model)
    yield
    for cache in caches:
        cache.cache_clear()


def ended(trainer: Trainer, owner: str = ME, **settings: float) -> str:
    """A run to its end; its id."""
    chosen = Hyperparameters(**{"num_epochs": 2, "batch_size": 100, **settings})  # type: ignore[arg-type]
    run = resources.keeper().create(owner, chosen, resources.data_set("garments"), "full")
    trainer.play(run)
    wait_for(trainer, run.id)
    return run.id


def wait_for(trainer: Trainer, run_id: str) -> None:
    for _ in range(20 * PATIENCE):
        if trainer.get(run_id).ended:
            return
        trainer.wait(0.05)
    pytest.fail("the run does not end")


def optimum_of(values: dict[str, str], owner: str = ME) -> dict[str, Any]:
    """What the section shows once all images have been measured."""
    for _ in range(20 * PATIENCE):
        shown = idea_optimum.answer(values, owner, "en")
        if "measuring" not in shown:
            return shown
        time.sleep(0.05)
    pytest.fail("the images are not measured")


def test_without_a_run_the_books_settings_are_compared() -> None:
    shown = optimum_of(optimum.DEFAULTS)
    assert shown["chosen"] == "book-garments"
    assert shown["num_epochs"] == len(shown["epochs"]) == Hyperparameters().num_epochs
    assert [model["name"] for model in shown["models"]] == [
        Text("en")("optimum.optimum"), Text("en")("optimum.book", data="Garments"),
    ]  # fmt: skip
    assert len(base64.b64decode(shown["pictures"])) == 784 * len(shown["images"])


def test_ones_own_runs_are_compared_and_asked(server: Trainer) -> None:
    first, second = ended(server), ended(server, lr=0.5)
    ended(server, owner_of("somebody-in-the-tests"), lr=1.0)
    shown = optimum_of(optimum.DEFAULTS)
    assert shown["chosen"] == second
    assert [id_ for id_, _ in shown["choices"]] == [second, first, "book-garments"]
    assert len(shown["models"]) == 4  # the optimum, the book's settings, and both
    assert [list(point) for point in server.get(second).epochs] == shown["epochs"]
    assert [row["end"] for row in shown["left"]] == list(linear_models.end_losses(server.get(second)).values())
    other = optimum_of({**optimum.DEFAULTS, "m": first})
    assert other["chosen"] == first
    assert (other["never"], other["train_loss"]) == (shown["never"], shown["train_loss"])


def test_a_run_whose_data_are_gone_hides_no_other(server: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = ended(server), ended(server)
    found = resources.keeper().find

    def find(run_id: str) -> LiveRun:
        if run_id == second:
            raise DataError("data_missing", file="x", folder="y")
        return found(run_id)

    monkeypatch.setattr(resources.keeper(), "find", find)
    shown = optimum_of(optimum.DEFAULTS)
    assert shown["chosen"] == first
    assert [id_ for id_, _ in shown["choices"]] == [second, first, "book-garments"]


def test_a_run_that_goes_on_is_no_model_yet(server: Trainer) -> None:
    data = resources.data_set("garments")
    run = resources.keeper().create(ME, Hyperparameters(num_epochs=3, batch_size=100), data, "full")
    server.one_epoch(run)
    for _ in range(20 * PATIENCE):
        if run.state == "paused" and run.step == 10:
            break
        server.wait(0.05)
    shown = optimum_of(optimum.DEFAULTS)
    assert shown["chosen"] == run.id
    assert len(shown["epochs"]) == 1
    assert len(shown["models"]) == 2


def test_the_optimum_of_other_images_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idea_optimum, "load_optimum", load_optimum)
    for language in LANGUAGES:
        shown = idea_optimum.answer(optimum.DEFAULTS, ME, language)
        assert shown["problem"] == Text(language)("error.optimum_other_data", **PLACE)
        assert "minimise" in shown["script"]  # which finds it
        assert shown["choices"]
    with pytest.raises(RunError):
        optimum_of({**optimum.DEFAULTS, "m": "nothing"})


def post(values: object, cookie: str = COOKIE, lang: str = "en") -> tuple[int, dict[str, str]]:
    """POST /ideas/predict/reveal; the status and what is answered."""

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": json.dumps(values).encode(), "more_body": False}

    scope = {
        "type": "http", "method": "POST", "query_string": f"lang={lang}".encode(),
        "headers": [(b"cookie", f"softmax_studio_owner={cookie}".encode())],
    }  # fmt: skip
    response = asyncio.run(idea_predict.idea_predict(Request(scope, receive)))
    return response.status_code, json.loads(bytes(response.body) or b"{}")


VALUES = {**predict.DEFAULTS, "lr": "0.5", "n": "3", "bs": "100", "loss": "1,0.7,0.5"}


def test_a_reveal_is_a_real_run_of_ones_own(server: Trainer) -> None:
    status, told = post(VALUES)
    run = server.get(told["run"])
    assert status == 200
    assert run.owner == ME
    assert run.hyperparameters == predict.settings_of(VALUES)
    assert run.pacing.haste == idea_predict.HASTE
    server.set_pace(run, "full")
    wait_for(server, run.id)
    shown = idea_predict.answer({**VALUES, "r": run.id}, ME, "en")
    assert shown["run"] == {"id": run.id, "state": "finished", "mine": True}
    expected = sum(abs(a - b.train_loss) for a, b in zip((1, 0.7, 0.5), run.epochs, strict=True)) / 3
    assert shown["off"]["loss"]["mean"] == pytest.approx(expected, abs=1e-6)
    resources.keeper().save(at_once=True)
    kept, _ = resources.keeper().history.listing(ME)
    assert [summary.id for summary in kept] == [run.id]


def test_a_run_with_other_settings_reveals_nothing(server: Trainer) -> None:
    run = ended(server)
    assert idea_predict.answer({**VALUES, "r": run}, ME, "en")["run"] is None
    same = {**VALUES, "lr": "0.1", "n": "2", "r": run}
    assert idea_predict.answer(same, ME, "en")["run"]["id"] == run
    assert idea_predict.answer(same, owner_of("somebody-in-the-tests"), "en")["run"]["mine"] is False


def test_a_run_that_cannot_be_read_takes_no_sketch_with_it(server: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(run_id: str) -> NoReturn:
        raise StoreError("store_locked", where="runs.sqlite3")

    monkeypatch.setattr(resources.keeper(), "find", locked)
    shown = idea_predict.answer({**VALUES, "r": "some"}, ME, "en")
    assert shown["sketch"]["loss"] == [1, 0.7, 0.5]
    assert "runs.sqlite3" in shown["problem"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cannot_begin_is_said_in_one_sentence(lang: str, server: Trainer) -> None:
    status, told = post({**VALUES, "lr": "0"}, lang=lang)
    assert status == 409
    assert "lr" in told["error"]
    assert post({**VALUES, "bs": "1001"})[0] == 409
    assert post({**VALUES, "lr": "\ud800"})[0] == post({**VALUES, "d": "\ud800"})[0] == 409  # UTF-8 has no such thing
    assert post({**VALUES, "d": "fashion-mnist"})[0] == 409  # not here
    assert server.runs() == []


@pytest.mark.parametrize("content", ["text", [1], None, 3, {"lr": "0.1", "n": "x" * 20_000}], ids=repr)
def test_what_is_no_message_is_refused(content: object, server: Trainer) -> None:
    assert post(content)[0] in (400, 413)
    assert server.runs() == []


def test_data_that_there_are_not_are_refused() -> None:
    with pytest.raises(BadSetting):
        idea_predict.answer({**VALUES, "d": "cifar"}, ME, "en")


def test_a_revealed_run_goes_at_twice_the_slow_pace(server: Trainer) -> None:
    run = server.get(post({**VALUES, "n": "20"})[1]["run"])
    steps = run.pacing.steps_due(0, run.pacing._since[0] + 0.11, run.num_steps)
    assert steps == int(0.11 * run.steps_per_epoch * idea_predict.HASTE)
    server.stop(run)


def test_the_pretrained_weights_are_a_model_of_their_own_data(real: FashionData) -> None:
    model = idea_optimum.book_model(real)
    assert model.name == "pretrained"
    assert model.W is resources.pretrained().W
