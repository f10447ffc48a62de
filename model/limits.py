"""Every bound on what one person, one address or everybody together may ask of the server, in one place.

A person is their cookie's; an address may be a whole school behind one router, so that its bounds are many times a
person's. ``SOFTMAX_STUDIO_<name>`` in the environment sets those that an operator may want otherwise.
"""

from __future__ import annotations

import os
import re
from typing import NamedTuple


class Rate(NamedTuple):
    """So much at once, and so much again every second."""

    burst: float
    per_second: float


class Most(NamedTuple):
    """How many there may be at once: of a person, of an address, and in all."""

    each: int
    address: int
    in_all: int


def number(name: str, otherwise: int) -> int:
    """What the environment says; what is no whole number above 0 is passed over."""
    value = os.environ.get(f"SOFTMAX_STUDIO_{name}", "")
    return int(value) if re.fullmatch("0*[1-9][0-9]{0,8}", value) else otherwise


MEGABYTE = 10**6
CLIENTS = 10_000
"""Persons and addresses that are remembered by each bound; who was seen last stays longest."""

LIVE_EACH, LIVE_IN_ALL = 4, number("LIVE_RUNS", 200)
"""Live runs a person may have, and the server."""

NEW_RUNS = Rate(30, 0.5)
NEW_RUNS_IN_ALL = Rate(400, 20)
"""Runs that are begun, copied or imported; those of a sweep are counted by ``SWEEPS``."""

KEPT_EACH = number("KEEP_RUNS_EACH", 1000)
"""Stored runs of a person: beyond it their own oldest go, never a pinned one."""

PINNED_EACH = 100
SWEEPS = Rate(10, 1 / 30)
"""Sweeps that a person begins."""

WINDOWS = Most(32, number("WINDOWS_PER_ADDRESS", 400), number("WINDOWS", 500))
"""Windows, which are connections; a few more while a page is loaded anew, as its old connection ends after that."""

WINDOWS_SPARE = 8
NEW_WINDOWS = Rate(60, 1)
NEW_WINDOWS_PER_ADDRESS = Rate(600, 20)

MESSAGES = Rate(200, 40)
MESSAGES_EACH = Rate(600, 120)
MESSAGES_PER_ADDRESS = Rate(number("MESSAGES_PER_ADDRESS", 2_000) * 5, number("MESSAGES_PER_ADDRESS", 2_000))
"""Messages of a connection, of a person and of an address; what is over waits until its turn."""

MESSAGE_BYTES = Rate(100 * MEGABYTE, 5 * MEGABYTE)
"""The same in bytes, of a person. The size of one is Streamlit's ``server.maxMessageSize``."""

FLOOD = 2_000
"""Messages in a row that had to wait: after so many the connection is closed."""

REQUESTS = Rate(600, 100)
REQUESTS_PER_ADDRESS = Rate(number("REQUESTS_PER_ADDRESS", 2_000) * 5, number("REQUESTS_PER_ADDRESS", 2_000))
"""Requests to the app's own routes."""

STREAMS = Most(12, number("STREAMS_PER_ADDRESS", 400), number("STREAMS", 500))
"""Streams of live runs; a browser opens six at most."""

UPLOADS = Rate(60, 0.2)
UPLOADS_PER_ADDRESS = Rate(1_200, 4)
UPLOAD_BYTES = Rate(200 * MEGABYTE, MEGABYTE)
"""Uploaded files and their bytes. The size of one is Streamlit's ``server.maxUploadSize``."""

UPLOADS_HELD = number("UPLOADS_HELD_MB", 400) * MEGABYTE
UPLOADS_HELD_EACH = 80 * MEGABYTE
"""Bytes of uploads in memory, in all and of a session, with those under way."""
