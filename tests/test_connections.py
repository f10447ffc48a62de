"""What can happen between a person and the server: the browser is killed, the connection is cut, a client is slow."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
import urllib.request
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from conftest import LAPTOP, NOWHERE, PATIENCE, hurry, soon
from playwright.sync_api import Browser, BrowserContext, BrowserType, Locator, Page, expect
from server import CHROMIUM_ARGUMENTS, chromium_path, serve_process
from soak import held
from streams import ask
from visitor import Visitor
from wire import wire

from pages.ui.owner import OWNER_COOKIE

MAIN = ".st-key-train_main button"
T = TypeVar("T")


@pytest.fixture(scope="module")
def served(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A server's URL and its process id; a traceback in its log fails the tests."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    with serve_process(log, **NOWHERE) as (url, server):
        yield url, server.pid
    assert "Traceback" not in log.read_text()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A new person's browser window."""
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    yield context
    context.close()


def begin(page: Page, url: str, query: str) -> str:
    """Train on the Train page; returns the run's id."""
    page.goto(f"{url}/?{query}")
    page.locator(f"{MAIN}:enabled").click()
    page.wait_for_url("**run=*")
    return page.url.split("run=")[1].split("&")[0]


def set_seed(page: Page) -> Locator:
    """Type a seed of 7 among the settings; returns its field."""
    page.locator(".st-key-train_rail summary").click()
    seed = page.locator(".st-key-train_seed input")
    seed.fill("7")
    seed.press("Enter")
    return seed


def frame_of(url: str, run: str) -> dict[str, Any]:
    """How the run stands, as anyone with its id is told."""
    with urllib.request.urlopen(f"{url}/live/{run}", timeout=PATIENCE) as stream:
        frame: dict[str, Any] = json.loads(stream.readline()[6:])
    return frame


def address(said: Path) -> str:
    """Where a Chromium that was started listens."""
    return f"http://127.0.0.1:{said.read_text().splitlines()[0]}"


@contextmanager
def own_chromium(kind: BrowserType, folder: Path) -> Iterator[tuple[Browser, subprocess.Popen[bytes]]]:
    """A Chromium that a test can kill, as a machine that loses its power does."""
    command = [chromium_path() or "", "--headless", *CHROMIUM_ARGUMENTS, "--remote-debugging-port=0"]
    process = subprocess.Popen([*command, f"--user-data-dir={folder}"], stderr=subprocess.DEVNULL)
    said = folder / "DevToolsActivePort"
    try:
        until = time.monotonic() + PATIENCE
        while not (said.exists() and len(said.read_text().splitlines()) == 2):
            assert time.monotonic() < until
            time.sleep(0.05)
        yield kind.connect_over_cdp(address(said), timeout=1000 * PATIENCE), process
    finally:
        process.kill()
        process.wait()


def test_a_browser_killed_in_the_middle_of_a_run_finds_it_again(
    browser: Browser, context: BrowserContext, served: tuple[str, int], tmp_path: Path
) -> None:
    url, _ = served
    with own_chromium(browser.browser_type, tmp_path) as (mine, process):
        page = mine.new_context(locale="en-US").new_page()
        page.set_default_timeout(1000 * PATIENCE)
        run = begin(page, url, "train_num_epochs=50")
        expect(page.locator(".status")).to_have_text(re.compile("Step [1-9]"))
        cookies = [each for each in page.context.cookies() if each["name"] == OWNER_COOKIE]
        process.kill()
        process.wait()
    before = frame_of(url, run)
    assert before["state"] == "running"
    context.add_cookies([{"name": OWNER_COOKIE, "value": cookies[0]["value"], "url": url}])
    again = context.new_page()
    again.goto(f"{url}/?run={run}")
    expect(again.locator(MAIN)).to_have_text(re.compile("Pause"))  # it is theirs, and goes on
    hurry(again)
    expect(again.locator(".status")).to_have_text("Finished")
    after = frame_of(url, run)
    assert after["epochs"][: len(before["epochs"])] == before["epochs"]
    assert len(after["epochs"]) == 50


def test_a_connection_that_was_cut_comes_back_to_the_same_place(
    context: BrowserContext, served: tuple[str, int]
) -> None:
    with wire(served[0]) as cable:
        page = context.new_page()
        run = begin(page, cable.url, "train_num_epochs=50&train_pace=talk")
        seed = set_seed(page)
        expect(page.locator(".status")).to_have_text(re.compile("Step [1-9]"))
        expect(page).to_have_url(re.compile("train_seed=7"))
        cable.cut()
        expect(page.locator(".status")).to_have_text("The connection is lost; trying again.")
        step = frame_of(served[0], run)["step"]
        soon(page, lambda: _further(served[0], run, step))
        cable.mend()
        expect(page.locator(".status")).to_have_text(re.compile("^(Step [1-9]|Finished)"))
        assert run in page.url
        expect(seed).to_have_value("7")
        expect(page.locator(f"{MAIN}:enabled")).to_have_text(re.compile("Pause"))
        page.locator(MAIN).click()
        expect(page.locator(".status")).to_have_text(re.compile("Paused at step"))
        assert frame_of(served[0], run)["state"] == "paused"


def test_what_was_done_while_the_answer_was_lost_is_on_the_page_that_comes_back(
    context: BrowserContext, served: tuple[str, int]
) -> None:
    with wire(served[0]) as cable:
        page = context.new_page()
        run = begin(page, cable.url, "train_num_epochs=50&train_pace=talk")
        seed = set_seed(page)
        expect(page).to_have_url(re.compile("train_seed=7"))
        expect(page.locator(f"{MAIN}:enabled")).to_have_text(re.compile("Pause"))
        expect(page.locator(".status")).to_have_text(re.compile("Step [1-9]"))
        cable.mute()
        page.get_by_role("button", name="中文").click()
        page.wait_for_timeout(1000)
        expect(page.locator("h1")).to_have_text("Train")
        cable.cut()
        expect(page.locator(".status")).to_have_text("The connection is lost; trying again.")
        cable.mend()
        expect(page.locator("h1")).to_have_text("训练")
        expect(page.locator(".status")).to_have_text(re.compile("第 [1-9]"))
        expect(seed).to_have_value("7")
        page.locator(MAIN).click()
        soon(page, lambda: _paused(served[0], run))


def test_a_link_whose_page_was_lost_leads_there_when_it_is_clicked_again(
    context: BrowserContext, served: tuple[str, int]
) -> None:
    with wire(served[0]) as cable:
        page = context.new_page()
        begin(page, cable.url, "train_num_epochs=50&train_pace=talk")
        expect(page.locator(f"{MAIN}:enabled")).to_have_text(re.compile("Pause"))
        expect(page.locator(".status")).to_have_text(re.compile("Step [1-9]"))
        link = page.get_by_role("link", name="Data", exact=True)
        cable.mute()
        link.click()
        page.wait_for_timeout(1000)
        cable.cut()
        expect(page.locator(".status")).to_have_text("The connection is lost; trying again.")
        cable.mend()
        expect(page.locator(".status")).to_have_text(re.compile("Step [1-9]"))
        # What a component says does not wait, twenty seconds, for a page that is not coming.
        page.keyboard.press("w")
        expect(page).to_have_url(re.compile("projector=1"), timeout=8_000)
        page.get_by_role("button", name="Leave projector").click()
        link.click()
        expect(page.locator(".class canvas").first).to_be_visible()


def _paused(url: str, run: str) -> None:
    assert frame_of(url, run)["state"] == "paused"


def _further(url: str, run: str, step: int) -> None:
    assert frame_of(url, run)["step"] > step


def test_a_stale_page_finds_its_run_and_settings_on_the_server_that_came_back(
    context: BrowserContext, tmp_path: Path
) -> None:
    places = {"SOFTMAX_STUDIO_DB": f"sqlite:///{tmp_path / 'runs.sqlite3'}", **NOWHERE}
    page = context.new_page()
    with serve_process(tmp_path / "first.log", **places) as (url, server):
        run = begin(page, url, "train_num_epochs=50")
        seed = set_seed(page)
        expect(page).to_have_url(re.compile("train_seed=7"))
        expect(page.locator(".readout .epoch")).to_have_text(re.compile(r"^([3-9]|[1-4]\d) "))  # a crash costs a second
        server.kill()
        expect(page.locator(".status")).to_have_text("The connection is lost; trying again.")
        page.locator(MAIN).click(force=True, no_wait_after=True)  # the old Pause: nobody hears it
    port = url.rpartition(":")[2]
    with serve_process(tmp_path / "second.log", **places, STREAMLIT_SERVER_PORT=port):
        expect(page.locator(".status")).to_have_text(re.compile("^Interrupted at step [1-9]"))
        expect(page.locator(f"{MAIN}:enabled")).to_have_text(re.compile("Resume"))
        assert run in page.url
        expect(seed).to_have_value("7")
        page.locator(MAIN).click()
        hurry(page)
        expect(page.locator(".status")).to_have_text("Finished")
        assert [point[0] for point in frame_of(url, run)["epochs"]] == list(range(1, 51))
    assert "Traceback" not in (tmp_path / "second.log").read_text()


def test_the_scrubber_stays_where_it_was_when_the_connection_comes_back(
    context: BrowserContext, served: tuple[str, int]
) -> None:
    with wire(served[0]) as cable:
        page = context.new_page()
        page.goto(f"{cable.url}/templates?model=pretrained")
        at = page.locator(".scrub .at")
        expect(at).to_be_enabled()
        at.press("Home")
        expect(page.locator(".now-step")).to_have_text("0")
        cable.cut()
        page.get_by_text("Connecting").first.wait_for(state="attached")
        cable.mend()
        page.get_by_text("Connecting").first.wait_for(state="detached")
        page.locator(".st-key-templates_view").get_by_text("Since the start").click()
        expect(page.locator(".st-key-templates_view [aria-checked=true]")).to_have_text("Since the start")
        expect(page.locator(".now-step")).to_have_text("0")


def at_length(work: Coroutine[Any, Any, T]) -> T:
    """Do it in a thread of its own: in the tests' one the browser's event loop runs."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(asyncio.run, work).result()


def test_who_does_not_read_holds_up_nobody(served: tuple[str, int]) -> None:
    """Sixteen viewers of a long run that never read, and one who does: it gets all, and the server keeps nothing."""
    url, pid = served

    async def watch() -> list[dict[str, Any]]:
        async with Visitor(url, "train_pace=full&train_num_epochs=30") as person:
            await person.press("main")
            before = held(pid)["megabytes"]
            deaf = [ask(url, f"/live/{person.run}", room=4096) for _ in range(16)]
            frames = [frame async for frame in person.frames()]
            grown = held(pid)["megabytes"] - before
            for end in deaf:
                end.close()
            assert person.exceptions == []
            assert grown < 80  # the run's own film is some 3; a queue of its frames would be 16 × 100
            return frames

    frames = at_length(watch())
    assert frames[-1]["state"] == "finished"
    assert [point[0] for frame in frames for point in frame["epochs"]] == list(range(1, 31))


def test_a_connection_that_comes_back_is_told_nothing_of_before(served: tuple[str, int]) -> None:
    """Not the rest of a run of the script that the cut has ended: a page would take it for the whole."""

    async def be_cut_off() -> None:
        async with Visitor(served[0]) as person:
            for moment in (0.0, 0.01, 0.03, 0.1, 0.3):
                session = person.session
                await person.send()
                await asyncio.sleep(moment)
                person.cut()
                scripts = person.scripts
                await person.connect()
                await asyncio.sleep(0.5)
                assert person.scripts == scripts
                await person.rerun()
                assert person.session == session
                assert person.exceptions == []

    at_length(be_cut_off())


def test_a_page_that_does_not_read_holds_up_nobody(served: tuple[str, int]) -> None:
    url, _ = served

    async def stay() -> None:
        async with Visitor(url) as deaf, Visitor(url, "train_pace=full&train_num_epochs=2") as person:
            deaf.go_deaf()
            for _ in range(50):
                await deaf.send()
            await person.press("main")
            frames = [frame async for frame in person.frames()]
            assert frames[-1]["state"] == "finished"
            assert person.exceptions == []
            deaf.cut()  # it would not hear the server's goodbye

    at_length(stay())
