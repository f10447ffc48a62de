"""The gate before Streamlit's connections: how many there are, and how fast their messages come.

What comes too fast waits: it is not received until its turn, so that the sender's own buffers fill and not ours.
"""

from __future__ import annotations

import asyncio

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from model.buckets import Buckets, Places
from model.errors import RunError
from model.limits import (
    FLOOD,
    MESSAGE_BYTES,
    MESSAGES,
    MESSAGES_EACH,
    MESSAGES_PER_ADDRESS,
    NEW_WINDOWS,
    NEW_WINDOWS_PER_ADDRESS,
    WINDOWS,
    WINDOWS_SPARE,
)
from pages.ui import notices
from pages.ui.messages import is_understood
from pages.ui.refusals import Client, client_of, refusal

WORDS = {"each": "too_many_windows", "address": "too_many_windows_address", "in_all": "too_many_windows_all"}
AGAIN = 10.0
"""Seconds after which a window that was refused may be opened again."""

GONE, BAD_DATA, POLICY, LATER = 1006, 1007, 1008, 1013
"""Codes of a closed connection: they have gone, for what they say, for how much they say, to be tried again later."""


class Windows:
    """Lets in as many connections as may be, each at its pace; a page beyond them is one sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.places = Places(WINDOWS)
        self._new = Buckets(NEW_WINDOWS), Buckets(NEW_WINDOWS_PER_ADDRESS)
        self._each, self._address, self._bytes = map(Buckets, (MESSAGES_EACH, MESSAGES_PER_ADDRESS, MESSAGE_BYTES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A connection is counted, a page only looked at."""
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif scope["type"] == "http" and (error := self._no_room(scope)):
            await refusal(scope, 503, error, AGAIN)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _no_room(self, scope: Scope) -> RunError | None:
        if "text/html" not in HTTPConnection(scope).headers.get("accept", ""):
            return None
        # One more than may be: a page that is loaded anew still has its connection.
        full = self.places.full(*client_of(scope), spare=1)
        if full is None:
            return None
        limit = getattr(WINDOWS, full)
        return RunError(WORDS[full], value=limit + 1, limit=limit)

    async def _connect(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = client_of(scope)
        too_fast = [buckets.take(name) for buckets, name in zip(self._new, client, strict=True)]
        if any(too_fast) or self.places.full(*client, spare=WINDOWS_SPARE):
            await WebSocketClose(LATER)(scope, receive, send)
            return
        self.places.enter(*client)
        own = Buckets(MESSAGES, most=1)
        pace = Pace(client, [(own, ""), (self._each, client.person), (self._address, client.address)], self._bytes)
        try:
            await self.app(scope, pace.receiver(receive, send), pace.sender(send))
        finally:
            self.places.leave(*client)


class Pace:
    """How fast the messages of one connection are received; one that floods the server for long is closed."""

    def __init__(self, client: Client, counted: list[tuple[Buckets, str]], weighed: Buckets) -> None:
        self._client, self._counted, self._weighed = client, counted, weighed
        self._waited, self._closed = 0, False

    def receiver(self, receive: Receive, send: Send) -> Receive:
        """``receive``, but that a message waits for its turn."""

        async def next_message() -> Message:
            if self._closed:
                return {"type": "websocket.disconnect", "code": GONE}
            message = await receive()
            if message["type"] != "websocket.receive":
                return message
            if not is_understood(message):
                return await self._close(send, BAD_DATA, RunError("message_bad"))
            size = len(message.get("bytes") or message.get("text") or b"")
            wait = max(buckets.owe(name) for buckets, name in self._counted)
            wait = max(wait, self._weighed.owe(self._client.person, size))
            self._waited = self._waited + 1 if wait else 0
            if self._waited > FLOOD:
                return await self._close(send, POLICY, RunError("messages_flood", limit=round(MESSAGES.per_second)))
            await asyncio.sleep(wait)
            return message

        return next_message

    def sender(self, send: Send) -> Send:
        """``send``, until the connection is closed, from here or from there: Streamlit hears of that on receiving."""

        async def unless_closed(message: Message) -> None:
            if self._closed:
                return
            try:
                await send(message)
            except OSError:  # told of it here, Starlette takes the next message for a fault
                self._closed = True

        return unless_closed

    async def _close(self, send: Send, code: int, error: RunError) -> Message:
        notices.leave(self._client.person, error)
        self._closed = True
        await send({"type": "websocket.close", "code": code, "reason": error.say("en")[:120]})
        return {"type": "websocket.disconnect", "code": code}
