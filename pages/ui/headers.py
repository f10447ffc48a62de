"""What a browser is told about every answer: what it may load, who may frame or read it, and what it tells others."""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR = 365 * 24 * 3600

# No Cross-Origin-Opener-Policy: it guards little here, where no window opens another, and a browser that comes from
# elsewhere would begin a new process for the page and compile Streamlit again, which more than doubles its loading.
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # the address of a page holds the run's id
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "camera=(self), clipboard-read=(self), clipboard-write=(self), fullscreen=(self), "
    "geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = f"max-age={YEAR}"

DATA = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox"
DATA_PATHS = ("/lib/", "/live/", "/runs/", "/film/", "/ideas/", "/healthz", "/media/", "/_stcore/")
"""For what is no page: numbers, files, scripts."""

PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data: blob:; media-src 'self' data: blob:; "
    "connect-src 'self'{socket} data: blob:; worker-src 'self' blob:; frame-src 'self' blob: data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
)
"""For Streamlit's page, which writes styles and imports what components bring as blobs: nothing from another host."""


def policy_of(scope: Scope, media_type: str) -> str | None:
    """The content security policy; none for Streamlit's own scripts, as a worker would obey it."""
    if scope["path"].startswith(DATA_PATHS):
        return DATA
    if not media_type.startswith("text/html"):
        return None
    # An older Safari takes 'self' for HTTP alone, so that the socket is named.
    host = HTTPConnection(scope).headers.get("host", "")
    named = re.fullmatch(r"[\w.:\[\]-]{1,255}", host, re.ASCII)
    return PAGE.format(socket=f" ws://{host} wss://{host}" if named else "")


class Headers:
    """Adds them to every answer, and leaves what an answer says itself."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; only the headers of answers change."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                if policy := policy_of(scope, headers.get("content-type", "")):
                    headers.setdefault("Content-Security-Policy", policy)
                if scope["scheme"] == "https":
                    headers.setdefault("Strict-Transport-Security", HSTS)
            await send(message)

        await self.app(scope, receive, send_with_headers)
