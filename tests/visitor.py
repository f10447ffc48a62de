"""People without a browser: a Visitor is one among many at once (async); a Window waits for each of its answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, suppress
from typing import Any, Self
from urllib.parse import urlsplit

from protocol import PATIENCE, Page, owner_cookie, wire
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streams import event_in, get
from websockets.asyncio.client import ClientConnection, connect
from websockets.sync.client import connect as connect_and_wait

from pages.ui.owner import OWNER_COOKIE


class Visitor(Page):
    """One session of the app, with all that it hears taken in as it comes."""

    def __init__(self, url: str, query: str = "", place: str = "", cookie: str = "") -> None:
        super().__init__(query, place)
        self.url, self.cookie = url, cookie
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self.cookie = self.cookie or await asyncio.to_thread(owner_cookie, self.url)
        await self.connect()
        await self.rerun()
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.leave()

    async def connect(self) -> None:
        """Open the websocket: a new session, or the one that was cut off."""
        self._socket: ClientConnection = await connect(**wire(self.url, self.cookie, self.session))
        self._listening = asyncio.create_task(self._listen())

    async def leave(self) -> None:
        """Close the websocket, as a browser does that goes elsewhere."""
        await self._socket.close()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening

    def cut(self) -> None:
        """Lose the connection without a word."""
        self._listening.cancel()
        self._socket.transport.abort()

    async def rerun(self, *pressed: str) -> float:
        """Have the page run, with these buttons pressed, by their keys; returns the seconds to its last element."""
        before, began = self.scripts, time.monotonic()
        await self.send(*pressed)
        await self.until(lambda: self.scripts > before)
        return time.monotonic() - began

    async def send(self, *pressed: str) -> None:
        """Ask for the page and do not wait for it."""
        await self._socket.send(self.asked(*pressed))

    def go_deaf(self) -> None:
        """Read nothing more of what the server sends."""
        self._socket.transport.pause_reading()

    async def go(self, place: str, query: str = "") -> float:
        """Open another page of the app."""
        self.opened(place, query)
        return await self.rerun()

    async def press(self, button: str) -> float:
        """Press a button of the Train page; returns the seconds to the page's answer."""
        return await self.rerun(f"train_{button}")

    async def until(self, holds: Callable[[], bool], patience: float = PATIENCE) -> None:
        """Wait for what the server's messages bring about."""
        async with asyncio.timeout(patience):
            while not holds():
                if self._listening.done():
                    raise ConnectionError("the server closed the websocket")
                self._changed.clear()
                await self._changed.wait()

    async def _listen(self) -> None:
        try:
            async for data in self._socket:
                assert isinstance(data, bytes)
                self.learn(data)
                self._changed.set()
        finally:
            self._changed.set()

    async def frames(self, run: str = "") -> AsyncIterator[dict[str, Any]]:
        """The events of a run, as long as they come."""
        address = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**22)
        try:
            cookie = f"Cookie: {OWNER_COOKIE}={self.cookie}"
            writer.write(get(self.url, f"/live/{run or self.run}", cookie, "Connection: close"))
            while line := await reader.readline():
                if (event := event_in(line)) is not None:
                    yield event
        finally:
            writer.close()


class Window(Page):
    """One session of the app; between two of its runs nobody reads, and nothing is lost."""

    def __init__(self, url: str, query: str = "", place: str = "", cookie: str = "", origin: str = "") -> None:
        super().__init__(query, place)
        options = wire(url, cookie or owner_cookie(url), origin=origin)
        self._open = ExitStack()
        self.connection = self._open.enter_context(connect_and_wait(**options, max_queue=None, ping_interval=None))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self._open.close()

    def rerun(self, *changed: str | WidgetState) -> list[ForwardMsg]:
        """Have the page run, with these buttons pressed or states of widgets; returns what the server said."""
        self.send(*changed)
        before, heard, until = self.scripts, [], time.monotonic() + PATIENCE
        while self.scripts == before:
            heard.append(self.learn(self.connection.recv(until - time.monotonic(), decode=False)))
        return heard

    def send(self, *changed: str | WidgetState) -> None:
        """Ask for the page and do not wait for it."""
        self.connection.send(self.asked(*changed))
