"""Follow the lecturer: GET /follow/<id> is what the lecturer shows, as server-sent events; POST is how it is shown.

The id is made from the lecturer's cookie: it is the same after a restart, and tells nothing of the cookie. Torch is not
needed here, so that a class is let in again as soon as the server listens.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from model.errors import LectureError
from model.lectures import Lectures
from pages.ui import wall
from pages.ui.bodies import body_of
from pages.ui.ending import closing
from pages.ui.owner import OWNER_COOKIE, owner_of

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it is alive."""

LOOK = 0.5
"""Seconds after which a stream looks by itself whether the lecturer is away or the server is to end."""

APART = 0.05
"""Seconds between two events at least."""

LARGEST = 8_192
"""Bytes of a message from the lecturer's page; what it shows has a few hundred."""

LONGEST = 500
MOST_VALUES = 40
"""Characters of a value in the URL, and values."""

PRIVATE = ("runs",)
"""Pages of which nothing but their name is told: they list a person's own runs."""

STATUS = {"lecture_elsewhere": 409, "too_many_lectures": 503, "lecture_full": 503, "lectures_full": 503}

lectures = Lectures()


def id_for(owner: str) -> str:
    """The lecture that this person leads: 128 bits as 22 characters of an address."""
    digest = hmac.digest(owner.encode(), b"softmax studio: follow the lecturer", "sha256")[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def is_id(value: str) -> bool:
    """Whether it can be the id of a lecture."""
    return re.fullmatch(r"[\w-]{22}", value, re.ASCII) is not None


def clean(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a page shows, with nothing in it but names and values that a page of this app can have."""
    page = said.get("page")
    if page not in wall.PAGES:
        raise ValueError("no page")
    if page in PRIVATE:
        return {"page": page}
    names = {name: _name(said.get(name)) for name in ("run", "model", "section", "screen")}
    hidden = said.get("hidden")
    return {
        "page": page,
        **names,
        "hidden": wall.hidden(",".join(map(str, hidden))) if isinstance(hidden, list) else [],
        "view": _view(said.get("view")),
        "at": _moment(said.get("at")),
    }


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"[\w-]{1,64}", value, re.ASCII) else None


def _view(said: object) -> dict[str, str]:
    if not isinstance(said, dict):
        return {}
    names = [name for name in said if re.fullmatch("[a-z_]{1,40}", name)][:MOST_VALUES]
    return {name: said[name] for name in names if isinstance(said[name], str) and len(said[name]) <= LONGEST}


def _moment(said: object) -> dict[str, Any] | None:
    """Where a scrubber stands: of which film, at which step, None for its end, and whether the film is being played."""
    match said:
        case {"model": str(model), "step": int() | None as step, "playing": bool(playing)} if _name(model):
            within = step is None or (not isinstance(step, bool) and 0 <= step < 10**9)
            return {"model": model, "step": step, "playing": playing} if within else None
    return None


def same_origin(request: Request) -> bool:
    """Whether a page of this app sends it, as far as the browser says; where it does not, the cookie is SameSite."""
    if site := request.headers.get("sec-fetch-site"):
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _refused(error: LectureError, request: Request, status: int) -> Response:
    language = "zh" if request.query_params.get("lang") == "zh" else "en"
    return JSONResponse({"error": error.say(language), "key": error.key}, status_code=status)


async def follow(request: Request) -> Response:
    """GET and POST; what is refused is told in one sentence, in the language that the request names."""
    lecture_id = request.path_params["lecture_id"]
    if not is_id(lecture_id):
        return _refused(LectureError("no_lecture", id=lecture_id[:32]), request, 404)
    if request.method == "HEAD":  # which would never end
        return Response()
    try:
        return await _told(request, lecture_id) if request.method == "POST" else Stream(lecture_id)
    except LectureError as error:
        return _refused(error, request, STATUS[error.key])


async def _told(request: Request, lecture_id: str) -> Response:
    cookie = request.cookies.get(OWNER_COOKIE, "")
    mine = cookie and hmac.compare_digest(id_for(owner_of(cookie)), lecture_id)
    if not (mine and same_origin(request)):
        return _refused(LectureError("not_your_lecture"), request, 403)
    content = await body_of(request, LARGEST)
    if content is None:
        return _refused(LectureError("lecture_large", limit=LARGEST), request, 413)
    try:
        said = json.loads(content)
        tab = _name(said["tab"])
        if tab is None:
            raise ValueError("no tab")
        if said.get("over") in ("rest", "end"):
            (lectures.rest if said["over"] == "rest" else lectures.end)(lecture_id, tab)
            return JSONResponse({"followers": 0})
        shown = clean(said["shown"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return _refused(LectureError("lecture_unread"), request, 400)
    return JSONResponse({"followers": lectures.lead(lecture_id, tab, shown, said.get("take") is True)})


class Stream(StreamingResponse):
    """A follower's events; LectureError where there are too many followers."""

    def __init__(self, lecture_id: str) -> None:
        loop, self.word = asyncio.get_running_loop(), asyncio.Event()
        self.lecture_id = lecture_id
        self.wake = lambda: loop.call_soon_threadsafe(self.word.set)
        lectures.follow(lecture_id, self.wake)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second is for nginx
        super().__init__(self.events(), media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them; however it ends, there is one follower less."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            lectures.leave(self.lecture_id, self.wake)

    async def events(self) -> AsyncIterator[str]:
        """The view whenever it has changed; a slow follower is told the last one only."""
        told, sent_at = None, time.monotonic()
        yield "retry: 1500\n\n"
        while not closing():
            self.word.clear()
            if (view := lectures.view(self.lecture_id)) != told:
                told, sent_at = view, time.monotonic()
                said = {"state": view.state, "shown": view.shown}
                yield f"data: {json.dumps(said, separators=(',', ':'))}\n\n"
            elif time.monotonic() - sent_at > HEARTBEAT:
                sent_at = time.monotonic()
                yield ": alive\n\n"
            await asyncio.sleep(APART)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.word.wait(), LOOK)
