"""Requests over a raw socket: answers that nobody reads, and a run's events."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from pages.ui.owner import OWNER_COOKIE

PATIENCE = 120.0


def get(url: str, path: str, *headers: str) -> bytes:
    """A GET request as it goes over the wire."""
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}", *headers, "", ""]).encode()


def ask(url: str, path: str, room: int = 0, cookie: str = "") -> socket.socket:
    """A GET request whose answer is not read; with ``room``, the system keeps so many bytes of it for the client.

    ``cookie``: whose request it is; all without one are one person's.
    """
    address = urlsplit(url)
    client = socket.socket()
    if room:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    client.settimeout(PATIENCE)
    client.connect((address.hostname, address.port))
    client.sendall(get(url, path, *([f"Cookie: {OWNER_COOKIE}={cookie}"] if cookie else [])))
    return client


def event_in(line: bytes) -> dict[str, Any] | None:
    """The server-sent event that a line of an answer holds, if any."""
    found: dict[str, Any] | None = json.loads(line[6:]) if line.startswith(b"data: ") else None
    return found


def events(client: socket.socket) -> Iterator[dict[str, Any]]:
    """What comes as server-sent events, until the server ends it."""
    with client.makefile("rb") as answer:
        for line in answer:
            if (event := event_in(line)) is not None:
                yield event
