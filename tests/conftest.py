"""What the tests share: the data sets, small pieces of them, and a person's page in Chromium."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import torch
from hypothesis import settings
from playwright.sync_api import Browser, Error, Page, Request, expect
from server import chromium, chromium_path, serve

from model.data import FashionData, is_present, load_fashion_mnist
from model.garments import load_garments
from model.keeper import Keeper
from model.trainer import Trainer
from pages.ui import resources

torch.set_num_threads(1)
settings.register_profile("studio", deadline=None)  # of the clock's time, which also goes to what else the machine does
settings.load_profile("studio")

PATIENCE = 60
"""Seconds in which what is waited for must come: a busy machine takes ten times as long as a quiet one."""

expect.set_options(timeout=1000 * PATIENCE)

TOOLS = {".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache", "__pycache__"}
"""What the tests' own tools write beside the app, at whatever moment they come to it."""

T = TypeVar("T")

HOW_TO_GET = "no Chromium on this machine: install it (Debian: apt install chromium) or set SOFTMAX_STUDIO_CHROMIUM"
NOWHERE = {"SOFTMAX_STUDIO_MIRROR": "http://127.0.0.1:9/"}  # no test downloads anything
OWN_HOST = re.compile(r"https?://(localhost|127\.0\.0\.1)|data:|blob:")
LAPTOP = {"width": 1280, "height": 720}
STUDIO = str(Path(__file__).resolve().parent.parent / "pages" / "studio.py")


def sideways(page: Page) -> int:
    """Pixels by which the page scrolls sideways: Streamlit scrolls its main part, never the document."""
    beyond: int = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth")
    return beyond + int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def soon(page: Page, holds: Callable[[], T]) -> T:
    """What ``holds`` returns as soon as no assertion of it fails: for what ``expect`` cannot wait for."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return holds()
        except AssertionError:
            if time.monotonic() > until:
                raise
        page.wait_for_timeout(50)


def hurry(page: Page) -> None:
    """Choose full speed for the run on the Train page: until then it goes on at the slowest, and does not end."""
    page.locator(".st-key-train_pace").get_by_text("Full", exact=True).click()


@pytest.fixture(scope="session")
def garments() -> FashionData:
    """The embedded data set."""
    return load_garments()


@pytest.fixture(scope="session")
def real() -> FashionData:
    """Real Fashion-MNIST; where it is not, what needs it is skipped with the way to get it."""
    if not is_present():
        pytest.skip("Fashion-MNIST is not in the data folder; get it with: python -m model data --fetch")
    return load_fashion_mnist()


@pytest.fixture(scope="session")
def few(garments: FashionData) -> FashionData:
    """1,000 training and 200 test images, for what needs no more."""
    return FashionData(
        "few", "test", garments.train_pixels[:1000], garments.train_labels[:1000],
        garments.test_images[:200], garments.test_labels[:200],
    )  # fmt: skip


@pytest.fixture
def few_garments(few: FashionData) -> FashionData:
    """The same as the server's Garments."""
    return dataclasses.replace(few, name="garments")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, few_garments: FashionData, tmp_path: Path) -> Iterator[Trainer]:
    """For Streamlit's test runner: without Fashion-MNIST, with few Garments, and downloading nothing."""
    trainer = Trainer()
    monkeypatch.setenv("SOFTMAX_STUDIO_DATA", str(tmp_path))
    monkeypatch.setenv("SOFTMAX_STUDIO_DB", f"sqlite:///{tmp_path / 'runs.sqlite3'}")
    keeper = Keeper(trainer, resources.data_set).start()
    keeper.chores.append(resources._sweeper(keeper).tend)
    monkeypatch.setattr(resources, "trainer", lambda: trainer)
    monkeypatch.setattr(resources, "keeper", lambda: keeper)
    monkeypatch.setattr(resources, "_loaded", lambda loaded={"garments": few_garments}: loaded)
    caches = (resources._download, resources._damaged, resources.pretrained_film)
    for cache in caches:
        cache.cache_clear()
    yield trainer
    keeper.close()
    trainer.close()
    for cache in caches:
        cache.cache_clear()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; without one, these tests are skipped, or fail where they are required."""
    if not chromium_path():
        if os.environ.get("SOFTMAX_STUDIO_BROWSER_TESTS") == "required":
            pytest.fail(HOW_TO_GET)
        pytest.skip(HOW_TO_GET)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def url(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the app; a traceback in its log fails the tests."""
    log = tmp_path_factory.mktemp("server") / "server.log"
    with serve(log, **NOWHERE) as url:
        yield url
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One tab for all tests of a file: it has the app's scripts compiled, which a new one does for two seconds."""
    context = browser.new_context(viewport=LAPTOP, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(1000 * PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """A new person's page; whatever it logs as an error, or fetches from elsewhere, fails the test."""
    faults: list[str] = []

    def failed(error: Error) -> None:
        faults.append(str(error))

    def asked(request: Request) -> None:
        if not OWN_HOST.match(request.url):
            faults.append(request.url)

    tab.set_viewport_size(LAPTOP)  # type: ignore[arg-type]
    tab.mouse.move(0, 0)  # or what comes to lie under it is pointed at
    tab.on("pageerror", failed)
    tab.on("request", asked)
    yield tab
    tab.remove_listener("pageerror", failed)
    tab.remove_listener("request", asked)
    for other in tab.context.pages:
        if other != tab:
            other.close()
    tab.unroute_all(behavior="ignoreErrors")
    tab.evaluate("sessionStorage.clear(), localStorage.clear()")
    tab.goto("about:blank")
    tab.context.clear_cookies()
    assert faults == []
