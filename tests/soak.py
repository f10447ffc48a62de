"""Visitors who come, train and leave, again and again: part of ``make soak``; ``python tests/soak.py [minutes] [raw]``.

So many over raw websockets, each on a schedule, and one in Chromium, who looks at all pages; after the warm-up and at
the end all of them have left, and the server rests. Prints what it holds (memory, threads, open files, where the system
tells), and ends with exit code 1 if a visitor met an error, or if the server has grown by more than 5 %: from rest to
rest, or from the last minute of the warm-up to the last of all.
"""

from __future__ import annotations

import asyncio
import random
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from playwright.sync_api import Browser, Error, expect
from protocol import PATIENCE
from server import chromium, serve_process
from visitor import Visitor
from websockets.exceptions import WebSocketException

WARM_UP = 0.35
"""Of the time."""

EACH, LOOK = 10.0, 25.0
"""Seconds from one visit to the next, of each who comes over a raw websocket and of who looks round in Chromium: so
that as many have come in the last minutes of the warm-up as in the last of all, whatever else the machine does."""

REST = 150.0
"""Seconds: Streamlit keeps a session for two minutes after its tab is gone, and a pool its idle threads for ten."""

GROWTH = 1.05
HELD = ("megabytes", "threads", "files")

PLACES = (
    ("", ""), ("templates", ""), ("evaluate", ""), ("classify", "model=pretrained"), ("runs", ""), ("data", ""),
    ("concepts", "section=softmax"), ("concepts", "section=step"), ("concepts", "section=optimum"),
)  # fmt: skip


def held(pid: int) -> dict[str, int]:
    """Resident megabytes, threads and open files of a process, from /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    return {
        "megabytes": int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) // 1024,
        "threads": int(re.findall(r"Threads:\s+(\d+)", status)[0]),
        "files": len(list(Path(f"/proc/{pid}/fd").iterdir())),
    }


async def visit(url: str, chance: random.Random) -> list[str]:
    """A new person trains, plays with it, looks at another page, and leaves or is cut off; returns their errors."""
    visitor = Visitor(url, f"train_pace=full&train_num_epochs={chance.randint(1, 3)}")
    async with visitor:
        await visitor.press("main")
        for button in chance.choices(["main", "step", "one_epoch", "stop"], k=2):
            if visitor.enabled[f"train_{button}"]:
                await visitor.press(button)
        last = ""
        async for frame in visitor.frames():
            last = frame["state"]
            if last == "paused":  # by Pause, or at the end of One epoch, whenever that is
                await visitor.rerun()
                if visitor.labels["train_main"] == "Resume":
                    await visitor.press("main")
        faults = [] if last in ("finished", "stopped") else [f"a run ended as {last}"]
        page, query = chance.choice(PLACES)
        await visitor.go(page, query)
        if chance.random() < 0.3:
            visitor.cut()
            await asyncio.sleep(chance.random())
            await visitor.connect()
            await visitor.rerun()
        return faults + visitor.exceptions


async def come_and_go(url: str, seeds: range, over: threading.Event, faults: list[str]) -> None:
    """A visitor at a time for each seed, until it is over."""
    visits = 0

    async def one_after_another(seed: int) -> None:
        nonlocal visits
        chance = random.Random(seed)
        turn = time.monotonic() + chance.uniform(0, EACH)
        while not over.is_set():
            if turn > time.monotonic():
                await asyncio.sleep(1.0)
                continue
            turn += EACH
            visits += 1
            try:
                async with asyncio.timeout(PATIENCE):
                    faults.extend(await visit(url, chance))
            except (OSError, TimeoutError, AssertionError, WebSocketException) as error:
                faults.append(f"{type(error).__name__}: {error}")

    await asyncio.gather(*(one_after_another(seed) for seed in seeds))
    print(f"{visits} visits", flush=True)


def look_round(browser: Browser, url: str) -> list[str]:
    """A person in Chromium trains two epochs and opens every page; returns the errors met."""
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(60_000)
    faults: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    try:
        page.goto(f"{url}/?train_num_epochs=2&train_pace=full")
        page.locator(".st-key-train_main button:enabled").click()
        expect(page.locator(".status")).to_have_text("Finished", timeout=60_000)
        for name in ("Templates", "Classify", "Evaluate", "Concepts", "Runs", "Data"):
            page.get_by_role("link", name=name, exact=True).click()
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=60_000)
    except (AssertionError, Error) as error:
        faults.append(str(error).splitlines()[0])
    context.close()
    return faults


Readings = list[tuple[float, dict[str, int]]]
"""What the server holds, and when: seconds since they began."""


def busy(url: str, pid: int, seconds: float, seeds: range, browser: Browser, faults: list[str]) -> Readings:
    """What the server holds, each second, with a visitor at a time for each seed and one in Chromium."""
    over = threading.Event()
    readings: Readings = []
    threads = [
        threading.Thread(target=lambda: asyncio.run(come_and_go(url, seeds, over, faults))),
        threading.Thread(target=lambda: read(pid, over, readings)),
    ]
    for thread in threads:
        thread.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        turn = time.monotonic() + LOOK
        faults += look_round(browser, url)
        time.sleep(max(0.0, min(turn, until) - time.monotonic()))
    over.set()
    for thread in threads:
        thread.join()
    return readings


def read(pid: int, over: threading.Event, readings: Readings) -> None:
    """What the process holds, each second until it is over; each half minute it is printed."""
    began = time.monotonic()
    while not over.wait(1.0):
        readings.append((time.monotonic() - began, held(pid)))
        if len(readings) % 30 == 1:
            print(f"{readings[-1][0]:6.0f} s: {readings[-1][1]}", flush=True)


def at_rest(pid: int, seconds: float) -> dict[str, int]:
    """What the process holds when everybody has left so many seconds ago."""
    time.sleep(seconds)
    reading = held(pid)
    print(f"at rest: {reading}", flush=True)
    return reading


def last_minute(readings: Readings) -> dict[str, float]:
    """The median of each number: by then those who come and those who are forgotten are as many."""
    last = [each for at, each in readings if at > readings[-1][0] - 60]
    return {name: statistics.median(each[name] for each in last) for name in HELD}


def grown(before: Mapping[str, float], after: Mapping[str, float], when: str) -> list[str]:
    """What there is more of than before."""
    for name in HELD:
        print(f"{name} {when}: {before[name]:.0f} after the warm-up, {after[name]:.0f} at the end", flush=True)
    return [
        f"{name} {when}: {before[name]:.0f} → {after[name]:.0f}" for name in HELD if after[name] > GROWTH * before[name]
    ]


def soak(minutes: float, at_once: int, browser: Browser, rest: float | None = REST, **environment: str) -> list[str]:
    """Faults found; empty if all went well. Without a ``rest`` growth is not looked for."""
    faults: list[str] = []
    seconds = 60 * minutes
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with serve_process(log, **environment) as (url, server):
            if rest is None:
                busy(url, server.pid, seconds, range(at_once), browser, faults)
            else:
                warm = busy(url, server.pid, WARM_UP * seconds, range(at_once), browser, faults)
                before = at_rest(server.pid, rest)
                later = range(at_once, 2 * at_once)
                end = busy(url, server.pid, (1 - WARM_UP) * seconds, later, browser, faults)
                faults += grown(before, at_rest(server.pid, rest), "at rest")
                faults += grown(last_minute(warm), last_minute(end), "under load")
        faults += ["the server logged a traceback"] * ("Traceback" in log.read_text())
    return faults


if __name__ == "__main__":
    numbers = [float(argument) for argument in sys.argv[1:]]
    minutes, raw = numbers + [20.0, 8.0][len(numbers) :]
    with chromium() as chrome:
        found = soak(minutes, int(raw), chrome)
    print("\n".join(found) or "no fault")
    sys.exit(bool(found))
