"""A store in trouble under a real server: a disk that fills, a lock that is held; nothing is lost, and it is said."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import LAPTOP, NOWHERE, PATIENCE, hurry
from killing import check_whole, kept_in
from playwright.sync_api import Browser, Page, expect
from server import serve

from model.data import FashionData

RUN = "train_num_epochs=5&train_pace=talk&train_data=garments"
LOCK = "Not saved: another program has locked runs.sqlite3"
FULL = "Not saved: the disk that holds runs.sqlite3 is full"

NO_ROOM = """
import pathlib
from sqlalchemy import event
from sqlalchemy.engine import Engine

@event.listens_for(Engine, "begin")
def begins(connection):
    (pages,) = connection.exec_driver_sql("PRAGMA page_count").fetchone()
    most = pages if pathlib.Path({full!r}).exists() else 2**30
    connection.exec_driver_sql(f"PRAGMA max_page_count = {{most}}")
"""
"""For the server's process: while the file ``full`` is there, SQLite has no room for another page (SQLITE_FULL)."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new person's page."""
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    yield context.new_page()
    context.close()


def begin(page: Page, url: str) -> str:
    """Press Train; returns the run's id as soon as it goes on."""
    page.goto(f"{url}/?{RUN}")
    page.locator(".st-key-train_main button:enabled").click()
    expect(page.locator(".status")).to_have_text(re.compile(r"Step \d"))
    page.wait_for_url("**run=*")
    return page.url.split("run=")[1].split("&")[0]


def health(url: str) -> dict[str, Any]:
    """What the server says of itself."""
    with urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
        facts: dict[str, Any] = json.load(answer)
        return facts


def told(log: Path) -> list[str]:
    """What the log says of the store."""
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    return [line.get("problem") or line["event"] for line in lines if line["event"].startswith("store ")]


def check_kept(page: Page, folder: Path, run_id: str, garments: FashionData) -> None:
    """The run is saved whole, and still on its viewer's page, also after a reload."""
    expect(page.locator(".note")).to_be_hidden()
    assert f"run={run_id}" in page.url
    kept = kept_in(f"sqlite:///{folder / 'runs.sqlite3'}", run_id)
    assert kept.state == "finished"
    check_whole(kept, garments)
    page.reload()
    expect(page.locator(".status")).to_have_text("Finished")
    assert f"run={run_id}" in page.url


def test_a_store_that_is_locked_at_a_runs_end_gets_it_when_it_is_free(
    page: Page, tmp_path: Path, garments: FashionData
) -> None:
    log = tmp_path / "server.log"
    with serve(log, **NOWHERE) as url:
        run_id = begin(page, url)
        with contextlib.closing(sqlite3.connect(tmp_path / "runs.sqlite3", isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN EXCLUSIVE")
            expect(page.locator(".note")).to_contain_text(LOCK)  # longer than a write waits
            hurry(page)
            expect(page.locator(".status")).to_have_text("Finished")
            time.sleep(1)
            expect(page.locator(".note")).to_contain_text(LOCK)
            assert (health(url)["status"], health(url)["store_problem"]) == ("degraded", "store_locked")
            other.execute("ROLLBACK")
        check_kept(page, tmp_path, run_id, garments)
        assert health(url)["status"] == "ok"
    assert told(log) == ["store_locked", "store works again"]
    assert "Traceback" not in log.read_text()


def test_a_disk_that_fills_while_a_run_goes_on_gets_it_when_there_is_room(
    page: Page, tmp_path: Path, garments: FashionData
) -> None:
    log, full = tmp_path / "server.log", tmp_path / "full"
    (tmp_path / "sitecustomize.py").write_text(NO_ROOM.format(full=str(full)))
    with serve(log, PYTHONPATH=str(tmp_path), **NOWHERE) as url:
        run_id = begin(page, url)
        full.touch()
        expect(page.locator(".note")).to_contain_text(FULL)
        hurry(page)
        expect(page.locator(".status")).to_have_text("Finished")
        assert (health(url)["status"], health(url)["store_problem"]) == ("degraded", "store_full")
        full.unlink()
        check_kept(page, tmp_path, run_id, garments)
        assert health(url)["status"] == "ok"
    assert told(log) == ["store_full", "store works again"]
    assert "Traceback" not in log.read_text()
