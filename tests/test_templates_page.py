"""The Templates page in Streamlit's own test runner: which weights, beside which, and what is said of them."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import numpy as np
import pytest
import torch
from conftest import STUDIO
from streamlit.testing.v1 import AppTest

from model.checkpoint import PRETRAINED, load_checkpoint
from model.data import FashionData
from model.errors import DataError
from model.live_run import LiveRun
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import resources
from pages.ui.frames import encode_templates

ME = "me"
pytestmark = pytest.mark.usefixtures("server")


def visit(query: dict[str, str] | None = None, **session: Any) -> AppTest:
    """The Templates page of a person who opens it with this query."""
    at = AppTest.from_file(STUDIO, default_timeout=60)
    for name, value in {"owner": ME, **session}.items():
        at.session_state[name] = value
    at.run()
    for name, value in (query or {}).items():
        at.query_params[name] = value
    at.switch_page("templates.py").run()
    assert not at.exception
    return at


def stage(at: AppTest) -> dict[str, Any]:
    """What the component is given."""
    drawn = [part for part in at.get("bidi_component") if part.proto.component_name == "softmax_studio.film"]
    data: dict[str, Any] = json.loads(drawn[-1].proto.json)
    return data


def run_of(server: Trainer, data: FashionData, owner: str = ME, **settings: Any) -> LiveRun:
    """A run that has ended."""
    run = server.create(owner, Hyperparameters(**{"num_epochs": 2, "batch_size": 100, **settings}), data, "full")
    server.play(run)
    while not run.ended:
        time.sleep(0.01)
    return run


def test_without_a_run_the_pretrained_weights_are_shown(few_garments: FashionData) -> None:
    given = stage(visit())
    assert given["model"] == "pretrained"
    assert given["run"] is None
    assert given["num_steps"] == load_checkpoint(PRETRAINED).step == 2350
    assert given["num_test"] == len(few_garments.test_labels)
    assert given["note"] == "These weights were trained on Fashion-MNIST; the test images here are Garments."


def test_the_newest_own_run_is_shown_before_the_pretrained_weights(server: Trainer, few_garments: FashionData) -> None:
    run_of(server, few_garments)
    newest = run_of(server, few_garments, lr=0.5)
    run_of(server, few_garments, owner="somebody else")
    at = visit()
    assert stage(at)["model"] == newest.id
    accuracy = f"{newest.epochs[-1].test_acc:.4f}".removeprefix("0")
    second, first, pretrained = at.selectbox(key="studio_model").options
    assert second == f"Run 2 · learning rate 0.5, 2 epochs, seed 0 · {accuracy} · Garments"
    assert first.startswith("Run 1 · learning rate 0.1, 2 epochs, seed 0 · .")
    assert pretrained == "Pretrained · built in"


def test_what_the_stage_is_told_of_a_run(server: Trainer, few_garments: FashionData) -> None:
    run = run_of(server, few_garments)
    given = stage(visit({"run": run.id}))
    assert (given["model"], given["run"], given["state"]) == (run.id, run.id, "finished")
    assert (given["steps_per_epoch"], given["num_steps"]) == (10, 20)
    assert given["note"] is given["error"] is given["other"] is None
    means = np.frombuffer(base64.b64decode(given["means"]), np.uint8).reshape(10, 784)
    for label in range(10):
        images = few_garments.train_pixels[few_garments.train_labels == label].numpy()
        np.testing.assert_allclose(means[label], images.mean(axis=0), atol=0.51)


def test_choosing_a_run_makes_it_the_run_of_every_page(server: Trainer, few_garments: FashionData) -> None:
    first, second = run_of(server, few_garments), run_of(server, few_garments, seed=1)
    at = visit({"run": second.id})
    names = at.selectbox(key="studio_model").options
    at.selectbox(key="studio_model").select(names[1]).run()
    assert stage(at)["model"] == first.id
    assert at.query_params["run"] == first.id
    at.selectbox(key="studio_model").select("Pretrained · built in").run()
    assert stage(at)["model"] == "pretrained"
    assert at.query_params["run"] == first.id
    assert at.query_params["model"] == "pretrained"


def test_other_weights_stand_beside(server: Trainer, few_garments: FashionData) -> None:
    run, other = run_of(server, few_garments), run_of(server, few_garments, batch_size=50)
    at = visit({"run": run.id, "templates_beside": other.id, "templates_view": "epoch"})
    given = stage(at)
    assert given["view"] == "epoch"
    assert given["other"]["id"] == other.id
    assert (given["steps_per_epoch"], given["other"]["steps_per_epoch"]) == (10, 20)
    assert run.id not in at.selectbox(key="templates_beside").options


@pytest.mark.parametrize(
    "query",
    [{"templates_view": "x"}, {"templates_beside": "nobody"}, {"model": "x"}, {"templates_view": "", "run": ""}],
)
def test_nonsense_in_the_url_falls_back(query: dict[str, str]) -> None:
    given = stage(visit(query))
    assert (given["view"], given["other"], given["model"]) == ("raw", None, "pretrained")


def test_a_run_that_is_gone_is_said(few_garments: FashionData) -> None:
    given = stage(visit({"run": "nowhere"}))
    assert given["model"] == "pretrained"
    assert given["error"].startswith("There is no run nowhere here")


def test_somebody_elses_run_can_be_seen_by_its_link(server: Trainer, few_garments: FashionData) -> None:
    run = run_of(server, few_garments, owner="somebody else")
    at = visit({"run": run.id})
    assert stage(at)["model"] == run.id
    assert at.selectbox(key="studio_model").options[0].startswith("Shared run · ")


def test_with_no_data_at_all_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> FashionData:
        raise DataError("garments_damaged", path="garments.npz")

    at = visit()
    resources.pretrained_film.cache_clear()
    monkeypatch.setattr(resources, "data_set", missing)
    at.run()
    assert not at.exception
    assert any("garments.npz" in part.value.replace("\\", "") for part in at.markdown)


def test_chinese_words_reach_the_stage() -> None:
    given = stage(visit({"lang": "zh"}))
    assert given["labels"][0] == "T恤"
    assert given["words"]["save_png"] == "存为 PNG"


def test_live_templates_that_are_not_finite_do_not_break_the_train_page() -> None:
    W = torch.zeros(10, 784)
    W[0, 0], W[1, 1], W[2, 2] = float("nan"), float("inf"), 0.3
    frame = encode_templates(W)
    levels = base64.b64decode(frame["tiles"])
    assert frame["limit"] == pytest.approx(0.3)
    assert (levels[0], levels[784 + 1], levels[2 * 784 + 2]) == (127, 127, 254)
