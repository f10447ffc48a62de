"""A training of Concepts as server-sent events: short, its own viewer's alone, and over when the viewer leaves.

Its generator is advanced in slices, by threads that all streams share: a stream has no thread of its own. An event
holds the frames since the last one; templates, the (10, 784) tensors of a frame, go with its last frame alone.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio
import torch
from anyio.lowlevel import RunVar
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from model import ideas
from model.errors import RunError, StudioError
from model.ideas.values import plain
from pages.ui.ending import closing
from pages.ui.frames import encode_pictures, encode_templates
from pages.ui.idea_data import data_named
from pages.ui.owner import OWNER_COOKIE

SLICE = 0.02
"""Seconds for which a generator is advanced at a time."""

SLICES = 2
"""Slices at once, of all streams."""

INTERVAL = 1 / 15
"""Seconds between two events, and between two steps at the slow pace."""

REST = 0.002
"""Seconds between two slices of a stream: the live runs are others' on the same machine."""

STREAMS, STREAMS_EACH = 16, 2
"""Streams at once: of the server, and of one person."""

PATIENCE = 0.5
"""Seconds in which a place may become free: that an old stream was left is known a moment after the new one came."""

_streams: Counter[str] = Counter()
_limiter: RunVar[anyio.CapacityLimiter] = RunVar("slices")

Frames = Iterator[dict[str, Any]]


def viewers() -> int:
    """Streams that are open now."""
    return _streams.total()


def section(name: str) -> ModuleType | None:
    """The module of a section that trains."""
    known = {path.stem for folder in ideas.__path__ for path in Path(folder).glob("*.py")}
    module = importlib.import_module(f"model.ideas.{name}") if name in known else None
    return module if hasattr(module, "run") else None


def begin(module: ModuleType, params: dict[str, str]) -> Frames:
    """The section's generator for the values of a URL, on the data named in it; StudioError where it cannot be."""
    values = module.DEFAULTS | {name: value for name, value in params.items() if name in module.DEFAULTS}
    frames: Frames = module.run(values, data_named(params.get("data")))
    return frames


def advance(frames: Frames, most: int | None) -> tuple[list[dict[str, Any]], bool]:
    """The frames of one slice, at most so many, and whether the generator has ended."""
    until = time.monotonic() + SLICE
    taken: list[dict[str, Any]] = []
    while time.monotonic() < until and len(taken) != most:
        frame = next(frames, None)
        if frame is None:
            return taken, True
        taken.append(frame)
    return taken, False


def event(**content: Any) -> str:
    """One event of the stream."""
    return f"data: {json.dumps(content, separators=(',', ':'), allow_nan=False)}\n\n"


def encoded(taken: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Frames for JSON: templates as bytes on their scale, pictures as bytes."""
    last = len(taken) - 1
    return [
        {key: _plain(value) for key, value in frame.items() if i == last or not _is_template(value)}
        for i, frame in enumerate(taken)
    ]


def _is_template(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and value.shape == (10, 784)


def _plain(value: Any) -> Any:
    if _is_template(value):
        return encode_templates(value)
    if isinstance(value, torch.Tensor):  # a picture's pixels
        return encode_pictures(value / 255)
    return {key: _plain(part) for key, part in value.items()} if isinstance(value, dict) else plain(value)


async def slices(frames: Frames, slow: bool) -> AsyncIterator[str]:
    """The events of one generator until its end, and ``done``; not so where the server is told to end."""
    limiter = _limiter.get(None) or anyio.CapacityLimiter(SLICES)
    _limiter.set(limiter)
    waiting: list[dict[str, Any]] = []
    sent_at, ended = 0.0, False
    while not (ended or closing()):
        taken, ended = await anyio.to_thread.run_sync(advance, frames, 1 if slow else None, limiter=limiter)
        waiting += taken
        if waiting and (ended or time.monotonic() - sent_at >= INTERVAL):
            yield event(frames=encoded(waiting))
            waiting, sent_at = [], time.monotonic()
        await asyncio.sleep(INTERVAL if slow else REST)
    if ended:
        yield event(done=True)


async def _room(owner: str) -> bool:
    until = time.monotonic() + PATIENCE
    while _streams[owner] >= STREAMS_EACH or _streams.total() >= STREAMS:
        if time.monotonic() > until:
            return False
        await asyncio.sleep(PATIENCE / 20)
    return True


async def stream(module: ModuleType, params: dict[str, str], owner: str) -> AsyncIterator[str]:
    """All events of one viewer; what goes wrong is one sentence in an ``error`` of its own."""
    language = "zh" if params.get("lang") == "zh" else "en"
    if not await _room(owner):
        mine = _streams[owner] >= STREAMS_EACH
        limit = STREAMS_EACH if mine else STREAMS
        yield event(error=RunError("too_many_of_yours" if mine else "too_many_runs", limit=limit).say(language))
        return
    _streams[owner] += 1
    frames: Frames = iter(())
    try:
        frames = await run_in_threadpool(begin, module, params)
        async for sent in slices(frames, params.get("pace", module.DEFAULTS.get("pace")) == "slow"):
            yield sent
        if closing():
            raise RunError("server_ending")
    except StudioError as error:
        yield event(error=error.say(language))
    finally:
        _streams[owner] -= 1
        if not _streams[owner]:  # who was here once is not counted for ever
            del _streams[owner]
        with suppress(ValueError):  # its thread is still at it, as a server that ends at once leaves it
            getattr(frames, "close", lambda: None)()  # it holds the net and a batch


async def idea_runs(request: Request) -> Response:
    """GET /ideas/<section>/run: the stream; 404, which ends an ``EventSource`` for good, where nothing is trained."""
    module = await run_in_threadpool(section, request.path_params["section"])
    if module is None:
        return Response(status_code=404)
    owner = request.cookies.get(OWNER_COOKIE) or (request.client.host if request.client else "")
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second is for nginx
    body = stream(module, dict(request.query_params), owner)
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)
