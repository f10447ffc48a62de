"""Counts who is there: a browser's page has one websocket, from when it comes to when it leaves."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from model.journal import tell

_open = 0


def sessions() -> int:
    """Pages that are connected now."""
    return _open


class Visits:
    """Says in the log that somebody came or left, and how many there are: never who."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        global _open
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        _open += 1
        tell("session came", sessions=_open)
        try:
            await self.app(scope, receive, send)
        finally:
            _open -= 1
            tell("session left", sessions=_open)
