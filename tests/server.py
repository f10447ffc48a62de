"""A server of the app on a free loopback port, for the browser tests and the benchmarks."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def address(log: Path) -> str | None:
    """The URL that the server says it is at; none until it has a port."""
    said = re.search(r"http://localhost:\d+", log.read_text())
    return said and said.group()


def answers(url: str | None) -> bool:
    """Whether the server listens and serves its pages, though they may still wait for it."""
    if url is None:
        return False
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def black_hole() -> Iterator[str]:
    """The URL of a host that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


@contextmanager
def serve(log: Path, **environment: str) -> Iterator[str]:
    """Start ``streamlit run app.py`` as a person would and yield its URL."""
    with serve_process(log, **environment) as (url, _):
        yield url


@contextmanager
def serve_process(log: Path, **environment: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The same with its process, which is ended by its id; STREAMLIT_SERVER_PORT: that of a server that was there."""
    # It takes a port itself: one that was free just now may be another server's before it begins.
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    own = {
        "STREAMLIT_SERVER_PORT": "0",
        "SOFTMAX_STUDIO_DB": f"sqlite:///{log.parent / 'runs.sqlite3'}",  # no test keeps anything in the data folder
    }
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **own, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + 120
        while not answers(url := address(log)):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not start:\n{log.read_text()}")
            time.sleep(0.05)
        assert url
        yield url, server
    finally:
        server.terminate()
        try:
            server.wait(60)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def chromium_path() -> str | None:
    """Chromium or Chrome on this machine; ``SOFTMAX_STUDIO_CHROMIUM`` names another."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    return os.environ.get("SOFTMAX_STUDIO_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
