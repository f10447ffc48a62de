"""The server's log: one line an event, and nothing of persons in it, whoever writes it."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import LAPTOP, NOWHERE, PATIENCE
from playwright.sync_api import Browser, expect
from server import serve

from model import journal
from pages.ui import logs
from pages.ui.owner import OWNER_COOKIE, owner_of

UPLOADED = "jane-doe-holiday.png"


def record(
    message: str, *values: object, name: str = "some.library", error: Exception | None = None
) -> logging.LogRecord:
    """What a logger hands on."""
    raised = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord(name, logging.WARNING, "a.py", 1, message, values, raised)


def written(given: logging.LogRecord) -> dict[str, Any]:
    """The record as JSON; one line."""
    line = logs.Lines(text=False).format(given)
    assert "\n" not in line
    facts: dict[str, Any] = json.loads(line)
    return facts


def raised() -> Exception:
    """An exception whose message names a file, from another one that does so too."""
    try:
        try:
            raise ValueError(UPLOADED)
        except ValueError as error:
            raise OSError(f"{UPLOADED} is no picture") from error
    except OSError as error:
        return error


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, Any]]]:
    """Our own records so far, as they are written."""
    caplog.set_level(logging.INFO, journal.log.name)
    return lambda: [written(given) for given in caplog.records if given.name == journal.log.name]


def test_an_event_is_its_name_its_time_and_its_numbers(told: Callable[[], list[dict[str, Any]]]) -> None:
    journal.tell("run finished", lr=0.1, data="garments", sweep=False)
    (line,) = told()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert line == {"level": "info", "event": "run finished", "lr": 0.1, "data": "garments", "sweep": False}


def test_on_a_terminal_it_is_text() -> None:
    given = record("run finished", name=journal.log.name)
    given.facts = {"lr": 0.1, "data": "a b", "note": ""}
    assert re.fullmatch(r'\S+ warning run finished lr=0\.1 data="a b" note=""', logs.Lines(text=True).format(given))


@pytest.mark.parametrize("text", [True, False])
def test_an_exception_is_written_without_what_it_says(text: bool) -> None:
    line = logs.Lines(text).format(record("it failed: %s", UPLOADED, error=raised()))
    assert UPLOADED not in line
    assert "Traceback (most recent call last):" in line
    assert re.search(r"tests/test_logs\.py:\d+ in raised: raise OSError", line)
    assert line.index("ValueError") < line.index("OSError(f")  # what led to it comes first


@pytest.mark.parametrize(
    "said",
    [
        "GET http://a.example/live/Zk3xv9QJmB2pWq7sT1uYdA from 192.168.7.14:50321",
        "cookie softmax_studio_owner=Zk3xv9QJmB2pWq7sT1uYdA",
        "cannot read /srv/jane/holiday",
        "client fe80::1ff:fe23:4567:890a has left",
    ],
)
def test_what_a_library_puts_into_a_sentence_is_left_out(said: str) -> None:
    assert not re.search(r"Zk3x|192\.168|jane|fe80", json.dumps(written(record(said))))
    assert written(record("%s", said))["event"] == "%s"


def test_a_limit_is_told_less_and_less_often(
    told: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    logs._refused.clear()
    for _ in range(1000):
        logs.refused("runs")
    assert [line["times"] for line in told()] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert {line["limit"] for line in told()} == {"runs"}


@pytest.mark.parametrize(
    ("named", "terminal", "text"),
    [("", True, True), ("", False, False), ("text", False, True), ("json", True, False)],
)
def test_the_form_is_chosen_by_name_or_else_by_who_reads(
    named: str, terminal: bool, text: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOFTMAX_STUDIO_LOG", named)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert logs.as_text() == text


def test_a_servers_log_tells_what_happens_and_nobodys_secrets(browser: Browser, tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    upload = tmp_path / UPLOADED
    upload.write_bytes(b"this is no picture")
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    with serve(log, **NOWHERE) as url:
        page.goto(f"{url}/?train_num_epochs=1&train_pace=full&train_data=garments")
        page.locator(".st-key-train_main button:enabled").click()
        expect(page.locator(".status")).to_have_text("Finished")
        run_id = page.url.split("run=")[1].split("&")[0]
        page.goto(f"{url}/runs?run={run_id}")
        page.locator("td.name button").first.click()
        page.get_by_label("Name of the run").fill("Jane's first run")
        page.keyboard.press("Enter")
        page.goto(f"{url}/classify?run={run_id}")
        page.locator("input[type=file]").first.set_input_files(upload)
        expect(page.get_by_text("holiday").first).to_be_visible()
        page.goto(f"{url}/live/{run_id}?lang=en")
        (cookie,) = [cookie["value"] for cookie in context.cookies() if cookie["name"] == OWNER_COOKIE]
        context.close()
        until = time.monotonic() + PATIENCE
        while "session left" not in log.read_text() and time.monotonic() < until:
            time.sleep(0.1)
    said = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
    events = [line["event"] for line in said]
    wanted = ["server started", "session came", "run began", "run finished", "session left", "server ends"]
    assert [event for event in dict.fromkeys(events) if event in wanted] == wanted
    assert "server ready" in events
    (finished,) = [line for line in said if line["event"] == "run finished"]
    assert (finished["lr"], finished["num_epochs"], finished["step"]) == (0.1, 1, 235)
    assert finished["images_per_second"] > 0
    for secret in (run_id, cookie, owner_of(cookie), "Jane", "holiday", "127.0.0.1", str(tmp_path)):
        assert secret not in log.read_text()


def test_an_exception_of_one_place_is_written_the_first_second_and_fourth_time() -> None:
    def raised() -> logging.LogRecord:
        try:
            raise KeyError("a name")
        except KeyError:
            return logging.LogRecord("x", logging.ERROR, "x", 1, "not caught", None, sys.exc_info())

    assert [logs._is_news(raised()) for _ in range(5)] == [True, True, False, True, False]
