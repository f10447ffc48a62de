"""Who asks, and how they are refused: one sentence in their language, with the time after which to ask again."""

from __future__ import annotations

import html
import math
from typing import NamedTuple

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

from model.errors import StudioError
from pages.ui import logs
from pages.ui.owner import OWNER_COOKIE, owner_of

PAGE = """<!DOCTYPE html>
<html lang="{language}"><head><meta charset="utf-8"><title>Softmax Studio</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"></head>
<body style="font: 1.2rem/1.5 sans-serif; max-width: 36em; margin: 4rem auto; padding: 0 1rem"><p>{sentence}</p></body>
</html>
"""


class Client(NamedTuple):
    """A person, by their cookie or else their address, and the address, which may be a whole school's."""

    person: str
    address: str


def client_of(scope: Scope) -> Client:
    """Who sent this."""
    address = (scope.get("client") or ("unknown",))[0]
    owner = owner_of(HTTPConnection(scope).cookies.get(OWNER_COOKIE, ""))
    return Client(owner or f"at {address}", address)


def language_of(scope: Scope) -> str:
    """The language of ``?lang=``, or else the browser's."""
    connection = HTTPConnection(scope)
    asked = connection.query_params.get("lang") or connection.headers.get("accept-language", "")
    return "zh" if asked.lower().startswith("zh") else "en"


def refusal(scope: Scope, status: int, error: StudioError, wait: float = 0.0) -> Response:
    """The answer: a page for a browser's window, JSON for /ideas and /follow, text for all else."""
    logs.refused(error.key)
    language, path = language_of(scope), scope["path"]
    sentence = error.say(language)
    headers = {"Cache-Control": "no-store", "Vary": "Cookie, Accept-Language"}
    if wait:
        headers["Retry-After"] = str(math.ceil(wait))
    if path.startswith(("/ideas/", "/follow/")):
        return JSONResponse({"error": sentence}, status, headers)
    if "text/html" in HTTPConnection(scope).headers.get("accept", ""):
        page = PAGE.format(language=language, sentence=html.escape(sentence))
        return HTMLResponse(page, status, headers)
    return PlainTextResponse(sentence, status, headers)
