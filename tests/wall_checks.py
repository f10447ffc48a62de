"""What is wrong with a screen on the wall: it scrolls, something is cut off or too small, or lies under the bar."""

from __future__ import annotations

from pathlib import Path

from accessibility import STEADY
from axe_playwright_python.sync_playwright import Axe
from conftest import soon
from playwright.sync_api import Page, expect

SMALLEST = 18 / 720
"""The least size of a text, as a part of the wall's height."""

FAULTS = Path(__file__).with_name("wall_faults.js").read_text(encoding="utf-8")

CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]}}
"""axe-core's rules, as options of its run: the first finds what has less than 4.5:1, the second up to 7:1."""


def wall_faults(page: Page) -> list[str]:
    """What is wrong with the screen that is shown, an element a line; nothing where all is well."""
    found: list[str] = page.evaluate(FAULTS, SMALLEST)
    return found


def fits(page: Page) -> None:
    """Soon nothing is wrong with the screen that is shown."""

    def well() -> None:
        assert wall_faults(page) == []

    soon(page, well)


def low_contrast(page: Page) -> list[str]:
    """The texts that have less than 7:1 with what is behind them, an element a line."""
    page.evaluate(STEADY)
    found = Axe().run(page, options=CONTRAST).response["violations"]
    return [f"{node['html'][:160]}: {node['any'][0]['message']}" for each in found for node in each["nodes"]]


def screens(page: Page) -> list[str]:
    """The names of the page's screens, in their order; of a page with one, none."""
    names: list[str] = page.evaluate("""
      import(new URL("lib/lectern/shown.js", document.baseURI)).then(({ shown }) => shown.screens)
    """)
    return names


def expect_screen(page: Page, name: str) -> None:
    """Soon the screen of this name is shown."""
    expect(page.locator(f"body[data-screen='{name}']")).to_be_attached()


def to_screen(page: Page, name: str) -> None:
    """Turn to the screen of this name by the bar's button."""
    for _ in screens(page):
        if page.locator("body").get_attribute("data-screen") == name:
            return
        page.locator(".lectern .after").click()
    expect_screen(page, name)
