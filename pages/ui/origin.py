"""Only the app's own pages may change anything: what another site's page sends is refused, whatever its cookies."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit import config

from model.errors import RunError
from pages.ui.refusals import refusal

SAFE = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing. No answer says that another site may read it."""

FOREIGN = ("cross-site", "same-site")
"""What a browser says of a request from another site, and from another port or name of this one."""


def foreign(scope: Scope) -> str | None:
    """The origin of the page that sent this, where that is not ours; a program has none, and has no person's cookie.

    The host alone is compared: behind a proxy that speaks HTTPS, this server hears HTTP.
    """
    headers = HTTPConnection(scope).headers
    origin = headers.get("origin")
    if origin in config.get_option("server.corsAllowedOrigins"):
        return None
    if origin is not None and origin.partition("://")[2] != headers.get("host"):
        return origin[:80]
    return (origin or "?")[:80] if headers.get("sec-fetch-site") in FOREIGN else None


class OwnOrigin:
    """Passes on what comes from our own pages; 403 and one sentence, or a closed connection, for what does not."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at all that may change something, which every connection may."""
        changes = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in SAFE)
        origin = foreign(scope) if changes else None
        if origin is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await refusal(scope, 403, RunError("other_origin", origin=origin))(scope, receive, send)
