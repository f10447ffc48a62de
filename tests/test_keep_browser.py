"""Runs that last, in Chromium: a server that ends and comes back, and a store that fails."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from conftest import NOWHERE, PATIENCE
from playwright.sync_api import Browser, Page, expect
from server import serve

HALT = "&train_pace=full"


def trained(page: Page, url: str, query: str = "train_num_epochs=1") -> str:
    """Train to the end; returns the run's id."""
    page.goto(f"{url}/?{query}{HALT}")
    page.locator(".st-key-train_main button:enabled").click()
    expect(page.locator(".status")).to_have_text("Finished")
    expect(page).to_have_url(re.compile("run="))
    return page.url.split("run=")[1].split("&")[0]


def step_shown(page: Page) -> int:
    """The step in the line below the chart."""
    return int(re.findall(r"[Ss]tep ([\d,]+)", page.locator(".status").inner_text())[0].replace(",", ""))


def test_a_run_is_there_again_when_its_server_is(browser: Browser, tmp_path: Path) -> None:
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    with serve(tmp_path / "first.log", **NOWHERE) as url:
        ended = trained(page, url)
        test_acc = page.locator(".test-acc").inner_text()
        page.goto(f"{url}/?train_num_epochs=50&train_pace=talk")
        page.locator(".st-key-train_main button:enabled").click()
        expect(page.locator(".status")).to_have_text(re.compile(r"Step \d"))
        expect(page).to_have_url(re.compile("run="))
        running = page.url.split("run=")[1].split("&")[0]
        shown = step_shown(page)
    # The same browser, the same cookie: the server is another one, on another port.
    with serve(tmp_path / "second.log", **NOWHERE) as url:
        page.goto(f"{url}/?run={running}")
        expect(page.locator(".status")).to_have_text(re.compile(r"^Interrupted at step [\d,]+ of"))
        before = step_shown(page)
        assert before >= shown  # a server that is asked to end saves what runs
        page.locator(".st-key-train_main button", has_text="Resume").click()
        expect(page.locator(".status")).to_have_text(re.compile(r"Step \d"))
        page.locator(".st-key-train_stop button:enabled").click()
        expect(page.locator(".status")).to_have_text(re.compile("^Stopped at step"))
        assert step_shown(page) >= before
        page.goto(f"{url}/?run={ended}")
        expect(page.locator(".status")).to_have_text("Finished")
        expect(page.locator(".test-acc")).to_have_text(test_acc)
    context.close()


def test_a_store_that_fails_is_said_and_the_run_can_be_saved_as_a_file(browser: Browser, tmp_path: Path) -> None:
    broken = tmp_path / "runs.sqlite3"
    broken.write_text("this is no database" * 100)
    context = browser.new_context(locale="en-US", accept_downloads=True)
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    with serve(tmp_path / "server.log", **NOWHERE) as url:
        trained(page, url)
        expect(page.locator(".note")).to_contain_text("Not saved: runs.sqlite3 is damaged or no database")
        with page.expect_download() as download:
            page.get_by_text("Save the run").click()
        download.value.save_as(tmp_path / "run.zip")
        assert zipfile.ZipFile(tmp_path / "run.zip").testzip() is None
        broken.unlink()
        expect(page.locator(".note")).to_be_hidden(timeout=60_000)
    context.close()
    assert broken.exists()  # begun anew, with what was in memory


def test_a_link_to_a_run_that_is_not_there_says_so(page: Page, url: str) -> None:
    page.goto(f"{url}/?run=nowhere")
    expect(page.locator(".note")).to_contain_text("There is no run nowhere here")
