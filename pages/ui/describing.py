"""What was being typed as its page was left: POST /runs/<run id>/described, which only the run's owner can do.

Streamlit hears no component of a page that goes. The cookie is SameSite: another site's page cannot send it along.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from model.errors import StudioError
from model.history import LONGEST_NAME, LONGEST_NOTE
from pages.ui import resources
from pages.ui.bodies import body_of
from pages.ui.owner import OWNER_COOKIE, owner_of

LARGEST = 16_384
"""Bytes of a message; a name and a note have less."""


def words(name: object = None, note: object = None) -> dict[str, str]:
    """The name in one line and the note, cut to what is kept; what is no text is left out."""
    given = {}
    if isinstance(name, str):
        given["name"] = " ".join(name.split())[:LONGEST_NAME]
    if isinstance(note, str):
        given["note"] = note.strip()[:LONGEST_NOTE]
    return given


def _describe(owner: str, run_id: str, content: bytes) -> None:
    said: Any = json.loads(content)
    if isinstance(said, dict) and (given := words(said.get("name"), said.get("note"))):
        resources.keeper().describe(owner, run_id, **given)


async def describing(request: Request) -> Response:
    """204, or 400 where it cannot be done: nobody is left to read more."""
    content, cookie = await body_of(request, LARGEST), request.cookies.get(OWNER_COOKIE, "")
    if content is None:
        return Response(status_code=400)
    try:
        await run_in_threadpool(_describe, owner_of(cookie), request.path_params["run_id"], content)
    except (StudioError, ValueError, RecursionError):
        return Response(status_code=400)
    return Response(status_code=204)
