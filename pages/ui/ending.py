"""The server's end: at the signal runs are saved, viewers are told, and who does not listen is hung up on.

uvicorn, which has the signal, ends when all its connections have: one client that never reads would hold it for ever.
"""

from __future__ import annotations

import asyncio
import logging
import math
import signal
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from model.journal import tell

SAVING = 3.5
"""Seconds in which runs are saved: a store that is locked may take longer, and the server does not."""

TELLING = 0.7
"""Seconds in which viewers take their last event."""

LOOK = 0.05
"""Seconds between two looks for the signal."""

_watching = False
_saving: threading.Thread | None = None
_until = math.inf


def _server() -> Any:
    return getattr(signal.getsignal(signal.SIGINT), "__self__", None)


def closing() -> bool:
    """Whether the server was told to end, as uvicorn knows, whose signal handler it is."""
    return bool(getattr(_server(), "should_exit", False))


async def saved() -> None:
    """Until runs are saved, or ``SAVING`` is over; at once where nobody saves them."""
    while (_saving.is_alive() if _saving else _watching) and time.monotonic() < _until:
        await asyncio.sleep(LOOK)


@asynccontextmanager
async def ending_well(save: Callable[[], None]) -> AsyncGenerator[None, None]:
    """While the server serves: ``save`` is called when it is told to end, and in any case before it does."""
    global _watching
    _watching = True
    config = getattr(_server(), "config", None)
    if config is not None:  # for what cannot be hung up on, as a file that is still being made
        config.timeout_graceful_shutdown = int(SAVING + 1.5 * TELLING)
    watch = asyncio.create_task(_watch(save))
    try:
        yield
    finally:
        watch.cancel()
        _begin(save)
        await saved()
        if _saving and _saving.is_alive():
            tell("server ends before all is saved", logging.WARNING)


async def _watch(save: Callable[[], None]) -> None:
    while not closing():
        await asyncio.sleep(LOOK)
    _begin(save)
    await saved()
    await asyncio.sleep(TELLING)
    state = _server().server_state
    for connection in list(state.connections):
        connection.transport.abort()
    await asyncio.sleep(LOOK)
    state.tasks.clear()  # what a thread is still busy with has nobody to go to


def _begin(save: Callable[[], None]) -> None:
    global _saving, _until
    if _saving is None:  # a daemon: what hangs in it does not hold the server
        _until = time.monotonic() + SAVING
        _saving = threading.Thread(target=save, name="saving", daemon=True)
        _saving.start()


def save_runs() -> None:
    """End the training and save all runs, where torch is loaded and there can be any."""
    resources = sys.modules.get("pages.ui.resources")
    made = getattr(resources, "_keeper", None)
    if made is None or not made.cache_info().currsize:
        tell("server ends", saved=0, unsaved=0)
        return
    keeper = made()
    keeper.trainer.close(SAVING / 3)  # first: nothing is trained that would not be saved
    keeper.close()
    runs = keeper.trainer.runs()
    saved = sum(run.saved == run.version for run in runs)
    tell("server ends", saved=saved, unsaved=len(runs) - saved)
