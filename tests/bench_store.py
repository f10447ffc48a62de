"""What keeping runs costs: ``python tests/bench_store.py [rounds]``, part of ``make bench``.

Prints the training time of runs that are saved against runs that are not, in pairs of changing order, from Train to
the end of training and to the end of saving; then, with 10,000 runs in the store, the time of a write, of a list, and
of the Runs page in Chromium.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch
from bench_browser import median
from playwright.sync_api import expect
from server import chromium, serve
from sqlalchemy import URL, make_url

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from model.data import FashionData, is_present, load_fashion_mnist
from model.garments import load_garments
from model.history import History, Query
from model.keeper import Keeper
from model.keeping import copied, keep
from model.kept import Kept
from model.live_run import LiveRun
from model.runs import Runs, Saved
from model.store import Store
from model.train import Hyperparameters
from model.trainer import Trainer

MANY = 10_000
COOKIE = "a-person-with-many-runs"
OWNER = hashlib.sha256(COOKIE.encode()).hexdigest()


def trained(data: FashionData, epochs: int, store: Path | None) -> tuple[float, float]:
    """Seconds from Train to the run's last step, and to where all of it is saved (the same without a store)."""
    trainer = Trainer()
    keeper = Keeper(trainer, lambda name: data, lambda: Store(URL.create("sqlite", database=str(store))))
    if store:
        keeper.add(keep(LiveRun(OWNER, Hyperparameters(), data, "full")))  # it is open, as on a server that runs
        keeper.start()
    began = time.perf_counter()
    run = (keeper if store else trainer).create(OWNER, Hyperparameters(num_epochs=epochs), data, "full")
    trainer.play(run)
    while not run.ended:
        time.sleep(0.001)
    ended = time.perf_counter() - began
    while store and run.saved != run.version:
        time.sleep(0.001)
    saved = time.perf_counter() - began
    if store:
        keeper.close()
    trainer.close()
    return ended, saved


def cost(data: FashionData, epochs: int, rounds: int, folder: Path) -> tuple[list[float], list[float]]:
    """Both times with saving over the time without, in pairs whose order changes."""
    ended, saved = [], []
    for i in range(rounds):
        store = folder / f"cost-{epochs}-{i}.sqlite3"
        seconds = {keeps: trained(data, epochs, store if keeps else None) for keeps in (i % 2 == 0, i % 2 == 1)}
        ended.append(seconds[True][0] / seconds[False][0])
        saved.append(seconds[True][1] / seconds[False][0])
    return ended, saved


def milliseconds(act: Callable[[], object], rounds: int) -> list[float]:
    """What each call takes."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        act()
        times.append(1000 * (time.perf_counter() - began))
    return times


def fill(runs: Runs, kept: Kept) -> None:
    """``MANY`` runs of one person, each with all rows in all tables; of snapshots one each, or the disk would fill."""
    short = dataclasses.replace(kept, snapshots=kept.snapshots[:1], confusions={})
    for i in range(MANY):
        settings = dataclasses.replace(short.hyperparameters, lr=(0.01, 0.1, 1.0)[i % 3], seed=i)
        runs.add(dataclasses.replace(copied(short, OWNER), hyperparameters=settings), name=f"run {i}" * (i % 2))
    runs.store.close()


def writes(runs: Runs, data: FashionData, rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds of a new run's first save, and of the saves of a running one with a second's news each."""
    first, later = [], []
    for _ in range(rounds):
        run = LiveRun(OWNER, Hyperparameters(num_epochs=10), data, "full")
        had: list[Saved] = []
        first += milliseconds(lambda run=run, had=had: had.append(runs.add(keep(run))), 1)  # type: ignore[misc]
        for step in range(235, 2350, 235):
            run.play(step)
            while run.step < step:
                run.advance(1.0)
            run.film.settle()
            kept = keep(run)
            later += milliseconds(lambda kept=kept, had=had: had.append(runs.save(kept, had[-1])), 1)  # type: ignore[misc]
    return first, later


def opening(url: str, rounds: int, *, early: bool) -> list[float]:
    """Seconds from the click on Runs to the first row of the table, in a new browser, for who has all of the runs.

    The click comes once the chart of the Train page stands; ``early``, once its Train button can be pressed: then the
    browser is busy with Plotly for the next second.
    """
    seconds = []
    with chromium() as browser:
        for _ in range(rounds):
            context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 720})
            context.add_cookies([{"name": "softmax_studio_owner", "value": COOKIE, "url": url}])
            page = context.new_page()
            page.goto(url)
            expect(page.locator(".st-key-train_main button:enabled")).to_be_visible(timeout=60_000)
            if not early:
                page.locator(".main-svg").first.wait_for(timeout=60_000)
                page.wait_for_timeout(1000)
            began = time.perf_counter()
            page.get_by_test_id("stTopNavLink").filter(has_text="Runs").click()
            page.locator("tbody tr").first.wait_for(timeout=60_000)
            seconds.append(time.perf_counter() - began)
            context.close()
    return seconds


def main(rounds: int) -> None:
    """Print all of it."""
    torch.set_num_threads(1)
    data = load_fashion_mnist() if is_present() else load_garments()
    print(f"{data.name}; its checksum, once a server: {milliseconds(lambda: data.checksum, 1)[0]:.0f} ms")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for epochs in (1, 3, 10, 50):
            ended, saved = cost(data, epochs, rounds if epochs < 50 else max(1, rounds // 3), folder)
            print(
                f"{epochs:2} epochs, saved / not saved: to the last step {median(ended)}, to the last save",
                median(saved),
            )
        address = f"sqlite:///{folder / 'many.sqlite3'}"
        runs = Runs(Store(make_url(address)), "bench")
        run = LiveRun(OWNER, Hyperparameters(num_epochs=10), data, "full")
        run.play(run.num_steps)
        while not run.exhausted:
            run.advance(1.0)
        run.halt("finished")
        fill(runs, keep(run))
        first, later = writes(runs, data, rounds)
        print(f"with {MANY:,} runs, ms: a new run {median(first)}, a second's news {median(later)}")
        history = History(runs)
        page = milliseconds(lambda: history.listing(OWNER, Query(count=50)), 30)
        found = milliseconds(lambda: history.listing(OWNER, Query(search="run 77", sort="test_acc", count=50)), 30)
        print(f"a page of the list {median(page)}, searched and sorted by accuracy {median(found)}")
        with serve(folder / "server.log", SOFTMAX_STUDIO_DB=address, SOFTMAX_STUDIO_KEEP_RUNS="20000") as url:
            print(f"the Runs page, s from the click to its rows: {median(opening(url, rounds, early=False))},")
            print(f"clicked while the browser still loads Plotly: {median(opening(url, rounds, early=True))}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
