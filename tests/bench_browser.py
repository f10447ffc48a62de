"""What a person waits for, measured in Chromium: ``python tests/bench_browser.py [rounds]``, part of ``make bench``.

Prints the start to a usable page, also with a network that hangs; the first point after Train; how long Pause takes;
chart updates a second; and a watched run of 50 epochs at full speed against the same run headless, in turn.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page
from server import ROOT, black_hole, chromium, serve

EPOCHS = 50
FIRST_POINT = """() => {
  const chart = document.querySelector('[class*="st-key-train_animator"]')
  const find = (node) =>
    node?.shadowRoot?.querySelector(".stage") ?? [...(node?.children ?? [])].map(find).find(Boolean)
  const stage = find(chart)
  const drawn = () => [...stage.querySelectorAll('.scatterlayer .js-line')].some((path) => path.getTotalLength() > 2)
  return new Promise((resolve) => {
    const wait = () => (drawn() ? resolve(performance.now() - window.clickedAt) : requestAnimationFrame(wait))
    requestAnimationFrame(wait)
  })
}"""


def median(values: list[float]) -> str:
    """The median with its spread."""
    return f"{statistics.median(values):.2f} (from {min(values):.2f} to {max(values):.2f})"


def open_page(page: Page, url: str, query: str = "") -> None:
    """Go to the Train page and wait until it can be used: its button and its chart are there."""
    page.goto(f"{url}/{query}")
    page.locator(".st-key-train_main button:enabled").wait_for()
    page.locator(".chart .main-svg").first.wait_for()


def press(page: Page, name: str) -> None:
    """Click one of the page's controls, noting when."""
    page.evaluate(
        "window.addEventListener('click', () => (window.clickedAt = performance.now()), {capture: true, once: true})"
    )
    page.locator(f".st-key-train_{name} button").click()


def start_up(folder: Path, rounds: int, **environment: str) -> list[float]:
    """Seconds from the command to a usable page in an open browser."""
    seconds = []
    with chromium() as browser:
        for _ in range(rounds):
            page = browser.new_page()
            began = time.perf_counter()
            with serve(folder / "server.log", **environment) as url:
                open_page(page, url)
                seconds.append(time.perf_counter() - began)
            page.close()
    return seconds


def watched(page: Page, url: str) -> tuple[float, float]:
    """Train 50 epochs at full speed with the page open: the server's seconds of training, chart updates a second."""
    open_page(page, url, f"?train_num_epochs={EPOCHS}")
    page.locator(".st-key-train_pace").get_by_text("Full", exact=True).click()
    press(page, "main")
    page.locator(".status", has_text="Finished").wait_for(timeout=120_000)
    text = page.locator(".rest").inner_text()
    seconds = float(text.split(" in ")[1].split()[0])
    updates = int(page.locator(".chart").get_attribute("data-updates") or 0)
    return seconds, updates / seconds


def headless(environment: dict[str, str]) -> float:
    """Seconds of the same training on the command line, as it says itself."""
    command = [sys.executable, "-m", "model", "train", "--epochs", str(EPOCHS)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return float(done.stderr.strip().splitlines()[-1].split()[0])


def latencies(page: Page, url: str, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds from Train to the first point on screen, and from Pause to the last step taken."""
    first, pause = [], []
    for _ in range(rounds):
        open_page(page, url)
        press(page, "main")
        first.append(page.evaluate(FIRST_POINT) / 1000)
        time.sleep(1)
        run = page.url.split("run=")[1].split("&")[0]
        press(page, "main")
        page.locator(".status", has_text="Paused").wait_for()
        shown = page.evaluate("performance.now() - window.clickedAt") / 1000
        with urllib.request.urlopen(f"{url}/live/{run}", timeout=5) as stream:
            assert json.loads(stream.readline()[6:])["state"] == "paused"
        pause.append(shown)
        page.locator(".st-key-train_reset button").click()
        page.locator(".status", has_text="Not started").wait_for()
    return first, pause


def main() -> None:
    """Print each figure with what it should reach."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(f"start to a usable page: {median(start_up(folder, 3))} s (to reach: ≤ 5)", flush=True)
        with black_hole() as mirror:
            hung = {
                "SOFTMAX_STUDIO_DATA": temporary,
                "SOFTMAX_STUDIO_MIRROR": mirror,
                "http_proxy": mirror,
                "https_proxy": mirror,
            }
            started = start_up(folder, 3, **hung, no_proxy="localhost,127.0.0.1")
            print(f"the same without data, on a network that hangs: {median(started)} s (to reach: ≤ 5)", flush=True)
        with serve(folder / "server.log") as url, chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            first, pause = latencies(page, url, rounds)
            print(f"first point after Train: {median(first)} s (to reach: ≤ 0.5)")
            print(f"Pause shown: {median(pause)} s (to reach: ≤ 0.2)", flush=True)
            ratios, rates = [], []
            for _ in range(rounds):
                seconds, rate = watched(page, url)
                alone = headless(environment)
                ratios.append(seconds / alone)
                rates.append(rate)
                print(
                    f"  {EPOCHS} epochs watched {seconds:.2f} s, headless {alone:.2f} s, {rate:.1f} updates a second",
                    flush=True,
                )
            print(f"watched / headless: {median(ratios)} × (to reach: ≤ 1.2)")
            print(f"chart updates a second: {median(rates)} (to reach: ≥ 8)")


if __name__ == "__main__":
    main()
