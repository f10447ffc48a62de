"""What a browser is sent: one byte a weight that decodes back, and events that add up to the run."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from model.data import FashionData
from model.errors import StoreError
from model.live_run import LiveRun
from model.train import Hyperparameters
from model.trainer import Trainer
from pages.ui import resources
from pages.ui.frames import LEVELS, encode_pictures, encode_run, encode_templates, scale_limit
from pages.ui.live import frames, live


@given(st.integers(0, 2**31 - 1), st.floats(1e-6, 1e6))
def test_a_template_decodes_to_its_weights_within_the_scales_resolution(seed: int, size: float) -> None:
    W = torch.randn(10, 784, generator=torch.Generator().manual_seed(seed)) * size
    frame = encode_templates(W)
    levels = np.frombuffer(base64.b64decode(frame["tiles"]), np.uint8).reshape(10, 784)
    decoded = (levels.astype(np.float64) - LEVELS) / LEVELS * frame["limit"]
    np.testing.assert_allclose(decoded, W, atol=0.5001 * frame["limit"] / LEVELS)


def test_zero_is_the_scales_middle() -> None:
    W = torch.zeros(10, 784)
    assert set(base64.b64decode(encode_templates(W)["tiles"])) == {LEVELS}
    W[2, 5] = -0.3
    levels = base64.b64decode(encode_templates(W)["tiles"])
    assert levels[2 * 784 + 5] == 0
    assert levels[0] == LEVELS


@pytest.mark.parametrize(
    ("largest", "limit"),
    [(0.0, 1), (0.041, 0.05), (0.05, 0.05), (0.51, 0.6), (0.7, 0.8), (0.9, 1), (1.2, 1.5), (31, 40)],
)
def test_the_limit_is_the_next_round_number(largest: float, limit: float) -> None:
    W = torch.zeros(10, 784)
    W[0, 0] = largest
    assert scale_limit(W) == pytest.approx(limit)


def test_pictures_keep_their_grey_values(few: FashionData) -> None:
    greys = np.frombuffer(base64.b64decode(encode_pictures(few.test_images[:3])), np.uint8).reshape(3, 784)
    np.testing.assert_array_equal(greys, (few.test_images[:3] * 255).round().numpy().astype(np.uint8))


@pytest.fixture
def trainer(server: Trainer) -> Trainer:
    return server


async def get(run_id: str) -> tuple[Response, str]:
    """GET /live/<run_id> to its end."""
    scope = {"type": "http", "method": "GET", "headers": [], "query_string": b"", "path_params": {"run_id": run_id}}
    request = Request(scope)
    response = await live(request)
    if not isinstance(response, StreamingResponse):
        return response, ""
    return response, "".join([str(chunk) async for chunk in response.body_iterator])


async def watched(run: LiveRun, act: Callable[[dict[str, Any]], None]) -> list[dict[str, Any]]:
    """All frames of a run until it has ended; ``act`` is called with each when it has come."""
    seen: list[dict[str, Any]] = []
    async for chunk in frames(run):
        seen.append(json.loads(chunk.removeprefix("data: ")))
        act(seen[-1])
    return seen


def events(run: LiveRun) -> list[dict[str, Any]]:
    """All frames of a run, from now until it has ended."""
    response, body = asyncio.run(get(run.id))
    assert response.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: ")]


def test_the_events_of_a_run_add_up_to_the_run(trainer: Trainer, few: FashionData) -> None:
    """It goes on by itself to each epoch's end, and from there when the viewer has seen it."""
    run = trainer.create("me", Hyperparameters(num_epochs=6, batch_size=50), few, "full")
    sent = asyncio.run(watched(run, lambda frame: trainer.one_epoch(run) if frame["state"] == "paused" else None))
    assert len(sent) > 5
    assert [frame["first"] for frame in sent].index(False) >= 1
    assert [point for frame in sent for point in frame["epochs"]] == [list(point) for point in run.epochs]
    xs = [point[0] for frame in sent for point in frame["trace"]]
    assert xs == [pytest.approx(point.x, abs=1e-5) for point in run.trace]
    assert [frame["step"] for frame in sent] == sorted(frame["step"] for frame in sent)
    assert sent[-1]["state"] == "finished"
    assert sent[-1]["step"] == 120


def test_a_run_whose_state_is_seen_before_its_new_version_is_sent_once_more(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", Hyperparameters(num_epochs=1, batch_size=50), few)

    def end(frame: dict[str, Any]) -> None:
        run.state = "finished"

    sent = asyncio.run(watched(run, end))
    told = [(frame["state"], frame["kept"]) for frame in sent]
    assert told in (  # and when it is saved, if that comes later
        [("paused", False), ("finished", True)],
        [("paused", False), ("finished", False), ("finished", True)],
    )


def test_an_ended_run_is_sent_whole_at_once(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", Hyperparameters(num_epochs=2, batch_size=50), few, "full")
    trainer.play(run)
    events(run)
    (frame,) = events(run)
    assert frame["first"]
    assert len(frame["epochs"]) == 2


def test_an_unknown_run_ends_the_event_source(trainer: Trainer) -> None:
    response, _ = asyncio.run(get("nonsense"))
    assert response.status_code == 204


def test_a_viewer_keeps_a_run_watched(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", Hyperparameters(num_epochs=1, batch_size=50), few, "full")
    before = run.seen = time.monotonic() - 60
    trainer.play(run)
    events(run)
    assert run.seen > before + 59


def test_a_frame_of_a_diverged_run_is_valid_json(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", Hyperparameters(num_epochs=1, batch_size=50), few, "full")
    trainer.one_step(run, 60)
    run.model.W[0, 300] = 3e38
    trainer.one_step(run, 60)
    assert run.state == "diverged"
    frame = json.loads(json.dumps(encode_run(run), allow_nan=False))
    assert frame["train_loss"] is None
    assert frame["step"] == 2


def test_a_store_that_fails_is_said_in_the_viewers_language(trainer: Trainer, few: FashionData) -> None:
    run = trainer.create("me", Hyperparameters(num_epochs=1, batch_size=50), few, "full")
    trainer.play(run)
    assert [frame["unsaved"] for frame in events(run)][-1] is None
    keeper = resources.keeper()
    keeper.problem, keeper._retry_at = StoreError("store_full", where="runs.sqlite3"), float("inf")

    async def followed() -> tuple[list[str], str]:
        """What is said first, in each language, and what the same stream says when the store works again."""
        streams = [frames(run, language) for language in ("en", "zh")]
        said = [await anext(stream) for stream in streams]
        keeper.problem = None
        last = []
        for stream in streams:
            last += [chunk async for chunk in stream]
        assert [json.loads(chunk.removeprefix("data: "))["unsaved"] for chunk in last] == [None, None]
        return [json.loads(chunk.removeprefix("data: "))["unsaved"] for chunk in said], run.state

    (english, chinese), state = asyncio.run(followed())
    assert english.startswith("Not saved: the disk")
    assert chinese.startswith("没有保存")
    assert state == "finished"
