"""The Evaluate page in Streamlit's own test runner: every state of the weights, the lists, the URL, and the files."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import STUDIO
from sklearn.metrics import accuracy_score, confusion_matrix
from streamlit.testing.v1 import AppTest

from model.data import TEXT_LABELS, FashionData
from model.errors import DataError
from model.evaluation import evaluate
from model.evidence import evidence
from model.live_run import LiveRun
from model.snapshots import Weights
from model.softmax import init_params
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import resources
from pages.ui.evaluation_choice import CHOICES, PAGE_SIZES, View, order, page_start
from pages.ui.evaluation_files import list_file, numbers_file
from pages.ui.text import Text

ME = "me"
pytestmark = pytest.mark.usefixtures("server")


@pytest.fixture
def data(few_garments: FashionData) -> FashionData:
    return few_garments


def visit(query: dict[str, str] | None = None, **session: Any) -> AppTest:
    """The Evaluate page of a person who opens it with this query."""
    at = AppTest.from_file(STUDIO, default_timeout=60)
    for name, value in {"owner": ME, **session}.items():
        at.session_state[name] = value
    at.run()
    for name, value in (query or {}).items():
        at.query_params[name] = value
    at.switch_page("evaluate.py").run()
    assert not at.exception
    return at


def stages(at: AppTest) -> list[Any]:
    """The component, if it is drawn; what another page drew before is kept by the test runner."""
    drawn = at.get("bidi_component")
    return [element for element in drawn if element.proto.component_name == "softmax_studio.evaluate"]


def stage(at: AppTest) -> dict[str, Any]:
    """What the component is given; that it is JSON without NaN and infinity is tested each time."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} in the component's data")

    (element,) = stages(at)
    found: dict[str, Any] = json.loads(element.proto.json, parse_constant=refuse)
    return found


def words(at: AppTest) -> str:
    plain = " ".join(element.value for kind in (at.title, at.markdown, at.caption) for element in kind)
    shown = [json.loads(element.proto.json) for element in stages(at)]
    return " ".join([plain.replace("\\", ""), *(" ".join([data["status"], *data["notes"]]) for data in shown)])


def new_run(trainer: Trainer, data: FashionData, steps: int = 0, name: str = "garments") -> LiveRun:
    run = trainer.create(ME, Hyperparameters(), dataclasses.replace(data, name=name), "full")
    for _ in range(steps):
        run._record(next(run.steps))
    run.weights = run._weights_now()
    return run


def with_weights(trainer: Trainer, data: FashionData, W: torch.Tensor, b: torch.Tensor) -> LiveRun:
    run = new_run(trainer, data, steps=1)
    run.weights = Weights(1, W, b)
    run.state = "stopped"
    return run


def model_of(run: LiveRun, data: FashionData) -> np.ndarray:
    """The classes said, in float64 by NumPy."""
    W, b = run.weights.W.double().numpy(), run.weights.b.double().numpy()
    said: np.ndarray = (data.test_images.double().numpy() @ W.T + b).argmax(axis=1)
    return said


def test_the_numbers_are_scikit_learns(server: Trainer, data: FashionData) -> None:
    run = new_run(server, data, steps=4)
    shown = stage(visit({"run": run.id}))
    y, said = data.test_labels.numpy(), model_of(run, data)
    np.testing.assert_array_equal(
        np.reshape(shown["counts"], (10, 10)), confusion_matrix(y, said, labels=list(range(10)))
    )
    assert shown["accuracy"] == accuracy_score(y, said)
    assert (shown["right"], shown["total"]) == (int((y == said).sum()), len(y))
    assert (shown["step"], shown["steps"]) == (4, 40)
    assert shown["images"] == np.bincount(y, minlength=10).tolist()


def test_the_first_images_have_their_labels_and_verdicts(server: Trainer, data: FashionData) -> None:
    run = new_run(server, data, steps=4)
    items = stage(visit({"run": run.id}))["items"]
    said = model_of(run, data)
    assert [item["index"] for item in items] == list(range(12))
    assert [item["true"] for item in items] == data.test_labels[:12].tolist()
    assert [item["best"][0][0] for item in items] == said[:12].tolist()


def test_a_run_with_no_step_says_that_the_weights_are_random(server: Trainer, data: FashionData) -> None:
    at = visit({"run": new_run(server, data).id})
    assert "No step has been taken" in words(at)
    assert stage(at)["accuracy"] < 0.4
    assert sum(stage(at)["counts"]) == 200


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("paused", "Paused: these are the weights after step 3 of 40."),
        ("running", "The run is going on: these are the weights after step 3 of 40."),
        ("stopped", "Stopped: these are the weights after step 3 of 40."),
        ("finished", "Finished: these are the weights after all 40 steps."),
        ("failed", "The run failed at step 3 of 40"),
    ],
)
def test_each_state_of_a_run_is_said(server: Trainer, data: FashionData, state: Any, sentence: str) -> None:
    run = new_run(server, data, steps=3)
    run.state = state
    at = visit({"run": run.id})
    assert sentence in words(at)
    assert stage(at)["step"] == 3


def test_a_run_that_diverged_shows_its_last_finite_weights(server: Trainer, data: FashionData) -> None:
    run = new_run(server, data, steps=2)
    run.model.W[0, 300] = 3e38  # finite, and the logits of most images are not
    server.one_step(run)
    assert run.state == "diverged"
    at = visit({"run": run.id})
    assert "Diverged at step 3: these are its last finite weights." in words(at)
    assert stage(at)["step"] == 2  # the third step was undone
    expected = int((~(data.test_images @ run.weights.W[0]).isfinite()).sum())
    assert sum(stage(at)["counts"]) == len(data.test_labels) - expected


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("kind", list(PAGE_SIZES))
def test_weights_that_are_not_finite_are_said_and_nothing_breaks(
    server: Trainer, data: FashionData, bad: float, kind: str
) -> None:
    W, b = init_params(0, 0.01)
    W[3, 100:110] = bad
    run = with_weights(server, data, W, b)
    at = visit({"run": run.id, "evaluate_list": kind, "evaluate_cell": "1-2"})
    shown = stage(at)
    assert "For 200 of 200 images the logits are not finite numbers" in words(at)
    assert shown["accuracy"] == 0
    assert shown["counts"] == [0] * 100
    assert shown["precision"] == [None] * 10
    assert all(item["best"] == [] for item in shown["items"])
    assert "never says" not in words(at)  # of no image: the sentence before it is the one to read


def test_where_some_images_have_no_verdict_the_others_are_shown(server: Trainer, data: FashionData) -> None:
    W, b = init_params(0, 0.01)
    W[3] = 1.5e36  # bright images overflow, dark ones do not
    run = with_weights(server, data, W, b)
    decided = evaluate(W, b, data.test_images, data.test_labels).confusion.sum().item()
    assert 0 < decided < 200
    for kind in PAGE_SIZES:
        at = visit({"run": run.id, "evaluate_list": kind, "evaluate_cell": "1-3"})
        assert f"For {200 - decided} of 200 images" in words(at)
        assert sum(stage(at)["counts"]) == decided


def test_a_class_that_is_never_said_is_named(server: Trainer, data: FashionData) -> None:
    good = resources.pretrained()
    b = good.b.clone()
    b[6] = b[4] = -1000
    run = with_weights(server, data, good.W, b)
    at = visit({"run": run.id})
    assert "The model never says: coat, shirt." in words(at)
    assert [stage(at)["precision"][label] for label in (4, 6)] == [None, None]
    assert None not in stage(at)["recall"]
    assert "从未预测的类别：外套、衬衫。" in words(visit({"run": run.id, "lang": "zh"}))


def test_weights_trained_on_other_data_are_said(server: Trainer) -> None:
    at = visit({"model": "pretrained"})
    assert "trained on Fashion-MNIST; the test images are those of Garments." in words(at)
    assert at.selectbox(key="evaluate_data").value == "garments"
    assert stage(at)["accuracy"] > 0.7


def test_a_run_that_is_gone_is_said_and_the_page_goes_on() -> None:
    at = visit({"run": "gone"})
    assert "There is no run gone here" in words(at)
    assert stage(at)["total"] == 200


def test_data_that_are_not_here_are_said(server: Trainer) -> None:
    at = visit({"model": "pretrained"})
    at.selectbox(key="evaluate_data").set_value("fashion-mnist").run()
    assert not at.exception
    assert "Fashion-MNIST is not here yet" in words(at)
    assert not stages(at)
    at.selectbox(key="evaluate_data").set_value("garments").run()
    assert stage(at)["total"] == 200


def test_without_any_data_the_page_says_so_and_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def damaged() -> FashionData:
        raise DataError("garments_damaged", path=tmp_path / "garments.npz")

    monkeypatch.setattr(resources, "_loaded", lambda loaded={}: loaded)
    monkeypatch.setattr(resources, "load_garments", damaged)
    at = visit()
    assert "garments.npz" in words(at)
    assert at.title[0].value == "Evaluate"


def test_other_weights_begin_with_their_own_data(
    server: Trainer, data: FashionData, real: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SOFTMAX_STUDIO_DATA")
    loaded = {"garments": data, "fashion-mnist": dataclasses.replace(real, test_labels=real.test_labels)}
    monkeypatch.setattr(resources, "_loaded", lambda: loaded)
    run = new_run(server, data, steps=2)
    at = visit({"run": run.id})
    assert at.selectbox(key="evaluate_data").value == "garments"
    at.selectbox(key="evaluate_data").set_value("fashion-mnist").run()
    assert at.query_params["evaluate_data"] == "fashion-mnist"
    assert "trained on Garments; the test images are those of Fashion-MNIST" in words(at)
    at.switch_page("train.py").run()
    at.switch_page("evaluate.py").run()
    assert at.selectbox(key="evaluate_data").value == "fashion-mnist"
    at.selectbox(key="studio_model").set_value("pretrained").run()
    at.selectbox(key="studio_model").set_value(run.id).run()
    assert at.selectbox(key="evaluate_data").value == "garments"
    assert "evaluate_data" not in at.query_params


def test_the_view_is_in_the_url_and_survives_another_page(server: Trainer, data: FashionData) -> None:
    asked = {"evaluate_list": "cell", "evaluate_cell": "6-0", "evaluate_unit": "percent"}
    at = visit({"run": new_run(server, data, steps=5).id, **asked})
    for _ in range(2):
        shown = stage(at)
        assert (shown["list"], shown["picked"], shown["percent"]) == ("cell", [6, 0], True)
        assert {name: at.query_params[name] for name in asked} == asked
        at.switch_page("train.py").run()
        at.switch_page("evaluate.py").run()
    assert not at.exception


def test_nonsense_in_the_url_is_ignored() -> None:
    nonsense = dict.fromkeys((*CHOICES, "evaluate_unit", "evaluate_data"), "<nonsense>")
    shown = stage(visit({**nonsense, "evaluate_from": "-3"}))
    assert (shown["list"], shown["picked"], shown["seed"], shown["start"]) == ("images", None, None, 0)
    assert not shown["percent"]


def test_pages_of_a_list(server: Trainer, data: FashionData) -> None:
    run = new_run(server, data, steps=5)
    first = stage(visit({"run": run.id, "evaluate_list": "mistakes"}))
    second = stage(visit({"run": run.id, "evaluate_list": "mistakes", "evaluate_from": "11"}))
    beyond = stage(visit({"run": run.id, "evaluate_list": "mistakes", "evaluate_from": "9999"}))
    sure = [item["best"][0][1] for item in first["items"] + second["items"]]
    assert len(sure) == 20
    assert sure == sorted(sure, reverse=True)
    assert all(item["true"] != item["best"][0][0] for item in first["items"] + second["items"])
    assert (second["start"], beyond["start"]) == (10, (first["count"] - 1) // 10 * 10)
    assert 0 < len(beyond["items"]) <= 10
    assert page_start(View("calls", None, None, 50), 0) == 0


def test_shuffles_are_permutations_that_a_seed_repeats(server: Trainer, data: FashionData) -> None:
    found = evaluate(*init_params(0, 0.01), data.test_images, data.test_labels)
    orders = [order(View("images", None, seed, 0), found) for seed in (None, 1, 2, 1)]
    assert orders[0] == list(range(200)) == sorted(orders[1]) == sorted(orders[2])
    assert orders[1] == orders[3] != orders[2]
    shown = stage(visit({"run": new_run(server, data, steps=1).id, "evaluate_seed": "2"}))
    assert [item["index"] for item in shown["items"]] == orders[2][:12]


def test_a_cell_shows_its_images_and_an_empty_one_none(server: Trainer, data: FashionData) -> None:
    run = new_run(server, data, steps=5)
    y, said = data.test_labels.numpy(), model_of(run, data)
    for true, predicted in ((6, 0), (1, 1), (1, 9)):
        shown = stage(visit({"run": run.id, "evaluate_list": "cell", "evaluate_cell": f"{true}-{predicted}"}))
        expected = np.flatnonzero((y == true) & (said == predicted))
        assert shown["count"] == len(expected)
        assert {item["index"] for item in shown["items"]} <= set(expected.tolist())
        assert len(shown["items"]) == min(24, len(expected))


def test_a_ledger_adds_up_as_shown(server: Trainer, data: FashionData) -> None:
    run = new_run(server, data, steps=5)
    items = stage(visit({"run": run.id, "evaluate_list": "mistakes"}))["items"]
    for item in items:
        said = item["best"][0][0]
        found = evidence(data.test_images[item["index"]], run.weights.W, run.weights.b, said, item["true"])
        assert round(item["evidence"] * 1e4) + round(item["bias"] * 1e4) == round(item["gap"] * 1e4)
        assert item["gap"] == pytest.approx(found.gap, abs=1.01e-4)
        assert item["gap"] > 0  # it is what it said


def test_the_files_hold_the_numbers(data: FashionData) -> None:
    weights = Weights(7, *init_params(1, 0.05))
    found = evaluate(weights.W, weights.b, data.test_images, data.test_labels)
    numbers = np.load(io.BytesIO(numbers_file(found, weights)), allow_pickle=False)
    assert set(numbers) == {"labels", "said", "probabilities", "confusion", "W", "b", "step"}
    said = numbers["probabilities"].argmax(axis=1)
    np.testing.assert_array_equal(numbers["said"], said)
    np.testing.assert_array_equal(
        numbers["confusion"], confusion_matrix(numbers["labels"], said, labels=list(range(10)))
    )
    images = found.closest_calls(200)
    rows = list(csv.reader(io.StringIO(list_file(Text("en"), images, found).decode("utf-8-sig"))))
    assert rows[0] == ["index", "true", "said", "probability", "second", "second probability"]
    assert [int(row[0]) for row in rows[1:]] == images
    for row in rows[1:]:
        index = int(row[0])
        assert row[1:3] == [TEXT_LABELS[data.test_labels[index]], TEXT_LABELS[said[index]]]
        assert float(row[3]) == pytest.approx(numbers["probabilities"][index].max(), abs=1e-6)


def test_the_files_hold_images_without_a_verdict_too(data: FashionData) -> None:
    W, b = init_params(0, 0.01)
    found = evaluate(W * math.nan, b, data.test_images, data.test_labels)
    rows = list(csv.reader(io.StringIO(list_file(Text("en"), [3], found).decode("utf-8-sig"))))
    assert rows[1] == ["3", TEXT_LABELS[data.test_labels[3]]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_runs_in_every_language_and_for_the_projector(language: str) -> None:
    at = visit({"lang": language, "projector": "1"})
    assert at.title[0].value == Text(language)("evaluate.title")
    assert stage(at)["projector"]
    assert [button.label for button in at.download_button] == [
        Text(language)("evaluate.save_list"),
        Text(language)("evaluate.save_numbers"),
    ]
