"""In Chromium: the content security policy refuses nothing that a page needs, and a thousand clicks are one run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from pages.ui.ideas import IDEAS
from pages.ui.wall import PAGES

PLACES = [
    *(page for page in PAGES if page != "concepts"), "?projector=1", "classify?classify_source=draw",
    "classify?classify_source=paste", "classify?classify_source=camera",
    *(f"concepts?section={name}" for name in IDEAS),
]  # fmt: skip


@pytest.fixture
def refused(page: Page) -> Iterator[list[str]]:
    """What Chromium says that the policy refused."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Permissions policy" in message.text:
            said.append(message.text)

    page.on("console", hear)
    yield said
    page.remove_listener("console", hear)


@pytest.mark.parametrize("place", PLACES)
def test_the_policy_refuses_nothing_that_a_page_needs(page: Page, url: str, refused: list[str], place: str) -> None:
    page.goto(f"{url}/{place}")
    page.locator('[data-testid="stMain"] .stElementContainer').first.wait_for(state="attached")
    page.wait_for_timeout(1500)  # what comes late, comes from the page's own scripts
    assert refused == []


def test_the_policy_is_in_force(page: Page, url: str, refused: list[str]) -> None:
    page.goto(url)
    with page.expect_console_message(lambda said: "127.0.0.1:9" in said.text):
        page.evaluate("fetch('http://127.0.0.1:9/').catch(() => {})")
    assert any("127.0.0.1:9" in said for said in refused)


def test_a_thousand_clicks_on_train_are_one_run(page: Page, url: str) -> None:
    page.goto(url)
    main = page.locator(".st-key-train_main button:enabled")
    main.wait_for()
    main.evaluate("button => { for (let i = 0; i < 1000; i++) button.click() }")
    page.wait_for_url("**run=*")
    page.goto(f"{url}/runs")
    expect(page.get_by_text("1 run", exact=False).first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
