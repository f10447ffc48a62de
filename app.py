"""The server: Streamlit's app over pages/studio.py, and the few routes beside it.

streamlit run app.py
"""

from __future__ import annotations

import importlib.util
import secrets
import threading
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOT = Path(__file__).resolve().parent
OWNER_COOKIE = "softmax_studio_owner"
YEAR = 365 * 24 * 3600


class Owner:
    """Gives every browser a random cookie that its scripts cannot read: it says whose a run is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the cookie to an answer where the request had none."""
        if scope["type"] != "http" or OWNER_COOKIE in HTTPConnection(scope).cookies:
            await self.app(scope, receive, send)
            return
        secure = "; Secure" if scope["scheme"] == "https" else ""
        cookie = f"{OWNER_COOKIE}={secrets.token_urlsafe(16)}; HttpOnly; SameSite=Lax; Path=/; Max-Age={YEAR}{secure}"

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", cookie)
            await send(message)

        await self.app(scope, receive, send_with_cookie)


async def live(request: Request) -> Response:
    """A live run's events; imported at use, so that the server listens before torch is loaded."""
    from pages.ui.live import live

    return await live(request)


async def healthz(request: Request) -> Response:
    """Whether the server answers."""
    return JSONResponse({"status": "ok"})


def warm_up() -> None:
    """Load torch and the data while the browser still loads the page."""
    from pages.ui.resources import warm_up

    warm_up()


threading.Thread(target=warm_up, name="warm-up", daemon=True).start()

plotly = importlib.util.find_spec("plotly")
assert plotly and plotly.origin
app = st.App(
    "pages/studio.py",
    routes=[
        Mount("/lib/plotly", StaticFiles(directory=Path(plotly.origin).parent / "package_data")),
        Mount("/lib/animator", StaticFiles(directory=ROOT / "assets" / "animator")),
        Route("/live/{run_id}", live),
        Route("/healthz", healthz),
    ],
    middleware=[Middleware(Owner)],
)
