"""A live run as server-sent events: each viewer gets what is new since the last frame it took.

A slow viewer gets fewer frames, never a longer queue: the next frame is made only when the last one has been sent.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from model.errors import StudioError
from model.live_run import LiveRun
from pages.ui import resources
from pages.ui.ending import closing, saved
from pages.ui.frames import encode_run

INTERVAL = 0.09
INTERVAL_EACH = 0.012
"""Seconds between two frames: at least ``INTERVAL``, and ``INTERVAL_EACH`` for every viewer of this server."""

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is alive."""

_viewers = 0


def viewers() -> int:
    """Streams that are open now."""
    return _viewers


async def frames(run: LiveRun, language: str = "en") -> AsyncIterator[str]:
    """The events of one viewer: frames as long as something changes, and the last one when the run has ended."""
    global _viewers
    _viewers += 1
    told, epochs, trace, sent_at = None, 0, 0, time.monotonic()
    try:
        while True:
            if ending := closing():  # the viewer is told whether the run is saved
                await saved()
            run.seen = time.monotonic()
            # The last frame must hold the step that was under way when the run was stopped.
            ended = run.ended and not run.busy
            # The state too: it is changed a moment before the version is.
            kept = ended and run.saved == run.version
            problem = resources.keeper().problem
            if ending or (run.version, run.state, problem, kept) != told:
                await _settled(run)
                told = run.version, run.state, problem, kept
                frame = encode_run(run, epochs, trace)
                frame["ending"] = ending and ("saved" if run.saved == run.version else "unsaved")
                frame["unsaved"] = problem.say(language) if problem else None
                frame["kept"] = kept
                frame["first"] = not (epochs or trace)
                epochs += len(frame["epochs"])
                trace += frame.pop("traced")
                sent_at = time.monotonic()
                yield f"data: {json.dumps(frame, separators=(',', ':'), allow_nan=False)}\n\n"
            elif time.monotonic() - sent_at > HEARTBEAT:
                sent_at = time.monotonic()
                yield ": alive\n\n"
            # Whether its end can be saved is known a while after it: a locked store is waited for.
            if (kept and not problem) or ending:
                return
            await asyncio.sleep(max(INTERVAL, INTERVAL_EACH * _viewers))
    finally:
        _viewers -= 1


async def _settled(run: LiveRun) -> None:
    # A run that was just paused may still be within a step: where it stands is known when that is over.
    for _ in range(100):
        if run.state == "running" or not run.busy:
            return
        await asyncio.sleep(0.005)


async def live(request: Request) -> Response:
    """GET /live/<run id>: the run's stream; 204, which ends an ``EventSource`` for good, where there is no such run."""
    try:
        run = await run_in_threadpool(resources.keeper().find, request.path_params["run_id"])
    except StudioError:
        return Response(status_code=204)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second is for nginx
    language = "zh" if request.query_params.get("lang") == "zh" else "en"
    return StreamingResponse(frames(run, language), media_type="text/event-stream", headers=headers)
