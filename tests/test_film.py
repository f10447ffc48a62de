"""A film is what really happened: its weights, its matrices, and what its routes send."""

from __future__ import annotations

import asyncio
import io
import json
import time

import numpy as np
import pytest
import torch
from safetensors.torch import load
from sklearn.metrics import confusion_matrix
from starlette.requests import Request
from starlette.responses import Response

from model.build_assets import SEED
from model.concise import make_model
from model.data import FashionData
from model.film import Film
from model.live_run import LiveRun
from model.snapshots import Snapshot, Weights, snapshot_steps, unpack
from model.softmax import init_params
from model.train import Hyperparameters, train
from model.trainer import Trainer
from pages.ui import resources
from pages.ui.film import film

ALL = list(range(10))
SETTINGS = Hyperparameters(num_epochs=3, batch_size=100)
STEPS = snapshot_steps(10, 3)


def exact(data: FashionData, hyperparameters: Hyperparameters, steps: list[int]) -> dict[int, Weights]:
    """W and b after these steps, from the bare iterator."""
    model = make_model(hyperparameters.implementation, hyperparameters.seed, hyperparameters.init_std)
    found = {0: Weights(0, model.W.clone(), model.b.clone())}
    for step in train(model, data, hyperparameters):
        if step.step in steps:
            found[step.step] = Weights(step.step, model.W.clone(), model.b.clone())
    return found


def run_to(data: FashionData, steps: int) -> LiveRun:
    run = LiveRun("me", SETTINGS, data, "full")
    run.play(steps)
    while run.step < steps:
        run.advance(1.0)
    run.halt("finished" if run.exhausted else "paused")
    return run


def counted(weights: Weights, data: FashionData) -> np.ndarray:
    o = data.test_images.double() @ weights.W.double().T + weights.b.double()
    return np.asarray(confusion_matrix(data.test_labels, o.argmax(dim=1), labels=ALL))


def test_a_run_films_itself(few: FashionData) -> None:
    run = run_to(few, 30)
    frames = run.film.frames(run.weights)
    assert [snapshot.step for snapshot in frames.snapshots] == STEPS
    bare = exact(few, SETTINGS, STEPS)
    for snapshot, confusion in zip(frames.snapshots, frames.confusions, strict=True):
        weights = bare[snapshot.step]
        half = weights.W.abs().amax(dim=1, keepdim=True) / 4094
        assert ((unpack(snapshot).W - weights.W).abs() <= half * 1.001).all()
        assert torch.equal(snapshot.b, weights.b)
        if snapshot.step % 10 == 0 and snapshot.step:
            np.testing.assert_array_equal(confusion, counted(weights, few))
        else:
            np.testing.assert_array_equal(confusion, counted(unpack(snapshot), few))


def test_the_film_agrees_with_the_curve_to_the_last_image(few: FashionData) -> None:
    run = run_to(few, 30)
    frames = run.film.frames()
    by_step = {s.step: c for s, c in zip(frames.snapshots, frames.confusions, strict=True)}
    for point in run.epochs:
        assert int(by_step[10 * point.epoch].diagonal().sum()) / len(few.test_labels) == point.test_acc


def test_a_run_that_stands_between_two_snapshots_ends_with_its_weights_of_now(few: FashionData) -> None:
    run = run_to(few, 23)
    film = Film(few, [0, 25])
    film.take(exact(few, SETTINGS, [])[0])
    frames = film.frames(run.weights)
    assert [snapshot.step for snapshot in frames.snapshots] == [0, 23]
    assert frames.stored == 1
    np.testing.assert_array_equal(frames.confusions[-1], counted(run.weights, few))
    assert [snapshot.step for snapshot in film.frames().snapshots] == [0]


def test_matrices_are_counted_once(few: FashionData, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_to(few, 30)
    first = run.film.frames()
    monkeypatch.setattr("model.film.confusion_matrices", None)  # any call would fail
    again = run.film.frames(start=5)
    assert again.start == 5
    assert [s.step for s in again.snapshots] == [s.step for s in first.snapshots[5:]]
    assert len(run.film.frames(start=10_000).snapshots) == 1


def test_the_weights_of_a_moment_are_the_newest_by_then(few: FashionData) -> None:
    run = run_to(few, 30)
    assert run.film.until(0).step == 0
    assert run.film.until(10).step == 10
    assert run.film.until(10**6).step == 30
    assert torch.equal(run.film.until(30, run.weights).W, run.weights.W)  # exact, not packed
    assert run.film.until(29, run.weights).step == max(step for step in STEPS if step <= 29)


def test_a_run_that_diverged_ends_with_its_last_finite_weights(few: FashionData) -> None:
    run = LiveRun("me", SETTINGS, few, "full")
    run.film.due = 30  # as if no snapshot lay near
    run.play(30)
    while not run.step:
        run.advance(0.0001)
    run.model.W[0] = 3e37  # finite, and the next logits are not
    while not run.exhausted:
        run.advance(1.0)
    assert run.last
    assert run.last.diverged
    assert run.weights.step == run.step - 1  # that step was undone
    frames = run.film.frames(run.weights)
    assert [s.step for s in frames.snapshots] == [0, run.step - 1]
    overflow = ~(few.test_images @ run.weights.W.T).isfinite().all(dim=1)
    assert overflow.any()
    assert int(frames.confusions[-1].sum()) == int((~overflow).sum())


# The routes.


@pytest.fixture
def trainer(server: Trainer) -> Trainer:
    return server


def ended(trainer: Trainer, data: FashionData) -> LiveRun:
    run = trainer.create("me", SETTINGS, data, "full")
    trainer.play(run)
    while not run.ended:
        time.sleep(0.01)
    return run


def get(path: str, **query: object) -> Response:
    model_id = path.split("/")[2]
    text = "&".join(f"{name.rstrip('_')}={value}" for name, value in query.items())
    scope = {
        "type": "http", "method": "GET", "path": path, "headers": [], "path_params": {"model_id": model_id},
        "query_string": text.encode(), "server": ("test", 80), "scheme": "http",
    }  # fmt: skip
    return asyncio.run(film(Request(scope)))


def test_the_film_is_sent_as_safetensors_and_goes_on_from_where_one_is(trainer: Trainer, few: FashionData) -> None:
    run = ended(trainer, few)
    whole = load(bytes(get(f"/film/{run.id}").body))
    assert whole["steps"].tolist() == STEPS
    assert whole["levels"].shape == (len(STEPS), 10, 1176)
    assert whole["confusion"].shape == (len(STEPS), 10, 10)
    rest = load(bytes(get(f"/film/{run.id}", from_=7).body))
    assert rest["steps"].tolist() == STEPS[7:]
    for name in whole:
        assert torch.equal(whole[name][7:], rest[name])
    last = Snapshot(int(whole["steps"][-1]), *(whole[name][-1] for name in ("levels", "limits", "b")))
    np.testing.assert_array_equal(whole["confusion"][-1], counted(run.weights, few))
    torch.testing.assert_close(unpack(last).W, run.weights.W, atol=3e-4, rtol=0)


def test_the_weights_of_a_moment_are_sent_as_npz(trainer: Trainer, few: FashionData) -> None:
    run = ended(trainer, few)
    arrays = np.load(io.BytesIO(get(f"/film/{run.id}/npz", at=30).body))
    np.testing.assert_array_equal(arrays["W"], run.weights.W)
    np.testing.assert_array_equal(arrays["b"], run.weights.b)
    assert arrays["step"] == 30
    assert np.load(io.BytesIO(get(f"/film/{run.id}/npz", at=0).body))["step"] == 0


def test_a_test_picture_is_its_label_and_its_grey_values(trainer: Trainer, few: FashionData) -> None:
    run = ended(trainer, few)
    for index, expected in ((0, 0), (17, 17), (10**9, len(few.test_labels) - 1)):
        body = bytes(get(f"/film/{run.id}/picture", index=index).body)
        assert body[0] == few.test_labels[expected]
        np.testing.assert_array_equal(
            np.frombuffer(body[1:], np.uint8), (few.test_images[expected] * 255).round().byte()
        )


def test_the_nearest_pictures_of_a_moment(trainer: Trainer, few: FashionData) -> None:
    run = ended(trainer, few)
    found = json.loads(bytes(get(f"/film/{run.id}/near", at=30, label=8).body))
    scores = few.test_images.double() @ run.weights.W[8].double() + float(run.weights.b[8])
    order = scores.argsort(descending=True).tolist()
    assert found["images"] == order[:6] + order[::-1][:6]
    np.testing.assert_allclose(found["scores"], scores[found["images"]], atol=1e-5)
    assert found["labels"] == few.test_labels[found["images"]].tolist()


def test_nonsense_in_an_address_is_taken_for_the_beginning(trainer: Trainer, few: FashionData) -> None:
    run = ended(trainer, few)
    for value in ("x", "-3", "1e9", "99999999999999999999", "", "%00", "³"):
        assert load(bytes(get(f"/film/{run.id}", from_=value).body))["steps"].tolist()[0] == 0


def test_a_run_that_is_gone_is_404_with_a_sentence(trainer: Trainer) -> None:
    response = get("/film/nowhere")
    assert response.status_code == 404
    assert b"There is no run" in bytes(response.body)


def test_the_pretrained_weights_have_a_beginning_and_an_end(
    trainer: Trainer, few: FashionData, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources.pretrained_film.cache_clear()
    monkeypatch.setattr(resources, "default_data", lambda: "few")
    monkeypatch.setattr(resources, "data_set", lambda name: few)
    whole = load(bytes(get("/film/pretrained").body))
    assert whole["steps"].tolist() == [0, 2350]
    start = Snapshot(0, *(whole[name][0] for name in ("levels", "limits", "b")))
    W, _ = init_params(SEED, 0.01)
    torch.testing.assert_close(unpack(start).W, W, atol=float(W.abs().max()) / 4094 * 1.001, rtol=0)
    accuracy = whole["confusion"][-1].diagonal().sum() / len(few.test_labels)
    assert 0.7 < accuracy < 1
