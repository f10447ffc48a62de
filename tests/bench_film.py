"""What snapshots cost, and a move through time: ``python tests/bench_film.py [rounds]``, part of ``make bench``.

Prints the training time with snapshots against without, in turn; the film's confusion matrices in one batched product;
one model's evaluation on 10,000 test images; and, in Chromium, the time from the scrubber's input to the painted frame.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from bench_browser import median
from playwright.sync_api import Page
from server import chromium, serve

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model.data import FashionData, is_present, load_fashion_mnist
from model.evaluation import evaluate
from model.garments import load_garments
from model.live_run import LiveRun
from model.train import Hyperparameters

EPOCHS = 3
"""The shortest run whose film has its full 120 snapshots."""

MOVE = """async (position) => {
  const range = window.rangeOfTheFilm
  const step = window.stepOfTheFilm
  const before = step.textContent
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => resolve(performance.now())
    port2.postMessage(null)
  }))
  const began = performance.now()
  range.value = String(position)
  range.dispatchEvent(new Event("input", { bubbles: true }))
  if (step.textContent === before) throw new Error("the move changed nothing")
  return (await painted()) - began
}"""


def trained(data: FashionData, epochs: int, snapshots: bool) -> tuple[LiveRun, float]:
    """A run to its end as the trainer advances it, and its seconds."""
    run = LiveRun("bench", Hyperparameters(num_epochs=epochs), data, "full")
    if not snapshots:
        run.film.due = None
    run.play(run.num_steps)
    began = time.perf_counter()
    while not run.exhausted:
        run.advance(0.02)
    return run, time.perf_counter() - began


def cost(data: FashionData, epochs: int, rounds: int) -> list[float]:
    """Training time with snapshots over without, in pairs whose order changes."""
    ratios = []
    for i in range(rounds):
        seconds = {with_them: trained(data, epochs, with_them)[1] for with_them in (i % 2 == 0, i % 2 == 1)}
        ratios.append(seconds[True] / seconds[False])
    return ratios


def timed(act: Callable[[], object], rounds: int) -> list[float]:
    """Seconds of each call."""
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - began)
    return seconds


def counting(data: FashionData, rounds: int) -> tuple[int, list[float]]:
    """The snapshots of a full film, and the seconds that all their matrices take."""
    seconds = []
    for _ in range(rounds):
        run, _ = trained(data, EPOCHS, snapshots=True)
        seconds += timed(run.film.frames, 1)
    return len(run.film.snapshots), seconds


def all_of(data: FashionData, run: LiveRun) -> None:
    """Confusion, accuracy by class and mistakes of one model."""
    found = evaluate(run.weights.W, run.weights.b, data.test_images, data.test_labels)
    found.recall()
    found.precision()
    found.confident_mistakes(60)
    found.closest_calls(60)


def moves(page: Page, url: str) -> tuple[int, list[float]]:
    """The snapshots of a film in the browser, and the milliseconds of a move to each of them and back."""
    page.goto(f"{url}/?train_num_epochs={EPOCHS}&train_pace=full")
    page.locator(".st-key-train_main button:enabled").click(timeout=60_000)
    page.locator(".status", has_text="Finished").wait_for(timeout=60_000)
    page.get_by_role("link", name="Templates", exact=True).click()
    page.locator(".now-step", has_text=f"{235 * EPOCHS:,}").wait_for(timeout=60_000)
    page.locator(".chart .main-svg").first.wait_for()
    page.locator(".at").evaluate("range => (window.rangeOfTheFilm = range)")
    page.locator(".now-step").evaluate("step => (window.stepOfTheFilm = step)")
    end = int(page.locator(".at").get_attribute("max") or 0)
    return end + 1, [page.evaluate(MOVE, position) for position in [*reversed(range(end)), *range(1, end + 1)]]


def main() -> None:
    """Print each figure with what it should reach."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    torch.set_num_threads(1)
    data = load_fashion_mnist() if is_present() else load_garments()
    print(f"{data.name}, one thread, {rounds} rounds")
    for epochs in (1, 2, EPOCHS, 10):
        ratios = cost(data, epochs, 3 * rounds)
        print(f"training with snapshots / without, {epochs} epochs: {median(ratios)} × (≤ 1.05)", flush=True)
    snapshots, seconds = counting(data, rounds)
    print(f"the confusion matrices of {snapshots} snapshots: {median(seconds)} s (≤ 1)", flush=True)
    run, _ = trained(data, 10, snapshots=True)
    milliseconds = [1000 * second for second in timed(lambda: all_of(data, run), 5 * rounds)]
    print(f"one model on {len(data.test_labels):,} test images: {median(milliseconds)} ms (≤ 100)", flush=True)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder) / "log") as url, chromium() as browser:
        for width, height in ((1280, 720), (1920, 1080)):
            page = browser.new_page(viewport={"width": width, "height": height})
            frames, times = moves(page, url)
            worst = statistics.quantiles(times, n=20)[-1]
            print(
                f"{width}×{height}, {frames} snapshots: from input to painted frame {median(times)} ms,"
                f" p95 {worst:.1f} (≤ 100)"
            )
            page.close()


if __name__ == "__main__":
    main()
