"""Visitors who come, train and leave, again and again: ``make soak``, or ``python tests/soak.py [minutes] [visitors]``.

Prints what the server holds each half minute (memory, threads, open files, where the system tells), and ends with
exit code 1 if a visitor met an error or, after the warm-up, the server has grown by more than 5 %.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, expect
from server import chromium, serve_process

WARM_UP = 1 / 3
GROWTH = 1.05
SETTLE = 8
"""Seconds until the connections of visitors who have left are closed."""


def held(pid: int) -> dict[str, int]:
    """Resident megabytes, threads and open files of a process, from /proc."""
    status = Path(f"/proc/{pid}/status").read_text()
    return {
        "megabytes": int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) // 1024,
        "threads": int(re.findall(r"Threads:\s+(\d+)", status)[0]),
        "files": len(list(Path(f"/proc/{pid}/fd").iterdir())),
    }


def visit(browser: Browser, url: str) -> BrowserContext:
    """A new person trains two epochs at full speed, and stays until the context is closed."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(f"{url}/?train_num_epochs=2")
    page.locator(".st-key-train_pace").get_by_text("Full", exact=True).click(timeout=60_000)
    page.locator(".st-key-train_main button").click()
    return context


def soak(minutes: float, visitors: int) -> list[str]:
    """Faults found; empty if all went well."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        log = Path(folder) / "server.log"
        with serve_process(log) as (url, server):
            began, warm, shown, visits = time.monotonic(), None, 0.0, 0
            while (elapsed := time.monotonic() - began) < 60 * minutes:
                contexts = [visit(browser, url) for _ in range(visitors)]
                visits += visitors
                for context in contexts:
                    try:
                        expect(context.pages[0].locator(".status")).to_have_text("Finished", timeout=60_000)
                    except (AssertionError, Error) as error:
                        faults.append(str(error).splitlines()[0])
                    context.close()
                if warm is None and elapsed > 60 * minutes * WARM_UP:
                    time.sleep(SETTLE)
                    warm = held(server.pid)
                if elapsed - shown > 30:
                    shown = elapsed
                    print(f"{elapsed:6.0f} s, {visits} visits: {held(server.pid)}", flush=True)
            time.sleep(SETTLE)
            end = held(server.pid)
            print(f"after {visits} visits: {end}; after the warm-up: {warm}")
            faults += [
                f"{name}: {warm[name]} → {end[name]}" for name in end if warm and end[name] > GROWTH * warm[name] + 1
            ]
        faults += ["the server logged a traceback"] * ("Traceback" in log.read_text())
    return faults


if __name__ == "__main__":
    found = soak(float(sys.argv[1]) if len(sys.argv) > 1 else 3, int(sys.argv[2]) if len(sys.argv) > 2 else 4)
    print("\n".join(found) or "no fault")
    sys.exit(bool(found))
