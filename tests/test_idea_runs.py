"""Trainings of Concepts as events: they add up, end with their viewer, are few at once and say what is wrong."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from model.errors import BadSetting
from model.ideas import lockstep
from model.trainer import Trainer
from pages.ui import idea_runs
from pages.ui.frames import LEVELS
from pages.ui.idea_runs import PATIENCE, STREAMS, STREAMS_EACH, advance, encoded, stream


@pytest.fixture(autouse=True)
def _server(server: Trainer) -> Iterator[None]:
    yield
    assert not idea_runs._streams  # whatever happened, no place is lost, and nobody is counted who is not there


def decode(chunk: str) -> dict[str, Any]:
    assert chunk.startswith("data: ")
    assert chunk.endswith("\n\n")
    sent: dict[str, Any] = json.loads(chunk[6:], parse_constant=lambda name: pytest.fail(name))
    return sent


async def get(name: str, query: str = "", owner: str = "me") -> list[dict[str, Any]] | int:
    """GET /ideas/<name>/run?<query> to its end; the status where there is no stream."""
    scope = {
        "type": "http", "method": "GET", "query_string": query.encode(), "path_params": {"section": name},
        "headers": [(b"cookie", f"softmax_studio_owner={owner}".encode())],
    }  # fmt: skip
    response = await idea_runs.idea_runs(Request(scope))
    if not isinstance(response, StreamingResponse):
        return response.status_code
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    return [decode(str(chunk)) async for chunk in response.body_iterator]


def events(name: str, query: str = "") -> list[dict[str, Any]]:
    sent = asyncio.run(get(name, query))
    assert isinstance(sent, list)
    return sent


def frames(sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [frame for event in sent for frame in event.get("frames", [])]


def endless(pause: float = 0.001) -> Any:
    """A section that never ends, and that knows which of its generators were closed."""
    closed: list[int] = []

    def run(values: dict[str, str], data: object) -> Iterator[dict[str, Any]]:
        try:
            for step in range(10**9):
                time.sleep(pause)
                yield {"step": step}
        finally:
            closed.append(1)

    return SimpleNamespace(DEFAULTS={"pace": "full"}, run=run, closed=closed)


def test_the_events_of_a_run_add_up_to_the_run(few_garments: Any) -> None:
    sent = events("lockstep", "data=garments&n=2")
    assert sent[-1] == {"done": True}
    expected = list(lockstep.run(lockstep.DEFAULTS | {"n": "2"}, few_garments))
    for got, frame in zip(frames(sent), expected, strict=True):
        assert {k: v for k, v in got.items() if k not in "WVD"} == {k: v for k, v in frame.items() if k not in "WVD"}
    # The model's own W, as it stands at the end: the last frame's.
    tiles = np.frombuffer(base64.b64decode(frames(sent)[-1]["W"]["tiles"]), np.uint8).reshape(10, 784)
    limit = frames(sent)[-1]["W"]["limit"]
    np.testing.assert_allclose((tiles / LEVELS - 1) * limit, expected[-1]["W"], atol=0.51 * limit / LEVELS)


def test_only_an_events_last_frame_has_templates() -> None:
    W = torch.zeros(10, 784)
    taken = encoded([{"step": 1, "W": W}, {"step": 2, "W": W, "loss": float("nan")}])
    assert taken[0] == {"step": 1}
    assert taken[1].keys() == {"step", "W", "loss"}
    assert taken[1]["loss"] == "nan"


def test_a_picture_is_sent_as_its_bytes(few_garments: Any) -> None:
    (frame,) = encoded([{"overflow": {"step": 2, "picture": few_garments.train_pixels[3]}}])
    sent = np.frombuffer(base64.b64decode(frame["overflow"]["picture"]), np.uint8)
    np.testing.assert_array_equal(sent, few_garments.train_pixels[3])


def test_a_slice_is_short_and_says_when_it_was_the_last() -> None:
    section = endless()
    begun = time.monotonic()
    taken, over = advance(section.run({}, None), None)
    assert time.monotonic() - begun < 0.2
    assert 1 <= len(taken) <= 20
    assert not over
    assert advance(section.run({}, None), 1)[0] == [{"step": 0}]
    assert advance(iter([{"step": 0}]), None) == ([{"step": 0}], True)


def test_events_are_few_a_second_and_hold_every_frame() -> None:
    async def second() -> list[dict[str, Any]]:
        body, sent = stream(endless(), {}, "me"), []
        begun = time.monotonic()
        async for chunk in body:
            sent.append(decode(chunk))
            if time.monotonic() - begun > 1:
                break
        await body.aclose()  # type: ignore[attr-defined]
        return sent

    sent = asyncio.run(second())
    assert len(sent) <= 17
    assert [frame["step"] for frame in frames(sent)] == list(range(len(frames(sent))))


def test_the_slow_pace_is_a_frame_an_event() -> None:
    async def few(body: AsyncIterator[str]) -> list[dict[str, Any]]:
        sent = [decode(await anext(body)) for _ in range(5)]
        await body.aclose()  # type: ignore[attr-defined]
        return sent

    begun = time.monotonic()
    sent = asyncio.run(few(stream(endless(), {"pace": "slow"}, "me")))
    assert time.monotonic() - begun >= 4 / 15
    assert [event["frames"] for event in sent] == [[{"step": i}] for i in range(5)]


def test_a_viewer_who_leaves_ends_the_run() -> None:
    """As Starlette does it: the task that sends is cancelled, whatever it waits for."""
    section = endless()

    async def leave() -> None:
        async def receive() -> dict[str, Any]:
            await asyncio.sleep(0.2)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            pass

        await StreamingResponse(stream(section, {}, "me"))({"type": "http"}, receive, send)

    asyncio.run(leave())
    assert section.closed == [1]


def test_no_thread_is_kept_and_no_more_than_two_slices_run_at_once() -> None:
    now, most = [0], [0]

    def run(values: dict[str, str], data: object) -> Iterator[dict[str, Any]]:
        for step in range(20):
            now[0] += 1
            most[0] = max(most[0], now[0])
            time.sleep(0.005)
            now[0] -= 1
            yield {"step": step}

    async def many() -> None:
        section: Any = SimpleNamespace(DEFAULTS={}, run=run)

        async def whole(owner: str) -> None:
            assert [decode(chunk) async for chunk in stream(section, {}, owner)][-1] == {"done": True}

        await asyncio.gather(*(whole(str(i)) for i in range(8)))

    asyncio.run(many())
    assert 1 <= most[0] <= 2


async def held(section: Any, owners: list[str], last: str, lang: str) -> list[dict[str, Any]]:
    """What one more viewer is sent while these watch."""
    bodies = [stream(section, {}, owner) for owner in owners]
    for body in bodies:
        await anext(body)
    sent = []
    async for chunk in stream(section, {"lang": lang}, last):
        sent.append(decode(chunk))
        break
    for body in bodies:
        await body.aclose()  # type: ignore[attr-defined]
    return sent


def test_a_third_run_of_one_person_is_refused_in_one_sentence() -> None:
    sent = asyncio.run(held(endless(), ["me"] * STREAMS_EACH, "me", "en"))
    assert sent == [{"error": f"{STREAMS_EACH} trainings of yours are under way in other windows, which is the limit; "
                    "wait until one has ended, or leave it."}]  # fmt: skip


def test_others_run_beside_them_up_to_the_servers_limit() -> None:
    sent = asyncio.run(held(endless(), ["me"] * STREAMS_EACH, "you", "en"))
    assert "frames" in sent[0]
    sent = asyncio.run(held(endless(), [str(i) for i in range(STREAMS)], "you", "zh"))
    assert sent == [{"error": f"服务器上同时进行的训练已达上限 {STREAMS} 次；请稍后再试。"}]


def test_a_place_that_becomes_free_in_time_is_taken() -> None:
    async def pressed_again() -> dict[str, Any]:
        bodies = [stream(endless(), {}, "me") for _ in range(STREAMS_EACH)]
        for body in bodies:
            await anext(body)
        again = stream(endless(), {}, "me")
        first = asyncio.ensure_future(anext(again))
        await asyncio.sleep(PATIENCE / 4)
        for body in (*bodies,):
            await body.aclose()  # type: ignore[attr-defined]
        sent = decode(await first)
        await again.aclose()  # type: ignore[attr-defined]
        return sent

    assert "frames" in asyncio.run(pressed_again())


@pytest.mark.parametrize(
    ("query", "name"), [("p=z", "p"), ("n=6", "n"), ("lr=x", "lr"), ("data=other", "data"), ("n=1.5", "n")]
)
def test_a_wrong_value_is_one_sentence_in_the_viewers_language(query: str, name: str) -> None:
    for language in ("en", "zh"):
        (sent,) = events(
            "pitfalls", f"{query}&data=garments&lang={language}" if name != "data" else f"{query}&lang={language}"
        )
        assert sent["error"].startswith(f"{name} = ")
        assert sent["error"].endswith("." if language == "en" else "。")


def test_a_section_can_refuse_in_the_middle() -> None:
    def run(values: dict[str, str], data: object) -> Iterator[dict[str, Any]]:
        yield {"step": 1}
        raise BadSetting("bad_implementation", value="x")

    async def whole() -> list[dict[str, Any]]:
        section: Any = SimpleNamespace(DEFAULTS={}, run=run)
        return [decode(chunk) async for chunk in stream(section, {}, "me")]

    assert asyncio.run(whole()) == [{"error": BadSetting("bad_implementation", value="x").say()}]


def test_data_that_are_not_there_are_said(tmp_path: Any) -> None:
    (sent,) = events("pitfalls", "data=fashion-mnist")
    assert "python -m model data --fetch" in sent["error"]


@pytest.mark.parametrize("name", ["softmax", "values", "nothing", "os", "..", "__init__"])
def test_where_nothing_is_trained_there_is_no_stream(name: str) -> None:
    assert asyncio.run(get(name)) == 404


def test_it_ends_when_the_server_does(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[bool] = []
    monkeypatch.setattr(idea_runs, "closing", lambda: bool(told))
    section = endless()

    async def watch() -> list[dict[str, Any]]:
        sent = []
        async for chunk in stream(section, {}, "me"):
            sent.append(decode(chunk))
            told.append(True)
        return sent

    sent = asyncio.run(watch())
    assert {"done": True} not in sent
    assert section.closed == [1]


def test_the_server_has_the_route() -> None:
    from pages.ui.routes import ROUTES

    app = Starlette(routes=ROUTES)
    assert [route for route in app.routes if isinstance(route, Route) and route.path == "/ideas/{section}/run"]
