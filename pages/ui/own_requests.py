"""The gate before the app's own routes: how many requests a second, and how many streams at once."""

from __future__ import annotations

import math

from starlette.types import ASGIApp, Receive, Scope, Send

from model.buckets import Buckets, Places
from model.errors import RunError
from model.limits import REQUESTS, REQUESTS_PER_ADDRESS, STREAMS
from pages.ui.refusals import client_of, refusal

OWN = ("/lib/", "/live/", "/runs/", "/film/", "/ideas/", "/follow/")
STREAM = "/live/"
"""Those of Concepts count their streams themselves, as they train, and lectures their followers."""


class OwnRequests:
    """Passes on what is within the bounds; 429 with a sentence and Retry-After for what is not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._each, self._address = Buckets(REQUESTS), Buckets(REQUESTS_PER_ADDRESS)
        self._streams = Places(STREAMS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what goes to a route of ours."""
        if scope["type"] != "http" or not scope["path"].startswith(OWN):
            await self.app(scope, receive, send)
            return
        client = client_of(scope)
        for buckets, name in ((self._each, client.person), (self._address, client.address)):
            if wait := buckets.take(name):
                limit = round(buckets.rate.per_second)
                error = RunError("requests_too_fast", limit=f"{limit:,}", seconds=math.ceil(wait))
                await refusal(scope, 429, error, wait)(scope, receive, send)
                return
        if scope["path"].startswith(STREAM):
            await self._stream(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = client_of(scope)
        if full := self._streams.full(*client):
            limit = getattr(self._streams.most, full)
            error = RunError("too_many_streams" if full == "each" else "too_many_streams_all", value=limit, limit=limit)
            await refusal(scope, 429, error, 5)(scope, receive, send)
            return
        self._streams.enter(*client)
        try:
            await self.app(scope, receive, send)
        finally:
            self._streams.leave(*client)
