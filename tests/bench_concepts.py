"""What a person waits for in Concepts, in Chromium: ``python tests/bench_concepts.py [rounds]``; in ``make bench``.

Prints the seconds from a slider's move to new numbers on screen, section by section; and from a pitfall's button to
the first of its training on the chart or, where it only raises, to the error.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from server import chromium, serve

MOVES = {
    "softmax": ("input[type=range][step='0.05']", ".cell.y-hat output"),
    "entropy": ("input.q", "[data-sum]"),
    "indexing": ("tbody input", "[data-text]"),
    "step": ("[data-slide=lr]", "[data-loss]"),
    "lockstep": ("[data-value=lr]", ".facts"),
    "predict": ("[data-value=bs]", ".facts"),
}
"""By section: what is moved, and where the numbers stand that follow."""

PITFALLS = "abcdefgh"

MOVE = """(root, [input, place, part]) => {
  const field = root.querySelector(input)
  const shown = () => root.querySelector(place).textContent
  const before = shown()
  return new Promise((resolve) => {
    const began = performance.now()
    const low = Number(field.min || 0), high = Number(field.max || 1)
    field.value = field.type === "range" ? low + part * (high - low) : part.toFixed(2)
    field.dispatchEvent(new Event(field.type === "range" ? "input" : "change", { bubbles: true }))
    const wait = () => requestAnimationFrame(shown() === before ? wait : () => resolve(performance.now() - began))
    requestAnimationFrame(wait)
  })
}"""

START = """(root) => new Promise((resolve) => {
  const began = performance.now()
  root.querySelector("button[data-version=fault]").click()
  const drawn = () =>
    [...root.querySelectorAll(".scatterlayer .js-line")].some((path) => path.getTotalLength() > 0) ||
    root.querySelector(".annotation") || root.querySelectorAll(".note p").length > 1
  const wait = () => requestAnimationFrame(drawn() ? () => resolve(performance.now() - began) : wait)
  requestAnimationFrame(wait)
})"""


def told(seconds: list[float]) -> str:
    """The median with its spread."""
    return f"{statistics.median(seconds):.3f} (from {min(seconds):.3f} to {max(seconds):.3f})"


def moves(page: Page, url: str, name: str, rounds: int) -> list[float]:
    """Seconds from each move to its numbers."""
    page.goto(f"{url}/concepts?section={name}")
    page.locator(".idea .copy").wait_for()
    page.wait_for_timeout(1500)
    seconds = []
    for i in range(rounds):
        part = 0.15 + 0.7 * ((0.618 * i) % 1)  # another place each time
        seconds.append(page.locator(".idea").evaluate(MOVE, [*MOVES[name], part]) / 1000)
        page.wait_for_timeout(400)
    return seconds


def starts(page: Page, url: str, letter: str, rounds: int) -> list[float]:
    """Seconds from the fault's button to the first of it that is drawn."""
    seconds = []
    for _ in range(rounds):
        page.goto(f"{url}/concepts?section=pitfalls&pitfalls_p={letter}&pitfalls_n=1")
        page.locator(".chart .main-svg").first.wait_for()
        page.wait_for_timeout(800)
        seconds.append(page.locator(".idea").evaluate(START) / 1000)
    return seconds


def main() -> None:
    """Print each figure with what it should reach."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with (
        tempfile.TemporaryDirectory() as temporary,
        serve(Path(temporary) / "server.log") as url,
        chromium() as browser,
    ):
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        for name in MOVES:
            print(
                f"{name}: a move to its numbers {told(moves(page, url, name, rounds))} s (to reach: ≤ 0.3)", flush=True
            )
        for letter in PITFALLS:
            seconds = starts(page, url, letter, max(3, rounds // 3))
            print(f"pitfall {letter}: its button to its start {told(seconds)} s (to reach: ≤ 0.7)", flush=True)


if __name__ == "__main__":
    main()
