"""How long a class waits for the lecturer: ``python tests/bench_follow.py [rounds] [followers]``.

Prints, in Chromium, the seconds from a move of the lecturer's scrubber to the follower's picture, and from the click on
another page to that page at the follower's; both as the median, and the slowest. Beside the one that is measured so
many followers hold a stream as a browser does.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ending import VIEWER
from playwright.sync_api import Browser, Page
from server import chromium, serve

from pages.ui.owner import OWNER_COOKIE

PAGES = ("Evaluate", "Data", "Templates")


def person(browser: Browser) -> Page:
    """A page with a cookie of its own."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-US").new_page()
    page.set_default_timeout(120_000)
    return page


def lead(page: Page, url: str) -> str:
    """Lead with the film of a run of one's own; the link."""
    page.goto(f"{url}/?train_num_epochs=5&train_pace=full")
    page.locator(".st-key-train_main button:enabled").click()
    page.locator(".status:text-is('Finished')").wait_for()
    page.get_by_role("link", name="Templates", exact=True).click()
    page.locator(".play:enabled").wait_for()
    page.locator(".st-key-studio_share button").first.click()
    page.get_by_role("switch", name="Lead a class").check()
    page.get_by_text("You lead").wait_for()
    link = page.get_by_role("textbox", name="Link for your class").input_value()
    page.keyboard.press("Escape")
    return link


def hold(url: str, count: int) -> None:
    """So many streams, each of a person of their own, which are read as they come."""

    def read(person: int) -> None:
        asked = urllib.request.Request(url, headers={"Cookie": f"{OWNER_COOKIE}={VIEWER.format(person)}"})
        with urllib.request.urlopen(asked) as stream:
            for _ in stream:
                pass

    for person in range(count):
        threading.Thread(target=read, args=(person,), daemon=True).start()


def scrub(lecturer: Page, follower: Page, key: str) -> float:
    """Seconds from the key to the picture: the step that is said is set as it is drawn."""
    before = follower.locator(".now-step").inner_text()
    began = time.perf_counter()
    lecturer.get_by_role("slider").press(key)
    follower.wait_for_function(
        """before => {
          const all = [...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean)
          const step = all.map((root) => root.querySelector(".now-step")).find(Boolean)
          return step && step.textContent !== before
        }""",
        arg=before,
        polling="raf",
    )
    return time.perf_counter() - began


def turn(lecturer: Page, follower: Page, name: str) -> float:
    """Seconds from the click to the page, whose stage is drawn."""
    shows = {"Evaluate": ".items canvas", "Data": ".pictures canvas", "Templates": ".now-epoch"}[name]
    began = time.perf_counter()
    lecturer.get_by_role("link", name=name, exact=True).click()
    follower.wait_for_url(f"**/{name.lower()}**")
    follower.locator(shows).first.wait_for()
    return time.perf_counter() - began


def say(what: str, seconds: list[float]) -> None:
    """One line."""
    print(
        f"{what}: median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s, of {len(seconds)}",
        flush=True,
    )


def main(rounds: int, followers: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "server.log") as url, chromium() as browser:
        lecturer, follower = person(browser), person(browser)
        link = lead(lecturer, url)
        hold(f"{url}/follow/{link.split('follow=')[1]}", followers)
        follower.goto(link)
        follower.locator(".now-epoch:not(:text-is('–'))").wait_for()
        follower.wait_for_timeout(2000)
        say("a move of the scrubber", [scrub(lecturer, follower, "ArrowLeft") for _ in range(rounds)])
        for name in PAGES:  # each once before: a browser compiles a page's scripts at its first visit
            turn(lecturer, follower, name)
            follower.wait_for_timeout(1500)
        turns = []
        for i in range(rounds):
            turns.append(turn(lecturer, follower, PAGES[i % len(PAGES)]))
            follower.wait_for_timeout(1500)
        say("another page", turns)


if __name__ == "__main__":
    main(*(int(given) for given in (sys.argv[1:] + ["10", "40"][len(sys.argv) - 1 :])))
