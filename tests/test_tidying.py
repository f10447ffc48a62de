"""What the server has of Streamlit's that it does not need."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from conftest import PATIENCE
from streamlit.watcher.polling_path_watcher import PollingPathWatcher

from pages.ui.tidying import look_at_settings_no_more

LOOK = 0.2
"""Seconds between two looks of Streamlit at a file."""


def change(file: Path, text: str) -> None:
    """Write it, in a second that no write before it was in."""
    file.write_text(text)
    later = time.time() + 10 * len(text)
    os.utime(file, (later, later))


def test_files_of_settings_are_looked_at_no_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(PollingPathWatcher, "_schedule", PollingPathWatcher._schedule)  # given back after the test
    file = tmp_path / "config.toml"
    changes: list[str] = []
    change(file, "a")
    watcher = PollingPathWatcher(str(file), changes.append)
    change(file, "ab")
    until = time.monotonic() + PATIENCE
    while not changes and time.monotonic() < until:
        time.sleep(LOOK)
    assert changes == [str(file)]
    look_at_settings_no_more()
    time.sleep(2 * LOOK)  # a look that was under way is the last
    change(file, "abc")
    time.sleep(5 * LOOK)
    watcher.close()
    assert changes == [str(file)]
