"""Gives every browser a random cookie that its scripts cannot read: it says whose a run is."""

from __future__ import annotations

import hashlib
import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWNER_COOKIE = "softmax_studio_owner"
YEAR = 365 * 24 * 3600
NOBODY = ""
"""Whose runs a request without a cookie of ours has: none, as no run has this owner."""


class Owner:
    """Adds the cookie to a page that was asked for without it, and names Plotly as what the page will need."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; only the headers of answers to a browser that wants a page change."""
        if scope["type"] != "http" or "text/html" not in HTTPConnection(scope).headers.get("accept", ""):
            await self.app(scope, receive, send)
            return
        known = is_ours(HTTPConnection(scope).cookies.get(OWNER_COOKIE, ""))

        async def send_page(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)  # 304 too: the page may be in the browser's cache
                headers.append("Link", "<lib/plotly/plotly.min.js>; rel=preload; as=script")
                if not known:
                    headers.append("Set-Cookie", new_cookie(secure=scope["scheme"] == "https"))
            await send(message)

        await self.app(scope, receive, send_page)


def new_cookie(secure: bool) -> str:
    """A ``Set-Cookie`` value with 128 random bits."""
    value = f"{OWNER_COOKIE}={secrets.token_urlsafe(16)}; HttpOnly; SameSite=Lax; Path=/; Max-Age={YEAR}"
    return f"{value}; Secure" if secure else value


def is_ours(cookie: str) -> bool:
    """Whether the cookie is one that could have come from here: an empty or a short one would be shared by many."""
    return re.fullmatch(r"[\w-]{16,64}", cookie, re.ASCII) is not None


def owner_of(cookie: str) -> str:
    """Whose runs a browser with this cookie has: a digest, so that who reads the store could still not act as them."""
    if not is_ours(cookie):
        return NOBODY
    return hashlib.sha256(cookie.encode()).hexdigest()
