"""What a person waits for on Classify: ``python tests/bench_pictures.py [rounds]``, part of ``make bench``.

Prints, measured in Chromium, the time from a pen stroke's end to the new verdict on screen, and from giving a file of
12 megapixels to its verdict, with the upload.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench_browser import median
from bench_classify import jpeg
from PIL import Image
from playwright.sync_api import Page
from server import ROOT, chromium, serve

SAID = """() => {
  const find = (node) =>
    node?.shadowRoot?.querySelector(".classify") ?? [...(node?.children ?? [])].map(find).find(Boolean)
  return find(document.querySelector(".st-key-classify_stage"))?.querySelector(".verdict").innerText ?? ""
}"""
CHANGED = f"""(before) => new Promise((resolve) => {{
  const said = {SAID}
  const wait = () => (said() !== before ? resolve(performance.now() - window.penUp) : requestAnimationFrame(wait))
  wait()
}})"""
LARGE = (4000, 3000)


def strokes(page: Page, url: str, rounds: int) -> list[float]:
    """Seconds from the end of each of ``rounds`` strokes to the verdict that it changes."""
    page.goto(f"{url}/classify?classify_source=draw")
    canvas = page.locator(".upper-canvas[aria-label]")
    box = canvas.bounding_box()
    assert box
    page.wait_for_timeout(1000)
    page.evaluate("addEventListener('mouseup', () => (window.penUp = performance.now()), {capture: true})")
    seconds = []
    for i in range(rounds):
        before = page.evaluate(SAID)
        y = box["y"] + 30 + 240 * i / rounds
        page.mouse.move(box["x"] + 40, y)
        page.mouse.down()
        page.mouse.move(box["x"] + 250, y + 15, steps=6)
        page.mouse.up()
        seconds.append(page.evaluate(CHANGED, before) / 1000)
        page.wait_for_timeout(300)
    return seconds


def uploads(page: Page, url: str, rounds: int, file: Path) -> list[float]:
    """Seconds from giving ``file`` to its verdict on screen."""
    seconds = []
    for _ in range(rounds):
        page.goto(f"{url}/classify")
        page.locator(".st-key-classify_upload button").first.wait_for()
        page.wait_for_timeout(1000)
        before = page.evaluate(SAID)
        page.evaluate("window.penUp = 0")
        began = time.perf_counter()
        page.locator("input[type=file]").first.set_input_files(file)
        page.evaluate(CHANGED, before)
        seconds.append(time.perf_counter() - began)
    return seconds


def main() -> None:
    """Print both with what they should reach."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as temporary:
        file = Path(temporary) / "large.jpg"
        file.write_bytes(jpeg(Image.open(ROOT / "assets" / "examples" / "pullover.jpg"), LARGE, grain=12))
        with serve(Path(temporary) / "server.log") as url, chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            print(f"a stroke's end to the new verdict: {median(strokes(page, url, rounds))} s (to reach: ≤ 0.5)")
            given = median(uploads(page, url, rounds, file))
            size = file.stat().st_size / 1e6
            print(f"12 megapixels, {size:.1f} MB, with the upload: {given} s (to reach: ≤ 1.0 after it)")


if __name__ == "__main__":
    main()
