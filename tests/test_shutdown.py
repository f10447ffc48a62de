"""A server that is told to end in the middle of everything: what it saves, whom it tells, and that it goes."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import LAPTOP, NOWHERE, PATIENCE
from ending import SLOW_RUN, end_in_the_middle
from killing import check_whole, kept_in
from playwright.sync_api import Browser, Page, expect
from server import serve_process

from model.data import FashionData

SIGNALS = {signal.SIGTERM: -signal.SIGTERM, signal.SIGINT: 1}
"""And how the process ends: of the signal itself, and of Streamlit's own word that it was aborted."""

WORDS = {
    "en-US": "The server is ending. The run is saved, and this page comes back with the server.",
    "zh-CN": "服务器正在关闭。训练已保存；服务器恢复后，本页也会自动恢复。",
}
GOES_ON = {"en-US": r"^Step \d", "zh-CN": r"^第 \d"}
RESUME = {"en-US": "Resume", "zh-CN": "继续"}
INTERRUPTED = {"en-US": r"^Interrupted at step [\d,]+ of", "zh-CN": r"^中断于第 [\d,]+ 步"}


@pytest.mark.parametrize("told_by", SIGNALS, ids=lambda told_by: told_by.name)
def test_a_server_that_is_told_to_end_saves_tells_and_goes(
    told_by: signal.Signals, tmp_path: Path, garments: FashionData
) -> None:
    """Though some clients never read."""
    ended = end_in_the_middle(tmp_path, told_by, viewers=6, runs=3)
    assert ended.code == SIGNALS[told_by]
    assert [frame["ending"] for frame in ended.told] == ["saved"] * 6
    assert ended.idea["error"] == "The server is ending; begin this again when it is back."
    for i, run_id in enumerate(ended.runs):
        kept = kept_in(f"sqlite:///{tmp_path / 'runs.sqlite3'}", run_id)
        assert (kept.state, kept.progress.step) == ("interrupted", ended.told[i]["step"])
        check_whole(kept, garments)
    assert "Traceback" not in ended.log
    assert '"level": "error"' not in ended.log
    (last,) = [json.loads(line) for line in ended.log.splitlines() if '"server ends"' in line]
    assert (last["saved"] >= 5, last["unsaved"]) == (True, 0)  # of the sweep one, and the one that has ended


@pytest.fixture
def port() -> str:
    """A port that is free now: a server that comes back is at the same one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


@pytest.fixture
def visitors(browser: Browser) -> Iterator[dict[str, Page]]:
    """A person's page in each language."""
    contexts = {locale: browser.new_context(viewport=LAPTOP, locale=locale) for locale in WORDS}  # type: ignore[arg-type]
    for context in contexts.values():
        context.set_default_timeout(1000 * PATIENCE)
    yield {locale: context.new_page() for locale, context in contexts.items()}
    for context in contexts.values():
        context.close()


def test_the_page_says_that_the_server_ends_and_comes_back_with_it(
    visitors: dict[str, Page], port: str, tmp_path: Path
) -> None:
    with serve_process(tmp_path / "first.log", STREAMLIT_SERVER_PORT=port, **NOWHERE) as (url, server):
        for page in visitors.values():
            page.goto(f"{url}/?{SLOW_RUN}")
            page.locator(".st-key-train_main button:enabled").click()
            page.wait_for_url("**run=*")
            expect(page.locator(".status")).to_have_text(re.compile(r"\d"))
        server.terminate()
        server.wait(PATIENCE)
        for _ in range(2):
            for locale, page in visitors.items():
                expect(page.locator(".status")).to_have_text(WORDS[locale])
                page.wait_for_timeout(3000)  # the server is asked for meanwhile, and nobody answers
    with serve_process(tmp_path / "second.log", STREAMLIT_SERVER_PORT=port, **NOWHERE):
        for locale, page in visitors.items():
            status = page.locator(".status")
            expect(status).to_have_text(re.compile(INTERRUPTED[locale]))
            page.locator(".st-key-train_main button:enabled", has_text=RESUME[locale]).click()
            expect(status).to_have_text(re.compile(GOES_ON[locale]))
