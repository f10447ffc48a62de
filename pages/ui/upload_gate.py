"""The gate before Streamlit's uploads: whose window a file is for, how many come, and how many bytes are in memory.

Streamlit itself refuses a file without its XSRF token, one of a window that is not open, and one over
``server.maxUploadSize``. It keeps what it takes until the window is closed.
"""

from __future__ import annotations

import math
import re
from collections import Counter

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config, runtime

from model.buckets import Buckets
from model.errors import RunError
from model.limits import (
    MEGABYTE,
    UPLOAD_BYTES,
    UPLOADS,
    UPLOADS_HELD,
    UPLOADS_HELD_EACH,
    UPLOADS_PER_ADDRESS,
)
from pages.ui import notices
from pages.ui.owner import OWNER_COOKIE
from pages.ui.refusals import Client, client_of, refusal

UPLOAD = re.compile(r"/_stcore/upload_file/([^/]+)/[^/]+/?$")
CHANGES = ("PUT", "DELETE")
AGAIN = 60.0
"""Seconds after which there may be room again."""


def held() -> tuple[int, Counter[str]]:
    """Bytes of the files that Streamlit keeps: of all windows, and of each by its session."""
    if not runtime.exists():
        return 0, Counter()
    files = runtime.get_instance().uploaded_file_mgr.file_storage  # type: ignore[attr-defined]
    each = Counter({id_: sum(len(file.data) for file in list(own.values())) for id_, own in list(files.items())})
    return each.total(), each


def is_own(scope: Scope, session_id: str) -> bool:
    """Whether the window is of the browser that sent this; one that is not open any more is nobody's."""
    client = runtime.get_instance().get_client(session_id) if runtime.exists() else None
    context = client.client_context if client else None
    return context is not None and context.cookies.get(OWNER_COOKIE) == HTTPConnection(scope).cookies.get(OWNER_COOKIE)


class UploadGate:
    """Passes on what is within the bounds; what is refused is told on the person's page too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._each, self._address = Buckets(UPLOADS), Buckets(UPLOADS_PER_ADDRESS)
        self._bytes = Buckets(UPLOAD_BYTES)
        self._coming: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at what goes to Streamlit's upload route."""
        found = UPLOAD.search(scope["path"]) if scope["type"] == "http" and scope["method"] in CHANGES else None
        if found is None:
            await self.app(scope, receive, send)
            return
        session_id, client, size = found[1], client_of(scope), _size(scope)
        if not is_own(scope, session_id):
            await refusal(scope, 403, RunError("upload_foreign"))(scope, receive, send)
        elif scope["method"] == "DELETE":
            await self.app(scope, receive, send)
        elif refused := self._too_much(client, session_id, size):
            error, wait = refused
            notices.leave(client.person, error)
            await refusal(scope, 429, error, wait)(scope, receive, send)
        else:
            self._coming[session_id] += size
            try:
                await self.app(scope, receive, send)
            finally:
                self._coming[session_id] -= size
                if self._coming[session_id] <= 0:
                    del self._coming[session_id]

    def _too_much(self, client: Client, session_id: str, size: int) -> tuple[RunError, float] | None:
        in_all, each = held()
        for now, most in (
            (each[session_id] + self._coming[session_id], UPLOADS_HELD_EACH),
            (in_all + self._coming.total(), UPLOADS_HELD),
        ):
            if now + size > most:
                value, limit = round(now / MEGABYTE), most // MEGABYTE
                return RunError("uploads_held", value=value, limit=limit, seconds=round(AGAIN)), AGAIN
        if wait := max(self._each.take(client.person), self._address.take(client.address)):
            return RunError("uploads_too_fast", limit=round(UPLOADS.burst), seconds=math.ceil(wait)), wait
        if wait := self._bytes.take(client.person, size):
            limit = round(UPLOAD_BYTES.burst / MEGABYTE)
            return RunError("uploads_too_large", limit=limit, seconds=math.ceil(wait)), wait
        return None


def _size(scope: Scope) -> int:
    """The bytes that are announced; what is not announced, or more than may be, counts as the most that is taken."""
    most: int = config.get_option("server.maxUploadSize") * 1024 * 1024
    announced = HTTPConnection(scope).headers.get("content-length", "")
    return min(int(announced), most) if announced.isdecimal() and len(announced) < 12 else most
