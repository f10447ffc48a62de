"""The short form of ``make soak``: a class that trains at once and is forgotten, and visitors who come and go."""

from __future__ import annotations

import asyncio
from pathlib import Path

from conftest import NOWHERE
from load_class import LIMITS, a_class
from playwright.sync_api import Browser
from server import serve_process
from soak import soak

SHORT = {"STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "2"}
"""A session is kept for so many seconds after its tab is gone, and not for two minutes."""

TIDY = 30.0
"""Seconds in which the server has let go of it: it looks every ten."""


def test_forty_students_train_at_once_and_leave_nothing_behind(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with serve_process(log, **NOWHERE, **SHORT) as (url, server):
        found = asyncio.run(a_class(url, server.pid, students=40, epochs=4, forgotten=TIDY))
    assert found.errors == []
    assert found.fairness <= LIMITS["fairness"][1]
    assert found.megabytes <= LIMITS["megabytes"][1]
    assert found.left <= LIMITS["left"][1]
    assert found.threads <= 3  # what serves requests may have grown by one or two, for good
    assert found.files <= 6
    assert "Traceback" not in log.read_text()


def test_who_comes_and_goes_meets_no_error(browser: Browser) -> None:
    assert soak(1.0, 4, browser, rest=None, **NOWHERE, **SHORT) == []
